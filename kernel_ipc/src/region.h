/* SPDX-License-Identifier: MIT */
/* What the parts of shared memory share; in the critical section, unless it says otherwise. */
#ifndef KIPC_REGION_INTERNAL_H
#define KIPC_REGION_INTERNAL_H

#include "kernel_internal.h"
#include <kipc/mapping.h>
#include <kipc/page.h>

static inline void *ki_window(const struct kipc_memory *memory, const struct kipc_page *page)
{
    return memory->port->ops->window(memory->port->context, page->physical);
}

/* Flags that no page may have together. */
static inline bool ki_page_flags_are_allowed(uint32_t flags)
{
    const uint32_t both = KIPC_PAGE_WRITABLE | KIPC_PAGE_EXECUTABLE;
    return (flags & ~(uint32_t)KIPC_PAGE_FLAGS) == 0 && (flags & both) != both;
}

/* src/page.c: a page with one reference, of any content. KIPC_OK or KIPC_E_NOMEM. */
int ki_page_take(struct kipc_memory *memory, uint32_t flags, uint32_t node, struct kipc_page **page);
/* One reference more: KIPC_OK or KIPC_E_OVERFLOW. */
int ki_page_hold(struct kipc_page *page);
/* One less; true if the page is free now. */
bool ki_page_drop(struct kipc_memory *memory, struct kipc_page *page);

/* src/frames.c: tables for all pages of a region, all empty. KIPC_OK or KIPC_E_NOSPC; the region's end gives them back.
 */
int ki_frames_make(struct kipc_memory *memory, struct kipc_region *region);
/* Drops all pages of a region, and its tables. */
void ki_frames_drop(struct kipc_memory *memory, struct kipc_region *region);
/* The page at a place of a region that has its tables; NULL: none yet. */
struct kipc_page *ki_frame(const struct kipc_memory *memory, const struct kipc_region *region, uint32_t index);
/* Puts a page there; what was there is not dropped. */
void ki_frame_set(const struct kipc_memory *memory, const struct kipc_region *region, uint32_t index,
                  const struct kipc_page *page);

/* src/mapping.c: an attachment or a mapping of a handle, or NULL: no record left. */
struct kipc_mapping *ki_mapping_add(struct kipc_kernel *kernel, struct kipc_handle_entry *handle);
/* Ends one: unmaps what is mapped. */
void ki_mapping_remove(struct kipc_kernel *kernel, struct kipc_mapping *mapping);
/* True if a mapping covers a page of its region. */
static inline bool ki_mapping_covers(const struct kipc_mapping *mapping, uint32_t index)
{
    return mapping->address != 0 && index >= mapping->first && index - mapping->first < mapping->page_count;
}
/* Maps a page of the region where the mapping has it: KIPC_OK or KIPC_E_NOMEM. */
int ki_mapping_show(struct kipc_memory *memory, struct kipc_mapping *mapping, uint32_t index);
/* Unmaps it, if it is mapped; the next touch brings it back. */
void ki_mapping_hide(struct kipc_memory *memory, struct kipc_mapping *mapping, uint32_t index);
/* Brings the flags of a page, if it is mapped, up to date with what may be done to it. */
void ki_mapping_refresh(const struct kipc_memory *memory, const struct kipc_mapping *mapping, uint32_t index);

/*
 * src/region.c: the way into a call about a region, outside of the critical section. Returns KIPC_OK, then inside; or
 * KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES, outside.
 */
int ki_region_enter(struct ki_call *call, struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                    uint32_t rights);
/* Outside: whether a region may be made as it is asked for. */
bool ki_region_config_is_allowed(const struct kipc_memory *memory, const struct kipc_region_config *config);
/* Closes a handle that was made in this call, unless it is gone already. */
void ki_region_take_back(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);
/* An attachment of a handle is gone: ends the region if it was the last one. Returns 1 if so, 0 if not. */
int ki_region_left(struct kipc_kernel *kernel, struct kipc_region *region, struct kipc_handle_entry *handle);

/* src/region_access.c: may this handle read, or write, this part of its region? KIPC_OK, or why not. */
int ki_region_check_access(const struct ki_call *call, size_t offset, size_t length, bool is_write);

/*
 * src/region_share.c: gives a region a page of its own in the place of one that others have too. Leaves the critical
 * section meanwhile, so what was looked up before must be looked up again: also whether the page is its own now.
 * Returns KIPC_OK, KIPC_E_NOMEM or KIPC_E_OVERFLOW, inside.
 */
int ki_region_split(struct kipc_kernel *kernel, struct kipc_region *region, uint32_t index);

#endif
