/* SPDX-License-Identifier: MIT */
#include "topic.h"

void ki_shared_put(struct kipc_kernel *kernel, struct kipc_block *block)
{
    block->references -= 1;
    if (block->references == 0) {
        ki_blocks_give(kernel, block);
    }
}

struct kipc_block *ki_ring_take(struct kipc_topic_ring *ring)
{
    struct kipc_block *block = ring->blocks[ring->first];
    ring->first = (ring->first + 1) % KIPC_CFG_TOPIC_DEPTH_MAX;
    ring->count -= 1;
    return block;
}

void ki_ring_add(struct kipc_topic_ring *ring, struct kipc_block *block)
{
    ring->blocks[(ring->first + ring->count) % KIPC_CFG_TOPIC_DEPTH_MAX] = block;
    ring->count += 1;
    block->references += 1;
}

int kipc_topic_create(struct kipc_kernel *kernel, kipc_pid_t caller, const struct kipc_topic_config *config,
                      kipc_handle_t *handle)
{
    KIPC_GUARD(config != NULL && handle != NULL, KIPC_E_INVAL);
    KIPC_GUARD(config->message_max <= KIPC_CFG_CH_BYTES_MAX, KIPC_E_INVAL);
    KIPC_GUARD(config->history <= KIPC_CFG_TOPIC_DEPTH_MAX, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_create(&call, kernel, caller, KIPC_TABLE_TOPIC);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_topic *topic = call.object;
    uint32_t blocks = (1 + config->history) * ki_blocks_for(config->message_max); /* one more is being written */
    topic->config = *config;
    ki_queue_set_up(&topic->publishers, KIPC_WAIT_FIFO);
    result = ki_blocks_reserve(kernel, blocks);
    if (result != KIPC_OK) {
        ki_handle_close(kernel, call.handle);
        return ki_leave(kernel, result);
    }
    topic->reserved = blocks;
    return ki_created(&call, handle);
}

/* Gets the turn; who gives it up hands it to the first who waits. */
static int begin_publishing(struct ki_call *call, struct kipc_topic *topic, uint64_t deadline)
{
    if (!topic->is_publishing) {
        topic->is_publishing = true;
        return KIPC_OK;
    }
    KIPC_GUARD(deadline != KIPC_NO_WAIT, KIPC_E_BUSY);
    return ki_wait_in(call, &topic->publishers, deadline);
}

static void end_publishing(struct kipc_kernel *kernel, struct kipc_topic *topic)
{
    struct kipc_thread *next = ki_first(&topic->publishers);
    topic->is_publishing = next != NULL;
    if (next != NULL) {
        ki_settle(kernel, next, KIPC_OK);
    }
}

/* Outside of the critical section: the block is the publisher's. */
static void write_message(struct kipc_block *block, const struct kipc_channel_message *message, kipc_pid_t sender)
{
    /* Cannot fail: type and length were checked. */
    (void)(kipc_message_set_up(&block->slot.header, message->type, message->priority, message->length) == KIPC_OK);
    block->slot.header.flags = message->flags;
    block->slot.header.sender = sender;
    block->length = message->length;
    ki_blocks_write(block, message->data, message->length);
}

static int distribute(struct kipc_kernel *kernel, struct kipc_topic *topic, struct kipc_block *block)
{
    int reached = 0;
    block->sequence = topic->next_sequence;
    topic->next_sequence += 1;
    for (struct kipc_subscription *subscription = topic->subscriptions; subscription != NULL;
         subscription = subscription->next) {
        reached += ki_subscription_give(kernel, subscription, block) ? 1 : 0;
    }
    if (topic->config.history > 0) {
        if (topic->history.count == topic->config.history) {
            ki_shared_put(kernel, ki_ring_take(&topic->history));
        }
        ki_ring_add(&topic->history, block);
    }
    return reached;
}

/* The topic must outlive the wait and the copy. */
static int publish(struct ki_call *call, const struct kipc_channel_message *message, kipc_pid_t caller,
                   uint64_t deadline)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_topic *topic = call->object;
    KIPC_GUARD(message->length <= topic->config.message_max, KIPC_E_MSGSIZE);
    topic->object.pins += 1;
    int result = begin_publishing(call, topic, deadline);
    if (result == KIPC_OK) {
        struct kipc_block *block = ki_blocks_take(kernel, message->length);
        block->references = 1;
        ki_unlock(kernel);
        write_message(block, message, caller);
        ki_lock(kernel);
        kernel->copied_bytes += message->length;
        result = topic->object.is_closed ? KIPC_E_CLOSED : distribute(kernel, topic, block);
        ki_shared_put(kernel, block);
        end_publishing(kernel, topic);
    }
    ki_object_unpin(kernel, &topic->object);
    return result;
}

int kipc_topic_publish(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                       const struct kipc_channel_message *message, uint64_t deadline)
{
    KIPC_GUARD(message != NULL && (message->data != NULL || message->length == 0), KIPC_E_INVAL);
    KIPC_GUARD((unsigned int)message->type <= KIPC_MESSAGE_CONTROL && message->capability_count == 0, KIPC_E_INVAL);
    KIPC_GUARD((message->flags & ~(unsigned int)KIPC_MESSAGE_FLAGS) == 0, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_TOPIC, KIPC_RIGHT_SEND);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave(kernel, publish(&call, message, caller, deadline));
}

void ki_topic_drain(struct kipc_kernel *kernel, struct kipc_object *object)
{
    struct kipc_topic *topic = (struct kipc_topic *)(void *)object;
    ki_settle_all(kernel, &topic->publishers, KIPC_E_CLOSED);
    while (topic->subscriptions != NULL) {
        struct kipc_subscription *subscription = topic->subscriptions;
        topic->subscriptions = subscription->next;
        ki_subscription_part(kernel, subscription);
    }
    while (topic->history.count > 0) {
        ki_shared_put(kernel, ki_ring_take(&topic->history));
    }
}

void ki_topic_released(struct kipc_kernel *kernel, struct kipc_object *object)
{
    kernel->blocks_reserved -= ((struct kipc_topic *)(void *)object)->reserved;
}
