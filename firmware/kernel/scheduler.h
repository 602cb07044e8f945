/* SPDX-License-Identifier: MIT */
/* One hart's scheduler: what the kernel's files share. Programs and drivers use thread.h, clock.h and mutex.h. */
#ifndef KERNEL_SCHEDULER_H
#define KERNEL_SCHEDULER_H

#include "kernel/clock.h"
#include "kernel/thread.h"
#include "soc/hart.h"

#define SCHEDULER_NO_TICK UINT64_MAX

struct thread_queue {
    struct thread *first, *last;
};

struct scheduler {
    struct thread *current;
    uint8_t ready_bits; /* bit p: ready[p] is not empty */
    bool switch_needed; /* a thread more urgent than the current one is ready, its time slice is over, or one is handed
                         */
    bool rotate;        /* the current thread's slice is over: it goes behind its equals */
    struct thread_queue ready[THREAD_PRIORITY_COUNT];
    struct thread *handed; /* woken in the section and ready, but in no queue: the next switch may go straight to it */
    struct thread
        *carried; /* it is to be switched to straight, with the words in s8 to s11 as they are; NULL: nobody */
    struct thread *threads[THREAD_COUNT_MAX]; /* by the low bits of the id */
    unsigned thread_count;
    struct thread idle;

    bool has_clock;
    struct clock_source clock;
    uint64_t tick_cycles, slice_ticks;
    struct thread *first_timeout; /* list sorted by deadline */
    uint64_t armed_tick;          /* what the timer is programmed for, or SCHEDULER_NO_TICK */
    uint64_t slice_tick;          /* end of the time slice, or SCHEDULER_NO_TICK */
    struct thread *slice_owner;   /* who was running when the slice began */
    uint64_t clock_interrupts;
};

/** The calling hart's scheduler. */
static inline struct scheduler *scheduler_self(void)
{
    return hart_self()->scheduler;
}

/** What thread_by_id does, in line. */
static inline struct thread *scheduler_thread(struct scheduler *scheduler, uint64_t id)
{
    uint64_t slot = id & (THREAD_COUNT_MAX - 1);
    struct thread *thread = slot < scheduler->thread_count ? scheduler->threads[slot] : NULL;

    return thread != NULL && thread->id == id ? thread : NULL;
}

/** Sets up the calling hart's scheduler; the caller becomes its idle thread. Interrupts disabled. */
void scheduler_start_hart(void);

/** The idle loop. The caller is what scheduler_start_hart made the idle thread. */
_Noreturn void scheduler_idle(void);

/* All below: interrupts disabled. */

/** Puts a thread that is in no queue behind its equals, and notes whether it must run now. */
void scheduler_make_ready(struct scheduler *scheduler, struct thread *thread);

/** Switches away from the current thread, whose state and queue the caller has set. Returns when it runs again. */
void scheduler_switch(struct scheduler *scheduler);

/** Makes a thread ready that may be switched to straight. Ends with scheduler_admit or scheduler_wait_straight. */
void scheduler_hand(struct scheduler *scheduler, struct thread *thread);

/** Puts the handed thread, if there is one, where scheduler_make_ready would have put it. */
void scheduler_admit(struct scheduler *scheduler);

/**
 * Asks for a switch straight to a thread, when the current one blocks without a deadline in this section, that leaves
 * s8 to s11 as they are. @return false: that would not be possible, and nothing has happened
 */
bool scheduler_carry(struct scheduler *scheduler, struct thread *thread);

/**
 * Blocks the current thread, and switches straight to the handed one if nobody more urgent is ready: no queue is
 * touched. @return as thread_block
 */
enum thread_wait scheduler_wait_straight(struct scheduler *scheduler, uint64_t deadline);

/** If a switch is needed, puts the running thread back into its queue and switches. */
void scheduler_preempt(struct scheduler *scheduler);

/** Changes the effective priority, in whatever queue the thread is. */
void scheduler_change_priority(struct thread *thread, int8_t priority);

/** Changes a thread's own priority; what it inherits from waiters for its mutexes stays, and it hands on the rest. */
void scheduler_change_base_priority(struct thread *thread, int8_t priority);

/** Puts a thread into the timeout list, and takes it out. timeout_add programs the timer if it is the first. */
void timeout_add(struct scheduler *scheduler, struct thread *thread, uint64_t deadline);
void timeout_remove(struct scheduler *scheduler, struct thread *thread);

/** Begins a time slice for the current thread if none is running and the hart has a clock. */
void timeout_begin_slice(struct scheduler *scheduler);

/** Before the idle thread waits: the timer is armed for the first deadline only, or not at all. */
void timeout_prepare_idle(struct scheduler *scheduler);

#endif
