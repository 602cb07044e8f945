/* SPDX-License-Identifier: MIT */
/*
 * One suite of waits, for every scheduler: each kernel object with threads that block, are woken, time out, are
 * cancelled, and race. The mock scheduler runs it in test_blocking_suite.c, the SoC's in firmware/programs/objects.c.
 * It uses the public interface and nothing of a host, and its threads may run on several harts at once.
 */
#ifndef KIPC_TESTS_BLOCKING_SUITE_H
#define KIPC_TESTS_BLOCKING_SUITE_H

#include <kipc/call.h>
#include <kipc/condition.h>
#include <kipc/event.h>
#include <kipc/memory.h>
#include <kipc/mutex.h>
#include <kipc/notification.h>
#include <kipc/rwlock.h>
#include <kipc/semaphore.h>
#include <kipc/topic.h>

/* Threads besides the one that runs the suite. */
#define SUITE_THREADS 4u
/* The suite's own thread; the others are above or below it. */
#define SUITE_PRIORITY 128u
/* Pages of memory that regions of the suite use at once, at most. */
#define SUITE_PAGES 32u
/* What a wait that must end by itself is given: long enough for everything before it, on a slow clock, too. */
#define SUITE_TICKS 20u

/* What runs the suite. None of these may be missing; `context` is its own. */
struct suite_runner {
    const struct kipc_port *port;
    const struct kipc_scheduler *scheduler;
    void *memory; /* for a kernel of suite_limits() */
    size_t bytes;
    const struct kipc_memory_port *memory_port; /* with SUITE_PAGES pages, and what it needs itself */
    void *records;                              /* for shared memory of kipc_memory_limits_soc() */
    size_t record_bytes;
    uint32_t rounds; /* of what is repeated: handovers between two threads */
    void *context;
    /* The id of a thread: 0 is the suite's own, 1..SUITE_THREADS the others. */
    uint32_t (*thread_id)(void *context, uint32_t number);
    /* Lets a thread that is attached already run a function; its return ends this use of the thread. */
    void (*start)(void *context, uint32_t number, void (*run)(void *argument), void *argument);
    /* Waits until each thread that was started has ended or waits for an object; time may not pass much. */
    void (*settle)(void *context);
    /* Waits until each has ended. */
    void (*join)(void *context);
    /* Something is not as it must be; does not return. */
    void (*fail)(void *context, const char *file, int line, const char *what, int64_t actual, int64_t expected);
};

struct suite;

struct suite_thread {
    struct suite *suite;
    uint32_t number;
    kipc_pid_t pid;
    kipc_handle_t handle, other;
    uint64_t deadline;
    uint64_t count; /* whatever the body makes of it */
    int result;
    volatile bool has_ended;
    void (*body)(struct suite_thread *thread);
};

struct suite {
    const struct suite_runner *runner;
    struct kipc_kernel *kernel;
    struct kipc_memory memory;
    kipc_pid_t first;  /* the suite's own thread is of this process */
    kipc_pid_t second; /* of another user */
    struct suite_thread threads[SUITE_THREADS + 1];
    volatile uint64_t shared[4]; /* for bodies, guarded by the object under test */
};

struct suite_case {
    const char *name;
    void (*run)(struct suite *suite);
};

extern const struct suite_case suite_cases[];
extern const uint32_t suite_case_count;

/* The limits of the suite's kernel, and the bytes that it needs. */
struct kipc_limits suite_limits(void);

/*
 * Runs one case in a kernel of its own; nothing may be left of it after.
 * kernel: cleared before its first use. suite: scratch, as large as it is.
 */
void suite_run(struct suite *suite, struct kipc_kernel *kernel, const struct suite_runner *runner,
               const struct suite_case *one);

/* For cases. */
#define CHECK(suite, actual, expected)                                                                                 \
    suite_check(suite, __FILE__, __LINE__, #actual, (int64_t)(actual), (int64_t)(expected))
void suite_check(struct suite *suite, const char *file, int line, const char *what, int64_t actual, int64_t expected);
/* Prepares a thread of a process; its members may be filled in before suite_start. */
struct suite_thread *suite_thread(struct suite *suite, uint32_t number, kipc_pid_t pid,
                                  void (*body)(struct suite_thread *thread), kipc_handle_t handle);
void suite_start(struct suite_thread *thread, uint8_t priority);
/* Starts it, and waits until it waits itself or has ended. */
void suite_start_settled(struct suite_thread *thread, uint8_t priority);
void suite_settle(struct suite *suite);
void suite_join(struct suite *suite);
/* Joins, and checks the result of each thread that was started. */
void suite_join_with(struct suite *suite, int expected);
uint64_t suite_deadline(struct suite *suite);
/* A channel from the first process to the second one. */
void suite_make_channel(struct suite *suite, uint32_t capacity, kipc_handle_t ends[2]);
/* A channel of which the first process has both ends; a number through it, without waiting. */
void suite_make_pair(struct suite *suite, const struct kipc_channel_config *config, kipc_handle_t ends[2]);
void suite_close_pair(struct suite *suite, const kipc_handle_t ends[2]);
int suite_send(struct suite *suite, kipc_handle_t end, uint64_t number, uint8_t priority);
int suite_receive(struct suite *suite, kipc_handle_t end, uint64_t *number, struct kipc_channel_info *info);

/* blocking_locks.c, blocking_messages.c, blocking_memory.c, blocking_values.c, blocking_waiters.c, blocking_peers.c */
void suite_semaphore(struct suite *suite);
void suite_mutex(struct suite *suite);
void suite_condition(struct suite *suite);
void suite_rwlock(struct suite *suite);
void suite_event(struct suite *suite);
void suite_notification(struct suite *suite);
void suite_channel(struct suite *suite);
void suite_call(struct suite *suite);
void suite_topic(struct suite *suite);
void suite_batch(struct suite *suite);
void suite_registry(struct suite *suite);
void suite_asynchronous(struct suite *suite);
void suite_region(struct suite *suite);
void suite_values(struct suite *suite);
void suite_kinds(struct suite *suite);
void suite_waiters(struct suite *suite);
void suite_requests(struct suite *suite);
void suite_producers(struct suite *suite);
void suite_capabilities(struct suite *suite);

#endif
