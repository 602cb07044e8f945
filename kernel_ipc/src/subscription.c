/* SPDX-License-Identifier: MIT */
#include "topic.h"

static void join(struct kipc_kernel *kernel, struct kipc_topic *topic, struct kipc_subscription *subscription)
{
    subscription->topic = topic;
    subscription->next = topic->subscriptions;
    topic->subscriptions = subscription;
    for (uint32_t i = 0; i < topic->history.count; i++) {
        uint32_t position = (topic->history.first + i) % KIPC_CFG_TOPIC_DEPTH_MAX;
        (void)ki_subscription_give(kernel, subscription, topic->history.blocks[position]);
    }
    /* Older ones than it has places for are not lost to it: it was not there. */
    subscription->lost = 0;
    subscription->lost_total = 0;
}

static int set_up(struct ki_call *call, struct kipc_topic *topic, const struct kipc_subscription_config *config)
{
    struct kipc_subscription *subscription = call->object;
    uint32_t blocks = config->capacity * ki_blocks_for(topic->config.message_max);
    ki_queue_set_up(&subscription->receivers, config->order);
    int result = ki_blocks_reserve(call->kernel, blocks);
    KIPC_GUARD(result == KIPC_OK, result);
    subscription->reserved = blocks;
    subscription->config = *config;
    subscription->config.drops_newest = false; /* of the history, the latest count */
    join(call->kernel, topic, subscription);
    subscription->config.drops_newest = config->drops_newest;
    return KIPC_OK;
}

int kipc_topic_subscribe(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                         const struct kipc_subscription_config *config, kipc_handle_t *subscription)
{
    KIPC_GUARD(config != NULL && subscription != NULL && (unsigned int)config->order <= KIPC_WAIT_FIFO, KIPC_E_INVAL);
    KIPC_GUARD(config->capacity >= 1 && config->capacity <= KIPC_CFG_TOPIC_DEPTH_MAX, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_TOPIC, KIPC_RIGHT_RECEIVE);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_topic *topic = call.object;
    call.site = KI_SITE;
    result = ki_create_more(&call, KIPC_TABLE_SUBSCRIPTION, caller);
    if (result != KIPC_OK) {
        return ki_leave(kernel, result);
    }
    result = set_up(&call, topic, config);
    if (result != KIPC_OK) {
        ki_handle_close(kernel, call.handle);
        return ki_leave(kernel, result);
    }
    return ki_created(&call, subscription);
}

/* Hands a message to the first receiver whose buffer is large enough; others are told that theirs is not. */
static bool hand_over(struct kipc_kernel *kernel, struct kipc_subscription *subscription, struct kipc_block *block)
{
    struct kipc_thread *receiver = ki_first(&subscription->receivers);
    while (receiver != NULL && receiver->request < block->length) {
        ki_settle(kernel, receiver, KIPC_E_MSGSIZE);
        receiver = ki_first(&subscription->receivers);
    }
    KIPC_GUARD(receiver != NULL, false);
    block->references += 1;
    receiver->given_pointer = block;
    ki_settle(kernel, receiver, KIPC_OK);
    return true;
}

bool ki_subscription_give(struct kipc_kernel *kernel, struct kipc_subscription *subscription, struct kipc_block *block)
{
    if (subscription->used == subscription->config.capacity) {
        subscription->lost += 1;
        subscription->lost_total += 1;
        /* All may be being read at this moment; then there is no older one to overwrite. */
        KIPC_GUARD(!subscription->config.drops_newest && subscription->queue.count > 0, false);
        ki_shared_put(kernel, ki_ring_take(&subscription->queue));
        subscription->used -= 1;
    }
    subscription->used += 1;
    if (!hand_over(kernel, subscription, block)) {
        ki_ring_add(&subscription->queue, block);
    }
    return true;
}

void ki_subscription_part(struct kipc_kernel *kernel, struct kipc_subscription *subscription)
{
    subscription->topic = NULL;
    ki_settle_all(kernel, &subscription->receivers, KIPC_E_CLOSED);
}

static int get_message(struct ki_call *call, uint32_t capacity, uint64_t deadline, struct kipc_block **block)
{
    struct kipc_subscription *subscription = call->object;
    struct kipc_topic_ring *queue = &subscription->queue;
    if (subscription->lost > 0) {
        subscription->lost = 0;
        return KIPC_E_OVERFLOW;
    }
    if (queue->count > 0) {
        KIPC_GUARD(queue->blocks[queue->first]->length <= capacity, KIPC_E_MSGSIZE);
        *block = ki_ring_take(queue);
        return KIPC_OK;
    }
    KIPC_GUARD(subscription->topic != NULL, KIPC_E_CLOSED);
    KIPC_GUARD(deadline != KIPC_NO_WAIT, KIPC_E_EMPTY);
    call->thread->request = capacity;
    int result = ki_wait_in(call, &subscription->receivers, deadline);
    *block = call->thread->given_pointer;
    return result;
}

/* The subscription must outlive the wait and the copy. */
static int receive(struct ki_call *call, void *buffer, uint32_t capacity, struct kipc_channel_info *info,
                   uint64_t deadline)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_subscription *subscription = call->object;
    struct kipc_block *block = NULL;
    subscription->object.pins += 1;
    int result = get_message(call, capacity, deadline, &block);
    if (result == KIPC_OK) {
        ki_unlock(kernel);
        ki_blocks_read(block, buffer, block->length);
        if (info != NULL) {
            ki_clear(info, sizeof(*info));
            info->header = block->slot.header;
            info->sequence = block->sequence;
        }
        ki_lock(kernel);
        result = (int)block->length;
        kernel->copied_bytes += block->length;
        subscription->used -= 1;
        ki_shared_put(kernel, block);
    }
    ki_object_unpin(kernel, &subscription->object);
    return result;
}

int kipc_topic_receive(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t subscription, void *buffer,
                       uint32_t capacity, struct kipc_channel_info *info, uint64_t deadline)
{
    KIPC_GUARD(buffer != NULL || capacity == 0, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, subscription, KIPC_TABLE_SUBSCRIPTION, KIPC_RIGHT_RECEIVE);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave(kernel, receive(&call, buffer, capacity, info, deadline));
}

void ki_subscription_drain(struct kipc_kernel *kernel, struct kipc_object *object)
{
    struct kipc_subscription *subscription = (struct kipc_subscription *)(void *)object;
    if (subscription->topic != NULL) {
        struct kipc_subscription **place = &subscription->topic->subscriptions;
        while (*place != subscription) {
            place = &(*place)->next;
        }
        *place = subscription->next;
    }
    ki_subscription_part(kernel, subscription);
    while (subscription->queue.count > 0) {
        ki_shared_put(kernel, ki_ring_take(&subscription->queue));
        subscription->used -= 1;
    }
}

void ki_subscription_released(struct kipc_kernel *kernel, struct kipc_object *object)
{
    kernel->blocks_reserved -= ((struct kipc_subscription *)(void *)object)->reserved;
}
