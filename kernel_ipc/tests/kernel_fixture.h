/* SPDX-License-Identifier: MIT */
/* A kernel under the mock scheduler with two processes, and what tests of its objects share. */
#ifndef KIPC_TESTS_KERNEL_FIXTURE_H
#define KIPC_TESTS_KERNEL_FIXTURE_H

#include "mock_scheduler.h"
#include "support.h"
#include <kipc/condition.h>
#include <kipc/event.h>
#include <kipc/mutex.h>
#include <kipc/notification.h>
#include <kipc/rwlock.h>
#include <kipc/semaphore.h>

#define FIXTURE_PRIORITY 10u

struct kernel_fixture;

/* An actor of a test: a thread of one of the processes that runs a function. */
struct actor {
    struct kernel_fixture *fixture;
    kipc_pid_t pid;
    uint32_t thread;
    void (*body)(struct actor *actor);
    kipc_handle_t handle;
    kipc_handle_t other;
    uint64_t deadline;
    uint64_t number; /* whatever the test needs */
    int result;
    bool has_ended;
};

struct kernel_fixture {
    struct mock_scheduler mock;
    struct kipc_kernel kernel;
    void *memory;
    kipc_pid_t first; /* actor 0 is a thread of it */
    kipc_pid_t second;
    struct actor actors[MOCK_ACTORS_MAX];
    uint32_t order[64]; /* numbers in the order in which actors noted them */
    uint32_t noted;
    kipc_handle_t handle;
    kipc_handle_t other;
    uint64_t value;
};

int kernel_fixture_set_up(void **state);
/* The same with other limits than those of a small SoC. */
int kernel_fixture_set_up_with(void **state, const struct kipc_limits *limits);
/* Ends both processes, and asserts that nothing is left. */
int kernel_fixture_tear_down(void **state);

/* Adds an actor; returns it, for its other members to be filled in before it runs. */
struct actor *act(struct kernel_fixture *fixture, kipc_pid_t pid, uint8_t priority, void (*body)(struct actor *actor));

/* An actor says that it got somewhere. */
void note(struct actor *actor, uint32_t number);
/* Asserts that exactly these numbers were noted, and forgets them. */
#define assert_order(fixture, ...)                                                                                     \
    assert_noted(fixture, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))
void assert_noted(struct kernel_fixture *fixture, const uint32_t *numbers, size_t count);

/* How many objects of a class live. */
uint32_t live(struct kernel_fixture *fixture, enum kipc_table_id table);

#endif
