/* SPDX-License-Identifier: MIT */
/* A queue of messages: ten of up to 256 bytes, first in, first out; a full one says so. */
#include "example.h"
#include <kipc/channel.h>

#define DEPTH 10u
#define LARGEST 256u

static struct example example;

static int send_bytes(kipc_handle_t end, uint8_t first, uint32_t length)
{
    uint8_t bytes[LARGEST + 1];
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = length, .data = bytes};
    for (uint32_t i = 0; i < length; i++) {
        bytes[i] = (uint8_t)(first + i);
    }
    return kipc_channel_send(&example.kernel, example.pid, end, &message, KIPC_NO_WAIT);
}

int main(void)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2];
    uint8_t buffer[LARGEST];
    example_set_up(&example);
    config.is_unidirectional = true;
    config.is_fifo = true;
    config.capacity = DEPTH;
    config.message_max = LARGEST;
    config.buffer_bytes = DEPTH * LARGEST;
    REQUIRE(kipc_channel_create(&example.kernel, example.pid, &config, ends) == KIPC_OK);

    for (uint8_t i = 0; i < DEPTH; i++) {
        REQUIRE(send_bytes(ends[0], i, LARGEST) == KIPC_OK);
    }
    int eleventh = send_bytes(ends[0], DEPTH, LARGEST);
    int too_long = send_bytes(ends[0], 0, LARGEST + 1);
    REQUIRE(eleventh == KIPC_E_FULL && too_long == KIPC_E_MSGSIZE);
    example_print("10 sent, the next: %s; 257 bytes: %s", kipc_error_name(eleventh), kipc_error_name(too_long));

    for (uint8_t i = 0; i < DEPTH; i++) {
        REQUIRE(kipc_channel_receive(&example.kernel, example.pid, ends[1], buffer, LARGEST, NULL, KIPC_NO_WAIT) ==
                (int)LARGEST);
        REQUIRE(buffer[0] == i && buffer[LARGEST - 1] == (uint8_t)(i + LARGEST - 1));
    }
    int empty = kipc_channel_receive(&example.kernel, example.pid, ends[1], buffer, LARGEST, NULL, KIPC_NO_WAIT);
    REQUIRE(empty == KIPC_E_EMPTY);
    example_print("10 received in order, the next: %s", kipc_error_name(empty));
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   10 sent, the next: FULL; 257 bytes: MSGSIZE
 *   10 received in order, the next: EMPTY
 */
