/* SPDX-License-Identifier: MIT */
/* The way of a message about which nothing is special: what it touches, when it is closed, and when it opens again. */
#include "channel_fixture.h"
#include <kipc/batch.h>

#define LINES ((size_t)2 * KIPC_CACHELINE)
#define MANY 8u

static struct kipc_channel *end_of(struct kernel_fixture *f, kipc_handle_t handle)
{
    const struct kipc_handle_entry *entry = kipc_table_find(&f->kernel.tables[KIPC_TABLE_HANDLE], handle);
    assert_non_null(entry);
    return (struct kipc_channel *)(void *)entry->object;
}

/* What a plain send or receive touches of an end. */
#define HOT(X)                                                                                                         \
    X(object.table)                                                                                                    \
    X(object.is_closed)                                                                                                \
    X(peer)                                                                                                            \
    X(first)                                                                                                           \
    X(last)                                                                                                            \
    X(next_sequence)                                                                                                   \
    X(send_below)                                                                                                      \
    X(receive_below)                                                                                                   \
    X(queued)                                                                                                          \
    X(queue_max)                                                                                                       \
    X(free_bytes)                                                                                                      \
    X(stats.sent)                                                                                                      \
    X(stats.sent_bytes)                                                                                                \
    X(stats.received)                                                                                                  \
    X(stats.received_bytes)                                                                                            \
    X(stats.depth_peak)

static void test_VER_PF_02_hot_members_lie_in_two_lines(void **state)
{
    (void)state;
#define EXTENT(member) {#member, offsetof(struct kipc_channel, member), sizeof(((struct kipc_channel *)0)->member)},
    static const struct {
        const char *name;
        size_t offset;
        size_t bytes;
    } members[] = {HOT(EXTENT)};
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (members[i].offset + members[i].bytes > LINES) {
            fail_msg("%s ends at %zu", members[i].name, members[i].offset + members[i].bytes);
        }
    }
    assert_int_equal(sizeof(struct kipc_channel) % KIPC_CACHELINE, 0); /* so every end of a table begins with a line */
    assert_int_equal(alignof(struct kipc_channel), KIPC_CACHELINE);
}

/* All of an end that is not hot, kept apart while something else is there. */
struct cold {
    uint8_t *from;
    uint8_t kept[sizeof(struct kipc_channel) - LINES];
    uint8_t fill;
};

static void spoil(struct cold *cold, struct kipc_channel *end)
{
#ifdef KIPC_DEBUG
    cold->fill = 0; /* assertions look at the queues, which must be empty; a capacity of 0 would be special, too */
#else
    cold->fill = 0xA5;
#endif
    assert_int_equal((uintptr_t)end % KIPC_CACHELINE, 0);
    cold->from = (uint8_t *)end + LINES;
    memcpy(cold->kept, cold->from, sizeof(cold->kept));
    memset(cold->from, cold->fill, sizeof(cold->kept));
}

static void restore(struct cold *cold)
{
    for (size_t i = 0; i < sizeof(cold->kept); i++) {
        assert_int_equal(cold->from[i], cold->fill); /* nothing was written there */
    }
    memcpy(cold->from, cold->kept, sizeof(cold->kept));
}

/* Reading a spoilt member sends the message another way or fails; writing one shows afterwards. */
static void test_VER_PF_02_nothing_else_is_touched(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(MANY);
    static struct cold colds[2];
    struct kipc_channel_info info;
    uint64_t number;
    make_channel(f, &config);
    spoil(&colds[0], end_of(f, f->handle));
    spoil(&colds[1], end_of(f, f->other));
    for (uint64_t round = 0; round < 1000; round++) {
        for (uint64_t i = 0; i < MANY; i++) {
            kipc_handle_t end = round % 2 == 0 ? f->handle : f->other;
            unsigned int locks = f->mock.locks;
            assert_result(send_number(f, end, round * MANY + i, 0, KIPC_NO_WAIT), KIPC_OK);
            assert_int_equal(f->mock.locks, locks + 1);
        }
        for (uint64_t i = 0; i < MANY; i++) {
            kipc_handle_t end = round % 2 == 0 ? f->other : f->handle;
            unsigned int locks = f->mock.locks;
            assert_result(kipc_channel_receive(&f->kernel, f->first, end, &number, 8, &info, KIPC_NO_WAIT), 8);
            assert_int_equal(f->mock.locks, locks + 1);
            assert_int_equal(number, round * MANY + i);
            assert_int_equal(info.sequence, round / 2 * MANY + i);
        }
    }
    restore(&colds[0]);
    restore(&colds[1]);
    struct kipc_channel_stats stats;
    assert_result(kipc_channel_stats(&f->kernel, f->first, f->handle, &stats), 0);
    assert_int_equal(stats.sent, 500 * MANY);
    assert_int_equal(stats.received_bytes, 500 * MANY * 8);
    assert_int_equal(stats.depth_peak, MANY);
}

/* Sends or receives a number; true if it went the plain way: one turn in the critical section. */
static bool sends_plainly(struct kernel_fixture *f, uint64_t number)
{
    unsigned int locks = f->mock.locks;
    assert_result(send_number(f, f->handle, number, 0, KIPC_NO_WAIT), KIPC_OK);
    return f->mock.locks == locks + 1;
}

static bool receives_plainly(struct kernel_fixture *f, uint64_t number)
{
    unsigned int locks = f->mock.locks;
    uint64_t received;
    assert_result(receive_number(f, f->other, &received, KIPC_NO_WAIT), 8);
    assert_int_equal(received, number);
    return f->mock.locks == locks + 1;
}

static void test_who_waits_closes_the_plain_way_for_a_while(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(2);
    make_channel(f, &config);
    assert_true(sends_plainly(f, 1));
    assert_true(receives_plainly(f, 1));
    struct actor *receiver = act(f, f->first, 20, receive_and_note);
    receiver->handle = f->other;
    assert_int_equal(mock_run(&f->mock), 1);
    assert_false(sends_plainly(f, 2)); /* goes to who waits */
    assert_int_equal(mock_run(&f->mock), 0);
    assert_int_equal(receiver->number, 2);
    assert_false(sends_plainly(f, 3)); /* looks, and finds nobody */
    assert_true(sends_plainly(f, 4));
    struct actor *sender = act(f, f->first, 20, send_and_note);
    sender->number = 5;
    assert_int_equal(mock_run(&f->mock), 1);
    assert_result(send_number(f, f->handle, 9, 0, KIPC_NO_WAIT), KIPC_E_FULL);
    assert_false(receives_plainly(f, 3)); /* lets the sender go */
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(sender->result, KIPC_OK);
    assert_true(receives_plainly(f, 4));
    assert_true(receives_plainly(f, 5));
    assert_true(sends_plainly(f, 6));
    /* A wait that ends by its time-out leaves nothing behind but one closer look. */
    assert_true(receives_plainly(f, 6));
    receiver = act(f, f->first, 20, receive_and_note);
    receiver->handle = f->other;
    receiver->deadline = f->mock.now + 5;
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(receiver->result, KIPC_E_TIMEDOUT);
    assert_false(sends_plainly(f, 7));
    assert_true(sends_plainly(f, 8));
    assert_true(receives_plainly(f, 7));
    assert_true(receives_plainly(f, 8));
    /* Nor does one during which it is looked at anew what the end admits. */
    receiver = act(f, f->first, 20, receive_and_note);
    receiver->handle = f->other;
    assert_int_equal(mock_run(&f->mock), 1);
    assert_result(kipc_channel_admit(&f->kernel, f->first, f->other, 0x1F), KIPC_OK);
    assert_false(sends_plainly(f, 9));
    assert_int_equal(mock_run(&f->mock), 0);
    assert_int_equal(receiver->number, 9);
    assert_false(sends_plainly(f, 10));
    assert_true(sends_plainly(f, 11));
    assert_true(receives_plainly(f, 10));
}

static void test_what_was_overwritten_is_told_before_the_plain_way_opens(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(2);
    uint64_t number;
    config.overflow = KIPC_OVERFLOW_OVERWRITE_OLDEST;
    make_channel(f, &config);
    for (uint64_t i = 0; i < 4; i++) {
        assert_result(send_number(f, f->handle, i, 0, KIPC_NO_WAIT), KIPC_OK);
    }
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), KIPC_E_OVERFLOW);
    assert_true(receives_plainly(f, 2));
    assert_true(receives_plainly(f, 3));
    assert_true(sends_plainly(f, 4));
}

/* Filled in with so many good messages of 8 bytes. */
static void good_messages(struct kipc_channel_message *messages, const uint64_t *numbers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        messages[i] = (struct kipc_channel_message){.priority = 3, .length = 8, .data = &numbers[i]};
    }
}

static void test_EXO_FR_08_one_message_decides_for_all_of_a_batch(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(MANY);
    static const uint64_t numbers[MANY] = {0, 1, 2, 3, 4, 5, 6, 7};
    struct kipc_channel_message messages[MANY];
    struct kipc_channel_stats before;
    struct kipc_channel_stats after;
    uint8_t large[100] = {0};
    make_channel(f, &config);
    for (uint32_t bad = 0; bad < MANY; bad++) {
        uint32_t blocks = f->kernel.blocks_free;
        uint64_t copied = f->kernel.copied_bytes;
        good_messages(messages, numbers, MANY);
        messages[bad].flags = 0x80;
        assert_result(kipc_channel_stats(&f->kernel, f->first, f->handle, &before), 0);
        assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages, MANY, KIPC_NO_WAIT),
                      KIPC_E_INVAL);
        assert_result(kipc_channel_stats(&f->kernel, f->first, f->handle, &after), 0);
        assert_memory_equal(&after, &before, sizeof(after));
        assert_int_equal(f->kernel.blocks_free, blocks);
        assert_int_equal(f->kernel.copied_bytes, copied);
        assert_int_equal(f->kernel.threads[0].process->used[KIPC_QUOTA_MESSAGES], 0);
    }
    /* A large one, or one that goes before others, makes all of them go the long way, with the same result. */
    for (uint32_t odd = 0; odd < MANY; odd++) {
        uint64_t received;
        good_messages(messages, numbers, MANY);
        messages[odd].priority = 9;
        assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages, MANY, KIPC_NO_WAIT), MANY);
        assert_result(receive_number(f, f->other, &received, KIPC_NO_WAIT), 8);
        assert_int_equal(received, odd);
        for (uint32_t i = 0; i < MANY; i++) {
            if (i != odd) {
                assert_result(receive_number(f, f->other, &received, KIPC_NO_WAIT), 8);
                assert_int_equal(received, i);
            }
        }
        good_messages(messages, numbers, MANY);
        messages[odd].data = large;
        messages[odd].length = sizeof(large);
        assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages, MANY, KIPC_NO_WAIT), MANY);
        for (uint32_t i = 0; i < MANY; i++) {
            int length = kipc_channel_receive(&f->kernel, f->first, f->other, large, 100, NULL, KIPC_NO_WAIT);
            assert_result(length, i == odd ? 100 : 8);
        }
    }
}

static void test_VER_CP_08_the_largest_batch_takes_one_turn(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(KIPC_CFG_BATCH_MAX);
    static uint64_t numbers[KIPC_CFG_BATCH_MAX];
    struct kipc_channel_message messages[KIPC_CFG_BATCH_MAX];
    struct kipc_channel_room rooms[KIPC_CFG_BATCH_MAX];
    make_channel(f, &config);
    f->kernel.threads[0].process->limits[KIPC_QUOTA_MESSAGES] = KIPC_CFG_BATCH_MAX; /* just enough */
    for (uint32_t i = 0; i < KIPC_CFG_BATCH_MAX; i++) {
        numbers[i] = 1000 + i;
    }
    good_messages(messages, numbers, KIPC_CFG_BATCH_MAX);
    unsigned int locks = f->mock.locks;
    assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages, KIPC_CFG_BATCH_MAX, KIPC_NO_WAIT),
                  KIPC_CFG_BATCH_MAX);
    assert_int_equal(f->mock.locks, locks + 1);
    for (uint32_t i = 0; i < KIPC_CFG_BATCH_MAX; i++) {
        numbers[i] = 0;
        rooms[i] = (struct kipc_channel_room){.buffer = &numbers[i], .capacity = 8};
    }
    assert_result(kipc_channel_receive_batch(&f->kernel, f->first, f->other, rooms, KIPC_CFG_BATCH_MAX, KIPC_NO_WAIT),
                  KIPC_CFG_BATCH_MAX);
    assert_int_equal(f->mock.locks, locks + 2);
    for (uint32_t i = 0; i < KIPC_CFG_BATCH_MAX; i++) {
        assert_int_equal(numbers[i], 1000 + i);
    }
}

static void test_VER_CP_08_a_batch_of_several_senders_is_paid_back_to_each(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(MANY);
    struct kipc_channel_room rooms[MANY];
    uint64_t numbers[MANY];
    kipc_handle_t theirs;
    make_channel(f, &config);
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, f->handle, f->second, KIPC_RIGHT_SEND, &theirs), KIPC_OK);
    const struct kipc_process *first = f->kernel.threads[0].process;
    const struct kipc_process *second = kipc_table_find(&f->kernel.tables[KIPC_TABLE_PROCESS], f->second);
    static const bool is_theirs[MANY] = {false, false, true, false, true, true, true, false};
    for (uint32_t i = 0; i < MANY; i++) {
        if (is_theirs[i]) {
            struct actor *actor = act(f, f->second, 5, send_and_note);
            actor->handle = theirs;
            actor->number = i;
            assert_int_equal(mock_run(&f->mock), 0);
            assert_result(actor->result, KIPC_OK);
        } else {
            assert_result(send_number(f, f->handle, i, 0, KIPC_NO_WAIT), KIPC_OK);
        }
        rooms[i] = (struct kipc_channel_room){.buffer = &numbers[i], .capacity = 8};
    }
    assert_int_equal(first->used[KIPC_QUOTA_MESSAGES], 4);
    assert_int_equal(second->used[KIPC_QUOTA_MESSAGES], 4);
    assert_result(kipc_channel_receive_batch(&f->kernel, f->first, f->other, rooms, 5, KIPC_NO_WAIT), 5);
    assert_int_equal(first->used[KIPC_QUOTA_MESSAGES], 1);
    assert_int_equal(second->used[KIPC_QUOTA_MESSAGES], 2);
    /* Who has ended by then is not paid back. */
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_OK);
    assert_result(kipc_channel_receive_batch(&f->kernel, f->first, f->other, rooms + 5, 3, KIPC_NO_WAIT), 3);
    assert_int_equal(first->used[KIPC_QUOTA_MESSAGES], 0);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(numbers[i], i);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VER_PF_02_hot_members_lie_in_two_lines),
        TEST(test_VER_PF_02_nothing_else_is_touched),
        TEST(test_who_waits_closes_the_plain_way_for_a_while),
        TEST(test_what_was_overwritten_is_told_before_the_plain_way_opens),
        TEST(test_EXO_FR_08_one_message_decides_for_all_of_a_batch),
        TEST(test_VER_CP_08_the_largest_batch_takes_one_turn),
        TEST(test_VER_CP_08_a_batch_of_several_senders_is_paid_back_to_each),
    };
    return cmocka_run_group_tests_name("channel_plain", tests, NULL, NULL);
}
