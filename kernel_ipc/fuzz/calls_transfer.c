/* SPDX-License-Identifier: MIT */
/* Messages in batches, operations with tokens, many capabilities, capabilities as data, and another node. */
#include "calls.h"
#include <kipc/batch.h>
#include <string.h>

#define BATCH 5u

static void send_batch(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_CHANNEL);
    uint8_t data[BATCH][MESSAGE_MAX];
    struct kipc_channel_message messages[BATCH];
    uint32_t count = fuzz_below(&world->input, 16) == 0 ? 0 : 1 + fuzz_below(&world->input, BATCH);
    for (uint32_t i = 0; i < count; i++) {
        messages[i] = fuzz_message(world, pid, data[i], true);
    }
    int64_t result = world_check(
        world, 0, 0, kipc_channel_send_batch(&world->kernel, pid, handle, messages, count, world_deadline(world)));
    FUZZ_REQUIRE(result != 0 && result <= (int64_t)count);
}

static void receive_batch(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_CHANNEL);
    struct kipc_channel_room rooms[BATCH];
    struct kipc_channel_info infos[BATCH];
    uint32_t count = fuzz_below(&world->input, 16) == 0 ? 0 : 1 + fuzz_below(&world->input, BATCH);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t capacity = fuzz_below(&world->input, 8) == 0 ? fuzz_byte(&world->input) : MESSAGE_MAX;
        rooms[i] = (struct kipc_channel_room){.buffer = malloc(capacity + 1), .capacity = capacity, .info = &infos[i]};
        FUZZ_REQUIRE(rooms[i].buffer != NULL);
    }
    int64_t result = world_check(
        world, 0, 0, kipc_channel_receive_batch(&world->kernel, pid, handle, rooms, count, world_deadline(world)));
    FUZZ_REQUIRE(result != 0 && result <= (int64_t)count);
    for (int64_t i = 0; i < result; i++) {
        FUZZ_REQUIRE(rooms[i].length <= rooms[i].capacity);
        check_message(world, rooms[i].buffer, rooms[i].length);
        take_capabilities(world, pid, &infos[i]);
    }
    for (uint32_t i = 0; i < count; i++) {
        free(rooms[i].buffer);
    }
}

/* The list comes from the heap at its exact size. */
static void send_many_capabilities(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_CHANNEL);
    uint8_t data[MESSAGE_MAX];
    struct kipc_channel_message message = fuzz_message(world, pid, data, true);
    uint32_t count = fuzz_mostly(&world->input, 2 * KIPC_MSG_CAPABILITIES);
    count = fuzz_below(&world->input, 8) == 0 ? KIPC_MSG_CAPABILITIES_MAX + fuzz_below(&world->input, 2) : count;
    uint32_t listed = count > KIPC_MSG_CAPABILITIES_MAX + 1 ? KIPC_MSG_CAPABILITIES_MAX + 1 : count;
    kipc_handle_t *list = malloc((listed + 1) * sizeof(*list));
    FUZZ_REQUIRE(list != NULL);
    for (uint32_t i = 0; i < listed; i++) {
        list[i] = world_handle(world, pid);
        if (i < KIPC_MSG_CAPABILITIES) {
            message.capabilities[i] = list[i];
        }
    }
    message.capability_count = count;
    message.capability_list = list;
    message.moves_capabilities = fuzz_below(&world->input, 2) == 0;
    int64_t result =
        world_check(world, 0, 0, kipc_channel_send(&world->kernel, pid, handle, &message, world_deadline(world)));
    FUZZ_REQUIRE(result != KIPC_OK || count <= KIPC_MSG_CAPABILITIES_MAX);
    free(list);
}

static void receive_many_capabilities(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_CHANNEL);
    struct kipc_channel_large_info *info = malloc(sizeof(*info));
    uint8_t *buffer = malloc(MESSAGE_MAX);
    FUZZ_REQUIRE(info != NULL && buffer != NULL);
    int64_t result = world_check(
        world, 0, 0,
        kipc_channel_receive_large(&world->kernel, pid, handle, buffer, MESSAGE_MAX, info, world_deadline(world)));
    if (result >= 0) {
        check_message(world, buffer, (uint32_t)result);
        FUZZ_REQUIRE(info->capability_count <= KIPC_MSG_CAPABILITIES_MAX);
        for (uint32_t i = 0; i < KIPC_MSG_CAPABILITIES_MAX; i++) {
            FUZZ_REQUIRE(i < info->capability_count || info->capabilities[i] == KIPC_NO_ID);
            if (info->capabilities[i] != KIPC_NO_ID) {
                world_give(world, pid, info->capabilities[i]);
            }
        }
    }
    free(buffer);
    free(info);
}

static void begin_operation(struct world *world)
{
    struct model *model = world->model;
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_CHANNEL);
    kipc_handle_t event = fuzz_below(&world->input, 2) == 0 ? KIPC_NO_ID : world_object(world, pid, KIPC_TABLE_EVENT);
    kipc_token_t token = KIPC_NO_ID;
    uint8_t data[MESSAGE_MAX];
    int result;
    if (fuzz_below(&world->input, 2) == 0) {
        struct kipc_channel_message message = fuzz_message(world, pid, data, true);
        result = kipc_channel_send_async(&world->kernel, pid, handle, &message, event, &token);
    } else {
        uint32_t capacity = fuzz_number(&world->input, MESSAGE_MAX);
        result = kipc_channel_receive_async(&world->kernel, pid, handle, capacity, event, &token);
    }
    if (world_check(world, 0, 0, result) == KIPC_OK) {
        FUZZ_REQUIRE(token != KIPC_NO_ID);
        model->tokens[model->token_count++ % MODEL_TOKENS] = (struct model_token){.pid = pid, .token = token};
    }
}

static struct model_token *some_token(struct world *world)
{
    struct model *model = world->model;
    return &model->tokens[fuzz_below(&world->input, MODEL_TOKENS)];
}

/* A result of a spent token would be a second completion. A token that another one took its place of may not matter. */
static void poll_operation(struct world *world)
{
    struct model_token *place = some_token(world);
    struct model_token known = *place;
    kipc_pid_t pid = fuzz_below(&world->input, 8) == 0 ? world_pid(world) : known.pid;
    struct kipc_channel_info info = {0};
    uint32_t capacity = fuzz_below(&world->input, 4) == 0 ? fuzz_byte(&world->input) : MESSAGE_MAX;
    uint8_t *buffer = malloc(capacity + 1);
    FUZZ_REQUIRE(buffer != NULL);
    memset(buffer, 0, capacity + 1);
    int64_t result =
        world_check(world, 0, 0, kipc_async_poll(&world->kernel, pid, known.token, buffer, capacity, &info));
    FUZZ_REQUIRE(result <= (int64_t)capacity);
    FUZZ_REQUIRE(result < 0 || (!known.is_spent && pid == known.pid));
    if (result >= 0 && place->token == known.token) {
        place->is_spent = true;
    }
    if (result > 0) {
        check_message(world, buffer, (uint32_t)result);
        take_capabilities(world, pid, &info);
    }
    free(buffer);
}

static void cancel_operation(struct world *world)
{
    struct model_token *place = some_token(world);
    struct model_token known = *place;
    int64_t result = world_check(world, 0, 0, kipc_async_cancel(&world->kernel, known.pid, known.token));
    FUZZ_REQUIRE(result < 0 || !known.is_spent);
    if (result == KIPC_OK && place->token == known.token) {
        place->is_spent = true;
    }
}

static void make_capability(struct world *world)
{
    struct model *model = world->model;
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_handle(world, pid);
    struct kipc_capability made;
    int result = kipc_capability_make(&world->kernel, pid, handle, fuzz_byte(&world->input), &made);
    if (world_check(world, pid, handle, result) == KIPC_OK) {
        FUZZ_REQUIRE(made.source == handle);
        model->capabilities[model->capability_count++ % MODEL_CAPABILITIES] = made;
    }
}

/* One that somebody changed is never good, whatever was changed. */
static void redeem_capability(struct world *world)
{
    const struct model *model = world->model;
    kipc_pid_t pid = world_pid(world);
    struct kipc_capability copy = model->capabilities[fuzz_below(&world->input, MODEL_CAPABILITIES)];
    bool is_changed = fuzz_below(&world->input, 4) == 0;
    kipc_handle_t handle = KIPC_NO_ID;
    if (is_changed) {
        uint8_t bytes[sizeof(copy)];
        memcpy(bytes, &copy, sizeof(copy));
        bytes[fuzz_below(&world->input, sizeof(copy))] ^= (uint8_t)(1u << fuzz_below(&world->input, 8));
        memcpy(&copy, bytes, sizeof(copy));
    }
    int result = kipc_capability_redeem(&world->kernel, pid, &copy, &handle);
    if (world_check(world, 0, 0, result) != KIPC_OK) {
        return;
    }
    const struct kipc_handle_entry *source = kipc_table_find(&world->kernel.tables[KIPC_TABLE_HANDLE], copy.source);
    FUZZ_REQUIRE(!is_changed && source != NULL && (copy.rights & ~(uint32_t)source->rights) == 0);
    world_give(world, pid, handle);
}

static void open_remote(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t handle = KIPC_NO_ID;
    config.capacity = fuzz_mostly(&world->input, 4);
    config.buffer_bytes = 512;
    config.message_max = fuzz_mostly(&world->input, 200);
    config.overflow = (enum kipc_overflow)fuzz_below(&world->input, 4);
    uint32_t node = fuzz_below(&world->input, 8) == 0 ? fuzz_number(&world->input, KIPC_CFG_NODES_MAX) : 0;
    uint32_t port = fuzz_below(&world->input, 8) == 0 ? fuzz_number(&world->input, KIPC_CFG_PORTS_MAX)
                                                      : fuzz_below(&world->input, 2);
    int result = kipc_channel_open_remote(&world->kernel, pid, &config, node, port, &handle);
    if (world_check(world, pid, 0, result) == KIPC_OK) {
        FUZZ_REQUIRE(node == 0 && port < KIPC_CFG_PORTS_MAX);
        world_give(world, pid, handle);
    }
}

void take_from_port(struct world *world, uint32_t port)
{
    struct kipc_message_header header;
    uint32_t capacity = fuzz_below(&world->input, 4) == 0 ? fuzz_byte(&world->input) : MESSAGE_MAX;
    uint8_t *buffer = malloc(capacity + 1);
    FUZZ_REQUIRE(buffer != NULL);
    int64_t result = world_check(world, 0, 0, kipc_transport_take(&world->kernel, 0, port, &header, buffer, capacity));
    if (result >= 0) {
        FUZZ_REQUIRE(result <= (int64_t)capacity && header.total_size == sizeof(header) + (uint64_t)result);
        FUZZ_REQUIRE(kipc_message_validate(&header, header.total_size) == KIPC_OK);
        check_message(world, buffer, (uint32_t)result);
    }
    free(buffer);
}

static void transport_takes(struct world *world)
{
    take_from_port(world, fuzz_below(&world->input, 3));
}

/* Whatever the other node may send; the payload comes from the heap at its exact size. */
static void transport_delivers(struct world *world)
{
    uint8_t data[MESSAGE_MAX];
    struct kipc_channel_message message = fuzz_message(world, 0, data, false);
    struct kipc_message_header header = {.type = (uint8_t)message.type,
                                         .flags = message.flags,
                                         .priority = message.priority,
                                         .total_size = (uint32_t)sizeof(header) + message.length};
    uint32_t available = message.length;
    if (fuzz_below(&world->input, 4) == 0) {
        header.reserved = (uint8_t)fuzz_below(&world->input, 2);
        header.total_size = fuzz_number(&world->input, MESSAGE_MAX);
        header.request_id = fuzz_word(&world->input, 2);
        available = fuzz_byte(&world->input);
        uint32_t length = header.total_size - (uint32_t)sizeof(header);
        memcpy(data + sizeof(uint32_t), &length, sizeof(length)); /* what a receiver may see of it */
    }
    uint8_t *copy = malloc(available + 1);
    FUZZ_REQUIRE(copy != NULL);
    memcpy(copy, data, available);
    int64_t result = world_check(
        world, 0, 0, kipc_transport_deliver(&world->kernel, 0, fuzz_below(&world->input, 3), &header, copy, available));
    FUZZ_REQUIRE(result != KIPC_OK || header.total_size <= sizeof(header) + available);
    free(copy);
}

static void change_route(struct world *world)
{
    switch (fuzz_below(&world->input, 8)) {
    case 0:
        (void)world_check(world, 0, 0, kipc_transport_lost(&world->kernel, 0));
        break;
    case 1:
        (void)world_check(world, 0, 0, kipc_route_remove(&world->kernel, 0));
        break;
    default:
        (void)world_check(world, 0, 0, kipc_route_add(&world->kernel, 0, &world->transport));
        break;
    }
}

const fuzz_call transfer_calls[] = {
    send_batch,        receive_batch,  send_many_capabilities, receive_many_capabilities, begin_operation,
    begin_operation,   poll_operation, poll_operation,         cancel_operation,          make_capability,
    redeem_capability, open_remote,    transport_takes,        transport_delivers,        change_route,
};
const size_t transfer_call_count = COUNT_OF(transfer_calls);
