/* SPDX-License-Identifier: MIT */
/* Sequences of calls on kernel objects by several processes and threads, against the rules of world.h and calls.h. */
#include "calls.h"

static void step(struct world *world)
{
    static const struct {
        const fuzz_call *calls;
        const size_t *count;
    } tables[] = {{synchronisation_calls, &synchronisation_call_count},
                  {channel_calls, &channel_call_count},
                  {transfer_calls, &transfer_call_count},
                  {region_calls, &region_call_count},
                  {process_calls, &process_call_count}};
    size_t choice = fuzz_byte(&world->input);
    size_t table = choice % COUNT_OF(tables);
    tables[table].calls[choice / COUNT_OF(tables) % *tables[table].count](world);
    check_semaphores(world);
    check_regions(world);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static struct world world;
    static struct model model;
    model = (struct model){0};
    world_open(&world, bytes, count);
    world.step = step;
    world.kicked = take_from_port;
    world.model = &model;
    if (fuzz_below(&world.input, 16) != 15) { /* else from nothing */
        remember_region(&world, world.pids[0], furnish(&world));
    }
    world_run(&world);
    world_close(&world);
    return 0;
}
