/* SPDX-License-Identifier: MIT */
/*
 * The wait protocol under every schedule. A lost wake-up shows as a thread that stays blocked when nothing else can
 * run. tests/mutants.sh plants defects in the library and expects this program to fail on each.
 */
#include "explorer.h"
#include "support.h"

#define MESSAGES_MAX 3u

/* All memory of all scenarios; nothing that matters lives anywhere else. */
static struct {
    alignas(KIPC_CACHELINE) uint8_t ring[sizeof(struct kipc_ring_shared) + 2 * KIPC_CACHELINE];
    alignas(KIPC_CACHELINE) uint8_t pool[3 * KIPC_CACHELINE + KIPC_CACHELINE];
    struct kipc_buffer_record records[2];
    struct kipc_link_sender sender;
    struct kipc_link_receiver receiver;
    uint64_t received[MESSAGES_MAX];
    uint64_t message_count;
    uint64_t sent_count;
    uint64_t received_count;
    uint64_t receive_calls;
    uint64_t time_outs;
} world;

enum sides { HEAVY, LIGHT };

static void attach(const struct kipc_port *port, enum sides sides, uint32_t slots, uint64_t message_count,
                   struct kipc_notifier to_receiver, struct kipc_notifier to_sender)
{
    world.message_count = message_count;
    size_t ring_bytes = kipc_ring_bytes(slots);
    size_t pool_bytes = kipc_pool_bytes(1, KIPC_CACHELINE);
    assert_true(ring_bytes <= sizeof(world.ring) && pool_bytes <= sizeof(world.pool));
    assert_result(kipc_ring_format(world.ring, ring_bytes, slots, UINT32_MAX), KIPC_OK);
    assert_result(sides == LIGHT ? kipc_ring_lighten(world.ring, ring_bytes) : KIPC_OK, KIPC_OK);
    assert_result(kipc_pool_format(world.pool, pool_bytes, 1, KIPC_CACHELINE, UINT32_MAX), KIPC_OK);
    struct kipc_link_sender_config sender = {.port = port,
                                             .notifier = to_receiver,
                                             .ring_memory = world.ring,
                                             .ring_bytes = ring_bytes,
                                             .pool = {world.pool, pool_bytes, &world.records[0], 1}};
    struct kipc_link_receiver_config receiver = {.port = port,
                                                 .notifier = to_sender,
                                                 .ring_memory = world.ring,
                                                 .ring_bytes = ring_bytes,
                                                 .pool = {world.pool, pool_bytes, &world.records[1], 1}};
    assert_result(kipc_link_sender_attach(&world.sender, &sender), KIPC_OK);
    assert_result(kipc_link_receiver_attach(&world.receiver, &receiver), KIPC_OK);
}

static void set_up_local(const struct kipc_port *port, enum sides sides, uint32_t slots, uint64_t message_count)
{
    attach(port, sides, slots, message_count, kipc_notifier_local(port), kipc_notifier_local(port));
}

static void set_up_one_slot(const struct kipc_port *port)
{
    set_up_local(port, HEAVY, 1, 3);
}

static void set_up_one_light_slot(const struct kipc_port *port)
{
    set_up_local(port, LIGHT, 1, 2);
}

static void set_up_two_light_slots(const struct kipc_port *port)
{
    set_up_local(port, LIGHT, 2, 3);
}

static void set_up_two_light_messages(const struct kipc_port *port)
{
    set_up_local(port, LIGHT, 2, 2);
}

static void set_up_two_slots(const struct kipc_port *port)
{
    set_up_local(port, HEAVY, 2, 3);
}

static void set_up_two_messages(const struct kipc_port *port)
{
    set_up_local(port, HEAVY, 2, 2);
}

static void raise_wire(void *context, uint32_t waiter)
{
    (void)waiter;
    explorer_raise_wire((unsigned int)(uintptr_t)context);
}

static void set_up_doorbell_to_receiver(const struct kipc_port *port)
{
    struct kipc_notifier to_receiver = {.notify = raise_wire, .context = (void *)(uintptr_t)0};
    attach(port, HEAVY, 2, 2, to_receiver, kipc_notifier_local(port));
}

static void set_up_light_doorbell_to_receiver(const struct kipc_port *port)
{
    struct kipc_notifier to_receiver = {.notify = raise_wire, .context = (void *)(uintptr_t)0};
    attach(port, LIGHT, 2, 2, to_receiver, kipc_notifier_local(port));
}

static void set_up_doorbell_to_sender(const struct kipc_port *port)
{
    struct kipc_notifier to_sender = {.notify = raise_wire, .context = (void *)(uintptr_t)1};
    attach(port, HEAVY, 1, 2, kipc_notifier_local(port), to_sender);
}

static void send_all(void)
{
    for (; world.sent_count < world.message_count; world.sent_count++) {
        explorer_forget_past();
        uint64_t number = world.sent_count;
        if (kipc_ring_send_blocking(&world.sender.ring, &number, sizeof(number), KIPC_FOREVER) != KIPC_OK) {
            explorer_fail("a send failed");
        }
    }
}

static void receive_one(uint64_t deadline)
{
    uint64_t number = UINT64_MAX;
    size_t length = 0;
    int result = kipc_ring_receive_blocking(&world.receiver.ring, &number, sizeof(number), &length, deadline);
    if (result == KIPC_E_TIMEDOUT && deadline != KIPC_FOREVER) {
        world.time_outs += 1;
        return;
    }
    if (result != KIPC_OK || length != sizeof(number)) {
        explorer_fail("a receive failed");
    }
    world.received[world.received_count] = number;
    world.received_count += 1;
}

static void receive_all(void)
{
    while (world.received_count < world.message_count) {
        explorer_forget_past();
        receive_one(KIPC_FOREVER);
    }
}

/* The first two waits may time out at any moment; what follows must still see each message, once, in order. */
static void receive_with_time_outs(void)
{
    for (; world.receive_calls < 2; world.receive_calls++) {
        explorer_forget_past();
        receive_one(1000);
    }
    receive_all();
}

static void handle_receiver_doorbell(void)
{
    for (;;) {
        explorer_forget_past();
        explorer_await_wire(0);
        kipc_link_receiver_notified(&world.receiver);
    }
}

static void handle_sender_doorbell(void)
{
    for (;;) {
        explorer_forget_past();
        explorer_await_wire(1);
        kipc_link_sender_notified(&world.sender);
    }
}

static void send_loans(void)
{
    for (; world.sent_count < world.message_count; world.sent_count++) {
        explorer_forget_past();
        struct kipc_loan loan;
        uint64_t number = world.sent_count;
        if (kipc_link_loan(&world.sender, sizeof(number), &loan, KIPC_FOREVER) != KIPC_OK) {
            explorer_fail("a loan failed");
        }
        memcpy(loan.data, &number, sizeof(number));
        if (kipc_link_commit(&world.sender, &loan, sizeof(number), KIPC_FOREVER) != KIPC_OK) {
            explorer_fail("a commit failed");
        }
    }
}

static void receive_loans(void)
{
    while (world.received_count < world.message_count) {
        explorer_forget_past();
        struct kipc_link_message message;
        if (kipc_link_receive(&world.receiver, &message, KIPC_FOREVER) != KIPC_OK) {
            explorer_fail("a receive failed");
        }
        memcpy(&world.received[world.received_count], message.view.data, sizeof(uint64_t));
        world.received_count += 1;
        if (kipc_link_release(&world.receiver, &message.view) != KIPC_OK) {
            explorer_fail("a release failed");
        }
    }
}

/* All messages in order, nobody registered, and never more notifications than registrations. */
static bool check(void)
{
    const struct kipc_ring_shared *ring = (const void *)world.ring;
    bool good = world.received_count == world.message_count;
    for (uint64_t i = 0; i < world.message_count; i++) {
        good = good && world.received[i] == i;
    }
    uint32_t by_receiver = ring->consumer.waiting.registration;
    uint32_t by_sender = ring->producer.waiting.registration;
    good = good && by_receiver % 2 == 0 && world.sender.ring.waker.notified <= by_receiver / 2;
    good = good && by_sender % 2 == 0 && world.receiver.ring.waker.notified <= by_sender / 2;
    good = good && world.sender.ring.waiter.thread == KIPC_NO_THREAD;
    return good && world.receiver.ring.waiter.thread == KIPC_NO_THREAD;
}

static void explore(const char *name, void (*set_up)(const struct kipc_port *), void (*sender)(void),
                    void (*receiver)(void), void (*handler)(void))
{
    const struct explorer_scenario scenario = {
        .name = name,
        .memory = &world,
        .memory_bytes = sizeof(world),
        .set_up = set_up,
        .threads = {sender, receiver, handler},
        .thread_count = handler != NULL ? 3 : 2,
        .handler_count = handler != NULL ? 1 : 0,
        .check = check,
    };
    struct explorer_result result = explorer_run(&scenario);
    assert_true(result.passed);
    assert_true(result.runs > 50); /* a search that finds one schedule proves nothing */
}

static void test_EXO_SY_05_no_lost_wakeup_one_slot(void **state)
{
    (void)state;
    explore("one slot, one scheduler", set_up_one_slot, send_all, receive_all, NULL);
}

static void test_EXO_SY_05_no_lost_wakeup_two_slots(void **state)
{
    (void)state;
    explore("two slots, one scheduler", set_up_two_slots, send_all, receive_all, NULL);
}

static void test_EXO_SY_05_no_lost_wakeup_by_doorbell(void **state)
{
    (void)state;
    explore("two slots, doorbell to the receiver", set_up_doorbell_to_receiver, send_all, receive_all,
            handle_receiver_doorbell);
}

static void test_EXO_SY_07_no_lost_wakeup_of_the_sender_by_doorbell(void **state)
{
    (void)state;
    explore("one slot, doorbell to the sender", set_up_doorbell_to_sender, send_all, receive_all,
            handle_sender_doorbell);
}

static void test_EXO_SY_09_time_outs_lose_nothing(void **state)
{
    (void)state;
    explore("two slots, time-outs", set_up_two_messages, send_all, receive_with_time_outs, NULL);
}

static void test_EXO_SY_07_senders_wait_for_buffers(void **state)
{
    (void)state;
    explore("one buffer, loans", set_up_two_messages, send_loans, receive_loans, NULL);
}

/* Without a fence at each publication: the waiter's, for all, must be enough. */
static void test_EXO_SY_05_no_lost_wakeup_of_light_sides(void **state)
{
    (void)state;
    explore("one slot, light sides", set_up_one_light_slot, send_all, receive_all, NULL);
    explore("two slots, light sides", set_up_two_light_slots, send_all, receive_all, NULL);
    explore("two slots, light sides, doorbell to the receiver", set_up_light_doorbell_to_receiver, send_all,
            receive_all, handle_receiver_doorbell);
}

static void test_EXO_SY_09_time_outs_lose_nothing_of_light_sides(void **state)
{
    (void)state;
    explore("two slots, light sides, time-outs", set_up_two_light_messages, send_all, receive_with_time_outs, NULL);
    explore("one buffer, light sides, loans", set_up_two_light_messages, send_loans, receive_loans, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_EXO_SY_05_no_lost_wakeup_one_slot),
        cmocka_unit_test(test_EXO_SY_05_no_lost_wakeup_two_slots),
        cmocka_unit_test(test_EXO_SY_05_no_lost_wakeup_by_doorbell),
        cmocka_unit_test(test_EXO_SY_07_no_lost_wakeup_of_the_sender_by_doorbell),
        cmocka_unit_test(test_EXO_SY_09_time_outs_lose_nothing),
        cmocka_unit_test(test_EXO_SY_07_senders_wait_for_buffers),
        cmocka_unit_test(test_EXO_SY_05_no_lost_wakeup_of_light_sides),
        cmocka_unit_test(test_EXO_SY_09_time_outs_lose_nothing_of_light_sides),
    };
    return cmocka_run_group_tests_name("explorer", tests, NULL, NULL);
}
