/* SPDX-License-Identifier: MIT */
/*
 * A condition variable: threads that own a mutex wait for what another one will change under it.
 *
 * A signalled waiter goes from the condition's queue straight to the mutex's, or owns the mutex if that is free; it is
 * woken once, when it owns the mutex. A signal that comes before the wait is not remembered: look at what you wait for,
 * under the mutex, before you wait and after it.
 *
 *     result = kipc_mutex_lock(kernel, pid, mutex, KIPC_FOREVER);
 *     while (!is_there && result == KIPC_OK) {
 *         result = kipc_condition_wait(kernel, pid, handle, mutex, deadline);
 *     }
 *     result = kipc_mutex_unlock(kernel, pid, mutex);
 *
 * When: to wait for what a mutex protects. An event (kipc/event.h) remembers a signal, and needs no mutex.
 * Memory: an entry of the kernel's table, until the last handle is closed.
 * Concurrency: any number of threads; interrupt handlers may signal.
 * Cost: a signal is constant, a broadcast takes a step for each waiter, in one section.
 */
#ifndef KIPC_CONDITION_H
#define KIPC_CONDITION_H

#include <kipc/mutex.h>

/* Members are for the library and for tests that look on. */
struct kipc_condition {
    struct kipc_object object;
    struct kipc_object_details details;
    struct kipc_wait_queue queue;
};

/*
 * Makes a condition variable.
 * order: of its waiters. handle: receives one with all rights.
 * Returns as kipc_semaphore_create.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_condition_create(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_wait_order order,
                                       kipc_handle_t *handle);

/*
 * Lets go of a mutex and waits for a signal, in one step; owns the mutex again on return, as deep as before.
 * mutex: a handle of a mutex that the calling thread owns. deadline: of the signal, absolute ticks or KIPC_FOREVER; the
 * mutex is waited for without one, and that wait cannot be cancelled. Needs KIPC_RIGHT_RECEIVE of the condition.
 * Returns KIPC_OK (signalled); KIPC_E_OWNERDEAD (signalled, and an owner of the mutex ended meanwhile);
 * KIPC_E_TIMEDOUT, KIPC_E_CANCELED, KIPC_E_INTR (no signal; the mutex is owned); KIPC_E_WOULDBLOCK (KIPC_NO_WAIT;
 * nothing happened); KIPC_E_PERM (the mutex is not the thread's); KIPC_E_CLOSED (before the wait: nothing happened; in
 * it: the condition or the mutex went away, and kipc_mutex_owner tells whether the mutex is owned); KIPC_E_SRCH (before
 * the wait: unknown caller; in it: the process ended, the mutex is not owned); KIPC_E_STATE, KIPC_E_BADF, KIPC_E_TYPE,
 * KIPC_E_ACCES.
 * Blocks; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_condition_wait(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                     kipc_handle_t mutex, uint64_t deadline);

/*
 * Ends the wait of the first waiter, or of all. The mutex need not be owned. Needs KIPC_RIGHT_SEND.
 * Returns the number of waiters signalled; KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES,
 * KIPC_E_CLOSED.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_condition_signal(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);
KIPC_MUSTUSE int kipc_condition_broadcast(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);

#endif
