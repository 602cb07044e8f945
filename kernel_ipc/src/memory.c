/* SPDX-License-Identifier: MIT */
#include "region.h"

#define PAGES_MAX (UINT32_C(1) << 24)

int kipc_memory_port_check(const struct kipc_memory_port *port)
{
    KIPC_GUARD(port != NULL && port->ops != NULL, KIPC_E_INVAL);
    const struct kipc_memory_ops *ops = port->ops;
    KIPC_GUARD(ops->page_alloc != NULL && ops->page_free != NULL && ops->window != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ops->map != NULL && ops->unmap != NULL && ops->protect != NULL && ops->node_of != NULL, KIPC_E_INVAL);
    KIPC_GUARD(port->page_bytes >= KIPC_CACHELINE && (port->page_bytes & (port->page_bytes - 1)) == 0, KIPC_E_INVAL);
    KIPC_GUARD(port->space_first > 0 && port->space_first < port->space_end, KIPC_E_INVAL);
    KIPC_GUARD(((port->space_first | port->space_end) & (port->page_bytes - 1)) == 0, KIPC_E_INVAL);
    return KIPC_OK;
}

struct kipc_memory_limits kipc_memory_limits_host(void)
{
    return (struct kipc_memory_limits){
        .pages = 16384, .frame_tables = 2048, .mappings = 4096, .region_bytes = KIPC_CFG_REGION_BYTES_MAX};
}

struct kipc_memory_limits kipc_memory_limits_soc(void)
{
    const uint32_t most = UINT32_C(256) * 1024;
    return (struct kipc_memory_limits){.pages = 256,
                                       .frame_tables = 32,
                                       .mappings = 64,
                                       .region_bytes =
                                           KIPC_CFG_REGION_BYTES_MAX < most ? KIPC_CFG_REGION_BYTES_MAX : most};
}

/* One part of the storage after the other, each on a line of its own. */
static uint64_t part_bytes(uint64_t count, size_t bytes)
{
    return (count * bytes + KIPC_CACHELINE - 1) / KIPC_CACHELINE * KIPC_CACHELINE;
}

size_t kipc_memory_bytes(const struct kipc_memory_limits *limits)
{
    KIPC_GUARD(limits != NULL && limits->pages >= 1 && limits->pages <= PAGES_MAX, 0);
    KIPC_GUARD(limits->frame_tables >= 1 && limits->frame_tables <= PAGES_MAX, 0);
    KIPC_GUARD(limits->mappings >= 1 && limits->mappings <= PAGES_MAX, 0);
    KIPC_GUARD(limits->region_bytes >= 1 && limits->region_bytes <= KIPC_CFG_REGION_BYTES_MAX, 0);
    uint64_t bytes = part_bytes(limits->pages, sizeof(struct kipc_page)) +
                     part_bytes(limits->frame_tables, sizeof(struct kipc_frames)) +
                     part_bytes(limits->mappings, sizeof(struct kipc_mapping));
    return bytes <= SIZE_MAX ? (size_t)bytes : 0;
}

static void set_up_records(struct kipc_memory *memory, uint8_t *storage)
{
    const struct kipc_memory_limits *limits = &memory->limits;
    memory->pages = (void *)storage;
    storage += part_bytes(limits->pages, sizeof(struct kipc_page));
    memory->frames = (void *)storage;
    storage += part_bytes(limits->frame_tables, sizeof(struct kipc_frames));
    memory->mappings = (void *)storage;
    for (uint32_t i = 0; i < limits->pages; i++) {
        memory->pages[i].references = 0;
        memory->pages[i].next_free = i + 1 < limits->pages ? i + 2 : 0;
    }
    for (uint32_t i = 0; i < limits->frame_tables; i++) {
        memory->frames[i].entries[0] = i + 1 < limits->frame_tables ? i + 2 : 0;
    }
    for (uint32_t i = 0; i < limits->mappings; i++) {
        memory->mappings[i].next_of_region = i + 1 < limits->mappings ? &memory->mappings[i + 1] : NULL;
    }
    memory->first_free_page = 1;
    memory->first_free_frames = 1;
    memory->first_free_mapping = memory->mappings;
}

int kipc_memory_set_up(struct kipc_kernel *kernel, struct kipc_memory *memory, const struct kipc_memory_port *port,
                       const struct kipc_memory_limits *limits, void *storage, size_t bytes)
{
    KIPC_GUARD(memory != NULL && limits != NULL && storage != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    KIPC_GUARD(kernel->memory == NULL, KIPC_E_ALREADY);
    KIPC_GUARD(kipc_memory_port_check(port) == KIPC_OK && ki_is_aligned(storage, KIPC_CACHELINE), KIPC_E_INVAL);
    size_t needed = kipc_memory_bytes(limits);
    uint64_t pages_max = (uint64_t)KIPC_FRAMES * KIPC_FRAMES;
    KIPC_GUARD(needed != 0 && limits->region_bytes <= pages_max * port->page_bytes, KIPC_E_INVAL);
    KIPC_GUARD(bytes >= needed, KIPC_E_NOSPC);
    ki_clear(memory, sizeof(*memory));
    memory->port = port;
    memory->limits = *limits;
    set_up_records(memory, storage);
    ki_lock(kernel);
    kernel->memory = memory;
    return ki_leave(kernel, KIPC_OK);
}

int kipc_memory_tear_down(struct kipc_kernel *kernel)
{
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    if (kernel->memory == NULL) {
        return ki_leave(kernel, KIPC_E_STATE);
    }
    if (kernel->memory->pages_used != 0 || kernel->tables[KIPC_TABLE_REGION].used != 0) {
        return ki_leave(kernel, KIPC_E_BUSY);
    }
    kernel->memory = NULL;
    return ki_leave(kernel, KIPC_OK);
}

int kipc_memory_counts(struct kipc_kernel *kernel, struct kipc_memory_counts *counts)
{
    KIPC_GUARD(counts != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel) && kernel->memory != NULL, KIPC_E_STATE);
    ki_lock(kernel);
    const struct kipc_memory *memory = kernel->memory;
    counts->pages_used = memory->pages_used;
    counts->pages_peak = memory->pages_peak;
    counts->frame_tables_used = memory->frames_used;
    counts->mappings_used = memory->mappings_used;
    counts->pages_mapped = memory->pages_mapped;
    counts->bad_puts = memory->bad_puts;
    counts->remote_pages = memory->remote_pages;
    counts->splits = memory->splits;
    return ki_leave(kernel, KIPC_OK);
}
