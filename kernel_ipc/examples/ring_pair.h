/* SPDX-License-Identifier: MIT */
/* A ring in shared memory and both of its ends, for two threads. */
#ifndef KIPC_RING_PAIR_H
#define KIPC_RING_PAIR_H

#include "example.h"
#include <kipc/ring.h>
#include <string.h>

struct ring_pair {
    struct kipc_host host;
    void *memory;
    struct kipc_ring_producer producer;
    struct kipc_ring_consumer consumer;
};

static inline void ring_pair_set_up(struct ring_pair *pair, uint32_t slots)
{
    size_t bytes = kipc_ring_bytes(slots);
    kipc_host_set_up(&pair->host, false, KIPC_SPIN_MANY_HARTS);
    const struct kipc_port *port = &pair->host.port;
    pair->memory = lines_of_memory(bytes);
    REQUIRE(kipc_ring_format(pair->memory, bytes, slots, 0) == KIPC_OK);
    REQUIRE(kipc_ring_producer_attach(&pair->producer, pair->memory, bytes, port, kipc_notifier_local(port)) ==
            KIPC_OK);
    REQUIRE(kipc_ring_consumer_attach(&pair->consumer, pair->memory, bytes, port, kipc_notifier_local(port)) ==
            KIPC_OK);
}

static inline void ring_pair_tear_down(struct ring_pair *pair)
{
    kipc_host_tear_down(&pair->host);
    free(pair->memory);
}

#endif
