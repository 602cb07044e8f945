/* SPDX-License-Identifier: MIT */
/*
 * A kernel of small tables with three processes and five threads, played by one thread of the host. Who blocks leaves
 * the stage to the others: block() goes on with the input as another thread, until the blocked one is woken or the
 * input ends. So waits nest, and every schedule is one that a scheduler could choose.
 */
#ifndef KIPC_FUZZ_WORLD_H
#define KIPC_FUZZ_WORLD_H

#include "fuzz.h"
#include <kipc/kernel.h>
#include <kipc/process.h>

#define WORLD_PROCESSES 3u
#define WORLD_THREADS 5u
#define WORLD_HANDLES 32u
/* Entries of each table of objects. */
#define WORLD_OBJECTS 6u

/* A handle that some process got, alive or not. */
struct world_handle {
    kipc_pid_t pid;
    kipc_handle_t handle;
    bool is_closed; /* its owner closed it: it must never work again */
};

struct world {
    struct fuzz_input input;
    struct kipc_port port;
    struct kipc_scheduler scheduler;
    struct kipc_kernel kernel;
    void *memory;
    bool is_locked;
    uint64_t now;
    uint32_t current;
    bool is_blocked[WORLD_THREADS];
    bool has_token[WORLD_THREADS];
    kipc_pid_t pids[WORLD_PROCESSES];
    struct world_handle handles[WORLD_HANDLES];
    uint32_t handle_count;
    uint32_t steps;
    void (*step)(struct world *world); /* one decision of the input; set by the target */
    void *model;                       /* the target's */
};

/* Sets all up; ends with what nobody may leave behind: waits, objects, blocks, handles. */
void world_open(struct world *world, const uint8_t *bytes, size_t count);
void world_close(struct world *world);

/* Runs the target's step until the input ends, with an audit after each. */
void world_run(struct world *world);

/* The process that the current thread acts for; now and then another one, or none. */
kipc_pid_t world_pid(struct world *world);
/* Any handle that was ever given, by preference one of this process; now and then none at all. */
kipc_handle_t world_handle(struct world *world, kipc_pid_t pid);
/* Remembers a handle. */
void world_give(struct world *world, kipc_pid_t pid, kipc_handle_t handle);
/* The object that a process's handle names, with its class; KIPC_NO_ID if none of this class. */
uint32_t world_object_id(struct world *world, kipc_pid_t pid, kipc_handle_t handle, enum kipc_table_id table);
/* A deadline: none, at once, near, past. */
uint64_t world_deadline(struct world *world);

/*
 * Holds a result against the rules for all calls: it is 0 or more, or a code of the list, nothing is locked any more,
 * and a handle that was closed did not work. Gives the result.
 */
int64_t world_check(struct world *world, kipc_pid_t pid, kipc_handle_t handle, int64_t result);

/* Looks at every structure of the kernel: counts, lists, references and quotas must agree. */
void world_audit(struct world *world);

#endif
