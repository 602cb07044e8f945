/* SPDX-License-Identifier: MIT */
/* Who else gets what is in a region: page by page as soon as one writes, as a copy, or all of it without one. */
#include "page_copy.h"
#include "region.h"

static void hide_everywhere(struct kipc_memory *memory, const struct kipc_region *region, uint32_t index)
{
    for (struct kipc_mapping *mapping = region->mappings; mapping != NULL; mapping = mapping->next_of_region) {
        if (ki_mapping_covers(mapping, index)) {
            ki_mapping_hide(memory, mapping, index);
        }
    }
}

static void refresh_everywhere(const struct kipc_memory *memory, const struct kipc_region *region, uint32_t index)
{
    for (struct kipc_mapping *mapping = region->mappings; mapping != NULL; mapping = mapping->next_of_region) {
        if (ki_mapping_covers(mapping, index)) {
            ki_mapping_refresh(memory, mapping, index);
        }
    }
}

/*
 * The copy is made outside of the critical section. Meanwhile the shared page has a reference of ours: so it cannot go,
 * and with two or more nobody writes it in place, whoever else lets go of it. Another thread may have given the region
 * a page of its own meanwhile, and somebody may have written that: then ours is not needed.
 */
int ki_region_split(struct kipc_kernel *kernel, struct kipc_region *region, uint32_t index)
{
    struct kipc_memory *memory = kernel->memory;
    struct kipc_page *shared = ki_frame(memory, region, index);
    struct kipc_page *own;
    int result = ki_page_hold(shared);
    KIPC_GUARD(result == KIPC_OK, result);
    result = ki_page_take(memory, region->flags, region->node, &own);
    if (result != KIPC_OK) {
        (void)ki_page_drop(memory, shared);
        return result;
    }
    refresh_everywhere(memory, region, index); /* nobody may write what is being copied */
    region->object.pins += 1;
    ki_unlock(kernel);
    ki_copy_lines(ki_window(memory, own), ki_window(memory, shared), memory->port->page_bytes);
    ki_lock(kernel);
    kernel->copied_bytes += memory->port->page_bytes;
    if (!region->object.is_closed && ki_frame(memory, region, index) == shared) {
        hide_everywhere(memory, region, index);
        ki_frame_set(memory, region, index, own);
        (void)ki_page_drop(memory, shared);
        memory->splits += 1;
    } else {
        (void)ki_page_drop(memory, own);
    }
    (void)ki_page_drop(memory, shared);
    ki_object_unpin(kernel, &region->object);
    return KIPC_OK;
}

/* Fills a new region in with the pages of another one. */
static int share_pages(struct ki_call *call, const struct kipc_region *source)
{
    struct kipc_memory *memory = call->kernel->memory;
    struct kipc_region *region = call->object;
    region->page_count = source->page_count;
    region->flags = source->flags;
    region->node = source->node;
    region->lifetime = KIPC_LIFETIME_HANDLES;
    KIPC_GUARD(ki_charge(call->process, KIPC_QUOTA_PAGES, region->page_count) == KIPC_OK, KIPC_E_QUOTA);
    region->charged = region->page_count;
    int result = ki_frames_make(memory, region);
    for (uint32_t i = 0; i < region->page_count && result == KIPC_OK; i++) {
        struct kipc_page *page = ki_frame(memory, source, i);
        result = ki_page_hold(page);
        if (result == KIPC_OK) {
            ki_frame_set(memory, region, i, page);
        }
    }
    KIPC_GUARD(result == KIPC_OK, result);
    for (uint32_t i = 0; i < source->page_count; i++) {
        refresh_everywhere(memory, source, i);
    }
    region->is_ready = true;
    return KIPC_OK;
}

int kipc_region_share(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, kipc_handle_t *made)
{
    KIPC_GUARD(made != NULL, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_region_enter(&call, kernel, caller, handle, KIPC_RIGHT_MAP | KIPC_RIGHT_SHARE);
    KIPC_GUARD(result == KIPC_OK, result);
    const struct kipc_region *source = call.object;
    call.site = KI_SITE;
    result = ki_create_more(&call, KIPC_TABLE_REGION, caller);
    if (result != KIPC_OK) {
        return ki_leave(kernel, result);
    }
    result = share_pages(&call, source);
    if (result != KIPC_OK) {
        ki_handle_close(kernel, call.handle);
        return ki_leave(kernel, result);
    }
    return ki_created(&call, made);
}

/* Looks the source up, in a call that is about its copy. */
static int look_up_source(const struct ki_call *call, kipc_handle_t handle, const struct kipc_region **source)
{
    struct kipc_handle_entry *entry;
    int result = ki_look_up(call, handle, KIPC_TABLE_REGION, KIPC_RIGHT_MAP, &entry);
    KIPC_GUARD(result != KIPC_E_CLOSED, KIPC_E_BADF);
    KIPC_GUARD(result == KIPC_OK, result);
    *source = (void *)entry->object;
    return KIPC_OK;
}

/* Copies a step of the one region into the other, which nobody else knows yet. Returns bytes, or an error. */
static int copy_step(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t from, kipc_handle_t to, size_t offset)
{
    struct ki_call call;
    const struct kipc_region *source = NULL;
    int result = ki_region_enter(&call, kernel, caller, to, 0);
    KIPC_GUARD(result == KIPC_OK, result);
    result = look_up_source(&call, from, &source);
    if (result != KIPC_OK) {
        return ki_leave(kernel, result);
    }
    const struct kipc_memory *memory = kernel->memory;
    size_t bytes = (size_t)source->page_count * memory->port->page_bytes;
    if (offset == bytes) {
        return ki_leave(kernel, 0);
    }
    uint32_t index = (uint32_t)(offset / memory->port->page_bytes);
    size_t within = offset % memory->port->page_bytes;
    size_t rest = memory->port->page_bytes - within;
    size_t step = rest < KIPC_CFG_REGION_STEP ? rest : KIPC_CFG_REGION_STEP;
    const uint8_t *here = (const uint8_t *)ki_window(memory, ki_frame(memory, source, index)) + within;
    uint8_t *there = (uint8_t *)ki_window(memory, ki_frame(memory, call.object, index)) + within;
    ki_prefetch_piece(here, step, bytes);
    ki_copy_lines(there, here, step);
    kernel->copied_bytes += step;
    return ki_leave(kernel, (int)step);
}

int kipc_region_copy(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, kipc_handle_t *made)
{
    KIPC_GUARD(made != NULL, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_region_enter(&call, kernel, caller, handle, KIPC_RIGHT_MAP);
    KIPC_GUARD(result == KIPC_OK, result);
    const struct kipc_region *source = call.object;
    struct kipc_region_config config = kipc_region_config_default();
    config.bytes = (size_t)source->page_count * kernel->memory->port->page_bytes;
    config.flags = source->flags;
    config.node = source->node;
    config.lifetime = KIPC_LIFETIME_HANDLES;
    ki_unlock(kernel);
    kipc_handle_t copy;
    result = kipc_region_create(kernel, caller, &config, &copy);
    KIPC_GUARD(result == KIPC_OK, result);
    size_t offset = 0;
    do {
        result = copy_step(kernel, caller, handle, copy, offset);
        offset += result > 0 ? (size_t)result : 0;
    } while (result > 0);
    if (result != KIPC_OK) {
        ki_lock(kernel);
        ki_region_take_back(kernel, caller, copy);
        return ki_leave(kernel, result);
    }
    *made = copy;
    return KIPC_OK;
}

/* All that the new owner's quotas must have room for, or nothing. */
static int charge(struct kipc_process *process, uint32_t pages)
{
    KIPC_GUARD(ki_charge(process, KIPC_QUOTA_OBJECTS, 1) == KIPC_OK, KIPC_E_QUOTA);
    if (ki_charge(process, KIPC_QUOTA_PAGES, pages) != KIPC_OK) {
        process->used[KIPC_QUOTA_OBJECTS] -= 1;
        return KIPC_E_QUOTA;
    }
    return KIPC_OK;
}

static int move(struct ki_call *call, kipc_pid_t target, kipc_handle_t *moved)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_region *region = call->object;
    struct kipc_object *object = &region->object;
    struct kipc_process *process = ki_process(kernel, target);
    struct kipc_handle_entry *entry;
    KIPC_GUARD(process != NULL, KIPC_E_SRCH);
    KIPC_GUARD(object->references == 1, KIPC_E_BUSY);
    int result = charge(process, region->charged);
    KIPC_GUARD(result == KIPC_OK, result);
    result = ki_handle_make(kernel, process, object, call->handle->rights, NULL, &entry);
    if (result != KIPC_OK) {
        process->used[KIPC_QUOTA_OBJECTS] -= 1;
        process->used[KIPC_QUOTA_PAGES] -= region->charged;
        return result;
    }
    ki_discharge(kernel, object->creator, KIPC_QUOTA_OBJECTS, 1);
    ki_discharge(kernel, object->creator, KIPC_QUOTA_PAGES, region->charged);
    object->creator = target;
    object->details->user = process->user;
    object->details->group = process->group;
    ki_handle_close(kernel, call->handle); /* unmaps all that there was: no other handle has any */
    *moved = kipc_table_id(&kernel->tables[KIPC_TABLE_HANDLE], entry);
    return KIPC_OK;
}

int kipc_region_move(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, kipc_pid_t target,
                     kipc_handle_t *moved)
{
    KIPC_GUARD(moved != NULL, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_region_enter(&call, kernel, caller, handle, KIPC_RIGHT_GRANT);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave(kernel, move(&call, target, moved));
}
