/* SPDX-License-Identifier: MIT */
#include "region.h"

static int alloc_from(const struct kipc_memory *memory, uint32_t node, uintptr_t *physical)
{
    return memory->port->ops->page_alloc(memory->port->context, node, physical);
}

int ki_page_take(struct kipc_memory *memory, uint32_t flags, uint32_t node, struct kipc_page **page)
{
    KIPC_GUARD(memory->first_free_page != 0, KIPC_E_NOMEM);
    uintptr_t physical;
    node = node == KIPC_NODE_LOCAL ? memory->port->ops->node_of(memory->port->context) : node;
    int result = alloc_from(memory, node, &physical);
    if (result != KIPC_OK && node != KIPC_NODE_ANY) {
        node = KIPC_NODE_ANY;
        result = alloc_from(memory, node, &physical);
        memory->remote_pages += result == KIPC_OK ? 1 : 0;
    }
    KIPC_GUARD(result == KIPC_OK, KIPC_E_NOMEM);
    *page = &memory->pages[memory->first_free_page - 1];
    memory->first_free_page = (*page)->next_free;
    **page = (struct kipc_page){.physical = physical, .references = 1, .flags = flags, .node = node};
    memory->pages_used += 1;
    memory->pages_peak = memory->pages_used > memory->pages_peak ? memory->pages_used : memory->pages_peak;
    return KIPC_OK;
}

int ki_page_hold(struct kipc_page *page)
{
    KIPC_GUARD(page->references != UINT32_MAX, KIPC_E_OVERFLOW);
    page->references += 1;
    return KIPC_OK;
}

bool ki_page_drop(struct kipc_memory *memory, struct kipc_page *page)
{
    page->references -= 1;
    KIPC_GUARD(page->references == 0, false);
    memory->port->ops->page_free(memory->port->context, page->physical);
    page->next_free = memory->first_free_page;
    memory->first_free_page = (uint32_t)(page - memory->pages) + 1;
    memory->pages_used -= 1;
    return true;
}

int kipc_page_alloc(struct kipc_kernel *kernel, uint32_t flags, uint32_t node, struct kipc_page **page)
{
    KIPC_GUARD(page != NULL && ki_page_flags_are_allowed(flags), KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel) && kernel->memory != NULL, KIPC_E_STATE);
    struct kipc_memory *memory = kernel->memory;
    struct kipc_page *taken;
    ki_lock(kernel);
    int result = ki_page_take(memory, flags, node, &taken);
    ki_unlock(kernel);
    KIPC_GUARD(result == KIPC_OK, result);
    ki_clear(ki_window(memory, taken), memory->port->page_bytes); /* nobody else knows it yet */
    *page = taken;
    return KIPC_OK;
}

/* Into the critical section with a page that is in use: KIPC_OK inside, or an error outside. */
static int enter_with_page(struct kipc_kernel *kernel, const struct kipc_page *page)
{
    KIPC_GUARD(ki_is_set_up(kernel) && kernel->memory != NULL, KIPC_E_STATE);
    const struct kipc_memory *memory = kernel->memory;
    uintptr_t distance = (uintptr_t)page - (uintptr_t)memory->pages; /* of a stranger: too large, or in between */
    KIPC_GUARD(distance / sizeof(*page) < memory->limits.pages && distance % sizeof(*page) == 0, KIPC_E_INVAL);
    ki_lock(kernel);
    return page->references != 0 ? KIPC_OK : ki_leave(kernel, KIPC_E_STATE);
}

int kipc_page_get(struct kipc_kernel *kernel, struct kipc_page *page)
{
    int result = enter_with_page(kernel, page);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave(kernel, ki_page_hold(page));
}

int kipc_page_put(struct kipc_kernel *kernel, struct kipc_page *page)
{
    int result = enter_with_page(kernel, page);
    if (result == KIPC_E_STATE && ki_is_set_up(kernel) && kernel->memory != NULL) {
        ki_lock(kernel);
        kernel->memory->bad_puts += 1;
        ki_unlock(kernel);
    }
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave(kernel, ki_page_drop(kernel->memory, page) ? 1 : 0);
}

int kipc_page_info(struct kipc_kernel *kernel, const struct kipc_page *page, struct kipc_page_info *info)
{
    KIPC_GUARD(info != NULL, KIPC_E_INVAL);
    int result = enter_with_page(kernel, page);
    KIPC_GUARD(result == KIPC_OK, result);
    info->physical = page->physical;
    info->references = page->references;
    info->flags = page->flags;
    info->node = page->node;
    return ki_leave(kernel, KIPC_OK);
}
