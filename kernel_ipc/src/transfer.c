/* SPDX-License-Identifier: MIT */
/* Capabilities in messages: handles that belong to no process while they travel. */
#include "channel.h"

/* One of the channel's own ends in its own inbox would keep the channel alive for ever. */
static bool is_own_end(const struct kipc_channel *end, const struct kipc_object *object)
{
    return object == &end->object || object == &end->peer->object;
}

static bool comes_before(const struct kipc_channel_message *message, uint32_t position)
{
    for (uint32_t i = 0; i < position; i++) {
        if (message->capabilities[i] == message->capabilities[position]) {
            return true;
        }
    }
    return false;
}

int ki_capabilities_check(const struct ki_call *call, const struct kipc_channel_message *message)
{
    for (uint32_t i = 0; i < message->capability_count; i++) {
        const struct kipc_handle_entry *entry = ki_handle_find(call->kernel, call->process, message->capabilities[i]);
        call->kernel->checks += 1;
        KIPC_GUARD(entry != NULL && !entry->object->is_closed, KIPC_E_BADCAP);
        KIPC_GUARD((entry->rights & KIPC_RIGHT_SHARE) != 0, KIPC_E_ACCES);
        KIPC_GUARD(!message->moves_capabilities || !comes_before(message, i), KIPC_E_BADCAP);
        KIPC_GUARD(!is_own_end(call->object, entry->object), KIPC_E_INVAL);
    }
    return KIPC_OK;
}

/* The handle of a message's place, if it was not revoked on its way. */
static struct kipc_handle_entry *on_its_way(struct kipc_kernel *kernel, const struct kipc_block *block, uint32_t place)
{
    return ki_handle_find(kernel, NULL, (kipc_handle_t)block->slot.capabilities[place]);
}

static int attach_one(struct kipc_kernel *kernel, const struct kipc_process *process, kipc_handle_t handle,
                      uint64_t *place)
{
    struct kipc_handle_entry *entry = ki_handle_find(kernel, process, handle);
    struct kipc_handle_entry *made;
    KIPC_GUARD(entry != NULL, KIPC_E_BADCAP); /* closed since it was checked */
    int result = ki_handle_make(kernel, NULL, entry->object, entry->rights, entry, &made);
    KIPC_GUARD(result == KIPC_OK, result);
    *place = kipc_table_id(&kernel->tables[KIPC_TABLE_HANDLE], made);
    return KIPC_OK;
}

int ki_capabilities_attach(struct kipc_kernel *kernel, const struct kipc_channel_message *message, kipc_pid_t caller,
                           struct kipc_block *block)
{
    block->capability_count = 0;
    KIPC_GUARD(message->capability_count != 0, KIPC_OK);
    const struct kipc_process *process = ki_process(kernel, caller);
    KIPC_GUARD(process != NULL, KIPC_E_SRCH); /* it ended while the message was written */
    int result = KIPC_OK;
    for (uint32_t i = 0; i < message->capability_count && result == KIPC_OK; i++) {
        result = attach_one(kernel, process, message->capabilities[i], &block->slot.capabilities[i]);
        block->capability_count += result == KIPC_OK ? 1 : 0;
    }
    if (result != KIPC_OK) {
        ki_capabilities_drop(kernel, block);
        return result;
    }
    /* What was made from a handle that closes hangs below the one above it, so revocation reaches it still. */
    for (uint32_t i = 0; message->moves_capabilities && i < message->capability_count; i++) {
        ki_handle_close(kernel, ki_handle_find(kernel, process, message->capabilities[i]));
    }
    return KIPC_OK;
}

void ki_capabilities_hand_out(struct kipc_kernel *kernel, struct kipc_block *block, kipc_pid_t receiver,
                              kipc_handle_t *handles)
{
    struct kipc_process *process = ki_process(kernel, receiver);
    for (uint32_t i = 0; i < block->capability_count; i++) {
        struct kipc_handle_entry *entry = on_its_way(kernel, block, i);
        if (entry != NULL && process != NULL && ki_handle_adopt(process, entry) == KIPC_OK) {
            handles[i] = (kipc_handle_t)block->slot.capabilities[i];
            block->slot.capabilities[i] = KIPC_NO_ID;
        }
    }
    ki_capabilities_drop(kernel, block);
}

void ki_capabilities_drop(struct kipc_kernel *kernel, struct kipc_block *block)
{
    for (uint32_t i = 0; i < block->capability_count; i++) {
        struct kipc_handle_entry *entry = on_its_way(kernel, block, i);
        block->slot.capabilities[i] = KIPC_NO_ID;
        if (entry != NULL) {
            ki_handle_close(kernel, entry);
        }
    }
    block->capability_count = 0;
}
