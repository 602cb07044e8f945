/* SPDX-License-Identifier: MIT */
#include "support.h"
#include <kipc/histogram.h>
#include <stdlib.h>

#define VALUES 1000u

static void test_buckets_are_powers_of_two(void **state)
{
    (void)state;
    assert_int_equal(kipc_histogram_bucket(0), 0);
    for (uint32_t i = 0; i < 64; i++) {
        uint32_t expected = i + 1 < KIPC_HISTOGRAM_BUCKETS ? i + 1 : KIPC_HISTOGRAM_BUCKETS - 1;
        uint64_t power = UINT64_C(1) << i;
        assert_int_equal(kipc_histogram_bucket(power), expected);
        assert_int_equal(kipc_histogram_bucket(power | (power - 1)), expected);
    }
}

static int compare(const void *one, const void *other)
{
    uint64_t a = *(const uint64_t *)one;
    uint64_t b = *(const uint64_t *)other;
    return (a > b) - (a < b);
}

static void test_VER_DB_04_percentiles_are_within_one_bucket(void **state)
{
    (void)state;
    struct random_numbers random = {.state = 4};
    struct kipc_histogram histogram;
    uint64_t values[VALUES];
    static const uint32_t percents[] = {0, 1, 50, 90, 99, 100};
    for (uint32_t shift = 0; shift < 40; shift++) {
        memset(&histogram, 0, sizeof(histogram));
        for (uint32_t i = 0; i < VALUES; i++) {
            values[i] = random_next(&random) >> (64 - 1 - shift % 38) >> (i % 3);
            kipc_histogram_add(&histogram, values[i]);
        }
        assert_int_equal(kipc_histogram_count(&histogram), VALUES); /* the sum of the buckets */
        qsort(values, VALUES, sizeof(values[0]), compare);
        for (size_t i = 0; i < COUNT_OF(percents); i++) {
            uint32_t rank = (VALUES * percents[i] + 99) / 100;
            uint64_t exact = values[rank != 0 ? rank - 1 : 0];
            uint64_t bound = kipc_histogram_percentile(&histogram, percents[i]);
            assert_true(bound >= exact);
            assert_int_equal(kipc_histogram_bucket(bound), kipc_histogram_bucket(exact));
        }
    }
}

static void test_ends_of_the_scale(void **state)
{
    (void)state;
    struct kipc_histogram histogram;
    memset(&histogram, 0, sizeof(histogram));
    assert_int_equal(kipc_histogram_percentile(&histogram, 50), 0);
    kipc_histogram_add(&histogram, 0);
    assert_int_equal(kipc_histogram_percentile(&histogram, 100), 0);
    kipc_histogram_add(&histogram, UINT64_MAX);
    assert_int_equal(kipc_histogram_percentile(&histogram, 50), 0);
    assert_true(kipc_histogram_percentile(&histogram, 51) == UINT64_MAX);
    assert_true(kipc_histogram_percentile(&histogram, 1000) == UINT64_MAX);
    histogram.buckets[0] = UINT64_MAX / 2; /* ranks do not overflow */
    assert_int_equal(kipc_histogram_percentile(&histogram, 99), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buckets_are_powers_of_two),
        cmocka_unit_test(test_VER_DB_04_percentiles_are_within_one_bucket),
        cmocka_unit_test(test_ends_of_the_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
