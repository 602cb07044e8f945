/* SPDX-License-Identifier: MIT */
/* Who changes a registry; names and readers are in registry.c. */
#include "registry.h"

/* Displacements that are tried for a group before its newest name is called crowded: with at most two thirds of the
 * places taken, four names find one with all but one in a million. */
#define TRIES 1024u

/* The place that is a name's own, as its group is displaced now. For the writer, as all that follows. */
static struct kipc_registry_place *own_place(const struct kipc_registry *registry, size_t group, size_t place)
{
    /* Relaxed: only the writer changes displacements and places. */
    return ki_place_at(registry, place + ki_load_relaxed(&ki_place_at(registry, group)->displacement));
}

/* The word behind all places that leads to an entry or, for 0, the last one. */
static kipc_shared_word *crowded_link(struct kipc_registry *registry, const struct kipc_name *name, uint32_t *probes)
{
    kipc_shared_word *link = &registry->crowded;
    uint32_t offset = ki_load_relaxed(link);
    while (offset != 0 && !ki_name_equals(ki_entry_at(registry, offset), name)) {
        link = &ki_entry_at(registry, offset)->next;
        offset = ki_load_relaxed(link);
        *probes += 1;
    }
    return link;
}

/* The word that leads to a name: that of its own place, or one behind all places; the latter holds 0 if there is none.
 */
static kipc_shared_word *find_link(struct kipc_registry *registry, const struct kipc_name *name)
{
    kipc_shared_word *link = &own_place(registry, name->group, name->place)->entry;
    uint32_t probes = 1;
    if (!ki_name_equals(ki_entry_at(registry, ki_load_relaxed(link)), name)) {
        link = crowded_link(registry, name, &probes);
    }
    registry->probes_peak = probes > registry->probes_peak ? probes : registry->probes_peak;
    return link;
}

uint32_t kipc_registry_find(struct kipc_registry *registry, const struct kipc_name *name)
{
    uint32_t offset = ki_load_relaxed(find_link(registry, name));
    return offset != 0 ? ki_entry_at(registry, offset)->id : 0;
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

/* Begins an epoch: who reads from now on finds what was stored before. Returns it. */
static uint32_t begin_epoch(struct kipc_registry *registry)
{
    uint32_t epoch = ki_load_relaxed(&registry->epoch) + 2;
    /* Sequenced: before the readers' epochs are looked at. Partner: begin. */
    ki_store_sequenced(&registry->epoch, epoch);
    return epoch;
}

/* Places that nobody can be looking at for the entry that left them are free again. */
static void reclaim_places(struct kipc_registry *registry)
{
    while (registry->left_count != 0) {
        const struct kipc_registry_left *left = &registry->left[registry->left_first];
        if (left->place != KIPC_REGISTRY_NO_PLACE) {
            if (is_read_before(registry, left->left_at)) {
                return;
            }
            ki_store_release(&ki_place_at(registry, left->place)->entry, 0);
        }
        registry->left_first = (registry->left_first + 1) % KIPC_REGISTRY_LEFT_MAX;
        registry->left_count -= 1;
    }
}

/* Entries that nobody can be reading any more are free again. They wait in order, so the first that is read ends it. */
static void reclaim_entries(struct kipc_registry *registry)
{
    while (registry->removed_first != 0) {
        uint32_t offset = registry->removed_first;
        struct kipc_registry_entry *entry = ki_entry_at(registry, offset);
        if (is_read_before(registry, entry->removed_at)) {
            return;
        }
        registry->removed_first = entry->next_idle;
        registry->removed_last = entry->next_idle != 0 ? registry->removed_last : 0;
        registry->waiting -= 1;
        entry->next_idle = registry->free;
        registry->free = offset;
    }
}

/* A group's entries, a new one last, and where they would come to stand. */
struct group {
    struct kipc_registry_place *head;
    struct kipc_registry_entry *entries[KIPC_REGISTRY_GROUP_MAX];
    struct kipc_registry_place *targets[KIPC_REGISTRY_GROUP_MAX];
    unsigned int count;
};

/* True if all entries of a group come to free places, each to its own, by this displacement. */
static bool has_room(const struct kipc_registry *registry, struct group *group, uint32_t displacement)
{
    for (unsigned int i = 0; i < group->count; i++) {
        struct kipc_registry_place *target = ki_place_at(registry, group->entries[i]->place + displacement);
        bool is_free = ki_load_relaxed(&target->entry) == 0;
        for (unsigned int other = 0; is_free && other < i; other++) {
            is_free = group->targets[other] != target;
        }
        if (!is_free) {
            return false;
        }
        group->targets[i] = target;
    }
    return true;
}

static uint32_t offset_of(const struct kipc_registry *registry, const struct kipc_registry_entry *entry)
{
    return (uint32_t)((const uint8_t *)entry - (const uint8_t *)registry->entries);
}

/* The places of all but the new entry keep them for readers that have the old displacement. */
static void leave_places(struct kipc_registry *registry, const struct group *group, uint32_t old_displacement)
{
    uint32_t epoch = begin_epoch(registry);
    for (unsigned int i = 0; i + 1 < group->count; i++) {
        size_t place = (group->entries[i]->place + old_displacement) & registry->place_mask;
        uint32_t number = (registry->left_first + registry->left_count) % KIPC_REGISTRY_LEFT_MAX;
        registry->left[number] = (struct kipc_registry_left){.place = (uint32_t)place, .left_at = epoch};
        registry->left_count += 1;
    }
}

/* Gives a group another displacement, by which all its entries have room. False if none was found. */
static bool move(struct kipc_registry *registry, struct group *group)
{
    reclaim_places(registry);
    if (registry->left_count + group->count - 1 > KIPC_REGISTRY_LEFT_MAX) {
        return false;
    }
    for (unsigned int tries = 0; tries < TRIES; tries++) {
        registry->next_displacement = registry->next_displacement * UINT32_C(1664525) + UINT32_C(1013904223);
        uint32_t displacement = (uint32_t)((registry->next_displacement >> 8) * KI_PLACE_BYTES & registry->place_mask);
        if (!has_room(registry, group, displacement)) {
            continue;
        }
        for (unsigned int i = 0; i < group->count; i++) {
            /* [registry-entry] */
            ki_store_release(&group->targets[i]->entry, offset_of(registry, group->entries[i]));
        }
        uint32_t old_displacement = ki_load_relaxed(&group->head->displacement);
        ki_store_release(&group->head->displacement, displacement); /* [registry-move] */
        leave_places(registry, group, old_displacement);
        registry->moves += 1;
        return true;
    }
    return false;
}

/* A group's entries, and a new one. */
static void gather(const struct kipc_registry *registry, struct group *group, struct kipc_registry_entry *entry)
{
    group->count = 0;
    for (uint32_t offset = group->head->first; offset != 0; group->count++) {
        group->entries[group->count] = ki_entry_at(registry, offset);
        offset = ki_load_relaxed(&group->entries[group->count]->next);
    }
    group->entries[group->count] = entry;
    group->count += 1;
}

/* Lets a new entry be found: in its own place as its group is displaced, or after a move of the group. */
static bool settle(struct kipc_registry *registry, struct kipc_registry_entry *entry)
{
    struct kipc_registry_place *own = own_place(registry, entry->group, entry->place);
    struct group group;
    group.head = ki_place_at(registry, entry->group);
    if (group.head->count == KIPC_REGISTRY_GROUP_MAX) {
        return false;
    }
    if (ki_load_relaxed(&own->entry) == 0) {
        ki_store_release(&own->entry, offset_of(registry, entry)); /* [registry-entry] */
    } else {
        gather(registry, &group, entry);
        if (!move(registry, &group)) {
            return false;
        }
    }
    ki_store_relaxed(&entry->next, group.head->first); /* no reader follows it */
    group.head->first = offset_of(registry, entry);
    group.head->count += 1;
    return true;
}

int kipc_registry_add(struct kipc_registry *registry, const struct kipc_name *name, uint32_t id)
{
    KIPC_GUARD(registry != NULL && name != NULL && id != 0, KIPC_E_INVAL);
    KIPC_GUARD(ki_load_relaxed(find_link(registry, name)) == 0, KIPC_E_EXIST);
    if (registry->free == 0) {
        reclaim_entries(registry);
        KIPC_GUARD(registry->free != 0, KIPC_E_NOSPC);
    }
    uint32_t offset = registry->free;
    struct kipc_registry_entry *entry = ki_entry_at(registry, offset);
    registry->free = entry->next_idle;
    registry->used += 1;
    for (unsigned int i = 0; i < KIPC_NAME_WORDS; i++) {
        entry->words[i] = name->words[i];
    }
    entry->group = name->group;
    entry->place = name->place;
    entry->id = id;
    if (!settle(registry, entry)) {
        ki_store_relaxed(&entry->next, ki_load_relaxed(&registry->crowded)); /* nobody can reach it yet */
        ki_store_release(&registry->crowded, offset);                        /* [registry-entry] */
    }
    return KIPC_OK;
}

/* Takes an entry that stands in its own place out of it, and out of the places that it has left. */
static void take_out(struct kipc_registry *registry, const struct kipc_registry_entry *entry, kipc_shared_word *link)
{
    uint32_t offset = offset_of(registry, entry);
    struct kipc_registry_place *head = ki_place_at(registry, entry->group);
    uint32_t next = ki_load_relaxed(&entry->next);
    ki_store_release(link, 0);
    /* A later displacement of the group may lead to such a place again, where the name must not be found then. */
    for (uint32_t i = 0; i < registry->left_count; i++) {
        struct kipc_registry_left *left = &registry->left[(registry->left_first + i) % KIPC_REGISTRY_LEFT_MAX];
        if (left->place != KIPC_REGISTRY_NO_PLACE &&
            ki_load_relaxed(&ki_place_at(registry, left->place)->entry) == offset) {
            ki_store_release(&ki_place_at(registry, left->place)->entry, 0);
            left->place = KIPC_REGISTRY_NO_PLACE;
        }
    }
    head->count -= 1;
    if (head->first == offset) {
        head->first = next;
        return;
    }
    struct kipc_registry_entry *before = ki_entry_at(registry, head->first);
    while (ki_load_relaxed(&before->next) != offset) {
        before = ki_entry_at(registry, ki_load_relaxed(&before->next));
    }
    ki_store_relaxed(&before->next, next);
}

int kipc_registry_remove(struct kipc_registry *registry, const struct kipc_name *name)
{
    KIPC_GUARD(registry != NULL && name != NULL, KIPC_E_INVAL);
    kipc_shared_word *link = find_link(registry, name);
    uint32_t offset = ki_load_relaxed(link);
    KIPC_GUARD(offset != 0, KIPC_E_NOTFOUND);
    struct kipc_registry_entry *entry = ki_entry_at(registry, offset);
    if (link == &own_place(registry, name->group, name->place)->entry) {
        take_out(registry, entry, link);
    } else {
        /* Readers that are at the entry go on from it: it keeps its way to the rest of the list. */
        ki_store_release(link, ki_load_relaxed(&entry->next));
    }
    entry->removed_at = begin_epoch(registry);
    entry->next_idle = 0;
    if (registry->removed_last != 0) {
        ki_entry_at(registry, registry->removed_last)->next_idle = offset;
    } else {
        registry->removed_first = offset;
    }
    registry->removed_last = offset;
    registry->used -= 1;
    registry->waiting += 1;
    return KIPC_OK;
}
