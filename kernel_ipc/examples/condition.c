/* SPDX-License-Identifier: MIT */
/* A producer and a consumer: a mutex protects the box between them, conditions say that it is full, or empty. */
#include "example.h"
#include <kipc/condition.h>

#define ITEMS 100u

static struct example example;
static kipc_handle_t mutex;
static kipc_handle_t is_full;
static kipc_handle_t is_empty;
static uint32_t box; /* 0: empty */

static void lock(void)
{
    REQUIRE(kipc_mutex_lock(&example.kernel, example.pid, mutex, KIPC_FOREVER) == KIPC_OK);
}

static void unlock(void)
{
    REQUIRE(kipc_mutex_unlock(&example.kernel, example.pid, mutex) == KIPC_OK);
}

/* Lets go of the mutex for as long as it waits; what it waits for is looked at again each time. */
static void wait_for(kipc_handle_t condition)
{
    REQUIRE(kipc_condition_wait(&example.kernel, example.pid, condition, mutex, KIPC_FOREVER) == KIPC_OK);
}

static void produce(void *context)
{
    (void)context;
    example_act_for(&example, example.pid);
    for (uint32_t i = 1; i <= ITEMS; i++) {
        lock();
        while (box != 0) {
            wait_for(is_empty);
        }
        box = i;
        REQUIRE(kipc_condition_signal(&example.kernel, example.pid, is_full) >= 0);
        unlock();
    }
}

int main(void)
{
    struct kipc_kernel *kernel = &example.kernel;
    uint32_t sum = 0;
    example_set_up(&example);
    REQUIRE(kipc_mutex_create(kernel, example.pid, false, KIPC_WAIT_PRIORITY, &mutex) == KIPC_OK);
    REQUIRE(kipc_condition_create(kernel, example.pid, KIPC_WAIT_FIFO, &is_full) == KIPC_OK);
    REQUIRE(kipc_condition_create(kernel, example.pid, KIPC_WAIT_FIFO, &is_empty) == KIPC_OK);
    uint32_t producer = example_start(produce, NULL);
    for (uint32_t i = 1; i <= ITEMS; i++) {
        lock();
        while (box == 0) {
            wait_for(is_full);
        }
        REQUIRE(box == i);
        sum += box;
        box = 0;
        REQUIRE(kipc_condition_signal(kernel, example.pid, is_empty) >= 0);
        unlock();
    }
    example_join(producer);
    example_print("%u items in order, their sum is %u", ITEMS, sum);
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   100 items in order, their sum is 5050
 */
