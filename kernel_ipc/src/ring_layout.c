/* SPDX-License-Identifier: MIT */
#include "atomic.h"
#include "internal.h"

static bool slot_count_allowed(uint32_t slot_count)
{
    return slot_count >= 1 && slot_count <= KIPC_RING_SLOTS_MAX && (slot_count & (slot_count - 1)) == 0;
}

uint32_t ki_ring_slots(uint32_t slot_count)
{
    uint32_t wanted = slot_count & ~KIPC_RING_ROUND_UP;
    if (wanted != slot_count && wanted <= KIPC_RING_SLOTS_MAX) {
        slot_count = 1;
        while (slot_count < wanted) {
            slot_count *= 2;
        }
        return wanted != 0 ? slot_count : 0;
    }
    return slot_count_allowed(slot_count) ? slot_count : 0;
}

size_t kipc_ring_bytes(uint32_t slot_count)
{
    slot_count = ki_ring_slots(slot_count);
    if (slot_count == 0) {
        return 0;
    }
    return sizeof(struct kipc_ring_shared) + (size_t)slot_count * sizeof(struct kipc_ring_slot);
}

static void format_side(struct kipc_ring_side *side, uint32_t first_index)
{
    ki_store_relaxed(&side->index, first_index);
    ki_store_relaxed(&side->waiting.registration, 0);
    ki_store_relaxed(&side->waiting.thread, KIPC_NO_THREAD);
}

int kipc_ring_format(void *memory, size_t bytes, uint32_t slot_count, uint32_t first_index)
{
    KIPC_GUARD(memory != NULL && ki_is_aligned(memory, KIPC_CACHELINE), KIPC_E_INVAL);
    slot_count = ki_ring_slots(slot_count);
    KIPC_GUARD(slot_count != 0, KIPC_E_INVAL);
    KIPC_GUARD(bytes >= kipc_ring_bytes(slot_count), KIPC_E_NOSPC);
    struct kipc_ring_shared *shared = memory;
    /* Relaxed stores: nobody looks before the caller has handed the memory over by a path that orders it. */
    format_side(&shared->producer, first_index);
    format_side(&shared->consumer, first_index);
    for (uint32_t i = 0; i < slot_count; i++) {
        shared->slots[i].control = 0; /* kind 0 does not exist: an unwritten slot never passes for a message */
    }
    shared->constants.version = KIPC_RING_VERSION;
    shared->constants.slot_count = slot_count;
    shared->constants.slot_bytes = sizeof(struct kipc_ring_slot);
    shared->constants.has_light_sides = 0;
    shared->constants.magic = KIPC_RING_MAGIC;
    return KIPC_OK;
}

int kipc_ring_lighten(void *memory, size_t bytes)
{
    KIPC_GUARD(memory != NULL && ki_is_aligned(memory, KIPC_CACHELINE), KIPC_E_INVAL);
    KIPC_GUARD(bytes >= sizeof(struct kipc_ring_shared), KIPC_E_NOSPC);
    struct kipc_ring_constants *constants = memory;
    KIPC_GUARD(constants->magic == KIPC_RING_MAGIC && constants->version == KIPC_RING_VERSION, KIPC_E_INTEGRITY);
    constants->has_light_sides = 1;
    return KIPC_OK;
}

/* Reads the constants once and checks them; *slot_count is private from here on. */
static int examine(const void *memory, size_t bytes, const struct kipc_port *port, uint32_t *slot_count, bool *is_light)
{
    KIPC_GUARD(memory != NULL && ki_is_aligned(memory, KIPC_CACHELINE), KIPC_E_INVAL);
    KIPC_GUARD(bytes >= sizeof(struct kipc_ring_shared), KIPC_E_NOSPC);
    const volatile struct kipc_ring_constants *constants = memory;
    KIPC_GUARD(constants->magic == KIPC_RING_MAGIC, KIPC_E_INTEGRITY);
    KIPC_GUARD(constants->version == KIPC_RING_VERSION, KIPC_E_INTEGRITY);
    KIPC_GUARD(constants->slot_bytes == sizeof(struct kipc_ring_slot), KIPC_E_INTEGRITY);
    uint32_t count = constants->slot_count;
    KIPC_GUARD(slot_count_allowed(count), KIPC_E_INTEGRITY);
    KIPC_GUARD(bytes >= kipc_ring_bytes(count), KIPC_E_NOSPC);
    uint32_t has_light_sides = constants->has_light_sides;
    KIPC_GUARD(has_light_sides <= 1, KIPC_E_INTEGRITY);
    KIPC_GUARD(has_light_sides == 0 || port->fence_all != NULL, KIPC_E_NOTSUP);
    *slot_count = count;
    *is_light = has_light_sides == 1;
    return KIPC_OK;
}

int kipc_ring_producer_attach(struct kipc_ring_producer *producer, void *memory, size_t bytes,
                              const struct kipc_port *port, struct kipc_notifier notifier)
{
    KIPC_GUARD(producer != NULL && notifier.notify != NULL, KIPC_E_INVAL);
    int result = kipc_port_check(port);
    KIPC_GUARD(result == KIPC_OK, result);
    uint32_t slot_count = 0;
    bool is_light = false;
    result = examine(memory, bytes, port, &slot_count, &is_light);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_ring_shared *shared = memory;
    uint32_t tail = ki_load_relaxed(&shared->producer.index); /* relaxed: our own word, nobody else writes it */
    uint32_t head = ki_load_acquire(&shared->consumer.index); /* [ring-head] */
    KIPC_GUARD(tail - head <= slot_count, KIPC_E_FLOW);
    producer->slots = shared->slots;
    producer->own = &shared->producer;
    producer->peer = &shared->consumer;
    producer->slot_count = slot_count;
    producer->slot_mask = slot_count - 1;
    producer->tail = tail;
    producer->head = head;
    producer->state = KIPC_SLOT_FREE;
    producer->copied_bytes = 0;
    kipc_waiter_set_up(&producer->waiter, port, &shared->producer.waiting);
    kipc_waker_set_up(&producer->waker, notifier, &shared->consumer.waiting);
    producer->waiter.fences_for_all = is_light;
    producer->waker.is_light = is_light;
    return KIPC_OK;
}

int kipc_ring_consumer_attach(struct kipc_ring_consumer *consumer, void *memory, size_t bytes,
                              const struct kipc_port *port, struct kipc_notifier notifier)
{
    KIPC_GUARD(consumer != NULL && notifier.notify != NULL, KIPC_E_INVAL);
    int result = kipc_port_check(port);
    KIPC_GUARD(result == KIPC_OK, result);
    uint32_t slot_count = 0;
    bool is_light = false;
    result = examine(memory, bytes, port, &slot_count, &is_light);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_ring_shared *shared = memory;
    uint32_t head = ki_load_relaxed(&shared->consumer.index); /* relaxed: our own word, nobody else writes it */
    uint32_t tail = ki_load_acquire(&shared->producer.index); /* [ring-tail] */
    KIPC_GUARD(tail - head <= slot_count, KIPC_E_FLOW);
    consumer->slots = shared->slots;
    consumer->own = &shared->consumer;
    consumer->peer = &shared->producer;
    consumer->slot_count = slot_count;
    consumer->slot_mask = slot_count - 1;
    consumer->head = head;
    consumer->tail = tail;
    consumer->state = KIPC_SLOT_READY;
    consumer->copied_bytes = 0;
    kipc_waiter_set_up(&consumer->waiter, port, &shared->consumer.waiting);
    kipc_waker_set_up(&consumer->waker, notifier, &shared->producer.waiting);
    consumer->waiter.fences_for_all = is_light;
    consumer->waker.is_light = is_light;
    return KIPC_OK;
}
