/* SPDX-License-Identifier: MIT */
/*
 * A link: one message path in one direction, a ring and a pool. Two ways through it and no third: up to
 * KIPC_RING_INLINE_MAX bytes are copied inline into a ring slot; anything else is written into a loaned buffer and
 * handed over without a copy.
 *
 * Share mode (no mover): sender and receiver see the same pool; a commit hands the very buffer over.
 * Move mode (mover given): the sender fills buffers of its own pool, and a commit lets the mover (DMA) carry the bytes
 * into a buffer of the receiver's pool; the sender's buffer is free again at once. The sender is the producer of both
 * pools; the receiver sees only its own.
 *
 * The CPU never copies a payload on the loan path: copied_bytes does not move there.
 * The sender's functions: one thread at a time; the receiver's likewise; both sides run at once.
 *
 *     result = kipc_link_loan(&sender, 4096, &loan, deadline); // the message is made in place
 *     result = kipc_link_commit(&sender, &loan, 4096, deadline);
 *     result = kipc_link_receive(&receiver, &message, KIPC_FOREVER);
 *     result = kipc_link_release(&receiver, &message.view);
 *
 * When: for messages of any size between two sides that share memory, or whose mailbox can copy between them. For small
 * ones alone a ring (kipc/ring.h) is enough; a channel (kipc/channel.h) is for processes of a kernel.
 * Memory: the ring's and the pool's; endpoints are private memory of the caller. All is borrowed until both sides are
 * done.
 * Concurrency: the sender's functions one thread at a time, the receiver's likewise; both sides run at once.
 * Cost: of a small message the ring's, of a large one the ring's and the loan's; in move mode also what the mover
 * takes.
 */
#ifndef KIPC_LINK_H
#define KIPC_LINK_H

#include <kipc/loan.h>
#include <kipc/ring.h>

/* A region of shared memory and the private records for one side of the pool in it. */
struct kipc_link_pool {
    void *memory; /* formatted by kipc_pool_format */
    size_t bytes;
    struct kipc_buffer_record *records;
    size_t record_count;
};

/* Everything here is borrowed for the endpoint's life; the structure itself only for the call. */
struct kipc_link_sender_config {
    const struct kipc_port *port;
    struct kipc_notifier notifier; /* reaches the receiver */
    void *ring_memory;             /* formatted by kipc_ring_format */
    size_t ring_bytes;
    struct kipc_link_pool pool; /* share mode: the common pool; move mode: the sender's own. memory NULL: inline only */
    const struct kipc_mover *mover; /* NULL: share mode */
    struct kipc_link_pool remote;   /* move mode only: the receiver's pool */
};

/* The same for the other end. */
struct kipc_link_receiver_config {
    const struct kipc_port *port;
    struct kipc_notifier notifier; /* reaches the sender */
    void *ring_memory;
    size_t ring_bytes;
    struct kipc_link_pool
        pool; /* share mode: the common pool; move mode: the receiver's own. memory NULL: inline only */
};

/* What one end has done since it was attached. */
struct kipc_link_counters {
    uint64_t path_inline;  /* messages that went inline */
    uint64_t path_large;   /* messages that went by loan */
    uint64_t copied_bytes; /* payload bytes that this side's CPU copied */
    uint64_t moved_bytes;  /* payload bytes that the mover carried */
    uint64_t rejected;     /* receiver: slots dropped because the peer wrote something impossible */
    uint64_t notified;     /* notifications sent to the other side */
    uint64_t blocked;      /* times this side blocked */
};

/* Members are for the library and for tests that look on; set by the attach call. Likewise below. */
struct kipc_link_sender {
    struct kipc_ring_producer ring;
    struct kipc_pool_producer pool;
    struct kipc_pool_producer remote;
    const struct kipc_mover *mover; /* NULL in share mode */
    bool has_pool;
    uint64_t path_inline;
    uint64_t path_large;
    uint64_t moved_bytes;
};

/* The other end. */
struct kipc_link_receiver {
    struct kipc_ring_consumer ring;
    struct kipc_pool_consumer pool;
    bool has_pool;
    uint64_t path_inline;
    uint64_t path_large;
    uint64_t rejected;
};

/* A received message. */
struct kipc_link_message {
    enum kipc_slot_kind kind; /* KIPC_SLOT_INLINE: `bytes` holds it; KIPC_SLOT_LOAN: `view` does */
    size_t length;            /* bytes, either way */
    struct kipc_view view;    /* to be given back by kipc_link_release */
    alignas(8) uint8_t bytes[KIPC_RING_INLINE_MAX]; /* private copy of an inline message */
};

/*
 * Sets up one end of a link.
 * sender / receiver: private memory of the caller, overwritten. config: see there.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, or a mover without both pools); or as kipc_ring_..._attach and
 * kipc_pool_..._attach, with the endpoint unusable.
 * Does not block; thread context; one caller.
 */
KIPC_MUSTUSE int kipc_link_sender_attach(struct kipc_link_sender *sender, const struct kipc_link_sender_config *config);
KIPC_MUSTUSE int kipc_link_receiver_attach(struct kipc_link_receiver *receiver,
                                           const struct kipc_link_receiver_config *config);

/*
 * Sends up to KIPC_RING_INLINE_MAX bytes inline.
 * data: borrowed for the call, may be NULL if length is 0. deadline: absolute ticks, KIPC_FOREVER, KIPC_NO_WAIT.
 * Returns KIPC_OK; KIPC_E_INVAL_SIZE (longer: use a loan); or as kipc_ring_send_blocking.
 * Blocks until the deadline while the ring is full, not with KIPC_NO_WAIT, with which interrupt handlers may call it;
 * thread; one producer at a time.
 */
KIPC_MUSTUSE int kipc_link_send(struct kipc_link_sender *sender, const void *data, size_t length, uint64_t deadline);

/*
 * Lends a buffer to write a message into; the caller owes a commit or an abort.
 * length: bytes that will be written, 1..buffer_bytes. loan: receives the handle. deadline: as kipc_link_send.
 * Returns KIPC_OK; KIPC_E_INVAL; KIPC_E_NOTSUP (link without a pool); KIPC_E_INVAL_SIZE; KIPC_E_NOMEM (none free, only
 * with KIPC_NO_WAIT); KIPC_E_TIMEDOUT; KIPC_E_BUSY; KIPC_E_FLOW; KIPC_E_CANCELED or KIPC_E_INTR from the port.
 * Blocks until the deadline while no buffer is free, not with KIPC_NO_WAIT, with which interrupt handlers may call it;
 * thread; one producer at a time.
 */
KIPC_MUSTUSE int kipc_link_loan(struct kipc_link_sender *sender, size_t length, struct kipc_loan *loan,
                                uint64_t deadline);

/*
 * Sends a loaned buffer; in move mode the mover carries it over first.
 * loan: of kipc_link_loan, spent with success. length: bytes written, 1..loan->capacity. deadline: for room in the ring
 * and, in move mode, for a remote buffer.
 * Returns KIPC_OK with loan->data NULL; KIPC_E_INVAL; KIPC_E_NOTSUP; KIPC_E_INVAL_SIZE (also: larger than the remote
 * pool's buffers); KIPC_E_STATE (committed or aborted already); KIPC_E_BADF (handle of an earlier loan); KIPC_E_FULL or
 * KIPC_E_NOMEM (only with KIPC_NO_WAIT); KIPC_E_TIMEDOUT; KIPC_E_FLOW; KIPC_E_BUSY; KIPC_E_CANCELED; KIPC_E_INTR; an
 * error of the mover. After any error but STATE and BADF the loan still lasts: commit again, or abort.
 * Blocks until the deadline, and for as long as the mover does; thread (interrupt handler: KIPC_NO_WAIT, and no mover
 * that blocks); one producer at a time.
 */
KIPC_MUSTUSE int kipc_link_commit(struct kipc_link_sender *sender, struct kipc_loan *loan, size_t length,
                                  uint64_t deadline);

/*
 * Gives a loaned buffer back unsent.
 * loan: of kipc_link_loan, spent with success.
 * Returns KIPC_OK with loan->data NULL; KIPC_E_INVAL; KIPC_E_NOTSUP; KIPC_E_STATE; KIPC_E_BADF.
 * Does not block; thread or interrupt handler; one producer at a time.
 */
KIPC_MUSTUSE int kipc_link_abort(struct kipc_link_sender *sender, struct kipc_loan *loan);

/*
 * Receives the next message of either kind; for KIPC_SLOT_LOAN the caller owes a kipc_link_release.
 * message: receives it. deadline: as kipc_link_send.
 * Returns KIPC_OK; KIPC_E_INVAL; KIPC_E_EMPTY (only with KIPC_NO_WAIT); KIPC_E_TIMEDOUT; KIPC_E_BUSY; KIPC_E_FLOW;
 * KIPC_E_STATE; KIPC_E_CANCELED; KIPC_E_INTR; KIPC_E_INTEGRITY (the peer wrote something impossible into the slot: the
 * slot is dropped and counted in `rejected`, the next call goes on behind it).
 * Blocks until the deadline while the ring is empty, not with KIPC_NO_WAIT, with which interrupt handlers may call it;
 * thread; one consumer at a time.
 */
KIPC_MUSTUSE int kipc_link_receive(struct kipc_link_receiver *receiver, struct kipc_link_message *message,
                                   uint64_t deadline);

/*
 * Gives a received buffer back to the sender, and notifies it if it waits for one.
 * view: &message.view. Returns KIPC_OK with view->data NULL; KIPC_E_INVAL; KIPC_E_NOTSUP; KIPC_E_STATE (released
 * already); KIPC_E_BADF (handle of an earlier message).
 * Does not block; thread or interrupt handler; one consumer at a time.
 */
KIPC_MUSTUSE int kipc_link_release(struct kipc_link_receiver *receiver, struct kipc_view *view);

/*
 * Reads one end's counters.
 * Returns a copy of them.
 * Does not block; thread or interrupt handler of that side.
 */
struct kipc_link_counters kipc_link_sender_counters(const struct kipc_link_sender *sender);
struct kipc_link_counters kipc_link_receiver_counters(const struct kipc_link_receiver *receiver);

/*
 * What the doorbell's interrupt handler calls on the side that was notified: wakes the local waiter, if there is one.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
void kipc_link_sender_notified(struct kipc_link_sender *sender);
void kipc_link_receiver_notified(struct kipc_link_receiver *receiver);

#endif
