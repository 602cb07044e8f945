/* SPDX-License-Identifier: MIT */
#include "limiter.h"

int kipc_limiter_set_up(struct kipc_limiter *limiter, uint32_t rate, uint32_t period, uint32_t burst, uint64_t now)
{
    KIPC_GUARD(limiter != NULL, KIPC_E_INVAL);
    KIPC_GUARD(rate >= 1 && rate <= KIPC_LIMITER_MAX, KIPC_E_INVAL);
    KIPC_GUARD(period >= 1 && period <= KIPC_LIMITER_MAX, KIPC_E_INVAL);
    KIPC_GUARD(burst >= 1 && burst <= KIPC_LIMITER_MAX, KIPC_E_INVAL);
    limiter->rate = rate;
    limiter->period = period;
    limiter->full = (uint64_t)burst * period;
    limiter->refill = (limiter->full + rate - 1) / rate;
    limiter->credit = limiter->full;
    limiter->filled = now;
    limiter->refused = 0;
    return KIPC_OK;
}

int kipc_limiter_take(struct kipc_limiter *limiter, uint32_t count, uint64_t now)
{
    return ki_limiter_take(limiter, (uint64_t)count * limiter->period, now) ? KIPC_OK : KIPC_E_WOULDBLOCK;
}

uint64_t kipc_limiter_wait(struct kipc_limiter *limiter, uint32_t count, uint64_t now)
{
    uint64_t price = (uint64_t)count * limiter->period;
    KIPC_GUARD(price <= limiter->full, UINT64_MAX);
    limiter->credit = ki_limiter_credit(limiter, now);
    limiter->filled = now;
    return price <= limiter->credit ? 0 : (price - limiter->credit + limiter->rate - 1) / limiter->rate;
}
