/* SPDX-License-Identifier: MIT */
/* The consumer's half of a pool. */
#include "atomic.h"
#include "internal.h"

int kipc_pool_receive_sc(struct kipc_pool_consumer *consumer, const struct kipc_loan_descriptor *descriptor,
                         struct kipc_view *view)
{
    KIPC_GUARD(consumer != NULL && descriptor != NULL && view != NULL, KIPC_E_INVAL);
    KIPC_GUARD(descriptor->index < consumer->buffer_count && descriptor->reserved == 0, KIPC_E_INTEGRITY);
    KIPC_GUARD(descriptor->length >= 1 && descriptor->length <= consumer->buffer_bytes, KIPC_E_INTEGRITY);
    struct kipc_buffer_record *record = &consumer->records[descriptor->index];
    KIPC_GUARD(record->state == KIPC_BUFFER_FREE, KIPC_E_INTEGRITY);
    /* Newer modulo 2^32: a descriptor that is sent twice, or kept and sent late, is refused. */
    KIPC_GUARD(descriptor->generation - record->generation - 1 < UINT32_C(0x7fffffff), KIPC_E_INTEGRITY);
    record->generation = descriptor->generation;
    record->state = KIPC_BUFFER_HELD;
    consumer->held_count += 1;
    view->data = consumer->buffers + (size_t)descriptor->index * consumer->buffer_bytes;
    view->length = descriptor->length;
    view->index = descriptor->index;
    view->generation = descriptor->generation;
    KIPC_TRACE(receive, view->data, view->generation);
    KIPC_TRACE_PAYLOAD(consume, view->data, view->length);
    return KIPC_OK;
}

int kipc_pool_release_sc(struct kipc_pool_consumer *consumer, struct kipc_view *view)
{
    KIPC_GUARD(consumer != NULL && view != NULL && view->index < consumer->buffer_count, KIPC_E_INVAL);
    struct kipc_buffer_record *record = &consumer->records[view->index];
    KIPC_GUARD(record->generation == view->generation, KIPC_E_BADF);
    KIPC_GUARD(record->state == KIPC_BUFFER_HELD, KIPC_E_STATE);
    const uint8_t *buffer = consumer->buffers + (size_t)view->index * consumer->buffer_bytes;
    KIPC_TRACE(release, buffer, view->generation);
    KIPC_TRACE_PAYLOAD(end, buffer, consumer->buffer_bytes);
    record->state = KIPC_BUFFER_FREE;
    consumer->held_count -= 1;
    view->data = NULL;
    uint64_t *entry = &consumer->shared->entries[consumer->returns_tail & consumer->return_mask];
    *entry = (uint64_t)view->generation << 32 | view->index;
    consumer->returns_tail += 1;
    /* [pool-return] Release: our reads of the buffer are over. Sequenced: before the caller looks for a waiter. */
    ki_store_sequenced(&consumer->shared->returns.tail, consumer->returns_tail);
    return KIPC_OK;
}
