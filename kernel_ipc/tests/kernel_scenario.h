/* SPDX-License-Identifier: MIT */
/* What the explorers of kernel objects share: one small kernel with three threads of one process. */
#ifndef KIPC_TESTS_KERNEL_SCENARIO_H
#define KIPC_TESTS_KERNEL_SCENARIO_H

#include "explorer.h"
#include "support.h"
#include <kipc/call.h>
#include <kipc/condition.h>
#include <kipc/semaphore.h>

#define SCENARIO_MEMORY_BYTES 12288u
#define SCENARIO_THREADS 3u
#define SOME_TIME 1000u

/* All memory of all scenarios; nothing that matters lives anywhere else. */
struct scenario_world {
    alignas(KIPC_CACHELINE) uint8_t memory[SCENARIO_MEMORY_BYTES];
    struct kipc_kernel kernel;
    kipc_pid_t pid;
    kipc_handle_t handle;
    kipc_handle_t mutex;
    uint64_t posted;
    uint64_t taken;
    uint64_t timed_out;
    uint64_t canceled;
    uint64_t inside;
    uint64_t items;
};

extern struct scenario_world world;

/* A kernel with room for one object of each class (two ends of a channel); all three threads attached. */
void set_up_kernel(const struct kipc_port *port);

/* True if nobody waits and nobody owns anything. */
bool everybody_runs(void);

/* Runs three threads under every schedule; fails the test if one schedule does. */
void explore(const char *name, void (*set_up)(const struct kipc_port *), void (*const threads[SCENARIO_THREADS])(void),
             bool (*check)(void));

#endif
