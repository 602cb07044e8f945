/* SPDX-License-Identifier: MIT */
/*
 * Sends and receives that do not wait: each gives a token at once, and completes later. A completion is delivered once:
 * the first kipc_async_poll that sees it takes it, and the token names nothing any more. An event may be named that is
 * signalled with the token at that moment; so one thread can wait for many of them (kipc_event_wait_any).
 *
 * Operations take their turn behind threads that wait at the same end, and in order among themselves; no later send
 * overtakes one that is under way. A process that ends leaves none behind.
 *
 *     result = kipc_channel_send_async(kernel, pid, ends[0], &message, event, &token);
 *     result = kipc_event_wait(kernel, pid, event, KIPC_FOREVER, &signal); // signal.data is the token
 *     result = kipc_async_poll(kernel, pid, token, NULL, 0, NULL);
 *
 * When: for one thread with many channels. A thread for each of them and kipc/channel.h is simpler; to try once,
 * KIPC_NO_WAIT is enough.
 * Memory: an entry of the kernel's table of operations, from the token until its completion is taken or it is
 * cancelled; a send that must wait also reserves blocks.
 * Concurrency: any number of callers at once; a completion is delivered to one of them.
 * Cost: constant, and the copies of a channel. A send that finds room and names no event is complete at once, and costs
 * little more than kipc_channel_send; its token keeps nothing but itself. `make budgets`: send_async (that case),
 * async_poll.
 */
#ifndef KIPC_ASYNC_H
#define KIPC_ASYNC_H

#include <kipc/channel.h>

/* Names an operation of one process; KIPC_NO_ID names none. */
typedef uint32_t kipc_token_t;

struct kipc_event;

/* Members are for the library. */
struct kipc_operation {
    struct kipc_entry entry;
    bool is_receive;
    bool is_queued; /* at its inbox */
    bool is_complete;
    bool is_taken; /* the completion is being read */
    int result;    /* once it is complete */
    struct kipc_process *process;
    struct kipc_operation *next_of_process;
    struct kipc_operation *next; /* in the queue of the inbox */
    struct kipc_channel *inbox;  /* pinned until the token is spent; NULL: of a send that was complete at once */
    struct kipc_channel *end;    /* of a send: where it comes from, pinned likewise */
    struct kipc_block *block;    /* the message */
    uint32_t reserved;           /* blocks, of a send under way */
    uint32_t capacity;           /* of a receive: bytes of the largest payload */
    struct kipc_event *event;    /* pinned until it was signalled; NULL: none */
};

/*
 * Sends a message without waiting for room. Needs KIPC_RIGHT_SEND, and of the event KIPC_RIGHT_SEND.
 * message: without capabilities, borrowed during the call: it is copied. event: signalled on completion; KIPC_NO_ID:
 * none. token: receives what to poll.
 * Returns KIPC_OK (it is under way, or sent already); KIPC_E_INVAL (NULL, as kipc_channel_send, capabilities, a
 * rendezvous channel); KIPC_E_NOMEM (no blocks for a message that must wait); KIPC_E_NOSPC (no operation left); else as
 * kipc_channel_send with KIPC_NO_WAIT, but for KIPC_E_FULL of a channel whose senders wait.
 * Does not block; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_send_async(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                         const struct kipc_channel_message *message, kipc_handle_t event,
                                         kipc_token_t *token);

/*
 * Asks for the next message without waiting for it. Needs KIPC_RIGHT_RECEIVE, and of the event KIPC_RIGHT_SEND.
 * capacity: bytes of the largest payload that is welcome. event, token: as above.
 * Returns KIPC_OK (one is reserved for the token, or will be); KIPC_E_INVAL (NULL, a rendezvous channel); KIPC_E_NOSPC;
 * else as kipc_channel_receive with KIPC_NO_WAIT, but for KIPC_E_EMPTY.
 * Does not block; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_receive_async(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                            uint32_t capacity, kipc_handle_t event, kipc_token_t *token);

/*
 * Takes a completion, if it is there; the token is spent then.
 * token: what the send or receive gave. buffer, capacity, info: of a receive, as for kipc_channel_receive; of a send
 * they are not used.
 * Returns the operation's result: KIPC_OK of a send, the payload's length of a receive, KIPC_E_CLOSED (the channel went
 * away), KIPC_E_MSGSIZE (the next message was larger than the receive welcomed); or, with the token still good,
 * KIPC_E_WOULDBLOCK (under way), KIPC_E_INVAL (a receive into less room than it welcomed); KIPC_E_BADF (no operation of
 * the caller, or spent); KIPC_E_STATE, KIPC_E_SRCH.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_async_poll(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_token_t token, void *buffer,
                                 uint32_t capacity, struct kipc_channel_info *info);

/*
 * Gives an operation up that is under way; the token is spent, nothing was sent or received, and no event comes.
 * token: what the send or receive gave.
 * Returns KIPC_OK; KIPC_E_ALREADY (it is complete: poll); KIPC_E_BADF; KIPC_E_STATE; KIPC_E_SRCH.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_async_cancel(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_token_t token);

#endif
