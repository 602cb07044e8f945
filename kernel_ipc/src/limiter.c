/* SPDX-License-Identifier: MIT */
#include "internal.h"
#include <kipc/limiter.h>

int kipc_limiter_set_up(struct kipc_limiter *limiter, uint32_t rate, uint32_t period, uint32_t burst, uint64_t now)
{
    KIPC_GUARD(limiter != NULL, KIPC_E_INVAL);
    KIPC_GUARD(rate >= 1 && rate <= KIPC_LIMITER_MAX, KIPC_E_INVAL);
    KIPC_GUARD(period >= 1 && period <= KIPC_LIMITER_MAX, KIPC_E_INVAL);
    KIPC_GUARD(burst >= 1 && burst <= KIPC_LIMITER_MAX, KIPC_E_INVAL);
    limiter->rate = rate;
    limiter->period = period;
    limiter->burst = burst;
    limiter->credit = (uint64_t)burst * period;
    limiter->filled = now;
    limiter->refused = 0;
    return KIPC_OK;
}

static void fill(struct kipc_limiter *limiter, uint64_t now)
{
    uint64_t full = (uint64_t)limiter->burst * limiter->period;
    uint64_t elapsed = now - limiter->filled; /* right across the wrap-around, too */
    uint64_t missing = full - limiter->credit;
    limiter->filled = now;
    /* Whoever waited this long has it all; so the product below is at most missing + rate, far below 2^64. */
    if (elapsed > missing / limiter->rate) {
        limiter->credit = full;
        return;
    }
    limiter->credit += elapsed * limiter->rate;
}

int kipc_limiter_take(struct kipc_limiter *limiter, uint32_t count, uint64_t now)
{
    fill(limiter, now);
    uint64_t price = (uint64_t)count * limiter->period;
    if (price > limiter->credit) {
        limiter->refused += 1;
        return KIPC_E_WOULDBLOCK;
    }
    limiter->credit -= price;
    return KIPC_OK;
}

uint64_t kipc_limiter_wait(struct kipc_limiter *limiter, uint32_t count, uint64_t now)
{
    KIPC_GUARD(count <= limiter->burst, UINT64_MAX);
    fill(limiter, now);
    uint64_t price = (uint64_t)count * limiter->period;
    return price <= limiter->credit ? 0 : (price - limiter->credit + limiter->rate - 1) / limiter->rate;
}
