/* SPDX-License-Identifier: MIT */
/* Processes, threads, handles and names. */
#include "calls.h"
#include <kipc/handle.h>

/* A process by number, not by what the input makes up: what lives on is worth more than what is refused. */
static uint32_t some_process(struct world *world)
{
    return fuzz_below(&world->input, WORLD_PROCESSES);
}

static void call_exit(struct world *world)
{
    kipc_pid_t pid = world->pids[some_process(world)];
    if (fuzz_below(&world->input, 4) != 0) {
        return; /* rare, because so much ends with it */
    }
    int64_t result = world_check(world, 0, 0, kipc_process_exit(&world->kernel, pid));
    FUZZ_REQUIRE(result == KIPC_OK || result == KIPC_E_SRCH);
    FUZZ_REQUIRE(kipc_process_exit(&world->kernel, pid) == KIPC_E_SRCH);
}

static void call_register(struct world *world)
{
    uint32_t process = some_process(world);
    struct kipc_process_config config = kipc_process_config_default();
    kipc_pid_t pid = 0;
    if (kipc_table_find(&world->kernel.tables[KIPC_TABLE_PROCESS], world->pids[process]) != NULL) {
        return;
    }
    for (unsigned int i = 0; i < KIPC_QUOTA_COUNT; i++) {
        config.limits[i] = fuzz_number(&world->input, 8);
    }
    int64_t result = world_check(world, 0, 0, kipc_process_register(&world->kernel, &config, &pid));
    if (result == KIPC_OK) {
        FUZZ_REQUIRE(pid != world->pids[process] && pid != KIPC_NO_ID);
        world->pids[process] = pid;
    }
}

static void call_attach(struct world *world)
{
    uint32_t thread = fuzz_number(&world->input, WORLD_THREADS);
    (void)world_check(world, 0, 0,
                      kipc_thread_attach(&world->kernel, world_pid(world), thread, fuzz_byte(&world->input)));
}

static void call_detach(struct world *world)
{
    uint32_t thread = fuzz_number(&world->input, WORLD_THREADS);
    if (fuzz_below(&world->input, 4) == 0) {
        (void)world_check(world, 0, 0, kipc_thread_detach(&world->kernel, thread));
    }
}

static void call_cancel(struct world *world)
{
    uint32_t thread = fuzz_number(&world->input, WORLD_THREADS);
    bool was_waiting = thread < WORLD_THREADS && world->kernel.threads[thread].state == KIPC_THREAD_WAITING;
    bool is_interrupt = fuzz_below(&world->input, 2) == 0;
    int64_t result =
        is_interrupt ? kipc_thread_interrupt(&world->kernel, thread) : kipc_thread_cancel(&world->kernel, thread);
    FUZZ_REQUIRE(was_waiting || world_check(world, 0, 0, result) < 0);
}

static void call_priority(struct world *world)
{
    uint32_t thread = fuzz_number(&world->input, WORLD_THREADS);
    uint8_t priority = fuzz_byte(&world->input);
    if (world_check(world, 0, 0, kipc_thread_set_priority(&world->kernel, thread, priority)) == KIPC_OK) {
        world_next_call(world);
        FUZZ_REQUIRE(kipc_thread_priority(&world->kernel, thread) >= priority); /* inheritance only raises it */
    }
}

static void call_close(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_handle(world, pid);
    if (world_check(world, pid, handle, kipc_handle_close(&world->kernel, pid, handle)) == KIPC_OK) {
        world_forget(world, handle);
    }
}

static void call_duplicate(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_pid_t target = world_pid(world);
    kipc_handle_t handle = world_handle(world, pid);
    uint32_t rights = fuzz_byte(&world->input);
    kipc_handle_t duplicate = KIPC_NO_ID;
    int result = kipc_handle_duplicate(&world->kernel, pid, handle, target, rights, &duplicate);
    if (world_check(world, pid, handle, result) == KIPC_OK) {
        world_give(world, target, duplicate);
    }
}

static void call_revoke(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_handle(world, pid);
    int64_t result = world_check(world, pid, handle, kipc_handle_revoke(&world->kernel, pid, handle));
    if (result >= 0 && !world->was_preempted) {
        world_next_call(world);
        FUZZ_REQUIRE(kipc_handle_revoke(&world->kernel, pid, handle) == 0); /* nothing is left to revoke */
    }
}

static void call_restrict(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_handle(world, pid);
    uint32_t rights = fuzz_byte(&world->input);
    (void)world_check(world, pid, handle, kipc_handle_restrict(&world->kernel, pid, handle, rights));
}

static void call_close_object(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_handle(world, pid);
    if (fuzz_below(&world->input, 4) != 0) {
        return;
    }
    int64_t result = world_check(world, pid, handle, kipc_object_close(&world->kernel, pid, handle));
    if (result == KIPC_OK) {
        FUZZ_REQUIRE(kipc_object_close(&world->kernel, pid, handle) < 0);
    }
}

/* A few names, and some that are none. */
static const char *some_name(struct world *world)
{
    static const char *const names[] = {
        "a", "b", "frame buffer", "", "name\twith a tab", "a name that is longer than any name may be, by far", NULL};
    return names[fuzz_below(&world->input, COUNT_OF(names))];
}

static enum kipc_table_id some_table(struct world *world)
{
    return (enum kipc_table_id)fuzz_number(&world->input, KIPC_TABLE_COUNT);
}

static void call_set_name(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_handle(world, pid);
    const char *name = some_name(world);
    (void)world_check(world, pid, handle,
                      kipc_object_set_name(&world->kernel, pid, handle, name, fuzz_byte(&world->input)));
}

static void call_open(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = KIPC_NO_ID;
    const char *name = some_name(world);
    enum kipc_table_id table = some_table(world);
    int result = kipc_object_open(&world->kernel, pid, table, name, fuzz_byte(&world->input), &handle);
    if (world_check(world, pid, 0, result) == KIPC_OK) {
        world_give(world, pid, handle);
    }
}

static void call_unlink(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    enum kipc_table_id table = some_table(world);
    (void)world_check(world, pid, 0, kipc_object_unlink(&world->kernel, pid, table, some_name(world)));
}

static void call_find(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_handle(world, pid);
    uint32_t id = 0;
    kipc_pid_t creator;
    if (world_check(world, pid, handle, kipc_object_id(&world->kernel, pid, handle, &id)) == KIPC_OK) {
        FUZZ_REQUIRE(id != KIPC_NO_ID);
    }
    (void)world_check(world, 0, 0, kipc_object_find(&world->kernel, some_table(world), id, &creator));
}

static void call_usage(struct world *world)
{
    uint32_t used = 0;
    uint32_t limit = 0;
    enum kipc_quota quota = (enum kipc_quota)fuzz_number(&world->input, KIPC_QUOTA_COUNT);
    int result = kipc_process_usage(&world->kernel, world_pid(world), quota, &used, &limit);
    FUZZ_REQUIRE(world_check(world, 0, 0, result) != KIPC_OK || used <= limit);
}

static void call_time(struct world *world)
{
    world->now += fuzz_byte(&world->input);
}

const fuzz_call process_calls[] = {
    call_exit,  call_register,  call_attach, call_detach,   call_cancel,       call_priority,
    call_close, call_duplicate, call_revoke, call_restrict, call_close_object, call_set_name,
    call_open,  call_unlink,    call_find,   call_usage,    call_time,
};
const size_t process_call_count = COUNT_OF(process_calls);
