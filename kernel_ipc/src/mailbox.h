/* SPDX-License-Identifier: MIT */
/* What the parts of the mailbox transport share. All is called by the mailbox's owner. */
#ifndef KIPC_MAILBOX_INTERNAL_H
#define KIPC_MAILBOX_INTERNAL_H

#include "kernel_internal.h"
#include <kipc/mailbox.h>

/* One message in a slot. */
struct ki_mailbox_slot {
    uint32_t tag;    /* session and sequence number */
    uint32_t length; /* of the payload, bytes */
    struct kipc_message_header header;
    uint8_t data[];
};

static inline uint32_t ki_tagged(uint16_t session, uint16_t number)
{
    return (uint32_t)session << 16 | number;
}

/* A number of the peer: true if it is of this session, with *number set. */
static inline bool ki_untag(const struct kipc_mailbox *mailbox, uint32_t tagged, uint16_t *number)
{
    *number = (uint16_t)tagged;
    return tagged >> 16 == mailbox->session_expected;
}

/* The peer did what it may never do: the session ends, and a new one begins at the next run. */
static inline void ki_mailbox_violated(struct kipc_mailbox *mailbox)
{
    mailbox->counters.violations += 1;
    mailbox->must_restart = true;
}

/* Gives a message to the kernel. True if it is done with, false if it must be tried again when there is room. */
bool ki_mailbox_deliver(struct kipc_mailbox *mailbox, uint32_t port, const struct kipc_message_header *header,
                        const void *data, uint32_t length);

/* src/mailbox_words.c: takes what the FIFO has. */
void ki_mailbox_take_words(struct kipc_mailbox *mailbox);
/* Sends the greeting, if there is room. */
void ki_mailbox_greet(struct kipc_mailbox *mailbox);
/* Sends a small message; false if it cannot go by words now. */
bool ki_mailbox_send_words(struct kipc_mailbox *mailbox, uint32_t port, const struct ki_mailbox_slot *slot);
/* Called by it for a greeting that is whole. */
void ki_mailbox_greeted(struct kipc_mailbox *mailbox, uint32_t life, uint32_t known, uint64_t area, uint32_t geometry);
/* What a greeting says of sizes; both sides must say the same. */
uint32_t ki_mailbox_geometry(const struct kipc_mailbox *mailbox);

/* src/mailbox_copies.c */
void ki_mailbox_take_slots(struct kipc_mailbox *mailbox);
void ki_mailbox_send_slots(struct kipc_mailbox *mailbox);
/* Sends a board if something is to be told. */
void ki_mailbox_publish(struct kipc_mailbox *mailbox);
/* Everything here that belongs to a session, as at its begin. */
void ki_mailbox_clear(struct kipc_mailbox *mailbox);

#endif
