/* SPDX-License-Identifier: MIT */
#include "channel_plain.h"
#include "limiter.h"
#include "observe.h"

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
    ki_channel_look_closer(inbox); /* its receiver is to be told */
    return KIPC_OK;
}

static int wait_for_room(struct ki_call *call, struct kipc_channel *inbox, uint32_t length, uint64_t deadline)
{
    KIPC_GUARD(deadline != KIPC_NO_WAIT, KIPC_E_FULL);
    inbox->stats.send_waits += 1;
    call->thread->request = length;
    ki_channel_look_closer(inbox);
    int result = ki_wait_in(call, &inbox->senders, deadline); /* KIPC_OK: the room is ours already */
    if (result != KIPC_OK && !inbox->object.is_closed) {
        ki_channel_grant(call->kernel, inbox); /* who waited behind a larger message may fit */
    }
    return result;
}

int ki_channel_find_place(struct ki_call *call, struct kipc_channel *inbox, uint32_t length, uint64_t deadline)
{
    if (!ki_channel_has_room(inbox, length) || inbox->senders.first != NULL || inbox->pending_sends != NULL) {
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
    ki_channel_take_place(inbox, length);
    return KIPC_OK;
}

/* Before the first one that is less urgent. */
static KI_SLOW void insert_before_others(struct kipc_channel *inbox, struct kipc_block *block)
{
    struct kipc_block **place = &inbox->first;
    while ((*place)->slot.header.priority >= block->slot.header.priority) {
        place = &(*place)->next;
    }
    block->next = *place;
    *place = block;
}

/* Behind all that go first; most messages go to the end. */
static KI_INLINE void insert(struct kipc_channel *inbox, struct kipc_block *block)
{
    struct kipc_block *last = inbox->last;
    ki_channel_count_queued(inbox, 1);
    ki_channel_count_control(inbox, block, 1);
    if (inbox->queued > inbox->stats.depth_peak) {
        inbox->stats.depth_peak = inbox->queued;
    }
    if (last != NULL && !inbox->config.is_fifo && last->slot.header.priority < block->slot.header.priority) {
        insert_before_others(inbox, block);
        return;
    }
    block->next = NULL;
    *(last != NULL ? &last->next : &inbox->first) = block;
    inbox->last = block;
}

/* Why a thread that waits cannot take a message; KIPC_OK if it can. Its given words say which tag it asks for. */
static int fits(const struct kipc_thread *receiver, const struct kipc_block *block)
{
    bool is_tagged = receiver->given[1] != 0;
    KIPC_GUARD(!is_tagged || receiver->given[0] == block->slot.header.destination, KIPC_E_TYPE);
    return block->length <= receiver->request ? KIPC_OK : KIPC_E_MSGSIZE;
}

/* The first receiver that can take it gets it; those before it are told why they cannot. */
static bool hand_over(struct kipc_kernel *kernel, struct kipc_channel *inbox, struct kipc_block *block)
{
    struct kipc_thread *receiver = ki_first(&inbox->receivers);
    while (receiver != NULL && fits(receiver, block) != KIPC_OK) {
        ki_settle(kernel, receiver, fits(receiver, block));
        receiver = ki_first(&inbox->receivers);
    }
    KIPC_GUARD(receiver != NULL, false);
    if (block->slot.header.request_id != 0) {
        inbox->server = receiver; /* from now on it has its caller's priority, not only when it runs */
    }
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

/* Gives a message its number, and to who waits for one; false: nobody does. */
static bool hand_over_next(struct kipc_kernel *kernel, struct kipc_channel *end, struct kipc_channel *inbox,
                           struct kipc_block *block)
{
    block->sequence = inbox->next_sequence;
    inbox->next_sequence += 1;
    end->stats.sent += 1;
    end->stats.sent_bytes += block->length;
    end->stats.sent_large += block->more != NULL ? 1 : 0;
    kipc_pid_t payer = block->payer; /* who takes the message may be done with it */
    KIPC_GUARD(hand_over(kernel, inbox, block) || ki_async_give_message(kernel, inbox, block), false);
    ki_discharge(kernel, payer, KIPC_QUOTA_MESSAGES, 1);
    return true;
}

void ki_channel_deliver_written(struct kipc_kernel *kernel, struct kipc_channel *end, struct kipc_channel *inbox,
                                struct kipc_block *block)
{
    block->sequence = inbox->next_sequence;
    ki_observe_sent_for(kernel, inbox, block);
    if (!hand_over_next(kernel, end, inbox, block)) {
        insert(inbox, block);
    }
}

int ki_channel_deliver(struct ki_call *call, struct kipc_channel *inbox, struct kipc_block *block,
                       const struct kipc_channel_message *message, uint64_t deadline)
{
    struct kipc_channel *end = call->object;
    int result = end->peer == inbox ? ki_capabilities_attach(call, message, block) : KIPC_E_CLOSED;
    if (result != KIPC_OK) {
        ki_channel_give_up(call->kernel, inbox, block, block->length);
        ki_discharge(call->kernel, block->payer, KIPC_QUOTA_MESSAGES, 1);
        return result;
    }
    block->sequence = inbox->next_sequence;
    ki_observe_send(call, inbox, block);
    KIPC_GUARD(!hand_over_next(call->kernel, end, inbox, block), KIPC_OK);
    insert(inbox, block);
    return inbox->config.capacity == 0 ? await_taker(call, inbox, block, deadline) : KIPC_OK;
}

void ki_channel_fill(struct kipc_block *block, const struct kipc_channel_message *message,
                     const struct ki_origin *origin)
{
    struct kipc_message_header *header = &block->slot.header;
    header->type = (uint8_t)message->type;
    header->flags = message->flags;
    header->priority = message->priority;
    header->reserved = 0;
    header->total_size = KIPC_MESSAGE_HEADER_BYTES + message->length;
    header->sender = origin->sender;
    header->destination = message->tag;
    header->request_id = origin->request_id;
    block->length = message->length;
    block->payer = origin->payer;
    ki_blocks_write(block, message->data, message->length);
}

int ki_channel_put(struct ki_call *call, struct kipc_channel *inbox, const struct kipc_channel_message *message,
                   const struct ki_origin *origin, uint64_t deadline)
{
    int result = ki_channel_find_place(call, inbox, message->length, deadline);
    if (result != KIPC_OK) {
        ki_discharge(call->kernel, origin->payer, KIPC_QUOTA_MESSAGES, 1);
        return result;
    }
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_block *block = ki_blocks_take(kernel, message->length);
    ki_unlock(kernel);
    ki_channel_fill(block, message, origin);
    ki_lock(kernel);
    kernel->copied_bytes += message->length;
    return ki_channel_deliver(call, inbox, block, message, deadline);
}

/* Both ends must outlive the waits and the copy. */
int ki_channel_send(struct ki_call *call, const struct kipc_channel_message *message, kipc_pid_t caller,
                    uint64_t request_id, uint64_t deadline)
{
    struct kipc_channel *end = call->object;
    struct kipc_channel *inbox = end->peer;
    bool would_wait = inbox->config.capacity == 0 && inbox->receivers.first == NULL;
    KIPC_GUARD(!would_wait || deadline != KIPC_NO_WAIT, KIPC_E_WOULDBLOCK);
    KIPC_GUARD(ki_charge_message(call->kernel, call->process) == KIPC_OK, KIPC_E_QUOTA);
    end->object.pins += 1;
    inbox->object.pins += 1;
    const struct ki_origin origin = {.sender = caller, .request_id = request_id, .payer = caller};
    int result = inbox->config.is_register_only ? ki_registers_send(call, message, caller, deadline)
                                                : ki_channel_put(call, inbox, message, &origin, deadline);
    ki_remote_kick(call->kernel, inbox);
    ki_channel_looked(inbox);
    ki_object_unpin(call->kernel, &inbox->object);
    ki_object_unpin(call->kernel, &end->object);
    return result;
}

/* What a message must be whatever the channel. */
static bool is_message(const struct kipc_channel_message *message)
{
    return message != NULL && (message->data != NULL || message->length == 0) &&
           (unsigned int)message->type <= KIPC_MESSAGE_CONTROL && ki_capabilities_fit(message) &&
           (message->flags & ~(unsigned int)KIPC_MESSAGE_FLAGS) == 0;
}

static int send_any(struct ki_call *call, const struct kipc_channel_message *message, kipc_pid_t caller,
                    uint64_t deadline)
{
    int result = ki_channel_check(call, message, caller);
    if (result == KIPC_OK) {
        result = ki_channel_send(call, message, caller, 0, deadline);
    }
    return ki_leave(call->kernel, result);
}

/* Who was not let in at first glance: from the beginning. */
static KI_SLOW int send_ordinarily(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                   const struct kipc_channel_message *message, uint64_t deadline)
{
    KIPC_GUARD(is_message(message), KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_SEND);
    KIPC_GUARD(result == KIPC_OK, result);
    return send_any(&call, message, caller, deadline);
}

/* Who was let in, with a message that is not plain. */
static KI_SLOW int send_on(struct kipc_kernel *kernel, struct kipc_thread *thread, struct kipc_handle_entry *handle,
                           const struct kipc_channel_message *message, kipc_pid_t caller, uint64_t deadline)
{
    if (!is_message(message)) {
        return ki_leave(kernel, KIPC_E_INVAL);
    }
    struct ki_call call = {
        .kernel = kernel, .process = thread->process, .handle = handle, .object = handle->object, .thread = thread};
    return send_any(&call, message, caller, deadline);
}

/* The sender's share of messages and its rate, if that is limited: time is asked for only then. */
static KI_INLINE bool may_send(struct kipc_process *process, uint64_t now)
{
    KIPC_GUARD(!process->is_limited || ki_limiter_take(&process->limiter, process->limiter.period, now), false);
    return ki_may_charge(process, KIPC_QUOTA_MESSAGES, 1);
}

int kipc_channel_send(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                      const struct kipc_channel_message *message, uint64_t deadline)
{
    KIPC_GUARD(message != NULL, KIPC_E_INVAL); /* what else it must be is seen to on each of the ways */
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    struct ki_call call;
    uint32_t id = kernel->port->ops->current(kernel->port->context);
    ki_lock(kernel);
    struct kipc_thread *thread = ki_thread_of(kernel, id, caller);
    if (!KI_LIKELY(thread != NULL)) {
        ki_unlock(kernel);
        return send_ordinarily(kernel, caller, handle, message, deadline);
    }
    /* Early, while nothing else is in registers that a call would cost. */
    uint64_t now = thread->process->is_limited ? kernel->port->ops->ticks(kernel->port->context) : 0;
    if (!KI_LIKELY(ki_is_let_in(&call, kernel, thread, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_SEND))) {
        ki_unlock(kernel);
        return send_ordinarily(kernel, caller, handle, message, deadline);
    }
    const struct ki_plain plain = ki_plain_of(message);
    if (!KI_LIKELY(ki_send_is_plain(call.object, &plain))) {
        return send_on(kernel, call.thread, call.handle, message, caller, deadline);
    }
    if (!KI_LIKELY(may_send(call.process, now))) {
        return ki_leave(kernel, KIPC_E_QUOTA);
    }
    ki_send_plainly(kernel, call.process, call.object, &plain);
    return ki_leave(kernel, KIPC_OK);
}
