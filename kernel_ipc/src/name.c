/* SPDX-License-Identifier: MIT */
#include "kernel_internal.h"

/* Length of a name, or 0 if it is none: empty, too long, or with a character that is not printable. */
static size_t name_length(const char *name)
{
    size_t length = 0;
    while (length <= KIPC_CFG_NAME_MAX && name[length] != 0) {
        KIPC_GUARD(name[length] > ' ' && name[length] <= '~', 0);
        length += 1;
    }
    return length <= KIPC_CFG_NAME_MAX ? length : 0;
}

/* FNV-1a over class and name. */
static struct kipc_object **chain_of(const struct kipc_kernel *kernel, unsigned int table, const char *name)
{
    uint32_t hash = (UINT32_C(2166136261) ^ table) * UINT32_C(16777619);
    for (const char *character = name; *character != 0; character++) {
        hash = (hash ^ (uint8_t)*character) * UINT32_C(16777619);
    }
    return &kernel->names[(hash ^ hash >> 16) & (kernel->name_chains - 1)];
}

static bool is_called(const struct kipc_object *object, unsigned int table, const char *name)
{
    KIPC_GUARD(object->table == table, false);
    size_t i = 0;
    while (object->name[i] == name[i] && name[i] != 0) {
        i++;
    }
    return object->name[i] == name[i];
}

static struct kipc_object *find(struct kipc_kernel *kernel, unsigned int table, const char *name)
{
    struct kipc_object *object = *chain_of(kernel, table, name);
    uint32_t probes = 1;
    while (object != NULL && !is_called(object, table, name)) {
        object = object->next_named;
        probes += 1;
    }
    kernel->name_probes_peak = probes > kernel->name_probes_peak ? probes : kernel->name_probes_peak;
    return object;
}

void ki_name_remove(struct kipc_kernel *kernel, struct kipc_object *object)
{
    if (object->name[0] == 0) {
        return;
    }
    struct kipc_object **place = chain_of(kernel, object->table, object->name);
    while (*place != object) {
        place = &(*place)->next_named;
    }
    *place = object->next_named;
    object->name[0] = 0;
}

static int set_name(struct ki_call *call, const char *name, size_t length, uint32_t rights)
{
    struct kipc_object *object = call->object;
    KIPC_GUARD((rights & ~(uint32_t)call->handle->rights) == 0, KIPC_E_ACCES);
    KIPC_GUARD(object->name[0] == 0, KIPC_E_STATE);
    KIPC_GUARD(find(call->kernel, object->table, name) == NULL, KIPC_E_EXIST);
    struct kipc_object **chain = chain_of(call->kernel, object->table, name);
    for (size_t i = 0; i < length; i++) {
        *(volatile char *)&object->name[i] = name[i];
    }
    object->name[length] = 0;
    object->open_rights = rights;
    object->next_named = *chain;
    *chain = object;
    return KIPC_OK;
}

int kipc_object_set_name(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, const char *name,
                         uint32_t rights)
{
    KIPC_GUARD(name != NULL, KIPC_E_INVAL);
    size_t length = name_length(name);
    KIPC_GUARD(length != 0, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_any(&call, kernel, caller, handle);
    KIPC_GUARD(result == KIPC_OK, result);
    if ((call.handle->rights & KIPC_RIGHT_ADMIN) == 0) {
        return ki_leave(kernel, KIPC_E_ACCES);
    }
    call.object = call.handle->object;
    if (call.handle->object->is_closed) {
        return ki_leave(kernel, KIPC_E_CLOSED);
    }
    return ki_leave(kernel, set_name(&call, name, length, rights));
}

static bool is_object_table(enum kipc_table_id table)
{
    return table >= KIPC_TABLE_FIRST_OBJECT && table < KIPC_TABLE_COUNT;
}

static int open_named(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_table_id table, const char *name,
                      uint32_t rights, kipc_handle_t *handle)
{
    struct kipc_process *process = ki_process(kernel, caller);
    KIPC_GUARD(process != NULL, KIPC_E_SRCH);
    struct kipc_object *object = find(kernel, table, name);
    KIPC_GUARD(object != NULL, KIPC_E_NOTFOUND);
    kernel->checks += 1;
    KIPC_GUARD((rights & ~object->open_rights) == 0, KIPC_E_ACCES);
    struct kipc_handle_entry *entry;
    int result = ki_handle_make(kernel, process, object, rights, NULL, &entry);
    KIPC_GUARD(result == KIPC_OK, result);
    *handle = kipc_table_id(&kernel->tables[KIPC_TABLE_HANDLE], entry);
    return KIPC_OK;
}

int kipc_object_open(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_table_id table, const char *name,
                     uint32_t rights, kipc_handle_t *handle)
{
    KIPC_GUARD(name != NULL && handle != NULL && is_object_table(table), KIPC_E_INVAL);
    KIPC_GUARD(name_length(name) != 0 && rights != 0 && (rights & ~(uint32_t)KIPC_RIGHTS) == 0, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    return ki_leave(kernel, open_named(kernel, caller, table, name, rights, handle));
}

static int unlink_named(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_table_id table, const char *name)
{
    const struct kipc_process *process = ki_process(kernel, caller);
    KIPC_GUARD(process != NULL, KIPC_E_SRCH);
    struct kipc_object *object = find(kernel, table, name);
    KIPC_GUARD(object != NULL, KIPC_E_NOTFOUND);
    kernel->checks += 1;
    KIPC_GUARD(object->user == process->user, KIPC_E_ACCES);
    ki_name_remove(kernel, object);
    ki_object_release(kernel, object);
    return KIPC_OK;
}

int kipc_object_unlink(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_table_id table, const char *name)
{
    KIPC_GUARD(name != NULL && is_object_table(table) && name_length(name) != 0, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    return ki_leave(kernel, unlink_named(kernel, caller, table, name));
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
