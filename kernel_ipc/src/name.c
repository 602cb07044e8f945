/* SPDX-License-Identifier: MIT */
#include "kernel_internal.h"

/* The object of a name; NULL if there is none. */
static struct kipc_object *find(struct kipc_kernel *kernel, enum kipc_table_id table, const struct kipc_name *name)
{
    uint32_t id = kipc_registry_find(&kernel->names, name);
    kernel->name_probes_peak = kernel->names.probes_peak;
    return id != 0 ? kipc_table_find(&kernel->tables[table], id) : NULL;
}

void ki_name_remove(struct kipc_kernel *kernel, struct kipc_object *object)
{
    struct kipc_name name;
    /* Neither can fail: the object has this name by set_name, or none, which is no name. */
    if (kipc_name_set_up(&name, object->details->name, object->table) == KIPC_OK) {
        int result = kipc_registry_remove(&kernel->names, &name);
        KIPC_ASSERT(result == KIPC_OK);
        (void)result;
    }
    object->details->name[0] = 0;
}

static int set_name(struct ki_call *call, const char *text, uint32_t rights)
{
    struct kipc_object *object = call->object;
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_name name;
    int result = kipc_name_set_up(&name, text, object->table);
    KIPC_GUARD(result == KIPC_OK, result);
    KIPC_GUARD((rights & ~(uint32_t)call->handle->rights) == 0, KIPC_E_ACCES);
    KIPC_GUARD(object->details->name[0] == 0, KIPC_E_STATE);
    result = kipc_registry_add(&kernel->names, &name, kipc_table_id(&kernel->tables[object->table], object));
    kernel->name_probes_peak = kernel->names.probes_peak;
    KIPC_GUARD(result == KIPC_OK, result);
    for (size_t i = 0; i == 0 || text[i - 1] != 0; i++) {
        *(volatile char *)&object->details->name[i] = text[i];
    }
    object->details->open_rights = rights;
    return KIPC_OK;
}

int kipc_object_set_name(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, const char *name,
                         uint32_t rights)
{
    struct kipc_name checked;
    KIPC_GUARD(kipc_name_set_up(&checked, name, 0) == KIPC_OK, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_any(&call, kernel, caller, handle);
    KIPC_GUARD(result == KIPC_OK, result);
    if ((call.handle->rights & KIPC_RIGHT_ADMIN) == 0) {
        return ki_leave_any(kernel, caller, handle, KIPC_E_ACCES);
    }
    call.object = call.handle->object;
    if (call.handle->object->is_closed) {
        return ki_leave(kernel, KIPC_E_CLOSED);
    }
    return ki_leave_any(kernel, caller, handle, set_name(&call, name, rights));
}

static bool is_object_table(enum kipc_table_id table)
{
    return table >= KIPC_TABLE_FIRST_OBJECT && table < KIPC_TABLE_COUNT;
}

static int open_named(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_table_id table,
                      const struct kipc_name *name, uint32_t rights, kipc_handle_t *handle)
{
    struct kipc_process *process = ki_process(kernel, caller);
    KIPC_GUARD(process != NULL, KIPC_E_SRCH);
    struct kipc_object *object = find(kernel, table, name);
    KIPC_GUARD(object != NULL, KIPC_E_NOTFOUND);
    kernel->checks += 1;
    KIPC_GUARD((rights & ~object->details->open_rights) == 0, KIPC_E_ACCES);
    KIPC_GUARD(ki_mode_lets(object, process, rights), KIPC_E_ACCES);
    struct kipc_handle_entry *entry;
    int result = ki_handle_make(kernel, process, object, rights, NULL, &entry);
    KIPC_GUARD(result == KIPC_OK, result);
    *handle = kipc_table_id(&kernel->tables[KIPC_TABLE_HANDLE], entry);
    return KIPC_OK;
}

int kipc_object_open(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_table_id table, const char *name,
                     uint32_t rights, kipc_handle_t *handle)
{
    struct kipc_name key;
    KIPC_GUARD(handle != NULL && is_object_table(table), KIPC_E_INVAL);
    KIPC_GUARD(rights != 0 && (rights & ~(uint32_t)KIPC_RIGHTS) == 0, KIPC_E_INVAL);
    KIPC_GUARD(kipc_name_set_up(&key, name, table) == KIPC_OK, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    return ki_leave_any(kernel, caller, KIPC_NO_ID, open_named(kernel, caller, table, &key, rights, handle));
}

static int unlink_named(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_table_id table,
                        const struct kipc_name *name)
{
    const struct kipc_process *process = ki_process(kernel, caller);
    KIPC_GUARD(process != NULL, KIPC_E_SRCH);
    struct kipc_object *object = find(kernel, table, name);
    KIPC_GUARD(object != NULL, KIPC_E_NOTFOUND);
    kernel->checks += 1;
    KIPC_GUARD(object->details->user == process->user, KIPC_E_ACCES);
    ki_name_remove(kernel, object);
    ki_object_release(kernel, object);
    return KIPC_OK;
}

int kipc_object_unlink(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_table_id table, const char *name)
{
    struct kipc_name key;
    KIPC_GUARD(is_object_table(table) && kipc_name_set_up(&key, name, table) == KIPC_OK, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    return ki_leave_any(kernel, caller, KIPC_NO_ID, unlink_named(kernel, caller, table, &key));
}

int kipc_object_look_up(struct kipc_kernel *kernel, const struct kipc_name *name, uint32_t *id)
{
    KIPC_GUARD(name != NULL && id != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    uint32_t thread = kernel->port->ops->current(kernel->port->context);
    struct kipc_registry_reader *reader = kipc_registry_place(&kernel->names, thread);
    KIPC_GUARD(reader != NULL, KIPC_E_SRCH);
    uint32_t found = kipc_registry_look_up(&kernel->names, name, reader);
    KIPC_GUARD(found != 0, KIPC_E_NOTFOUND);
    *id = found;
    return KIPC_OK;
}

int kipc_object_find(struct kipc_kernel *kernel, enum kipc_table_id table, uint32_t id, kipc_pid_t *creator)
{
    KIPC_GUARD(creator != NULL && is_object_table(table), KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    const struct kipc_object *object = kipc_table_find(&kernel->tables[table], id);
    if (object == NULL) {
        return ki_leave(kernel, KIPC_E_NOTFOUND);
    }
    *creator = object->creator;
    return ki_leave(kernel, KIPC_OK);
}
