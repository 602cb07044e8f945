/* SPDX-License-Identifier: MIT */
/*
 * One agent is reset in the middle of everything: a copy, words on their way in both directions, flags, a timer. It
 * must be as new, the other agent must be told of all that it has lost, and then everything must work again.
 * Parameter: rounds (3).
 */
#include "drivers/mailbox.h"
#include "drivers/mailbox_agent.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/endpoints.h"
#include "programs/support/pattern.h"
#include "programs/support/verdict.h"
#include "soc/mark.h"
#include "soc/memory.h"

const char program_name[] = "soft_reset";

#define SECOND_PRIORITY (PROGRAM_MAIN_PRIORITY + 1)
#define GO_FLAG ENDPOINT_FREE_FLAG
#define DONE_FLAG (ENDPOINT_FREE_FLAG << 1)
#define OTHER_FLAG 0x00000040u
#define WORDS_TO_SECOND 4
#define WORDS_TO_FIRST 3
#define BYTES 65536

static struct signal go, done;
static uint8_t source[BYTES] __attribute__((section(".noinit"), aligned(64)));
static uint8_t destination[BYTES] __attribute__((section(".noinit"), aligned(64)));

/* What agent 0 was told. */
struct told {
    struct thread *waiter;
    volatile unsigned resets, reports;
    volatile uint32_t agents;
    struct mailbox_fifo_events events;
};

static struct told told;

static void peer_reset(void *context, uint32_t agents)
{
    (void)context;
    told.agents = agents;
    told.resets = told.resets + 1;
    thread_wake(told.waiter);
}

/* Both directions are flushed in one step, but each may be reported by itself. */
static void fifo_event(void *context, const struct mailbox_fifo_events *events)
{
    (void)context;
    told.events.sent_flushed |= events->sent_flushed;
    told.events.received_flushed |= events->received_flushed;
    told.events.sent_dropped = events->sent_dropped;
    told.events.received_dropped = events->received_dropped;
    told.reports = told.reports + 1;
}

static volatile int copy_status;
static volatile unsigned copies_over;

static void copy_over(void *context, const struct mailbox_copy_result *result)
{
    (void)context;
    copy_status = result->status;
    copies_over = copies_over + 1;
}

static void check_as_new(struct mailbox *mailbox)
{
    const uintptr_t frame = mailbox->frame;

    REQUIRE_EQUAL(MAILBOX_READ(frame, CONTROL, STATUS), 0, "STATUS");
    REQUIRE_EQUAL(MAILBOX_READ(frame, CONTROL, TIMER_STATUS), 0, "TIMER_STATUS");
    REQUIRE_EQUAL(MAILBOX_READ(frame, CONTROL, TIMER_CONTROL), 0, "TIMER_CONTROL");
    REQUIRE_EQUAL(MAILBOX_READ(frame, CONTROL, PEER_RESET), 0, "the own PEER_RESET");
    REQUIRE_EQUAL(MAILBOX_READ(mailbox->window.receiver, DOORBELL_RECEIVER, DOORBELL_STATUS) & OTHER_FLAG, 0,
                  "flag rung before the reset");
    REQUIRE_EQUAL(MAILBOX_FIELD(FIFO_RECEIVER, FIFO_RECEIVE_STATUS, LEVEL,
                                MAILBOX_READ(mailbox->fifo.receiver, FIFO_RECEIVER, FIFO_RECEIVE_STATUS)),
                  0, "words to the agent");
    REQUIRE_EQUAL(MAILBOX_FIELD(FIFO_SENDER, FIFO_SEND_STATUS, LEVEL,
                                MAILBOX_READ(mailbox->fifo.sender, FIFO_SENDER, FIFO_SEND_STATUS)),
                  0, "words from the agent");
    REQUIRE_EQUAL(MAILBOX_READ(MAILBOX_PART(frame, ring[0]), RING, RING_CONTROL), 0, "RING_CONTROL");
    REQUIRE_EQUAL(MAILBOX_READ(MAILBOX_PART(frame, ring[0]), RING, RING_EVENT), 0, "RING_EVENT");
}

static void reset_in_the_middle(struct mailbox *mailbox)
{
    const struct mailbox_copy copy = {
        .destination = (uintptr_t)destination,
        .source = (uintptr_t)source,
        .length = BYTES,
        .done = copy_over,
    };
    unsigned before = copies_over;

    for (unsigned i = 0; i < WORDS_TO_FIRST; i++) {
        REQUIRE_OK(mailbox->driver->fifo_push(&mailbox->fifo, i));
    }
    mailbox->driver->timer_arm(mailbox, mailbox_cycles(mailbox) + 1000000);
    REQUIRE_OK(mailbox_copy_start(mailbox, &copy));
    BELFRY_MARK1("soft_reset.begin", mailbox->agent);
    REQUIRE_OK(mailbox_reset(mailbox));
    BELFRY_MARK1("soft_reset.end", mailbox->agent);
    REQUIRE_EQUAL(copies_over, before + 1, "copies that are over");
    REQUIRE_EQUAL(copy_status, MAILBOX_E_RESET, "how the copy ended");
    check_as_new(mailbox);
}

static void second_agent(void *argument)
{
    struct mailbox *mailbox = &agent_mailboxes[1];
    uint64_t rounds = harness_parameter("rounds", 3);

    (void)argument;
    signal_open(&go, mailbox, GO_FLAG);
    agents_second_is_ready();
    for (uint64_t round = 0; round < rounds; round++) {
        uint32_t word = 0;
        signal_take(&go);
        reset_in_the_middle(mailbox);
        /* The other agent goes on when it has been told; that this comes through is the listener's survival. */
        signal_take(&go);
        memset(destination, 0, BYTES);
        REQUIRE_OK(mailbox_copy_and_wait(mailbox, destination, source, BYTES, NULL));
        REQUIRE(pattern_check(destination, BYTES, harness_seed()) == PATTERN_GOOD, "the copy after a reset is wrong");
        REQUIRE_OK(mailbox->driver->fifo_pop(&mailbox->fifo, &word));
        REQUIRE_EQUAL(word, round, "the word after a reset");
        mailbox_ring_doorbell(mailbox, DONE_FLAG);
    }
}

void program_second_hart(void)
{
    agents_second_hart(second_agent, SECOND_PRIORITY);
}

static void one_round(struct mailbox *mailbox, uint64_t round)
{
    told.events = (struct mailbox_fifo_events){0};
    for (unsigned i = 0; i < WORDS_TO_SECOND; i++) {
        REQUIRE_OK(mailbox->driver->fifo_push(&mailbox->fifo, i));
    }
    mailbox_ring_doorbell(mailbox, OTHER_FLAG);
    mailbox_ring_doorbell(mailbox, GO_FLAG);
    while (told.resets == round) {
        (void)thread_block(THREAD_FOREVER);
    }
    REQUIRE_EQUAL(told.agents, 1u << agent_mailboxes[1].agent, "agents that were reset");
    REQUIRE(told.events.sent_flushed && told.events.received_flushed, "the flush was not reported in both directions");
    REQUIRE_EQUAL(told.events.sent_dropped, WORDS_TO_SECOND, "words dropped that were sent");
    REQUIRE_EQUAL(told.events.received_dropped, WORDS_TO_FIRST, "words dropped that were to come");
    REQUIRE_OK(mailbox->driver->fifo_push(&mailbox->fifo, (uint32_t)round));
    mailbox_ring_doorbell(mailbox, GO_FLAG);
    signal_take(&done);
}

void program_main(void)
{
    struct mailbox *mailbox = &agent_mailboxes[0];
    uint64_t rounds = harness_parameter("rounds", 3);

    agents_open();
    pattern_write(source, BYTES, harness_seed());
    told.waiter = thread_self();
    signal_open(&done, mailbox, DONE_FLAG);
    REQUIRE_OK(mailbox_listen_peer_reset(mailbox, peer_reset, NULL));
    REQUIRE_OK(mailbox_fifo_listen_events(&mailbox->fifo, fifo_event, NULL));
    agents_release_second_hart();
    agents_start_second(second_agent, SECOND_PRIORITY);
    agents_wait_for_second();
    for (uint64_t round = 0; round < rounds; round++) {
        one_round(mailbox, round);
    }
    REQUIRE_EQUAL(told.resets, rounds, "resets that the other agent was told of");
    print("%lu resets\n", rounds);
    verdict_pass();
}
