/* SPDX-License-Identifier: MIT */
/* A limiter's step, in line for the path of every message. */
#ifndef KIPC_LIMITER_INTERNAL_H
#define KIPC_LIMITER_INTERNAL_H

#include "internal.h"
#include <kipc/limiter.h>

/* What came in since the last look. It needs no division: who waited for all of it has all of it. */
static KI_INLINE uint64_t ki_limiter_credit(const struct kipc_limiter *limiter, uint64_t now)
{
    uint64_t elapsed = now - limiter->filled; /* right across the wrap-around, too */
    KIPC_GUARD(elapsed < limiter->refill, limiter->full);
    /* elapsed * rate is below full + rate, so far below 2^64. */
    uint64_t credit = limiter->credit + elapsed * limiter->rate;
    return credit < limiter->full ? credit : limiter->full;
}

/* Takes what a message, or several, cost: false if there is not as much. */
static KI_INLINE bool ki_limiter_take(struct kipc_limiter *limiter, uint64_t price, uint64_t now)
{
    uint64_t credit = ki_limiter_credit(limiter, now);
    limiter->filled = now;
    bool is_enough = price <= credit;
    if (KI_LIKELY(is_enough)) {
        credit -= price;
    } else {
        limiter->refused += 1;
    }
    limiter->credit = credit;
    return is_enough;
}

#endif
