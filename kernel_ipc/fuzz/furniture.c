/* SPDX-License-Identifier: MIT */
/* One object of each class to begin with, in two processes, so that inputs need not find out how each is made. */
#include "world.h"
#include <kipc/condition.h>
#include <kipc/event.h>
#include <kipc/mapping.h>
#include <kipc/mutex.h>
#include <kipc/notification.h>
#include <kipc/rwlock.h>
#include <kipc/semaphore.h>
#include <kipc/topic.h>

/* The first process has the object, the last one a handle for it with all of its rights. */
static kipc_handle_t hand_out(struct world *world, kipc_handle_t handle)
{
    kipc_pid_t first = world->pids[0];
    kipc_pid_t last = world->pids[WORLD_PROCESSES - 1];
    kipc_handle_t other = KIPC_NO_ID;
    world_give(world, first, handle);
    FUZZ_REQUIRE(kipc_handle_duplicate(&world->kernel, first, handle, last, KIPC_RIGHTS, &other) == KIPC_OK);
    world_give(world, last, other);
    return other;
}

static void furnish_synchronisation(struct world *world)
{
    struct kipc_kernel *kernel = &world->kernel;
    kipc_pid_t first = world->pids[0];
    kipc_handle_t handle;
    FUZZ_REQUIRE(kipc_mutex_create(kernel, first, false, KIPC_WAIT_PRIORITY, &handle) == KIPC_OK);
    (void)hand_out(world, handle);
    FUZZ_REQUIRE(kipc_condition_create(kernel, first, KIPC_WAIT_PRIORITY, &handle) == KIPC_OK);
    (void)hand_out(world, handle);
    FUZZ_REQUIRE(kipc_rwlock_create(kernel, first, KIPC_RWLOCK_FAIR, KIPC_WAIT_FIFO, &handle) == KIPC_OK);
    (void)hand_out(world, handle);
    FUZZ_REQUIRE(kipc_event_create(kernel, first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &handle) == KIPC_OK);
    (void)hand_out(world, handle);
    FUZZ_REQUIRE(kipc_notification_create(kernel, first, KIPC_WAIT_FIFO, &handle) == KIPC_OK);
    (void)hand_out(world, handle);
}

static void furnish_messages(struct world *world)
{
    struct kipc_kernel *kernel = &world->kernel;
    kipc_pid_t first = world->pids[0];
    kipc_pid_t last = world->pids[WORLD_PROCESSES - 1];
    struct kipc_channel_config config = kipc_channel_config_default();
    const struct kipc_topic_config topic = {.message_max = 100, .history = 1};
    const struct kipc_subscription_config subscription = {.capacity = 2};
    kipc_handle_t ends[2];
    kipc_handle_t handle;
    config.capacity = 2;
    config.message_max = 200;
    config.buffer_bytes = 512;
    FUZZ_REQUIRE(kipc_channel_create(kernel, first, &config, ends) == KIPC_OK);
    world_give(world, first, ends[0]);
    (void)hand_out(world, ends[1]);
    FUZZ_REQUIRE(kipc_channel_open_remote(kernel, first, &config, 0, 0, &handle) == KIPC_OK);
    world_give(world, first, handle);
    FUZZ_REQUIRE(kipc_topic_create(kernel, first, &topic, &handle) == KIPC_OK);
    kipc_handle_t other = hand_out(world, handle);
    FUZZ_REQUIRE(kipc_topic_subscribe(kernel, last, other, &subscription, &handle) == KIPC_OK);
    world_give(world, last, handle);
}

static kipc_handle_t furnish_memory(struct world *world)
{
    struct kipc_kernel *kernel = &world->kernel;
    kipc_pid_t first = world->pids[0];
    struct kipc_region_config config = kipc_region_config_default();
    const struct kipc_mapping_config mapping = {.bytes = WORLD_PAGE_BYTES,
                                                .flags = KIPC_MAP_READ | KIPC_MAP_WRITE | KIPC_MAP_USER};
    kipc_handle_t handle;
    uintptr_t address;
    config.bytes = (size_t)2 * WORLD_PAGE_BYTES;
    config.lifetime = KIPC_LIFETIME_HANDLES;
    FUZZ_REQUIRE(kipc_region_create(kernel, first, &config, &handle) == KIPC_OK);
    kipc_handle_t other = hand_out(world, handle);
    FUZZ_REQUIRE(kipc_region_attach(kernel, first, handle, NULL) == KIPC_OK);
    FUZZ_REQUIRE(kipc_region_attach(kernel, world->pids[WORLD_PROCESSES - 1], other, NULL) == KIPC_OK);
    FUZZ_REQUIRE(kipc_region_map(kernel, first, handle, &mapping, &address) == KIPC_OK);
    return handle;
}

kipc_handle_t furnish(struct world *world)
{
    furnish_synchronisation(world);
    furnish_messages(world);
    return furnish_memory(world);
}
