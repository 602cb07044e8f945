/* SPDX-License-Identifier: MIT */
#include "atomic.h"
#include "internal.h"

/* Entries of the return ring: the buffer count rounded up to a power of two, so that free-running indices may wrap. */
static uint32_t return_slots(uint32_t buffer_count)
{
    uint32_t slots = 1;
    while (slots < buffer_count) {
        slots *= 2;
    }
    return slots;
}

/* Distance of the first buffer from the start of the pool. */
static size_t buffers_offset(uint32_t buffer_count)
{
    size_t entries = (size_t)return_slots(buffer_count) * sizeof(uint64_t);
    return sizeof(struct kipc_pool_shared) + ((entries + KIPC_CACHELINE - 1) & ~(size_t)(KIPC_CACHELINE - 1));
}

size_t kipc_pool_bytes(uint32_t buffer_count, uint32_t buffer_bytes)
{
    if (buffer_count < 1 || buffer_count > KIPC_POOL_BUFFERS_MAX) {
        return 0;
    }
    if (buffer_bytes < KIPC_CACHELINE || buffer_bytes % KIPC_CACHELINE != 0 || buffer_bytes > (uint32_t)INT32_MAX) {
        return 0;
    }
    uint64_t total = (uint64_t)buffers_offset(buffer_count) + (uint64_t)buffer_count * buffer_bytes;
    return total > SIZE_MAX ? 0 : (size_t)total;
}

int kipc_pool_format(void *memory, size_t bytes, uint32_t buffer_count, uint32_t buffer_bytes, uint32_t first_index)
{
    KIPC_GUARD(memory != NULL && ki_is_aligned(memory, KIPC_CACHELINE), KIPC_E_INVAL);
    size_t needed = kipc_pool_bytes(buffer_count, buffer_bytes);
    KIPC_GUARD(needed != 0, KIPC_E_INVAL);
    KIPC_GUARD(bytes >= needed, KIPC_E_NOSPC);
    struct kipc_pool_shared *shared = memory;
    /* Relaxed: nobody looks before the caller has handed the memory over by a path that orders it. */
    ki_store_relaxed(&shared->returns.tail, first_index);
    for (uint32_t i = 0; i < return_slots(buffer_count); i++) {
        *(volatile uint64_t *)&shared->entries[i] = UINT64_MAX; /* names no buffer */
    }
    shared->constants.version = KIPC_POOL_VERSION;
    shared->constants.buffer_count = buffer_count;
    shared->constants.buffer_bytes = buffer_bytes;
    shared->constants.magic = KIPC_POOL_MAGIC;
    return KIPC_OK;
}

/* Reads the constants once and checks them; the two results are private from here on. */
static int examine(const void *memory, size_t bytes, const struct kipc_buffer_record *records, size_t record_count,
                   uint32_t *buffer_count, uint32_t *buffer_bytes)
{
    KIPC_GUARD(memory != NULL && ki_is_aligned(memory, KIPC_CACHELINE) && records != NULL, KIPC_E_INVAL);
    KIPC_GUARD(bytes >= sizeof(struct kipc_pool_shared), KIPC_E_NOSPC);
    const volatile struct kipc_pool_constants *constants = memory;
    KIPC_GUARD(constants->magic == KIPC_POOL_MAGIC, KIPC_E_INTEGRITY);
    KIPC_GUARD(constants->version == KIPC_POOL_VERSION, KIPC_E_INTEGRITY);
    *buffer_count = constants->buffer_count;
    *buffer_bytes = constants->buffer_bytes;
    size_t needed = kipc_pool_bytes(*buffer_count, *buffer_bytes);
    KIPC_GUARD(needed != 0, KIPC_E_INTEGRITY);
    KIPC_GUARD(bytes >= needed && record_count >= *buffer_count, KIPC_E_NOSPC);
    return KIPC_OK;
}

/* All records free, chained in ascending order. */
static void clear_records(struct kipc_buffer_record *records, uint32_t buffer_count)
{
    for (uint32_t i = 0; i < buffer_count; i++) {
        records[i].generation = 0;
        records[i].next = i + 1;
        records[i].state = KIPC_BUFFER_FREE;
    }
}

int kipc_pool_producer_attach(struct kipc_pool_producer *producer, void *memory, size_t bytes,
                              struct kipc_buffer_record *records, size_t record_count)
{
    KIPC_GUARD(producer != NULL, KIPC_E_INVAL);
    uint32_t buffer_count = 0;
    uint32_t buffer_bytes = 0;
    int result = examine(memory, bytes, records, record_count, &buffer_count, &buffer_bytes);
    KIPC_GUARD(result == KIPC_OK, result);
    clear_records(records, buffer_count);
    producer->shared = memory;
    producer->buffers = (uint8_t *)memory + buffers_offset(buffer_count);
    producer->records = records;
    producer->buffer_count = buffer_count;
    producer->buffer_bytes = buffer_bytes;
    producer->return_mask = return_slots(buffer_count) - 1;
    producer->returns_head = ki_load_acquire(&producer->shared->returns.tail); /* [pool-return] */
    producer->first_free = 0;
    producer->free_count = buffer_count;
    producer->transit_count = 0;
    producer->bad_returns = 0;
    return KIPC_OK;
}

int kipc_pool_consumer_attach(struct kipc_pool_consumer *consumer, void *memory, size_t bytes,
                              struct kipc_buffer_record *records, size_t record_count)
{
    KIPC_GUARD(consumer != NULL, KIPC_E_INVAL);
    uint32_t buffer_count = 0;
    uint32_t buffer_bytes = 0;
    int result = examine(memory, bytes, records, record_count, &buffer_count, &buffer_bytes);
    KIPC_GUARD(result == KIPC_OK, result);
    clear_records(records, buffer_count);
    consumer->shared = memory;
    consumer->buffers = (const uint8_t *)memory + buffers_offset(buffer_count);
    consumer->records = records;
    consumer->buffer_count = buffer_count;
    consumer->buffer_bytes = buffer_bytes;
    consumer->return_mask = return_slots(buffer_count) - 1;
    consumer->returns_tail = ki_load_relaxed(&consumer->shared->returns.tail); /* relaxed: our own word */
    return KIPC_OK;
}
