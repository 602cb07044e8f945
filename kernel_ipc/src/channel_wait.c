/* SPDX-License-Identifier: MIT */
/* Receives that find nothing and wait, where nothing but rights decides over what comes. */
#include "call_path.h"
#include "observe.h"

/* A small request that counts as received since it was handed over. */
static KI_INLINE int read_request(struct kipc_kernel *kernel, struct kipc_channel *end, struct kipc_block *block,
                                  void *buffer, struct kipc_channel_info *info)
{
    uint32_t length = block->length;
    ki_copy_words(buffer, block->slot.data, length, (uintptr_t)buffer);
    if (info != NULL) {
        info->header = block->slot.header;
        info->sequence = block->sequence;
        for (uint32_t i = 0; i < KIPC_MSG_CAPABILITIES; i++) {
            info->capabilities[i] = KIPC_NO_ID;
        }
    }
    end->stats.received += 1;
    end->stats.received_bytes += length;
    ki_channel_give_place(end, length);
    kernel->copied_bytes += length;
    ki_block_give(kernel, block);
    return (int)length;
}

/* Any other message that was handed over. */
static KI_SLOW int read_message(struct kipc_kernel *kernel, struct kipc_thread *thread, struct kipc_channel *end,
                                kipc_pid_t caller, void *buffer, struct kipc_channel_info *info)
{
    struct ki_call call = {.kernel = kernel, .process = thread->process, .object = end, .thread = thread};
    struct kipc_block *block = thread->given_pointer;
    uint32_t length = block->length;
    ki_channel_accept(&call, block, caller, info);
    ki_unlock(kernel);
    ki_channel_read(block, buffer, info);
    ki_lock(kernel);
    kernel->copied_bytes += length;
    ki_channel_give_up(kernel, end, block, length);
    return (int)length;
}

static KI_INLINE int read_waited(struct kipc_kernel *kernel, struct kipc_thread *thread, struct kipc_channel *end,
                                 kipc_pid_t caller, void *buffer, struct kipc_channel_info *info)
{
    bool is_request = thread->given[0] == KI_GIVEN_REQUEST && kernel->observer == NULL && end->senders.first == NULL &&
                      end->pending_sends == NULL;
    return KI_LIKELY(is_request) ? read_request(kernel, end, thread->given_pointer, buffer, info)
                                 : read_message(kernel, thread, end, caller, buffer, info);
}

int ki_channel_read_waited(struct kipc_kernel *kernel, struct kipc_thread *thread, struct kipc_channel *end,
                           kipc_pid_t caller, void *buffer, struct kipc_channel_info *info)
{
    return read_waited(kernel, thread, end, caller, buffer, info);
}

int ki_channel_receive_waiting(struct kipc_kernel *kernel, struct kipc_thread *thread, struct kipc_channel *end,
                               kipc_pid_t caller, void *buffer, uint32_t capacity, struct kipc_channel_info *info,
                               uint64_t deadline)
{
    ki_channel_begin_wait(kernel, thread, end, capacity, KI_GIVEN_BLOCK, deadline);
    int result = ki_wait_once(kernel, thread);
    if (KI_LIKELY(result == KIPC_OK)) {
        result = read_waited(kernel, thread, end, caller, buffer, info);
    }
    ki_channel_looked(end);
    ki_object_unpin(kernel, &end->object);
    return ki_leave(kernel, result);
}
