/* SPDX-License-Identifier: MIT */
/* Set-up, processes and threads. Handles and names are in test_handle.c. */
#include "kernel_fixture.h"
#include <kipc/channel.h>

/* Classes up to here are made alone, one object at a time; those of messages have tests of their own for their limits.
 */
#define TABLES_OF_SINGLE_OBJECTS KIPC_TABLE_CHANNEL

static void test_MOS_KN_08_set_up_and_order(void **state)
{
    (void)state;
    struct mock_scheduler mock;
    mock_set_up(&mock);
    struct kipc_kernel kernel = {0};
    struct kipc_limits limits = kipc_limits_soc();
    struct kipc_counts counts;
    struct kipc_process_config config = kipc_process_config_default();
    kipc_pid_t pid;
    kipc_handle_t handle;
    size_t bytes = kipc_kernel_bytes(&limits);
    void *memory = aligned_memory(bytes);
    assert_result(kipc_counts(&kernel, &counts), KIPC_E_STATE);
    assert_result(kipc_process_register(&kernel, &config, &pid), KIPC_E_STATE);
    assert_result(kipc_semaphore_create(&kernel, 1, 0, 1, KIPC_WAIT_FIFO, &handle), KIPC_E_STATE);
    assert_result(kipc_kernel_tear_down(&kernel), KIPC_E_STATE);
    assert_result(kipc_handle_close(&kernel, 1, 1), KIPC_E_STATE);
    assert_result(kipc_thread_attach(&kernel, 1, 0, 0), KIPC_E_STATE);
    assert_result(kipc_kernel_set_up(&kernel, &mock.port, &mock.scheduler, &limits, memory, bytes - 1), KIPC_E_NOSPC);
    assert_result(kipc_kernel_set_up(&kernel, &mock.port, &mock.scheduler, &limits, (uint8_t *)memory + 8, bytes),
                  KIPC_E_INVAL);
    assert_result(kipc_kernel_set_up(&kernel, NULL, &mock.scheduler, &limits, memory, bytes), KIPC_E_INVAL);
    assert_result(kipc_kernel_set_up(&kernel, &mock.port, NULL, &limits, memory, bytes), KIPC_E_INVAL);
    assert_result(kipc_kernel_set_up(&kernel, &mock.port, &mock.scheduler, NULL, memory, bytes), KIPC_E_INVAL);
    assert_result(kipc_kernel_set_up(&kernel, &mock.port, &mock.scheduler, &limits, NULL, bytes), KIPC_E_INVAL);
    assert_result(kipc_kernel_set_up(&kernel, &mock.port, &mock.scheduler, &limits, memory, bytes), KIPC_OK);
    assert_result(kipc_process_register(&kernel, &config, &pid), KIPC_OK);
    assert_result(kipc_kernel_set_up(&kernel, &mock.port, &mock.scheduler, &limits, memory, bytes), KIPC_E_ALREADY);
    assert_result(kipc_counts(&kernel, &counts), KIPC_OK);
    assert_int_equal(counts.used[KIPC_TABLE_PROCESS], 1); /* the second call changed nothing */
    assert_result(kipc_kernel_tear_down(&kernel), KIPC_E_BUSY);
    assert_result(kipc_process_exit(&kernel, pid), KIPC_OK);
    assert_result(kipc_kernel_tear_down(&kernel), KIPC_OK);
    assert_result(kipc_process_register(&kernel, &config, &pid), KIPC_E_STATE);
    aligned_memory_free(memory);
    mock_tear_down(&mock);
}

static void test_limits_are_checked(void **state)
{
    (void)state;
    struct kipc_limits limits = kipc_limits_host();
    assert_true(kipc_kernel_bytes(&limits) > 0);
    assert_int_equal(kipc_kernel_bytes(NULL), 0);
    for (unsigned int i = 0; i < KIPC_TABLE_COUNT; i++) {
        limits = kipc_limits_soc();
        limits.tables[i] = 0;
        assert_int_equal(kipc_kernel_bytes(&limits), 0);
        limits.tables[i] = KIPC_TABLE_ENTRIES_MAX;
        assert_true(kipc_kernel_bytes(&limits) > 0);
        limits.tables[i] = KIPC_TABLE_ENTRIES_MAX + 1;
        assert_int_equal(kipc_kernel_bytes(&limits), 0);
    }
    limits = kipc_limits_soc();
    limits.threads = 0;
    assert_int_equal(kipc_kernel_bytes(&limits), 0);
    limits = kipc_limits_soc();
    limits.blocks = 0;
    assert_int_equal(kipc_kernel_bytes(&limits), 0);
    limits = kipc_limits_soc();
    limits.requests = 0;
    assert_int_equal(kipc_kernel_bytes(&limits), 0);
}

static int create_object(struct kipc_kernel *kernel, kipc_pid_t pid, enum kipc_table_id table, kipc_handle_t *handle)
{
    switch (table) {
    case KIPC_TABLE_SEMAPHORE:
        return kipc_semaphore_create(kernel, pid, 0, 1, KIPC_WAIT_FIFO, handle);
    case KIPC_TABLE_MUTEX:
        return kipc_mutex_create(kernel, pid, false, KIPC_WAIT_FIFO, handle);
    case KIPC_TABLE_CONDITION:
        return kipc_condition_create(kernel, pid, KIPC_WAIT_FIFO, handle);
    case KIPC_TABLE_RWLOCK:
        return kipc_rwlock_create(kernel, pid, KIPC_RWLOCK_FAIR, KIPC_WAIT_FIFO, handle);
    case KIPC_TABLE_EVENT:
        return kipc_event_create(kernel, pid, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, handle);
    case KIPC_TABLE_NOTIFICATION:
        return kipc_notification_create(kernel, pid, KIPC_WAIT_FIFO, handle);
    default:
        return KIPC_E_NOSYS;
    }
}

/* A kernel with two entries in every table: each limit is reached, refused with its code, and nothing else breaks. */
static void test_MOS_ER_04_every_limit_lowered_to_two_is_reached(void **state)
{
    (void)state;
    struct mock_scheduler mock;
    mock_set_up(&mock);
    struct kipc_kernel kernel = {0};
    struct kipc_limits limits = kipc_limits_soc();
    for (unsigned int i = 0; i < KIPC_TABLE_COUNT; i++) {
        limits.tables[i] = 2;
    }
    size_t bytes = kipc_kernel_bytes(&limits);
    void *memory = aligned_memory(bytes);
    struct kipc_process_config config = kipc_process_config_default();
    kipc_pid_t pids[3];
    kipc_handle_t handles[3];
    assert_result(kipc_kernel_set_up(&kernel, &mock.port, &mock.scheduler, &limits, memory, bytes), KIPC_OK);
    assert_result(kipc_process_register(&kernel, &config, &pids[0]), KIPC_OK);
    assert_result(kipc_process_register(&kernel, &config, &pids[1]), KIPC_OK);
    assert_result(kipc_process_register(&kernel, &config, &pids[2]), KIPC_E_NOSPC);
    for (unsigned int table = KIPC_TABLE_FIRST_OBJECT; table < TABLES_OF_SINGLE_OBJECTS; table++) {
        enum kipc_table_id id = (enum kipc_table_id)table;
        assert_result(create_object(&kernel, pids[0], id, &handles[0]), KIPC_OK);
        assert_result(create_object(&kernel, pids[0], id, &handles[1]), KIPC_OK);
        assert_result(create_object(&kernel, pids[1], id, &handles[2]), KIPC_E_NOSPC); /* no object */
        assert_result(kipc_handle_close(&kernel, pids[0], handles[1]), KIPC_OK);
        kipc_handle_t further;
        assert_result(kipc_handle_duplicate(&kernel, pids[0], handles[0], pids[0], KIPC_RIGHTS, &further), KIPC_OK);
        assert_result(create_object(&kernel, pids[1], id, &handles[2]), KIPC_E_NOSPC); /* no handle */
        assert_int_equal(kernel.tables[table].used, 1);
        assert_int_equal(kernel.tables[table].peak, 2);
        assert_result(kipc_handle_close(&kernel, pids[0], handles[0]), KIPC_OK);
        assert_result(kipc_handle_close(&kernel, pids[0], further), KIPC_OK);
        assert_int_equal(kernel.tables[table].used, 0);
    }
    assert_result(kipc_process_exit(&kernel, pids[0]), KIPC_OK);
    assert_result(kipc_process_exit(&kernel, pids[1]), KIPC_OK);
    assert_result(kipc_kernel_tear_down(&kernel), KIPC_OK);
    aligned_memory_free(memory);
    mock_tear_down(&mock);
}

static void test_two_kernels_in_one_program(void **state)
{
    struct kernel_fixture *f = *state;
    void *other_state = NULL;
    assert_int_equal(kernel_fixture_set_up(&other_state), 0);
    struct kernel_fixture *g = other_state;
    kipc_handle_t ours;
    kipc_handle_t theirs;
    assert_result(kipc_semaphore_create(&f->kernel, f->first, 1, 1, KIPC_WAIT_FIFO, &ours), KIPC_OK);
    assert_result(kipc_semaphore_create(&g->kernel, g->first, 0, 1, KIPC_WAIT_FIFO, &theirs), KIPC_OK);
    assert_int_equal(ours, theirs); /* equal names, different objects */
    assert_result(kipc_object_set_name(&f->kernel, f->first, ours, "it", KIPC_RIGHT_SEND), KIPC_OK);
    kipc_handle_t handle;
    assert_result(kipc_object_open(&g->kernel, g->first, KIPC_TABLE_SEMAPHORE, "it", KIPC_RIGHT_SEND, &handle),
                  KIPC_E_NOTFOUND);
    assert_result(kipc_semaphore_wait(&g->kernel, g->first, theirs, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    assert_result(kipc_semaphore_wait(&f->kernel, f->first, ours, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_object_unlink(&f->kernel, f->first, KIPC_TABLE_SEMAPHORE, "it"), KIPC_OK);
    assert_int_equal(kernel_fixture_tear_down(&other_state), 0);
    assert_int_equal(live(f, KIPC_TABLE_SEMAPHORE), 1);
}

static void test_MOS_KN_04_FNG_ER_08_VER_ER_07_unregistered_processes_are_refused(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t handle;
    static const kipc_pid_t strange[] = {KIPC_NO_ID, 99, 0x10001, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(strange); i++) {
        for (unsigned int table = KIPC_TABLE_FIRST_OBJECT; table < TABLES_OF_SINGLE_OBJECTS; table++) {
            assert_result(create_object(&f->kernel, strange[i], (enum kipc_table_id)table, &handle), KIPC_E_SRCH);
        }
        assert_result(kipc_process_exit(&f->kernel, strange[i]), KIPC_E_SRCH);
        assert_result(kipc_handle_close(&f->kernel, strange[i], 1), KIPC_E_SRCH);
        assert_result(kipc_thread_attach(&f->kernel, strange[i], 9, 0), KIPC_E_SRCH);
    }
    for (unsigned int table = KIPC_TABLE_FIRST_OBJECT; table < TABLES_OF_SINGLE_OBJECTS; table++) {
        assert_result(create_object(&f->kernel, f->second, (enum kipc_table_id)table, &handle), KIPC_OK);
    }
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_OK);
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_E_SRCH);
    for (unsigned int table = KIPC_TABLE_FIRST_OBJECT; table < TABLES_OF_SINGLE_OBJECTS; table++) {
        assert_int_equal(live(f, (enum kipc_table_id)table), 0);
    }
    assert_int_equal(live(f, KIPC_TABLE_HANDLE), 0);
}

/* What nobody sets must not come from whatever lay there before. */
static void test_a_default_process_is_nobody_in_particular(void **state)
{
    (void)state;
    struct kipc_process_config config;
    memset(&config, 0xFF, sizeof(config));
    config = kipc_process_config_default();
    assert_int_equal(config.user, 0);
    assert_int_equal(config.group, 0);
    assert_int_equal(config.denied, 0);
    for (unsigned int i = 0; i < KIPC_QUOTA_COUNT; i++) {
        assert_int_equal(config.limits[i], KIPC_QUOTA_UNLIMITED);
    }
}

static void test_a_thread_of_another_process_may_not_wait(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t handle;
    assert_result(kipc_semaphore_create(&f->kernel, f->second, 1, 1, KIPC_WAIT_FIFO, &handle), KIPC_OK);
    assert_result(kipc_semaphore_wait(&f->kernel, f->second, handle, KIPC_NO_WAIT), KIPC_E_SRCH);
    assert_result(kipc_semaphore_post(&f->kernel, f->second, handle), KIPC_E_OVERFLOW); /* that needs no thread */
}

/* The port says who calls: one whose numbers go further than the kernel's table is kept out on every way. */
static void test_a_thread_beyond_the_table_is_nobody(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = kipc_channel_config_default();
    const struct kipc_channel_message message = {.length = 0};
    kipc_handle_t ends[2];
    uint32_t count = f->kernel.thread_count;
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), KIPC_OK);
    assert_result(kipc_channel_send(&f->kernel, f->first, ends[0], &message, KIPC_NO_WAIT), KIPC_OK);
    f->kernel.thread_count = 0; /* number 0 is the first that there is none of */
    assert_result(kipc_channel_send(&f->kernel, f->first, ends[0], &message, KIPC_NO_WAIT), KIPC_E_SRCH);
    assert_result(kipc_channel_receive(&f->kernel, f->first, ends[1], NULL, 0, NULL, KIPC_NO_WAIT), KIPC_E_SRCH);
    f->kernel.thread_count = count;
    assert_result(kipc_channel_receive(&f->kernel, f->first, ends[1], NULL, 0, NULL, KIPC_NO_WAIT), 0);
    assert_result(kipc_channel_receive(&f->kernel, f->first, ends[1], NULL, 0, NULL, KIPC_NO_WAIT), KIPC_E_EMPTY);
}

static void test_threads(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_kernel *kernel = &f->kernel;
    assert_result(kipc_thread_attach(kernel, f->first, 0, 1), KIPC_E_BUSY);
    assert_result(kipc_thread_attach(kernel, f->second, 0, 1), KIPC_E_BUSY);
    assert_result(kipc_thread_attach(kernel, f->first, kernel->thread_count, 1), KIPC_E_RANGE);
    assert_result(kipc_thread_attach(kernel, f->first, kernel->thread_count - 1, 7), KIPC_OK);
    assert_int_equal(kipc_thread_priority(kernel, kernel->thread_count - 1), 7);
    assert_result(kipc_thread_set_priority(kernel, kernel->thread_count - 1, 9), KIPC_OK);
    assert_int_equal(kipc_thread_priority(kernel, kernel->thread_count - 1), 9);
    assert_result(kipc_thread_detach(kernel, kernel->thread_count - 1), KIPC_OK);
    static const uint32_t unknown[] = {5, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(unknown); i++) {
        assert_result(kipc_thread_detach(kernel, unknown[i]), KIPC_E_SRCH);
        assert_result(kipc_thread_cancel(kernel, unknown[i]), KIPC_E_SRCH);
        assert_result(kipc_thread_interrupt(kernel, unknown[i]), KIPC_E_SRCH);
        assert_result(kipc_thread_priority(kernel, unknown[i]), KIPC_E_SRCH);
        assert_result(kipc_thread_set_priority(kernel, unknown[i], 1), KIPC_E_SRCH);
    }
    assert_result(kipc_thread_cancel(kernel, 0), KIPC_E_STATE);
}

static void wait_forever(struct actor *actor)
{
    actor->result = kipc_semaphore_wait(&actor->fixture->kernel, actor->pid, actor->handle, KIPC_FOREVER);
}

static void test_a_thread_must_return_before_it_serves_another_process(void **state)
{
    struct kernel_fixture *f = *state;
    assert_result(kipc_semaphore_create(&f->kernel, f->second, 0, 1, KIPC_WAIT_FIFO, &f->handle), KIPC_OK);
    struct actor *actor = act(f, f->second, 1, wait_forever);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_OK);
    assert_result(kipc_thread_attach(&f->kernel, f->first, actor->thread, 1), KIPC_E_BUSY);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_E_SRCH);
    assert_result(kipc_thread_attach(&f->kernel, f->first, actor->thread, 1), KIPC_OK);
}

struct hook_log {
    struct kernel_fixture *fixture;
    kipc_pid_t pids[4];
    uint32_t handles[4];
    unsigned int count;
};

static void log_exit(void *context, kipc_pid_t pid)
{
    struct hook_log *log = context;
    log->pids[log->count] = pid;
    log->handles[log->count] = live(log->fixture, KIPC_TABLE_HANDLE);
    log->count += 1;
}

static void test_exit_hooks_run_before_the_clean_up(void **state)
{
    struct kernel_fixture *f = *state;
    struct hook_log log = {.fixture = f};
    struct kipc_exit_hook one = {.run = log_exit, .context = &log};
    struct kipc_exit_hook two = {.run = log_exit, .context = &log};
    struct kipc_exit_hook none = {.run = NULL};
    kipc_handle_t handle;
    assert_result(kipc_kernel_add_exit_hook(&f->kernel, NULL), KIPC_E_INVAL);
    assert_result(kipc_kernel_add_exit_hook(&f->kernel, &none), KIPC_E_INVAL);
    assert_result(kipc_kernel_add_exit_hook(&f->kernel, &one), KIPC_OK);
    assert_result(kipc_kernel_add_exit_hook(&f->kernel, &two), KIPC_OK);
    assert_result(kipc_semaphore_create(&f->kernel, f->second, 0, 1, KIPC_WAIT_FIFO, &handle), KIPC_OK);
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_OK);
    assert_int_equal(log.count, 2);
    assert_true(log.pids[0] == f->second && log.pids[1] == f->second);
    assert_true(log.handles[0] == 1 && log.handles[1] == 1);
    f->kernel.exit_hooks = NULL; /* they live on this stack */
}

static void test_MOS_SE_07_quotas_stop_one_process_and_not_the_other(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_process_config config = kipc_process_config_default();
    kipc_pid_t greedy;
    kipc_handle_t handle;
    uint32_t used;
    uint32_t limit;
    config.limits[KIPC_QUOTA_OBJECTS] = 3;
    config.limits[KIPC_QUOTA_HANDLES] = 5;
    assert_result(kipc_process_register(&f->kernel, &config, &greedy), KIPC_OK);
    for (unsigned int i = 0; i < 3; i++) {
        assert_result(create_object(&f->kernel, greedy, KIPC_TABLE_EVENT, &handle), KIPC_OK);
    }
    assert_result(create_object(&f->kernel, greedy, KIPC_TABLE_EVENT, &handle), KIPC_E_QUOTA);
    assert_result(create_object(&f->kernel, greedy, KIPC_TABLE_MUTEX, &handle), KIPC_E_QUOTA);
    kipc_handle_t ours;
    assert_result(create_object(&f->kernel, f->first, KIPC_TABLE_EVENT, &ours), KIPC_OK);
    for (unsigned int i = 0; i < 2; i++) {
        assert_result(kipc_handle_duplicate(&f->kernel, f->first, ours, greedy, KIPC_RIGHT_SEND, &handle), KIPC_OK);
    }
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, ours, greedy, KIPC_RIGHT_SEND, &handle), KIPC_E_QUOTA);
    assert_result(kipc_process_usage(&f->kernel, greedy, KIPC_QUOTA_HANDLES, &used, &limit), KIPC_OK);
    assert_true(used == 5 && limit == 5);
    assert_result(kipc_process_usage(&f->kernel, greedy, KIPC_QUOTA_OBJECTS, &used, NULL), KIPC_OK);
    assert_int_equal(used, 3);
    assert_result(kipc_process_usage(&f->kernel, greedy, KIPC_QUOTA_COUNT, &used, NULL), KIPC_E_INVAL);
    assert_result(kipc_process_usage(&f->kernel, 0, KIPC_QUOTA_OBJECTS, &used, NULL), KIPC_E_SRCH);
    assert_result(kipc_process_exit(&f->kernel, greedy), KIPC_OK);
    assert_int_equal(live(f, KIPC_TABLE_EVENT), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_MOS_KN_08_set_up_and_order),
        cmocka_unit_test(test_limits_are_checked),
        cmocka_unit_test(test_MOS_ER_04_every_limit_lowered_to_two_is_reached),
        TEST(test_two_kernels_in_one_program),
        TEST(test_MOS_KN_04_FNG_ER_08_VER_ER_07_unregistered_processes_are_refused),
        cmocka_unit_test(test_a_default_process_is_nobody_in_particular),
        TEST(test_a_thread_of_another_process_may_not_wait),
        TEST(test_a_thread_beyond_the_table_is_nobody),
        TEST(test_threads),
        TEST(test_a_thread_must_return_before_it_serves_another_process),
        TEST(test_exit_hooks_run_before_the_clean_up),
        TEST(test_MOS_SE_07_quotas_stop_one_process_and_not_the_other),
    };
    return cmocka_run_group_tests_name("kernel", tests, NULL, NULL);
}
