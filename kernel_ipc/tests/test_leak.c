/* SPDX-License-Identifier: MIT */
/* What a process leaves behind, and that the gate of the fixtures sees it. */
#include "channel_fixture.h"
#include <kipc/leak.h>
#include <kipc/topic.h>

#define LEAKS_MAX 32u
/* A function of the test is no longer than this. */
#define FUNCTION_BYTES 8192u

struct exit_view {
    struct kernel_fixture *f;
    struct kipc_leak leaks[LEAKS_MAX];
    int count;
};

static void look_at_exit(void *context, kipc_pid_t pid)
{
    struct exit_view *view = context;
    view->count = kipc_leaks(&view->f->kernel, pid, view->leaks, LEAKS_MAX);
}

static __attribute__((noinline)) void make_semaphore_here(struct kernel_fixture *f)
{
    kipc_handle_t handle;
    assert_result(kipc_semaphore_create(&f->kernel, f->second, 0, 1, KIPC_WAIT_FIFO, &handle), KIPC_OK);
}

static __attribute__((noinline)) void make_channel_there(struct kernel_fixture *f, kipc_handle_t *ends)
{
    struct kipc_channel_config config = channel_config(2);
    assert_result(kipc_channel_create(&f->kernel, f->second, &config, ends), KIPC_OK);
}

static void assert_site(const struct kipc_leak *leak, uintptr_t function)
{
#ifdef KIPC_DEBUG
    uintptr_t site = (uintptr_t)leak->site;
    assert_true(site > function && site - function < FUNCTION_BYTES);
#else
    assert_null(leak->site);
    (void)function;
#endif
}

static void test_MOS_SE_08_what_is_left_at_exit_and_who_made_it(void **state)
{
    struct kernel_fixture *f = *state;
    struct exit_view view = {.f = f};
    struct kipc_exit_hook hook = {.run = look_at_exit, .context = &view};
    kipc_handle_t ends[2];
    assert_result(kipc_kernel_add_exit_hook(&f->kernel, &hook), KIPC_OK);
    make_semaphore_here(f);
    make_channel_there(f, ends);
    make_semaphore_here(f);
    assert_int_equal(kipc_leaks(&f->kernel, f->second, NULL, 0), 4);
    assert_int_equal(kipc_leaks(&f->kernel, f->first, NULL, 0), 0);
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_OK);
    assert_int_equal(view.count, 4);
    assert_int_equal(view.leaks[0].table, KIPC_TABLE_SEMAPHORE);
    assert_int_equal(view.leaks[1].table, KIPC_TABLE_SEMAPHORE);
    assert_int_equal(view.leaks[2].table, KIPC_TABLE_CHANNEL);
    assert_int_equal(view.leaks[3].table, KIPC_TABLE_CHANNEL);
    assert_int_not_equal(view.leaks[2].id, view.leaks[3].id);
    for (uint32_t i = 0; i < 4; i++) {
        assert_site(&view.leaks[i], i < 2 ? (uintptr_t)make_semaphore_here : (uintptr_t)make_channel_there);
    }
#ifdef KIPC_DEBUG
    assert_ptr_equal(view.leaks[0].site, view.leaks[1].site);
    assert_ptr_not_equal(view.leaks[0].site, view.leaks[2].site);
#endif
    assert_int_equal(kipc_leaks(&f->kernel, f->second, view.leaks, LEAKS_MAX), 0); /* the clean-up is complete */
    f->kernel.exit_hooks = NULL; /* the hook ends with this function */
}

static void test_MOS_SE_08_what_others_hold_is_no_leak_of_the_clean_up(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_leak leak;
    kipc_handle_t ends[2];
    kipc_handle_t theirs;
    make_channel_there(f, ends);
    assert_result(kipc_handle_duplicate(&f->kernel, f->second, ends[0], f->first, KIPC_RIGHTS, &theirs), KIPC_OK);
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_OK);
    assert_int_equal(kipc_leaks(&f->kernel, f->second, &leak, 1), 1);
    assert_int_equal(leak.table, KIPC_TABLE_CHANNEL);
    assert_result(kipc_handle_close(&f->kernel, f->first, theirs), KIPC_OK);
    assert_int_equal(kipc_leaks(&f->kernel, f->second, NULL, 0), 0);
}

static void test_MOS_SE_08_arguments(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_kernel kernel = {0};
    assert_result(kipc_leaks(&f->kernel, f->first, NULL, 1), KIPC_E_INVAL);
    assert_result(kipc_leaks(&kernel, f->first, NULL, 0), KIPC_E_STATE);
}

/* Live objects of each class, and back: the tear-down of the fixtures asserts the same after every test. */
static void test_MOS_KN_01_counts_come_back(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_kernel *k = &f->kernel;
    struct kipc_counts before;
    struct kipc_counts now;
    kipc_handle_t made[KIPC_TABLE_COUNT] = {0};
    struct kipc_channel_config channel = channel_config(2);
    const struct kipc_topic_config topic = {.message_max = 64, .history = 1};
    const struct kipc_subscription_config subscription = {.capacity = 2};
    kipc_handle_t ends[2];
    assert_result(kipc_counts(k, &before), KIPC_OK);
    assert_result(kipc_semaphore_create(k, f->first, 0, 1, KIPC_WAIT_FIFO, &made[KIPC_TABLE_SEMAPHORE]), KIPC_OK);
    assert_result(kipc_mutex_create(k, f->first, false, KIPC_WAIT_FIFO, &made[KIPC_TABLE_MUTEX]), KIPC_OK);
    assert_result(kipc_condition_create(k, f->first, KIPC_WAIT_FIFO, &made[KIPC_TABLE_CONDITION]), KIPC_OK);
    assert_result(kipc_rwlock_create(k, f->first, KIPC_RWLOCK_FAIR, KIPC_WAIT_FIFO, &made[KIPC_TABLE_RWLOCK]), KIPC_OK);
    assert_result(kipc_event_create(k, f->first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &made[KIPC_TABLE_EVENT]), KIPC_OK);
    assert_result(kipc_notification_create(k, f->first, KIPC_WAIT_FIFO, &made[KIPC_TABLE_NOTIFICATION]), KIPC_OK);
    assert_result(kipc_channel_create(k, f->first, &channel, ends), KIPC_OK);
    assert_result(kipc_topic_create(k, f->first, &topic, &made[KIPC_TABLE_TOPIC]), KIPC_OK);
    assert_result(
        kipc_topic_subscribe(k, f->first, made[KIPC_TABLE_TOPIC], &subscription, &made[KIPC_TABLE_SUBSCRIPTION]),
        KIPC_OK);
    assert_result(kipc_counts(k, &now), KIPC_OK);
    assert_int_equal(now.used[KIPC_TABLE_HANDLE], before.used[KIPC_TABLE_HANDLE] + 10);
    assert_int_equal(now.used[KIPC_TABLE_CHANNEL], 2);
    for (unsigned int i = KIPC_TABLE_FIRST_OBJECT; i < KIPC_TABLE_COUNT; i++) {
        if (made[i] != KIPC_NO_ID) {
            assert_int_equal(now.used[i], before.used[i] + 1);
            assert_result(kipc_handle_close(k, f->first, made[i]), KIPC_OK);
        }
    }
    assert_result(kipc_handle_close(k, f->first, ends[0]), KIPC_OK);
    assert_result(kipc_handle_close(k, f->first, ends[1]), KIPC_OK);
    assert_result(kipc_counts(k, &now), KIPC_OK);
    assert_memory_equal(now.used, before.used, sizeof(now.used));
    assert_int_equal(now.blocks_used, before.blocks_used);
    assert_int_equal(now.blocks_reserved, before.blocks_reserved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_MOS_SE_08_what_is_left_at_exit_and_who_made_it, kernel_fixture_set_up,
                                        kernel_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_MOS_SE_08_what_others_hold_is_no_leak_of_the_clean_up,
                                        kernel_fixture_set_up, kernel_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_MOS_SE_08_arguments, kernel_fixture_set_up, kernel_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_MOS_KN_01_counts_come_back, kernel_fixture_set_up,
                                        kernel_fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
