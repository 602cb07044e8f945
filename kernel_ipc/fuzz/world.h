/* SPDX-License-Identifier: MIT */
/*
 * A kernel of small tables with three processes and five threads, played by one thread of the host. Who blocks leaves
 * the stage to the others: block() goes on with the input as another thread, until the blocked one is woken or the
 * input ends. A call that leaves the critical section and enters it again may be pre-empted between the two. So calls
 * nest, and every schedule is one that a scheduler could choose.
 */
#ifndef KIPC_FUZZ_WORLD_H
#define KIPC_FUZZ_WORLD_H

#include "fuzz.h"
#include <fake_memory.h>
#include <kipc/channel.h>
#include <kipc/process.h>
#include <kipc/transport.h>

#define WORLD_PROCESSES 3u
#define WORLD_THREADS 5u
#define WORLD_HANDLES 96u
/* Entries of each table of objects. */
#define WORLD_OBJECTS 6u
/* Shared memory: small pages, so that an input can fill some. */
#define WORLD_PAGE_BYTES 64u
#define WORLD_PAGES 20u
#define WORLD_REGION_BYTES (6u * WORLD_PAGE_BYTES)
#define WORLD_MAPPED 40u

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
    uint32_t sections;  /* that the current thread's step has entered */
    uint32_t depth;     /* calls that are pre-empted now */
    bool was_preempted; /* the current step: what it saw before may be over */
    bool is_blocked[WORLD_THREADS];
    bool has_token[WORLD_THREADS];
    kipc_pid_t pids[WORLD_PROCESSES];
    struct world_handle handles[WORLD_HANDLES];
    uint32_t handle_count;
    uint32_t steps;
    struct kipc_memory shared;
    struct fake_memory port_memory;
    void *storage;
    uint8_t *pages;
    uint8_t taken[WORLD_PAGES];
    struct fake_entry mapped[WORLD_MAPPED];
    struct kipc_transport transport;                    /* to node 0 */
    void (*kicked)(struct world *world, uint32_t port); /* a message waits to leave; NULL: nobody cares */
    void (*step)(struct world *world);                  /* one decision of the input; set by the target */
    void *model;                                        /* the target's */
    struct fibers *fibers; /* of a target whose threads have stacks of their own; or NULL */
    uint64_t trace;        /* of all results that were checked, in order */
};

/* Sets all up; ends with what nobody may leave behind: waits, objects, blocks, handles. */
void world_open(struct world *world, const uint8_t *bytes, size_t count);
void world_close(struct world *world);

/* Whether the input has more, and the steps are not too many. */
bool world_goes_on(const struct world *world);
/* Ends the wait of a thread that nobody woke: by cancellation or, where the rules forbid that, with its process. */
void world_end_wait(struct world *world, uint32_t thread);

/* Runs the target's step until the input ends, with an audit after each. */
void world_run(struct world *world);

/* The process that the current thread acts for; now and then another one, or none. */
kipc_pid_t world_pid(struct world *world);
/* Any handle that was ever given, by preference one of this process; now and then none at all. */
kipc_handle_t world_handle(struct world *world, kipc_pid_t pid);
/* The same, by preference one of an object of this class. */
kipc_handle_t world_object(struct world *world, kipc_pid_t pid, enum kipc_table_id table);
/* Takes note that a handle is closed. */
void world_forget(struct world *world, kipc_handle_t handle);
/* The step goes on with another call: the next section is its first one, before which nobody comes between. */
void world_next_call(struct world *world);
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

/* furniture.c: an object of each class to begin with. Gives the first process's handle of its region, all zero. */
kipc_handle_t furnish(struct world *world);

/* Looks at every structure of the kernel: counts, lists, references and quotas must agree. */
void world_audit(struct world *world);
/* audit_memory.c: pages, regions and mappings, and operations that are under way. */
void audit_memory(struct world *world);
void audit_operations(struct world *world);

#endif
