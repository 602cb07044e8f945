/* SPDX-License-Identifier: MIT */
/* Locks and counters: their histories, and a plant that must be found. */
#define _POSIX_C_SOURCE 200809L
#include "history_fixture.h"
#include <kipc/mutex.h>
#include <kipc/semaphore.h>
#include <sched.h>

/* A plant must be found within so many histories; it takes a few. */
#define PLANT_HISTORIES 20000u

/* --- a semaphore: PUT is post, TAKE is a wait that does not block; words[0] is the value --- */

#define SEMAPHORE_MAXIMUM 2u

static bool semaphore_rules(struct linear_state *state, const struct history_call *call)
{
    uint64_t *value = &state->words[0];
    if (call->kind == PUT && call->result == KIPC_OK) {
        *value += 1;
        return *value <= SEMAPHORE_MAXIMUM;
    }
    if (call->kind == PUT) {
        return call->result == KIPC_E_OVERFLOW && *value == SEMAPHORE_MAXIMUM;
    }
    if (call->result == KIPC_OK) {
        *value -= 1;
        return *value < SEMAPHORE_MAXIMUM; /* below 0 it wraps around */
    }
    return call->result == KIPC_E_WOULDBLOCK && *value == 0;
}

static void open_semaphore(struct world *world)
{
    assert_result(
        kipc_semaphore_create(&world->kernel, world->pid, 1, SEMAPHORE_MAXIMUM, KIPC_WAIT_FIFO, &world->handles[0]),
        KIPC_OK);
}

static void use_semaphore(struct world *world, uint32_t thread, struct random_numbers *random)
{
    for (uint32_t i = 0; i < CALLS; i++) {
        uint32_t kind = random_next(random) % 2 == 0 ? PUT : TAKE;
        struct history_call *call = history_begin(&world->history, thread, kind, 0);
        dawdle(random);
        int result = kind == PUT ? kipc_semaphore_post(&world->kernel, world->pid, world->handles[0])
                                 : kipc_semaphore_wait(&world->kernel, world->pid, world->handles[0], KIPC_NO_WAIT);
        history_end(&world->history, thread, call, result);
        dawdle(random);
    }
}

static const struct subject semaphore = {
    open_semaphore, use_semaphore, close_first, semaphore_rules, {{1}}, THREADS,
};

static void test_MOS_SY_07_semaphore_is_linearizable(void **state)
{
    require_linear(*state, &semaphore);
}

/* The semaphore's rules without its critical section: what the checker must see through. */
static void use_torn_semaphore(struct world *world, uint32_t thread, struct random_numbers *random)
{
    for (uint32_t i = 0; i < CALLS; i++) {
        uint32_t kind = random_next(random) % 2 == 0 ? PUT : TAKE;
        struct history_call *call = history_begin(&world->history, thread, kind, 0);
        uint64_t value = atomic_load(&world->value);
        bool can = kind == PUT ? value < SEMAPHORE_MAXIMUM : value > 0;
        (void)sched_yield();
        if (can) {
            atomic_store(&world->value, kind == PUT ? value + 1 : value - 1);
        }
        int refusal = kind == PUT ? KIPC_E_OVERFLOW : KIPC_E_WOULDBLOCK;
        history_end(&world->history, thread, call, can ? KIPC_OK : refusal);
    }
}

static void open_value(struct world *world)
{
    atomic_store(&world->value, 1);
}

static void close_nothing(struct world *world)
{
    (void)world;
}

static void test_a_semaphore_without_its_section_is_found(void **state)
{
    const struct subject torn = {open_value, use_torn_semaphore, close_nothing, semaphore_rules, {{1}}, THREADS};
    assert_true(record(*state, &torn, PLANT_HISTORIES) < PLANT_HISTORIES);
}

/* --- a mutex: TRY locks without waiting, LEAVE unlocks; words[0] is the owner's number plus 1, or 0 --- */

static bool mutex_rules(struct linear_state *state, const struct history_call *call)
{
    uint64_t *owner = &state->words[0];
    if (call->kind == TRY && call->result == KIPC_OK) {
        bool was_free = *owner == 0;
        *owner = call->argument + 1;
        return was_free;
    }
    if (call->kind == TRY) {
        return call->result == KIPC_E_BUSY && *owner != 0 && *owner != call->argument + 1;
    }
    bool is_owner = *owner == call->argument + 1;
    *owner = is_owner ? 0 : *owner;
    return call->result == (is_owner ? KIPC_OK : KIPC_E_PERM);
}

static void open_mutex(struct world *world)
{
    assert_result(kipc_mutex_create(&world->kernel, world->pid, false, KIPC_WAIT_FIFO, &world->handles[0]), KIPC_OK);
}

static void use_mutex(struct world *world, uint32_t thread, struct random_numbers *random)
{
    bool is_owner = false;
    for (uint32_t i = 0; i < CALLS; i++) {
        /* The owner leaves; who is not tries, and now and then leaves what is not its own. Who owns it at the end keeps
         * it: nothing happens that is not in the history. */
        uint32_t kind = is_owner || random_next(random) % 4 == 0 ? LEAVE : TRY;
        struct history_call *call = history_begin(&world->history, thread, kind, thread);
        dawdle(random);
        int result = kind == TRY ? kipc_mutex_lock(&world->kernel, world->pid, world->handles[0], KIPC_NO_WAIT)
                                 : kipc_mutex_unlock(&world->kernel, world->pid, world->handles[0]);
        history_end(&world->history, thread, call, result);
        is_owner = kind == TRY && result == KIPC_OK;
        dawdle(random);
    }
}

static void test_MOS_SY_08_mutex_is_linearizable(void **state)
{
    const struct subject mutex = {open_mutex, use_mutex, close_first, mutex_rules, {{0}}, THREADS};
    require_linear(*state, &mutex);
}

/* --- a register behind a mutex: WRITE and READ, words[0] is the value --- */

static bool register_rules(struct linear_state *state, const struct history_call *call)
{
    if (call->kind == WRITE) {
        state->words[0] = call->argument;
        return call->result == KIPC_OK;
    }
    return call->result == (int64_t)state->words[0];
}

static void open_register(struct world *world)
{
    open_mutex(world);
    open_value(world);
}

/* Each half of the word has the value: a reader that gets in between sees one that nobody wrote. */
static void use_register(struct world *world, uint32_t thread, struct random_numbers *random)
{
    for (uint32_t i = 0; i < CALLS; i++) {
        uint32_t kind = random_next(random) % 2 == 0 ? WRITE : READ;
        uint64_t number = (uint64_t)thread * CALLS + i + 2;
        struct history_call *call = history_begin(&world->history, thread, kind, number);
        int result = kipc_mutex_lock(&world->kernel, world->pid, world->handles[0], KIPC_FOREVER);
        uint64_t value = atomic_load_explicit(&world->value, memory_order_relaxed);
        if (kind == WRITE) {
            atomic_store_explicit(&world->value, UINT64_MAX >> 1, memory_order_relaxed);
            dawdle(random);
            atomic_store_explicit(&world->value, number, memory_order_relaxed);
        }
        result |= kipc_mutex_unlock(&world->kernel, world->pid, world->handles[0]);
        history_end(&world->history, thread, call, kind == READ && result == KIPC_OK ? (int64_t)value : result);
    }
}

static void test_MOS_SY_08_register_behind_a_mutex_is_linearizable(void **state)
{
    const struct subject protected_value = {open_register, use_register, close_first, register_rules, {{1}}, THREADS};
    require_linear(*state, &protected_value);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, history_set_up, history_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_semaphore_without_its_section_is_found),
        TEST(test_MOS_SY_07_semaphore_is_linearizable),
        TEST(test_MOS_SY_08_mutex_is_linearizable),
        TEST(test_MOS_SY_08_register_behind_a_mutex_is_linearizable),
    };
    return cmocka_run_group_tests_name("linearizable locks", tests, NULL, NULL);
}
