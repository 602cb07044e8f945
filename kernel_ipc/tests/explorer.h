/* SPDX-License-Identifier: MIT */
/*
 * Runs small scenarios of the library under every schedule.
 *
 * The library is compiled with KIPC_MODEL: each access to a shared word, each block, wake and doorbell is a step, and
 * between any two steps any thread may go on. Stores that are not sequenced wait in a buffer of their thread (first in,
 * first out, as under total store order) and become visible in a step of their own, so a missing fence is found too.
 * Loads are not reordered: what depends on that is left to the release and acquire pairs that the sources name.
 *
 * The search is depth first. A state that was reached before (all memory of the scenario, and for each thread what it
 * has seen so far) is not explored again; the scenario must keep everything in the memory that it registers.
 */
#ifndef KIPC_TESTS_EXPLORER_H
#define KIPC_TESTS_EXPLORER_H

#include <kipc/scheduler.h>
#include <stdbool.h>
#include <stddef.h>

#define EXPLORER_THREADS_MAX 4u

struct explorer_scenario {
    const char *name;
    /* All of the scenario's memory; cleared before each run. */
    void *memory;
    size_t memory_bytes;
    /* Prepares the memory; runs outside of any thread, where accesses are plain. */
    void (*set_up)(const struct kipc_port *port);
    /* The threads; ids are their positions. Handlers are threads that may stay blocked at the end. */
    void (*threads[EXPLORER_THREADS_MAX])(void);
    size_t thread_count;
    size_t handler_count; /* how many of the last threads are interrupt handlers */
    /* True if the end of a run is right; runs when nothing can go on. */
    bool (*check)(void);
};

struct explorer_result {
    bool passed;
    unsigned long runs;   /* schedules followed to their end, or to a known state */
    unsigned long states; /* distinct states */
    const char *failure;  /* what went wrong, NULL if passed */
};

/* Explores a scenario completely, or until the first failure, whose schedule is printed. */
struct explorer_result explorer_run(const struct explorer_scenario *scenario);

/*
 * The scheduler of kernel objects. All that a critical section reads and writes is private to it, so it is one step;
 * the thread has seen all of the scenario's memory then.
 */
extern const struct kipc_scheduler explorer_scheduler;

/* In a thread: says that something is wrong; ends the exploration with this text. */
void explorer_fail(const char *what);

/*
 * In a thread: says that nothing of its past matters any more but what is in the scenario's memory: it stands at the
 * top of its outermost loop, with no local variable in use. Merges states that differ only by how they were reached.
 */
void explorer_forget_past(void);

/* In a handler thread: waits until its wire is raised, and lowers it. */
void explorer_await_wire(unsigned int wire);

/* In a thread: raises a wire (0..3); a handler that waits for it becomes ready. */
void explorer_raise_wire(unsigned int wire);

#endif
