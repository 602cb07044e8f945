/* SPDX-License-Identifier: MIT */
#include "support.h"
#include <kipc/record.h>

#define RECORDS 3u

static void test_VER_SE_07_what_does_not_fit_is_counted(void **state)
{
    (void)state;
    struct kipc_record records[RECORDS];
    struct kipc_record_ring ring;
    struct kipc_record record = {.kind = KIPC_RECORD_SEND};
    assert_result(kipc_record_ring_set_up(&ring, records, RECORDS), KIPC_OK);
    assert_result(kipc_record_ring_take(&ring, &record), KIPC_E_EMPTY);
    uint64_t next = 0;
    uint64_t expected = 0;
    for (uint32_t round = 0; round < 10; round++) { /* the ring's ends pass each other at every place */
        for (uint32_t i = 0; i < RECORDS - round % 2; i++) {
            record.sequence = next;
            kipc_record_ring_add(&ring, &record);
            next += 1;
        }
        for (uint32_t i = 0; i < RECORDS - round % 2; i++) {
            assert_result(kipc_record_ring_take(&ring, &record), KIPC_OK);
            assert_int_equal(record.sequence, expected);
            expected += 1;
        }
    }
    assert_int_equal(ring.lost, 0);
    for (uint64_t i = 0; i < RECORDS + 4; i++) {
        record.sequence = i;
        kipc_record_ring_add(&ring, &record);
    }
    assert_int_equal(ring.lost, 4);
    for (uint64_t i = 0; i < RECORDS; i++) {
        assert_result(kipc_record_ring_take(&ring, &record), KIPC_OK);
        assert_int_equal(record.sequence, i); /* the first ones stay */
    }
    assert_result(kipc_record_ring_take(&ring, &record), KIPC_E_EMPTY);
}

static void test_arguments(void **state)
{
    (void)state;
    struct kipc_record record = {.kind = KIPC_RECORD_SEND};
    struct kipc_record_ring ring;
    assert_result(kipc_record_ring_set_up(NULL, &record, 1), KIPC_E_INVAL);
    assert_result(kipc_record_ring_set_up(&ring, NULL, 1), KIPC_E_INVAL);
    assert_result(kipc_record_ring_set_up(&ring, NULL, 0), KIPC_OK);
    kipc_record_ring_add(&ring, &record);
    assert_int_equal(ring.lost, 1); /* it keeps none */
    assert_result(kipc_record_ring_take(&ring, NULL), KIPC_E_INVAL);
    assert_result(kipc_record_ring_take(&ring, &record), KIPC_E_EMPTY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VER_SE_07_what_does_not_fit_is_counted),
        cmocka_unit_test(test_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
