/* SPDX-License-Identifier: MIT */
/* What channels, topics and subscriptions are to each other: one question for all of them. */
#include "topic.h"

static int describe(const struct kipc_object *object, struct kipc_connection *connection)
{
    const void *whole = object;
    const struct kipc_channel *end = whole;
    *connection = (struct kipc_connection){.type = KIPC_CONNECTION_BROADCAST};
    switch (object->table) {
    case KIPC_TABLE_CHANNEL:
        connection->type = end->is_remote ? KIPC_CONNECTION_REMOTE : KIPC_CONNECTION_POINT_TO_POINT;
        connection->is_connected = end->peer != NULL;
        connection->node = end->node;
        connection->port = end->port;
        return KIPC_OK;
    case KIPC_TABLE_TOPIC:
        connection->is_connected = ((const struct kipc_topic *)whole)->subscriptions != NULL;
        return KIPC_OK;
    case KIPC_TABLE_SUBSCRIPTION:
        connection->is_connected = ((const struct kipc_subscription *)whole)->topic != NULL;
        return KIPC_OK;
    default:
        return KIPC_E_TYPE;
    }
}

int kipc_connection_info(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                         struct kipc_connection *connection)
{
    KIPC_GUARD(connection != NULL, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_any(&call, kernel, caller, handle);
    KIPC_GUARD(result == KIPC_OK, result);
    const struct kipc_object *object = call.handle->object;
    return ki_leave(kernel, object->is_closed ? KIPC_E_CLOSED : describe(object, connection));
}
