/* SPDX-License-Identifier: MIT */
/* Two threads: the sender waits while the ring is full, the receiver while it is empty. */
#include "ring_pair.h"

#define MESSAGES 1000u

static void send_all(void *context)
{
    struct ring_pair *pair = context;
    for (uint32_t i = 0; i < MESSAGES; i++) {
        REQUIRE(kipc_ring_send_blocking(&pair->producer, &i, sizeof(i), KIPC_FOREVER) == KIPC_OK);
    }
}

int main(void)
{
    static struct ring_pair pair;
    example_begin();
    ring_pair_set_up(&pair, 4);
    uint32_t sender = example_start(send_all, &pair);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        uint32_t number;
        size_t size;
        REQUIRE(kipc_ring_receive_blocking(&pair.consumer, &number, sizeof(number), &size, KIPC_FOREVER) == KIPC_OK);
        REQUIRE(size == sizeof(number) && number == i);
    }
    example_join(sender);
    example_print("%u messages through 4 slots, in order", MESSAGES);
    example_end();
    return 0;
}

/* Prints:
 *   1000 messages through 4 slots, in order
 */
