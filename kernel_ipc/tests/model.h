/* SPDX-License-Identifier: MIT */
/* The machine that the explorer steps: threads, their store buffers, wires. Private to explorer.c and model.c. */
#ifndef KIPC_TESTS_MODEL_H
#define KIPC_TESTS_MODEL_H

#include "atomic.h"
#include "explorer.h"
#include <ucontext.h>

#define MODEL_STORES_MAX 16u
#define MODEL_WIRES 4u

enum model_status { STATUS_READY, STATUS_BLOCKED, STATUS_AWAITS_WIRE, STATUS_DONE };

struct model_store {
    kipc_shared_word *word;
    uint32_t value;
};

struct model_thread {
    ucontext_t context;
    uint8_t *stack;
    enum model_status status;
    bool token;
    bool has_deadline;
    bool timed_out;
    unsigned int wire;
    uint64_t seen; /* hash of all that the thread observed and of its steps: its whole local state follows from it */
    struct model_store stores[MODEL_STORES_MAX];
    size_t store_count;
};

/* Global, because the hooks of the library's atomic.h carry no context. */
struct model {
    const struct explorer_scenario *scenario;
    ucontext_t scheduler;
    struct model_thread threads[EXPLORER_THREADS_MAX];
    size_t current; /* thread that runs, or EXPLORER_THREADS_MAX outside of all */
    bool wires[MODEL_WIRES];
    bool in_section;     /* of kernel objects: nobody else goes on */
    const char *failure; /* NULL: none yet */
};

extern struct model model;
extern const struct kipc_port model_port;

/* Puts all threads of the scenario at their beginning, lowers the wires, clears the scenario's memory. */
void model_start(const struct explorer_scenario *scenario);

/* Lets a thread go on to its next step. */
void model_resume(size_t thread);

/* Makes a thread's oldest buffered store visible; there must be one. */
void model_flush_one(struct model_thread *thread);

/* Frees the threads' stacks. */
void model_end(void);

/* Hash of all of the scenario's memory. */
uint64_t model_memory_hash(void);

/* Mixes a value into a hash. */
uint64_t model_mix(uint64_t hash, uint64_t value);

#endif
