/* SPDX-License-Identifier: MIT */
/*
 * The examples of kernel_ipc on the SoC: threads of one hart, the console, pages of RAM. Their sources are the host's;
 * each is linked with this file, which is what example.h asks for.
 */
#include "kernel/ipc_memory.h"
#include "kernel/ipc_scheduler.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/verdict.h"
/* The last one: its REQUIRE is the examples' own. */
#undef REQUIRE
#include <example.h>
#include <stdarg.h>

const char program_name[] = "example";

#define MEMORY_BYTES (1024u * 1024u)
#define THREADS 3u
#define STACK_BYTES 8192
#define PAGES 256u

_Static_assert(IPC_PRIORITY(PROGRAM_MAIN_PRIORITY) == EXAMPLE_PRIORITY, "main is as urgent as the threads it starts");

struct started {
    struct thread thread;
    struct thread *starter;
    void (*run)(void *context);
    void *context;
    volatile bool has_ended;
};

static uint8_t memory[MEMORY_BYTES] __attribute__((section(".noinit"), aligned(64)));
static uint8_t pages[PAGES * IPC_PAGE_BYTES] __attribute__((section(".noinit"), aligned(IPC_PAGE_BYTES)));
static THREAD_STACK(stacks[THREADS], STACK_BYTES);
static size_t memory_used;
static struct ipc_memory shared;
static struct started started[THREADS];
static uint32_t started_count;

/* main of the example, by another name: this program has its own begin. */
int example_main(void);

void example_fail(const char *condition, const char *file, int line)
{
    verdict_fail("%s:%d: does not hold: %s", file, line, condition);
}

void example_print(const char *format, ...)
{
    char line[PRINT_LENGTH_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)print_to_v(line, sizeof(line), format, arguments);
    va_end(arguments);
    print("%s\n", line);
}

void example_begin(void)
{
    agents_open();
    agents_use_clock();
    REQUIRE(ipc_memory_open(&shared, pages, PAGES) == KIPC_OK);
}

void example_end(void)
{
    REQUIRE(shared.taken == 0);
}

const struct kipc_port *example_port(void)
{
    return &ipc_object_port;
}

const struct kipc_scheduler *example_scheduler(void)
{
    return &ipc_scheduler;
}

const struct kipc_memory_port *example_memory_port(void)
{
    return &shared.port;
}

uint32_t example_threads_max(void)
{
    return IPC_THREADS_MAX;
}

void *example_memory(size_t bytes)
{
    size_t whole_lines = (bytes + KIPC_CACHELINE - 1) / KIPC_CACHELINE * KIPC_CACHELINE;

    REQUIRE(whole_lines <= MEMORY_BYTES - memory_used);
    void *taken = &memory[memory_used];
    memory_used += whole_lines;
    return memset(taken, 0, whole_lines);
}

/* Tables are made with the first mapping. */
void example_add_space(kipc_pid_t pid)
{
    (void)pid;
}

volatile void *example_pointer(kipc_pid_t pid, uintptr_t address)
{
    uintptr_t physical = ipc_memory_find(&shared, pid, address, NULL);

    REQUIRE(physical != 0);
    return (volatile void *)physical;
}

static void run_started(void *argument)
{
    struct started *self = argument;

    self->run(self->context);
    self->has_ended = true;
    thread_wake(self->starter);
}

uint32_t example_start(void (*run)(void *context), void *context)
{
    REQUIRE(started_count < THREADS);
    struct started *self = &started[started_count];
    const struct thread_description description = {.name = "example",
                                                   .entry = run_started,
                                                   .argument = self,
                                                   .priority = PROGRAM_MAIN_PRIORITY,
                                                   .stack = stacks[started_count],
                                                   .stack_bytes = STACK_BYTES};
    self->starter = thread_self();
    self->run = run;
    self->context = context;
    REQUIRE(thread_create(&self->thread, &description) == 0);
    started_count++;
    return started_count;
}

void example_join(uint32_t number)
{
    REQUIRE(number >= 1 && number <= started_count);
    while (!started[number - 1].has_ended) {
        (void)thread_block(THREAD_FOREVER);
    }
}

void program_main(void)
{
    int status = example_main();

    if (status != 0) {
        verdict_fail("main returned %d", status);
    }
    verdict_pass();
}
