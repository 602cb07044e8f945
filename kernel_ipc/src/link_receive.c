/* SPDX-License-Identifier: MIT */
/* The receiver's half of a link. */
#include "copy.h"
#include "internal.h"
#include <kipc/link.h>

int kipc_link_receiver_attach(struct kipc_link_receiver *receiver, const struct kipc_link_receiver_config *config)
{
    KIPC_GUARD(receiver != NULL && config != NULL, KIPC_E_INVAL);
    const struct kipc_link_pool *pool = &config->pool;
    bool has_pool = pool->memory != NULL;
    if (has_pool) {
        int result =
            kipc_pool_consumer_attach(&receiver->pool, pool->memory, pool->bytes, pool->records, pool->record_count);
        KIPC_GUARD(result == KIPC_OK, result);
    }
    receiver->has_pool = has_pool;
    receiver->path_inline = 0;
    receiver->path_large = 0;
    receiver->rejected = 0;
    return kipc_ring_consumer_attach(&receiver->ring, config->ring_memory, config->ring_bytes, config->port,
                                     config->notifier);
}

static void take_inline(struct kipc_link_receiver *receiver, const struct kipc_ring_view *slot,
                        struct kipc_link_message *message)
{
    ki_copy(message->bytes, slot->payload, slot->length, (uintptr_t)message->bytes);
    receiver->ring.copied_bytes += slot->length;
    receiver->path_inline += 1;
}

static int take_loan(struct kipc_link_receiver *receiver, const struct kipc_ring_view *slot,
                     struct kipc_link_message *message)
{
    KIPC_GUARD(receiver->has_pool && slot->length == sizeof(struct kipc_loan_descriptor), KIPC_E_INTEGRITY);
    /* A private copy first: the peer could change the slot between our checks and our use. */
    alignas(8) struct kipc_loan_descriptor descriptor;
    ki_copy(&descriptor, slot->payload, sizeof(descriptor), (uintptr_t)&descriptor);
    int result = kipc_pool_receive_sc(&receiver->pool, &descriptor, &message->view);
    KIPC_GUARD(result == KIPC_OK, result);
    message->length = message->view.length;
    receiver->path_large += 1;
    return KIPC_OK;
}

static int receive(struct kipc_link_receiver *receiver, struct kipc_link_message *message, uint64_t deadline)
{
    struct kipc_ring_view slot;
    int result = kipc_ring_peek_sc(&receiver->ring, &slot);
    if (result == KIPC_E_EMPTY && deadline != KIPC_NO_WAIT) {
        result = kipc_ring_wait_readable_sc(&receiver->ring, deadline);
        KIPC_GUARD(result == KIPC_OK, result);
        result = kipc_ring_peek_sc(&receiver->ring, &slot);
    }
    if (result == KIPC_E_INTEGRITY) {
        receiver->rejected += 1;
        int discarded = kipc_ring_discard_sc(&receiver->ring);
        return discarded == KIPC_OK ? KIPC_E_INTEGRITY : discarded;
    }
    KIPC_GUARD(result == KIPC_OK, result);
    message->kind = slot.kind;
    message->length = slot.length;
    message->view.data = NULL;
    if (slot.kind == KIPC_SLOT_INLINE) {
        take_inline(receiver, &slot, message);
    } else {
        result = take_loan(receiver, &slot, message);
        receiver->rejected += result == KIPC_OK ? 0 : 1;
    }
    int finished = kipc_ring_finish_sc(&receiver->ring);
    return result == KIPC_OK ? finished : result;
}

int kipc_link_receive(struct kipc_link_receiver *receiver, struct kipc_link_message *message, uint64_t deadline)
{
    KIPC_GUARD(receiver != NULL && message != NULL, KIPC_E_INVAL);
    KIPC_TRACE(receive_enter, &receiver->ring, KIPC_RING_INLINE_MAX);
    int result = receive(receiver, message, deadline);
    KIPC_TRACE(receive_exit, &receiver->ring, result);
    return result;
}

int kipc_link_release(struct kipc_link_receiver *receiver, struct kipc_view *view)
{
    KIPC_GUARD(receiver != NULL && view != NULL, KIPC_E_INVAL);
    KIPC_GUARD(receiver->has_pool, KIPC_E_NOTSUP);
    int result = kipc_pool_release_sc(&receiver->pool, view);
    KIPC_GUARD(result == KIPC_OK, result);
    ki_wake_waiter(&receiver->ring.waker);
    return KIPC_OK;
}

struct kipc_link_counters kipc_link_receiver_counters(const struct kipc_link_receiver *receiver)
{
    return (struct kipc_link_counters){
        .path_inline = receiver->path_inline,
        .path_large = receiver->path_large,
        .copied_bytes = receiver->ring.copied_bytes,
        .moved_bytes = 0,
        .rejected = receiver->rejected,
        .notified = receiver->ring.waker.notified,
        .blocked = receiver->ring.waiter.blocked,
    };
}

void kipc_link_receiver_notified(struct kipc_link_receiver *receiver)
{
    kipc_ring_consumer_notified(&receiver->ring);
}
