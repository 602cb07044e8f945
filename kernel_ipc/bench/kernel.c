/* SPDX-License-Identifier: MIT */
/* Channels of a kernel: sending, a stream, a round trip, making one, and looking an object up. */
#define _GNU_SOURCE
#include "bench.h"
#include "kernel_world.h"
#include <kipc/async.h>
#include <kipc/registry.h>
#include <stdio.h>

#define PAIRS 5000u
#define TRIPS 200u
#define CREATIONS 2000u
#define LOOK_UPS 20000u
#define MANY_CHANNELS 1000u

enum { THERE, THERE_END, BACK, BACK_END };

static struct kernel_world *open_channels(uint32_t operations)
{
    struct kernel_world *world = kernel_world_open(2);
    struct kipc_channel_config config = kipc_channel_config_default();
    config.is_unidirectional = true;
    config.capacity = BENCH_QUEUE_MESSAGES;
    config.buffer_bytes = BENCH_QUEUE_MESSAGES * KIPC_MSG_SMALL_MAX;
    bench_require(kipc_channel_create(&world->kernel, world->pid, &config, &world->handles[THERE]) == KIPC_OK &&
                      kipc_channel_create(&world->kernel, world->pid, &config, &world->handles[BACK]) == KIPC_OK,
                  "kernel: no channel");
    world->operations = operations;
    return world;
}

static void send(struct kernel_world *world, unsigned int end, const struct bench_message *message)
{
    const struct kipc_channel_message sent = {
        .type = KIPC_MESSAGE_DATA, .length = sizeof(message->words), .data = message->words};
    bench_require(kipc_channel_send(&world->kernel, world->pid, world->handles[end], &sent, KIPC_FOREVER) == KIPC_OK,
                  "channel: send failed");
}

static void receive(struct kernel_world *world, unsigned int end, struct bench_message *message)
{
    int result = kipc_channel_receive(&world->kernel, world->pid, world->handles[end], message->words,
                                      sizeof(message->words), NULL, KIPC_FOREVER);
    bench_require(result == (int)sizeof(message->words), "channel: receive failed");
}

static uint64_t channel_pair(uint32_t operations)
{
    struct kernel_world *world = open_channels(operations);
    struct bench_message message = {0};
    uint64_t started = bench_now();
    for (uint64_t i = 0; i < operations; i++) {
        bench_fill(&message, i);
        send(world, THERE, &message);
        receive(world, THERE_END, &message);
        bench_check(&message, i);
    }
    uint64_t took = bench_now() - started;
    kernel_world_close(world);
    return took;
}

/* Sends that return a token; what they complete with is taken outside of the time. */
static uint64_t asynchronous_send_alone(uint32_t operations)
{
    struct kernel_world *world = open_channels(operations);
    struct bench_message message = {0};
    kipc_token_t tokens[BENCH_QUEUE_MESSAGES];
    uint64_t took = 0;
    for (uint32_t sent = 0; sent < operations; sent += BENCH_QUEUE_MESSAGES) {
        uint64_t started = bench_now();
        for (uint32_t i = 0; i < BENCH_QUEUE_MESSAGES; i++) {
            bench_fill(&message, i);
            const struct kipc_channel_message out = {
                .type = KIPC_MESSAGE_DATA, .length = sizeof(message.words), .data = message.words};
            bench_require(kipc_channel_send_async(&world->kernel, world->pid, world->handles[THERE], &out, KIPC_NO_ID,
                                                  &tokens[i]) == KIPC_OK,
                          "channel: asynchronous send failed");
        }
        took += bench_now() - started;
        for (uint32_t i = 0; i < BENCH_QUEUE_MESSAGES; i++) {
            bench_require(kipc_async_poll(&world->kernel, world->pid, tokens[i], NULL, 0, NULL) == KIPC_OK,
                          "channel: an asynchronous send is not complete");
            receive(world, THERE_END, &message);
            bench_check(&message, i);
        }
    }
    kernel_world_close(world);
    return took;
}

static uint64_t channel_send_alone(uint32_t operations)
{
    struct kernel_world *world = open_channels(operations);
    struct bench_message message = {0};
    uint64_t took = 0;
    for (uint32_t sent = 0; sent < operations; sent += BENCH_QUEUE_MESSAGES) {
        uint64_t started = bench_now();
        for (uint32_t i = 0; i < BENCH_QUEUE_MESSAGES; i++) {
            bench_fill(&message, i);
            send(world, THERE, &message);
        }
        took += bench_now() - started;
        for (uint32_t i = 0; i < BENCH_QUEUE_MESSAGES; i++) {
            receive(world, THERE_END, &message);
            bench_check(&message, i);
        }
    }
    kernel_world_close(world);
    return took;
}

static void send_all(void *context)
{
    struct kernel_world *world = context;
    struct bench_message message = {0};
    kernel_world_join(world);
    for (uint64_t i = 0; i < world->operations; i++) {
        bench_fill(&message, i);
        send(world, THERE, &message);
    }
}

static void receive_all(void *context)
{
    struct kernel_world *world = context;
    struct bench_message message = {0};
    for (uint64_t i = 0; i < world->operations; i++) {
        receive(world, THERE_END, &message);
        bench_check(&message, i);
    }
}

static void ping(void *context)
{
    struct kernel_world *world = context;
    struct bench_message message = {0};
    for (uint64_t i = 0; i < world->operations; i++) {
        bench_fill(&message, i);
        send(world, THERE, &message);
        receive(world, BACK_END, &message);
        bench_check(&message, i);
    }
}

static void pong(void *context)
{
    struct kernel_world *world = context;
    struct bench_message message = {0};
    kernel_world_join(world);
    for (uint32_t i = 0; i < world->operations; i++) {
        receive(world, THERE_END, &message);
        send(world, BACK, &message);
    }
}

static uint64_t channel_stream(uint32_t operations)
{
    struct kernel_world *world = open_channels(operations);
    uint64_t took = bench_both(receive_all, send_all, world);
    kernel_world_close(world);
    return took;
}

static uint64_t channel_round_trip(uint32_t operations)
{
    struct kernel_world *world = open_channels(operations);
    uint64_t took = bench_both(ping, pong, world);
    kernel_world_close(world);
    return took;
}

/* As small as can be: what is measured is the tables, however many there are. */
static const struct kipc_channel_config smallest_channel = {
    .capacity = 1,
    .buffer_bytes = KIPC_CFG_CH_BYTES_MIN,
    .message_max = KIPC_CFG_CH_BYTES_MIN,
    .timeout = KIPC_FOREVER,
};

static uint64_t create_and_destroy(uint32_t operations, uint32_t others)
{
    struct kernel_world *world = kernel_world_open(others + 1);
    kipc_handle_t ends[2];
    for (uint32_t i = 0; i < others; i++) {
        bench_require(kipc_channel_create(&world->kernel, world->pid, &smallest_channel, ends) == KIPC_OK,
                      "kernel: no channel");
    }
    uint64_t started = bench_now();
    for (uint32_t i = 0; i < operations; i++) {
        int result = kipc_channel_create(&world->kernel, world->pid, &smallest_channel, ends);
        result |= kipc_handle_close(&world->kernel, world->pid, ends[0]);
        result |= kipc_handle_close(&world->kernel, world->pid, ends[1]);
        bench_require(result == KIPC_OK, "kernel: a channel cannot be made and closed");
    }
    uint64_t took = bench_now() - started;
    kernel_world_close(world);
    return took;
}

static uint64_t create_alone(uint32_t operations)
{
    return create_and_destroy(operations, 0);
}

static uint64_t create_among_many(uint32_t operations)
{
    return create_and_destroy(operations, MANY_CHANNELS);
}

static uint64_t look_up(uint32_t operations, uint32_t others)
{
    struct kernel_world *world = kernel_world_open(others + 1);
    kipc_handle_t ends[2];
    uint32_t id = 0;
    for (uint32_t i = 0; i < others + 1; i++) {
        bench_require(kipc_channel_create(&world->kernel, world->pid, &smallest_channel, ends) == KIPC_OK,
                      "kernel: no channel");
    }
    bench_require(kipc_object_id(&world->kernel, world->pid, ends[1], &id) == KIPC_OK, "kernel: no id");
    uint64_t started = bench_now();
    for (uint32_t i = 0; i < operations; i++) {
        kipc_pid_t creator;
        int result = kipc_object_find(&world->kernel, KIPC_TABLE_CHANNEL, id, &creator);
        bench_require(result == KIPC_OK && creator == world->pid, "kernel: look-up failed");
    }
    uint64_t took = bench_now() - started;
    kernel_world_close(world);
    return took;
}

static uint64_t look_up_alone(uint32_t operations)
{
    return look_up(operations, 0);
}

static uint64_t look_up_among_many(uint32_t operations)
{
    return look_up(operations, MANY_CHANNELS);
}

/* By name, without a lock. */
static uint64_t look_up_name(uint32_t operations, uint32_t others)
{
    struct kernel_world *world = kernel_world_open(others + 1);
    kipc_handle_t ends[2];
    char text[KIPC_CFG_NAME_MAX + 1];
    for (uint32_t i = 0; i < others + 1; i++) {
        (void)snprintf(text, sizeof(text), "channel-%u", (unsigned int)i);
        bench_require(kipc_channel_create(&world->kernel, world->pid, &smallest_channel, ends) == KIPC_OK &&
                          kipc_object_set_name(&world->kernel, world->pid, ends[1], text, KIPC_RIGHTS) == KIPC_OK,
                      "kernel: no channel of that name");
    }
    struct kipc_name name;
    uint32_t id = 0;
    uint32_t expected = 0;
    bench_require(kipc_name_set_up(&name, text, KIPC_TABLE_CHANNEL) == KIPC_OK, "kernel: no name");
    bench_require(kipc_object_id(&world->kernel, world->pid, ends[1], &expected) == KIPC_OK, "kernel: no id");
    uint64_t started = bench_now();
    for (uint32_t i = 0; i < operations; i++) {
        int result = kipc_object_look_up(&world->kernel, &name, &id);
        bench_require(result == KIPC_OK && id == expected, "kernel: the name was not found");
    }
    uint64_t took = bench_now() - started;
    for (uint32_t i = 0; i < others + 1; i++) {
        (void)snprintf(text, sizeof(text), "channel-%u", (unsigned int)i);
        bench_require(kipc_object_unlink(&world->kernel, world->pid, KIPC_TABLE_CHANNEL, text) == KIPC_OK,
                      "kernel: a name cannot be taken away");
    }
    kernel_world_close(world);
    return took;
}

static uint64_t look_up_name_alone(uint32_t operations)
{
    return look_up_name(operations, 0);
}

static uint64_t look_up_name_among_many(uint32_t operations)
{
    return look_up_name(operations, MANY_CHANNELS);
}

const struct bench_entry bench_kernel[] = {
    {"pair", "channel", PAIRS, channel_pair},
    {"stream", "channel", PAIRS, channel_stream},
    {"round trip", "channel", TRIPS, channel_round_trip},
    {"send", "channel", 16 * BENCH_QUEUE_MESSAGES, channel_send_alone},
    {"send", "channel, asynchronous", 16 * BENCH_QUEUE_MESSAGES, asynchronous_send_alone},
    {"create and destroy", "channel", CREATIONS, create_alone},
    {"create and destroy", "channel, 1,000 others", CREATIONS, create_among_many},
    {"look-up", "name", LOOK_UPS, look_up_name_alone},
    {"look-up", "name, 1,000 others", LOOK_UPS, look_up_name_among_many},
    {"look-up", "object by id", LOOK_UPS, look_up_alone},
    {"look-up", "object by id, 1,000 others", LOOK_UPS, look_up_among_many},
    {0},
};
