/* SPDX-License-Identifier: MIT */
/* Many capabilities in one message: how many, in one section, all or none. */
#include "capability_fixture.h"
#include <kipc/call.h>

static void assert_same_object(struct kernel_fixture *f, kipc_handle_t senders, kipc_handle_t receivers)
{
    uint32_t ids[2];
    assert_result(kipc_object_id(&f->kernel, f->first, senders, &ids[0]), KIPC_OK);
    assert_result(kipc_object_id(&f->kernel, f->second, receivers, &ids[1]), KIPC_OK);
    assert_int_equal(ids[0], ids[1]);
}

static void test_VER_MS_08_as_many_as_the_limit_says(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t events[MANY + 1];
    assert_int_equal(MANY, 64);
    make_events(f, events, MANY + 1);
    for (uint32_t count = 0; count <= MANY; count++) {
        const struct possessions before = possessions_of(f);
        assert_result(send_many(f, events, count, false), KIPC_OK);
        assert_int_equal(on_their_way(f), count);
        const struct kipc_channel_large_info info = receive_many(f);
        assert_int_equal(info.capability_count, count);
        assert_true(info.info.header.sender == f->first);
        for (uint32_t i = 0; i < MANY; i++) {
            if (i < KIPC_MSG_CAPABILITIES) {
                assert_int_equal(info.info.capabilities[i], info.capabilities[i]);
            }
            if (i >= count) {
                assert_int_equal(info.capabilities[i], KIPC_NO_ID);
                continue;
            }
            assert_same_object(f, events[i], info.capabilities[i]);
            assert_result(kipc_handle_close(&f->kernel, f->second, info.capabilities[i]), KIPC_OK);
        }
        assert_same_possessions(f, &before);
    }
    const struct possessions before = possessions_of(f);
    assert_result(send_many(f, events, MANY + 1, false), KIPC_E_INVAL);
    assert_result(send_many(f, events, UINT32_MAX, false), KIPC_E_INVAL);
    assert_same_possessions(f, &before);
}

static void test_VER_MS_08_only_a_large_message_has_a_list(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t events[MANY];
    make_events(f, events, MANY);
    const struct possessions before = possessions_of(f);
    struct kipc_channel_message message = many_in(events, KIPC_MSG_CAPABILITIES + 1, false);
    message.length = KIPC_MSG_SMALL_MAX;
    assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_E_INVAL);
    uint64_t token;
    assert_result(kipc_channel_call(&f->kernel, f->first, f->handle, &message, &token, 8, 1), KIPC_E_INVAL);
    message = many_in(events, MANY, false);
    message.capability_list = NULL;
    assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_E_INVAL);
    assert_same_possessions(f, &before);
    struct kipc_channel_large_info *none = NULL;
    struct kipc_channel_large_info some;
    assert_result(kipc_channel_receive_large(&f->kernel, f->first, f->handle, NULL, 1, &some, KIPC_NO_WAIT),
                  KIPC_E_INVAL);
    assert_result(kipc_channel_receive_large(&f->kernel, f->first, f->handle, NULL, 0, &some, KIPC_NO_WAIT),
                  KIPC_E_EMPTY);
    assert_result(kipc_channel_receive_large(&f->kernel, f->first, f->handle, NULL, 0, none, KIPC_NO_WAIT),
                  KIPC_E_INVAL);
}

/* Who has room for four gets the first four, and none of the others is left anywhere. */
static void test_VER_MS_08_a_receiver_without_room_for_all(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t events[MANY];
    uint8_t payload[LARGE];
    struct kipc_channel_info info;
    make_events(f, events, MANY);
    struct possessions before = possessions_of(f);
    assert_result(send_many(f, events, MANY, false), KIPC_OK);
    become(f, f->second);
    assert_result(kipc_channel_receive(&f->kernel, f->second, f->other, payload, LARGE, &info, KIPC_NO_WAIT), LARGE);
    become(f, f->first);
    for (uint32_t i = 0; i < KIPC_MSG_CAPABILITIES; i++) {
        assert_same_object(f, events[i], info.capabilities[i]);
    }
    before.handles += KIPC_MSG_CAPABILITIES;
    before.used[1] += KIPC_MSG_CAPABILITIES;
    assert_same_possessions(f, &before);
}

/* A scheduler that counts sections and looks at the handles whenever one ends. */
struct watch {
    struct kernel_fixture *f;
    struct kipc_scheduler inner;
    struct kipc_scheduler_ops ops;
    uint32_t sections;
    uint32_t all;        /* handles that travel once they do */
    uint32_t sender_has; /* handles of the sender that do not count */
    bool moves;
    bool was_torn;
};

static uintptr_t watched_lock(void *context)
{
    struct watch *watch = context;
    watch->sections += 1;
    return watch->inner.ops->lock(watch->inner.context);
}

static void watched_unlock(void *context, uintptr_t lock_state)
{
    struct watch *watch = context;
    uint32_t travelling = on_their_way(watch->f);
    const struct kipc_process *sender = kipc_table_find(&watch->f->kernel.tables[KIPC_TABLE_PROCESS], watch->f->first);
    uint32_t senders = sender->used[KIPC_QUOTA_HANDLES] - watch->sender_has;
    bool is_whole = (travelling == 0 || travelling == watch->all) && (senders == 0 || senders == watch->all) &&
                    !(watch->moves && travelling != 0 && senders != 0);
    watch->was_torn = watch->was_torn || !is_whole;
    watch->inner.ops->unlock(watch->inner.context, lock_state);
}

static void watched_priority(void *context, uint32_t thread, uint8_t priority)
{
    struct watch *watch = context;
    watch->inner.ops->set_priority(watch->inner.context, thread, priority);
}

/* Sections of a send with so many capabilities, and of the receive; never is a part of them on its way. */
static void count_sections(struct kernel_fixture *f, uint32_t count, bool moves, uint32_t sections[2])
{
    kipc_handle_t handles[MANY];
    make_events(f, handles, count);
    struct watch watch = {.f = f, .inner = f->kernel.scheduler, .all = count, .moves = moves};
    assert_result(kipc_process_usage(&f->kernel, f->first, KIPC_QUOTA_HANDLES, &watch.sender_has, NULL), KIPC_OK);
    watch.sender_has -= count;
    watch.ops =
        (struct kipc_scheduler_ops){.lock = watched_lock, .unlock = watched_unlock, .set_priority = watched_priority};
    f->kernel.scheduler = (struct kipc_scheduler){.ops = &watch.ops, .context = &watch};
    assert_result(send_many(f, handles, count, moves), KIPC_OK);
    sections[0] = watch.sections;
    watch.sections = 0;
    const struct kipc_channel_large_info info = receive_many(f);
    sections[1] = watch.sections;
    f->kernel.scheduler = watch.inner;
    assert_false(watch.was_torn);
    assert_int_equal(info.capability_count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_result(kipc_handle_close(&f->kernel, f->second, info.capabilities[i]), KIPC_OK);
        assert_result(kipc_handle_close(&f->kernel, f->first, handles[i]), moves ? KIPC_E_BADF : KIPC_OK);
    }
}

static void test_VER_MS_11_any_number_in_one_section(void **state)
{
    struct kernel_fixture *f = *state;
    static const uint32_t counts[] = {0,        1,   KIPC_MSG_CAPABILITIES, KIPC_MSG_CAPABILITIES + 1, 19, 20, 21,
                                      MANY - 1, MANY};
    const struct possessions before = possessions_of(f);
    uint32_t none[2];
    count_sections(f, 0, true, none);
    assert_true(none[0] >= 1 && none[1] >= 1);
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        for (unsigned int moves = 0; moves < 2; moves++) {
            uint32_t sections[2];
            count_sections(f, counts[i], moves == 1, sections);
            assert_int_equal(sections[0], none[0]); /* not one more than a message without any */
            assert_int_equal(sections[1], none[1]);
        }
    }
    assert_same_possessions(f, &before);
}

static void test_VER_MS_11_each_in_turn_is_bad_and_none_moves(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t events[MANY + 1];
    kipc_handle_t unshared;
    make_events(f, events, MANY + 1);
    const kipc_handle_t closed = events[MANY];
    assert_result(kipc_object_close(&f->kernel, f->first, closed), KIPC_OK);
    assert_result(
        kipc_handle_duplicate(&f->kernel, f->first, events[0], f->first, KIPC_RIGHTS - KIPC_RIGHT_SHARE, &unshared),
        KIPC_OK);
    const struct possessions before = possessions_of(f);
    for (uint32_t place = 0; place < MANY; place++) {
        const struct {
            kipc_handle_t handle;
            int expected;
        } bad[] = {{KIPC_NO_ID, KIPC_E_BADCAP},
                   {UINT32_MAX, KIPC_E_BADCAP},
                   {events[place] ^ 0x10000, KIPC_E_BADCAP}, /* of another life */
                   {f->other, KIPC_E_BADCAP},                /* of another process */
                   {closed, KIPC_E_BADCAP},
                   {events[(place + 1) % MANY], KIPC_E_BADCAP}, /* moves twice */
                   {unshared, KIPC_E_ACCES},
                   {f->handle, KIPC_E_INVAL}}; /* an end of the channel itself */
        for (size_t i = 0; i < COUNT_OF(bad); i++) {
            kipc_handle_t handles[MANY];
            memcpy(handles, events, sizeof(handles));
            handles[place] = bad[i].handle;
            assert_result(send_many(f, handles, MANY, true), bad[i].expected);
            assert_same_possessions(f, &before);
        }
        assert_still_the_senders(f, events, MANY);
    }
    assert_result(send_many(f, events, MANY, true), KIPC_OK);
    assert_int_equal(on_their_way(f), MANY);
}

static void send_when_there_is_room(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    const kipc_handle_t *events = (const kipc_handle_t *)(uintptr_t)f->value;
    const struct kipc_channel_message message = many_in(events, MANY, true);
    actor->result = kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_FOREVER);
}

/* All were good when the sender began to wait for room; one is not when the message is sent. */
static void test_VER_MS_11_one_becomes_bad_while_the_sender_waits(void **state)
{
    struct kernel_fixture *f = *state;
    const struct kipc_channel_config config = channel_config(1);
    make_way(f, &config);
    for (unsigned int way = 0; way < 3; way++) {
        static const int expected[] = {KIPC_E_BADCAP, KIPC_E_ACCES, KIPC_E_BADCAP};
        kipc_handle_t events[MANY];
        make_events(f, events, MANY);
        f->value = (uintptr_t)events;
        assert_result(send_many(f, NULL, 0, false), KIPC_OK);
        struct actor *sender = act(f, f->first, 5, send_when_there_is_room);
        assert_int_equal(mock_run(&f->mock), 1);
        if (way == 0) {
            assert_result(kipc_handle_close(&f->kernel, f->first, events[MANY - 1]), KIPC_OK);
        } else if (way == 1) {
            assert_result(kipc_handle_restrict(&f->kernel, f->first, events[MANY - 1], KIPC_RIGHTS - KIPC_RIGHT_SHARE),
                          KIPC_OK);
        } else {
            assert_result(kipc_object_close(&f->kernel, f->first, events[MANY - 1]), KIPC_OK);
        }
        const struct possessions before = possessions_of(f);
        assert_int_equal(receive_many(f).capability_count, 0);
        assert_int_equal(mock_run(&f->mock), 0);
        assert_result(sender->result, expected[way]);
        assert_int_equal(on_their_way(f), 0);
        assert_int_equal(live(f, KIPC_TABLE_HANDLE), before.handles);
        assert_int_equal(f->kernel.blocks_free, f->kernel.block_count);
        assert_still_the_senders(f, events, MANY - 1);
        for (uint32_t i = 0; i < MANY; i++) {
            int result = kipc_handle_close(&f->kernel, f->first, events[i]);
            assert_result(result, way == 0 && i == MANY - 1 ? KIPC_E_BADF : KIPC_OK);
        }
    }
}

/* Handles and blocks that a transfer needs, one fewer than that at a time: refused, nothing moved; then it works. */
static void test_VER_MS_11_each_allocation_in_turn_fails(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t events[MANY];
    kipc_handle_t fillers[4 * MANY];
    uint32_t count = 0;
    make_events(f, events, MANY);
    while (kipc_handle_duplicate(&f->kernel, f->first, events[0], f->first, 0, &fillers[count]) == KIPC_OK) {
        count += 1;
    }
    for (uint32_t unused = 0; unused < MANY; unused++) {
        const struct possessions before = possessions_of(f);
        assert_result(send_many(f, events, MANY, true), KIPC_E_NOSPC);
        assert_same_possessions(f, &before);
        assert_still_the_senders(f, events, MANY);
        count -= 1;
        assert_result(kipc_handle_close(&f->kernel, f->first, fillers[count]), KIPC_OK);
    }
    uint32_t reserved = f->kernel.blocks_reserved;
    uint32_t most = (MANY - KIPC_MSG_CAPABILITIES + 15) / 16; /* ids in a block of 128 bytes */
    for (uint32_t unused = 0; unused < most; unused++) {
        f->kernel.blocks_reserved = f->kernel.block_count - unused;
        const struct possessions before = possessions_of(f);
        assert_result(send_many(f, events, MANY, true), KIPC_E_NOMEM);
        assert_same_possessions(f, &before);
        assert_still_the_senders(f, events, MANY);
    }
    f->kernel.blocks_reserved = f->kernel.block_count - most;
    assert_result(send_many(f, events, MANY, true), KIPC_OK);
    assert_int_equal(f->kernel.blocks_reserved, f->kernel.block_count);
    assert_int_equal(receive_many(f).capability_count, MANY);
    assert_int_equal(f->kernel.blocks_reserved, f->kernel.block_count - most);
    f->kernel.blocks_reserved = reserved;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, capability_fixture_set_up, capability_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_VER_MS_08_as_many_as_the_limit_says),
        TEST(test_VER_MS_08_only_a_large_message_has_a_list),
        TEST(test_VER_MS_08_a_receiver_without_room_for_all),
        TEST(test_VER_MS_11_any_number_in_one_section),
        TEST(test_VER_MS_11_each_in_turn_is_bad_and_none_moves),
        TEST(test_VER_MS_11_one_becomes_bad_while_the_sender_waits),
        TEST(test_VER_MS_11_each_allocation_in_turn_fails),
    };
    return cmocka_run_group_tests_name("transfer_large", tests, NULL, NULL);
}
