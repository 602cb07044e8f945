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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_EXO_FR_05_only_four_steps_exist),
        cmocka_unit_test(test_EXO_FR_05_a_corrupted_state_is_refused),
    };
    return cmocka_run_group_tests_name("slot", tests, NULL, NULL);
}
