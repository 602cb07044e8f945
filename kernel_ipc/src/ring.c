/* SPDX-License-Identifier: MIT */
/* Sending and receiving; set-up is in ring_layout.c, blocking in ring_wait.c. */
#include "ring_path.h"

int ki_ring_refresh_head(struct kipc_ring_producer *producer)
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

/* How the payload of a message is copied; known where the way of a message is compiled. */
enum copy { COPY_WHOLE, COPY_ALIGNED, COPY_BYTES };

static KI_INLINE void copy(void *to, const void *from, size_t length, enum copy how)
{
    if (how == COPY_WHOLE) {
        ki_copy_whole(to, from);
    } else if (how == COPY_ALIGNED) {
        ki_copy_aligned(to, from, length);
    } else {
        ki_copy_bytes(to, from, length);
    }
}

static KI_INLINE int send(struct kipc_ring_producer *producer, const void *data, size_t length, enum copy how)
{
    KIPC_GUARD(producer->state == KIPC_SLOT_FREE, KIPC_E_STATE);
    int result = ki_ring_require_free(producer);
    KIPC_GUARD(result == KIPC_OK, result);
    uint32_t tail = producer->tail;
    struct kipc_ring_slot *slot = ki_ring_slot_to_write(producer, tail);
    slot->control = ki_control_word(tail, KIPC_SLOT_INLINE, length);
    copy(slot->payload, data, length, how);
    producer->copied_bytes += length;
    return ki_ring_publish(producer, tail + 1);
}

/* What is not a whole payload at an aligned place: with a look at its length, and with a loop over bytes. */
static KI_SLOW int send_part(struct kipc_ring_producer *producer, const void *data, size_t length)
{
    KIPC_GUARD(producer != NULL && (data != NULL || length == 0), KIPC_E_INVAL);
    KIPC_GUARD(kipc_ring_fits_inline(length), KIPC_E_INVAL_SIZE);
    return ki_is_aligned(data, 8) ? send(producer, data, length, COPY_ALIGNED)
                                  : send(producer, data, length, COPY_BYTES);
}

static KI_INLINE int send_any(struct kipc_ring_producer *producer, const void *data, size_t length)
{
    if (!KI_LIKELY(length == KIPC_RING_INLINE_MAX && ki_is_aligned(data, 8))) {
        return send_part(producer, data, length);
    }
    KIPC_GUARD(producer != NULL && data != NULL, KIPC_E_INVAL);
    return send(producer, data, KIPC_RING_INLINE_MAX, COPY_WHOLE);
}

/* Inline for those who optimise this file and its callers as one. */
inline int kipc_ring_send_sp(struct kipc_ring_producer *producer, const void *data, size_t length)
{
    KIPC_TRACE(send_enter, producer, length);
    int result = send_any(producer, data, length);
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

int ki_ring_refuse(uint64_t control, uint32_t index)
{
    enum kipc_slot_kind kind;
    uint32_t length;
    int result = inspect(control, index, &kind, &length);
    return result == KIPC_OK ? KIPC_E_TYPE : result;
}

/* A message of another length than a whole payload, or for another place than an aligned one; or not a message. */
static KI_SLOW int receive_part(struct kipc_ring_consumer *consumer, void *buffer, size_t capacity, size_t *length,
                                uint64_t control)
{
    const struct kipc_ring_slot *slot = ki_ring_slot_to_read(consumer, consumer->head);
    uint64_t found = control ^ ki_control_word(consumer->head, KIPC_SLOT_INLINE, 0);
    /* One comparison: all bits but the length as expected, and the length in range. */
    if (!KI_LIKELY(found <= KIPC_RING_INLINE_MAX)) {
        return ki_ring_refuse(control, consumer->head);
    }
    *length = (size_t)found;
    KIPC_GUARD(found <= capacity, KIPC_E_MSGSIZE);
    copy(buffer, slot->payload, (size_t)found, ki_is_aligned(buffer, 8) ? COPY_ALIGNED : COPY_BYTES);
    consumer->copied_bytes += found;
    return ki_ring_advance(consumer, consumer->head + 1);
}

static KI_INLINE int receive(struct kipc_ring_consumer *consumer, void *buffer, size_t capacity, size_t *length)
{
    KIPC_GUARD(consumer->state == KIPC_SLOT_READY, KIPC_E_STATE);
    int result = ki_ring_require_ready(consumer);
    KIPC_GUARD(result == KIPC_OK, result);
    uint32_t head = consumer->head;
    const struct kipc_ring_slot *slot = ki_ring_slot_to_read(consumer, head);
    uint64_t control = ki_read_once(&slot->control);
    if (!KI_LIKELY(control == ki_control_word(head, KIPC_SLOT_INLINE, KIPC_RING_INLINE_MAX) &&
                   capacity >= KIPC_RING_INLINE_MAX && ki_is_aligned(buffer, 8))) {
        return receive_part(consumer, buffer, capacity, length, control);
    }
    *length = KIPC_RING_INLINE_MAX;
    copy(buffer, slot->payload, KIPC_RING_INLINE_MAX, COPY_WHOLE);
    consumer->copied_bytes += KIPC_RING_INLINE_MAX;
    return ki_ring_advance(consumer, head + 1);
}

inline int kipc_ring_receive_sc(struct kipc_ring_consumer *consumer, void *buffer, size_t capacity, size_t *length)
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
        int result = ki_ring_require_free(producer);
        KIPC_GUARD(result == KIPC_OK, result);
    }
    int result = ki_slot_step(&producer->state, KIPC_SLOT_WRITING);
    KIPC_GUARD(result == KIPC_OK, result);
    *payload = ki_ring_slot_to_write(producer, producer->tail)->payload;
    return KIPC_OK;
}

int kipc_ring_publish_sp(struct kipc_ring_producer *producer, enum kipc_slot_kind kind, size_t length)
{
    KIPC_GUARD(producer != NULL && (kind == KIPC_SLOT_INLINE || kind == KIPC_SLOT_LOAN), KIPC_E_INVAL);
    KIPC_GUARD(kipc_ring_fits_inline(length), KIPC_E_INVAL_SIZE);
    int result = ki_slot_step(&producer->state, KIPC_SLOT_READY);
    KIPC_GUARD(result == KIPC_OK, result);
    ki_ring_slot_to_write(producer, producer->tail)->control = ki_control_word(producer->tail, kind, length);
    producer->state = KIPC_SLOT_FREE; /* of the slot that tail names from now on */
    return ki_ring_publish(producer, producer->tail + 1);
}

int kipc_ring_peek_sc(struct kipc_ring_consumer *consumer, struct kipc_ring_view *view)
{
    KIPC_GUARD(consumer != NULL && view != NULL, KIPC_E_INVAL);
    if (consumer->state == KIPC_SLOT_READY) {
        int result = ki_ring_require_ready(consumer);
        KIPC_GUARD(result == KIPC_OK, result);
        result = inspect(ki_read_once(&ki_ring_slot_to_read(consumer, consumer->head)->control), consumer->head,
                         &view->kind, &view->length);
        KIPC_GUARD(result == KIPC_OK, result);
    }
    int result = ki_slot_step(&consumer->state, KIPC_SLOT_READING);
    KIPC_GUARD(result == KIPC_OK, result);
    view->payload = ki_ring_slot_to_read(consumer, consumer->head)->payload;
    return KIPC_OK;
}

int kipc_ring_finish_sc(struct kipc_ring_consumer *consumer)
{
    KIPC_GUARD(consumer != NULL, KIPC_E_INVAL);
    int result = ki_slot_step(&consumer->state, KIPC_SLOT_FREE);
    KIPC_GUARD(result == KIPC_OK, result);
    consumer->state = KIPC_SLOT_READY; /* of the slot that head names from now on, once the peer's index covers it */
    return ki_ring_advance(consumer, consumer->head + 1);
}

int kipc_ring_discard_sc(struct kipc_ring_consumer *consumer)
{
    KIPC_GUARD(consumer != NULL, KIPC_E_INVAL);
    KIPC_GUARD(consumer->state == KIPC_SLOT_READY, KIPC_E_STATE);
    int result = ki_ring_require_ready(consumer);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_ring_advance(consumer, consumer->head + 1);
}

int64_t kipc_ring_free_sp(struct kipc_ring_producer *producer)
{
    KIPC_GUARD(producer != NULL, KIPC_E_INVAL);
    int result = ki_ring_refresh_head(producer);
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
