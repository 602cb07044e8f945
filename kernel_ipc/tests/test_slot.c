/* SPDX-License-Identifier: MIT */
#include "internal.h"
#include "support.h"

static void test_EXO_FR_05_only_four_steps_exist(void **state)
{
    (void)state;
    static const enum kipc_slot_state all[] = {KIPC_SLOT_FREE, KIPC_SLOT_WRITING, KIPC_SLOT_READY, KIPC_SLOT_READING};
    (void)failed_asserts();
    for (size_t from = 0; from < COUNT_OF(all); from++) {
        for (size_t to = 0; to < COUNT_OF(all); to++) {
            enum kipc_slot_state slot = all[from];
            bool allowed = to == (from + 1) % COUNT_OF(all);
            assert_result(ki_slot_step(&slot, all[to]), allowed ? KIPC_OK : KIPC_E_STATE);
            assert_int_equal(slot, allowed ? all[to] : all[from]);
            assert_int_equal(failed_asserts(), expected_asserts(allowed ? 0 : 1));
        }
    }
}

static void test_EXO_FR_05_a_corrupted_state_is_refused(void **state)
{
    (void)state;
    uint32_t bits = 1000;
    enum kipc_slot_state slot;
    memcpy(&slot, &bits, sizeof(slot));
    assert_result(ki_slot_step(&slot, KIPC_SLOT_WRITING), KIPC_E_STATE);
    assert_int_equal(failed_asserts(), expected_asserts(1));
}

/* The line in which a field of the shared ring begins and ends. */
#define LINE_OF(field) (offsetof(struct kipc_ring_shared, field) / KIPC_CACHELINE)
#define LAST_LINE_OF(field)                                                                                            \
    ((offsetof(struct kipc_ring_shared, field) + sizeof(((struct kipc_ring_shared *)0)->field) - 1) / KIPC_CACHELINE)

static void test_MOS_FU_08_no_line_is_written_by_both_sides(void **state)
{
    (void)state;
    const struct {
        size_t first, last;
        bool is_producers;
    } fields[] = {
        {LINE_OF(constants), LAST_LINE_OF(constants), true}, /* and never again */
        {LINE_OF(producer.index), LAST_LINE_OF(producer.index), true},
        {LINE_OF(producer.waiting), LAST_LINE_OF(producer.waiting), true},
        {LINE_OF(consumer.index), LAST_LINE_OF(consumer.index), false},
        {LINE_OF(consumer.waiting), LAST_LINE_OF(consumer.waiting), false},
        {LINE_OF(slots), LINE_OF(slots) + 1, true},
    };
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        for (size_t k = 0; k < COUNT_OF(fields); k++) {
            bool share = fields[i].first <= fields[k].last && fields[k].first <= fields[i].last;
            assert_false(share && fields[i].is_producers != fields[k].is_producers);
        }
    }
    assert_int_not_equal(LINE_OF(producer.index), LINE_OF(constants)); /* what nobody writes stays with everybody */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_EXO_FR_05_only_four_steps_exist),
        cmocka_unit_test(test_EXO_FR_05_a_corrupted_state_is_refused),
        cmocka_unit_test(test_MOS_FU_08_no_line_is_written_by_both_sides),
    };
    return cmocka_run_group_tests_name("slot", tests, NULL, NULL);
}
