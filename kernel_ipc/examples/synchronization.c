/* SPDX-License-Identifier: MIT */
/* A semaphore that begins with 1, and a mutex that two threads of two processes lock with a deadline. */
#include "example.h"
#include <kipc/mutex.h>
#include <kipc/semaphore.h>

#define ROUNDS 2000u

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
        uint64_t deadline = kipc_deadline_after(&shared->example.host.port, UINT64_C(60000000000));
        REQUIRE(kipc_mutex_lock(kernel, pid, mutex, deadline) == KIPC_OK);
        shared->counter += 1;
        REQUIRE(kipc_mutex_unlock(kernel, pid, mutex) == KIPC_OK);
    }
}

static void *other_process(void *context)
{
    struct shared *shared = context;
    uint32_t thread = kipc_host_join(&shared->example.host);
    REQUIRE(kipc_thread_attach(&shared->example.kernel, shared->other, thread, 1) == KIPC_OK);
    count(shared, shared->other, shared->other_mutex);
    return NULL;
}

int main(void)
{
    static struct shared shared;
    struct kipc_kernel *kernel = &shared.example.kernel;
    struct kipc_process_config config = kipc_process_config_default();
    kipc_handle_t semaphore;
    pthread_t thread;
    example_set_up(&shared.example);
    kipc_pid_t pid = shared.example.pid;
    REQUIRE(kipc_process_register(kernel, &config, &shared.other) == KIPC_OK);

    REQUIRE(kipc_semaphore_create(kernel, pid, 1, 1, KIPC_WAIT_FIFO, &semaphore) == KIPC_OK);
    REQUIRE(kipc_semaphore_wait(kernel, pid, semaphore, KIPC_FOREVER) == KIPC_OK);
    REQUIRE(kipc_semaphore_wait(kernel, pid, semaphore, KIPC_NO_WAIT) == KIPC_E_WOULDBLOCK);
    REQUIRE(kipc_semaphore_post(kernel, pid, semaphore) == KIPC_OK);

    REQUIRE(kipc_mutex_create(kernel, pid, false, KIPC_WAIT_FIFO, &shared.mutex) == KIPC_OK);
    REQUIRE(kipc_handle_duplicate(kernel, pid, shared.mutex, shared.other, KIPC_RIGHT_RECEIVE, &shared.other_mutex) ==
            KIPC_OK);
    REQUIRE(pthread_create(&thread, NULL, other_process, &shared) == 0);
    count(&shared, pid, shared.mutex);
    REQUIRE(pthread_join(thread, NULL) == 0);
    REQUIRE(shared.counter == 2 * ROUNDS);

    REQUIRE(kipc_process_exit(kernel, shared.other) == KIPC_OK);
    example_tear_down(&shared.example);
    return 0;
}
