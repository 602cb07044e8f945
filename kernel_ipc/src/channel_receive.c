/* SPDX-License-Identifier: MIT */
#include "channel_plain.h"
#include "observe.h"

/* A message out of the inbox, into hand; KIPC_OK or an error. */
static int take_first(struct ki_call *call, uint32_t capacity, struct kipc_block **block)
{
    struct kipc_channel *end = call->object;
    struct kipc_block *first = end->first;
    KIPC_GUARD(!call->is_tagged || first->slot.header.destination == call->tag, KIPC_E_TYPE);
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
    call->thread->given[0] = call->is_tagged ? call->tag : 0;
    call->thread->given[1] = call->is_tagged ? 1 : 0;
    ki_channel_look_closer(end);
    int result = ki_wait_in(call, &end->receivers, deadline);
    *block = call->thread->given_pointer;
    return result;
}

int ki_channel_get(struct ki_call *call, uint32_t capacity, uint64_t deadline, struct kipc_block **block)
{
    struct kipc_channel *end = call->object;
    if (end->lost > 0) {
        end->lost = 0;
        return KIPC_E_OVERFLOW;
    }
    return end->first != NULL ? take_first(call, capacity, block) : wait_for_message(call, capacity, deadline, block);
}

void ki_channel_accept(struct ki_call *call, struct kipc_block *block, kipc_pid_t caller,
                       struct kipc_channel_info *info)
{
    static const kipc_handle_t none[KIPC_MSG_CAPABILITIES] = {KIPC_NO_ID};
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_channel *end = call->object;
    if (block->slot.header.request_id != 0 && !end->is_remote) {
        ki_request_received(kernel, block->slot.header.request_id, caller, call->thread);
        end->server = call->thread;
    }
    ki_capabilities_receive(call, block, caller, info);
    ki_observe_receive(call, block, caller, info != NULL ? info->capabilities : none);
    end->stats.received += 1;
    end->stats.received_bytes += block->length;
}

void ki_channel_read(const struct kipc_block *block, void *buffer, struct kipc_channel_info *info)
{
    ki_blocks_read(block, buffer, block->length);
    if (info != NULL) {
        info->header = block->slot.header;
        info->sequence = block->sequence;
    }
}

/* The end must outlive the wait and the copy. */
static int receive(struct ki_call *call, kipc_pid_t caller, void *buffer, uint32_t capacity,
                   struct kipc_channel_info *info, uint64_t deadline)
{
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_channel *end = call->object;
    struct kipc_block *block = NULL;
    end->object.pins += 1;
    if (end->config.is_register_only) {
        int received = ki_registers_receive(call, buffer, capacity, info, deadline);
        ki_object_unpin(kernel, &end->object);
        return received;
    }
    int result = ki_channel_get(call, capacity, deadline, &block);
    if (result == KIPC_OK) {
        uint32_t length = block->length;
        ki_channel_accept(call, block, caller, info);
        ki_unlock(kernel);
        ki_channel_read(block, buffer, info);
        ki_lock(kernel);
        kernel->copied_bytes += length;
        ki_channel_give_up(kernel, end, block, length);
        ki_remote_room(kernel, end);
        result = (int)length;
    }
    ki_channel_looked(end);
    ki_object_unpin(kernel, &end->object);
    return result;
}

static int receive_any(struct ki_call *call, kipc_pid_t caller, void *buffer, uint32_t capacity,
                       struct kipc_channel_info *info, uint64_t deadline)
{
    if (!ki_channel_lets(call->object, call->process, caller)) {
        return ki_leave(call->kernel, KIPC_E_ACCES);
    }
    return ki_leave(call->kernel, receive(call, caller, buffer, capacity, info, deadline));
}

/* Who was not let in at first glance: from the beginning. */
static KI_SLOW int receive_ordinarily(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, void *buffer,
                                      uint32_t capacity, struct kipc_channel_info *info, uint64_t deadline)
{
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_RECEIVE);
    KIPC_GUARD(result == KIPC_OK, result);
    return receive_any(&call, caller, buffer, capacity, info, deadline);
}

/* Who was let in, for a message that is not plain, or for none. */
static KI_SLOW int receive_on(struct kipc_kernel *kernel, struct kipc_thread *thread, struct kipc_handle_entry *handle,
                              kipc_pid_t caller, void *buffer, uint32_t capacity, struct kipc_channel_info *info,
                              uint64_t deadline)
{
    struct ki_call call = {
        .kernel = kernel, .process = thread->process, .handle = handle, .object = handle->object, .thread = thread};
    return receive_any(&call, caller, buffer, capacity, info, deadline);
}

int kipc_channel_receive(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, void *buffer,
                         uint32_t capacity, struct kipc_channel_info *info, uint64_t deadline)
{
    KIPC_GUARD(buffer != NULL || capacity == 0, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    struct ki_call call;
    if (!KI_LIKELY(ki_enter_end(&call, kernel, caller, handle, KIPC_RIGHT_RECEIVE, 0))) {
        return receive_ordinarily(kernel, caller, handle, buffer, capacity, info, deadline);
    }
    if (!KI_LIKELY(ki_receive_is_plain(call.object, capacity))) {
        if (ki_channel_waits_plainly(call.object, deadline)) {
            return ki_channel_receive_waiting(kernel, call.thread, call.object, caller, buffer, capacity, info,
                                              deadline);
        }
        return receive_on(kernel, call.thread, call.handle, caller, buffer, capacity, info, deadline);
    }
    return ki_leave(kernel, ki_receive_plainly(kernel, call.object, buffer, info));
}

int kipc_channel_receive_large(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, void *buffer,
                               uint32_t capacity, struct kipc_channel_large_info *info, uint64_t deadline)
{
    KIPC_GUARD(info != NULL && (buffer != NULL || capacity == 0), KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_RECEIVE);
    KIPC_GUARD(result == KIPC_OK, result);
    call.large = info;
    info->capability_count = 0;
    for (uint32_t i = 0; i < KIPC_MSG_CAPABILITIES_MAX; i++) {
        info->capabilities[i] = KIPC_NO_ID;
    }
    return receive_any(&call, caller, buffer, capacity, &info->info, deadline);
}

int kipc_channel_receive_tagged(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t tag,
                                void *buffer, uint32_t capacity, uint64_t deadline)
{
    KIPC_GUARD(buffer != NULL || capacity == 0, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_RECEIVE);
    KIPC_GUARD(result == KIPC_OK, result);
    call.is_tagged = true;
    call.tag = tag;
    return receive_any(&call, caller, buffer, capacity, NULL, deadline);
}
