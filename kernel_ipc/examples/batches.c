/* SPDX-License-Identifier: MIT */
/* Many messages by one call: over a channel by one turn in the kernel, through a ring by one publication. */
#include "ring_pair.h"
#include <kipc/batch.h>

#define COUNT 6u

static struct example example;
static uint32_t numbers[COUNT] = {10, 11, 12, 13, 14, 15};
static uint32_t received[COUNT];

static void through_a_channel(void)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    struct kipc_channel_message messages[COUNT] = {{.type = KIPC_MESSAGE_DATA}};
    struct kipc_channel_room rooms[COUNT] = {{.buffer = NULL}};
    kipc_handle_t ends[2];
    config.capacity = 4;
    REQUIRE(kipc_channel_create(&example.kernel, example.pid, &config, ends) == KIPC_OK);
    for (uint32_t i = 0; i < COUNT; i++) {
        messages[i].length = sizeof(numbers[i]);
        messages[i].data = &numbers[i];
        rooms[i].buffer = &received[i];
        rooms[i].capacity = sizeof(received[i]);
    }
    int sent = kipc_channel_send_batch(&example.kernel, example.pid, ends[0], messages, COUNT, KIPC_NO_WAIT);
    int taken = kipc_channel_receive_batch(&example.kernel, example.pid, ends[1], rooms, COUNT, KIPC_NO_WAIT);
    REQUIRE(taken == sent && received[3] == 13);
    example_print("channel of 4: %d of %u sent, %d received", sent, COUNT, taken);
}

static void through_a_ring(void)
{
    struct kipc_ring_item items[COUNT];
    struct kipc_ring_room rooms[COUNT];
    struct ring_pair pair;
    ring_pair_set_up(&pair, 16);
    for (uint32_t i = 0; i < COUNT; i++) {
        items[i] = (struct kipc_ring_item){&numbers[i], sizeof(numbers[i])};
        rooms[i] = (struct kipc_ring_room){&received[i], sizeof(received[i]), 0};
    }
    int sent = (int)kipc_ring_send_batch_sp(&pair.producer, items, COUNT);
    int taken = (int)kipc_ring_receive_batch_sc(&pair.consumer, rooms, COUNT);
    REQUIRE(taken == sent && received[5] == 15 && rooms[5].length == sizeof(numbers[5]));
    example_print("ring of 16: %d of %u sent, %d received", sent, COUNT, taken);
}

int main(void)
{
    example_set_up(&example);
    through_a_channel();
    through_a_ring();
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   channel of 4: 4 of 6 sent, 4 received
 *   ring of 16: 6 of 6 sent, 6 received
 */
