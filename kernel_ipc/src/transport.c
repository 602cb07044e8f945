/* SPDX-License-Identifier: MIT */
/*
 * Channels to other nodes. Beside the end that the program has a handle of there is a proxy for the one on the other
 * node, without a handle: its inbox is what waits to leave. The connection holds one reference of the proxy, so it goes
 * when the two are parted.
 */
#include "channel.h"
#include <kipc/transport.h>

int kipc_route_add(struct kipc_kernel *kernel, uint32_t node, struct kipc_transport *transport)
{
    KIPC_GUARD(transport != NULL && transport->ops != NULL && node < KIPC_CFG_NODES_MAX, KIPC_E_INVAL);
    const struct kipc_transport_ops *ops = transport->ops;
    KIPC_GUARD(ops->kick != NULL && ops->room != NULL && ops->parted != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    if (kernel->routes[node] != NULL) {
        return ki_leave(kernel, KIPC_E_EXIST);
    }
    ki_clear(transport->ends, sizeof(transport->ends));
    kernel->routes[node] = transport;
    return ki_leave(kernel, KIPC_OK);
}

/* Into the critical section with a route: KIPC_OK inside, or an error outside. */
static int enter_route(struct kipc_kernel *kernel, uint32_t node, struct kipc_transport **transport)
{
    KIPC_GUARD(node < KIPC_CFG_NODES_MAX, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    *transport = kernel->routes[node];
    return *transport != NULL ? KIPC_OK : ki_leave(kernel, KIPC_E_NOTFOUND);
}

/* The same with the end of a port. */
static int enter_port(struct kipc_kernel *kernel, uint32_t node, uint32_t port, struct kipc_channel **end)
{
    struct kipc_transport *transport;
    KIPC_GUARD(port < KIPC_CFG_PORTS_MAX, KIPC_E_INVAL);
    int result = enter_route(kernel, node, &transport);
    KIPC_GUARD(result == KIPC_OK, result);
    *end = transport->ends[port];
    return *end != NULL ? KIPC_OK : ki_leave(kernel, KIPC_E_NOTFOUND);
}

void ki_remote_parted(struct kipc_kernel *kernel, struct kipc_channel *end)
{
    struct kipc_transport *transport = kernel->routes[end->node];
    KIPC_ASSERT(transport != NULL && transport->ends[end->port] == end);
    transport->ends[end->port] = NULL;
    if (end->transport != NULL) {
        end->transport = NULL;
        transport->ops->parted(transport->context, end->port);
    }
}

/* Parts all channels of a route, without telling its transport, which knows. */
static int part_all(struct kipc_kernel *kernel, struct kipc_transport *transport)
{
    int parted = 0;
    for (uint32_t port = 0; port < KIPC_CFG_PORTS_MAX; port++) {
        struct kipc_channel *end = transport->ends[port];
        if (end != NULL) {
            end->transport = NULL;
            ki_channel_part(kernel, end);
            parted += 1;
        }
    }
    return parted;
}

int kipc_transport_lost(struct kipc_kernel *kernel, uint32_t node)
{
    struct kipc_transport *transport;
    int result = enter_route(kernel, node, &transport);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave(kernel, part_all(kernel, transport));
}

int kipc_route_remove(struct kipc_kernel *kernel, uint32_t node)
{
    struct kipc_transport *transport;
    int result = enter_route(kernel, node, &transport);
    KIPC_GUARD(result == KIPC_OK, result);
    (void)part_all(kernel, transport);
    kernel->routes[node] = NULL;
    return ki_leave(kernel, KIPC_OK);
}

/* Two ends that know each other; the handle of the second one goes, the reference of it stays. */
static void join(struct ki_call *call, struct kipc_channel *end, struct kipc_channel *proxy,
                 struct kipc_transport *transport, uint32_t node, uint32_t port)
{
    end->peer = proxy;
    proxy->peer = end;
    end->is_remote = true;
    proxy->is_remote = true;
    proxy->is_proxy = true;
    proxy->is_idle = true;
    end->node = node;
    end->port = port;
    proxy->port = port;
    end->transport = transport;
    transport->ends[port] = end;
    ki_channel_review(end);
    ki_channel_review(proxy);
    proxy->object.references += 1;
    ki_handle_close(call->kernel, call->handle);
}

/* Both ends, or none: closing a handle takes along all that was done for its end. */
static int make_remote(struct ki_call *call, const struct kipc_channel_config *config, kipc_pid_t caller, uint32_t node,
                       uint32_t port)
{
    struct kipc_transport *transport = call->kernel->routes[node];
    KIPC_GUARD(transport != NULL, KIPC_E_NOTFOUND);
    KIPC_GUARD(config->message_max <= transport->payload_max, KIPC_E_INVAL);
    KIPC_GUARD(transport->ends[port] == NULL, KIPC_E_EXIST);
    int result = ki_create_more(call, KIPC_TABLE_CHANNEL, caller);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_handle_entry *first = call->handle;
    struct kipc_channel *end = call->object;
    result = ki_channel_set_up(call, end, config, true);
    if (result == KIPC_OK) {
        result = ki_create_more(call, KIPC_TABLE_CHANNEL, caller);
    }
    if (result == KIPC_OK) {
        result = ki_channel_set_up(call, call->object, config, true);
        if (result != KIPC_OK) {
            ki_handle_close(call->kernel, call->handle);
        }
    }
    if (result != KIPC_OK) {
        ki_handle_close(call->kernel, first);
        return result;
    }
    join(call, end, call->object, transport, node, port);
    call->handle = first;
    return KIPC_OK;
}

int kipc_channel_open_remote(struct kipc_kernel *kernel, kipc_pid_t caller, const struct kipc_channel_config *config,
                             uint32_t node, uint32_t port, kipc_handle_t *handle)
{
    KIPC_GUARD(config != NULL && handle != NULL && ki_channel_is_allowed(config), KIPC_E_INVAL);
    KIPC_GUARD(config->capacity >= 1 && !config->is_unidirectional && !config->announces, KIPC_E_INVAL);
    KIPC_GUARD(node < KIPC_CFG_NODES_MAX && port < KIPC_CFG_PORTS_MAX, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    struct ki_call call = {.kernel = kernel, .site = KI_SITE};
    ki_lock(kernel);
    call.process = ki_process(kernel, caller);
    int result = call.process != NULL ? make_remote(&call, config, caller, node, port) : KIPC_E_SRCH;
    return result == KIPC_OK ? ki_created(&call, handle) : ki_leave(kernel, result);
}

void ki_remote_kick(struct kipc_kernel *kernel, struct kipc_channel *proxy)
{
    const struct kipc_transport *transport = proxy->peer != NULL ? proxy->peer->transport : NULL;
    if (!proxy->is_idle || proxy->first == NULL || transport == NULL) {
        return;
    }
    proxy->is_idle = false;
    ki_unlock(kernel);
    transport->ops->kick(transport->context, proxy->port);
    ki_lock(kernel);
}

void ki_remote_room(struct kipc_kernel *kernel, struct kipc_channel *end)
{
    const struct kipc_transport *transport = end->transport;
    if (!end->has_refused || transport == NULL) {
        return;
    }
    end->has_refused = false;
    ki_unlock(kernel);
    transport->ops->room(transport->context, end->port);
    ki_lock(kernel);
}

int kipc_transport_take(struct kipc_kernel *kernel, uint32_t node, uint32_t port, struct kipc_message_header *header,
                        void *buffer, uint32_t capacity)
{
    KIPC_GUARD(header != NULL && (buffer != NULL || capacity == 0), KIPC_E_INVAL);
    struct kipc_channel *end;
    int result = enter_port(kernel, node, port, &end);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_channel *proxy = end->peer;
    struct kipc_block *block = proxy->first;
    if (block == NULL) {
        proxy->is_idle = true;
        return ki_leave(kernel, KIPC_E_EMPTY);
    }
    if (block->length > capacity) {
        return ki_leave(kernel, KIPC_E_MSGSIZE);
    }
    uint32_t length = block->length;
    proxy->object.pins += 1;
    ki_channel_remove(kernel, proxy, block, KIPC_OK);
    proxy->stats.received += 1;
    proxy->stats.received_bytes += length;
    ki_unlock(kernel);
    *header = block->slot.header;
    ki_blocks_read(block, buffer, length);
    ki_lock(kernel);
    kernel->copied_bytes += length;
    ki_channel_give_up(kernel, proxy, block, length);
    ki_object_unpin(kernel, &proxy->object);
    return ki_leave(kernel, (int)length);
}

/* What arrived, as a message from the proxy. A full inbox refuses it, whatever its policy means for local senders. */
static int put(struct kipc_kernel *kernel, struct kipc_channel *end, const struct kipc_message_header *header,
               const void *data)
{
    struct ki_call call;
    call.kernel = kernel;
    call.object = end->peer;
    call.handle = NULL; /* nobody's: it came from another node */
    /* Member by member: an initialiser of all would be a call of memset, which a freestanding build may lack. */
    struct kipc_channel_message message;
    message.type = (enum kipc_message_type)header->type;
    message.priority = header->priority;
    message.flags = header->flags;
    message.length = header->total_size - KIPC_MESSAGE_HEADER_BYTES;
    message.data = data;
    message.tag = header->destination;
    message.capability_count = 0;
    message.moves_capabilities = false;
    const struct ki_origin origin = {.sender = ((uint64_t)end->node + 1) << 32 | (uint32_t)header->sender,
                                     .request_id = header->request_id,
                                     .payer = KIPC_NO_ID};
    KIPC_GUARD(message.length <= end->config.message_max, KIPC_E_MSGSIZE);
    if ((end->types & 1u << message.type) == 0) {
        end->stats.filtered += 1;
        return KIPC_E_FILTERED;
    }
    struct kipc_channel *proxy = end->peer;
    end->object.pins += 1;
    proxy->object.pins += 1;
    int result = ki_channel_put(&call, end, &message, &origin, KIPC_NO_WAIT);
    end->has_refused = end->has_refused || result == KIPC_E_FULL;
    ki_object_unpin(kernel, &proxy->object);
    ki_object_unpin(kernel, &end->object);
    return result == KIPC_E_CLOSED ? KIPC_E_NOTFOUND : result; /* it was parted during the copy */
}

int kipc_transport_deliver(struct kipc_kernel *kernel, uint32_t node, uint32_t port,
                           const struct kipc_message_header *header, const void *data, uint32_t available)
{
    KIPC_GUARD(header != NULL && (data != NULL || available == 0), KIPC_E_INVAL);
    KIPC_GUARD(available <= UINT32_MAX - KIPC_MESSAGE_HEADER_BYTES, KIPC_E_BADMSG);
    int result = kipc_message_validate(header, KIPC_MESSAGE_HEADER_BYTES + (size_t)available);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_channel *end;
    result = enter_port(kernel, node, port, &end);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave(kernel, put(kernel, end, header, data));
}
