/* SPDX-License-Identifier: MIT */
/*
 * Counts of values by their size: bucket 0 counts zeros, bucket i values from 2 to the i-1 up to below 2 to the i, and
 * the last one all that are larger.
 *
 *     kipc_histogram_add(&histogram, cycles);
 *     uint64_t bound = kipc_histogram_percentile(&histogram, 99); // 99 of 100 took no longer
 *
 * When: to learn how values are spread, within a factor of two, in a fixed amount of memory.
 * Memory: the structure, the caller's, cleared before its first use.
 * Concurrency: one caller at a time a histogram.
 * Cost: to add is constant; to read takes a step for each bucket.
 */
#ifndef KIPC_HISTOGRAM_H
#define KIPC_HISTOGRAM_H

#include <stdint.h>

#define KIPC_HISTOGRAM_BUCKETS 40u

/* The counts; anybody may read them. */
struct kipc_histogram {
    uint64_t buckets[KIPC_HISTOGRAM_BUCKETS];
};

/*
 * Tells in which bucket a value is counted.
 * Returns 0..KIPC_HISTOGRAM_BUCKETS-1.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
uint32_t kipc_histogram_bucket(uint64_t value);

/*
 * Counts a value.
 * histogram: caller's, cleared before its first use. value: any, in whatever unit.
 * Does not block; thread or interrupt handler; one caller at a time a histogram.
 */
void kipc_histogram_add(struct kipc_histogram *histogram, uint64_t value);

/*
 * Tells how many values were counted.
 * Returns the number, modulo 2^64.
 * Does not block; thread or interrupt handler; one caller at a time a histogram.
 */
uint64_t kipc_histogram_count(const struct kipc_histogram *histogram);

/*
 * Gives a bound that so many percent of the values do not exceed.
 * percent: 0..100; more counts as 100.
 * Returns the largest value of the bucket in which the value of this rank was counted, UINT64_MAX for the last bucket;
 * 0 if nothing was counted.
 * Does not block; thread or interrupt handler; one caller at a time a histogram.
 */
uint64_t kipc_histogram_percentile(const struct kipc_histogram *histogram, uint32_t percent);

#endif
