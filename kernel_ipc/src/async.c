/* SPDX-License-Identifier: MIT */
/*
 * Operations under way stand in two queues of an inbox: sends that found no room, receives that found no message. While
 * one stands there, the plain way of messages is closed, so each message and each place passes here.
 */
#include "async.h"
#include "event.h"

static struct kipc_operation **queue_of(const struct kipc_operation *operation)
{
    struct kipc_channel *inbox = operation->inbox;
    return operation->is_receive ? &inbox->pending_receives : &inbox->pending_sends;
}

void ki_operation_enqueue(struct kipc_operation *operation)
{
    struct kipc_operation **place = queue_of(operation);
    while (*place != NULL) {
        place = &(*place)->next;
    }
    operation->next = NULL;
    operation->is_queued = true;
    *place = operation;
    ki_channel_review(operation->inbox);
}

static void dequeue(struct kipc_operation *operation)
{
    struct kipc_operation **place = queue_of(operation);
    while (*place != operation) {
        place = &(*place)->next;
    }
    *place = operation->next;
    operation->is_queued = false;
    ki_channel_review(operation->inbox);
}

static void release_event(struct kipc_kernel *kernel, struct kipc_operation *operation)
{
    struct kipc_event *event = operation->event;
    operation->event = NULL;
    if (event != NULL) {
        ki_object_unpin(kernel, &event->object);
    }
}

void ki_operation_complete(struct kipc_kernel *kernel, struct kipc_operation *operation, int result)
{
    operation->is_complete = true;
    operation->result = result;
    if (operation->event != NULL && !operation->event->object.is_closed) {
        kipc_pid_t pid = kipc_table_id(&kernel->tables[KIPC_TABLE_PROCESS], operation->process);
        ki_event_signal(kernel, operation->event, pid, kipc_table_id(&kernel->tables[KIPC_TABLE_OPERATION], operation));
    }
    release_event(kernel, operation);
}

/* The blocks of a send that is over, one way or the other, are no longer promised to it. */
static void unreserve(struct kipc_kernel *kernel, struct kipc_operation *operation)
{
    kernel->blocks_reserved -= operation->reserved;
    operation->reserved = 0;
}

/* What is left of an operation: all that it keeps. */
void ki_operation_end(struct kipc_kernel *kernel, struct kipc_operation *operation)
{
    struct kipc_channel *inbox = operation->inbox;
    struct kipc_channel *from = operation->end;
    struct kipc_operation **place = &operation->process->operations;
    while (*place != operation) {
        place = &(*place)->next_of_process;
    }
    *place = operation->next_of_process;
    release_event(kernel, operation);
    if (operation->block != NULL && operation->is_receive) {
        uint32_t length = operation->block->length;
        ki_capabilities_drop(kernel, operation->block);
        ki_channel_give_up(kernel, inbox, operation->block, length);
    } else if (operation->block != NULL) {
        ki_discharge(kernel, operation->block->payer, KIPC_QUOTA_MESSAGES, 1);
        ki_blocks_give(kernel, operation->block);
    }
    unreserve(kernel, operation);
    kipc_table_give(&kernel->tables[KIPC_TABLE_OPERATION], operation);
    if (from != NULL) {
        ki_object_unpin(kernel, &from->object);
    }
    if (inbox != NULL) { /* it was complete from the beginning */
        ki_object_unpin(kernel, &inbox->object);
    }
}

bool ki_async_give_message(struct kipc_kernel *kernel, struct kipc_channel *inbox, struct kipc_block *block)
{
    while (inbox->pending_receives != NULL) {
        struct kipc_operation *operation = inbox->pending_receives;
        dequeue(operation);
        if (block->length <= operation->capacity) {
            operation->block = block;
            ki_operation_complete(kernel, operation, (int)block->length);
            return true;
        }
        ki_operation_complete(kernel, operation, KIPC_E_MSGSIZE);
    }
    return false;
}

void ki_async_give_room(struct kipc_kernel *kernel, struct kipc_channel *inbox)
{
    struct kipc_operation *operation = inbox->pending_sends;
    while (operation != NULL && inbox->senders.first == NULL && ki_channel_has_room(inbox, operation->block->length)) {
        struct kipc_block *block = operation->block;
        dequeue(operation);
        ki_channel_take_place(inbox, block->length);
        unreserve(kernel, operation); /* it counts for the inbox from here on */
        operation->block = NULL;
        ki_channel_deliver_written(kernel, operation->end, inbox, block);
        ki_operation_complete(kernel, operation, KIPC_OK);
        operation = inbox->pending_sends;
    }
}

void ki_async_part(struct kipc_kernel *kernel, struct kipc_channel *inbox)
{
    while (inbox->pending_sends != NULL || inbox->pending_receives != NULL) {
        struct kipc_operation *operation =
            inbox->pending_sends != NULL ? inbox->pending_sends : inbox->pending_receives;
        dequeue(operation);
        ki_operation_complete(kernel, operation, KIPC_E_CLOSED);
    }
}

void ki_async_of_ended(struct kipc_kernel *kernel, struct kipc_process *process)
{
    struct kipc_operation *operation = process->operations;
    if (operation->is_queued) {
        dequeue(operation);
    }
    ki_operation_end(kernel, operation);
}

/* All that a new operation can be refused for, before anything is done: its event, and its place. */
int ki_operation_check(struct ki_call *call, kipc_handle_t event, struct kipc_event **found)
{
    struct kipc_table *table = &call->kernel->tables[KIPC_TABLE_OPERATION];
    struct kipc_handle_entry *entry;
    *found = NULL;
    if (event != KIPC_NO_ID) {
        int result = ki_look_up(call, event, KIPC_TABLE_EVENT, KIPC_RIGHT_SEND, &entry);
        KIPC_GUARD(result == KIPC_OK, result);
        *found = (struct kipc_event *)(void *)entry->object;
    }
    if (table->first_free == 0) {
        table->refused += 1;
        return KIPC_E_NOSPC;
    }
    return KIPC_OK;
}

/* An operation of the caller, which `check` has let pass; it pins what it needs. from: NULL for a receive. */
struct kipc_operation *ki_operation_begin(struct ki_call *call, struct kipc_channel *inbox, struct kipc_channel *from,
                                          struct kipc_event *event)
{
    struct kipc_operation *operation = kipc_table_take(&call->kernel->tables[KIPC_TABLE_OPERATION]);
    KIPC_ASSERT(operation != NULL);
    operation->process = call->process;
    operation->next_of_process = call->process->operations;
    call->process->operations = operation;
    operation->is_receive = from == NULL;
    operation->inbox = inbox;
    inbox->object.pins += 1;
    operation->end = from;
    if (from != NULL) {
        from->object.pins += 1;
    }
    operation->event = event;
    if (event != NULL) {
        event->object.pins += 1;
    }
    return operation;
}

static int receive(struct ki_call *call, uint32_t capacity, kipc_pid_t caller, kipc_handle_t handle,
                   kipc_token_t *token)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_channel *inbox = call->object;
    struct kipc_block *block = NULL;
    struct kipc_event *event;
    KIPC_GUARD(ki_channel_lets(inbox, call->process, caller), KIPC_E_ACCES);
    KIPC_GUARD(inbox->config.capacity != 0, KIPC_E_INVAL);
    int result = ki_operation_check(call, handle, &event);
    KIPC_GUARD(result == KIPC_OK, result);
    result = ki_channel_get(call, capacity, KIPC_NO_WAIT, &block);
    KIPC_GUARD(result == KIPC_OK || result == KIPC_E_EMPTY, result);
    struct kipc_operation *operation = ki_operation_begin(call, inbox, NULL, event);
    *token = kipc_table_id(&kernel->tables[KIPC_TABLE_OPERATION], operation);
    operation->capacity = capacity;
    if (result == KIPC_OK) {
        operation->block = block;
        ki_operation_complete(kernel, operation, (int)block->length);
    } else {
        ki_operation_enqueue(operation);
    }
    return KIPC_OK;
}

int kipc_channel_receive_async(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t capacity,
                               kipc_handle_t event, kipc_token_t *token)
{
    KIPC_GUARD(token != NULL, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_RECEIVE);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave(kernel, receive(&call, capacity, caller, event, token));
}

/* Into the critical section with an operation of the caller: KIPC_OK inside, or an error outside. */
static int enter(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_token_t token, struct kipc_operation **operation)
{
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    const struct kipc_process *process = ki_process(kernel, caller);
    if (process == NULL) {
        return ki_leave(kernel, KIPC_E_SRCH);
    }
    kernel->checks += 1;
    *operation = kipc_table_find(&kernel->tables[KIPC_TABLE_OPERATION], token);
    bool is_own = *operation != NULL && (*operation)->process == process && !(*operation)->is_taken;
    return is_own ? KIPC_OK : ki_leave(kernel, KIPC_E_BADF);
}

/* A message that a receive got: it leaves the operation, and is read as by any receive. */
static int read_message(struct kipc_kernel *kernel, struct kipc_operation *operation, kipc_pid_t caller, void *buffer,
                        struct kipc_channel_info *info)
{
    struct ki_call call = {.kernel = kernel, .process = operation->process, .object = operation->inbox};
    struct kipc_channel *inbox = operation->inbox;
    struct kipc_block *block = operation->block;
    uint32_t length = block->length;
    operation->is_taken = true; /* nobody else finds it while it is read outside of the section */
    operation->block = NULL;
    inbox->object.pins += 1;
    ki_channel_accept(&call, block, caller, info);
    ki_unlock(kernel);
    ki_channel_read(block, buffer, info);
    ki_lock(kernel);
    kernel->copied_bytes += length;
    ki_channel_give_up(kernel, inbox, block, length);
    ki_remote_room(kernel, inbox);
    ki_object_unpin(kernel, &inbox->object);
    return (int)length;
}

int kipc_async_poll(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_token_t token, void *buffer, uint32_t capacity,
                    struct kipc_channel_info *info)
{
    KIPC_GUARD(buffer != NULL || capacity == 0, KIPC_E_INVAL);
    struct kipc_operation *operation;
    int result = enter(kernel, caller, token, &operation);
    KIPC_GUARD(result == KIPC_OK, result);
    if (!operation->is_complete) {
        return ki_leave(kernel, KIPC_E_WOULDBLOCK);
    }
    result = operation->result;
    if (operation->is_receive && operation->block != NULL) {
        if (operation->block->length > capacity) {
            return ki_leave(kernel, KIPC_E_INVAL);
        }
        result = read_message(kernel, operation, caller, buffer, info);
        /* The process may have ended meanwhile, and its operations with it. */
        operation = kipc_table_find(&kernel->tables[KIPC_TABLE_OPERATION], token);
    }
    if (operation != NULL) {
        ki_operation_end(kernel, operation);
    }
    return ki_leave(kernel, result);
}

int kipc_async_cancel(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_token_t token)
{
    struct kipc_operation *operation;
    int result = enter(kernel, caller, token, &operation);
    KIPC_GUARD(result == KIPC_OK, result);
    if (operation->is_complete) {
        return ki_leave(kernel, KIPC_E_ALREADY);
    }
    dequeue(operation);
    struct kipc_channel *inbox = operation->inbox;
    inbox->object.pins += 1;
    ki_operation_end(kernel, operation);
    ki_channel_grant(kernel, inbox); /* who stood behind a larger message may fit */
    ki_object_unpin(kernel, &inbox->object);
    return ki_leave(kernel, KIPC_OK);
}
