/* SPDX-License-Identifier: MIT */
#include "channel.h"

int ki_channel_check(const struct ki_call *call, const struct kipc_channel_message *message, kipc_pid_t caller)
{
    const struct kipc_channel *end = call->object;
    struct kipc_channel *inbox = end->peer;
    KIPC_GUARD(ki_channel_lets(end, call->process, caller), KIPC_E_ACCES);
    KIPC_GUARD(inbox != NULL, KIPC_E_CLOSED);
    KIPC_GUARD(message->length <= inbox->config.message_max, KIPC_E_MSGSIZE);
    if ((inbox->types & 1u << message->type) == 0) {
        inbox->stats.filtered += 1;
        return KIPC_E_FILTERED;
    }
    return ki_capabilities_check(call, message);
}

/* The least urgent messages are last; among them the oldest is the first one of its priority. */
static struct kipc_block *oldest(const struct kipc_channel *inbox)
{
    struct kipc_block *block = inbox->first;
    for (struct kipc_block *next = block; next != NULL; next = next->next) {
        if (!inbox->config.is_fifo && next->slot.header.priority < block->slot.header.priority) {
            block = next;
        }
    }
    return block;
}

static int overwrite(struct kipc_kernel *kernel, struct kipc_channel *inbox, uint32_t length)
{
    while (!ki_channel_has_room(inbox, length)) {
        struct kipc_block *block = oldest(inbox);
        KIPC_GUARD(block != NULL, KIPC_E_FULL); /* all places are being written or read at this moment */
        ki_channel_remove(kernel, inbox, block, KIPC_E_OVERFLOW);
        ki_channel_give_up(kernel, inbox, block, block->length);
        inbox->stats.dropped += 1;
        inbox->lost += 1;
    }
    return KIPC_OK;
}

static int wait_for_room(struct ki_call *call, struct kipc_channel *inbox, uint32_t length, uint64_t deadline)
{
    KIPC_GUARD(deadline != KIPC_NO_WAIT, KIPC_E_FULL);
    inbox->stats.send_waits += 1;
    call->thread->request = length;
    int result = ki_wait_in(call, &inbox->senders, deadline); /* KIPC_OK: the room is ours already */
    if (result != KIPC_OK && !inbox->object.is_closed) {
        ki_channel_grant(call->kernel, inbox); /* who waited behind a larger message may fit */
    }
    return result;
}

/* Gets a place in the inbox, as its policy says. */
static int find_place(struct ki_call *call, struct kipc_channel *inbox, uint32_t length, uint64_t deadline)
{
    if (!ki_channel_has_room(inbox, length) || inbox->senders.first != NULL) {
        inbox->stats.full_hits += 1;
        switch (inbox->config.overflow) {
        case KIPC_OVERFLOW_ERROR:
            return KIPC_E_FULL;
        case KIPC_OVERFLOW_DROP_NEWEST:
            inbox->stats.dropped += 1;
            return KIPC_E_OVERFLOW;
        case KIPC_OVERFLOW_OVERWRITE_OLDEST: {
            int result = overwrite(call->kernel, inbox, length);
            KIPC_GUARD(result == KIPC_OK, result);
            break;
        }
        default:
            return wait_for_room(call, inbox, length, deadline);
        }
    }
    inbox->used += 1;
    inbox->used_bytes += length;
    return KIPC_OK;
}

static void insert(struct kipc_channel *inbox, struct kipc_block *block)
{
    struct kipc_block **place = &inbox->first;
    while (*place != NULL && (inbox->config.is_fifo || (*place)->slot.header.priority >= block->slot.header.priority)) {
        place = &(*place)->next;
    }
    block->next = *place;
    *place = block;
    inbox->queued += 1;
    inbox->stats.depth_peak = inbox->queued > inbox->stats.depth_peak ? inbox->queued : inbox->stats.depth_peak;
}

/* The first receiver whose buffer is large enough gets it; those before it are told that theirs is not. */
static bool hand_over(struct kipc_kernel *kernel, struct kipc_channel *inbox, struct kipc_block *block)
{
    struct kipc_thread *receiver = ki_first(&inbox->receivers);
    while (receiver != NULL && receiver->request < block->length) {
        ki_settle(kernel, receiver, KIPC_E_MSGSIZE);
        receiver = ki_first(&inbox->receivers);
    }
    KIPC_GUARD(receiver != NULL, false);
    receiver->given_pointer = block;
    ki_settle(kernel, receiver, KIPC_OK);
    return true;
}

/* Rendezvous: waits until the message is taken; takes it back if that does not happen. */
static int await_taker(struct ki_call *call, struct kipc_channel *inbox, struct kipc_block *block, uint64_t deadline)
{
    block->sender = call->thread;
    call->thread->given_pointer = block;
    int result = ki_wait_in(call, &inbox->takers, deadline);
    if (call->thread->given_pointer != NULL) {
        block->sender = NULL;
        ki_channel_remove(call->kernel, inbox, block, result);
        ki_channel_give_up(call->kernel, inbox, block, block->length);
        return result;
    }
    return result;
}

/* The message is written and has its place. */
static int deliver(struct ki_call *call, struct kipc_channel *inbox, struct kipc_block *block,
                   const struct kipc_channel_message *message, uint64_t deadline)
{
    struct kipc_channel *end = call->object;
    int result =
        end->peer == inbox ? ki_capabilities_attach(call->kernel, message, block->payer, block) : KIPC_E_CLOSED;
    if (result != KIPC_OK) {
        ki_channel_give_up(call->kernel, inbox, block, block->length);
        ki_discharge(call->kernel, block->payer, KIPC_QUOTA_MESSAGES, 1);
        return result;
    }
    block->sequence = inbox->next_sequence;
    inbox->next_sequence += 1;
    end->stats.sent += 1;
    end->stats.sent_bytes += block->length;
    if (hand_over(call->kernel, inbox, block)) {
        ki_discharge(call->kernel, block->payer, KIPC_QUOTA_MESSAGES, 1);
        return KIPC_OK;
    }
    insert(inbox, block);
    return inbox->config.capacity == 0 ? await_taker(call, inbox, block, deadline) : KIPC_OK;
}

static int fill_and_deliver(struct ki_call *call, struct kipc_channel *inbox,
                            const struct kipc_channel_message *message, kipc_pid_t caller, uint64_t request_id,
                            uint64_t deadline)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_block *block = ki_blocks_take(kernel, message->length);
    ki_unlock(kernel);
    int result = kipc_message_set_up(&block->slot.header, message->type, message->priority, message->length);
    block->slot.header.flags = message->flags;
    block->slot.header.sender = caller;
    block->slot.header.request_id = request_id;
    block->sender = NULL;
    for (uint32_t i = 0; i < KIPC_MSG_CAPABILITIES; i++) {
        block->slot.capabilities[i] = KIPC_NO_ID;
    }
    block->length = message->length;
    block->payer = caller;
    ki_blocks_write(block, message->data, message->length);
    ki_lock(kernel);
    kernel->copied_bytes += message->length;
    return result == KIPC_OK ? deliver(call, inbox, block, message, deadline) : result;
}

/* Both ends must outlive the waits and the copy. */
int ki_channel_send(struct ki_call *call, const struct kipc_channel_message *message, kipc_pid_t caller,
                    uint64_t request_id, uint64_t deadline)
{
    struct kipc_channel *end = call->object;
    struct kipc_channel *inbox = end->peer;
    bool would_wait = inbox->config.capacity == 0 && inbox->receivers.first == NULL;
    KIPC_GUARD(!would_wait || deadline != KIPC_NO_WAIT, KIPC_E_WOULDBLOCK);
    KIPC_GUARD(ki_charge(call->process, KIPC_QUOTA_MESSAGES, 1) == KIPC_OK, KIPC_E_QUOTA);
    end->object.pins += 1;
    inbox->object.pins += 1;
    int result = find_place(call, inbox, message->length, deadline);
    if (result != KIPC_OK) {
        ki_discharge(call->kernel, caller, KIPC_QUOTA_MESSAGES, 1);
    } else {
        result = fill_and_deliver(call, inbox, message, caller, request_id, deadline);
    }
    ki_object_unpin(call->kernel, &inbox->object);
    ki_object_unpin(call->kernel, &end->object);
    return result;
}

int kipc_channel_send(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                      const struct kipc_channel_message *message, uint64_t deadline)
{
    KIPC_GUARD(message != NULL && (message->data != NULL || message->length == 0), KIPC_E_INVAL);
    KIPC_GUARD((unsigned int)message->type <= KIPC_MESSAGE_CONTROL, KIPC_E_INVAL);
    KIPC_GUARD(message->capability_count <= KIPC_MSG_CAPABILITIES, KIPC_E_INVAL);
    KIPC_GUARD((message->flags & ~(unsigned int)KIPC_MESSAGE_FLAGS) == 0, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_SEND);
    KIPC_GUARD(result == KIPC_OK, result);
    result = ki_channel_check(&call, message, caller);
    if (result == KIPC_OK) {
        result = ki_channel_send(&call, message, caller, 0, deadline);
    }
    return ki_leave(kernel, result);
}
