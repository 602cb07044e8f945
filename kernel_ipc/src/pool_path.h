/* SPDX-License-Identifier: MIT */
/*
 * The steps of a loan, in line: for the pool's own functions and for links, which take several of them in one call.
 * Trace points get what is in registers already: reading it back from where it was stored would cost every loan.
 * Stores to neighbouring members are kept apart: a compiler that joins two of them into one needs more instructions for
 * that than it saves.
 */
#ifndef KIPC_POOL_PATH_H
#define KIPC_POOL_PATH_H

#include "internal.h"

/* src/loan.c: takes a committed buffer back that was never sent, for use again (loaned) or for good (free). */
void ki_pool_reclaim(struct kipc_pool_producer *producer, struct kipc_loan *loan);
void ki_pool_recall(struct kipc_pool_producer *producer, struct kipc_loan *loan);

static KI_INLINE void *ki_pool_buffer(const struct kipc_pool_producer *producer, uint32_t index)
{
    return producer->buffers + (size_t)index * producer->buffer_bytes;
}

static KI_INLINE void ki_pool_put_free(struct kipc_pool_producer *producer, uint32_t index,
                                       struct kipc_buffer_record *record)
{
    uint32_t next = producer->first_free;
    producer->first_free = index;
    record->next = next;
    producer->free_count += 1;
    record->state = KIPC_BUFFER_FREE;
}

/* True if an entry of the return ring names a buffer that is out, in its present life. */
static KI_INLINE bool ki_pool_is_out(const struct kipc_pool_producer *producer, uint32_t index, uint32_t generation)
{
    return index < producer->buffer_count && producer->records[index].state == KIPC_BUFFER_TRANSIT &&
           producer->records[index].generation == generation;
}

/* Where the return ring's index stands. */
static KI_INLINE uint32_t ki_pool_returns(const struct kipc_pool_producer *producer)
{
    /* [pool-return] Acquire: the consumer's last read of a buffer is over before we lend it again. */
    return ki_load_sequenced(&producer->shared->returns.tail);
}

/*
 * Takes back what the consumer returned, up to `tail`, as far as it makes sense. Each entry costs one step; their
 * number is bounded by the buffers that are out.
 */
static KI_INLINE int ki_pool_take_returns(struct kipc_pool_producer *producer, uint32_t tail)
{
    uint32_t head = producer->returns_head;
    KIPC_GUARD(tail - head <= producer->transit_count, KIPC_E_FLOW);
    producer->returns_head = tail;
    for (; head != tail; head++) {
        uint64_t entry = ki_read_once(&producer->shared->entries[head & producer->return_mask]);
        uint32_t index = (uint32_t)entry;
        if (KI_LIKELY(ki_pool_is_out(producer, index, (uint32_t)(entry >> 32)))) {
            producer->transit_count -= 1;
            ki_pool_put_free(producer, index, &producer->records[index]);
        } else {
            producer->bad_returns += 1;
        }
    }
    return KIPC_OK;
}

static KI_INLINE int ki_pool_take_free(struct kipc_pool_producer *producer, struct kipc_loan *loan)
{
    KIPC_GUARD(producer->free_count > 0, KIPC_E_NOMEM);
    uint32_t index = producer->first_free;
    struct kipc_buffer_record *record = &producer->records[index];
    uint32_t generation = record->generation + 1;
    producer->first_free = record->next;
    record->state = KIPC_BUFFER_LOANED;
    producer->free_count -= 1;
    size_t capacity = producer->buffer_bytes;
    void *data = ki_pool_buffer(producer, index);
    loan->data = data;
    loan->capacity = capacity;
    loan->index = index;
    record->generation = generation;
    loan->generation = generation;
    KIPC_TRACE(loan, data, generation);
    KIPC_TRACE_PAYLOAD(produce, data, capacity);
    return KIPC_OK;
}

/* The record behind a handle, unless the handle is wrong or too old; nothing in it is believed before. */
static KI_INLINE int ki_pool_check_loan(const struct kipc_pool_producer *producer, const struct kipc_loan *loan,
                                        struct kipc_buffer_record **record)
{
    KIPC_GUARD(loan->index < producer->buffer_count, KIPC_E_INVAL);
    *record = &producer->records[loan->index];
    KIPC_GUARD((*record)->generation == loan->generation, KIPC_E_BADF);
    KIPC_GUARD((*record)->state == KIPC_BUFFER_LOANED, KIPC_E_STATE);
    return KIPC_OK;
}

/* The buffer of a checked handle leaves: it belongs to nobody on this side. */
static KI_INLINE void ki_pool_hand_over(struct kipc_pool_producer *producer, struct kipc_loan *loan, size_t length,
                                        struct kipc_buffer_record *record)
{
    record->state = KIPC_BUFFER_TRANSIT;
    producer->transit_count += 1;
    loan->data = NULL;
    const uint8_t *buffer = ki_pool_buffer(producer, loan->index);
    KIPC_TRACE(commit, buffer, loan->generation);
    KIPC_TRACE_PAYLOAD(transit, buffer, length);
}

/* What a descriptor says, checked against what this side knows. */
static KI_INLINE int ki_pool_receive(struct kipc_pool_consumer *consumer, uint32_t index, uint32_t generation,
                                     uint32_t length, struct kipc_view *view)
{
    KIPC_GUARD(index < consumer->buffer_count, KIPC_E_INTEGRITY);
    KIPC_GUARD(length - 1 < consumer->buffer_bytes, KIPC_E_INTEGRITY); /* 0 is wrapped round to the largest number */
    struct kipc_buffer_record *record = &consumer->records[index];
    KIPC_GUARD(record->state == KIPC_BUFFER_FREE, KIPC_E_INTEGRITY);
    /* Newer modulo 2^32: a descriptor that is sent twice, or kept and sent late, is refused. */
    KIPC_GUARD(generation - record->generation - 1 < UINT32_C(0x7fffffff), KIPC_E_INTEGRITY);
    const uint8_t *data = consumer->buffers + (size_t)index * consumer->buffer_bytes;
    view->data = data;
    view->length = length;
    view->index = index;
    record->generation = generation;
    view->generation = generation;
    record->state = KIPC_BUFFER_HELD;
    KIPC_TRACE(receive, data, generation);
    KIPC_TRACE_PAYLOAD(consume, data, length);
    return KIPC_OK;
}

static KI_INLINE int ki_pool_release(struct kipc_pool_consumer *consumer, struct kipc_view *view)
{
    KIPC_GUARD(view->index < consumer->buffer_count, KIPC_E_INVAL);
    struct kipc_buffer_record *record = &consumer->records[view->index];
    KIPC_GUARD(record->generation == view->generation, KIPC_E_BADF);
    KIPC_GUARD(record->state == KIPC_BUFFER_HELD, KIPC_E_STATE);
    size_t bytes = consumer->buffer_bytes;
    const uint8_t *buffer = consumer->buffers + view->index * bytes;
    KIPC_TRACE(release, buffer, view->generation);
    KIPC_TRACE_PAYLOAD(end, buffer, bytes);
    record->state = KIPC_BUFFER_FREE;
    view->data = NULL;
    uint64_t *entry = &consumer->shared->entries[consumer->returns_tail & consumer->return_mask];
    *entry = (uint64_t)view->generation << 32 | view->index;
    consumer->returns_tail += 1;
    /* [pool-return] Release: our reads of the buffer are over. Sequenced: before the caller looks for a waiter. */
    ki_store_sequenced(&consumer->shared->returns.tail, consumer->returns_tail);
    return KIPC_OK;
}

#endif
