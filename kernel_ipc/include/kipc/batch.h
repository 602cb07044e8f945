/* SPDX-License-Identifier: MIT */
/*
 * Many messages through a channel by one call: one look at the handle, one turn in the critical section for all of
 * them, and a receiver that waits is woken once. A receiver sees all of a batch or the first ones of it, in order; no
 * message of another sender comes between two of one priority. (For rings: kipc_ring_send_batch_sp.)
 *
 *     result = kipc_channel_send_batch(kernel, pid, ends[0], messages, 32, deadline); // how many were sent
 *     result = kipc_channel_receive_batch(kernel, pid, ends[1], rooms, 32, deadline);
 *
 * When: for streams of small messages over a channel. Between two sides that share memory a ring's batch costs less
 * still.
 * Memory: none of its own: messages and rooms are borrowed during the call.
 * Concurrency: any number of callers at once; each is a thread of its process.
 * Cost: one turn in the critical section for small messages (KIPC_MSG_SMALL_MAX), which are copied within it: at most
 * KIPC_CFG_BATCH_MAX of them, 4 KiB by default: some twenty times the section of a single send. Larger ones, and those
 * that others wait for, are copied between two turns. `make budgets`: channel_send_batch, channel_receive_batch (32
 * messages each, at most two fifths of the single message's cost for each).
 */
#ifndef KIPC_BATCH_H
#define KIPC_BATCH_H

#include <kipc/channel.h>

/*
 * Sends the first ones of several messages, as many as there is room for. Needs KIPC_RIGHT_SEND.
 * messages: count of them, without capabilities, borrowed during the call. count: 1..KIPC_CFG_BATCH_MAX. deadline: for
 * room for the first one; the call does not wait for the others.
 * Returns the number sent, 1..count; KIPC_E_INVAL (NULL, count, a rendezvous channel, or as kipc_channel_send for any
 * of them); else as kipc_channel_send for the first one. What is wrong with a later one ends the batch before it.
 * Blocks, unless KIPC_NO_WAIT or by policy; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_send_batch(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                         const struct kipc_channel_message *messages, uint32_t count,
                                         uint64_t deadline);

/* Where a message of a batch goes. */
struct kipc_channel_room {
    void *buffer;
    uint32_t capacity;              /* bytes */
    uint32_t length;                /* receives the payload's */
    struct kipc_channel_info *info; /* receives the rest; may be NULL: then capabilities are closed */
};

/*
 * Takes as many messages as are there, and waits if there is none. Needs KIPC_RIGHT_RECEIVE.
 * rooms: count of them; the first ones, as many as the result says, are filled in. count: 1..KIPC_CFG_BATCH_MAX.
 * deadline: for the first message.
 * Returns the number received, 1..count; KIPC_E_INVAL (NULL, count); else as kipc_channel_receive for the first one. A
 * later one that does not fit its room stays.
 * Blocks, unless KIPC_NO_WAIT; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_receive_batch(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                            struct kipc_channel_room *rooms, uint32_t count, uint64_t deadline);

#endif
