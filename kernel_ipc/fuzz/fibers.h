/* SPDX-License-Identifier: MIT */
/*
 * Threads of a world with stacks of their own, so that one that was woken goes on whoever blocks meanwhile: a server
 * and its caller take turns, as words that are carried between them need it. The input chooses who runs, but for a
 * thread that words are carried to, which is next. Without pre-emption a thread that blocks gives way to the one that
 * it woke last: then it makes no difference for the order of all steps whether words are carried.
 */
#ifndef KIPC_FUZZ_FIBERS_H
#define KIPC_FUZZ_FIBERS_H

#include "world.h"
#include <kipc/words.h>
#include <ucontext.h>

#define FIBER_STACK_BYTES (128u * 1024u)
#define FIBERS_MAIN WORLD_THREADS

struct fiber {
    ucontext_t context;
    void *fake_stack;   /* the address sanitizer's */
    const void *bottom; /* of its stack */
    size_t bytes;
    bool has_ended;
    bool has_timed_out;
    uint64_t deadline; /* while it is blocked */
    uintptr_t words[KIPC_FAST_WORDS];
};

struct fibers {
    bool is_preemptive;
    bool carries;        /* else all words go through memory */
    bool blocks_at_once; /* the scheduler has unlock_and_block */
    uint32_t running;
    uint32_t next;  /* that words are carried to; FIBERS_MAIN: none */
    uint32_t woken; /* last, by the running thread in this step; FIBERS_MAIN: none */
    struct fiber fibers[WORLD_THREADS + 1];
    struct kipc_port_ops port_ops;
    struct kipc_scheduler_ops scheduler_ops;
};

/* Makes the threads of an open world fibers; the three decisions are set. */
void fibers_open(struct fibers *fibers, struct world *world);
/* Each runs the world's step until the input ends, with an audit after each; all waits are ended then. */
void fibers_run(struct world *world);
/* The registers of the running thread. */
uintptr_t *fibers_words(struct world *world);

#endif
