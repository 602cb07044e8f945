/* SPDX-License-Identifier: MIT */
/* Rings in user memory: this core's, and ck_ring's of Concurrency Kit with the message inside the ring. */
#define _GNU_SOURCE
#include "bench.h"
#include "bench_port.h"
#include <kipc/ring.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#include <ck_ring.h>
#pragma GCC diagnostic pop

#define RING_BYTES (sizeof(struct kipc_ring_shared) + BENCH_QUEUE_MESSAGES * sizeof(struct kipc_ring_slot))
#define SPINS 10000u
#define PAIRS 19200u
#define TRIPS 1000u

struct core_ring {
    struct bench_port port;
    alignas(128) struct kipc_ring_producer producer;
    alignas(128) struct kipc_ring_consumer consumer;
    alignas(128) uint8_t memory[RING_BYTES];
};

static void core_open(struct core_ring *ring)
{
    bench_port_set_up(&ring->port, SPINS);
    const struct kipc_port *port = &ring->port.port;
    bool good = kipc_ring_format(ring->memory, RING_BYTES, BENCH_QUEUE_MESSAGES, 0) == KIPC_OK &&
                (port->fence_all == NULL || kipc_ring_lighten(ring->memory, RING_BYTES) == KIPC_OK) &&
                kipc_ring_producer_attach(&ring->producer, ring->memory, RING_BYTES, port, kipc_notifier_local(port)) ==
                    KIPC_OK &&
                kipc_ring_consumer_attach(&ring->consumer, ring->memory, RING_BYTES, port, kipc_notifier_local(port)) ==
                    KIPC_OK;
    bench_require(good, "core: no ring");
}

static void core_close(struct core_ring *ring)
{
    (void)ring;
}

static inline bool core_send(struct core_ring *ring, struct bench_message *message)
{
    return kipc_ring_send_sp(&ring->producer, message->words, sizeof(message->words)) == KIPC_OK;
}

static inline bool core_receive(struct core_ring *ring, struct bench_message *message)
{
    size_t length;
    return kipc_ring_receive_sc(&ring->consumer, message->words, sizeof(message->words), &length) == KIPC_OK;
}

BENCH_QUEUE_WORKS(core, struct core_ring)

/* The same by calls that the compiler does not see into, as of a library that was built apart from its user. */
#define called_open core_open
#define called_close core_close

__attribute__((noipa)) static bool called_send(struct core_ring *ring, struct bench_message *message)
{
    return core_send(ring, message);
}

__attribute__((noipa)) static bool called_receive(struct core_ring *ring, struct bench_message *message)
{
    return core_receive(ring, message);
}

BENCH_QUEUE_WORKS(called, struct core_ring)

/* The same ring by its blocking calls: the wait protocol, spinning first as on several harts. */
#define waiting_open core_open
#define waiting_close core_close

static inline bool waiting_send(struct core_ring *ring, struct bench_message *message)
{
    return kipc_ring_send_blocking(&ring->producer, message->words, sizeof(message->words), KIPC_FOREVER) == KIPC_OK;
}

static inline bool waiting_receive(struct core_ring *ring, struct bench_message *message)
{
    size_t length;
    return kipc_ring_receive_blocking(&ring->consumer, message->words, sizeof(message->words), &length, KIPC_FOREVER) ==
           KIPC_OK;
}

BENCH_QUEUE_WORKS(waiting, struct core_ring)

CK_RING_PROTOTYPE(bench, bench_message)

struct kit_ring {
    alignas(128) struct ck_ring ring;
    alignas(128) struct bench_message messages[BENCH_QUEUE_MESSAGES];
};

static void kit_open(struct kit_ring *ring)
{
    ck_ring_init(&ring->ring, BENCH_QUEUE_MESSAGES);
}

static void kit_close(struct kit_ring *ring)
{
    (void)ring;
}

static inline bool kit_send(struct kit_ring *ring, struct bench_message *message)
{
    return ck_ring_enqueue_spsc_bench(&ring->ring, ring->messages, message);
}

static inline bool kit_receive(struct kit_ring *ring, struct bench_message *message)
{
    return ck_ring_dequeue_spsc_bench(&ring->ring, ring->messages, message);
}

BENCH_QUEUE_WORKS(kit, struct kit_ring)

/* Batches: as many messages as a batch has, by one publication and one look for a waiter. */
#define BATCH 32u
_Static_assert(PAIRS % BATCH == 0 && BENCH_QUEUE_MESSAGES % BATCH == 0, "all batches are full");

struct batch {
    struct bench_message messages[BATCH];
    struct kipc_ring_item items[BATCH];
    struct kipc_ring_room rooms[BATCH];
};

static void set_up_batch(struct batch *batch)
{
    for (uint32_t i = 0; i < BATCH; i++) {
        struct bench_message *message = &batch->messages[i];
        batch->items[i] = (struct kipc_ring_item){message->words, sizeof(message->words)};
        batch->rooms[i] = (struct kipc_ring_room){message->words, sizeof(message->words), 0};
    }
}

/* Sends what there is room for; gives how many. */
static uint32_t send_batch(struct core_ring *ring, struct batch *batch, uint64_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bench_fill(&batch->messages[i], first + i);
    }
    int64_t sent = kipc_ring_send_batch_sp(&ring->producer, batch->items, count);
    return sent > 0 ? (uint32_t)sent : 0;
}

static uint32_t receive_batch(struct core_ring *ring, struct batch *batch, uint64_t first)
{
    int64_t received = kipc_ring_receive_batch_sc(&ring->consumer, batch->rooms, BATCH);
    for (uint32_t i = 0; received > 0 && i < (uint32_t)received; i++) {
        bench_check(&batch->messages[i], first + i);
    }
    return received > 0 ? (uint32_t)received : 0;
}

static uint64_t batch_pair(uint32_t operations)
{
    struct core_ring *ring = bench_memory(sizeof(*ring));
    struct batch batch = {0};
    core_open(ring);
    set_up_batch(&batch);
    uint64_t started = bench_now();
    for (uint64_t i = 0; i < operations; i += BATCH) {
        bench_require(send_batch(ring, &batch, i, BATCH) == BATCH, "batch: full");
        bench_require(receive_batch(ring, &batch, i) == BATCH, "batch: empty");
    }
    uint64_t took = bench_now() - started;
    bench_free(ring);
    return took;
}

static void batch_send_all(void *context)
{
    struct core_both *both = context;
    struct batch batch = {0};
    uint32_t turns = 0;
    set_up_batch(&batch);
    for (uint32_t sent = 0; sent < both->operations;) {
        uint32_t left = both->operations - sent;
        uint32_t now = send_batch(&both->there, &batch, sent, left < BATCH ? left : BATCH);
        sent += now;
        if (now == 0) {
            bench_pause(&turns);
        }
    }
}

static void batch_receive_all(void *context)
{
    struct core_both *both = context;
    struct batch batch = {0};
    uint32_t turns = 0;
    set_up_batch(&batch);
    for (uint32_t received = 0; received < both->operations;) {
        uint32_t now = receive_batch(&both->there, &batch, received);
        received += now;
        if (now == 0) {
            bench_pause(&turns);
        }
    }
}

static uint64_t batch_stream(uint32_t operations)
{
    return core_two(operations, batch_receive_all, batch_send_all);
}

/* A send alone into a ring with room, as it is drained once in a while. */
static uint64_t core_send_alone(uint32_t operations)
{
    struct core_ring *ring = bench_memory(sizeof(*ring));
    core_open(ring);
    struct bench_message message = {0};
    uint64_t took = 0;
    for (uint32_t sent = 0; sent < operations; sent += BENCH_QUEUE_MESSAGES) {
        uint64_t started = bench_now();
        for (uint32_t i = 0; i < BENCH_QUEUE_MESSAGES; i++) {
            bench_fill(&message, i);
            bench_require(core_send(ring, &message), "core: full");
        }
        took += bench_now() - started;
        for (uint32_t i = 0; i < BENCH_QUEUE_MESSAGES; i++) {
            bench_require(core_receive(ring, &message), "core: empty");
            bench_check(&message, i);
        }
    }
    bench_free(ring);
    return took;
}

const struct bench_entry bench_rings[] = {
    BENCH_QUEUE_ENTRIES(core, "ring", PAIRS, TRIPS),
    {"pair", "ring, called", PAIRS, called_pair},
    {"stream", "ring, called", PAIRS, called_stream},
    {"round trip", "ring, called", TRIPS, called_round_trip},
    {"round trip", "ring, blocking calls", TRIPS, waiting_round_trip},
    {"stream", "ring, blocking calls", PAIRS, waiting_stream},
    {"pair", "ring, blocking calls", PAIRS, waiting_pair},
    {"pair", "ring, batches of 32", PAIRS, batch_pair},
    {"stream", "ring, batches of 32", PAIRS, batch_stream},
    BENCH_QUEUE_ENTRIES(kit, "ck_ring", PAIRS, TRIPS),
    {"send", "ring", 64 * BENCH_QUEUE_MESSAGES, core_send_alone},
    {0},
};
