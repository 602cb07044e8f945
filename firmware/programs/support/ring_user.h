/* SPDX-License-Identifier: MIT */
/* A ring with its memory, and what its interrupts have told. Everything but success fails the program. */
#ifndef PROGRAMS_SUPPORT_RING_USER_H
#define PROGRAMS_SUPPORT_RING_USER_H

#include "drivers/driver.h"

#define RING_USER_LOG2 5
#define RING_USER_SIZE (1u << RING_USER_LOG2)
/** Tags of pieces begin here. */
#define RING_USER_TAG 0x100

/** Static storage of the program. */
struct ring_user {
    struct mailbox_descriptor descriptors[RING_USER_SIZE];
    struct mailbox_completion completions[RING_USER_SIZE];
    struct mailbox_ring ring;
    struct thread *waiter; /* the thread that opened it */
    volatile unsigned interrupts, errors, aborts, failures;
    volatile uint64_t address; /* that memory refused */
    volatile uint64_t cycle;   /* of the last interrupt */
};

/** Opens a ring of RING_USER_SIZE entries, with nothing told yet. From a thread. */
void ring_user_open(struct ring_user *user, struct mailbox *mailbox, unsigned number);

/** Closes it as soon as its last message is over. */
void ring_user_close(struct ring_user *user);

void ring_user_put(struct ring_user *user, struct mailbox_descriptor descriptor);

/** The next completion, waited for by looking: not all of them interrupt. */
struct mailbox_completion ring_user_take(struct ring_user *user);

/** Blocks until the ring has interrupted so often since it was opened; one that does not is a dead-lock. */
void ring_user_wait(struct ring_user *user, unsigned interrupts);

/** A copy of the piece of that number, all pieces being of one length; its tag is RING_USER_TAG + number. */
struct mailbox_descriptor ring_user_piece(const uint8_t *source, uint8_t *destination, unsigned number, uint32_t length,
                                          unsigned flags);

#endif
