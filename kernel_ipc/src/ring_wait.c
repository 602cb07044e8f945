/* SPDX-License-Identifier: MIT */
/* The blocking half of the ring: both ends use the one wait protocol of wait.c. */
#include "internal.h"

/* Conditions as kipc_wait_until wants them. They look at the peer's index, by the sequenced load of the ring. */
static int writable(void *context)
{
    int64_t count = kipc_ring_free_sp(context);
    return count > 0 ? 1 : (int)count;
}

static int readable(void *context)
{
    int64_t count = kipc_ring_ready_sc(context);
    return count > 0 ? 1 : (int)count;
}

int kipc_ring_wait_writable_sp(struct kipc_ring_producer *producer, uint64_t deadline)
{
    KIPC_GUARD(producer != NULL, KIPC_E_INVAL);
    if (deadline == KIPC_NO_WAIT) {
        int answer = writable(producer);
        return answer > 0 ? KIPC_OK : (answer == 0 ? KIPC_E_FULL : answer);
    }
    return kipc_wait_until(&producer->waiter, writable, producer, deadline);
}

int kipc_ring_wait_readable_sc(struct kipc_ring_consumer *consumer, uint64_t deadline)
{
    KIPC_GUARD(consumer != NULL, KIPC_E_INVAL);
    if (deadline == KIPC_NO_WAIT) {
        int answer = readable(consumer);
        return answer > 0 ? KIPC_OK : (answer == 0 ? KIPC_E_EMPTY : answer);
    }
    return kipc_wait_until(&consumer->waiter, readable, consumer, deadline);
}

int kipc_ring_send_blocking(struct kipc_ring_producer *producer, const void *data, size_t length, uint64_t deadline)
{
    int result = kipc_ring_send_sp(producer, data, length);
    if (result != KIPC_E_FULL || deadline == KIPC_NO_WAIT) {
        return result;
    }
    result = kipc_ring_wait_writable_sp(producer, deadline);
    KIPC_GUARD(result == KIPC_OK, result);
    return kipc_ring_send_sp(producer, data, length);
}

int kipc_ring_receive_blocking(struct kipc_ring_consumer *consumer, void *buffer, size_t capacity, size_t *length,
                               uint64_t deadline)
{
    int result = kipc_ring_receive_sc(consumer, buffer, capacity, length);
    if (result != KIPC_E_EMPTY || deadline == KIPC_NO_WAIT) {
        return result;
    }
    result = kipc_ring_wait_readable_sc(consumer, deadline);
    KIPC_GUARD(result == KIPC_OK, result);
    return kipc_ring_receive_sc(consumer, buffer, capacity, length);
}

void kipc_ring_producer_notified(struct kipc_ring_producer *producer)
{
    kipc_waiter_notified(&producer->waiter);
}

void kipc_ring_consumer_notified(struct kipc_ring_consumer *consumer)
{
    kipc_waiter_notified(&consumer->waiter);
}
