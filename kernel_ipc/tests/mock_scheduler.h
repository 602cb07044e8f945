/* SPDX-License-Identifier: MIT */
/*
 * A scheduler in which everything is decided: one actor runs at a time, and goes on until it blocks, yields or ends.
 * Then the most urgent ready one runs, first come first among equals. The clock moves only when nobody is ready, to the
 * earliest deadline. Actors are POSIX threads that hand a baton on, so every sanitizer understands them.
 *
 * The test's own thread is actor 0.
 */
#ifndef KIPC_TESTS_MOCK_SCHEDULER_H
#define KIPC_TESTS_MOCK_SCHEDULER_H

#include <kipc/scheduler.h>
#include <pthread.h>
#include <stdbool.h>

#define MOCK_ACTORS_MAX 16u

enum mock_status { MOCK_UNUSED, MOCK_READY, MOCK_BLOCKED, MOCK_IDLE, MOCK_DONE };

struct mock_actor {
    pthread_t thread;
    pthread_cond_t resumed;
    enum mock_status status;
    uint64_t since; /* when it became ready, in steps */
    uint64_t deadline;
    uint8_t priority;
    bool token;
    bool timed_out;
    void (*run)(void *context);
    void *context;
    struct mock_scheduler *mock;
};

struct mock_scheduler {
    struct kipc_port port;
    struct kipc_scheduler scheduler;
    pthread_mutex_t baton;
    struct mock_actor actors[MOCK_ACTORS_MAX];
    uint32_t count;
    uint32_t running;
    uint64_t steps;
    uint64_t now;
    bool is_locked;
    unsigned int locks;
    unsigned int blocks;
    unsigned int wakes;
};

void mock_set_up(struct mock_scheduler *mock);
/* All actors must have ended. */
void mock_tear_down(struct mock_scheduler *mock);

/* Adds an actor, ready; returns its thread id. It gets its priority from the kernel when it is attached. */
uint32_t mock_spawn(struct mock_scheduler *mock, void (*run)(void *context), void *context);

/* Actor 0: lets the others run until nobody can go on, whatever the clock does. Returns how many are blocked still. */
unsigned int mock_run(struct mock_scheduler *mock);

/* Actor 0: the same, but the clock stands still. */
unsigned int mock_run_now(struct mock_scheduler *mock);

/* Any actor: lets the others of its priority and above go first. */
void mock_yield(struct mock_scheduler *mock);

#endif
