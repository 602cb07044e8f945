/* SPDX-License-Identifier: MIT */
/*
 * Tables of equal entries that are named by 32-bit ids, in memory of the caller. Finding, taking and giving back take
 * constant time.
 *
 * An id is a position (plus 1, so that 0 is no id) in its low half and a generation in its high half. Each life of an
 * entry has a generation of its own, so an id of an earlier life finds nothing. Generations do not wrap: an entry that
 * was given back 65,535 times is retired, and the table is one entry smaller.
 *
 *     result = kipc_table_set_up(&table, entries, sizeof(struct my_entry), 16);
 *     struct my_entry *entry = kipc_table_take(&table);
 *     uint32_t id = kipc_table_id(&table, entry);
 *     entry = kipc_table_find(&table, id); // NULL from kipc_table_give on, for ever
 *
 * When: for whoever adds a class of objects to the kernel, which has such a table for each. Names for people are in
 * kipc/registry.h.
 * Memory: entries are the caller's until the table is used no more; it points to them.
 * Concurrency: none of its own: one caller at a time, in a kernel its critical section.
 * Cost: constant; taking an entry clears it.
 */
#ifndef KIPC_TABLE_H
#define KIPC_TABLE_H

#include <kipc/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An id that names nothing. */
#define KIPC_NO_ID UINT32_C(0)

#define KIPC_TABLE_ENTRIES_MAX 65535u
/* An entry whose generation comes here is retired. */
#define KIPC_TABLE_GENERATION_END 0xFFFFu

/* How every entry begins. */
struct kipc_entry {
    uint32_t id;         /* of its present life; KIPC_NO_ID: it is free */
    uint16_t generation; /* of its present life, or of the next one */
    uint16_t next_free;  /* position plus 1, 0: last; meaningful while the entry is free */
};

/* Members are for the library and for tests that look on; the counts may be read. */
struct kipc_table {
    uint8_t *entries;
    uint32_t entry_bytes;
    uint32_t capacity;
    uint32_t first_free; /* position plus 1, 0: none */
    uint32_t used;
    uint32_t peak;    /* most that were in use at once */
    uint32_t refused; /* takes that found the table full */
    uint32_t retired; /* entries that ran out of generations */
};

/*
 * Sets a table up; all entries are free.
 * table: caller's, overwritten. entries: borrowed for the table's life, aligned to 8, overwritten. entry_bytes: a
 * multiple of 8, at least that of struct kipc_entry. capacity: 1..KIPC_TABLE_ENTRIES_MAX.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, misaligned, a size or count that is not allowed).
 * Does not block; thread; one caller.
 */
KIPC_MUSTUSE int kipc_table_set_up(struct kipc_table *table, void *entries, uint32_t entry_bytes, uint32_t capacity);

/*
 * Takes a free entry; all of it behind struct kipc_entry is zero.
 * Returns the entry, or NULL if none is free.
 * Does not block; thread or interrupt handler; one caller at a time a table (the kernel's critical section).
 */
void *kipc_table_take(struct kipc_table *table);

/*
 * Gives an entry back; its id finds nothing from now on.
 * entry: one that kipc_table_take of the same table gave, live.
 * Does not block; thread or interrupt handler; one caller at a time a table.
 */
void kipc_table_give(struct kipc_table *table, void *entry);

/*
 * Finds the entry of an id.
 * id: any value.
 * Returns the entry, or NULL if no live entry has this id.
 * Does not block; thread or interrupt handler; one caller at a time a table.
 */
void *kipc_table_find(const struct kipc_table *table, uint32_t id);

/*
 * Gives the id of an entry.
 * entry: one that kipc_table_take of the same table gave, live.
 * Returns the id, never KIPC_NO_ID.
 * Does not block; thread or interrupt handler; one caller at a time a table.
 */
uint32_t kipc_table_id(const struct kipc_table *table, const void *entry);

/*
 * Gives the entry at a position, to go through all of them.
 * position: below table->capacity.
 * Returns the entry if it is live, NULL if it is not.
 * Does not block; thread or interrupt handler; one caller at a time a table.
 */
void *kipc_table_at(const struct kipc_table *table, uint32_t position);

#endif
