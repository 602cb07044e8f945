/* SPDX-License-Identifier: MIT */
/*
 * Rings: many copies with one doorbell write. Software puts descriptors into a submission ring in memory and tells
 * the device how far; the device writes completions into a completion ring. The rules of driver.h hold.
 *
 * A ring's descriptors and completions lie in memory that the caller provides; only these functions touch it.
 */
#ifndef DRIVERS_MAILBOX_RING_H
#define DRIVERS_MAILBOX_RING_H

#include <stdbool.h>
#include <stdint.h>

struct mailbox;

/** Flags of a descriptor. A message is a run of descriptors with `chain`, and one without. */
enum mailbox_descriptor_flag {
    MAILBOX_DESCRIPTOR_INTERRUPT = 1 << 0, /* last of a message: its completion interrupts */
    MAILBOX_DESCRIPTOR_FENCE = 1 << 1,     /* first: begins when all completions before it are in memory */
    MAILBOX_DESCRIPTOR_BARRIER = 1 << 2,   /* last: nothing after it is read before its completion is in memory */
    MAILBOX_DESCRIPTOR_CHAIN = 1 << 3,     /* the next descriptor is of the same message */
    MAILBOX_DESCRIPTOR_CRC = 1 << 4,       /* first: the completion carries a CRC-32C of the payload */
    MAILBOX_DESCRIPTOR_NOTIFY = 1 << 5,    /* last: rings `notify` when everything is at its destination */
};

/** What to copy, as the device reads it. */
struct mailbox_descriptor {
    _Alignas(32) uint64_t source; /* physical addresses, any alignment */
    uint64_t destination;
    uint32_t length; /* bytes */
    uint16_t flags;
    uint16_t tag; /* last of a message: given back in the completion */
    uint32_t notify;
    uint32_t zero;
};

/** `notify` of a descriptor: one doorbell flag, in a window, of an agent. */
#define MAILBOX_NOTIFY(agent, window, flag) ((uint32_t)(agent) << 16 | (uint32_t)(window) << 8 | (uint32_t)(flag))

/** Status of a completion. */
enum mailbox_completion_status {
    MAILBOX_COMPLETION_OK,
    MAILBOX_COMPLETION_LENGTH,
    MAILBOX_COMPLETION_READ_REFUSED,
    MAILBOX_COMPLETION_READ_UNMAPPED,
    MAILBOX_COMPLETION_WRITE_REFUSED,
    MAILBOX_COMPLETION_WRITE_UNMAPPED,
    MAILBOX_COMPLETION_DESCRIPTOR,
    MAILBOX_COMPLETION_CHAIN,
    MAILBOX_COMPLETION_STATUS_COUNT,
};

/** How a message ended, as the device writes it. */
struct mailbox_completion {
    _Alignas(16) uint32_t crc;
    uint32_t bytes; /* good ones at the destination, without a gap from the start */
    uint32_t cycle; /* of the completion, bits 31 to 0 */
    uint16_t tag;
    uint8_t status;
    uint8_t phase; /* the driver's */
};

/** What a ring's function is told. */
struct mailbox_ring_events {
    bool completion;    /* there are completions to take */
    bool error;         /* one of them has a status that is not OK */
    bool aborted;       /* an abort has ended: the ring is closed */
    bool memory_failed; /* memory refused a descriptor or a completion: the ring is closed */
    uint64_t address;   /* of what memory refused */
};

/** Runs in the interrupt handler, interrupts disabled: it must not block. */
typedef void mailbox_ring_function(void *context, const struct mailbox_ring_events *events);

/** What a ring is opened with. */
struct mailbox_ring_memory {
    struct mailbox_descriptor *descriptors;
    struct mailbox_completion *completions;
    uint8_t descriptors_log2, completions_log2; /* how many there are of each, 0 to 12 */
};

/* The fields are the driver's. Indices count modulo 65536. */
struct mailbox_ring {
    struct mailbox *mailbox;
    uintptr_t registers;
    struct mailbox_ring_memory memory;
    uint16_t put, submitted, done; /* descriptors written, told to the device, known to be free again */
    uint16_t taken;                /* completions */
    bool high_priority;
    mailbox_ring_function *function;
    void *context;
};

/**
 * Opens a ring and enables it. Ring 0 serves mailbox_copy_start and is taken from the first copy on.
 * @param ring storage; the driver's until it is closed
 * @param number of the ring, from 0
 * @param memory copied; what it points to is the device's until the ring is closed
 * @param function told of events, or NULL: completions are then looked for by mailbox_ring_take alone
 * @return MAILBOX_OK, MAILBOX_E_ABSENT, MAILBOX_E_ARGUMENT, also for other memory than the agent's rings are locked to,
 *         or MAILBOX_E_BUSY if the ring is open or still at work
 */
int mailbox_ring_open(struct mailbox_ring *ring, struct mailbox *mailbox, unsigned number,
                      const struct mailbox_ring_memory *memory, mailbox_ring_function *function, void *context);

/**
 * Writes a descriptor into the ring; the device does not know of it yet.
 * @return MAILBOX_OK, MAILBOX_E_FULL, or MAILBOX_E_DEVICE if the device says that it is further than it can be
 * From one thread at a time.
 */
int mailbox_ring_put(struct mailbox_ring *ring, const struct mailbox_descriptor *descriptor);

/**
 * Tells the device of all descriptors that were put, in one write. What the hart wrote before is visible to it.
 * The ring must be open: the device refuses it after an abort or a failure, with a bus error.
 */
void mailbox_ring_submit(struct mailbox_ring *ring);

/**
 * Takes the next completion out of the ring. What it announces in memory is visible to the hart after it.
 * @return MAILBOX_OK, MAILBOX_E_EMPTY, or MAILBOX_E_DEVICE if it says what no completion may say
 * The device gets the place back with mailbox_ring_release. From one thread, or the handler, at a time.
 */
int mailbox_ring_take(struct mailbox_ring *ring, struct mailbox_completion *completion);

/** Gives the places of all taken completions back to the device, in one write. */
void mailbox_ring_release(struct mailbox_ring *ring);

/**
 * One interrupt for many completions.
 * @param count that raise an interrupt; 0 counts as 1
 * @param cycles after which fewer raise it
 */
void mailbox_ring_moderate(struct mailbox_ring *ring, uint16_t count, uint32_t cycles);

/** Lets the ring be served before those without; at any time. */
void mailbox_ring_set_priority(struct mailbox_ring *ring, bool high);

/** Ends what is under way, at a point of its own choice, and closes the ring. The function is told when it is over. */
void mailbox_ring_abort(struct mailbox_ring *ring);

/** Closes a ring. @return MAILBOX_OK, or MAILBOX_E_BUSY while a message is under way: the ring begins no other */
int mailbox_ring_close(struct mailbox_ring *ring);

/** As mailbox_window_claim. */
int mailbox_ring_claim(struct mailbox_ring *ring, bool claim);

#endif
