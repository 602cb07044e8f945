/* SPDX-License-Identifier: MIT */
#include "observe.h"

struct kipc_handle_entry *ki_handle_find(const struct kipc_kernel *kernel, const struct kipc_process *process,
                                         kipc_handle_t handle)
{
    struct kipc_handle_entry *entry = kipc_table_find(&kernel->tables[KIPC_TABLE_HANDLE], handle);
    return entry != NULL && entry->process == process ? entry : NULL;
}

int ki_look_up(const struct ki_call *call, kipc_handle_t handle, enum kipc_table_id table, uint32_t rights,
               struct kipc_handle_entry **entry)
{
    call->kernel->checks += 1;
    *entry = ki_handle_find(call->kernel, call->process, handle);
    KIPC_GUARD(*entry != NULL, KIPC_E_BADF);
    KIPC_GUARD((*entry)->object->table == (uint8_t)table, KIPC_E_TYPE);
    KIPC_GUARD(((*entry)->rights & rights) == rights, KIPC_E_ACCES);
    KIPC_GUARD(!(*entry)->object->is_closed, KIPC_E_CLOSED);
    return KIPC_OK;
}

int ki_enter(struct ki_call *call, struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
             enum kipc_table_id table, uint32_t rights)
{
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    call->kernel = kernel;
    call->thread = NULL;
    call->is_tagged = false;
    call->large = NULL;
    ki_lock(kernel);
    call->process = ki_process(kernel, caller);
    int result = KIPC_E_SRCH;
    if (call->process != NULL) {
        result = ki_look_up(call, handle, table, rights, &call->handle);
    }
    if (result != KIPC_OK) {
        ki_observe_refusal(kernel, caller, handle, result);
        return ki_leave(kernel, result);
    }
    call->object = call->handle->object;
    ki_observe_entry(call);
    return KIPC_OK;
}

int ki_enter_thread(struct ki_call *call, struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                    enum kipc_table_id table, uint32_t rights)
{
    int result = ki_enter(call, kernel, caller, handle, table, rights);
    KIPC_GUARD(result == KIPC_OK, result);
    uint32_t id = kernel->port->ops->current(kernel->port->context);
    if (id >= kernel->thread_count || kernel->threads[id].process != call->process) {
        return ki_leave(kernel, KIPC_E_SRCH);
    }
    call->thread = &kernel->threads[id];
    return KIPC_OK;
}

int ki_handle_adopt(struct kipc_process *process, struct kipc_handle_entry *entry)
{
    KIPC_GUARD(ki_charge(process, KIPC_QUOTA_HANDLES, 1) == KIPC_OK, KIPC_E_QUOTA);
    entry->process = process;
    entry->next = process->handles;
    if (entry->next != NULL) {
        entry->next->previous = entry;
    }
    process->handles = entry;
    return KIPC_OK;
}

static void hang_below(struct kipc_handle_entry *entry, struct kipc_handle_entry *parent)
{
    entry->parent = parent;
    if (parent != NULL) {
        entry->next_sibling = parent->child;
        if (entry->next_sibling != NULL) {
            entry->next_sibling->previous_sibling = entry;
        }
        parent->child = entry;
    }
}

int ki_handle_make(struct kipc_kernel *kernel, struct kipc_process *process, struct kipc_object *object,
                   uint32_t rights, struct kipc_handle_entry *parent, struct kipc_handle_entry **handle)
{
    struct kipc_handle_entry *entry = kipc_table_take(&kernel->tables[KIPC_TABLE_HANDLE]);
    KIPC_GUARD(entry != NULL, KIPC_E_NOSPC);
    if (process != NULL && ki_handle_adopt(process, entry) != KIPC_OK) {
        kipc_table_give(&kernel->tables[KIPC_TABLE_HANDLE], entry);
        return KIPC_E_QUOTA;
    }
    entry->rights = (uint16_t)rights;
    entry->object = object;
    hang_below(entry, parent);
    object->references += 1;
    *handle = entry;
    return KIPC_OK;
}

static void leave_process(struct kipc_handle_entry *entry)
{
    struct kipc_process *process = entry->process;
    if (process == NULL) {
        return;
    }
    if (entry->next != NULL) {
        entry->next->previous = entry->previous;
    }
    *(entry->previous != NULL ? &entry->previous->next : &process->handles) = entry->next;
    process->used[KIPC_QUOTA_HANDLES] -= 1;
}

/* What was made from a handle that closes hangs below the one above it from now on. */
static void hand_children_up(struct kipc_handle_entry *entry)
{
    while (entry->child != NULL) {
        struct kipc_handle_entry *child = entry->child;
        entry->child = child->next_sibling;
        child->parent = entry->parent;
        child->previous_sibling = NULL;
        child->next_sibling = NULL;
        if (entry->parent != NULL) {
            child->next_sibling = entry->parent->child;
            child->next_sibling->previous_sibling = child; /* there is one: `entry` itself is in that list */
            entry->parent->child = child;
        }
    }
}

void ki_handle_close(struct kipc_kernel *kernel, struct kipc_handle_entry *entry)
{
    struct kipc_object *object = entry->object;
    if (object->table == KIPC_TABLE_RWLOCK && !object->is_closed) {
        ki_rwlock_handle_closed(kernel, entry);
    }
    if (object->table == KIPC_TABLE_REGION && !object->is_closed) {
        ki_region_handle_closed(kernel, entry);
    }
    hand_children_up(entry);
    if (entry->next_sibling != NULL) {
        entry->next_sibling->previous_sibling = entry->previous_sibling;
    }
    if (entry->previous_sibling != NULL) {
        entry->previous_sibling->next_sibling = entry->next_sibling;
    } else if (entry->parent != NULL) {
        entry->parent->child = entry->next_sibling;
    }
    leave_process(entry);
    kipc_table_give(&kernel->tables[KIPC_TABLE_HANDLE], entry);
    object->references -= 1;
    ki_object_release(kernel, object);
}

int ki_enter_any(struct ki_call *call, struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    call->kernel = kernel;
    ki_lock(kernel);
    call->process = ki_process(kernel, caller);
    if (call->process == NULL) {
        return ki_leave(kernel, KIPC_E_SRCH);
    }
    kernel->checks += 1;
    call->handle = ki_handle_find(kernel, call->process, handle);
    return call->handle != NULL ? KIPC_OK : ki_leave_any(kernel, caller, handle, KIPC_E_BADF);
}

int ki_leave_any(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, int result)
{
    if (result < 0) {
        ki_observe_refusal(kernel, caller, handle, result);
    }
    return ki_leave(kernel, result);
}

int kipc_handle_close(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    struct ki_call call;
    int result = ki_enter_any(&call, kernel, caller, handle);
    KIPC_GUARD(result == KIPC_OK, result);
    ki_handle_close(kernel, call.handle);
    return ki_leave(kernel, KIPC_OK);
}

static int duplicate_for(struct ki_call *call, kipc_pid_t target, uint32_t rights, kipc_handle_t *duplicate)
{
    struct kipc_process *receiver = ki_process(call->kernel, target);
    KIPC_GUARD(receiver != NULL, KIPC_E_SRCH);
    KIPC_GUARD(!call->handle->object->is_closed, KIPC_E_CLOSED);
    KIPC_GUARD((rights & ~(uint32_t)call->handle->rights) == 0, KIPC_E_ACCES);
    bool may_grant = (call->handle->rights & KIPC_RIGHT_GRANT) != 0;
    KIPC_GUARD(receiver == call->process || may_grant, KIPC_E_ACCES);
    struct kipc_handle_entry *made;
    int result = ki_handle_make(call->kernel, receiver, call->handle->object, rights, call->handle, &made);
    KIPC_GUARD(result == KIPC_OK, result);
    *duplicate = kipc_table_id(&call->kernel->tables[KIPC_TABLE_HANDLE], made);
    return KIPC_OK;
}

int kipc_handle_duplicate(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, kipc_pid_t target,
                          uint32_t rights, kipc_handle_t *duplicate)
{
    KIPC_GUARD(duplicate != NULL && (rights & ~(uint32_t)KIPC_RIGHTS) == 0, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_any(&call, kernel, caller, handle);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave_any(kernel, caller, handle, duplicate_for(&call, target, rights, duplicate));
}

int kipc_handle_revoke(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    struct ki_call call;
    int count = 0;
    int result = ki_enter_any(&call, kernel, caller, handle);
    KIPC_GUARD(result == KIPC_OK, result);
    /* First of all, so that no capability of it is redeemed while the section is left below. */
    call.handle->revocations = (uint16_t)(call.handle->revocations + (call.handle->revocations < UINT16_MAX ? 1 : 0));
    /* Closing a child hands its own children up to this handle, so the list below it is empty at the end. */
    while (call.handle->child != NULL) {
        ki_handle_close(kernel, call.handle->child);
        count += 1;
        ki_unlock(kernel);
        result = ki_enter_any(&call, kernel, caller, handle);
        KIPC_GUARD(result == KIPC_OK, count); /* somebody closed it meanwhile */
    }
    return ki_leave(kernel, count);
}

int kipc_handle_restrict(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t rights)
{
    struct ki_call call;
    int result = ki_enter_any(&call, kernel, caller, handle);
    KIPC_GUARD(result == KIPC_OK, result);
    if ((rights & ~(uint32_t)call.handle->rights) != 0) {
        return ki_leave_any(kernel, caller, handle, KIPC_E_ACCES);
    }
    call.handle->rights = (uint16_t)rights;
    if (call.handle->object->table == KIPC_TABLE_REGION && !call.handle->object->is_closed) {
        ki_region_handle_restricted(kernel, call.handle);
    }
    return ki_leave(kernel, KIPC_OK);
}

int kipc_object_close(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    struct ki_call call;
    int result = ki_enter_any(&call, kernel, caller, handle);
    KIPC_GUARD(result == KIPC_OK, result);
    if ((call.handle->rights & KIPC_RIGHT_ADMIN) == 0) {
        return ki_leave_any(kernel, caller, handle, KIPC_E_ACCES);
    }
    if (call.handle->object->is_closed) {
        return ki_leave(kernel, KIPC_E_CLOSED);
    }
    ki_object_close(kernel, call.handle->object);
    return ki_leave(kernel, KIPC_OK);
}

int kipc_object_id(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t *id)
{
    KIPC_GUARD(id != NULL, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_any(&call, kernel, caller, handle);
    KIPC_GUARD(result == KIPC_OK, result);
    const struct kipc_object *object = call.handle->object;
    *id = kipc_table_id(&kernel->tables[object->table], object);
    return ki_leave(kernel, KIPC_OK);
}
