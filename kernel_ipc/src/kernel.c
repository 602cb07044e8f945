/* SPDX-License-Identifier: MIT */
#include "kernel_internal.h"
#include <kipc/async.h>
#include <kipc/call.h>
#include <kipc/condition.h>
#include <kipc/event.h>
#include <kipc/mutex.h>
#include <kipc/notification.h>
#include <kipc/region.h>
#include <kipc/rwlock.h>
#include <kipc/semaphore.h>
#include <kipc/topic.h>

#define BLOCKS_MAX (UINT32_C(1) << 20)

static const uint32_t entry_bytes[KIPC_TABLE_COUNT] = {
#define ENTRY_BYTES(name, type, host, soc, what) [KIPC_TABLE_##name] = (sizeof(struct type) + 7) / 8 * 8,
    KIPC_TABLE_LIST(ENTRY_BYTES)
#undef ENTRY_BYTES
};

int kipc_scheduler_check(const struct kipc_scheduler *scheduler)
{
    KIPC_GUARD(scheduler != NULL && scheduler->ops != NULL, KIPC_E_INVAL);
    const struct kipc_scheduler_ops *ops = scheduler->ops;
    KIPC_GUARD(ops->lock != NULL && ops->unlock != NULL && ops->set_priority != NULL, KIPC_E_INVAL);
    return KIPC_OK;
}

struct kipc_limits kipc_limits_host(void)
{
    struct kipc_limits limits;
#define HOST_LIMIT(name, type, host, soc, what) limits.tables[KIPC_TABLE_##name] = (host);
    KIPC_TABLE_LIST(HOST_LIMIT)
#undef HOST_LIMIT
    limits.threads = 256;
    limits.blocks = 65536;
    limits.requests = 256;
    limits.names = 1024;
    return limits;
}

struct kipc_limits kipc_limits_soc(void)
{
    struct kipc_limits limits;
#define SOC_LIMIT(name, type, host, soc, what) limits.tables[KIPC_TABLE_##name] = (soc);
    KIPC_TABLE_LIST(SOC_LIMIT)
#undef SOC_LIMIT
    limits.threads = 32;
    limits.blocks = 512;
    limits.requests = 16;
    limits.names = 64;
    return limits;
}

static bool is_allowed(const struct kipc_limits *limits)
{
    for (unsigned int i = 0; i < KIPC_TABLE_COUNT; i++) {
        KIPC_GUARD(limits->tables[i] >= 1 && limits->tables[i] <= KIPC_TABLE_ENTRIES_MAX, false);
    }
    KIPC_GUARD(limits->threads >= 1 && limits->threads <= KIPC_TABLE_ENTRIES_MAX, false);
    KIPC_GUARD(limits->names >= 1 && limits->names <= KIPC_TABLE_ENTRIES_MAX, false);
    KIPC_GUARD(limits->requests >= 1 && limits->requests <= KIPC_TABLE_ENTRIES_MAX, false);
    return limits->blocks >= 1 && limits->blocks <= BLOCKS_MAX;
}

/* Hands out parts of the caller's memory, each on a line of its own; without memory it only adds them up. */
struct parts {
    uint8_t *memory;
    uint64_t used;
};

static void *take_part(struct parts *parts, uint64_t bytes)
{
    void *part = parts->memory != NULL ? parts->memory + parts->used : NULL;
    parts->used += (bytes + KIPC_CACHELINE - 1) / KIPC_CACHELINE * KIPC_CACHELINE;
    return part;
}

size_t kipc_kernel_bytes(const struct kipc_limits *limits)
{
    KIPC_GUARD(limits != NULL && is_allowed(limits), 0);
    struct parts parts = {.memory = NULL, .used = 0};
    for (unsigned int i = 0; i < KIPC_TABLE_COUNT; i++) {
        (void)take_part(&parts, (uint64_t)limits->tables[i] * entry_bytes[i]);
    }
    (void)take_part(&parts, (uint64_t)limits->threads * sizeof(struct kipc_thread));
    (void)take_part(&parts, kipc_registry_bytes(limits->names, limits->threads));
    (void)take_part(&parts, (uint64_t)limits->blocks * sizeof(struct kipc_block));
    (void)take_part(&parts, (uint64_t)limits->requests * sizeof(struct kipc_request));
    return parts.used <= SIZE_MAX ? (size_t)parts.used : 0;
}

static void set_up_threads(struct kipc_kernel *kernel, struct kipc_thread *threads, uint32_t count)
{
    kernel->threads = threads;
    kernel->thread_count = count;
    ki_clear(threads, count * sizeof(*threads));
    for (uint32_t i = 0; i < count; i++) {
        threads[i].id = i;
    }
}

static void set_up_blocks(struct kipc_kernel *kernel, struct kipc_block *blocks, uint32_t count)
{
    kernel->block_count = count;
    kernel->blocks_free = count;
    kernel->free_blocks = blocks;
    for (uint32_t i = 0; i < count; i++) {
        blocks[i].next = i + 1 < count ? &blocks[i + 1] : NULL;
        blocks[i].more = NULL;
        blocks[i].sender = NULL;
        blocks[i].capability_count = 0;
        blocks[i].observation = 0;
    }
}

int kipc_kernel_set_up(struct kipc_kernel *kernel, const struct kipc_port *port, const struct kipc_scheduler *scheduler,
                       const struct kipc_limits *limits, void *memory, size_t bytes)
{
    KIPC_GUARD(kernel != NULL && limits != NULL && memory != NULL, KIPC_E_INVAL);
    KIPC_GUARD(kernel->magic != KIPC_KERNEL_MAGIC, KIPC_E_ALREADY);
    KIPC_GUARD(kipc_port_check(port) == KIPC_OK && kipc_scheduler_check(scheduler) == KIPC_OK, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_aligned(memory, KIPC_CACHELINE), KIPC_E_INVAL);
    size_t needed = kipc_kernel_bytes(limits);
    KIPC_GUARD(needed != 0, KIPC_E_INVAL);
    KIPC_GUARD(bytes >= needed, KIPC_E_NOSPC);
    ki_clear(kernel, sizeof(*kernel));
    kernel->port = port;
    kernel->scheduler = *scheduler;
    struct parts parts = {.memory = memory, .used = 0};
    for (unsigned int i = 0; i < KIPC_TABLE_COUNT; i++) {
        void *entries = take_part(&parts, (uint64_t)limits->tables[i] * entry_bytes[i]);
        int result = kipc_table_set_up(&kernel->tables[i], entries, entry_bytes[i], limits->tables[i]);
        KIPC_GUARD(result == KIPC_OK, result);
    }
    set_up_threads(kernel, take_part(&parts, (uint64_t)limits->threads * sizeof(struct kipc_thread)), limits->threads);
    size_t name_bytes = kipc_registry_bytes(limits->names, limits->threads);
    int named =
        kipc_registry_set_up(&kernel->names, take_part(&parts, name_bytes), name_bytes, limits->names, limits->threads);
    KIPC_GUARD(named == KIPC_OK, named);
    set_up_blocks(kernel, take_part(&parts, (uint64_t)limits->blocks * sizeof(struct kipc_block)), limits->blocks);
    ki_requests_set_up(kernel, take_part(&parts, (uint64_t)limits->requests * sizeof(struct kipc_request)),
                       limits->requests);
    kernel->magic = KIPC_KERNEL_MAGIC;
    return KIPC_OK;
}

int kipc_kernel_tear_down(struct kipc_kernel *kernel)
{
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    if (kernel->tables[KIPC_TABLE_PROCESS].used != 0 || kernel->memory != NULL) {
        return ki_leave(kernel, KIPC_E_BUSY);
    }
    kernel->magic = 0;
    ki_clear(kernel->capability_key, sizeof(kernel->capability_key));
    return ki_leave(kernel, KIPC_OK);
}

int kipc_counts(struct kipc_kernel *kernel, struct kipc_counts *counts)
{
    KIPC_GUARD(counts != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    for (unsigned int i = 0; i < KIPC_TABLE_COUNT; i++) {
        const struct kipc_table *table = &kernel->tables[i];
        counts->used[i] = table->used;
        counts->peak[i] = table->peak;
        counts->refused[i] = table->refused;
        counts->retired[i] = table->retired;
    }
    counts->blocks_used = kernel->block_count - kernel->blocks_free;
    counts->blocks_reserved = kernel->blocks_reserved;
    return ki_leave(kernel, KIPC_OK);
}
