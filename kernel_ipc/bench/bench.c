/* SPDX-License-Identifier: MIT */
/*
 * bench_ipc [--rounds N] [--work NAME]... : runs every contestant once a round and prints JSON lines
 * {"work", "name", "round", "operations", "ns", "disturbed"}. A sample is disturbed if a thread lost its processor to
 * another program meanwhile; it is taken again, up to a bound. A run that takes longer than a bound ends by SIGALRM.
 */
#define _GNU_SOURCE
#include "bench.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 1001
#define WORKS_MAX 16
#define ENTRY_SECONDS 60
/* Tries for a sample during which nobody else had the processors. */
#define TRIES 4

void bench_require(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "bench_ipc: %s\n", what);
        exit(1);
    }
}

uint64_t bench_now(void)
{
    struct timespec now;
    bench_require(clock_gettime(CLOCK_MONOTONIC, &now) == 0, "no monotonic clock");
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

void *bench_memory(size_t bytes)
{
    size_t rounded = (bytes + 127) / 128 * 128;
    void *memory = aligned_alloc(128, rounded);
    bench_require(memory != NULL, "no memory");
    memset(memory, 0, rounded);
    return memory;
}

void bench_free(void *memory)
{
    free(memory);
}

void bench_yield(void)
{
    (void)sched_yield();
}

/* The place-th processor that this program may use; a machine with one shares it. */
static void pin(pthread_t thread, int place)
{
    static cpu_set_t allowed;
    static atomic_bool is_known;
    if (!atomic_load(&is_known)) {
        bench_require(sched_getaffinity(0, sizeof(allowed), &allowed) == 0, "no affinity");
        atomic_store(&is_known, true);
    }
    place %= CPU_COUNT(&allowed);
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &allowed) && place-- == 0) {
            cpu_set_t one;
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            bench_require(pthread_setaffinity_np(thread, sizeof(one), &one) == 0, "a thread cannot be pinned");
            return;
        }
    }
}

static _Thread_local uint32_t thread_number;

uint32_t bench_thread(void)
{
    return thread_number;
}

/* How often the calling thread has lost its processor. */
static long losses(void)
{
    struct rusage usage;
    bench_require(getrusage(RUSAGE_THREAD, &usage) == 0, "no resource usage");
    return usage.ru_nivcsw;
}

/* Those of the partner in the work that ran last. */
static long partner_losses;

struct partner {
    void (*run)(void *context);
    void *context;
    atomic_bool is_ready;
    atomic_bool may_start;
};

static void *run_partner(void *argument)
{
    struct partner *partner = argument;
    uint32_t turns = 0;
    thread_number = 1;
    atomic_store(&partner->is_ready, true);
    while (!atomic_load(&partner->may_start)) {
        bench_pause(&turns);
    }
    long before = losses();
    partner->run(partner->context);
    partner_losses = losses() - before; /* read after the thread was joined */
    return NULL;
}

uint64_t bench_both(void (*own)(void *context), void (*partner)(void *context), void *context)
{
    struct partner other = {.run = partner, .context = context};
    pthread_t thread;
    uint32_t turns = 0;
    bench_require(pthread_create(&thread, NULL, run_partner, &other) == 0, "no thread");
    pin(thread, 1);
    while (!atomic_load(&other.is_ready)) {
        bench_pause(&turns);
    }
    uint64_t started = bench_now();
    atomic_store(&other.may_start, true);
    own(context);
    uint64_t took = bench_now() - started;
    bench_require(pthread_join(thread, NULL) == 0, "a thread cannot be joined");
    return took;
}

static const struct bench_entry *const all[] = {
    bench_rings, bench_dpdk, bench_pipes, bench_futex, bench_locks, bench_kernel, bench_large,
};

static bool is_wanted(const char *work, char *const *works, int work_count)
{
    for (int i = 0; i < work_count; i++) {
        if (strcmp(work, works[i]) == 0) {
            return true;
        }
    }
    return work_count == 0;
}

static unsigned int run_round(long round, char *const *works, int work_count)
{
    unsigned int count = 0;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        for (const struct bench_entry *entry = all[i]; entry->run != NULL; entry++) {
            if (!is_wanted(entry->work, works, work_count)) {
                continue;
            }
            bool is_disturbed = true;
            uint64_t took = 0;
            (void)alarm(ENTRY_SECONDS);
            for (unsigned int tries = 0; tries < TRIES && is_disturbed; tries++) {
                long before = losses();
                partner_losses = 0;
                took = entry->run(entry->operations);
                is_disturbed = losses() + partner_losses > before;
            }
            count += 1;
            /* The first round warms caches and page tables up; it is not reported. */
            if (round > 0) {
                printf("{\"work\": \"%s\", \"name\": \"%s\", \"round\": %ld, \"operations\": %u, \"ns\": %llu, "
                       "\"disturbed\": %s}\n",
                       entry->work, entry->name, round, (unsigned int)entry->operations, (unsigned long long)took,
                       is_disturbed ? "true" : "false");
            }
        }
    }
    return count;
}

int main(int count, char **arguments)
{
    long rounds = 1;
    char *works[WORKS_MAX];
    int work_count = 0;
    for (int i = 1; i < count; i += 2) {
        bool is_rounds = strcmp(arguments[i], "--rounds") == 0;
        bool is_work = strcmp(arguments[i], "--work") == 0;
        bench_require((is_rounds || is_work) && i + 1 < count, "usage: bench_ipc [--rounds N] [--work NAME]...");
        if (is_rounds) {
            rounds = strtol(arguments[i + 1], NULL, 10);
            bench_require(rounds >= 1 && rounds <= ROUNDS_MAX, "--rounds takes a number from 1 to 1001");
        } else {
            bench_require(work_count < WORKS_MAX, "--work may be given 16 times");
            works[work_count++] = arguments[i + 1];
        }
    }
    pin(pthread_self(), 0);
    for (long round = 0; round <= rounds; round++) {
        bench_require(run_round(round, works, work_count) > 0, "--work names no work");
    }
    return 0;
}
