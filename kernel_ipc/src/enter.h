/* SPDX-License-Identifier: MIT */
/*
 * The way into a call, in line, for the two calls whose cost counts most: a channel's send and receive. It takes the
 * common case only; whatever fails goes the ordinary way from its beginning, which says why.
 */
#ifndef KIPC_ENTER_H
#define KIPC_ENTER_H

#include "kernel_internal.h"

/* kipc_table_find. */
static KI_INLINE void *ki_table_find(const struct kipc_table *table, uint32_t id)
{
    size_t position = (size_t)(id & 0xFFFFu) - 1; /* that of KIPC_NO_ID is out of every range */
    KIPC_GUARD(position < table->capacity, NULL);
    struct kipc_entry *entry = (struct kipc_entry *)(void *)(table->entries + position * table->entry_bytes);
    return KI_LIKELY(entry->is_live && entry->generation == id >> 16) ? entry : NULL;
}

/*
 * All that ki_enter_thread checks, in the critical section; false if any of it fails, or somebody looks on. thread:
 * what the port's current() gave before the section: whatever is called inside of it costs registers that must be
 * saved. The caller's `call` must not be passed on to a function that is not in line: then its members stay in
 * registers.
 */
static KI_INLINE bool ki_is_let_in(struct ki_call *call, struct kipc_kernel *kernel, kipc_pid_t caller,
                                   kipc_handle_t handle, uint32_t thread, enum kipc_table_id table, uint32_t rights)
{
    struct kipc_process *process = ki_table_find(&kernel->tables[KIPC_TABLE_PROCESS], caller);
    KIPC_GUARD(process != NULL && !process->is_ending && kernel->observer == NULL, false);
    struct kipc_handle_entry *entry = ki_table_find(&kernel->tables[KIPC_TABLE_HANDLE], handle);
    KIPC_GUARD(entry != NULL && entry->process == process && (entry->rights & rights) == rights, false);
    struct kipc_object *object = entry->object;
    KIPC_GUARD(object->table == (uint8_t)table && !object->is_closed, false);
    KIPC_GUARD(thread < kernel->thread_count && kernel->threads[thread].process == process, false);
    kernel->checks += 1;
    call->kernel = kernel;
    call->process = process;
    call->handle = entry;
    call->object = object;
    call->thread = &kernel->threads[thread];
    return true;
}

#endif
