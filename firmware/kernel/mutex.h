/* SPDX-License-Identifier: MIT */
/*
 * Mutual exclusion between the threads of one hart, with priority inheritance along the whole chain: while a thread
 * waits, the owner has at least its priority, and so has the owner of what that owner waits for. Unlocking hands the
 * mutex to the most urgent waiter, in order of arrival among equals.
 */
#ifndef KERNEL_MUTEX_H
#define KERNEL_MUTEX_H

#include "kernel/scheduler.h"

/** Zeroed memory is an unlocked mutex. The fields are the kernel's. */
struct mutex {
    struct thread *owner;
    struct thread_queue waiters; /* in order of arrival */
    struct mutex *next_held;     /* in the owner's list */
};

/** Locks; waits while another thread owns it. Locking it twice is a panic. From a thread only. */
void mutex_lock(struct mutex *mutex);

/** @return whether it locked the mutex; never waits. From a thread only. */
bool mutex_try_lock(struct mutex *mutex);

/** Unlocks. Only the owner may; anybody else is a panic. From a thread only; may switch to the next owner. */
void mutex_unlock(struct mutex *mutex);

#endif
