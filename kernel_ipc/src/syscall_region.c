/* SPDX-License-Identifier: MIT */
/* System calls on regions of shared memory. */
#include "syscall.h"
#include <kipc/mapping.h>

int ki_sys_region_create(struct ki_trap *trap)
{
    struct kipc_region_config config;
    char name[KIPC_CFG_NAME_MAX + 1];
    ki_trap_structure(trap, &config, sizeof(config));
    bool is_named = ki_trap_optional_name(trap, name);
    void *handle_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    config.name = is_named ? name : NULL; /* an address in the structure itself is not looked at */
    kipc_handle_t handle;
    int result = kipc_region_create(trap->kernel, trap->caller, &config, &handle);
    return ki_trap_hand_out(result, handle_out, &handle, sizeof(handle));
}

int ki_sys_region_open(struct ki_trap *trap)
{
    char name[KIPC_CFG_NAME_MAX + 1];
    ki_trap_name(trap, name);
    uint32_t rights = ki_trap_word(trap);
    void *handle_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_handle_t handle;
    int result = kipc_region_open(trap->kernel, trap->caller, name, rights, &handle);
    return ki_trap_hand_out(result, handle_out, &handle, sizeof(handle));
}

int ki_sys_region_attach(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    void *physical_out = ki_trap_wanted(trap, sizeof(uintptr_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    uintptr_t physical;
    int result = kipc_region_attach(trap->kernel, trap->caller, handle, &physical);
    return ki_trap_hand_out(result, physical_out, &physical, sizeof(physical));
}

int ki_sys_region_detach(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_region_detach(trap->kernel, trap->caller, handle);
}

int ki_sys_region_destroy(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_region_destroy(trap->kernel, trap->caller, handle);
}

int ki_sys_region_read(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    uintptr_t offset = ki_trap_address(trap);
    uintptr_t address = ki_trap_address(trap);
    size_t length = ki_trap_address(trap);
    void *buffer = ki_trap_range(trap, address, length, KIPC_USER_WRITE);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_region_read(trap->kernel, trap->caller, handle, offset, buffer, length);
}

int ki_sys_region_write(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    uintptr_t offset = ki_trap_address(trap);
    uintptr_t address = ki_trap_address(trap);
    size_t length = ki_trap_address(trap);
    const void *data = ki_trap_range(trap, address, length, KIPC_USER_READ);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_region_write(trap->kernel, trap->caller, handle, offset, data, length);
}

/* The old value counts also where the exchange did not take place. */
int ki_sys_region_atomic(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    uintptr_t offset = ki_trap_address(trap);
    uint32_t operation = ki_trap_word(trap);
    uint32_t operand = ki_trap_word(trap);
    uint32_t expected = ki_trap_word(trap);
    void *old_out = ki_trap_wanted(trap, sizeof(uint32_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    uint32_t old = 0;
    int result = kipc_region_atomic(trap->kernel, trap->caller, handle, offset, (enum kipc_atomic)operation, operand,
                                    expected, &old);
    if (result == KIPC_E_WOULDBLOCK && old_out != NULL) {
        ki_copy_bytes(old_out, &old, sizeof(old));
    }
    return ki_trap_hand_out(result, old_out, &old, sizeof(old));
}

int ki_sys_region_info(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    void *info_out = ki_trap_result(trap, sizeof(struct kipc_region_info));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    struct kipc_region_info info;
    ki_clear(&info, sizeof(info));
    int result = kipc_region_info(trap->kernel, trap->caller, handle, &info);
    return ki_trap_hand_out(result, info_out, &info, sizeof(info));
}

int ki_sys_region_attachment(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    uint32_t position = ki_trap_word(trap);
    void *info_out = ki_trap_result(trap, sizeof(struct kipc_attachment_info));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    struct kipc_attachment_info info;
    ki_clear(&info, sizeof(info));
    int result = kipc_region_attachment(trap->kernel, trap->caller, handle, position, &info);
    return ki_trap_hand_out(result, info_out, &info, sizeof(info));
}

int ki_sys_region_set_flags(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    uint32_t flags = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_region_set_flags(trap->kernel, trap->caller, handle, flags);
}

int ki_sys_region_share(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    void *made_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_handle_t made;
    int result = kipc_region_share(trap->kernel, trap->caller, handle, &made);
    return ki_trap_hand_out(result, made_out, &made, sizeof(made));
}

int ki_sys_region_copy(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    void *made_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_handle_t made;
    int result = kipc_region_copy(trap->kernel, trap->caller, handle, &made);
    return ki_trap_hand_out(result, made_out, &made, sizeof(made));
}

int ki_sys_region_move(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    kipc_pid_t target = ki_trap_word(trap);
    void *moved_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_handle_t moved;
    int result = kipc_region_move(trap->kernel, trap->caller, handle, target, &moved);
    return ki_trap_hand_out(result, moved_out, &moved, sizeof(moved));
}

int ki_sys_region_scatter(struct ki_trap *trap)
{
    struct kipc_scatter scatter;
    kipc_handle_t handle = ki_trap_word(trap);
    ki_trap_structure(trap, &scatter, sizeof(scatter));
    ki_trap_bool(trap, &scatter, offsetof(struct kipc_scatter, is_written));
    uintptr_t address = ki_trap_address(trap);
    uint32_t capacity = ki_trap_word(trap);
    KIPC_GUARD(trap->result != KIPC_OK || capacity <= KIPC_TABLE_ENTRIES_MAX, KIPC_E_INVAL);
    KIPC_GUARD(trap->result != KIPC_OK || address % sizeof(uintptr_t) == 0, KIPC_E_INVAL);
    struct kipc_stretch *stretches =
        ki_trap_range(trap, address, capacity * sizeof(struct kipc_stretch), KIPC_USER_WRITE);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_region_scatter(trap->kernel, trap->caller, handle, &scatter, stretches, capacity);
}

static void take_mapping_config(struct ki_trap *trap, struct kipc_mapping_config *config)
{
    ki_trap_structure(trap, config, sizeof(*config));
    ki_trap_bool(trap, config, offsetof(struct kipc_mapping_config, is_lazy));
}

int ki_sys_region_map(struct ki_trap *trap)
{
    struct kipc_mapping_config config;
    kipc_handle_t handle = ki_trap_word(trap);
    take_mapping_config(trap, &config);
    void *address_out = ki_trap_result(trap, sizeof(uintptr_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    uintptr_t address;
    int result = kipc_region_map(trap->kernel, trap->caller, handle, &config, &address);
    return ki_trap_hand_out(result, address_out, &address, sizeof(address));
}

int ki_sys_region_map_for(struct ki_trap *trap)
{
    struct kipc_mapping_config config;
    kipc_handle_t handle = ki_trap_word(trap);
    kipc_pid_t target = ki_trap_word(trap);
    uint32_t rights = ki_trap_word(trap);
    take_mapping_config(trap, &config);
    void *address_out = ki_trap_result(trap, sizeof(uintptr_t));
    void *made_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    uintptr_t address;
    kipc_handle_t made;
    int result = kipc_region_map_for(trap->kernel, trap->caller, handle, target, rights, &config, &address, &made);
    result = ki_trap_hand_out(result, address_out, &address, sizeof(address));
    return ki_trap_hand_out(result, made_out, &made, sizeof(made));
}

int ki_sys_region_unmap(struct ki_trap *trap)
{
    return kipc_region_unmap(trap->kernel, trap->caller, ki_trap_address(trap));
}

int ki_sys_region_protect(struct ki_trap *trap)
{
    uintptr_t address = ki_trap_address(trap);
    uint32_t flags = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_region_protect(trap->kernel, trap->caller, address, flags);
}
