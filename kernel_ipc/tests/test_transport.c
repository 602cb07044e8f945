/* SPDX-License-Identifier: MIT */
/* Channels to other nodes, over a transport that a test plays; over a wire: test_transport_wire.c. */
#include "channel_fixture.h"
#include <kipc/batch.h>
#include <kipc/call.h>
#include <kipc/topic.h>
#include <kipc/transport.h>

/* Notes what it is asked, and takes nothing. */
struct recorder {
    struct kipc_transport transport;
    unsigned int kicks;
    unsigned int rooms;
    unsigned int parts;
    uint32_t port;
};

static void record_kick(void *context, uint32_t port)
{
    struct recorder *recorder = context;
    recorder->kicks += 1;
    recorder->port = port;
}

static void record_room(void *context, uint32_t port)
{
    struct recorder *recorder = context;
    recorder->rooms += 1;
    recorder->port = port;
}

static void record_parted(void *context, uint32_t port)
{
    struct recorder *recorder = context;
    recorder->parts += 1;
    recorder->port = port;
}

static const struct kipc_transport_ops recorder_ops = {
    .kick = record_kick, .room = record_room, .parted = record_parted};

static void add_recorder(struct kernel_fixture *f, uint32_t node, struct recorder *recorder)
{
    *recorder = (struct recorder){.transport = {.ops = &recorder_ops, .payload_max = 1024}};
    recorder->transport.context = recorder;
    assert_result(kipc_route_add(&f->kernel, node, &recorder->transport), KIPC_OK);
}

static void open_remote(struct kernel_fixture *f, uint32_t capacity, uint32_t node, uint32_t port,
                        kipc_handle_t *handle)
{
    struct kipc_channel_config config = channel_config(capacity);
    assert_result(kipc_channel_open_remote(&f->kernel, f->first, &config, node, port, handle), KIPC_OK);
}

static void take_number(struct kernel_fixture *f, uint32_t node, uint32_t port, uint64_t expected)
{
    struct kipc_message_header header;
    uint64_t number = 0;
    assert_result(kipc_transport_take(&f->kernel, node, port, &header, &number, sizeof(number)), 8);
    assert_int_equal(number, expected);
    assert_int_equal(header.total_size, KIPC_MESSAGE_HEADER_BYTES + 8);
    assert_int_equal(header.sender, f->first);
}

static int take_nothing(struct kernel_fixture *f, uint32_t node, uint32_t port)
{
    struct kipc_message_header header;
    uint64_t number;
    return kipc_transport_take(&f->kernel, node, port, &header, &number, sizeof(number));
}

static int deliver_number(struct kernel_fixture *f, uint32_t node, uint32_t port, uint64_t number)
{
    struct kipc_message_header header;
    assert_result(kipc_message_set_up(&header, KIPC_MESSAGE_DATA, 0, sizeof(number)), KIPC_OK);
    header.sender = 77;
    return kipc_transport_deliver(&f->kernel, node, port, &header, &number, sizeof(number));
}

static void test_VER_CH_05_a_message_leaves_by_its_route(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    static struct recorder recorders[2];
    kipc_handle_t handles[2];
    kipc_handle_t none;
    assert_result(kipc_channel_open_remote(&f->kernel, f->first, &config, 3, 5, &none), KIPC_E_NOTFOUND);
    assert_int_equal(live(f, KIPC_TABLE_CHANNEL), 0);
    add_recorder(f, 3, &recorders[0]);
    add_recorder(f, 4, &recorders[1]);
    assert_result(kipc_route_add(&f->kernel, 3, &recorders[1].transport), KIPC_E_EXIST);
    open_remote(f, 4, 3, 5, &handles[0]);
    open_remote(f, 4, 4, 6, &handles[1]);
    assert_result(kipc_channel_open_remote(&f->kernel, f->first, &config, 3, 5, &none), KIPC_E_EXIST);
    for (uint32_t i = 0; i < 2; i++) {
        assert_result(send_number(f, handles[i], 100 + i, 0, KIPC_NO_WAIT), KIPC_OK);
        assert_int_equal(recorders[i].kicks, 1);
        assert_int_equal(recorders[1 - i].kicks, i);
        assert_int_equal(recorders[i].port, 5 + i);
        take_number(f, 3 + i, 5 + i, 100 + i);
        assert_result(take_nothing(f, 4 - i, 5 + i), KIPC_E_NOTFOUND);
    }
    assert_result(kipc_route_remove(&f->kernel, 3), KIPC_OK);
    assert_result(kipc_route_remove(&f->kernel, 3), KIPC_E_NOTFOUND);
    assert_result(send_number(f, handles[0], 1, 0, KIPC_NO_WAIT), KIPC_E_CLOSED);
    assert_result(kipc_channel_open_remote(&f->kernel, f->first, &config, 3, 5, &none), KIPC_E_NOTFOUND);
    assert_result(send_number(f, handles[1], 1, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(recorders[1].kicks, 1); /* it did not take until there was nothing */
    assert_int_equal(recorders[0].parts, 0);
}

static void test_VER_CP_09_one_kick_an_edge(void **state)
{
    struct kernel_fixture *f = *state;
    static struct recorder recorder; /* until the fixture ends */
    kipc_handle_t handle;
    add_recorder(f, 0, &recorder);
    open_remote(f, 16, 0, 0, &handle);
    for (unsigned int round = 1; round <= 10; round++) {
        for (uint64_t i = 0; i < 16; i++) {
            assert_result(send_number(f, handle, i, 0, KIPC_NO_WAIT), KIPC_OK);
        }
        assert_int_equal(recorder.kicks, round);
        for (uint64_t i = 0; i < 16; i++) {
            take_number(f, 0, 0, i);
            assert_int_equal(recorder.kicks, round);
        }
        assert_result(take_nothing(f, 0, 0), KIPC_E_EMPTY);
    }
}

static void test_VER_CH_05_arrivals_and_room(void **state)
{
    struct kernel_fixture *f = *state;
    static struct recorder recorder; /* until the fixture ends */
    struct kipc_channel_info info;
    uint64_t number;
    kipc_handle_t handle;
    add_recorder(f, 2, &recorder);
    open_remote(f, 2, 2, 1, &handle);
    assert_result(deliver_number(f, 2, 0, 1), KIPC_E_NOTFOUND);
    assert_result(deliver_number(f, 2, 1, 1), KIPC_OK);
    assert_result(deliver_number(f, 2, 1, 2), KIPC_OK);
    assert_result(deliver_number(f, 2, 1, 3), KIPC_E_FULL);
    assert_int_equal(recorder.rooms, 0);
    assert_result(kipc_channel_receive(&f->kernel, f->first, handle, &number, 8, &info, KIPC_NO_WAIT), 8);
    assert_int_equal(number, 1);
    /* A sender of another node can be taken for none of this one. */
    assert_int_equal(info.header.sender, UINT64_C(3) << 32 | 77);
    assert_int_equal(recorder.rooms, 1);
    assert_int_equal(recorder.port, 1);
    assert_result(receive_number(f, handle, &number, KIPC_NO_WAIT), 8);
    assert_int_equal(recorder.rooms, 1);
    assert_result(deliver_number(f, 2, 1, 3), KIPC_OK);
    assert_result(receive_number(f, handle, &number, KIPC_NO_WAIT), 8);
    assert_int_equal(number, 3);
    /* A batch makes room, too. */
    assert_result(deliver_number(f, 2, 1, 4), KIPC_OK);
    assert_result(deliver_number(f, 2, 1, 5), KIPC_OK);
    assert_result(deliver_number(f, 2, 1, 6), KIPC_E_FULL);
    struct kipc_channel_room rooms[2] = {{.buffer = &number, .capacity = 8}, {.buffer = &number, .capacity = 8}};
    assert_result(kipc_channel_receive_batch(&f->kernel, f->first, handle, rooms, 2, KIPC_NO_WAIT), 2);
    assert_int_equal(number, 5);
    assert_int_equal(recorder.rooms, 2);
}

static void test_VER_CH_05_what_arrives_is_checked(void **state)
{
    struct kernel_fixture *f = *state;
    static const struct {
        struct kipc_message_header header;
        uint32_t available;
        int expected;
    } cases[] = {
        {{.type = KIPC_MESSAGE_DATA, .total_size = 40}, 8, KIPC_OK},
        {{.type = KIPC_MESSAGE_DATA, .total_size = 40}, 7, KIPC_E_BADMSG},
        {{.type = KIPC_MESSAGE_DATA, .total_size = 31}, 8, KIPC_E_BADMSG},
        {{.type = KIPC_MESSAGE_DATA, .total_size = 32}, 0, KIPC_OK},
        {{.type = 5, .total_size = 40}, 8, KIPC_E_BADMSG},
        {{.flags = 4, .total_size = 40}, 8, KIPC_E_BADMSG},
        {{.reserved = 1, .total_size = 40}, 8, KIPC_E_BADMSG},
        {{.type = KIPC_MESSAGE_RESPONSE, .total_size = 40}, 8, KIPC_E_BADMSG},
        {{.type = KIPC_MESSAGE_DATA, .total_size = 32 + 256}, 256, KIPC_OK},
        {{.type = KIPC_MESSAGE_DATA, .total_size = 32 + 257}, 257, KIPC_E_MSGSIZE},
        {{.type = KIPC_MESSAGE_DATA, .total_size = UINT32_MAX}, UINT32_MAX, KIPC_E_BADMSG},
        {{.type = KIPC_MESSAGE_CONTROL, .total_size = 32}, 0, KIPC_E_FILTERED},
        /* A request id of the wire must not reach the requests of this kernel. */
        {{.type = KIPC_MESSAGE_REQUEST, .total_size = 32, .request_id = UINT64_C(1) << 16 | 1}, 0, KIPC_OK},
    };
    static struct recorder recorder; /* until the fixture ends */
    uint8_t data[257] = {0};
    kipc_handle_t handle;
    add_recorder(f, 0, &recorder);
    open_remote(f, 16, 0, 0, &handle);
    assert_result(kipc_channel_admit(&f->kernel, f->first, handle, 0xF), KIPC_OK);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct kipc_channel_info info;
        int result = kipc_transport_deliver(&f->kernel, 0, 0, &cases[i].header, data, cases[i].available);
        assert_result(result, cases[i].expected);
        int received = kipc_channel_receive(&f->kernel, f->first, handle, data, sizeof(data), &info, KIPC_NO_WAIT);
        assert_result(received, result == KIPC_OK ? (int)cases[i].header.total_size - 32 : KIPC_E_EMPTY);
    }
    struct kipc_message_header header = cases[0].header;
    assert_result(kipc_transport_deliver(&f->kernel, 8, 0, &header, data, 8), KIPC_E_INVAL);
    assert_result(kipc_transport_deliver(&f->kernel, 0, KIPC_CFG_PORTS_MAX, &header, data, 8), KIPC_E_INVAL);
    assert_result(kipc_transport_deliver(&f->kernel, 1, 0, &header, data, 8), KIPC_E_NOTFOUND);
    assert_result(kipc_transport_take(&f->kernel, 0, 0, NULL, data, 8), KIPC_E_INVAL);
}

static void test_VER_CH_05_take_keeps_what_does_not_fit(void **state)
{
    struct kernel_fixture *f = *state;
    static struct recorder recorder; /* until the fixture ends */
    struct kipc_message_header header;
    uint8_t data[256];
    kipc_handle_t handle;
    add_recorder(f, 0, &recorder);
    open_remote(f, 4, 0, 0, &handle);
    memset(data, 0x5A, sizeof(data));
    const struct kipc_channel_message message = {.length = 256, .data = data, .priority = 9};
    assert_result(send_number(f, handle, 1, 3, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_channel_send(&f->kernel, f->first, handle, &message, KIPC_NO_WAIT), KIPC_OK);
    memset(data, 0, sizeof(data));
    assert_result(kipc_transport_take(&f->kernel, 0, 0, &header, data, 255), KIPC_E_MSGSIZE);
    assert_int_equal(data[0], 0);
    assert_result(kipc_transport_take(&f->kernel, 0, 0, &header, data, 256), 256); /* the more urgent one */
    assert_int_equal(data[255], 0x5A);
    assert_int_equal(header.priority, 9);
    take_number(f, 0, 0, 1);
}

static void test_MOS_CH_12_types_of_connections(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    const struct kipc_topic_config topic_config = {.message_max = 64};
    const struct kipc_subscription_config subscription_config = {.capacity = 1};
    struct kipc_connection info;
    static struct recorder recorder; /* until the fixture ends */
    kipc_handle_t remote;
    kipc_handle_t topic;
    kipc_handle_t subscription;
    kipc_handle_t semaphore;
    add_recorder(f, 2, &recorder);
    make_channel(f, &config);
    open_remote(f, 4, 2, 7, &remote);
    assert_result(kipc_topic_create(&f->kernel, f->first, &topic_config, &topic), KIPC_OK);
    assert_result(kipc_topic_subscribe(&f->kernel, f->first, topic, &subscription_config, &subscription), KIPC_OK);
    assert_result(kipc_semaphore_create(&f->kernel, f->first, 0, 1, KIPC_WAIT_FIFO, &semaphore), KIPC_OK);
    assert_result(kipc_connection_info(&f->kernel, f->first, f->handle, &info), KIPC_OK);
    assert_int_equal(info.type, KIPC_CONNECTION_POINT_TO_POINT);
    assert_true(info.is_connected);
    assert_result(kipc_connection_info(&f->kernel, f->first, remote, &info), KIPC_OK);
    assert_int_equal(info.type, KIPC_CONNECTION_REMOTE);
    assert_int_equal(info.node, 2);
    assert_int_equal(info.port, 7);
    assert_result(kipc_connection_info(&f->kernel, f->first, topic, &info), KIPC_OK);
    assert_int_equal(info.type, KIPC_CONNECTION_BROADCAST);
    assert_result(kipc_connection_info(&f->kernel, f->first, subscription, &info), KIPC_OK);
    assert_int_equal(info.type, KIPC_CONNECTION_BROADCAST);
    assert_result(kipc_connection_info(&f->kernel, f->first, semaphore, &info), KIPC_E_TYPE);
    assert_result(kipc_connection_info(&f->kernel, f->first, remote, NULL), KIPC_E_INVAL);

    /* What a type does not allow. */
    struct kipc_channel_message message = {.capabilities = {semaphore}, .capability_count = 1};
    assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_channel_send(&f->kernel, f->first, remote, &message, KIPC_NO_WAIT), KIPC_E_INVAL);
    assert_result(kipc_topic_publish(&f->kernel, f->first, topic, &message, KIPC_NO_WAIT), KIPC_E_INVAL);
    message.capability_count = 0;
    assert_result(kipc_channel_call(&f->kernel, f->first, remote, &message, NULL, 0, KIPC_FOREVER), KIPC_E_INVAL);
    message.type = KIPC_MESSAGE_RESPONSE;
    assert_result(kipc_channel_send(&f->kernel, f->first, remote, &message, KIPC_NO_WAIT), KIPC_E_INVAL);
    assert_result(kipc_channel_disconnect(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_result(kipc_channel_disconnect(&f->kernel, f->first, remote), KIPC_OK);
    assert_int_equal(recorder.parts, 1);
    assert_result(kipc_connection_info(&f->kernel, f->first, remote, &info), KIPC_OK);
    assert_int_equal(info.type, KIPC_CONNECTION_REMOTE);
    assert_false(info.is_connected);
    assert_result(kipc_channel_connect(&f->kernel, f->first, f->handle, remote), KIPC_E_INVAL);
    config.capacity = 0;
    assert_result(kipc_channel_open_remote(&f->kernel, f->first, &config, 2, 7, &remote), KIPC_E_INVAL);
    config = channel_config(4);
    config.message_max = 1025;
    assert_result(kipc_channel_open_remote(&f->kernel, f->first, &config, 2, 7, &remote), KIPC_E_INVAL);
    assert_result(kipc_handle_close(&f->kernel, f->first, semaphore), KIPC_OK);
}

static void test_VER_CH_05_the_other_node_is_lost(void **state)
{
    struct kernel_fixture *f = *state;
    static struct recorder recorder; /* until the fixture ends */
    uint64_t number;
    kipc_handle_t again;
    add_recorder(f, 1, &recorder);
    open_remote(f, 2, 1, 4, &f->handle);
    assert_result(deliver_number(f, 1, 4, 5), KIPC_OK);
    assert_result(send_number(f, f->handle, 1, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_result(send_number(f, f->handle, 2, 0, KIPC_NO_WAIT), KIPC_OK);
    struct actor *sender = act(f, f->first, 5, send_and_note);
    assert_int_equal(mock_run(&f->mock), 1);
    assert_result(kipc_transport_lost(&f->kernel, 1), 1);
    assert_result(kipc_transport_lost(&f->kernel, 1), 0);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(sender->result, KIPC_E_CLOSED);
    assert_int_equal(recorder.parts, 0);
    assert_int_equal(f->kernel.blocks_reserved, 2 + (4096 + 63 * 2) / 128); /* of the inbox that can be read still */
    assert_result(take_nothing(f, 1, 4), KIPC_E_NOTFOUND);
    assert_result(deliver_number(f, 1, 4, 6), KIPC_E_NOTFOUND);
    /* A new life: nothing of the old one comes through. */
    open_remote(f, 2, 1, 4, &again);
    assert_result(take_nothing(f, 1, 4), KIPC_E_EMPTY);
    assert_result(receive_number(f, again, &number, KIPC_NO_WAIT), KIPC_E_EMPTY);
    assert_result(receive_number(f, f->handle, &number, KIPC_NO_WAIT), 8);
    assert_int_equal(number, 5);
    assert_result(receive_number(f, f->handle, &number, KIPC_NO_WAIT), KIPC_E_CLOSED);
    assert_result(send_number(f, f->handle, 9, 0, KIPC_NO_WAIT), KIPC_E_CLOSED);
    assert_int_equal(recorder.kicks, 1);
}

static void test_VER_CH_05_a_process_that_ends_frees_its_ports(void **state)
{
    struct kernel_fixture *f = *state;
    static struct recorder recorder; /* until the fixture ends */
    add_recorder(f, 1, &recorder);
    for (uint32_t port = 0; port < KIPC_CFG_PORTS_MAX; port++) {
        struct kipc_channel_config config = kipc_channel_config_default();
        config.capacity = 2;
        assert_result(kipc_channel_open_remote(&f->kernel, f->first, &config, 1, port, &f->handle), KIPC_OK);
    }
    assert_int_equal(live(f, KIPC_TABLE_CHANNEL), 2 * KIPC_CFG_PORTS_MAX);
    struct actor *receiver = act(f, f->first, 5, receive_and_note);
    assert_int_equal(mock_run(&f->mock), 1);
    assert_result(kipc_process_exit(&f->kernel, f->first), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(receiver->result, KIPC_E_SRCH);
    assert_int_equal(recorder.parts, KIPC_CFG_PORTS_MAX);
    assert_int_equal(live(f, KIPC_TABLE_CHANNEL), 0);
    assert_int_equal(f->kernel.blocks_reserved, 0);
}

static void test_MOS_ER_04_a_remote_channel_that_cannot_be_made(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    static struct recorder recorder; /* until the fixture ends */
    kipc_handle_t handle;
    add_recorder(f, 1, &recorder);
    const struct {
        uint32_t *limit;
        int expected;
    } cases[] = {
        {&f->kernel.block_count, KIPC_E_NOMEM},
        {&f->kernel.tables[KIPC_TABLE_CHANNEL].first_free, KIPC_E_NOSPC},
        {&f->kernel.tables[KIPC_TABLE_HANDLE].first_free, KIPC_E_NOSPC},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t limit = *cases[i].limit;
        *cases[i].limit = 0;
        assert_result(kipc_channel_open_remote(&f->kernel, f->first, &config, 1, 0, &handle), cases[i].expected);
        *cases[i].limit = limit;
        assert_int_equal(live(f, KIPC_TABLE_CHANNEL), 0);
        assert_int_equal(live(f, KIPC_TABLE_HANDLE), 0);
        assert_int_equal(f->kernel.blocks_reserved, 0);
    }
    open_remote(f, 4, 1, 0, &handle);
}

int main(void)
{
#define WITH_KERNEL(test) cmocka_unit_test_setup_teardown(test, kernel_fixture_set_up, kernel_fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_KERNEL(test_VER_CH_05_a_message_leaves_by_its_route),
        WITH_KERNEL(test_VER_CP_09_one_kick_an_edge),
        WITH_KERNEL(test_VER_CH_05_arrivals_and_room),
        WITH_KERNEL(test_VER_CH_05_what_arrives_is_checked),
        WITH_KERNEL(test_VER_CH_05_take_keeps_what_does_not_fit),
        WITH_KERNEL(test_MOS_CH_12_types_of_connections),
        WITH_KERNEL(test_VER_CH_05_the_other_node_is_lost),
        WITH_KERNEL(test_VER_CH_05_a_process_that_ends_frees_its_ports),
        WITH_KERNEL(test_MOS_ER_04_a_remote_channel_that_cannot_be_made),
    };
    return cmocka_run_group_tests_name("transport", tests, NULL, NULL);
}
