/* SPDX-License-Identifier: MIT */
/* Accesses that the hart refused: pages that are mapped late, and pages that are written although others have them. */
#include "region.h"

static struct kipc_mapping *mapping_at(const struct kipc_memory *memory, const struct kipc_process *process,
                                       uintptr_t address)
{
    struct kipc_mapping *mapping = process->mappings;
    while (mapping != NULL && (address < mapping->address ||
                               (address - mapping->address) / memory->port->page_bytes >= mapping->page_count)) {
        mapping = mapping->next_of_process;
    }
    return mapping;
}

static bool allows(const struct kipc_mapping *mapping, enum kipc_access access)
{
    static const uint32_t needed[] = {[KIPC_ACCESS_READ] = KIPC_MAP_USER | KIPC_MAP_READ,
                                      [KIPC_ACCESS_WRITE] = KIPC_MAP_USER | KIPC_MAP_WRITE,
                                      [KIPC_ACCESS_EXECUTE] = KIPC_MAP_USER | KIPC_MAP_EXECUTE};
    return (mapping->flags & needed[access]) == needed[access];
}

/* One look, inside: KIPC_OK with the page mapped as it is needed, or *again: look once more. */
static int resolve(struct kipc_kernel *kernel, kipc_pid_t pid, uintptr_t address, enum kipc_access access, bool *again)
{
    struct kipc_memory *memory = kernel->memory;
    const struct kipc_process *process = ki_process(kernel, pid);
    KIPC_GUARD(process != NULL, KIPC_E_SRCH);
    struct kipc_mapping *mapping = mapping_at(memory, process, address);
    KIPC_GUARD(mapping != NULL, KIPC_E_FAULT);
    KIPC_GUARD(allows(mapping, access), KIPC_E_ACCES);
    uint32_t index = mapping->first + (uint32_t)((address - mapping->address) / memory->port->page_bytes);
    if (access == KIPC_ACCESS_WRITE && ki_frame(memory, mapping->region, index)->references > 1) {
        *again = true;
        return ki_region_split(kernel, mapping->region, index);
    }
    return ki_mapping_show(memory, mapping, index);
}

int kipc_memory_fault(struct kipc_kernel *kernel, kipc_pid_t pid, uintptr_t address, enum kipc_access access)
{
    KIPC_GUARD((unsigned int)access <= KIPC_ACCESS_EXECUTE, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel) && kernel->memory != NULL, KIPC_E_STATE);
    int result = KIPC_OK;
    bool again = true;
    while (again && result == KIPC_OK) {
        again = false;
        ki_lock(kernel);
        result = resolve(kernel, pid, address, access, &again);
        ki_unlock(kernel);
    }
    return result;
}
