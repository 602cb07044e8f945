/* SPDX-License-Identifier: MIT */
#include "kernel_world.h"
#include "bench.h"

/* Blocks that a channel of BENCH_QUEUE_MESSAGES messages may reserve for both directions, generously. */
#define BLOCKS (8 * BENCH_QUEUE_MESSAGES)
#define BLOCKS_PER_CHANNEL 4u
#define HANDLES_AND_NAMES 64u

void kernel_world_join(struct kernel_world *world)
{
    uint32_t thread = kipc_host_join(&world->host);
    bench_require(kipc_thread_attach(&world->kernel, world->pid, thread, 1) == KIPC_OK, "kernel: no thread");
}

struct kernel_world *kernel_world_open(uint32_t channels)
{
    struct kernel_world *world = bench_memory(sizeof(*world));
    kipc_host_set_up(&world->host, false, KIPC_SPIN_MANY_HARTS);
    struct kipc_limits limits = kipc_limits_host();
    limits.tables[KIPC_TABLE_CHANNEL] = 2 * channels;
    limits.tables[KIPC_TABLE_HANDLE] = 2 * channels + HANDLES_AND_NAMES;
    limits.tables[KIPC_TABLE_OPERATION] = 2 * BENCH_QUEUE_MESSAGES;
    limits.names = channels + HANDLES_AND_NAMES;
    limits.blocks = BLOCKS + BLOCKS_PER_CHANNEL * channels;
    size_t bytes = kipc_kernel_bytes(&limits);
    world->memory = bench_memory(bytes);
    bench_require(kipc_kernel_set_up(&world->kernel, &world->host.port, &world->host.scheduler, &limits, world->memory,
                                     bytes) == KIPC_OK,
                  "kernel: not set up");
    struct kipc_process_config config = kipc_process_config_default();
    bench_require(kipc_process_register(&world->kernel, &config, &world->pid) == KIPC_OK, "kernel: no process");
    kernel_world_join(world);
    return world;
}

void kernel_world_close(struct kernel_world *world)
{
    bench_require(kipc_process_exit(&world->kernel, world->pid) == KIPC_OK, "kernel: the process does not end");
    bench_require(kipc_kernel_tear_down(&world->kernel) == KIPC_OK, "kernel: something is left");
    kipc_host_tear_down(&world->host);
    bench_free(world->memory);
    bench_free(world);
}
