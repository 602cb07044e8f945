/* SPDX-License-Identifier: MIT */
/* What can be learned about a region: its record, who is attached, and where it lies for devices. */
#include "region.h"

static void describe(const struct kipc_kernel *kernel, const struct kipc_region *region, struct kipc_region_info *info)
{
    info->id = kipc_table_id(&kernel->tables[KIPC_TABLE_REGION], region);
    info->physical = ki_frame(kernel->memory, region, 0)->physical;
    info->bytes = (size_t)region->page_count * kernel->memory->port->page_bytes;
    info->flags = region->flags;
    info->owner = region->object.creator;
    info->references = region->attachments;
    info->lifetime = region->lifetime;
    for (unsigned int i = 0; i <= KIPC_CFG_NAME_MAX; i++) {
        *(volatile char *)&info->name[i] = region->details.name[i];
    }
}

int kipc_region_info(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, struct kipc_region_info *info)
{
    KIPC_GUARD(info != NULL, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_region_enter(&call, kernel, caller, handle, 0);
    KIPC_GUARD(result == KIPC_OK, result);
    describe(kernel, call.object, info);
    return ki_leave(kernel, KIPC_OK);
}

int kipc_region_next(struct kipc_kernel *kernel, uint32_t *position, struct kipc_region_info *info)
{
    KIPC_GUARD(position != NULL && info != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel) && kernel->memory != NULL, KIPC_E_STATE);
    const struct kipc_table *table = &kernel->tables[KIPC_TABLE_REGION];
    while (*position < table->capacity) {
        ki_lock(kernel);
        const struct kipc_region *region = kipc_table_at(table, *position);
        bool is_live = region != NULL && region->is_ready && !region->object.is_closed;
        if (is_live) {
            describe(kernel, region, info);
        }
        ki_unlock(kernel);
        *position += 1;
        KIPC_GUARD(!is_live, KIPC_OK);
    }
    return KIPC_E_NOTFOUND;
}

int kipc_region_attachment(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t position,
                           struct kipc_attachment_info *info)
{
    KIPC_GUARD(info != NULL, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_region_enter(&call, kernel, caller, handle, 0);
    KIPC_GUARD(result == KIPC_OK, result);
    const struct kipc_mapping *mapping = ((const struct kipc_region *)call.object)->mappings;
    for (; mapping != NULL && position > 0; position--) {
        mapping = mapping->next_of_region;
    }
    if (mapping == NULL) {
        return ki_leave(kernel, KIPC_E_NOTFOUND);
    }
    info->pid = mapping->pid;
    info->handle = kipc_table_id(&kernel->tables[KIPC_TABLE_HANDLE], mapping->handle);
    info->count = mapping->count;
    info->address = mapping->address;
    info->bytes = (size_t)mapping->page_count * kernel->memory->port->page_bytes;
    info->flags = mapping->flags;
    info->present = mapping->present;
    return ki_leave(kernel, KIPC_OK);
}

int kipc_region_set_flags(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t flags)
{
    KIPC_GUARD(ki_page_flags_are_allowed(flags), KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_region_enter(&call, kernel, caller, handle, KIPC_RIGHT_ADMIN);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_region *region = call.object;
    for (const struct kipc_mapping *mapping = region->mappings; mapping != NULL; mapping = mapping->next_of_region) {
        if (mapping->address != 0) {
            return ki_leave(kernel, KIPC_E_BUSY);
        }
    }
    region->flags = flags;
    return ki_leave(kernel, KIPC_OK);
}

/* A list that grows at its end. */
struct list {
    struct kipc_stretch *stretches;
    uint32_t capacity;
    uint32_t count;
    uint32_t bytes_max;
};

/* Adds a piece of one page: to the last stretch where it goes on and has room, else as further ones. */
static int add(struct list *list, uintptr_t physical, uint32_t bytes)
{
    while (bytes > 0) {
        struct kipc_stretch *last = list->count > 0 ? &list->stretches[list->count - 1] : NULL;
        if (last == NULL || last->physical + last->bytes != physical || last->bytes == list->bytes_max) {
            KIPC_GUARD(list->count < list->capacity, KIPC_E_NOSPC);
            last = &list->stretches[list->count];
            *last = (struct kipc_stretch){.physical = physical, .bytes = 0};
            list->count += 1;
        }
        uint32_t room = list->bytes_max - last->bytes;
        uint32_t piece = bytes < room ? bytes : room;
        last->bytes += piece;
        physical += piece;
        bytes -= piece;
    }
    return KIPC_OK;
}

/* Inside: the list, or *shared: the first page that is not the region's own although the device is to write it. */
static int make_list(struct ki_call *call, const struct kipc_scatter *scatter, struct list *list, uint32_t *shared)
{
    const struct kipc_memory *memory = call->kernel->memory;
    const struct kipc_region *region = call->object;
    const uint32_t page_bytes = memory->port->page_bytes;
    int result = ki_region_check_access(call, scatter->offset, scatter->length, scatter->is_written);
    list->count = 0;
    for (size_t done = 0; done < scatter->length && result == KIPC_OK;) {
        uint32_t index = (uint32_t)((scatter->offset + done) / page_bytes);
        uint32_t within = (uint32_t)((scatter->offset + done) % page_bytes);
        const struct kipc_page *page = ki_frame(memory, region, index);
        if (scatter->is_written && page->references > 1) {
            *shared = index;
            return KIPC_OK;
        }
        size_t rest = scatter->length - done;
        uint32_t piece = rest < page_bytes - within ? (uint32_t)rest : page_bytes - within;
        result = add(list, page->physical + within, piece);
        done += piece;
    }
    return result;
}

int kipc_region_scatter(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                        const struct kipc_scatter *scatter, struct kipc_stretch *stretches, uint32_t capacity)
{
    KIPC_GUARD(scatter != NULL && stretches != NULL && scatter->length != 0 && scatter->bytes_max != 0, KIPC_E_INVAL);
    struct list list = {.stretches = stretches, .capacity = capacity, .bytes_max = scatter->bytes_max};
    uint32_t rights = scatter->is_written ? KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE : KIPC_RIGHT_MAP;
    int result = KIPC_OK;
    uint32_t shared = 0;
    while (result == KIPC_OK && shared != UINT32_MAX) {
        struct ki_call call;
        result = ki_region_enter(&call, kernel, caller, handle, rights);
        KIPC_GUARD(result == KIPC_OK, result);
        shared = UINT32_MAX;
        result = make_list(&call, scatter, &list, &shared);
        if (result == KIPC_OK && shared != UINT32_MAX) {
            result = ki_region_split(kernel, call.object, shared);
        }
        ki_unlock(kernel);
    }
    return result == KIPC_OK ? (int)list.count : result;
}
