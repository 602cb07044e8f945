/* SPDX-License-Identifier: MIT */
/* The receiver's half of a link. */
#include "pool_path.h"
#include "ring_path.h"
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

static KI_INLINE void take_inline(struct kipc_link_receiver *receiver, const struct kipc_ring_slot *slot,
                                  uint32_t length, struct kipc_link_message *message)
{
    message->kind = KIPC_SLOT_INLINE;
    message->length = length;
    message->view.data = NULL;
    ki_copy(message->bytes, slot->payload, length, (uintptr_t)message->bytes);
    receiver->ring.copied_bytes += length;
    receiver->path_inline += 1;
}

/* The descriptor's two words are read once each: the peer could change the slot between our checks and our use. */
static KI_INLINE int take_loan(struct kipc_link_receiver *receiver, const struct kipc_ring_slot *slot,
                               struct kipc_link_message *message)
{
    KIPC_GUARD(receiver->has_pool, KIPC_E_INTEGRITY);
    uint64_t name = ki_read_once(&slot->payload[0]);
    uint64_t size = ki_read_once(&slot->payload[1]);
    KIPC_GUARD(size >> 32 == 0, KIPC_E_INTEGRITY); /* the reserved word */
    message->kind = KIPC_SLOT_LOAN;
    int result =
        ki_pool_receive(&receiver->pool, (uint32_t)name, (uint32_t)(name >> 32), (uint32_t)size, &message->view);
    KIPC_GUARD(result == KIPC_OK, result);
    message->length = (size_t)size;
    receiver->path_large += 1;
    return KIPC_OK;
}

/* A slot that no sender of a link writes: it is dropped. */
static KI_SLOW int reject(struct kipc_link_receiver *receiver, struct kipc_link_message *message)
{
    message->view.data = NULL;
    receiver->rejected += 1;
    (void)ki_ring_advance(&receiver->ring, receiver->ring.head + 1);
    return KIPC_E_INTEGRITY;
}

/* A slot is there. */
static KI_INLINE int receive(struct kipc_link_receiver *receiver, struct kipc_link_message *message)
{
    struct kipc_ring_consumer *ring = &receiver->ring;
    const struct kipc_ring_slot *slot = ki_ring_slot_to_read(ring, ring->head);
    /* One comparison for each of the two words that a sender writes; every other one is impossible. */
    uint64_t difference = ki_read_once(&slot->control) ^ ki_control_word(ring->head, 0, 0);
    if (difference == ki_control_word(0, KIPC_SLOT_LOAN, sizeof(struct kipc_loan_descriptor))) {
        if (take_loan(receiver, slot, message) != KIPC_OK) {
            return reject(receiver, message);
        }
    } else {
        difference ^= ki_control_word(0, KIPC_SLOT_INLINE, 0);
        if (difference > KIPC_RING_INLINE_MAX) {
            return reject(receiver, message);
        }
        take_inline(receiver, slot, (uint32_t)difference, message);
    }
    return ki_ring_advance(ring, ring->head + 1);
}

static KI_SLOW int receive_later(struct kipc_link_receiver *receiver, struct kipc_link_message *message,
                                 uint64_t deadline)
{
    int result = kipc_ring_wait_readable_sc(&receiver->ring, deadline);
    KIPC_GUARD(result == KIPC_OK, result);
    return receive(receiver, message);
}

static KI_INLINE int receive_until(struct kipc_link_receiver *receiver, struct kipc_link_message *message,
                                   uint64_t deadline)
{
    KIPC_GUARD(receiver->ring.state == KIPC_SLOT_READY, KIPC_E_STATE);
    int result = ki_ring_require_ready(&receiver->ring);
    if (!KI_LIKELY(result == KIPC_OK)) {
        return result == KIPC_E_EMPTY ? receive_later(receiver, message, deadline) : result;
    }
    return receive(receiver, message);
}

int kipc_link_receive(struct kipc_link_receiver *receiver, struct kipc_link_message *message, uint64_t deadline)
{
    KIPC_GUARD(receiver != NULL && message != NULL, KIPC_E_INVAL);
    KIPC_TRACE(receive_enter, &receiver->ring, KIPC_RING_INLINE_MAX);
    int result = receive_until(receiver, message, deadline);
    KIPC_TRACE(receive_exit, &receiver->ring, result);
    return result;
}

int kipc_link_release(struct kipc_link_receiver *receiver, struct kipc_view *view)
{
    KIPC_GUARD(receiver != NULL && view != NULL, KIPC_E_INVAL);
    KIPC_GUARD(receiver->has_pool, KIPC_E_NOTSUP);
    int result = ki_pool_release(&receiver->pool, view);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_wake_waiter(&receiver->ring.waker);
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
