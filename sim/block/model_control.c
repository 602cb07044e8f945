/* SPDX-License-Identifier: MIT */
/* The control frame of one agent: registers, quiesce, counters. */
#include "model.h"

#include <string.h>

bool agent_quiescing(const struct model *model, unsigned agent)
{
    return model->agents[agent].quiesce || model->quiesce_wire;
}

bool agent_memory_busy(const struct model *model, unsigned agent)
{
    for (unsigned ring = agent * model->size.rings; ring < (agent + 1) * model->size.rings; ring++) {
        if (ring_busy(model, ring)) {
            return true;
        }
    }
    return model->agents[agent].message.offered;
}

bool agent_unsettled(const struct model *model, unsigned agent)
{
    if (!model->agents[agent].resetting || model->agents[agent].message.offered) {
        return false;
    }
    for (unsigned ring = agent * model->size.rings; ring < (agent + 1) * model->size.rings; ring++) {
        if (ring_has_burst(model, ring)) {
            return false;
        }
    }
    return true;
}

static unsigned log2_of(unsigned value)
{
    unsigned log2 = 0;

    while (value >> (log2 + 1) != 0) {
        log2++;
    }
    return log2;
}

static uint32_t read_identification(const struct model *model, const struct access *access)
{
    const struct size *size = &model->size;

    switch (access->offset) {
    case 0x000:
        return 0x42464d02u;
    case 0x004:
        return 0x2fu | (uint32_t)(size->width == 64) << 4 | (uint32_t)size->parity << 6 | (uint32_t)size->crc << 7;
    case 0x008:
        return size->agents | (uint32_t)access->agent << 4 | size->windows << 8 | size->channels << 12 |
               log2_of(size->depth) << 16 | size->rings << 20 | 11u << 24;
    default:
        return size->length_maximum;
    }
}

static uint32_t read_time(const struct model *model, const struct access *access)
{
    const struct agent *agent = &model->agents[access->agent];
    const struct timer *timer = &agent->timer;

    switch (access->offset) {
    case 0x010:
        return (uint32_t)model->cycle;
    case 0x014:
        return agent->cycle_high;
    case 0x020:
        return (uint32_t)timer->compare;
    case 0x024:
        return (uint32_t)(timer->compare >> 32);
    case 0x028:
        return timer->period;
    case 0x02c:
        return (uint32_t)timer->enable | (uint32_t)timer->periodic << 1;
    default:
        return (uint32_t)timer->pending | (uint32_t)timer->armed << 1;
    }
}

/* While a reset waits for its one step, the specification does not say when a ring with nothing on the port is idle. */
static struct answer read_interrupts(const struct model *model, const struct access *access)
{
    const struct agent *agent = &model->agents[access->agent];
    struct answer answer = {.mask = UINT32_MAX};

    if ((access->offset == 0x040 || access->offset == 0x050) && agent_unsettled(model, access->agent)) {
        answer.mask &= ~(uint32_t)(SOURCE_QUIESCED | SOURCE_RING_ERROR);
    }
    switch (access->offset) {
    case 0x040:
        answer.data = interrupt_status(model, access->agent);
        break;
    case 0x044:
        answer.data = agent->enable;
        break;
    case 0x050:
        answer.data = interrupt_pending(model, access->agent);
        break;
    default:
        answer.data = agent->test;
        break;
    }
    return answer;
}

static uint32_t read_message(const struct agent *agent, uint16_t offset)
{
    const struct message_interrupt *message = &agent->message;

    switch (offset) {
    case 0x060:
        return (uint32_t)message->address;
    case 0x064:
        return (uint32_t)(message->address >> 32);
    case 0x068:
        return message->data;
    default:
        return (uint32_t)message->enable | (uint32_t)(message->requested || message->offered) << 1 |
               (uint32_t)message->failed << 2;
    }
}

static struct answer read_state(const struct model *model, const struct access *access)
{
    const struct agent *agent = &model->agents[access->agent];
    const bool quiescing = agent_quiescing(model, access->agent), busy = agent_memory_busy(model, access->agent);
    struct answer answer = {.mask = UINT32_MAX};

    switch (access->offset) {
    case 0x084:
        answer.data = (uint32_t)agent->resetting | (uint32_t)quiescing << 1 | (uint32_t)(quiescing && !busy) << 2 |
                      (uint32_t)busy << 3;
        answer.mask = agent_unsettled(model, access->agent) ? 0x3u : UINT32_MAX;
        break;
    case 0x088:
        answer.data = agent->lock;
        break;
    case 0x08c:
        answer.data = agent->peer_reset;
        break;
    case 0x090:
        answer.data = (uint32_t)agent->refusal_valid | (uint32_t)agent->refusal_write << 1 |
                      (uint32_t)agent->refusal_code << 4 | (uint32_t)agent->refusal_requester << 8 |
                      (uint32_t)agent->refusal_offset << 16;
        break;
    default:
        answer.data = agent->counts[(access->offset - 0x0a0u) / 4];
        break;
    }
    return answer;
}

/** Bit 0: can be read, bit 1: can be written. */
static unsigned directions(uint16_t offset)
{
    switch (offset) {
    case 0x020:
    case 0x024:
    case 0x028:
    case 0x02c:
    case 0x030:
    case 0x054:
    case 0x060:
    case 0x064:
    case 0x068:
    case 0x06c:
    case 0x088:
    case 0x08c:
    case 0x090:
        return 3;
    case 0x048:
    case 0x04c:
    case 0x080:
    case 0x0b8:
        return 2;
    case 0x000:
    case 0x004:
    case 0x008:
    case 0x00c:
    case 0x010:
    case 0x014:
    case 0x040:
    case 0x044:
    case 0x050:
    case 0x084:
        return 1;
    default:
        return offset >= 0x0a0 && offset <= 0x0b4 ? 1 : 0;
    }
}

struct answer control_judge(const struct model *model, const struct access *access)
{
    const struct agent *agent = &model->agents[access->agent];
    const uint16_t offset = access->offset;
    struct answer answer = {.mask = UINT32_MAX};

    if ((directions(offset) & (access->write ? 2u : 1u)) == 0) {
        answer.code = REFUSAL_ADDRESS;
    } else if (access->write) {
        const bool locked = offset >= 0x060 && offset <= 0x068 && (agent->lock & 1) != 0;
        answer.code = locked ? REFUSAL_LOCKED : REFUSAL_NONE;
    } else if (offset < 0x010) {
        answer.data = read_identification(model, access);
    } else if (offset < 0x040) {
        answer.data = read_time(model, access);
    } else if (offset < 0x060) {
        answer = read_interrupts(model, access);
    } else if (offset < 0x080) {
        answer.data = read_message(agent, offset);
        answer.mask = offset == 0x06c && agent_unsettled(model, access->agent) ? 0x5u : UINT32_MAX;
    } else {
        answer = read_state(model, access);
    }
    return answer;
}

static void write_time(struct agent *agent, uint16_t offset, uint32_t data)
{
    struct timer *timer = &agent->timer;

    switch (offset) {
    case 0x020:
        timer->compare = (uint64_t)timer->compare_high << 32 | data;
        timer->armed = true;
        timer->pending = false;
        break;
    case 0x024:
        timer->compare_high = data;
        break;
    case 0x028:
        timer->period = data;
        break;
    case 0x02c:
        timer->enable = (data & 1) != 0;
        timer->periodic = (data & 2) != 0;
        break;
    case 0x030:
        timer->pending = timer->pending && (data & 1) == 0;
        break;
    }
}

static void write_interrupts(struct agent *agent, uint16_t offset, uint32_t data)
{
    struct message_interrupt *message = &agent->message;

    switch (offset) {
    case 0x048:
        agent->enable |= data & SOURCES_ALL;
        break;
    case 0x04c:
        agent->enable &= (uint16_t)~data;
        break;
    case 0x054:
        agent->test = data & SOURCES_ALL;
        break;
    case 0x060:
        message->address = (message->address & ~(uint64_t)UINT32_MAX) | data;
        break;
    case 0x064:
        message->address = (message->address & UINT32_MAX) | (uint64_t)data << 32;
        break;
    case 0x068:
        message->data = data;
        break;
    case 0x06c:
        message->enable = (data & 1) != 0;
        message->requested = message->requested && message->enable;
        break;
    }
}

static void write_command(struct model *model, unsigned index, uint32_t data)
{
    struct agent *agent = &model->agents[index];

    if ((data & 1) != 0) {
        agent->reset_cycle = agent->resetting ? agent->reset_cycle : model->cycle;
        agent->resetting = true;
        agent->drained_for = 0;
        for (unsigned ring = index * model->size.rings; ring < (index + 1) * model->size.rings; ring++) {
            ring_start_abort(model, ring);
        }
    }
    if ((data & 2) != 0) {
        agent->quiesce = true;
    } else if ((data & 4) != 0) {
        agent->quiesce = false;
    }
}

void control_apply(struct model *model, const struct access *access)
{
    struct agent *agent = &model->agents[access->agent];

    if (!access->write) {
        if (access->offset == 0x010) {
            agent->cycle_high = (uint32_t)(model->cycle >> 32);
        }
        return;
    }
    switch (access->offset) {
    case 0x080:
        write_command(model, access->agent, access->data);
        break;
    case 0x088:
        agent->lock |= access->data & 7;
        break;
    case 0x08c:
        agent->peer_reset &= (uint8_t)~access->data;
        break;
    case 0x090:
        agent->refusal_valid = agent->refusal_valid && (access->data & 1) == 0;
        break;
    case 0x0b8:
        if ((access->data & 1) != 0) {
            agent_count_clear(model, access->agent);
        }
        break;
    default:
        write_time(agent, access->offset, access->data);
        write_interrupts(agent, access->offset, access->data);
    }
}

/* Applied last in its cycle: what happens in that cycle is not counted. */
void agent_count_clear(struct model *model, unsigned agent)
{
    memset(model->agents[agent].counts, 0, sizeof model->agents[agent].counts);
    for (unsigned peer = 0; peer < model->size.agents; peer++) {
        for (unsigned channel = 0; channel < model->size.channels; channel++) {
            model->fifos[peer][agent][channel].high_water_mark = model->fifos[peer][agent][channel].level;
        }
    }
    for (unsigned ring = agent * model->size.rings; ring < (agent + 1) * model->size.rings; ring++) {
        model->rings[ring].high_water_mark = (uint16_t)(model->rings[ring].tail - model->rings[ring].head);
    }
}
