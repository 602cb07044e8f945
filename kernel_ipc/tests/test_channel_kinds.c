/* SPDX-License-Identifier: MIT */
/* Kinds of channels and of messages: register-only, typed, Control messages, required capabilities, depth and size. */
#include "channel_fixture.h"
#include <kipc/call.h>
#include <kipc/typed.h>

static void test_VER_CH_03_register_only(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = {.is_register_only = true, .buffer_bytes = 64, .message_max = 32};
    struct kipc_channel_info info;
    struct kipc_kernel *k = &f->kernel;
    uint64_t words[5] = {1, 2, 3, 4, 5};
    uint64_t number = 0;
    k->free_blocks = NULL; /* whoever touches one, fails */
    uint32_t free = k->blocks_free;
    k->blocks_free = 0;
    make_channel(f, &config);
    assert_int_equal(k->blocks_reserved, 0);
    struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = 33, .data = words, .tag = 9};
    assert_result(kipc_channel_send(k, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_E_MSGSIZE);
    message.length = 32;
    assert_result(kipc_channel_send(k, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    assert_result(kipc_channel_call(k, f->first, f->handle, &message, NULL, 0, KIPC_FOREVER), KIPC_E_INVAL);
    message.capability_count = 1;
    message.capabilities[0] = f->handle;
    assert_result(kipc_channel_send(k, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_E_INVAL);
    assert_result(kipc_channel_receive(k, f->first, f->other, &number, 8, NULL, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    /* The sender comes first. */
    struct actor *sender = act(f, f->first, 20, send_and_note);
    sender->number = 77;
    assert_int_equal(mock_run(&f->mock), 1);
    assert_result(kipc_channel_receive(k, f->first, f->other, &number, 7, NULL, KIPC_NO_WAIT), KIPC_E_MSGSIZE);
    assert_result(kipc_channel_receive(k, f->first, f->other, &number, 8, &info, KIPC_NO_WAIT), 8);
    assert_int_equal(number, 77);
    assert_int_equal(info.header.sender, f->first);
    assert_int_equal(info.header.total_size, 40);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(sender->result, KIPC_OK);
    /* The receiver comes first; a smaller buffer is told so. */
    struct actor *receiver = act(f, f->first, 20, receive_and_note);
    receiver->handle = f->other;
    assert_int_equal(mock_run(&f->mock), 1);
    message = (struct kipc_channel_message){.length = 8, .data = words};
    assert_result(kipc_channel_send(k, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_int_equal(receiver->number, 1);
    receiver = act(f, f->first, 20, receive_and_note);
    receiver->handle = f->other;
    assert_int_equal(mock_run(&f->mock), 1);
    message.length = 16;
    assert_result(kipc_channel_send(k, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(receiver->result, KIPC_E_MSGSIZE);
    struct kipc_channel_stats stats;
    assert_result(kipc_channel_stats(k, f->first, f->handle, &stats), 0);
    assert_int_equal(stats.sent, 2);
    assert_int_equal(k->threads[0].process->used[KIPC_QUOTA_MESSAGES], 0);
    /* It parts while both kinds wait. */
    sender = act(f, f->first, 20, send_and_note);
    receiver = act(f, f->first, 20, receive_and_note);
    assert_int_equal(mock_run(&f->mock), 2);
    assert_result(kipc_channel_disconnect(k, f->first, f->handle), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(sender->result, KIPC_E_CLOSED);
    assert_result(receiver->result, KIPC_E_CLOSED);
    k->blocks_free = free;
    config.message_max = 33;
    kipc_handle_t ends[2];
    assert_result(kipc_channel_create(k, f->first, &config, ends), KIPC_E_INVAL);
    config.message_max = 32;
    config.capacity = 1;
    assert_result(kipc_channel_create(k, f->first, &config, ends), KIPC_E_INVAL);
}

struct point {
    int32_t x;
    int32_t y;
};
struct size {
    int32_t width;
    int32_t height;
};
KIPC_DEFINE_TYPED(point, struct point)
KIPC_DEFINE_TYPED(size, struct size)

static void receive_size_and_note(struct actor *actor)
{
    struct size size;
    actor->result = size_receive(&actor->fixture->kernel, actor->pid, actor->handle, &size, actor->deadline);
    note(actor, actor->thread);
}

static void test_EXO_CH_01_typed_channels(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    struct point point = {3, -4};
    struct size size = {0, 0};
    uint64_t number;
    make_channel(f, &config);
    assert_result(point_send(&f->kernel, f->first, f->handle, &point, KIPC_NO_WAIT), KIPC_OK);
    /* The same bytes, but another type: it stays. */
    assert_result(size_receive(&f->kernel, f->first, f->other, &size, KIPC_NO_WAIT), KIPC_E_TYPE);
    point = (struct point){0, 0};
    assert_result(point_receive(&f->kernel, f->first, f->other, &point, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(point.x, 3);
    assert_int_equal(point.y, -4);
    assert_result(point_receive(&f->kernel, f->first, f->other, &point, KIPC_NO_WAIT), KIPC_E_EMPTY);
    assert_result(send_number(f, f->handle, 5, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_result(point_receive(&f->kernel, f->first, f->other, &point, KIPC_NO_WAIT), KIPC_E_TYPE);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    /* One that waits for its type is told of another one, which stays. */
    struct actor *actor = act(f, f->first, 20, receive_size_and_note);
    actor->handle = f->other;
    assert_int_equal(mock_run(&f->mock), 1);
    assert_result(point_send(&f->kernel, f->first, f->handle, &point, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(actor->result, KIPC_E_TYPE);
    assert_result(point_receive(&f->kernel, f->first, f->other, &point, KIPC_NO_WAIT), KIPC_OK);
    assert_true(kipc_type_id("a", 8) != kipc_type_id("a", 4) && kipc_type_id("a", 8) != kipc_type_id("b", 8));
}

static int receive_any(struct kernel_fixture *f, kipc_handle_t end, struct kipc_channel_info *info)
{
    uint8_t data[64];
    return kipc_channel_receive(&f->kernel, f->first, end, data, sizeof(data), info, KIPC_NO_WAIT);
}

static void test_EXO_MS_08_open_and_close_are_told_by_control_messages(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(2);
    struct kipc_channel_info info;
    config.announces = true;
    make_channel(f, &config);
    for (int round = 0; round < 3; round++) {
        const kipc_handle_t ends[] = {f->handle, f->other};
        for (size_t i = 0; i < 2; i++) {
            assert_result(receive_any(f, ends[i], &info), 0);
            assert_int_equal(info.header.type, KIPC_MESSAGE_CONTROL);
            assert_int_equal(info.header.destination, KIPC_CONTROL_OPEN);
            assert_int_equal(info.header.sender, 0);
        }
        /* A full inbox has room for it still. */
        assert_result(send_number(f, f->handle, 1, 0, KIPC_NO_WAIT), KIPC_OK);
        assert_result(send_number(f, f->handle, 2, 0, KIPC_NO_WAIT), KIPC_OK);
        assert_result(kipc_channel_disconnect(&f->kernel, f->first, f->handle), KIPC_OK);
        assert_result(kipc_channel_connect(&f->kernel, f->first, f->handle, f->other), KIPC_E_BUSY);
        for (size_t i = 0; i < 2; i++) {
            assert_result(receive_any(f, ends[i], &info), 0); /* before the data: most urgent */
            assert_int_equal(info.header.destination, KIPC_CONTROL_CLOSE);
        }
        assert_result(receive_any(f, f->other, &info), 8);
        assert_result(receive_any(f, f->other, &info), 8);
        assert_result(receive_any(f, f->other, &info), KIPC_E_CLOSED);
        assert_result(kipc_channel_connect(&f->kernel, f->first, f->handle, f->other), KIPC_OK);
    }
    /* Who waits is woken by it, and the end that is closed leaves nothing. */
    assert_result(receive_any(f, f->handle, &info), 0);
    struct actor *receiver = act(f, f->first, 20, receive_and_note);
    assert_int_equal(mock_run(&f->mock), 1);
    assert_result(kipc_handle_close(&f->kernel, f->first, f->other), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(receiver->result, 0);
    assert_result(receive_any(f, f->handle, &info), KIPC_E_CLOSED);
}

static void test_EXO_MS_08_a_control_flood_leaves_room_for_data(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(16);
    const struct kipc_channel_message control = {.type = KIPC_MESSAGE_CONTROL, .priority = 200};
    struct kipc_channel_info info;
    uint64_t number;
    for (uint32_t quota = 0; quota <= 6; quota += 6) { /* a quarter, or what is said */
        uint32_t expected = quota == 0 ? 4 : 6;
        config.control_max = quota;
        make_channel(f, &config);
        uint32_t sent = 0;
        for (int i = 0; i < 1000; i++) {
            int result = kipc_channel_send(&f->kernel, f->first, f->handle, &control, KIPC_NO_WAIT);
            assert_true(result == KIPC_OK || result == KIPC_E_QUOTA);
            sent += result == KIPC_OK ? 1 : 0;
        }
        assert_int_equal(sent, expected);
        for (uint64_t i = 0; i < 16 - expected; i++) {
            assert_result(send_number(f, f->handle, i, 0, KIPC_NO_WAIT), KIPC_OK);
        }
        assert_result(send_number(f, f->handle, 99, 0, KIPC_NO_WAIT), KIPC_E_FULL);
        assert_result(receive_any(f, f->other, &info), 0);
        assert_int_equal(info.header.type, KIPC_MESSAGE_CONTROL);
        assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &control, KIPC_NO_WAIT), KIPC_OK);
        for (uint32_t i = 0; i < expected; i++) {
            assert_result(receive_any(f, f->other, &info), 0);
        }
        for (uint64_t i = 0; i < 16 - expected; i++) {
            assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
            assert_int_equal(number, i);
        }
    }
}

static void test_VER_SE_04_messages_without_the_capability_are_refused(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    struct kipc_kernel *k = &f->kernel;
    struct kipc_channel_stats stats;
    kipc_handle_t ticket;
    kipc_handle_t copy;
    kipc_handle_t other_event;
    make_channel(f, &config);
    assert_result(kipc_event_create(k, f->first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &ticket), KIPC_OK);
    assert_result(kipc_event_create(k, f->first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &other_event), KIPC_OK);
    assert_result(kipc_handle_duplicate(k, f->first, ticket, f->first, KIPC_RIGHT_SHARE, &copy), KIPC_OK);
    assert_result(kipc_channel_require(k, f->first, f->other, ticket + 0x10000), KIPC_E_BADCAP);
    assert_result(kipc_channel_require(k, f->first, f->other, ticket), KIPC_OK);
    struct kipc_channel_message message = {.capabilities = {other_event, other_event}, .capability_count = 0};
    assert_result(kipc_channel_send(k, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_E_FILTERED);
    message.capability_count = 2;
    assert_result(kipc_channel_send(k, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_E_FILTERED);
    message.capabilities[1] = copy; /* any handle of the object does */
    assert_result(kipc_channel_send(k, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_result(send_number(f, f->other, 1, 0, KIPC_NO_WAIT), KIPC_OK); /* the other direction requires nothing */
    assert_result(kipc_channel_stats(k, f->first, f->other, &stats), 1);
    assert_int_equal(stats.filtered, 2);
    assert_result(kipc_channel_require(k, f->first, f->other, KIPC_NO_ID), KIPC_OK);
    assert_result(send_number(f, f->handle, 1, 0, KIPC_NO_WAIT), KIPC_OK);
    /* An object that is gone cannot be presented, nor one that took its place. */
    assert_result(kipc_channel_require(k, f->first, f->other, ticket), KIPC_OK);
    assert_result(kipc_object_close(k, f->first, ticket), KIPC_OK);
    message.capability_count = 1;
    message.capabilities[0] = ticket;
    assert_result(kipc_channel_send(k, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_E_BADCAP);
}

static void test_MOS_LM_02_256_messages_and_no_more(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(257);
    kipc_handle_t ends[2];
    uint64_t number;
    config.is_unidirectional = true;
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), KIPC_E_INVAL);
    config.capacity = 256;
    make_channel(f, &config);
    for (uint64_t i = 0; i < 256; i++) {
        assert_result(send_number(f, f->handle, i, 0, KIPC_NO_WAIT), KIPC_OK);
    }
    assert_result(send_number(f, f->handle, 256, 0, KIPC_NO_WAIT), KIPC_E_FULL);
    for (uint64_t i = 0; i < 256; i++) {
        assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
        assert_int_equal(number, i);
    }
}

static void test_VER_MS_01_up_to_64_bytes_take_the_small_path(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    struct kipc_channel_stats stats;
    uint8_t data[257];
    uint8_t received[257];
    make_channel(f, &config);
    struct random_numbers random = {.state = 1};
    for (uint32_t length = 0; length <= 256; length++) {
        uint32_t offset = length % 2; /* aligned, and not */
        for (uint32_t i = 0; i < length; i++) {
            data[i] = (uint8_t)random_next(&random);
        }
        memset(received, 0, sizeof(received));
        const struct kipc_channel_message message = {.length = length, .data = data};
        assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_OK);
        assert_int_equal(f->kernel.block_count - f->kernel.blocks_free,
                         length <= 64 ? 1 : 1 + (length - 64 + 127) / 128);
        assert_result(kipc_channel_receive(&f->kernel, f->first, f->other, received + offset, 256, NULL, KIPC_NO_WAIT),
                      (int)length);
        assert_memory_equal(received + offset, data, length);
        assert_result(kipc_channel_stats(&f->kernel, f->first, f->handle, &stats), 0);
        assert_int_equal(stats.sent, length + 1);
        assert_int_equal(stats.sent_large, length <= 64 ? 0 : length - 64);
    }
}

static void send_whole_header(struct actor *actor)
{
    const struct kipc_channel_message *message = (const void *)(uintptr_t)actor->fixture->value;
    actor->result = kipc_channel_send(&actor->fixture->kernel, actor->pid, actor->handle, message, KIPC_FOREVER);
}

/* In registers or through memory: what the sender wrote arrives with the message. */
static void test_VER_CP_03_a_rendezvous_hands_over_the_whole_header(void **state)
{
    struct kernel_fixture *f = *state;
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA,
                                                 .flags = KIPC_MESSAGE_FLAG_MORE | KIPC_MESSAGE_FLAG_URGENT,
                                                 .priority = 9,
                                                 .tag = UINT64_C(0x123456789ABCDEF0)};
    for (int in_registers = 0; in_registers < 2; in_registers++) {
        struct kipc_channel_config config = {
            .is_register_only = in_registers == 1, .buffer_bytes = 64, .message_max = 32, .timeout = KIPC_FOREVER};
        struct kipc_channel_info info;
        make_channel(f, &config);
        struct actor *waits = act(f, f->first, 1, send_whole_header);
        f->value = (uint64_t)(uintptr_t)&message;
        assert_int_equal(mock_run_now(&f->mock), 1);
        assert_result(kipc_channel_receive(&f->kernel, f->first, f->other, NULL, 0, &info, KIPC_NO_WAIT), 0);
        assert_int_equal(mock_run_now(&f->mock), 0);
        assert_result(waits->result, KIPC_OK);
        assert_int_equal(info.header.type, message.type);
        assert_int_equal(info.header.flags, message.flags);
        assert_int_equal(info.header.priority, message.priority);
        assert_int_equal(info.header.total_size, KIPC_MESSAGE_HEADER_BYTES);
        assert_int_equal(info.header.sender, f->first);
        assert_true(info.header.destination == message.tag);
    }
}

int main(void)
{
#define WITH_KERNEL(test) cmocka_unit_test_setup_teardown(test, kernel_fixture_set_up, kernel_fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_KERNEL(test_EXO_CH_01_typed_channels),
        WITH_KERNEL(test_EXO_MS_08_open_and_close_are_told_by_control_messages),
        WITH_KERNEL(test_EXO_MS_08_a_control_flood_leaves_room_for_data),
        WITH_KERNEL(test_VER_SE_04_messages_without_the_capability_are_refused),
        WITH_KERNEL(test_MOS_LM_02_256_messages_and_no_more),
        WITH_KERNEL(test_VER_MS_01_up_to_64_bytes_take_the_small_path),
        WITH_KERNEL(test_VER_CH_03_register_only),
        WITH_KERNEL(test_VER_CP_03_a_rendezvous_hands_over_the_whole_header),
    };
    return cmocka_run_group_tests_name("channel_kinds", tests, NULL, NULL);
}
