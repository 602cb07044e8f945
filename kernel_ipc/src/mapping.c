/* SPDX-License-Identifier: MIT */
#include "region.h"

struct kipc_mapping *ki_mapping_add(struct kipc_kernel *kernel, struct kipc_handle_entry *handle)
{
    struct kipc_memory *memory = kernel->memory;
    struct kipc_region *region = (void *)handle->object;
    struct kipc_mapping *mapping = memory->first_free_mapping;
    KIPC_GUARD(mapping != NULL, NULL);
    memory->first_free_mapping = mapping->next_of_region;
    memory->mappings_used += 1;
    ki_clear(mapping, sizeof(*mapping));
    mapping->region = region;
    mapping->handle = handle;
    mapping->pid = kipc_table_id(&kernel->tables[KIPC_TABLE_PROCESS], handle->process);
    mapping->count = 1;
    mapping->next_of_region = region->mappings;
    region->mappings = mapping;
    region->attachments += 1;
    handle->held += 1;
    return mapping;
}

static void leave_process(struct kipc_mapping *mapping)
{
    struct kipc_mapping **place = &mapping->handle->process->mappings;
    while (*place != mapping) {
        place = &(*place)->next_of_process;
    }
    *place = mapping->next_of_process;
}

void ki_mapping_remove(struct kipc_kernel *kernel, struct kipc_mapping *mapping)
{
    struct kipc_memory *memory = kernel->memory;
    struct kipc_region *region = mapping->region;
    if (mapping->address != 0) {
        for (uint32_t i = 0; i < mapping->page_count; i++) {
            ki_mapping_hide(memory, mapping, mapping->first + i);
        }
        leave_process(mapping);
    }
    struct kipc_mapping **place = &region->mappings;
    while (*place != mapping) {
        place = &(*place)->next_of_region;
    }
    *place = mapping->next_of_region;
    region->attachments -= mapping->count;
    mapping->handle->held -= 1;
    mapping->next_of_region = memory->first_free_mapping;
    memory->first_free_mapping = mapping;
    memory->mappings_used -= 1;
}

static uintptr_t address_of(const struct kipc_memory *memory, const struct kipc_mapping *mapping, uint32_t index)
{
    return mapping->address + (uintptr_t)(index - mapping->first) * memory->port->page_bytes;
}

/* A page that others have too may be written by nobody: who does gets a copy first. */
static uint32_t port_flags(const struct kipc_mapping *mapping, const struct kipc_page *page)
{
    uint32_t flags = mapping->region->flags & (KIPC_PAGE_WRITE_THROUGH | KIPC_PAGE_CACHE_DISABLED);
    flags |= (mapping->flags & KIPC_MAP_USER) != 0 ? KIPC_PAGE_USER : 0;
    flags |= (mapping->flags & KIPC_MAP_EXECUTE) != 0 ? KIPC_PAGE_EXECUTABLE : 0;
    flags |= (mapping->flags & KIPC_MAP_WRITE) != 0 && page->references == 1 ? KIPC_PAGE_WRITABLE : 0;
    return flags;
}

int ki_mapping_show(struct kipc_memory *memory, struct kipc_mapping *mapping, uint32_t index)
{
    const struct kipc_page *page = ki_frame(memory, mapping->region, index);
    int before = memory->port->ops->map(memory->port->context, mapping->pid, address_of(memory, mapping, index),
                                        page->physical, port_flags(mapping, page));
    KIPC_GUARD(before >= 0, KIPC_E_NOMEM);
    if (before == 0) {
        mapping->present += 1;
        memory->pages_mapped += 1;
    }
    return KIPC_OK;
}

void ki_mapping_hide(struct kipc_memory *memory, struct kipc_mapping *mapping, uint32_t index)
{
    if (memory->port->ops->unmap(memory->port->context, mapping->pid, address_of(memory, mapping, index)) != 0) {
        mapping->present -= 1;
        memory->pages_mapped -= 1;
    }
}

void ki_mapping_refresh(const struct kipc_memory *memory, const struct kipc_mapping *mapping, uint32_t index)
{
    memory->port->ops->protect(memory->port->context, mapping->pid, address_of(memory, mapping, index),
                               port_flags(mapping, ki_frame(memory, mapping->region, index)));
}

static void refresh_all(const struct kipc_memory *memory, const struct kipc_mapping *mapping)
{
    for (uint32_t i = 0; i < mapping->page_count; i++) {
        ki_mapping_refresh(memory, mapping, mapping->first + i);
    }
}

static bool flags_are_allowed(uint32_t flags)
{
    const uint32_t both = KIPC_MAP_WRITE | KIPC_MAP_EXECUTE;
    return (flags & ~(uint32_t)KIPC_MAP_FLAGS) == 0 && (flags & KIPC_MAP_READ) != 0 && (flags & both) != both;
}

/* KIPC_OK if neither the handle's rights nor the region's flags forbid it. */
static int check_flags(const struct kipc_handle_entry *handle, uint32_t flags)
{
    const struct kipc_region *region = (void *)handle->object;
    uint32_t rights = KIPC_RIGHT_MAP | ((flags & KIPC_MAP_WRITE) != 0 ? KIPC_RIGHT_WRITE : 0u);
    uint32_t needed = (flags & KIPC_MAP_WRITE) != 0 ? KIPC_PAGE_WRITABLE : 0;
    needed |= (flags & KIPC_MAP_EXECUTE) != 0 ? KIPC_PAGE_EXECUTABLE : 0;
    needed |= (flags & KIPC_MAP_USER) != 0 ? KIPC_PAGE_USER : 0;
    KIPC_GUARD((handle->rights & rights) == rights, KIPC_E_ACCES);
    KIPC_GUARD((region->flags & needed) == needed, KIPC_E_ACCES);
    return KIPC_OK;
}

static uintptr_t end_of(const struct kipc_memory *memory, const struct kipc_mapping *mapping)
{
    return mapping->address + (uintptr_t)mapping->page_count * memory->port->page_bytes;
}

/*
 * Finds the place of a new mapping in the list of its process. address: 0 to have one chosen. bytes: whole pages.
 * `free` is where the next mapping may begin, a page behind what is before; `limit` is where it must end.
 */
static int find_place(const struct kipc_memory *memory, struct kipc_process *process, size_t bytes, uintptr_t *address,
                      struct kipc_mapping ***found)
{
    const uintptr_t guard = memory->port->page_bytes;
    struct kipc_mapping **place = &process->mappings;
    uintptr_t free = memory->port->space_first + guard;
    for (;;) {
        uintptr_t limit = (*place != NULL ? (*place)->address : memory->port->space_end) - guard;
        uintptr_t start = *address != 0 ? *address : free;
        if (start >= free && start <= limit && limit - start >= bytes) {
            *address = start;
            *found = place;
            return KIPC_OK;
        }
        KIPC_GUARD(*place != NULL, *address != 0 ? KIPC_E_INVAL : KIPC_E_NOSPC);
        free = end_of(memory, *place) + guard;
        place = &(*place)->next_of_process;
    }
}

/* Maps for the process of a handle; inside. */
static int map(struct kipc_kernel *kernel, struct kipc_handle_entry *handle, const struct kipc_mapping_config *config,
               uintptr_t *address)
{
    struct kipc_memory *memory = kernel->memory;
    const struct kipc_region *region = (void *)handle->object;
    const uint32_t page_bytes = memory->port->page_bytes;
    size_t region_bytes = (size_t)region->page_count * page_bytes;
    KIPC_GUARD(config->offset <= region_bytes && config->bytes <= region_bytes - config->offset, KIPC_E_RANGE);
    int result = check_flags(handle, config->flags);
    KIPC_GUARD(result == KIPC_OK, result);
    KIPC_GUARD(region->attachments != UINT32_MAX, KIPC_E_OVERFLOW);
    uint32_t page_count = (uint32_t)((config->bytes + page_bytes - 1) / page_bytes);
    struct kipc_mapping **place;
    uintptr_t start = config->address;
    result = find_place(memory, handle->process, (size_t)page_count * page_bytes, &start, &place);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_mapping *mapping = ki_mapping_add(kernel, handle);
    KIPC_GUARD(mapping != NULL, KIPC_E_NOSPC);
    mapping->address = start;
    mapping->first = (uint32_t)(config->offset / page_bytes);
    mapping->page_count = page_count;
    mapping->flags = config->flags;
    mapping->next_of_process = *place;
    *place = mapping;
    for (uint32_t i = 0; !config->is_lazy && i < page_count && result == KIPC_OK; i++) {
        result = ki_mapping_show(memory, mapping, mapping->first + i);
    }
    if (result != KIPC_OK) {
        ki_mapping_remove(kernel, mapping);
        return result;
    }
    *address = start;
    return KIPC_OK;
}

/* What can be said against a mapping without a look at the region. */
static bool config_is_allowed(const struct kipc_memory *memory, const struct kipc_mapping_config *config)
{
    const uintptr_t mask = memory->port->page_bytes - 1u;
    KIPC_GUARD(((config->address | config->offset) & mask) == 0 && config->bytes != 0, false);
    KIPC_GUARD(config->bytes <= SIZE_MAX - config->offset, false);
    KIPC_GUARD(config->bytes <= UINTPTR_MAX - config->address, false);
    return flags_are_allowed(config->flags);
}

int kipc_region_map(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                    const struct kipc_mapping_config *config, uintptr_t *address)
{
    KIPC_GUARD(config != NULL && address != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel) && kernel->memory != NULL, KIPC_E_STATE);
    KIPC_GUARD(config_is_allowed(kernel->memory, config), KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_region_enter(&call, kernel, caller, handle, KIPC_RIGHT_MAP);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave(kernel, map(kernel, call.handle, config, address));
}

int kipc_region_map_for(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, kipc_pid_t target,
                        uint32_t rights, const struct kipc_mapping_config *config, uintptr_t *address,
                        kipc_handle_t *made)
{
    KIPC_GUARD(config != NULL && address != NULL && made != NULL, KIPC_E_INVAL);
    KIPC_GUARD((rights & ~(uint32_t)KIPC_RIGHTS) == 0, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel) && kernel->memory != NULL, KIPC_E_STATE);
    KIPC_GUARD(config_is_allowed(kernel->memory, config), KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_region_enter(&call, kernel, caller, handle, KIPC_RIGHT_MAP | KIPC_RIGHT_GRANT | rights);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_process *process = ki_process(kernel, target);
    struct kipc_handle_entry *entry = NULL;
    result = KIPC_E_SRCH;
    if (process != NULL) {
        result =
            ki_handle_make(kernel, process, &((struct kipc_region *)call.object)->object, rights, call.handle, &entry);
    }
    if (result != KIPC_OK) {
        return ki_leave(kernel, result);
    }
    result = map(kernel, entry, config, address);
    if (result == KIPC_OK) {
        *made = kipc_table_id(&kernel->tables[KIPC_TABLE_HANDLE], entry);
    } else {
        ki_handle_close(kernel, entry);
    }
    return ki_leave(kernel, result);
}

/* Into the critical section with the mapping of a process that begins at an address. */
static int enter_with_mapping(struct kipc_kernel *kernel, kipc_pid_t caller, uintptr_t address,
                              struct kipc_mapping **mapping)
{
    KIPC_GUARD(ki_is_set_up(kernel) && kernel->memory != NULL, KIPC_E_STATE);
    ki_lock(kernel);
    const struct kipc_process *process = ki_process(kernel, caller);
    if (process == NULL) {
        return ki_leave(kernel, KIPC_E_SRCH);
    }
    struct kipc_mapping *found = process->mappings;
    while (found != NULL && found->address != address) {
        found = found->next_of_process;
    }
    *mapping = found;
    return found != NULL ? KIPC_OK : ki_leave(kernel, KIPC_E_INVAL);
}

int kipc_region_unmap(struct kipc_kernel *kernel, kipc_pid_t caller, uintptr_t address)
{
    struct kipc_mapping *mapping;
    int result = enter_with_mapping(kernel, caller, address, &mapping);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_region *region = mapping->region;
    struct kipc_handle_entry *handle = mapping->handle;
    ki_mapping_remove(kernel, mapping);
    return ki_leave(kernel, ki_region_left(kernel, region, handle));
}

int kipc_region_protect(struct kipc_kernel *kernel, kipc_pid_t caller, uintptr_t address, uint32_t flags)
{
    KIPC_GUARD(flags_are_allowed(flags), KIPC_E_INVAL);
    struct kipc_mapping *mapping;
    int result = enter_with_mapping(kernel, caller, address, &mapping);
    KIPC_GUARD(result == KIPC_OK, result);
    result = check_flags(mapping->handle, flags);
    if (result == KIPC_OK) {
        mapping->flags = flags;
        refresh_all(kernel->memory, mapping);
    }
    return ki_leave(kernel, result);
}

void ki_region_handle_restricted(struct kipc_kernel *kernel, struct kipc_handle_entry *handle)
{
    struct kipc_mapping *next = ((struct kipc_region *)(void *)handle->object)->mappings;
    while (next != NULL) {
        struct kipc_mapping *mapping = next;
        next = mapping->next_of_region;
        if (mapping->handle != handle) {
            continue;
        }
        if ((handle->rights & KIPC_RIGHT_MAP) == 0) {
            ki_mapping_remove(kernel, mapping);
        } else if ((handle->rights & KIPC_RIGHT_WRITE) == 0 && (mapping->flags & KIPC_MAP_WRITE) != 0) {
            mapping->flags &= ~(uint32_t)KIPC_MAP_WRITE;
            refresh_all(kernel->memory, mapping);
        }
    }
}
