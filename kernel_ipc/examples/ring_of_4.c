/* SPDX-License-Identifier: MIT */
/* Two threads and a ring of four slots: one sends twice, one receives twice, each waits if it must. */
#include "ring_pair.h"

static void *send_two(void *context)
{
    struct ring_pair *pair = context;
    (void)kipc_host_join(&pair->host);
    REQUIRE(kipc_ring_send_blocking(&pair->producer, "msg1", 4, KIPC_FOREVER) == KIPC_OK);
    REQUIRE(kipc_ring_send_blocking(&pair->producer, "msg2", 4, KIPC_FOREVER) == KIPC_OK);
    return NULL;
}

static void *receive_two(void *context)
{
    struct ring_pair *pair = context;
    uint8_t buffer[64];
    size_t size;
    (void)kipc_host_join(&pair->host);
    REQUIRE(kipc_ring_receive_blocking(&pair->consumer, buffer, sizeof(buffer), &size, KIPC_FOREVER) == KIPC_OK);
    REQUIRE(size == 4 && memcmp(buffer, "msg1", 4) == 0);
    REQUIRE(kipc_ring_receive_blocking(&pair->consumer, buffer, sizeof(buffer), &size, KIPC_FOREVER) == KIPC_OK);
    REQUIRE(size == 4 && memcmp(buffer, "msg2", 4) == 0);
    return NULL;
}

int main(void)
{
    struct ring_pair pair;
    pthread_t threads[2];
    ring_pair_set_up(&pair, 4);
    REQUIRE(pthread_create(&threads[0], NULL, send_two, &pair) == 0);
    REQUIRE(pthread_create(&threads[1], NULL, receive_two, &pair) == 0);
    REQUIRE(pthread_join(threads[0], NULL) == 0);
    REQUIRE(pthread_join(threads[1], NULL) == 0);
    ring_pair_tear_down(&pair);
    return 0;
}
