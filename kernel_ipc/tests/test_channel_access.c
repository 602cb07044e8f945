/* SPDX-License-Identifier: MIT */
/* Who may do what with a channel: filters, lists, permissions, quotas. */
#include "channel_fixture.h"

static void test_VER_SE_03_types_are_filtered(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(8);
    struct kipc_channel_stats stats;
    make_channel(f, &config);
    uint32_t types = 1u << KIPC_MESSAGE_DATA | 1u << KIPC_MESSAGE_REQUEST;
    assert_result(kipc_channel_admit(&f->kernel, f->first, f->other, types), KIPC_OK);
    assert_result(kipc_channel_admit(&f->kernel, f->first, f->other, 0x20), KIPC_E_INVAL);
    for (unsigned int type = 0; type <= KIPC_MESSAGE_CONTROL; type++) {
        const struct kipc_channel_message message = {.type = (enum kipc_message_type)type};
        int expected = type <= KIPC_MESSAGE_REQUEST ? KIPC_OK : KIPC_E_FILTERED;
        assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT), expected);
        assert_result(kipc_channel_send(&f->kernel, f->first, f->other, &message, KIPC_NO_WAIT), KIPC_OK);
    }
    assert_int_equal(kipc_channel_stats(&f->kernel, f->first, f->other, &stats), 2);
    assert_int_equal(stats.filtered, 3);
}

static int try_as(struct kernel_fixture *f, kipc_pid_t pid, kipc_handle_t end)
{
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA};
    assert_result(kipc_thread_detach(&f->kernel, 0), KIPC_OK);
    assert_result(kipc_thread_attach(&f->kernel, pid, 0, 1), KIPC_OK);
    int sent = kipc_channel_send(&f->kernel, pid, end, &message, KIPC_NO_WAIT);
    int received = kipc_channel_receive(&f->kernel, pid, end, NULL, 0, NULL, KIPC_NO_WAIT);
    assert_true(sent == KIPC_OK ? received == KIPC_E_EMPTY : received == sent);
    return sent;
}

static void test_MOS_CH_09_VER_SE_05_lists_of_who_may(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_kernel *kernel = &f->kernel;
    static const struct {
        struct kipc_channel_rule rules[3];
        uint32_t count;
        int first;
        int second;
    } cases[] = {
        {.count = 0, .first = KIPC_OK, .second = KIPC_OK},
        {.rules = {{.id = 1}}, .count = 1, .first = KIPC_OK, .second = KIPC_E_ACCES},
        {.rules = {{.id = 2}}, .count = 1, .first = KIPC_E_ACCES, .second = KIPC_OK},
        {.rules = {{.id = 1}, {.id = 2}}, .count = 2, .first = KIPC_OK, .second = KIPC_OK},
        {.rules = {{.id = 2, .is_denied = true}}, .count = 1, .first = KIPC_OK, .second = KIPC_E_ACCES},
        {.rules = {{.id = 1, .is_group = true}}, .count = 1, .first = KIPC_E_ACCES, .second = KIPC_OK},
        {.rules = {{.id = 2}, {.id = 1, .is_group = true, .is_denied = true}},
         .count = 2,
         .first = KIPC_E_ACCES,
         .second = KIPC_E_ACCES}, /* deny wins */
        {.rules = {{.id = 0, .is_group = true}, {.id = 1, .is_denied = true}, {.id = 2}},
         .count = 3,
         .first = KIPC_E_ACCES,
         .second = KIPC_OK},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct kipc_channel_config config = channel_config(4);
        kipc_handle_t theirs;
        make_channel(f, &config);
        assert_result(kipc_handle_duplicate(kernel, f->first, f->handle, f->second, KIPC_RIGHTS, &theirs), KIPC_OK);
        for (uint32_t k = 0; k < cases[i].count; k++) {
            struct kipc_channel_rule rule = cases[i].rules[k];
            rule.id = rule.is_group ? rule.id : rule.id == 1 ? f->first : f->second;
            assert_result(kipc_channel_add_rule(kernel, f->first, f->handle, &rule), KIPC_OK);
        }
        assert_result(try_as(f, f->second, theirs), cases[i].second);
        assert_result(try_as(f, f->first, f->handle), cases[i].first);
        assert_result(kipc_handle_close(kernel, f->first, f->other), KIPC_OK);
        assert_result(kipc_handle_close(kernel, f->first, f->handle), KIPC_OK);
    }
    struct kipc_channel_config config = channel_config(4);
    const struct kipc_channel_rule rule = {.id = 1};
    make_channel(f, &config);
    assert_result(kipc_channel_add_rule(kernel, f->first, f->handle, NULL), KIPC_E_INVAL);
    for (uint32_t k = 0; k < KIPC_CFG_CH_ACCESS_MAX; k++) {
        assert_result(kipc_channel_add_rule(kernel, f->first, f->handle, &rule), KIPC_OK);
    }
    assert_result(kipc_channel_add_rule(kernel, f->first, f->handle, &rule), KIPC_E_NOSPC);
}

static void test_MOS_CH_13_VR4_ST_12_permissions(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_kernel *kernel = &f->kernel;
    static const uint32_t bits[] = {KIPC_RIGHT_SEND, KIPC_RIGHT_RECEIVE, KIPC_RIGHT_ADMIN};
    for (unsigned int subset = 0; subset < 8; subset++) {
        struct kipc_channel_config config = channel_config(4);
        const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA};
        uint32_t rights = 0;
        kipc_handle_t some;
        for (unsigned int i = 0; i < 3; i++) {
            rights |= (subset >> i & 1) != 0 ? bits[i] : 0;
        }
        make_channel(f, &config);
        assert_result(kipc_handle_duplicate(kernel, f->first, f->handle, f->first, rights, &some), KIPC_OK);
        assert_result(kipc_channel_send(kernel, f->first, some, &message, KIPC_NO_WAIT),
                      (rights & KIPC_RIGHT_SEND) != 0 ? KIPC_OK : KIPC_E_ACCES);
        assert_result(kipc_channel_receive(kernel, f->first, some, NULL, 0, NULL, KIPC_NO_WAIT),
                      (rights & KIPC_RIGHT_RECEIVE) != 0 ? KIPC_E_EMPTY : KIPC_E_ACCES);
        int admin = (rights & KIPC_RIGHT_ADMIN) != 0 ? KIPC_OK : KIPC_E_ACCES;
        assert_result(kipc_channel_admit(kernel, f->first, some, 0x1f), admin);
        assert_result(kipc_channel_disconnect(kernel, f->first, some), admin);
        assert_result(kipc_object_close(kernel, f->first, some), admin);
        assert_result(kipc_handle_close(kernel, f->first, some), KIPC_OK);
        assert_result(kipc_handle_close(kernel, f->first, f->handle), KIPC_OK);
        assert_result(kipc_handle_close(kernel, f->first, f->other), KIPC_OK);
    }
}

static void test_quotas_of_channels_bytes_and_messages(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_kernel *kernel = &f->kernel;
    struct kipc_process_config limits = kipc_process_config_default();
    struct kipc_channel_config config = channel_config(8);
    kipc_handle_t ends[2];
    kipc_pid_t pid;
    limits.limits[KIPC_QUOTA_CHANNELS] = 3;
    limits.limits[KIPC_QUOTA_BYTES] = 8192;
    limits.limits[KIPC_QUOTA_MESSAGES] = 2;
    assert_result(kipc_process_register(kernel, &limits, &pid), KIPC_OK);
    assert_result(kipc_thread_detach(kernel, 0), KIPC_OK);
    assert_result(kipc_thread_attach(kernel, pid, 0, 1), KIPC_OK);
    assert_result(kipc_channel_create(kernel, pid, &config, ends), KIPC_OK);
    kipc_handle_t more[2];
    assert_result(kipc_channel_create(kernel, pid, &config, more), KIPC_E_QUOTA); /* channels: 4 of 3 */
    config.is_unidirectional = true;
    assert_int_equal(live(f, KIPC_TABLE_CHANNEL), 2);
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA};
    for (unsigned int round = 0; round < 3; round++) {
        assert_result(kipc_channel_send(kernel, pid, ends[0], &message, KIPC_NO_WAIT), KIPC_OK);
        assert_result(kipc_channel_send(kernel, pid, ends[0], &message, KIPC_NO_WAIT), KIPC_OK);
        assert_result(kipc_channel_send(kernel, pid, ends[0], &message, KIPC_NO_WAIT), KIPC_E_QUOTA);
        assert_result(kipc_channel_receive(kernel, pid, ends[1], NULL, 0, NULL, KIPC_NO_WAIT), 0);
        assert_result(kipc_channel_receive(kernel, pid, ends[1], NULL, 0, NULL, KIPC_NO_WAIT), 0);
    }
    assert_result(kipc_handle_close(kernel, pid, ends[0]), KIPC_OK);
    assert_result(kipc_handle_close(kernel, pid, ends[1]), KIPC_OK);
    config.buffer_bytes = 8193;
    assert_result(kipc_channel_create(kernel, pid, &config, ends), KIPC_E_QUOTA); /* bytes */
    assert_int_equal(live(f, KIPC_TABLE_CHANNEL), 0);
    config.buffer_bytes = 8192;
    assert_result(kipc_channel_create(kernel, pid, &config, ends), KIPC_OK);
    assert_result(kipc_process_exit(kernel, pid), KIPC_OK);
    assert_result(kipc_thread_attach(kernel, f->first, 0, 1), KIPC_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_VER_SE_03_types_are_filtered),
        TEST(test_MOS_CH_09_VER_SE_05_lists_of_who_may),
        TEST(test_MOS_CH_13_VR4_ST_12_permissions),
        TEST(test_quotas_of_channels_bytes_and_messages),
    };
    return cmocka_run_group_tests_name("channel access", tests, NULL, NULL);
}
