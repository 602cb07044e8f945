/* SPDX-License-Identifier: MIT */
/*
 * Channels whose other end is on another node: behind a mailbox, in another kernel.
 *
 * A node is reached by a route, and a route names a transport. On a node a channel has a port: both nodes open a
 * channel of the same port, and what one sends the other receives. The program sees a handle of a channel and uses the
 * calls of kipc/channel.h; nothing but the way in which it was opened says where the other end is.
 *
 *   sender -> [waits to leave] -> transport ~~~~ wire ~~~~ transport -> [inbox] -> receiver
 *
 * The transport pulls: what a channel sends waits in the kernel, with the channel's capacity, order and policy, until
 * the transport takes it (kipc_transport_take) because its device has room. `kick` tells it that there is something to
 * take: once on the way from nothing to something, also for a whole batch. A transport that was kicked must take until
 * KIPC_E_EMPTY; it may do so later, on another thread. What arrives it puts into the inbox (kipc_transport_deliver); if
 * that is full, `room` tells when it is worth to try again.
 *
 * Handles mean nothing on another node, nor do the threads that wait there. So these are refused with KIPC_E_INVAL:
 * capabilities in a message, kipc_channel_call, kipc_channel_connect, and a rendezvous (capacity 0).
 *
 *     result = kipc_route_add(kernel, node, &transport); // the system, once
 *     result = kipc_channel_open_remote(kernel, pid, &config, node, port, &handle);
 *     result = kipc_channel_send(kernel, pid, handle, &message, deadline); // received on that node
 *
 * When: programs only open channels with it. Who brings a new wire writes a transport; for a mailbox there is one
 * (kipc/mailbox.h).
 * Memory: of an end and of what waits to leave as for a channel (kipc/channel.h); struct kipc_transport is borrowed
 * while the route is there.
 * Concurrency: the program's side as kipc/channel.h; the transport's functions from any thread, outside of the critical
 * section.
 * Cost: that of a send and a receive on each node, and the wire's.
 */
#ifndef KIPC_TRANSPORT_H
#define KIPC_TRANSPORT_H

#include <kipc/channel.h>

/*
 * What a kernel asks of a transport. Calls may come from several threads at once; a transport guards its own state.
 * None may block.
 */
struct kipc_transport_ops {
    /*
     * A message waits to leave by this port, where nothing waited when the transport took last. Called by the sending
     * thread, outside of the critical section: it may take at once.
     */
    void (*kick)(void *context, uint32_t port);
    /*
     * The inbox of this port, which refused a message with KIPC_E_FULL, has room again. Called by the receiving thread,
     * outside of the critical section: it may deliver at once.
     */
    void (*room)(void *context, uint32_t port);
    /*
     * The channel of this port was closed or disconnected on this node; nothing can be taken or delivered any more.
     * Called inside of the critical section: it may take note, and wake a thread, and not call the kernel.
     */
    void (*parted)(void *context, uint32_t port);
};

/* A transport to one node. `ends` is the kernel's; all else is set before kipc_route_add and stays. */
struct kipc_transport {
    const struct kipc_transport_ops *ops; /* all three */
    void *context;
    uint32_t payload_max; /* bytes of the largest message that it carries */
    struct kipc_channel *ends[KIPC_CFG_PORTS_MAX];
};

/*
 * Adds the way to a node.
 * node: 0..KIPC_CFG_NODES_MAX-1. transport: borrowed until kipc_route_remove; its `ends` are cleared.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, incomplete, no such node); KIPC_E_STATE; KIPC_E_EXIST (it has a route).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_route_add(struct kipc_kernel *kernel, uint32_t node, struct kipc_transport *transport);

/*
 * Takes the way to a node away; its channels are parted as by kipc_transport_lost.
 * node: as for kipc_route_add.
 * Returns KIPC_OK; KIPC_E_INVAL; KIPC_E_STATE; KIPC_E_NOTFOUND (it has no route).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_route_remove(struct kipc_kernel *kernel, uint32_t node);

/*
 * Opens a channel to another node: makes this node's end. Messages of the other node are received from it as from any
 * channel; closing the handle, or kipc_channel_disconnect, ends it and frees the port.
 * config: as for kipc_channel_create, with a capacity of 1 and more, a message_max that the transport can carry, and
 * neither unidirectional nor announcing; capacity and policy hold for what waits to leave and for the inbox. port:
 * 0..KIPC_CFG_PORTS_MAX-1. handle: receives one with all rights.
 * Returns KIPC_OK; KIPC_E_INVAL; KIPC_E_NOTFOUND (no route to this node); KIPC_E_EXIST (the port has a channel);
 * KIPC_E_STATE; KIPC_E_SRCH; KIPC_E_QUOTA; KIPC_E_NOSPC; KIPC_E_NOMEM.
 * Does not block; thread or interrupt handler; any number of callers at once. Takes constant time.
 */
KIPC_MUSTUSE int kipc_channel_open_remote(struct kipc_kernel *kernel, kipc_pid_t caller,
                                          const struct kipc_channel_config *config, uint32_t node, uint32_t port,
                                          kipc_handle_t *handle);

/*
 * For the transport: takes the next message that waits to leave, in the channel's order.
 * node, port: whose channel. header: receives it; sender is the sending process. buffer: receives the payload;
 * capacity: its size in bytes.
 * Returns the payload's length, 0 and up; KIPC_E_EMPTY (none: the next one kicks); KIPC_E_MSGSIZE (capacity is too
 * small: the message stays); KIPC_E_INVAL (NULL, no such node or port); KIPC_E_STATE; KIPC_E_NOTFOUND (no route, or no
 * channel of this port). After an error the buffer is untouched.
 * Does not block; thread or interrupt handler, outside of the critical section; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_transport_take(struct kipc_kernel *kernel, uint32_t node, uint32_t port,
                                     struct kipc_message_header *header, void *buffer, uint32_t capacity);

/*
 * For the transport: puts a message that arrived into the inbox of its port. All that is in the header is checked.
 * node, port: whose channel. header: a private copy of what came; its total_size says how long the payload is. data:
 * the payload, borrowed during the call; may be NULL if it is empty. available: bytes that really came, without the
 * header.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, no such node or port); KIPC_E_STATE; KIPC_E_BADMSG (malformed header);
 * KIPC_E_NOTFOUND (no route, or no channel of this port); KIPC_E_MSGSIZE (longer than the channel's message_max);
 * KIPC_E_FILTERED (type); KIPC_E_FULL (no room: `room` will be called once); KIPC_E_OVERFLOW (lost by the channel's
 * policy).
 * Does not block; thread or interrupt handler, outside of the critical section; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_transport_deliver(struct kipc_kernel *kernel, uint32_t node, uint32_t port,
                                        const struct kipc_message_header *header, const void *data, uint32_t available);

/*
 * For the transport: the other node is gone, or began a new life. Parts all channels of the node: what waits to leave
 * is dropped, what had arrived can be received still, then both directions give KIPC_E_CLOSED; the ports are free. A
 * program opens its channel anew; so nothing of the old life meets the new one, if the transport tells lives apart on
 * the wire. `parted` is not called for these.
 * Returns the number of channels parted, 0 and up; KIPC_E_INVAL; KIPC_E_STATE; KIPC_E_NOTFOUND (no route).
 * Does not block; thread or interrupt handler, outside of the critical section; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_transport_lost(struct kipc_kernel *kernel, uint32_t node);

#endif
