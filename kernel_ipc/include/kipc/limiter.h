/* SPDX-License-Identifier: MIT */
/*
 * A rate limiter: a bucket of tokens that fills at a steady rate. It needs no kernel and no lock of its own; its owner
 * sees to it that one caller at a time uses it.
 *
 * Arithmetic is exact: parts of a token are kept, so no rate is rounded. Neither a wrap-around of the clock at 2^64 nor
 * a bucket that nobody touched for any time overflows.
 *
 *     result = kipc_limiter_set_up(&limiter, 100, ticks_of_a_second, 10, now); // 100 a second, 10 at once
 *     if (kipc_limiter_take(&limiter, 1, now) != KIPC_OK) {
 *         uint64_t ticks = kipc_limiter_wait(&limiter, 1, now);
 *     }
 *
 * When: to bound how often something happens. How often a process sends is bounded by kipc_process_limit_rate
 * (kipc/process.h), which is made of it.
 * Memory: the structure, the caller's; nothing to give back.
 * Concurrency: one caller at a time a limiter.
 * Cost: constant, without a division but for kipc_limiter_wait; `make budgets`: channel_send_limited (a send that takes
 * from one).
 */
#ifndef KIPC_LIMITER_H
#define KIPC_LIMITER_H

#include <kipc/error.h>
#include <stdint.h>

#define KIPC_LIMITER_MAX 0x7FFFFFFFu

/* Members are for the library and for tests that look on. */
struct kipc_limiter {
    uint32_t rate;    /* tokens that come in one period */
    uint32_t period;  /* ticks */
    uint64_t full;    /* credit of the full bucket: burst times period */
    uint64_t refill;  /* ticks in which an empty bucket is full, rounded up */
    uint64_t credit;  /* tokens times period */
    uint64_t filled;  /* ticks up to which the credit is counted */
    uint64_t refused; /* takes that found too few tokens */
};

/*
 * Sets a limiter up, full.
 * limiter: caller's, overwritten. rate: tokens a period; period: ticks; burst: tokens; each 1..KIPC_LIMITER_MAX.
 * now: ticks.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, a number that is not allowed).
 * Does not block; thread or interrupt handler; one caller at a time a limiter.
 */
KIPC_MUSTUSE int kipc_limiter_set_up(struct kipc_limiter *limiter, uint32_t rate, uint32_t period, uint32_t burst,
                                     uint64_t now);

/*
 * Takes tokens, all or none.
 * count: 1 and up; more than burst is never there. now: ticks, not before those of the last call.
 * Returns KIPC_OK; KIPC_E_WOULDBLOCK (too few; counted).
 * Does not block; thread or interrupt handler; one caller at a time a limiter.
 */
KIPC_MUSTUSE int kipc_limiter_take(struct kipc_limiter *limiter, uint32_t count, uint64_t now);

/*
 * Tells how long until tokens are there, if nobody takes any before.
 * count: 1..burst. now: as for kipc_limiter_take.
 * Returns ticks from now, 0 if they are there; UINT64_MAX if count is more than burst.
 * Does not block; thread or interrupt handler; one caller at a time a limiter.
 */
uint64_t kipc_limiter_wait(struct kipc_limiter *limiter, uint32_t count, uint64_t now);

#endif
