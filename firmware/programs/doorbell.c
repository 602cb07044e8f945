/* SPDX-License-Identifier: MIT */
/*
 * Doorbells: what set, clear and mask do, and that a ring which meets a clear is not lost.
 *
 * The collision: the copy engine rings a flag when it has finished; meanwhile the receiver clears the same flag, one
 * instruction later in each attempt, so that the clear falls before, onto and after the ring.
 * Parameters: sweep_first (0), sweep_last (300), NOPs between start and clear.
 */
#include "drivers/mailbox.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/delay.h"
#include "programs/support/verdict.h"
#include "soc/csr.h"
#include "soc/mark.h"

const char program_name[] = "doorbell";

#define FLAG_A 0x00000001u
#define FLAG_B 0x80000000u
#define ALL_FLAGS 0xffffffffu
/* Long enough that the first clears come well before the end: some 90 cycles on a memory without wait states. */
#define COPY_BYTES 512
/* This many looks at the status take far longer than any copy of that length. */
#define LOOKS_MAX 10000u

/* Registers of window 0 at the agent that rings, at the one that is rung, and of the window back to the first one. */
static uintptr_t sender, receiver, sender_own;
static uint8_t copy_source[COPY_BYTES], copy_destination[COPY_BYTES];

static void check_flags(uint32_t flags)
{
    REQUIRE_EQUAL(MAILBOX_READ(receiver, DOORBELL_RECEIVER, DOORBELL_STATUS), flags, "DOORBELL_STATUS");
    REQUIRE_EQUAL(MAILBOX_READ(sender, DOORBELL_SENDER, DOORBELL_PEER_STATUS), flags, "DOORBELL_PEER_STATUS");
    REQUIRE_EQUAL(MAILBOX_READ(sender_own, DOORBELL_RECEIVER, DOORBELL_STATUS), 0, "the sender's own DOORBELL_STATUS");
}

static void check_masked(uint32_t masked_status)
{
    uint32_t interrupts = MAILBOX_READ(agent_mailboxes[1].frame, CONTROL, INTERRUPT_STATUS);

    REQUIRE_EQUAL(MAILBOX_READ(receiver, DOORBELL_RECEIVER, DOORBELL_MASKED_STATUS), masked_status,
                  "DOORBELL_MASKED_STATUS");
    REQUIRE_EQUAL((interrupts & MAILBOX_SOURCE(DOORBELL)) != 0, masked_status != 0, "interrupt source `doorbell`");
}

static void set_and_clear(void)
{
    check_flags(0);
    for (unsigned bit = 0; bit < 32; bit++) {
        MAILBOX_WRITE(sender, DOORBELL_SENDER, DOORBELL_SET, 1u << bit);
        check_flags(1u << bit);
        MAILBOX_WRITE(receiver, DOORBELL_RECEIVER, DOORBELL_CLEAR, ~(1u << bit));
        check_flags(1u << bit);
        MAILBOX_WRITE(receiver, DOORBELL_RECEIVER, DOORBELL_CLEAR, 1u << bit);
        check_flags(0);
    }
    MAILBOX_WRITE(sender, DOORBELL_SENDER, DOORBELL_SET, FLAG_A);
    MAILBOX_WRITE(sender, DOORBELL_SENDER, DOORBELL_SET, FLAG_B);
    MAILBOX_WRITE(sender, DOORBELL_SENDER, DOORBELL_SET, FLAG_B);
    MAILBOX_WRITE(sender, DOORBELL_SENDER, DOORBELL_SET, 0);
    check_flags(FLAG_A | FLAG_B);
    MAILBOX_WRITE(receiver, DOORBELL_RECEIVER, DOORBELL_CLEAR, FLAG_B);
    check_flags(FLAG_A);
    MAILBOX_WRITE(receiver, DOORBELL_RECEIVER, DOORBELL_CLEAR, ALL_FLAGS);
    check_flags(0);
}

static void masking(void)
{
    MAILBOX_WRITE(receiver, DOORBELL_RECEIVER, DOORBELL_MASK_CLEAR, ALL_FLAGS);
    MAILBOX_WRITE(receiver, DOORBELL_RECEIVER, DOORBELL_MASK_SET, FLAG_A);
    REQUIRE_EQUAL(MAILBOX_READ(receiver, DOORBELL_RECEIVER, DOORBELL_MASK), FLAG_A, "DOORBELL_MASK");
    MAILBOX_WRITE(sender, DOORBELL_SENDER, DOORBELL_SET, FLAG_A);
    check_flags(FLAG_A);
    check_masked(0);
    MAILBOX_WRITE(sender, DOORBELL_SENDER, DOORBELL_SET, FLAG_B);
    check_masked(FLAG_B);
    /* A flag that was rung while it was masked shows when it is unmasked, and hides again when masked again. */
    MAILBOX_WRITE(receiver, DOORBELL_RECEIVER, DOORBELL_MASK_CLEAR, FLAG_A);
    check_masked(FLAG_A | FLAG_B);
    MAILBOX_WRITE(receiver, DOORBELL_RECEIVER, DOORBELL_MASK_SET, ALL_FLAGS);
    check_masked(0);
    check_flags(FLAG_A | FLAG_B);
    MAILBOX_WRITE(receiver, DOORBELL_RECEIVER, DOORBELL_CLEAR, ALL_FLAGS);
    check_flags(0);
}

struct counter {
    volatile unsigned calls;
    volatile uint32_t flags;
};

static void count_ring(void *context, uint32_t flags)
{
    struct counter *counter = context;

    counter->calls++;
    counter->flags |= flags;
}

/* A ring before anybody listens interrupts as soon as somebody does. */
static void fires_on_unmask(void)
{
    static struct counter counter;
    static struct mailbox_listener listener = {.flags = FLAG_A, .function = count_ring, .context = &counter};

    MAILBOX_WRITE(sender, DOORBELL_SENDER, DOORBELL_SET, FLAG_A);
    delay_nops(100);
    REQUIRE_EQUAL(counter.calls, 0, "interrupts of a masked doorbell");
    REQUIRE_OK(mailbox_listen(&agent_mailboxes[1], &listener));
    for (unsigned i = 0; i < LOOKS_MAX && counter.calls == 0; i++) {
        delay_nops(1);
    }
    REQUIRE_EQUAL(counter.calls, 1, "interrupts after unmasking");
    REQUIRE_EQUAL(counter.flags, FLAG_A, "flags that the listener saw");
    check_flags(0);
    MAILBOX_WRITE(receiver, DOORBELL_RECEIVER, DOORBELL_MASK_SET, ALL_FLAGS);
}

/* The same through the driver, and a copy that rings when it has ended. */
static void through_driver(void)
{
    static struct counter counter;
    static struct mailbox_listener listener = {.flags = FLAG_B, .function = count_ring, .context = &counter};
    struct mailbox *ringing = &agent_mailboxes[0];
    struct mailbox *rung = &agent_mailboxes[1];
    const struct mailbox_copy copy = {
        .destination = (uintptr_t)copy_destination,
        .source = (uintptr_t)copy_source,
        .length = COPY_BYTES,
        .doorbell = FLAG_B,
    };

    mailbox_ring_doorbell(ringing, FLAG_B);
    REQUIRE_EQUAL(rung->driver->doorbell_status(&rung->window), FLAG_B, "flags that the rung driver sees");
    REQUIRE_EQUAL(ringing->driver->doorbell_peer_status(&ringing->window), FLAG_B,
                  "flags that the ringing driver sees");
    rung->driver->doorbell_clear(&rung->window, FLAG_B);
    check_flags(0);
    REQUIRE_OK(mailbox_listen(rung, &listener));
    rung->driver->doorbell_mask(&rung->window, FLAG_B);
    REQUIRE_OK(mailbox_copy_start(ringing, &copy));
    for (unsigned i = 0; i < LOOKS_MAX && ringing->copies_ended == 0; i++) {
        delay_nops(1);
    }
    check_flags(FLAG_B);
    REQUIRE_EQUAL(counter.calls, 0, "calls for a masked flag");
    rung->driver->doorbell_unmask(&rung->window, FLAG_B);
    for (unsigned i = 0; i < LOOKS_MAX && counter.calls == 0; i++) {
        delay_nops(1);
    }
    REQUIRE_EQUAL(counter.calls, 1, "calls after the flag was unmasked");
    check_flags(0);
    rung->driver->doorbell_mask(&rung->window, FLAG_B);
}

/* Ring 1, so that the driver's own ring for copies is not disturbed; no completion interrupts. */
static struct mailbox_descriptor descriptors[1];
static struct mailbox_completion completions[1];
static struct mailbox_ring ring;
static uint16_t messages;

static bool copy_done(void)
{
    return (uint16_t)MAILBOX_READ(ring.registers, RING, RING_COMPLETION_TAIL) == messages;
}

enum outcome { CLEAR_WAS_FIRST, RING_WAS_FIRST };

static void put_copy(void)
{
    const struct mailbox_descriptor descriptor = {
        .source = (uintptr_t)copy_source,
        .destination = (uintptr_t)copy_destination,
        .length = COPY_BYTES,
        .flags = MAILBOX_DESCRIPTOR_NOTIFY,
        .notify = MAILBOX_NOTIFY(1, 0, 0),
    };

    REQUIRE_OK(mailbox_ring_put(&ring, &descriptor));
    messages++;
}

/*
 * One attempt. A flag that was rung after, or together with, the clear must be set at the end. When the copy was not
 * yet done after the clear, the ring came later; that the flag is down then is a lost ring.
 */
static enum outcome collide(uint64_t nops)
{
    struct mailbox_completion completion;

    put_copy();
    mailbox_ring_submit(&ring);
    delay_nops(nops);
    BELFRY_MARK1("doorbell.clear", nops);
    MAILBOX_WRITE(receiver, DOORBELL_RECEIVER, DOORBELL_CLEAR, FLAG_A);
    bool done_after_clear = copy_done();
    bool done = done_after_clear;
    for (unsigned i = 0; i < LOOKS_MAX && !done; i++) {
        done = copy_done();
    }
    REQUIRE(done, "the copy did not end; RING_STATUS is 0x%x", MAILBOX_READ(ring.registers, RING, RING_STATUS));
    uint32_t flags = MAILBOX_READ(receiver, DOORBELL_RECEIVER, DOORBELL_STATUS);
    REQUIRE((flags & FLAG_A) != 0 || done_after_clear,
            "ring lost: the copy ended after the clear at %lu NOPs, and the flag is not set", nops);
    REQUIRE_EQUAL(flags & ~FLAG_A, 0, "other flags");
    MAILBOX_WRITE(receiver, DOORBELL_RECEIVER, DOORBELL_CLEAR, ALL_FLAGS);
    REQUIRE_OK(mailbox_ring_take(&ring, &completion));
    mailbox_ring_release(&ring);
    return (flags & FLAG_A) != 0 ? CLEAR_WAS_FIRST : RING_WAS_FIRST;
}

/*
 * The sweep must have gone over the event: early clears come before the ring, late ones after it. In between the
 * order may change only once if copies take a constant time; back-pressure on the memory makes it change more often.
 */
static void collisions(void)
{
    uint64_t first = harness_parameter("sweep_first", 0);
    uint64_t last = harness_parameter("sweep_last", 300);
    uint64_t before = 0;
    uint64_t turn = 0;
    const struct mailbox_ring_memory memory = {.descriptors = descriptors, .completions = completions};

    REQUIRE(first <= last && last <= DELAY_NOPS_MAX, "the sweep must go upwards, to at most %d", DELAY_NOPS_MAX);
    REQUIRE_OK(mailbox_ring_open(&ring, &agent_mailboxes[0], 1, &memory, NULL, NULL));
    uint64_t enabled = interrupts_disable();
    for (uint64_t nops = first; nops <= last; nops++) {
        if (collide(nops) == CLEAR_WAS_FIRST) {
            before++;
            turn = nops;
        }
    }
    interrupts_restore(enabled);
    REQUIRE(before > 0 && before <= last - first, "%lu of %lu clears came before the ring: move the sweep", before,
            last - first + 1);
    harness_point("last clear before the ring", turn);
    print("%lu clears before the ring or onto it, the last after %lu NOPs; %lu after it; none lost\n", before, turn,
          last - first + 1 - before);
}

void program_main(void)
{
    for (unsigned agent = 0; agent < AGENT_COUNT; agent++) {
        REQUIRE_OK(mailbox_open(&agent_mailboxes[agent], agent));
    }
    sender = agent_mailboxes[0].window.sender;
    receiver = agent_mailboxes[1].window.receiver;
    sender_own = agent_mailboxes[0].window.receiver;
    harness_phase_begin("set and clear");
    set_and_clear();
    harness_phase_end("set and clear");
    harness_phase_begin("masking");
    masking();
    fires_on_unmask();
    harness_phase_end("masking");
    harness_phase_begin("driver");
    through_driver();
    harness_phase_end("driver");
    harness_phase_begin("collisions");
    collisions();
    harness_phase_end("collisions");
    verdict_pass();
}
