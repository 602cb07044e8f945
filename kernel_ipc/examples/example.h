/* SPDX-License-Identifier: MIT */
/* What the examples share: an exit with the place where something went wrong, and a kernel on POSIX threads. */
#ifndef KIPC_EXAMPLE_H
#define KIPC_EXAMPLE_H

#include <kipc/process.h>
#include <kipc_host.h>
#include <stdio.h>
#include <stdlib.h>

/* A condition that an example relies on; holds in every build. */
#define REQUIRE(condition) require((condition), #condition, __FILE__, __LINE__)

static inline void require(bool holds, const char *condition, const char *file, int line)
{
    if (!holds) {
        (void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
        exit(1);
    }
}

static inline void *lines_of_memory(size_t bytes)
{
    void *memory = aligned_alloc(KIPC_CACHELINE, (bytes + KIPC_CACHELINE - 1) / KIPC_CACHELINE * KIPC_CACHELINE);
    REQUIRE(memory != NULL);
    return memory;
}

/* A kernel, and the calling thread in the first process. */
struct example {
    struct kipc_host host;
    struct kipc_kernel kernel;
    void *memory;
    kipc_pid_t pid;
    uint32_t thread;
};

static inline void example_set_up(struct example *example)
{
    struct kipc_limits limits = kipc_limits_host();
    struct kipc_process_config config = kipc_process_config_default();
    size_t bytes = kipc_kernel_bytes(&limits);
    limits.threads = KIPC_HOST_THREADS_MAX;
    example->kernel.magic = 0;
    example->memory = lines_of_memory(bytes);
    kipc_host_set_up(&example->host, false, KIPC_SPIN_MANY_HARTS);
    example->thread = kipc_host_join(&example->host);
    REQUIRE(kipc_kernel_set_up(&example->kernel, &example->host.port, &example->host.scheduler, &limits,
                               example->memory, bytes) == KIPC_OK);
    REQUIRE(kipc_process_register(&example->kernel, &config, &example->pid) == KIPC_OK);
    REQUIRE(kipc_thread_attach(&example->kernel, example->pid, example->thread, 1) == KIPC_OK);
}

/* Nothing may be left behind. */
static inline void example_tear_down(struct example *example)
{
    struct kipc_counts counts;
    REQUIRE(kipc_process_exit(&example->kernel, example->pid) == KIPC_OK);
    REQUIRE(kipc_counts(&example->kernel, &counts) == KIPC_OK);
    for (unsigned int i = 0; i < KIPC_TABLE_COUNT; i++) {
        REQUIRE(counts.used[i] == 0);
    }
    REQUIRE(kipc_kernel_tear_down(&example->kernel) == KIPC_OK);
    kipc_host_tear_down(&example->host);
    free(example->memory);
}

#endif
