/* SPDX-License-Identifier: MIT */
/*
 * A consumer that is blocked in a receive is woken by a doorbell, many times: what a wake-up costs, stage by stage.
 *
 * Each wake-up is a true one. On the consumer's hart a witness of the lowest priority runs only when the consumer is
 * blocked; it looks that this is so and then rings back, and only on that ring the producer sends the next message.
 * Parameter: wakeups (1000).
 */
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/endpoints.h"
#include "programs/support/verdict.h"
#include "soc/mark.h"

const char program_name[] = "wakeup";

#define SLOTS 4
#define RING_BYTES (sizeof(struct kipc_ring_shared) + SLOTS * sizeof(struct kipc_ring_slot))
#define PATH 0
#define BLOCKED_FLAG ENDPOINT_FREE_FLAG
#define CONSUMER_PRIORITY (PROGRAM_MAIN_PRIORITY + 2)
#define WITNESS_PRIORITY (PROGRAM_MAIN_PRIORITY - 2)

static alignas(64) uint8_t ring_memory[RING_BYTES];
static struct ring_sender sender;
static struct ring_receiver receiver;
static struct signal consumer_blocked;

static THREAD_STACK(witness_stack, 4096);
static struct thread witness_thread;
static struct thread *consumer_thread;
static volatile uint64_t waits_begun; /* by the consumer */

static void witness(void *argument)
{
    (void)argument;
    for (uint64_t seen = 0;; seen++) {
        while (waits_begun == seen) {
            (void)thread_block(THREAD_FOREVER);
        }
        REQUIRE(consumer_thread->state == THREAD_BLOCKED, "the witness ran while the consumer was in state %d",
                (int)consumer_thread->state);
        mailbox_ring_doorbell(&agent_mailboxes[1], BLOCKED_FLAG);
    }
}

static void start_witness(void)
{
    const struct thread_description description = {
        .name = "witness",
        .entry = witness,
        .priority = WITNESS_PRIORITY,
        .stack = witness_stack,
        .stack_bytes = sizeof(witness_stack),
    };

    consumer_thread = thread_self();
    REQUIRE_OK(thread_create(&witness_thread, &description));
}

static void consumer(void *argument)
{
    uint64_t wakeups = harness_parameter("wakeups", 1000);

    (void)argument;
    ring_receiver_open(&receiver, &agent_mailboxes[1], PATH, ring_memory, sizeof(ring_memory));
    start_witness();
    agents_second_is_ready();
    for (uint64_t i = 0; i < wakeups; i++) {
        uint64_t number = 0;
        size_t length = 0;
        uint64_t blocked = receiver.ring.waiter.blocked;
        waits_begun = i + 1;
        thread_wake(&witness_thread);
        REQUIRE_OK(kipc_ring_receive_blocking(&receiver.ring, &number, sizeof(number), &length, KIPC_FOREVER));
        BELFRY_MARK1("wakeup.end", i);
        REQUIRE(length == sizeof(number) && number == i, "message %lu arrived instead of %lu", number, i);
        REQUIRE(receiver.ring.waiter.blocked > blocked, "message %lu was received without blocking", i);
    }
    /* The last ring tells the producer that the last message has been checked. */
    mailbox_ring_doorbell(&agent_mailboxes[1], BLOCKED_FLAG);
}

void program_second_hart(void)
{
    agents_second_hart(consumer, CONSUMER_PRIORITY);
}

void program_main(void)
{
    uint64_t wakeups = harness_parameter("wakeups", 1000);

    agents_open();
    REQUIRE_OK(kipc_ring_format(ring_memory, sizeof(ring_memory), SLOTS, 0));
    ring_sender_open(&sender, &agent_mailboxes[0], PATH, ring_memory, sizeof(ring_memory));
    signal_open(&consumer_blocked, &agent_mailboxes[0], BLOCKED_FLAG);
    agents_release_second_hart();
    agents_start_second(consumer, CONSUMER_PRIORITY);
    harness_phase_begin("wakeups");
    for (uint64_t i = 0; i < wakeups; i++) {
        signal_take(&consumer_blocked);
        BELFRY_MARK1("wakeup.begin", i);
        REQUIRE_OK(kipc_ring_send_sp(&sender.ring, &i, sizeof(i)));
    }
    signal_take(&consumer_blocked);
    harness_phase_end("wakeups");
    REQUIRE_EQUAL(sender.ring.waker.notified, wakeups, "notifications sent");
    print("%lu wake-ups\n", wakeups);
    verdict_pass();
}
