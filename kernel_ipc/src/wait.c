/* SPDX-License-Identifier: MIT */
#include "atomic.h"
#include "internal.h"

void kipc_waiter_set_up(struct kipc_waiter *waiter, const struct kipc_port *port, struct kipc_wait_words *words)
{
    waiter->port = port;
    waiter->words = words;
    /* Even: nobody waits. Up from where the word stands, so that the peer's waker meets no number twice. */
    waiter->registration = (ki_load_relaxed(&words->registration) + 1) & ~UINT32_C(1);
    waiter->blocked = 0;
    waiter->fences_for_all = false;
    ki_store_release(&waiter->thread, KIPC_NO_THREAD);
    ki_store_release(&words->thread, KIPC_NO_THREAD);
    ki_store_release(&words->registration, waiter->registration);
}

void kipc_waker_set_up(struct kipc_waker *waker, struct kipc_notifier notifier, const struct kipc_wait_words *words)
{
    waker->notifier = notifier;
    waker->words = words;
    waker->is_light = false;
    waker->served = 0;
    waker->notified = 0;
}

int kipc_wait_prepare(struct kipc_waiter *waiter)
{
    const struct kipc_port *port = waiter->port;
    uint32_t self = port->ops->current(port->context);
    /* Before the shared registration: a doorbell that it causes must find the thread here. Partner: [wait-local]. */
    KIPC_GUARD(ki_claim(&waiter->thread, KIPC_NO_THREAD, self), KIPC_E_BUSY);
    ki_store_relaxed(&waiter->words->thread, self); /* ordered by the sequenced store that follows */
    waiter->registration += 1;
    /* [wait-registration] Partner: the load in kipc_wake_waiter. The caller's re-check follows: it must not pass this.
     */
    ki_store_sequenced(&waiter->words->registration, waiter->registration);
    if (waiter->fences_for_all) { /* [wait-light] Partner: the light stores of ki_store_published. */
        port->fence_all(port->context);
    }
    return KIPC_OK;
}

void kipc_wait_cancel(struct kipc_waiter *waiter)
{
    waiter->registration += 1;
    /* A waker that still sees the old number sends a wake-up too many, never one too few. */
    ki_store_release(&waiter->words->registration, waiter->registration);
    ki_store_release(&waiter->thread, KIPC_NO_THREAD); /* lets the next thread claim; partner: ki_claim in prepare */
}

int kipc_wait_commit(struct kipc_waiter *waiter, uint64_t deadline)
{
    const struct kipc_port *port = waiter->port;
    uint32_t self = ki_load_relaxed(&waiter->thread); /* relaxed: this thread wrote it */
    waiter->blocked += 1;
    KIPC_TRACE(block_enter, self, waiter->registration);
    int result = port->ops->block(port->context, deadline);
    KIPC_TRACE(block_exit, self, result);
    kipc_wait_cancel(waiter);
    return result;
}

/* Turns a condition's last answer into a result; only called when that answer is not "not yet". */
static int settled(int answer)
{
    return answer > 0 ? KIPC_OK : answer;
}

static bool has_passed(const struct kipc_port *port, uint64_t deadline)
{
    return deadline != KIPC_FOREVER && port->ops->ticks(port->context) >= deadline;
}

int kipc_wait_until(struct kipc_waiter *waiter, kipc_wait_condition condition, void *context, uint64_t deadline)
{
    const struct kipc_port *port = waiter->port;
    int answer = condition(context);
    KIPC_GUARD(answer == 0, settled(answer));
    for (uint32_t i = 0; i < port->spin_iterations; i++) {
        port->ops->relax(port->context);
        answer = condition(context);
        KIPC_GUARD(answer == 0, settled(answer));
    }
    int outcome = KIPC_OK;
    while (outcome == KIPC_OK) {
        outcome = kipc_wait_prepare(waiter);
        KIPC_GUARD(outcome == KIPC_OK, outcome);
        /* The re-check. What was published before the waker could see the registration is found here. */
        answer = condition(context);
        if (answer != 0) {
            kipc_wait_cancel(waiter);
            return settled(answer);
        }
        outcome = kipc_wait_commit(waiter, deadline);
        /* A flood of stale wakes must not carry the wait past its deadline. */
        if (outcome == KIPC_OK && has_passed(port, deadline)) {
            outcome = KIPC_E_TIMEDOUT;
        }
    }
    KIPC_GUARD(outcome == KIPC_E_TIMEDOUT, outcome);
    answer = condition(context);
    return answer != 0 ? settled(answer) : KIPC_E_TIMEDOUT;
}

bool kipc_wake_waiter(struct kipc_waker *waker)
{
    /* Partner: [wait-registration]. The caller's sequenced publish comes before: one of the two sees the other. */
    uint32_t registration = ki_load_sequenced(&waker->words->registration);
    if (KI_LIKELY((registration & 1) == 0)) {
        waker->served = 0;
        return false;
    }
    if (registration == waker->served) {
        return false;
    }
    waker->served = registration;
    waker->notified += 1;
    uint32_t thread = ki_load_relaxed(&waker->words->thread); /* ordered by the sequenced load above */
    KIPC_TRACE(wake, thread, registration);
    waker->notifier.notify(waker->notifier.context, thread);
    return true;
}

int ki_wake_registered(struct kipc_waker *waker)
{
    (void)kipc_wake_waiter(waker);
    return KIPC_OK;
}

void kipc_waiter_notified(struct kipc_waiter *waiter)
{
    /* [wait-local] Partner: ki_claim in kipc_wait_prepare. */
    uint32_t thread = ki_load_acquire(&waiter->thread);
    if (thread != KIPC_NO_THREAD) {
        KIPC_TRACE(wake_local, thread, 0);
        waiter->port->ops->wake(waiter->port->context, thread);
    }
}
