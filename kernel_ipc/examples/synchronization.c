/* SPDX-License-Identifier: MIT */
/* A semaphore that begins with 1, and a mutex that two threads of two processes lock with a deadline. */
#include "example.h"
#include <kipc/mutex.h>
#include <kipc/semaphore.h>

#define ROUNDS 500u
/* Ticks: far more than the other thread ever holds the mutex. */
#define LONG_ENOUGH UINT64_C(60000000000)

struct shared {
    struct example example;
    kipc_pid_t other;
    kipc_handle_t mutex;       /* of the first process */
    kipc_handle_t other_mutex; /* the same mutex, of the other one */
    uint32_t counter;          /* what the mutex protects */
};

static void count(struct shared *shared, kipc_pid_t pid, kipc_handle_t mutex)
{
    struct kipc_kernel *kernel = &shared->example.kernel;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint64_t deadline = kipc_deadline_after(example_port(), LONG_ENOUGH);
        REQUIRE(kipc_mutex_lock(kernel, pid, mutex, deadline) == KIPC_OK);
        shared->counter += 1;
        REQUIRE(kipc_mutex_unlock(kernel, pid, mutex) == KIPC_OK);
    }
}

static void other_process(void *context)
{
    struct shared *shared = context;
    example_act_for(&shared->example, shared->other);
    /* Only the owner unlocks. */
    REQUIRE(kipc_mutex_unlock(&shared->example.kernel, shared->other, shared->other_mutex) == KIPC_E_PERM);
    count(shared, shared->other, shared->other_mutex);
}

int main(void)
{
    static struct shared shared;
    struct kipc_kernel *kernel = &shared.example.kernel;
    kipc_handle_t semaphore;
    example_set_up(&shared.example);
    kipc_pid_t pid = shared.example.pid;
    shared.other = example_process(&shared.example);

    REQUIRE(kipc_semaphore_create(kernel, pid, 1, 1, KIPC_WAIT_FIFO, &semaphore) == KIPC_OK);
    REQUIRE(kipc_semaphore_wait(kernel, pid, semaphore, KIPC_FOREVER) == KIPC_OK);
    REQUIRE(kipc_semaphore_wait(kernel, pid, semaphore, KIPC_NO_WAIT) == KIPC_E_WOULDBLOCK);
    REQUIRE(kipc_semaphore_post(kernel, pid, semaphore) == KIPC_OK);
    example_print("semaphore: %d", kipc_semaphore_value(kernel, pid, semaphore, NULL));

    REQUIRE(kipc_mutex_create(kernel, pid, false, KIPC_WAIT_FIFO, &shared.mutex) == KIPC_OK);
    REQUIRE(kipc_handle_duplicate(kernel, pid, shared.mutex, shared.other, KIPC_RIGHT_RECEIVE, &shared.other_mutex) ==
            KIPC_OK);
    uint32_t thread = example_start(other_process, &shared);
    count(&shared, pid, shared.mutex);
    example_join(thread);
    REQUIRE(shared.counter == 2 * ROUNDS);
    example_print("counted to %u", shared.counter);

    REQUIRE(kipc_process_exit(kernel, shared.other) == KIPC_OK);
    example_tear_down(&shared.example);
    return 0;
}

/* Prints:
 *   semaphore: 1
 *   counted to 1000
 */
