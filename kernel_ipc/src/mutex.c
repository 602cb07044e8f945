/* SPDX-License-Identifier: MIT */
#include "mutex.h"

int kipc_mutex_create(struct kipc_kernel *kernel, kipc_pid_t caller, bool is_recursive, enum kipc_wait_order order,
                      kipc_handle_t *handle)
{
    KIPC_GUARD(handle != NULL && (unsigned int)order <= KIPC_WAIT_FIFO, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_create(&call, kernel, caller, KIPC_TABLE_MUTEX);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_mutex *mutex = call.object;
    mutex->is_recursive = is_recursive;
    ki_queue_set_up(&mutex->queue, order);
    return ki_created(&call, handle);
}

int ki_mutex_take(struct kipc_kernel *kernel, struct kipc_mutex *mutex, struct kipc_thread *thread)
{
    mutex->depth = 1;
    ki_queue_set_owner(kernel, &mutex->queue, thread);
    return mutex->is_inconsistent ? KIPC_E_OWNERDEAD : KIPC_OK;
}

void ki_mutex_pass_on(struct kipc_kernel *kernel, struct kipc_mutex *mutex)
{
    struct kipc_thread *next = ki_first(&mutex->queue);
    mutex->depth = 0;
    if (next == NULL) {
        ki_queue_set_owner(kernel, &mutex->queue, NULL);
        return;
    }
    /* Out of the queue before it owns the queue: nobody inherits from itself. */
    ki_settle(kernel, next, mutex->is_inconsistent ? KIPC_E_OWNERDEAD : KIPC_OK);
    (void)ki_mutex_take(kernel, mutex, next); /* what it must be told stands in its result */
}

void ki_mutex_owner_died(struct kipc_kernel *kernel, struct kipc_wait_queue *queue)
{
    struct kipc_mutex *mutex = KI_WHOLE(queue, struct kipc_mutex, queue);
    mutex->is_inconsistent = true;
    ki_mutex_pass_on(kernel, mutex);
}

static int lock_again(struct kipc_mutex *mutex)
{
    KIPC_GUARD(mutex->is_recursive, KIPC_E_STATE);
    KIPC_GUARD(mutex->depth < KIPC_CFG_MUTEX_RECURSION_MAX, KIPC_E_OVERFLOW);
    mutex->depth += 1;
    return KIPC_OK;
}

int kipc_mutex_lock(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t deadline)
{
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_MUTEX, KIPC_RIGHT_RECEIVE);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_mutex *mutex = call.object;
    if (mutex->queue.owner == NULL) {
        result = ki_mutex_take(kernel, mutex, call.thread);
    } else if (mutex->queue.owner == call.thread) {
        result = lock_again(mutex);
    } else if (deadline == KIPC_NO_WAIT) {
        result = KIPC_E_BUSY;
    } else if (ki_would_wait_for_itself(call.thread, &mutex->queue)) {
        result = KIPC_E_STATE;
    } else {
        result = ki_wait_in(&call, &mutex->queue, deadline);
    }
    return ki_leave(kernel, result);
}

/* Into a call that only the owner may make. */
static int enter_as_owner(struct ki_call *call, struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    int result = ki_enter_thread(call, kernel, caller, handle, KIPC_TABLE_MUTEX, 0);
    KIPC_GUARD(result == KIPC_OK, result);
    const struct kipc_mutex *mutex = call->object;
    return mutex->queue.owner == call->thread ? KIPC_OK : ki_leave(kernel, KIPC_E_PERM);
}

int kipc_mutex_unlock(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    struct ki_call call;
    int result = enter_as_owner(&call, kernel, caller, handle);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_mutex *mutex = call.object;
    if (mutex->depth > 1) {
        mutex->depth -= 1;
    } else {
        ki_mutex_pass_on(kernel, mutex);
    }
    return ki_leave(kernel, KIPC_OK);
}

int kipc_mutex_recover(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    struct ki_call call;
    int result = enter_as_owner(&call, kernel, caller, handle);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_mutex *mutex = call.object;
    if (!mutex->is_inconsistent) {
        return ki_leave(kernel, KIPC_E_STATE);
    }
    mutex->is_inconsistent = false;
    return ki_leave(kernel, KIPC_OK);
}

int kipc_mutex_owner(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t *thread)
{
    KIPC_GUARD(thread != NULL, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_MUTEX, 0);
    KIPC_GUARD(result == KIPC_OK, result);
    const struct kipc_thread *owner = ((const struct kipc_mutex *)call.object)->queue.owner;
    *thread = owner != NULL ? owner->id : KIPC_NO_THREAD;
    return ki_leave(kernel, KIPC_OK);
}

void ki_mutex_drain(struct kipc_kernel *kernel, struct kipc_object *object)
{
    struct kipc_mutex *mutex = (struct kipc_mutex *)(void *)object;
    ki_settle_all(kernel, &mutex->queue, KIPC_E_CLOSED);
    ki_queue_set_owner(kernel, &mutex->queue, NULL);
}
