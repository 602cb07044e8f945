/* SPDX-License-Identifier: MIT */
/* The examples on a development machine: POSIX threads, standard output, pages of a memory file. */
#include "example.h"
#include <kipc_host.h>
#include <kipc_host_memory.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MEMORY_BYTES (1024u * 1024u)
#define THREADS 3u
#define PAGES 256u
#define SPACE_BYTES (1024u * 1024u)

struct started {
    pthread_t thread;
    void (*run)(void *context);
    void *context;
};

static struct kipc_host host;
static struct kipc_host_memory host_memory;
static bool has_host_memory;
static _Alignas(KIPC_CACHELINE) uint8_t memory[MEMORY_BYTES];
static size_t memory_used;
static struct started started[THREADS];
static uint32_t started_count;

void example_fail(const char *condition, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    exit(1);
}

void example_print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)putchar('\n');
}

void example_begin(void)
{
    kipc_host_set_up(&host, false, KIPC_SPIN_MANY_HARTS);
    (void)kipc_host_join(&host);
}

void example_end(void)
{
    if (has_host_memory) {
        kipc_host_memory_tear_down(&host_memory);
    }
    kipc_host_tear_down(&host);
}

const struct kipc_port *example_port(void)
{
    return &host.port;
}

const struct kipc_scheduler *example_scheduler(void)
{
    return &host.scheduler;
}

const struct kipc_memory_port *example_memory_port(void)
{
    if (!has_host_memory) {
        kipc_host_memory_set_up(&host_memory, PAGES, SPACE_BYTES);
        has_host_memory = true;
    }
    return &host_memory.port;
}

uint32_t example_threads_max(void)
{
    return KIPC_HOST_THREADS_MAX;
}

void *example_memory(size_t bytes)
{
    size_t whole_lines = (bytes + KIPC_CACHELINE - 1) / KIPC_CACHELINE * KIPC_CACHELINE;
    REQUIRE(whole_lines <= MEMORY_BYTES - memory_used);
    void *taken = &memory[memory_used];
    memory_used += whole_lines;
    return taken;
}

void example_add_space(kipc_pid_t pid)
{
    kipc_host_memory_add_space(&host_memory, pid);
}

volatile void *example_pointer(kipc_pid_t pid, uintptr_t address)
{
    return kipc_host_pointer(&host_memory, pid, address);
}

static void *run_started(void *context)
{
    const struct started *self = context;
    (void)kipc_host_join(&host);
    self->run(self->context);
    return NULL;
}

uint32_t example_start(void (*run)(void *context), void *context)
{
    REQUIRE(started_count < THREADS);
    struct started *self = &started[started_count];
    self->run = run;
    self->context = context;
    REQUIRE(pthread_create(&self->thread, NULL, run_started, self) == 0);
    started_count += 1;
    return started_count;
}

void example_join(uint32_t number)
{
    REQUIRE(number >= 1 && number <= started_count);
    REQUIRE(pthread_join(started[number - 1].thread, NULL) == 0);
}
