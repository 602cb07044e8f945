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
    uint64_t position = ((uint64_t)id << 48 >> 48) - 1; /* that of KIPC_NO_ID is out of every range */
    KIPC_GUARD(position < table->capacity, NULL);
    struct kipc_entry *entry = (struct kipc_entry *)(void *)(table->entries + (size_t)position * table->entry_bytes);
    return KI_LIKELY(entry->id == id) ? entry : NULL;
}

/* kipc_table_take for one that is not full, and whose caller fills all of the entry in. */
static KI_INLINE void *ki_table_take_uncleared(struct kipc_table *table)
{
    uint32_t position = table->first_free - 1;
    struct kipc_entry *entry = (struct kipc_entry *)(void *)(table->entries + (size_t)position * table->entry_bytes);
    uint32_t used = table->used + 1;
    table->first_free = entry->next_free;
    entry->next_free = 0;
    entry->id = (uint32_t)entry->generation << 16 | (position + 1);
    table->used = used;
    if (used > table->peak) {
        table->peak = used;
    }
    return entry;
}

/*
 * The calling thread, if it acts for the caller; NULL if not, or if somebody looks on. id: what the port's current()
 * gave before the section. Needs no look-up of the process: a thread's process is alive.
 */
static KI_INLINE struct kipc_thread *ki_thread_of(struct kipc_kernel *kernel, uint32_t id, kipc_pid_t caller)
{
    KIPC_GUARD(id < kernel->thread_count && kernel->observer == NULL, NULL);
    struct kipc_thread *thread = &kernel->threads[id];
    const struct kipc_process *process = thread->process;
    KIPC_GUARD(process != NULL && process->entry.id == caller && !process->is_ending, NULL);
    return thread;
}

/*
 * The rest that ki_enter_thread checks; false if any of it fails. The caller's `call` must not be passed on to a
 * function that is not in line: then its members stay in registers.
 */
static KI_INLINE bool ki_is_let_in(struct ki_call *call, struct kipc_kernel *kernel, struct kipc_thread *thread,
                                   kipc_handle_t handle, enum kipc_table_id table, uint32_t rights)
{
    struct kipc_handle_entry *entry = ki_table_find(&kernel->tables[KIPC_TABLE_HANDLE], handle);
    KIPC_GUARD(entry != NULL && entry->process == thread->process && (entry->rights & rights) == rights, false);
    struct kipc_object *object = entry->object;
    KIPC_GUARD(object->table == (uint8_t)table && !object->is_closed, false);
    kernel->checks += 1;
    call->kernel = kernel;
    call->process = thread->process;
    call->handle = entry;
    call->object = object;
    call->thread = thread;
    return true;
}

/*
 * The calling thread at an end of a channel with a right, in the critical section; false, outside of it, if anything is
 * wrong. permission: of enum kipc_permission, that the process must have; 0: none.
 */
static KI_INLINE bool ki_enter_end(struct ki_call *call, struct kipc_kernel *kernel, kipc_pid_t caller,
                                   kipc_handle_t handle, uint32_t rights, uint32_t permission)
{
    uint32_t id = kernel->port->ops->current(kernel->port->context);
    ki_lock(kernel);
    struct kipc_thread *thread = ki_thread_of(kernel, id, caller);
    if (KI_LIKELY(thread != NULL) && KI_LIKELY((thread->process->denied & permission) == 0) &&
        KI_LIKELY(ki_is_let_in(call, kernel, thread, handle, KIPC_TABLE_CHANNEL, rights))) {
        return true;
    }
    ki_unlock(kernel);
    return false;
}

/* Out of a section that did nothing: the ordinary way makes all checks anew, and counts them. */
static KI_INLINE void ki_leave_for_ordinary(struct kipc_kernel *kernel)
{
    kernel->checks -= 1;
    ki_unlock(kernel);
}

#endif
