/* SPDX-License-Identifier: MIT */
#include "kernel_fixture.h"

#define LOW 20u
#define HIGH 40u

static void create(struct kernel_fixture *f)
{
    assert_result(kipc_condition_create(&f->kernel, f->first, KIPC_WAIT_PRIORITY, &f->handle), KIPC_OK);
    assert_result(kipc_mutex_create(&f->kernel, f->first, true, KIPC_WAIT_PRIORITY, &f->other), KIPC_OK);
}

static int lock(struct kernel_fixture *f)
{
    return kipc_mutex_lock(&f->kernel, f->first, f->other, KIPC_FOREVER);
}

static int unlock(struct kernel_fixture *f)
{
    return kipc_mutex_unlock(&f->kernel, f->first, f->other);
}

static uint32_t owner(struct kernel_fixture *f)
{
    uint32_t thread = 99;
    assert_result(kipc_mutex_owner(&f->kernel, f->first, f->other, &thread), KIPC_OK);
    return thread;
}

static void wait_once(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    assert_result(kipc_mutex_lock(&f->kernel, actor->pid, actor->other, KIPC_FOREVER), KIPC_OK);
    assert_result(kipc_mutex_lock(&f->kernel, actor->pid, actor->other, KIPC_FOREVER), KIPC_OK);
    actor->result = kipc_condition_wait(&f->kernel, actor->pid, actor->handle, actor->other, actor->deadline);
    note(actor, actor->thread);
    actor->number = owner(f);
    if (actor->number == actor->thread) { /* as deep as before: it takes two to unlock */
        assert_result(kipc_mutex_unlock(&f->kernel, actor->pid, actor->other), KIPC_OK);
        assert_int_equal(owner(f), actor->thread);
        assert_result(kipc_mutex_unlock(&f->kernel, actor->pid, actor->other), KIPC_OK);
    }
}

static void test_MOS_SY_06_the_wait_lets_go_of_the_mutex_and_gets_it_back(void **state)
{
    struct kernel_fixture *f = *state;
    create(f);
    struct actor *actor = act(f, f->first, LOW, wait_once);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_int_equal(owner(f), KIPC_NO_THREAD);
    assert_result(lock(f), KIPC_OK);
    assert_result(kipc_condition_signal(&f->kernel, f->first, f->handle), 1);
    assert_result(kipc_condition_signal(&f->kernel, f->first, f->handle), 0); /* nobody is left */
    unsigned int wakes = f->mock.wakes;
    assert_int_equal(mock_run_now(&f->mock), 1); /* it waits for the mutex, and was not woken for that */
    assert_int_equal(f->mock.wakes, wakes);
    assert_result(unlock(f), KIPC_OK);
    assert_int_equal(owner(f), actor->thread);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_OK);
    assert_int_equal(actor->number, actor->thread);
}

static void test_MOS_SY_06_the_mutex_is_held_after_a_time_out(void **state)
{
    struct kernel_fixture *f = *state;
    create(f);
    struct actor *actor = act(f, f->first, LOW, wait_once);
    actor->deadline = f->mock.now + 5;
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(actor->result, KIPC_E_TIMEDOUT);
    assert_int_equal(actor->number, actor->thread);
    /* The same while somebody else holds the mutex when the time is over. */
    actor = act(f, f->first, LOW, wait_once);
    uint64_t start = f->mock.now;
    actor->deadline = start + 5;
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(lock(f), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 1);
    assert_int_equal(f->mock.now, start + 5);
    assert_result(kipc_thread_cancel(&f->kernel, actor->thread), KIPC_E_STATE);
    assert_result(unlock(f), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_E_TIMEDOUT);
    assert_int_equal(actor->number, actor->thread);
}

/* A signal that came in time counts, though the mutex came after the deadline. */
static void test_a_signal_is_not_lost_to_a_deadline(void **state)
{
    struct kernel_fixture *f = *state;
    create(f);
    struct actor *actor = act(f, f->first, LOW, wait_once);
    actor->deadline = f->mock.now + 5;
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(lock(f), KIPC_OK);
    assert_result(kipc_condition_signal(&f->kernel, f->first, f->handle), 1);
    assert_int_equal(mock_run(&f->mock), 1);
    assert_result(unlock(f), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_OK);
}

/* Who was signalled waits for the mutex, and must have it when the wait returns. */
static void test_MOS_SY_06_a_signalled_waiter_cannot_be_canceled(void **state)
{
    struct kernel_fixture *f = *state;
    create(f);
    struct actor *actor = act(f, f->first, LOW, wait_once);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(lock(f), KIPC_OK);
    assert_result(kipc_condition_signal(&f->kernel, f->first, f->handle), 1);
    assert_result(kipc_thread_cancel(&f->kernel, actor->thread), KIPC_E_STATE);
    assert_result(kipc_thread_interrupt(&f->kernel, actor->thread), KIPC_E_STATE);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(unlock(f), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_OK);
    assert_int_equal(actor->number, actor->thread);
}

static void test_broadcast_in_order_of_priority(void **state)
{
    struct kernel_fixture *f = *state;
    create(f);
    static const uint8_t priorities[] = {21, 23, 22};
    for (size_t i = 0; i < COUNT_OF(priorities); i++) {
        (void)act(f, f->first, priorities[i], wait_once);
        assert_int_equal(mock_run_now(&f->mock), i + 1);
    }
    assert_result(lock(f), KIPC_OK);
    assert_result(kipc_condition_broadcast(&f->kernel, f->first, f->handle), 3);
    assert_int_equal(kipc_thread_priority(&f->kernel, 0), 23); /* they wait for the mutex now */
    assert_result(unlock(f), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_order(f, 2, 3, 1);
}

static void test_ends_of_a_wait(void **state)
{
    struct kernel_fixture *f = *state;
    create(f);
    struct actor *canceled = act(f, f->first, LOW, wait_once);
    struct actor *interrupted = act(f, f->first, LOW, wait_once);
    struct actor *closed = act(f, f->first, LOW, wait_once);
    assert_int_equal(mock_run_now(&f->mock), 3);
    assert_result(kipc_thread_cancel(&f->kernel, canceled->thread), KIPC_OK);
    assert_result(kipc_thread_interrupt(&f->kernel, interrupted->thread), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(kipc_object_close(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(canceled->result, KIPC_E_CANCELED);
    assert_result(interrupted->result, KIPC_E_INTR);
    assert_result(closed->result, KIPC_E_CLOSED);
    assert_int_equal(canceled->number, canceled->thread);
    assert_int_equal(interrupted->number, interrupted->thread);
    assert_int_equal(closed->number, closed->thread);
}

static void wait_without_mutex_at_the_end(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    assert_result(kipc_mutex_lock(&f->kernel, actor->pid, actor->other, KIPC_FOREVER), KIPC_OK);
    actor->result = kipc_condition_wait(&f->kernel, actor->pid, actor->handle, actor->other, actor->deadline);
}

static void test_the_mutex_may_go_while_somebody_waits(void **state)
{
    struct kernel_fixture *f = *state;
    create(f);
    struct actor *actor = act(f, f->first, LOW, wait_without_mutex_at_the_end);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(kipc_handle_close(&f->kernel, f->first, f->other), KIPC_OK);
    assert_int_equal(live(f, KIPC_TABLE_MUTEX), 1); /* the waiter needs its memory */
    assert_result(kipc_condition_signal(&f->kernel, f->first, f->handle), 1);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_E_CLOSED);
    assert_int_equal(live(f, KIPC_TABLE_MUTEX), 0);
}

static void test_a_killed_waiter_takes_nothing_back(void **state)
{
    struct kernel_fixture *f = *state;
    create(f);
    kipc_handle_t condition = f->handle;
    kipc_handle_t mutex = f->other;
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, condition, f->second, KIPC_RIGHT_RECEIVE, &f->handle),
                  KIPC_OK);
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, mutex, f->second, KIPC_RIGHT_RECEIVE, &f->other),
                  KIPC_OK);
    struct actor *actor = act(f, f->second, LOW, wait_without_mutex_at_the_end);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_E_SRCH);
    f->other = mutex;
    assert_int_equal(owner(f), KIPC_NO_THREAD);
}

static void test_arguments(void **state)
{
    struct kernel_fixture *f = *state;
    create(f);
    struct kipc_kernel *kernel = &f->kernel;
    assert_result(kipc_condition_wait(kernel, f->first, f->handle, f->other, KIPC_FOREVER), KIPC_E_PERM);
    assert_result(lock(f), KIPC_OK);
    assert_result(kipc_condition_wait(kernel, f->first, f->handle, f->other, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    assert_result(kipc_condition_wait(kernel, f->first, f->handle, f->handle, KIPC_FOREVER), KIPC_E_TYPE);
    assert_result(kipc_condition_wait(kernel, f->first, f->other, f->other, KIPC_FOREVER), KIPC_E_TYPE);
    assert_result(kipc_condition_wait(kernel, f->first, f->handle, 0, KIPC_FOREVER), KIPC_E_BADF);
    assert_result(kipc_condition_wait(kernel, f->second, f->handle, f->other, KIPC_FOREVER), KIPC_E_BADF);
    assert_int_equal(owner(f), 0);
    assert_result(unlock(f), KIPC_OK);
    assert_result(kipc_condition_create(kernel, f->first, KIPC_WAIT_FIFO, NULL), KIPC_E_INVAL);
    assert_int_equal(f->mock.blocks, 0);
}

#define ROUNDS 100000u

static void produce(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    for (unsigned int i = 0; i < ROUNDS; i++) {
        assert_result(kipc_mutex_lock(&f->kernel, actor->pid, actor->other, KIPC_FOREVER), KIPC_OK);
        while (f->value == 1) {
            assert_result(kipc_condition_wait(&f->kernel, actor->pid, actor->handle, actor->other, KIPC_FOREVER),
                          KIPC_OK);
        }
        f->value = 1;
        assert_true(kipc_condition_broadcast(&f->kernel, actor->pid, actor->handle) >= 0);
        assert_result(kipc_mutex_unlock(&f->kernel, actor->pid, actor->other), KIPC_OK);
    }
}

static void consume(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    for (unsigned int i = 0; i < ROUNDS; i++) {
        assert_result(kipc_mutex_lock(&f->kernel, actor->pid, actor->other, KIPC_FOREVER), KIPC_OK);
        while (f->value == 0) {
            assert_result(kipc_condition_wait(&f->kernel, actor->pid, actor->handle, actor->other, KIPC_FOREVER),
                          KIPC_OK);
        }
        f->value = 0;
        assert_true(kipc_condition_broadcast(&f->kernel, actor->pid, actor->handle) >= 0);
        assert_result(kipc_mutex_unlock(&f->kernel, actor->pid, actor->other), KIPC_OK);
    }
}

static void test_FNG_FU_06_rounds_of_signal_and_wait(void **state)
{
    struct kernel_fixture *f = *state;
    create(f);
    (void)act(f, f->first, LOW, produce);
    (void)act(f, f->first, HIGH, consume);
    assert_int_equal(mock_run(&f->mock), 0); /* a lost wake-up would leave one blocked */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_MOS_SY_06_the_wait_lets_go_of_the_mutex_and_gets_it_back),
        TEST(test_MOS_SY_06_the_mutex_is_held_after_a_time_out),
        TEST(test_a_signal_is_not_lost_to_a_deadline),
        TEST(test_MOS_SY_06_a_signalled_waiter_cannot_be_canceled),
        TEST(test_broadcast_in_order_of_priority),
        TEST(test_ends_of_a_wait),
        TEST(test_the_mutex_may_go_while_somebody_waits),
        TEST(test_a_killed_waiter_takes_nothing_back),
        TEST(test_arguments),
        TEST(test_FNG_FU_06_rounds_of_signal_and_wait),
    };
    return cmocka_run_group_tests_name("condition", tests, NULL, NULL);
}
