/* SPDX-License-Identifier: MIT */
/* Messages through a channel: order, sizes, limits, what they carry. Waits and ends are in test_channel_waits.c, who
 * may do what in test_channel_access.c. */
#include "channel_fixture.h"

static void test_MOS_CH_14_three_calls(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    kipc_handle_t theirs;
    char buffer[16] = "";
    make_channel(f, &config);
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, f->other, f->second, KIPC_RIGHT_RECEIVE, &theirs),
                  KIPC_OK);
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = 13, .data = "Hello, World!"};
    assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_thread_detach(&f->kernel, 0), KIPC_OK);
    assert_result(kipc_thread_attach(&f->kernel, f->second, 0, 1), KIPC_OK);
    assert_result(kipc_channel_receive(&f->kernel, f->second, theirs, buffer, sizeof(buffer), NULL, KIPC_NO_WAIT), 13);
    assert_string_equal(buffer, "Hello, World!");
}

static void test_MOS_CH_01_unidirectional(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    uint64_t number = 0;
    config.is_unidirectional = true;
    make_channel(f, &config);
    assert_result(send_number(f, f->other, 1, 0, KIPC_NO_WAIT), KIPC_E_ACCES);
    assert_result(receive_number(f, f->handle, &number, KIPC_NO_WAIT), KIPC_E_ACCES);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), KIPC_E_EMPTY);
    assert_result(send_number(f, f->handle, 7, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_int_equal(number, 7);
}

static void test_MOS_CH_02_bidirectional(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(8);
    make_channel(f, &config);
    for (uint64_t round = 0; round < 100; round++) {
        for (uint64_t i = 0; i < 8; i++) {
            assert_result(send_number(f, f->handle, i, 0, KIPC_NO_WAIT), KIPC_OK);
            assert_result(send_number(f, f->other, 100 + i, 0, KIPC_NO_WAIT), KIPC_OK);
        }
        for (uint64_t i = 0; i < 8; i++) {
            uint64_t number;
            assert_result(receive_number(f, f->handle, &number, KIPC_NO_WAIT), 8);
            assert_int_equal(number, 100 + i);
            assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
            assert_int_equal(number, i);
        }
    }
}

static void test_MOS_CH_03_04_buffer_sizes(void **state)
{
    struct kernel_fixture *f = *state;
    static const struct {
        uint32_t bytes;
        int expected;
    } cases[] = {
        {0, KIPC_E_INVAL},          {63, KIPC_E_INVAL}, {64, KIPC_OK}, {4096, KIPC_OK}, {1024 * 1024 + 1, KIPC_E_INVAL},
        {1024 * 1024, KIPC_E_NOMEM}}; /* allowed, but this kernel has no room for it */
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct kipc_channel_config config = channel_config(4);
        kipc_handle_t ends[2];
        config.buffer_bytes = cases[i].bytes;
        config.message_max = cases[i].bytes;
        assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), cases[i].expected);
        if (cases[i].expected == KIPC_OK) {
            assert_true(f->kernel.blocks_reserved > 0);
            assert_result(kipc_handle_close(&f->kernel, f->first, ends[0]), KIPC_OK);
            assert_result(kipc_handle_close(&f->kernel, f->first, ends[1]), KIPC_OK);
        }
        assert_int_equal(f->kernel.blocks_reserved, 0);
        assert_int_equal(live(f, KIPC_TABLE_CHANNEL), 0);
        assert_int_equal(live(f, KIPC_TABLE_HANDLE), 0);
    }
}

static void test_MOS_CH_04_MOS_LM_01_a_large_kernel(void **state)
{
    (void)state;
    struct mock_scheduler mock;
    struct kipc_kernel kernel = {0};
    struct kipc_limits limits = kipc_limits_host();
    struct kipc_process_config process = kipc_process_config_default();
    size_t bytes = kipc_kernel_bytes(&limits);
    void *memory = aligned_memory(bytes);
    static kipc_handle_t ends[1025][2];
    kipc_pid_t pid;
    mock_set_up(&mock);
    assert_result(kipc_kernel_set_up(&kernel, &mock.port, &mock.scheduler, &limits, memory, bytes), KIPC_OK);
    assert_result(kipc_process_register(&kernel, &process, &pid), KIPC_OK);
    assert_result(kipc_thread_attach(&kernel, pid, 0, 0), KIPC_OK);
    struct kipc_channel_config config = kipc_channel_config_default();
    config.capacity = 16;
    for (uint32_t i = 0; i < 1024; i++) {
        assert_result(kipc_channel_create(&kernel, pid, &config, ends[i]), KIPC_OK);
    }
    assert_result(kipc_channel_create(&kernel, pid, &config, ends[1024]), KIPC_E_NOSPC);
    for (uint32_t i = 0; i < 1024; i++) {
        const struct kipc_channel_message message = {.length = sizeof(i), .data = &i};
        assert_result(kipc_channel_send(&kernel, pid, ends[i][i % 2], &message, KIPC_NO_WAIT), KIPC_OK);
    }
    for (uint32_t i = 0; i < 1024; i++) {
        uint32_t number = 0;
        assert_result(kipc_channel_receive(&kernel, pid, ends[i][1 - i % 2], &number, 4, NULL, KIPC_NO_WAIT), 4);
        assert_int_equal(number, i);
    }
    assert_result(kipc_process_exit(&kernel, pid), KIPC_OK);
    assert_result(kipc_process_register(&kernel, &process, &pid), KIPC_OK);
    config.buffer_bytes = 1024 * 1024; /* the upper bound, in one message */
    config.message_max = 1024 * 1024;
    config.is_unidirectional = true;
    assert_result(kipc_thread_attach(&kernel, pid, 0, 0), KIPC_OK);
    assert_result(kipc_channel_create(&kernel, pid, &config, ends[0]), KIPC_OK);
    uint8_t *data = aligned_memory(2 * 1024 * 1024);
    struct random_numbers random = {.state = 1};
    for (uint32_t i = 0; i < 1024 * 1024; i++) {
        data[i] = (uint8_t)random_next(&random);
    }
    const struct kipc_channel_message message = {.length = 1024 * 1024, .data = data};
    assert_result(kipc_channel_send(&kernel, pid, ends[0][0], &message, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_channel_receive(&kernel, pid, ends[0][1], data + 1024 * 1024, 1024 * 1024, NULL, KIPC_NO_WAIT),
                  1024 * 1024);
    assert_memory_equal(data, data + 1024 * 1024, 1024 * 1024);
    aligned_memory_free(data);
    assert_result(kipc_process_exit(&kernel, pid), KIPC_OK);
    assert_int_equal(kernel.blocks_reserved, 0);
    assert_int_equal(kernel.blocks_free, kernel.block_count);
    assert_result(kipc_kernel_tear_down(&kernel), KIPC_OK);
    mock_tear_down(&mock);
    aligned_memory_free(memory);
}

static void test_MOS_CH_05_EXO_MS_02_order_by_priority(void **state)
{
    struct kernel_fixture *f = *state;
    struct random_numbers random = {.state = 31};
    struct kipc_channel_config config = channel_config(100);
    config.message_max = 64;
    make_channel(f, &config);
    for (unsigned int round = 0; round < 20; round++) {
        for (uint64_t i = 0; i < 100; i++) {
            uint8_t priority = (uint8_t)(i == 3 ? 0 : i == 7 ? 255 : random_next(&random) % (round % 2 == 0 ? 256 : 4));
            assert_result(send_number(f, f->handle, i | (uint64_t)priority << 32, priority, KIPC_NO_WAIT), KIPC_OK);
        }
        uint64_t former = UINT64_C(255) << 32;
        for (uint64_t i = 0; i < 100; i++) {
            uint64_t number;
            assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
            bool falls = number >> 32 < former >> 32;
            bool equal = number >> 32 == former >> 32;
            assert_true(falls || (equal && (number >= former))); /* in order of sending among equals */
            former = number;
        }
    }
}

static void test_fifo_ignores_priorities(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(16);
    config.is_fifo = true;
    make_channel(f, &config);
    for (uint64_t i = 0; i < 16; i++) {
        assert_result(send_number(f, f->handle, i, (uint8_t)(i * 37), KIPC_NO_WAIT), KIPC_OK);
    }
    for (uint64_t i = 0; i < 16; i++) {
        uint64_t number;
        assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
        assert_int_equal(number, i);
    }
}

static void test_VR4_ST_01_the_default_holds_exactly_64(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = kipc_channel_config_default();
    assert_int_equal(config.capacity, 64);
    make_channel(f, &config);
    for (uint64_t i = 0; i < 64; i++) {
        assert_result(send_number(f, f->handle, i, 0, KIPC_NO_WAIT), KIPC_OK);
    }
    assert_result(send_number(f, f->handle, 64, 0, KIPC_NO_WAIT), KIPC_E_FULL);
    struct actor *sender = act(f, f->first, 1, send_and_note);
    assert_int_equal(mock_run_now(&f->mock), 1); /* the 65th waits */
    uint64_t number;
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(sender->result, KIPC_OK);
}

static void test_VER_MS_01_VER_SE_02_VER_ER_05_lengths(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(2);
    uint8_t sent[258];
    uint8_t received[258];
    make_channel(f, &config);
    for (size_t i = 0; i < sizeof(sent); i++) {
        sent[i] = (uint8_t)(i * 7 + 1);
    }
    for (uint32_t length = 0; length <= 257; length++) {
        for (uint32_t offset = 0; offset < 2; offset++) { /* aligned and not */
            struct kipc_channel_message message = {.length = length, .data = sent + offset};
            uint32_t before = f->kernel.blocks_free;
            if (length > 256) {
                assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT),
                              KIPC_E_MSGSIZE);
                continue;
            }
            message.length = length < 257 - offset ? length : 256;
            assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_OK);
            uint32_t blocks = before - f->kernel.blocks_free;
            assert_int_equal(blocks, message.length <= 64 ? 1 : message.length <= 192 ? 2 : 3);
            memset(received, 0xEE, sizeof(received));
            if (message.length > 0) { /* too small a buffer leaves the message, and is untouched */
                assert_result(kipc_channel_receive(&f->kernel, f->first, f->other, received, message.length - 1, NULL,
                                                   KIPC_NO_WAIT),
                              KIPC_E_MSGSIZE);
                assert_int_equal(received[0], 0xEE);
            }
            assert_result(
                kipc_channel_receive(&f->kernel, f->first, f->other, received, message.length, NULL, KIPC_NO_WAIT),
                (int)message.length);
            assert_memory_equal(received, sent + offset, message.length);
            assert_int_equal(received[message.length], 0xEE);
            assert_int_equal(f->kernel.blocks_free, before);
        }
    }
}

static void test_VER_MS_02_the_kernel_writes_the_header(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(8);
    struct kipc_channel_info info;
    uint8_t byte = 5;
    make_channel(f, &config);
    static const enum kipc_message_type types[] = {KIPC_MESSAGE_DATA, KIPC_MESSAGE_REQUEST, KIPC_MESSAGE_RESPONSE,
                                                   KIPC_MESSAGE_ERROR, KIPC_MESSAGE_CONTROL};
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        const struct kipc_channel_message message = {
            .type = types[i], .priority = 200, .flags = KIPC_MESSAGE_FLAG_URGENT, .length = 1, .data = &byte};
        assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_OK);
        assert_result(kipc_channel_receive(&f->kernel, f->first, f->other, &byte, 1, &info, KIPC_NO_WAIT), 1);
        assert_int_equal(info.header.type, types[i]);
        assert_int_equal(info.header.flags, KIPC_MESSAGE_FLAG_URGENT);
        assert_int_equal(info.header.priority, 200);
        assert_int_equal(info.header.total_size, 33);
        assert_true(info.header.sender == f->first);
        assert_true(info.sequence == i);
    }
    struct kipc_channel_message bad = {.type = (enum kipc_message_type)5};
    assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &bad, KIPC_NO_WAIT), KIPC_E_INVAL);
    bad = (struct kipc_channel_message){.flags = 0x80};
    assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &bad, KIPC_NO_WAIT), KIPC_E_INVAL);
    bad = (struct kipc_channel_message){.length = 1};
    assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &bad, KIPC_NO_WAIT), KIPC_E_INVAL);
    assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, NULL, KIPC_NO_WAIT), KIPC_E_INVAL);
    assert_result(kipc_channel_receive(&f->kernel, f->first, f->other, NULL, 1, NULL, KIPC_NO_WAIT), KIPC_E_INVAL);
}

static void test_VER_MS_05_VER_ER_08_sends_need_no_more_than_was_reserved(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(16);
    config.buffer_bytes = 64 * 16;
    config.message_max = 64;
    kipc_handle_t ends[40][2];
    unsigned int count = 0;
    int result = KIPC_OK;
    while (result == KIPC_OK) {
        result = kipc_channel_create(&f->kernel, f->first, &config, ends[count]);
        count += result == KIPC_OK;
    }
    assert_result(result, KIPC_E_NOMEM);
    assert_int_equal(count, f->kernel.block_count / 32);
    for (unsigned int i = 0; i < count; i++) { /* all of them full at once, and no send fails */
        for (uint64_t k = 0; k < 16; k++) {
            uint64_t payload[8] = {k};
            const struct kipc_channel_message message = {.length = 64, .data = payload};
            assert_result(kipc_channel_send(&f->kernel, f->first, ends[i][0], &message, KIPC_NO_WAIT), KIPC_OK);
            assert_result(kipc_channel_send(&f->kernel, f->first, ends[i][1], &message, KIPC_NO_WAIT), KIPC_OK);
        }
    }
    assert_int_equal(f->kernel.blocks_free, 0);
}

static void test_arguments_of_creation(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    kipc_handle_t ends[2];
    assert_result(kipc_channel_create(&f->kernel, f->first, NULL, ends), KIPC_E_INVAL);
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, NULL), KIPC_E_INVAL);
    config.message_max = config.buffer_bytes + 1;
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), KIPC_E_INVAL);
    config = channel_config(0);
    config.overflow = KIPC_OVERFLOW_ERROR;
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), KIPC_E_INVAL);
    config = channel_config(4);
    config.overflow = (enum kipc_overflow)4;
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), KIPC_E_INVAL);
    assert_int_equal(live(f, KIPC_TABLE_CHANNEL), 0);
}
#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_MOS_CH_14_three_calls),
        TEST(test_MOS_CH_01_unidirectional),
        TEST(test_MOS_CH_02_bidirectional),
        TEST(test_MOS_CH_03_04_buffer_sizes),
        cmocka_unit_test(test_MOS_CH_04_MOS_LM_01_a_large_kernel),
        TEST(test_MOS_CH_05_EXO_MS_02_order_by_priority),
        TEST(test_fifo_ignores_priorities),
        TEST(test_VR4_ST_01_the_default_holds_exactly_64),
        TEST(test_VER_MS_01_VER_SE_02_VER_ER_05_lengths),
        TEST(test_VER_MS_02_the_kernel_writes_the_header),
        TEST(test_VER_MS_05_VER_ER_08_sends_need_no_more_than_was_reserved),
        TEST(test_arguments_of_creation),
    };
    return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
