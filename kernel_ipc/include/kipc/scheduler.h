/* SPDX-License-Identifier: MIT */
/* What the kernel objects need from the scheduler, besides the port: a short critical section, and priorities. */
#ifndef KIPC_SCHEDULER_H
#define KIPC_SCHEDULER_H

#include <kipc/port.h>
#include <stdbool.h>

/* Larger is more urgent, as for messages. */
#define KIPC_PRIORITY_LOWEST 0u
#define KIPC_PRIORITY_HIGHEST 255u

/* All but the last must be present; `context` is the scheduler's own. */
struct kipc_scheduler_ops {
    /*
     * Begins a critical section against all threads and interrupt handlers that use the same kernel, on all harts: a
     * SoC masks interrupts (and takes a spin lock if it has several harts), a host takes a mutex. Sections are bounded
     * and never nest; between lock and unlock the kernel calls only the port's wake() and ticks(), set_priority(), and
     * the operations of a memory port.
     * Returns what unlock needs to put the old state back (the interrupt-enable bit).
     */
    uintptr_t (*lock)(void *context);
    void (*unlock)(void *context, uintptr_t state);
    /*
     * The thread's priority is `priority` from now on, by inheritance or because it ends. Called inside the critical
     * section, for any thread that was attached to the kernel; must not switch threads before unlock.
     */
    void (*set_priority)(void *context, uint32_t thread, uint8_t priority);
    /*
     * Optional, may be NULL: unlock and then the port's block in one step, with their arguments and block's results. A
     * scheduler that has it can switch straight to a thread that was woken in this section.
     */
    int (*unlock_and_block)(void *context, uintptr_t state, uint64_t deadline);
};

struct kipc_scheduler {
    const struct kipc_scheduler_ops *ops;
    void *context;
    /* May be NULL. Inside of the critical section, for reports: whether this section had to wait for its lock. */
    bool (*lock_waited)(void *context);
};

/*
 * Checks that a scheduler is complete.
 * scheduler: borrowed; may be NULL.
 * Returns KIPC_OK, or KIPC_E_INVAL if it, its table or one of its operations is missing.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_scheduler_check(const struct kipc_scheduler *scheduler);

#endif
