/* SPDX-License-Identifier: MIT */
/*
 * The straight way of calls: a small request to a server that waits for it, and a small reply. Each is one critical
 * section, in which nothing is called but the scheduler. What does not fit goes the ordinary way, src/call.c, with the
 * same result.
 */
#include "call_path.h"
#include "enter.h"

/* What a call must be whatever the channel. */
static KI_INLINE bool is_call(const struct kipc_channel_message *message, const void *reply, uint32_t capacity,
                              uint64_t deadline)
{
    return message != NULL && (message->data != NULL || message->length == 0) && ki_capabilities_fit(message) &&
           (reply != NULL || capacity == 0) && deadline != KIPC_NO_WAIT &&
           (message->flags & ~(unsigned int)KIPC_MESSAGE_FLAGS) == 0;
}

/* Nothing but rights and room decides; a server waits, and has room; there are a place and a block for the reply. */
static KI_INLINE bool is_straight(const struct ki_call *call, const struct kipc_channel_message *message,
                                  uint32_t capacity)
{
    const struct kipc_kernel *kernel = call->kernel;
    const struct kipc_process *process = call->process;
    const struct kipc_channel *end = call->object;
    uint32_t length = message->length;
    KIPC_GUARD(length <= KIPC_MSG_SMALL_MAX && message->capability_count == 0, false);
    KIPC_GUARD(end->sends_plainly && !process->is_limited && capacity <= KIPC_MSG_SMALL_MAX, false);
    const struct kipc_channel *inbox = end->peer;
    const struct kipc_thread *server = ki_first(&inbox->receivers);
    KIPC_GUARD(server != NULL && server->given[1] == 0 && server->request >= length, false);
    KIPC_GUARD(inbox->senders.first == NULL && length <= inbox->config.message_max, false);
    KIPC_GUARD(ki_channel_has_room(inbox, length) && kernel->blocks_reserved < kernel->block_count, false);
    KIPC_GUARD(process->used[KIPC_QUOTA_MESSAGES] < process->limits[KIPC_QUOTA_MESSAGES], false);
    return kernel->free_requests != NULL;
}

static KI_INLINE struct kipc_block *write_request(struct ki_call *call, const struct kipc_channel_message *message,
                                                  uint64_t id)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_channel *end = call->object;
    struct kipc_channel *inbox = end->peer;
    uint32_t length = message->length;
    struct kipc_block *block = ki_block_take(kernel);
    struct kipc_message_header *header = &block->slot.header;
    kipc_pid_t caller = call->process->entry.id;
    header->type = KIPC_MESSAGE_REQUEST;
    header->flags = message->flags;
    header->priority = message->priority;
    header->reserved = 0;
    header->total_size = KIPC_MESSAGE_HEADER_BYTES + length;
    header->sender = caller;
    header->destination = message->tag;
    header->request_id = id;
    block->length = length;
    block->payer = caller;
    block->sequence = inbox->next_sequence;
    ki_copy_words(block->slot.data, message->data, length, (uintptr_t)message->data);
    inbox->next_sequence += 1;
    ki_channel_take_place(inbox, length); /* until the server has read it */
    kernel->copied_bytes += length;
    end->stats.sent += 1;
    end->stats.sent_bytes += length;
    return block;
}

/* The server has it from here on, although it has not run yet: if it ends now, the call fails. */
static KI_INLINE void hand_over(struct ki_call *call, const struct kipc_channel_message *message,
                                struct kipc_request *request)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_channel *inbox = ((struct kipc_channel *)call->object)->peer;
    struct kipc_thread *server = ki_first(&inbox->receivers);
    server->given_pointer = write_request(call, message, request->id);
    server->given[0] = KI_GIVEN_REQUEST;
    inbox->server = server;
    request->state = KIPC_REQUEST_RECEIVED;
    request->server = server->process->entry.id;
    ki_request_serve(request, server);
    ki_settle_first(&inbox->receivers);
    ki_wake(kernel, server);
}

/* A small answer, read in the same section; all else is concluded the ordinary way. */
static KI_INLINE int conclude(struct kipc_kernel *kernel, struct kipc_channel *inbox, struct kipc_request *request,
                              int result, void *reply)
{
    struct kipc_block *block = request->reply;
    if (!KI_LIKELY(request->state == KIPC_REQUEST_ANSWERED && block->slot.header.type == KIPC_MESSAGE_RESPONSE &&
                   request->queue.owner == NULL && inbox->object.references != 0)) {
        return ki_call_conclude(kernel, inbox, request, ki_request_outcome(request, result), reply);
    }
    uint32_t length = block->length; /* at most the capacity, so it is one block */
    ki_copy_words(reply, block->slot.data, length, (uintptr_t)reply);
    kernel->copied_bytes += length;
    ki_block_give(kernel, block);
    ki_request_end(kernel, request);
    inbox->object.pins -= 1;
    return (int)length;
}

static KI_INLINE int call_straight(struct ki_call *call, const struct kipc_channel_message *message, void *reply,
                                   uint32_t capacity, uint64_t deadline)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_channel *end = call->object;
    struct kipc_channel *inbox = end->peer;
    uint32_t most = end->config.message_max;
    struct kipc_request *request = ki_request_begin(kernel, capacity < most ? capacity : most, 1);
    kernel->blocks_reserved += 1;
    inbox->object.pins += 1;
    hand_over(call, message, request);
    ki_wait_alone(call->thread, &request->queue, deadline);
    struct kipc_thread *server = request->queue.owner;
    if (call->thread->priority > server->priority) {
        ki_inherit(kernel, server);
    }
    int result = ki_wait_once(kernel, call->thread);
    return conclude(kernel, inbox, request, result, reply);
}

/* Who was not let in at first glance: from the beginning. */
static KI_SLOW int call_ordinarily(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                   const struct kipc_channel_message *message, void *reply, uint32_t capacity,
                                   uint64_t deadline)
{
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_SEND);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_call_on(kernel, call.thread, call.handle, message, caller, reply, capacity, deadline);
}

int kipc_channel_call(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                      const struct kipc_channel_message *message, void *reply, uint32_t capacity, uint64_t deadline)
{
    KIPC_GUARD(is_call(message, reply, capacity, deadline), KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    struct ki_call call;
    if (!KI_LIKELY(ki_enter_end(&call, kernel, caller, handle, KIPC_RIGHT_SEND, 0))) {
        return call_ordinarily(kernel, caller, handle, message, reply, capacity, deadline);
    }
    if (!is_straight(&call, message, capacity)) {
        return ki_call_on(kernel, call.thread, call.handle, message, caller, reply, capacity, deadline);
    }
    return ki_leave(kernel, call_straight(&call, message, reply, capacity, deadline));
}

/* A small reply to a request that its server has, by the server's word; nothing else is the case. */
static KI_INLINE bool is_straight_reply(const struct kipc_request *request, kipc_pid_t caller, uint64_t id,
                                        uint32_t length)
{
    KIPC_GUARD(request != NULL && request->id == id && request->server == caller, false);
    KIPC_GUARD(request->state == KIPC_REQUEST_RECEIVED && length <= request->capacity, false);
    /* Its thread serves it still, so there is the process. */
    const struct kipc_thread *server = request->queue.owner;
    return length <= KIPC_MSG_SMALL_MAX && server != NULL && server->process->entry.id == caller &&
           !server->process->is_ending;
}

static KI_INLINE void reply_straight(struct kipc_kernel *kernel, struct kipc_request *request, const void *data,
                                     uint32_t length)
{
    struct kipc_block *block = ki_block_take(kernel);
    block->slot.header.type = KIPC_MESSAGE_RESPONSE;
    block->length = length;
    ki_copy_words(block->slot.data, data, length, (uintptr_t)data);
    kernel->copied_bytes += length;
    request->reply = block;
    request->state = KIPC_REQUEST_ANSWERED;
    const struct kipc_thread *waiter = ki_first(&request->queue);
    ki_request_unserve(kernel, request);
    if (KI_LIKELY(waiter != NULL)) { /* else it gave up waiting, or has not begun to: it will look at the state */
        ki_settle_first(&request->queue);
        ki_wake(kernel, waiter);
    }
}

int kipc_channel_reply(struct kipc_kernel *kernel, kipc_pid_t caller, uint64_t request_id, const void *data,
                       uint32_t length)
{
    KIPC_GUARD(data != NULL || length == 0, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    struct kipc_request *request = ki_request_at(kernel, request_id);
    if (!KI_LIKELY(is_straight_reply(request, caller, request_id, length))) {
        return ki_reply_on(kernel, caller, request_id, KIPC_MESSAGE_RESPONSE, data, length);
    }
    kernel->checks += 1;
    reply_straight(kernel, request, data, length);
    return ki_leave(kernel, KIPC_OK);
}

int kipc_channel_reply_error(struct kipc_kernel *kernel, kipc_pid_t caller, uint64_t request_id, int code)
{
    KIPC_GUARD(code < 0, KIPC_E_INVAL);
    const int32_t payload = code;
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    return ki_reply_on(kernel, caller, request_id, KIPC_MESSAGE_ERROR, &payload, sizeof(payload));
}
