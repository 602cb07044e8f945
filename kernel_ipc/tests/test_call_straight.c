/* SPDX-License-Identifier: MIT */
/* Calls that find their server waiting, beside the same calls on the ordinary way. */
#include "channel_fixture.h"
#include <kipc/call.h>
#include <kipc/observer.h>

#define ROUNDS 10000u
#define LENGTH_MAX 80u /* some are too long for the straight way */

/* A limit that nobody reaches: it takes a process's messages off every short cut. */
static void take_off_short_cuts(struct kernel_fixture *f)
{
    assert_result(kipc_process_limit_rate(&f->kernel, f->first, KIPC_LIMITER_MAX, 1, KIPC_LIMITER_MAX), KIPC_OK);
}

/* Replies with other lengths, errors now and then; until its end is closed. */
static void serve(struct actor *actor)
{
    struct random_numbers random = {.state = 3};
    struct kipc_kernel *kernel = &actor->fixture->kernel;
    struct kipc_channel_info info;
    uint8_t bytes[LENGTH_MAX];
    int length = kipc_channel_receive(kernel, actor->pid, actor->handle, bytes, sizeof(bytes), &info, KIPC_FOREVER);
    while (length >= 0) {
        uint64_t chance = random_next(&random);
        uint64_t id = info.header.request_id;
        assert_true(info.header.type == KIPC_MESSAGE_REQUEST && id != 0);
        assert_int_equal(info.sequence, actor->number);
        assert_int_equal(info.capabilities[0], KIPC_NO_ID);
        actor->number += 1;
        if (chance % 8 == 0) {
            assert_result(kipc_channel_reply_error(kernel, actor->pid, id, -(int)(chance >> 8 & 31) - 1), KIPC_OK);
        } else {
            uint32_t most = chance % 8 == 1 ? (uint32_t)(chance >> 16) % (LENGTH_MAX + 1) : (uint32_t)length;
            bytes[0] = (uint8_t)~bytes[0];
            int result = kipc_channel_reply(kernel, actor->pid, id, bytes, most);
            if (result == KIPC_E_MSGSIZE) {
                result = kipc_channel_reply(kernel, actor->pid, id, NULL, 0);
            }
            assert_result(result, KIPC_OK);
            assert_result(kipc_channel_reply(kernel, actor->pid, id, bytes, 0), KIPC_E_STATE);
        }
        length = kipc_channel_receive(kernel, actor->pid, actor->handle, bytes, sizeof(bytes), &info, KIPC_FOREVER);
    }
    actor->result = length;
}

static void call_often(struct actor *actor)
{
    struct random_numbers random = {.state = 11};
    uint64_t sum = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint8_t bytes[LENGTH_MAX + 1];
        uint8_t answer[LENGTH_MAX] = {0};
        uint64_t chance = random_next(&random);
        for (uint32_t i = 0; i <= LENGTH_MAX; i++) {
            bytes[i] = (uint8_t)random_next(&random);
        }
        const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA,
                                                     .priority = (uint8_t)(chance >> 40),
                                                     .length = (uint32_t)(chance % (LENGTH_MAX + 1)),
                                                     .data = bytes + (chance >> 16) % 2,
                                                     .tag = chance};
        int result = kipc_channel_call(&actor->fixture->kernel, actor->pid, actor->handle, &message, answer,
                                       (uint32_t)(chance >> 20) % (LENGTH_MAX + 1), KIPC_FOREVER);
        sum = sum * 31 + (uint64_t)(result + 1000);
        for (int i = 0; i < result; i++) {
            sum = sum * 31 + answer[i];
        }
    }
    actor->number = sum;
    actor->result = KIPC_OK;
}

struct outcome {
    struct kipc_channel_stats from, to;
    uint64_t sum, copied, checks, unknown;
    uint32_t used, free;
};

static struct outcome run_calls(bool is_ordinary)
{
    void *state;
    struct outcome outcome;
    assert_int_equal(kernel_fixture_set_up(&state), 0);
    struct kernel_fixture *f = state;
    struct kipc_channel_config config = channel_config(4);
    make_channel(f, &config);
    if (is_ordinary) {
        take_off_short_cuts(f);
    }
    struct actor *server = act(f, f->first, FIXTURE_PRIORITY, serve);
    server->handle = f->other;
    assert_int_equal(mock_run(&f->mock), 1);
    struct actor *client = act(f, f->first, FIXTURE_PRIORITY, call_often);
    assert_int_equal(mock_run(&f->mock), 1);
    assert_true(client->has_ended && server->number == ROUNDS);
    outcome.sum = client->number;
    outcome.copied = f->kernel.copied_bytes;
    outcome.checks = f->kernel.checks;
    outcome.unknown = f->kernel.unknown_replies;
    outcome.free = f->kernel.blocks_free;
    assert_result(kipc_process_usage(&f->kernel, f->first, KIPC_QUOTA_MESSAGES, &outcome.used, NULL), KIPC_OK);
    assert_int_equal(kipc_channel_stats(&f->kernel, f->first, f->handle, &outcome.from), 0);
    assert_int_equal(kipc_channel_stats(&f->kernel, f->first, f->other, &outcome.to), 0);
    assert_result(kipc_object_close(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(server->result, KIPC_E_CLOSED);
    assert_int_equal(kernel_fixture_tear_down(&state), 0);
    return outcome;
}

static void test_VER_CP_01_straight_and_ordinary_calls_do_the_same(void **state)
{
    (void)state;
    struct outcome straight = run_calls(false);
    struct outcome ordinary = run_calls(true);
    assert_true(straight.sum == ordinary.sum && straight.copied == ordinary.copied);
    assert_int_equal(straight.checks, ordinary.checks);
    assert_int_equal(straight.unknown, ordinary.unknown);
    assert_int_equal(straight.used, 0);
    assert_int_equal(ordinary.used, 0);
    assert_int_equal(straight.free, ordinary.free);
    assert_memory_equal(&straight.from, &ordinary.from, sizeof(straight.from));
    assert_memory_equal(&straight.to, &ordinary.to, sizeof(straight.to));
}

static void call_once(struct actor *actor)
{
    uint64_t number = 1;
    const struct kipc_channel_message message = {.length = sizeof(number), .data = &number};
    actor->result = kipc_channel_call(&actor->fixture->kernel, actor->pid, actor->handle, &message, &number,
                                      sizeof(number), actor->deadline);
}

/* One request, whose caller goes away meanwhile, or its own process. */
static void reply_too_late(struct actor *actor)
{
    struct kipc_channel_info info;
    uint64_t number;
    assert_result(kipc_channel_receive(&actor->fixture->kernel, actor->pid, actor->handle, &number, sizeof(number),
                                       &info, KIPC_FOREVER),
                  sizeof(number));
    actor->result = kipc_channel_reply(&actor->fixture->kernel, actor->pid, info.header.request_id, NULL, 0);
}

/* A server of the second process, which waits. */
static struct actor *start_server(struct kernel_fixture *f, uint8_t priority, void (*body)(struct actor *actor))
{
    struct kipc_channel_config config = channel_config(4);
    kipc_handle_t theirs;
    make_channel(f, &config);
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, f->other, f->second, KIPC_RIGHTS, &theirs), KIPC_OK);
    struct actor *server = act(f, f->second, priority, body);
    server->handle = theirs;
    assert_int_equal(mock_run(&f->mock), 1);
    return server;
}

/* Between the call and the server's next step: what the test's own thread, the most urgent one, finds. */
static struct actor *call_without_letting_serve(struct kernel_fixture *f, uint8_t priority)
{
    struct actor *client = act(f, f->first, priority, call_once);
    assert_result(kipc_thread_set_priority(&f->kernel, 0, priority), KIPC_OK);
    mock_yield(&f->mock);
    return client;
}

static void test_VER_CP_05_a_straight_call_lends_its_priority_at_once(void **state)
{
    struct kernel_fixture *f = *state;
    struct actor *server = start_server(f, FIXTURE_PRIORITY - 5, serve);
    struct actor *client = act(f, f->first, FIXTURE_PRIORITY + 5, call_once);
    assert_result(kipc_thread_set_priority(&f->kernel, 0, FIXTURE_PRIORITY + 5), KIPC_OK);
    mock_yield(&f->mock);
    assert_false(client->has_ended);
    assert_int_equal(kipc_thread_priority(&f->kernel, server->thread), FIXTURE_PRIORITY + 5); /* it has not run yet */
    assert_int_equal(mock_run(&f->mock), 1);
    assert_true(client->has_ended && client->result >= -32);
    assert_int_equal(kipc_thread_priority(&f->kernel, server->thread), FIXTURE_PRIORITY - 5);
    assert_result(kipc_object_close(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
}

static void test_VER_CH_07_a_server_that_ends_with_a_straight_call_in_hand(void **state)
{
    struct kernel_fixture *f = *state;
    struct actor *server = start_server(f, FIXTURE_PRIORITY - 5, reply_too_late);
    struct actor *client = call_without_letting_serve(f, FIXTURE_PRIORITY + 5);
    assert_false(client->has_ended);
    assert_int_equal(f->kernel.threads[server->thread].state, KIPC_THREAD_SETTLED);
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(client->result, KIPC_E_CLOSED);
    assert_result(server->result, KIPC_E_SRCH);
    struct kipc_process_config process = kipc_process_config_default();
    assert_result(kipc_process_register(&f->kernel, &process, &f->second), KIPC_OK);
}

static void test_VER_CP_02_a_straight_call_that_is_cancelled_before_it_is_served(void **state)
{
    struct kernel_fixture *f = *state;
    struct actor *server = start_server(f, FIXTURE_PRIORITY - 5, reply_too_late);
    struct actor *client = call_without_letting_serve(f, FIXTURE_PRIORITY + 5);
    assert_result(kipc_thread_cancel(&f->kernel, client->thread), KIPC_OK);
    assert_int_equal(kipc_thread_priority(&f->kernel, server->thread), FIXTURE_PRIORITY - 5);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(client->result, KIPC_E_CANCELED);
    assert_result(server->result, KIPC_E_CLOSED);
}

/* Serves one request, then asks somebody itself. */
static void reply_then_call(struct actor *actor)
{
    struct kipc_channel_info info;
    uint64_t number;
    assert_result(kipc_channel_receive(&actor->fixture->kernel, actor->pid, actor->other, &number, sizeof(number),
                                       &info, KIPC_FOREVER),
                  sizeof(number));
    assert_result(kipc_channel_reply(&actor->fixture->kernel, actor->pid, info.header.request_id, NULL, 0), KIPC_OK);
    call_once(actor);
}

/* Priorities go round in the ring, and stay there when who brought them is gone; they go with the first that ends. */
static void test_VER_CP_05_callers_that_wait_for_each_other_can_be_cancelled(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    kipc_handle_t ends[2];
    make_channel(f, &config);
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), KIPC_OK);
    struct actor *one = act(f, f->first, FIXTURE_PRIORITY, reply_then_call);
    one->handle = ends[0];
    struct actor *two = act(f, f->first, FIXTURE_PRIORITY + 2, reply_then_call);
    two->other = ends[1];
    two->handle = f->handle;
    assert_int_equal(mock_run(&f->mock), 2);
    (void)act(f, f->first, FIXTURE_PRIORITY, call_once);
    act(f, f->first, FIXTURE_PRIORITY, call_once)->handle = ends[0];
    assert_int_equal(mock_run(&f->mock), 2); /* each calls where the other one served last */
    struct actor *three = act(f, f->first, FIXTURE_PRIORITY + 10, call_once);
    assert_int_equal(mock_run(&f->mock), 3);
    assert_int_equal(kipc_thread_priority(&f->kernel, one->thread), FIXTURE_PRIORITY + 10);
    assert_int_equal(kipc_thread_priority(&f->kernel, two->thread), FIXTURE_PRIORITY + 10);
    assert_result(kipc_thread_cancel(&f->kernel, three->thread), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 2);
    assert_result(kipc_thread_cancel(&f->kernel, one->thread), KIPC_OK);
    assert_int_equal(kipc_thread_priority(&f->kernel, two->thread), FIXTURE_PRIORITY + 2);
    assert_int_equal(mock_run(&f->mock), 1);
    assert_result(one->result, KIPC_E_CANCELED);
    assert_result(kipc_thread_cancel(&f->kernel, two->thread), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(two->result, KIPC_E_CANCELED);
    assert_result(three->result, KIPC_E_CANCELED);
}

/* Serves what waits at an end, from the test's own thread. */
static void serve_one(struct kernel_fixture *f, kipc_handle_t end)
{
    struct kipc_channel_info info;
    uint64_t number;
    assert_result(kipc_channel_receive(&f->kernel, f->first, end, &number, sizeof(number), &info, KIPC_NO_WAIT),
                  sizeof(number));
    assert_result(kipc_channel_reply(&f->kernel, f->first, info.header.request_id, &number, sizeof(number)), KIPC_OK);
}

/* As many calls wait at once as there are places for requests; the next one fails, straight or not, and harms none. */
static void run_out_of_requests(uint32_t places, uint32_t callers)
{
    void *state;
    struct kipc_limits limits = kipc_limits_soc();
    struct kipc_channel_config config = channel_config(callers);
    kipc_handle_t ends[2];
    limits.requests = places;
    assert_int_equal(kernel_fixture_set_up_with(&state, &limits), 0);
    struct kernel_fixture *f = state;
    make_channel(f, &config);
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), KIPC_OK);
    struct actor *server = act(f, f->first, FIXTURE_PRIORITY, serve);
    server->handle = ends[1];
    assert_int_equal(mock_run(&f->mock), 1);
    for (uint32_t i = 0; i < callers; i++) {
        (void)act(f, f->first, FIXTURE_PRIORITY, call_once);
    }
    uint32_t waiting = places < callers ? places : callers;
    assert_int_equal(mock_run(&f->mock), waiting + 1);
    for (uint32_t i = 0; i < callers; i++) {
        assert_int_equal((server + 1 + i)->has_ended, i >= waiting);
        assert_true(i < waiting || (server + 1 + i)->result == KIPC_E_NOMEM);
    }
    struct actor *last = act(f, f->first, FIXTURE_PRIORITY, call_once); /* to the server that waits */
    last->handle = ends[0];
    (void)mock_run(&f->mock);
    assert_true(last->has_ended && (last->result == KIPC_E_NOMEM) == (waiting == places));
    for (uint32_t i = 0; i < waiting; i++) {
        serve_one(f, f->other);
    }
    assert_int_equal(mock_run(&f->mock), 1);
    for (uint32_t i = 0; i < waiting; i++) {
        assert_result((server + 1 + i)->result, sizeof(uint64_t));
    }
    last = act(f, f->first, FIXTURE_PRIORITY, call_once);
    last->handle = ends[0];
    assert_int_equal(mock_run(&f->mock), 1);
    assert_true(last->has_ended && last->result != KIPC_E_NOMEM);
    assert_result(kipc_object_close(&f->kernel, f->first, ends[0]), KIPC_OK);
    assert_int_equal(kernel_fixture_tear_down(&state), 0);
}

static void test_MOS_ER_04_requests_run_out(void **state)
{
    (void)state;
    for (uint32_t places = 1; places <= 6; places++) {
        run_out_of_requests(places, 5);
    }
}

static void test_VER_CP_01_a_call_that_an_observer_sees_does_the_same(void **state)
{
    struct kernel_fixture *f = *state;
    const struct kipc_observer_config config = {.interval = 1};
    struct kipc_observer observer;
    struct actor *server = start_server(f, FIXTURE_PRIORITY, serve);
    assert_result(kipc_observer_attach(&f->kernel, &observer, &config), KIPC_OK);
    struct actor *client = act(f, f->first, FIXTURE_PRIORITY, call_once);
    assert_int_equal(mock_run(&f->mock), 1);
    assert_int_equal(server->number, 1);
    assert_true(client->has_ended && client->result >= -32);
    assert_result(kipc_observer_detach(&f->kernel), KIPC_OK);
    assert_result(kipc_object_close(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VER_CP_01_straight_and_ordinary_calls_do_the_same),
        cmocka_unit_test_setup_teardown(test_VER_CP_05_a_straight_call_lends_its_priority_at_once,
                                        kernel_fixture_set_up, kernel_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_VER_CH_07_a_server_that_ends_with_a_straight_call_in_hand,
                                        kernel_fixture_set_up, kernel_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_VER_CP_02_a_straight_call_that_is_cancelled_before_it_is_served,
                                        kernel_fixture_set_up, kernel_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_VER_CP_05_callers_that_wait_for_each_other_can_be_cancelled,
                                        kernel_fixture_set_up, kernel_fixture_tear_down),
        cmocka_unit_test(test_MOS_ER_04_requests_run_out),
        cmocka_unit_test_setup_teardown(test_VER_CP_01_a_call_that_an_observer_sees_does_the_same,
                                        kernel_fixture_set_up, kernel_fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
