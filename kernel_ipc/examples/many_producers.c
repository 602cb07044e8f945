/* SPDX-License-Identifier: MIT */
/* Three producers and one consumer without a kernel: a ring each, taken in turn. One that stalls holds up nobody. */
#include "example.h"
#include <kipc/many_ring.h>

#define LANES 3u
#define SLOTS 4u
#define MESSAGES 50u

static void *memory;
static struct kipc_ring_consumer lanes[LANES];
static struct kipc_many_ring_consumer consumer;

/* Has taken a slot, and never comes back to publish it. */
static void stall(uint32_t lane)
{
    static struct kipc_ring_producer stalled;
    const struct kipc_port *port = example_port();
    void *payload;
    REQUIRE(kipc_many_ring_producer_attach(&stalled, memory, kipc_many_ring_bytes(LANES, SLOTS), lane, port,
                                           kipc_notifier_local(port)) == KIPC_OK);
    REQUIRE(kipc_ring_acquire_sp(&stalled, &payload) == KIPC_OK);
}

static void produce(void *context)
{
    const uint32_t *lane = context;
    struct kipc_ring_producer producer;
    const struct kipc_port *port = example_port();
    REQUIRE(kipc_many_ring_producer_attach(&producer, memory, kipc_many_ring_bytes(LANES, SLOTS), *lane, port,
                                           kipc_notifier_local(port)) == KIPC_OK);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        REQUIRE(kipc_ring_send_blocking(&producer, &i, sizeof(i), KIPC_FOREVER) == KIPC_OK);
    }
}

int main(void)
{
    static uint32_t working[] = {0, 2};
    uint32_t received[LANES] = {0, 0, 0};
    example_begin();
    const struct kipc_port *port = example_port();
    size_t bytes = kipc_many_ring_bytes(LANES, SLOTS);
    memory = example_memory(bytes);
    REQUIRE(kipc_many_ring_format(memory, bytes, LANES, SLOTS, 0) == KIPC_OK);
    REQUIRE(kipc_many_ring_consumer_attach(&consumer, lanes, LANES, memory, bytes, port, kipc_notifier_local(port)) ==
            KIPC_OK);
    stall(1);
    uint32_t first = example_start(produce, &working[0]);
    uint32_t second = example_start(produce, &working[1]);
    for (uint32_t i = 0; i < 2 * MESSAGES; i++) {
        uint32_t number;
        uint32_t lane;
        size_t size;
        REQUIRE(kipc_many_ring_receive_blocking(&consumer, &number, sizeof(number), &size, &lane, KIPC_FOREVER) ==
                KIPC_OK);
        REQUIRE(number == received[lane]); /* in order, of each producer */
        received[lane] += 1;
    }
    example_join(first);
    example_join(second);
    example_print("received %u, %u and %u", received[0], received[1], received[2]);
    example_end();
    return 0;
}

/* Prints:
 *   received 50, 0 and 50
 */
