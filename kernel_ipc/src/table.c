/* SPDX-License-Identifier: MIT */
#include "enter.h"
#include <kipc/table.h>

/* The half of an id that is the position plus 1. */
#define ID_POSITION 0xFFFFu

static struct kipc_entry *entry_at(const struct kipc_table *table, uint32_t position)
{
    return (struct kipc_entry *)(void *)(table->entries + (size_t)position * table->entry_bytes);
}

int kipc_table_set_up(struct kipc_table *table, void *entries, uint32_t entry_bytes, uint32_t capacity)
{
    KIPC_GUARD(table != NULL && entries != NULL && ki_is_aligned(entries, 8), KIPC_E_INVAL);
    KIPC_GUARD(entry_bytes >= sizeof(struct kipc_entry) && entry_bytes % 8 == 0, KIPC_E_INVAL);
    KIPC_GUARD(capacity >= 1 && capacity <= KIPC_TABLE_ENTRIES_MAX, KIPC_E_INVAL);
    ki_clear(table, sizeof(*table));
    table->entries = entries;
    table->entry_bytes = entry_bytes;
    table->capacity = capacity;
    table->first_free = 1;
    for (uint32_t i = 0; i < capacity; i++) {
        struct kipc_entry *entry = entry_at(table, i);
        entry->generation = 0;
        entry->id = KIPC_NO_ID;
        entry->next_free = (uint16_t)(i + 1 < capacity ? i + 2 : 0);
    }
    return KIPC_OK;
}

void *kipc_table_take(struct kipc_table *table)
{
    if (table->first_free == 0) {
        table->refused += 1;
        return NULL;
    }
    struct kipc_entry *entry = ki_table_take_uncleared(table);
    ki_clear((uint8_t *)entry + sizeof(*entry), table->entry_bytes - sizeof(*entry));
    return entry;
}

void kipc_table_give(struct kipc_table *table, void *entry)
{
    struct kipc_entry *head = entry;
    KIPC_ASSERT(head->id != KIPC_NO_ID);
    uint32_t place = head->id & ID_POSITION;
    head->id = KIPC_NO_ID;
    head->generation = (uint16_t)(head->generation + 1);
    table->used -= 1;
    /* One life more would have the id of the first one again. */
    if (head->generation == KIPC_TABLE_GENERATION_END) {
        table->retired += 1;
        return;
    }
    head->next_free = (uint16_t)table->first_free;
    table->first_free = place;
}

void *kipc_table_find(const struct kipc_table *table, uint32_t id)
{
    return ki_table_find(table, id);
}

uint32_t kipc_table_id(const struct kipc_table *table, const void *entry)
{
    const struct kipc_entry *head = entry;
    KIPC_ASSERT(entry_at(table, (head->id & ID_POSITION) - 1) == head);
    (void)table; /* release builds believe it */
    return head->id;
}

void *kipc_table_at(const struct kipc_table *table, uint32_t position)
{
    struct kipc_entry *entry = entry_at(table, position);
    return entry->id != KIPC_NO_ID ? entry : NULL;
}
