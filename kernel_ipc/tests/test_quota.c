/* SPDX-License-Identifier: MIT */
/* Each quota by itself: it stops its process, counts what it refused, and comes back. Pages are in test_region.c. */
#include "channel_fixture.h"

static kipc_pid_t register_with(struct kernel_fixture *f, enum kipc_quota quota, uint32_t limit)
{
    struct kipc_process_config config = kipc_process_config_default();
    kipc_pid_t pid;
    config.limits[quota] = limit;
    assert_result(kipc_process_register(&f->kernel, &config, &pid), KIPC_OK);
    return pid;
}

static uint32_t used_by(struct kernel_fixture *f, kipc_pid_t pid, enum kipc_quota quota)
{
    uint32_t used;
    assert_result(kipc_process_usage(&f->kernel, pid, quota, &used, NULL), KIPC_OK);
    return used;
}

static uint32_t refused_to(struct kernel_fixture *f, kipc_pid_t pid, enum kipc_quota quota)
{
    const struct kipc_process *process = kipc_table_find(&f->kernel.tables[KIPC_TABLE_PROCESS], pid);
    assert_non_null(process);
    return process->refused[quota];
}

static void close_all(struct kernel_fixture *f, kipc_pid_t pid, const kipc_handle_t *handles, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_result(kipc_handle_close(&f->kernel, pid, handles[i]), KIPC_OK);
    }
}

/* Both ends of a channel count. */
static void test_EXO_NI_03_channels(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(2);
    kipc_pid_t pid = register_with(f, KIPC_QUOTA_CHANNELS, 5);
    kipc_handle_t ends[3][2];
    assert_result(kipc_channel_create(&f->kernel, pid, &config, ends[0]), KIPC_OK);
    assert_result(kipc_channel_create(&f->kernel, pid, &config, ends[1]), KIPC_OK);
    assert_result(kipc_channel_create(&f->kernel, pid, &config, ends[2]), KIPC_E_QUOTA); /* one end would fit */
    assert_int_equal(used_by(f, pid, KIPC_QUOTA_CHANNELS), 4);
    assert_int_equal(used_by(f, pid, KIPC_QUOTA_OBJECTS), 4); /* the end that fitted is gone again */
    assert_int_equal(refused_to(f, pid, KIPC_QUOTA_CHANNELS), 1);
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends[2]), KIPC_OK); /* others go on */
    close_all(f, pid, ends[0], 2);
    assert_int_equal(used_by(f, pid, KIPC_QUOTA_CHANNELS), 2);
    assert_result(kipc_channel_create(&f->kernel, pid, &config, ends[0]), KIPC_OK);
    assert_result(kipc_process_exit(&f->kernel, pid), KIPC_OK);
}

static void test_EXO_NI_03_bytes(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(2);
    kipc_handle_t ends[2][2];
    config.buffer_bytes = 1024;
    kipc_pid_t pid = register_with(f, KIPC_QUOTA_BYTES, 3 * 1024);
    assert_result(kipc_channel_create(&f->kernel, pid, &config, ends[0]), KIPC_OK);
    assert_int_equal(used_by(f, pid, KIPC_QUOTA_BYTES), 2048);
    assert_result(kipc_channel_create(&f->kernel, pid, &config, ends[1]), KIPC_E_QUOTA);
    assert_int_equal(used_by(f, pid, KIPC_QUOTA_BYTES), 2048);
    assert_int_equal(refused_to(f, pid, KIPC_QUOTA_BYTES), 1);
    config.is_unidirectional = true; /* one inbox: exactly what is left */
    assert_result(kipc_channel_create(&f->kernel, pid, &config, ends[1]), KIPC_OK);
    assert_int_equal(used_by(f, pid, KIPC_QUOTA_BYTES), 3072);
    close_all(f, pid, ends[0], 2);
    close_all(f, pid, ends[1], 2);
    assert_int_equal(used_by(f, pid, KIPC_QUOTA_BYTES), 0);
    assert_result(kipc_process_exit(&f->kernel, pid), KIPC_OK);
}

static void test_EXO_NI_03_handles(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_pid_t pid = register_with(f, KIPC_QUOTA_HANDLES, 2);
    kipc_handle_t handles[2];
    kipc_handle_t ours;
    kipc_handle_t further;
    assert_result(kipc_event_create(&f->kernel, pid, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &handles[0]), KIPC_OK);
    assert_result(kipc_handle_duplicate(&f->kernel, pid, handles[0], pid, KIPC_RIGHTS, &handles[1]), KIPC_OK);
    assert_result(kipc_event_create(&f->kernel, pid, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &further), KIPC_E_QUOTA);
    assert_result(kipc_handle_duplicate(&f->kernel, pid, handles[0], pid, KIPC_RIGHTS, &further), KIPC_E_QUOTA);
    assert_int_equal(used_by(f, pid, KIPC_QUOTA_OBJECTS), 1);
    /* Nor can somebody else give it one. */
    assert_result(kipc_event_create(&f->kernel, f->first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &ours), KIPC_OK);
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, ours, pid, KIPC_RIGHT_SEND, &further), KIPC_E_QUOTA);
    assert_int_equal(refused_to(f, pid, KIPC_QUOTA_HANDLES), 3);
    assert_result(kipc_handle_close(&f->kernel, pid, handles[1]), KIPC_OK);
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, ours, pid, KIPC_RIGHT_SEND, &further), KIPC_OK);
    assert_int_equal(used_by(f, pid, KIPC_QUOTA_HANDLES), 2);
    assert_result(kipc_process_exit(&f->kernel, pid), KIPC_OK);
}

/* Messages that it sent and nobody has received; whose inbox they wait in does not matter. */
static void test_EXO_NI_03_queued_messages(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(8);
    kipc_pid_t pid = register_with(f, KIPC_QUOTA_MESSAGES, 3);
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA};
    kipc_handle_t theirs[2];
    make_channel(f, &config);
    kipc_handle_t others[2];
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, others), KIPC_OK);
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, f->handle, pid, KIPC_RIGHT_SEND, &theirs[0]), KIPC_OK);
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, others[0], pid, KIPC_RIGHT_SEND, &theirs[1]), KIPC_OK);
    assert_result(kipc_thread_detach(&f->kernel, 0), KIPC_OK);
    assert_result(kipc_thread_attach(&f->kernel, pid, 0, 1), KIPC_OK);
    for (uint32_t i = 0; i < 3; i++) {
        assert_result(kipc_channel_send(&f->kernel, pid, theirs[i % 2], &message, KIPC_NO_WAIT), KIPC_OK);
    }
    assert_result(kipc_channel_send(&f->kernel, pid, theirs[0], &message, KIPC_NO_WAIT), KIPC_E_QUOTA);
    assert_int_equal(used_by(f, pid, KIPC_QUOTA_MESSAGES), 3);
    assert_int_equal(refused_to(f, pid, KIPC_QUOTA_MESSAGES), 1);
    assert_result(kipc_thread_detach(&f->kernel, 0), KIPC_OK);
    assert_result(kipc_thread_attach(&f->kernel, f->first, 0, 1), KIPC_OK);
    assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_channel_receive(&f->kernel, f->first, f->other, NULL, 0, NULL, KIPC_NO_WAIT), 0);
    assert_int_equal(used_by(f, pid, KIPC_QUOTA_MESSAGES), 2);
    assert_result(kipc_process_exit(&f->kernel, pid), KIPC_OK);
}

/* A quota of 0 is none at all. */
static void test_EXO_NI_03_a_quota_of_0(void **state)
{
    struct kernel_fixture *f = *state;
    for (unsigned int quota = 0; quota < KIPC_QUOTA_COUNT; quota++) {
        struct kipc_channel_config config = channel_config(2);
        kipc_handle_t ends[2];
        if (quota == KIPC_QUOTA_PAGES || quota == KIPC_QUOTA_MESSAGES) {
            continue;
        }
        kipc_pid_t pid = register_with(f, (enum kipc_quota)quota, 0);
        assert_result(kipc_channel_create(&f->kernel, pid, &config, ends), KIPC_E_QUOTA);
        assert_int_equal(live(f, KIPC_TABLE_CHANNEL), 0);
        for (unsigned int i = 0; i < KIPC_QUOTA_COUNT; i++) {
            assert_int_equal(used_by(f, pid, (enum kipc_quota)i), 0);
        }
        assert_result(kipc_process_exit(&f->kernel, pid), KIPC_OK);
    }
}

int main(void)
{
#define QUOTA_TEST(test) cmocka_unit_test_setup_teardown(test, kernel_fixture_set_up, kernel_fixture_tear_down)
    const struct CMUnitTest tests[] = {
        QUOTA_TEST(test_EXO_NI_03_channels),     QUOTA_TEST(test_EXO_NI_03_bytes),
        QUOTA_TEST(test_EXO_NI_03_handles),      QUOTA_TEST(test_EXO_NI_03_queued_messages),
        QUOTA_TEST(test_EXO_NI_03_a_quota_of_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
