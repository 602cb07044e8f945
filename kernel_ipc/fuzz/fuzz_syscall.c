/* SPDX-License-Identifier: MIT */
/*
 * System calls with registers that the input makes up: any number, handles, addresses inside and outside of the
 * process's memory, edges. The memory is full of what the input writes there, so structures mean anything. The rules
 * are those of world.h; that no byte outside of the processes' memory is touched, the address sanitizer sees.
 */
#include "world.h"
#include <kipc/handle.h>
#include <kipc/syscall.h>
#include <string.h>

#define USER_BYTES 1024u

struct users {
    struct kipc_gate gate;
    struct kipc_user_ranges ranges;
    struct kipc_user_range entries[2 * WORLD_PROCESSES];
    uint8_t *memory[2 * WORLD_PROCESSES]; /* one to write to and one to read for each process, each on its own */
};

static const uint32_t numbers[] = {
#define NUMBER(name, number, function, permission, class, rights) (number),
    KIPC_SYSCALL_LIST(NUMBER)
#undef NUMBER
};

/* A handle of the process that lives; KIPC_NO_ID if it has none. */
static kipc_handle_t living_handle(struct world *world, kipc_pid_t pid)
{
    const struct kipc_process *process = kipc_table_find(&world->kernel.tables[KIPC_TABLE_PROCESS], pid);
    const struct kipc_handle_entry *entry = process == NULL ? NULL : process->handles;
    for (uint32_t skip = fuzz_below(&world->input, 12); entry != NULL && entry->next != NULL && skip > 0; skip--) {
        entry = entry->next;
    }
    return entry == NULL ? KIPC_NO_ID : kipc_table_id(&world->kernel.tables[KIPC_TABLE_HANDLE], entry);
}

/* An address in the caller's memory, now and then at its end or of another process. */
static uintptr_t some_address(struct world *world)
{
    const struct users *users = world->model;
    uint32_t choice = fuzz_byte(&world->input);
    uint32_t owner = choice < 16 ? choice % WORLD_PROCESSES : world->current % WORLD_PROCESSES;
    uint32_t range = 2 * owner + (choice % 8 == 7 ? 1 : 0);
    uint32_t offset = fuzz_byte(&world->input) * 8u % USER_BYTES;
    offset = (choice & 0x30) == 0x30 ? USER_BYTES - offset / 8 : offset;
    return (uintptr_t)users->memory[range] + offset;
}

static uint64_t some_word(struct world *world, kipc_pid_t pid)
{
    switch (fuzz_below(&world->input, 8)) {
    case 0:
    case 1:
        return living_handle(world, pid);
    case 2:
    case 3:
        return some_address(world);
    case 4:
        return fuzz_below(&world->input, 8);
    case 5:
        return fuzz_number(&world->input, 64);
    case 6:
        return world_deadline(world);
    default:
        return fuzz_word(&world->input, 8);
    }
}

/* The process writes into its memory: a word, or a byte of one. */
static void write_memory(struct world *world, kipc_pid_t pid)
{
    const struct users *users = world->model;
    uint8_t *memory = users->memory[2 * (world->current % WORLD_PROCESSES)];
    for (uint32_t left = fuzz_below(&world->input, 8); left > 0; left--) {
        uint32_t offset = fuzz_byte(&world->input) * 4u % (USER_BYTES - sizeof(uint64_t));
        uint64_t word = some_word(world, pid);
        memcpy(memory + offset, &word, fuzz_below(&world->input, 2) == 0 ? sizeof(word) : sizeof(uint32_t));
    }
}

static void step(struct world *world)
{
    struct users *users = world->model;
    kipc_pid_t pid = world_pid(world);
    uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS];
    uint32_t choice = fuzz_byte(&world->input);
    write_memory(world, pid);
    uint32_t number = choice == 255 ? (uint32_t)fuzz_word(&world->input, 2) : numbers[choice % COUNT_OF(numbers)];
    /* The first register is a handle nearly always. */
    arguments[0] = fuzz_below(&world->input, 4) == 0 ? (uintptr_t)some_word(world, pid) : living_handle(world, pid);
    for (uint32_t i = 1; i < KIPC_SYSCALL_ARGUMENTS; i++) {
        arguments[i] = (uintptr_t)some_word(world, pid);
    }
    (void)world_check(world, 0, 0, kipc_syscall(&users->gate, pid, number, arguments));
}

static void open_users(struct users *users, struct world *world)
{
    for (uint32_t i = 0; i < 2 * WORLD_PROCESSES; i++) {
        users->memory[i] = malloc(USER_BYTES);
        FUZZ_REQUIRE(users->memory[i] != NULL);
        memset(users->memory[i], 0, USER_BYTES);
        users->entries[i] = (struct kipc_user_range){.pid = world->pids[i / 2],
                                                     .is_writable = i % 2 == 0,
                                                     .start = (uintptr_t)users->memory[i],
                                                     .bytes = USER_BYTES};
    }
    users->ranges = (struct kipc_user_ranges){users->entries, 2 * WORLD_PROCESSES};
    users->gate = (struct kipc_gate){.kernel = &world->kernel, .memory = kipc_user_memory_of_ranges(&users->ranges)};
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static struct world world;
    static struct users users;
    world_open(&world, bytes, count);
    open_users(&users, &world);
    world.step = step;
    world.model = &users;
    if (fuzz_below(&world.input, 16) != 15) { /* else from nothing */
        (void)furnish(&world);
    }
    world_run(&world);
    world_close(&world);
    for (uint32_t i = 0; i < 2 * WORLD_PROCESSES; i++) {
        for (uint32_t k = 0; i % 2 == 1 && k < USER_BYTES; k++) {
            FUZZ_REQUIRE(users.memory[i][k] == 0); /* what the process may not write, no call writes for it */
        }
        free(users.memory[i]);
    }
    return 0;
}
