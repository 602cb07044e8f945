/* SPDX-License-Identifier: MIT */
/*
 * Locks: what is locked can be used and read, but not changed any more, not even after a reset of the agent. One hart
 * plays both agents; the locked one is agent 1.
 */
#include "drivers/mailbox.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/refused.h"
#include "programs/support/verdict.h"

const char program_name[] = "lock";

#define DATA 0x00000042u

static struct mailbox *const mailbox = &agent_mailboxes[1];
static struct mailbox_window window; /* number 1 */
static struct mailbox_descriptor descriptors[1];
static struct mailbox_completion completions[2];
static struct mailbox_ring ring;
static volatile uint32_t message;

/* Each is tried with a value that it does not have. */
static void check_locked(const char *what, uintptr_t address)
{
    uint32_t value = mmio_read32(address);

    refused_write(mailbox, what, address, ~value, REFUSED(LOCKED));
    REQUIRE(mmio_read32(address) == value, "%s changed in spite of the lock", what);
}

static void message_interrupt(void)
{
    const uintptr_t frame = mailbox->frame;
    const uintptr_t low = MAILBOX_ADDRESS(frame, CONTROL, MESSAGE_INTERRUPT_ADDRESS_LOW);

    mmio_write32(low, (uint32_t)(uintptr_t)&message);
    MAILBOX_WRITE(frame, CONTROL, MESSAGE_INTERRUPT_DATA, DATA);
    REQUIRE_OK(mailbox_lock(mailbox, MAILBOX_LOCK_MESSAGE_INTERRUPT));
    check_locked("the message's address", low);
    check_locked("the message's address", MAILBOX_ADDRESS(frame, CONTROL, MESSAGE_INTERRUPT_ADDRESS_HIGH));
    check_locked("the message's data", MAILBOX_ADDRESS(frame, CONTROL, MESSAGE_INTERRUPT_DATA));
    /* Whether messages are sent is not locked. */
    MAILBOX_WRITE(frame, CONTROL, MESSAGE_INTERRUPT_CONTROL, MAILBOX_MASK(CONTROL, MESSAGE_INTERRUPT_CONTROL, ENABLE));
    MAILBOX_WRITE(frame, CONTROL, MESSAGE_INTERRUPT_CONTROL, 0);
}

/* Rings that are locked are still opened and closed, where and as long as they were when they were locked. */
static void rings(void)
{
    const struct mailbox_ring_memory memory = {.descriptors = descriptors, .completions = completions};
    const struct mailbox_ring_memory elsewhere = {.descriptors = descriptors, .completions = &completions[1]};

    REQUIRE_OK(mailbox_ring_open(&ring, mailbox, 1, &memory, NULL, NULL));
    REQUIRE_OK(mailbox_ring_close(&ring));
    REQUIRE_OK(mailbox_lock(mailbox, MAILBOX_LOCK_RING));
    check_locked("a submission ring", MAILBOX_ADDRESS(ring.registers, RING, RING_SUBMISSION_BASE_LOW));
    check_locked("a submission ring", MAILBOX_ADDRESS(ring.registers, RING, RING_SUBMISSION_BASE_HIGH));
    check_locked("a completion ring", MAILBOX_ADDRESS(ring.registers, RING, RING_COMPLETION_BASE_LOW));
    check_locked("a completion ring", MAILBOX_ADDRESS(ring.registers, RING, RING_COMPLETION_BASE_HIGH));
    check_locked("a ring's size", MAILBOX_ADDRESS(ring.registers, RING, RING_SIZE));
    REQUIRE_EQUAL(mailbox_ring_open(&ring, mailbox, 1, &elsewhere, NULL, NULL), MAILBOX_E_ARGUMENT,
                  "result of opening a ring elsewhere");
    REQUIRE_OK(mailbox_ring_open(&ring, mailbox, 1, &memory, NULL, NULL));
    REQUIRE_EQUAL(MAILBOX_READ(ring.registers, RING, RING_CONTROL), MAILBOX_MASK(RING, RING_CONTROL, ENABLE),
                  "RING_CONTROL of a locked ring");
    REQUIRE_OK(mailbox_ring_close(&ring));
}

static void owners(void)
{
    REQUIRE_OK(mailbox_window_open(&window, mailbox, 0, 1));
    REQUIRE_OK(mailbox_window_claim(&window, true));
    REQUIRE_OK(mailbox_lock(mailbox, MAILBOX_LOCK_OWNER));
    check_locked("who owns a window", MAILBOX_ADDRESS(window.sender, DOORBELL_SENDER, DOORBELL_SENDER_OWNER));
    check_locked("who owns a window", MAILBOX_ADDRESS(window.receiver, DOORBELL_RECEIVER, DOORBELL_RECEIVER_OWNER));
    check_locked("who owns a channel", MAILBOX_ADDRESS(mailbox->fifo.sender, FIFO_SENDER, FIFO_SENDER_OWNER));
    check_locked("who owns a channel", MAILBOX_ADDRESS(mailbox->fifo.receiver, FIFO_RECEIVER, FIFO_RECEIVER_OWNER));
    check_locked("who owns a ring", MAILBOX_ADDRESS(ring.registers, RING, RING_OWNER));
}

static void after_a_reset(void)
{
    const uint32_t all = MAILBOX_LOCK_MESSAGE_INTERRUPT | MAILBOX_LOCK_OWNER | MAILBOX_LOCK_RING;
    const uintptr_t owner = MAILBOX_ADDRESS(window.sender, DOORBELL_SENDER, DOORBELL_SENDER_OWNER);
    uint32_t owned = mmio_read32(owner);

    REQUIRE_OK(mailbox_reset(mailbox));
    REQUIRE_EQUAL(MAILBOX_READ(mailbox->frame, CONTROL, LOCK), all, "LOCK after a reset");
    /* A lock is never taken back. */
    MAILBOX_WRITE(mailbox->frame, CONTROL, LOCK, 0);
    REQUIRE_EQUAL(MAILBOX_READ(mailbox->frame, CONTROL, LOCK), all, "LOCK after a write of 0");
    REQUIRE_EQUAL(mmio_read32(owner), owned, "a locked owner after a reset");
    check_locked("who owns a window", owner);
    check_locked("the message's data", MAILBOX_ADDRESS(mailbox->frame, CONTROL, MESSAGE_INTERRUPT_DATA));
    check_locked("a ring's size", MAILBOX_ADDRESS(ring.registers, RING, RING_SIZE));
    REQUIRE_EQUAL(MAILBOX_READ(agent_mailboxes[0].frame, CONTROL, LOCK), 0, "the other agent's LOCK");
}

void program_main(void)
{
    for (unsigned agent = 0; agent < AGENT_COUNT; agent++) {
        REQUIRE_OK(mailbox_open(&agent_mailboxes[agent], agent));
    }
    message_interrupt();
    rings();
    owners();
    after_a_reset();
    verdict_pass();
}
