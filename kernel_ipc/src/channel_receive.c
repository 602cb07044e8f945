/* SPDX-License-Identifier: MIT */
#include "channel.h"

/* A message out of the inbox, into hand; KIPC_OK or an error. */
static int take_first(struct ki_call *call, uint32_t capacity, struct kipc_block **block)
{
    struct kipc_channel *end = call->object;
    struct kipc_block *first = end->first;
    KIPC_GUARD(first->length <= capacity, KIPC_E_MSGSIZE);
    ki_channel_remove(call->kernel, end, first, KIPC_OK);
    *block = first;
    return KIPC_OK;
}

static int wait_for_message(struct ki_call *call, uint32_t capacity, uint64_t deadline, struct kipc_block **block)
{
    struct kipc_channel *end = call->object;
    end->stats.empty_hits += 1;
    KIPC_GUARD(end->peer != NULL, KIPC_E_CLOSED);
    KIPC_GUARD(deadline != KIPC_NO_WAIT, end->config.capacity == 0 ? KIPC_E_WOULDBLOCK : KIPC_E_EMPTY);
    end->stats.receive_waits += 1;
    call->thread->request = capacity;
    int result = ki_wait_in(call, &end->receivers, deadline);
    *block = call->thread->given_pointer;
    return result;
}

static int get_message(struct ki_call *call, uint32_t capacity, uint64_t deadline, struct kipc_block **block)
{
    struct kipc_channel *end = call->object;
    if (end->lost > 0) {
        end->lost = 0;
        return KIPC_E_OVERFLOW;
    }
    return end->first != NULL ? take_first(call, capacity, block) : wait_for_message(call, capacity, deadline, block);
}

/* The end must outlive the wait and the copy. */
static int receive(struct ki_call *call, kipc_pid_t caller, void *buffer, uint32_t capacity,
                   struct kipc_channel_info *info, uint64_t deadline)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_channel *end = call->object;
    struct kipc_block *block = NULL;
    end->object.pins += 1;
    int result = get_message(call, capacity, deadline, &block);
    if (result == KIPC_OK) {
        uint32_t length = block->length;
        if (block->slot.header.request_id != 0) {
            ki_request_received(kernel, block->slot.header.request_id, caller);
        }
        kipc_handle_t capabilities[KIPC_MSG_CAPABILITIES] = {KIPC_NO_ID};
        if (info != NULL) {
            ki_capabilities_hand_out(kernel, block, caller, capabilities);
        } else {
            ki_capabilities_drop(kernel, block);
        }
        end->stats.received += 1;
        end->stats.received_bytes += length;
        ki_unlock(kernel);
        ki_blocks_read(block, buffer, length);
        if (info != NULL) {
            info->header = block->slot.header;
            info->sequence = block->sequence;
            for (uint32_t i = 0; i < KIPC_MSG_CAPABILITIES; i++) {
                info->capabilities[i] = capabilities[i];
            }
        }
        ki_lock(kernel);
        kernel->copied_bytes += length;
        ki_channel_give_up(kernel, end, block, length);
        result = (int)length;
    }
    ki_object_unpin(kernel, &end->object);
    return result;
}

int kipc_channel_receive(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, void *buffer,
                         uint32_t capacity, struct kipc_channel_info *info, uint64_t deadline)
{
    KIPC_GUARD(buffer != NULL || capacity == 0, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_RECEIVE);
    KIPC_GUARD(result == KIPC_OK, result);
    if (!ki_channel_lets(call.object, call.process, caller)) {
        return ki_leave(kernel, KIPC_E_ACCES);
    }
    return ki_leave(kernel, receive(&call, caller, buffer, capacity, info, deadline));
}
