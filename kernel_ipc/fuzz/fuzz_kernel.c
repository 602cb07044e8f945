/* SPDX-License-Identifier: MIT */
/* Sequences of calls on kernel objects by several processes and threads, against the rules of world.h and calls.h. */
#include "calls.h"
#include <kipc/handle.h>

uint32_t object_id_of(struct world *world, kipc_pid_t pid, kipc_handle_t handle, enum kipc_table_id table)
{
    const struct kipc_handle_entry *entry = kipc_table_find(&world->kernel.tables[KIPC_TABLE_HANDLE], handle);
    const struct kipc_process *process = kipc_table_find(&world->kernel.tables[KIPC_TABLE_PROCESS], pid);
    if (entry == NULL || process == NULL || entry->process != process || entry->object->table != table) {
        return KIPC_NO_ID;
    }
    return kipc_table_id(&world->kernel.tables[table], entry->object);
}

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
