/* SPDX-License-Identifier: MIT */
/* What the parts of the channel share; in the critical section, unless it says otherwise. */
#ifndef KIPC_CHANNEL_INTERNAL_H
#define KIPC_CHANNEL_INTERNAL_H

#include "kernel_internal.h"
#include <kipc/channel.h>

/* src/block.c: blocks that a payload of this length needs. */
uint32_t ki_blocks_for(uint32_t length);
/* Takes blocks for a payload out of what the channel reserved, so there always are enough. */
struct kipc_block *ki_blocks_take(struct kipc_kernel *kernel, uint32_t length);
void ki_blocks_give(struct kipc_kernel *kernel, struct kipc_block *block);
/* Promises blocks, or refuses: KIPC_OK or KIPC_E_NOMEM. */
int ki_blocks_reserve(struct kipc_kernel *kernel, uint32_t count);
/* Outside of the critical section: the blocks belong to the caller. */
void ki_blocks_write(struct kipc_block *block, const void *data, uint32_t length);
void ki_blocks_read(const struct kipc_block *block, void *buffer, uint32_t length);

/* src/channel.c: all about a new end, which has an inbox or not; KIPC_OK, KIPC_E_QUOTA or KIPC_E_NOMEM. */
bool ki_channel_is_allowed(const struct kipc_channel_config *config);
int ki_channel_set_up(struct ki_call *call, struct kipc_channel *end, const struct kipc_channel_config *config,
                      bool has_inbox);
/* Finds out anew what an end and its peer may do without a further look; after each change of what decides. */
void ki_channel_review(struct kipc_channel *end);
/* Parts an end from its peer. */
void ki_channel_part(struct kipc_kernel *kernel, struct kipc_channel *end);
/* Lets all messages of an inbox go. */
void ki_channel_empty(struct kipc_kernel *kernel, struct kipc_channel *inbox);
/* True if the rules of an end let the process use it. */
bool ki_channel_lets(const struct kipc_channel *end, const struct kipc_process *process, kipc_pid_t pid);
/* Lets senders go for whom there is room now; the room is theirs from here on. */
void ki_channel_grant(struct kipc_kernel *kernel, struct kipc_channel *inbox);
/* Gives up a message's place in the inbox, and its blocks if it has some. */
void ki_channel_give_up(struct kipc_kernel *kernel, struct kipc_channel *inbox, struct kipc_block *block,
                        uint32_t length);
/* Takes a message out of the inbox; its sender by rendezvous is told. */
void ki_channel_remove(struct kipc_kernel *kernel, struct kipc_channel *inbox, struct kipc_block *block, int result);

/* Takes the message of a request out of the inbox, if it is there still. */
void ki_channel_take_back(struct kipc_kernel *kernel, struct kipc_channel *inbox, uint64_t request_id);

/* src/channel_send.c: all that can be said against a message before room is looked for. KIPC_OK, or why not. */
int ki_channel_check(const struct ki_call *call, const struct kipc_channel_message *message, kipc_pid_t caller);
/* Who a message comes from. */
struct ki_origin {
    uint64_t sender;
    uint64_t request_id; /* 0: it is no request */
    kipc_pid_t payer;    /* KIPC_NO_ID: nobody */
};

/*
 * Puts a message from call->object into an inbox, as its policy says; both ends are pinned. Leaves the critical section
 * for the copy, and to wait.
 */
int ki_channel_put(struct ki_call *call, struct kipc_channel *inbox, const struct kipc_channel_message *message,
                   const struct ki_origin *origin, uint64_t deadline);
/* Its steps. A place in the inbox, as its policy says; in the critical section, which it leaves to wait. */
int ki_channel_find_place(struct ki_call *call, struct kipc_channel *inbox, uint32_t length, uint64_t deadline);
/* Writes a message into its blocks; outside of the critical section, or in it for a small one. */
void ki_channel_fill(struct kipc_block *block, const struct kipc_channel_message *message,
                     const struct ki_origin *origin);
/* Hands a message that is written and has its place over, or queues it; frees both if it cannot. */
int ki_channel_deliver(struct ki_call *call, struct kipc_channel *inbox, struct kipc_block *block,
                       const struct kipc_channel_message *message, uint64_t deadline);
/* Sends it; with a request id of 0 it is no request. */
int ki_channel_send(struct ki_call *call, const struct kipc_channel_message *message, kipc_pid_t caller,
                    uint64_t request_id, uint64_t deadline);

/* src/channel_receive.c: the first message, in hand; waits for it as the deadline says. The end is pinned. */
int ki_channel_get(struct ki_call *call, uint32_t capacity, uint64_t deadline, struct kipc_block **block);
/* All that a message in hand means before its payload is copied: counters, its capabilities. info may be NULL. */
void ki_channel_accept(struct ki_call *call, struct kipc_block *block, kipc_pid_t caller,
                       struct kipc_channel_info *info);
/* Copies payload and header out, outside of the critical section. info may be NULL. */
void ki_channel_read(const struct kipc_block *block, void *buffer, struct kipc_channel_info *info);

/* src/channel_wait.c: a receive through such an end, which has to wait; from inside the section to outside of it. */
int ki_channel_receive_waiting(struct kipc_kernel *kernel, struct kipc_thread *thread, struct kipc_channel *end,
                               kipc_pid_t caller, void *buffer, uint32_t capacity, struct kipc_channel_info *info,
                               uint64_t deadline);

/* src/channel_registers.c: a message through a register-only channel, whose checks are done; the ends are pinned. */
int ki_registers_send(struct ki_call *call, const struct kipc_channel_message *message, kipc_pid_t caller,
                      uint64_t deadline);
/* Returns its length, or why none came. */
int ki_registers_receive(struct ki_call *call, void *buffer, uint32_t capacity, struct kipc_channel_info *info,
                         uint64_t deadline);

/* src/transfer.c: whether the capabilities of a message may be sent; KIPC_OK, or why not. */
int ki_capabilities_check(const struct ki_call *call, const struct kipc_channel_message *message);
/* Makes the handles that travel with the message from call->object: all, or none. */
int ki_capabilities_attach(const struct ki_call *call, const struct kipc_channel_message *message,
                           struct kipc_block *block);
/* Gives them to the receiver, as far as it asked for them; those that it does not get are closed. info may be NULL. */
void ki_capabilities_receive(const struct ki_call *call, struct kipc_block *block, kipc_pid_t receiver,
                             struct kipc_channel_info *info);
/* Closes those that are still in the message. */
void ki_capabilities_drop(struct kipc_kernel *kernel, struct kipc_block *block);

/* After ki_channel_deliver's checks: a message that is written and has its place goes to who waits, or queues. */
void ki_channel_deliver_written(struct kipc_kernel *kernel, struct kipc_channel *end, struct kipc_channel *inbox,
                                struct kipc_block *block);

/* src/async.c: gives a message to an operation that waits for one; true if it took it. */
bool ki_async_give_message(struct kipc_kernel *kernel, struct kipc_channel *inbox, struct kipc_block *block);
/* Lets operations send for whom there is room now. */
void ki_async_give_room(struct kipc_kernel *kernel, struct kipc_channel *inbox);
/* Nothing comes into the inbox any more: its operations complete with KIPC_E_CLOSED. */
void ki_async_part(struct kipc_kernel *kernel, struct kipc_channel *inbox);

/* src/transport.c: an end of a remote channel is parted; the port is free, and the proxy goes. */
void ki_remote_parted(struct kipc_kernel *kernel, struct kipc_channel *end);
/* After a message was put into a proxy's inbox, and after one was taken out of the user's: tells the transport, for
 * which it leaves the critical section. The end is pinned. */
void ki_remote_kick(struct kipc_kernel *kernel, struct kipc_channel *proxy);
void ki_remote_room(struct kipc_kernel *kernel, struct kipc_channel *end);

/* src/call.c: a request that nobody can answer any more; one that a server has received. */
void ki_request_fail(struct kipc_kernel *kernel, uint64_t id, int code);
void ki_request_received(struct kipc_kernel *kernel, uint64_t id, kipc_pid_t server, struct kipc_thread *thread);

/* True if a message may carry as many capabilities as it says, and says where they are. */
static inline bool ki_capabilities_fit(const struct kipc_channel_message *message)
{
    uint32_t most = message->length > KIPC_MSG_SMALL_MAX ? KIPC_CFG_CAPS_PER_MSG_MAX : KIPC_MSG_CAPABILITIES;
    return message->capability_count <= most &&
           (message->capability_count <= KIPC_MSG_CAPABILITIES || message->capability_list != NULL);
}

/* The handle of a message's place. */
static inline kipc_handle_t ki_capability_of(const struct kipc_channel_message *message, uint32_t place)
{
    return message->capability_count > KIPC_MSG_CAPABILITIES ? message->capability_list[place]
                                                             : message->capabilities[place];
}

/* Takes one block, for a payload of up to KIPC_MSG_SMALL_MAX bytes. */
static inline struct kipc_block *ki_block_take(struct kipc_kernel *kernel)
{
    struct kipc_block *block = kernel->free_blocks;
    KIPC_ASSERT(block != NULL);
    kernel->free_blocks = block->next;
    kernel->blocks_free -= 1;
    return block;
}

/* Gives one back that has no rest, no sender and no capabilities. */
static inline void ki_block_give(struct kipc_kernel *kernel, struct kipc_block *block)
{
    block->next = kernel->free_blocks;
    kernel->free_blocks = block;
    kernel->blocks_free += 1;
}

/* A message comes into the inbox (1) or leaves it (-1): Control messages, and the kernel's among them, are counted. */
static inline void ki_channel_count_control(struct kipc_channel *inbox, const struct kipc_block *block, int change)
{
    if (block->slot.header.type == KIPC_MESSAGE_CONTROL) {
        inbox->controls += (uint32_t)change;
        if (change < 0 && block->slot.header.sender == 0) {
            inbox->announcements -= 1;
        }
    }
}

/* A receive finds nothing and may wait, and nothing but rights decides over what will come. */
static KI_INLINE bool ki_channel_waits_plainly(const struct kipc_channel *end, uint64_t deadline)
{
    return end->receives_plainly && end->first == NULL && end->lost == 0 && end->peer != NULL &&
           deadline != KIPC_NO_WAIT;
}

/* The kernel's announcements need no room: with them more may be queued than a full inbox has places. */
static inline bool ki_channel_has_room(const struct kipc_channel *inbox, uint32_t length)
{
    return (int32_t)inbox->queued < inbox->queue_max && length <= inbox->free_bytes;
}

/* A message that is being written gets its place, one that was read leaves it. */
static inline void ki_channel_take_place(struct kipc_channel *inbox, uint32_t length)
{
    inbox->queue_max -= 1;
    inbox->free_bytes -= length;
}

static inline void ki_channel_give_place(struct kipc_channel *inbox, uint32_t length)
{
    inbox->queue_max += 1;
    inbox->free_bytes += length;
}

/* A message in its place is queued (1), or is in hand (-1). */
static inline void ki_channel_count_queued(struct kipc_channel *inbox, int change)
{
    inbox->queued += (uint32_t)change;
    inbox->queue_max += change;
}

/*
 * Before a thread enters one of an inbox's queues: messages to it and from it need a closer look from now on. What ends
 * the wait need not say so; the next ones that looked closely do.
 */
static inline void ki_channel_look_closer(struct kipc_channel *inbox)
{
    inbox->receive_below = 0;
    if (inbox->peer != NULL) {
        inbox->peer->send_below = 0;
    }
}

/*
 * Afterwards: if nothing is special any more, the next messages need not. Only where some are queued: where each
 * message finds a receiver that waits, the next one would be looked at closely anyway.
 */
static inline void ki_channel_looked(struct kipc_channel *inbox)
{
    bool is_closed = inbox->receive_below == 0 || (inbox->peer != NULL && inbox->peer->send_below == 0);
    if (is_closed && inbox->first != NULL) {
        ki_channel_review(inbox);
    }
}

#endif
