/* SPDX-License-Identifier: MIT */
/* The producer's half of a pool; layout and the consumer's half are in pool_layout.c and release.c. */
#include "atomic.h"
#include "internal.h"

static void put_free(struct kipc_pool_producer *producer, uint32_t index)
{
    producer->records[index].state = KIPC_BUFFER_FREE;
    producer->records[index].next = producer->first_free;
    producer->first_free = index;
    producer->free_count += 1;
}

/* True if an entry of the return ring names a buffer that is out, in its present life. */
static bool is_valid_return(const struct kipc_pool_producer *producer, uint32_t index, uint32_t generation)
{
    return index < producer->buffer_count && producer->records[index].state == KIPC_BUFFER_TRANSIT &&
           producer->records[index].generation == generation;
}

/* Takes back what the consumer returned. Each entry costs one step; their number is bounded by the buffers out. */
static int take_returns(struct kipc_pool_producer *producer)
{
    /* [pool-return] Acquire: the consumer's last read of a buffer is over before we lend it again. */
    uint32_t tail = ki_load_sequenced(&producer->shared->returns.tail);
    KIPC_GUARD(tail - producer->returns_head <= producer->transit_count, KIPC_E_FLOW);
    while (producer->returns_head != tail) {
        uint32_t position = producer->returns_head & producer->return_mask;
        uint64_t entry = *(const volatile uint64_t *)&producer->shared->entries[position];
        uint32_t index = (uint32_t)entry;
        producer->returns_head += 1;
        if (is_valid_return(producer, index, (uint32_t)(entry >> 32))) {
            producer->transit_count -= 1;
            put_free(producer, index);
        } else {
            producer->bad_returns += 1;
        }
    }
    return KIPC_OK;
}

int kipc_pool_loan_sp(struct kipc_pool_producer *producer, struct kipc_loan *loan)
{
    KIPC_GUARD(producer != NULL && loan != NULL, KIPC_E_INVAL);
    int result = take_returns(producer);
    KIPC_GUARD(result == KIPC_OK, result);
    KIPC_GUARD(producer->free_count > 0, KIPC_E_NOMEM);
    uint32_t index = producer->first_free;
    struct kipc_buffer_record *record = &producer->records[index];
    producer->first_free = record->next;
    producer->free_count -= 1;
    producer->loaned_count += 1;
    record->generation += 1;
    record->state = KIPC_BUFFER_LOANED;
    loan->data = producer->buffers + (size_t)index * producer->buffer_bytes;
    loan->capacity = producer->buffer_bytes;
    loan->index = index;
    loan->generation = record->generation;
    KIPC_TRACE(loan, loan->data, loan->generation);
    KIPC_TRACE_PAYLOAD(produce, loan->data, loan->capacity);
    return KIPC_OK;
}

/* The two ways in which a handle can be too old; nothing in it is believed before they are ruled out. */
static int check_loan(const struct kipc_pool_producer *producer, const struct kipc_loan *loan)
{
    KIPC_GUARD(producer != NULL && loan != NULL && loan->index < producer->buffer_count, KIPC_E_INVAL);
    const struct kipc_buffer_record *record = &producer->records[loan->index];
    KIPC_GUARD(record->generation == loan->generation, KIPC_E_BADF);
    KIPC_GUARD(record->state == KIPC_BUFFER_LOANED, KIPC_E_STATE);
    return KIPC_OK;
}

int kipc_pool_access_sp(const struct kipc_pool_producer *producer, const struct kipc_loan *loan, void **data)
{
    KIPC_GUARD(data != NULL, KIPC_E_INVAL);
    int result = check_loan(producer, loan);
    KIPC_GUARD(result == KIPC_OK, result == KIPC_E_STATE ? KIPC_E_BADF : result);
    *data = producer->buffers + (size_t)loan->index * producer->buffer_bytes;
    return KIPC_OK;
}

int kipc_pool_commit_sp(struct kipc_pool_producer *producer, struct kipc_loan *loan, size_t length,
                        struct kipc_loan_descriptor *descriptor)
{
    KIPC_GUARD(descriptor != NULL, KIPC_E_INVAL);
    int result = check_loan(producer, loan);
    KIPC_GUARD(result == KIPC_OK, result);
    KIPC_GUARD(length >= 1 && length <= producer->buffer_bytes, KIPC_E_INVAL_SIZE);
    producer->records[loan->index].state = KIPC_BUFFER_TRANSIT;
    producer->loaned_count -= 1;
    producer->transit_count += 1;
    descriptor->index = loan->index;
    descriptor->generation = loan->generation;
    descriptor->length = (uint32_t)length;
    descriptor->reserved = 0;
    loan->data = NULL;
    const uint8_t *buffer = producer->buffers + (size_t)loan->index * producer->buffer_bytes;
    KIPC_TRACE(commit, buffer, loan->generation);
    KIPC_TRACE_PAYLOAD(transit, buffer, length);
    return KIPC_OK;
}

int kipc_pool_abort_sp(struct kipc_pool_producer *producer, struct kipc_loan *loan)
{
    int result = check_loan(producer, loan);
    KIPC_GUARD(result == KIPC_OK, result);
    producer->loaned_count -= 1;
    put_free(producer, loan->index);
    loan->data = NULL;
    const uint8_t *buffer = producer->buffers + (size_t)loan->index * producer->buffer_bytes;
    KIPC_TRACE(abort, buffer, loan->generation);
    KIPC_TRACE_PAYLOAD(end, buffer, producer->buffer_bytes);
    return KIPC_OK;
}

void ki_pool_reclaim(struct kipc_pool_producer *producer, struct kipc_loan *loan)
{
    KIPC_ASSERT(producer->records[loan->index].state == KIPC_BUFFER_TRANSIT);
    producer->records[loan->index].state = KIPC_BUFFER_LOANED;
    producer->transit_count -= 1;
    producer->loaned_count += 1;
    loan->data = producer->buffers + (size_t)loan->index * producer->buffer_bytes;
    KIPC_TRACE(loan, loan->data, loan->generation);
    KIPC_TRACE_PAYLOAD(produce, loan->data, loan->capacity);
}

void ki_pool_recall(struct kipc_pool_producer *producer, struct kipc_loan *loan)
{
    KIPC_ASSERT(producer->records[loan->index].state == KIPC_BUFFER_TRANSIT);
    producer->transit_count -= 1;
    put_free(producer, loan->index);
    const uint8_t *buffer = producer->buffers + (size_t)loan->index * producer->buffer_bytes;
    KIPC_TRACE(abort, buffer, loan->generation);
    KIPC_TRACE_PAYLOAD(end, buffer, producer->buffer_bytes);
}

int64_t kipc_pool_free_sp(struct kipc_pool_producer *producer)
{
    KIPC_GUARD(producer != NULL, KIPC_E_INVAL);
    int result = take_returns(producer);
    KIPC_GUARD(result == KIPC_OK, result);
    return (int64_t)producer->free_count;
}
