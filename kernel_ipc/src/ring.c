/* SPDX-License-Identifier: MIT */
/* Sending and receiving; set-up is in ring_layout.c, blocking in ring_wait.c. */
#include "atomic.h"
#include "copy.h"
#include "internal.h"

static uint64_t control_word(uint32_t index, enum kipc_slot_kind kind, size_t length)
{
    return (uint64_t)index << 32 | (uint64_t)kind << 16 | (uint64_t)length;
}

/* Looks at the consumer's index anew; believes it only if it moved from the last one towards our tail. */
static KI_SLOW int refresh_head(struct kipc_ring_producer *producer)
{
    /* [ring-head] Acquire: the consumer's reads of a slot are over before we write it again. */
    uint32_t head = ki_load_sequenced(&producer->peer->index);
    KIPC_GUARD(head - producer->head <= producer->tail - producer->head, KIPC_E_FLOW);
    producer->head = head;
    return KIPC_OK;
}

/* Looks at the producer's index anew; believes it only if it moved forward and by no more than there are free slots. */
static int refresh_tail(struct kipc_ring_consumer *consumer)
{
    /* [ring-tail] Acquire: a slot's bytes are read after the index that publishes them. */
    uint32_t tail = ki_load_sequenced(&consumer->peer->index);
    KIPC_GUARD(tail - consumer->tail <= consumer->slot_count - (consumer->tail - consumer->head), KIPC_E_FLOW);
    consumer->tail = tail;
    return KIPC_OK;
}

static KI_INLINE int require_free(struct kipc_ring_producer *producer)
{
    if (KI_LIKELY(producer->tail - producer->head < producer->slot_count)) {
        return KIPC_OK;
    }
    int result = refresh_head(producer);
    KIPC_GUARD(result == KIPC_OK, result);
    return producer->tail - producer->head < producer->slot_count ? KIPC_OK : KIPC_E_FULL;
}

static KI_INLINE int require_ready(struct kipc_ring_consumer *consumer)
{
    uint32_t head = consumer->head;
    if (consumer->tail != head) {
        return KIPC_OK;
    }
    /* refresh_tail for the case that all we knew of is read: in place, because a receive that keeps up is always here.
     */
    uint32_t tail = ki_load_sequenced(&consumer->peer->index); /* [ring-tail] */
    KIPC_GUARD(tail - head <= consumer->slot_count, KIPC_E_FLOW);
    consumer->tail = tail;
    return tail != head ? KIPC_OK : KIPC_E_EMPTY;
}

static inline struct kipc_ring_slot *slot_to_write(const struct kipc_ring_producer *producer)
{
    return &producer->slots[producer->tail & (producer->slot_count - 1)];
}

static inline const struct kipc_ring_slot *slot_to_read(const struct kipc_ring_consumer *consumer)
{
    return &consumer->slots[consumer->head & (consumer->slot_count - 1)];
}

static KI_INLINE void publish(struct kipc_ring_producer *producer)
{
    producer->tail += 1;
    /* [ring-tail] Release: the slot is complete before the index covers it. Sequenced: before we look for a waiter. */
    ki_store_sequenced(&producer->own->index, producer->tail);
    ki_wake_waiter(&producer->waker);
}

static KI_INLINE void advance(struct kipc_ring_consumer *consumer)
{
    consumer->head += 1;
    /* [ring-head] Release: our reads of the slot are over before it is free. Sequenced: before we look for a waiter. */
    ki_store_sequenced(&consumer->own->index, consumer->head);
    ki_wake_waiter(&consumer->waker);
}

/* Reads a control word once, because a hostile peer may change it between two looks. */
static inline uint64_t read_control(const struct kipc_ring_slot *slot)
{
    return *(const volatile uint64_t *)&slot->control;
}

static KI_INLINE int send(struct kipc_ring_producer *producer, enum kipc_slot_kind kind, const void *data,
                          size_t length)
{
    KIPC_GUARD(producer->state == KIPC_SLOT_FREE, KIPC_E_STATE);
    int result = require_free(producer);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_ring_slot *slot = slot_to_write(producer);
    slot->control = control_word(producer->tail, kind, length);
    ki_copy(slot->payload, data, length, (uintptr_t)data);
    publish(producer);
    return KIPC_OK;
}

int ki_ring_send(struct kipc_ring_producer *producer, enum kipc_slot_kind kind, const void *data, size_t length)
{
    return send(producer, kind, data, length);
}

int kipc_ring_send_sp(struct kipc_ring_producer *producer, const void *data, size_t length)
{
    KIPC_GUARD(producer != NULL && (data != NULL || length == 0), KIPC_E_INVAL);
    KIPC_GUARD(kipc_ring_fits_inline(length), KIPC_E_INVAL_SIZE);
    KIPC_TRACE(send_enter, producer, length);
    int result = send(producer, KIPC_SLOT_INLINE, data, length);
    if (KI_LIKELY(result == KIPC_OK)) {
        producer->copied_bytes += length;
    }
    KIPC_TRACE(send_exit, producer, result);
    return result;
}

/* Checks a control word: whoever wrote it must have meant this slot, a known kind, and a length that fits. */
static int inspect(uint64_t control, uint32_t index, enum kipc_slot_kind *kind, uint32_t *length)
{
    uint32_t low = (uint32_t)control;
    uint32_t found = low >> 16;
    KIPC_GUARD((uint32_t)(control >> 32) == index, KIPC_E_INTEGRITY);
    KIPC_GUARD(found == KIPC_SLOT_INLINE || found == KIPC_SLOT_LOAN, KIPC_E_INTEGRITY);
    KIPC_GUARD(kipc_ring_fits_inline(low & UINT32_C(0xffff)), KIPC_E_INTEGRITY);
    *kind = found == KIPC_SLOT_INLINE ? KIPC_SLOT_INLINE : KIPC_SLOT_LOAN;
    *length = low & UINT32_C(0xffff);
    return KIPC_OK;
}

static KI_INLINE int receive(struct kipc_ring_consumer *consumer, void *buffer, size_t capacity, size_t *length)
{
    KIPC_GUARD(consumer->state == KIPC_SLOT_READY, KIPC_E_STATE);
    int result = require_ready(consumer);
    KIPC_GUARD(result == KIPC_OK, result);
    const struct kipc_ring_slot *slot = slot_to_read(consumer);
    uint64_t control = read_control(slot);
    /* One comparison for the common case: all bits but the length as expected, and the length in range. */
    uint64_t found = control ^ control_word(consumer->head, KIPC_SLOT_INLINE, 0);
    if (!KI_LIKELY(found <= KIPC_RING_INLINE_MAX)) {
        enum kipc_slot_kind kind;
        uint32_t ignored;
        result = inspect(control, consumer->head, &kind, &ignored);
        return result == KIPC_OK ? KIPC_E_TYPE : result;
    }
    *length = (size_t)found;
    KIPC_GUARD(found <= capacity, KIPC_E_MSGSIZE);
    ki_copy(buffer, slot->payload, (size_t)found, (uintptr_t)buffer);
    consumer->copied_bytes += found;
    advance(consumer);
    return KIPC_OK;
}

int kipc_ring_receive_sc(struct kipc_ring_consumer *consumer, void *buffer, size_t capacity, size_t *length)
{
    KIPC_GUARD(consumer != NULL && length != NULL && (buffer != NULL || capacity == 0), KIPC_E_INVAL);
    KIPC_TRACE(receive_enter, consumer, capacity);
    int result = receive(consumer, buffer, capacity, length);
    KIPC_TRACE(receive_exit, consumer, result);
    return result;
}

int kipc_ring_acquire_sp(struct kipc_ring_producer *producer, void **payload)
{
    KIPC_GUARD(producer != NULL && payload != NULL, KIPC_E_INVAL);
    if (producer->state == KIPC_SLOT_FREE) {
        int result = require_free(producer);
        KIPC_GUARD(result == KIPC_OK, result);
    }
    int result = ki_slot_step(&producer->state, KIPC_SLOT_WRITING);
    KIPC_GUARD(result == KIPC_OK, result);
    *payload = slot_to_write(producer)->payload;
    return KIPC_OK;
}

int kipc_ring_publish_sp(struct kipc_ring_producer *producer, enum kipc_slot_kind kind, size_t length)
{
    KIPC_GUARD(producer != NULL && (kind == KIPC_SLOT_INLINE || kind == KIPC_SLOT_LOAN), KIPC_E_INVAL);
    KIPC_GUARD(kipc_ring_fits_inline(length), KIPC_E_INVAL_SIZE);
    int result = ki_slot_step(&producer->state, KIPC_SLOT_READY);
    KIPC_GUARD(result == KIPC_OK, result);
    slot_to_write(producer)->control = control_word(producer->tail, kind, length);
    publish(producer);
    producer->state = KIPC_SLOT_FREE; /* of the slot that tail names now */
    return KIPC_OK;
}

int kipc_ring_peek_sc(struct kipc_ring_consumer *consumer, struct kipc_ring_view *view)
{
    KIPC_GUARD(consumer != NULL && view != NULL, KIPC_E_INVAL);
    if (consumer->state == KIPC_SLOT_READY) {
        int result = require_ready(consumer);
        KIPC_GUARD(result == KIPC_OK, result);
        result = inspect(read_control(slot_to_read(consumer)), consumer->head, &view->kind, &view->length);
        KIPC_GUARD(result == KIPC_OK, result);
    }
    int result = ki_slot_step(&consumer->state, KIPC_SLOT_READING);
    KIPC_GUARD(result == KIPC_OK, result);
    view->payload = slot_to_read(consumer)->payload;
    return KIPC_OK;
}

int kipc_ring_finish_sc(struct kipc_ring_consumer *consumer)
{
    KIPC_GUARD(consumer != NULL, KIPC_E_INVAL);
    int result = ki_slot_step(&consumer->state, KIPC_SLOT_FREE);
    KIPC_GUARD(result == KIPC_OK, result);
    advance(consumer);
    consumer->state = KIPC_SLOT_READY; /* of the slot that head names now, once the producer's index covers it */
    return KIPC_OK;
}

int kipc_ring_discard_sc(struct kipc_ring_consumer *consumer)
{
    KIPC_GUARD(consumer != NULL, KIPC_E_INVAL);
    KIPC_GUARD(consumer->state == KIPC_SLOT_READY, KIPC_E_STATE);
    int result = require_ready(consumer);
    KIPC_GUARD(result == KIPC_OK, result);
    advance(consumer);
    return KIPC_OK;
}

int64_t kipc_ring_free_sp(struct kipc_ring_producer *producer)
{
    KIPC_GUARD(producer != NULL, KIPC_E_INVAL);
    int result = refresh_head(producer);
    KIPC_GUARD(result == KIPC_OK, result);
    return (int64_t)(producer->slot_count - (producer->tail - producer->head));
}

int64_t kipc_ring_ready_sc(struct kipc_ring_consumer *consumer)
{
    KIPC_GUARD(consumer != NULL, KIPC_E_INVAL);
    int result = refresh_tail(consumer);
    KIPC_GUARD(result == KIPC_OK, result);
    return (int64_t)(consumer->tail - consumer->head);
}
