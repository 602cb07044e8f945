/* SPDX-License-Identifier: MIT */
#include "fibers.h"
#include <sanitizer/common_interface_defs.h>
#include <string.h>

static uint8_t stacks[WORLD_THREADS][FIBER_STACK_BYTES];

/* What makecontext cannot pass on. */
static struct world *entered;

static void switch_to(struct fibers *fibers, uint32_t to)
{
    struct fiber *self = &fibers->fibers[fibers->running];
    struct fiber *other = &fibers->fibers[to];
    fibers->running = to;
    __sanitizer_start_switch_fiber(self->has_ended ? NULL : &self->fake_stack, other->bottom, other->bytes);
    FUZZ_REQUIRE(swapcontext(&self->context, &other->context) == 0);
    __sanitizer_finish_switch_fiber(self->fake_stack, NULL, NULL);
}

/* Lets others run. What belongs to the thread's step is put back afterwards. */
static void give_way(struct world *world)
{
    uint32_t self = world->fibers->running;
    uint32_t sections = world->sections;
    switch_to(world->fibers, FIBERS_MAIN);
    world->fibers->woken = FIBERS_MAIN;
    FUZZ_REQUIRE(world->current == self && !world->is_locked);
    world->sections = sections;
    world->was_preempted = true;
}

static void run_fiber(void)
{
    struct world *world = entered;
    struct fibers *fibers = world->fibers;
    struct fiber *main_fiber = &fibers->fibers[FIBERS_MAIN];
    __sanitizer_finish_switch_fiber(NULL, &main_fiber->bottom, &main_fiber->bytes);
    while (world_goes_on(world)) {
        world->steps += 1;
        world->sections = 0;
        world->was_preempted = false;
        world->step(world);
        FUZZ_REQUIRE(!world->is_locked);
        world_audit(world);
        give_way(world);
    }
    fibers->fibers[fibers->running].has_ended = true;
    switch_to(fibers, FIBERS_MAIN);
}

static bool can_run(const struct world *world, uint32_t thread)
{
    return !world->fibers->fibers[thread].has_ended && (!world->is_blocked[thread] || world->has_token[thread]);
}

/* Nobody can run, or time passes: the earliest deadline is over, or a wait ends that nobody else would end. */
static void end_some_wait(struct world *world)
{
    uint32_t first = FIBERS_MAIN;
    for (uint32_t i = 0; i < WORLD_THREADS; i++) {
        bool waits = world->is_blocked[i] && !world->has_token[i];
        if (waits &&
            (first == FIBERS_MAIN || world->fibers->fibers[i].deadline < world->fibers->fibers[first].deadline)) {
            first = i;
        }
    }
    if (first == FIBERS_MAIN) {
        return;
    }
    struct fiber *fiber = &world->fibers->fibers[first];
    if (fiber->deadline == KIPC_FOREVER) {
        world_end_wait(world, first);
        FUZZ_REQUIRE(world->has_token[first]); /* whoever ends a wait wakes the thread */
        return;
    }
    world->now = world->now < fiber->deadline ? fiber->deadline : world->now;
    fiber->has_timed_out = true;
    world->is_blocked[first] = false;
}

/* Who runs next; FIBERS_MAIN if all have ended. */
static uint32_t choose(struct world *world)
{
    uint32_t next = world->fibers->next;
    world->fibers->next = FIBERS_MAIN;
    if (next != FIBERS_MAIN) {
        return next;
    }
    for (uint32_t tries = 0; tries <= WORLD_THREADS; tries++) {
        uint32_t choice = fuzz_byte(&world->input);
        if (choice >= 248) {
            end_some_wait(world);
        }
        for (uint32_t i = 0; i < WORLD_THREADS; i++) {
            uint32_t thread = (choice + i) % WORLD_THREADS;
            if (can_run(world, thread)) {
                return thread;
            }
        }
        end_some_wait(world);
    }
    return FIBERS_MAIN;
}

void fibers_run(struct world *world)
{
    for (uint32_t next = choose(world); next != FIBERS_MAIN; next = choose(world)) {
        world->current = next;
        switch_to(world->fibers, next);
    }
    for (uint32_t i = 0; i < WORLD_THREADS; i++) {
        FUZZ_REQUIRE(world->fibers->fibers[i].has_ended);
    }
}

static uintptr_t section_lock(void *context)
{
    struct world *world = context;
    struct fibers *fibers = world->fibers;
    FUZZ_REQUIRE(!world->is_locked);
    /* A section in which words were carried ends in a wait. */
    FUZZ_REQUIRE(fibers->next == FIBERS_MAIN);
    bool is_first = world->sections == 0;
    world->sections += 1;
    if (fibers->running != FIBERS_MAIN && fibers->is_preemptive && !is_first && world_goes_on(world) &&
        fuzz_below(&world->input, 8) == 0) {
        give_way(world);
    }
    world->is_locked = true;
    return 0x5ec7;
}

static int port_block(void *context, uint64_t deadline)
{
    struct world *world = context;
    struct fibers *fibers = world->fibers;
    uint32_t self = fibers->running;
    struct fiber *fiber = &fibers->fibers[self];
    FUZZ_REQUIRE(!world->is_locked && self != FIBERS_MAIN && !world->is_blocked[self]);
    FUZZ_REQUIRE(fibers->next == FIBERS_MAIN || world->has_token[fibers->next]);
    if (!fibers->is_preemptive && fibers->woken != FIBERS_MAIN && fibers->woken != self &&
        can_run(world, fibers->woken)) {
        fibers->next = fibers->woken;
    }
    fiber->deadline = deadline;
    fiber->has_timed_out = false;
    world->is_blocked[self] = true;
    if (fibers->next != FIBERS_MAIN || !world->has_token[self]) {
        give_way(world);
    }
    world->is_blocked[self] = false;
    if (world->has_token[self]) {
        world->has_token[self] = false;
        return KIPC_OK;
    }
    FUZZ_REQUIRE(fiber->has_timed_out);
    return KIPC_E_TIMEDOUT;
}

static void port_wake(void *context, uint32_t thread)
{
    struct world *world = context;
    FUZZ_REQUIRE(thread < WORLD_THREADS);
    world->has_token[thread] = true;
    world->fibers->woken = thread;
}

static int unlock_and_block(void *context, uintptr_t state, uint64_t deadline)
{
    struct world *world = context;
    world->kernel.scheduler.ops->unlock(context, state);
    return port_block(context, deadline);
}

/* To a thread that waits, and that is woken in this section. */
static bool carry(void *context, uint32_t thread)
{
    struct world *world = context;
    struct fibers *fibers = world->fibers;
    FUZZ_REQUIRE(world->is_locked && fibers->running != FIBERS_MAIN && thread < WORLD_THREADS);
    FUZZ_REQUIRE(thread != fibers->running && fibers->next == FIBERS_MAIN);
    FUZZ_REQUIRE(world->kernel.threads[thread].state == KIPC_THREAD_WAITING);
    if (!fibers->carries || (fibers->is_preemptive && fuzz_below(&world->input, 8) == 0)) {
        return false; /* it belongs to another hart, say */
    }
    fibers->next = thread;
    memcpy(fibers->fibers[thread].words, fibers_words(world), sizeof(fibers->fibers[thread].words));
    memset(fibers_words(world), 0xEE, sizeof(fibers->fibers[thread].words));
    return true;
}

static void take(void *context, uintptr_t *words)
{
    struct world *world = context;
    FUZZ_REQUIRE(!world->is_locked);
    memcpy(words, fibers_words(world), KIPC_FAST_BYTES);
}

static void give(void *context, const uintptr_t *words)
{
    struct world *world = context;
    FUZZ_REQUIRE(!world->is_locked);
    memcpy(fibers_words(world), words, KIPC_FAST_BYTES);
}

static const struct kipc_word_ops word_ops = {carry, take, give};

uintptr_t *fibers_words(struct world *world)
{
    return world->fibers->fibers[world->fibers->running].words;
}

void fibers_open(struct fibers *fibers, struct world *world)
{
    fibers->port_ops = *world->port.ops;
    fibers->port_ops.block = port_block;
    fibers->port_ops.wake = port_wake;
    fibers->scheduler_ops = *world->kernel.scheduler.ops;
    fibers->scheduler_ops.lock = section_lock;
    fibers->scheduler_ops.unlock_and_block = fibers->blocks_at_once ? unlock_and_block : NULL;
    fibers->scheduler_ops.words = &word_ops;
    fibers->running = fibers->next = fibers->woken = FIBERS_MAIN;
    world->fibers = fibers;
    world->port.ops = &fibers->port_ops;
    world->kernel.scheduler.ops = &fibers->scheduler_ops;
    entered = world;
    for (uint32_t i = 0; i < WORLD_THREADS; i++) {
        struct fiber *fiber = &fibers->fibers[i];
        FUZZ_REQUIRE(getcontext(&fiber->context) == 0);
        fiber->bottom = stacks[i];
        fiber->bytes = sizeof(stacks[i]);
        fiber->context.uc_stack.ss_sp = stacks[i];
        fiber->context.uc_stack.ss_size = sizeof(stacks[i]);
        fiber->context.uc_link = NULL;
        makecontext(&fiber->context, run_fiber, 0);
    }
}
