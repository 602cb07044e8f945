/* SPDX-License-Identifier: MIT */
#include "kernel_fixture.h"

static kipc_handle_t create(struct kernel_fixture *f, enum kipc_event_kind kind)
{
    kipc_handle_t handle;
    assert_result(kipc_event_create(&f->kernel, f->first, kind, KIPC_WAIT_FIFO, &handle), KIPC_OK);
    return handle;
}

static int signal(struct kernel_fixture *f, kipc_handle_t handle)
{
    return kipc_event_signal(&f->kernel, f->first, handle, 0);
}

static int wait(struct kernel_fixture *f, kipc_handle_t handle, uint64_t deadline)
{
    return kipc_event_wait(&f->kernel, f->first, handle, deadline, NULL);
}

static int waiters(struct kernel_fixture *f, kipc_handle_t handle)
{
    return kipc_event_waiters(&f->kernel, f->first, handle, NULL, 0);
}

static void wait_and_note(struct actor *actor)
{
    struct kipc_event_signal given = {0};
    actor->result = kipc_event_wait(&actor->fixture->kernel, actor->pid, actor->handle, actor->deadline, &given);
    actor->number = given.data;
    note(actor, actor->thread);
}

static void three_waiters(struct kernel_fixture *f, kipc_handle_t handle)
{
    f->handle = handle;
    for (unsigned int i = 0; i < 3; i++) {
        (void)act(f, f->first, 1, wait_and_note);
    }
    (void)mock_run_now(&f->mock);
    assert_int_equal(waiters(f, handle), 3);
}

static void test_MOS_EV_01_manual_reset(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t event = create(f, KIPC_EVENT_MANUAL);
    three_waiters(f, event);
    assert_result(signal(f, event), 3);
    assert_int_equal(mock_run_now(&f->mock), 0);
    for (unsigned int i = 0; i < 3; i++) {
        assert_result(wait(f, event, KIPC_NO_WAIT), KIPC_OK);
    }
    assert_result(kipc_event_reset(&f->kernel, f->first, event), KIPC_OK);
    assert_result(wait(f, event, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
}

static void test_MOS_EV_02_auto_reset(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t event = create(f, KIPC_EVENT_AUTO);
    three_waiters(f, event);
    assert_result(signal(f, event), 1);
    assert_result(wait(f, event, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    assert_int_equal(mock_run_now(&f->mock), 2);
    assert_order(f, 1);
    assert_result(signal(f, event), 1);
    assert_result(signal(f, event), 1);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(signal(f, event), 0);
    assert_result(signal(f, event), 0);
    assert_result(wait(f, event, KIPC_NO_WAIT), KIPC_OK);
    assert_result(wait(f, event, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
}

static void test_MOS_EV_03_broadcast(void **state)
{
    struct kernel_fixture *f = *state;
    static const enum kipc_event_kind kinds[] = {KIPC_EVENT_MANUAL, KIPC_EVENT_AUTO};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        kipc_handle_t event = create(f, kinds[i]);
        three_waiters(f, event);
        assert_result(kipc_event_broadcast(&f->kernel, f->first, event, 5), 3);
        assert_int_equal(mock_run_now(&f->mock), 0);
        assert_result(wait(f, event, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
        assert_int_equal(f->actors[3 * i + 1].number, 5);
        assert_int_equal(f->actors[3 * i + 3].number, 5);
    }
}

static void test_MOS_EV_04_pulse(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t manual = create(f, KIPC_EVENT_MANUAL);
    three_waiters(f, manual);
    assert_result(kipc_event_pulse(&f->kernel, f->first, manual, 0), 3);
    assert_result(wait(f, manual, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    assert_result(kipc_event_pulse(&f->kernel, f->first, manual, 0), 0);
    assert_result(wait(f, manual, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    kipc_handle_t automatic = create(f, KIPC_EVENT_AUTO);
    three_waiters(f, automatic);
    assert_result(kipc_event_pulse(&f->kernel, f->first, automatic, 0), 1);
    assert_int_equal(waiters(f, automatic), 2);
    assert_result(kipc_event_broadcast(&f->kernel, f->first, automatic, 0), 2);
    assert_result(signal(f, automatic), 0);
    assert_result(kipc_event_pulse(&f->kernel, f->first, automatic, 0), 0); /* and it clears what was set */
    assert_result(wait(f, automatic, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
}

static void test_MOS_EV_05_named_and_unnamed(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_kernel *kernel = &f->kernel;
    kipc_handle_t ours = create(f, KIPC_EVENT_AUTO);
    kipc_handle_t theirs;
    uint32_t our_id;
    uint32_t their_id;
    assert_result(kipc_object_open(kernel, f->second, KIPC_TABLE_EVENT, "ready", KIPC_RIGHT_RECEIVE, &theirs),
                  KIPC_E_NOTFOUND);
    assert_result(kipc_object_set_name(kernel, f->first, ours, "ready", KIPC_RIGHT_SEND | KIPC_RIGHT_RECEIVE), KIPC_OK);
    assert_result(kipc_object_open(kernel, f->second, KIPC_TABLE_EVENT, "ready", KIPC_RIGHT_RECEIVE, &theirs), KIPC_OK);
    assert_result(kipc_object_id(kernel, f->first, ours, &our_id), KIPC_OK);
    assert_result(kipc_object_id(kernel, f->second, theirs, &their_id), KIPC_OK);
    assert_int_equal(our_id, their_id);
    assert_result(kipc_handle_close(kernel, f->first, ours), KIPC_OK);
    assert_result(kipc_handle_close(kernel, f->second, theirs), KIPC_OK);
    assert_int_equal(live(f, KIPC_TABLE_EVENT), 1); /* the name keeps it */
    assert_result(kipc_object_unlink(kernel, f->second, KIPC_TABLE_EVENT, "ready"), KIPC_E_ACCES);
    assert_result(kipc_object_unlink(kernel, f->first, KIPC_TABLE_EVENT, "ready"), KIPC_OK);
    assert_int_equal(live(f, KIPC_TABLE_EVENT), 0);
    assert_result(kipc_object_unlink(kernel, f->first, KIPC_TABLE_EVENT, "ready"), KIPC_E_NOTFOUND);
    (void)create(f, KIPC_EVENT_AUTO);
    assert_result(kipc_object_open(kernel, f->first, KIPC_TABLE_EVENT, "", KIPC_RIGHT_RECEIVE, &theirs), KIPC_E_INVAL);
}

static void wait_any(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    struct kipc_event_signal given = {0};
    kipc_handle_t handles[KIPC_CFG_WAIT_MANY_MAX];
    for (uint32_t i = 0; i < KIPC_CFG_WAIT_MANY_MAX; i++) {
        handles[i] = f->handle + i; /* ids of a fresh table follow each other */
    }
    actor->result =
        kipc_event_wait_any(&f->kernel, actor->pid, handles, KIPC_CFG_WAIT_MANY_MAX, actor->deadline, &given);
    actor->number = given.data;
    note(actor, actor->thread);
}

static void wait_all(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    kipc_handle_t handles[KIPC_CFG_WAIT_MANY_MAX];
    for (uint32_t i = 0; i < KIPC_CFG_WAIT_MANY_MAX; i++) {
        handles[i] = f->handle + i;
    }
    actor->result = kipc_event_wait_all(&f->kernel, actor->pid, handles, KIPC_CFG_WAIT_MANY_MAX, actor->deadline);
    note(actor, actor->thread);
}

static void create_eight(struct kernel_fixture *f)
{
    f->handle = create(f, KIPC_EVENT_AUTO);
    for (uint32_t i = 1; i < KIPC_CFG_WAIT_MANY_MAX; i++) {
        assert_int_equal(create(f, KIPC_EVENT_AUTO), f->handle + i);
    }
}

static void test_MOS_EV_06_wait_any(void **state)
{
    struct kernel_fixture *f = *state;
    create_eight(f);
    assert_result(kipc_event_signal(&f->kernel, f->first, f->handle + 5, 55), 0);
    assert_result(kipc_event_signal(&f->kernel, f->first, f->handle + 2, 22), 0);
    struct actor *actor = act(f, f->first, 1, wait_any);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, 2);
    assert_int_equal(actor->number, 22);
    assert_result(wait(f, f->handle + 2, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    assert_result(wait(f, f->handle + 5, KIPC_NO_WAIT), KIPC_OK); /* the other one was not consumed */
    actor = act(f, f->first, 1, wait_any);
    assert_int_equal(mock_run_now(&f->mock), 1);
    for (uint32_t i = 0; i < KIPC_CFG_WAIT_MANY_MAX; i++) {
        assert_int_equal(waiters(f, f->handle + i), 1);
    }
    assert_result(kipc_event_signal(&f->kernel, f->first, f->handle + 7, 77), 1);
    for (uint32_t i = 0; i < KIPC_CFG_WAIT_MANY_MAX; i++) {
        assert_int_equal(waiters(f, f->handle + i), 0);
    }
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, 7);
    assert_int_equal(actor->number, 77);
}

static void test_MOS_EV_07_wait_all(void **state)
{
    struct kernel_fixture *f = *state;
    create_eight(f);
    struct actor *actor = act(f, f->first, 1, wait_all);
    assert_int_equal(mock_run_now(&f->mock), 1);
    for (uint32_t i = 0; i + 1 < KIPC_CFG_WAIT_MANY_MAX; i++) {
        assert_result(signal(f, f->handle + i), 0);
    }
    /* One that waits for a single event may take it from under the one that waits for all. */
    assert_result(wait(f, f->handle + 3, KIPC_NO_WAIT), KIPC_OK);
    assert_result(signal(f, f->handle + 7), 0);
    assert_result(signal(f, f->handle + 3), 1);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_OK);
    for (uint32_t i = 0; i < KIPC_CFG_WAIT_MANY_MAX; i++) {
        assert_result(wait(f, f->handle + i, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
        assert_result(signal(f, f->handle + i), 0);
    }
    actor = act(f, f->first, 1, wait_all); /* at once */
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_OK);
    /* On time-out none is consumed. */
    assert_result(signal(f, f->handle + 1), 0);
    actor = act(f, f->first, 1, wait_all);
    actor->deadline = f->mock.now + 3;
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(actor->result, KIPC_E_TIMEDOUT);
    assert_result(wait(f, f->handle, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    assert_result(wait(f, f->handle + 1, KIPC_NO_WAIT), KIPC_OK);
}

static void test_MOS_EV_08_time_out(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t event = create(f, KIPC_EVENT_AUTO);
    assert_result(wait(f, event, f->mock.now + 9), KIPC_E_TIMEDOUT);
    assert_int_equal(waiters(f, event), 0);
    create_eight(f);
    struct actor *actor = act(f, f->first, 1, wait_any);
    actor->deadline = f->mock.now + 4;
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(actor->result, KIPC_E_TIMEDOUT);
    for (uint32_t i = 0; i < KIPC_CFG_WAIT_MANY_MAX; i++) {
        assert_int_equal(waiters(f, f->handle + i), 0);
    }
}

static void test_MOS_EV_09_the_list_of_waiters_is_true(void **state)
{
    struct kernel_fixture *f = *state;
    struct random_numbers random = {.state = 99};
    f->handle = create(f, KIPC_EVENT_AUTO);
    bool is_blocked[MOCK_ACTORS_MAX] = {false};
    for (unsigned int i = 0; i < 12; i++) {
        (void)act(f, f->first, 1, wait_and_note);
        is_blocked[i + 1] = true;
    }
    for (unsigned int left = 12; left > 0; left--) {
        (void)mock_run_now(&f->mock);
        uint32_t threads[MOCK_ACTORS_MAX];
        assert_int_equal(kipc_event_waiters(&f->kernel, f->first, f->handle, threads, MOCK_ACTORS_MAX), left);
        for (unsigned int i = 0; i < left; i++) {
            assert_true(is_blocked[threads[i]]);
            assert_true(i == 0 || threads[i] > threads[i - 1]); /* each once, in order of arrival */
        }
        uint32_t victim = threads[random_next(&random) % left];
        switch (random_next(&random) % 3) {
        case 0:
            victim = threads[0];
            assert_result(signal(f, f->handle), 1);
            break;
        case 1:
            assert_result(kipc_thread_cancel(&f->kernel, victim), KIPC_OK);
            break;
        default:
            assert_result(kipc_thread_detach(&f->kernel, victim), KIPC_OK);
            break;
        }
        is_blocked[victim] = false;
    }
    assert_int_equal(kipc_event_waiters(&f->kernel, f->first, f->handle, NULL, 1), KIPC_E_INVAL);
}

static void test_MOS_EV_10_data_sender_and_count(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_event_signal given;
    kipc_handle_t event = create(f, KIPC_EVENT_AUTO);
    kipc_handle_t theirs;
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, event, f->second, KIPC_RIGHT_SEND, &theirs), KIPC_OK);
    assert_result(kipc_event_signal(&f->kernel, f->first, event, 1), 0);
    assert_result(kipc_event_signal(&f->kernel, f->first, event, 2), 0);
    assert_result(kipc_event_signal(&f->kernel, f->second, theirs, UINT64_MAX), 0);
    assert_result(kipc_event_wait(&f->kernel, f->first, event, KIPC_NO_WAIT, &given), KIPC_OK);
    assert_true(given.data == UINT64_MAX && given.sender == f->second && given.count == 3);
    assert_result(kipc_event_signal(&f->kernel, f->first, event, 7), 0);
    assert_result(kipc_event_wait(&f->kernel, f->first, event, KIPC_NO_WAIT, &given), KIPC_OK);
    assert_true(given.data == 7 && given.sender == f->first && given.count == 1);
    /* A pulse counts for who waits then; what is cleared with it comes to nobody later. */
    assert_result(kipc_event_signal(&f->kernel, f->first, event, 8), 0);
    assert_result(kipc_event_pulse(&f->kernel, f->first, event, 9), 0);
    assert_result(kipc_event_signal(&f->kernel, f->first, event, 10), 0);
    assert_result(kipc_event_wait(&f->kernel, f->first, event, KIPC_NO_WAIT, &given), KIPC_OK);
    assert_true(given.data == 10 && given.count == 1);
    f->handle = event;
    struct actor *actor = act(f, f->first, 1, wait_and_note);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(kipc_event_signal(&f->kernel, f->second, theirs, 0xABCDEF0123456789), 1);
    assert_result(kipc_event_signal(&f->kernel, f->second, theirs, 1), 0); /* not for the one that was let go */
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_true(actor->number == 0xABCDEF0123456789);
}

static void test_several_handles_are_checked_before_the_wait(void **state)
{
    struct kernel_fixture *f = *state;
    create_eight(f);
    struct kipc_kernel *kernel = &f->kernel;
    kipc_handle_t same;
    assert_result(kipc_handle_duplicate(kernel, f->first, f->handle, f->first, KIPC_RIGHT_RECEIVE, &same), KIPC_OK);
    const kipc_handle_t twice[] = {f->handle, f->handle + 1, same};
    const kipc_handle_t stale[] = {f->handle, 0xFFFF0001};
    assert_result(kipc_event_wait_any(kernel, f->first, twice, 3, KIPC_FOREVER, NULL), KIPC_E_INVAL);
    assert_result(kipc_event_wait_all(kernel, f->first, stale, 2, KIPC_FOREVER), KIPC_E_BADF);
    assert_result(kipc_event_wait_any(kernel, f->first, NULL, 1, KIPC_FOREVER, NULL), KIPC_E_INVAL);
    assert_result(kipc_event_wait_any(kernel, f->first, twice, 0, KIPC_FOREVER, NULL), KIPC_E_INVAL);
    assert_result(kipc_event_wait_any(kernel, f->first, twice, KIPC_CFG_WAIT_MANY_MAX + 1, KIPC_FOREVER, NULL),
                  KIPC_E_INVAL);
    assert_int_equal(waiters(f, f->handle), 0);
}

static void test_one_of_several_events_may_go(void **state)
{
    struct kernel_fixture *f = *state;
    create_eight(f);
    struct actor *actor = act(f, f->first, 1, wait_all);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(kipc_handle_close(&f->kernel, f->first, f->handle + 4), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_E_CLOSED);
    assert_int_equal(waiters(f, f->handle), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_MOS_EV_01_manual_reset),
        TEST(test_MOS_EV_02_auto_reset),
        TEST(test_MOS_EV_03_broadcast),
        TEST(test_MOS_EV_04_pulse),
        TEST(test_MOS_EV_05_named_and_unnamed),
        TEST(test_MOS_EV_06_wait_any),
        TEST(test_MOS_EV_07_wait_all),
        TEST(test_MOS_EV_08_time_out),
        TEST(test_MOS_EV_09_the_list_of_waiters_is_true),
        TEST(test_MOS_EV_10_data_sender_and_count),
        TEST(test_several_handles_are_checked_before_the_wait),
        TEST(test_one_of_several_events_may_go),
    };
    return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
