/* SPDX-License-Identifier: MIT */
/* What holds of shared memory, and of operations under way, between any two calls. */
#include "world.h"
#include <kipc/async.h>
#include <kipc/mapping.h>

#define LIST_MAX 4096u

static const struct kipc_page *page_at(const struct world *world, const struct kipc_region *region, uint32_t index)
{
    uint32_t position = region->frames->entries[index]; /* regions of this world need one table */
    FUZZ_REQUIRE(position >= 1 && position <= world->shared.limits.pages);
    return &world->shared.pages[position - 1];
}

/* A page counts the regions that have it, and who copies it at the moment. */
static void audit_pages(const struct world *world)
{
    const struct kipc_table *table = &world->kernel.tables[KIPC_TABLE_REGION];
    uint32_t references[WORLD_PAGES] = {0};
    uint32_t used = 0;
    for (uint32_t i = 0; i < table->capacity; i++) {
        const struct kipc_region *region = kipc_table_at(table, i);
        for (uint32_t k = 0; region != NULL && region->is_ready && region->frames != NULL && k < region->page_count;
             k++) {
            references[page_at(world, region, k) - world->shared.pages] += 1;
        }
    }
    for (uint32_t i = 0; i < world->shared.limits.pages; i++) {
        const struct kipc_page *page = &world->shared.pages[i];
        FUZZ_REQUIRE(page->references >= references[i]);
        FUZZ_REQUIRE(world->depth > 0 || page->references == references[i]);
        used += page->references > 0 ? 1 : 0;
    }
    FUZZ_REQUIRE(used == world->shared.pages_used && world->port_memory.taken_count <= WORLD_PAGES);
    FUZZ_REQUIRE(used <= world->port_memory.taken_count);
    FUZZ_REQUIRE(world->depth > 0 || used == world->port_memory.taken_count);
}

/* The attachments and mappings of a region, which it counts. */
static uint32_t audit_region(const struct kipc_region *region)
{
    uint32_t records = 0;
    uint64_t attachments = 0;
    for (const struct kipc_mapping *mapping = region->mappings; mapping != NULL; mapping = mapping->next_of_region) {
        FUZZ_REQUIRE(records < LIST_MAX && mapping->region == region && mapping->count > 0);
        FUZZ_REQUIRE(mapping->handle->entry.id != KIPC_NO_ID && mapping->handle->object == &region->object);
        FUZZ_REQUIRE(mapping->address == 0 || mapping->first + mapping->page_count <= region->page_count);
        FUZZ_REQUIRE(mapping->present <= mapping->page_count);
        attachments += mapping->count;
        records += 1;
    }
    FUZZ_REQUIRE(attachments == region->attachments);
    return records;
}

/* What is mapped shows the page that the region has there, and is not writable if others have it too. */
static void audit_entry(const struct world *world, const struct fake_entry *entry)
{
    const struct kipc_process *process = kipc_table_find(&world->kernel.tables[KIPC_TABLE_PROCESS], entry->space);
    FUZZ_REQUIRE(process != NULL);
    const struct kipc_mapping *mapping = process->mappings;
    while (mapping != NULL && entry->address - mapping->address >= (uintptr_t)mapping->page_count * WORLD_PAGE_BYTES) {
        mapping = mapping->next_of_process;
    }
    FUZZ_REQUIRE(mapping != NULL && mapping->pid == entry->space);
    uint32_t index = mapping->first + (uint32_t)((entry->address - mapping->address) / WORLD_PAGE_BYTES);
    const struct kipc_page *page = page_at(world, mapping->region, index);
    FUZZ_REQUIRE(page->physical == entry->physical);
    bool is_writable = (entry->flags & KIPC_PAGE_WRITABLE) != 0;
    FUZZ_REQUIRE(!is_writable || (page->references == 1 && (mapping->flags & KIPC_MAP_WRITE) != 0));
    FUZZ_REQUIRE(!is_writable || (mapping->region->flags & KIPC_PAGE_WRITABLE) != 0);
    FUZZ_REQUIRE(!is_writable || (mapping->handle->rights & KIPC_RIGHT_WRITE) != 0);
}

void audit_memory(struct world *world)
{
    const struct kipc_table *regions = &world->kernel.tables[KIPC_TABLE_REGION];
    uint32_t records = 0;
    uint32_t mapped = 0;
    FUZZ_REQUIRE(world->port_memory.misuse == NULL);
    audit_pages(world);
    for (uint32_t i = 0; i < regions->capacity; i++) {
        const struct kipc_region *region = kipc_table_at(regions, i);
        records += region != NULL ? audit_region(region) : 0;
    }
    FUZZ_REQUIRE(records == world->shared.mappings_used);
    for (uint32_t i = 0; i < WORLD_MAPPED; i++) {
        if (world->mapped[i].space != KIPC_NO_ID) {
            audit_entry(world, &world->mapped[i]);
            mapped += 1;
        }
    }
    FUZZ_REQUIRE(mapped == world->shared.pages_mapped);
}

static bool is_queued_at(const struct kipc_operation *operation)
{
    const struct kipc_operation *place =
        operation->is_receive ? operation->inbox->pending_receives : operation->inbox->pending_sends;
    for (uint32_t length = 0; place != NULL && place != operation; length++) {
        FUZZ_REQUIRE(length < LIST_MAX);
        place = place->next;
    }
    return place == operation;
}

/* Each operation is in its process's list, and at its inbox exactly while it is under way. */
void audit_operations(struct world *world)
{
    const struct kipc_table *processes = &world->kernel.tables[KIPC_TABLE_PROCESS];
    uint32_t listed = 0;
    for (uint32_t i = 0; i < processes->capacity; i++) {
        const struct kipc_process *process = kipc_table_at(processes, i);
        const struct kipc_operation *operation = process != NULL ? process->operations : NULL;
        for (; operation != NULL; operation = operation->next_of_process) {
            FUZZ_REQUIRE(listed < LIST_MAX && operation->entry.id != KIPC_NO_ID && operation->process == process);
            FUZZ_REQUIRE(operation->inbox != NULL ? operation->inbox->object.pins > 0 : operation->is_complete);
            FUZZ_REQUIRE(operation->is_queued == (operation->inbox != NULL && is_queued_at(operation)));
            FUZZ_REQUIRE(!operation->is_queued || !operation->is_complete);
            FUZZ_REQUIRE(world->depth > 0 || operation->is_queued || operation->is_complete);
            listed += 1;
        }
    }
    FUZZ_REQUIRE(listed == world->kernel.tables[KIPC_TABLE_OPERATION].used);
}
