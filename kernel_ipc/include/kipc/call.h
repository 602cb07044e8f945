/* SPDX-License-Identifier: MIT */
/*
 * Calls over a channel: a request, and the caller waits for its reply.
 *
 * A request is a message of type KIPC_MESSAGE_REQUEST with a request id that the kernel gives; the server receives it
 * like any other message and replies by that id, which only the process that received it may do. Replies do not go
 * through the channel: they go straight to the waiting caller, in any order, into blocks that were reserved when the
 * call began. Ids are never given twice (48 bits of them).
 *
 *     const struct kipc_channel_message request = {.type = KIPC_MESSAGE_REQUEST, .length = 4, .data = "what"};
 *     result = kipc_channel_call(kernel, client, ends[0], &request, buffer, sizeof(buffer), deadline);
 *     // the server, another thread
 *     result = kipc_channel_receive(kernel, server, ends[1], buffer, sizeof(buffer), &info, KIPC_FOREVER);
 *     result = kipc_channel_reply(kernel, server, info.header.request_id, "that", 4);
 *
 * When: where the sender needs an answer before it goes on: the server runs at once, with the caller's priority. To ask
 * and go on, send a message (kipc/channel.h) or use kipc/async.h.
 * Memory: of the channel, and blocks for the reply, which are reserved when the call begins and given back at its end.
 * Concurrency: any number of callers and of servers at one channel.
 * Cost: constant, and the copies of request and reply; a waiting server is switched to straight. `make budgets`:
 * call_request, call_reply.
 */
#ifndef KIPC_CALL_H
#define KIPC_CALL_H

#include <kipc/channel.h>

/* How far a call has come. */
enum kipc_request_state {
    KIPC_REQUEST_FREE,
    KIPC_REQUEST_SENT,      /* in an inbox, or on its way into one */
    KIPC_REQUEST_RECEIVED,  /* a server has it */
    KIPC_REQUEST_ANSWERING, /* the reply is being written */
    KIPC_REQUEST_ANSWERED,
    KIPC_REQUEST_FAILED,   /* nobody will answer it any more */
    KIPC_REQUEST_ABANDONED /* the caller gave up while the reply was being written */
};

/* A call under way. Members are for the library and for tests that look on. */
struct kipc_request {
    enum kipc_request_state state;
    uint64_t id;       /* number and place; of its last life while it is free */
    bool was_answered; /* the last life was */
    bool takes_words;  /* its caller takes a reply in registers, too: kipc/words.h */
    kipc_pid_t server;
    uint32_t capacity; /* bytes that the caller has room for */
    uint32_t reserved; /* blocks */
    uint32_t length;   /* of a reply in registers, bytes; meaningful while ANSWERED without a block */
    int failure;       /* while FAILED */
    struct kipc_block *reply;
    struct kipc_wait_queue queue; /* the caller */
    struct kipc_request *next_free;
};

/*
 * Sends a request and waits for its reply. Needs KIPC_RIGHT_SEND.
 * message: its type does not matter. reply: receives the payload of the answer; capacity: its size in bytes, at most
 * the channel's message_max counts. deadline: of the whole call, absolute ticks or KIPC_FOREVER.
 * Returns the reply's length, 0 and up; the error code that the server replied with; KIPC_E_INVAL (NULL, KIPC_NO_WAIT);
 * KIPC_E_NOMEM (too many calls at once, or no blocks for the reply); KIPC_E_CLOSED (the channel or the server's process
 * ended before it replied); KIPC_E_OVERFLOW (the request was overwritten); else as kipc_channel_send. After a time-out
 * or another end of the wait the request is taken back, or its reply will be refused.
 * Blocks; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_call(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                   const struct kipc_channel_message *message, void *reply, uint32_t capacity,
                                   uint64_t deadline);

/*
 * Replies to a request, with a payload or with an error code.
 * request_id: of the header that came with the request. data: borrowed, may be NULL if length is 0. length: bytes.
 * code: negative.
 * Returns KIPC_OK (the caller has it); KIPC_E_INVAL (NULL, code not negative); KIPC_E_MSGSIZE (longer than the caller
 * has room for: reply again); KIPC_E_STATE (answered already, or kernel not set up); KIPC_E_CLOSED (the caller gave up
 * or ended); KIPC_E_NOTFOUND (no request that this process received; counted in the kernel); KIPC_E_SRCH.
 * Does not block; thread; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_reply(struct kipc_kernel *kernel, kipc_pid_t caller, uint64_t request_id,
                                    const void *data, uint32_t length);
KIPC_MUSTUSE int kipc_channel_reply_error(struct kipc_kernel *kernel, kipc_pid_t caller, uint64_t request_id, int code);

#endif
