/* SPDX-License-Identifier: MIT */
#include "channel.h"
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

/* A small message that takes its place behind the one before it: a batch of such ones ends only where room ends. */
static bool goes_behind(const struct kipc_channel_message *message, const struct kipc_channel_message *before)
{
    return message->length <= KIPC_MSG_SMALL_MAX && message->type != KIPC_MESSAGE_CONTROL &&
           message->priority <= before->priority;
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
    ki_object_unpin(call->kernel, &inbox->object);
    ki_object_unpin(call->kernel, &end->object);
    return result;
}

int kipc_channel_send_batch(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                            const struct kipc_channel_message *messages, uint32_t count, uint64_t deadline)
{
    KIPC_GUARD(messages != NULL && count >= 1 && count <= KIPC_CFG_BATCH_MAX, KIPC_E_INVAL);
    bool is_uniform = true;
    for (uint32_t i = 0; i < count; i++) {
        KIPC_GUARD(is_valid(&messages[i]), KIPC_E_INVAL);
        is_uniform = is_uniform && goes_behind(&messages[i], &messages[i == 0 ? 0 : i - 1]);
    }
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_SEND);
    KIPC_GUARD(result == KIPC_OK, result);
    uint32_t sent = is_uniform && kernel->observer == NULL ? ki_channel_send_plain(&call, messages, count, caller) : 0;
    return ki_leave(kernel, sent > 0 ? (int)sent : check_and_send(&call, messages, caller, count, deadline));
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
    uint32_t received = kernel->observer == NULL ? ki_channel_receive_plain(&call, rooms, count) : 0;
    if (received > 0) {
        return ki_leave(kernel, (int)received);
    }
    end->object.pins += 1;
    result = receive_batch(&call, caller, rooms, count, deadline);
    ki_object_unpin(kernel, &end->object);
    return ki_leave(kernel, result);
}
