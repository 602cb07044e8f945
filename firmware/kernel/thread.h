/* SPDX-License-Identifier: MIT */
/*
 * Threads of one hart. A thread lives and dies on the hart that created it; harts share no thread, no queue and no
 * lock. All storage is the caller's and static.
 *
 * Waiting: a thread has one wake token. thread_wake leaves it if the thread is not blocked, and thread_block takes it
 * instead of blocking. So a wake between "there is nothing to do" and the block is never lost; but one may be left
 * over, and whoever blocks must look again for a reason before blocking again.
 */
#ifndef KERNEL_THREAD_H
#define KERNEL_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A higher number is more urgent. */
#define THREAD_PRIORITY_COUNT 8
#define THREAD_PRIORITY_MAX (THREAD_PRIORITY_COUNT - 1)
/** Threads of one hart, its idle thread included. */
#define THREAD_COUNT_MAX 16
#define THREAD_STACK_BYTES_MIN 2048

/** Deadlines are absolute, in ticks of the hart's clock. */
#define THREAD_FOREVER UINT64_MAX

/** Storage for a stack: static THREAD_STACK(worker_stack, 4096); */
#define THREAD_STACK(name, bytes) uint8_t name[bytes] __attribute__((section(".noinit"), aligned(16)))

/* Offsets for context.S; scheduler.c asserts them. */
#define THREAD_STACK_POINTER 0
#define THREAD_ID 8

enum thread_state {
    THREAD_READY,    /* in a ready queue */
    THREAD_RUNNING,  /* is its scheduler's current thread */
    THREAD_BLOCKED,  /* in thread_block: ends by thread_wake or the deadline */
    THREAD_SLEEPING, /* in thread_sleep_until: ends by the deadline only */
    THREAD_LOCKING,  /* in mutex_lock: ends by mutex_unlock of the owner only */
    THREAD_FINISHED, /* returned from its entry; never runs again */
};

enum thread_wait {
    THREAD_WOKEN,
    THREAD_TIMED_OUT,
};

struct scheduler;
struct mutex;
typedef void thread_entry_function(void *argument);

/* The fields are the kernel's; a program reads them at most. */
struct thread {
    uint64_t stack_pointer; /* while it does not run */
    uint64_t id;
    uint64_t stack_low;             /* what the trap entry compares the stack pointer with */
    struct thread *next, *previous; /* neighbours in the queue that it is in: a ready queue or a mutex's waiters */
    struct scheduler *scheduler;
    enum thread_state state;
    int8_t priority; /* effective: at least base_priority, raised by threads that wait for its mutexes */
    int8_t base_priority;
    bool wake_token;
    bool timed; /* is in the timeout list */
    enum thread_wait wait_result;
    uint64_t deadline;
    struct thread *timeout_next, *timeout_previous;
    struct mutex *waiting_for; /* NULL unless THREAD_LOCKING */
    struct mutex *held;        /* list of the mutexes it owns */
    const char *name;
    uint32_t *stack;
    uint64_t switches; /* times that it was switched to */
    uint32_t process;  /* of kernel_ipc, that its system calls are made for: kernel/ecall.h */
};

/** What to create a thread from. Given by value, kept nowhere. */
struct thread_description {
    const char *name;             /* constant; kept by the thread */
    thread_entry_function *entry; /* its return ends the thread */
    void *argument;               /* given to entry */
    int priority;                 /* 0 to THREAD_PRIORITY_MAX */
    void *stack;                  /* THREAD_STACK; belongs to the thread until it has finished */
    size_t stack_bytes;           /* THREAD_STACK_BYTES_MIN to 64 KiB, a multiple of 16 */
};

/**
 * Creates a thread on the calling hart and makes it ready; a more urgent one runs before the call returns.
 * @param thread storage; belongs to the kernel for ever
 * @return 0, or -1 if the description breaks a rule above or the hart has THREAD_COUNT_MAX threads
 * From a thread. Does not block.
 */
int thread_create(struct thread *thread, const struct thread_description *description);

/** @return the calling thread; in an interrupt handler the interrupted one */
struct thread *thread_self(void);

/** @return the calling hart's thread with that id, or NULL if there is none, as for another hart's id */
struct thread *thread_by_id(uint64_t id);

/**
 * Waits until the thread is woken; returns at once if it has a wake token, and takes it.
 * @param deadline ticks, or THREAD_FOREVER; one that has passed does not block
 * @return THREAD_WOKEN, or THREAD_TIMED_OUT if the deadline passed first
 * From a thread only.
 */
enum thread_wait thread_block(uint64_t deadline);

/**
 * Ends the thread's thread_block, or leaves it the wake token if it is not in one.
 * @param thread one of the calling hart; another hart's is a panic
 * From a thread or an interrupt handler; if called from a thread with interrupts enabled, a more urgent woken thread
 * runs before the call returns. Does not block.
 */
void thread_wake(struct thread *thread);

/** Waits until the hart's clock shows the tick. @param deadline ticks. From a thread only. */
void thread_sleep_until(uint64_t deadline);

/** Lets the other ready threads of the same priority run first. From a thread only. */
void thread_yield(void);

/** Changes the calling thread's own priority. @param priority 0 to THREAD_PRIORITY_MAX; others are a panic */
void thread_set_priority(int priority);

#endif
