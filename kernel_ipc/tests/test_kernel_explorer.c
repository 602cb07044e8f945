/* SPDX-License-Identifier: MIT */
/*
 * Kernel objects under every schedule, time-outs at every moment included. tests/mutants_kernel.sh plants defects in
 * the library and expects this program to fail on each.
 */
#include "kernel_scenario.h"

static void set_up_semaphore(const struct kipc_port *port)
{
    set_up_kernel(port);
    assert_result(kipc_semaphore_create(&world.kernel, world.pid, 0, 9, KIPC_WAIT_PRIORITY, &world.handle), KIPC_OK);
}

static void take_one(uint64_t deadline)
{
    int result = kipc_semaphore_wait(&world.kernel, world.pid, world.handle, deadline);
    if (result == KIPC_OK) {
        world.taken += 1;
    } else if (result == KIPC_E_TIMEDOUT && deadline != KIPC_FOREVER) {
        world.timed_out += 1;
    } else if (result == KIPC_E_CANCELED) {
        world.canceled += 1;
    } else {
        explorer_fail("a wait failed");
    }
}

static void take_for_ever(void)
{
    take_one(KIPC_FOREVER);
}

static void take_in_time_and_for_ever(void)
{
    take_one(SOME_TIME);
    explorer_forget_past();
    take_one(KIPC_FOREVER);
}

static void post_one(void)
{
    if (kipc_semaphore_post(&world.kernel, world.pid, world.handle) != KIPC_OK) {
        explorer_fail("a post failed");
    }
    world.posted += 1;
}

/* Enough for all waits; those that time out leave theirs in the value. */
static void post_three(void)
{
    post_one();
    post_one();
    post_one();
}

static bool check_semaphore(void)
{
    int value = kipc_semaphore_value(&world.kernel, world.pid, world.handle, NULL);
    return value >= 0 && world.posted == world.taken + (uint64_t)value &&
           world.taken + world.timed_out + world.canceled == 3 && everybody_runs();
}

static void test_MOS_SY_04_07_semaphores_lose_nothing(void **state)
{
    (void)state;
    static void (*const threads[SCENARIO_THREADS])(void) = {take_for_ever, take_in_time_and_for_ever, post_three};
    explore("semaphore, two waiters, time-outs", set_up_semaphore, threads, check_semaphore);
}

static void cancel_and_post(void)
{
    int result = kipc_thread_cancel(&world.kernel, 0);
    if (result != KIPC_OK && result != KIPC_E_STATE) { /* it may not wait, or not any more */
        explorer_fail("a cancellation failed");
    }
    post_three();
}

static void test_a_canceled_wait_loses_nothing(void **state)
{
    (void)state;
    static void (*const threads[SCENARIO_THREADS])(void) = {take_for_ever, take_in_time_and_for_ever, cancel_and_post};
    explore("semaphore, cancellation", set_up_semaphore, threads, check_semaphore);
}

static void set_up_mutex(const struct kipc_port *port)
{
    set_up_kernel(port);
    assert_result(kipc_mutex_create(&world.kernel, world.pid, false, KIPC_WAIT_PRIORITY, &world.mutex), KIPC_OK);
}

static void relax(void)
{
    const struct kipc_port *port = world.kernel.port;
    port->ops->relax(port->context);
}

static void lock_and_unlock(uint64_t deadline)
{
    int result = kipc_mutex_lock(&world.kernel, world.pid, world.mutex, deadline);
    if (result == KIPC_E_TIMEDOUT && deadline != KIPC_FOREVER) {
        world.timed_out += 1;
        return;
    }
    if (result != KIPC_OK || world.inside != 0) {
        explorer_fail("two are inside");
    }
    world.inside += 1;
    relax(); /* others may go on here */
    world.inside -= 1;
    world.taken += 1;
    if (kipc_mutex_unlock(&world.kernel, world.pid, world.mutex) != KIPC_OK) {
        explorer_fail("an unlock failed");
    }
}

static void lock_for_ever(void)
{
    lock_and_unlock(KIPC_FOREVER);
}

static void lock_twice(void)
{
    lock_and_unlock(SOME_TIME);
    explorer_forget_past();
    lock_and_unlock(KIPC_FOREVER);
}

static bool check_mutex(void)
{
    uint32_t owner = 0;
    return kipc_mutex_owner(&world.kernel, world.pid, world.mutex, &owner) == KIPC_OK && owner == KIPC_NO_THREAD &&
           world.taken + world.timed_out == 4 && everybody_runs();
}

static void test_FNG_SY_05_one_is_inside_and_nobody_is_forgotten(void **state)
{
    (void)state;
    static void (*const threads[SCENARIO_THREADS])(void) = {lock_for_ever, lock_twice, lock_for_ever};
    explore("mutex, three threads, time-outs", set_up_mutex, threads, check_mutex);
}

static void set_up_condition(const struct kipc_port *port)
{
    set_up_mutex(port);
    assert_result(kipc_condition_create(&world.kernel, world.pid, KIPC_WAIT_FIFO, &world.handle), KIPC_OK);
}

static void lock_mutex(void)
{
    if (kipc_mutex_lock(&world.kernel, world.pid, world.mutex, KIPC_FOREVER) != KIPC_OK) {
        explorer_fail("a lock failed");
    }
}

static void unlock_mutex(void)
{
    if (kipc_mutex_unlock(&world.kernel, world.pid, world.mutex) != KIPC_OK) {
        explorer_fail("an unlock failed");
    }
}

/* Takes an item, or gives up when the time is over; a signal that it got it must not waste. */
static void take_item(uint64_t deadline)
{
    lock_mutex();
    while (world.items == 0) {
        int result = kipc_condition_wait(&world.kernel, world.pid, world.handle, world.mutex, deadline);
        if (result == KIPC_E_TIMEDOUT && deadline != KIPC_FOREVER) {
            world.timed_out += 1;
            unlock_mutex();
            return;
        }
        if (result != KIPC_OK) {
            explorer_fail("a wait failed");
        }
    }
    world.items -= 1;
    world.taken += 1;
    unlock_mutex();
}

static void take_item_for_ever(void)
{
    take_item(KIPC_FOREVER);
}

static void take_item_in_time(void)
{
    take_item(SOME_TIME);
}

static void give_item(void)
{
    lock_mutex();
    world.items += 1;
    if (kipc_condition_signal(&world.kernel, world.pid, world.handle) < 0) {
        explorer_fail("a signal failed");
    }
    unlock_mutex();
}

static void give_two_items(void)
{
    give_item();
    give_item();
}

static bool check_condition(void)
{
    return world.taken + world.timed_out == 2 && world.items + world.taken == 2 && everybody_runs();
}

static void test_MOS_SY_06_no_signal_is_lost(void **state)
{
    (void)state;
    static void (*const threads[SCENARIO_THREADS])(void) = {take_item_for_ever, take_item_in_time, give_two_items};
    explore("condition, two consumers, time-outs", set_up_condition, threads, check_condition);
}

/* The one item goes from hand to hand: who was signalled and gives up anyway would leave it, and the other one waits.
 */
static void take_item_in_time_and_pass_it_on(void)
{
    take_item(SOME_TIME);
    if (world.timed_out == 0) {
        give_item();
    }
}

static bool check_passing_on(void)
{
    return world.taken + world.timed_out == 2 && world.items == 0 && everybody_runs();
}

static void test_MOS_SY_06_a_signal_counts_although_the_deadline_passes(void **state)
{
    (void)state;
    static void (*const threads[SCENARIO_THREADS])(void) = {take_item_for_ever, take_item_in_time_and_pass_it_on,
                                                            give_item};
    explore("condition, one item passed on", set_up_condition, threads, check_passing_on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_MOS_SY_04_07_semaphores_lose_nothing),
        cmocka_unit_test(test_a_canceled_wait_loses_nothing),
        cmocka_unit_test(test_FNG_SY_05_one_is_inside_and_nobody_is_forgotten),
        cmocka_unit_test(test_MOS_SY_06_no_signal_is_lost),
        cmocka_unit_test(test_MOS_SY_06_a_signal_counts_although_the_deadline_passes),
    };
    return cmocka_run_group_tests_name("kernel explorer", tests, NULL, NULL);
}
