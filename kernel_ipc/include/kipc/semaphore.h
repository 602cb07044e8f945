/* SPDX-License-Identifier: MIT */
/*
 * A counting semaphore; with a maximum of 1 a binary one. Anybody may post.
 *
 *     result = kipc_semaphore_create(kernel, pid, 3, 3, KIPC_WAIT_FIFO, &handle);
 *     result = kipc_semaphore_wait(kernel, pid, handle, deadline);
 *     result = kipc_semaphore_post(kernel, pid, handle);
 *
 * When: to count things that there are so many of. A mutex (kipc/mutex.h) knows its owner, an event (kipc/event.h) says
 * what happened, a notification queue (kipc/notification.h) from whom.
 * Memory: an entry of the kernel's table, until the last handle is closed.
 * Concurrency: any number of threads; interrupt handlers may post.
 * Cost: constant; to enter a queue by priority takes a step for each waiter that is less urgent: `make budgets`:
 * semaphore_post, semaphore_wait.
 */
#ifndef KIPC_SEMAPHORE_H
#define KIPC_SEMAPHORE_H

#include <kipc/handle.h>

#define KIPC_SEMAPHORE_MAXIMUM 0x7FFFFFFFu

/* A waiter is in the queue only while value is 0: a post goes to the first waiter without passing through value. */
struct kipc_semaphore {
    struct kipc_object object;
    struct kipc_object_details details;
    uint32_t value;
    uint32_t maximum;
    struct kipc_wait_queue queue;
};
_Static_assert(sizeof(struct kipc_semaphore) <= 1024, "MOS-PF-03: size of a semaphore");

/*
 * Makes a semaphore.
 * initial: its value, 0..maximum. maximum: 1..KIPC_SEMAPHORE_MAXIMUM. order: of its waiters. handle: receives one with
 * all rights.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, a number that is not allowed); KIPC_E_STATE (kernel not set up); KIPC_E_SRCH (no
 * such process); KIPC_E_QUOTA; KIPC_E_NOSPC (no semaphore or handle left).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_semaphore_create(struct kipc_kernel *kernel, kipc_pid_t caller, uint32_t initial,
                                       uint32_t maximum, enum kipc_wait_order order, kipc_handle_t *handle);

/*
 * Takes one, and waits while there is none.
 * deadline: absolute ticks, KIPC_NO_WAIT or KIPC_FOREVER. Needs KIPC_RIGHT_RECEIVE.
 * Returns KIPC_OK; KIPC_E_WOULDBLOCK (none, and KIPC_NO_WAIT); how else a wait ends (kipc/wait_queue.h); KIPC_E_STATE,
 * KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES, KIPC_E_CLOSED.
 * Blocks, unless KIPC_NO_WAIT; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_semaphore_wait(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                     uint64_t deadline);

/*
 * Gives one: to the first waiter, or to the value. Needs KIPC_RIGHT_SEND.
 * Returns KIPC_OK; KIPC_E_OVERFLOW (the value is at its maximum, and stays); KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF,
 * KIPC_E_TYPE, KIPC_E_ACCES, KIPC_E_CLOSED.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_semaphore_post(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);

/*
 * Tells the value, and how many wait; both may be old when they arrive.
 * waiters: receives the number; may be NULL.
 * Returns the value, 0 and up; KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_CLOSED.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_semaphore_value(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                      uint32_t *waiters);

#endif
