/* SPDX-License-Identifier: MIT */
/*
 * Messages and bytes by intervals of time. It needs no kernel; its owner sees to it that one caller at a time uses it.
 *
 *     result = kipc_throughput_set_up(&throughput, samples, 16, interval, now);
 *     kipc_throughput_add(&throughput, bytes, now);
 *     result = kipc_throughput_take(&throughput, &sample, now);
 *
 * When: to learn how much came when. How long each took is for kipc/histogram.h.
 * Memory: the samples are the caller's while it is used.
 * Concurrency: one caller at a time.
 * Cost: constant.
 */
#ifndef KIPC_THROUGHPUT_H
#define KIPC_THROUGHPUT_H

#include <kipc/error.h>
#include <stdint.h>

/* What came in one interval; intervals in which nothing came have none. */
struct kipc_sample {
    uint64_t start; /* ticks */
    uint64_t messages;
    uint64_t bytes;
};

/* Members are for the library; `lost` may be read. */
struct kipc_throughput {
    uint64_t interval; /* ticks */
    struct kipc_sample current;
    struct kipc_sample *samples; /* finished, the oldest first */
    uint32_t capacity;
    uint32_t first;
    uint32_t count;
    uint64_t lost; /* finished ones for which there was no room */
};

/*
 * Sets a measurement up; the first interval begins now.
 * samples: borrowed for as long as it is used, `capacity` of them, at least 1. interval: ticks, at least 1. now: ticks.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, a number that is not allowed).
 * Does not block; thread or interrupt handler; one caller at a time.
 */
KIPC_MUSTUSE int kipc_throughput_set_up(struct kipc_throughput *throughput, struct kipc_sample *samples,
                                        uint32_t capacity, uint64_t interval, uint64_t now);

/*
 * Counts a message.
 * bytes: of its payload. now: ticks, not before those of the last call.
 * Does not block; thread or interrupt handler; one caller at a time.
 */
void kipc_throughput_add(struct kipc_throughput *throughput, uint64_t bytes, uint64_t now);

/*
 * Takes the oldest finished interval; one that has passed by `now` is finished.
 * sample: receives it. now: ticks, not before those of the last call.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_EMPTY (none).
 * Does not block; thread or interrupt handler; one caller at a time.
 */
KIPC_MUSTUSE int kipc_throughput_take(struct kipc_throughput *throughput, struct kipc_sample *sample, uint64_t now);

#endif
