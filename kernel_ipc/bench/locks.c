/* SPDX-License-Identifier: MIT */
/* Locking and counting: a kernel's mutex and semaphore beside those of the C library and a bare futex. */
#define _GNU_SOURCE
#include "bench.h"
#include "bench_port.h"
#include "kernel_world.h"
#include <kipc/mutex.h>
#include <kipc/semaphore.h>
#include <pthread.h>
#include <semaphore.h>

#define ALONE 20000u
#define TOGETHER 5000u

/* What two threads count up in turn: lost increments show a lock that does not lock. */
struct counter {
    struct kernel_world *world;
    pthread_mutex_t mutex;
    sem_t semaphore;
    _Atomic uint32_t word;
    uint64_t value;
    uint32_t operations;
};

static void core_mutex(struct counter *counter)
{
    struct kernel_world *world = counter->world;
    for (uint32_t i = 0; i < counter->operations; i++) {
        int result = kipc_mutex_lock(&world->kernel, world->pid, world->handles[0], KIPC_FOREVER);
        counter->value += 1;
        result |= kipc_mutex_unlock(&world->kernel, world->pid, world->handles[0]);
        bench_require(result == KIPC_OK, "core mutex: error");
    }
}

static void core_semaphore(struct counter *counter)
{
    struct kernel_world *world = counter->world;
    for (uint32_t i = 0; i < counter->operations; i++) {
        int result = kipc_semaphore_wait(&world->kernel, world->pid, world->handles[1], KIPC_FOREVER);
        counter->value += 1;
        result |= kipc_semaphore_post(&world->kernel, world->pid, world->handles[1]);
        bench_require(result == KIPC_OK, "core semaphore: error");
    }
}

static void library_mutex(struct counter *counter)
{
    for (uint32_t i = 0; i < counter->operations; i++) {
        int result = pthread_mutex_lock(&counter->mutex);
        counter->value += 1;
        result |= pthread_mutex_unlock(&counter->mutex);
        bench_require(result == 0, "pthread mutex: error");
    }
}

static void library_semaphore(struct counter *counter)
{
    for (uint32_t i = 0; i < counter->operations; i++) {
        int result = sem_wait(&counter->semaphore);
        counter->value += 1;
        result |= sem_post(&counter->semaphore);
        bench_require(result == 0, "sem_t: error");
    }
}

/* 0 free, 1 taken, 2 taken and somebody may sleep. */
static void futex_lock(_Atomic uint32_t *word)
{
    uint32_t free_word = 0;
    if (atomic_compare_exchange_strong(word, &free_word, 1)) {
        return;
    }
    while (atomic_exchange(word, 2) != 0) {
        bench_futex_wait(word, 2);
    }
}

static void futex_unlock(_Atomic uint32_t *word)
{
    if (atomic_exchange(word, 0) == 2) {
        bench_futex_wake(word);
    }
}

static void bare_futex(struct counter *counter)
{
    for (uint32_t i = 0; i < counter->operations; i++) {
        futex_lock(&counter->word);
        counter->value += 1;
        futex_unlock(&counter->word);
    }
}

static void open_counter(struct counter *counter, uint32_t operations)
{
    struct kernel_world *world = kernel_world_open(1);
    *counter = (struct counter){.world = world, .operations = operations};
    bench_require(kipc_mutex_create(&world->kernel, world->pid, false, KIPC_WAIT_FIFO, &world->handles[0]) == KIPC_OK &&
                      kipc_semaphore_create(&world->kernel, world->pid, 1, 1, KIPC_WAIT_FIFO, &world->handles[1]) ==
                          KIPC_OK,
                  "kernel: no lock");
    bench_require(pthread_mutex_init(&counter->mutex, NULL) == 0 && sem_init(&counter->semaphore, 0, 1) == 0,
                  "no lock of the C library");
}

static void close_counter(struct counter *counter, uint64_t expected)
{
    bench_require(counter->value == expected, "a lock let two threads in at once");
    kernel_world_close(counter->world);
    (void)pthread_mutex_destroy(&counter->mutex);
    (void)sem_destroy(&counter->semaphore);
}

static uint64_t alone(uint32_t operations, void (*count)(struct counter *))
{
    struct counter counter;
    open_counter(&counter, operations);
    uint64_t started = bench_now();
    count(&counter);
    uint64_t took = bench_now() - started;
    close_counter(&counter, operations);
    return took;
}

struct race {
    struct counter counter;
    void (*count)(struct counter *);
    _Atomic bool has_ended;
};

static void race_partner(void *context)
{
    struct race *race = context;
    kernel_world_join(race->counter.world);
    race->count(&race->counter);
    atomic_store(&race->has_ended, true);
}

/* Time ends when both have counted. */
static void race_own(void *context)
{
    struct race *race = context;
    uint32_t turns = 0;
    race->count(&race->counter);
    while (!atomic_load(&race->has_ended)) {
        bench_pause(&turns);
    }
}

static uint64_t together(uint32_t operations, void (*count)(struct counter *))
{
    struct race race = {.count = count};
    open_counter(&race.counter, operations / 2);
    uint64_t took = bench_both(race_own, race_partner, &race);
    close_counter(&race.counter, operations / 2 * 2);
    return took;
}

#define LOCK_WORKS(count)                                                                                              \
    static uint64_t count##_alone(uint32_t operations)                                                                 \
    {                                                                                                                  \
        return alone(operations, count);                                                                               \
    }                                                                                                                  \
    static uint64_t count##_together(uint32_t operations)                                                              \
    {                                                                                                                  \
        return together(operations, count);                                                                            \
    }

LOCK_WORKS(core_mutex)
LOCK_WORKS(core_semaphore)
LOCK_WORKS(library_mutex)
LOCK_WORKS(library_semaphore)
LOCK_WORKS(bare_futex)

const struct bench_entry bench_locks[] = {
    {"lock and unlock", "mutex", ALONE, core_mutex_alone},
    {"lock and unlock", "semaphore", ALONE, core_semaphore_alone},
    {"lock and unlock", "glibc mutex", ALONE, library_mutex_alone},
    {"lock and unlock", "glibc semaphore", ALONE, library_semaphore_alone},
    {"lock and unlock", "futex", ALONE, bare_futex_alone},
    {"contended lock", "mutex", TOGETHER, core_mutex_together},
    {"contended lock", "semaphore", TOGETHER, core_semaphore_together},
    {"contended lock", "glibc mutex", TOGETHER, library_mutex_together},
    {"contended lock", "glibc semaphore", TOGETHER, library_semaphore_together},
    {"contended lock", "futex", TOGETHER, bare_futex_together},
    {0},
};
