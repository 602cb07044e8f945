/* SPDX-License-Identifier: MIT */
#include "copy.h"
#include <kipc/user_memory.h>

int kipc_user_memory_check(const struct kipc_user_memory *memory)
{
    KIPC_GUARD(memory != NULL && memory->ops != NULL, KIPC_E_INVAL);
    const struct kipc_user_memory_ops *ops = memory->ops;
    KIPC_GUARD(ops->copy_in != NULL && ops->lend != NULL && ops->give_back != NULL, KIPC_E_INVAL);
    return KIPC_OK;
}

/* Written so that no sum can wrap: the end of a range is never computed. */
static bool is_inside(const struct kipc_user_range *range, uintptr_t address, size_t bytes)
{
    return address >= range->start && address - range->start <= range->bytes &&
           bytes <= range->bytes - (size_t)(address - range->start);
}

static bool may_use(const struct kipc_user_ranges *ranges, kipc_pid_t pid, uintptr_t address, size_t bytes,
                    enum kipc_user_access access)
{
    for (uint32_t i = 0; i < ranges->count; i++) {
        const struct kipc_user_range *range = &ranges->ranges[i];
        bool is_allowed = access == KIPC_USER_READ || range->is_writable;
        if (range->pid == pid && is_allowed && is_inside(range, address, bytes)) {
            return true;
        }
    }
    return false;
}

static int copy_in_range(void *context, kipc_pid_t pid, void *destination, uintptr_t address, size_t bytes)
{
    KIPC_GUARD(may_use(context, pid, address, bytes, KIPC_USER_READ), KIPC_E_FAULT);
    ki_copy_bytes(destination, (const void *)address, bytes);
    return KIPC_OK;
}

static int lend_range(void *context, kipc_pid_t pid, uintptr_t address, size_t bytes, enum kipc_user_access access,
                      void **memory)
{
    KIPC_GUARD(may_use(context, pid, address, bytes, access), KIPC_E_FAULT);
    *memory = (void *)address;
    return KIPC_OK;
}

/* Without translation a range does not move and cannot go away, so nothing was done to keep it. */
static void give_range_back(void *context, kipc_pid_t pid, void *memory, size_t bytes, enum kipc_user_access access)
{
    (void)context;
    (void)pid;
    (void)memory;
    (void)bytes;
    (void)access;
}

static const struct kipc_user_memory_ops range_ops = {
    .copy_in = copy_in_range, .lend = lend_range, .give_back = give_range_back};

struct kipc_user_memory kipc_user_memory_of_ranges(const struct kipc_user_ranges *ranges)
{
    /* The cast drops const only to pass through the context; the functions above put it back. */
    return (struct kipc_user_memory){.ops = &range_ops, .context = (void *)ranges};
}
