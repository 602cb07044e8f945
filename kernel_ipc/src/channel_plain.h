/* SPDX-License-Identifier: MIT */
/*
 * The plain way of a message: one block, no capabilities, nobody waits on either side, there is room, and no less
 * urgent message to go before. Such a payload is copied in the critical section: leaving and entering it again would
 * take longer. Nothing on this way is a call, so that what is in registers stays there, and of the ends it touches only
 * what lies in their first two cache lines. Whoever makes something else decide over a message calls
 * ki_channel_review or ki_channel_look_closer, which close this way.
 */
#ifndef KIPC_CHANNEL_PLAIN_H
#define KIPC_CHANNEL_PLAIN_H

#include "channel.h"
#include "copy.h"
#include "enter.h"

/* A message as its sender described it, read once: what is looked at is what is sent. */
struct ki_plain {
    unsigned int type;
    uint32_t length;
    const void *data;
    uint64_t tag;
    uint32_t capability_count;
    uint8_t flags;
    uint8_t priority;
};

static KI_INLINE struct ki_plain ki_plain_of(const struct kipc_channel_message *message)
{
    return (struct ki_plain){.type = (unsigned int)message->type,
                             .length = message->length,
                             .data = message->data,
                             .tag = message->tag,
                             .capability_count = message->capability_count,
                             .flags = message->flags,
                             .priority = message->priority};
}

/* True if a message can go the plain way as far as it decides that itself. below: of the end that sends it. */
static KI_INLINE bool ki_message_is_plain(const struct ki_plain *message, uint32_t below)
{
    KIPC_GUARD(message->type < KIPC_MESSAGE_CONTROL && message->flags <= KIPC_MESSAGE_FLAGS, false);
    return message->length < below && message->capability_count == 0 && (message->data != NULL || message->length == 0);
}

static KI_INLINE bool ki_send_is_plain(const struct kipc_channel *end, const struct ki_plain *message)
{
    KIPC_GUARD(ki_message_is_plain(message, end->send_below), false);
    const struct kipc_channel *inbox = end->peer;
    KIPC_ASSERT(inbox->senders.first == NULL && inbox->receivers.first == NULL);
    KIPC_GUARD(ki_channel_has_room(inbox, message->length), false);
    const struct kipc_block *last = inbox->last;
    return last == NULL || last->slot.header.priority >= message->priority;
}

/*
 * Writes a message into a block that is free: it has no rest, no sender and no capabilities. Volatile, because a
 * compiler that joins the header's bytes into words needs more instructions for that than it saves.
 */
static KI_INLINE void ki_block_fill(struct kipc_block *block, const struct ki_plain *message, kipc_pid_t sender,
                                    uint64_t sequence)
{
    volatile struct kipc_message_header *header = &block->slot.header;
    uint32_t length = message->length;
    KIPC_ASSERT(block->more == NULL && block->sender == NULL && block->capability_count == 0);
    header->type = (uint8_t)message->type;
    header->flags = message->flags;
    header->priority = message->priority;
    header->reserved = 0;
    header->total_size = KIPC_MESSAGE_HEADER_BYTES + length;
    header->sender = sender;
    header->destination = message->tag;
    header->request_id = 0;
    block->sequence = sequence;
    block->length = length;
    block->payer = sender;
    ki_copy_small(block->slot.data, message->data, length, (uintptr_t)message->data);
}

/* The sender's share of messages is counted already. */
static KI_INLINE void ki_send_plainly(struct kipc_kernel *kernel, const struct kipc_process *process,
                                      struct kipc_channel *end, const struct ki_plain *message)
{
    struct kipc_channel *inbox = end->peer;
    uint32_t length = message->length;
    struct kipc_block *block = ki_block_take(kernel);
    struct kipc_block *last = inbox->last;
    uint64_t sequence = inbox->next_sequence;
    uint32_t queued = inbox->queued;
    *(last != NULL ? &last->next : &inbox->first) = block;
    inbox->last = block;
    block->next = NULL;
    inbox->next_sequence = sequence + 1;
    inbox->queued = queued + 1;
    inbox->free_bytes -= length;
    if (queued >= inbox->stats.depth_peak) {
        inbox->stats.depth_peak = queued + 1;
    }
    kernel->copied_bytes += length;
    end->stats.sent += 1;
    end->stats.sent_bytes += length;
    ki_block_fill(block, message, process->entry.id, sequence);
}

/* True if the first message of an inbox is a small payload and nothing else. below: of the inbox. */
static KI_INLINE bool ki_block_is_plain(const struct kipc_block *block, uint32_t below, uint32_t capacity)
{
    KIPC_GUARD(block->length < below && block->length <= capacity && block->capability_count == 0, false);
    return block->slot.header.request_id == 0 && block->slot.header.type != KIPC_MESSAGE_CONTROL;
}

static KI_INLINE bool ki_receive_is_plain(const struct kipc_channel *end, uint32_t capacity)
{
    const struct kipc_block *first = end->first;
    KIPC_GUARD(first != NULL && ki_block_is_plain(first, end->receive_below, capacity), false);
    KIPC_ASSERT(end->senders.first == NULL && end->lost == 0);
    return true;
}

/* Copies a plain message out of its block. info may be NULL. */
static KI_INLINE void ki_block_read(const struct kipc_block *block, void *buffer, struct kipc_channel_info *info)
{
    ki_copy_small(buffer, block->slot.data, block->length, (uintptr_t)buffer);
    if (info != NULL) {
        info->header = block->slot.header;
        info->sequence = block->sequence;
        for (uint32_t i = 0; i < KIPC_MSG_CAPABILITIES; i++) {
            info->capabilities[i] = KIPC_NO_ID;
        }
    }
}

/* So many messages of a sender, who may have ended, were received. */
static KI_INLINE void ki_discharge_messages(const struct kipc_kernel *kernel, kipc_pid_t sender, uint32_t count)
{
    struct kipc_process *process = ki_table_find(&kernel->tables[KIPC_TABLE_PROCESS], sender);
    if (KI_LIKELY(process != NULL)) {
        process->used[KIPC_QUOTA_MESSAGES] -= count;
    }
}

/* Takes the first message. Returns its length. */
static KI_INLINE int ki_receive_plainly(struct kipc_kernel *kernel, struct kipc_channel *end, void *buffer,
                                        struct kipc_channel_info *info)
{
    struct kipc_block *block = end->first;
    uint32_t length = block->length;
    struct kipc_block *next = block->next;
    ki_block_read(block, buffer, info);
    end->first = next;
    if (next == NULL) {
        end->last = NULL;
    }
    end->queued -= 1;
    end->free_bytes += length;
    end->stats.received += 1;
    end->stats.received_bytes += length;
    kernel->copied_bytes += length;
    ki_discharge_messages(kernel, block->payer, 1);
    ki_block_give(kernel, block);
    return (int)length;
}

#endif
