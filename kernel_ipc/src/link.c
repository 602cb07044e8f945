/* SPDX-License-Identifier: MIT */
/* The sender's half of a link; the receiver's half is in link_receive.c. */
#include "internal.h"
#include <kipc/link.h>

static int attach_pool(struct kipc_pool_producer *producer, const struct kipc_link_pool *pool)
{
    return kipc_pool_producer_attach(producer, pool->memory, pool->bytes, pool->records, pool->record_count);
}

int kipc_link_sender_attach(struct kipc_link_sender *sender, const struct kipc_link_sender_config *config)
{
    KIPC_GUARD(sender != NULL && config != NULL, KIPC_E_INVAL);
    const struct kipc_mover *mover = config->mover;
    bool has_pool = config->pool.memory != NULL;
    KIPC_GUARD(mover == NULL || (mover->move != NULL && has_pool && config->remote.memory != NULL), KIPC_E_INVAL);
    if (has_pool) {
        int result = attach_pool(&sender->pool, &config->pool);
        KIPC_GUARD(result == KIPC_OK, result);
    }
    if (mover != NULL) {
        int result = attach_pool(&sender->remote, &config->remote);
        KIPC_GUARD(result == KIPC_OK, result);
    }
    sender->mover = mover;
    sender->has_pool = has_pool;
    sender->path_inline = 0;
    sender->path_large = 0;
    sender->moved_bytes = 0;
    return kipc_ring_producer_attach(&sender->ring, config->ring_memory, config->ring_bytes, config->port,
                                     config->notifier);
}

int kipc_link_send(struct kipc_link_sender *sender, const void *data, size_t length, uint64_t deadline)
{
    KIPC_GUARD(sender != NULL, KIPC_E_INVAL);
    int result = kipc_ring_send_blocking(&sender->ring, data, length, deadline);
    KIPC_GUARD(result == KIPC_OK, result);
    sender->path_inline += 1;
    return KIPC_OK;
}

static int buffer_free(void *context)
{
    int64_t count = kipc_pool_free_sp(context);
    return count > 0 ? 1 : (int)count;
}

/* Lends a buffer of one of the sender's pools, waiting for one to come back. The ring's waiter serves: a sender waits
 * for one thing at a time, and the receiver notifies it after each slot and each buffer that it frees. */
static int loan_from(struct kipc_link_sender *sender, struct kipc_pool_producer *pool, struct kipc_loan *loan,
                     uint64_t deadline)
{
    int result = kipc_pool_loan_sp(pool, loan);
    if (result != KIPC_E_NOMEM || deadline == KIPC_NO_WAIT) {
        return result;
    }
    result = kipc_wait_until(&sender->ring.waiter, buffer_free, pool, deadline);
    KIPC_GUARD(result == KIPC_OK, result);
    return kipc_pool_loan_sp(pool, loan);
}

int kipc_link_loan(struct kipc_link_sender *sender, size_t length, struct kipc_loan *loan, uint64_t deadline)
{
    KIPC_GUARD(sender != NULL && loan != NULL, KIPC_E_INVAL);
    KIPC_GUARD(sender->has_pool, KIPC_E_NOTSUP);
    KIPC_GUARD(length >= 1 && length <= sender->pool.buffer_bytes, KIPC_E_INVAL_SIZE);
    KIPC_GUARD(sender->mover == NULL || length <= sender->remote.buffer_bytes, KIPC_E_INVAL_SIZE);
    return loan_from(sender, &sender->pool, loan, deadline);
}

static int send_descriptor(struct kipc_link_sender *sender, const struct kipc_loan_descriptor *descriptor)
{
    KIPC_TRACE(send_enter, &sender->ring, sizeof(*descriptor));
    int result = ki_ring_send(&sender->ring, KIPC_SLOT_LOAN, descriptor, sizeof(*descriptor));
    KIPC_TRACE(send_exit, &sender->ring, result);
    return result;
}

/* Share mode: the receiver gets the very buffer. */
static int commit_shared(struct kipc_link_sender *sender, struct kipc_loan *loan, size_t length)
{
    alignas(8) struct kipc_loan_descriptor descriptor;
    int result = kipc_pool_commit_sp(&sender->pool, loan, length, &descriptor);
    KIPC_GUARD(result == KIPC_OK, result);
    result = send_descriptor(sender, &descriptor);
    if (result != KIPC_OK) {
        ki_pool_reclaim(&sender->pool, loan);
    }
    return result;
}

static int move_payload(const struct kipc_link_sender *sender, void *to, const void *from, size_t length)
{
    const struct kipc_port *port = sender->ring.waiter.port;
    /* The producer's stores must be in memory before the device reads it. */
    port->ops->fence_to_device(port->context);
    int result = sender->mover->move(sender->mover->context, to, from, length);
    /* What the device wrote must be there before the descriptor says so. */
    port->ops->fence_from_device(port->context);
    return result > 0 ? KIPC_OK : result;
}

/* Move mode: the mover carries the bytes into a buffer of the receiver's pool; ours is free again at once. */
static int commit_moved(struct kipc_link_sender *sender, struct kipc_loan *loan, size_t length, uint64_t deadline)
{
    KIPC_GUARD(length <= sender->remote.buffer_bytes, KIPC_E_INVAL_SIZE);
    struct kipc_loan target;
    int result = loan_from(sender, &sender->remote, &target, deadline);
    KIPC_GUARD(result == KIPC_OK, result);
    void *to = target.data;
    const void *from = loan->data;
    alignas(8) struct kipc_loan_descriptor descriptor;
    struct kipc_loan_descriptor unused;
    result = kipc_pool_commit_sp(&sender->pool, loan, length, &unused);
    KIPC_ASSERT(result == KIPC_OK);
    result = kipc_pool_commit_sp(&sender->remote, &target, length, &descriptor);
    KIPC_ASSERT(result == KIPC_OK);
    result = move_payload(sender, to, from, length);
    if (result == KIPC_OK) {
        result = send_descriptor(sender, &descriptor);
    }
    if (result != KIPC_OK) {
        ki_pool_recall(&sender->remote, &target);
        ki_pool_reclaim(&sender->pool, loan);
        return result;
    }
    ki_pool_recall(&sender->pool, loan);
    sender->moved_bytes += length;
    return KIPC_OK;
}

int kipc_link_commit(struct kipc_link_sender *sender, struct kipc_loan *loan, size_t length, uint64_t deadline)
{
    KIPC_GUARD(sender != NULL && loan != NULL, KIPC_E_INVAL);
    KIPC_GUARD(sender->has_pool, KIPC_E_NOTSUP);
    KIPC_GUARD(loan->index < sender->pool.buffer_count, KIPC_E_INVAL);
    const struct kipc_buffer_record *record = &sender->pool.records[loan->index];
    KIPC_GUARD(record->generation == loan->generation, KIPC_E_BADF);
    KIPC_GUARD(record->state == KIPC_BUFFER_LOANED, KIPC_E_STATE);
    KIPC_GUARD(length >= 1 && length <= sender->pool.buffer_bytes, KIPC_E_INVAL_SIZE);
    int result = kipc_ring_wait_writable_sp(&sender->ring, deadline);
    KIPC_GUARD(result == KIPC_OK, result);
    result = sender->mover == NULL ? commit_shared(sender, loan, length) : commit_moved(sender, loan, length, deadline);
    KIPC_GUARD(result == KIPC_OK, result);
    sender->path_large += 1;
    return KIPC_OK;
}

int kipc_link_abort(struct kipc_link_sender *sender, struct kipc_loan *loan)
{
    KIPC_GUARD(sender != NULL && loan != NULL, KIPC_E_INVAL);
    KIPC_GUARD(sender->has_pool, KIPC_E_NOTSUP);
    return kipc_pool_abort_sp(&sender->pool, loan);
}

struct kipc_link_counters kipc_link_sender_counters(const struct kipc_link_sender *sender)
{
    return (struct kipc_link_counters){
        .path_inline = sender->path_inline,
        .path_large = sender->path_large,
        .copied_bytes = sender->ring.copied_bytes,
        .moved_bytes = sender->moved_bytes,
        .rejected = sender->has_pool ? sender->pool.bad_returns : 0,
        .notified = sender->ring.waker.notified,
        .blocked = sender->ring.waiter.blocked,
    };
}

void kipc_link_sender_notified(struct kipc_link_sender *sender)
{
    kipc_ring_producer_notified(&sender->ring);
}
