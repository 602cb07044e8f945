/* SPDX-License-Identifier: MIT */
/*
 * A pool of fixed-size buffers in shared memory: loan -> fill -> commit -> receive -> read -> release.
 *
 * The producer allocates, the consumer only gives back. A buffer returns through a return ring inside of the pool:
 * the consumer alone writes it, and it has an entry for each buffer, so it cannot overflow (a buffer is out at most
 * once). That is chosen over a state word in each buffer because a loan then takes one step instead of a search, and
 * no word ever has two writers, so no lock and no AMO is needed between harts.
 *
 * Which buffer is in which state is recorded in private memory on both sides, where the peer cannot reach it: every
 * index, length and generation from the peer is checked against that. Generations count the loans of a buffer, so a
 * handle or a descriptor kept for too long is recognised.
 *
 * States as the producer sees them: free -> loaned -> in transit -> free; loaned -> free by abort.
 * Suffix _sp: one producer at a time. Suffix _sc: one consumer at a time. Both sides run at once, wait-free.
 *
 *     result = kipc_pool_loan_sp(&producer, &loan);
 *     memcpy(loan.data, "payload", 7);
 *     result = kipc_pool_commit_sp(&producer, &loan, 7, &descriptor);
 *     result = kipc_pool_receive_sc(&consumer, &descriptor, &view); // the other side, with a copy of the descriptor
 *     result = kipc_pool_release_sc(&consumer, &view);
 *
 * When: to hand payloads over without a copy, with a transport of one's own for descriptors. A link (kipc/link.h) is a
 * pool and a ring that carries them; regions (kipc/region.h) are for processes of one kernel, with rights.
 * Memory: kipc_pool_bytes of shared memory, and on each side an endpoint and a record for each buffer in private
 * memory; all the caller's. A loan belongs to the producer until its commit, a view to the consumer until its release.
 * Concurrency: one producer and one consumer at once; see the suffixes.
 * Cost: constant, whatever the size of a buffer: `make budgets`: loan, commit, receive, release, loan_page,
 * commit_page, receive_page, release_page. Taking buffers back costs a step for each that came.
 */
#ifndef KIPC_LOAN_H
#define KIPC_LOAN_H

#include <kipc/port.h>
#include <kipc/shared.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>

#define KIPC_POOL_BUFFERS_MAX 65536u
#define KIPC_POOL_MAGIC UINT32_C(0x4c4f4f50)
#define KIPC_POOL_VERSION 1u

/* Moves a payload between two pools without the CPU touching it (the mailbox's DMA). */
struct kipc_mover {
    /*
     * Copies `length` bytes (1 or more) from source to destination and returns when they are there. May block the
     * calling thread. The core has ordered the CPU's accesses before (fence_to_device) and orders later ones after
     * (fence_from_device). Returns KIPC_OK or a negative error, which the commit hands on.
     */
    int (*move)(void *context, void *destination, const void *source, size_t length);
    void *context;
};

/* Shared memory. */
struct kipc_pool_constants {
    alignas(KIPC_CACHELINE) uint32_t magic;
    uint32_t version;
    uint32_t buffer_count;
    uint32_t buffer_bytes;
};

/* Shared memory. */
struct kipc_pool_returns {
    alignas(KIPC_CACHELINE) kipc_shared_word tail; /* written by the consumer only */
};

/* Shared memory; the buffers follow the return ring. */
struct kipc_pool_shared {
    struct kipc_pool_constants constants; /* written by kipc_pool_format, read once by each attach */
    struct kipc_pool_returns returns;
    alignas(KIPC_CACHELINE) uint64_t entries[]; /* return ring: generation in bits 63..32, buffer index in 31..0 */
};

_Static_assert(sizeof(struct kipc_pool_shared) == 2 * KIPC_CACHELINE, "two lines precede the return ring");

/* What a ring slot of kind KIPC_SLOT_LOAN carries. */
struct kipc_loan_descriptor {
    uint32_t index;
    uint32_t generation;
    uint32_t length;   /* bytes of the payload, 1..buffer_bytes */
    uint32_t reserved; /* 0 */
};
_Static_assert(sizeof(struct kipc_loan_descriptor) == 16, "two words of a slot");

/* Whose a buffer is at present; each side keeps its own view of it. */
enum kipc_buffer_state { KIPC_BUFFER_FREE, KIPC_BUFFER_LOANED, KIPC_BUFFER_TRANSIT, KIPC_BUFFER_HELD };

/* Private memory, one for each buffer on each side, provided by the caller at attach. */
struct kipc_buffer_record {
    uint32_t generation;
    uint32_t next; /* producer: next free buffer */
    enum kipc_buffer_state state;
    uint32_t reserved; /* for a size that makes the way from index to record one shift */
};

/* The producer's handle of a loaned buffer. */
struct kipc_loan {
    void *data;      /* the buffer, aligned to KIPC_CACHELINE; NULL after commit and abort */
    size_t capacity; /* bytes */
    uint32_t index;
    uint32_t generation;
};

/* The consumer's read-only view of a received payload. */
struct kipc_view {
    const void *data; /* aligned to KIPC_CACHELINE; NULL after release */
    size_t length;    /* bytes */
    uint32_t index;
    uint32_t generation;
};

/* One side, in its private memory. Members are for the library and for tests that look on; set by the attach call. */
struct kipc_pool_producer {
    struct kipc_pool_shared *shared;
    uint8_t *buffers;
    struct kipc_buffer_record *records;
    uint32_t buffer_count;
    uint32_t buffer_bytes;
    uint32_t return_mask;  /* entries of the return ring - 1 */
    uint32_t returns_head; /* next entry of the return ring to look at */
    uint32_t first_free;
    uint32_t free_count;
    uint32_t transit_count;
    uint64_t bad_returns; /* entries of the return ring that named no buffer in transit */
};

/* The other side, likewise. */
struct kipc_pool_consumer {
    struct kipc_pool_shared *shared;
    const uint8_t *buffers;
    struct kipc_buffer_record *records;
    uint32_t buffer_count;
    uint32_t buffer_bytes;
    uint32_t return_mask; /* entries of the return ring - 1 */
    uint32_t returns_tail;
};

/*
 * Gives the bytes of shared memory that a pool needs.
 * buffer_count: 1..KIPC_POOL_BUFFERS_MAX. buffer_bytes: a multiple of KIPC_CACHELINE, 1 line or more, below 2 GiB.
 * Returns the size in bytes, or 0 if an argument is not allowed or the size does not fit size_t.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
size_t kipc_pool_bytes(uint32_t buffer_count, uint32_t buffer_bytes);

/*
 * Lays a pool out in shared memory, all buffers free; once, before either side attaches.
 * memory: owned by the caller, aligned to KIPC_CACHELINE. bytes: its size. Others as kipc_pool_bytes.
 * first_index: where the return ring's index starts; 0, unless a test wants the wrap-around soon.
 * Returns KIPC_OK; KIPC_E_INVAL; KIPC_E_NOSPC (memory too small).
 * Does not block; thread; one caller. The memory must reach the other side before it attaches.
 */
KIPC_MUSTUSE int kipc_pool_format(void *memory, size_t bytes, uint32_t buffer_count, uint32_t buffer_bytes,
                                  uint32_t first_index);

/*
 * Makes the caller the pool's producer, or its consumer, of a freshly formatted pool; at most one each.
 * memory, bytes: the formatted pool, borrowed for the endpoint's life. records, record_count: private memory, borrowed
 * likewise, one record a buffer or more; overwritten.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, misaligned); KIPC_E_INTEGRITY (not a pool of this version); KIPC_E_NOSPC (memory
 * or records too few for the pool that it claims to be).
 * Does not block; thread context; one caller.
 */
KIPC_MUSTUSE int kipc_pool_producer_attach(struct kipc_pool_producer *producer, void *memory, size_t bytes,
                                           struct kipc_buffer_record *records, size_t record_count);
KIPC_MUSTUSE int kipc_pool_consumer_attach(struct kipc_pool_consumer *consumer, void *memory, size_t bytes,
                                           struct kipc_buffer_record *records, size_t record_count);

/*
 * Lends a free buffer to the caller for writing; takes returned buffers back first.
 * loan: receives the handle.
 * Returns KIPC_OK; KIPC_E_INVAL; KIPC_E_NOMEM (none free); KIPC_E_FLOW (the return ring's index is impossible).
 * Does not block; thread or interrupt handler; one producer at a time.
 */
KIPC_MUSTUSE int kipc_pool_loan_sp(struct kipc_pool_producer *producer, struct kipc_loan *loan);

/*
 * Gives the memory behind a handle that came back from somewhere else, if the loan still lasts.
 * loan: a copy of the handle, from wherever. data: receives the buffer, which is the producer's while the loan lasts.
 * Returns KIPC_OK with *data set; KIPC_E_INVAL; KIPC_E_BADF (the buffer was committed, aborted or lent again: the
 * handle gives no access any more).
 * Does not block; thread or interrupt handler; one producer at a time.
 */
KIPC_MUSTUSE int kipc_pool_access_sp(const struct kipc_pool_producer *producer, const struct kipc_loan *loan,
                                     void **data);

/*
 * Ends a loan by handing the buffer over: the caller may not touch it any more.
 * loan: spent with success. length: bytes written, 1..buffer_bytes. descriptor: receives what the consumer needs; the
 * caller sends it by a path that orders memory (a ring).
 * Returns KIPC_OK with loan->data NULL; KIPC_E_INVAL; KIPC_E_INVAL_SIZE (length); KIPC_E_STATE (this loan was committed
 * or aborted already); KIPC_E_BADF (the handle belongs to an earlier loan of the buffer).
 * Does not block; thread or interrupt handler; one producer at a time.
 */
KIPC_MUSTUSE int kipc_pool_commit_sp(struct kipc_pool_producer *producer, struct kipc_loan *loan, size_t length,
                                     struct kipc_loan_descriptor *descriptor);

/*
 * Ends a loan unused: the buffer is free again.
 * loan: spent with success.
 * Returns KIPC_OK with loan->data NULL; KIPC_E_INVAL; KIPC_E_STATE; KIPC_E_BADF; all as kipc_pool_commit_sp.
 * Does not block; thread or interrupt handler; one producer at a time.
 */
KIPC_MUSTUSE int kipc_pool_abort_sp(struct kipc_pool_producer *producer, struct kipc_loan *loan);

/*
 * Turns a descriptor from the peer into a read-only view; the consumer holds the buffer from here on.
 * descriptor: the caller's private copy, not shared memory. view: receives the handle.
 * Returns KIPC_OK; KIPC_E_INVAL; KIPC_E_INTEGRITY (index, length or reserved word impossible, generation not newer than
 * the last one of this buffer, or the buffer is held already).
 * Does not block; thread or interrupt handler; one consumer at a time.
 */
KIPC_MUSTUSE int kipc_pool_receive_sc(struct kipc_pool_consumer *consumer,
                                      const struct kipc_loan_descriptor *descriptor, struct kipc_view *view);

/*
 * Gives a received buffer back: the caller may not look at it any more.
 * view: spent with success.
 * Returns KIPC_OK with view->data NULL; KIPC_E_INVAL; KIPC_E_STATE (released already); KIPC_E_BADF (the handle belongs
 * to an earlier message in the buffer).
 * Does not block; thread or interrupt handler; one consumer at a time.
 */
KIPC_MUSTUSE int kipc_pool_release_sc(struct kipc_pool_consumer *consumer, struct kipc_view *view);

/*
 * Takes returned buffers back and counts the free ones.
 * Returns 0..buffer_count; KIPC_E_INVAL; KIPC_E_FLOW (the return ring's index is impossible).
 * Does not block; thread or interrupt handler; one producer at a time.
 */
KIPC_MUSTUSE int64_t kipc_pool_free_sp(struct kipc_pool_producer *producer);

#endif
