/* SPDX-License-Identifier: MIT */
/*
 * A registry: names, and the id that each stands for. Looking a name up takes no lock: readers run beside the one who
 * changes it, and beside each other.
 *
 *   reader   says that it reads, looks at the name's place, says that it has finished
 *   writer   takes an entry out of its place; the entry keeps its contents until every reader that was reading at that
 *            moment has finished, and only then serves another name
 *
 * Each name has a place of its own, so a look-up takes the same steps for every name, whatever their number: a name
 * belongs to a group, and what its group says displaces it. The writer chooses the displacement so that all names of
 * the group come to places that nobody else has; if one more does not fit, it chooses another and moves the group by
 * one store, while those who still look at the old places find the names there. Names that nothing keeps apart (the
 * hash is the same, or a group has more than KIPC_REGISTRY_GROUP_MAX) hang in one list behind all places, which only
 * a look-up walks that did not find its name.
 *
 * A reader has a place of its own for saying so, a line that nobody else writes; a place may be used by one thread or
 * interrupt handler at a time. Writers exclude each other (in a kernel: by its critical section); what one does is
 * bounded by constants and the number of places for readers.
 *
 * The name's words and its hash are worked out once (kipc_name_set_up), by whoever will look it up more than once.
 *
 *     result = kipc_registry_set_up(&registry, memory, bytes, 1000, 2);
 *     result = kipc_name_set_up(&name, "printer", 0);
 *     result = kipc_registry_add(&registry, &name, 42);
 *     uint32_t id = kipc_registry_look_up(&registry, &name, kipc_registry_place(&registry, 0)); // 42
 *
 * When: for names of one's own that many threads look up. A kernel has one for the names of its objects: use
 * kipc_object_set_name and kipc_object_look_up (kipc/handle.h).
 * Memory: kipc_registry_bytes, the caller's until nobody uses the registry any more.
 * Concurrency: any number of readers, one a place, beside one writer.
 * Cost: of a look-up the same, however many names there are: `make budgets`: registry_look_up_few,
 * registry_look_up_many.
 */
#ifndef KIPC_REGISTRY_H
#define KIPC_REGISTRY_H

#include <kipc/config.h>
#include <kipc/error.h>
#include <kipc/shared.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KIPC_NAME_WORDS 4
/* Names of a group that can be moved together. */
#define KIPC_REGISTRY_GROUP_MAX 8u
/* Places that can wait for readers of the time before a move. */
#define KIPC_REGISTRY_LEFT_MAX 64u
_Static_assert(KIPC_CFG_NAME_MAX < 8 * KIPC_NAME_WORDS, "a name and its class fit a struct kipc_name");

/* A name in the form in which it is compared: its characters, zeros, and the name space in the last byte. */
struct kipc_name {
    uint64_t words[KIPC_NAME_WORDS];
    size_t group; /* two parts of its hash, in the units in which places are counted */
    size_t place;
};

/* Entries and places are named by their distance in bytes from the first one. */
struct kipc_registry_entry {
    alignas(64) uint64_t words[KIPC_NAME_WORDS];
    size_t group;
    size_t place;
    kipc_shared_word next; /* of its group, or of the list behind all places; 0: last */
    uint32_t id;
    uint32_t next_idle;  /* of those that are free, or wait for readers */
    uint32_t removed_at; /* the epoch that began when it was taken out */
};

/* A place in the table. Members are for the library. */
struct kipc_registry_place {
    kipc_shared_word displacement; /* of the group of this number */
    kipc_shared_word entry;        /* 0: none */
    uint32_t first;                /* entry of the group of this number; for the writer, as the next one */
    uint32_t count;                /* entries of that group, up to KIPC_REGISTRY_GROUP_MAX */
};
_Static_assert(sizeof(struct kipc_registry_place) == 16, "parts of hashes count in these units");

/* A place that its entry has left, and the epoch that began then. */
struct kipc_registry_left {
    uint32_t place; /* KIPC_REGISTRY_NO_PLACE: its entry was removed meanwhile */
    uint32_t left_at;
};
#define KIPC_REGISTRY_NO_PLACE UINT32_MAX

/* A reader's place for saying that it reads; kipc_registry_place gives it. */
struct kipc_registry_reader {
    alignas(64) kipc_shared_word epoch; /* at which its reading began; 0: it does not read */
};

/* Members are for the library and for tests that look on. */
struct kipc_registry {
    struct kipc_registry_entry *entries; /* the first one is never used and no name equals it */
    struct kipc_registry_place *places;
    size_t place_mask;
    kipc_shared_word crowded; /* first of the entries that nothing keeps apart */
    struct kipc_registry_reader *readers;
    uint32_t reader_count;
    uint32_t capacity;
    uint32_t used;
    uint32_t free;          /* first of the free entries */
    uint32_t removed_first; /* those that wait for readers, the oldest first */
    uint32_t removed_last;
    uint32_t waiting;     /* how many these are */
    uint32_t probes_peak; /* most names that a writer compared at once: 1, unless some are crowded */
    uint32_t moves;       /* groups that got another displacement */
    uint32_t next_displacement;
    uint32_t left_first; /* ring of left places, the oldest first */
    uint32_t left_count;
    struct kipc_registry_left left[KIPC_REGISTRY_LEFT_MAX];
    kipc_shared_word epoch; /* odd, so that it is never 0 */
};

/*
 * Works a name out.
 * text: 1..KIPC_CFG_NAME_MAX printable characters without blanks, ended by 0. space: 0..255; equal texts of different
 * spaces are different names.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, not a name, no such space).
 * Does not block; thread or interrupt handler; any number of callers at once on different names.
 */
KIPC_MUSTUSE int kipc_name_set_up(struct kipc_name *name, const char *text, unsigned int space);

/*
 * Gives the bytes that a registry needs.
 * names: most at once, 1..65535. readers: places for readers, 1 and up.
 * Returns the size, or 0 if a number is not allowed.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
size_t kipc_registry_bytes(uint32_t names, uint32_t readers);

/*
 * Sets a registry up, empty.
 * registry: caller's, overwritten. memory: borrowed for its life, aligned to 64, overwritten. bytes: its size. names,
 * readers: as above.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, misaligned, a number that is not allowed); KIPC_E_NOSPC (too few bytes).
 * Does not block; thread; one caller.
 */
KIPC_MUSTUSE int kipc_registry_set_up(struct kipc_registry *registry, void *memory, size_t bytes, uint32_t names,
                                      uint32_t readers);

/*
 * Adds a name.
 * name: copied. id: what it stands for, not 0.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, id 0); KIPC_E_EXIST; KIPC_E_NOSPC (as many names as it was set up for, or the
 * entries that would be free are still being read).
 * Does not block; thread or interrupt handler; one writer at a time, beside any number of readers.
 */
KIPC_MUSTUSE int kipc_registry_add(struct kipc_registry *registry, const struct kipc_name *name, uint32_t id);

/*
 * Removes a name; who looks it up from now on does not find it.
 * name: borrowed during the call.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_NOTFOUND.
 * Does not block; thread or interrupt handler; one writer at a time, beside any number of readers.
 */
KIPC_MUSTUSE int kipc_registry_remove(struct kipc_registry *registry, const struct kipc_name *name);

/*
 * Tells what a name stands for, as a writer.
 * name: borrowed during the call.
 * Returns the id, or 0 if there is no such name. Counts how many names it compared (probes_peak).
 * Does not block; thread or interrupt handler; one writer at a time, beside any number of readers.
 */
uint32_t kipc_registry_find(struct kipc_registry *registry, const struct kipc_name *name);

/*
 * Gives a place for a reader.
 * number: below the number at set-up.
 * Returns the place, or NULL if there is none of this number.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
struct kipc_registry_reader *kipc_registry_place(struct kipc_registry *registry, uint32_t number);

/*
 * Tells what a name stands for, as a reader: without a lock, and without a loop that somebody else can prolong.
 * registry, name: set up. reader: the caller's place, of this registry. None of them is checked.
 * Returns the id, or 0 if there is no such name.
 * Does not block; thread or interrupt handler; any number of callers at once, one a place.
 */
uint32_t kipc_registry_look_up(const struct kipc_registry *registry, const struct kipc_name *name,
                               struct kipc_registry_reader *reader);

/*
 * For who must do more than a look-up: from begin to end no entry that can be found is given to another name.
 * Returns the entry, or NULL; it may be looked at until kipc_registry_read_end.
 * Does not block; as kipc_registry_look_up. Not nested.
 */
void kipc_registry_read_begin(const struct kipc_registry *registry, struct kipc_registry_reader *reader);
const struct kipc_registry_entry *kipc_registry_read(const struct kipc_registry *registry,
                                                     const struct kipc_name *name);
void kipc_registry_read_end(struct kipc_registry_reader *reader);

#endif
