/* SPDX-License-Identifier: MIT */
/* Two threads: the sender waits while the ring is full, the receiver while it is empty. */
#include "ring_pair.h"

#define MESSAGES 1000u

static void *send_all(void *context)
{
    struct ring_pair *pair = context;
    (void)kipc_host_join(&pair->host);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        REQUIRE(kipc_ring_send_blocking(&pair->producer, &i, sizeof(i), KIPC_FOREVER) == KIPC_OK);
    }
    return NULL;
}

int main(void)
{
    struct ring_pair pair;
    pthread_t sender;
    ring_pair_set_up(&pair, 4);
    (void)kipc_host_join(&pair.host);
    REQUIRE(pthread_create(&sender, NULL, send_all, &pair) == 0);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        uint32_t number;
        size_t size;
        REQUIRE(kipc_ring_receive_blocking(&pair.consumer, &number, sizeof(number), &size, KIPC_FOREVER) == KIPC_OK);
        REQUIRE(size == sizeof(number) && number == i);
    }
    REQUIRE(pthread_join(sender, NULL) == 0);
    ring_pair_tear_down(&pair);
    return 0;
}
