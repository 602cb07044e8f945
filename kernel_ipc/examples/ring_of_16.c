/* SPDX-License-Identifier: MIT */
/* One message through a ring of 16 slots: its size and its content come out as they went in. */
#include "ring_pair.h"

int main(void)
{
    static const char data[] = "Test message";
    struct ring_pair pair;
    char buffer[64] = {0};
    size_t size;
    example_begin();
    ring_pair_set_up(&pair, 16);

    REQUIRE(kipc_ring_send_sp(&pair.producer, data, 12) == KIPC_OK);
    REQUIRE(kipc_ring_receive_sc(&pair.consumer, buffer, sizeof(buffer), &size) == KIPC_OK);

    REQUIRE(size == 12);
    REQUIRE(memcmp(buffer, data, size) == 0);
    example_print("%lu bytes: %s", size, buffer);
    example_end();
    return 0;
}

/* Prints:
 *   12 bytes: Test message
 */
