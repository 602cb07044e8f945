/* SPDX-License-Identifier: MIT */
/* Deadlines, time slices, and the one hardware timer behind both. */
#include "kernel/scheduler.h"
#include "soc/csr.h"
#include "soc/panic.h"

static const struct clock_source *clock_of(const struct scheduler *scheduler)
{
    if (!scheduler->has_clock) {
        panic("time asked for on a hart without a clock; call scheduler_set_clock first");
    }
    return &scheduler->clock;
}

static uint64_t ticks_of(const struct scheduler *scheduler)
{
    const struct clock_source *clock = clock_of(scheduler);

    return clock->now(clock->context) / scheduler->tick_cycles;
}

void scheduler_set_clock(const struct clock_source *source, uint64_t tick_cycles, uint64_t slice_ticks)
{
    struct scheduler *scheduler = scheduler_self();

    if (tick_cycles == 0 || scheduler->has_clock) {
        panic("a hart's clock is set once, with at least one cycle a tick");
    }
    scheduler->clock = *source;
    scheduler->tick_cycles = tick_cycles;
    scheduler->slice_ticks = slice_ticks;
    scheduler->has_clock = true;
}

uint64_t clock_ticks(void)
{
    return ticks_of(scheduler_self());
}

uint64_t clock_cycles(void)
{
    const struct clock_source *clock = clock_of(scheduler_self());

    return clock->now(clock->context);
}

static uint64_t next_tick(const struct scheduler *scheduler)
{
    uint64_t deadline = scheduler->first_timeout != NULL ? scheduler->first_timeout->deadline : SCHEDULER_NO_TICK;

    return deadline < scheduler->slice_tick ? deadline : scheduler->slice_tick;
}

/* A tick so far away that its cycle does not fit 64 bits never comes: the timer is left as it is. */
static void arm_at(struct scheduler *scheduler, uint64_t tick)
{
    if (tick <= UINT64_MAX / scheduler->tick_cycles) {
        scheduler->armed_tick = tick;
        scheduler->clock.arm(scheduler->clock.context, tick * scheduler->tick_cycles);
    }
}

/*
 * Programs the timer if it would fire too late. One that would fire too early is left alone: its interrupt finds
 * nothing due and programs the right moment, which costs less than four bus writes at each early wake.
 */
static void program_timer(struct scheduler *scheduler)
{
    uint64_t tick = next_tick(scheduler);

    if (tick < scheduler->armed_tick) {
        arm_at(scheduler, tick);
    }
}

void timeout_add(struct scheduler *scheduler, struct thread *thread, uint64_t deadline)
{
    struct thread *before = NULL;
    struct thread *after = scheduler->first_timeout;

    thread->deadline = deadline;
    /* Equal deadlines stay in the order in which they were asked for. */
    while (after != NULL && after->deadline <= deadline) {
        before = after;
        after = after->timeout_next;
    }
    thread->timed = true;
    thread->timeout_previous = before;
    thread->timeout_next = after;
    if (after != NULL) {
        after->timeout_previous = thread;
    }
    if (before != NULL) {
        before->timeout_next = thread;
        return;
    }
    scheduler->first_timeout = thread;
    program_timer(scheduler);
}

void timeout_remove(struct scheduler *scheduler, struct thread *thread)
{
    thread->timed = false;
    if (thread->timeout_next != NULL) {
        thread->timeout_next->timeout_previous = thread->timeout_previous;
    }
    if (thread->timeout_previous != NULL) {
        thread->timeout_previous->timeout_next = thread->timeout_next;
    } else {
        scheduler->first_timeout = thread->timeout_next;
    }
}

void timeout_begin_slice(struct scheduler *scheduler)
{
    if (!scheduler->has_clock || scheduler->slice_ticks == 0 || scheduler->slice_tick != SCHEDULER_NO_TICK) {
        return;
    }
    scheduler->slice_owner = scheduler->current;
    /* One more: the current tick is partly over, and a slice is never shorter than promised. */
    scheduler->slice_tick = ticks_of(scheduler) + scheduler->slice_ticks + 1;
    program_timer(scheduler);
}

static void end_slice(struct scheduler *scheduler)
{
    struct thread *current = scheduler->current;

    scheduler->slice_tick = SCHEDULER_NO_TICK;
    if (current->priority < 0 || scheduler->ready[current->priority].first == NULL) {
        return;
    }
    if (scheduler->slice_owner == current) {
        scheduler->rotate = true;
        scheduler->switch_needed = true;
    } else {
        /* It came to run in the middle of another thread's slice, and gets a whole one of its own. */
        timeout_begin_slice(scheduler);
    }
}

void scheduler_clock_interrupt(void)
{
    struct scheduler *scheduler = scheduler_self();
    uint64_t now = ticks_of(scheduler);

    scheduler->clock_interrupts++;
    scheduler->armed_tick = SCHEDULER_NO_TICK;
    while (scheduler->first_timeout != NULL && scheduler->first_timeout->deadline <= now) {
        struct thread *thread = scheduler->first_timeout;
        timeout_remove(scheduler, thread);
        thread->wait_result = THREAD_TIMED_OUT;
        scheduler_make_ready(scheduler, thread);
    }
    if (scheduler->slice_tick <= now) {
        end_slice(scheduler);
    }
    program_timer(scheduler);
}

void timeout_prepare_idle(struct scheduler *scheduler)
{
    if (!scheduler->has_clock) {
        return;
    }
    scheduler->slice_tick = SCHEDULER_NO_TICK;
    if (scheduler->armed_tick == next_tick(scheduler)) {
        return;
    }
    if (scheduler->first_timeout == NULL) {
        scheduler->armed_tick = SCHEDULER_NO_TICK;
        scheduler->clock.disarm(scheduler->clock.context);
        return;
    }
    arm_at(scheduler, scheduler->first_timeout->deadline);
}
