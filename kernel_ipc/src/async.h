/* SPDX-License-Identifier: MIT */
/* The life of an operation, for what begins one. All of it in the critical section. */
#ifndef KIPC_ASYNC_INTERNAL_H
#define KIPC_ASYNC_INTERNAL_H

#include "channel.h"
#include <kipc/async.h>

/*
 * All that a new operation can be refused for, before anything is done: its event (KIPC_NO_ID: none), and its place.
 * found: receives the event, or NULL. Returns KIPC_OK; KIPC_E_NOSPC; else as ki_look_up.
 */
int ki_operation_check(struct ki_call *call, kipc_handle_t event, struct kipc_event **found);
/* Then: an operation of the caller; it pins what it needs. from: the end that sends; NULL for a receive. */
struct kipc_operation *ki_operation_begin(struct ki_call *call, struct kipc_channel *inbox, struct kipc_channel *from,
                                          struct kipc_event *event);
/* It waits behind the others of its inbox. */
void ki_operation_enqueue(struct kipc_operation *operation);
/* It is over, with this result: its event is signalled. */
void ki_operation_complete(struct kipc_kernel *kernel, struct kipc_operation *operation, int result);
/* Its token is spent; all that it keeps goes. */
void ki_operation_end(struct kipc_kernel *kernel, struct kipc_operation *operation);

#endif
