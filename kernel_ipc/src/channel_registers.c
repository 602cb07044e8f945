/* SPDX-License-Identifier: MIT */
/*
 * Register-only channels: a message goes from thread to thread when both are there, and never into a block. Who comes
 * first waits with what it has (a sender), or with the room that it offers (a receiver).
 */
#include "channel.h"
#include "copy.h"

static void load(struct kipc_registers *registers, const struct kipc_channel_message *message, kipc_pid_t caller)
{
    registers->sender = caller;
    registers->tag = message->tag;
    registers->length = message->length;
    registers->type = (uint8_t)message->type;
    registers->flags = message->flags;
    registers->priority = message->priority;
    ki_copy_small(registers->words, message->data, message->length, (uintptr_t)message->data);
}

static void count(struct kipc_channel *from, struct kipc_channel *inbox, uint32_t length)
{
    from->stats.sent += 1;
    from->stats.sent_bytes += length;
    inbox->stats.received += 1;
    inbox->stats.received_bytes += length;
    inbox->next_sequence += 1;
}

int ki_registers_send(struct ki_call *call, const struct kipc_channel_message *message, kipc_pid_t caller,
                      uint64_t deadline)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_channel *from = call->object;
    struct kipc_channel *inbox = from->peer;
    struct kipc_thread *receiver = ki_first(&inbox->receivers);
    while (receiver != NULL && receiver->request < message->length) {
        ki_settle(kernel, receiver, KIPC_E_MSGSIZE);
        receiver = ki_first(&inbox->receivers);
    }
    int result = KIPC_OK;
    if (receiver != NULL) {
        load(&receiver->registers, message, caller);
        receiver->given[0] = inbox->next_sequence;
        count(from, inbox, message->length);
        ki_settle(kernel, receiver, KIPC_OK);
    } else if (deadline == KIPC_NO_WAIT) {
        result = KIPC_E_WOULDBLOCK;
    } else {
        from->stats.send_waits += 1;
        load(&call->thread->registers, message, caller);
        result = ki_wait_in(call, &inbox->senders, deadline);
    }
    ki_discharge(kernel, caller, KIPC_QUOTA_MESSAGES, 1);
    return result;
}

/* What came, into the caller's hands. */
static int unload(const struct kipc_registers *registers, uint64_t sequence, void *buffer,
                  struct kipc_channel_info *info)
{
    ki_copy_small(buffer, registers->words, registers->length, (uintptr_t)buffer);
    if (info != NULL) {
        ki_clear(info, sizeof(*info));
        info->header.type = registers->type;
        info->header.flags = registers->flags;
        info->header.priority = registers->priority;
        info->header.total_size = KIPC_MESSAGE_HEADER_BYTES + registers->length;
        info->header.sender = registers->sender;
        info->header.destination = registers->tag;
        info->sequence = sequence;
    }
    return (int)registers->length;
}

int ki_registers_receive(struct ki_call *call, void *buffer, uint32_t capacity, struct kipc_channel_info *info,
                         uint64_t deadline)
{
    struct kipc_channel *inbox = call->object;
    struct kipc_thread *sender = ki_first(&inbox->senders);
    if (sender != NULL) {
        KIPC_GUARD(!call->is_tagged || sender->registers.tag == call->tag, KIPC_E_TYPE);
        KIPC_GUARD(sender->registers.length <= capacity, KIPC_E_MSGSIZE);
        uint64_t sequence = inbox->next_sequence;
        count(inbox->peer, inbox, sender->registers.length); /* it waits, so there is a peer */
        int length = unload(&sender->registers, sequence, buffer, info);
        ki_settle(call->kernel, sender, KIPC_OK);
        return length;
    }
    inbox->stats.empty_hits += 1;
    KIPC_GUARD(inbox->peer != NULL, KIPC_E_CLOSED);
    KIPC_GUARD(deadline != KIPC_NO_WAIT, KIPC_E_WOULDBLOCK);
    KIPC_GUARD(!call->is_tagged, KIPC_E_INVAL); /* who sends cannot be told of a receiver that waits for other tags */
    inbox->stats.receive_waits += 1;
    call->thread->request = capacity;
    int result = ki_wait_in(call, &inbox->receivers, deadline);
    KIPC_GUARD(result == KIPC_OK, result);
    return unload(&call->thread->registers, call->thread->given[0], buffer, info);
}
