/* SPDX-License-Identifier: MIT */
#include "mutex.h"
#include <kipc/condition.h>

int kipc_condition_create(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_wait_order order,
                          kipc_handle_t *handle)
{
    KIPC_GUARD(handle != NULL && (unsigned int)order <= KIPC_WAIT_FIFO, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_create(&call, kernel, caller, KIPC_TABLE_CONDITION);
    KIPC_GUARD(result == KIPC_OK, result);
    ki_queue_set_up(&((struct kipc_condition *)call.object)->queue, order);
    return ki_created(&call, handle);
}

/* Gets the mutex back after a wait that no signal ended. Returns the wait's result, or what is worse. */
static int take_back(struct ki_call *call, struct kipc_mutex *mutex, int result)
{
    KIPC_GUARD(!mutex->object.is_closed, KIPC_E_CLOSED);
    /* Its process may have ended after the wait did: who is gone must not hold a mutex. */
    KIPC_GUARD(call->thread->process == call->process, KIPC_E_SRCH);
    if (mutex->queue.owner == NULL) {
        (void)ki_mutex_take(call->kernel, mutex, call->thread); /* the wait's own result says more */
        return result;
    }
    ki_wait_begin(call->thread, KIPC_FOREVER);
    call->thread->is_uncancelable = true;
    ki_wait_on(call->kernel, call->thread, &mutex->queue);
    int outcome = ki_wait(call->kernel, call->thread);
    return outcome == KIPC_OK || outcome == KIPC_E_OWNERDEAD ? result : outcome;
}

static int wait_for_signal(struct ki_call *call, struct kipc_mutex *mutex, uint64_t deadline)
{
    struct kipc_condition *condition = call->object;
    struct kipc_thread *thread = call->thread;
    uint32_t depth = mutex->depth;
    mutex->object.pins += 1; /* its last handle may be closed while we wait */
    ki_wait_begin(thread, deadline);
    thread->given_pointer = mutex;
    ki_wait_on(call->kernel, thread, &condition->queue);
    ki_mutex_pass_on(call->kernel, mutex);
    int result = ki_wait(call->kernel, thread);
    if (mutex->queue.owner != thread && result != KIPC_E_SRCH) {
        result = take_back(call, mutex, result);
    }
    if (mutex->queue.owner == thread) {
        mutex->depth = depth;
    }
    ki_object_unpin(call->kernel, &mutex->object);
    return result;
}

int kipc_condition_wait(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, kipc_handle_t mutex,
                        uint64_t deadline)
{
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_CONDITION, KIPC_RIGHT_RECEIVE);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_handle_entry *entry;
    result = ki_look_up(&call, mutex, KIPC_TABLE_MUTEX, 0, &entry);
    if (result != KIPC_OK) {
        return ki_leave(kernel, result);
    }
    struct kipc_mutex *owned = (struct kipc_mutex *)(void *)entry->object;
    if (owned->queue.owner != call.thread) {
        return ki_leave(kernel, KIPC_E_PERM);
    }
    if (deadline == KIPC_NO_WAIT) {
        return ki_leave(kernel, KIPC_E_WOULDBLOCK);
    }
    return ki_leave(kernel, wait_for_signal(&call, owned, deadline));
}

static void signal_one(struct kipc_kernel *kernel, struct kipc_thread *thread)
{
    struct kipc_mutex *mutex = thread->given_pointer;
    if (mutex->object.is_closed) {
        ki_settle(kernel, thread, KIPC_E_CLOSED);
    } else if (mutex->queue.owner != NULL) {
        ki_wait_move(kernel, thread, &mutex->queue);
    } else {
        ki_settle(kernel, thread, mutex->is_inconsistent ? KIPC_E_OWNERDEAD : KIPC_OK);
        (void)ki_mutex_take(kernel, mutex, thread); /* what it must be told stands in its result */
    }
}

static int signal_up_to(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, int most)
{
    struct ki_call call;
    int count = 0;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_CONDITION, KIPC_RIGHT_SEND);
    KIPC_GUARD(result == KIPC_OK, result);
    const struct kipc_condition *condition = call.object;
    for (; count < most && condition->queue.first != NULL; count++) {
        signal_one(kernel, condition->queue.first->thread);
    }
    return ki_leave(kernel, count);
}

int kipc_condition_signal(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    return signal_up_to(kernel, caller, handle, 1);
}

int kipc_condition_broadcast(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    return signal_up_to(kernel, caller, handle, KIPC_TABLE_ENTRIES_MAX);
}

void ki_condition_drain(struct kipc_kernel *kernel, struct kipc_object *object)
{
    ki_settle_all(kernel, &((struct kipc_condition *)(void *)object)->queue, KIPC_E_CLOSED);
}
