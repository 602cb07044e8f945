/* SPDX-License-Identifier: MIT */
/*
 * Rings and links at exact values, on this kernel's threads: what is refused and what that leaves, which path a message
 * takes, how often a wait spins, blocks and is woken, how waits end, and which lines of memory a message touches.
 * The port under the ring counts, and lets a peer, as urgent as the program's thread,
 * do one thing whenever that one blocks.
 */
#include "kernel/clock.h"
#include "kernel/ipc_port.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/verdict.h"
#include "soc/mark.h"
#include "soc/memory.h"
#include <kipc/link.h>

const char program_name[] = "ring_values";

#define SLOTS 4u
#define BUFFERS 2u
#define BUFFER_BYTES 4096u
#define STACK_BYTES 4096
#define SPURIOUS 3u

static alignas(64) uint8_t ring_memory[sizeof(struct kipc_ring_shared) + SLOTS * sizeof(struct kipc_ring_slot)];
static alignas(64) uint8_t pool_memory[BUFFERS * BUFFER_BYTES + 4096];
static struct kipc_ring_producer producer;
static struct kipc_ring_consumer consumer;
static struct kipc_port_ops counting_ops;
static struct kipc_port counting = {.ops = &counting_ops};
static uint32_t relaxes, blocks, wakes;
static bool is_killed;

/* What the peer does while the program's thread is blocked; NULL: nothing. */
static void (*volatile peer_step)(void);
static struct thread peer_thread;
static struct thread *main_thread;
static THREAD_STACK(peer_stack, STACK_BYTES);

static void peer(void *argument)
{
    (void)argument;
    for (;;) {
        void (*step)(void) = peer_step;
        peer_step = NULL;
        if (step != NULL) {
            step();
        }
        (void)thread_block(THREAD_FOREVER);
    }
}

static void count_relax(void *context)
{
    relaxes++;
    ipc_port.ops->relax(context);
}

static void count_wake(void *context, uint32_t thread)
{
    wakes++;
    ipc_port.ops->wake(context, thread);
}

/* The peer is as urgent: it runs when this thread has blocked, to the end of what it does. */
static int count_block(void *context, uint64_t deadline)
{
    blocks++;
    if (peer_step != NULL) {
        thread_wake(&peer_thread);
    }
    int result = ipc_port.ops->block(context, deadline);
    return is_killed ? KIPC_E_CANCELED : result;
}

static void expect(int64_t actual, int64_t expected, const char *what)
{
    REQUIRE(actual == expected, "%s gave %ld, expected %ld", what, actual, expected);
}

static void count_anew(uint32_t spin_iterations)
{
    counting.spin_iterations = spin_iterations;
    relaxes = 0;
    blocks = 0;
    wakes = 0;
}

static void make_ring(void)
{
    struct kipc_notifier notifier = kipc_notifier_local(&counting);

    REQUIRE_OK(kipc_ring_format(ring_memory, sizeof(ring_memory), SLOTS, 0));
    REQUIRE_OK(kipc_ring_producer_attach(&producer, ring_memory, sizeof(ring_memory), &counting, notifier));
    REQUIRE_OK(kipc_ring_consumer_attach(&consumer, ring_memory, sizeof(ring_memory), &counting, notifier));
}

static int send(uint64_t number)
{
    return kipc_ring_send_sp(&producer, &number, sizeof(number));
}

static void take(uint64_t expected)
{
    uint64_t number = ~expected;
    size_t length = 0;

    expect(kipc_ring_receive_sc(&consumer, &number, sizeof(number), &length), KIPC_OK, "a receive");
    REQUIRE(length == sizeof(number) && number == expected, "%lu of %lu bytes instead of %lu", number, length,
            expected);
}

static int wait_for(uint64_t *number, uint64_t deadline)
{
    size_t length = 0;

    return kipc_ring_receive_blocking(&consumer, number, sizeof(*number), &length, deadline);
}

static void full_and_too_small(void)
{
    uint8_t before[sizeof(ring_memory)];
    uint8_t buffer[KIPC_RING_INLINE_MAX];
    size_t length = 0;

    make_ring();
    for (uint64_t i = 0; i < SLOTS; i++) {
        expect(send(i), KIPC_OK, "a send");
    }
    memcpy(before, ring_memory, sizeof(before));
    expect(send(SLOTS), KIPC_E_FULL, "a send into a full ring");
    REQUIRE(memcmp(before, ring_memory, sizeof(before)) == 0, "a refused send has written into the ring");
    expect(kipc_ring_receive_sc(&consumer, buffer, 7, &length), KIPC_E_MSGSIZE, "a receive into 7 of 8 bytes");
    expect(kipc_ring_receive_sc(&consumer, buffer, 8, &length), KIPC_OK, "a receive into exactly 8 bytes");
    REQUIRE_EQUAL(length, 8, "the message's length");
    for (uint64_t i = 1; i < SLOTS; i++) {
        take(i);
    }
    expect(kipc_ring_receive_sc(&consumer, buffer, 8, &length), KIPC_E_EMPTY, "a receive from an empty ring");
}

/* What the loads and stores of one message touch; the test of the harness looks at them. */
static void touched_lines(void)
{
    uint8_t *slots = (uint8_t *)((struct kipc_ring_shared *)ring_memory)->slots;
    uint8_t message[KIPC_RING_INLINE_MAX] = {1};
    size_t length = 0;
    int result;

    make_ring();
    for (unsigned i = 0; i < SLOTS; i++) {
        BELFRY_MARK("payload.transit", slots, SLOTS * sizeof(struct kipc_ring_slot));
        BELFRY_MARK1("ring.send", i);
        result = kipc_ring_send_sp(&producer, message, sizeof(message));
        BELFRY_MARK1("ring.receive", i);
        REQUIRE_OK(result);
        result = kipc_ring_receive_sc(&consumer, message, sizeof(message), &length);
        BELFRY_MARK1("ring.end", i);
        BELFRY_MARK("payload.end", slots, SLOTS * sizeof(struct kipc_ring_slot));
        REQUIRE_OK(result);
    }
    harness_point("slots", (uintptr_t)slots);
}

static void spins(void)
{
    static const uint32_t iterations[] = {KIPC_SPIN_ONE_HART, KIPC_SPIN_MANY_HARTS};
    uint64_t number = 0;

    make_ring();
    for (unsigned i = 0; i < 2; i++) {
        count_anew(iterations[i]);
        expect(wait_for(&number, clock_ticks() + 2), KIPC_E_TIMEDOUT, "a wait for nothing");
        REQUIRE_EQUAL(relaxes, iterations[i], "relax calls before the block");
        REQUIRE_EQUAL(blocks, 1, "blocks");
    }
    REQUIRE(KIPC_SPIN_ONE_HART == 0 && KIPC_SPIN_MANY_HARTS == 100, "other numbers of turns than promised");
}

static uint32_t spurious_left;

static void wake_for_nothing_or_send(void)
{
    if (spurious_left == 0) {
        expect(send(42), KIPC_OK, "the peer's send");
        return;
    }
    spurious_left--;
    peer_step = wake_for_nothing_or_send;
    thread_wake(main_thread);
}

static void wakes_for_nothing(void)
{
    uint64_t number = 0;

    make_ring();
    count_anew(KIPC_SPIN_ONE_HART);
    spurious_left = SPURIOUS;
    peer_step = wake_for_nothing_or_send;
    expect(wait_for(&number, KIPC_FOREVER), KIPC_OK, "a wait with wakes for nothing");
    REQUIRE_EQUAL(number, 42, "the message");
    REQUIRE_EQUAL(blocks, SPURIOUS + 1, "blocks");
    REQUIRE_EQUAL(wakes, 1, "wakes by the ring");
}

static void send_two(void)
{
    expect(send(1), KIPC_OK, "the send that wakes");
    expect(send(2), KIPC_OK, "the send into a ring that is not empty");
}

static void one_wake_an_edge(void)
{
    make_ring();
    count_anew(KIPC_SPIN_ONE_HART);
    for (uint32_t edge = 1; edge <= 5; edge++) {
        uint64_t number = 0;
        peer_step = send_two;
        expect(wait_for(&number, KIPC_FOREVER), KIPC_OK, "a wait");
        expect(wait_for(&number, KIPC_FOREVER), KIPC_OK, "a receive of what is there");
        REQUIRE_EQUAL(wakes, edge, "wakes");
        REQUIRE_EQUAL(blocks, edge, "blocks");
    }
}

static void receive_first(void)
{
    take(0);
}

static void kill(void)
{
    is_killed = true;
    thread_wake(main_thread);
}

static void how_waits_end(void)
{
    uint64_t number = SLOTS;

    make_ring();
    for (uint64_t i = 0; i < SLOTS; i++) {
        expect(send(i), KIPC_OK, "a send");
    }
    count_anew(KIPC_SPIN_ONE_HART);
    uint64_t deadline = clock_ticks() + 3;
    expect(kipc_ring_send_blocking(&producer, &number, sizeof(number), deadline), KIPC_E_TIMEDOUT, "a send in time");
    REQUIRE(clock_ticks() >= deadline, "the wait ended before its time");
    peer_step = kill;
    expect(kipc_ring_send_blocking(&producer, &number, sizeof(number), KIPC_FOREVER), KIPC_E_CANCELED,
           "the send of a killed thread");
    is_killed = false;
    peer_step = receive_first;
    expect(kipc_ring_send_blocking(&producer, &number, sizeof(number), KIPC_FOREVER), KIPC_OK, "a send that waits");
    REQUIRE_EQUAL(blocks, 3, "blocks");
    REQUIRE_EQUAL(wakes, 1, "wakes by the ring");
    for (uint64_t i = 1; i <= SLOTS; i++) {
        take(i);
    }
    expect(wait_for(&number, clock_ticks() + 3), KIPC_E_TIMEDOUT, "a receive in time");
    peer_step = kill;
    expect(wait_for(&number, KIPC_FOREVER), KIPC_E_CANCELED, "the receive of a killed thread");
    is_killed = false;
}

static void expect_paths(const struct kipc_link_sender *sender, uint64_t path_inline, uint64_t path_large)
{
    struct kipc_link_counters counters = kipc_link_sender_counters(sender);

    REQUIRE_EQUAL(counters.path_inline, path_inline, "messages that went inline");
    REQUIRE_EQUAL(counters.path_large, path_large, "messages that went by loan");
}

static void two_paths(void)
{
    static struct kipc_buffer_record records[2][BUFFERS];
    static struct kipc_link_sender sender;
    static struct kipc_link_receiver receiver;
    static uint8_t data[KIPC_RING_INLINE_MAX + 1];
    struct kipc_link_sender_config sends = {.port = &ipc_port,
                                            .notifier = kipc_notifier_local(&ipc_port),
                                            .ring_memory = ring_memory,
                                            .ring_bytes = sizeof(ring_memory),
                                            .pool = {pool_memory, sizeof(pool_memory), records[0], BUFFERS}};
    const struct kipc_link_receiver_config receives = {.port = &ipc_port,
                                                       .notifier = kipc_notifier_local(&ipc_port),
                                                       .ring_memory = ring_memory,
                                                       .ring_bytes = sizeof(ring_memory),
                                                       .pool = {pool_memory, sizeof(pool_memory), records[1], BUFFERS}};
    struct kipc_link_message message;
    struct kipc_loan loan;

    REQUIRE_OK(kipc_ring_format(ring_memory, sizeof(ring_memory), SLOTS, 0));
    REQUIRE_OK(kipc_pool_format(pool_memory, sizeof(pool_memory), BUFFERS, BUFFER_BYTES, 0));
    REQUIRE_OK(kipc_link_sender_attach(&sender, &sends));
    REQUIRE_OK(kipc_link_receiver_attach(&receiver, &receives));
    expect(kipc_link_send(&sender, data, KIPC_RING_INLINE_MAX, KIPC_NO_WAIT), KIPC_OK, "a send of 56 bytes");
    expect_paths(&sender, 1, 0);
    expect(kipc_link_send(&sender, data, sizeof(data), KIPC_NO_WAIT), KIPC_E_INVAL_SIZE, "a send of 57 bytes");
    expect(kipc_link_loan(&sender, sizeof(data), &loan, KIPC_NO_WAIT), KIPC_OK, "a loan of 57 bytes");
    expect(kipc_link_commit(&sender, &loan, sizeof(data), KIPC_NO_WAIT), KIPC_OK, "its commit");
    expect_paths(&sender, 1, 1);
    expect(kipc_link_receive(&receiver, &message, KIPC_NO_WAIT), KIPC_OK, "the first receive");
    REQUIRE(message.kind == KIPC_SLOT_INLINE && message.length == KIPC_RING_INLINE_MAX, "56 bytes came by loan");
    expect(kipc_link_receive(&receiver, &message, KIPC_NO_WAIT), KIPC_OK, "the second receive");
    REQUIRE(message.kind == KIPC_SLOT_LOAN && message.length == sizeof(data), "57 bytes came inline");
    expect(kipc_link_release(&receiver, &message.view), KIPC_OK, "a release");
    expect(kipc_link_loan(&sender, BUFFER_BYTES, &loan, KIPC_NO_WAIT), KIPC_OK, "a loan");
    expect(kipc_link_commit(&sender, &loan, BUFFER_BYTES, KIPC_NO_WAIT), KIPC_OK, "a commit");
    expect(kipc_link_commit(&sender, &loan, BUFFER_BYTES, KIPC_NO_WAIT), KIPC_E_STATE, "a second commit");
    expect(kipc_link_receive(&receiver, &message, KIPC_NO_WAIT), KIPC_OK, "a receive");
    expect(kipc_link_release(&receiver, &message.view), KIPC_OK, "a release");
    expect(kipc_link_loan(&sender, BUFFER_BYTES, &loan, KIPC_NO_WAIT), KIPC_OK, "another loan");
    expect(kipc_link_abort(&sender, &loan), KIPC_OK, "an abort");
    expect(kipc_link_commit(&sender, &loan, BUFFER_BYTES, KIPC_NO_WAIT), KIPC_E_STATE, "a commit after the abort");
}

static void start_peer(void)
{
    const struct thread_description description = {.name = "peer",
                                                   .entry = peer,
                                                   .priority = PROGRAM_MAIN_PRIORITY,
                                                   .stack = peer_stack,
                                                   .stack_bytes = STACK_BYTES};

    counting_ops = *ipc_port.ops;
    counting_ops.relax = count_relax;
    counting_ops.block = count_block;
    counting_ops.wake = count_wake;
    main_thread = thread_self();
    REQUIRE_OK(thread_create(&peer_thread, &description));
}

void program_main(void)
{
    agents_open();
    agents_use_clock();
    start_peer();
    full_and_too_small();
    touched_lines();
    spins();
    wakes_for_nothing();
    one_wake_an_edge();
    how_waits_end();
    two_paths();
    verdict_pass();
}
