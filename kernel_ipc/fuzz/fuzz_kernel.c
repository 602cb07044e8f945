/* SPDX-License-Identifier: MIT */
/* Sequences of calls on kernel objects by several processes and threads, against the rules of world.h and calls.h. */
#include "calls.h"

static void step(struct world *world)
{
    size_t choice = fuzz_byte(&world->input) % (process_call_count + synchronisation_call_count + channel_call_count);
    if (choice < synchronisation_call_count) {
        synchronisation_calls[choice](world);
    } else if (choice < synchronisation_call_count + channel_call_count) {
        channel_calls[choice - synchronisation_call_count](world);
    } else {
        process_calls[choice - synchronisation_call_count - channel_call_count](world);
    }
    check_semaphores(world);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static struct world world;
    static struct model model;
    model = (struct model){0};
    world_open(&world, bytes, count);
    world.step = step;
    world.model = &model;
    world_run(&world);
    world_close(&world);
    return 0;
}
