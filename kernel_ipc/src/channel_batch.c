/* SPDX-License-Identifier: MIT */
#include "channel_plain.h"
#include <kipc/batch.h>

/* Messages in hand, in order. */
struct batch {
    struct kipc_block *first;
    uint32_t count;
};

static bool is_valid(const struct kipc_channel_message *message)
{
    return (message->data != NULL || message->length == 0) && (unsigned int)message->type <= KIPC_MESSAGE_CONTROL &&
           message->capability_count == 0 && (message->flags & ~(unsigned int)KIPC_MESSAGE_FLAGS) == 0;
}

/* One message of a batch gets what it needs: the sender's share, and a place. Only the first one may wait. */
static int admit(struct ki_call *call, struct kipc_channel *inbox, const struct kipc_channel_message *message,
                 kipc_pid_t caller, uint64_t deadline)
{
    KIPC_GUARD(ki_charge_message(call->kernel, call->process) == KIPC_OK, KIPC_E_QUOTA);
    int result = ki_channel_find_place(call, inbox, message->length, deadline);
    if (result != KIPC_OK) {
        ki_discharge(call->kernel, caller, KIPC_QUOTA_MESSAGES, 1);
    }
    return result;
}

/*
 * Gets places for the first ones, as many as there are. After a wait for the first one the channel may be another, so
 * each is checked once more.
 */
static int take_places(struct ki_call *call, struct kipc_channel *inbox, const struct kipc_channel_message *messages,
                       kipc_pid_t caller, uint32_t count, uint64_t deadline, struct batch *batch)
{
    int result = admit(call, inbox, &messages[0], caller, deadline);
    struct kipc_block **place = &batch->first;
    bool may_overwrite = inbox->config.overflow == KIPC_OVERFLOW_OVERWRITE_OLDEST;
    while (result == KIPC_OK) {
        *place = ki_blocks_take(call->kernel, messages[batch->count].length);
        place = &(*place)->next;
        batch->count += 1;
        if (batch->count == count || ki_channel_check(call, &messages[batch->count], caller) != KIPC_OK) {
            break;
        }
        const struct kipc_channel_message *next = &messages[batch->count];
        bool has_room = ki_channel_has_room(inbox, next->length) && inbox->senders.first == NULL;
        result = has_room || may_overwrite ? admit(call, inbox, next, caller, KIPC_NO_WAIT) : KIPC_E_FULL;
    }
    return batch->count > 0 ? KIPC_OK : result;
}

/* Both ends are pinned. The blocks are chained by `next` until each is delivered. */
static int send_batch(struct ki_call *call, struct kipc_channel *inbox, const struct kipc_channel_message *messages,
                      kipc_pid_t caller, uint32_t count, uint64_t deadline)
{
    struct kipc_kernel *kernel = call->kernel;
    struct batch batch = {.first = NULL, .count = 0};
    int result = take_places(call, inbox, messages, caller, count, deadline, &batch);
    KIPC_GUARD(result == KIPC_OK, result);
    const struct ki_origin origin = {.sender = caller, .request_id = 0, .payer = caller};
    uint64_t bytes = 0;
    ki_unlock(kernel);
    struct kipc_block *block = batch.first;
    for (uint32_t i = 0; i < batch.count; i++) {
        ki_channel_fill(block, &messages[i], &origin);
        bytes += messages[i].length;
        block = block->next;
    }
    ki_lock(kernel);
    kernel->copied_bytes += bytes;
    block = batch.first;
    for (uint32_t i = 0; i < batch.count; i++) {
        struct kipc_block *next = block->next;
        result = ki_channel_deliver(call, inbox, block, &messages[i], KIPC_NO_WAIT);
        block = next;
    }
    /* All were delivered in one section, so either all were, or the channel was parted before it. */
    return result == KIPC_OK ? (int)batch.count : result;
}

static int check_and_send(struct ki_call *call, const struct kipc_channel_message *messages, kipc_pid_t caller,
                          uint32_t count, uint64_t deadline)
{
    int result = ki_channel_check(call, &messages[0], caller);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_channel *end = call->object;
    struct kipc_channel *inbox = end->peer;
    KIPC_GUARD(inbox->config.capacity != 0, KIPC_E_INVAL);
    end->object.pins += 1;
    inbox->object.pins += 1;
    result = send_batch(call, inbox, messages, caller, count, deadline);
    ki_remote_kick(call->kernel, inbox);
    ki_channel_looked(inbox);
    ki_object_unpin(call->kernel, &inbox->object);
    ki_object_unpin(call->kernel, &end->object);
    return result;
}

/* How many messages may go the plain way together: as many as there are places, and as the sender may send. */
static uint32_t plain_places(const struct ki_call *call, uint32_t count)
{
    const struct kipc_channel *end = call->object;
    const struct kipc_process *process = call->process;
    KIPC_GUARD(end->send_below != 0 && call->kernel->observer == NULL && !process->is_limited, 0);
    const struct kipc_channel *inbox = end->peer;
    int32_t places = inbox->queue_max - (int32_t)inbox->queued;
    KIPC_GUARD(places >= (int32_t)count || inbox->config.overflow != KIPC_OVERFLOW_OVERWRITE_OLDEST, 0);
    uint32_t share = process->limits[KIPC_QUOTA_MESSAGES] - process->used[KIPC_QUOTA_MESSAGES];
    KIPC_GUARD(places > 0 && share >= count, 0);
    return (uint32_t)places < count ? (uint32_t)places : count;
}

/* Messages that were written go to the end of the queue, from the first free block on. */
static void append(struct ki_call *call, struct kipc_block *last, uint32_t count, uint64_t bytes)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_channel *end = call->object;
    struct kipc_channel *inbox = end->peer;
    *(inbox->last != NULL ? &inbox->last->next : &inbox->first) = kernel->free_blocks;
    inbox->last = last;
    kernel->free_blocks = last->next;
    last->next = NULL;
    kernel->blocks_free -= count;
    kernel->copied_bytes += bytes;
    inbox->next_sequence += count;
    inbox->queued += count;
    inbox->free_bytes -= (uint32_t)bytes;
    if (inbox->queued > inbox->stats.depth_peak) {
        inbox->stats.depth_peak = inbox->queued;
    }
    end->stats.sent += count;
    end->stats.sent_bytes += bytes;
    call->process->used[KIPC_QUOTA_MESSAGES] += count;
}

/*
 * The first ones of several messages, if all are plain, as far as there is room: 0 if one is not. Until all were looked
 * at they are written into free blocks that stay free, so nothing happened if it turns out that one is not.
 */
static uint32_t send_plainly(struct ki_call *call, const struct kipc_channel_message *messages, uint32_t count)
{
    uint32_t places = plain_places(call, count);
    KIPC_GUARD(places > 0, 0);
    const struct kipc_channel *end = call->object;
    const struct kipc_channel *inbox = end->peer;
    kipc_pid_t sender = call->process->entry.id;
    uint32_t below = end->send_below;
    uint32_t room = inbox->free_bytes;
    uint64_t sequence = inbox->next_sequence;
    uint8_t priority = inbox->last != NULL ? inbox->last->slot.header.priority : UINT8_MAX;
    struct kipc_block *block = call->kernel->free_blocks;
    struct kipc_block *last = NULL;
    uint32_t bytes = 0;
    uint32_t sent = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct ki_plain plain = ki_plain_of(&messages[i]);
        KIPC_GUARD(ki_message_is_plain(&plain, below) && plain.priority <= priority, 0);
        priority = plain.priority;
        if (sent == i && i < places && plain.length <= room - bytes) {
            KIPC_ASSERT(block != NULL);
            ki_block_fill(block, &plain, sender, sequence + i);
            bytes += plain.length;
            sent += 1;
            last = block;
            block = block->next;
        }
    }
    KIPC_GUARD(sent > 0, 0);
    append(call, last, sent, bytes);
    return sent;
}

/* With whatever else may be the case. */
static int send_closely(struct ki_call *call, const struct kipc_channel_message *messages, kipc_pid_t caller,
                        uint32_t count, uint64_t deadline)
{
    for (uint32_t i = 0; i < count; i++) {
        KIPC_GUARD(is_valid(&messages[i]), KIPC_E_INVAL);
    }
    return check_and_send(call, messages, caller, count, deadline);
}

int kipc_channel_send_batch(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                            const struct kipc_channel_message *messages, uint32_t count, uint64_t deadline)
{
    KIPC_GUARD(messages != NULL && count >= 1 && count <= KIPC_CFG_BATCH_MAX, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_SEND);
    KIPC_GUARD(result == KIPC_OK, result);
    uint32_t sent = send_plainly(&call, messages, count);
    return ki_leave(kernel, sent > 0 ? (int)sent : send_closely(&call, messages, caller, count, deadline));
}

/* Takes messages that fit their rooms out of the inbox; the first one may be waited for. */
static int take_messages(struct ki_call *call, const struct kipc_channel_room *rooms, uint32_t count, uint64_t deadline,
                         struct batch *batch)
{
    struct kipc_channel *end = call->object;
    struct kipc_block **place = &batch->first;
    int result = ki_channel_get(call, rooms[0].capacity, deadline, place);
    while (result == KIPC_OK) {
        place = &(*place)->next;
        batch->count += 1;
        if (batch->count == count || end->first == NULL || end->lost > 0) {
            break;
        }
        result = ki_channel_get(call, rooms[batch->count].capacity, KIPC_NO_WAIT, place);
    }
    return batch->count > 0 ? KIPC_OK : result;
}

/* The end is pinned. */
static int receive_batch(struct ki_call *call, kipc_pid_t caller, struct kipc_channel_room *rooms, uint32_t count,
                         uint64_t deadline)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_channel *end = call->object;
    struct batch batch = {.first = NULL, .count = 0};
    int result = take_messages(call, rooms, count, deadline, &batch);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_block *block = batch.first;
    for (uint32_t i = 0; i < batch.count; i++, block = block->next) {
        ki_channel_accept(call, block, caller, rooms[i].info);
    }
    ki_unlock(kernel);
    block = batch.first;
    for (uint32_t i = 0; i < batch.count; i++, block = block->next) {
        ki_channel_read(block, rooms[i].buffer, rooms[i].info);
        rooms[i].length = block->length;
    }
    ki_lock(kernel);
    block = batch.first;
    for (uint32_t i = 0; i < batch.count; i++) {
        struct kipc_block *next = block->next;
        uint32_t length = block->length;
        kernel->copied_bytes += length;
        ki_channel_give_up(kernel, end, block, length);
        block = next;
    }
    ki_remote_room(kernel, end);
    return (int)batch.count;
}

/* Messages that were read leave the queue, up to the last one; their blocks are free, chained as they were. */
static void detach(struct ki_call *call, struct kipc_block *last, uint32_t count, uint64_t bytes)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_channel *end = call->object;
    struct kipc_block *first = end->first;
    end->first = last->next;
    if (end->first == NULL) {
        end->last = NULL;
    }
    last->next = kernel->free_blocks;
    kernel->free_blocks = first;
    kernel->blocks_free += count;
    kernel->copied_bytes += bytes;
    end->queued -= count;
    end->free_bytes += (uint32_t)bytes;
    end->stats.received += count;
    end->stats.received_bytes += bytes;
}

/* The first ones of the inbox, as long as they are plain and fit their rooms; how many. */
static uint32_t receive_plainly(struct ki_call *call, struct kipc_channel_room *rooms, uint32_t count)
{
    const struct kipc_channel *end = call->object;
    struct kipc_block *block = end->first;
    uint32_t below = end->receive_below;
    struct kipc_block *last = NULL;
    uint64_t bytes = 0;
    uint32_t received = 0;
    uint32_t of_payer = 0; /* messages that the sender of the last ones must not be charged for any more */
    KIPC_GUARD(call->kernel->observer == NULL, 0);
    for (; received < count && block != NULL; received++) {
        struct kipc_channel_room *room = &rooms[received];
        if (!ki_block_is_plain(block, below, room->capacity)) {
            break;
        }
        ki_block_read(block, room->buffer, room->info);
        room->length = block->length;
        bytes += block->length;
        if (last != NULL && last->payer != block->payer) {
            ki_discharge_messages(call->kernel, last->payer, of_payer);
            of_payer = 0;
        }
        of_payer += 1;
        last = block;
        block = block->next;
    }
    KIPC_GUARD(received > 0, 0);
    ki_discharge_messages(call->kernel, last->payer, of_payer);
    detach(call, last, received, bytes);
    return received;
}

int kipc_channel_receive_batch(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                               struct kipc_channel_room *rooms, uint32_t count, uint64_t deadline)
{
    KIPC_GUARD(rooms != NULL && count >= 1 && count <= KIPC_CFG_BATCH_MAX, KIPC_E_INVAL);
    for (uint32_t i = 0; i < count; i++) {
        KIPC_GUARD(rooms[i].buffer != NULL || rooms[i].capacity == 0, KIPC_E_INVAL);
    }
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_RECEIVE);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_channel *end = call.object;
    if (!ki_channel_lets(end, call.process, caller)) {
        return ki_leave(kernel, KIPC_E_ACCES);
    }
    uint32_t received = receive_plainly(&call, rooms, count);
    if (received > 0) {
        return ki_leave(kernel, (int)received);
    }
    end->object.pins += 1;
    result = receive_batch(&call, caller, rooms, count, deadline);
    ki_channel_looked(end);
    ki_object_unpin(kernel, &end->object);
    return ki_leave(kernel, result);
}
