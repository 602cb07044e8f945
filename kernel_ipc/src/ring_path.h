/* SPDX-License-Identifier: MIT */
/*
 * The way of a message through a ring, in line: what sending and receiving consist of, for the ring itself, for batches
 * and for links. Guards against the peer are part of it; who calls checks its own caller.
 */
#ifndef KIPC_RING_PATH_H
#define KIPC_RING_PATH_H

#include "copy.h"

/* src/ring.c: looks at the consumer's index anew; believes it only if it moved from the last one towards our tail. */
int ki_ring_refresh_head(struct kipc_ring_producer *producer);

static KI_INLINE uint64_t ki_control_word(uint32_t index, enum kipc_slot_kind kind, size_t length)
{
    return (uint64_t)index << 32 | (uint64_t)kind << 16 | (uint64_t)length;
}

static KI_INLINE int ki_ring_require_free(struct kipc_ring_producer *producer)
{
    if (KI_LIKELY(producer->tail - producer->head < producer->slot_count)) {
        return KIPC_OK;
    }
    int result = ki_ring_refresh_head(producer);
    KIPC_GUARD(result == KIPC_OK, result);
    return producer->tail - producer->head < producer->slot_count ? KIPC_OK : KIPC_E_FULL;
}

static KI_INLINE int ki_ring_require_ready(struct kipc_ring_consumer *consumer)
{
    uint32_t head = consumer->head;
    if (consumer->tail != head) {
        return KIPC_OK;
    }
    /* In place and not by a function, because a receive that keeps up is always here. All that was known is read, so
     * whatever the peer claims lies between our head and one full ring beyond. */
    uint32_t tail = ki_load_sequenced(&consumer->peer->index); /* [ring-tail] */
    KIPC_GUARD(tail - head <= consumer->slot_count, KIPC_E_FLOW);
    consumer->tail = tail;
    return tail != head ? KIPC_OK : KIPC_E_EMPTY;
}

static KI_INLINE struct kipc_ring_slot *ki_ring_slot_to_write(const struct kipc_ring_producer *producer, uint32_t index)
{
    return &producer->slots[index & producer->slot_mask];
}

static KI_INLINE const struct kipc_ring_slot *ki_ring_slot_to_read(const struct kipc_ring_consumer *consumer,
                                                                   uint32_t index)
{
    return &consumer->slots[index & consumer->slot_mask];
}

/* Publishes all slots before index `tail`, by one store; who calls looks for a waiter then. */
static KI_INLINE void ki_ring_show(struct kipc_ring_producer *producer, uint32_t tail)
{
    producer->tail = tail;
    /* [ring-tail] Release: the slots are complete before the index covers them. Published: before the look for a
     * waiter. */
    ki_store_published(&producer->own->index, tail, producer->waker.is_light);
}

/* Frees all slots before index `head`, by one store; who calls looks for a waiter then. */
static KI_INLINE void ki_ring_free(struct kipc_ring_consumer *consumer, uint32_t head)
{
    consumer->head = head;
    /* [ring-head] Release: our reads of the slots are over before they are free. Published: before the look for a
     * waiter. */
    ki_store_published(&consumer->own->index, head, consumer->waker.is_light);
}

/* The same, with a notification if somebody waits. Both return KIPC_OK. */
static KI_INLINE int ki_ring_publish(struct kipc_ring_producer *producer, uint32_t tail)
{
    ki_ring_show(producer, tail);
    return ki_wake_waiter(&producer->waker);
}

static KI_INLINE int ki_ring_advance(struct kipc_ring_consumer *consumer, uint32_t head)
{
    ki_ring_free(consumer, head);
    return ki_wake_waiter(&consumer->waker);
}

/* src/ring.c: why a slot whose control word is not that of an inline message cannot be received as one. */
int ki_ring_refuse(uint64_t control, uint32_t index);

#endif
