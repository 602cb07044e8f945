/* SPDX-License-Identifier: MIT */
/* The agent as a whole: reset, quiet, locks, refused accesses, counters. The rules of driver.h hold. */
#ifndef DRIVERS_MAILBOX_AGENT_H
#define DRIVERS_MAILBOX_AGENT_H

#include "drivers/driver.h"

/** What mailbox_lock locks, until the next hardware reset. */
enum mailbox_lock_bit {
    MAILBOX_LOCK_MESSAGE_INTERRUPT = 1 << 0,
    MAILBOX_LOCK_OWNER = 1 << 1,
    MAILBOX_LOCK_RING = 1 << 2,
};

/** The first access to the agent's registers that was refused since the record was last taken. */
struct mailbox_refusal {
    bool write;
    uint8_t code; /* REFUSAL.code of mailbox.rdl */
    uint8_t requester;
    uint16_t offset; /* from the start of the agent's registers */
};

struct mailbox_counters {
    uint32_t accesses, refusals;
    uint32_t messages, bytes; /* completions of the agent's rings, and what they have copied */
    uint32_t read_stalls, write_stalls;
};

/**
 * Resets the agent: its channels are flushed, its doorbells cleared, its rings closed, its timer stopped; the others
 * are told. Copies under way end with MAILBOX_E_RESET. Listeners of doorbells stay, other listening is over.
 * @return MAILBOX_OK; MAILBOX_E_ARGUMENT if the mailbox is the hart's clock; MAILBOX_E_DEVICE if the reset does not end
 * From a thread.
 */
int mailbox_reset(struct mailbox *mailbox);

/** Has a function called when other agents were reset: bit a is agent a. @return MAILBOX_OK or MAILBOX_E_ARGUMENT */
int mailbox_listen_peer_reset(struct mailbox *mailbox, mailbox_agents_function *function, void *context);

/** Lets the agent's rings begin nothing new, and waits until memory owes them nothing. @return as mailbox_reset */
int mailbox_quiesce(struct mailbox *mailbox);

/** Ends mailbox_quiesce. */
void mailbox_resume(struct mailbox *mailbox);

/** Locks. @param bits of enum mailbox_lock_bit @return MAILBOX_OK, or MAILBOX_E_DEVICE if they do not stay */
int mailbox_lock(struct mailbox *mailbox, uint32_t bits);

/** Takes the record of a refused access. @return MAILBOX_OK or MAILBOX_E_EMPTY */
int mailbox_take_refusal(struct mailbox *mailbox, struct mailbox_refusal *refusal);

/** @return the counters; each stops at its maximum */
struct mailbox_counters mailbox_read_counters(struct mailbox *mailbox);

/** Sets the counters and the high-water marks to 0. */
void mailbox_clear_counters(struct mailbox *mailbox);

#endif
