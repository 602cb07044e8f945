/* SPDX-License-Identifier: MIT */
/* Arguments of system calls: registers, and what they point to. The first error is kept, later ones do not matter. */
#include "syscall.h"

static void refuse(struct ki_trap *trap, int code)
{
    trap->result = trap->result == KIPC_OK ? code : trap->result;
}

uintptr_t ki_trap_address(struct ki_trap *trap)
{
    uintptr_t value = *trap->next;
    trap->next += 1;
    return value;
}

uint32_t ki_trap_word(struct ki_trap *trap)
{
    uintptr_t value = ki_trap_address(trap);
    if ((uint64_t)value >> 32 != 0) {
        refuse(trap, KIPC_E_INVAL);
    }
    return (uint32_t)value;
}

uint64_t ki_trap_long(struct ki_trap *trap)
{
    uint64_t value = ki_trap_address(trap);
#if UINTPTR_MAX == UINT32_MAX
    value |= (uint64_t)ki_trap_address(trap) << 32;
#endif
    return value;
}

int ki_trap_int(struct ki_trap *trap)
{
    intptr_t value = (intptr_t)ki_trap_address(trap);
    if ((intptr_t)(int)value != value) {
        refuse(trap, KIPC_E_INVAL);
    }
    return (int)value;
}

void ki_trap_copy(struct ki_trap *trap, void *structure, uintptr_t address, size_t bytes)
{
    ki_clear(structure, bytes);
    if (trap->result == KIPC_OK) {
        trap->result = trap->memory->ops->copy_in(trap->memory->context, trap->caller, structure, address, bytes);
    }
}

void ki_trap_structure(struct ki_trap *trap, void *structure, size_t bytes)
{
    ki_trap_copy(trap, structure, ki_trap_address(trap), bytes);
}

void ki_trap_bool(struct ki_trap *trap, const void *structure, size_t offset)
{
    if (((const uint8_t *)structure)[offset] > 1) {
        refuse(trap, KIPC_E_INVAL);
    }
}

static void take_name(struct ki_trap *trap, char name[KIPC_CFG_NAME_MAX + 1], uintptr_t address, uintptr_t bytes)
{
    if (bytes < 2 || bytes > KIPC_CFG_NAME_MAX + 1) {
        refuse(trap, KIPC_E_INVAL);
        return;
    }
    ki_trap_copy(trap, name, address, bytes);
    for (uintptr_t i = 0; i < bytes; i++) {
        if ((name[i] == 0) != (i == bytes - 1)) {
            refuse(trap, KIPC_E_INVAL);
        }
    }
}

void ki_trap_name(struct ki_trap *trap, char name[KIPC_CFG_NAME_MAX + 1])
{
    uintptr_t address = ki_trap_address(trap);
    uintptr_t bytes = ki_trap_address(trap);
    take_name(trap, name, address, bytes);
}

bool ki_trap_optional_name(struct ki_trap *trap, char name[KIPC_CFG_NAME_MAX + 1])
{
    uintptr_t address = ki_trap_address(trap);
    uintptr_t bytes = ki_trap_address(trap);
    if (address != 0) {
        take_name(trap, name, address, bytes);
    }
    return address != 0;
}

void *ki_trap_range(struct ki_trap *trap, uintptr_t address, size_t bytes, enum kipc_user_access access)
{
    void *memory = NULL;
    KIPC_GUARD(trap->result == KIPC_OK && bytes != 0, NULL);
    KIPC_ASSERT(trap->loan_count < KI_LOANS_MAX);
    trap->result = trap->memory->ops->lend(trap->memory->context, trap->caller, address, bytes, access, &memory);
    KIPC_GUARD(trap->result == KIPC_OK, NULL);
    trap->loans[trap->loan_count].memory = memory;
    trap->loans[trap->loan_count].bytes = bytes;
    trap->loans[trap->loan_count].access = access;
    trap->loan_count += 1;
    return memory;
}

void *ki_trap_result(struct ki_trap *trap, size_t bytes)
{
    return ki_trap_range(trap, ki_trap_address(trap), bytes, KIPC_USER_WRITE);
}

void *ki_trap_wanted(struct ki_trap *trap, size_t bytes)
{
    uintptr_t address = ki_trap_address(trap);
    return address != 0 ? ki_trap_range(trap, address, bytes, KIPC_USER_WRITE) : NULL;
}

void ki_trap_message(struct ki_trap *trap, struct kipc_channel_message *message)
{
    ki_trap_bool(trap, message, offsetof(struct kipc_channel_message, moves_capabilities));
    /* A length beyond any channel's is not worth a look at the memory: the call refuses it by itself. */
    uint32_t length = message->length <= KIPC_CFG_CH_BYTES_MAX ? message->length : 1;
    message->data = ki_trap_range(trap, (uintptr_t)message->data, length, KIPC_USER_READ);
    /* A list is copied, as it is looked at twice; of what is no list the call itself says why. */
    uint32_t count = message->capability_count;
    if (count > KIPC_MSG_CAPABILITIES && count <= KIPC_MSG_CAPABILITIES_MAX && message->length > KIPC_MSG_SMALL_MAX) {
        ki_trap_copy(trap, trap->capabilities, (uintptr_t)message->capability_list, count * sizeof(kipc_handle_t));
        message->capability_list = trap->capabilities;
    }
}

void *ki_trap_buffer(struct ki_trap *trap, uint32_t *capacity)
{
    uintptr_t address = ki_trap_address(trap);
    uint32_t bytes = ki_trap_word(trap);
    *capacity = bytes <= KIPC_CFG_CH_BYTES_MAX ? bytes : KIPC_CFG_CH_BYTES_MAX;
    return ki_trap_range(trap, address, *capacity, KIPC_USER_WRITE);
}

void ki_trap_channel_config(struct ki_trap *trap, struct kipc_channel_config *config)
{
    ki_trap_structure(trap, config, sizeof(*config));
    ki_trap_bool(trap, config, offsetof(struct kipc_channel_config, is_unidirectional));
    ki_trap_bool(trap, config, offsetof(struct kipc_channel_config, is_fifo));
    ki_trap_bool(trap, config, offsetof(struct kipc_channel_config, announces));
}

void ki_trap_end(struct ki_trap *trap)
{
    while (trap->loan_count > 0) {
        trap->loan_count -= 1;
        trap->memory->ops->give_back(trap->memory->context, trap->caller, trap->loans[trap->loan_count].memory,
                                     trap->loans[trap->loan_count].bytes, trap->loans[trap->loan_count].access);
    }
}
