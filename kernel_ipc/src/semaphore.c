/* SPDX-License-Identifier: MIT */
#include "kernel_internal.h"
#include <kipc/semaphore.h>

int kipc_semaphore_create(struct kipc_kernel *kernel, kipc_pid_t caller, uint32_t initial, uint32_t maximum,
                          enum kipc_wait_order order, kipc_handle_t *handle)
{
    KIPC_GUARD(handle != NULL && (unsigned int)order <= KIPC_WAIT_FIFO, KIPC_E_INVAL);
    KIPC_GUARD(maximum >= 1 && maximum <= KIPC_SEMAPHORE_MAXIMUM && initial <= maximum, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_create(&call, kernel, caller, KIPC_TABLE_SEMAPHORE);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_semaphore *semaphore = call.object;
    semaphore->value = initial;
    semaphore->maximum = maximum;
    ki_queue_set_up(&semaphore->queue, order);
    return ki_created(&call, handle);
}

int kipc_semaphore_wait(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t deadline)
{
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_SEMAPHORE, KIPC_RIGHT_RECEIVE);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_semaphore *semaphore = call.object;
    if (semaphore->value > 0) {
        semaphore->value -= 1;
        return ki_leave(kernel, KIPC_OK);
    }
    if (deadline == KIPC_NO_WAIT) {
        return ki_leave(kernel, KIPC_E_WOULDBLOCK);
    }
    return ki_leave(kernel, ki_wait_in(&call, &semaphore->queue, deadline));
}

int kipc_semaphore_post(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_SEMAPHORE, KIPC_RIGHT_SEND);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_semaphore *semaphore = call.object;
    struct kipc_thread *first = ki_first(&semaphore->queue);
    if (first != NULL) {
        ki_settle(kernel, first, KIPC_OK);
    } else if (semaphore->value < semaphore->maximum) {
        semaphore->value += 1;
    } else {
        result = KIPC_E_OVERFLOW;
    }
    return ki_leave(kernel, result);
}

int kipc_semaphore_value(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t *waiters)
{
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_SEMAPHORE, 0);
    KIPC_GUARD(result == KIPC_OK, result);
    const struct kipc_semaphore *semaphore = call.object;
    if (waiters != NULL) {
        *waiters = semaphore->queue.count;
    }
    return ki_leave(kernel, (int)semaphore->value);
}

void ki_semaphore_drain(struct kipc_kernel *kernel, struct kipc_object *object)
{
    ki_settle_all(kernel, &((struct kipc_semaphore *)(void *)object)->queue, KIPC_E_CLOSED);
}
