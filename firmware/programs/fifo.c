/* SPDX-License-Identifier: MIT */
/*
 * The word FIFO by its registers, both directions: order, levels, full, empty, peek, every word exactly once.
 * Parameter: words (2000), how many go through in the random part.
 */
#include "drivers/mailbox.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/pattern.h"
#include "programs/support/verdict.h"

const char program_name[] = "fifo";

/* Registers of the channel from an agent, at both ends. */
static uintptr_t sender_of(unsigned agent)
{
    return agent_mailboxes[agent].fifo.sender;
}

static uintptr_t receiver_of(unsigned agent)
{
    return agent_mailboxes[1 - agent].fifo.receiver;
}

static uint32_t word_of(unsigned agent, uint32_t number)
{
    return (agent << 31 | number) ^ 0x5a5a0000u;
}

/* Both ends must tell the same: level, full, empty. */
static void check_state(unsigned sender, unsigned level)
{
    unsigned depth = agent_mailboxes[0].features.fifo_depth;
    uint32_t send = MAILBOX_READ(sender_of(sender), FIFO_SENDER, FIFO_SEND_STATUS);
    uint32_t receive = MAILBOX_READ(receiver_of(sender), FIFO_RECEIVER, FIFO_RECEIVE_STATUS);
    uint32_t interrupts = MAILBOX_READ(agent_mailboxes[1 - sender].frame, CONTROL, INTERRUPT_STATUS);

    REQUIRE_EQUAL(MAILBOX_FIELD(FIFO_SENDER, FIFO_SEND_STATUS, LEVEL, send), level, "level at the sender");
    REQUIRE_EQUAL(MAILBOX_FIELD(FIFO_SENDER, FIFO_SEND_STATUS, FULL, send), level == depth, "full at the sender");
    REQUIRE_EQUAL(MAILBOX_FIELD(FIFO_SENDER, FIFO_SEND_STATUS, EMPTY, send), level == 0, "empty at the sender");
    REQUIRE_EQUAL(MAILBOX_FIELD(FIFO_RECEIVER, FIFO_RECEIVE_STATUS, LEVEL, receive), level, "level at the receiver");
    REQUIRE_EQUAL(MAILBOX_FIELD(FIFO_RECEIVER, FIFO_RECEIVE_STATUS, FULL, receive), level == depth,
                  "full at the receiver");
    REQUIRE_EQUAL(MAILBOX_FIELD(FIFO_RECEIVER, FIFO_RECEIVE_STATUS, EMPTY, receive), level == 0,
                  "empty at the receiver");
    REQUIRE_EQUAL((interrupts & MAILBOX_SOURCE(FIFO_RECEIVE)) != 0, level != 0, "interrupt source `fifo_receive`");
}

static void fill_and_drain(unsigned sender)
{
    unsigned depth = agent_mailboxes[0].features.fifo_depth;
    uintptr_t to = sender_of(sender);
    uintptr_t from = receiver_of(sender);

    /* The driver leaves the source off until somebody listens. */
    MAILBOX_WRITE(from, FIFO_RECEIVER, FIFO_RECEIVE_CONTROL,
                  MAILBOX_MASK(FIFO_RECEIVER, FIFO_RECEIVE_CONTROL, RECEIVE_INTERRUPT));
    check_state(sender, 0);
    REQUIRE_EQUAL(MAILBOX_READ(from, FIFO_RECEIVER, FIFO_PEEK), 0, "peek at an empty FIFO");
    for (unsigned level = 1; level <= depth; level++) {
        MAILBOX_WRITE(to, FIFO_SENDER, FIFO_PUSH, word_of(sender, level));
        check_state(sender, level);
        REQUIRE_EQUAL(MAILBOX_READ(from, FIFO_RECEIVER, FIFO_PEEK), word_of(sender, 1), "peek at the oldest word");
    }
    for (unsigned number = 1; number <= depth; number++) {
        REQUIRE_EQUAL(MAILBOX_READ(from, FIFO_RECEIVER, FIFO_PEEK), word_of(sender, number), "oldest word");
        MAILBOX_WRITE(from, FIFO_RECEIVER, FIFO_POP, 0);
        check_state(sender, depth - number + 1);
        MAILBOX_WRITE(from, FIFO_RECEIVER, FIFO_POP, 1);
        check_state(sender, depth - number);
    }
    REQUIRE_EQUAL(MAILBOX_READ(to, FIFO_SENDER, FIFO_SEND_EVENT), 0, "FIFO_SEND_EVENT");
    REQUIRE_EQUAL(MAILBOX_READ(from, FIFO_RECEIVER, FIFO_RECEIVE_EVENT), 0, "FIFO_RECEIVE_EVENT");
}

/* A look changes nothing, a pop returns nothing; an auto-pop does both at once. Several words go in one pop. */
static void peek_pop_and_auto_pop(unsigned sender)
{
    uintptr_t to = sender_of(sender);
    uintptr_t from = receiver_of(sender);

    for (uint32_t number = 0; number < 6; number++) {
        MAILBOX_WRITE(to, FIFO_SENDER, FIFO_PUSH, word_of(sender, number));
    }
    for (unsigned look = 0; look < 3; look++) {
        REQUIRE_EQUAL(MAILBOX_READ(from, FIFO_RECEIVER, FIFO_PEEK), word_of(sender, 0), "word that was only looked at");
        check_state(sender, 6);
    }
    MAILBOX_WRITE(from, FIFO_RECEIVER, FIFO_POP, 3);
    check_state(sender, 3);
    MAILBOX_WRITE(from, FIFO_RECEIVER, FIFO_RECEIVE_CONTROL,
                  MAILBOX_MASK(FIFO_RECEIVER, FIFO_RECEIVE_CONTROL, AUTO_POP) |
                      MAILBOX_MASK(FIFO_RECEIVER, FIFO_RECEIVE_CONTROL, RECEIVE_INTERRUPT));
    for (uint32_t number = 3; number < 6; number++) {
        REQUIRE_EQUAL(MAILBOX_READ(from, FIFO_RECEIVER, FIFO_PEEK), word_of(sender, number), "oldest word");
        REQUIRE_EQUAL(MAILBOX_READ(from, FIFO_RECEIVER, FIFO_AUTO_POP), word_of(sender, number), "auto-popped word");
        check_state(sender, 5 - number);
    }
    MAILBOX_WRITE(from, FIFO_RECEIVER, FIFO_RECEIVE_CONTROL, 0);
}

/* Pushes and pops in random order in both directions at once; each direction is compared with two counters. */
static void random_traffic(uint64_t words)
{
    unsigned depth = agent_mailboxes[0].features.fifo_depth;
    uint64_t state = harness_seed() + 1;
    uint32_t pushed[AGENT_COUNT] = {0};
    uint32_t popped[AGENT_COUNT] = {0};

    while (popped[0] < words || popped[1] < words) {
        uint64_t random = pattern_next(&state);
        unsigned sender = random & 1;
        uint32_t level = pushed[sender] - popped[sender];
        if ((random & 2) != 0 && level < depth && pushed[sender] < words) {
            MAILBOX_WRITE(sender_of(sender), FIFO_SENDER, FIFO_PUSH, word_of(sender, pushed[sender]));
            pushed[sender]++;
        } else if ((random & 2) == 0 && level > 0) {
            uint32_t word = MAILBOX_READ(receiver_of(sender), FIFO_RECEIVER, FIFO_PEEK);
            MAILBOX_WRITE(receiver_of(sender), FIFO_RECEIVER, FIFO_POP, 1);
            REQUIRE(word == word_of(sender, popped[sender]), "agent %u's word %u came as 0x%x instead of 0x%x", sender,
                    popped[sender], word, word_of(sender, popped[sender]));
            popped[sender]++;
        }
    }
    for (unsigned sender = 0; sender < AGENT_COUNT; sender++) {
        uint32_t status = MAILBOX_READ(sender_of(sender), FIFO_SENDER, FIFO_SEND_STATUS);
        REQUIRE_EQUAL(status, MAILBOX_MASK(FIFO_SENDER, FIFO_SEND_STATUS, EMPTY), "FIFO_SEND_STATUS at the end");
    }
}

struct arrival {
    struct thread *waiter;
    volatile unsigned count;
};

static void words_arrived(void *context)
{
    struct arrival *arrival = context;

    arrival->count++;
    thread_wake(arrival->waiter);
}

/* The driver's view: refusals without a bus error, and one interrupt a listening. */
static void through_driver(void)
{
    struct mailbox *sender = &agent_mailboxes[0];
    struct mailbox *receiver = &agent_mailboxes[1];
    struct arrival arrival = {.waiter = thread_self()};
    uint32_t word = 0;

    REQUIRE_EQUAL(receiver->driver->fifo_pop(&receiver->fifo, &word), MAILBOX_E_EMPTY,
                  "result of a pop from an empty FIFO");
    REQUIRE_OK(mailbox_listen_fifo(receiver, words_arrived, &arrival));
    for (unsigned i = 0; i < sender->features.fifo_depth; i++) {
        REQUIRE_OK(sender->driver->fifo_push(&sender->fifo, i));
    }
    REQUIRE_EQUAL(sender->driver->fifo_push(&sender->fifo, 0), MAILBOX_E_FULL, "result of a push to a full FIFO");
    while (arrival.count == 0) {
        (void)thread_block(THREAD_FOREVER);
    }
    REQUIRE_EQUAL(arrival.count, 1, "calls for one listening");
    for (unsigned i = 0; i < sender->features.fifo_depth; i++) {
        REQUIRE_OK(receiver->driver->fifo_pop(&receiver->fifo, &word));
        REQUIRE_EQUAL(word, i, "word popped by the driver");
    }
    REQUIRE_EQUAL(sender->fifo_errors + receiver->fifo_errors, 0, "FIFO errors that the drivers saw");
}

void program_main(void)
{
    /* One hart plays both agents whether or not there is another: this program is about registers. */
    for (unsigned agent = 0; agent < AGENT_COUNT; agent++) {
        REQUIRE_OK(mailbox_open(&agent_mailboxes[agent], agent));
    }
    REQUIRE(agent_mailboxes[0].features.fifo_depth > 0, "the design has no FIFO");
    for (unsigned sender = 0; sender < AGENT_COUNT; sender++) {
        harness_phase_begin("fill and drain");
        fill_and_drain(sender);
        harness_phase_end("fill and drain");
        harness_phase_begin("auto-pop");
        peek_pop_and_auto_pop(sender);
        harness_phase_end("auto-pop");
    }
    harness_phase_begin("random traffic");
    random_traffic(harness_parameter("words", 2000));
    harness_phase_end("random traffic");
    harness_phase_begin("driver");
    through_driver();
    harness_phase_end("driver");
    verdict_pass();
}
