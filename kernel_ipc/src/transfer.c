/* SPDX-License-Identifier: MIT */
/*
 * Capabilities in messages: handles that belong to no process while they travel. They stand in the message's slot; of
 * more than it has places for, the first ones do, and its last place leads to a list of blocks with the others, which
 * are taken when the message is sent.
 */
#include "channel.h"
#include "copy.h"
#include "observe.h"

#define IDS_PER_BLOCK ((uint32_t)(KIPC_BLOCK_BYTES / sizeof(uint64_t)))
#define LIST_PLACE (KIPC_MSG_CAPABILITIES - 1)

/* Blocks that the list of so many takes. */
static uint32_t list_blocks(uint32_t count)
{
    return count <= KIPC_MSG_CAPABILITIES ? 0 : (count - LIST_PLACE + IDS_PER_BLOCK - 1) / IDS_PER_BLOCK;
}

static struct kipc_block *list_of(const struct kipc_block *block)
{
    return (struct kipc_block *)(uintptr_t)block->slot.capabilities[LIST_PLACE];
}

/* Where a message keeps the id of a handle; its count is set. */
static ki_word *place_of(struct kipc_block *block, uint32_t number)
{
    if (number < LIST_PLACE || block->capability_count <= KIPC_MSG_CAPABILITIES) {
        return &block->slot.capabilities[number];
    }
    struct kipc_block *part = list_of(block);
    for (number -= LIST_PLACE; number >= IDS_PER_BLOCK; number -= IDS_PER_BLOCK) {
        part = part->more;
    }
    return (ki_word *)(void *)&part->slot + number;
}

/* Places for so many, with nothing in them. Unlike the blocks of a payload a list was not reserved with the channel. */
static int make_room(struct kipc_kernel *kernel, struct kipc_block *block, uint32_t count)
{
    uint32_t blocks = list_blocks(count);
    struct kipc_block *list = NULL;
    KIPC_GUARD(ki_blocks_reserve(kernel, blocks) == KIPC_OK, KIPC_E_NOMEM);
    for (uint32_t i = 0; i < blocks; i++) {
        struct kipc_block *part = ki_block_take(kernel);
        part->more = list;
        list = part;
    }
    if (blocks != 0) {
        block->slot.capabilities[LIST_PLACE] = (uintptr_t)list;
    }
    block->capability_count = count;
    for (uint32_t i = 0; i < count; i++) {
        *place_of(block, i) = KIPC_NO_ID;
    }
    return KIPC_OK;
}

/* One of the channel's own ends in its own inbox would keep the channel alive for ever. */
static bool is_own_end(const struct kipc_channel *end, const struct kipc_object *object)
{
    return object == &end->object || object == &end->peer->object;
}

static int check_one(const struct kipc_channel *end, const struct kipc_handle_entry *entry)
{
    KIPC_GUARD(entry != NULL && !entry->object->is_closed, KIPC_E_BADCAP);
    KIPC_GUARD((entry->rights & KIPC_RIGHT_SHARE) != 0, KIPC_E_ACCES);
    return is_own_end(end, entry->object) ? KIPC_E_INVAL : KIPC_OK;
}

/*
 * All of a message's, or why not; `number` receives that of those before the first that is not. One that moves is taken
 * away from its process for as long as the others are looked at: so a second mention does not find it, and no pair of
 * them need be compared.
 */
static int check_all(struct kipc_kernel *kernel, struct kipc_process *process, const struct kipc_channel *end,
                     const struct kipc_channel_message *message, uint32_t *number)
{
    int result = KIPC_OK;
    uint32_t good = 0;
    while (good < message->capability_count && result == KIPC_OK) {
        struct kipc_handle_entry *entry = ki_handle_find(kernel, process, ki_capability_of(message, good));
        result = check_one(end, entry);
        if (result == KIPC_OK) {
            entry->process = message->moves_capabilities ? NULL : process;
            good += 1;
        }
    }
    for (uint32_t i = 0; message->moves_capabilities && i < good; i++) {
        ki_handle_find(kernel, NULL, ki_capability_of(message, i))->process = process;
    }
    *number = good;
    return result;
}

int ki_capabilities_check(const struct ki_call *call, const struct kipc_channel_message *message)
{
    KIPC_GUARD(message->capability_count != 0, KIPC_OK);
    call->kernel->checks += message->capability_count;
    uint32_t number;
    int result = check_all(call->kernel, call->process, call->object, message, &number);
    if (result != KIPC_OK) {
        ki_observe_refusal(call->kernel, call->process->entry.id, ki_capability_of(message, number), result);
    }
    return result;
}

/* The handle of a message's place, if it was not revoked on its way. */
static struct kipc_handle_entry *on_its_way(struct kipc_kernel *kernel, struct kipc_block *block, uint32_t number)
{
    return ki_handle_find(kernel, NULL, (kipc_handle_t)*place_of(block, number));
}

static int attach_one(struct kipc_kernel *kernel, const struct kipc_process *process, kipc_handle_t handle,
                      ki_word *place)
{
    struct kipc_handle_entry *entry = ki_handle_find(kernel, process, handle);
    struct kipc_handle_entry *made;
    int result = ki_handle_make(kernel, NULL, entry->object, entry->rights, entry, &made);
    KIPC_GUARD(result == KIPC_OK, result);
    *place = kipc_table_id(&kernel->tables[KIPC_TABLE_HANDLE], made);
    return KIPC_OK;
}

int ki_capabilities_attach(const struct ki_call *call, const struct kipc_channel_message *message,
                           struct kipc_block *block)
{
    uint32_t count = message->capability_count;
    block->capability_count = 0;
    KIPC_GUARD(count != 0, KIPC_OK);
    struct kipc_kernel *kernel = call->kernel;
    struct kipc_process *process = ki_process(kernel, block->payer);
    KIPC_GUARD(process != NULL, KIPC_E_SRCH); /* it ended while the message was written */
    /* Some may have been closed, or may do less, since the message came in. */
    uint32_t number;
    int result = check_all(kernel, process, call->object, message, &number);
    KIPC_GUARD(result == KIPC_OK, result);
    result = make_room(kernel, block, count);
    KIPC_GUARD(result == KIPC_OK, result);
    for (uint32_t i = 0; i < count && result == KIPC_OK; i++) {
        result = attach_one(kernel, process, ki_capability_of(message, i), place_of(block, i));
    }
    if (result != KIPC_OK) {
        ki_capabilities_drop(kernel, block);
        return result;
    }
    /* What was made from a handle that closes hangs below the one above it, so revocation reaches it still. */
    for (uint32_t i = 0; message->moves_capabilities && i < count; i++) {
        ki_handle_close(kernel, ki_handle_find(kernel, process, ki_capability_of(message, i)));
    }
    return KIPC_OK;
}

/* Gives the first ones to the receiver, as far as its quota goes. */
static void hand_out(struct kipc_kernel *kernel, struct kipc_block *block, kipc_pid_t receiver, kipc_handle_t *handles,
                     uint32_t room)
{
    struct kipc_process *process = block->capability_count != 0 ? ki_process(kernel, receiver) : NULL;
    for (uint32_t i = 0; i < block->capability_count && i < room; i++) {
        struct kipc_handle_entry *entry = on_its_way(kernel, block, i);
        if (entry != NULL && process != NULL && ki_handle_adopt(process, entry) == KIPC_OK) {
            handles[i] = (kipc_handle_t)*place_of(block, i);
            *place_of(block, i) = KIPC_NO_ID;
        }
    }
}

void ki_capabilities_receive(const struct ki_call *call, struct kipc_block *block, kipc_pid_t receiver,
                             struct kipc_channel_info *info)
{
    struct kipc_channel_large_info *large = call->large;
    if (large != NULL) {
        large->capability_count = block->capability_count;
        hand_out(call->kernel, block, receiver, large->capabilities, KIPC_MSG_CAPABILITIES_MAX);
    }
    for (uint32_t i = 0; info != NULL && i < KIPC_MSG_CAPABILITIES; i++) {
        info->capabilities[i] = large != NULL ? large->capabilities[i] : KIPC_NO_ID;
    }
    if (info != NULL && large == NULL) {
        hand_out(call->kernel, block, receiver, info->capabilities, KIPC_MSG_CAPABILITIES);
    }
    ki_capabilities_drop(call->kernel, block);
}

void ki_capabilities_drop(struct kipc_kernel *kernel, struct kipc_block *block)
{
    uint32_t count = block->capability_count;
    for (uint32_t i = 0; i < count; i++) {
        struct kipc_handle_entry *entry = on_its_way(kernel, block, i);
        *place_of(block, i) = KIPC_NO_ID;
        if (entry != NULL) {
            ki_handle_close(kernel, entry);
        }
    }
    uint32_t blocks = list_blocks(count);
    if (blocks != 0) {
        ki_blocks_give(kernel, list_of(block));
        kernel->blocks_reserved -= blocks;
    }
    block->capability_count = 0;
}
