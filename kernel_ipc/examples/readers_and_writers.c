/* SPDX-License-Identifier: MIT */
/* Many may read at once, one may write; whoever ends while it holds the lock gives it back. */
#include "example.h"
#include <kipc/rwlock.h>
#include <kipc/semaphore.h>

static struct example example;
static kipc_pid_t other;
static kipc_handle_t given;
static kipc_handle_t tried;

/* Reads beside the first reader; then takes the write lock as soon as that one has gone, and keeps it. */
static void other_process(void *context)
{
    struct kipc_kernel *kernel = &example.kernel;
    (void)context;
    example_act_for(&example, other);
    REQUIRE(kipc_rwlock_read(kernel, other, given, KIPC_NO_WAIT) == KIPC_OK);
    example_print("two read at once");
    REQUIRE(kipc_rwlock_unlock(kernel, other, given) == KIPC_OK);
    int write = kipc_rwlock_write(kernel, other, given, KIPC_NO_WAIT);
    REQUIRE(write == KIPC_E_BUSY);
    example_print("to write beside a reader: %s", kipc_error_name(write));
    REQUIRE(kipc_semaphore_post(kernel, other, tried) == KIPC_OK);
    REQUIRE(kipc_rwlock_write(kernel, other, given, KIPC_FOREVER) == KIPC_OK);
}

int main(void)
{
    struct kipc_kernel *kernel = &example.kernel;
    kipc_handle_t lock;
    kipc_handle_t semaphore;
    example_set_up(&example);
    other = example_process(&example);
    REQUIRE(kipc_rwlock_create(kernel, example.pid, KIPC_RWLOCK_FAIR, KIPC_WAIT_FIFO, &lock) == KIPC_OK);
    REQUIRE(kipc_semaphore_create(kernel, example.pid, 0, 1, KIPC_WAIT_FIFO, &semaphore) == KIPC_OK);
    REQUIRE(kipc_handle_duplicate(kernel, example.pid, lock, other, KIPC_RIGHT_RECEIVE | KIPC_RIGHT_SEND, &given) ==
            KIPC_OK);
    REQUIRE(kipc_handle_duplicate(kernel, example.pid, semaphore, other, KIPC_RIGHT_SEND, &tried) == KIPC_OK);

    REQUIRE(kipc_rwlock_read(kernel, example.pid, lock, KIPC_FOREVER) == KIPC_OK);
    uint32_t thread = example_start(other_process, NULL);
    REQUIRE(kipc_semaphore_wait(kernel, example.pid, semaphore, KIPC_FOREVER) == KIPC_OK);
    REQUIRE(kipc_rwlock_unlock(kernel, example.pid, lock) == KIPC_OK);
    example_join(thread);

    REQUIRE(kipc_rwlock_read(kernel, example.pid, lock, KIPC_NO_WAIT) == KIPC_E_BUSY);
    REQUIRE(kipc_process_exit(kernel, other) == KIPC_OK);
    REQUIRE(kipc_rwlock_write(kernel, example.pid, lock, KIPC_NO_WAIT) == KIPC_OK);
    example_print("the writer has ended, the lock is free");
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   two read at once
 *   to write beside a reader: BUSY
 *   the writer has ended, the lock is free
 */
