/* SPDX-License-Identifier: MIT */
#include "kernel_scenario.h"

struct scenario_world world;

void set_up_kernel(const struct kipc_port *port)
{
    struct kipc_limits limits = {.threads = SCENARIO_THREADS, .blocks = 6, .requests = 4, .names = 1};
    for (unsigned int i = 0; i < KIPC_TABLE_COUNT; i++) {
        limits.tables[i] = i == KIPC_TABLE_HANDLE || i == KIPC_TABLE_CHANNEL ? 2 : 1;
    }
    struct kipc_process_config config = kipc_process_config_default();
    assert_result(
        kipc_kernel_set_up(&world.kernel, port, &explorer_scheduler, &limits, world.memory, SCENARIO_MEMORY_BYTES),
        KIPC_OK);
    assert_result(kipc_process_register(&world.kernel, &config, &world.pid), KIPC_OK);
    for (uint32_t i = 0; i < SCENARIO_THREADS; i++) {
        assert_result(kipc_thread_attach(&world.kernel, world.pid, i, (uint8_t)i), KIPC_OK);
    }
}

bool everybody_runs(void)
{
    for (uint32_t i = 0; i < SCENARIO_THREADS; i++) {
        if (world.kernel.threads[i].state != KIPC_THREAD_RUNNING || world.kernel.threads[i].owned != NULL) {
            return false;
        }
    }
    return true;
}

void explore(const char *name, void (*set_up)(const struct kipc_port *), void (*const threads[SCENARIO_THREADS])(void),
             bool (*check)(void))
{
    const struct explorer_scenario scenario = {
        .name = name,
        .memory = &world,
        .memory_bytes = sizeof(world),
        .set_up = set_up,
        .threads = {threads[0], threads[1], threads[2]},
        .thread_count = SCENARIO_THREADS,
        .check = check,
    };
    struct explorer_result result = explorer_run(&scenario);
    assert_true(result.passed);
    assert_true(result.runs > 50); /* a search that finds one schedule proves nothing */
}
