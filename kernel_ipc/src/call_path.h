/* SPDX-License-Identifier: MIT */
/* Requests, for the parts of the call. In the critical section. */
#ifndef KIPC_CALL_PATH_H
#define KIPC_CALL_PATH_H

#include "channel.h"
#include "copy.h"
#include "wait_path.h"
#include <kipc/call.h>

/* An id: a number that grows in the upper 48 bits, and the place plus 1. */
#define KI_REQUEST_PLACE_BITS 16u

/* What a request is given when a thread that waits untagged is handed it, beside the block: given[0] of the thread. */
#define KI_GIVEN_BLOCK 0u   /* nothing yet: it is received like any other message */
#define KI_GIVEN_REQUEST 1u /* a small one that counts as received already */
#define KI_WANTS_WORDS 2u   /* nothing yet: it takes words in registers, too */
#define KI_GIVEN_WORDS 3u   /* these, and no block; length and request id are in `registers` */

/* Copies up to KIPC_MSG_SMALL_MAX bytes; most requests and replies are four words. */
static KI_INLINE void ki_copy_words(void *to, const void *from, size_t length, uintptr_t callers_side)
{
    if (KI_LIKELY(length == 4 * sizeof(ki_word) && (callers_side & 7) == 0)) {
        ki_word *target = to;
        const ki_word *source = from;
        target[0] = source[0];
        target[1] = source[1];
        target[2] = source[2];
        target[3] = source[3];
        return;
    }
    ki_copy_small(to, from, length, callers_side);
}

/* The place of an id, whatever lives there; NULL if there is none. */
static KI_INLINE struct kipc_request *ki_request_at(const struct kipc_kernel *kernel, uint64_t id)
{
    uint32_t place = (uint32_t)(id & ((1u << KI_REQUEST_PLACE_BITS) - 1)) - 1;
    return place < kernel->request_count ? &kernel->requests[place] : NULL;
}

/* Begins a request in the first free place, which there must be, with blocks that were reserved. */
static KI_INLINE struct kipc_request *ki_request_begin(struct kipc_kernel *kernel, uint32_t capacity, uint32_t blocks)
{
    struct kipc_request *request = kernel->free_requests;
    kernel->free_requests = request->next_free;
    kernel->next_request += 1;
    request->id = kernel->next_request << KI_REQUEST_PLACE_BITS | ((uint64_t)(request - kernel->requests) + 1);
    request->state = KIPC_REQUEST_SENT;
    request->was_answered = false;
    request->takes_words = false;
    request->server = KIPC_NO_ID;
    request->capacity = capacity;
    request->reserved = blocks;
    request->reply = NULL;
    return request;
}

/* Ends a request that nobody waits for and whose reply, if there was one, went back to the free blocks. */
static KI_INLINE void ki_request_end(struct kipc_kernel *kernel, struct kipc_request *request)
{
    request->was_answered = request->state == KIPC_REQUEST_ANSWERED;
    request->state = KIPC_REQUEST_FREE;
    kernel->blocks_reserved -= request->reserved;
    request->next_free = kernel->free_requests;
    kernel->free_requests = request;
}

/* A thread begins to serve a request that nobody served: it inherits from the caller as soon as that waits. */
static KI_INLINE void ki_request_serve(struct kipc_request *request, struct kipc_thread *server)
{
    KIPC_ASSERT(request->queue.owner == NULL);
    request->queue.owner = server;
    request->queue.next_owned = server->owned;
    server->owned = &request->queue;
}

/* Whoever served it lends no priority any more: nobody waits for it. */
static KI_INLINE void ki_request_unserve(struct kipc_kernel *kernel, struct kipc_request *request)
{
    struct kipc_thread *server = request->queue.owner;
    if (server == NULL) {
        return;
    }
    if (!KI_LIKELY(server->owned == &request->queue && server->priority == server->base_priority)) {
        ki_queue_set_owner(kernel, &request->queue, NULL);
        return;
    }
    server->owned = request->queue.next_owned;
    request->queue.owner = NULL;
    request->queue.next_owned = NULL;
}

/* Begins the wait of a receive that found nothing. given: KI_GIVEN_BLOCK or KI_WANTS_WORDS. */
static KI_INLINE void ki_channel_begin_wait(struct kipc_kernel *kernel, struct kipc_thread *thread,
                                            struct kipc_channel *end, uint32_t capacity, uint64_t given,
                                            uint64_t deadline)
{
    ki_channel_look_closer(end);
    end->object.pins += 1;
    end->stats.empty_hits += 1;
    end->stats.receive_waits += 1;
    thread->request = capacity;
    thread->given[0] = given;
    thread->given[1] = 0;
    if (KI_LIKELY(end->receivers.first == NULL)) {
        ki_wait_alone(thread, &end->receivers, deadline);
    } else {
        ki_wait_begin(thread, deadline);
        ki_wait_on(kernel, thread, &end->receivers);
    }
}

/* src/channel_wait.c: the block that such a wait was given, into a buffer that has room; its length. */
int ki_channel_read_waited(struct kipc_kernel *kernel, struct kipc_thread *thread, struct kipc_channel *end,
                           kipc_pid_t caller, void *buffer, struct kipc_channel_info *info);

/* src/call_words.c: the functions of kipc/words.h, for a process that must have a permission; 0: none. */
int ki_call_words(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t length,
                  uint64_t deadline, uint32_t permission);
int ki_receive_words(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t *request_id,
                     uint64_t deadline, uint32_t permission);
int ki_reply_words(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t *request_id,
                   uint32_t length, uint32_t permission);

/* src/call.c: what is not straight about a call and a reply; from inside the section to outside of it. */
int ki_call_on(struct kipc_kernel *kernel, struct kipc_thread *thread, struct kipc_handle_entry *handle,
               const struct kipc_channel_message *message, kipc_pid_t caller, void *reply, uint32_t capacity,
               uint64_t deadline);
int ki_reply_on(struct kipc_kernel *kernel, kipc_pid_t caller, uint64_t id, enum kipc_message_type type,
                const void *data, uint32_t length);
/* After the wait of a call, inside: its answer, or why there is none. inbox: pinned until here. */
int ki_call_conclude(struct kipc_kernel *kernel, struct kipc_channel *inbox, struct kipc_request *request, int result,
                     void *reply);

/* What the wait of a call came to: what happened to the request counts, however the wait itself ended. */
static KI_INLINE int ki_request_outcome(const struct kipc_request *request, int result)
{
    if (KI_LIKELY(request->state == KIPC_REQUEST_ANSWERED)) {
        return KIPC_OK;
    }
    return request->state == KIPC_REQUEST_FAILED ? request->failure : result;
}

#endif
