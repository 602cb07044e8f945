/* SPDX-License-Identifier: MIT */
#include "channel_fixture.h"
#include <kipc/call.h>

#define SERVER_PRIORITY 5u

/* A channel whose first end calls and whose second end serves. */
static void make(struct kernel_fixture *f, uint32_t capacity)
{
    struct kipc_channel_config config = channel_config(capacity);
    config.order = KIPC_WAIT_FIFO;
    make_channel(f, &config);
}

static int call_number(struct kernel_fixture *f, kipc_pid_t pid, kipc_handle_t handle, uint64_t number,
                       uint64_t *answer, uint64_t deadline)
{
    const struct kipc_channel_message message = {.length = sizeof(number), .data = &number};
    return kipc_channel_call(&f->kernel, pid, handle, &message, answer, sizeof(*answer), deadline);
}

/* An actor that calls with its number, and ends with the answer in it. */
static void call_and_note(struct actor *actor)
{
    uint64_t answer = 0;
    actor->result = call_number(actor->fixture, actor->pid, actor->handle, actor->number, &answer, actor->deadline);
    actor->number = answer;
    note(actor, actor->thread);
}

/* Takes a request as the test's own thread; returns its id. */
static uint64_t take(struct kernel_fixture *f, uint64_t *number)
{
    struct kipc_channel_info info;
    assert_result(kipc_channel_receive(&f->kernel, f->first, f->other, number, 8, &info, KIPC_NO_WAIT), 8);
    assert_int_equal(info.header.type, KIPC_MESSAGE_REQUEST);
    assert_true(info.header.request_id != 0);
    return info.header.request_id;
}

static int answer(struct kernel_fixture *f, uint64_t id, uint64_t number)
{
    return kipc_channel_reply(&f->kernel, f->first, id, &number, sizeof(number));
}

static void assert_no_request_is_left(struct kernel_fixture *f)
{
    uint32_t count = 0;
    for (const struct kipc_request *request = f->kernel.free_requests; request != NULL; request = request->next_free) {
        count += 1;
    }
    assert_int_equal(count, f->kernel.request_count);
}

static void test_VER_CP_01_a_call_returns_its_own_reply(void **state)
{
    struct kernel_fixture *f = *state;
    uint64_t number;
    make(f, 4);
    struct actor *one = act(f, f->first, 1, call_and_note);
    struct actor *two = act(f, f->first, 1, call_and_note);
    one->number = 100;
    two->number = 200;
    assert_int_equal(mock_run_now(&f->mock), 2);
    uint64_t first = take(f, &number);
    assert_int_equal(number, 100);
    uint64_t second = take(f, &number);
    assert_int_equal(number, 200);
    assert_true(first != second);
    assert_result(answer(f, second, 201), KIPC_OK); /* out of order */
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_true(two->has_ended && two->result == 8 && two->number == 201);
    assert_result(answer(f, first, 101), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_true(one->result == 8 && one->number == 101);
    assert_no_request_is_left(f);
}

static void test_VER_CP_02_replies_that_come_too_often_or_too_late(void **state)
{
    struct kernel_fixture *f = *state;
    uint64_t number;
    make(f, 4);
    struct actor *actor = act(f, f->first, 1, call_and_note);
    assert_int_equal(mock_run_now(&f->mock), 1);
    uint64_t id = take(f, &number);
    assert_result(answer(f, id, 1), KIPC_OK);
    assert_result(answer(f, id, 1), KIPC_E_STATE); /* before the caller has run */
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(answer(f, id, 1), KIPC_E_STATE); /* and after */
    actor = act(f, f->first, 1, call_and_note);
    actor->deadline = f->mock.now + 5;
    assert_int_equal(mock_run_now(&f->mock), 1);
    uint64_t late = take(f, &number);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(actor->result, KIPC_E_TIMEDOUT);
    assert_result(answer(f, late, 1), KIPC_E_CLOSED);
    assert_result(answer(f, id, 1), KIPC_E_CLOSED); /* its place has had another request since */
    assert_no_request_is_left(f);
}

static void test_EXO_MS_05_strange_replies_are_counted_and_ids_never_come_again(void **state)
{
    struct kernel_fixture *f = *state;
    uint64_t number;
    make(f, 4);
    f->kernel.next_request = UINT64_C(0xFFFFFFFE); /* the 32-bit wrap-around lies in the middle */
    uint64_t former = 0;
    for (unsigned int i = 0; i < 8; i++) {
        struct actor *actor = act(f, f->first, 1, call_and_note);
        actor->deadline = f->mock.now + 5;
        assert_int_equal(mock_run_now(&f->mock), 1);
        uint64_t id = take(f, &number);
        assert_true(id > former);
        assert_result(answer(f, id + (UINT64_C(1) << 16), 1), KIPC_E_NOTFOUND);
        assert_result(answer(f, 0, 1), KIPC_E_NOTFOUND);
        assert_result(answer(f, UINT64_MAX, 1), KIPC_E_NOTFOUND);
        assert_result(kipc_channel_reply(&f->kernel, f->second, id, NULL, 0), KIPC_E_NOTFOUND); /* not its server */
        assert_result(kipc_channel_reply(&f->kernel, 0, id, NULL, 0), KIPC_E_SRCH);
        assert_result(answer(f, id, i), KIPC_OK);
        assert_int_equal(mock_run_now(&f->mock), 0);
        assert_true(actor->result == 8 && actor->number == i);
        former = id;
    }
    assert_int_equal(f->kernel.unknown_replies, 32);
}

static void test_EXO_MS_07_a_server_failure_reaches_the_caller(void **state)
{
    struct kernel_fixture *f = *state;
    uint64_t number;
    static const int codes[] = {KIPC_E_PERM, KIPC_E_NOTFOUND, KIPC_E_FLOW};
    make(f, 4);
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        struct actor *actor = act(f, f->first, 1, call_and_note);
        assert_int_equal(mock_run_now(&f->mock), 1);
        uint64_t id = take(f, &number);
        assert_result(kipc_channel_reply_error(&f->kernel, f->first, id, 0), KIPC_E_INVAL);
        assert_result(kipc_channel_reply_error(&f->kernel, f->first, id, codes[i]), KIPC_OK);
        assert_int_equal(mock_run_now(&f->mock), 0);
        assert_result(actor->result, codes[i]);
    }
    assert_no_request_is_left(f);
}

/* A request that had to wait for its server lends it the caller's priority from then on, not before, not after. */
static void test_a_server_inherits_from_a_request_that_waited(void **state)
{
    struct kernel_fixture *f = *state;
    uint64_t number;
    make(f, 4);
    int priority = kipc_thread_priority(&f->kernel, 0);
    struct actor *actor = act(f, f->first, (uint8_t)(priority + 7), call_and_note);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(kipc_thread_priority(&f->kernel, 0), priority);
    uint64_t id = take(f, &number);
    assert_result(kipc_thread_priority(&f->kernel, 0), priority + 7);
    assert_result(answer(f, id, 1), KIPC_OK);
    assert_result(kipc_thread_priority(&f->kernel, 0), priority);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, 8);
}

#define LONG_REPLY 200u

/* Calls with a number and room for more than fits one block. */
static void call_for_bytes(struct actor *actor)
{
    uint8_t reply[LONG_REPLY] = {0};
    struct kernel_fixture *f = actor->fixture;
    const struct kipc_channel_message message = {.length = sizeof(actor->number), .data = &actor->number};
    actor->result = kipc_channel_call(&f->kernel, actor->pid, actor->handle, &message, reply, LONG_REPLY, KIPC_FOREVER);
    for (int i = 0; i < actor->result; i++) {
        assert_int_equal(reply[i], (uint8_t)(i + 1));
    }
}

/* Small replies and large ones, after each other: each is as long as its server said, and counted once each way. */
static void test_VER_CP_01_replies_of_any_length(void **state)
{
    struct kernel_fixture *f = *state;
    static const uint32_t lengths[] = {LONG_REPLY, 64, 65, 0, 100, 1};
    uint8_t bytes[LONG_REPLY];
    uint64_t number;
    for (uint32_t i = 0; i < LONG_REPLY; i++) {
        bytes[i] = (uint8_t)(i + 1);
    }
    make(f, 4);
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        struct actor *actor = act(f, f->first, 1, call_for_bytes);
        assert_int_equal(mock_run_now(&f->mock), 1);
        uint64_t id = take(f, &number);
        uint64_t copied = f->kernel.copied_bytes;
        assert_result(kipc_channel_reply(&f->kernel, f->first, id, bytes, lengths[i]), KIPC_OK);
        assert_int_equal(mock_run_now(&f->mock), 0);
        assert_result(actor->result, (int)lengths[i]);
        assert_int_equal(f->kernel.copied_bytes - copied, 2 * lengths[i]);
    }
    assert_no_request_is_left(f);
}

static void test_a_reply_that_is_too_long_can_be_given_again(void **state)
{
    struct kernel_fixture *f = *state;
    uint8_t bytes[9] = {0};
    uint64_t number;
    make(f, 4);
    struct actor *actor = act(f, f->first, 1, call_and_note);
    assert_int_equal(mock_run_now(&f->mock), 1);
    uint64_t id = take(f, &number);
    assert_result(kipc_channel_reply(&f->kernel, f->first, id, bytes, 9), KIPC_E_MSGSIZE);
    assert_result(kipc_channel_reply(&f->kernel, f->first, id, NULL, 1), KIPC_E_INVAL);
    assert_result(kipc_channel_reply(&f->kernel, f->first, id, bytes, 3), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, 3);
}

static void test_a_call_that_is_taken_back_before_it_was_received(void **state)
{
    struct kernel_fixture *f = *state;
    uint64_t number;
    make(f, 4);
    struct actor *actor = act(f, f->first, 1, call_and_note);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(kipc_thread_cancel(&f->kernel, actor->thread), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_E_CANCELED);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), KIPC_E_EMPTY);
    assert_no_request_is_left(f);
    /* Answered after the cancellation, before the caller has run: the answer counts. */
    actor = act(f, f->first, 1, call_and_note);
    assert_int_equal(mock_run_now(&f->mock), 1);
    uint64_t id = take(f, &number);
    assert_result(kipc_thread_cancel(&f->kernel, actor->thread), KIPC_OK);
    assert_result(answer(f, id, 4), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_true(actor->result == 8 && actor->number == 4);
}

static void serve_none(struct actor *actor)
{
    uint64_t number;
    assert_result(
        kipc_channel_receive(&actor->fixture->kernel, actor->pid, actor->handle, &number, 8, NULL, KIPC_FOREVER), 8);
}

static void test_VER_CH_07_callers_of_a_server_that_ends(void **state)
{
    struct kernel_fixture *f = *state;
    make(f, 4);
    kipc_handle_t ours = f->handle;
    kipc_handle_t theirs;
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, f->other, f->second, KIPC_RIGHTS, &theirs), KIPC_OK);
    assert_result(kipc_handle_close(&f->kernel, f->first, f->other), KIPC_OK);
    struct actor *server = act(f, f->second, SERVER_PRIORITY, serve_none);
    server->handle = theirs;
    f->handle = ours;
    struct actor *received = act(f, f->first, 1, call_and_note); /* the server has it and does not answer */
    struct actor *queued = act(f, f->first, 1, call_and_note);   /* it lies in the inbox */
    assert_int_equal(mock_run_now(&f->mock), 2);
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(received->result, KIPC_E_CLOSED);
    assert_result(queued->result, KIPC_E_CLOSED);
    assert_no_request_is_left(f);
}

static void test_callers_that_end(void **state)
{
    struct kernel_fixture *f = *state;
    uint64_t number;
    make(f, 4);
    kipc_handle_t ours = f->handle;
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, ours, f->second, KIPC_RIGHT_SEND, &f->handle), KIPC_OK);
    struct actor *caller = act(f, f->second, 1, call_and_note);
    f->handle = ours;
    assert_int_equal(mock_run_now(&f->mock), 1);
    uint64_t id = take(f, &number);
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(caller->result, KIPC_E_SRCH);
    assert_result(answer(f, id, 1), KIPC_E_CLOSED);
    assert_no_request_is_left(f);
}

static void test_a_rendezvous_call_and_one_that_is_overwritten(void **state)
{
    struct kernel_fixture *f = *state;
    uint64_t number;
    make(f, 0);
    struct actor *actor = act(f, f->first, 1, call_and_note);
    assert_int_equal(mock_run_now(&f->mock), 1);
    uint64_t id = take(f, &number);
    assert_int_equal(mock_run_now(&f->mock), 1); /* taken; it waits for the reply now */
    assert_result(answer(f, id, 2), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_int_equal(actor->result, 8);
    struct kipc_channel_config config = channel_config(1);
    config.overflow = KIPC_OVERFLOW_OVERWRITE_OLDEST;
    make_channel(f, &config);
    actor = act(f, f->first, 1, call_and_note);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(send_number(f, f->handle, 1, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_E_OVERFLOW);
    assert_no_request_is_left(f);
}

static void test_too_many_calls(void **state)
{
    struct kernel_fixture *f = *state;
    make(f, 16);
    f->kernel.free_requests->next_free->next_free = NULL; /* as if all but two were in use */
    struct actor *actors[3];
    for (unsigned int i = 0; i < 3; i++) {
        actors[i] = act(f, f->first, 1, call_and_note);
        actors[i]->deadline = f->mock.now + 2;
    }
    assert_int_equal(mock_run_now(&f->mock), 2);
    assert_true(actors[2]->has_ended);
    assert_result(actors[2]->result, KIPC_E_NOMEM);
    const struct kipc_channel_message message = {.length = 0};
    assert_result(kipc_channel_call(&f->kernel, f->first, f->handle, &message, NULL, 0, KIPC_NO_WAIT), KIPC_E_INVAL);
    assert_result(kipc_channel_call(&f->kernel, f->first, f->handle, NULL, NULL, 0, KIPC_FOREVER), KIPC_E_INVAL);
    assert_result(kipc_channel_call(&f->kernel, f->first, f->handle, &message, NULL, 1, KIPC_FOREVER), KIPC_E_INVAL);
}

static void serve_many(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    for (unsigned int i = 0; i < 3000; i++) {
        struct kipc_channel_info info;
        uint64_t number;
        assert_result(kipc_channel_receive(&f->kernel, actor->pid, actor->handle, &number, 8, &info, KIPC_FOREVER), 8);
        number += 1;
        assert_result(kipc_channel_reply(&f->kernel, actor->pid, info.header.request_id, &number, 8), KIPC_OK);
    }
}

static void call_many(struct actor *actor)
{
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t result = 0;
        uint64_t number = actor->number << 32 | i;
        assert_result(call_number(actor->fixture, actor->pid, actor->handle, number, &result, KIPC_FOREVER), 8);
        assert_true(result == number + 1);
    }
}

static void test_many_calls_from_three_callers(void **state)
{
    struct kernel_fixture *f = *state;
    make(f, 2);
    act(f, f->first, SERVER_PRIORITY, serve_many)->handle = f->other;
    for (uint64_t i = 0; i < 3; i++) {
        act(f, f->first, (uint8_t)(4 + i), call_many)->number = i;
    }
    assert_int_equal(mock_run(&f->mock), 0);
    assert_no_request_is_left(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_VER_CP_01_a_call_returns_its_own_reply),
        TEST(test_VER_CP_02_replies_that_come_too_often_or_too_late),
        TEST(test_EXO_MS_05_strange_replies_are_counted_and_ids_never_come_again),
        TEST(test_EXO_MS_07_a_server_failure_reaches_the_caller),
        TEST(test_a_server_inherits_from_a_request_that_waited),
        TEST(test_VER_CP_01_replies_of_any_length),
        TEST(test_a_reply_that_is_too_long_can_be_given_again),
        TEST(test_a_call_that_is_taken_back_before_it_was_received),
        TEST(test_VER_CH_07_callers_of_a_server_that_ends),
        TEST(test_callers_that_end),
        TEST(test_a_rendezvous_call_and_one_that_is_overwritten),
        TEST(test_too_many_calls),
        TEST(test_many_calls_from_three_callers),
    };
    return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
