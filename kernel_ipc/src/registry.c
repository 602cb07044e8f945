/* SPDX-License-Identifier: MIT */
/*
 * The epoch word says when an entry may serve another name. A reader stores the epoch that it saw, then follows a
 * chain; a writer takes an entry out, then begins a new epoch and looks at what the readers stored. Each side stores
 * first and loads then, all of it sequenced, so one of the two sees the other: a reader whose store the writer did not
 * see finds the chain without the entry.
 */
#include "kernel_internal.h"
#include <kipc/registry.h>

#define NAMES_MAX 65535u
#define READERS_MAX 65536u

static size_t hash_of(const uint64_t *words)
{
    uint64_t hash = UINT64_C(0x9E3779B97F4A7C15);
    for (unsigned int i = 0; i < KIPC_NAME_WORDS; i++) {
        hash = (hash ^ words[i]) * UINT64_C(0xFF51AFD7ED558CCD);
        hash ^= hash >> 32;
    }
    return (size_t)hash;
}

int kipc_name_set_up(struct kipc_name *name, const char *text, unsigned int space)
{
    KIPC_GUARD(name != NULL && text != NULL && space <= UINT8_MAX, KIPC_E_INVAL);
    uint64_t words[KIPC_NAME_WORDS] = {0, 0, 0, (uint64_t)space << (8 * (sizeof(uint64_t) - 1))};
    size_t length = 0;
    for (; text[length] != 0; length++) {
        KIPC_GUARD(length < KIPC_CFG_NAME_MAX && text[length] > ' ' && text[length] <= '~', KIPC_E_INVAL);
        words[length / 8] |= (uint64_t)(uint8_t)text[length] << (length % 8 * 8);
    }
    KIPC_GUARD(length != 0, KIPC_E_INVAL);
    for (unsigned int i = 0; i < KIPC_NAME_WORDS; i++) {
        name->words[i] = words[i];
    }
    name->hash = hash_of(words);
    return KIPC_OK;
}

static uint32_t chains_for(uint32_t names)
{
    uint32_t chains = 1;
    while (chains < names) {
        chains *= 2;
    }
    return chains * 2;
}

static size_t chain_bytes(uint32_t names)
{
    return ((size_t)chains_for(names) * sizeof(kipc_shared_word) + 63) / 64 * 64;
}

size_t kipc_registry_bytes(uint32_t names, uint32_t readers)
{
    KIPC_GUARD(names >= 1 && names <= NAMES_MAX && readers >= 1 && readers <= READERS_MAX, 0);
    return ((size_t)names + 1) * sizeof(struct kipc_registry_entry) + readers * sizeof(struct kipc_registry_reader) +
           chain_bytes(names);
}

int kipc_registry_set_up(struct kipc_registry *registry, void *memory, size_t bytes, uint32_t names, uint32_t readers)
{
    KIPC_GUARD(registry != NULL && memory != NULL && ki_is_aligned(memory, 64), KIPC_E_INVAL);
    size_t needed = kipc_registry_bytes(names, readers);
    KIPC_GUARD(needed != 0, KIPC_E_INVAL);
    KIPC_GUARD(bytes >= needed, KIPC_E_NOSPC);
    ki_clear(registry, sizeof(*registry));
    ki_clear(memory, needed);
    registry->entries = memory;
    registry->readers = (void *)(registry->entries + names + 1);
    registry->chains = (void *)(registry->readers + readers);
    registry->chain_mask = chains_for(names) - 1;
    registry->reader_count = readers;
    registry->capacity = names;
    for (uint32_t i = 1; i < names; i++) {
        registry->entries[i].next_idle = i + 1;
    }
    registry->free = 1;
    ki_store_relaxed(&registry->epoch, 1); /* nobody reads yet */
    return KIPC_OK;
}

static KI_INLINE bool is_equal(const struct kipc_registry_entry *entry, const struct kipc_name *name)
{
    return entry->words[0] == name->words[0] && entry->words[1] == name->words[1] &&
           entry->words[2] == name->words[2] && entry->words[3] == name->words[3];
}

static KI_INLINE const struct kipc_registry_entry *read_chain(const struct kipc_registry *registry,
                                                              const struct kipc_name *name)
{
    /* [registry-chain] Dependent: an entry's contents are read after the word that leads to it. */
    uint32_t position = ki_load_dependent(&registry->chains[name->hash & registry->chain_mask]);
    while (position != 0) {
        const struct kipc_registry_entry *entry = &registry->entries[position];
        if (KI_LIKELY(is_equal(entry, name))) {
            return entry;
        }
        position = ki_load_dependent(&entry->next); /* [registry-chain] */
    }
    return NULL;
}

static KI_INLINE void begin(const struct kipc_registry *registry, struct kipc_registry_reader *reader)
{
    /* Relaxed: an old epoch only keeps entries longer. [registry-epoch] Partner: the loads in is_read_before. */
    ki_store_sequenced(&reader->epoch, ki_load_relaxed(&registry->epoch));
}

static KI_INLINE void finish(struct kipc_registry_reader *reader)
{
    /* Release: what was read is read before the writer sees that it may change. Partner: is_read_before. */
    ki_store_release(&reader->epoch, 0);
}

struct kipc_registry_reader *kipc_registry_place(struct kipc_registry *registry, uint32_t number)
{
    return number < registry->reader_count ? &registry->readers[number] : NULL;
}

void kipc_registry_read_begin(const struct kipc_registry *registry, struct kipc_registry_reader *reader)
{
    begin(registry, reader);
}

const struct kipc_registry_entry *kipc_registry_read(const struct kipc_registry *registry, const struct kipc_name *name)
{
    return read_chain(registry, name);
}

void kipc_registry_read_end(struct kipc_registry_reader *reader)
{
    finish(reader);
}

uint32_t kipc_registry_look_up(const struct kipc_registry *registry, const struct kipc_name *name,
                               struct kipc_registry_reader *reader)
{
    begin(registry, reader);
    const struct kipc_registry_entry *entry = read_chain(registry, name);
    uint32_t id = entry != NULL ? entry->id : 0;
    finish(reader);
    return id;
}

/* The word of a chain that leads to a name, or the last one of the chain. For the writer. */
static kipc_shared_word *find_place(struct kipc_registry *registry, const struct kipc_name *name)
{
    kipc_shared_word *place = &registry->chains[name->hash & registry->chain_mask];
    uint32_t probes = 1;
    uint32_t position = ki_load_relaxed(place); /* relaxed: only the writer changes chains */
    while (position != 0 && !is_equal(&registry->entries[position], name)) {
        place = &registry->entries[position].next;
        position = ki_load_relaxed(place);
        probes += 1;
    }
    registry->probes_peak = probes > registry->probes_peak ? probes : registry->probes_peak;
    return place;
}

uint32_t kipc_registry_find(struct kipc_registry *registry, const struct kipc_name *name)
{
    uint32_t position = ki_load_relaxed(find_place(registry, name));
    return position != 0 ? registry->entries[position].id : 0;
}

/* True if a reader that began before this epoch still reads. */
static bool is_read_before(const struct kipc_registry *registry, uint32_t epoch)
{
    for (uint32_t i = 0; i < registry->reader_count; i++) {
        uint32_t began = ki_load_sequenced(&registry->readers[i].epoch); /* [registry-epoch] */
        if (began != 0 && (int32_t)(began - epoch) < 0) {
            return true;
        }
    }
    return false;
}

/* Entries that nobody can be reading any more are free again. They wait in order, so the first that is read ends it. */
static void reclaim(struct kipc_registry *registry)
{
    while (registry->removed_first != 0) {
        uint32_t position = registry->removed_first;
        struct kipc_registry_entry *entry = &registry->entries[position];
        if (is_read_before(registry, entry->removed_at)) {
            return;
        }
        registry->removed_first = entry->next_idle;
        registry->removed_last = entry->next_idle != 0 ? registry->removed_last : 0;
        registry->waiting -= 1;
        entry->next_idle = registry->free;
        registry->free = position;
    }
}

int kipc_registry_add(struct kipc_registry *registry, const struct kipc_name *name, uint32_t id)
{
    KIPC_GUARD(registry != NULL && name != NULL && id != 0, KIPC_E_INVAL);
    KIPC_GUARD(ki_load_relaxed(find_place(registry, name)) == 0, KIPC_E_EXIST);
    if (registry->free == 0) {
        reclaim(registry);
        KIPC_GUARD(registry->free != 0, KIPC_E_NOSPC);
    }
    uint32_t position = registry->free;
    struct kipc_registry_entry *entry = &registry->entries[position];
    registry->free = entry->next_idle;
    registry->used += 1;
    for (unsigned int i = 0; i < KIPC_NAME_WORDS; i++) {
        entry->words[i] = name->words[i];
    }
    entry->hash = name->hash;
    entry->id = id;
    kipc_shared_word *chain = &registry->chains[name->hash & registry->chain_mask];
    ki_store_relaxed(&entry->next, ki_load_relaxed(chain)); /* nobody can reach it yet */
    ki_store_release(chain, position);                      /* [registry-chain] */
    return KIPC_OK;
}

int kipc_registry_remove(struct kipc_registry *registry, const struct kipc_name *name)
{
    KIPC_GUARD(registry != NULL && name != NULL, KIPC_E_INVAL);
    kipc_shared_word *place = find_place(registry, name);
    uint32_t position = ki_load_relaxed(place);
    KIPC_GUARD(position != 0, KIPC_E_NOTFOUND);
    struct kipc_registry_entry *entry = &registry->entries[position];
    /* Readers that are at the entry go on from it: it keeps its way to the rest of the chain. */
    ki_store_release(place, ki_load_relaxed(&entry->next));
    entry->removed_at = ki_load_relaxed(&registry->epoch) + 2;
    /* Sequenced: before the readers' epochs are looked at. Partner: begin. */
    ki_store_sequenced(&registry->epoch, entry->removed_at);
    entry->next_idle = 0;
    if (registry->removed_last != 0) {
        registry->entries[registry->removed_last].next_idle = position;
    } else {
        registry->removed_first = position;
    }
    registry->removed_last = position;
    registry->used -= 1;
    registry->waiting += 1;
    return KIPC_OK;
}
