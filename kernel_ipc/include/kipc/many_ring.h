/* SPDX-License-Identifier: MIT */
/*
 * Many producers, one consumer: a ring of its own for each producer, its lane, and a consumer that takes their messages
 * in turn. No producer ever waits for another one, and one that stops in the middle of a message blocks nobody: what it
 * has begun in its lane is not seen, and the consumer goes on with the other lanes.
 *
 *     result = kipc_many_ring_format(memory, bytes, 4, 16, 0);
 *     result = kipc_many_ring_producer_attach(&producer, memory, bytes, 2, port, notifier); // of lane 2
 *     result = kipc_ring_send_sp(&producer, "order", 5); // and every other call of a ring's producer
 *     result = kipc_many_ring_consumer_attach(&consumer, lanes, 4, memory, bytes, port, notifier);
 *     result = kipc_many_ring_receive_blocking(&consumer, buffer, sizeof(buffer), &size, &lane, KIPC_FOREVER);
 *
 * When: a single producer takes kipc/ring.h, and threads of one kernel that need rights or quotas take kipc/channel.h.
 *
 * Order: messages of one producer come in the order in which it sent them; between producers there is none but turns.
 * Bounds: a send is that of a ring, wait-free. A receive looks at each lane once at most. A message that is the next
 * one of its lane is received after at most one message of each other lane: lanes - 1 receives that find something.
 *
 * Memory: the shared part has no pointers. Producers are no part of each other's trust: each writes its lane and
 * nothing else, all that the consumer reads is checked as in a ring, and a lane that holds what no producer writes
 * costs its own messages only (kipc_many_ring_exclude).
 *
 * Concurrency: one producer a lane, one consumer, all at once.
 * Cost: of a send that of a ring; of a receive that, and a look at each lane that has nothing before the one that has.
 */
#ifndef KIPC_MANY_RING_H
#define KIPC_MANY_RING_H

#include <kipc/ring.h>

#define KIPC_MANY_RING_LANES_MAX 256u
#define KIPC_MANY_RING_MAGIC UINT32_C(0x594e414d)
#define KIPC_MANY_RING_VERSION 1u

/* Shared memory; written by kipc_many_ring_format, read once by each attach. */
struct kipc_many_ring_constants {
    alignas(KIPC_CACHELINE) uint32_t magic;
    uint32_t version;
    uint32_t lane_count;
    uint32_t slot_count; /* of each lane */
};

/* Shared memory; the lanes follow, each as kipc_ring_format lays it out. */
struct kipc_many_ring_shared {
    struct kipc_many_ring_constants constants;
    alignas(KIPC_CACHELINE) struct kipc_wait_words waiting; /* of the consumer, for all lanes; written by it only */
};

_Static_assert(sizeof(struct kipc_many_ring_shared) == 2 * KIPC_CACHELINE, "two lines precede the lanes");

/* The consumer, in its private memory. Members are for the library and for tests that look on. */
struct kipc_many_ring_consumer {
    struct kipc_ring_consumer *lanes;
    uint32_t lane_count;
    uint32_t next; /* lane to look at first */
    struct kipc_waiter waiter;
};

/*
 * Gives the bytes of shared memory that a ring of many producers needs.
 * lanes: 1..KIPC_MANY_RING_LANES_MAX. slot_count: of each lane, as kipc_ring_bytes.
 * Returns the size in bytes, or 0 if a number is not allowed.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
size_t kipc_many_ring_bytes(uint32_t lanes, uint32_t slot_count);

/*
 * Lays it out, with all lanes empty; once, before anybody attaches.
 * memory: owned by the caller, aligned to KIPC_CACHELINE. bytes: size of memory. lanes, slot_count: as above.
 * first_index: where the indices of all lanes start; 0, unless a test wants the wrap-around soon.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, misaligned, a number not allowed); KIPC_E_NOSPC (memory too small).
 * Does not block; thread; one caller. The memory must reach the others before they attach.
 */
KIPC_MUSTUSE int kipc_many_ring_format(void *memory, size_t bytes, uint32_t lanes, uint32_t slot_count,
                                       uint32_t first_index);

/*
 * Makes the caller the producer of a lane: an ordinary kipc_ring_producer, to which all calls with the suffix _sp and
 * kipc_ring_send_blocking apply.
 * producer: private memory of the caller, overwritten. memory, bytes: formatted, borrowed for the producer's life.
 * lane: 0 and up, nobody else's. port: borrowed likewise. notifier: reaches the consumer's waiter; copied.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, misaligned, no such lane, port or notifier incomplete); KIPC_E_INTEGRITY (not of
 * this layout); KIPC_E_NOSPC (memory smaller than it claims to hold); KIPC_E_FLOW (indices impossible).
 * Does not block; thread; one caller a lane.
 */
KIPC_MUSTUSE int kipc_many_ring_producer_attach(struct kipc_ring_producer *producer, void *memory, size_t bytes,
                                                uint32_t lane, const struct kipc_port *port,
                                                struct kipc_notifier notifier);

/*
 * Makes the caller the consumer of all lanes.
 * consumer, lanes: private memory of the caller, overwritten; lanes is used for the consumer's life. lane_capacity: how
 * many lanes it has. memory, bytes, port: as above. notifier: reaches a producer's waiter, of any lane; copied.
 * Returns as kipc_many_ring_producer_attach; KIPC_E_NOSPC also if there are more lanes than lane_capacity.
 * Does not block; thread; one caller.
 */
KIPC_MUSTUSE int kipc_many_ring_consumer_attach(struct kipc_many_ring_consumer *consumer,
                                                struct kipc_ring_consumer *lanes, uint32_t lane_capacity, void *memory,
                                                size_t bytes, const struct kipc_port *port,
                                                struct kipc_notifier notifier);

/*
 * Receives the next message: of the first lane, in turn, that has one. The turn passes to the lane behind.
 * buffer, capacity, length: as kipc_ring_receive_sc. lane: receives the lane's number, also with an error of a lane.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_EMPTY (no lane has any); what kipc_ring_receive_sc returns for the lane:
 * KIPC_E_MSGSIZE leaves the turn with it, so that the caller can come back with more room, KIPC_E_TYPE, KIPC_E_STATE,
 * KIPC_E_FLOW and KIPC_E_INTEGRITY pass it on.
 * Does not block; thread or interrupt handler; one consumer at a time.
 */
KIPC_MUSTUSE int kipc_many_ring_receive_sc(struct kipc_many_ring_consumer *consumer, void *buffer, size_t capacity,
                                           size_t *length, uint32_t *lane);

/*
 * The same as kipc_many_ring_receive_sc, waiting for a message until a deadline.
 * buffer, capacity, length, lane: as there. deadline: absolute ticks, KIPC_FOREVER, or KIPC_NO_WAIT.
 * Returns as there (KIPC_E_EMPTY with KIPC_NO_WAIT only); KIPC_E_TIMEDOUT; KIPC_E_BUSY (another thread waits here);
 * KIPC_E_CANCELED or KIPC_E_INTR from the port.
 * Blocks; thread; one consumer at a time.
 */
KIPC_MUSTUSE int kipc_many_ring_receive_blocking(struct kipc_many_ring_consumer *consumer, void *buffer,
                                                 size_t capacity, size_t *length, uint32_t *lane, uint64_t deadline);

/*
 * Takes a lane out of the turns for good: what stands in it, and whatever its producer does, is not looked at again.
 * lane: its number.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, no such lane); KIPC_E_STATE (it is out already).
 * Does not block; thread or interrupt handler; one consumer at a time.
 */
KIPC_MUSTUSE int kipc_many_ring_exclude(struct kipc_many_ring_consumer *consumer, uint32_t lane);

/*
 * What the doorbell's interrupt handler calls on the consumer's side: wakes the local waiter, if there is one.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
void kipc_many_ring_consumer_notified(struct kipc_many_ring_consumer *consumer);

#endif
