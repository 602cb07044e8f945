/* SPDX-License-Identifier: MIT */
#include "support.h"
#include <kipc/throughput.h>

#define INTERVAL 100u

static void assert_sample(struct kipc_throughput *t, uint64_t now, uint64_t start, uint64_t messages, uint64_t bytes)
{
    struct kipc_sample sample;
    assert_result(kipc_throughput_take(t, &sample, now), KIPC_OK);
    assert_int_equal(sample.start, start);
    assert_int_equal(sample.messages, messages);
    assert_int_equal(sample.bytes, bytes);
}

static void test_VER_DB_05_intervals_hold_the_scripted_load(void **state)
{
    (void)state;
    struct kipc_throughput t;
    struct kipc_sample samples[4];
    struct kipc_sample sample;
    assert_result(kipc_throughput_set_up(&t, samples, 4, INTERVAL, 1000), KIPC_OK);
    /* Interval 0: 3 messages; interval 1: one at its first and one at its last tick; 2 and 3: none; 4: 50. */
    kipc_throughput_add(&t, 10, 1000);
    kipc_throughput_add(&t, 20, 1050);
    kipc_throughput_add(&t, 30, 1099);
    kipc_throughput_add(&t, 5, 1100);
    assert_result(kipc_throughput_take(&t, &sample, 1100), KIPC_OK);
    assert_int_equal(sample.messages, 3);
    kipc_throughput_add(&t, 7, 1199);
    for (uint32_t i = 0; i < 50; i++) {
        kipc_throughput_add(&t, i, 1400 + 2 * i);
    }
    assert_sample(&t, 1499, 1100, 2, 12);
    assert_result(kipc_throughput_take(&t, &sample, 1499), KIPC_E_EMPTY); /* the last one is not over */
    assert_sample(&t, 1500, 1400, 50, 49 * 50 / 2);
    assert_result(kipc_throughput_take(&t, &sample, 9999), KIPC_E_EMPTY);
    assert_int_equal(t.lost, 0);
}

static void test_what_nobody_takes_is_counted_as_lost(void **state)
{
    (void)state;
    struct kipc_throughput t;
    struct kipc_sample samples[2];
    assert_result(kipc_throughput_set_up(&t, samples, 2, INTERVAL, 0), KIPC_OK);
    for (uint32_t i = 0; i < 5; i++) {
        kipc_throughput_add(&t, i, i * INTERVAL);
    }
    assert_int_equal(t.lost, 2);
    assert_sample(&t, 5 * INTERVAL, 0, 1, 0);
    assert_sample(&t, 5 * INTERVAL, INTERVAL, 1, 1);
    kipc_throughput_add(&t, 9, 6 * INTERVAL + 1);
    assert_sample(&t, 7 * INTERVAL, 6 * INTERVAL, 1, 9);
}

static void test_arguments(void **state)
{
    (void)state;
    struct kipc_throughput t;
    struct kipc_sample samples[1];
    assert_result(kipc_throughput_set_up(NULL, samples, 1, 1, 0), KIPC_E_INVAL);
    assert_result(kipc_throughput_set_up(&t, NULL, 1, 1, 0), KIPC_E_INVAL);
    assert_result(kipc_throughput_set_up(&t, samples, 0, 1, 0), KIPC_E_INVAL);
    assert_result(kipc_throughput_set_up(&t, samples, 1, 0, 0), KIPC_E_INVAL);
    assert_result(kipc_throughput_set_up(&t, samples, 1, 1, UINT64_MAX), KIPC_OK);
    assert_result(kipc_throughput_take(&t, NULL, UINT64_MAX), KIPC_E_INVAL);
    kipc_throughput_add(&t, 4, UINT64_MAX);
    assert_sample(&t, 0, UINT64_MAX, 1, 4); /* the clock's wrap-around is an interval like any other */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VER_DB_05_intervals_hold_the_scripted_load),
        cmocka_unit_test(test_what_nobody_takes_is_counted_as_lost),
        cmocka_unit_test(test_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
