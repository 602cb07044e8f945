/* SPDX-License-Identifier: MIT */
/* Sends that do not wait: at once, or with an operation that waits for room. */
#include "async.h"
#include "channel_plain.h"

/* An operation that waits for room. Its message is copied in the critical section, so that it keeps its turn. */
static int begin_waiting(struct ki_call *call, const struct kipc_channel_message *message,
                         const struct ki_origin *origin, struct kipc_event *event, kipc_token_t *token)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_channel *from = call->object;
    uint32_t blocks = ki_blocks_for(message->length);
    KIPC_GUARD(ki_blocks_reserve(kernel, blocks) == KIPC_OK, KIPC_E_NOMEM);
    struct kipc_operation *operation = ki_operation_begin(call, from->peer, from, event);
    operation->reserved = blocks;
    operation->block = ki_blocks_take(kernel, message->length);
    ki_channel_fill(operation->block, message, origin);
    kernel->copied_bytes += message->length;
    ki_operation_enqueue(operation);
    *token = kipc_table_id(&kernel->tables[KIPC_TABLE_OPERATION], operation);
    return KIPC_OK;
}

/* There is room: the message is sent, and the operation complete. The ends are pinned. */
static int send_now(struct ki_call *call, const struct kipc_channel_message *message, const struct ki_origin *origin,
                    struct kipc_event *event, kipc_token_t *token)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_channel *from = call->object;
    struct kipc_channel *inbox = from->peer;
    struct kipc_operation *operation = ki_operation_begin(call, inbox, from, event);
    *token = kipc_table_id(&kernel->tables[KIPC_TABLE_OPERATION], operation);
    struct kipc_block *block = ki_blocks_take(kernel, message->length);
    ki_unlock(kernel);
    ki_channel_fill(block, message, origin);
    ki_lock(kernel);
    kernel->copied_bytes += message->length;
    int result = ki_channel_deliver(call, inbox, block, message, KIPC_NO_WAIT);
    operation = kipc_table_find(&kernel->tables[KIPC_TABLE_OPERATION], *token);
    if (operation != NULL && result == KIPC_OK) { /* else the process ended during the copy */
        ki_operation_complete(kernel, operation, KIPC_OK);
    } else if (operation != NULL) {
        ki_operation_end(kernel, operation);
    }
    ki_remote_kick(kernel, inbox);
    return result;
}

static int send(struct ki_call *call, const struct kipc_channel_message *message, kipc_pid_t caller,
                kipc_handle_t handle, kipc_token_t *token)
{
    struct kipc_channel *from = call->object;
    struct kipc_event *event;
    int result = ki_channel_check(call, message, caller);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_channel *inbox = from->peer;
    KIPC_GUARD(inbox->config.capacity != 0, KIPC_E_INVAL);
    result = ki_operation_check(call, handle, &event);
    KIPC_GUARD(result == KIPC_OK, result);
    KIPC_GUARD(ki_charge_message(call->kernel, call->process) == KIPC_OK, KIPC_E_QUOTA);
    const struct ki_origin origin = {.sender = caller, .request_id = 0, .payer = caller};
    result = ki_channel_find_place(call, inbox, message->length, KIPC_NO_WAIT);
    if (result == KIPC_OK) {
        from->object.pins += 1;
        inbox->object.pins += 1;
        result = send_now(call, message, &origin, event, token);
        ki_channel_looked(inbox);
        ki_object_unpin(call->kernel, &inbox->object);
        ki_object_unpin(call->kernel, &from->object);
        return result;
    }
    if (result == KIPC_E_FULL && inbox->config.overflow == KIPC_OVERFLOW_BLOCK) {
        result = begin_waiting(call, message, &origin, event, token);
    }
    if (result != KIPC_OK) {
        ki_discharge(call->kernel, caller, KIPC_QUOTA_MESSAGES, 1);
    }
    return result;
}

/* What a message must be whatever the channel. */
static bool is_message(const struct kipc_channel_message *message)
{
    return (message->data != NULL || message->length == 0) && (unsigned int)message->type <= KIPC_MESSAGE_CONTROL &&
           message->capability_count == 0 && (message->flags & ~(unsigned int)KIPC_MESSAGE_FLAGS) == 0;
}

/* Who was not let in at first glance: from the beginning. */
static KI_SLOW int send_ordinarily(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                   const struct kipc_channel_message *message, kipc_handle_t event, kipc_token_t *token)
{
    KIPC_GUARD(is_message(message), KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_SEND);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave(kernel, send(&call, message, caller, event, token));
}

/* Who was let in, with a message or an operation that is not plain. */
static KI_SLOW int send_on(struct kipc_kernel *kernel, struct kipc_thread *thread, struct kipc_handle_entry *handle,
                           const struct kipc_channel_message *message, kipc_pid_t caller, kipc_handle_t event,
                           kipc_token_t *token)
{
    if (!is_message(message)) {
        return ki_leave(kernel, KIPC_E_INVAL);
    }
    struct ki_call call = {
        .kernel = kernel, .process = thread->process, .handle = handle, .object = handle->object, .thread = thread};
    return ki_leave(kernel, send(&call, message, caller, event, token));
}

/* An operation that is complete already, and keeps nothing. */
static KI_INLINE kipc_token_t begin_complete(struct kipc_table *table, struct kipc_process *process)
{
    struct kipc_operation *operation = ki_table_take_uncleared(table);
    operation->is_receive = false;
    operation->is_queued = false;
    operation->is_complete = true;
    operation->is_taken = false;
    operation->result = KIPC_OK;
    operation->process = process;
    operation->next_of_process = process->operations;
    process->operations = operation;
    operation->next = NULL;
    operation->inbox = NULL;
    operation->end = NULL;
    operation->block = NULL;
    operation->reserved = 0;
    operation->capacity = 0;
    operation->event = NULL;
    return operation->entry.id;
}

/* The common case: the message goes the plain way, and nobody is to be told; so the operation is complete at once. */
int kipc_channel_send_async(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                            const struct kipc_channel_message *message, kipc_handle_t event, kipc_token_t *token)
{
    KIPC_GUARD(message != NULL && token != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    struct ki_call call;
    struct kipc_table *table = &kernel->tables[KIPC_TABLE_OPERATION];
    if (!KI_LIKELY(ki_enter_end(&call, kernel, caller, handle, KIPC_RIGHT_SEND, 0))) {
        return send_ordinarily(kernel, caller, handle, message, event, token);
    }
    const struct ki_plain plain = ki_plain_of(message);
    bool is_plain = event == KIPC_NO_ID && table->first_free != 0 && !call.process->is_limited;
    if (!KI_LIKELY(is_plain && ki_send_is_plain(call.object, &plain))) {
        return send_on(kernel, call.thread, call.handle, message, caller, event, token);
    }
    if (!KI_LIKELY(ki_may_charge(call.process, KIPC_QUOTA_MESSAGES, 1))) {
        return ki_leave(kernel, KIPC_E_QUOTA);
    }
    ki_send_plainly(kernel, call.process, call.object, &plain);
    *token = begin_complete(table, call.process);
    return ki_leave(kernel, KIPC_OK);
}
