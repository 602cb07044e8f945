/* SPDX-License-Identifier: MIT */
/*
 * Many producers and one consumer under every schedule: two lanes of one slot each. A lost wake-up shows as a thread
 * that stays blocked when nothing else can run. tests/mutants_many_explorer.list names defects that must be found.
 */
#include "explorer.h"
#include "support.h"
#include <kipc/many_ring.h>

#define LANES 2u

static struct {
    alignas(KIPC_CACHELINE) uint8_t ring[sizeof(struct kipc_many_ring_shared) +
                                         LANES * (sizeof(struct kipc_ring_shared) + sizeof(struct kipc_ring_slot))];
    struct kipc_ring_producer producers[LANES];
    struct kipc_ring_consumer lanes[LANES];
    struct kipc_many_ring_consumer consumer;
    uint64_t received[LANES]; /* messages of each lane, which come in order */
    uint64_t expected[LANES];
    uint64_t sent[LANES];
} many;

static void set_up_many(const struct kipc_port *port, uint64_t first, uint64_t second)
{
    many.expected[0] = first;
    many.expected[1] = second;
    size_t bytes = kipc_many_ring_bytes(LANES, 1);
    struct kipc_notifier notifier = kipc_notifier_local(port);
    assert_int_equal(bytes, sizeof(many.ring));
    assert_result(kipc_many_ring_format(many.ring, bytes, LANES, 1, UINT32_MAX), KIPC_OK);
    for (uint32_t i = 0; i < LANES; i++) {
        assert_result(kipc_many_ring_producer_attach(&many.producers[i], many.ring, bytes, i, port, notifier), KIPC_OK);
    }
    assert_result(kipc_many_ring_consumer_attach(&many.consumer, many.lanes, LANES, many.ring, bytes, port, notifier),
                  KIPC_OK);
}

static void set_up_two_producers(const struct kipc_port *port)
{
    set_up_many(port, 1, 1);
}

static void set_up_stalled_producer(const struct kipc_port *port)
{
    set_up_many(port, 0, 2);
}

static void send_to_lane(uint32_t lane)
{
    for (; many.sent[lane] < many.expected[lane]; many.sent[lane]++) {
        explorer_forget_past();
        uint64_t number = many.sent[lane];
        if (kipc_ring_send_blocking(&many.producers[lane], &number, sizeof(number), KIPC_FOREVER) != KIPC_OK) {
            explorer_fail("a send failed");
        }
    }
}

static void send_to_first_lane(void)
{
    send_to_lane(0);
}

static void send_to_second_lane(void)
{
    send_to_lane(1);
}

/* Begins a message, and is never seen again. */
static void stall_in_first_lane(void)
{
    void *payload;
    if (kipc_ring_acquire_sp(&many.producers[0], &payload) != KIPC_OK) {
        explorer_fail("no slot");
    }
}

static void receive_from_all(void)
{
    while (many.received[0] + many.received[1] < many.expected[0] + many.expected[1]) {
        explorer_forget_past();
        uint64_t number = UINT64_MAX;
        size_t length = 0;
        uint32_t lane = LANES;
        int result =
            kipc_many_ring_receive_blocking(&many.consumer, &number, sizeof(number), &length, &lane, KIPC_FOREVER);
        if (result != KIPC_OK || length != sizeof(number) || lane >= LANES || number != many.received[lane]) {
            explorer_fail("a receive failed, or its message is not the next one of its lane");
        }
        many.received[lane] += 1;
    }
}

static bool check_many(void)
{
    const struct kipc_many_ring_shared *shared = (const void *)many.ring;
    return many.received[0] == many.expected[0] && many.received[1] == many.expected[1] &&
           shared->waiting.registration % 2 == 0 && many.consumer.waiter.thread == KIPC_NO_THREAD;
}

static void explore_many(const char *name, void (*set_up)(const struct kipc_port *), void (*first)(void))
{
    const struct explorer_scenario scenario = {
        .name = name,
        .memory = &many,
        .memory_bytes = sizeof(many),
        .set_up = set_up,
        .threads = {first, send_to_second_lane, receive_from_all},
        .thread_count = 3,
        .check = check_many,
    };
    struct explorer_result result = explorer_run(&scenario);
    assert_true(result.passed);
    assert_true(result.runs > 50);
}

static void test_MOS_CH_11_no_lost_wakeup_of_many_producers(void **state)
{
    (void)state;
    explore_many("two producers", set_up_two_producers, send_to_first_lane);
}

static void test_MOS_CH_11_a_stalled_producer_blocks_nobody(void **state)
{
    (void)state;
    explore_many("two producers, one of them stalled", set_up_stalled_producer, stall_in_first_lane);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_MOS_CH_11_no_lost_wakeup_of_many_producers),
        cmocka_unit_test(test_MOS_CH_11_a_stalled_producer_blocks_nobody),
    };
    return cmocka_run_group_tests_name("many_explorer", tests, NULL, NULL);
}
