/* SPDX-License-Identifier: MIT */
/* Many capabilities in a message that is revoked, that nobody may have, or that never arrives: nothing is left. */
#include "capability_fixture.h"
#include <kipc/async.h>
#include <kipc/call.h>

static void test_VER_MS_08_revocation_reaches_each_on_its_way(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t events[MANY];
    make_events(f, events, MANY);
    for (uint32_t third = 0; third < 3; third++) {
        const struct possessions before = possessions_of(f);
        uint32_t revoked = 0;
        assert_result(send_many(f, events, MANY, false), KIPC_OK);
        for (uint32_t i = third; i < MANY; i += 3) {
            assert_int_equal(kipc_handle_revoke(&f->kernel, f->first, events[i]), 1);
            revoked += 1;
        }
        assert_int_equal(on_their_way(f), MANY - revoked);
        const struct kipc_channel_large_info info = receive_many(f);
        assert_int_equal(info.capability_count, MANY);
        for (uint32_t i = 0; i < MANY; i++) {
            assert_true((info.capabilities[i] == KIPC_NO_ID) == (i % 3 == third));
            int expected = i % 3 == third ? KIPC_E_BADF : 0;
            assert_result(kipc_event_signal(&f->kernel, f->second, info.capabilities[i], 0), expected);
        }
        /* And those that have arrived. */
        for (uint32_t i = 0; i < MANY; i++) {
            assert_int_equal(kipc_handle_revoke(&f->kernel, f->first, events[i]), i % 3 == third ? 0 : 1);
            assert_result(kipc_event_signal(&f->kernel, f->second, info.capabilities[i], 0), KIPC_E_BADF);
        }
        assert_same_possessions(f, &before);
    }
}

static void test_VER_MS_08_a_receiver_whose_quota_is_used_up(void **state)
{
    struct kernel_fixture *f = *state;
    static const uint32_t rooms[] = {0, 1, KIPC_MSG_CAPABILITIES, 10, MANY - 1, MANY};
    kipc_handle_t events[MANY];
    make_events(f, events, MANY);
    for (size_t i = 0; i < COUNT_OF(rooms); i++) {
        struct kipc_process_config config = kipc_process_config_default();
        struct kipc_channel_large_info info;
        uint8_t payload[LARGE];
        kipc_handle_t end;
        kipc_pid_t pid;
        const struct possessions before = possessions_of(f);
        config.limits[KIPC_QUOTA_HANDLES] = 1 + rooms[i];
        assert_result(kipc_process_register(&f->kernel, &config, &pid), KIPC_OK);
        assert_result(kipc_handle_duplicate(&f->kernel, f->second, f->other, pid, KIPC_RIGHTS, &end), KIPC_OK);
        assert_result(send_many(f, events, MANY, false), KIPC_OK);
        become(f, pid);
        assert_result(kipc_channel_receive_large(&f->kernel, pid, end, payload, LARGE, &info, KIPC_NO_WAIT), LARGE);
        become(f, f->first);
        assert_int_equal(info.capability_count, MANY);
        for (uint32_t place = 0; place < MANY; place++) {
            assert_true((info.capabilities[place] != KIPC_NO_ID) == (place < rooms[i]));
        }
        assert_int_equal(on_their_way(f), 0);
        assert_result(kipc_process_exit(&f->kernel, pid), KIPC_OK);
        assert_same_possessions(f, &before);
    }
}

/* Each ends the message that lies in the inbox of the second process, in another way. */
static void receive_without_info(struct kernel_fixture *f)
{
    uint8_t payload[LARGE];
    become(f, f->second);
    assert_result(kipc_channel_receive(&f->kernel, f->second, f->other, payload, LARGE, NULL, KIPC_NO_WAIT), LARGE);
    become(f, f->first);
}

static void overwrite_it(struct kernel_fixture *f)
{
    for (unsigned int i = 0; i < 8; i++) {
        assert_result(send_many(f, NULL, 0, false), KIPC_OK);
    }
}

static void close_the_end(struct kernel_fixture *f)
{
    assert_result(kipc_handle_close(&f->kernel, f->second, f->other), KIPC_OK);
}

static void close_for_all(struct kernel_fixture *f)
{
    assert_result(kipc_object_close(&f->kernel, f->second, f->other), KIPC_OK);
}

static void disconnect_and_close(struct kernel_fixture *f)
{
    assert_result(kipc_channel_disconnect(&f->kernel, f->first, f->handle), KIPC_OK);
    close_the_end(f);
}

static void kill_the_receiver(struct kernel_fixture *f)
{
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_OK);
}

static void kill_both(struct kernel_fixture *f)
{
    assert_result(kipc_process_exit(&f->kernel, f->first), KIPC_OK);
    kill_the_receiver(f);
}

/* An operation has the message in hand when its process ends. */
static void kill_an_operation(struct kernel_fixture *f)
{
    kipc_token_t token;
    become(f, f->second);
    assert_result(kipc_channel_receive_async(&f->kernel, f->second, f->other, LARGE, KIPC_NO_ID, &token), KIPC_OK);
    become(f, f->first);
    kill_the_receiver(f);
}

static void test_VER_MS_08_a_message_that_does_not_arrive_leaves_nothing(void **state)
{
    (void)state;
    static void (*const ends[])(struct kernel_fixture *
                                f) = {receive_without_info, overwrite_it,      close_the_end, close_for_all,
                                      disconnect_and_close, kill_the_receiver, kill_both,     kill_an_operation};
    for (size_t i = 0; i < 2 * COUNT_OF(ends); i++) {
        void *own = NULL;
        kipc_handle_t events[MANY];
        assert_int_equal(capability_fixture_set_up(&own), 0);
        struct kernel_fixture *f = own;
        struct kipc_channel_config config = channel_config(8);
        config.overflow = KIPC_OVERFLOW_OVERWRITE_OLDEST;
        make_way(f, &config);
        make_events(f, events, MANY);
        bool moves = i % 2 == 1;
        assert_result(send_many(f, events, MANY, moves), KIPC_OK);
        assert_int_equal(live(f, KIPC_TABLE_EVENT), MANY);
        assert_int_equal(on_their_way(f), MANY);
        ends[i / 2](f);
        assert_int_equal(on_their_way(f), 0);
        /* Moved events are gone with the message, others stay the sender's for as long as it lives. */
        assert_int_equal(live(f, KIPC_TABLE_EVENT), moves || ends[i / 2] == kill_both ? 0 : MANY);
        assert_int_equal(capability_fixture_tear_down(&own), 0);
    }
}

static void give_up_a_rendezvous(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    const struct kipc_channel_message message = many_in((const kipc_handle_t *)(uintptr_t)f->value, MANY, true);
    actor->result = kipc_channel_send(&f->kernel, f->first, actor->handle, &message, actor->deadline);
}

static void give_up_a_call(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    const struct kipc_channel_message message = many_in((const kipc_handle_t *)(uintptr_t)f->value, MANY, true);
    actor->result = kipc_channel_call(&f->kernel, f->first, actor->handle, &message, NULL, 0, actor->deadline);
}

/* The sender waits for its receiver, and gives up: by time, by cancellation, by the end of its process. */
static void test_VER_MS_08_a_sender_that_gives_up_leaves_nothing(void **state)
{
    (void)state;
    for (unsigned int way = 0; way < 6; way++) {
        void *own = NULL;
        kipc_handle_t events[MANY];
        assert_int_equal(capability_fixture_set_up(&own), 0);
        struct kernel_fixture *f = own;
        const struct kipc_channel_config config = channel_config(way < 3 ? 0 : 4);
        make_way(f, &config);
        make_events(f, events, MANY);
        f->value = (uintptr_t)events;
        struct actor *sender = act(f, f->first, 5, way < 3 ? give_up_a_rendezvous : give_up_a_call);
        sender->deadline = way % 3 == 0 ? f->mock.now + 5 : KIPC_FOREVER;
        assert_int_equal(mock_run_now(&f->mock), 1);
        assert_int_equal(on_their_way(f), MANY);
        if (way % 3 == 1) {
            assert_result(kipc_thread_cancel(&f->kernel, sender->thread), KIPC_OK);
        } else if (way % 3 == 2) {
            assert_result(kipc_process_exit(&f->kernel, f->first), KIPC_OK);
        }
        assert_int_equal(mock_run(&f->mock), 0);
        static const int expected[] = {KIPC_E_TIMEDOUT, KIPC_E_CANCELED, KIPC_E_SRCH};
        assert_result(sender->result, expected[way % 3]);
        assert_int_equal(on_their_way(f), 0);
        assert_int_equal(live(f, KIPC_TABLE_EVENT), 0);
        assert_int_equal(capability_fixture_tear_down(&own), 0);
    }
}

static void serve_one(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    struct kipc_channel_large_info info;
    uint8_t payload[LARGE];
    assert_result(
        kipc_channel_receive_large(&f->kernel, actor->pid, actor->handle, payload, LARGE, &info, KIPC_FOREVER), LARGE);
    for (uint32_t i = 0; i < info.capability_count; i++) {
        actor->number += kipc_event_signal(&f->kernel, actor->pid, info.capabilities[i], 0) == 0 ? 1 : 0;
        assert_result(kipc_handle_close(&f->kernel, actor->pid, info.capabilities[i]), KIPC_OK);
    }
    assert_result(kipc_channel_reply(&f->kernel, actor->pid, info.info.header.request_id, NULL, 0), KIPC_OK);
}

static void ask(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    const struct kipc_channel_message message = many_in((const kipc_handle_t *)(uintptr_t)f->value, MANY, false);
    actor->result = kipc_channel_call(&f->kernel, f->first, actor->handle, &message, NULL, 0, KIPC_FOREVER);
}

static void test_VER_MS_08_a_request_with_many(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t events[MANY];
    make_events(f, events, MANY);
    f->value = (uintptr_t)events;
    const struct possessions before = possessions_of(f);
    for (unsigned int waits_first = 0; waits_first < 2; waits_first++) {
        struct actor *actors[2];
        for (unsigned int i = 0; i < 2; i++) {
            bool is_server = i == waits_first;
            actors[is_server] = act(f, is_server ? f->second : f->first, 5, is_server ? serve_one : ask);
            actors[is_server]->handle = is_server ? f->other : f->handle;
        }
        assert_int_equal(mock_run(&f->mock), 0);
        assert_result(actors[0]->result, 0);
        assert_int_equal(actors[1]->number, MANY);
        assert_same_possessions(f, &before);
    }
}

/* What an inbox requires may stand anywhere in the list. */
static void test_VER_SE_04_a_required_one_in_a_list(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t events[MANY + 1];
    kipc_handle_t theirs;
    make_events(f, events, MANY + 1);
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, events[MANY], f->second, KIPC_RIGHTS, &theirs), KIPC_OK);
    assert_result(kipc_channel_require(&f->kernel, f->second, f->other, theirs), KIPC_OK);
    assert_result(send_many(f, events, MANY, false), KIPC_E_FILTERED);
    for (uint32_t place = 0; place < MANY; place += 21) {
        kipc_handle_t handles[MANY];
        memcpy(handles, events, sizeof(handles));
        handles[place] = events[MANY];
        assert_result(send_many(f, handles, MANY, false), KIPC_OK);
        const struct kipc_channel_large_info info = receive_many(f);
        for (uint32_t i = 0; i < MANY; i++) {
            assert_result(kipc_handle_close(&f->kernel, f->second, info.capabilities[i]), KIPC_OK);
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, capability_fixture_set_up, capability_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_VER_MS_08_revocation_reaches_each_on_its_way),
        TEST(test_VER_MS_08_a_receiver_whose_quota_is_used_up),
        cmocka_unit_test(test_VER_MS_08_a_message_that_does_not_arrive_leaves_nothing),
        cmocka_unit_test(test_VER_MS_08_a_sender_that_gives_up_leaves_nothing),
        TEST(test_VER_MS_08_a_request_with_many),
        TEST(test_VER_SE_04_a_required_one_in_a_list),
    };
    return cmocka_run_group_tests_name("transfer_lost", tests, NULL, NULL);
}
