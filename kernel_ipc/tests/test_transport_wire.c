/* SPDX-License-Identifier: MIT */
/* Tasks that talk through a channel do not see whether a transport carries it. */
#include "channel_fixture.h"
#include <kipc/transport.h>

static void open_remote(struct kernel_fixture *f, uint32_t capacity, uint32_t node, uint32_t port,
                        kipc_handle_t *handle)
{
    struct kipc_channel_config config = channel_config(capacity);
    assert_result(kipc_channel_open_remote(&f->kernel, f->first, &config, node, port, handle), KIPC_OK);
}

/* A wire between node 1 and node 2, which are both this kernel: what leaves to the one arrives from the other. */
struct wire {
    struct kernel_fixture *fixture;
    struct kipc_transport transports[2];
    struct wire_side {
        struct wire *wire;
        uint32_t node;
    } sides[2];
    uint64_t carried;
};

static void carry(struct wire_side *from, uint32_t port)
{
    struct wire *wire = from->wire;
    struct kipc_kernel *kernel = &wire->fixture->kernel;
    struct kipc_message_header header;
    uint8_t data[256];
    int length = kipc_transport_take(kernel, from->node, port, &header, data, sizeof(data));
    while (length >= 0) {
        wire->carried += 1;
        int result = kipc_transport_deliver(kernel, 3 - from->node, port, &header, data, (uint32_t)length);
        assert_result(result, KIPC_OK);
        length = kipc_transport_take(kernel, from->node, port, &header, data, sizeof(data));
    }
    assert_result(length, KIPC_E_EMPTY);
}

static void wire_kick(void *context, uint32_t port)
{
    carry(context, port);
}

static void wire_nothing(void *context, uint32_t port)
{
    (void)context;
    (void)port;
}

static const struct kipc_transport_ops wire_ops = {.kick = wire_kick, .room = wire_nothing, .parted = wire_nothing};

/* What tasks do with a channel: it knows two handles, and not where they lead to. */
static void talk(struct kernel_fixture *f)
{
    for (uint64_t round = 0; round < 20; round++) {
        for (uint64_t i = 0; i < 8; i++) {
            assert_result(send_number(f, f->handle, round * 8 + i, 1, KIPC_FOREVER), KIPC_OK);
            assert_result(send_number(f, f->other, 1000 + round * 8 + i, 1, KIPC_FOREVER), KIPC_OK);
        }
        for (uint64_t i = 0; i < 8; i++) {
            uint64_t number;
            assert_result(receive_number(f, f->other, &number, KIPC_FOREVER), 8);
            assert_int_equal(number, round * 8 + i);
            assert_result(receive_number(f, f->handle, &number, KIPC_FOREVER), 8);
            assert_int_equal(number, 1000 + round * 8 + i);
        }
    }
    struct actor *receiver = act(f, f->first, 20, receive_and_note);
    assert_int_equal(mock_run(&f->mock), 1);
    assert_result(send_number(f, f->other, 42, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_int_equal(receiver->number, 42);
    assert_result(kipc_channel_disconnect(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_result(send_number(f, f->handle, 1, 0, KIPC_NO_WAIT), KIPC_E_CLOSED);
}

static void test_VER_DP_02_the_same_calls_over_any_transport(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(8);
    make_channel(f, &config);
    talk(f);
    static struct wire wire;
    wire = (struct wire){.fixture = f};
    for (uint32_t i = 0; i < 2; i++) {
        wire.sides[i] = (struct wire_side){&wire, 1 + i};
        wire.transports[i] = (struct kipc_transport){.ops = &wire_ops, .context = &wire.sides[i], .payload_max = 256};
        assert_result(kipc_route_add(&f->kernel, 1 + i, &wire.transports[i]), KIPC_OK);
    }
    assert_result(kipc_handle_close(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_result(kipc_handle_close(&f->kernel, f->first, f->other), KIPC_OK);
    open_remote(f, 8, 1, 3, &f->handle);
    open_remote(f, 8, 2, 3, &f->other);
    talk(f);
    assert_int_equal(wire.carried, 2 * 20 * 8 + 1);
    assert_result(kipc_process_exit(&f->kernel, f->first), KIPC_OK);
}

/* The rings below take no lock at all: kernel objects do, and the mock counts. */
static void test_VER_CP_07_VER_PF_01_a_ring_takes_no_lock(void **state)
{
    struct kernel_fixture *f = *state;
    alignas(KIPC_CACHELINE) static uint8_t memory[sizeof(struct kipc_ring_shared) + 4 * KIPC_CACHELINE];
    struct kipc_ring_producer producer;
    struct kipc_ring_consumer consumer;
    struct kipc_notifier notifier = kipc_notifier_local(&f->mock.port);
    assert_int_equal(alignof(struct kipc_ring_slot), KIPC_CACHELINE);
    assert_int_equal(sizeof(struct kipc_ring_slot) % KIPC_CACHELINE, 0);
    assert_result(kipc_ring_format(memory, sizeof(memory), 4, 0), KIPC_OK);
    assert_result(kipc_ring_producer_attach(&producer, memory, sizeof(memory), &f->mock.port, notifier), KIPC_OK);
    assert_result(kipc_ring_consumer_attach(&consumer, memory, sizeof(memory), &f->mock.port, notifier), KIPC_OK);
    unsigned int locks = f->mock.locks;
    for (uint64_t i = 0; i < 100000; i++) {
        uint64_t number = 0;
        size_t length;
        assert_result(kipc_ring_send_sp(&producer, &i, sizeof(i)), KIPC_OK);
        assert_result(kipc_ring_receive_sc(&consumer, &number, sizeof(number), &length), KIPC_OK);
        assert_int_equal(number, i);
    }
    assert_int_equal(f->mock.locks, locks);
}

int main(void)
{
#define WITH_KERNEL(test) cmocka_unit_test_setup_teardown(test, kernel_fixture_set_up, kernel_fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_KERNEL(test_VER_DP_02_the_same_calls_over_any_transport),
        WITH_KERNEL(test_VER_CP_07_VER_PF_01_a_ring_takes_no_lock),
    };
    return cmocka_run_group_tests_name("transport_wire", tests, NULL, NULL);
}
