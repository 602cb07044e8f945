/* SPDX-License-Identifier: MIT */
#include "kernel_fixture.h"

static void create(struct kernel_fixture *f, enum kipc_rwlock_preference preference)
{
    assert_result(kipc_rwlock_create(&f->kernel, f->first, preference, KIPC_WAIT_FIFO, &f->handle), KIPC_OK);
}

static int read(struct kernel_fixture *f, uint64_t deadline)
{
    return kipc_rwlock_read(&f->kernel, f->first, f->handle, deadline);
}

static int write(struct kernel_fixture *f, uint64_t deadline)
{
    return kipc_rwlock_write(&f->kernel, f->first, f->handle, deadline);
}

static int unlock(struct kernel_fixture *f)
{
    return kipc_rwlock_unlock(&f->kernel, f->first, f->handle);
}

static void come_and_go(struct actor *actor, int result)
{
    struct kernel_fixture *f = actor->fixture;
    actor->result = result;
    note(actor, actor->thread);
    if (result == KIPC_OK) {
        assert_result(kipc_rwlock_unlock(&f->kernel, actor->pid, actor->handle), KIPC_OK);
    }
}

static void reader(struct actor *actor)
{
    come_and_go(actor, kipc_rwlock_read(&actor->fixture->kernel, actor->pid, actor->handle, actor->deadline));
}

static void writer(struct actor *actor)
{
    come_and_go(actor, kipc_rwlock_write(&actor->fixture->kernel, actor->pid, actor->handle, actor->deadline));
}

static void test_FNG_FU_05_readers_share_and_writers_exclude(void **state)
{
    struct kernel_fixture *f = *state;
    create(f, KIPC_RWLOCK_FAIR);
    assert_result(unlock(f), KIPC_E_PERM);
    assert_result(read(f, KIPC_NO_WAIT), KIPC_OK);
    assert_result(read(f, KIPC_NO_WAIT), KIPC_OK);
    assert_result(write(f, KIPC_NO_WAIT), KIPC_E_BUSY);
    assert_result(unlock(f), KIPC_OK);
    assert_result(write(f, KIPC_NO_WAIT), KIPC_E_BUSY);
    assert_result(unlock(f), KIPC_OK);
    assert_result(unlock(f), KIPC_E_PERM);
    assert_result(write(f, KIPC_NO_WAIT), KIPC_OK);
    assert_result(read(f, KIPC_NO_WAIT), KIPC_E_STATE);
    assert_result(write(f, KIPC_NO_WAIT), KIPC_E_STATE);
    struct actor *other = act(f, f->first, 1, reader);
    other->deadline = KIPC_NO_WAIT;
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(other->result, KIPC_E_BUSY);
    assert_result(unlock(f), KIPC_OK);
    assert_int_equal(f->mock.blocks, 0);
}

/* One writer is in; two writers and two readers come while it is: 1 writer, 2 reader, 3 writer, 4 reader. */
static void fill(struct kernel_fixture *f, enum kipc_rwlock_preference preference)
{
    create(f, preference);
    assert_result(write(f, KIPC_FOREVER), KIPC_OK);
    (void)act(f, f->first, 1, writer);
    (void)act(f, f->first, 1, reader);
    (void)act(f, f->first, 1, writer);
    (void)act(f, f->first, 1, reader);
    assert_int_equal(mock_run_now(&f->mock), 4);
    assert_result(unlock(f), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
}

static void test_FNG_FU_05_fair_phases_alternate(void **state)
{
    struct kernel_fixture *f = *state;
    fill(f, KIPC_RWLOCK_FAIR);
    assert_order(f, 2, 4, 1, 3);
}

static void test_FNG_FU_05_writers_first(void **state)
{
    struct kernel_fixture *f = *state;
    fill(f, KIPC_RWLOCK_WRITERS);
    assert_order(f, 1, 3, 2, 4);
}

static void test_FNG_FU_05_readers_first(void **state)
{
    struct kernel_fixture *f = *state;
    fill(f, KIPC_RWLOCK_READERS);
    assert_order(f, 2, 4, 1, 3);
    /* A new reader passes a writer that waits. */
    assert_result(read(f, KIPC_NO_WAIT), KIPC_OK);
    (void)act(f, f->first, 1, writer);
    assert_int_equal(mock_run_now(&f->mock), 1);
    (void)act(f, f->first, 1, reader);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(unlock(f), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_order(f, 6, 5);
}

/* Readers that wait only because a writer does come in when that one gives up. */
static void test_a_writer_that_gives_up_lets_readers_in(void **state)
{
    struct kernel_fixture *f = *state;
    create(f, KIPC_RWLOCK_FAIR);
    assert_result(read(f, KIPC_NO_WAIT), KIPC_OK);
    struct actor *impatient = act(f, f->first, 1, writer);
    struct actor *patient = act(f, f->first, 1, reader);
    impatient->deadline = f->mock.now + 5;
    assert_int_equal(mock_run_now(&f->mock), 2);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(impatient->result, KIPC_E_TIMEDOUT);
    assert_result(patient->result, KIPC_OK);
    impatient = act(f, f->first, 1, writer);
    patient = act(f, f->first, 1, reader);
    assert_int_equal(mock_run_now(&f->mock), 2);
    assert_result(kipc_thread_cancel(&f->kernel, impatient->thread), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(impatient->result, KIPC_E_CANCELED);
    assert_result(patient->result, KIPC_OK);
    assert_result(unlock(f), KIPC_OK);
}

static void read_and_end(struct actor *actor)
{
    actor->result = kipc_rwlock_read(&actor->fixture->kernel, actor->pid, actor->handle, KIPC_FOREVER);
}

static void write_and_end(struct actor *actor)
{
    actor->result = kipc_rwlock_write(&actor->fixture->kernel, actor->pid, actor->handle, KIPC_FOREVER);
}

static void test_what_a_process_holds_goes_back_when_it_ends(void **state)
{
    struct kernel_fixture *f = *state;
    static void (*const bodies[])(struct actor * actor) = {read_and_end, write_and_end};
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        struct kipc_process_config config = kipc_process_config_default();
        kipc_pid_t pid;
        create(f, KIPC_RWLOCK_FAIR);
        kipc_handle_t ours = f->handle;
        assert_result(kipc_process_register(&f->kernel, &config, &pid), KIPC_OK);
        assert_result(
            kipc_handle_duplicate(&f->kernel, f->first, ours, pid, KIPC_RIGHT_SEND | KIPC_RIGHT_RECEIVE, &f->handle),
            KIPC_OK);
        (void)act(f, pid, 1, bodies[i]);
        assert_int_equal(mock_run_now(&f->mock), 0);
        f->handle = ours;
        assert_result(write(f, KIPC_NO_WAIT), KIPC_E_BUSY);
        struct actor *waiting = act(f, f->first, 1, writer);
        assert_int_equal(mock_run_now(&f->mock), 1);
        assert_result(kipc_process_exit(&f->kernel, pid), KIPC_OK);
        assert_int_equal(mock_run_now(&f->mock), 0);
        assert_result(waiting->result, KIPC_OK);
    }
}

static void test_a_handle_that_closes_takes_its_waiters_along(void **state)
{
    struct kernel_fixture *f = *state;
    create(f, KIPC_RWLOCK_FAIR);
    kipc_handle_t ours = f->handle;
    assert_result(write(f, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, ours, f->first, KIPC_RIGHTS, &f->handle), KIPC_OK);
    struct actor *one = act(f, f->first, 1, reader);
    struct actor *two = act(f, f->first, 1, writer);
    assert_int_equal(mock_run_now(&f->mock), 2);
    assert_result(kipc_handle_close(&f->kernel, f->first, f->handle), KIPC_OK);
    f->handle = ours;
    assert_result(unlock(f), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(one->result, KIPC_E_CLOSED);
    assert_result(two->result, KIPC_E_CLOSED);
    assert_result(write(f, KIPC_NO_WAIT), KIPC_OK);
    /* And the last handle takes the lock along. */
    struct actor *three = act(f, f->first, 1, writer);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(kipc_object_close(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(three->result, KIPC_E_CLOSED);
}

struct fairness {
    unsigned int readers;
    unsigned int writers;
    unsigned int waited_worst;
};

static struct fairness fairness;

static void read_rounds(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    for (unsigned int i = 0; i < 25000; i++) {
        assert_result(kipc_rwlock_read(&f->kernel, actor->pid, actor->handle, KIPC_FOREVER), KIPC_OK);
        fairness.readers += 1;
        assert_int_equal(fairness.writers, 0);
        if (i % 3 == 0) {
            mock_yield(&f->mock);
        }
        fairness.readers -= 1;
        f->value += 1;
        assert_result(kipc_rwlock_unlock(&f->kernel, actor->pid, actor->handle), KIPC_OK);
    }
}

static void write_rounds(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    for (unsigned int i = 0; i < 25000; i++) {
        uint64_t before = f->value;
        assert_result(kipc_rwlock_write(&f->kernel, actor->pid, actor->handle, KIPC_FOREVER), KIPC_OK);
        unsigned int passed = (unsigned int)(f->value - before);
        fairness.waited_worst = passed > fairness.waited_worst ? passed : fairness.waited_worst;
        fairness.writers += 1;
        assert_true(fairness.writers == 1 && fairness.readers == 0);
        if (i % 5 == 0) {
            mock_yield(&f->mock);
        }
        fairness.writers -= 1;
        f->value += 1;
        assert_result(kipc_rwlock_unlock(&f->kernel, actor->pid, actor->handle), KIPC_OK);
    }
}

static void test_FNG_FU_05_nobody_starves_in_1e5_rounds(void **state)
{
    struct kernel_fixture *f = *state;
    create(f, KIPC_RWLOCK_FAIR);
    fairness = (struct fairness){0};
    (void)act(f, f->first, 1, read_rounds);
    (void)act(f, f->first, 1, write_rounds);
    (void)act(f, f->first, 1, read_rounds);
    (void)act(f, f->first, 1, write_rounds);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_int_equal(f->value, 100000);
    /* A writer waits for the other writer and for a phase of readers before and after it: never for more. */
    assert_true(fairness.waited_worst >= 1 && fairness.waited_worst <= 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_FNG_FU_05_readers_share_and_writers_exclude),
        TEST(test_FNG_FU_05_fair_phases_alternate),
        TEST(test_FNG_FU_05_writers_first),
        TEST(test_FNG_FU_05_readers_first),
        TEST(test_a_writer_that_gives_up_lets_readers_in),
        TEST(test_what_a_process_holds_goes_back_when_it_ends),
        TEST(test_a_handle_that_closes_takes_its_waiters_along),
        TEST(test_FNG_FU_05_nobody_starves_in_1e5_rounds),
    };
    return cmocka_run_group_tests_name("rwlock", tests, NULL, NULL);
}
