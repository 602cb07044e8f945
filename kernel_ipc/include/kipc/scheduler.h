/* SPDX-License-Identifier: MIT */
/*
 * What the kernel objects need from the scheduler, besides the port: a short critical section, and priorities.
 *
 *     const struct kipc_scheduler scheduler = {.ops = &my_operations, .context = &my_lock};
 *     result = kipc_scheduler_check(&scheduler);
 *
 * When: whoever brings the kernel objects to a new system fills one in, besides a port (kipc/port.h). Rings and links
 * do without.
 * Memory: operations and context are the caller's and outlive the kernel, which copies the structure.
 * Concurrency: lock and unlock from any thread and interrupt handler that uses the kernel.
 * Cost: each call of a kernel function is one critical section or a few; how long they are, each header says where it
 * is not constant.
 */
#ifndef KIPC_SCHEDULER_H
#define KIPC_SCHEDULER_H

#include <kipc/port.h>
#include <stdbool.h>

/* Larger is more urgent, as for messages. */
#define KIPC_PRIORITY_LOWEST 0u
#define KIPC_PRIORITY_HIGHEST 255u

/*
 * Words that stay in registers while the thread changes (kipc/words.h); `context` is the scheduler's own. Which
 * registers hold them during a call, the port decides.
 */
struct kipc_word_ops {
    /*
     * In the critical section: asks for a switch straight to a thread, which is being woken in this section and waits
     * for words; the section will end by unlock_and_block. Returns true, and the words are then, when that thread goes
     * on, what they were here; false, and nothing has happened.
     */
    bool (*carry)(void *context, uint32_t thread);
    /* Outside of the critical section: takes the words out of the calling thread's registers, or puts them there. */
    void (*take)(void *context, uintptr_t *words);
    void (*give)(void *context, const uintptr_t *words);
};

/* All but the last two must be present; `context` is the scheduler's own. */
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
    /* Optional, may be NULL: no words stay in registers. All three operations are there otherwise. */
    const struct kipc_word_ops *words;
};

/* The operations with what they work on, filled in by whoever brings the kernel objects to a system. */
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
