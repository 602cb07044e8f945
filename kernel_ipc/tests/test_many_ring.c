/* SPDX-License-Identifier: MIT */
/* Many producers and one consumer: turns, stalled and hostile lanes, waiting. Schedules: test_explorer.c. */
#include "support.h"
#include <kipc/many_ring.h>

#define LANES 4u
#define SLOTS 2u

struct fixture {
    struct fake_port fake;
    struct fake_notifier to_consumer[LANES];
    struct fake_notifier to_producers;
    void *memory;
    size_t bytes;
    struct kipc_ring_producer producers[LANES];
    struct kipc_ring_consumer lanes[LANES];
    struct kipc_many_ring_consumer consumer;
};

static int attach_consumer(struct fixture *f)
{
    return kipc_many_ring_consumer_attach(&f->consumer, f->lanes, LANES, f->memory, f->bytes, &f->fake.port,
                                          fake_notifier(&f->to_producers));
}

static int attach_producer(struct fixture *f, uint32_t lane)
{
    return kipc_many_ring_producer_attach(&f->producers[lane], f->memory, f->bytes, lane, &f->fake.port,
                                          fake_notifier(&f->to_consumer[lane]));
}

static int set_up(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;
    memset(f, 0, sizeof(*f));
    fake_port_set_up(&f->fake, 0);
    f->fake.script_context = f;
    f->bytes = kipc_many_ring_bytes(LANES, SLOTS);
    f->memory = aligned_memory(f->bytes);
    assert_result(kipc_many_ring_format(f->memory, f->bytes, LANES, SLOTS, NEAR_WRAP), KIPC_OK);
    for (uint32_t i = 0; i < LANES; i++) {
        assert_result(attach_producer(f, i), KIPC_OK);
    }
    assert_result(attach_consumer(f), KIPC_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    const struct kipc_many_ring_shared *shared = f->memory;
    bool clean = shared->waiting.registration % 2 == 0 && f->consumer.waiter.thread == KIPC_NO_THREAD;
    aligned_memory_free(f->memory);
    return clean && failed_asserts() == 0 ? 0 : -1;
}

static void send(struct fixture *f, uint32_t lane, uint64_t number)
{
    assert_result(kipc_ring_send_sp(&f->producers[lane], &number, sizeof(number)), KIPC_OK);
}

static void expect(struct fixture *f, uint32_t expected_lane, uint64_t number)
{
    uint64_t found = ~number;
    size_t length = 0;
    uint32_t lane = LANES;
    assert_result(kipc_many_ring_receive_sc(&f->consumer, &found, sizeof(found), &length, &lane), KIPC_OK);
    assert_int_equal(lane, expected_lane);
    assert_int_equal(found, number);
}

static int receive(struct fixture *f, uint32_t *lane)
{
    uint64_t found;
    size_t length;
    return kipc_many_ring_receive_sc(&f->consumer, &found, sizeof(found), &length, lane);
}

/* The bound: one message of each other lane at most comes before the next one of a lane, however full they are. */
static void test_MOS_CH_11_lanes_take_turns(void **state)
{
    struct fixture *f = *state;
    uint32_t lane;
    assert_result(receive(f, &lane), KIPC_E_EMPTY);
    for (uint64_t i = 0; i < SLOTS; i++) {
        send(f, 0, i);
        send(f, 1, 10 + i);
        send(f, 3, 30 + i);
    }
    uint64_t more = 99;
    assert_result(kipc_ring_send_sp(&f->producers[0], &more, sizeof(more)), KIPC_E_FULL); /* of its own lane only */
    expect(f, 0, 0);
    send(f, 2, 20);
    send(f, 0, 2); /* a lane that is always full does not come sooner for that */
    expect(f, 1, 10);
    expect(f, 2, 20);
    expect(f, 3, 30);
    expect(f, 0, 1);
    expect(f, 1, 11);
    expect(f, 3, 31);
    expect(f, 0, 2);
    assert_result(receive(f, &lane), KIPC_E_EMPTY);
}

static void test_MOS_CH_11_a_stalled_producer_blocks_nobody(void **state)
{
    struct fixture *f = *state;
    void *payload;
    uint32_t lane;
    assert_result(kipc_ring_acquire_sp(&f->producers[1], &payload), KIPC_OK); /* and nothing more, ever */
    for (uint64_t i = 0; i < 1000; i++) {
        send(f, 0, i);
        send(f, 2, i);
        expect(f, 0, i);
        expect(f, 2, i);
        assert_result(receive(f, &lane), KIPC_E_EMPTY);
    }
}

static void test_a_hostile_lane_costs_its_own_messages_only(void **state)
{
    struct fixture *f = *state;
    uint32_t lane = LANES;
    struct kipc_ring_slot *slots = (struct kipc_ring_slot *)(uintptr_t)f->lanes[1].slots;
    send(f, 1, 1);
    send(f, 2, 2);
    slots[f->lanes[1].head & f->lanes[1].slot_mask].control = 0;
    assert_result(receive(f, &lane), KIPC_E_INTEGRITY);
    assert_int_equal(lane, 1);
    expect(f, 2, 2); /* the turn has passed on */
    assert_result(receive(f, &lane), KIPC_E_INTEGRITY);
    assert_result(kipc_ring_discard_sc(&f->lanes[1]), KIPC_OK);
    assert_result(receive(f, &lane), KIPC_E_EMPTY);
    f->producers[1].own->index = NEAR_WRAP + 100; /* claims more than there can be */
    assert_result(receive(f, &lane), KIPC_E_FLOW);
    assert_result(kipc_many_ring_exclude(&f->consumer, LANES), KIPC_E_INVAL);
    assert_result(kipc_many_ring_exclude(NULL, 1), KIPC_E_INVAL);
    assert_result(kipc_many_ring_exclude(&f->consumer, 1), KIPC_OK);
    assert_result(kipc_many_ring_exclude(&f->consumer, 1), KIPC_E_STATE);
    assert_result(receive(f, &lane), KIPC_E_EMPTY);
    send(f, 3, 3);
    expect(f, 3, 3);
}

static void test_a_message_that_does_not_fit_keeps_its_turn(void **state)
{
    struct fixture *f = *state;
    uint8_t small[4];
    size_t length = 0;
    uint32_t lane = LANES;
    send(f, 1, 1);
    send(f, 2, 2);
    assert_result(kipc_many_ring_receive_sc(&f->consumer, small, sizeof(small), &length, &lane), KIPC_E_MSGSIZE);
    assert_int_equal(length, 8);
    assert_int_equal(lane, 1);
    expect(f, 1, 1);
    expect(f, 2, 2);
    assert_result(kipc_many_ring_receive_sc(NULL, small, sizeof(small), &length, &lane), KIPC_E_INVAL);
    assert_result(kipc_many_ring_receive_sc(&f->consumer, NULL, 1, &length, &lane), KIPC_E_INVAL);
    assert_result(kipc_many_ring_receive_sc(&f->consumer, small, 1, NULL, &lane), KIPC_E_INVAL);
    assert_result(kipc_many_ring_receive_sc(&f->consumer, small, 1, &length, NULL), KIPC_E_INVAL);
}

/* A script of the fake port: lane 2 sends while the consumer is blocked. */
static int send_meanwhile(struct fake_port *fake)
{
    struct fixture *f = fake->script_context;
    send(f, 2, 7);
    assert_int_equal(f->to_consumer[2].calls, 1); /* it found the consumer registered */
    kipc_many_ring_consumer_notified(&f->consumer);
    fake->script = NULL;
    fake->token = false;
    return KIPC_OK;
}

static void test_one_wait_for_all_lanes(void **state)
{
    struct fixture *f = *state;
    uint64_t number = 0;
    size_t length;
    uint32_t lane;
    assert_result(kipc_many_ring_receive_blocking(&f->consumer, &number, 8, &length, &lane, KIPC_NO_WAIT),
                  KIPC_E_EMPTY);
    assert_result(kipc_many_ring_receive_blocking(&f->consumer, &number, 8, &length, &lane, f->fake.now + 5),
                  KIPC_E_TIMEDOUT);
    f->fake.script = send_meanwhile;
    assert_result(kipc_many_ring_receive_blocking(&f->consumer, &number, 8, &length, &lane, KIPC_FOREVER), KIPC_OK);
    assert_int_equal(number, 7);
    assert_int_equal(lane, 2);
    assert_int_equal(f->fake.wakes, 1);
    send(f, 0, 1); /* nobody waits: nobody is notified */
    assert_int_equal(f->to_consumer[0].calls, 0);
    expect(f, 0, 1);
}

static void test_layout_is_checked(void **state)
{
    struct fixture *f = *state;
    uint32_t *constants = f->memory;
    static const struct {
        size_t word;
        uint32_t value;
        int expected;
    } damages[] = {
        {0, 0, KIPC_E_INTEGRITY},     {1, 2, KIPC_E_INTEGRITY}, {2, 0, KIPC_E_INTEGRITY}, {2, 257, KIPC_E_INTEGRITY},
        {2, LANES + 1, KIPC_E_NOSPC}, {3, 3, KIPC_E_INTEGRITY}, {3, 4, KIPC_E_NOSPC},
    };
    for (size_t i = 0; i < COUNT_OF(damages); i++) {
        uint32_t good = constants[damages[i].word];
        constants[damages[i].word] = damages[i].value;
        assert_result(attach_producer(f, 0), damages[i].expected);
        assert_result(attach_consumer(f), damages[i].expected);
        constants[damages[i].word] = good;
    }
    struct kipc_notifier notifier = fake_notifier(&f->to_producers);
    const struct kipc_port *port = &f->fake.port;
    assert_result(kipc_many_ring_producer_attach(&f->producers[0], f->memory, f->bytes, LANES, port, notifier),
                  KIPC_E_INVAL);
    assert_result(kipc_many_ring_producer_attach(&f->producers[0], NULL, f->bytes, 0, port, notifier), KIPC_E_INVAL);
    assert_result(kipc_many_ring_producer_attach(&f->producers[0], f->memory, 64, 0, port, notifier), KIPC_E_NOSPC);
    constants[0] ^= 1; /* its first part alone says that this is no ring */
    assert_result(kipc_many_ring_producer_attach(&f->producers[0], f->memory, sizeof(struct kipc_many_ring_shared), 0,
                                                 port, notifier),
                  KIPC_E_INTEGRITY);
    constants[0] ^= 1;
    assert_result(
        kipc_many_ring_consumer_attach(&f->consumer, f->lanes, LANES - 1, f->memory, f->bytes, port, notifier),
        KIPC_E_NOSPC);
    assert_result(kipc_many_ring_consumer_attach(NULL, f->lanes, LANES, f->memory, f->bytes, port, notifier),
                  KIPC_E_INVAL);
    assert_result(attach_consumer(f), KIPC_OK);
    assert_int_equal(kipc_many_ring_bytes(0, SLOTS), 0);
    assert_int_equal(kipc_many_ring_bytes(257, SLOTS), 0);
    assert_int_equal(kipc_many_ring_bytes(1, 3), 0);
    assert_int_equal(kipc_many_ring_bytes(3, 4), 2 * 64 + 3 * kipc_ring_bytes(4));
    assert_result(kipc_many_ring_format(NULL, f->bytes, LANES, SLOTS, 0), KIPC_E_INVAL);
    assert_result(kipc_many_ring_format((uint8_t *)f->memory + 8, f->bytes, 1, SLOTS, 0), KIPC_E_INVAL);
    assert_result(kipc_many_ring_format(f->memory, f->bytes, 0, SLOTS, 0), KIPC_E_INVAL);
    assert_result(kipc_many_ring_format(f->memory, f->bytes - 1, LANES, SLOTS, 0), KIPC_E_NOSPC);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_MOS_CH_11_lanes_take_turns),
        TEST(test_MOS_CH_11_a_stalled_producer_blocks_nobody),
        TEST(test_a_hostile_lane_costs_its_own_messages_only),
        TEST(test_a_message_that_does_not_fit_keeps_its_turn),
        TEST(test_one_wait_for_all_lanes),
        TEST(test_layout_is_checked),
    };
    return cmocka_run_group_tests_name("many_ring", tests, NULL, NULL);
}
