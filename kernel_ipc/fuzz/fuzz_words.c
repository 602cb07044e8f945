/* SPDX-License-Identifier: MIT */
/*
 * Calls with words among all others on channels, by threads that take turns. One input in two is played twice: with
 * words that are carried, and through memory. All results must be the same then, in the same order.
 */
#include "calls.h"
#include "fibers.h"
#include <kipc/handle.h>
#include <string.h>

static struct world world;
static struct model model;
static struct fibers fibers;

struct outcome {
    uint64_t trace, checks, requests, unknown, now;
    uint32_t reserved, steps;
};

static void step(struct world *unused)
{
    static const struct {
        const fuzz_call *calls;
        const size_t *count;
    } tables[] = {{words_calls, &words_call_count},
                  {words_calls, &words_call_count},
                  {words_calls, &words_call_count},
                  {channel_calls, &channel_call_count},
                  {process_calls, &process_call_count}};
    size_t choice = fuzz_byte(&world.input);
    size_t table = choice % COUNT_OF(tables);
    (void)unused;
    tables[table].calls[choice / COUNT_OF(tables) % *tables[table].count](&world);
}

/* Threads are equally urgent to begin with: words are carried to who is no less urgent, each way. */
static void level_priorities(void)
{
    for (uint32_t i = 0; i < WORLD_THREADS; i++) {
        FUZZ_REQUIRE(kipc_thread_set_priority(&world.kernel, i, 10) == KIPC_OK);
    }
}

/* A channel for less than all words. */
static void furnish_narrow(void)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2];
    kipc_handle_t other;
    kipc_pid_t last = world.pids[WORLD_PROCESSES - 1];
    config.capacity = 2;
    config.message_max = KIPC_FAST_BYTES / 2;
    config.buffer_bytes = 2 * KIPC_FAST_BYTES;
    FUZZ_REQUIRE(kipc_channel_create(&world.kernel, world.pids[0], &config, ends) == KIPC_OK);
    FUZZ_REQUIRE(kipc_handle_duplicate(&world.kernel, world.pids[0], ends[1], last, KIPC_RIGHTS, &other) == KIPC_OK);
    world_give(&world, world.pids[0], ends[0]);
    world_give(&world, last, other);
}

static struct outcome play(const uint8_t *bytes, size_t count, bool is_preemptive, bool carries)
{
    memset(&model, 0, sizeof(model));
    memset(&fibers, 0, sizeof(fibers));
    world_open(&world, bytes, count);
    uint32_t shape = fuzz_byte(&world.input);
    world.step = step;
    world.kicked = take_from_port;
    world.model = &model;
    (void)furnish(&world);
    if ((shape & 0x18) == 0x10) {
        furnish_narrow();
    }
    if ((shape & 6) != 0) {
        level_priorities();
    }
    fibers.is_preemptive = is_preemptive;
    fibers.carries = carries;
    fibers.blocks_at_once = (shape & 8) != 0;
    fibers_open(&fibers, &world);
    fibers_run(&world);
    world.current = 0;
    struct outcome outcome = {.trace = world.trace,
                              .checks = world.kernel.checks,
                              .requests = world.kernel.next_request,
                              .unknown = world.kernel.unknown_replies,
                              .now = world.now,
                              .reserved = world.kernel.blocks_reserved,
                              .steps = world.steps};
    world_close(&world);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    if (count == 0) {
        return 0;
    }
    if ((bytes[0] & 1) != 0) {
        (void)play(bytes, count, true, true);
        return 0;
    }
    struct outcome carried = play(bytes, count, false, true);
    struct outcome through_memory = play(bytes, count, false, false);
    FUZZ_REQUIRE(carried.steps == through_memory.steps && carried.trace == through_memory.trace);
    FUZZ_REQUIRE(carried.checks == through_memory.checks && carried.requests == through_memory.requests);
    FUZZ_REQUIRE(carried.unknown == through_memory.unknown && carried.now == through_memory.now);
    FUZZ_REQUIRE(carried.reserved == through_memory.reserved);
    return 0;
}
