/* SPDX-License-Identifier: MIT */
#include "internal.h"
#include <kipc/histogram.h>

/* Halves the places that are left to look at, so that six steps do for 64 bits, and no library call is needed. */
uint32_t kipc_histogram_bucket(uint64_t value)
{
    uint32_t bits = 0;
    for (uint32_t step = 32; step > 0; step /= 2) {
        if (value >> step != 0) {
            value >>= step;
            bits += step;
        }
    }
    uint32_t bucket = value != 0 ? bits + 1 : 0;
    return bucket < KIPC_HISTOGRAM_BUCKETS ? bucket : KIPC_HISTOGRAM_BUCKETS - 1;
}

void kipc_histogram_add(struct kipc_histogram *histogram, uint64_t value)
{
    histogram->buckets[kipc_histogram_bucket(value)] += 1;
}

uint64_t kipc_histogram_count(const struct kipc_histogram *histogram)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < KIPC_HISTOGRAM_BUCKETS; i++) {
        count += histogram->buckets[i];
    }
    return count;
}

/* Rank of the value in question, 1 and up; hundreds and their rest apart, so that no product overflows. */
static uint64_t rank_of(uint64_t count, uint32_t percent)
{
    uint64_t rank = count / 100 * percent + (count % 100 * percent + 99) / 100;
    return rank != 0 ? rank : 1;
}

uint64_t kipc_histogram_percentile(const struct kipc_histogram *histogram, uint32_t percent)
{
    uint64_t count = kipc_histogram_count(histogram);
    KIPC_GUARD(count != 0, 0);
    uint64_t rank = rank_of(count, percent < 100 ? percent : 100);
    uint32_t bucket = 0;
    while (rank > histogram->buckets[bucket]) {
        rank -= histogram->buckets[bucket];
        bucket += 1;
    }
    KIPC_GUARD(bucket < KIPC_HISTOGRAM_BUCKETS - 1, UINT64_MAX);
    return (UINT64_C(1) << bucket) - 1;
}
