/* SPDX-License-Identifier: MIT */
/*
 * A channel between two kernels. What carries its messages here is a transport of a few lines that hands each one over
 * at once; the one over a mailbox does so by words and copies. Neither end sees the difference.
 */
#include "example.h"
#include <kipc/transport.h>

#define PORT 0u
#define LARGEST 64u

/* Two nodes, 0 and 1: on each a kernel, the way to the other one, and this node's end of the channel. */
struct node {
    struct example example;
    struct kipc_transport transport;
    uint32_t number;
    kipc_handle_t handle;
};

static struct node nodes[2];

/* There is something to take: take until there is nothing more. */
static void kick(void *context, uint32_t port)
{
    struct node *self = context;
    struct node *peer = &nodes[1 - self->number];
    struct kipc_message_header header;
    uint8_t payload[LARGEST];
    int length = kipc_transport_take(&self->example.kernel, peer->number, port, &header, payload, LARGEST);
    while (length >= 0) {
        REQUIRE(kipc_transport_deliver(&peer->example.kernel, self->number, port, &header, payload, (uint32_t)length) ==
                KIPC_OK);
        length = kipc_transport_take(&self->example.kernel, peer->number, port, &header, payload, LARGEST);
    }
    REQUIRE(length == KIPC_E_EMPTY);
}

/* There is room again where there was none: not here, where each message is received before the next one. */
static void room(void *context, uint32_t port)
{
    (void)context;
    (void)port;
}

/* This node has closed its end. A wire would tell the other node; here nobody waits for that. */
static void parted(void *context, uint32_t port)
{
    (void)context;
    (void)port;
}

static const struct kipc_transport_ops operations = {kick, room, parted};

static void open_node(uint32_t number)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    struct node *node = &nodes[number];
    struct kipc_kernel *kernel = &node->example.kernel;
    node->number = number;
    example_make_kernel(&node->example);
    node->transport = (struct kipc_transport){.ops = &operations, .context = node, .payload_max = LARGEST};
    REQUIRE(kipc_route_add(kernel, 1 - number, &node->transport) == KIPC_OK);
    REQUIRE(kipc_channel_open_remote(kernel, node->example.pid, &config, 1 - number, PORT, &node->handle) == KIPC_OK);
}

static void send(struct node *node, const char *text)
{
    const struct kipc_channel_message message = {
        .type = KIPC_MESSAGE_DATA, .length = (uint32_t)strlen(text), .data = text};
    REQUIRE(kipc_channel_send(&node->example.kernel, node->example.pid, node->handle, &message, KIPC_NO_WAIT) ==
            KIPC_OK);
}

static void receive(struct node *node)
{
    char buffer[LARGEST] = {0};
    int length = kipc_channel_receive(&node->example.kernel, node->example.pid, node->handle, buffer, LARGEST - 1, NULL,
                                      KIPC_NO_WAIT);
    REQUIRE(length > 0);
    example_print("node %u received: %s", node->number, buffer);
}

int main(void)
{
    example_begin();
    open_node(0);
    open_node(1);
    send(&nodes[0], "a question");
    receive(&nodes[1]);
    send(&nodes[1], "an answer");
    receive(&nodes[0]);

    /* The other node is gone: its channels end here, and say so. */
    REQUIRE(kipc_transport_lost(&nodes[0].example.kernel, 1) == 1);
    char buffer[LARGEST];
    int closed = kipc_channel_receive(&nodes[0].example.kernel, nodes[0].example.pid, nodes[0].handle, buffer, LARGEST,
                                      NULL, KIPC_FOREVER);
    example_print("without the other node: %s", kipc_error_name(closed));
    example_end_kernel(&nodes[0].example);
    example_end_kernel(&nodes[1].example);
    example_end();
    return 0;
}

/* Prints:
 *   node 1 received: a question
 *   node 0 received: an answer
 *   without the other node: CLOSED
 */
