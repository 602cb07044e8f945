/* SPDX-License-Identifier: MIT */
/*
 * The epoch word says when an entry or a place may serve another name. A reader stores the epoch that it saw, then
 * looks; a writer takes an entry out, then begins a new epoch and looks at what the readers stored. Each side stores
 * first and loads then, all of it sequenced, so one of the two sees the other: a reader whose store the writer did not
 * see finds the place without the entry.
 *
 * A group is moved by its displacement: first its entries stand at the new places too, then the displacement changes,
 * and the old places keep their entries for those readers that have the old displacement.
 */
#ifndef KIPC_SRC_REGISTRY_H
#define KIPC_SRC_REGISTRY_H

#include "kernel_internal.h"
#include <kipc/registry.h>

#define KI_PLACE_BYTES ((size_t)sizeof(struct kipc_registry_place))

static KI_INLINE bool ki_name_equals(const struct kipc_registry_entry *entry, const struct kipc_name *name)
{
    return entry->words[0] == name->words[0] && entry->words[1] == name->words[1] &&
           entry->words[2] == name->words[2] && entry->words[3] == name->words[3];
}

static KI_INLINE struct kipc_registry_place *ki_place_at(const struct kipc_registry *registry, size_t offset)
{
    return (void *)((uint8_t *)registry->places + (offset & registry->place_mask));
}

static KI_INLINE struct kipc_registry_entry *ki_entry_at(const struct kipc_registry *registry, size_t offset)
{
    return (void *)((uint8_t *)registry->entries + offset);
}

#endif
