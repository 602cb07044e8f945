/* SPDX-License-Identifier: MIT */
/*
 * Calls whose words stay in registers. A port compiles this file so that nothing in it touches those registers, and a
 * thread that waits here has nothing of its own in them: kipc/scheduler.h, struct kipc_word_ops.
 */
#include "call_path.h"
#include "enter.h"
#include <kipc/words.h>

static KI_INLINE const struct kipc_word_ops *words_of(const struct kipc_kernel *kernel)
{
    return kernel->scheduler.ops->words;
}

/* Words that came through memory, which are as many as there are. */
static KI_INLINE void give(const struct kipc_kernel *kernel, const uintptr_t *words)
{
    words_of(kernel)->give(kernel->scheduler.context, words);
}

static KI_INLINE void unpin(struct kipc_kernel *kernel, struct kipc_channel *end)
{
    end->object.pins -= 1;
    if (!KI_LIKELY(end->object.references != 0)) {
        ki_object_release(kernel, &end->object);
    }
}

static KI_SLOW int call_through_memory(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                       uint32_t length, uint64_t deadline, uint32_t permission)
{
    int permitted = ki_permit(kernel, caller, permission);
    KIPC_GUARD(permitted == KIPC_OK, permitted);
    uintptr_t words[KIPC_FAST_WORDS];
    words_of(kernel)->take(kernel->scheduler.context, words);
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_REQUEST, .length = length, .data = words};
    int result = kipc_channel_call(kernel, caller, handle, &message, words, sizeof(words), deadline);
    give(kernel, words);
    return result;
}

/* The server waits for words, and the scheduler switches to it when this section ends in a wait. */
static KI_INLINE bool can_carry_request(const struct ki_call *call, uint32_t length)
{
    const struct kipc_kernel *kernel = call->kernel;
    const struct kipc_process *process = call->process;
    const struct kipc_channel *end = call->object;
    KIPC_GUARD(end->sends_plainly && !process->is_limited && kernel->free_requests != NULL, false);
    const struct kipc_channel *inbox = end->peer;
    const struct kipc_thread *server = ki_first(&inbox->receivers);
    KIPC_GUARD(server != NULL && server->given[1] == 0 && server->given[0] == KI_WANTS_WORDS, false);
    KIPC_GUARD(server->priority >= call->thread->priority && server->priority == server->base_priority, false);
    KIPC_GUARD(inbox->senders.first == NULL && length <= inbox->config.message_max, false);
    KIPC_GUARD(ki_channel_has_room(inbox, length) && kernel->blocks_reserved < kernel->block_count, false);
    KIPC_GUARD(process->used[KIPC_QUOTA_MESSAGES] < process->limits[KIPC_QUOTA_MESSAGES], false);
    return words_of(kernel)->carry(kernel->scheduler.context, server->id);
}

/* As src/call_straight.c does it, without a block. */
static KI_INLINE struct kipc_request *hand_request_over(struct ki_call *call, uint32_t length)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_channel *end = call->object;
    struct kipc_channel *inbox = end->peer;
    struct kipc_thread *server = ki_first(&inbox->receivers);
    uint32_t most = end->config.message_max;
    struct kipc_request *request = ki_request_begin(kernel, most < KIPC_FAST_BYTES ? most : KIPC_FAST_BYTES, 1);
    kernel->blocks_reserved += 1; /* the server may reply through memory */
    request->takes_words = true;
    request->state = KIPC_REQUEST_RECEIVED;
    request->server = server->process->entry.id;
    inbox->object.pins += 1;
    inbox->next_sequence += 1;
    inbox->server = server;
    end->stats.sent += 1;
    end->stats.sent_bytes += length;
    server->given[0] = KI_GIVEN_WORDS;
    server->registers.tag = request->id;
    server->registers.length = length;
    ki_request_serve(request, server);
    ki_settle_first(&inbox->receivers);
    ki_wake(kernel, server);
    return request;
}

/* After the wait: the words are the reply, or there is one in a block, or none. */
static KI_INLINE int conclude_call(struct kipc_kernel *kernel, struct kipc_channel *inbox, struct kipc_request *request,
                                   int result)
{
    if (KI_LIKELY(request->state == KIPC_REQUEST_ANSWERED && request->reply == NULL)) {
        uint32_t length = request->length;
        ki_request_end(kernel, request);
        unpin(kernel, inbox);
        return ki_leave(kernel, (int)length);
    }
    uintptr_t words[KIPC_FAST_WORDS] = {0};
    result = ki_call_conclude(kernel, inbox, request, ki_request_outcome(request, result), words);
    ki_unlock(kernel);
    give(kernel, words);
    return result;
}

int ki_call_words(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t length,
                  uint64_t deadline, uint32_t permission)
{
    KIPC_GUARD(length <= KIPC_FAST_BYTES && deadline != KIPC_NO_WAIT, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    KIPC_GUARD(words_of(kernel) != NULL, KIPC_E_NOTSUP);
    struct ki_call call;
    if (!KI_LIKELY(ki_enter_end(&call, kernel, caller, handle, KIPC_RIGHT_SEND, permission))) {
        return call_through_memory(kernel, caller, handle, length, deadline, permission);
    }
    if (!KI_LIKELY(deadline == KIPC_FOREVER && can_carry_request(&call, length))) {
        ki_leave_for_ordinary(kernel);
        return call_through_memory(kernel, caller, handle, length, deadline, permission);
    }
    struct kipc_channel *inbox = ((struct kipc_channel *)call.object)->peer;
    struct kipc_request *request = hand_request_over(&call, length);
    ki_wait_alone(call.thread, &request->queue, deadline);
    int result = ki_wait_once(kernel, call.thread);
    return conclude_call(kernel, inbox, request, result);
}

static KI_SLOW int receive_through_memory(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                          uint64_t *request_id, uint64_t deadline, uint32_t permission)
{
    int permitted = ki_permit(kernel, caller, permission);
    KIPC_GUARD(permitted == KIPC_OK, permitted);
    uintptr_t words[KIPC_FAST_WORDS] = {0};
    struct kipc_channel_info info;
    int result = kipc_channel_receive(kernel, caller, handle, words, sizeof(words), &info, deadline);
    *request_id = 0;
    if (result >= 0) {
        *request_id = info.header.request_id;
        for (uint32_t i = 0; i < KIPC_MSG_CAPABILITIES; i++) {
            (void)!kipc_handle_close(kernel, caller, info.capabilities[i]); /* nobody would learn of them */
        }
        give(kernel, words);
    }
    return result;
}

/* A message that was handed over in a block after all. */
static KI_SLOW int read_block(struct kipc_kernel *kernel, struct kipc_thread *thread, struct kipc_channel *end,
                              kipc_pid_t caller, uint64_t *request_id)
{
    uintptr_t words[KIPC_FAST_WORDS] = {0};
    *request_id = ((const struct kipc_block *)thread->given_pointer)->slot.header.request_id;
    int result = ki_channel_read_waited(kernel, thread, end, caller, words, NULL);
    ki_channel_looked(end);
    ki_object_unpin(kernel, &end->object);
    ki_unlock(kernel);
    give(kernel, words);
    return result;
}

/* The wait of a server, and its end; from inside the section to outside of it. */
static KI_INLINE int wait_for_words(struct ki_call *call, kipc_pid_t caller, uint64_t *request_id, uint64_t deadline)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_thread *thread = call->thread;
    struct kipc_channel *end = call->object;
    ki_channel_begin_wait(kernel, thread, end, KIPC_FAST_BYTES,
                          deadline == KIPC_FOREVER ? KI_WANTS_WORDS : KI_GIVEN_BLOCK, deadline);
    int result = ki_wait_once(kernel, thread);
    *request_id = 0;
    if (KI_LIKELY(result == KIPC_OK && thread->given[0] == KI_GIVEN_WORDS)) {
        uint32_t length = thread->registers.length;
        *request_id = thread->registers.tag;
        end->stats.received += 1;
        end->stats.received_bytes += length;
        result = (int)length;
    } else if (result == KIPC_OK) {
        return read_block(kernel, thread, end, caller, request_id);
    }
    unpin(kernel, end);
    return ki_leave(kernel, result);
}

int ki_receive_words(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t *request_id,
                     uint64_t deadline, uint32_t permission)
{
    KIPC_GUARD(request_id != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    KIPC_GUARD(words_of(kernel) != NULL, KIPC_E_NOTSUP);
    struct ki_call call;
    if (!KI_LIKELY(ki_enter_end(&call, kernel, caller, handle, KIPC_RIGHT_RECEIVE, permission))) {
        return receive_through_memory(kernel, caller, handle, request_id, deadline, permission);
    }
    if (!KI_LIKELY(ki_channel_waits_plainly(call.object, deadline))) {
        ki_leave_for_ordinary(kernel);
        return receive_through_memory(kernel, caller, handle, request_id, deadline, permission);
    }
    return wait_for_words(&call, caller, request_id, deadline);
}

/* The caller waits for words, nothing waits at the server's end, and the scheduler switches to the caller. */
static KI_INLINE bool can_carry_reply(const struct ki_call *call, const struct kipc_request *request, kipc_pid_t caller,
                                      uint64_t id, uint32_t length)
{
    const struct kipc_kernel *kernel = call->kernel;
    const struct kipc_thread *server = call->thread;
    const struct kipc_channel *end = call->object;
    KIPC_GUARD(request != NULL && request->id == id && request->server == caller, false);
    KIPC_GUARD(request->state == KIPC_REQUEST_RECEIVED && length <= request->capacity && request->takes_words, false);
    const struct kipc_thread *client = ki_first(&request->queue);
    KIPC_GUARD(client != NULL && client->priority >= server->priority, false);
    /* Nobody's priority changes by it. */
    KIPC_GUARD(server->owned == &request->queue && server->priority == server->base_priority, false);
    KIPC_GUARD(ki_channel_waits_plainly(end, KIPC_FOREVER) && end->receivers.first == NULL, false);
    return words_of(kernel)->carry(kernel->scheduler.context, client->id);
}

static KI_SLOW int reply_through_memory(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                        uint64_t *request_id, uint32_t length, uint32_t permission)
{
    int permitted = ki_permit(kernel, caller, permission);
    KIPC_GUARD(permitted == KIPC_OK, permitted);
    uintptr_t words[KIPC_FAST_WORDS];
    words_of(kernel)->take(kernel->scheduler.context, words);
    int result = kipc_channel_reply(kernel, caller, *request_id, words, length);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_receive_words(kernel, caller, handle, request_id, KIPC_FOREVER, permission);
}

int ki_reply_words(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t *request_id,
                   uint32_t length, uint32_t permission)
{
    KIPC_GUARD(request_id != NULL && length <= KIPC_FAST_BYTES, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    KIPC_GUARD(words_of(kernel) != NULL, KIPC_E_NOTSUP);
    struct ki_call call;
    if (!KI_LIKELY(ki_enter_end(&call, kernel, caller, handle, KIPC_RIGHT_RECEIVE, permission))) {
        return reply_through_memory(kernel, caller, handle, request_id, length, permission);
    }
    struct kipc_request *request = ki_request_at(kernel, *request_id);
    if (!KI_LIKELY(can_carry_reply(&call, request, caller, *request_id, length))) {
        ki_leave_for_ordinary(kernel);
        return reply_through_memory(kernel, caller, handle, request_id, length, permission);
    }
    kernel->checks += 1; /* of the reply; that of the receive is counted */
    request->length = length;
    request->state = KIPC_REQUEST_ANSWERED;
    const struct kipc_thread *client = ki_first(&request->queue);
    ki_request_unserve(kernel, request);
    ki_settle_first(&request->queue);
    ki_wake(kernel, client);
    return wait_for_words(&call, caller, request_id, KIPC_FOREVER);
}
