/* SPDX-License-Identifier: MIT */
/* What becomes of messages for which there is no room. */
#include "channel_fixture.h"
#include <kipc/batch.h>

#define PLACES 4u
#define SENDS_MAX 12u

static void test_VER_CH_02_VER_ER_01_EXO_ER_02_06_overflow_policies(void **state)
{
    struct kernel_fixture *f = *state;
    static const struct {
        enum kipc_overflow policy;
        int fifth; /* what the fifth send into four places gives */
        uint64_t dropped;
        int first_receive;
        uint64_t first_number;
    } cases[] = {
        {KIPC_OVERFLOW_BLOCK, KIPC_E_FULL, 0, 8, 0},
        {KIPC_OVERFLOW_ERROR, KIPC_E_FULL, 0, 8, 0},
        {KIPC_OVERFLOW_DROP_NEWEST, KIPC_E_OVERFLOW, 1, 8, 0},
        {KIPC_OVERFLOW_OVERWRITE_OLDEST, KIPC_OK, 1, KIPC_E_OVERFLOW, 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct kipc_channel_config config = channel_config(4);
        struct kipc_channel_stats stats;
        uint64_t number;
        config.overflow = cases[i].policy;
        make_channel(f, &config);
        for (uint64_t k = 0; k < 4; k++) {
            assert_result(send_number(f, f->handle, k, 0, KIPC_NO_WAIT), KIPC_OK);
        }
        assert_result(send_number(f, f->handle, 4, 0, KIPC_NO_WAIT), cases[i].fifth);
        assert_int_equal(kipc_channel_stats(&f->kernel, f->first, f->other, &stats), 4);
        assert_int_equal(stats.dropped, cases[i].dropped);
        assert_int_equal(stats.full_hits, 1);
        assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), cases[i].first_receive);
        if (cases[i].first_receive < 0) {
            assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
        }
        assert_int_equal(number, cases[i].first_number);
        assert_int_equal(f->mock.blocks, 0);
    }
}

/* What is overwritten is the least urgent, and of that the oldest; as much as the new one needs. */
static void test_VER_CH_02_what_is_overwritten(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(8);
    struct kipc_channel_stats stats;
    uint8_t large[200] = {0};
    config.buffer_bytes = 256;
    config.message_max = 200;
    config.overflow = KIPC_OVERFLOW_OVERWRITE_OLDEST;
    make_channel(f, &config);
    static const uint8_t priorities[] = {2, 1, 1, 2, 3, 2, 1, 2};
    for (uint64_t i = 0; i < 8; i++) {
        assert_result(send_number(f, f->handle, i, priorities[i], KIPC_NO_WAIT), KIPC_OK);
    }
    const struct kipc_channel_message message = {.length = sizeof(large), .priority = 9, .data = large};
    assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_channel_stats(&f->kernel, f->first, f->other, &stats), 8);
    assert_int_equal(stats.dropped, 1); /* 7 * 8 + 200 bytes fit exactly, in 8 places */
    assert_result(kipc_channel_receive(&f->kernel, f->first, f->other, large, 200, NULL, KIPC_NO_WAIT),
                  KIPC_E_OVERFLOW);
    assert_result(kipc_channel_receive(&f->kernel, f->first, f->other, large, 200, NULL, KIPC_NO_WAIT), 200);
    static const uint64_t left[] = {4, 0, 3, 5, 7, 2, 6};
    for (size_t i = 0; i < COUNT_OF(left); i++) {
        uint64_t number;
        assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
        assert_int_equal(number, left[i]);
    }
}

/* Room for four; so many are sent while nobody receives, one by one or in one call. */
struct row {
    enum kipc_overflow policy;
    int refusal;       /* what a send without room gives */
    bool drops;        /* so it counts as dropped */
    bool keeps_latest; /* the first ones are lost, not the last ones */
};

static const struct row rows[] = {
    {KIPC_OVERFLOW_BLOCK, KIPC_E_FULL, false, false},
    {KIPC_OVERFLOW_ERROR, KIPC_E_FULL, false, false},
    {KIPC_OVERFLOW_DROP_NEWEST, KIPC_E_OVERFLOW, true, false},
    {KIPC_OVERFLOW_OVERWRITE_OLDEST, KIPC_OK, true, true},
};

static void send_all(struct kernel_fixture *f, const struct row *row, uint32_t sends)
{
    for (uint32_t i = 0; i < sends; i++) {
        assert_result(send_number(f, f->handle, i, 0, KIPC_NO_WAIT), i < PLACES ? KIPC_OK : row->refusal);
    }
}

/* A batch ends where room ends: none of it overwrites another one of it. */
static void send_all_at_once(struct kernel_fixture *f, const struct row *row, uint32_t sends)
{
    struct kipc_channel_message messages[SENDS_MAX] = {{.length = 0}};
    uint64_t numbers[SENDS_MAX];
    for (uint32_t i = 0; i < sends; i++) {
        numbers[i] = i;
        messages[i] = (struct kipc_channel_message){.length = sizeof(uint64_t), .data = &numbers[i]};
    }
    uint32_t sent = sends < PLACES ? sends : PLACES;
    assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages, sends, KIPC_NO_WAIT), (int)sent);
    for (uint32_t i = sent; i < sends; i++) { /* those that it did not take, one at a time */
        assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, &messages[i], 1, KIPC_NO_WAIT),
                      row->refusal == KIPC_OK ? 1 : row->refusal);
    }
}

static void check_drops(struct kernel_fixture *f, const struct row *row, uint32_t sends, bool at_once)
{
    struct kipc_channel_stats inbox;
    struct kipc_channel_stats sender;
    uint64_t number;
    uint32_t excess = sends > PLACES ? sends - PLACES : 0;
    uint32_t kept = sends - excess;
    assert_result(kipc_channel_stats(&f->kernel, f->first, f->other, &inbox), (int)kept);
    assert_result(kipc_channel_stats(&f->kernel, f->first, f->handle, &sender), 0);
    assert_int_equal(inbox.dropped, row->drops ? excess : 0);
    /* A batch that may overwrite finds out that all places are its own. */
    assert_int_equal(inbox.full_hits, excess + (at_once && row->keeps_latest && excess > 0 ? 1 : 0));
    assert_int_equal(inbox.depth_peak, kept);
    assert_int_equal(inbox.send_waits, 0);
    assert_int_equal(sender.sent, row->keeps_latest ? sends : kept);
    assert_int_equal(f->kernel.threads[0].process->used[KIPC_QUOTA_MESSAGES], kept);
    if (row->keeps_latest && excess > 0) {
        assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), KIPC_E_OVERFLOW); /* once for all */
    }
    for (uint32_t i = 0; i < kept; i++) {
        assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
        assert_int_equal(number, row->keeps_latest ? excess + i : i);
    }
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), KIPC_E_EMPTY);
}

static void test_VER_CH_02_each_policy_drops_exactly_what_has_no_room(void **state)
{
    struct kernel_fixture *f = *state;
    for (size_t r = 0; r < COUNT_OF(rows); r++) {
        for (uint32_t sends = 1; sends <= SENDS_MAX; sends++) {
            for (int at_once = 0; at_once < 2; at_once++) {
                struct kipc_channel_config config = channel_config(PLACES);
                config.overflow = rows[r].policy;
                make_channel(f, &config);
                (at_once != 0 ? send_all_at_once : send_all)(f, &rows[r], sends);
                check_drops(f, &rows[r], sends, at_once != 0);
                assert_result(kipc_handle_close(&f->kernel, f->first, f->handle), KIPC_OK);
                assert_result(kipc_handle_close(&f->kernel, f->first, f->other), KIPC_OK);
            }
        }
    }
}

static void test_VER_CH_02_who_may_block_loses_nothing(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(PLACES);
    struct kipc_channel_stats stats;
    struct actor *senders[8];
    make_channel(f, &config);
    for (uint64_t i = 0; i < COUNT_OF(senders); i++) {
        senders[i] = act(f, f->first, 5, send_and_note);
        senders[i]->number = i;
        mock_run(&f->mock);
    }
    assert_result(kipc_channel_stats(&f->kernel, f->first, f->other, &stats), PLACES);
    assert_int_equal(stats.send_waits, COUNT_OF(senders) - PLACES);
    for (uint64_t i = 0; i < COUNT_OF(senders); i++) {
        uint64_t number;
        assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
        assert_int_equal(number, i);
        mock_run(&f->mock);
        assert_result(senders[i]->result, KIPC_OK);
    }
    assert_result(kipc_channel_stats(&f->kernel, f->first, f->other, &stats), 0);
    assert_int_equal(stats.dropped, 0);
    assert_int_equal(stats.full_hits, COUNT_OF(senders) - PLACES);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_VER_CH_02_VER_ER_01_EXO_ER_02_06_overflow_policies),
        TEST(test_VER_CH_02_what_is_overwritten),
        TEST(test_VER_CH_02_each_policy_drops_exactly_what_has_no_room),
        TEST(test_VER_CH_02_who_may_block_loses_nothing),
    };
    return cmocka_run_group_tests_name("channel_overflow", tests, NULL, NULL);
}
