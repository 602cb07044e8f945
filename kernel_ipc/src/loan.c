/* SPDX-License-Identifier: MIT */
/* The producer's half of a pool; layout and the consumer's half are in pool_layout.c and release.c. */
#include "pool_path.h"

int kipc_pool_loan_sp(struct kipc_pool_producer *producer, struct kipc_loan *loan)
{
    KIPC_GUARD(producer != NULL && loan != NULL, KIPC_E_INVAL);
    int result = ki_pool_take_returns(producer, ki_pool_returns(producer));
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_pool_take_free(producer, loan);
}

static int check_loan(const struct kipc_pool_producer *producer, const struct kipc_loan *loan,
                      struct kipc_buffer_record **record)
{
    KIPC_GUARD(producer != NULL && loan != NULL, KIPC_E_INVAL);
    return ki_pool_check_loan(producer, loan, record);
}

int kipc_pool_access_sp(const struct kipc_pool_producer *producer, const struct kipc_loan *loan, void **data)
{
    KIPC_GUARD(data != NULL, KIPC_E_INVAL);
    struct kipc_buffer_record *record;
    int result = check_loan(producer, loan, &record);
    KIPC_GUARD(result == KIPC_OK, result == KIPC_E_STATE ? KIPC_E_BADF : result);
    *data = ki_pool_buffer(producer, loan->index);
    return KIPC_OK;
}

int kipc_pool_commit_sp(struct kipc_pool_producer *producer, struct kipc_loan *loan, size_t length,
                        struct kipc_loan_descriptor *descriptor)
{
    KIPC_GUARD(descriptor != NULL, KIPC_E_INVAL);
    struct kipc_buffer_record *record;
    int result = check_loan(producer, loan, &record);
    KIPC_GUARD(result == KIPC_OK, result);
    KIPC_GUARD(length >= 1 && length <= producer->buffer_bytes, KIPC_E_INVAL_SIZE);
    ki_pool_hand_over(producer, loan, length, record);
    descriptor->index = loan->index;
    descriptor->generation = loan->generation;
    descriptor->length = (uint32_t)length;
    descriptor->reserved = 0;
    return KIPC_OK;
}

int kipc_pool_abort_sp(struct kipc_pool_producer *producer, struct kipc_loan *loan)
{
    struct kipc_buffer_record *record;
    int result = check_loan(producer, loan, &record);
    KIPC_GUARD(result == KIPC_OK, result);
    ki_pool_put_free(producer, loan->index, record);
    loan->data = NULL;
    const uint8_t *buffer = ki_pool_buffer(producer, loan->index);
    KIPC_TRACE(abort, buffer, loan->generation);
    KIPC_TRACE_PAYLOAD(end, buffer, producer->buffer_bytes);
    return KIPC_OK;
}

void ki_pool_reclaim(struct kipc_pool_producer *producer, struct kipc_loan *loan)
{
    KIPC_ASSERT(producer->records[loan->index].state == KIPC_BUFFER_TRANSIT);
    producer->records[loan->index].state = KIPC_BUFFER_LOANED;
    producer->transit_count -= 1;
    loan->data = ki_pool_buffer(producer, loan->index);
    KIPC_TRACE(loan, loan->data, loan->generation);
    KIPC_TRACE_PAYLOAD(produce, loan->data, loan->capacity);
}

void ki_pool_recall(struct kipc_pool_producer *producer, struct kipc_loan *loan)
{
    KIPC_ASSERT(producer->records[loan->index].state == KIPC_BUFFER_TRANSIT);
    producer->transit_count -= 1;
    ki_pool_put_free(producer, loan->index, &producer->records[loan->index]);
    const uint8_t *buffer = ki_pool_buffer(producer, loan->index);
    KIPC_TRACE(abort, buffer, loan->generation);
    KIPC_TRACE_PAYLOAD(end, buffer, producer->buffer_bytes);
}

int64_t kipc_pool_free_sp(struct kipc_pool_producer *producer)
{
    KIPC_GUARD(producer != NULL, KIPC_E_INVAL);
    int result = ki_pool_take_returns(producer, ki_pool_returns(producer));
    KIPC_GUARD(result == KIPC_OK, result);
    return (int64_t)producer->free_count;
}
