/* SPDX-License-Identifier: MIT */
/* Processes and handles of the world: which ones the input means, and what is known about them. */
#include "world.h"
#include <kipc/shared.h>

#define NEAR_TICKS 16u

kipc_pid_t world_pid(struct world *world)
{
    uint32_t choice = fuzz_below(&world->input, 16);
    if (choice == 0) {
        return (kipc_pid_t)fuzz_word(&world->input, 4);
    }
    return choice < 4 ? world->pids[choice - 1] : world->pids[world->current % WORLD_PROCESSES];
}

kipc_handle_t world_handle(struct world *world, kipc_pid_t pid)
{
    uint32_t choice = fuzz_byte(&world->input);
    if (world->handle_count == 0 || choice == 255) {
        return (kipc_handle_t)fuzz_word(&world->input, 4);
    }
    uint32_t first = choice % world->handle_count;
    /* From there on the first that belongs to the process; the one chosen if none does, or for one in eight. */
    for (uint32_t i = 0; choice % 8 != 7 && i < world->handle_count; i++) {
        const struct world_handle *candidate = &world->handles[(first + i) % world->handle_count];
        if (candidate->pid == pid && !candidate->is_closed) {
            return candidate->handle;
        }
    }
    return world->handles[first].handle;
}

kipc_handle_t world_object(struct world *world, kipc_pid_t pid, enum kipc_table_id table)
{
    uint32_t choice = fuzz_byte(&world->input);
    for (uint32_t i = 0; choice % 16 != 15 && i < world->handle_count; i++) {
        const struct world_handle *candidate = &world->handles[(choice + i) % world->handle_count];
        if (candidate->pid == pid && world_object_id(world, pid, candidate->handle, table) != KIPC_NO_ID) {
            return candidate->handle;
        }
    }
    return world_handle(world, pid);
}

void world_forget(struct world *world, kipc_handle_t handle)
{
    for (uint32_t i = 0; i < world->handle_count; i++) {
        world->handles[i].is_closed = world->handles[i].is_closed || world->handles[i].handle == handle;
    }
}

void world_next_call(struct world *world)
{
    world->sections = 0;
}

void world_give(struct world *world, kipc_pid_t pid, kipc_handle_t handle)
{
    FUZZ_REQUIRE(handle != KIPC_NO_ID);
    for (uint32_t i = 0; i < world->handle_count; i++) {
        struct world_handle *known = &world->handles[i];
        if (known->handle == handle) {
            FUZZ_REQUIRE(!known->is_closed); /* names are never reused */
            known->pid = pid;                /* it moved */
            return;
        }
    }
    uint32_t place = world->handle_count < WORLD_HANDLES ? world->handle_count++ : handle % WORLD_HANDLES;
    world->handles[place] = (struct world_handle){.pid = pid, .handle = handle};
}

uint64_t world_deadline(struct world *world)
{
    switch (fuzz_below(&world->input, 4)) {
    case 0:
        return KIPC_NO_WAIT;
    case 1:
        return world->now + fuzz_below(&world->input, NEAR_TICKS);
    case 2:
        return 1; /* passed */
    default:
        return KIPC_FOREVER;
    }
}

uint32_t world_object_id(struct world *world, kipc_pid_t pid, kipc_handle_t handle, enum kipc_table_id table)
{
    const struct kipc_handle_entry *entry = kipc_table_find(&world->kernel.tables[KIPC_TABLE_HANDLE], handle);
    const struct kipc_process *process = kipc_table_find(&world->kernel.tables[KIPC_TABLE_PROCESS], pid);
    if (entry == NULL || process == NULL || entry->process != process || entry->object->table != table) {
        return KIPC_NO_ID;
    }
    return kipc_table_id(&world->kernel.tables[table], entry->object);
}

int64_t world_check(struct world *world, kipc_pid_t pid, kipc_handle_t handle, int64_t result)
{
    FUZZ_REQUIRE(!world->is_locked);
    world->trace = world->trace * 31 + (uint64_t)result;
    FUZZ_REQUIRE(result >= INT32_MIN && (result >= 0 || kipc_error_promise((int)result) != kipc_error_promise(1)));
    for (uint32_t i = 0; handle != KIPC_NO_ID && !world->was_preempted && i < world->handle_count; i++) {
        const struct world_handle *known = &world->handles[i];
        if (known->handle == handle && (known->pid != pid || known->is_closed)) {
            FUZZ_REQUIRE(result < 0);
        }
    }
    return result;
}
