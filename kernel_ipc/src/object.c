/* SPDX-License-Identifier: MIT */
#include "kernel_internal.h"
#include <kipc/channel.h>
#include <kipc/condition.h>
#include <kipc/event.h>
#include <kipc/mutex.h>
#include <kipc/notification.h>
#include <kipc/region.h>
#include <kipc/rwlock.h>
#include <kipc/semaphore.h>
#include <kipc/topic.h>

/* Where each class has them. */
static const size_t details_at[KIPC_TABLE_COUNT] = {
    [KIPC_TABLE_SEMAPHORE] = offsetof(struct kipc_semaphore, details),
    [KIPC_TABLE_MUTEX] = offsetof(struct kipc_mutex, details),
    [KIPC_TABLE_CONDITION] = offsetof(struct kipc_condition, details),
    [KIPC_TABLE_RWLOCK] = offsetof(struct kipc_rwlock, details),
    [KIPC_TABLE_EVENT] = offsetof(struct kipc_event, details),
    [KIPC_TABLE_NOTIFICATION] = offsetof(struct kipc_notification, details),
    [KIPC_TABLE_CHANNEL] = offsetof(struct kipc_channel, details),
    [KIPC_TABLE_TOPIC] = offsetof(struct kipc_topic, details),
    [KIPC_TABLE_SUBSCRIPTION] = offsetof(struct kipc_subscription, details),
    [KIPC_TABLE_REGION] = offsetof(struct kipc_region, details),
};

static void (*const drains[KIPC_TABLE_COUNT])(struct kipc_kernel *kernel, struct kipc_object *object) = {
    [KIPC_TABLE_SEMAPHORE] = ki_semaphore_drain,
    [KIPC_TABLE_MUTEX] = ki_mutex_drain,
    [KIPC_TABLE_CONDITION] = ki_condition_drain,
    [KIPC_TABLE_RWLOCK] = ki_rwlock_drain,
    [KIPC_TABLE_EVENT] = ki_event_drain,
    [KIPC_TABLE_NOTIFICATION] = ki_notification_drain,
    [KIPC_TABLE_CHANNEL] = ki_channel_drain,
    [KIPC_TABLE_TOPIC] = ki_topic_drain,
    [KIPC_TABLE_SUBSCRIPTION] = ki_subscription_drain,
    [KIPC_TABLE_REGION] = ki_region_drain,
};

static void (*const last_steps[KIPC_TABLE_COUNT])(struct kipc_kernel *kernel, struct kipc_object *object) = {
    [KIPC_TABLE_CHANNEL] = ki_channel_released,
    [KIPC_TABLE_TOPIC] = ki_topic_released,
    [KIPC_TABLE_SUBSCRIPTION] = ki_subscription_released,
};

void ki_object_close(struct kipc_kernel *kernel, struct kipc_object *object)
{
    object->is_closed = true;
    ki_name_remove(kernel, object);
    drains[object->table](kernel, object);
}

static void free_object(struct kipc_kernel *kernel, struct kipc_object *object)
{
    ki_discharge(kernel, object->creator, KIPC_QUOTA_OBJECTS, 1);
    ki_discharge(kernel, object->creator, KIPC_QUOTA_BYTES, object->details->bytes);
    if (object->table == KIPC_TABLE_CHANNEL) {
        ki_discharge(kernel, object->creator, KIPC_QUOTA_CHANNELS, 1);
    }
    if (last_steps[object->table] != NULL) {
        last_steps[object->table](kernel, object);
    }
    kipc_table_give(&kernel->tables[object->table], object);
}

/*
 * A channel that closes drops messages, and with them handles, whose objects may be channels with messages in turn. So
 * what becomes free meanwhile is put into a list that the outermost call works through.
 */
static void reap(struct kipc_kernel *kernel)
{
    kernel->is_reaping = true;
    while (kernel->doomed != NULL) {
        struct kipc_object *object = kernel->doomed;
        kernel->doomed = object->details->next_doomed;
        object->is_doomed = false;
        if (!object->is_closed) {
            ki_object_close(kernel, object);
        }
        if (object->pins == 0) {
            free_object(kernel, object);
        }
    }
    kernel->is_reaping = false;
}

void ki_object_release(struct kipc_kernel *kernel, struct kipc_object *object)
{
    if (object->references != 0 || object->details->name[0] != 0 || object->is_doomed) {
        return;
    }
    object->is_doomed = true;
    object->details->next_doomed = kernel->doomed;
    kernel->doomed = object;
    if (!kernel->is_reaping) {
        reap(kernel);
    }
}

void ki_object_unpin(struct kipc_kernel *kernel, struct kipc_object *object)
{
    object->pins -= 1;
    ki_object_release(kernel, object);
}

/* Takes an object and its first handle, or neither. */
static int make(struct ki_call *call, enum kipc_table_id table, kipc_pid_t creator)
{
    struct kipc_object *object = kipc_table_take(&call->kernel->tables[table]);
    KIPC_GUARD(object != NULL, KIPC_E_NOSPC);
    object->table = (uint8_t)table;
    object->details = (struct kipc_object_details *)(void *)((uint8_t *)object + details_at[table]);
    object->creator = creator;
    object->details->user = call->process->user;
    object->details->group = call->process->group;
    object->details->mode = KIPC_MODES;
    object->details->site = call->site;
    int result = ki_handle_make(call->kernel, call->process, object, KIPC_RIGHTS, NULL, &call->handle);
    if (result != KIPC_OK) {
        kipc_table_give(&call->kernel->tables[table], object);
    }
    call->object = object;
    return result;
}

static int charge(struct kipc_process *process, enum kipc_table_id table)
{
    KIPC_GUARD(ki_charge(process, KIPC_QUOTA_OBJECTS, 1) == KIPC_OK, KIPC_E_QUOTA);
    if (table == KIPC_TABLE_CHANNEL && ki_charge(process, KIPC_QUOTA_CHANNELS, 1) != KIPC_OK) {
        process->used[KIPC_QUOTA_OBJECTS] -= 1;
        return KIPC_E_QUOTA;
    }
    return KIPC_OK;
}

int ki_create_more(struct ki_call *call, enum kipc_table_id table, kipc_pid_t creator)
{
    int result = charge(call->process, table);
    KIPC_GUARD(result == KIPC_OK, result);
    result = make(call, table, creator);
    if (result != KIPC_OK) {
        call->process->used[KIPC_QUOTA_OBJECTS] -= 1;
        call->process->used[KIPC_QUOTA_CHANNELS] -= table == KIPC_TABLE_CHANNEL ? 1 : 0;
    }
    return result;
}

int ki_create_at(struct ki_call *call, struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_table_id table,
                 const void *site)
{
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    call->kernel = kernel;
    call->site = site;
    ki_lock(kernel);
    call->process = ki_process(kernel, caller);
    int result = call->process != NULL ? ki_create_more(call, table, caller) : KIPC_E_SRCH;
    return result == KIPC_OK ? KIPC_OK : ki_leave(kernel, result);
}

int ki_created(struct ki_call *call, kipc_handle_t *handle)
{
    *handle = kipc_table_id(&call->kernel->tables[KIPC_TABLE_HANDLE], call->handle);
    return ki_leave(call->kernel, KIPC_OK);
}
