/* SPDX-License-Identifier: MIT */
/* Registers and state of the rings. */
#include "model.h"

static struct answer answer_of(enum refusal code, uint32_t data)
{
    return (struct answer){.code = code, .data = data, .mask = UINT32_MAX};
}

static unsigned log2_limited(uint8_t log2)
{
    return log2 > 12 ? 12 : log2;
}

bool ring_busy(const struct model *model, unsigned ring)
{
    return model->rings[ring].aborting || ring_in_work(model, ring) > 0;
}

unsigned ring_in_work(const struct model *model, unsigned ring)
{
    unsigned count = 0;

    for (unsigned i = 0; i < model->engine.message_count; i++) {
        count += model->engine.messages[i].ring == ring;
    }
    return count;
}

/** Set-up registers and their reasons for a refusal; the others can always be read. */
static enum refusal setup_refuses(const struct model *model, unsigned index, unsigned agent, bool write)
{
    if (!write) {
        return REFUSAL_NONE;
    }
    if ((model->agents[agent].lock & 4) != 0) {
        return REFUSAL_LOCKED;
    }
    return model->rings[index].enable || ring_busy(model, index) ? REFUSAL_BUSY : REFUSAL_NONE;
}

static enum refusal index_refuses(const struct ring *ring, unsigned offset, uint16_t index)
{
    const uint16_t size = (uint16_t)(1u << log2_limited(ring->submission_log2));

    if (!ring->enable) {
        return REFUSAL_DISABLED;
    }
    if (offset == 0x28) {
        const uint16_t taken = (uint16_t)(index - ring->completion_head);
        return taken > (uint16_t)(ring->completion_tail - ring->completion_head) ? REFUSAL_INDEX : REFUSAL_NONE;
    }
    const uint16_t left = (uint16_t)(index - ring->head);
    return left > size || left < (uint16_t)(ring->tail - ring->head) ? REFUSAL_INDEX : REFUSAL_NONE;
}

static struct answer judge_setup(const struct model *model, unsigned index, const struct access *access)
{
    const struct ring *ring = &model->rings[index];
    const enum refusal code = setup_refuses(model, index, access->agent, access->write);

    switch (access->offset & 0xfc) {
    case 0x00:
        return answer_of(code, (uint32_t)ring->submission_base);
    case 0x04:
        return answer_of(code, (uint32_t)(ring->submission_base >> 32));
    case 0x08:
        return answer_of(code, (uint32_t)ring->completion_base);
    case 0x0c:
        return answer_of(code, (uint32_t)(ring->completion_base >> 32));
    default:
        return answer_of(code, (uint32_t)ring->submission_log2 | (uint32_t)ring->completion_log2 << 8);
    }
}

static struct answer judge_control(const struct model *model, unsigned index, const struct access *access)
{
    const struct ring *ring = &model->rings[index];
    const bool drains = !ring->enable && ring_busy(model, index);

    if (access->write && (access->data & 1) != 0 && drains) {
        return answer_of(REFUSAL_BUSY, 0);
    }
    struct answer answer = answer_of(REFUSAL_NONE, (uint32_t)ring->enable | (uint32_t)ring->high_priority << 1);
    if (model->agents[access->agent].resetting) {
        answer.mask = ~1u; /* enable falls somewhere on the way */
    }
    return answer;
}

static struct answer judge_status(const struct model *model, unsigned index, const struct access *access)
{
    struct answer answer = answer_of(access->write ? REFUSAL_ADDRESS : REFUSAL_NONE,
                                     (uint32_t)ring_busy(model, index) | (uint32_t)model->rings[index].aborting << 1);

    if (model->agents[access->agent].resetting && !ring_has_burst(model, index)) {
        answer.mask = 0;
    }
    return answer;
}

static struct answer judge_register(const struct model *model, unsigned index, const struct access *access)
{
    const struct ring *ring = &model->rings[index];
    const enum refusal read_only = access->write ? REFUSAL_ADDRESS : REFUSAL_NONE;
    const unsigned offset = access->offset & 0xfc;
    const enum refusal wrong_index = access->write ? index_refuses(ring, offset, (uint16_t)access->data) : REFUSAL_NONE;
    const bool unsettled = model->agents[access->agent].resetting && !ring_has_burst(model, index);

    switch (offset) {
    case 0x14:
        return judge_control(model, index, access);
    case 0x18:
        return answer_of(access->write ? REFUSAL_NONE : REFUSAL_ADDRESS, 0);
    case 0x1c:
        return judge_status(model, index, access);
    case 0x20:
        return answer_of(wrong_index, ring->tail);
    case 0x24:
        return answer_of(read_only, ring->head);
    case 0x28:
        return answer_of(wrong_index, ring->completion_head);
    case 0x2c:
        return answer_of(read_only, ring->completion_tail);
    case 0x30:
        return (struct answer){.data = ring->events, .mask = unsettled ? ~(uint32_t)RING_ABORTED : UINT32_MAX};
    case 0x34:
        return answer_of(REFUSAL_NONE, ring->moderation_count);
    case 0x38:
        return answer_of(REFUSAL_NONE, ring->moderation_time);
    case 0x3c:
        return answer_of(read_only, (uint32_t)ring->error_address);
    case 0x40:
        return answer_of(read_only, (uint32_t)(ring->error_address >> 32));
    case 0x44:
        return answer_of(read_only, ring->high_water_mark);
    case 0xfc:
        return answer_of(access->write && (model->agents[access->agent].lock & 2) != 0 ? REFUSAL_LOCKED : REFUSAL_NONE,
                         owner_read(&ring->owner));
    default:
        return offset <= 0x10 ? judge_setup(model, index, access) : answer_of(REFUSAL_ADDRESS, 0);
    }
}

static unsigned index_of(const struct model *model, const struct access *access)
{
    return access->agent * model->size.rings + (access->offset >> 8 & 0xf);
}

struct answer ring_judge(const struct model *model, const struct access *access)
{
    if ((access->offset >> 8 & 0xf) >= model->size.rings) {
        return answer_of(REFUSAL_ADDRESS, 0);
    }
    const unsigned index = index_of(model, access);
    struct answer answer = judge_register(model, index, access);
    if (answer.code != REFUSAL_ADDRESS && owner_refuses(&model->rings[index].owner, access->requester)) {
        answer.code = REFUSAL_OWNER;
    }
    return answer;
}

static void set_half(uint64_t *value, uint32_t data, bool high)
{
    *value = high ? (*value & UINT32_MAX) | (uint64_t)data << 32 : (*value & ~(uint64_t)UINT32_MAX) | data;
}

static void write_control(struct model *model, struct ring *ring, unsigned index, uint32_t data)
{
    ring->high_priority = (data & 2) != 0;
    if (ring->stopped_in == model->cycle) {
        return; /* it was enabled, and what disables it in this cycle wins */
    }
    if ((data & 1) != 0 && !ring->enable && !ring_busy(model, index)) {
        ring->tail = ring->head = ring->completion_head = ring->completion_tail = ring->fetched = 0;
        ring->counted = ring->high_water_mark = 0;
        ring->moderation_deadline = 0;
    }
    ring->enable = (data & 1) != 0;
}

static void write_setup(struct ring *ring, unsigned offset, uint32_t data)
{
    switch (offset) {
    case 0x00:
    case 0x04:
        set_half(&ring->submission_base, data, offset == 0x04);
        break;
    case 0x08:
    case 0x0c:
        set_half(&ring->completion_base, data, offset == 0x0c);
        break;
    case 0x10:
        ring->submission_log2 = data & 0xf;
        ring->completion_log2 = data >> 8 & 0xf;
        break;
    }
}

void ring_apply(struct model *model, const struct access *access, const struct answer *answer)
{
    const unsigned index = index_of(model, access), offset = access->offset & 0xfc;
    struct ring *ring = &model->rings[index];

    if (!access->write) {
        return;
    }
    if (answer->code == REFUSAL_INDEX) {
        ring->events |= RING_INDEX;
        return;
    }
    switch (offset) {
    case 0x14:
        write_control(model, ring, index, access->data);
        break;
    case 0x18:
        if ((access->data & 1) != 0) {
            ring_start_abort(model, index);
        }
        break;
    case 0x20:
        ring->tail = (uint16_t)access->data;
        break;
    case 0x28:
        ring->completion_head = (uint16_t)access->data;
        break;
    case 0x30:
        ring->events &= (uint8_t)~access->data;
        break;
    case 0x34:
        ring->moderation_count = (uint16_t)access->data;
        break;
    case 0x38:
        ring->moderation_time = access->data;
        break;
    case 0xfc:
        owner_write(&ring->owner, access->data, access->requester);
        break;
    default:
        write_setup(ring, offset, access->data);
    }
}

void ring_start_abort(struct model *model, unsigned index)
{
    struct ring *ring = &model->rings[index];

    if (ring->aborting) {
        ring->abort_again = model->cycle;
        return;
    }
    ring->aborting = true;
    ring->abort_cycle = model->cycle;
    ring->drained_for = 0;
    for (unsigned i = 0; i < model->engine.message_count; i++) {
        struct message *message = &model->engine.messages[i];
        message->aborted |= message->ring == index;
    }
}

void ring_end(struct model *model, unsigned index, bool event)
{
    struct ring *ring = &model->rings[index];

    for (unsigned i = model->engine.message_count; i-- > 0;) {
        const struct message *message = &model->engine.messages[i];
        if (message->ring == index && (ring->aborting || message->dropped)) {
            engine_remove(&model->engine, i);
        }
    }
    if (ring->aborting) {
        ring->aborting = ring->enable = false;
        ring->events |= event ? RING_ABORTED : 0;
    }
    ring->drained_for = 0;
    ring->abort_cycle = ring->abort_again = 0;
}

/* `answered`: counted completions of this cycle; the deadline of the first comes from the time register as it is now.
 */
void rings_moderate(struct model *model, const uint16_t *answered, uint8_t *events)
{
    for (unsigned i = 0; i < model->size.agents * model->size.rings; i++) {
        struct ring *ring = &model->rings[i];
        if (ring->counted == 0 && answered[i] > 0) {
            ring->moderation_deadline = model->cycle + ring->moderation_time;
        }
        ring->counted = (uint16_t)(ring->counted + answered[i]);
        if (ring->counted == 0) {
            continue;
        }
        if (ring->counted >= ring->moderation_count || model->cycle >= ring->moderation_deadline) {
            events[i] |= RING_COMPLETION;
            ring->counted = 0;
            ring->moderation_deadline = 0;
        }
    }
}
