/* SPDX-License-Identifier: MIT */
#include "mock_scheduler.h"
#include "support.h"
#include <stdio.h>
#include <stdlib.h>

static void require(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "mock scheduler: %s\n", what);
        abort();
    }
}

static struct mock_actor *self(struct mock_scheduler *mock)
{
    return &mock->actors[mock->running];
}

static void make_ready(struct mock_scheduler *mock, struct mock_actor *actor)
{
    actor->status = MOCK_READY;
    actor->since = mock->steps++;
}

static struct mock_actor *most_urgent(struct mock_scheduler *mock)
{
    struct mock_actor *best = NULL;
    for (uint32_t i = 0; i < mock->count; i++) {
        struct mock_actor *actor = &mock->actors[i];
        if (actor->status == MOCK_READY && (best == NULL || actor->priority > best->priority ||
                                            (actor->priority == best->priority && actor->since < best->since))) {
            best = actor;
        }
    }
    return best;
}

/* Moves the clock to the earliest deadline; false if nobody has one. */
static bool pass_time(struct mock_scheduler *mock)
{
    struct mock_actor *first = NULL;
    for (uint32_t i = 0; i < mock->count; i++) {
        struct mock_actor *actor = &mock->actors[i];
        if (actor->status == MOCK_BLOCKED && actor->deadline != KIPC_FOREVER &&
            (first == NULL || actor->deadline < first->deadline)) {
            first = actor;
        }
    }
    if (first == NULL) {
        return false;
    }
    mock->now = first->deadline > mock->now ? first->deadline : mock->now;
    first->timed_out = true;
    make_ready(mock, first);
    return true;
}

static bool main_stops_the_clock(const struct mock_scheduler *mock)
{
    return mock->actors[0].status == MOCK_IDLE && mock->actors[0].deadline == KIPC_NO_WAIT;
}

/* Hands the baton to whoever is next, and waits to get it back. */
static void switch_away(struct mock_scheduler *mock, struct mock_actor *from)
{
    struct mock_actor *next = most_urgent(mock);
    if (next == NULL && !main_stops_the_clock(mock) && pass_time(mock)) {
        next = most_urgent(mock);
    }
    if (next == NULL) {
        require(mock->actors[0].status == MOCK_IDLE, "everybody is blocked for ever");
        next = &mock->actors[0];
        make_ready(mock, next);
    }
    mock->running = (uint32_t)(next - mock->actors);
    if (next != from) {
        require(pthread_cond_signal(&next->resumed) == 0, "signal failed");
        while (from->status != MOCK_DONE && self(mock) != from) {
            require(pthread_cond_wait(&from->resumed, &mock->baton) == 0, "wait failed");
        }
    }
}

static uint32_t mock_current(void *context)
{
    return ((struct mock_scheduler *)context)->running;
}

static int mock_block(void *context, uint64_t deadline)
{
    struct mock_scheduler *mock = context;
    struct mock_actor *actor = self(mock);
    require(!mock->is_locked, "blocked inside of the critical section");
    mock->blocks += 1;
    actor->timed_out = false;
    actor->deadline = deadline;
    if (!actor->token && deadline > mock->now) {
        actor->status = MOCK_BLOCKED;
        switch_away(mock, actor);
    } else if (!actor->token) {
        actor->timed_out = true;
    }
    if (actor->token) {
        actor->token = false;
        return KIPC_OK;
    }
    require(actor->timed_out, "woken for no reason");
    return KIPC_E_TIMEDOUT;
}

static void mock_wake(void *context, uint32_t thread)
{
    struct mock_scheduler *mock = context;
    mock->wakes += 1;
    if (thread < mock->count) {
        struct mock_actor *actor = &mock->actors[thread];
        actor->token = true;
        if (actor->status == MOCK_BLOCKED) {
            make_ready(mock, actor);
        }
    }
}

static void mock_relax(void *context)
{
    (void)context;
}

static uint64_t mock_ticks(void *context)
{
    return ((struct mock_scheduler *)context)->now;
}

static uint32_t mock_read32(void *context, uintptr_t address)
{
    (void)context;
    (void)address;
    require(false, "no device here");
    return 0;
}

static void mock_write32(void *context, uintptr_t address, uint32_t value)
{
    (void)value;
    (void)mock_read32(context, address);
}

static const struct kipc_port_ops port_ops = {
    .current = mock_current,
    .block = mock_block,
    .wake = mock_wake,
    .relax = mock_relax,
    .ticks = mock_ticks,
    .cycles = mock_ticks,
    .io_read32 = mock_read32,
    .io_write32 = mock_write32,
    .fence_to_device = mock_relax,
    .fence_from_device = mock_relax,
};

static uintptr_t mock_lock(void *context)
{
    struct mock_scheduler *mock = context;
    require(!mock->is_locked, "the critical section is nested");
    mock->is_locked = true;
    mock->locks += 1;
    return mock->locks;
}

static void mock_unlock(void *context, uintptr_t state)
{
    struct mock_scheduler *mock = context;
    require(mock->is_locked && state == mock->locks, "the critical section ends with another state");
    mock->is_locked = false;
}

static void mock_set_priority(void *context, uint32_t thread, uint8_t priority)
{
    struct mock_scheduler *mock = context;
    require(mock->is_locked, "a priority changes outside of the critical section");
    if (thread < MOCK_ACTORS_MAX) {
        mock->actors[thread].priority = priority;
    }
}

static const struct kipc_scheduler_ops scheduler_ops = {
    .lock = mock_lock, .unlock = mock_unlock, .set_priority = mock_set_priority};

void mock_set_up(struct mock_scheduler *mock)
{
    *mock = (struct mock_scheduler){
        .port = {.ops = &port_ops, .context = mock, .spin_iterations = KIPC_SPIN_ONE_HART},
        .scheduler = {.ops = &scheduler_ops, .context = mock},
        .count = 1,
        .now = 1000,
    };
    require(pthread_mutex_init(&mock->baton, NULL) == 0, "no mutex");
    for (uint32_t i = 0; i < MOCK_ACTORS_MAX; i++) {
        require(pthread_cond_init(&mock->actors[i].resumed, NULL) == 0, "no condition");
    }
    mock->actors[0].status = MOCK_READY;
    require(pthread_mutex_lock(&mock->baton) == 0, "no baton");
}

void mock_tear_down(struct mock_scheduler *mock)
{
    require(pthread_mutex_unlock(&mock->baton) == 0, "no baton");
    for (uint32_t i = 1; i < mock->count; i++) {
        require(mock->actors[i].status == MOCK_DONE, "an actor has not ended");
        require(pthread_join(mock->actors[i].thread, NULL) == 0, "join failed");
    }
    for (uint32_t i = 0; i < MOCK_ACTORS_MAX; i++) {
        require(pthread_cond_destroy(&mock->actors[i].resumed) == 0, "an actor waits still");
    }
    require(pthread_mutex_destroy(&mock->baton) == 0, "baton busy");
}

static void *actor_main(void *argument)
{
    struct mock_actor *actor = argument;
    struct mock_scheduler *mock = actor->mock;
    require(pthread_mutex_lock(&mock->baton) == 0, "no baton");
    while (self(mock) != actor) {
        require(pthread_cond_wait(&actor->resumed, &mock->baton) == 0, "wait failed");
    }
    actor->run(actor->context);
    actor->status = MOCK_DONE;
    switch_away(mock, actor);
    require(pthread_mutex_unlock(&mock->baton) == 0, "no baton");
    return NULL;
}

uint32_t mock_spawn(struct mock_scheduler *mock, void (*run)(void *context), void *context)
{
    require(mock->count < MOCK_ACTORS_MAX, "too many actors");
    uint32_t id = mock->count;
    struct mock_actor *actor = &mock->actors[id];
    actor->run = run;
    actor->context = context;
    actor->mock = mock;
    make_ready(mock, actor);
    mock->count += 1;
    require(pthread_create(&actor->thread, NULL, actor_main, actor) == 0, "no thread");
    return id;
}

static unsigned int run_others(struct mock_scheduler *mock, uint64_t deadline)
{
    unsigned int blocked = 0;
    require(mock->running == 0, "only the test's own thread lets the others run");
    mock->actors[0].status = MOCK_IDLE;
    mock->actors[0].deadline = deadline;
    switch_away(mock, &mock->actors[0]);
    for (uint32_t i = 1; i < mock->count; i++) {
        blocked += mock->actors[i].status == MOCK_BLOCKED;
    }
    return blocked;
}

unsigned int mock_run(struct mock_scheduler *mock)
{
    return run_others(mock, KIPC_FOREVER);
}

unsigned int mock_run_now(struct mock_scheduler *mock)
{
    return run_others(mock, KIPC_NO_WAIT);
}

void mock_yield(struct mock_scheduler *mock)
{
    make_ready(mock, self(mock));
    switch_away(mock, self(mock));
}
