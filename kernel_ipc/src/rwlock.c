/* SPDX-License-Identifier: MIT */
#include "kernel_internal.h"
#include <kipc/rwlock.h>

int kipc_rwlock_create(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_rwlock_preference preference,
                       enum kipc_wait_order order, kipc_handle_t *handle)
{
    KIPC_GUARD(handle != NULL && (unsigned int)order <= KIPC_WAIT_FIFO, KIPC_E_INVAL);
    KIPC_GUARD((unsigned int)preference <= KIPC_RWLOCK_READERS, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_create(&call, kernel, caller, KIPC_TABLE_RWLOCK);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_rwlock *lock = call.object;
    lock->preference = preference;
    ki_queue_set_up(&lock->waiting_readers, order);
    ki_queue_set_up(&lock->waiting_writers, order);
    return ki_created(&call, handle);
}

static bool may_read(const struct kipc_rwlock *lock)
{
    return lock->writer == NULL && (lock->waiting_writers.first == NULL || lock->preference == KIPC_RWLOCK_READERS);
}

/* A waiter's handle, through which it will hold the lock, is kept in its given_pointer. */
static void admit_readers(struct kipc_kernel *kernel, struct kipc_rwlock *lock)
{
    while (lock->waiting_readers.first != NULL) {
        struct kipc_thread *thread = lock->waiting_readers.first->thread;
        ((struct kipc_handle_entry *)thread->given_pointer)->held += 1;
        lock->readers += 1;
        ki_settle(kernel, thread, KIPC_OK);
    }
}

static void take_for_writing(struct kipc_rwlock *lock, struct kipc_thread *thread, struct kipc_handle_entry *through)
{
    lock->writer = thread;
    lock->through = through;
    through->held += 1;
}

/* After every change: lets in whoever may come in now. was_written: the writer just went, which the fair order needs.
 */
static void admit(struct kipc_kernel *kernel, struct kipc_rwlock *lock, bool was_written)
{
    if (lock->writer != NULL) {
        return;
    }
    bool readers_turn = lock->waiting_writers.first == NULL || lock->preference == KIPC_RWLOCK_READERS ||
                        (was_written && lock->preference == KIPC_RWLOCK_FAIR);
    if (readers_turn) {
        admit_readers(kernel, lock);
    }
    struct kipc_thread *next = ki_first(&lock->waiting_writers);
    if (lock->readers == 0 && next != NULL) {
        take_for_writing(lock, next, next->given_pointer);
        ki_settle(kernel, next, KIPC_OK);
    }
}

/* Readers may have waited for nobody but a writer who gives up; so the lock must outlive the wait. */
static int wait_in(struct ki_call *call, struct kipc_wait_queue *queue, uint64_t deadline)
{
    struct kipc_rwlock *lock = call->object;
    KIPC_GUARD(lock->writer != call->thread, KIPC_E_STATE);
    KIPC_GUARD(deadline != KIPC_NO_WAIT, KIPC_E_BUSY);
    call->thread->given_pointer = call->handle;
    lock->object.pins += 1;
    int result = ki_wait_in(call, queue, deadline);
    if (result != KIPC_OK && !lock->object.is_closed) {
        admit(call->kernel, lock, false);
    }
    ki_object_unpin(call->kernel, &lock->object);
    return result;
}

int kipc_rwlock_read(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t deadline)
{
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_RWLOCK, KIPC_RIGHT_RECEIVE);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_rwlock *lock = call.object;
    if (may_read(lock)) {
        lock->readers += 1;
        call.handle->held += 1;
        return ki_leave(kernel, KIPC_OK);
    }
    return ki_leave(kernel, wait_in(&call, &lock->waiting_readers, deadline));
}

int kipc_rwlock_write(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t deadline)
{
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_RWLOCK, KIPC_RIGHT_SEND);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_rwlock *lock = call.object;
    if (lock->writer == NULL && lock->readers == 0 && lock->waiting_writers.first == NULL) {
        take_for_writing(lock, call.thread, call.handle);
        return ki_leave(kernel, KIPC_OK);
    }
    return ki_leave(kernel, wait_in(&call, &lock->waiting_writers, deadline));
}

int kipc_rwlock_unlock(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_RWLOCK, 0);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_rwlock *lock = call.object;
    bool was_written = lock->writer == call.thread;
    if (was_written) {
        lock->through->held -= 1;
        lock->writer = NULL;
    } else if (lock->writer == NULL && call.handle->held > 0) {
        call.handle->held -= 1;
        lock->readers -= 1;
    } else {
        return ki_leave(kernel, KIPC_E_PERM);
    }
    admit(kernel, lock, was_written);
    return ki_leave(kernel, KIPC_OK);
}

/* Whoever waits through a handle that closes would hold the lock through nothing. */
static void turn_away(struct kipc_kernel *kernel, struct kipc_wait_queue *queue, const struct kipc_handle_entry *handle)
{
    struct kipc_wait_link *link = queue->first;
    while (link != NULL) {
        struct kipc_thread *thread = link->thread;
        link = link->next;
        if (thread->given_pointer == handle) {
            ki_settle(kernel, thread, KIPC_E_CLOSED);
        }
    }
}

void ki_rwlock_handle_closed(struct kipc_kernel *kernel, struct kipc_handle_entry *handle)
{
    struct kipc_rwlock *lock = (struct kipc_rwlock *)(void *)handle->object;
    turn_away(kernel, &lock->waiting_readers, handle);
    turn_away(kernel, &lock->waiting_writers, handle);
    bool was_written = lock->writer != NULL && lock->through == handle;
    if (was_written) {
        lock->writer = NULL;
    } else {
        lock->readers -= handle->held;
    }
    admit(kernel, lock, was_written);
}

void ki_rwlock_drain(struct kipc_kernel *kernel, struct kipc_object *object)
{
    struct kipc_rwlock *lock = (struct kipc_rwlock *)(void *)object;
    ki_settle_all(kernel, &lock->waiting_readers, KIPC_E_CLOSED);
    ki_settle_all(kernel, &lock->waiting_writers, KIPC_E_CLOSED);
}
