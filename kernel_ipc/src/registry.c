/* SPDX-License-Identifier: MIT */
/* Names, set-up and readers; writers are in registry_change.c. */
#include "registry.h"

#define NAMES_MAX 65535u
#define READERS_MAX 65536u
#define ENTRY_BYTES ((uint32_t)sizeof(struct kipc_registry_entry))

static uint64_t hash_of(const uint64_t *words)
{
    uint64_t hash = UINT64_C(0x9E3779B97F4A7C15);
    for (unsigned int i = 0; i < KIPC_NAME_WORDS; i++) {
        hash = (hash ^ words[i]) * UINT64_C(0xFF51AFD7ED558CCD);
        hash ^= hash >> 32;
    }
    return hash;
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
    uint64_t hash = hash_of(words);
    name->group = (size_t)(uint32_t)hash * KI_PLACE_BYTES;
    name->place = (size_t)(hash >> 32) * KI_PLACE_BYTES;
    return KIPC_OK;
}

/* A power of two, of which names take two thirds at most. */
static size_t places_for(uint32_t names)
{
    size_t places = 2;
    while (places < names + names / 2) {
        places *= 2;
    }
    return places;
}

size_t kipc_registry_bytes(uint32_t names, uint32_t readers)
{
    KIPC_GUARD(names >= 1 && names <= NAMES_MAX && readers >= 1 && readers <= READERS_MAX, 0);
    return ((size_t)names + 1) * sizeof(struct kipc_registry_entry) + readers * sizeof(struct kipc_registry_reader) +
           places_for(names) * KI_PLACE_BYTES;
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
    registry->places = (void *)(registry->readers + readers);
    registry->place_mask = (places_for(names) - 1) * KI_PLACE_BYTES;
    registry->reader_count = readers;
    registry->capacity = names;
    for (uint32_t i = 1; i < names; i++) {
        registry->entries[i].next_idle = (i + 1) * ENTRY_BYTES;
    }
    registry->free = ENTRY_BYTES;
    ki_store_relaxed(&registry->epoch, 1); /* nobody reads yet */
    return KIPC_OK;
}

/* Behind all places: names that nothing keeps apart. The number of steps is that of such names. */
static KI_SLOW const struct kipc_registry_entry *read_crowded(const struct kipc_registry *registry,
                                                              const struct kipc_name *name)
{
    uint32_t offset = ki_load_dependent(&registry->crowded); /* [registry-entry] */
    while (offset != 0 && !ki_name_equals(ki_entry_at(registry, offset), name)) {
        offset = ki_load_dependent(&ki_entry_at(registry, offset)->next); /* [registry-entry] */
    }
    return offset != 0 ? ki_entry_at(registry, offset) : NULL;
}

/* What stands in a name's own place: an entry of this name or of another one, or the first, which is of none. */
static KI_INLINE const struct kipc_registry_entry *read_place(const struct kipc_registry *registry,
                                                              const struct kipc_name *name)
{
    /* Read once: the compiler must take them for changed after each access to shared words. */
    const uint8_t *places = (const uint8_t *)registry->places;
    size_t mask = registry->place_mask;
    const struct kipc_registry_place *group = (const void *)(places + (name->group & mask));
    /* Distances are below 2^31: taken as signed they are at once what addresses are made of. [registry-move] Dependent:
     * a place is read after the displacement that leads to it. */
    size_t displacement = (size_t)(int32_t)ki_load_dependent(&group->displacement);
    const struct kipc_registry_place *place = (const void *)(places + ((name->place + displacement) & mask));
    /* [registry-entry] Dependent: an entry's contents are read after the word that leads to it. */
    return ki_entry_at(registry, (size_t)(int32_t)ki_load_dependent(&place->entry));
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
    const struct kipc_registry_entry *entry = read_place(registry, name);
    return KI_LIKELY(ki_name_equals(entry, name)) ? entry : read_crowded(registry, name);
}

void kipc_registry_read_end(struct kipc_registry_reader *reader)
{
    finish(reader);
}

/* The rest of a look-up that has not found its name in its place. */
static KI_SLOW uint32_t look_up_crowded(const struct kipc_registry *registry, const struct kipc_name *name,
                                        struct kipc_registry_reader *reader)
{
    const struct kipc_registry_entry *entry = read_crowded(registry, name);
    uint32_t id = entry != NULL ? entry->id : 0;
    finish(reader);
    return id;
}

uint32_t kipc_registry_look_up(const struct kipc_registry *registry, const struct kipc_name *name,
                               struct kipc_registry_reader *reader)
{
    begin(registry, reader);
    const struct kipc_registry_entry *entry = read_place(registry, name);
    if (!KI_LIKELY(ki_name_equals(entry, name))) {
        return look_up_crowded(registry, name, reader);
    }
    uint32_t id = entry->id;
    finish(reader);
    return id;
}
