/* SPDX-License-Identifier: MIT */
/*
 * A ring of 64-byte slots from one producer to one consumer, in memory that two harts share.
 *
 * The layout has no pointers, so both sides may map it anywhere. A line of constants, two lines that only the producer
 * writes (its index; whether it waits), two that only the consumer writes, then the slots, each an 8-byte control word
 * and the payload. Indices run freely modulo 2^32, all slots are usable, the slot count is a power of two. Only the
 * producer writes slots, so a send dirties one slot line and a receive reads one.
 *
 * Slot states: FREE -> WRITING -> READY -> READING -> FREE, and no other step. The indices and the control word's
 * sequence number say whether a slot is FREE or READY; WRITING and READING are known to their side only, and cannot be
 * forged by the peer.
 *
 * Everything that comes from shared memory is checked, in release builds too. A peer's index that claims more than
 * there can be gives KIPC_E_FLOW, a slot's control word that is not what a producer writes gives KIPC_E_INTEGRITY; the
 * endpoint stays as it was, and nothing outside of the ring is ever touched.
 *
 * Suffix _sp: one producer at a time. Suffix _sc: one consumer at a time. Both sides run at once, wait-free.
 *
 *     kipc_ring_format(memory, bytes, 16, 0);
 *     kipc_ring_producer_attach(&producer, memory, bytes, port, kipc_notifier_local(port));
 *     kipc_ring_consumer_attach(&consumer, memory, bytes, port, kipc_notifier_local(port));
 *     result = kipc_ring_send_blocking(&producer, "hello", 5, KIPC_FOREVER);
 *     result = kipc_ring_receive_blocking(&consumer, buffer, sizeof(buffer), &size, deadline);
 *
 * When: for a stream of small messages between two sides, with the least that a message can cost. A link (kipc/link.h)
 * adds messages of any size; a channel (kipc/channel.h) has many senders and receivers, priorities, rights and limits.
 * Memory: kipc_ring_bytes of shared memory and an endpoint on each side, all the caller's, all in use until both sides
 * are done. An endpoint that is gone can be attached anew.
 * Concurrency: one producer and one consumer at once, each a thread or an interrupt handler; see the suffixes.
 * Cost: constant for each message; a batch costs a part of it. `make budgets`: ring_send, ring_receive,
 * ring_send_batch, ring_receive_batch. `make bench-ipc` puts it beside others.
 */
#ifndef KIPC_RING_H
#define KIPC_RING_H

#include <kipc/wait.h>
#include <stdalign.h>
#include <stddef.h>

#define KIPC_RING_INLINE_MAX 56
#define KIPC_RING_SLOTS_MAX 65536u
/* Added to a number of slots: take the next power of two instead of refusing a number that is none. */
#define KIPC_RING_ROUND_UP (UINT32_C(1) << 31)
#define KIPC_RING_MAGIC UINT32_C(0x474e5249)
#define KIPC_RING_VERSION 2u

/* What a slot carries. */
enum kipc_slot_kind {
    KIPC_SLOT_INLINE = 1, /* the payload is the message */
    KIPC_SLOT_LOAN = 2    /* the payload is a struct kipc_loan_descriptor */
};

/* Where a slot is on its way: see above. */
enum kipc_slot_state { KIPC_SLOT_FREE, KIPC_SLOT_WRITING, KIPC_SLOT_READY, KIPC_SLOT_READING };

/* Shared memory. The control word: bits 63..32 the slot's index, 31..24 zero, 23..16 kind, 15..0 payload length. */
struct kipc_ring_slot {
    alignas(KIPC_CACHELINE) uint64_t control;
    uint64_t payload[KIPC_RING_INLINE_MAX / 8];
};

/* Shared memory. */
struct kipc_ring_constants {
    alignas(KIPC_CACHELINE) uint32_t magic;
    uint32_t version;
    uint32_t slot_count;
    uint32_t slot_bytes;
    uint32_t has_light_sides; /* 1: those who wait fence for both sides; else 0 */
};

/* Shared memory, one for each side. */
struct kipc_ring_side {
    alignas(KIPC_CACHELINE) kipc_shared_word index; /* tail in the producer's line, head in the consumer's */
    /* In a line of its own: the peer looks at it after each message, and the index changes with each message. */
    alignas(KIPC_CACHELINE) struct kipc_wait_words waiting;
};

/* Shared memory, as a whole. */
struct kipc_ring_shared {
    struct kipc_ring_constants constants; /* written by kipc_ring_format, read once by each attach */
    struct kipc_ring_side producer;
    struct kipc_ring_side consumer;
    struct kipc_ring_slot slots[];
};

_Static_assert(sizeof(struct kipc_ring_slot) == KIPC_CACHELINE && alignof(struct kipc_ring_slot) == KIPC_CACHELINE,
               "a slot is exactly one cache line");
_Static_assert(sizeof(struct kipc_ring_shared) == 5 * KIPC_CACHELINE, "five lines precede the slots");
_Static_assert(offsetof(struct kipc_ring_shared, consumer) == 3 * KIPC_CACHELINE, "the sides do not share a line");

/* One side, in its private memory. Members are for the library and for tests that look on; set by the attach call. */
struct kipc_ring_producer {
    struct kipc_ring_slot *slots;
    struct kipc_ring_side *own;
    const struct kipc_ring_side *peer;
    size_t slot_mask; /* slot_count - 1 */
    uint32_t slot_count;
    uint32_t tail;              /* next index to write */
    uint32_t head;              /* consumer's index as last seen and believed */
    enum kipc_slot_state state; /* of the slot at tail: FREE or WRITING */
    uint64_t copied_bytes;      /* payload bytes that the CPU copied in */
    struct kipc_waiter waiter;
    struct kipc_waker waker;
};

/* The other side, likewise. */
struct kipc_ring_consumer {
    const struct kipc_ring_slot *slots;
    struct kipc_ring_side *own;
    const struct kipc_ring_side *peer;
    size_t slot_mask; /* slot_count - 1 */
    uint32_t slot_count;
    uint32_t head;              /* next index to read */
    uint32_t tail;              /* producer's index as last seen and believed */
    enum kipc_slot_state state; /* of the slot at head: READY (or not there yet) or READING */
    uint64_t copied_bytes;      /* payload bytes that the CPU copied out */
    struct kipc_waiter waiter;
    struct kipc_waker waker;
};

/* What a peek shows: the payload in place. */
struct kipc_ring_view {
    enum kipc_slot_kind kind;
    uint32_t length;     /* bytes, 0..KIPC_RING_INLINE_MAX, checked */
    const void *payload; /* in shared memory, 8-byte aligned; valid until kipc_ring_finish_sc. A hostile peer can still
                            change it: copy before you check */
};

/*
 * Says whether a payload goes inline.
 * length: bytes.
 * Returns true for 0..KIPC_RING_INLINE_MAX.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
static inline bool kipc_ring_fits_inline(size_t length)
{
    return length <= KIPC_RING_INLINE_MAX;
}

/*
 * Gives the bytes of shared memory that a ring needs.
 * slot_count: a power of two, 1..KIPC_RING_SLOTS_MAX; any number up to that with KIPC_RING_ROUND_UP added.
 * Returns the size in bytes, or 0 if slot_count is not allowed.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
size_t kipc_ring_bytes(uint32_t slot_count);

/*
 * Lays an empty ring out in shared memory; once, before either side attaches.
 * memory: owned by the caller, aligned to KIPC_CACHELINE. bytes: size of memory. slot_count: as kipc_ring_bytes.
 * first_index: where both indices start; 0, unless a test wants the wrap-around soon.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, misaligned, slot_count not allowed); KIPC_E_NOSPC (memory too small).
 * Does not block; thread; one caller. The memory must reach the other side before it attaches.
 */
KIPC_MUSTUSE int kipc_ring_format(void *memory, size_t bytes, uint32_t slot_count, uint32_t first_index);

/*
 * Takes the fence out of every publication, and puts it into the waits: a message then costs no fence, and a wait that
 * is about to block makes all threads fence (kipc_port.fence_all), which costs it microseconds. For sides that exchange
 * far more messages than they block. Once, between kipc_ring_format and the first attachment.
 * memory, bytes: the formatted ring.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, misaligned); KIPC_E_NOSPC (smaller than any ring); KIPC_E_INTEGRITY (not a ring
 * of this version).
 * Does not block; thread; one caller.
 */
KIPC_MUSTUSE int kipc_ring_lighten(void *memory, size_t bytes);

/*
 * Makes the caller the ring's producer, or its consumer: at most one each at a time. Continues where the own index in
 * shared memory stands.
 * producer / consumer: private memory of the caller, overwritten. memory, bytes: the formatted ring, borrowed for the
 * endpoint's life. port: borrowed likewise. notifier: reaches the other side's waiter; copied.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, misaligned, port or notifier incomplete); KIPC_E_INTEGRITY (not a ring of this
 * version); KIPC_E_NOTSUP (the ring is light, and this port has no fence_all); KIPC_E_NOSPC (memory smaller than the
 * ring that it claims to hold); KIPC_E_FLOW (indices impossible).
 * Does not block; thread context; one caller.
 */
KIPC_MUSTUSE int kipc_ring_producer_attach(struct kipc_ring_producer *producer, void *memory, size_t bytes,
                                           const struct kipc_port *port, struct kipc_notifier notifier);
KIPC_MUSTUSE int kipc_ring_consumer_attach(struct kipc_ring_consumer *consumer, void *memory, size_t bytes,
                                           const struct kipc_port *port, struct kipc_notifier notifier);

/*
 * Sends bytes inline: copies them into a slot, publishes it, and notifies a waiting consumer.
 * data: borrowed for the call; may be NULL if length is 0; 8-byte alignment is faster. length: bytes.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_INVAL_SIZE (more than KIPC_RING_INLINE_MAX); KIPC_E_FULL; KIPC_E_STATE
 * (a slot is acquired but not published); KIPC_E_FLOW.
 * Does not block; thread or interrupt handler; one producer at a time.
 */
KIPC_MUSTUSE int kipc_ring_send_sp(struct kipc_ring_producer *producer, const void *data, size_t length);

/*
 * Receives an inline message: copies it out, frees the slot, and notifies a waiting producer.
 * buffer: caller's; 8-byte alignment is faster. capacity: bytes. length: receives the message's length in bytes; also
 * with KIPC_E_MSGSIZE, so that the caller can come back with enough room.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_EMPTY; KIPC_E_MSGSIZE or KIPC_E_TYPE (message kept); KIPC_E_STATE (a
 * slot is being read); KIPC_E_FLOW; KIPC_E_INTEGRITY (slot kept: kipc_ring_discard_sc skips it).
 * Does not block; thread or interrupt handler; one consumer at a time.
 */
KIPC_MUSTUSE int kipc_ring_receive_sc(struct kipc_ring_consumer *consumer, void *buffer, size_t capacity,
                                      size_t *length);

/* A message of a batch to send. */
struct kipc_ring_item {
    const void *data; /* borrowed; may be NULL if length is 0; 8-byte alignment is faster */
    size_t length;    /* bytes, 0..KIPC_RING_INLINE_MAX */
};

/* Room for a message of a batch to receive. */
struct kipc_ring_room {
    void *buffer;    /* caller's; may be NULL if capacity is 0; 8-byte alignment is faster */
    size_t capacity; /* bytes */
    size_t length;   /* receives the message's length */
};

/*
 * Sends messages inline, as many as there is room for, in order: all become visible by one store, and the consumer is
 * notified at most once. Costs a fraction of so many kipc_ring_send_sp.
 * items: count of them, borrowed for the call. count: 1 and up.
 * Returns the number sent, 1..count; KIPC_E_INVAL (NULL, count 0), KIPC_E_INVAL_SIZE (of any item that there was room
 * for): then none is sent; KIPC_E_FULL; KIPC_E_STATE (a slot is acquired but not published); KIPC_E_FLOW.
 * Does not block; thread or interrupt handler; one producer at a time.
 */
KIPC_MUSTUSE int64_t kipc_ring_send_batch_sp(struct kipc_ring_producer *producer, const struct kipc_ring_item *items,
                                             size_t count);

/*
 * Receives inline messages, as many as are there, in order; frees their slots by one store, and notifies a waiting
 * producer at most once. Ends before a message that kipc_ring_receive_sc would refuse.
 * rooms: count of them; `length` of those that the result counts is filled in. count: 1 and up.
 * Returns the number received, 1..count; KIPC_E_INVAL (NULL, count 0); KIPC_E_EMPTY; KIPC_E_STATE; KIPC_E_FLOW;
 * KIPC_E_MSGSIZE, KIPC_E_TYPE or KIPC_E_INTEGRITY of the first message (it stays).
 * Does not block; thread or interrupt handler; one consumer at a time.
 */
KIPC_MUSTUSE int64_t kipc_ring_receive_batch_sc(struct kipc_ring_consumer *consumer, struct kipc_ring_room *rooms,
                                                size_t count);

/*
 * Sends in place, step 1 of 2: FREE -> WRITING.
 * payload: receives the slot's payload, KIPC_RING_INLINE_MAX bytes, 8-byte aligned, the caller's until it publishes.
 * Returns KIPC_OK; KIPC_E_INVAL; KIPC_E_FULL; KIPC_E_STATE (one is acquired already); KIPC_E_FLOW.
 * Does not block; thread or interrupt handler; one producer at a time.
 */
KIPC_MUSTUSE int kipc_ring_acquire_sp(struct kipc_ring_producer *producer, void **payload);

/*
 * Step 2 of 2: WRITING -> READY; notifies a waiting consumer.
 * kind: what the payload is. length: bytes of it, 0..KIPC_RING_INLINE_MAX.
 * Returns KIPC_OK; KIPC_E_INVAL (kind); KIPC_E_INVAL_SIZE; KIPC_E_STATE (nothing acquired).
 * Does not block; thread or interrupt handler; one producer at a time.
 */
KIPC_MUSTUSE int kipc_ring_publish_sp(struct kipc_ring_producer *producer, enum kipc_slot_kind kind, size_t length);

/*
 * Receives in place, step 1 of 2: shows the oldest slot of either kind, READY -> READING.
 * view: receives kind, length and place.
 * Returns KIPC_OK; KIPC_E_INVAL; KIPC_E_EMPTY; KIPC_E_STATE (one is being read already); KIPC_E_FLOW; KIPC_E_INTEGRITY
 * (slot kept: kipc_ring_discard_sc skips it).
 * Does not block; thread or interrupt handler; one consumer at a time.
 */
KIPC_MUSTUSE int kipc_ring_peek_sc(struct kipc_ring_consumer *consumer, struct kipc_ring_view *view);

/*
 * Step 2 of 2: frees the slot, READING -> FREE; notifies a waiting producer.
 * Returns KIPC_OK; KIPC_E_INVAL; KIPC_E_STATE (nothing is being read).
 * Does not block; thread or interrupt handler; one consumer at a time.
 */
KIPC_MUSTUSE int kipc_ring_finish_sc(struct kipc_ring_consumer *consumer);

/*
 * Frees the oldest slot without looking at it: the way past a slot that gave KIPC_E_INTEGRITY.
 * Returns KIPC_OK; KIPC_E_INVAL; KIPC_E_EMPTY; KIPC_E_STATE (a slot is being read); KIPC_E_FLOW.
 * Does not block; thread or interrupt handler; one consumer at a time.
 */
KIPC_MUSTUSE int kipc_ring_discard_sc(struct kipc_ring_consumer *consumer);

/*
 * Counts what could be sent, or received, now; the other side can only make it more.
 * Returns 0..slot_count, KIPC_E_INVAL (NULL), or KIPC_E_FLOW.
 * Does not block; thread or interrupt handler; one producer (consumer) at a time.
 */
KIPC_MUSTUSE int64_t kipc_ring_free_sp(struct kipc_ring_producer *producer);
KIPC_MUSTUSE int64_t kipc_ring_ready_sc(struct kipc_ring_consumer *consumer);

/*
 * Waits until there is a free slot, or something to receive.
 * deadline: absolute ticks, KIPC_FOREVER, or KIPC_NO_WAIT.
 * Returns KIPC_OK; KIPC_E_INVAL; KIPC_E_FULL / KIPC_E_EMPTY (only with KIPC_NO_WAIT); KIPC_E_TIMEDOUT; KIPC_E_FLOW;
 * KIPC_E_BUSY (another thread waits at this end); KIPC_E_CANCELED or KIPC_E_INTR from the port.
 * Blocks; thread context; one producer (consumer) at a time.
 */
KIPC_MUSTUSE int kipc_ring_wait_writable_sp(struct kipc_ring_producer *producer, uint64_t deadline);
KIPC_MUSTUSE int kipc_ring_wait_readable_sc(struct kipc_ring_consumer *consumer, uint64_t deadline);

/*
 * kipc_ring_send_sp and kipc_ring_receive_sc that wait for room, or for a message, until a deadline.
 * Arguments as there; deadline: absolute ticks, KIPC_FOREVER, or KIPC_NO_WAIT. Arguments are checked before any wait.
 * Returns as there, and as kipc_ring_wait_writable_sp / kipc_ring_wait_readable_sc.
 * Blocks; thread context; one producer (consumer) at a time.
 */
KIPC_MUSTUSE int kipc_ring_send_blocking(struct kipc_ring_producer *producer, const void *data, size_t length,
                                         uint64_t deadline);
KIPC_MUSTUSE int kipc_ring_receive_blocking(struct kipc_ring_consumer *consumer, void *buffer, size_t capacity,
                                            size_t *length, uint64_t deadline);

/*
 * What the doorbell's interrupt handler calls on the side that was notified: wakes the local waiter, if there is one.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
void kipc_ring_producer_notified(struct kipc_ring_producer *producer);
void kipc_ring_consumer_notified(struct kipc_ring_consumer *consumer);

#endif
