/* SPDX-License-Identifier: MIT */
/* System calls for many messages at once, and for messages that nobody waits for. */
#include "syscall.h"
#include <kipc/async.h>
#include <kipc/batch.h>
#include <kipc/transport.h>

int ki_sys_channel_send_batch(struct ki_trap *trap)
{
    struct kipc_channel_message messages[KIPC_SYSCALL_BATCH];
    kipc_handle_t handle = ki_trap_word(trap);
    uintptr_t address = ki_trap_address(trap);
    uint32_t count = ki_trap_word(trap);
    uint64_t deadline = ki_trap_long(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    KIPC_GUARD(count >= 1 && count <= KIPC_CFG_BATCH_MAX, KIPC_E_INVAL);
    count = count < KIPC_SYSCALL_BATCH ? count : KIPC_SYSCALL_BATCH;
    ki_trap_copy(trap, messages, address, count * sizeof(messages[0]));
    for (uint32_t i = 0; i < count && trap->result == KIPC_OK; i++) {
        ki_trap_message(trap, &messages[i]);
    }
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_channel_send_batch(trap->kernel, trap->caller, handle, messages, count, deadline);
}

/* What the call fills in goes to copies first: a process may change its list meanwhile. */
struct places {
    struct kipc_channel_room rooms[KIPC_SYSCALL_BATCH];
    struct kipc_channel_info infos[KIPC_SYSCALL_BATCH];
    void *info_out[KIPC_SYSCALL_BATCH];
};

static void take_places(struct ki_trap *trap, struct places *places, uint32_t count)
{
    for (uint32_t i = 0; i < count && trap->result == KIPC_OK; i++) {
        struct kipc_channel_room *room = &places->rooms[i];
        room->capacity = room->capacity <= KIPC_CFG_CH_BYTES_MAX ? room->capacity : KIPC_CFG_CH_BYTES_MAX;
        room->buffer = ki_trap_range(trap, (uintptr_t)room->buffer, room->capacity, KIPC_USER_WRITE);
        places->info_out[i] = NULL;
        if (room->info != NULL) {
            places->info_out[i] = ki_trap_range(trap, (uintptr_t)room->info, sizeof(places->infos[i]), KIPC_USER_WRITE);
            ki_clear(&places->infos[i], sizeof(places->infos[i]));
            room->info = &places->infos[i];
        }
    }
}

int ki_sys_channel_receive_batch(struct ki_trap *trap)
{
    struct places places;
    kipc_handle_t handle = ki_trap_word(trap);
    uintptr_t address = ki_trap_address(trap);
    uint32_t count = ki_trap_word(trap);
    uint64_t deadline = ki_trap_long(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    KIPC_GUARD(count >= 1 && count <= KIPC_CFG_BATCH_MAX, KIPC_E_INVAL);
    count = count < KIPC_SYSCALL_BATCH ? count : KIPC_SYSCALL_BATCH;
    ki_trap_copy(trap, places.rooms, address, count * sizeof(places.rooms[0]));
    uint8_t *rooms_out = ki_trap_range(trap, address, count * sizeof(places.rooms[0]), KIPC_USER_WRITE);
    take_places(trap, &places, count);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    int result = kipc_channel_receive_batch(trap->kernel, trap->caller, handle, places.rooms, count, deadline);
    for (int i = 0; i < result; i++) {
        size_t place = (size_t)i * sizeof(places.rooms[0]) + offsetof(struct kipc_channel_room, length);
        ki_copy_bytes(rooms_out + place, &places.rooms[i].length, sizeof(places.rooms[i].length));
        (void)ki_trap_hand_out(KIPC_OK, places.info_out[i], &places.infos[i], sizeof(places.infos[i]));
    }
    return result;
}

int ki_sys_channel_send_async(struct ki_trap *trap)
{
    struct kipc_channel_message message;
    kipc_handle_t handle = ki_trap_word(trap);
    ki_trap_structure(trap, &message, sizeof(message));
    ki_trap_message(trap, &message);
    kipc_handle_t event = ki_trap_word(trap);
    void *token_out = ki_trap_result(trap, sizeof(kipc_token_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_token_t token;
    int result = kipc_channel_send_async(trap->kernel, trap->caller, handle, &message, event, &token);
    return ki_trap_hand_out(result, token_out, &token, sizeof(token));
}

int ki_sys_channel_receive_async(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    uint32_t capacity = ki_trap_word(trap);
    kipc_handle_t event = ki_trap_word(trap);
    void *token_out = ki_trap_result(trap, sizeof(kipc_token_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_token_t token;
    int result = kipc_channel_receive_async(trap->kernel, trap->caller, handle, capacity, event, &token);
    return ki_trap_hand_out(result, token_out, &token, sizeof(token));
}

int ki_sys_async_poll(struct ki_trap *trap)
{
    kipc_token_t token = ki_trap_word(trap);
    uint32_t capacity;
    void *buffer = ki_trap_buffer(trap, &capacity);
    void *info_out = ki_trap_wanted(trap, sizeof(struct kipc_channel_info));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    struct kipc_channel_info info;
    ki_clear(&info, sizeof(info));
    int result = kipc_async_poll(trap->kernel, trap->caller, token, buffer, capacity, info_out != NULL ? &info : NULL);
    return ki_trap_hand_out(result, info_out, &info, sizeof(info));
}

int ki_sys_async_cancel(struct ki_trap *trap)
{
    kipc_token_t token = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_async_cancel(trap->kernel, trap->caller, token);
}

int ki_sys_channel_open_remote(struct ki_trap *trap)
{
    struct kipc_channel_config config;
    ki_trap_channel_config(trap, &config);
    uint32_t node = ki_trap_word(trap);
    uint32_t port = ki_trap_word(trap);
    void *handle_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_handle_t handle;
    int result = kipc_channel_open_remote(trap->kernel, trap->caller, &config, node, port, &handle);
    return ki_trap_hand_out(result, handle_out, &handle, sizeof(handle));
}

int ki_sys_connection_info(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    void *info_out = ki_trap_result(trap, sizeof(struct kipc_connection));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    struct kipc_connection info;
    ki_clear(&info, sizeof(info));
    int result = kipc_connection_info(trap->kernel, trap->caller, handle, &info);
    return ki_trap_hand_out(result, info_out, &info, sizeof(info));
}
