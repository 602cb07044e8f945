/* SPDX-License-Identifier: MIT */
/* What a region consists of: one table of frames, or one with the tables below it. */
#include "region.h"

static struct kipc_frames *take_table(struct kipc_memory *memory)
{
    KIPC_GUARD(memory->first_free_frames != 0, NULL);
    struct kipc_frames *table = &memory->frames[memory->first_free_frames - 1];
    memory->first_free_frames = table->entries[0];
    memory->frames_used += 1;
    ki_clear(table, sizeof(*table));
    return table;
}

static uint32_t position_of(const struct kipc_memory *memory, const struct kipc_frames *table)
{
    return (uint32_t)(table - memory->frames) + 1;
}

static void give_table(struct kipc_memory *memory, struct kipc_frames *table)
{
    table->entries[0] = memory->first_free_frames;
    memory->first_free_frames = position_of(memory, table);
    memory->frames_used -= 1;
}

static bool has_two_levels(const struct kipc_region *region)
{
    return region->page_count > KIPC_FRAMES;
}

int ki_frames_make(struct kipc_memory *memory, struct kipc_region *region)
{
    region->frames = take_table(memory);
    KIPC_GUARD(region->frames != NULL, KIPC_E_NOSPC);
    if (!has_two_levels(region)) {
        return KIPC_OK;
    }
    for (uint32_t i = 0; i * KIPC_FRAMES < region->page_count; i++) {
        const struct kipc_frames *table = take_table(memory);
        KIPC_GUARD(table != NULL, KIPC_E_NOSPC);
        region->frames->entries[i] = position_of(memory, table);
    }
    return KIPC_OK;
}

static void drop_pages(struct kipc_memory *memory, struct kipc_frames *table)
{
    for (uint32_t i = 0; i < KIPC_FRAMES; i++) {
        if (table->entries[i] != 0) {
            (void)ki_page_drop(memory, &memory->pages[table->entries[i] - 1]);
        }
    }
    give_table(memory, table);
}

void ki_frames_drop(struct kipc_memory *memory, struct kipc_region *region)
{
    struct kipc_frames *table = region->frames;
    region->frames = NULL;
    if (table == NULL) {
        return;
    }
    if (!has_two_levels(region)) {
        drop_pages(memory, table);
        return;
    }
    for (uint32_t i = 0; i < KIPC_FRAMES; i++) {
        if (table->entries[i] != 0) {
            drop_pages(memory, &memory->frames[table->entries[i] - 1]);
        }
    }
    give_table(memory, table);
}

static uint32_t *place_of(const struct kipc_memory *memory, const struct kipc_region *region, uint32_t index)
{
    struct kipc_frames *table = region->frames;
    if (has_two_levels(region)) {
        table = &memory->frames[table->entries[index / KIPC_FRAMES] - 1];
    }
    return &table->entries[index % KIPC_FRAMES];
}

struct kipc_page *ki_frame(const struct kipc_memory *memory, const struct kipc_region *region, uint32_t index)
{
    uint32_t position = *place_of(memory, region, index);
    return position != 0 ? &memory->pages[position - 1] : NULL;
}

void ki_frame_set(const struct kipc_memory *memory, const struct kipc_region *region, uint32_t index,
                  const struct kipc_page *page)
{
    *place_of(memory, region, index) = (uint32_t)(page - memory->pages) + 1;
}
