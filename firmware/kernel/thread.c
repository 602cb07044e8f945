/* SPDX-License-Identifier: MIT */
/* What threads do to themselves and each other: block, wake, sleep, yield. */
#include "kernel/thread.h"
#include "kernel/queue.h"
#include "kernel/scheduler.h"
#include "soc/csr.h"
#include "soc/panic.h"

struct thread *thread_self(void)
{
    return scheduler_self()->current;
}

/* Only a thread may wait: an interrupt handler would put the thread it interrupted to sleep. */
static void check_may_wait(const char *function)
{
    if (hart_self()->in_interrupt != 0) {
        panic("%s called in an interrupt handler", function);
    }
}

static enum thread_wait wait(struct scheduler *scheduler, enum thread_state state, uint64_t deadline)
{
    struct thread *self = scheduler->current;

    if (deadline != THREAD_FOREVER) {
        if (deadline == 0 || clock_ticks() >= deadline) {
            return THREAD_TIMED_OUT;
        }
        timeout_add(scheduler, self, deadline);
    }
    self->state = state;
    scheduler_switch(scheduler);
    return self->wait_result;
}

enum thread_wait thread_block(uint64_t deadline)
{
    enum thread_wait result = THREAD_WOKEN;

    check_may_wait("thread_block");
    uint64_t before = interrupts_disable();
    struct scheduler *scheduler = scheduler_self();
    if (scheduler->current->wake_token) {
        scheduler->current->wake_token = false;
    } else {
        result = wait(scheduler, THREAD_BLOCKED, deadline);
    }
    interrupts_restore(before);
    return result;
}

void thread_wake(struct thread *thread)
{
    uint64_t before = interrupts_disable();
    struct scheduler *scheduler = scheduler_self();

    if (thread->scheduler != scheduler) {
        panic("thread %lx (%s) woken by another hart", thread->id, thread->name);
    }
    if (thread->state != THREAD_BLOCKED) {
        thread->wake_token = true;
    } else {
        if (thread->timed) {
            timeout_remove(scheduler, thread);
        }
        thread->wait_result = THREAD_WOKEN;
        scheduler_make_ready(scheduler, thread);
        /* With interrupts disabled by the caller, the switch waits for the interrupt's exit. */
        if (before != 0) {
            scheduler_preempt(scheduler);
        }
    }
    interrupts_restore(before);
}

void thread_sleep_until(uint64_t deadline)
{
    check_may_wait("thread_sleep_until");
    uint64_t before = interrupts_disable();
    (void)wait(scheduler_self(), THREAD_SLEEPING, deadline);
    interrupts_restore(before);
}

void thread_yield(void)
{
    check_may_wait("thread_yield");
    uint64_t before = interrupts_disable();
    struct scheduler *scheduler = scheduler_self();

    if (scheduler->ready[scheduler->current->priority].first != NULL) {
        scheduler->switch_needed = true;
        scheduler->rotate = true;
        scheduler_preempt(scheduler);
    }
    interrupts_restore(before);
}
