/* SPDX-License-Identifier: MIT */
/*
 * A mutex: one owner, a thread, which alone may unlock it. Waiters hand their priority on to the owner, over all
 * mutexes that it holds, and on to whom the owner waits for, up to KIPC_CFG_INHERIT_DEPTH_MAX threads.
 *
 * Robust: if the owner ends, the next one gets the lock with KIPC_E_OWNERDEAD, and so does each after it until one
 * calls kipc_mutex_recover to say that what the mutex protects is in order again.
 *
 *     result = kipc_mutex_create(kernel, pid, false, KIPC_WAIT_PRIORITY, &handle);
 *     if (kipc_mutex_lock(kernel, pid, handle, deadline) == KIPC_OK) {
 *         result = kipc_mutex_unlock(kernel, pid, handle);
 *     }
 *
 * When: to let one thread at a time use something. Where most only read, kipc/rwlock.h; where anybody may let others
 * in, kipc/semaphore.h.
 * Memory: an entry of the kernel's table, until the last handle is closed.
 * Concurrency: any number of threads; only a thread can lock and unlock, as only a thread can own it.
 * Cost: constant without a waiter; with one a step for each thread that the priority is handed on to: `make budgets`:
 * mutex_lock, mutex_unlock.
 */
#ifndef KIPC_MUTEX_H
#define KIPC_MUTEX_H

#include <kipc/handle.h>

/* The queue's owner is the mutex's. Nobody waits while there is none. */
struct kipc_mutex {
    struct kipc_object object;
    struct kipc_object_details details;
    bool is_recursive;
    bool is_inconsistent; /* an owner ended, and nobody recovered it yet */
    uint32_t depth;       /* how often the owner locked it */
    struct kipc_wait_queue queue;
};
_Static_assert(sizeof(struct kipc_mutex) <= 1024, "size of a mutex");

/*
 * Makes a mutex, unlocked.
 * is_recursive: whether its owner may lock it again. order: of its waiters. handle: receives one with all rights.
 * Returns as kipc_semaphore_create.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_mutex_create(struct kipc_kernel *kernel, kipc_pid_t caller, bool is_recursive,
                                   enum kipc_wait_order order, kipc_handle_t *handle);

/*
 * Locks, and waits while another thread owns the mutex.
 * deadline: absolute ticks, KIPC_NO_WAIT or KIPC_FOREVER. Needs KIPC_RIGHT_RECEIVE.
 * Returns KIPC_OK; KIPC_E_OWNERDEAD (locked too: see above); KIPC_E_BUSY (owned, and KIPC_NO_WAIT); KIPC_E_OVERFLOW
 * (locked KIPC_CFG_MUTEX_RECURSION_MAX times already); KIPC_E_STATE (the caller owns it and it is not recursive, or the
 * owner waits, over others, for the caller: this wait would never end); how else a wait ends (kipc/wait_queue.h);
 * KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES, KIPC_E_CLOSED.
 * Blocks, unless KIPC_NO_WAIT; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_mutex_lock(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                 uint64_t deadline);

/*
 * Unlocks; the last of nested unlocks hands the mutex to the first waiter. Needs no right: the owner had it.
 * Returns KIPC_OK; KIPC_E_PERM (the calling thread is not the owner; nothing changes); KIPC_E_STATE, KIPC_E_SRCH,
 * KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_CLOSED.
 * Does not block; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_mutex_unlock(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);

/*
 * Says that what a mutex with a dead owner protects is in order again.
 * Returns KIPC_OK; KIPC_E_PERM (not the owner); KIPC_E_STATE (nothing to recover); else as kipc_mutex_unlock.
 * Does not block; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_mutex_recover(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);

/*
 * Tells who owns a mutex.
 * thread: receives the port's id, or KIPC_NO_THREAD.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_CLOSED.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_mutex_owner(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                  uint32_t *thread);

#endif
