/* SPDX-License-Identifier: MIT */
/* Making, connecting and closing channels. Messages go through channel_send.c and channel_receive.c. */
#include "channel.h"

struct kipc_channel_config kipc_channel_config_default(void)
{
    return (struct kipc_channel_config){.capacity = KIPC_CFG_CH_SLOTS,
                                        .buffer_bytes = KIPC_CFG_CH_SLOTS * KIPC_MSG_SMALL_MAX,
                                        .message_max = KIPC_MSG_SMALL_MAX,
                                        .overflow = KIPC_OVERFLOW_BLOCK,
                                        .order = KIPC_WAIT_PRIORITY,
                                        .timeout = KIPC_FOREVER};
}

static bool is_allowed(const struct kipc_channel_config *config)
{
    KIPC_GUARD(config->buffer_bytes >= KIPC_CFG_CH_BYTES_MIN && config->buffer_bytes <= KIPC_CFG_CH_BYTES_MAX, false);
    KIPC_GUARD(config->message_max <= config->buffer_bytes && config->capacity <= KIPC_CFG_CH_BYTES_MAX, false);
    bool may_lose = config->overflow != KIPC_OVERFLOW_BLOCK;
    KIPC_GUARD(config->capacity != 0 || !may_lose, false); /* a rendezvous has nothing to overflow */
    return (unsigned int)config->overflow <= KIPC_OVERFLOW_OVERWRITE_OLDEST &&
           (unsigned int)config->order <= KIPC_WAIT_FIFO;
}

/*
 * The most that an inbox can need: a block a message, and what payloads need beyond. One of n > 64 bytes needs
 * (n - 64) / 128 more, rounded up, which is at most (n + 63) / 128; there are at most buffer_bytes / 65 such payloads.
 */
static uint32_t blocks_needed(const struct kipc_channel_config *config)
{
    uint32_t messages = config->capacity == 0 ? 1 : config->capacity;
    uint32_t large = config->buffer_bytes / (KIPC_MSG_SMALL_MAX + 1);
    if (config->message_max <= KIPC_MSG_SMALL_MAX) {
        return messages;
    }
    large = large < messages ? large : messages;
    return messages + (config->buffer_bytes + (KIPC_MSG_SMALL_MAX - 1) * large) / (uint32_t)KIPC_BLOCK_BYTES;
}

static int give_inbox(struct ki_call *call, struct kipc_channel *end)
{
    KIPC_GUARD(ki_charge(call->process, KIPC_QUOTA_BYTES, end->config.buffer_bytes) == KIPC_OK, KIPC_E_QUOTA);
    end->object.bytes = end->config.buffer_bytes;
    uint32_t blocks = blocks_needed(&end->config);
    int result = ki_blocks_reserve(call->kernel, blocks);
    KIPC_GUARD(result == KIPC_OK, result);
    end->reserved = blocks;
    return KIPC_OK;
}

static int set_up_end(struct ki_call *call, struct kipc_channel *end, const struct kipc_channel_config *config,
                      bool has_inbox)
{
    end->config = *config;
    end->types = (1u << (KIPC_MESSAGE_CONTROL + 1)) - 1;
    ki_queue_set_up(&end->receivers, config->order);
    ki_queue_set_up(&end->senders, config->order);
    ki_queue_set_up(&end->takers, KIPC_WAIT_FIFO);
    return has_inbox ? give_inbox(call, end) : KIPC_OK;
}

/* Two ends, or none: closing a handle takes along all that was done for its end. */
static int make_ends(struct ki_call *call, const struct kipc_channel_config *config, kipc_pid_t caller,
                     kipc_handle_t ends[2])
{
    struct kipc_handle_entry *first = call->handle;
    struct kipc_channel *end = call->object;
    int result = set_up_end(call, end, config, !config->is_unidirectional);
    if (result == KIPC_OK) {
        result = ki_create_more(call, KIPC_TABLE_CHANNEL, caller);
    }
    if (result == KIPC_OK) {
        struct kipc_channel *peer = call->object;
        result = set_up_end(call, peer, config, true);
        end->peer = peer;
        peer->peer = end;
        if (result != KIPC_OK) {
            ki_handle_close(call->kernel, call->handle);
        }
    }
    if (result != KIPC_OK) {
        ki_handle_close(call->kernel, first);
        return result;
    }
    if (config->is_unidirectional) {
        first->rights &= (uint16_t)~KIPC_RIGHT_RECEIVE;
        call->handle->rights &= (uint16_t)~KIPC_RIGHT_SEND;
    }
    ends[0] = kipc_table_id(&call->kernel->tables[KIPC_TABLE_HANDLE], first);
    ends[1] = kipc_table_id(&call->kernel->tables[KIPC_TABLE_HANDLE], call->handle);
    return KIPC_OK;
}

int kipc_channel_create(struct kipc_kernel *kernel, kipc_pid_t caller, const struct kipc_channel_config *config,
                        kipc_handle_t ends[2])
{
    KIPC_GUARD(config != NULL && ends != NULL && is_allowed(config), KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_create(&call, kernel, caller, KIPC_TABLE_CHANNEL);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave(kernel, make_ends(&call, config, caller, ends));
}

bool ki_channel_lets(const struct kipc_channel *end, const struct kipc_process *process, kipc_pid_t pid)
{
    bool some_allowed = false;
    bool is_allowed_here = false;
    for (uint32_t i = 0; i < end->rule_count; i++) {
        const struct kipc_channel_rule *rule = &end->rules[i];
        bool applies = rule->id == (rule->is_group ? process->group : pid);
        KIPC_GUARD(!applies || !rule->is_denied, false);
        some_allowed = some_allowed || !rule->is_denied;
        is_allowed_here = is_allowed_here || (applies && !rule->is_denied);
    }
    return is_allowed_here || !some_allowed;
}

void ki_channel_grant(struct kipc_kernel *kernel, struct kipc_channel *inbox)
{
    struct kipc_thread *sender = ki_first(&inbox->senders);
    while (sender != NULL && ki_channel_has_room(inbox, (uint32_t)sender->request)) {
        inbox->used += 1;
        inbox->used_bytes += (uint32_t)sender->request;
        ki_settle(kernel, sender, KIPC_OK);
        sender = ki_first(&inbox->senders);
    }
}

void ki_channel_give_up(struct kipc_kernel *kernel, struct kipc_channel *inbox, struct kipc_block *block,
                        uint32_t length)
{
    ki_blocks_give(kernel, block);
    inbox->used -= 1;
    inbox->used_bytes -= length;
    ki_channel_grant(kernel, inbox);
}

void ki_channel_remove(struct kipc_kernel *kernel, struct kipc_channel *inbox, struct kipc_block *block, int result)
{
    struct kipc_block **place = &inbox->first;
    while (*place != block) {
        place = &(*place)->next;
    }
    *place = block->next;
    inbox->queued -= 1;
    ki_discharge(kernel, block->payer, KIPC_QUOTA_MESSAGES, 1);
    struct kipc_thread *sender = block->sender;
    if (result != KIPC_OK) {
        ki_capabilities_drop(kernel, block);
        if (block->slot.header.request_id != 0) {
            ki_request_fail(kernel, block->slot.header.request_id, result);
        }
    }
    if (sender != NULL) {
        block->sender = NULL;
        sender->given_pointer = NULL; /* it is ours now */
        if (sender->state == KIPC_THREAD_WAITING) {
            ki_settle(kernel, sender, result);
        } else {
            sender->result = result; /* it gave up, but has not run since: what became of the message counts */
        }
    }
}

void ki_channel_take_back(struct kipc_kernel *kernel, struct kipc_channel *inbox, uint64_t request_id)
{
    struct kipc_block *block = inbox->first;
    while (block != NULL && block->slot.header.request_id != request_id) {
        block = block->next;
    }
    if (block != NULL) {
        ki_channel_remove(kernel, inbox, block, KIPC_OK);
        ki_capabilities_drop(kernel, block);
        ki_channel_give_up(kernel, inbox, block, block->length);
    }
}

/* Nobody may wait for what will not come: messages into an inbox, and room in it. */
static void part(struct kipc_kernel *kernel, struct kipc_channel *end)
{
    end->peer = NULL;
    ki_settle_all(kernel, &end->senders, KIPC_E_CLOSED);
    ki_settle_all(kernel, &end->receivers, KIPC_E_CLOSED);
}

static void disconnect(struct kipc_kernel *kernel, struct kipc_channel *end)
{
    if (end->peer != NULL) {
        part(kernel, end->peer);
    }
    part(kernel, end);
}

void ki_channel_drain(struct kipc_kernel *kernel, struct kipc_object *object)
{
    struct kipc_channel *end = (struct kipc_channel *)(void *)object;
    disconnect(kernel, end);
    while (end->first != NULL) {
        struct kipc_block *block = end->first;
        ki_channel_remove(kernel, end, block, KIPC_E_CLOSED);
        ki_channel_give_up(kernel, end, block, block->length);
    }
}

void ki_channel_released(struct kipc_kernel *kernel, struct kipc_object *object)
{
    kernel->blocks_reserved -= ((struct kipc_channel *)(void *)object)->reserved;
}

int kipc_channel_disconnect(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_ADMIN);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_channel *end = call.object;
    if (end->peer == NULL) {
        return ki_leave(kernel, KIPC_E_CLOSED);
    }
    disconnect(kernel, end);
    return ki_leave(kernel, KIPC_OK);
}

static int connect(struct kipc_channel *one, struct kipc_channel *other)
{
    KIPC_GUARD(one != other && one->config.is_unidirectional == other->config.is_unidirectional, KIPC_E_INVAL);
    KIPC_GUARD(!one->config.is_unidirectional || (one->reserved == 0) != (other->reserved == 0), KIPC_E_INVAL);
    KIPC_GUARD(one->peer == NULL && other->peer == NULL, KIPC_E_STATE);
    one->peer = other;
    other->peer = one;
    one->next_sequence = 0;
    other->next_sequence = 0;
    return KIPC_OK;
}

int kipc_channel_connect(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t one, kipc_handle_t other)
{
    struct ki_call call;
    struct kipc_handle_entry *entry;
    int result = ki_enter(&call, kernel, caller, one, KIPC_TABLE_CHANNEL, KIPC_RIGHT_ADMIN);
    KIPC_GUARD(result == KIPC_OK, result);
    result = ki_look_up(&call, other, KIPC_TABLE_CHANNEL, KIPC_RIGHT_ADMIN, &entry);
    if (result == KIPC_OK) {
        result = connect(call.object, (struct kipc_channel *)(void *)entry->object);
    }
    return ki_leave(kernel, result);
}

int kipc_channel_admit(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t types)
{
    KIPC_GUARD(types >> (KIPC_MESSAGE_CONTROL + 1) == 0, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_ADMIN);
    KIPC_GUARD(result == KIPC_OK, result);
    ((struct kipc_channel *)call.object)->types = types;
    return ki_leave(kernel, KIPC_OK);
}

int kipc_channel_add_rule(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                          const struct kipc_channel_rule *rule)
{
    KIPC_GUARD(rule != NULL, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_ADMIN);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_channel *end = call.object;
    if (end->rule_count == KIPC_CFG_CH_ACCESS_MAX) {
        return ki_leave(kernel, KIPC_E_NOSPC);
    }
    end->rules[end->rule_count] = *rule;
    end->rule_count += 1;
    return ki_leave(kernel, KIPC_OK);
}

int kipc_channel_stats(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                       struct kipc_channel_stats *stats)
{
    KIPC_GUARD(stats != NULL, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, 0);
    KIPC_GUARD(result == KIPC_OK, result);
    const struct kipc_channel *end = call.object;
    *stats = end->stats;
    return ki_leave(kernel, (int)end->queued);
}

uint64_t kipc_channel_deadline(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    struct ki_call call;
    KIPC_GUARD(ki_enter(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, 0) == KIPC_OK, KIPC_NO_WAIT);
    uint64_t timeout = ((const struct kipc_channel *)call.object)->config.timeout;
    ki_unlock(kernel);
    return kipc_deadline_after(kernel->port, timeout);
}
