/* SPDX-License-Identifier: MIT */
/* Two threads and a ring of four slots: one sends twice, one receives twice, each waits if it must. */
#include "ring_pair.h"

static void send_two(void *context)
{
    struct ring_pair *pair = context;
    REQUIRE(kipc_ring_send_blocking(&pair->producer, "msg1", 4, KIPC_FOREVER) == KIPC_OK);
    REQUIRE(kipc_ring_send_blocking(&pair->producer, "msg2", 4, KIPC_FOREVER) == KIPC_OK);
}

static void receive_two(void *context)
{
    struct ring_pair *pair = context;
    char buffer[64] = {0};
    size_t size;
    REQUIRE(kipc_ring_receive_blocking(&pair->consumer, buffer, sizeof(buffer), &size, KIPC_FOREVER) == KIPC_OK);
    REQUIRE(size == 4 && memcmp(buffer, "msg1", 4) == 0);
    example_print("first %s", buffer);
    REQUIRE(kipc_ring_receive_blocking(&pair->consumer, buffer, sizeof(buffer), &size, KIPC_FOREVER) == KIPC_OK);
    REQUIRE(size == 4 && memcmp(buffer, "msg2", 4) == 0);
    example_print("then %s", buffer);
}

int main(void)
{
    static struct ring_pair pair;
    example_begin();
    ring_pair_set_up(&pair, 4);
    uint32_t sender = example_start(send_two, &pair);
    uint32_t receiver = example_start(receive_two, &pair);
    example_join(sender);
    example_join(receiver);
    example_end();
    return 0;
}

/* Prints:
 *   first msg1
 *   then msg2
 */
