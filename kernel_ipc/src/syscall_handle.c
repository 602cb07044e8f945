/* SPDX-License-Identifier: MIT */
/* System calls on handles, names and processes. */
#include "syscall.h"
#include <kipc/capability.h>

int ki_sys_handle_close(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_handle_close(trap->kernel, trap->caller, handle);
}

int ki_sys_handle_duplicate(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    kipc_pid_t target = ki_trap_word(trap);
    uint32_t rights = ki_trap_word(trap);
    void *duplicate_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_handle_t duplicate;
    int result = kipc_handle_duplicate(trap->kernel, trap->caller, handle, target, rights, &duplicate);
    return ki_trap_hand_out(result, duplicate_out, &duplicate, sizeof(duplicate));
}

int ki_sys_handle_revoke(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_handle_revoke(trap->kernel, trap->caller, handle);
}

int ki_sys_handle_restrict(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    uint32_t rights = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_handle_restrict(trap->kernel, trap->caller, handle, rights);
}

int ki_sys_object_close(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_object_close(trap->kernel, trap->caller, handle);
}

int ki_sys_object_set_name(struct ki_trap *trap)
{
    char name[KIPC_CFG_NAME_MAX + 1];
    kipc_handle_t handle = ki_trap_word(trap);
    ki_trap_name(trap, name);
    uint32_t rights = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_object_set_name(trap->kernel, trap->caller, handle, name, rights);
}

int ki_sys_object_set_mode(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    uint32_t mode = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_object_set_mode(trap->kernel, trap->caller, handle, mode);
}

int ki_sys_object_open(struct ki_trap *trap)
{
    char name[KIPC_CFG_NAME_MAX + 1];
    uint32_t table = ki_trap_word(trap);
    ki_trap_name(trap, name);
    uint32_t rights = ki_trap_word(trap);
    void *handle_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_handle_t handle;
    int result = kipc_object_open(trap->kernel, trap->caller, (enum kipc_table_id)table, name, rights, &handle);
    return ki_trap_hand_out(result, handle_out, &handle, sizeof(handle));
}

int ki_sys_object_unlink(struct ki_trap *trap)
{
    char name[KIPC_CFG_NAME_MAX + 1];
    uint32_t table = ki_trap_word(trap);
    ki_trap_name(trap, name);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_object_unlink(trap->kernel, trap->caller, (enum kipc_table_id)table, name);
}

int ki_sys_object_id(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    void *id_out = ki_trap_result(trap, sizeof(uint32_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    uint32_t id;
    int result = kipc_object_id(trap->kernel, trap->caller, handle, &id);
    return ki_trap_hand_out(result, id_out, &id, sizeof(id));
}

/* The name is worked out here: a hash that a process worked out would be an index that nobody has checked. */
int ki_sys_object_look_up(struct ki_trap *trap)
{
    char text[KIPC_CFG_NAME_MAX + 1];
    uint32_t table = ki_trap_word(trap);
    ki_trap_name(trap, text);
    void *id_out = ki_trap_result(trap, sizeof(uint32_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    struct kipc_name name;
    uint32_t id;
    int result = kipc_name_set_up(&name, text, table);
    if (result == KIPC_OK) {
        result = kipc_object_look_up(trap->kernel, &name, &id);
    }
    return ki_trap_hand_out(result, id_out, &id, sizeof(id));
}

int ki_sys_object_find(struct ki_trap *trap)
{
    uint32_t table = ki_trap_word(trap);
    uint32_t id = ki_trap_word(trap);
    void *creator_out = ki_trap_result(trap, sizeof(kipc_pid_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_pid_t creator;
    int result = kipc_object_find(trap->kernel, (enum kipc_table_id)table, id, &creator);
    return ki_trap_hand_out(result, creator_out, &creator, sizeof(creator));
}

int ki_sys_counts(struct ki_trap *trap)
{
    void *counts_out = ki_trap_result(trap, sizeof(struct kipc_counts));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    struct kipc_counts counts;
    ki_clear(&counts, sizeof(counts)); /* also what lies between its members: nothing of the kernel's stack goes out */
    int result = kipc_counts(trap->kernel, &counts);
    return ki_trap_hand_out(result, counts_out, &counts, sizeof(counts));
}

int ki_sys_process_usage(struct ki_trap *trap)
{
    uint32_t quota = ki_trap_word(trap);
    void *used_out = ki_trap_wanted(trap, sizeof(uint32_t));
    void *limit_out = ki_trap_wanted(trap, sizeof(uint32_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    uint32_t used;
    uint32_t limit;
    int result = kipc_process_usage(trap->kernel, trap->caller, (enum kipc_quota)quota, &used, &limit);
    result = ki_trap_hand_out(result, used_out, &used, sizeof(used));
    return ki_trap_hand_out(result, limit_out, &limit, sizeof(limit));
}

int ki_sys_process_exit(struct ki_trap *trap)
{
    return kipc_process_exit(trap->kernel, trap->caller);
}

int ki_sys_capability_make(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    uint32_t rights = ki_trap_word(trap);
    void *capability_out = ki_trap_result(trap, sizeof(struct kipc_capability));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    struct kipc_capability capability;
    int result = kipc_capability_make(trap->kernel, trap->caller, handle, rights, &capability);
    return ki_trap_hand_out(result, capability_out, &capability, sizeof(capability));
}

/* By its address, not in registers: those are logged. */
int ki_sys_capability_redeem(struct ki_trap *trap)
{
    struct kipc_capability capability;
    ki_trap_structure(trap, &capability, sizeof(capability));
    void *handle_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_handle_t handle;
    int result = kipc_capability_redeem(trap->kernel, trap->caller, &capability, &handle);
    return ki_trap_hand_out(result, handle_out, &handle, sizeof(handle));
}
