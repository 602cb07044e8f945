/* SPDX-License-Identifier: MIT */
/*
 * Real threads use one object for a moment and write down what they called and got; every such history must be one
 * that the object's rules allow in some order (linearizability.h). Many short histories, each of a fresh object.
 */
#ifndef KIPC_TESTS_HISTORY_FIXTURE_H
#define KIPC_TESTS_HISTORY_FIXTURE_H

#include "kipc_host.h"
#include "linearizability.h"
#include "support.h"
#include <kipc/handle.h>

#define THREADS 3u
#define CALLS 8u

/* Kinds of calls. */
enum { PUT, TAKE, TRY, LEAVE, WRITE, READ };

struct world {
    struct kipc_host host;
    struct kipc_kernel kernel;
    void *memory;
    kipc_pid_t pid;
    kipc_handle_t handles[2];
    struct kipc_scheduler scheduler; /* the host's, with detours */
    struct kipc_ring_producer producer;
    struct kipc_ring_consumer consumer;
    void *ring;
    atomic_uint_fast64_t value; /* what a lock protects, or what a plant spoils */
    uint32_t threads;
    atomic_uint ready;
    void (*body)(struct world *world, uint32_t thread, struct random_numbers *random);
    void *meeting; /* where threads begin and end a history together */
    bool is_over;
    struct history history;
};

/* An object for a series of histories. */
struct subject {
    void (*open)(struct world *world);
    void (*body)(struct world *world, uint32_t thread, struct random_numbers *random);
    void (*close)(struct world *world);
    linear_rules rules;
    struct linear_state first;
    uint32_t threads;
};

int history_set_up(void **state);
int history_tear_down(void **state);

/* Records histories up to a number, or to the first that no order explains. Gives how many were allowed. */
uint32_t record(struct world *world, const struct subject *subject, uint32_t histories);

/* Records as many as are worth the time, and fails with the first that no order explains. */
void require_linear(struct world *world, const struct subject *subject);

/* Now and then lets another thread go first. */
void dawdle(struct random_numbers *random);

/* Closes the world's first handle. */
void close_first(struct world *world);

#endif
