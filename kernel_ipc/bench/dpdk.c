/* SPDX-License-Identifier: MIT */
/*
 * DPDK's rte_ring with the message inside the ring, one producer and one consumer. Its headers are enough: the calls
 * are inline, and rte_ring_init, which lives in a library that brings DPDK's whole environment, only fills in fields.
 * Without the headers the contestant is missing from the table.
 */
#define _GNU_SOURCE
#include "bench.h"

#ifdef KIPC_BENCH_DPDK
#include <rte_ring_elem.h>

#define PAIRS 19200u
#define TRIPS 1000u
/* An rte_ring holds one entry less than its size. */
#define ENTRIES (2 * BENCH_QUEUE_MESSAGES)

struct data_plane_ring {
    struct rte_ring ring;
    struct bench_message messages[ENTRIES]; /* behind the ring, where its calls look for them */
};
_Static_assert(offsetof(struct data_plane_ring, messages) == sizeof(struct rte_ring), "entries follow the ring");

static void data_plane_open(struct data_plane_ring *ring)
{
    ring->ring.size = ENTRIES;
    ring->ring.mask = ENTRIES - 1;
    ring->ring.capacity = BENCH_QUEUE_MESSAGES;
    ring->ring.prod.sync_type = RTE_RING_SYNC_ST;
    ring->ring.cons.sync_type = RTE_RING_SYNC_ST;
}

static void data_plane_close(struct data_plane_ring *ring)
{
    (void)ring;
}

static inline bool data_plane_send(struct data_plane_ring *ring, struct bench_message *message)
{
    return rte_ring_sp_enqueue_elem(&ring->ring, message, sizeof(*message)) == 0;
}

static inline bool data_plane_receive(struct data_plane_ring *ring, struct bench_message *message)
{
    return rte_ring_sc_dequeue_elem(&ring->ring, message, sizeof(*message)) == 0;
}

BENCH_QUEUE_WORKS(data_plane, struct data_plane_ring)

const struct bench_entry bench_dpdk[] = {
    BENCH_QUEUE_ENTRIES(data_plane, "rte_ring", PAIRS, TRIPS),
    {0},
};

#else

const struct bench_entry bench_dpdk[] = {{0}};

#endif
