/* SPDX-License-Identifier: MIT */
#include "kernel_fixture.h"

static void create(struct kernel_fixture *f, uint32_t initial, uint32_t maximum, enum kipc_wait_order order)
{
    assert_result(kipc_semaphore_create(&f->kernel, f->first, initial, maximum, order, &f->handle), KIPC_OK);
}

static int wait(struct kernel_fixture *f, uint64_t deadline)
{
    return kipc_semaphore_wait(&f->kernel, f->first, f->handle, deadline);
}

static int post(struct kernel_fixture *f)
{
    return kipc_semaphore_post(&f->kernel, f->first, f->handle);
}

static int value(struct kernel_fixture *f)
{
    return kipc_semaphore_value(&f->kernel, f->first, f->handle, NULL);
}

static uint32_t waiters(struct kernel_fixture *f)
{
    uint32_t count = UINT32_MAX;
    assert_true(kipc_semaphore_value(&f->kernel, f->first, f->handle, &count) >= 0);
    return count;
}

static void wait_and_note(struct actor *actor)
{
    actor->result = kipc_semaphore_wait(&actor->fixture->kernel, actor->pid, actor->handle, actor->deadline);
    note(actor, actor->thread);
}

static void test_MOS_SY_01_range_is_configurable(void **state)
{
    struct kernel_fixture *f = *state;
    static const struct {
        uint32_t initial;
        uint32_t maximum;
        int expected;
    } cases[] = {
        {0, 1, KIPC_OK},
        {1, 1, KIPC_OK},
        {2, 1, KIPC_E_INVAL},
        {0, 0, KIPC_E_INVAL},
        {1, 0, KIPC_E_INVAL},
        {KIPC_SEMAPHORE_MAXIMUM, KIPC_SEMAPHORE_MAXIMUM, KIPC_OK},
        {0, KIPC_SEMAPHORE_MAXIMUM + 1, KIPC_E_INVAL},
        {UINT32_MAX, UINT32_MAX, KIPC_E_INVAL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t before = live(f, KIPC_TABLE_SEMAPHORE);
        assert_result(
            kipc_semaphore_create(&f->kernel, f->first, cases[i].initial, cases[i].maximum, KIPC_WAIT_FIFO, &f->handle),
            cases[i].expected);
        assert_int_equal(live(f, KIPC_TABLE_SEMAPHORE), before + (cases[i].expected == KIPC_OK));
    }
    create(f, 2, 3, KIPC_WAIT_FIFO);
    assert_result(post(f), KIPC_OK);
    assert_result(post(f), KIPC_E_OVERFLOW);
    assert_int_equal(value(f), 3);
    assert_result(kipc_semaphore_create(&f->kernel, f->first, 0, 1, KIPC_WAIT_FIFO, NULL), KIPC_E_INVAL);
    assert_result(kipc_semaphore_create(&f->kernel, f->first, 0, 1, (enum kipc_wait_order)2, &f->handle), KIPC_E_INVAL);
}

static void test_FNG_SY_01_wait_never_goes_below_zero(void **state)
{
    struct kernel_fixture *f = *state;
    create(f, 1, 10, KIPC_WAIT_FIFO);
    assert_result(wait(f, KIPC_FOREVER), KIPC_OK);
    assert_int_equal(value(f), 0);
    (void)act(f, f->first, 1, wait_and_note);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_int_equal(value(f), 0);
    assert_int_equal(waiters(f), 1);
    assert_result(post(f), KIPC_OK);
}

static void test_FNG_SY_02_signal_goes_to_a_waiter_or_to_the_value(void **state)
{
    struct kernel_fixture *f = *state;
    create(f, 0, 10, KIPC_WAIT_FIFO);
    struct actor *actor = act(f, f->first, 1, wait_and_note);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(post(f), KIPC_OK);
    assert_int_equal(value(f), 0);
    /* It is the waiter's already: nobody takes it away before the waiter has run. */
    assert_result(wait(f, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_OK);
    assert_result(post(f), KIPC_OK);
    assert_int_equal(value(f), 1);
}

static void test_MOS_SY_02_binary_semaphore(void **state)
{
    struct kernel_fixture *f = *state;
    create(f, 0, 1, KIPC_WAIT_FIFO);
    assert_result(post(f), KIPC_OK);
    assert_result(post(f), KIPC_E_OVERFLOW);
    assert_int_equal(value(f), 1);
    assert_result(wait(f, KIPC_NO_WAIT), KIPC_OK);
    struct actor *one = act(f, f->first, 1, wait_and_note);
    struct actor *two = act(f, f->first, 1, wait_and_note);
    assert_int_equal(mock_run_now(&f->mock), 2);
    assert_result(post(f), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_true(one->has_ended && !two->has_ended);
    assert_result(post(f), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
}

static void test_MOS_SY_04_EXO_ER_07_08_VER_ER_06_time_outs(void **state)
{
    struct kernel_fixture *f = *state;
    create(f, 0, 1, KIPC_WAIT_FIFO);
    static const uint64_t durations[] = {1, 2, 10, 1000000};
    for (size_t i = 0; i < COUNT_OF(durations); i++) {
        uint64_t start = f->mock.now;
        assert_result(wait(f, kipc_deadline_after(&f->mock.port, durations[i])), KIPC_E_TIMEDOUT);
        assert_int_equal(f->mock.now - start, durations[i]);
        assert_int_equal(waiters(f), 0);
    }
    unsigned int blocks = f->mock.blocks;
    assert_result(wait(f, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    assert_int_equal(f->mock.blocks, blocks);
    assert_result(wait(f, f->mock.now - 1), KIPC_E_TIMEDOUT); /* a deadline that passed long ago */
    assert_result(post(f), KIPC_OK);
    assert_result(wait(f, f->mock.now - 1), KIPC_OK); /* never when it can be had at once */
}

static void test_MOS_SY_09_waiters_by_priority(void **state)
{
    struct kernel_fixture *f = *state;
    create(f, 0, 9, KIPC_WAIT_PRIORITY);
    static const uint8_t priorities[] = {1, 3, 2, 3, 1}; /* threads 1 to 5 */
    for (size_t i = 0; i < COUNT_OF(priorities); i++) {
        (void)act(f, f->first, priorities[i], wait_and_note);
        assert_int_equal(mock_run_now(&f->mock), i + 1);
    }
    for (size_t i = 0; i < COUNT_OF(priorities); i++) {
        assert_result(post(f), KIPC_OK);
        (void)mock_run_now(&f->mock);
    }
    assert_order(f, 2, 4, 3, 1, 5);
}

static void test_MOS_SY_10_waiters_in_order_of_arrival(void **state)
{
    struct kernel_fixture *f = *state;
    create(f, 0, 9, KIPC_WAIT_FIFO);
    static const uint8_t priorities[] = {1, 3, 2, 3};
    for (size_t i = 0; i < COUNT_OF(priorities); i++) {
        (void)act(f, f->first, priorities[i], wait_and_note);
        assert_int_equal(mock_run_now(&f->mock), i + 1);
    }
    for (size_t i = 0; i < COUNT_OF(priorities); i++) {
        assert_result(post(f), KIPC_OK);
        (void)mock_run_now(&f->mock);
    }
    assert_order(f, 1, 2, 3, 4);
}

static void test_a_changed_priority_moves_a_waiter(void **state)
{
    struct kernel_fixture *f = *state;
    create(f, 0, 9, KIPC_WAIT_PRIORITY);
    struct actor *low = act(f, f->first, 1, wait_and_note);
    struct actor *high = act(f, f->first, 2, wait_and_note);
    assert_int_equal(mock_run_now(&f->mock), 2);
    assert_result(kipc_thread_set_priority(&f->kernel, low->thread, 3), KIPC_OK);
    assert_result(post(f), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_true(low->has_ended && !high->has_ended);
    assert_result(post(f), KIPC_OK);
}

static void test_waits_end_with_their_own_codes(void **state)
{
    struct kernel_fixture *f = *state;
    create(f, 0, 9, KIPC_WAIT_FIFO);
    kipc_handle_t theirs;
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, f->handle, f->second, KIPC_RIGHT_RECEIVE, &theirs),
                  KIPC_OK);
    struct actor *canceled = act(f, f->first, 1, wait_and_note);
    struct actor *interrupted = act(f, f->first, 1, wait_and_note);
    struct actor *killed = act(f, f->second, 1, wait_and_note);
    struct actor *closed = act(f, f->first, 1, wait_and_note);
    killed->handle = theirs;
    assert_int_equal(mock_run_now(&f->mock), 4);
    assert_result(kipc_thread_cancel(&f->kernel, canceled->thread), KIPC_OK);
    assert_result(kipc_thread_cancel(&f->kernel, canceled->thread), KIPC_E_STATE); /* it does not wait any more */
    assert_result(kipc_thread_interrupt(&f->kernel, interrupted->thread), KIPC_OK);
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_OK);
    assert_int_equal(waiters(f), 1);
    assert_result(kipc_object_close(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(canceled->result, KIPC_E_CANCELED);
    assert_result(interrupted->result, KIPC_E_INTR);
    assert_result(killed->result, KIPC_E_SRCH);
    assert_result(closed->result, KIPC_E_CLOSED);
    assert_result(wait(f, KIPC_FOREVER), KIPC_E_CLOSED);
    assert_result(post(f), KIPC_E_CLOSED);
}

static void test_stale_tokens_do_not_end_a_wait(void **state)
{
    struct kernel_fixture *f = *state;
    create(f, 0, 9, KIPC_WAIT_FIFO);
    struct actor *actor = act(f, f->first, 1, wait_and_note);
    for (unsigned int i = 0; i < 3; i++) {
        f->mock.port.ops->wake(&f->mock, actor->thread);
        assert_int_equal(mock_run_now(&f->mock), 1);
        assert_false(actor->has_ended);
    }
    assert_result(post(f), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_OK);
}

/* Waits until its deadline, and wakes another actor then for no reason. */
static void wake_at_the_deadline(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    assert_result(kipc_semaphore_wait(&f->kernel, actor->pid, actor->handle, actor->deadline), KIPC_E_TIMEDOUT);
    assert_int_equal(f->mock.now, actor->deadline);
    f->value = f->mock.blocks;
    f->mock.port.ops->wake(&f->mock, (uint32_t)actor->number);
}

static void test_EXO_ER_07_a_stale_token_at_the_deadline_ends_a_wait(void **state)
{
    struct kernel_fixture *f = *state;
    assert_result(kipc_semaphore_create(&f->kernel, f->first, 0, 1, KIPC_WAIT_FIFO, &f->handle), KIPC_OK);
    struct actor *waker = act(f, f->first, 2, wake_at_the_deadline);
    struct actor *actor = act(f, f->first, 1, wait_and_note);
    waker->deadline = actor->deadline = f->mock.now + 5;
    waker->number = actor->thread;
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(actor->result, KIPC_E_TIMEDOUT);
    assert_int_equal(f->mock.now, actor->deadline);
    assert_int_equal(f->mock.blocks, f->value); /* not once more: such tokens could go on coming */
}

static void mixed_operations(struct actor *actor)
{
    struct random_numbers random = {.state = actor->number};
    uint64_t waits = 0;
    for (unsigned int i = 0; i < 12500; i++) {
        if (random_next(&random) % 2 == 0) {
            assert_result(kipc_semaphore_post(&actor->fixture->kernel, actor->pid, actor->handle), KIPC_OK);
            actor->fixture->value += 1;
        } else {
            int result =
                kipc_semaphore_wait(&actor->fixture->kernel, actor->pid, actor->handle, actor->fixture->mock.now + 3);
            assert_true(result == KIPC_OK || result == KIPC_E_TIMEDOUT);
            waits += result == KIPC_OK;
        }
        if (i % 64 == 0) {
            mock_yield(&actor->fixture->mock);
        }
    }
    actor->number = waits;
}

static void test_MOS_SY_07_nothing_is_lost_by_eight_threads(void **state)
{
    struct kernel_fixture *f = *state;
    struct actor *actors[8];
    create(f, 5, KIPC_SEMAPHORE_MAXIMUM, KIPC_WAIT_PRIORITY);
    f->value = 5;
    for (unsigned int i = 0; i < 8; i++) {
        actors[i] = act(f, f->first, (uint8_t)(i % 3), mixed_operations);
        actors[i]->number = 77 + i;
    }
    assert_int_equal(mock_run(&f->mock), 0);
    uint64_t taken = 0;
    for (unsigned int i = 0; i < 8; i++) {
        taken += actors[i]->number;
    }
    assert_int_equal(taken + (uint64_t)value(f), f->value);
    assert_int_equal(waiters(f), 0);
}

static void use_pool(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    struct random_numbers random = {.state = actor->number};
    for (unsigned int i = 0; i < 25000; i++) {
        assert_result(kipc_semaphore_wait(&f->kernel, actor->pid, actor->handle, KIPC_FOREVER), KIPC_OK);
        f->value += 1;
        assert_true(f->value <= 3);
        if (random_next(&random) % 4 == 0) {
            mock_yield(&f->mock);
        }
        f->value -= 1;
        assert_result(kipc_semaphore_post(&f->kernel, actor->pid, actor->handle), KIPC_OK);
    }
}

static void test_FNG_SY_03_a_pool_has_no_more_holders_than_places(void **state)
{
    struct kernel_fixture *f = *state;
    create(f, 3, 3, KIPC_WAIT_FIFO);
    for (unsigned int i = 0; i < 4; i++) {
        act(f, f->first, 1, use_pool)->number = 3 + i;
    }
    assert_int_equal(mock_run(&f->mock), 0);
    assert_int_equal(value(f), 3);
}

static void test_rights_are_needed(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t send_only;
    kipc_handle_t receive_only;
    create(f, 1, 2, KIPC_WAIT_FIFO);
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, f->handle, f->first, KIPC_RIGHT_SEND, &send_only),
                  KIPC_OK);
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, f->handle, f->first, KIPC_RIGHT_RECEIVE, &receive_only),
                  KIPC_OK);
    assert_result(kipc_semaphore_wait(&f->kernel, f->first, send_only, KIPC_NO_WAIT), KIPC_E_ACCES);
    assert_result(kipc_semaphore_post(&f->kernel, f->first, receive_only), KIPC_E_ACCES);
    assert_int_equal(value(f), 1);
    assert_result(kipc_semaphore_wait(&f->kernel, f->first, receive_only, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_semaphore_post(&f->kernel, f->first, send_only), KIPC_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_MOS_SY_01_range_is_configurable),
        TEST(test_FNG_SY_01_wait_never_goes_below_zero),
        TEST(test_FNG_SY_02_signal_goes_to_a_waiter_or_to_the_value),
        TEST(test_MOS_SY_02_binary_semaphore),
        TEST(test_MOS_SY_04_EXO_ER_07_08_VER_ER_06_time_outs),
        TEST(test_MOS_SY_09_waiters_by_priority),
        TEST(test_MOS_SY_10_waiters_in_order_of_arrival),
        TEST(test_a_changed_priority_moves_a_waiter),
        TEST(test_waits_end_with_their_own_codes),
        TEST(test_stale_tokens_do_not_end_a_wait),
        TEST(test_EXO_ER_07_a_stale_token_at_the_deadline_ends_a_wait),
        TEST(test_MOS_SY_07_nothing_is_lost_by_eight_threads),
        TEST(test_FNG_SY_03_a_pool_has_no_more_holders_than_places),
        TEST(test_rights_are_needed),
    };
    return cmocka_run_group_tests_name("semaphore", tests, NULL, NULL);
}
