/* SPDX-License-Identifier: MIT */
/* The port to POSIX threads: for tests on the development machine, with the real clock or one that tests turn. */
#ifndef KIPC_HOST_H
#define KIPC_HOST_H

#include <kipc/scheduler.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#define KIPC_HOST_THREADS_MAX 16u

struct kipc_host_thread {
    pthread_cond_t changed; /* token, cancellation or fake clock changed */
    atomic_bool token;
    atomic_bool canceled;
    bool blocked;
    atomic_uint priority; /* what the kernel set last; POSIX threads are not scheduled by it */
};

struct kipc_host {
    struct kipc_port port;
    struct kipc_scheduler scheduler;
    pthread_mutex_t section; /* the critical section of kernels on this scheduler */
    pthread_mutex_t mutex;   /* guards all below but the counters */
    pthread_cond_t blocked_changed;
    struct kipc_host_thread threads[KIPC_HOST_THREADS_MAX];
    uint32_t thread_count;
    bool has_fake_clock;
    uint64_t fake_now;
    atomic_uint relaxes; /* calls of relax */
    atomic_uint blocks;  /* calls of block */
    atomic_uint fences;  /* calls of either device fence */
    atomic_uint fences_for_all;
};

/*
 * Sets a scheduler up. Ticks are nanoseconds of CLOCK_MONOTONIC, or of the fake clock, which starts at 1.
 * host: caller's, overwritten. spin_iterations: for its port; unless it is 0 or the clock a fake one, a thread that
 * blocks looks for its wake token for some microseconds before it sleeps, for wakers that run on another processor.
 * The port can fence for all threads where the system offers that (Linux: membarrier), else its fence_all is NULL.
 * Aborts the program if the system refuses a mutex or a condition variable. Does not block; one caller.
 */
void kipc_host_set_up(struct kipc_host *host, bool has_fake_clock, uint32_t spin_iterations);

/* Ends a scheduler; no thread may use it any more. One caller. */
void kipc_host_tear_down(struct kipc_host *host);

/*
 * Makes the calling POSIX thread one of the scheduler's threads; once a thread, before it uses the port.
 * Returns its id; aborts the program if there are KIPC_HOST_THREADS_MAX already. Any number of callers at once.
 */
uint32_t kipc_host_join(struct kipc_host *host);

/* Turns the fake clock forward by `ticks` and lets expired waits end. Any number of callers at once. */
void kipc_host_advance(struct kipc_host *host, uint64_t ticks);

/* Makes the thread's present or next block() return KIPC_E_CANCELED. Any number of callers at once. */
void kipc_host_cancel(struct kipc_host *host, uint32_t thread);

/*
 * Waits until a thread sits in block(), so that a test need not hope that it does.
 * milliseconds: bound in real time. Returns false if it did not get there in time, or no such thread ever joined.
 */
bool kipc_host_await_blocked(struct kipc_host *host, uint32_t thread, unsigned int milliseconds);

#endif
