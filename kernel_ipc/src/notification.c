/* SPDX-License-Identifier: MIT */
#include "kernel_internal.h"
#include <kipc/notification.h>

int kipc_notification_create(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_wait_order order,
                             kipc_handle_t *handle)
{
    KIPC_GUARD(handle != NULL && (unsigned int)order <= KIPC_WAIT_FIFO, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_create(&call, kernel, caller, KIPC_TABLE_NOTIFICATION);
    KIPC_GUARD(result == KIPC_OK, result);
    ki_queue_set_up(&((struct kipc_notification *)call.object)->queue, order);
    return ki_created(&call, handle);
}

static struct kipc_notification_entry *at(struct kipc_notification *notification, uint32_t position)
{
    return &notification->entries[(notification->first + position) % KIPC_CFG_NOTIFICATIONS_MAX];
}

static int merge(struct kipc_notification *notification, uint32_t source, uint32_t bits)
{
    for (uint32_t i = notification->count; i > 0; i--) {
        struct kipc_notification_entry *entry = at(notification, i - 1);
        if (entry->source == source) {
            entry->bits |= bits;
            entry->count += entry->count != UINT32_MAX ? 1 : 0;
            entry->is_merged = true;
            return KIPC_OK;
        }
    }
    notification->refused += 1;
    return KIPC_E_FULL;
}

static int post(struct kipc_kernel *kernel, struct kipc_notification *notification, uint32_t source, uint32_t bits)
{
    struct kipc_thread *waiter = ki_first(&notification->queue);
    if (waiter != NULL) { /* the queue is empty then */
        waiter->given[0] = (uint64_t)source << 32 | bits;
        ki_settle(kernel, waiter, KIPC_OK);
        return KIPC_OK;
    }
    if (notification->count == KIPC_CFG_NOTIFICATIONS_MAX) {
        return merge(notification, source, bits);
    }
    *at(notification, notification->count) =
        (struct kipc_notification_entry){.source = source, .bits = bits, .count = 1, .is_merged = false};
    notification->count += 1;
    return KIPC_OK;
}

int kipc_notification_post(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t source,
                           uint32_t bits)
{
    KIPC_GUARD(bits != 0, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_NOTIFICATION, KIPC_RIGHT_SEND);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave(kernel, post(kernel, call.object, source, bits));
}

static int take(struct ki_call *call, uint64_t deadline, struct kipc_notification_entry *entry)
{
    struct kipc_notification *notification = call->object;
    if (notification->count > 0) {
        *entry = *at(notification, 0);
        notification->first = (notification->first + 1) % KIPC_CFG_NOTIFICATIONS_MAX;
        notification->count -= 1;
        return KIPC_OK;
    }
    KIPC_GUARD(deadline != KIPC_NO_WAIT, KIPC_E_EMPTY);
    int result = ki_wait_in(call, &notification->queue, deadline);
    KIPC_GUARD(result == KIPC_OK, result);
    uint64_t given = call->thread->given[0];
    *entry = (struct kipc_notification_entry){
        .source = (uint32_t)(given >> 32), .bits = (uint32_t)given, .count = 1, .is_merged = false};
    return KIPC_OK;
}

int kipc_notification_take(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t deadline,
                           struct kipc_notification_entry *entry)
{
    KIPC_GUARD(entry != NULL, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_NOTIFICATION, KIPC_RIGHT_RECEIVE);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave(kernel, take(&call, deadline, entry));
}

void ki_notification_drain(struct kipc_kernel *kernel, struct kipc_object *object)
{
    ki_settle_all(kernel, &((struct kipc_notification *)(void *)object)->queue, KIPC_E_CLOSED);
}
