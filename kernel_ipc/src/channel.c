/* SPDX-License-Identifier: MIT */
/* Making, connecting and closing channels. Messages go through channel_send.c and channel_receive.c. */
#include "channel.h"

/* One that it is open and one that it is closed. */
#define ANNOUNCEMENTS_MAX 2u
#define ALL_TYPES ((1u << (KIPC_MESSAGE_CONTROL + 1)) - 1)

struct kipc_channel_config kipc_channel_config_default(void)
{
    return (struct kipc_channel_config){.capacity = KIPC_CFG_CH_SLOTS,
                                        .buffer_bytes = KIPC_CFG_CH_SLOTS * KIPC_MSG_SMALL_MAX,
                                        .message_max = KIPC_MSG_SMALL_MAX,
                                        .overflow = KIPC_OVERFLOW_BLOCK,
                                        .order = KIPC_WAIT_PRIORITY,
                                        .timeout = KIPC_FOREVER};
}

bool ki_channel_is_allowed(const struct kipc_channel_config *config)
{
    KIPC_GUARD(config->buffer_bytes >= KIPC_CFG_CH_BYTES_MIN && config->buffer_bytes <= KIPC_CFG_CH_BYTES_MAX, false);
    KIPC_GUARD(config->message_max <= config->buffer_bytes && config->capacity <= KIPC_CFG_CH_DEPTH_MAX, false);
    KIPC_GUARD(!config->announces || config->capacity != 0, false); /* nobody waits for them to be taken */
    bool fits_registers = config->capacity == 0 && config->message_max <= KIPC_MSG_REGISTER_MAX;
    KIPC_GUARD(!config->is_register_only || fits_registers, false);
    KIPC_GUARD(config->control_max <= config->capacity, false);
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
    uint32_t messages = (config->capacity == 0 ? 1 : config->capacity) + (config->announces ? ANNOUNCEMENTS_MAX : 0);
    if (config->is_register_only) {
        return 0;
    }
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
    end->details.bytes = end->config.buffer_bytes;
    uint32_t blocks = blocks_needed(&end->config);
    int result = ki_blocks_reserve(call->kernel, blocks);
    KIPC_GUARD(result == KIPC_OK, result);
    end->reserved = blocks;
    end->has_inbox = true;
    return KIPC_OK;
}

int ki_channel_set_up(struct ki_call *call, struct kipc_channel *end, const struct kipc_channel_config *config,
                      bool has_inbox)
{
    end->config = *config;
    end->types = ALL_TYPES;
    if (end->config.control_max == 0) {
        end->config.control_max = config->capacity < 4 ? 1 : config->capacity / 4;
    }
    end->queue_max = config->capacity == 0 ? 1 : (int32_t)config->capacity;
    end->free_bytes = config->buffer_bytes;
    ki_queue_set_up(&end->receivers, config->order);
    ki_queue_set_up(&end->senders, config->order);
    ki_queue_set_up(&end->takers, KIPC_WAIT_FIFO);
    return has_inbox ? give_inbox(call, end) : KIPC_OK;
}

/* What the end that sends to this inbox need not ask. */
static bool takes_plainly(const struct kipc_channel *inbox)
{
    return inbox->config.capacity != 0 && inbox->types == ALL_TYPES && !inbox->is_remote &&
           inbox->pending_sends == NULL && inbox->pending_receives == NULL && inbox->required_id == KIPC_NO_ID;
}

static void review_sends(struct kipc_channel *end)
{
    const struct kipc_channel *inbox = end->peer;
    end->sends_plainly = inbox != NULL && end->rule_count == 0 && takes_plainly(inbox);
    end->send_below = 0;
    if (end->sends_plainly && inbox->senders.first == NULL && inbox->receivers.first == NULL) {
        uint32_t most = inbox->config.message_max;
        end->send_below = (most < KIPC_MSG_SMALL_MAX ? most : KIPC_MSG_SMALL_MAX) + 1;
    }
}

void ki_channel_review(struct kipc_channel *end)
{
    end->receives_plainly =
        end->rule_count == 0 && !end->is_remote && end->config.capacity != 0 && end->pending_sends == NULL;
    bool is_special = !end->receives_plainly || end->lost > 0 || end->senders.first != NULL;
    end->receive_below = is_special ? 0 : KIPC_MSG_SMALL_MAX + 1;
    review_sends(end);
    if (end->peer != NULL) {
        review_sends(end->peer);
    }
}

/* Tells an end about its connection, beside the messages of its peer: for this a block and a place were set aside. */
static void announce(struct kipc_kernel *kernel, struct kipc_channel *end, enum kipc_control control)
{
    if (!end->config.announces || !end->has_inbox) {
        return;
    }
    static const struct kipc_channel_message messages[] = {
        [KIPC_CONTROL_OPEN] = {.type = KIPC_MESSAGE_CONTROL, .priority = UINT8_MAX, .tag = KIPC_CONTROL_OPEN},
        [KIPC_CONTROL_CLOSE] = {.type = KIPC_MESSAGE_CONTROL, .priority = UINT8_MAX, .tag = KIPC_CONTROL_CLOSE},
    };
    const struct ki_origin origin = {.sender = 0, .request_id = 0, .payer = KIPC_NO_ID};
    struct kipc_block *block = ki_blocks_take(kernel, 0);
    ki_channel_fill(block, &messages[control], &origin);
    ki_channel_take_place(end, 0);
    end->announcements += 1;
    ki_channel_deliver_written(kernel, end, end, block);
}

/* Two ends, or none: closing a handle takes along all that was done for its end. */
static int make_ends(struct ki_call *call, const struct kipc_channel_config *config, kipc_pid_t caller,
                     kipc_handle_t ends[2])
{
    struct kipc_handle_entry *first = call->handle;
    struct kipc_channel *end = call->object;
    int result = ki_channel_set_up(call, end, config, !config->is_unidirectional);
    if (result == KIPC_OK) {
        result = ki_create_more(call, KIPC_TABLE_CHANNEL, caller);
    }
    if (result == KIPC_OK) {
        struct kipc_channel *peer = call->object;
        result = ki_channel_set_up(call, peer, config, true);
        end->peer = peer;
        peer->peer = end;
        ki_channel_review(peer);
        ki_channel_review(end);
        if (result != KIPC_OK) {
            ki_handle_close(call->kernel, call->handle);
        } else {
            announce(call->kernel, end, KIPC_CONTROL_OPEN);
            announce(call->kernel, peer, KIPC_CONTROL_OPEN);
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
    KIPC_GUARD(config != NULL && ends != NULL && ki_channel_is_allowed(config), KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_create(&call, kernel, caller, KIPC_TABLE_CHANNEL);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave(kernel, make_ends(&call, config, caller, ends));
}

void ki_channel_grant(struct kipc_kernel *kernel, struct kipc_channel *inbox)
{
    struct kipc_thread *sender = ki_first(&inbox->senders);
    while (sender != NULL && ki_channel_has_room(inbox, (uint32_t)sender->request)) {
        ki_channel_take_place(inbox, (uint32_t)sender->request);
        ki_settle(kernel, sender, KIPC_OK);
        sender = ki_first(&inbox->senders);
    }
    if (inbox->pending_sends != NULL) {
        ki_async_give_room(kernel, inbox);
    }
}

void ki_channel_give_up(struct kipc_kernel *kernel, struct kipc_channel *inbox, struct kipc_block *block,
                        uint32_t length)
{
    ki_blocks_give(kernel, block);
    ki_channel_give_place(inbox, length);
    ki_channel_grant(kernel, inbox);
}

void ki_channel_remove(struct kipc_kernel *kernel, struct kipc_channel *inbox, struct kipc_block *block, int result)
{
    struct kipc_block **place = &inbox->first;
    struct kipc_block *previous = NULL;
    while (*place != block) {
        previous = *place;
        place = &previous->next;
    }
    *place = block->next;
    if (inbox->last == block) {
        inbox->last = previous;
    }
    ki_channel_count_queued(inbox, -1);
    ki_channel_count_control(inbox, block, -1);
    ki_discharge(kernel, block->payer, KIPC_QUOTA_MESSAGES, 1);
    struct kipc_thread *sender = block->sender;
    if (result != KIPC_OK) {
        ki_capabilities_drop(kernel, block);
        if (block->slot.header.request_id != 0 && !inbox->is_remote) {
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
    ki_channel_review(end);
    ki_settle_all(kernel, &end->senders, KIPC_E_CLOSED);
    ki_settle_all(kernel, &end->receivers, KIPC_E_CLOSED);
    ki_async_part(kernel, end);
}

void ki_channel_part(struct kipc_kernel *kernel, struct kipc_channel *end)
{
    struct kipc_channel *peer = end->peer;
    if (peer != NULL) {
        announce(kernel, peer, KIPC_CONTROL_CLOSE);
        announce(kernel, end, KIPC_CONTROL_CLOSE);
        part(kernel, peer);
    }
    part(kernel, end);
    if (peer != NULL && end->is_remote) {
        struct kipc_object *proxy = end->is_proxy ? &end->object : &peer->object;
        ki_remote_parted(kernel, end->is_proxy ? peer : end);
        proxy->references -= 1;
        ki_object_release(kernel, proxy);
    }
}

void ki_channel_empty(struct kipc_kernel *kernel, struct kipc_channel *inbox)
{
    while (inbox->first != NULL) {
        struct kipc_block *block = inbox->first;
        ki_channel_remove(kernel, inbox, block, KIPC_E_CLOSED);
        ki_channel_give_up(kernel, inbox, block, block->length);
    }
}

void ki_channel_drain(struct kipc_kernel *kernel, struct kipc_object *object)
{
    struct kipc_channel *end = (struct kipc_channel *)(void *)object;
    ki_channel_part(kernel, end);
    ki_channel_empty(kernel, end);
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
    ki_channel_part(kernel, end);
    return ki_leave(kernel, KIPC_OK);
}

static int connect(struct kipc_kernel *kernel, struct kipc_channel *one, struct kipc_channel *other)
{
    KIPC_GUARD(one != other && one->config.is_unidirectional == other->config.is_unidirectional, KIPC_E_INVAL);
    KIPC_GUARD(one->config.is_register_only == other->config.is_register_only, KIPC_E_INVAL);
    KIPC_GUARD(!one->config.is_unidirectional || one->has_inbox != other->has_inbox, KIPC_E_INVAL);
    KIPC_GUARD(!one->is_remote && !other->is_remote, KIPC_E_INVAL);
    KIPC_GUARD(one->peer == NULL && other->peer == NULL, KIPC_E_STATE);
    KIPC_GUARD(one->announcements == 0 && other->announcements == 0, KIPC_E_BUSY);
    one->peer = other;
    other->peer = one;
    ki_channel_review(one);
    ki_channel_review(other);
    one->next_sequence = 0;
    other->next_sequence = 0;
    announce(kernel, one, KIPC_CONTROL_OPEN);
    announce(kernel, other, KIPC_CONTROL_OPEN);
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
        result = connect(kernel, call.object, (struct kipc_channel *)(void *)entry->object);
    }
    return ki_leave(kernel, result);
}
