/* SPDX-License-Identifier: MIT */
/* Channels, calls, topics. */
#include "calls.h"
#include <kipc/call.h>
#include <kipc/topic.h>
#include <string.h>

#define TAG_BYTES 8u

static void create_channel(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2] = {KIPC_NO_ID, KIPC_NO_ID};
    uint32_t flags = fuzz_byte(&world->input);
    config.is_unidirectional = (flags & 1) != 0;
    config.is_fifo = (flags & 2) != 0;
    config.order = (flags & 4) != 0 ? KIPC_WAIT_FIFO : KIPC_WAIT_PRIORITY;
    config.overflow = (enum kipc_overflow)(flags >> 3 & 3);
    config.capacity = fuzz_byte(&world->input) % 8 % 5;
    config.buffer_bytes = (flags & 0x60) == 0x60 ? fuzz_number(&world->input, 1024) : 512;
    config.message_max = (flags & 0xc0) == 0xc0 ? fuzz_number(&world->input, 512) : 200;
    int result = kipc_channel_create(&world->kernel, pid, &config, ends);
    if (world_check(world, pid, 0, result) == KIPC_OK) {
        world_give(world, pid, ends[0]);
        world_give(world, pid, ends[1]);
    }
}

struct kipc_channel_message fuzz_message(struct world *world, kipc_pid_t pid, uint8_t *data, bool is_counted)
{
    struct model *model = world->model;
    struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .data = data};
    uint32_t shape = fuzz_byte(&world->input);
    message.length = TAG_BYTES + fuzz_byte(&world->input) % 70;
    if ((shape & 7) == 7) {
        message.type = (enum kipc_message_type)fuzz_below(&world->input, 7);
        message.flags = (uint8_t)fuzz_below(&world->input, 5);
        message.length = fuzz_number(&world->input, MESSAGE_MAX);
        message.length = message.length > MESSAGE_MAX ? MESSAGE_MAX : message.length;
    }
    message.priority = (shape & 8) != 0 ? (uint8_t)fuzz_below(&world->input, 3) : 0;
    if ((shape & 0x30) == 0x30) {
        message.capability_count = fuzz_below(&world->input, KIPC_MSG_CAPABILITIES + 2);
        message.moves_capabilities = (shape & 0x40) != 0;
        for (uint32_t i = 0; i < message.capability_count && i < KIPC_MSG_CAPABILITIES; i++) {
            message.capabilities[i] = world_handle(world, pid);
        }
    }
    uint32_t tag = is_counted && model->sent_tags < MODEL_TAGS ? model->sent_tags++ : MODEL_TAGS;
    memset(data, (int)(tag & 0xff), MESSAGE_MAX);
    memcpy(data, &tag, sizeof(tag));
    memcpy(data + sizeof(tag), &message.length, sizeof(message.length));
    return message;
}

void check_message(struct world *world, const uint8_t *data, uint32_t length)
{
    struct model *model = world->model;
    uint32_t tag;
    uint32_t sent_length;
    if (length < TAG_BYTES) {
        return; /* too short to be recognised */
    }
    memcpy(&tag, data, sizeof(tag));
    memcpy(&sent_length, data + sizeof(tag), sizeof(sent_length));
    FUZZ_REQUIRE(sent_length == length && (tag < model->sent_tags || tag == MODEL_TAGS));
    for (uint32_t i = TAG_BYTES; i < length; i++) {
        FUZZ_REQUIRE(data[i] == (uint8_t)tag);
    }
    if (tag < MODEL_TAGS) {
        FUZZ_REQUIRE(!model->was_received[tag]); /* no message comes twice */
        model->was_received[tag] = true;
    }
}

/* Messages of one priority come in the order in which they were sent. */
static void check_order(struct world *world, uint32_t id, const struct kipc_channel_info *info)
{
    struct model *model = world->model;
    for (uint32_t i = 0; i < model->order_count; i++) {
        struct model_order *order = &model->orders[i];
        if (order->id == id && order->priority == info->header.priority) {
            bool is_later = info->sequence > order->sequence;
            FUZZ_REQUIRE(is_later || world->was_preempted); /* then others received meanwhile */
            order->sequence = is_later ? info->sequence : order->sequence;
            return;
        }
    }
    if (id != KIPC_NO_ID && model->order_count < MODEL_ORDERS) {
        model->orders[model->order_count++] = (struct model_order){id, info->header.priority, info->sequence};
    }
}

static void forget_order(struct world *world)
{
    ((struct model *)world->model)->order_count = 0;
}

static void send_message(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_CHANNEL);
    uint8_t data[MESSAGE_MAX];
    struct kipc_channel_message message = fuzz_message(world, pid, data, true);
    (void)world_check(world, 0, 0, kipc_channel_send(&world->kernel, pid, handle, &message, world_deadline(world)));
}

void take_capabilities(struct world *world, kipc_pid_t pid, const struct kipc_channel_info *info)
{
    struct model *model = world->model;
    for (uint32_t i = 0; i < KIPC_MSG_CAPABILITIES; i++) {
        if (info->capabilities[i] != KIPC_NO_ID) {
            world_give(world, pid, info->capabilities[i]);
        }
    }
    if (info->header.type == KIPC_MESSAGE_REQUEST) {
        model->requests[model->request_count++ % COUNT_OF(model->requests)] = info->header.request_id;
    }
}

/* Buffers come from the heap at their exact size, so that the address sanitizer sees each byte too many. */
static void receive_message(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_CHANNEL);
    uint32_t id = world_object_id(world, pid, handle, KIPC_TABLE_CHANNEL);
    uint32_t capacity = fuzz_below(&world->input, 4) == 0 ? fuzz_byte(&world->input) : MESSAGE_MAX;
    bool has_info = fuzz_below(&world->input, 8) != 0;
    struct kipc_channel_info info = {0};
    uint8_t *buffer = malloc(capacity + 1);
    FUZZ_REQUIRE(buffer != NULL);
    int64_t result = world_check(world, 0, 0,
                                 kipc_channel_receive(&world->kernel, pid, handle, buffer, capacity,
                                                      has_info ? &info : NULL, world_deadline(world)));
    if (result >= 0) {
        FUZZ_REQUIRE(result <= (int64_t)capacity);
        check_message(world, buffer, (uint32_t)result);
        if (has_info) {
            check_order(world, id, &info);
            take_capabilities(world, pid, &info);
        }
    }
    free(buffer);
}

static void part_or_join(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_CHANNEL);
    kipc_handle_t other = world_object(world, pid, KIPC_TABLE_CHANNEL);
    if (fuzz_below(&world->input, 2) == 0) {
        (void)world_check(world, pid, handle, kipc_channel_disconnect(&world->kernel, pid, handle));
    } else if (world_check(world, pid, handle, kipc_channel_connect(&world->kernel, pid, handle, other)) == KIPC_OK) {
        forget_order(world); /* sequence numbers begin anew */
    }
}

static void change_access(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_CHANNEL);
    uint32_t flags = fuzz_byte(&world->input);
    if ((flags & 1) != 0) {
        (void)world_check(world, pid, handle, kipc_channel_admit(&world->kernel, pid, handle, flags >> 1 | 1));
        return;
    }
    const struct kipc_channel_rule rule = {.id = (flags & 2) != 0 ? world->pids[0] : fuzz_below(&world->input, 4),
                                           .is_group = (flags & 4) != 0,
                                           .is_denied = (flags & 8) != 0};
    (void)world_check(world, pid, handle, kipc_channel_add_rule(&world->kernel, pid, handle, &rule));
}

static void look_at_channel(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_CHANNEL);
    struct kipc_channel_stats stats;
    int64_t queued = world_check(world, pid, handle, kipc_channel_stats(&world->kernel, pid, handle, &stats));
    FUZZ_REQUIRE(queued < 0 || (queued <= 4 && stats.depth_peak >= (uint32_t)queued));
    (void)kipc_channel_deadline(&world->kernel, pid, handle);
}

static void call_server(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_CHANNEL);
    uint8_t data[MESSAGE_MAX];
    struct kipc_channel_message message = fuzz_message(world, pid, data, true);
    uint32_t capacity = fuzz_byte(&world->input);
    uint8_t *reply = malloc(capacity + 1);
    FUZZ_REQUIRE(reply != NULL);
    int64_t result = world_check(
        world, 0, 0, kipc_channel_call(&world->kernel, pid, handle, &message, reply, capacity, world_deadline(world)));
    FUZZ_REQUIRE(result <= (int64_t)capacity);
    for (int64_t i = 0; i < result; i++) {
        FUZZ_REQUIRE(reply[i] == 0x5A);
    }
    free(reply);
}

static void answer(struct world *world)
{
    const struct model *model = world->model;
    kipc_pid_t pid = world_pid(world);
    uint32_t choice = fuzz_byte(&world->input);
    uint64_t request = model->requests[choice % COUNT_OF(model->requests)] + (choice == 255 ? 1 : 0);
    if (fuzz_below(&world->input, 4) == 0) {
        int code = -(int)fuzz_below(&world->input, 250);
        if (code != 0 && kipc_error_promise(code) == kipc_error_promise(1)) {
            code = KIPC_E_INTR; /* any would do, but callers are judged by the list */
        }
        (void)world_check(world, 0, 0, kipc_channel_reply_error(&world->kernel, pid, request, code));
        return;
    }
    uint32_t length = fuzz_byte(&world->input);
    uint8_t *data = malloc(length + 1);
    FUZZ_REQUIRE(data != NULL);
    memset(data, 0x5A, length + 1);
    int64_t result = world_check(world, 0, 0, kipc_channel_reply(&world->kernel, pid, request, data, length));
    if (result == KIPC_OK) { /* a caller gets one answer */
        FUZZ_REQUIRE(kipc_channel_reply(&world->kernel, pid, request, data, length) < 0);
    }
    free(data);
}

static void create_topic(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = KIPC_NO_ID;
    const struct kipc_topic_config config = {.message_max = fuzz_mostly(&world->input, 200),
                                             .history = fuzz_mostly(&world->input, 3)};
    if (world_check(world, pid, 0, kipc_topic_create(&world->kernel, pid, &config, &handle)) == KIPC_OK) {
        world_give(world, pid, handle);
    }
}

static void subscribe(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_TOPIC);
    kipc_handle_t subscription = KIPC_NO_ID;
    const struct kipc_subscription_config config = {.capacity = fuzz_mostly(&world->input, 4),
                                                    .drops_newest = fuzz_below(&world->input, 2) == 0};
    int result = kipc_topic_subscribe(&world->kernel, pid, handle, &config, &subscription);
    if (world_check(world, pid, handle, result) == KIPC_OK) {
        world_give(world, pid, subscription);
    }
}

static void publish(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_TOPIC);
    uint8_t data[MESSAGE_MAX];
    struct kipc_channel_message message = fuzz_message(world, pid, data, false);
    (void)world_check(world, 0, 0, kipc_topic_publish(&world->kernel, pid, handle, &message, world_deadline(world)));
}

static void receive_topic(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_SUBSCRIPTION);
    uint32_t capacity = fuzz_below(&world->input, 4) == 0 ? fuzz_byte(&world->input) : MESSAGE_MAX;
    struct kipc_channel_info info = {0};
    uint8_t *buffer = malloc(capacity + 1);
    FUZZ_REQUIRE(buffer != NULL);
    int64_t result = world_check(
        world, 0, 0, kipc_topic_receive(&world->kernel, pid, handle, buffer, capacity, &info, world_deadline(world)));
    if (result >= 0) {
        FUZZ_REQUIRE(result <= (int64_t)capacity);
        check_message(world, buffer, (uint32_t)result);
    }
    free(buffer);
}

const fuzz_call channel_calls[] = {
    create_channel,  send_message, send_message, receive_message, receive_message, part_or_join, change_access,
    look_at_channel, call_server,  answer,       create_topic,    subscribe,       publish,      receive_topic,
};
const size_t channel_call_count = COUNT_OF(channel_calls);
