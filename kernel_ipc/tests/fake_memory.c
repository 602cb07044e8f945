/* SPDX-License-Identifier: MIT */
#include "fake_memory.h"
#include <string.h>

#define FREED 0xDD

static bool must_fail(struct fake_memory *fake)
{
    if (fake->fail_at == 0) {
        return false;
    }
    fake->fail_at -= 1;
    return fake->fail_at == 0;
}

static void misused(struct fake_memory *fake, const char *what)
{
    fake->misuse = fake->misuse != NULL ? fake->misuse : what;
}

static void record(struct fake_memory *fake, struct fake_record call)
{
    if (fake->record_count < fake->record_capacity) {
        fake->records[fake->record_count] = call;
        fake->record_count += 1;
    }
}

/* Pages are given in steps of the stride, beginning anew behind the last one. */
static uint32_t page_in_order(const struct fake_memory *fake, uint32_t i)
{
    uint32_t rows = (fake->page_count + fake->stride - 1) / fake->stride;
    return i % rows * fake->stride + i / rows;
}

static int fake_page_alloc(void *context, uint32_t node, uintptr_t *physical)
{
    struct fake_memory *fake = context;
    if (must_fail(fake)) {
        return KIPC_E_NOMEM;
    }
    for (uint32_t i = 0; i < fake->page_count; i++) {
        uint32_t page = page_in_order(fake, i);
        bool fits = node == KIPC_NODE_ANY || node == page / (fake->page_count / 2);
        if (page < fake->page_count && fake->taken[page] == 0 && fits) {
            fake->taken[page] = 1;
            fake->taken_count += 1;
            *physical = (uintptr_t)fake->pages + (size_t)page * fake->port.page_bytes;
            return KIPC_OK;
        }
    }
    return KIPC_E_NOMEM;
}

static void fake_page_free(void *context, uintptr_t physical)
{
    struct fake_memory *fake = context;
    size_t distance = physical - (uintptr_t)fake->pages;
    size_t page = distance / fake->port.page_bytes;
    if (page >= fake->page_count || distance % fake->port.page_bytes != 0 || fake->taken[page] == 0) {
        misused(fake, "a page was freed that is not in use");
        return;
    }
    for (uint32_t i = 0; i < fake->entry_count; i++) {
        if (fake->entries[i].space != 0 && fake->entries[i].physical == physical) {
            misused(fake, "a page was freed that is mapped");
        }
    }
    memset(fake->pages + distance, FREED, fake->port.page_bytes);
    fake->taken[page] = 0;
    fake->taken_count -= 1;
}

static void *fake_window(void *context, uintptr_t physical)
{
    struct fake_memory *fake = context;
    if (fake->step != NULL) {
        fake->step();
    }
    return fake->pages + (physical - (uintptr_t)fake->pages);
}

static struct fake_entry *find(const struct fake_memory *fake, uint32_t space, uintptr_t address)
{
    for (uint32_t i = 0; i < fake->entry_count; i++) {
        if (fake->entries[i].space == space && fake->entries[i].address == address) {
            return &fake->entries[i];
        }
    }
    return NULL;
}

static void check_range(struct fake_memory *fake, uint32_t space, uintptr_t address, uint32_t flags)
{
    bool is_inside = address >= fake->port.space_first && address < fake->port.space_end;
    bool is_both = (flags & KIPC_PAGE_WRITABLE) != 0 && (flags & KIPC_PAGE_EXECUTABLE) != 0;
    if (space == KIPC_NO_ID || !is_inside || address % fake->port.page_bytes != 0) {
        misused(fake, "an address that is none of the space");
    }
    if (is_both || (flags & ~(uint32_t)KIPC_PAGE_FLAGS) != 0) {
        misused(fake, "flags that may not be");
    }
}

static int fake_map(void *context, uint32_t space, uintptr_t address, uintptr_t physical, uint32_t flags)
{
    struct fake_memory *fake = context;
    check_range(fake, space, address, flags);
    record(fake, (struct fake_record){FAKE_MAP, space, address, physical, flags});
    struct fake_entry *entry = find(fake, space, address);
    bool is_new = entry == NULL;
    if (must_fail(fake)) {
        return KIPC_E_NOMEM;
    }
    if (is_new) {
        entry = find(fake, KIPC_NO_ID, 0);
    }
    if (entry == NULL) {
        return KIPC_E_NOMEM;
    }
    *entry = (struct fake_entry){.space = space, .flags = flags, .address = address, .physical = physical};
    return is_new ? 0 : 1;
}

static int fake_unmap(void *context, uint32_t space, uintptr_t address)
{
    struct fake_memory *fake = context;
    check_range(fake, space, address, 0);
    record(fake, (struct fake_record){.call = FAKE_UNMAP, .space = space, .address = address});
    struct fake_entry *entry = find(fake, space, address);
    if (entry == NULL) {
        return 0;
    }
    *entry = (struct fake_entry){.space = KIPC_NO_ID};
    return 1;
}

static void fake_protect(void *context, uint32_t space, uintptr_t address, uint32_t flags)
{
    struct fake_memory *fake = context;
    check_range(fake, space, address, flags);
    record(fake, (struct fake_record){.call = FAKE_PROTECT, .space = space, .address = address, .flags = flags});
    struct fake_entry *entry = find(fake, space, address);
    if (entry != NULL) {
        entry->flags = flags;
    }
}

static uint32_t fake_node_of(void *context)
{
    return ((struct fake_memory *)context)->node;
}

static const struct kipc_memory_ops fake_ops = {
    .page_alloc = fake_page_alloc,
    .page_free = fake_page_free,
    .window = fake_window,
    .map = fake_map,
    .unmap = fake_unmap,
    .protect = fake_protect,
    .node_of = fake_node_of,
};

void fake_memory_set_up(struct fake_memory *fake, uint32_t page_bytes, uint8_t *pages, uint8_t *taken,
                        uint32_t page_count, struct fake_entry *entries, uint32_t entry_count)
{
    *fake = (struct fake_memory){.port = {.ops = &fake_ops,
                                          .context = fake,
                                          .page_bytes = page_bytes,
                                          .space_first = page_bytes,
                                          .space_end = (uintptr_t)page_bytes * 1024},
                                 .pages = pages,
                                 .taken = taken,
                                 .page_count = page_count,
                                 .entries = entries,
                                 .entry_count = entry_count,
                                 .stride = 1};
    memset(pages, FREED, (size_t)page_count * page_bytes);
}

uint32_t fake_mapped(const struct fake_memory *fake, uint32_t space)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < fake->entry_count; i++) {
        count += fake->entries[i].space == space ? 1 : 0;
    }
    return count;
}

const struct fake_entry *fake_entry_at(const struct fake_memory *fake, uint32_t space, uintptr_t address)
{
    return find(fake, space, address);
}

/* The byte at an address, if the space allows the access. */
static uint8_t *translate(const struct fake_memory *fake, uint32_t space, uintptr_t address, enum kipc_access access)
{
    static const uint32_t needed[] = {[KIPC_ACCESS_READ] = KIPC_PAGE_USER,
                                      [KIPC_ACCESS_WRITE] = KIPC_PAGE_USER | KIPC_PAGE_WRITABLE,
                                      [KIPC_ACCESS_EXECUTE] = KIPC_PAGE_USER | KIPC_PAGE_EXECUTABLE};
    uintptr_t within = address % fake->port.page_bytes;
    const struct fake_entry *entry = find(fake, space, address - within);
    if (entry == NULL || (entry->flags & needed[access]) != needed[access]) {
        return NULL;
    }
    return fake->pages + (entry->physical - (uintptr_t)fake->pages) + within;
}

int fake_access(struct fake_memory *fake, struct kipc_kernel *kernel, uint32_t pid, uintptr_t address, void *data,
                size_t length, enum kipc_access access)
{
    uint8_t *bytes = data;
    for (size_t i = 0; i < length; i++) {
        uint8_t *place = translate(fake, pid, address + i, access);
        for (unsigned int faults = 0; place == NULL; faults++) {
            int result = kipc_memory_fault(kernel, pid, address + i, access);
            if (result != KIPC_OK || faults == 8) { /* others may take the page away again, but not for ever */
                return result != KIPC_OK ? result : KIPC_E_STATE;
            }
            place = translate(fake, pid, address + i, access);
        }
        if (access == KIPC_ACCESS_WRITE) {
            *place = bytes[i];
        } else {
            bytes[i] = *place;
        }
    }
    return KIPC_OK;
}
