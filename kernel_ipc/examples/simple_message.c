/* SPDX-License-Identifier: MIT */
/* A small message: a header with sender and destination, and bytes that travel inside of a ring's slot. */
#include "ring_pair.h"
#include <kipc/message.h>

int main(void)
{
    static const char data[] = "Hello, World!";
    struct ring_pair pair;
    struct kipc_message_inline message;
    char buffer[64] = {0};
    size_t size;
    example_begin();
    ring_pair_set_up(&pair, 16);

    /* Make a message; its payload is what the ring carries. */
    REQUIRE(kipc_message_new_inline(&message, KIPC_MESSAGE_DATA, 0, data, sizeof(data) - 1) == KIPC_OK);
    message.header.sender = 1;
    message.header.destination = 2;
    REQUIRE(kipc_message_validate(&message.header, sizeof(message)) == KIPC_OK);
    size_t length = message.header.total_size - KIPC_MESSAGE_HEADER_BYTES;

    REQUIRE(kipc_ring_send_sp(&pair.producer, message.data, length) == KIPC_OK);
    REQUIRE(kipc_ring_receive_sc(&pair.consumer, buffer, sizeof(buffer), &size) == KIPC_OK);

    REQUIRE(size == 13 && memcmp(buffer, data, size) == 0);
    example_print("header of %u bytes, payload of %lu: %s", KIPC_MESSAGE_HEADER_BYTES, size, buffer);
    example_end();
    return 0;
}

/* Prints:
 *   header of 32 bytes, payload of 13: Hello, World!
 */
