/* SPDX-License-Identifier: MIT */
/* Messages of a few words, to who waits for them already. */
#include "channel.h"
#include "copy.h"
#include "enter.h"
#include <kipc/syscall.h>

/* With whatever else may be the case: the result is that of kipc_channel_send, because it is that. */
static KI_SLOW int send_slowly(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t length,
                               uint32_t priority, const uintptr_t *words)
{
    struct kipc_channel_message message;
    ki_clear(&message, sizeof(message));
    message.type = KIPC_MESSAGE_DATA;
    message.priority = (uint8_t)priority;
    message.length = length;
    message.data = words;
    return kipc_channel_send(kernel, caller, handle, &message, KIPC_NO_WAIT);
}

/* Nothing but rights and room decides, there is room, and the first receiver's buffer is large enough. */
static KI_INLINE bool is_fast(const struct ki_call *call, uint32_t length)
{
    const struct kipc_channel *end = call->object;
    KIPC_GUARD(end->sends_plainly && !call->process->is_limited, false);
    const struct kipc_channel *inbox = end->peer;
    const struct kipc_thread *receiver = ki_first(&inbox->receivers);
    KIPC_GUARD(receiver != NULL && receiver->given[1] == 0 && receiver->request >= length &&
                   inbox->senders.first == NULL,
               false);
    KIPC_GUARD(length <= inbox->config.message_max && ki_channel_has_room(inbox, length), false);
    return call->process->used[KIPC_QUOTA_MESSAGES] < call->process->limits[KIPC_QUOTA_MESSAGES];
}

/* The words go into the block in the same critical section: they are few, and in registers or on the kernel's stack. */
static KI_INLINE int hand_over(struct ki_call *call, kipc_pid_t caller, uint32_t length, uint32_t priority,
                               const uintptr_t *words)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_channel *end = call->object;
    struct kipc_channel *inbox = end->peer;
    struct kipc_thread *receiver = ki_first(&inbox->receivers);
    struct kipc_block *block = ki_block_take(kernel);
    block->slot.header.type = KIPC_MESSAGE_DATA;
    block->slot.header.flags = 0;
    block->slot.header.priority = (uint8_t)priority;
    block->slot.header.reserved = 0;
    block->slot.header.total_size = KIPC_MESSAGE_HEADER_BYTES + length;
    block->slot.header.sender = caller;
    block->slot.header.destination = 0;
    block->slot.header.request_id = 0;
    block->next = NULL;
    block->length = length;
    block->payer = caller;
    block->sequence = inbox->next_sequence;
    ki_copy_small(block->slot.data, words, length, (uintptr_t)words);
    inbox->next_sequence += 1;
    ki_channel_take_place(inbox, length); /* until the receiver has read it */
    kernel->copied_bytes += length;
    end->stats.sent += 1;
    end->stats.sent_bytes += length;
    receiver->given_pointer = block;
    ki_settle(kernel, receiver, KIPC_OK);
    return KIPC_OK;
}

int kipc_channel_send_fast(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t length,
                           uint32_t priority, const uintptr_t *words)
{
    KIPC_GUARD(words != NULL && length <= KIPC_FAST_BYTES && priority <= UINT8_MAX, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    struct ki_call call;
    if (!KI_LIKELY(ki_enter_end(&call, kernel, caller, handle, KIPC_RIGHT_SEND, 0))) {
        return send_slowly(kernel, caller, handle, length, priority, words);
    }
    if (!is_fast(&call, length)) {
        ki_leave_for_ordinary(kernel);
        return send_slowly(kernel, caller, handle, length, priority, words);
    }
    return ki_leave(kernel, hand_over(&call, caller, length, priority, words));
}
