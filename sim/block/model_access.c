/* SPDX-License-Identifier: MIT */
/* One register access: what refuses it, which frame it belongs to, what is recorded of it. */
#include "model.h"

struct access access_of(const struct model *model, bool write, uint32_t address, uint32_t data, uint8_t strobe,
                        uint8_t requester)
{
    const uint8_t agent = (uint8_t)(address >> 16 & 7);

    return (struct access){.write = write,
                           .outside = agent >= model->size.agents,
                           .agent = agent,
                           .requester = requester,
                           .strobe = strobe,
                           .offset = (uint16_t)(address & 0xfffc),
                           .data = data};
}

bool owner_refuses(const struct owner *owner, uint8_t requester)
{
    return owner->owned && owner->requester != requester;
}

void owner_write(struct owner *owner, uint32_t data, uint8_t requester)
{
    if ((data & 1) != 0) {
        *owner = (struct owner){.owned = true, .requester = requester};
    } else {
        *owner = (struct owner){0};
    }
}

static struct answer judge_frame(const struct model *model, const struct access *access)
{
    switch (access->offset >> 12) {
    case 0:
        return control_judge(model, access);
    case 1:
    case 2:
        return doorbell_judge(model, access);
    case 3:
    case 4:
        return fifo_judge(model, access);
    case 5:
        return ring_judge(model, access);
    default:
        return (struct answer){.code = REFUSAL_ADDRESS};
    }
}

struct answer access_judge(const struct model *model, const struct access *access)
{
    struct answer answer = {.code = REFUSAL_ADDRESS};

    if (access->outside) {
        answer.code = REFUSAL_ADDRESS;
    } else if (access->write && access->strobe != 0xf) {
        answer.code = REFUSAL_PARTIAL;
    } else if (access->write && model->agents[access->agent].resetting) {
        answer.code = REFUSAL_RESETTING;
    } else {
        answer = judge_frame(model, access);
    }
    if (answer.code != REFUSAL_NONE) {
        answer.data = 0;
        answer.mask = UINT32_MAX;
    }
    return answer;
}

static void record(struct model *model, const struct access *access, const struct answer *answer)
{
    struct agent *agent = &model->agents[access->agent];
    uint32_t *count = &agent->counts[answer->code == REFUSAL_NONE ? 0 : 1];

    if (*count != UINT32_MAX) {
        ++*count;
    }
    if (answer->code != REFUSAL_NONE && !agent->refusal_valid) {
        agent->refusal_valid = true;
        agent->refusal_write = access->write;
        agent->refusal_code = (uint8_t)answer->code;
        agent->refusal_requester = access->requester;
        agent->refusal_offset = access->offset;
    }
}

void access_apply(struct model *model, const struct access *access, const struct answer *answer)
{
    const unsigned frame = access->offset >> 12;

    if (access->outside) {
        return;
    }
    record(model, access, answer);
    if ((frame == 3 || frame == 4) && (answer->code == REFUSAL_NONE || answer->code == REFUSAL_OVERFLOW ||
                                       answer->code == REFUSAL_UNDERFLOW || answer->code == REFUSAL_PARITY)) {
        fifo_apply(model, access, answer);
    } else if (frame == 5 && (answer->code == REFUSAL_NONE || answer->code == REFUSAL_INDEX)) {
        ring_apply(model, access, answer);
    } else if (answer->code == REFUSAL_NONE && frame == 0) {
        control_apply(model, access);
    } else if (answer->code == REFUSAL_NONE) {
        doorbell_apply(model, access);
    }
}

/** The kind of a write that was not refused; 0 if it is not traced. */
static uint8_t write_kind(const struct access *access)
{
    const bool command = (access->data & 1) != 0;

    switch (access->offset >> 12) {
    case 0:
        return access->offset == 0x80 && command ? TRACE_SOFT_RESET : 0;
    case 1:
        return (access->offset & 0x1c) == 0x00 ? TRACE_DOORBELL_SET : 0;
    case 2:
        return (access->offset & 0x1c) == 0x08 ? TRACE_DOORBELL_CLEAR : 0;
    case 3:
        if ((access->offset & 0x3c) == 0x18) {
            return command ? TRACE_FIFO_FLUSH : 0;
        }
        return (access->offset & 0x3c) == 0x00 ? TRACE_FIFO_PUSH : 0;
    case 4:
        if ((access->offset & 0x3c) == 0x1c) {
            return command ? TRACE_FIFO_FLUSH : 0;
        }
        return (access->offset & 0x3c) == 0x08 ? TRACE_FIFO_POP : 0;
    default:
        if ((access->offset & 0xfc) == 0x18) {
            return command ? TRACE_RING_ABORT : 0;
        }
        return (access->offset & 0xfc) == 0x20 ? TRACE_RING_SUBMIT : 0;
    }
}

static uint32_t trace_value(const struct model *model, const struct access *access, uint8_t kind)
{
    const unsigned within = access->offset & 0xfff, peer = within >> 8, channel = within >> 6 & 3;

    switch (kind) {
    case TRACE_FIFO_FLUSH:
        return access->offset >> 12 == 3 ? model->fifos[access->agent][peer][channel].level
                                         : model->fifos[peer][access->agent][channel].level;
    case TRACE_FIFO_POP:
    case TRACE_RING_SUBMIT:
        return access->data & 0xffff;
    case TRACE_RING_ABORT:
    case TRACE_SOFT_RESET:
        return 0;
    default:
        return access->data;
    }
}

static uint8_t trace_channel(const struct access *access)
{
    const unsigned within = access->offset & 0xfff, agent = (unsigned)access->agent << 5;

    switch (access->offset >> 12) {
    case 0:
        return (uint8_t)agent;
    case 1:
    case 2:
        return (uint8_t)(agent | (within >> 7 & 7) << 2 | (within >> 5 & 3));
    case 3:
    case 4:
        return (uint8_t)(agent | (within >> 8 & 7) << 2 | (within >> 6 & 3));
    default:
        return (uint8_t)(agent | (within >> 8 & 3));
    }
}

struct lane access_trace(const struct model *model, const struct access *access, const struct answer *answer)
{
    struct lane lane = {.valid = true, .mask = UINT32_MAX};

    if (access->outside) {
        return (struct lane){.valid = false};
    }
    if (answer->code != REFUSAL_NONE) {
        lane.kind = TRACE_REFUSED;
        lane.channel = (uint8_t)(access->agent << 5);
        lane.value = (uint32_t)access->offset << 16 | (uint32_t)access->requester << 8 | (uint32_t)access->write << 4 |
                     (uint32_t)answer->code;
        return lane;
    }
    if (access->write) {
        lane.kind = write_kind(access);
        lane.value = trace_value(model, access, lane.kind);
    } else if (access->offset >> 12 == 4 && (access->offset & 0x3c) == 0x24) {
        lane.kind = TRACE_FIFO_POP;
        lane.value = 1;
    }
    lane.channel = trace_channel(access);
    lane.valid = lane.kind != 0;
    return lane;
}
