/* SPDX-License-Identifier: MIT */
/*
 * What the examples need from the system that they run on: a line of text, memory, threads. The same sources run on a
 * development machine (host/example_host.c) and on the SoC. A system that uses the core has all of this already; what
 * matters in an example are the calls of kipc/.
 */
#ifndef KIPC_EXAMPLE_H
#define KIPC_EXAMPLE_H

#include <kipc/mapping.h>
#include <kipc/process.h>
#include <string.h>

/* What an example relies on. If it does not hold the program ends, with the place and a bad exit code. */
#define REQUIRE(condition) ((condition) ? (void)0 : example_fail(#condition, __FILE__, __LINE__))

_Noreturn void example_fail(const char *condition, const char *file, int line);

/* Writes a line of text: %s %c %d %u %x, and with l for 64 bits. The line feed is added. */
void example_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The first call of a program, and the last one. */
void example_begin(void);
void example_end(void);

/* What a port to this system offers. */
const struct kipc_port *example_port(void);
const struct kipc_scheduler *example_scheduler(void);
const struct kipc_memory_port *example_memory_port(void);

/* Thread ids of the port are below this. */
uint32_t example_threads_max(void);

/* Memory, zero, aligned to KIPC_CACHELINE, until example_end. */
void *example_memory(size_t bytes);

/* Makes room for the mappings of a process; and finds what a process sees at an address. */
void example_add_space(kipc_pid_t pid);
volatile void *example_pointer(kipc_pid_t pid, uintptr_t address);

/* Lets a thread run a function, up to three at once; and waits for its end. */
uint32_t example_start(void (*run)(void *context), void *context);
void example_join(uint32_t number);

/* All threads of the examples are equally urgent. */
#define EXAMPLE_PRIORITY 128u

/* A kernel, and the first of its processes. */
struct example {
    struct kipc_kernel kernel;
    struct kipc_memory memory;
    kipc_pid_t pid;
};

/* The calling thread acts for a process from now on: it may wait. */
static inline void example_act_for(struct example *example, kipc_pid_t pid)
{
    const struct kipc_port *port = example_port();
    uint32_t thread = port->ops->current(port->context);
    REQUIRE(kipc_thread_attach(&example->kernel, pid, thread, EXAMPLE_PRIORITY) == KIPC_OK);
}

/* Makes a process. */
static inline kipc_pid_t example_process(struct example *example)
{
    struct kipc_process_config config = kipc_process_config_default();
    kipc_pid_t pid;
    REQUIRE(kipc_process_register(&example->kernel, &config, &pid) == KIPC_OK);
    return pid;
}

/* A kernel with one process, for which the calling thread acts. */
static inline void example_make_kernel(struct example *example)
{
    struct kipc_limits limits = kipc_limits_soc();
    limits.threads = example_threads_max();
    size_t bytes = kipc_kernel_bytes(&limits);
    example->kernel.magic = 0;
    REQUIRE(kipc_kernel_set_up(&example->kernel, example_port(), example_scheduler(), &limits, example_memory(bytes),
                               bytes) == KIPC_OK);
    example->pid = example_process(example);
    example_act_for(example, example->pid);
}

/* The same as a program's first call; hello.c does it step by step. */
static inline void example_set_up(struct example *example)
{
    example_begin();
    example_make_kernel(example);
}

/* Shared memory besides; the process gets a space for its mappings. */
static inline void example_set_up_memory(struct example *example)
{
    struct kipc_memory_limits limits = kipc_memory_limits_soc();
    example_set_up(example);
    size_t bytes = kipc_memory_bytes(&limits);
    REQUIRE(kipc_memory_set_up(&example->kernel, &example->memory, example_memory_port(), &limits,
                               example_memory(bytes), bytes) == KIPC_OK);
    example_add_space(example->pid);
}

/* Ends the first process, and the kernel. The others have ended: nothing may be left behind. */
static inline void example_end_kernel(struct example *example)
{
    struct kipc_counts counts;
    struct kipc_memory_counts memory;
    REQUIRE(kipc_process_exit(&example->kernel, example->pid) == KIPC_OK);
    REQUIRE(kipc_counts(&example->kernel, &counts) == KIPC_OK);
    for (unsigned int i = 0; i < KIPC_TABLE_COUNT; i++) {
        REQUIRE(counts.used[i] == 0);
    }
    if (kipc_memory_counts(&example->kernel, &memory) == KIPC_OK) {
        REQUIRE(memory.pages_used == 0 && memory.mappings_used == 0);
        REQUIRE(kipc_memory_tear_down(&example->kernel) == KIPC_OK);
    }
    REQUIRE(kipc_kernel_tear_down(&example->kernel) == KIPC_OK);
}

/* The same as a program's last call. */
static inline void example_tear_down(struct example *example)
{
    example_end_kernel(example);
    example_end();
}

#endif
