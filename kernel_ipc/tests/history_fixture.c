/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "history_fixture.h"
#include <pthread.h>
#include <sched.h>

#define HISTORIES 200u

/* Now and then another thread goes first: before a call, between two, and around each critical section, so that a call
 * that leaves its section half way is seen half way. */
void dawdle(struct random_numbers *random)
{
    if (random_next(random) % 4 == 0) {
        (void)sched_yield();
    }
}

static _Thread_local struct random_numbers detours;

static uintptr_t lock_by_detour(void *context)
{
    const struct world *world = context;
    dawdle(&detours);
    return world->host.scheduler.ops->lock(world->host.scheduler.context);
}

static void unlock_by_detour(void *context, uintptr_t state)
{
    const struct world *world = context;
    world->host.scheduler.ops->unlock(world->host.scheduler.context, state);
    dawdle(&detours);
}

static void set_priority(void *context, uint32_t thread, uint8_t priority)
{
    const struct world *world = context;
    world->host.scheduler.ops->set_priority(world->host.scheduler.context, thread, priority);
}

static const struct kipc_scheduler_ops detour_ops = {
    .lock = lock_by_detour, .unlock = unlock_by_detour, .set_priority = set_priority};

int history_set_up(void **state)
{
    struct world *world = aligned_memory(sizeof(*world));
    struct kipc_limits limits = kipc_limits_soc();
    size_t bytes = kipc_kernel_bytes(&limits);
    struct kipc_process_config config = kipc_process_config_default();
    world->memory = aligned_memory(bytes);
    kipc_host_set_up(&world->host, false, KIPC_SPIN_ONE_HART);
    detours.state = 1;
    world->scheduler = (struct kipc_scheduler){.ops = &detour_ops, .context = world};
    assert_result(
        kipc_kernel_set_up(&world->kernel, &world->host.port, &world->scheduler, &limits, world->memory, bytes),
        KIPC_OK);
    assert_result(kipc_process_register(&world->kernel, &config, &world->pid), KIPC_OK);
    *state = world;
    return 0;
}

int history_tear_down(void **state)
{
    struct world *world = *state;
    assert_result(kipc_process_exit(&world->kernel, world->pid), KIPC_OK);
    assert_result(kipc_kernel_tear_down(&world->kernel), KIPC_OK);
    kipc_host_tear_down(&world->host);
    aligned_memory_free(world->memory);
    aligned_memory_free(world);
    return 0;
}

static pthread_barrier_t *meeting_of(struct world *world)
{
    return world->meeting;
}

struct worker {
    struct world *world;
    uint32_t thread;
};

static void *work(void *argument)
{
    const struct worker *worker = argument;
    struct world *world = worker->world;
    struct random_numbers random = {.state = worker->thread + 1};
    detours.state = worker->thread + 100;
    uint32_t id = kipc_host_join(&world->host);
    int attached = kipc_thread_attach(&world->kernel, world->pid, id, 1);
    for (;;) {
        (void)pthread_barrier_wait(meeting_of(world));
        if (world->is_over) {
            return NULL;
        }
        /* A barrier wakes one after the other; from here on all go at once. */
        (void)atomic_fetch_add(&world->ready, 1);
        while (atomic_load(&world->ready) < world->threads) {
            (void)sched_yield();
        }
        if (attached == KIPC_OK) {
            world->body(world, worker->thread, &random);
        }
        (void)pthread_barrier_wait(meeting_of(world));
    }
}

/* Records histories up to a number, or to the first that no order explains. Gives how many were allowed. */
uint32_t record(struct world *world, const struct subject *subject, uint32_t histories)
{
    pthread_t threads[THREADS];
    pthread_barrier_t meeting;
    struct worker workers[THREADS];
    uint32_t allowed = 0;
    enum linear_verdict verdict = LINEAR;
    world->body = subject->body;
    world->threads = subject->threads;
    world->is_over = false;
    world->meeting = &meeting;
    assert_int_equal(pthread_barrier_init(meeting_of(world), NULL, subject->threads + 1), 0);
    for (uint32_t i = 0; i < subject->threads; i++) {
        workers[i] = (struct worker){world, i};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    while (verdict == LINEAR && allowed < histories) {
        history_clear(&world->history);
        atomic_store(&world->ready, 0);
        subject->open(world);
        (void)pthread_barrier_wait(meeting_of(world)); /* begin */
        (void)pthread_barrier_wait(meeting_of(world)); /* all have ended */
        subject->close(world);
        for (uint32_t i = 0; i < subject->threads; i++) {
            assert_int_equal(world->history.counts[i], CALLS); /* nobody gave up half way */
        }
        verdict = history_check(&world->history, subject->rules, &subject->first);
        allowed += verdict == LINEAR ? 1 : 0;
    }
    world->is_over = true;
    (void)pthread_barrier_wait(meeting_of(world));
    for (uint32_t i = 0; i < subject->threads; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(pthread_barrier_destroy(meeting_of(world)), 0);
    assert_int_not_equal(verdict, LINEAR_UNDECIDED);
    return allowed;
}

void require_linear(struct world *world, const struct subject *subject)
{
    uint32_t allowed = record(world, subject, HISTORIES);
    if (allowed != HISTORIES) {
        history_print(&world->history);
        fail_msg("no order explains history %u, printed above", (unsigned int)allowed);
    }
}

void close_first(struct world *world)
{
    assert_result(kipc_handle_close(&world->kernel, world->pid, world->handles[0]), KIPC_OK);
}
