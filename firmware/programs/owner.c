/* SPDX-License-Identifier: MIT */
/*
 * What one hart has claimed the other can not use: its accesses are refused, change nothing, and are noted with who it
 * was. Freed again, they work. With one hart there is nobody to refuse, and the claim must not be in its own way.
 */
#include "drivers/mailbox.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/endpoints.h"
#include "programs/support/refused.h"
#include "programs/support/verdict.h"

const char program_name[] = "owner";

#define FLAG 0x00000002u
#define GO_FLAG ENDPOINT_FREE_FLAG
#define DONE_FLAG (ENDPOINT_FREE_FLAG << 1)
#define SECOND_PRIORITY (PROGRAM_MAIN_PRIORITY + 1)

/* The claimed parts: window 1 and channel 1 of agent 0, and its ring 1. Window 0 carries the signals. */
static struct mailbox_window window;
static struct mailbox_fifo fifo;
static struct mailbox_ring ring;
static struct mailbox_descriptor descriptors[1];
static struct mailbox_completion completions[1];
static struct signal go, done;

struct attempt {
    const char *what;
    uintptr_t address;
    bool write;
};

#define ATTEMPTS 7

/* What hart 1 tries on agent 0's window. */
static void list_attempts(struct attempt attempts[ATTEMPTS])
{
    const uintptr_t base = SOC_WINDOW_BASE;
    const uintptr_t sending = MAILBOX_PART(base, doorbell_sender[1][1]);
    const uintptr_t receiving = MAILBOX_PART(base, doorbell_receiver[1][1]);
    const uintptr_t pushing = MAILBOX_PART(base, fifo_sender[1][1]);
    const uintptr_t ring_registers = MAILBOX_PART(base, ring[1]);
    const struct attempt all[ATTEMPTS] = {
        {"a ring", MAILBOX_ADDRESS(sending, DOORBELL_SENDER, DOORBELL_SET), true},
        {"a look at the flags", MAILBOX_ADDRESS(sending, DOORBELL_SENDER, DOORBELL_PEER_STATUS), false},
        {"taking the window", MAILBOX_ADDRESS(sending, DOORBELL_SENDER, DOORBELL_SENDER_OWNER), true},
        {"a mask", MAILBOX_ADDRESS(receiving, DOORBELL_RECEIVER, DOORBELL_MASK_CLEAR), true},
        {"a push", MAILBOX_ADDRESS(pushing, FIFO_SENDER, FIFO_PUSH), true},
        {"an abort", MAILBOX_ADDRESS(ring_registers, RING, RING_COMMAND), true},
        {"a look at the ring", MAILBOX_ADDRESS(ring_registers, RING, RING_STATUS), false},
    };

    for (unsigned i = 0; i < ATTEMPTS; i++) {
        attempts[i] = all[i];
    }
}

/* Agent 0's record of refusals is in its control frame, which has no owner: this hart may read it. */
static struct mailbox refusing = {.frame = SOC_WINDOW_BASE};

static void try_all(void)
{
    struct attempt attempts[ATTEMPTS];

    list_attempts(attempts);
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        const struct attempt *attempt = &attempts[i];
        if (attempt->write) {
            refused_write(&refusing, attempt->what, attempt->address, 1, REFUSED(OWNER));
        } else {
            refused_read(&refusing, attempt->what, attempt->address, REFUSED(OWNER));
        }
    }
    REQUIRE_EQUAL(MAILBOX_READ(MAILBOX_PART(agent_mailboxes[1].frame, doorbell_receiver[0][1]), DOORBELL_RECEIVER,
                               DOORBELL_STATUS),
                  0, "flags after refused rings");
    REQUIRE_EQUAL(MAILBOX_FIELD(FIFO_RECEIVER, FIFO_RECEIVE_STATUS, LEVEL,
                                MAILBOX_READ(MAILBOX_PART(agent_mailboxes[1].frame, fifo_receiver[0][1]), FIFO_RECEIVER,
                                             FIFO_RECEIVE_STATUS)),
                  0, "words after a refused push");
}

static void second_agent(void *argument)
{
    (void)argument;
    signal_open(&go, &agent_mailboxes[1], GO_FLAG);
    agents_second_is_ready();
    signal_take(&go);
    if (harness_harts() > 1) {
        try_all();
    }
    mailbox_ring_doorbell(&agent_mailboxes[1], DONE_FLAG);
    signal_take(&go);
    /* Free again: everybody may ring agent 0's doorbells. */
    MAILBOX_WRITE(MAILBOX_PART(SOC_WINDOW_BASE, doorbell_sender[1][1]), DOORBELL_SENDER, DOORBELL_SET, FLAG);
    mailbox_ring_doorbell(&agent_mailboxes[1], DONE_FLAG);
}

void program_second_hart(void)
{
    agents_second_hart(second_agent, SECOND_PRIORITY);
}

static void claim_all(bool claim)
{
    REQUIRE_OK(mailbox_window_claim(&window, claim));
    REQUIRE_OK(mailbox_fifo_claim(&fifo, claim));
    REQUIRE_OK(mailbox_ring_claim(&ring, claim));
}

/* The owner itself notices nothing. */
static void use_all(void)
{
    struct mailbox *mailbox = &agent_mailboxes[0];
    const struct mailbox_descriptor nothing = {.source = SOC_RAM_BASE, .destination = SOC_RAM_BASE};
    struct mailbox_completion completion;
    int result = MAILBOX_E_EMPTY;

    mailbox->driver->doorbell_ring(&window, FLAG);
    REQUIRE_EQUAL(mailbox->driver->doorbell_peer_status(&window), FLAG, "flags that the owner has rung");
    REQUIRE_OK(mailbox->driver->fifo_push(&fifo, 1));
    REQUIRE_EQUAL(mailbox_fifo_flush(&fifo, MAILBOX_FIFO_SENT), 1, "words that the owner has sent");
    REQUIRE_OK(mailbox_ring_put(&ring, &nothing));
    mailbox_ring_submit(&ring);
    for (unsigned looks = 0; looks < 10000 && result == MAILBOX_E_EMPTY; looks++) {
        result = mailbox_ring_take(&ring, &completion);
    }
    REQUIRE_OK(result);
    mailbox_ring_release(&ring);
    /* Channel 1 and window 1 of agent 1 are nobody's. */
    MAILBOX_WRITE(MAILBOX_PART(SOC_WINDOW_BASE + MAILBOX_WINDOW_BYTES, doorbell_receiver[0][1]), DOORBELL_RECEIVER,
                  DOORBELL_CLEAR, FLAG);
}

void program_main(void)
{
    struct mailbox *mailbox = &agent_mailboxes[0];
    const struct mailbox_ring_memory memory = {.descriptors = descriptors, .completions = completions};

    agents_open();
    REQUIRE_OK(mailbox_window_open(&window, mailbox, 1, 1));
    REQUIRE_OK(mailbox_fifo_open(&fifo, mailbox, 1, 1));
    REQUIRE_OK(mailbox_ring_open(&ring, mailbox, 1, &memory, NULL, NULL));
    signal_open(&done, mailbox, DONE_FLAG);
    agents_release_second_hart();
    agents_start_second(second_agent, SECOND_PRIORITY);
    agents_wait_for_second();
    claim_all(true);
    use_all();
    mailbox_ring_doorbell(mailbox, GO_FLAG);
    signal_take(&done);
    use_all();
    claim_all(false);
    mailbox_ring_doorbell(mailbox, GO_FLAG);
    signal_take(&done);
    REQUIRE_EQUAL(mailbox->driver->doorbell_peer_status(&window), FLAG, "flags that the other hart has rung");
    print("%d attempts refused\n", harness_harts() > 1 ? ATTEMPTS : 0);
    verdict_pass();
}
