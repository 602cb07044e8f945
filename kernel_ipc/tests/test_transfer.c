/* SPDX-License-Identifier: MIT */
/* Capabilities that travel in messages. */
#include "channel_fixture.h"

/* The test's own thread acts for another process from here on. */
static void become(struct kernel_fixture *f, kipc_pid_t pid)
{
    assert_result(kipc_thread_detach(&f->kernel, 0), KIPC_OK);
    assert_result(kipc_thread_attach(&f->kernel, pid, 0, 1), KIPC_OK);
}

/* A channel whose second end belongs to the second process. */
static void make(struct kernel_fixture *f, uint32_t capacity)
{
    struct kipc_channel_config config = channel_config(capacity);
    kipc_handle_t ends[2];
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), KIPC_OK);
    f->handle = ends[0];
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, ends[1], f->second, KIPC_RIGHTS, &f->other), KIPC_OK);
    assert_result(kipc_handle_close(&f->kernel, f->first, ends[1]), KIPC_OK);
}

static kipc_handle_t make_event(struct kernel_fixture *f)
{
    kipc_handle_t handle;
    assert_result(kipc_event_create(&f->kernel, f->first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &handle), KIPC_OK);
    return handle;
}

static int send(struct kernel_fixture *f, const kipc_handle_t *handles, uint32_t count, bool moves)
{
    struct kipc_channel_message message = {.capability_count = count, .moves_capabilities = moves};
    for (uint32_t i = 0; i < count && i < KIPC_MSG_CAPABILITIES; i++) {
        message.capabilities[i] = handles[i];
    }
    return kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT);
}

static struct kipc_channel_info receive(struct kernel_fixture *f)
{
    struct kipc_channel_info info;
    become(f, f->second);
    assert_result(kipc_channel_receive(&f->kernel, f->second, f->other, NULL, 0, &info, KIPC_NO_WAIT), 0);
    become(f, f->first);
    return info;
}

static int signal(struct kernel_fixture *f, kipc_pid_t pid, kipc_handle_t handle)
{
    return kipc_event_signal(&f->kernel, pid, handle, 0);
}

static void test_VER_MS_03_up_to_four_capabilities(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t events[5];
    make(f, 8);
    for (uint32_t i = 0; i < 5; i++) {
        events[i] = make_event(f);
    }
    for (uint32_t count = 0; count <= 4; count++) {
        assert_result(send(f, events, count, false), KIPC_OK);
        struct kipc_channel_info info = receive(f);
        for (uint32_t i = 0; i < KIPC_MSG_CAPABILITIES; i++) {
            uint32_t ids[2];
            if (i >= count) {
                assert_int_equal(info.capabilities[i], KIPC_NO_ID);
                continue;
            }
            assert_result(kipc_object_id(&f->kernel, f->first, events[i], &ids[0]), KIPC_OK);
            assert_result(kipc_object_id(&f->kernel, f->second, info.capabilities[i], &ids[1]), KIPC_OK);
            assert_int_equal(ids[0], ids[1]);
        }
    }
    uint32_t handles = live(f, KIPC_TABLE_HANDLE);
    assert_result(send(f, events, 5, false), KIPC_E_INVAL);
    assert_int_equal(live(f, KIPC_TABLE_HANDLE), handles);
}

static void test_VER_MS_06_VER_ER_03_one_bad_capability_rejects_all(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t good = make_event(f);
    kipc_handle_t closed = make_event(f);
    kipc_handle_t unshared;
    make(f, 8);
    assert_result(kipc_object_close(&f->kernel, f->first, closed), KIPC_OK);
    assert_result(
        kipc_handle_duplicate(&f->kernel, f->first, good, f->first, KIPC_RIGHTS - KIPC_RIGHT_SHARE, &unshared),
        KIPC_OK);
    const struct {
        kipc_handle_t handle;
        int expected;
    } bad[] = {{0, KIPC_E_BADCAP},      {UINT32_MAX, KIPC_E_BADCAP}, {f->other, KIPC_E_BADCAP},
               {closed, KIPC_E_BADCAP}, {unshared, KIPC_E_ACCES},    {f->handle, KIPC_E_INVAL}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        for (uint32_t place = 0; place < 4; place++) {
            kipc_handle_t handles[4] = {good, good, good, good};
            uint32_t before = live(f, KIPC_TABLE_HANDLE);
            handles[place] = bad[i].handle;
            assert_result(send(f, handles, 4, false), bad[i].expected);
            assert_int_equal(live(f, KIPC_TABLE_HANDLE), before);
            assert_int_equal(f->kernel.blocks_free, f->kernel.block_count);
        }
    }
    const kipc_handle_t twice[] = {good, good};
    assert_result(send(f, twice, 2, true), KIPC_E_BADCAP); /* it cannot move twice */
    assert_result(signal(f, f->first, good), 0);
}

static void test_VER_CA_06_sharing_needs_its_right(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t event = make_event(f);
    make(f, 8);
    for (uint32_t rights = 0; rights <= KIPC_RIGHTS; rights++) {
        kipc_handle_t some;
        assert_result(kipc_handle_duplicate(&f->kernel, f->first, event, f->first, rights, &some), KIPC_OK);
        int expected = (rights & KIPC_RIGHT_SHARE) != 0 ? KIPC_OK : KIPC_E_ACCES;
        assert_result(send(f, &some, 1, true), expected);
        if (expected == KIPC_OK) { /* the receiver has the same rights, not more */
            kipc_handle_t theirs = receive(f).capabilities[0];
            assert_result(kipc_handle_restrict(&f->kernel, f->second, theirs, rights), KIPC_OK);
            assert_result(kipc_handle_restrict(&f->kernel, f->second, theirs, KIPC_RIGHTS),
                          rights == KIPC_RIGHTS ? KIPC_OK : KIPC_E_ACCES);
            assert_result(kipc_handle_close(&f->kernel, f->second, theirs), KIPC_OK);
        } else {
            assert_result(kipc_handle_close(&f->kernel, f->first, some), KIPC_OK);
        }
    }
}

static void test_VR4_ST_11_copies_and_moves(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t event = make_event(f);
    make(f, 8);
    assert_result(send(f, &event, 1, false), KIPC_OK);
    kipc_handle_t copy = receive(f).capabilities[0];
    assert_result(signal(f, f->second, copy), 0);
    assert_result(signal(f, f->first, event), 0);
    assert_result(send(f, &event, 1, true), KIPC_OK);
    assert_result(signal(f, f->first, event), KIPC_E_BADF); /* as soon as it is sent */
    kipc_handle_t moved = receive(f).capabilities[0];
    assert_result(signal(f, f->second, moved), 0);
    assert_result(kipc_handle_close(&f->kernel, f->second, copy), KIPC_OK);
    assert_int_equal(live(f, KIPC_TABLE_EVENT), 1);
    assert_result(kipc_handle_close(&f->kernel, f->second, moved), KIPC_OK);
    assert_int_equal(live(f, KIPC_TABLE_EVENT), 0);
    /* A send that fails moves nothing. */
    event = make_event(f);
    for (unsigned int i = 0; i < 8; i++) {
        assert_result(send(f, NULL, 0, false), KIPC_OK);
    }
    assert_result(send(f, &event, 1, true), KIPC_E_FULL);
    assert_result(signal(f, f->first, event), 0);
}

static void test_VER_CA_03_revocation_reaches_messages(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t event = make_event(f);
    make(f, 8);
    assert_result(send(f, &event, 1, false), KIPC_OK);
    assert_result(send(f, &event, 1, false), KIPC_OK);
    kipc_handle_t theirs = receive(f).capabilities[0];
    assert_int_equal(kipc_handle_revoke(&f->kernel, f->first, event), 2); /* theirs, and one on its way */
    assert_result(signal(f, f->second, theirs), KIPC_E_BADF);
    assert_int_equal(receive(f).capabilities[0], KIPC_NO_ID);
    assert_result(signal(f, f->first, event), 0);
}

static void test_handles_of_messages_that_nobody_receives(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t event = make_event(f);
    make(f, 8);
    uint32_t handles = live(f, KIPC_TABLE_HANDLE);
    assert_result(send(f, &event, 1, false), KIPC_OK);
    become(f, f->second); /* without room for what came along */
    assert_result(kipc_channel_receive(&f->kernel, f->second, f->other, NULL, 0, NULL, KIPC_NO_WAIT), 0);
    become(f, f->first);
    assert_int_equal(live(f, KIPC_TABLE_HANDLE), handles);
    assert_result(send(f, &event, 1, true), KIPC_OK);
    assert_int_equal(live(f, KIPC_TABLE_EVENT), 1);
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_OK);
    assert_int_equal(live(f, KIPC_TABLE_EVENT), 0); /* the last handle was in the message */
}

/* Ends of channels in messages of channels in messages ...: all go when the outermost does. */
static void test_a_chain_of_channels_in_messages(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(1);
    kipc_handle_t inner[2] = {0};
    config.message_max = 64;
    config.buffer_bytes = 64;
    for (unsigned int i = 0; i < 30; i++) {
        kipc_handle_t outer[2];
        assert_result(kipc_channel_create(&f->kernel, f->first, &config, outer), KIPC_OK);
        if (i > 0) {
            const struct kipc_channel_message message = {
                .capabilities = {inner[0], inner[1]}, .capability_count = 2, .moves_capabilities = true};
            assert_result(kipc_channel_send(&f->kernel, f->first, outer[0], &message, KIPC_NO_WAIT), KIPC_OK);
        }
        inner[0] = outer[0];
        inner[1] = outer[1];
    }
    assert_int_equal(live(f, KIPC_TABLE_CHANNEL), 60);
    assert_int_equal(live(f, KIPC_TABLE_HANDLE), 60);
    assert_result(kipc_handle_close(&f->kernel, f->first, inner[0]), KIPC_OK);
    assert_result(kipc_handle_close(&f->kernel, f->first, inner[1]), KIPC_OK);
    assert_int_equal(live(f, KIPC_TABLE_CHANNEL), 0);
    assert_int_equal(live(f, KIPC_TABLE_HANDLE), 0);
}

static void test_a_receiver_without_quota_gets_none(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_process_config config = kipc_process_config_default();
    struct kipc_channel_info info;
    kipc_handle_t event = make_event(f);
    kipc_handle_t end;
    kipc_pid_t pid;
    config.limits[KIPC_QUOTA_HANDLES] = 2;
    assert_result(kipc_process_register(&f->kernel, &config, &pid), KIPC_OK);
    make(f, 8);
    assert_result(kipc_handle_duplicate(&f->kernel, f->second, f->other, pid, KIPC_RIGHTS, &end), KIPC_OK);
    const kipc_handle_t twice[] = {event, event};
    assert_result(send(f, twice, 2, false), KIPC_OK);
    become(f, pid);
    assert_result(kipc_channel_receive(&f->kernel, pid, end, NULL, 0, &info, KIPC_NO_WAIT), 0);
    assert_int_not_equal(info.capabilities[0], KIPC_NO_ID);
    assert_int_equal(info.capabilities[1], KIPC_NO_ID);
    become(f, f->first);
    assert_result(kipc_process_exit(&f->kernel, pid), KIPC_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_VER_MS_03_up_to_four_capabilities),     TEST(test_VER_MS_06_VER_ER_03_one_bad_capability_rejects_all),
        TEST(test_VER_CA_06_sharing_needs_its_right),     TEST(test_VR4_ST_11_copies_and_moves),
        TEST(test_VER_CA_03_revocation_reaches_messages), TEST(test_handles_of_messages_that_nobody_receives),
        TEST(test_a_chain_of_channels_in_messages),       TEST(test_a_receiver_without_quota_gets_none),
    };
    return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
