/* SPDX-License-Identifier: MIT */
#include "kernel_fixture.h"

#define LOW 20u
#define MIDDLE 30u
#define HIGH 40u

static kipc_handle_t create(struct kernel_fixture *f, bool is_recursive, enum kipc_wait_order order)
{
    kipc_handle_t handle;
    assert_result(kipc_mutex_create(&f->kernel, f->first, is_recursive, order, &handle), KIPC_OK);
    return handle;
}

static int lock(struct kernel_fixture *f, kipc_handle_t handle, uint64_t deadline)
{
    return kipc_mutex_lock(&f->kernel, f->first, handle, deadline);
}

static int unlock(struct kernel_fixture *f, kipc_handle_t handle)
{
    return kipc_mutex_unlock(&f->kernel, f->first, handle);
}

static uint32_t owner(struct kernel_fixture *f, kipc_handle_t handle)
{
    uint32_t thread = 99;
    assert_result(kipc_mutex_owner(&f->kernel, f->first, handle, &thread), KIPC_OK);
    return thread;
}

static int priority(struct kernel_fixture *f, const struct actor *actor)
{
    return kipc_thread_priority(&f->kernel, actor->thread);
}

/* Locks, notes that it has the lock, and gives it back. */
static void lock_note_unlock(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    actor->result = kipc_mutex_lock(&f->kernel, actor->pid, actor->handle, actor->deadline);
    note(actor, actor->thread);
    if (actor->result == KIPC_OK) {
        assert_result(kipc_mutex_unlock(&f->kernel, actor->pid, actor->handle), KIPC_OK);
    }
}

static void test_FNG_SY_04_try_lock(void **state)
{
    struct kernel_fixture *f = *state;
    f->handle = create(f, false, KIPC_WAIT_FIFO);
    assert_result(lock(f, f->handle, KIPC_NO_WAIT), KIPC_OK);
    struct actor *other = act(f, f->first, LOW, lock_note_unlock);
    other->deadline = KIPC_NO_WAIT;
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(other->result, KIPC_E_BUSY);
    assert_int_equal(f->mock.blocks, 0);
    assert_result(unlock(f, f->handle), KIPC_OK);
}

static void test_FNG_SY_05_unlock_hands_over_to_exactly_one(void **state)
{
    struct kernel_fixture *f = *state;
    f->handle = create(f, false, KIPC_WAIT_FIFO);
    assert_result(lock(f, f->handle, KIPC_FOREVER), KIPC_OK);
    struct actor *one = act(f, f->first, LOW, lock_note_unlock);
    (void)act(f, f->first, LOW, lock_note_unlock);
    assert_int_equal(mock_run_now(&f->mock), 2);
    unsigned int wakes = f->mock.wakes;
    assert_result(unlock(f, f->handle), KIPC_OK);
    assert_int_equal(f->mock.wakes, wakes + 1);
    assert_int_equal(owner(f, f->handle), one->thread); /* before it has run */
    assert_result(lock(f, f->handle, KIPC_NO_WAIT), KIPC_E_BUSY);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_order(f, 1, 2);
    assert_int_equal(owner(f, f->handle), KIPC_NO_THREAD);
}

static void test_FNG_SY_07_MOS_SY_08_waiters_in_order_without_the_canceled(void **state)
{
    struct kernel_fixture *f = *state;
    static const uint8_t priorities[] = {21, 23, 22, 24, 21};
    for (unsigned int order = KIPC_WAIT_PRIORITY; order <= KIPC_WAIT_FIFO; order++) {
        struct actor *actors[COUNT_OF(priorities)];
        f->handle = create(f, false, (enum kipc_wait_order)order);
        assert_result(lock(f, f->handle, KIPC_FOREVER), KIPC_OK);
        for (size_t i = 0; i < COUNT_OF(priorities); i++) {
            actors[i] = act(f, f->first, priorities[i], lock_note_unlock);
            assert_int_equal(mock_run_now(&f->mock), i + 1);
        }
        assert_result(kipc_thread_cancel(&f->kernel, actors[3]->thread), KIPC_OK);
        assert_int_equal(mock_run_now(&f->mock), 4);
        assert_result(actors[3]->result, KIPC_E_CANCELED);
        f->noted = 0;
        assert_result(unlock(f, f->handle), KIPC_OK);
        assert_int_equal(mock_run_now(&f->mock), 0);
        uint32_t base = actors[0]->thread;
        if (order == KIPC_WAIT_PRIORITY) {
            assert_order(f, base + 1, base + 2, base, base + 4);
        } else {
            assert_order(f, base, base + 1, base + 2, base + 4);
        }
    }
}

static void test_FNG_SY_08_FNG_ER_07_only_the_owner_unlocks(void **state)
{
    struct kernel_fixture *f = *state;
    f->handle = create(f, false, KIPC_WAIT_FIFO);
    assert_result(unlock(f, f->handle), KIPC_E_PERM);
    struct actor *holder = act(f, f->first, LOW, lock_note_unlock);
    assert_result(lock(f, f->handle, KIPC_FOREVER), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(unlock(f, f->handle), KIPC_OK);
    assert_int_equal(owner(f, f->handle), holder->thread);
    assert_result(unlock(f, f->handle), KIPC_E_PERM);
    assert_result(kipc_mutex_recover(&f->kernel, f->first, f->handle), KIPC_E_PERM);
    assert_int_equal(owner(f, f->handle), holder->thread);
}

static void test_MOS_SY_05_recursive_locking(void **state)
{
    struct kernel_fixture *f = *state;
    f->handle = create(f, true, KIPC_WAIT_FIFO);
    struct actor *other = act(f, f->first, LOW, lock_note_unlock);
    for (unsigned int i = 0; i < KIPC_CFG_MUTEX_RECURSION_MAX; i++) {
        assert_result(lock(f, f->handle, KIPC_NO_WAIT), KIPC_OK);
    }
    assert_result(lock(f, f->handle, KIPC_NO_WAIT), KIPC_E_OVERFLOW);
    assert_int_equal(mock_run_now(&f->mock), 1);
    for (unsigned int i = 0; i < KIPC_CFG_MUTEX_RECURSION_MAX; i++) {
        assert_int_equal(owner(f, f->handle), 0);
        assert_false(other->has_ended);
        assert_result(unlock(f, f->handle), KIPC_OK);
    }
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(other->result, KIPC_OK);
    kipc_handle_t plain = create(f, false, KIPC_WAIT_FIFO);
    assert_result(lock(f, plain, KIPC_FOREVER), KIPC_OK);
    assert_result(lock(f, plain, KIPC_FOREVER), KIPC_E_STATE);
    assert_result(unlock(f, plain), KIPC_OK);
}

static void lock_both_and_wait(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    assert_result(kipc_mutex_lock(&f->kernel, actor->pid, actor->handle, KIPC_FOREVER), KIPC_OK);
    assert_result(kipc_mutex_lock(&f->kernel, actor->pid, actor->other, KIPC_FOREVER), KIPC_OK);
    (void)f->mock.port.ops->block(&f->mock, KIPC_FOREVER); /* the test wakes it to go on */
    assert_result(kipc_mutex_unlock(&f->kernel, actor->pid, actor->number == 0 ? actor->handle : actor->other),
                  KIPC_OK);
    (void)f->mock.port.ops->block(&f->mock, KIPC_FOREVER);
    assert_result(kipc_mutex_unlock(&f->kernel, actor->pid, actor->number == 0 ? actor->other : actor->handle),
                  KIPC_OK);
}

static void wake(struct kernel_fixture *f, const struct actor *actor)
{
    f->mock.port.ops->wake(&f->mock, actor->thread);
}

/* One owner holds two mutexes; a middle and a high waiter; released in either order. */
static void test_MOS_SY_03_priority_inheritance_over_two_mutexes(void **state)
{
    struct kernel_fixture *f = *state;
    for (uint64_t first_released = 0; first_released < 2; first_released++) {
        f->handle = create(f, false, KIPC_WAIT_PRIORITY);
        f->other = create(f, false, KIPC_WAIT_FIFO);
        struct actor *low = act(f, f->first, LOW, lock_both_and_wait);
        low->number = first_released;
        assert_int_equal(mock_run_now(&f->mock), 1);
        assert_int_equal(priority(f, low), LOW);
        struct actor *middle = act(f, f->first, MIDDLE, lock_note_unlock);
        struct actor *high = act(f, f->first, HIGH, lock_note_unlock);
        high->handle = f->other;
        assert_int_equal(mock_run_now(&f->mock), 3);
        assert_int_equal(priority(f, low), HIGH);
        wake(f, low);
        (void)mock_run_now(&f->mock);
        /* What is left to inherit from is the waiter of the mutex that it still holds. */
        assert_int_equal(priority(f, low), first_released == 0 ? HIGH : MIDDLE);
        assert_true(first_released == 0 ? middle->has_ended : high->has_ended);
        wake(f, low);
        assert_int_equal(mock_run_now(&f->mock), 0);
        assert_int_equal(priority(f, low), LOW);
        assert_int_equal(f->mock.actors[low->thread].priority, LOW);
    }
}

static void lock_one_then_the_other(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    assert_result(kipc_mutex_lock(&f->kernel, actor->pid, actor->handle, KIPC_FOREVER), KIPC_OK);
    actor->result = kipc_mutex_lock(&f->kernel, actor->pid, actor->other, actor->deadline);
    note(actor, actor->thread);
    if (actor->result == KIPC_OK) {
        assert_result(kipc_mutex_unlock(&f->kernel, actor->pid, actor->other), KIPC_OK);
    }
    assert_result(kipc_mutex_unlock(&f->kernel, actor->pid, actor->handle), KIPC_OK);
}

static void test_MOS_SY_03_priority_inheritance_along_a_chain(void **state)
{
    struct kernel_fixture *f = *state;
    enum { LINKS = 6 };
    kipc_handle_t mutexes[LINKS + 1];
    struct actor *actors[LINKS];
    for (unsigned int i = 0; i <= LINKS; i++) {
        mutexes[i] = create(f, false, KIPC_WAIT_PRIORITY);
    }
    assert_result(lock(f, mutexes[0], KIPC_FOREVER), KIPC_OK);
    for (unsigned int i = 0; i < LINKS; i++) { /* actor i holds mutex i + 1 and waits for mutex i */
        actors[i] = act(f, f->first, (uint8_t)(LOW + i), lock_one_then_the_other);
        actors[i]->handle = mutexes[i + 1];
        actors[i]->other = mutexes[i];
        assert_int_equal(mock_run_now(&f->mock), i + 1);
        assert_int_equal(kipc_thread_priority(&f->kernel, 0), LOW + i);
    }
    struct actor *urgent = act(f, f->first, 200, lock_note_unlock);
    urgent->handle = mutexes[LINKS];
    urgent->deadline = f->mock.now + 10;
    (void)mock_run_now(&f->mock);
    for (unsigned int i = 0; i < LINKS; i++) {
        assert_int_equal(priority(f, actors[i]), 200);
    }
    assert_int_equal(kipc_thread_priority(&f->kernel, 0), 200);
    (void)mock_run(&f->mock); /* its time runs out: the whole chain goes back */
    assert_result(urgent->result, KIPC_E_TIMEDOUT);
    for (unsigned int i = 0; i < LINKS; i++) {
        assert_int_equal(priority(f, actors[i]), LOW + LINKS - 1);
    }
    assert_result(unlock(f, mutexes[0]), KIPC_OK);
    assert_int_equal(kipc_thread_priority(&f->kernel, 0), FIXTURE_PRIORITY);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_int_equal(f->kernel.chains_cut, 0);
}

/* The middle one must not keep the low owner, and with it the high waiter, from running. */
static void test_MOS_SY_03_no_unbounded_inversion(void **state)
{
    struct kernel_fixture *f = *state;
    f->handle = create(f, false, KIPC_WAIT_PRIORITY);
    f->other = create(f, false, KIPC_WAIT_PRIORITY);
    struct actor *low = act(f, f->first, LOW, lock_both_and_wait);
    assert_int_equal(mock_run_now(&f->mock), 1);
    struct actor *high = act(f, f->first, HIGH, lock_note_unlock);
    assert_int_equal(mock_run_now(&f->mock), 2);
    kipc_handle_t free_mutex = create(f, false, KIPC_WAIT_PRIORITY);
    struct actor *middle = act(f, f->first, MIDDLE, lock_note_unlock);
    middle->handle = free_mutex;
    wake(f, low); /* low and middle are ready; low runs, unlocks, high runs, then middle */
    (void)mock_run_now(&f->mock);
    assert_order(f, high->thread, middle->thread);
    wake(f, low);
    assert_int_equal(mock_run_now(&f->mock), 0);
}

static void test_a_wait_for_oneself_is_refused(void **state)
{
    struct kernel_fixture *f = *state;
    f->handle = create(f, false, KIPC_WAIT_PRIORITY);
    f->other = create(f, false, KIPC_WAIT_PRIORITY);
    assert_result(lock(f, f->other, KIPC_FOREVER), KIPC_OK);
    struct actor *actor = act(f, f->first, LOW, lock_one_then_the_other);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(lock(f, f->handle, KIPC_FOREVER), KIPC_E_STATE);
    assert_result(unlock(f, f->other), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_OK);
}

static void lock_and_end(struct actor *actor)
{
    assert_result(kipc_mutex_lock(&actor->fixture->kernel, actor->pid, actor->handle, KIPC_FOREVER), KIPC_OK);
}

static void test_FNG_SY_06_a_dead_owner_is_reported(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t ours = create(f, false, KIPC_WAIT_FIFO);
    assert_int_equal(owner(f, ours), KIPC_NO_THREAD);
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, ours, f->second, KIPC_RIGHT_RECEIVE, &f->handle),
                  KIPC_OK);
    struct actor *dying = act(f, f->second, LOW, lock_and_end);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_int_equal(owner(f, ours), dying->thread);
    f->handle = ours;
    struct actor *heir = act(f, f->first, LOW, lock_note_unlock);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_OK);
    assert_int_equal(owner(f, ours), heir->thread);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(heir->result, KIPC_E_OWNERDEAD);
    /* The heir ended without recovering it: it holds it still, until it is detached, and the next one is told again. */
    assert_result(kipc_thread_detach(&f->kernel, heir->thread), KIPC_OK);
    assert_result(lock(f, ours, KIPC_NO_WAIT), KIPC_E_OWNERDEAD);
    assert_int_equal(owner(f, ours), 0);
    assert_result(kipc_mutex_recover(&f->kernel, f->first, ours), KIPC_OK);
    assert_result(kipc_mutex_recover(&f->kernel, f->first, ours), KIPC_E_STATE);
    assert_result(unlock(f, ours), KIPC_OK);
    assert_result(lock(f, ours, KIPC_NO_WAIT), KIPC_OK);
    assert_result(unlock(f, ours), KIPC_OK);
}

static void test_closing_ends_waits_and_inheritance(void **state)
{
    struct kernel_fixture *f = *state;
    f->handle = create(f, false, KIPC_WAIT_PRIORITY);
    assert_result(lock(f, f->handle, KIPC_FOREVER), KIPC_OK);
    struct actor *actor = act(f, f->first, HIGH, lock_note_unlock);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_int_equal(kipc_thread_priority(&f->kernel, 0), HIGH);
    assert_result(kipc_handle_close(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_int_equal(kipc_thread_priority(&f->kernel, 0), FIXTURE_PRIORITY);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_E_CLOSED);
    assert_int_equal(live(f, KIPC_TABLE_MUTEX), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_FNG_SY_04_try_lock),
        TEST(test_FNG_SY_05_unlock_hands_over_to_exactly_one),
        TEST(test_FNG_SY_07_MOS_SY_08_waiters_in_order_without_the_canceled),
        TEST(test_FNG_SY_08_FNG_ER_07_only_the_owner_unlocks),
        TEST(test_MOS_SY_05_recursive_locking),
        TEST(test_MOS_SY_03_priority_inheritance_over_two_mutexes),
        TEST(test_MOS_SY_03_priority_inheritance_along_a_chain),
        TEST(test_MOS_SY_03_no_unbounded_inversion),
        TEST(test_a_wait_for_oneself_is_refused),
        TEST(test_FNG_SY_06_a_dead_owner_is_reported),
        TEST(test_closing_ends_waits_and_inheritance),
    };
    return cmocka_run_group_tests_name("mutex", tests, NULL, NULL);
}
