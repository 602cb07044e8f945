/* SPDX-License-Identifier: MIT */
#include "internal.h"
#include <kipc/many_ring.h>

/* A lane that was excluded has no slots. */
static bool is_out(const struct kipc_ring_consumer *lane)
{
    return lane->slots == NULL;
}

size_t kipc_many_ring_bytes(uint32_t lanes, uint32_t slot_count)
{
    size_t lane_bytes = kipc_ring_bytes(slot_count);
    if (lanes < 1 || lanes > KIPC_MANY_RING_LANES_MAX || lane_bytes == 0) {
        return 0;
    }
    return sizeof(struct kipc_many_ring_shared) + lanes * lane_bytes;
}

static void *lane_at(void *memory, uint32_t slot_count, uint32_t lane)
{
    return (uint8_t *)memory + sizeof(struct kipc_many_ring_shared) + lane * kipc_ring_bytes(slot_count);
}

int kipc_many_ring_format(void *memory, size_t bytes, uint32_t lanes, uint32_t slot_count, uint32_t first_index)
{
    KIPC_GUARD(memory != NULL && ki_is_aligned(memory, KIPC_CACHELINE), KIPC_E_INVAL);
    size_t needed = kipc_many_ring_bytes(lanes, slot_count);
    KIPC_GUARD(needed != 0, KIPC_E_INVAL);
    KIPC_GUARD(bytes >= needed, KIPC_E_NOSPC);
    struct kipc_many_ring_shared *shared = memory;
    slot_count = ki_ring_slots(slot_count);
    for (uint32_t i = 0; i < lanes; i++) {
        int result =
            kipc_ring_format(lane_at(memory, slot_count, i), kipc_ring_bytes(slot_count), slot_count, first_index);
        KIPC_GUARD(result == KIPC_OK, result);
    }
    /* Relaxed: nobody looks before the caller has handed the memory over by a path that orders it. */
    ki_store_relaxed(&shared->waiting.registration, 0);
    ki_store_relaxed(&shared->waiting.thread, KIPC_NO_THREAD);
    shared->constants.version = KIPC_MANY_RING_VERSION;
    shared->constants.lane_count = lanes;
    shared->constants.slot_count = slot_count;
    shared->constants.magic = KIPC_MANY_RING_MAGIC;
    return KIPC_OK;
}

/* Reads the constants once and checks them; the two results are private from here on. */
static int examine(const void *memory, size_t bytes, uint32_t *lanes, uint32_t *slot_count)
{
    KIPC_GUARD(memory != NULL && ki_is_aligned(memory, KIPC_CACHELINE), KIPC_E_INVAL);
    KIPC_GUARD(bytes >= sizeof(struct kipc_many_ring_shared), KIPC_E_NOSPC);
    const volatile struct kipc_many_ring_constants *constants = memory;
    KIPC_GUARD(constants->magic == KIPC_MANY_RING_MAGIC, KIPC_E_INTEGRITY);
    KIPC_GUARD(constants->version == KIPC_MANY_RING_VERSION, KIPC_E_INTEGRITY);
    *lanes = constants->lane_count;
    *slot_count = constants->slot_count;
    KIPC_GUARD((*slot_count & KIPC_RING_ROUND_UP) == 0, KIPC_E_INTEGRITY);
    size_t needed = kipc_many_ring_bytes(*lanes, *slot_count);
    KIPC_GUARD(needed != 0, KIPC_E_INTEGRITY);
    KIPC_GUARD(bytes >= needed, KIPC_E_NOSPC);
    return KIPC_OK;
}

int kipc_many_ring_producer_attach(struct kipc_ring_producer *producer, void *memory, size_t bytes, uint32_t lane,
                                   const struct kipc_port *port, struct kipc_notifier notifier)
{
    uint32_t lanes;
    uint32_t slot_count;
    int result = examine(memory, bytes, &lanes, &slot_count);
    KIPC_GUARD(result == KIPC_OK, result);
    KIPC_GUARD(lane < lanes, KIPC_E_INVAL);
    struct kipc_many_ring_shared *shared = memory;
    result = kipc_ring_producer_attach(producer, lane_at(memory, slot_count, lane), kipc_ring_bytes(slot_count), port,
                                       notifier);
    KIPC_GUARD(result == KIPC_OK, result);
    /* The consumer waits for all lanes in one place, and does not fence for those who publish there. */
    producer->waker.words = &shared->waiting;
    producer->waker.is_light = false;
    return KIPC_OK;
}

int kipc_many_ring_consumer_attach(struct kipc_many_ring_consumer *consumer, struct kipc_ring_consumer *lanes,
                                   uint32_t lane_capacity, void *memory, size_t bytes, const struct kipc_port *port,
                                   struct kipc_notifier notifier)
{
    KIPC_GUARD(consumer != NULL && lanes != NULL, KIPC_E_INVAL);
    uint32_t lane_count;
    uint32_t slot_count;
    int result = examine(memory, bytes, &lane_count, &slot_count);
    KIPC_GUARD(result == KIPC_OK, result);
    KIPC_GUARD(lane_count <= lane_capacity, KIPC_E_NOSPC);
    for (uint32_t i = 0; i < lane_count; i++) {
        result = kipc_ring_consumer_attach(&lanes[i], lane_at(memory, slot_count, i), kipc_ring_bytes(slot_count), port,
                                           notifier);
        KIPC_GUARD(result == KIPC_OK, result);
    }
    struct kipc_many_ring_shared *shared = memory;
    consumer->lanes = lanes;
    consumer->lane_count = lane_count;
    consumer->next = 0;
    kipc_waiter_set_up(&consumer->waiter, port, &shared->waiting);
    return KIPC_OK;
}

static uint32_t lane_behind(const struct kipc_many_ring_consumer *consumer, uint32_t lane)
{
    return lane + 1 < consumer->lane_count ? lane + 1 : 0;
}

int kipc_many_ring_receive_sc(struct kipc_many_ring_consumer *consumer, void *buffer, size_t capacity, size_t *length,
                              uint32_t *lane)
{
    KIPC_GUARD(consumer != NULL && length != NULL && lane != NULL && (buffer != NULL || capacity == 0), KIPC_E_INVAL);
    uint32_t number = consumer->next;
    for (uint32_t looks = 0; looks < consumer->lane_count; looks++) {
        struct kipc_ring_consumer *ring = &consumer->lanes[number];
        uint32_t behind = lane_behind(consumer, number);
        int result = is_out(ring) ? KIPC_E_EMPTY : kipc_ring_receive_sc(ring, buffer, capacity, length);
        if (result != KIPC_E_EMPTY) {
            *lane = number;
            consumer->next = result == KIPC_E_MSGSIZE ? number : behind;
            return result;
        }
        number = behind;
    }
    return KIPC_E_EMPTY;
}

/* The condition of a wait: some lane has a message, or an error to tell. */
static int readable(void *context)
{
    const struct kipc_many_ring_consumer *consumer = context;
    for (uint32_t i = 0; i < consumer->lane_count; i++) {
        struct kipc_ring_consumer *ring = &consumer->lanes[i];
        if (!is_out(ring) && kipc_ring_ready_sc(ring) != 0) {
            return 1;
        }
    }
    return 0;
}

int kipc_many_ring_receive_blocking(struct kipc_many_ring_consumer *consumer, void *buffer, size_t capacity,
                                    size_t *length, uint32_t *lane, uint64_t deadline)
{
    int result = kipc_many_ring_receive_sc(consumer, buffer, capacity, length, lane);
    if (result != KIPC_E_EMPTY || deadline == KIPC_NO_WAIT) {
        return result;
    }
    result = kipc_wait_until(&consumer->waiter, readable, consumer, deadline);
    KIPC_GUARD(result == KIPC_OK, result);
    return kipc_many_ring_receive_sc(consumer, buffer, capacity, length, lane);
}

int kipc_many_ring_exclude(struct kipc_many_ring_consumer *consumer, uint32_t lane)
{
    KIPC_GUARD(consumer != NULL && lane < consumer->lane_count, KIPC_E_INVAL);
    KIPC_GUARD(!is_out(&consumer->lanes[lane]), KIPC_E_STATE);
    consumer->lanes[lane].slots = NULL;
    return KIPC_OK;
}

void kipc_many_ring_consumer_notified(struct kipc_many_ring_consumer *consumer)
{
    kipc_waiter_notified(&consumer->waiter);
}
