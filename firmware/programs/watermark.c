/* SPDX-License-Identifier: MIT */
/*
 * What a FIFO channel tells besides its words: watermarks in both directions, flushes by either side, a damaged word,
 * and a push that waits for room. One hart plays both agents; channel 1, so that channel 0 must stay silent.
 */
#include "drivers/mailbox.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/delay.h"
#include "programs/support/verdict.h"
#include "soc/csr.h"

const char program_name[] = "watermark";

#define HIGH 8
#define LOW 3
#define WAIT_CYCLES 500
/* An interrupt that is due comes well within so many instructions, at a loose quantum, too. */
#define SETTLE 1000

static struct mailbox_fifo sender, receiver;
static volatile unsigned received, space;
static struct mailbox_fifo_events sender_saw, receiver_saw;
static volatile unsigned sender_events, receiver_events;

static void count(void *context)
{
    volatile unsigned *counter = context;

    *counter = *counter + 1;
}

static void sender_event(void *context, const struct mailbox_fifo_events *events)
{
    (void)context;
    sender_saw = *events;
    sender_events = sender_events + 1;
}

static void receiver_event(void *context, const struct mailbox_fifo_events *events)
{
    (void)context;
    receiver_saw = *events;
    receiver_events = receiver_events + 1;
}

static void push(unsigned words)
{
    for (unsigned i = 0; i < words; i++) {
        REQUIRE_OK(sender.mailbox->driver->fifo_push(&sender, i));
    }
    delay_nops(SETTLE);
}

static void pop(unsigned words)
{
    for (unsigned i = 0; i < words; i++) {
        uint32_t word = 0;
        REQUIRE_OK(receiver.mailbox->driver->fifo_pop(&receiver, &word));
        REQUIRE_EQUAL(word, i, "word");
    }
    delay_nops(SETTLE);
}

static void watermarks(void)
{
    REQUIRE_OK(mailbox_fifo_set_watermarks(&sender, LOW, 1));
    REQUIRE_OK(mailbox_fifo_set_watermarks(&receiver, 0, HIGH));
    REQUIRE_OK(mailbox_fifo_listen(&receiver, count, (void *)&received));
    push(HIGH - 1);
    REQUIRE_EQUAL(received, 0, "calls below the high watermark");
    REQUIRE_OK(sender.mailbox->driver->fifo_push(&sender, HIGH - 1));
    delay_nops(SETTLE);
    REQUIRE_EQUAL(received, 1, "calls at the high watermark");
    REQUIRE_OK(mailbox_fifo_listen_space(&sender, count, (void *)&space));
    pop(HIGH);
    REQUIRE_EQUAL(space, 1, "calls at the low watermark");
    REQUIRE_EQUAL(received, 1, "calls for one listening");
    /* Already there: whoever listens late is told at once. */
    REQUIRE_OK(mailbox_fifo_listen_space(&sender, count, (void *)&space));
    delay_nops(SETTLE);
    REQUIRE_EQUAL(space, 2, "calls of a late listener");
    print("watermarks\n");
}

static void flushes(void)
{
    push(5);
    REQUIRE_EQUAL(mailbox_fifo_flush(&sender, MAILBOX_FIFO_SENT), 5, "words that the sender dropped");
    delay_nops(SETTLE);
    REQUIRE_EQUAL(receiver_events, 1, "reports to the receiver");
    REQUIRE(receiver_saw.received_flushed && !receiver_saw.sent_flushed && !receiver_saw.parity,
            "the receiver was told something else");
    REQUIRE_EQUAL(receiver_saw.received_dropped, 5, "words that were dropped, at the receiver");
    push(3);
    REQUIRE_EQUAL(mailbox_fifo_flush(&receiver, MAILBOX_FIFO_RECEIVED), 3, "words that the receiver dropped");
    delay_nops(SETTLE);
    REQUIRE_EQUAL(sender_events, 1, "reports to the sender");
    REQUIRE(sender_saw.sent_flushed && !sender_saw.received_flushed, "the sender was told something else");
    REQUIRE_EQUAL(sender_saw.sent_dropped, 3, "words that were dropped, at the sender");
    /* With nothing to drop there is nothing to tell. */
    REQUIRE_EQUAL(mailbox_fifo_flush(&receiver, MAILBOX_FIFO_RECEIVED), 0, "words dropped from an empty channel");
    delay_nops(SETTLE);
    REQUIRE_EQUAL(sender_events + receiver_events, 2, "reports");
    print("flushes\n");
}

static void inject_and_push(void)
{
    MAILBOX_WRITE(sender.sender, FIFO_SENDER, FIFO_PARITY_INJECT,
                  MAILBOX_MASK(FIFO_SENDER, FIFO_PARITY_INJECT, INJECT));
    push(1);
}

static void damaged_word(void)
{
    uint32_t word = 0;

    if (!sender.mailbox->features.parity) {
        return;
    }
    inject_and_push();
    REQUIRE_EQUAL(receiver_events, 2, "reports to the receiver");
    REQUIRE(receiver_saw.parity, "the damage was not reported");
    REQUIRE_EQUAL(receiver.mailbox->driver->fifo_pop(&receiver, &word), MAILBOX_E_EMPTY, "result of a pop");
    push(1);
    pop(1);
    REQUIRE_EQUAL(receiver_events, 2, "reports to the receiver after a good word");
    print("damaged word\n");
}

/* Nobody takes a word, so the push waits to the bound, and is refused then. */
static void waiting_push(void)
{
    struct mailbox *mailbox = sender.mailbox;

    push(mailbox->features.fifo_depth);
    MAILBOX_WRITE(sender.sender, FIFO_SENDER, FIFO_SEND_CONTROL, WAIT_CYCLES);
    /* The refusal interrupts; its handler is not what is measured. */
    uint64_t enabled = interrupts_disable();
    uint64_t before = mailbox_cycles(mailbox);
    harness_expect_errors(1);
    MAILBOX_WRITE(sender.sender, FIFO_SENDER, FIFO_PUSH, 0);
    uint64_t cycles = mailbox_cycles(mailbox) - before;
    interrupts_restore(enabled);
    REQUIRE(cycles >= WAIT_CYCLES && cycles < WAIT_CYCLES + 50, "the push waited %lu cycles", cycles);
    delay_nops(SETTLE);
    REQUIRE_EQUAL(sender_events, 2, "reports to the sender");
    REQUIRE(sender_saw.overflow, "the overflow was not reported");
    pop(mailbox->features.fifo_depth);
    print("waiting push: %lu cycles\n", cycles);
}

static void through_auto_pop(void)
{
    mailbox_fifo_set_auto_pop(&receiver, true);
    push(4);
    pop(4);
    mailbox_fifo_set_auto_pop(&receiver, false);
    push(4);
    pop(4);
    print("auto-pop\n");
}

/* What arrives where nobody has opened the channel is for nobody, and must not keep the wire of the agent high. */
static void closed_channel(void)
{
    REQUIRE_OK(mailbox_fifo_listen_events(&agent_mailboxes[1].fifo, receiver_event, NULL));
    push(2);
    REQUIRE_EQUAL(mailbox_fifo_flush(&sender, MAILBOX_FIFO_SENT), 2, "words dropped before anybody listened");
    delay_nops(SETTLE);
    if (sender.mailbox->features.parity) {
        inject_and_push();
        REQUIRE(sender_events == 1 && sender_saw.sent_dropped == 1, "the damaged word was not dropped");
        sender_events = 0;
    }
    REQUIRE_EQUAL(receiver_events, 0, "reports of a channel that is not open");
    print("closed channel\n");
}

void program_main(void)
{
    for (unsigned agent = 0; agent < AGENT_COUNT; agent++) {
        REQUIRE_OK(mailbox_open(&agent_mailboxes[agent], agent));
    }
    REQUIRE_OK(mailbox_fifo_open(&sender, &agent_mailboxes[0], 1, 1));
    REQUIRE_OK(mailbox_fifo_listen_events(&sender, sender_event, NULL));
    closed_channel();
    REQUIRE_OK(mailbox_fifo_open(&receiver, &agent_mailboxes[1], 0, 1));
    REQUIRE_EQUAL(mailbox_fifo_open(&receiver, &agent_mailboxes[1], 0, 1), MAILBOX_E_BUSY, "result of opening twice");
    REQUIRE_OK(mailbox_fifo_listen_events(&receiver, receiver_event, NULL));
    watermarks();
    flushes();
    damaged_word();
    through_auto_pop();
    waiting_push();
    verdict_pass();
}
