/* SPDX-License-Identifier: MIT */
/* Calls with whatever there is to wait for, to copy and to undo. The straight way of most is src/call_straight.c. */
#include "call_path.h"

void ki_requests_set_up(struct kipc_kernel *kernel, struct kipc_request *requests, uint32_t count)
{
    kernel->requests = requests;
    kernel->request_count = count;
    kernel->free_requests = requests;
    ki_clear(requests, count * sizeof(*requests));
    for (uint32_t i = 0; i < count; i++) {
        requests[i].next_free = i + 1 < count ? &requests[i + 1] : NULL;
        ki_queue_set_up(&requests[i].queue, KIPC_WAIT_FIFO); /* a free request's is empty and has no owner */
    }
}

/* The request of an id, if it is alive. */
static struct kipc_request *find(const struct kipc_kernel *kernel, uint64_t id)
{
    struct kipc_request *request = ki_request_at(kernel, id);
    return request != NULL && request->id == id && request->state != KIPC_REQUEST_FREE ? request : NULL;
}

static struct kipc_request *begin(struct kipc_kernel *kernel, uint32_t capacity)
{
    uint32_t blocks = ki_blocks_for(capacity > sizeof(int32_t) ? capacity : sizeof(int32_t));
    KIPC_GUARD(kernel->free_requests != NULL && ki_blocks_reserve(kernel, blocks) == KIPC_OK, NULL);
    return ki_request_begin(kernel, capacity, blocks);
}

static void end(struct kipc_kernel *kernel, struct kipc_request *request)
{
    ki_request_unserve(kernel, request);
    ki_blocks_give(kernel, request->reply);
    ki_request_end(kernel, request);
}

/* The caller, if it waits already, goes on; else it will look at the state before it waits. */
static void settle(struct kipc_kernel *kernel, struct kipc_request *request, enum kipc_request_state state)
{
    request->state = state;
    ki_settle_all(kernel, &request->queue, KIPC_OK);
}

void ki_request_fail(struct kipc_kernel *kernel, uint64_t id, int code)
{
    struct kipc_request *request = find(kernel, id);
    if (request != NULL && request->state <= KIPC_REQUEST_RECEIVED) {
        request->failure = code;
        settle(kernel, request, KIPC_REQUEST_FAILED);
    }
}

void ki_request_received(struct kipc_kernel *kernel, uint64_t id, kipc_pid_t server, struct kipc_thread *thread)
{
    if (ki_process(kernel, server) == NULL) {
        ki_request_fail(kernel, id, KIPC_E_CLOSED); /* it ended after it was given the message: nobody would reply */
        return;
    }
    struct kipc_request *request = find(kernel, id);
    if (request != NULL && request->state <= KIPC_REQUEST_RECEIVED) {
        request->state = KIPC_REQUEST_RECEIVED;
        request->server = server;
        bool is_attached = thread != NULL && thread->process != NULL; /* none polls for it, or it was detached */
        ki_queue_set_owner(kernel, &request->queue, is_attached ? thread : NULL);
    }
}

void ki_requests_of_thread(struct kipc_kernel *kernel, const struct kipc_thread *thread)
{
    for (uint32_t i = 0; i < kernel->request_count; i++) {
        struct kipc_request *request = &kernel->requests[i];
        if (request->state != KIPC_REQUEST_FREE && request->queue.owner == thread) {
            ki_queue_set_owner(kernel, &request->queue, NULL);
        }
    }
}

/* Who will serve a request that waits in the inbox: as far as can be told, who received one there last. */
static struct kipc_thread *server_of(const struct kipc_channel *inbox)
{
    struct kipc_thread *thread = inbox->server;
    return thread != NULL && thread->process != NULL ? thread : NULL;
}

void ki_requests_of_ended(struct kipc_kernel *kernel, kipc_pid_t server)
{
    for (uint32_t i = 0; i < kernel->request_count; i++) {
        struct kipc_request *request = &kernel->requests[i];
        if (request->state == KIPC_REQUEST_RECEIVED && request->server == server) {
            ki_request_fail(kernel, request->id, KIPC_E_CLOSED);
        }
    }
}

/* Waits until the request is answered or has failed; the wait's own end comes through. */
static int await_answer(struct ki_call *call, struct kipc_request *request, uint64_t deadline)
{
    int result = KIPC_OK;
    if (request->state != KIPC_REQUEST_ANSWERED && request->state != KIPC_REQUEST_FAILED) {
        result = ki_wait_in(call, &request->queue, deadline);
    }
    return ki_request_outcome(request, result);
}

/* What an answer says: its length, or the error in it. */
static int read_answer(struct kipc_kernel *kernel, const struct kipc_request *request, void *reply)
{
    const struct kipc_block *block = request->reply;
    uint32_t length = block->length;
    ki_unlock(kernel); /* the request is the caller's alone once it is answered */
    int32_t code = 0;
    if (block->slot.header.type == KIPC_MESSAGE_ERROR) {
        ki_blocks_read(block, &code, sizeof(code));
    } else {
        ki_blocks_read(block, reply, length);
    }
    ki_lock(kernel);
    kernel->copied_bytes += length;
    return code != 0 ? (int)code : (int)length;
}

/* The end of a call that nobody answered. */
static void give_up(struct kipc_kernel *kernel, struct kipc_channel *inbox, struct kipc_request *request)
{
    if (request->state == KIPC_REQUEST_ANSWERING) {
        request->state = KIPC_REQUEST_ABANDONED; /* who writes the reply frees it */
        return;
    }
    if (request->state == KIPC_REQUEST_SENT) {
        ki_channel_take_back(kernel, inbox, request->id);
    }
    end(kernel, request);
}

int ki_call_conclude(struct kipc_kernel *kernel, struct kipc_channel *inbox, struct kipc_request *request, int result,
                     void *reply)
{
    if (result == KIPC_OK) {
        result = read_answer(kernel, request, reply);
        end(kernel, request);
    } else {
        give_up(kernel, inbox, request);
    }
    ki_object_unpin(kernel, &inbox->object);
    return result;
}

static int call_and_wait(struct ki_call *call, struct kipc_channel_message *message, kipc_pid_t caller, void *reply,
                         uint32_t capacity, uint64_t deadline)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_channel *inbox = ((struct kipc_channel *)call->object)->peer;
    struct kipc_request *request = begin(kernel, capacity);
    KIPC_GUARD(request != NULL, KIPC_E_NOMEM);
    inbox->object.pins += 1;
    int result = ki_channel_send(call, message, caller, request->id, deadline);
    if (result == KIPC_OK) {
        if (request->state == KIPC_REQUEST_SENT && request->queue.owner == NULL) {
            ki_queue_set_owner(kernel, &request->queue, server_of(inbox));
        }
        result = await_answer(call, request, deadline);
    } else if (request->state == KIPC_REQUEST_FAILED) {
        result = request->failure; /* a rendezvous that ended otherwise */
    }
    return ki_call_conclude(kernel, inbox, request, result, reply);
}

int ki_call_on(struct kipc_kernel *kernel, struct kipc_thread *thread, struct kipc_handle_entry *handle,
               const struct kipc_channel_message *message, kipc_pid_t caller, void *reply, uint32_t capacity,
               uint64_t deadline)
{
    struct ki_call call = {
        .kernel = kernel, .process = thread->process, .handle = handle, .object = handle->object, .thread = thread};
    struct kipc_channel_message request = *message;
    request.type = KIPC_MESSAGE_REQUEST;
    const struct kipc_channel *end = call.object;
    bool has_calls = !end->is_remote && !end->config.is_register_only;
    int result = has_calls ? ki_channel_check(&call, &request, caller) : KIPC_E_INVAL;
    if (result == KIPC_OK) {
        uint32_t most = end->config.message_max;
        result = call_and_wait(&call, &request, caller, reply, capacity < most ? capacity : most, deadline);
    }
    return ki_leave(kernel, result);
}

/* Whether a reply may be written; KIPC_OK, or why not. */
static int check_reply(struct kipc_kernel *kernel, kipc_pid_t caller, uint64_t id, uint32_t length)
{
    const struct kipc_request *request = ki_request_at(kernel, id);
    bool was_given = request != NULL && id <= request->id;
    KIPC_GUARD(!was_given || request->id == id, KIPC_E_CLOSED); /* its place has another request now */
    if (!was_given || (request->server != caller && request->state != KIPC_REQUEST_FREE)) {
        kernel->unknown_replies += 1;
        return KIPC_E_NOTFOUND;
    }
    switch (request->state) {
    case KIPC_REQUEST_RECEIVED:
        return length <= request->capacity ? KIPC_OK : KIPC_E_MSGSIZE;
    case KIPC_REQUEST_ANSWERING:
    case KIPC_REQUEST_ANSWERED:
        return KIPC_E_STATE;
    case KIPC_REQUEST_FREE:
        return request->was_answered ? KIPC_E_STATE : KIPC_E_CLOSED;
    default:
        return KIPC_E_CLOSED;
    }
}

static int write_reply(struct kipc_kernel *kernel, struct kipc_request *request, enum kipc_message_type type,
                       const void *data, uint32_t length)
{
    struct kipc_block *block = ki_blocks_take(kernel, length);
    request->state = KIPC_REQUEST_ANSWERING;
    ki_unlock(kernel);
    block->slot.header.type = (uint8_t)type;
    block->length = length;
    ki_blocks_write(block, data, length);
    ki_lock(kernel);
    kernel->copied_bytes += length;
    request->reply = block;
    if (request->state == KIPC_REQUEST_ABANDONED) {
        end(kernel, request);
        return KIPC_E_CLOSED;
    }
    settle(kernel, request, KIPC_REQUEST_ANSWERED);
    return KIPC_OK;
}

int ki_reply_on(struct kipc_kernel *kernel, kipc_pid_t caller, uint64_t id, enum kipc_message_type type,
                const void *data, uint32_t length)
{
    if (ki_process(kernel, caller) == NULL) {
        return ki_leave(kernel, KIPC_E_SRCH);
    }
    kernel->checks += 1;
    int result = check_reply(kernel, caller, id, type == KIPC_MESSAGE_ERROR ? 0 : length);
    if (result == KIPC_OK) {
        result = write_reply(kernel, ki_request_at(kernel, id), type, data, length);
    }
    return ki_leave(kernel, result);
}
