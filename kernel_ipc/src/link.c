/* SPDX-License-Identifier: MIT */
/* The sender's half of a link; the receiver's half is in link_receive.c. */
#include "pool_path.h"
#include "ring_path.h"
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

/* Waits for a buffer to come back. The ring's waiter serves: a sender waits for one thing at a time, and the receiver
 * notifies it after each slot and each buffer that it frees. */
static KI_SLOW int loan_later(struct kipc_link_sender *sender, struct kipc_pool_producer *pool, struct kipc_loan *loan,
                              uint64_t deadline)
{
    int result = kipc_wait_until(&sender->ring.waiter, buffer_free, pool, deadline);
    KIPC_GUARD(result == KIPC_OK, result);
    return kipc_pool_loan_sp(pool, loan);
}

/* Lends a buffer of one of the sender's pools. */
static KI_INLINE int loan_from(struct kipc_link_sender *sender, struct kipc_pool_producer *pool, struct kipc_loan *loan,
                               uint64_t deadline)
{
    int result = ki_pool_take_free(pool, loan);
    if (KI_LIKELY(result != KIPC_E_NOMEM) || deadline == KIPC_NO_WAIT) {
        return result;
    }
    return loan_later(sender, pool, loan, deadline);
}

/* The same when the receiver gave buffers back since the last time. A function of its own in the last place of its
 * callers, so that neither way needs a stack frame. */
static KI_SLOW int loan_with_returns(struct kipc_link_sender *sender, struct kipc_pool_producer *pool,
                                     struct kipc_loan *loan, uint64_t deadline)
{
    int result = ki_pool_take_returns(pool, ki_pool_returns(pool));
    KIPC_GUARD(result == KIPC_OK, result);
    return loan_from(sender, pool, loan, deadline);
}

int kipc_link_loan(struct kipc_link_sender *sender, size_t length, struct kipc_loan *loan, uint64_t deadline)
{
    KIPC_GUARD(sender != NULL && loan != NULL, KIPC_E_INVAL);
    KIPC_GUARD(sender->has_pool, KIPC_E_NOTSUP);
    struct kipc_pool_producer *pool = &sender->pool;
    KIPC_GUARD(length - 1 < pool->buffer_bytes, KIPC_E_INVAL_SIZE); /* 0 is wrapped round */
    KIPC_GUARD(sender->mover == NULL || length <= sender->remote.buffer_bytes, KIPC_E_INVAL_SIZE);
    if (ki_pool_returns(pool) != pool->returns_head) {
        return loan_with_returns(sender, pool, loan, deadline);
    }
    return loan_from(sender, pool, loan, deadline);
}

/* The ring has a free slot and none is being written. */
static KI_INLINE int send_descriptor(struct kipc_link_sender *sender, const struct kipc_loan *loan, size_t length)
{
    struct kipc_ring_producer *ring = &sender->ring;
    struct kipc_ring_slot *slot = ki_ring_slot_to_write(ring, ring->tail);
    KIPC_TRACE(send_enter, ring, sizeof(struct kipc_loan_descriptor));
    slot->control = ki_control_word(ring->tail, KIPC_SLOT_LOAN, sizeof(struct kipc_loan_descriptor));
    /* A struct kipc_loan_descriptor, as its two words. */
    slot->payload[0] = (uint64_t)loan->generation << 32 | loan->index;
    slot->payload[1] = length;
    int result = ki_ring_publish(ring, ring->tail + 1);
    KIPC_TRACE(send_exit, ring, result);
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
static KI_SLOW int commit_moved(struct kipc_link_sender *sender, struct kipc_loan *loan, size_t length,
                                struct kipc_buffer_record *record, uint64_t deadline)
{
    KIPC_GUARD(length <= sender->remote.buffer_bytes, KIPC_E_INVAL_SIZE);
    struct kipc_loan target;
    int result = loan_with_returns(sender, &sender->remote, &target, deadline);
    KIPC_GUARD(result == KIPC_OK, result);
    void *to = target.data;
    const void *from = loan->data;
    ki_pool_hand_over(&sender->pool, loan, length, record);
    ki_pool_hand_over(&sender->remote, &target, length, &sender->remote.records[target.index]);
    result = move_payload(sender, to, from, length);
    if (result != KIPC_OK) {
        ki_pool_recall(&sender->remote, &target);
        ki_pool_reclaim(&sender->pool, loan);
        return result;
    }
    ki_pool_recall(&sender->pool, loan);
    sender->moved_bytes += length;
    sender->path_large += 1;
    return send_descriptor(sender, &target, length);
}

/* Share mode: the receiver gets the very buffer. */
static KI_INLINE int commit_shared(struct kipc_link_sender *sender, struct kipc_loan *loan, size_t length,
                                   struct kipc_buffer_record *record)
{
    ki_pool_hand_over(&sender->pool, loan, length, record);
    sender->path_large += 1;
    return send_descriptor(sender, loan, length);
}

static KI_INLINE int commit(struct kipc_link_sender *sender, struct kipc_loan *loan, size_t length,
                            struct kipc_buffer_record *record, uint64_t deadline)
{
    return KI_LIKELY(sender->mover == NULL) ? commit_shared(sender, loan, length, record)
                                            : commit_moved(sender, loan, length, record, deadline);
}

/* The same for a ring that was full at the last look. */
static KI_SLOW int commit_later(struct kipc_link_sender *sender, struct kipc_loan *loan, size_t length,
                                struct kipc_buffer_record *record, uint64_t deadline)
{
    int result = kipc_ring_wait_writable_sp(&sender->ring, deadline);
    KIPC_GUARD(result == KIPC_OK, result);
    return commit(sender, loan, length, record, deadline);
}

int kipc_link_commit(struct kipc_link_sender *sender, struct kipc_loan *loan, size_t length, uint64_t deadline)
{
    KIPC_GUARD(sender != NULL && loan != NULL, KIPC_E_INVAL);
    KIPC_GUARD(sender->has_pool, KIPC_E_NOTSUP);
    struct kipc_buffer_record *record;
    int result = ki_pool_check_loan(&sender->pool, loan, &record);
    KIPC_GUARD(result == KIPC_OK, result);
    KIPC_GUARD(length - 1 < sender->pool.buffer_bytes, KIPC_E_INVAL_SIZE); /* 0 is wrapped round */
    KIPC_GUARD(sender->ring.state == KIPC_SLOT_FREE, KIPC_E_STATE);
    if (sender->ring.tail - sender->ring.head >= sender->ring.slot_count) {
        return commit_later(sender, loan, length, record, deadline);
    }
    return commit(sender, loan, length, record, deadline);
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
