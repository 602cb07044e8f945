/* SPDX-License-Identifier: MIT */
/*
 * A lock for many readers or one writer. Who waits longest among both kinds is decided by the preference:
 *   fair     phases alternate: a writer that waits holds new readers back, and the readers that waited for a writer all
 *            come before the next one. Neither kind can starve.
 *   writers  no reader enters while a writer waits; readers may starve
 *   readers  readers always enter while no writer is in; writers may starve
 *
 * What is held is held through a handle, and goes back when the handle is closed or its process ends.
 *
 *     result = kipc_rwlock_create(kernel, pid, KIPC_RWLOCK_FAIR, KIPC_WAIT_PRIORITY, &handle);
 *     if (kipc_rwlock_read(kernel, pid, handle, deadline) == KIPC_OK) {
 *         result = kipc_rwlock_unlock(kernel, pid, handle);
 *     }
 *
 * When: where many read what few change. It hands no priority on; where that matters take a mutex (kipc/mutex.h).
 * Memory: an entry of the kernel's table, until the last handle is closed.
 * Concurrency: any number of threads; only a thread can hold a lock.
 * Cost: constant, but that an unlock lets all readers in that waited, a step for each.
 */
#ifndef KIPC_RWLOCK_H
#define KIPC_RWLOCK_H

#include <kipc/handle.h>

/* Who comes first: see above. */
enum kipc_rwlock_preference { KIPC_RWLOCK_FAIR, KIPC_RWLOCK_WRITERS, KIPC_RWLOCK_READERS };

/* Members are for the library and for tests that look on. */
struct kipc_rwlock {
    struct kipc_object object;
    struct kipc_object_details details;
    enum kipc_rwlock_preference preference;
    uint32_t readers;                  /* read locks held */
    struct kipc_thread *writer;        /* who holds the write lock */
    struct kipc_handle_entry *through; /* and through which handle */
    struct kipc_wait_queue waiting_readers;
    struct kipc_wait_queue waiting_writers;
};

/*
 * Makes a lock that nobody holds.
 * preference: see above. order: of the waiters of one kind. handle: receives one with all rights.
 * Returns as kipc_semaphore_create.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_rwlock_create(struct kipc_kernel *kernel, kipc_pid_t caller,
                                    enum kipc_rwlock_preference preference, enum kipc_wait_order order,
                                    kipc_handle_t *handle);

/*
 * Gets a read lock, or the write lock. Readers need KIPC_RIGHT_RECEIVE, writers KIPC_RIGHT_SEND.
 * deadline: absolute ticks, KIPC_NO_WAIT or KIPC_FOREVER.
 * Returns KIPC_OK; KIPC_E_BUSY (not now, and KIPC_NO_WAIT); KIPC_E_STATE (the calling thread is the writer); how else a
 * wait ends (kipc/wait_queue.h); KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES, KIPC_E_CLOSED.
 * A thread that holds a read lock and asks for the write lock waits for itself: give the read lock back before.
 * Blocks, unless KIPC_NO_WAIT; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_rwlock_read(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                  uint64_t deadline);
KIPC_MUSTUSE int kipc_rwlock_write(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                   uint64_t deadline);

/*
 * Gives the write lock back if the calling thread has it, else a read lock that was got through this handle.
 * Returns KIPC_OK; KIPC_E_PERM (it holds neither); KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_CLOSED.
 * Does not block; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_rwlock_unlock(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);

#endif
