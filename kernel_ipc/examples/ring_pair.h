/* SPDX-License-Identifier: MIT */
/* A ring in shared memory, and both of its ends. */
#ifndef KIPC_RING_PAIR_H
#define KIPC_RING_PAIR_H

#include "example.h"
#include <kipc/ring.h>

struct ring_pair {
    struct kipc_ring_producer producer;
    struct kipc_ring_consumer consumer;
};

/* Lays the ring out, and attaches the two sides as two threads of one scheduler do. */
static inline void ring_pair_set_up(struct ring_pair *pair, uint32_t slots)
{
    size_t bytes = kipc_ring_bytes(slots);
    const struct kipc_port *port = example_port();
    void *memory = example_memory(bytes);
    REQUIRE(kipc_ring_format(memory, bytes, slots, 0) == KIPC_OK);
    REQUIRE(kipc_ring_producer_attach(&pair->producer, memory, bytes, port, kipc_notifier_local(port)) == KIPC_OK);
    REQUIRE(kipc_ring_consumer_attach(&pair->consumer, memory, bytes, port, kipc_notifier_local(port)) == KIPC_OK);
}

#endif
