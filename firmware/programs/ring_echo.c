/* SPDX-License-Identifier: MIT */
/*
 * Inline messages there and back between two agents, every length, several rounds; then a burst that fills the ring.
 * The second agent sends every byte back inverted, so an echo cannot be the sender's own memory.
 * Parameters: rounds (4), burst (64).
 */
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/endpoints.h"
#include "programs/support/pattern.h"
#include "programs/support/verdict.h"
#include "soc/memory.h"

const char program_name[] = "ring_echo";

#define SLOTS 8
#define RING_BYTES (sizeof(struct kipc_ring_shared) + SLOTS * sizeof(struct kipc_ring_slot))
#define PATH_THERE 0
#define PATH_BACK 1
#define SECOND_PRIORITY (PROGRAM_MAIN_PRIORITY + 1)

struct message {
    alignas(8) uint8_t bytes[KIPC_RING_INLINE_MAX + 8]; /* whole words, for pattern_write */
};

static alignas(64) uint8_t ring_there[RING_BYTES];
static alignas(64) uint8_t ring_back[RING_BYTES];
static struct ring_sender sender_there, sender_back;
static struct ring_receiver receiver_there, receiver_back;

static void invert(struct message *message, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        message->bytes[i] = (uint8_t)~message->bytes[i];
    }
}

static size_t receive(struct ring_receiver *receiver, struct message *message)
{
    size_t length = 0;

    REQUIRE_OK(
        kipc_ring_receive_blocking(&receiver->ring, message->bytes, KIPC_RING_INLINE_MAX, &length, KIPC_FOREVER));
    return length;
}

static void echo(uint64_t round, size_t length)
{
    struct message message;
    uint64_t seed = harness_seed() + round * 1000 + length;

    pattern_write(message.bytes, length, seed);
    REQUIRE_OK(kipc_ring_send_blocking(&sender_there.ring, message.bytes, length, KIPC_FOREVER));
    memset(&message, 0, sizeof(message));
    size_t received = receive(&receiver_back, &message);
    REQUIRE_EQUAL(received, length, "length of the echo");
    invert(&message, length);
    size_t wrong = pattern_check(message.bytes, length, seed);
    REQUIRE(wrong == PATTERN_GOOD, "round %lu, length %lu: echo differs near byte %lu", round, length, wrong);
}

/* Sends without waiting for answers, so that the ring runs full and the sender blocks; one answer counts them. */
static void burst(uint64_t count)
{
    uint64_t answer[2] = {0};
    size_t length = 0;

    for (uint64_t i = 0; i < count; i++) {
        REQUIRE_OK(kipc_ring_send_blocking(&sender_there.ring, &i, sizeof(i), KIPC_FOREVER));
    }
    REQUIRE_OK(kipc_ring_receive_blocking(&receiver_back.ring, answer, sizeof(answer), &length, KIPC_FOREVER));
    REQUIRE_EQUAL(length, sizeof(answer), "length of the burst's answer");
    REQUIRE_EQUAL(answer[0], count, "messages that arrived in order");
}

static void answer_burst(uint64_t count)
{
    uint64_t answer[2] = {0, 0};

    for (uint64_t i = 0; i < count; i++) {
        uint64_t number = 0;
        size_t length = 0;
        REQUIRE_OK(kipc_ring_receive_blocking(&receiver_there.ring, &number, sizeof(number), &length, KIPC_FOREVER));
        REQUIRE(length == sizeof(number) && number == i, "burst: message %lu, length %lu, instead of %lu", number,
                length, i);
        answer[0]++;
    }
    REQUIRE_OK(kipc_ring_send_blocking(&sender_back.ring, answer, sizeof(answer), KIPC_FOREVER));
}

static void second_agent(void *argument)
{
    struct mailbox *mailbox = &agent_mailboxes[1];
    uint64_t echoes = harness_parameter("rounds", 4) * (KIPC_RING_INLINE_MAX + 1);

    (void)argument;
    ring_receiver_open(&receiver_there, mailbox, PATH_THERE, ring_there, sizeof(ring_there));
    ring_sender_open(&sender_back, mailbox, PATH_BACK, ring_back, sizeof(ring_back));
    agents_second_is_ready();
    for (uint64_t i = 0; i < echoes; i++) {
        struct message message;
        size_t length = receive(&receiver_there, &message);
        invert(&message, length);
        REQUIRE_OK(kipc_ring_send_blocking(&sender_back.ring, message.bytes, length, KIPC_FOREVER));
    }
    answer_burst(harness_parameter("burst", 64));
}

void program_second_hart(void)
{
    agents_second_hart(second_agent, SECOND_PRIORITY);
}

void program_main(void)
{
    struct mailbox *mailbox = &agent_mailboxes[0];
    uint64_t rounds = harness_parameter("rounds", 4);

    agents_open();
    REQUIRE_OK(kipc_ring_format(ring_there, sizeof(ring_there), SLOTS, 0xfffffff0u));
    REQUIRE_OK(kipc_ring_format(ring_back, sizeof(ring_back), SLOTS, 0));
    ring_sender_open(&sender_there, mailbox, PATH_THERE, ring_there, sizeof(ring_there));
    ring_receiver_open(&receiver_back, mailbox, PATH_BACK, ring_back, sizeof(ring_back));
    agents_release_second_hart();
    agents_start_second(second_agent, SECOND_PRIORITY);
    agents_wait_for_second();

    harness_phase_begin("echo");
    for (uint64_t round = 0; round < rounds; round++) {
        for (size_t length = 0; length <= KIPC_RING_INLINE_MAX; length++) {
            echo(round, length);
        }
    }
    harness_phase_end("echo");
    harness_phase_begin("burst");
    burst(harness_parameter("burst", 64));
    harness_phase_end("burst");
    print("%lu echoes, %lu notifications sent, %lu waits that blocked\n", rounds * (KIPC_RING_INLINE_MAX + 1),
          sender_there.ring.waker.notified, receiver_back.ring.waiter.blocked);
    verdict_pass();
}
