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

/* src/channel.c: true if the rules of an end let the process use it. */
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
/* Sends it; with a request id of 0 it is no request. */
int ki_channel_send(struct ki_call *call, const struct kipc_channel_message *message, kipc_pid_t caller,
                    uint64_t request_id, uint64_t deadline);

/* src/transfer.c: whether the capabilities of a message may be sent; KIPC_OK, or why not. */
int ki_capabilities_check(const struct ki_call *call, const struct kipc_channel_message *message);
/* Makes the handles that travel with the message: all, or none. */
int ki_capabilities_attach(struct kipc_kernel *kernel, const struct kipc_channel_message *message, kipc_pid_t caller,
                           struct kipc_block *block);
/* Gives them to the receiver; those that it cannot have are closed. */
void ki_capabilities_hand_out(struct kipc_kernel *kernel, struct kipc_block *block, kipc_pid_t receiver,
                              kipc_handle_t *handles);
/* Closes those that are still in the message. */
void ki_capabilities_drop(struct kipc_kernel *kernel, struct kipc_block *block);

/* src/call.c: a request that nobody can answer any more; one that a server has received. */
void ki_request_fail(struct kipc_kernel *kernel, uint64_t id, int code);
void ki_request_received(struct kipc_kernel *kernel, uint64_t id, kipc_pid_t server);

static inline bool ki_channel_has_room(const struct kipc_channel *inbox, uint32_t length)
{
    uint32_t places = inbox->config.capacity == 0 ? 1 : inbox->config.capacity;
    return inbox->used < places && length <= inbox->config.buffer_bytes - inbox->used_bytes;
}

#endif
