/* SPDX-License-Identifier: MIT */
#include "region.h"

struct kipc_region_config kipc_region_config_default(void)
{
    return (struct kipc_region_config){.bytes = 1,
                                       .flags = KIPC_PAGE_WRITABLE | KIPC_PAGE_USER,
                                       .node = KIPC_NODE_ANY,
                                       .lifetime = KIPC_LIFETIME_TEMPORARY,
                                       .name = NULL,
                                       .open_rights = 0};
}

bool ki_region_config_is_allowed(const struct kipc_memory *memory, const struct kipc_region_config *config)
{
    KIPC_GUARD(config->bytes >= 1 && config->bytes <= memory->limits.region_bytes, false);
    KIPC_GUARD(ki_page_flags_are_allowed(config->flags), false);
    KIPC_GUARD((unsigned int)config->lifetime <= KIPC_LIFETIME_PERSISTENT, false);
    return config->lifetime != KIPC_LIFETIME_PERSISTENT || config->name != NULL;
}

int ki_region_enter(struct ki_call *call, struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                    uint32_t rights)
{
    int result = ki_enter(call, kernel, caller, handle, KIPC_TABLE_REGION, rights);
    KIPC_GUARD(result != KIPC_E_CLOSED, KIPC_E_BADF); /* its memory is gone, and a handle means nothing without it */
    KIPC_GUARD(result == KIPC_OK, result);
    const struct kipc_region *region = call->object;
    return region->is_ready ? KIPC_OK : ki_leave(kernel, KIPC_E_STATE);
}

/*
 * Gets the pages, one a section. A page is cleared before the region has it: once it has, an end of the region may give
 * the page to somebody else.
 */
static int fill(struct kipc_kernel *kernel, struct kipc_region *region)
{
    struct kipc_memory *memory = kernel->memory;
    int result = KIPC_OK;
    for (uint32_t i = 0; i < region->page_count && result == KIPC_OK; i++) {
        struct kipc_page *page = NULL;
        result = region->object.is_closed ? KIPC_E_BADF : ki_page_take(memory, region->flags, region->node, &page);
        KIPC_GUARD(result == KIPC_OK, result);
        ki_unlock(kernel);
        ki_clear(ki_window(memory, page), memory->port->page_bytes);
        ki_lock(kernel);
        if (region->object.is_closed) {
            (void)ki_page_drop(memory, page);
            result = KIPC_E_BADF;
        } else {
            ki_frame_set(memory, region, i, page);
        }
    }
    return result;
}

/* What a new region needs besides its pages. */
static int prepare(struct ki_call *call, const struct kipc_region_config *config)
{
    struct kipc_memory *memory = call->kernel->memory;
    struct kipc_region *region = call->object;
    uint32_t page_bytes = memory->port->page_bytes;
    region->page_count = (uint32_t)((config->bytes + page_bytes - 1) / page_bytes);
    region->flags = config->flags;
    region->node = config->node;
    region->lifetime = config->lifetime;
    KIPC_GUARD(ki_charge(call->process, KIPC_QUOTA_PAGES, region->page_count) == KIPC_OK, KIPC_E_QUOTA);
    region->charged = region->page_count;
    return ki_frames_make(memory, region);
}

void ki_region_take_back(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    const struct kipc_process *process = ki_process(kernel, caller);
    struct kipc_handle_entry *entry = process != NULL ? ki_handle_find(kernel, process, handle) : NULL;
    if (entry != NULL) {
        ki_handle_close(kernel, entry);
    }
}

static int make(struct kipc_kernel *kernel, kipc_pid_t caller, const struct kipc_region_config *config,
                kipc_handle_t *handle)
{
    struct ki_call call;
    int result = ki_create(&call, kernel, caller, KIPC_TABLE_REGION);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_region *region = call.object;
    *handle = kipc_table_id(&kernel->tables[KIPC_TABLE_HANDLE], call.handle);
    region->object.pins += 1; /* filling it leaves the section */
    result = prepare(&call, config);
    if (result == KIPC_OK) {
        result = fill(kernel, region);
    }
    if (result == KIPC_OK) {
        region->is_ready = true;
    } else {
        ki_region_take_back(kernel, caller, *handle);
    }
    ki_object_unpin(kernel, &region->object);
    return ki_leave(kernel, ki_process(kernel, caller) != NULL ? result : KIPC_E_SRCH);
}

int kipc_region_create(struct kipc_kernel *kernel, kipc_pid_t caller, const struct kipc_region_config *config,
                       kipc_handle_t *handle)
{
    KIPC_GUARD(config != NULL && handle != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel) && kernel->memory != NULL, KIPC_E_STATE);
    KIPC_GUARD(ki_region_config_is_allowed(kernel->memory, config), KIPC_E_INVAL);
    kipc_handle_t made;
    int result = make(kernel, caller, config, &made);
    KIPC_GUARD(result == KIPC_OK, result);
    if (config->name != NULL) {
        result = kipc_object_set_name(kernel, caller, made, config->name, config->open_rights);
    }
    if (result != KIPC_OK) {
        ki_lock(kernel);
        ki_region_take_back(kernel, caller, made);
        return ki_leave(kernel, result);
    }
    *handle = made;
    return KIPC_OK;
}

int kipc_region_open(struct kipc_kernel *kernel, kipc_pid_t caller, const char *name, uint32_t rights,
                     kipc_handle_t *handle)
{
    return kipc_object_open(kernel, caller, KIPC_TABLE_REGION, name, rights, handle);
}

/* The attachment of a handle, not one of its mappings; NULL: none. */
static struct kipc_mapping *attachment_of(const struct kipc_handle_entry *handle)
{
    struct kipc_mapping *mapping = ((struct kipc_region *)(void *)handle->object)->mappings;
    while (mapping != NULL && (mapping->handle != handle || mapping->address != 0)) {
        mapping = mapping->next_of_region;
    }
    return mapping;
}

static int attach(struct ki_call *call)
{
    struct kipc_region *region = call->object;
    KIPC_GUARD(region->attachments != UINT32_MAX, KIPC_E_OVERFLOW);
    struct kipc_mapping *attachment = attachment_of(call->handle);
    if (attachment == NULL) {
        attachment = ki_mapping_add(call->kernel, call->handle);
        KIPC_GUARD(attachment != NULL, KIPC_E_NOSPC);
        return KIPC_OK;
    }
    attachment->count += 1;
    region->attachments += 1;
    return KIPC_OK;
}

int kipc_region_attach(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uintptr_t *physical)
{
    struct ki_call call;
    int result = ki_region_enter(&call, kernel, caller, handle, KIPC_RIGHT_MAP);
    KIPC_GUARD(result == KIPC_OK, result);
    result = attach(&call);
    if (result == KIPC_OK && physical != NULL) {
        *physical = ki_frame(kernel->memory, call.object, 0)->physical;
    }
    return ki_leave(kernel, result);
}

static bool ends_with_last_attachment(const struct kipc_region *region)
{
    return region->lifetime == KIPC_LIFETIME_TEMPORARY ||
           (region->lifetime == KIPC_LIFETIME_PERSISTENT && region->details.name[0] == 0);
}

int ki_region_left(struct kipc_kernel *kernel, struct kipc_region *region, struct kipc_handle_entry *handle)
{
    KIPC_GUARD(region->attachments == 0 && ends_with_last_attachment(region), 0);
    ki_object_close(kernel, &region->object);
    ki_handle_close(kernel, handle);
    return 1;
}

int kipc_region_detach(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    struct ki_call call;
    int result = ki_region_enter(&call, kernel, caller, handle, 0);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_region *region = call.object;
    struct kipc_mapping *attachment = attachment_of(call.handle);
    if (attachment == NULL) {
        return ki_leave(kernel, KIPC_E_INVAL);
    }
    if (attachment->count > 1) {
        attachment->count -= 1;
        region->attachments -= 1;
    } else {
        ki_mapping_remove(kernel, attachment);
    }
    return ki_leave(kernel, ki_region_left(kernel, region, call.handle));
}

int kipc_region_destroy(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    struct ki_call call;
    int result = ki_region_enter(&call, kernel, caller, handle, KIPC_RIGHT_ADMIN);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_region *region = call.object;
    bool is_kept = region->lifetime == KIPC_LIFETIME_PERSISTENT && region->details.name[0] != 0;
    if (region->attachments != 0 || is_kept) {
        return ki_leave(kernel, KIPC_E_BUSY);
    }
    ki_object_close(kernel, &region->object);
    ki_handle_close(kernel, call.handle);
    return ki_leave(kernel, KIPC_OK);
}

void ki_region_drain(struct kipc_kernel *kernel, struct kipc_object *object)
{
    struct kipc_region *region = (void *)object;
    while (region->mappings != NULL) {
        ki_mapping_remove(kernel, region->mappings);
    }
    ki_frames_drop(kernel->memory, region);
    ki_discharge(kernel, object->creator, KIPC_QUOTA_PAGES, region->charged);
    region->charged = 0;
}

void ki_region_handle_closed(struct kipc_kernel *kernel, struct kipc_handle_entry *handle)
{
    struct kipc_region *region = (void *)handle->object;
    struct kipc_mapping *next = region->mappings;
    while (handle->held > 0) {
        struct kipc_mapping *mapping = next;
        next = mapping->next_of_region;
        if (mapping->handle == handle) {
            ki_mapping_remove(kernel, mapping);
        }
    }
    /* A name keeps only a persistent region. */
    if (region->object.references == 1 && region->lifetime != KIPC_LIFETIME_PERSISTENT) {
        ki_name_remove(kernel, &region->object);
    }
}
