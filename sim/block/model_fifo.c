/* SPDX-License-Identifier: MIT */
/* FIFO channels, both sides. */
#include "model.h"

#include <stddef.h>
#include <string.h>

enum { SENDER_FRAME = 3, CHANNEL_STRIDE = 0x40 };

static struct fifo *fifo_of(struct model *model, const struct access *access)
{
    const unsigned within = access->offset & 0xfff;
    const unsigned peer = within / (4 * CHANNEL_STRIDE), channel = within / CHANNEL_STRIDE % 4;

    if (peer >= model->size.agents || peer == access->agent || channel >= model->size.channels) {
        return NULL;
    }
    return access->offset >> 12 == SENDER_FRAME ? &model->fifos[access->agent][peer][channel]
                                                : &model->fifos[peer][access->agent][channel];
}

static bool oldest_is_bad(const struct fifo *fifo)
{
    return fifo->level > 0 && fifo->bad[0];
}

static struct answer refused_unless(bool legal)
{
    return (struct answer){.code = legal ? REFUSAL_NONE : REFUSAL_ADDRESS, .mask = UINT32_MAX};
}

static struct answer judge_sender(const struct model *model, const struct fifo *fifo, const struct access *access)
{
    const bool write = access->write;
    struct answer answer = refused_unless(true);

    switch (access->offset & 0x3c) {
    case 0x00:
        return refused_unless(write);
    case 0x04:
        answer = refused_unless(model->size.width == 64);
        answer.data = fifo->push_high;
        return answer;
    case 0x08:
        answer = refused_unless(!write);
        answer.data = (uint32_t)fifo->level | (uint32_t)(fifo->level == model->size.depth) << 16 |
                      (uint32_t)(fifo->level == 0) << 17;
        return answer;
    case 0x0c:
        answer.data = fifo->low_watermark;
        return answer;
    case 0x10:
        answer.data = (uint32_t)fifo->stall_cycles | (uint32_t)fifo->space_interrupt << 16;
        return answer;
    case 0x14:
        answer.data = (uint32_t)fifo->overflow | (uint32_t)fifo->sender_flushed << 1;
        return answer;
    case 0x18:
        return refused_unless(write);
    case 0x1c:
        answer = refused_unless(!write);
        answer.data = fifo->dropped;
        return answer;
    case 0x20:
        answer = refused_unless(model->size.parity);
        answer.data = fifo->inject;
        return answer;
    case 0x3c:
        answer.data = owner_read(&fifo->sender);
        return answer;
    default:
        return refused_unless(false);
    }
}

static struct answer judge_receiver(const struct model *model, const struct fifo *fifo, const struct access *access)
{
    const bool write = access->write, bad = oldest_is_bad(fifo), wide = model->size.width == 64;
    const uint64_t oldest = fifo->level > 0 && !bad ? fifo->words[0] : 0;
    struct answer answer = refused_unless(true);

    switch (access->offset & 0x3c) {
    case 0x00:
        answer = refused_unless(!write);
        answer.data = (uint32_t)oldest;
        return answer;
    case 0x04:
        answer = refused_unless(!write && wide);
        answer.data = (uint32_t)(oldest >> 32);
        return answer;
    case 0x08:
    case 0x1c:
        return refused_unless(write);
    case 0x0c:
        answer = refused_unless(!write);
        answer.data = (uint32_t)fifo->level | (uint32_t)(fifo->level == model->size.depth) << 16 |
                      (uint32_t)(fifo->level == 0) << 17 | (uint32_t)bad << 18;
        return answer;
    case 0x10:
        answer.data = fifo->high_watermark;
        return answer;
    case 0x14:
        answer.data = (uint32_t)fifo->auto_pop | (uint32_t)fifo->receive_interrupt << 1;
        return answer;
    case 0x18:
        answer.data =
            (uint32_t)fifo->underflow | (uint32_t)fifo->receiver_flushed << 1 | (uint32_t)fifo->parity_event << 2;
        return answer;
    case 0x20:
        answer = refused_unless(!write);
        answer.data = fifo->dropped;
        return answer;
    case 0x24:
        answer = refused_unless(!write);
        answer.data = (uint32_t)oldest;
        return answer;
    case 0x28:
        answer = refused_unless(!write && wide);
        answer.data = fifo->auto_pop_high;
        return answer;
    case 0x2c:
        answer = refused_unless(!write);
        answer.data = fifo->high_water_mark;
        return answer;
    case 0x3c:
        answer.data = owner_read(&fifo->receiver);
        return answer;
    default:
        return refused_unless(false);
    }
}

/** Reasons that depend on what is in the FIFO. */
static enum refusal content_refuses(const struct model *model, const struct fifo *fifo, const struct access *access)
{
    const unsigned offset = access->offset & 0x3c;

    if (access->offset >> 12 == SENDER_FRAME) {
        return offset == 0x00 && fifo->level == model->size.depth ? REFUSAL_OVERFLOW : REFUSAL_NONE;
    }
    if (access->write) {
        return offset == 0x08 && (access->data & 0xffff) > fifo->level ? REFUSAL_UNDERFLOW : REFUSAL_NONE;
    }
    if (offset == 0x24 && !fifo->auto_pop) {
        return REFUSAL_DISABLED;
    }
    if (offset == 0x24 && fifo->level == 0) {
        return REFUSAL_UNDERFLOW;
    }
    return (offset == 0x24 || offset <= 0x04) && oldest_is_bad(fifo) ? REFUSAL_PARITY : REFUSAL_NONE;
}

struct answer fifo_judge(const struct model *model, const struct access *access)
{
    const struct fifo *fifo = fifo_of((struct model *)(uintptr_t)model, access);
    const bool sender = access->offset >> 12 == SENDER_FRAME;
    struct answer answer = refused_unless(false);

    if (fifo == NULL || access->offset % 0x1000 >= MODEL_AGENTS * 4 * CHANNEL_STRIDE) {
        return answer;
    }
    answer = sender ? judge_sender(model, fifo, access) : judge_receiver(model, fifo, access);
    if (answer.code != REFUSAL_NONE) {
        return answer;
    }
    if (owner_refuses(sender ? &fifo->sender : &fifo->receiver, access->requester)) {
        answer.code = REFUSAL_OWNER;
    } else if (access->write && (access->offset & 0x3c) == 0x3c && (model->agents[access->agent].lock & 2) != 0) {
        answer.code = REFUSAL_LOCKED;
    } else {
        answer.code = content_refuses(model, fifo, access);
    }
    return answer;
}

static void note_level(struct fifo *fifo)
{
    if (fifo->level > fifo->high_water_mark) {
        fifo->high_water_mark = fifo->level;
    }
}

static void push(struct fifo *fifo, uint32_t word)
{
    fifo->words[fifo->level] = (uint64_t)fifo->push_high << 32 | word;
    fifo->bad[fifo->level] = fifo->inject;
    fifo->inject = false;
    fifo->level++;
    note_level(fifo);
}

static void pop(struct fifo *fifo, unsigned count)
{
    fifo->level = (uint8_t)(fifo->level - count);
    memmove(fifo->words, fifo->words + count, fifo->level * sizeof fifo->words[0]);
    memmove(fifo->bad, fifo->bad + count, fifo->level * sizeof fifo->bad[0]);
    memset(fifo->words + fifo->level, 0, count * sizeof fifo->words[0]);
    memset(fifo->bad + fifo->level, 0, count * sizeof fifo->bad[0]);
}

/* Flushes of one cycle are one: by an access and a reset, or by the resets of both sides. */
void fifo_flush(const struct model *model, struct fifo *fifo, bool by_sender, bool by_receiver)
{
    if (fifo->flushed_in != model->cycle + 1) {
        fifo->dropped = fifo->level;
        fifo->flushed_in = model->cycle + 1;
    }
    if (fifo->dropped > 0) {
        fifo->sender_flushed |= by_receiver;
        fifo->receiver_flushed |= by_sender;
        pop(fifo, fifo->level);
    }
}

static void apply_sender(struct model *model, struct fifo *fifo, const struct access *access)
{
    const uint32_t data = access->data;

    switch (access->offset & 0x3c) {
    case 0x00:
        push(fifo, data);
        break;
    case 0x04:
        fifo->push_high = data;
        break;
    case 0x0c:
        fifo->low_watermark = (uint16_t)data;
        break;
    case 0x10:
        fifo->stall_cycles = (uint16_t)data;
        fifo->space_interrupt = (data >> 16 & 1) != 0;
        break;
    case 0x14:
        fifo->overflow = fifo->overflow && (data & 1) == 0;
        fifo->sender_flushed = fifo->sender_flushed && (data & 2) == 0;
        break;
    case 0x18:
        if ((data & 1) != 0) {
            fifo_flush(model, fifo, true, false);
        }
        break;
    case 0x20:
        fifo->inject = (data & 1) != 0;
        break;
    case 0x3c:
        owner_write(&fifo->sender, data, access->requester);
        break;
    }
}

static void apply_receiver(struct model *model, struct fifo *fifo, const struct access *access)
{
    const uint32_t data = access->data;

    switch (access->offset & 0x3c) {
    case 0x08:
        pop(fifo, data & 0xffff);
        break;
    case 0x10:
        fifo->high_watermark = (uint16_t)data;
        break;
    case 0x14:
        fifo->auto_pop = (data & 1) != 0;
        fifo->receive_interrupt = (data & 2) != 0;
        break;
    case 0x18: /* an event of this very cycle wins: the oldest word is bad now */
        fifo->underflow = fifo->underflow && (data & 1) == 0;
        fifo->receiver_flushed = fifo->receiver_flushed && (data & 2) == 0;
        fifo->parity_event = fifo->parity_event && ((data & 4) == 0 || oldest_is_bad(fifo));
        break;
    case 0x1c:
        if ((data & 1) != 0) {
            fifo_flush(model, fifo, false, true);
        }
        break;
    case 0x3c:
        owner_write(&fifo->receiver, data, access->requester);
        break;
    }
}

void fifo_apply(struct model *model, const struct access *access, const struct answer *answer)
{
    struct fifo *fifo = fifo_of(model, access);
    const bool sender = access->offset >> 12 == SENDER_FRAME;
    const bool auto_pop = !sender && !access->write && (access->offset & 0x3c) == 0x24;

    if (answer->code == REFUSAL_OVERFLOW) {
        fifo->overflow = true;
    } else if (answer->code == REFUSAL_UNDERFLOW) {
        fifo->underflow = true;
    } else if (answer->code == REFUSAL_PARITY && auto_pop) {
        pop(fifo, 1);
    } else if (answer->code == REFUSAL_NONE && auto_pop) {
        fifo->auto_pop_high = (uint32_t)(fifo->words[0] >> 32);
        pop(fifo, 1);
    } else if (answer->code == REFUSAL_NONE && access->write) {
        if (sender) {
            apply_sender(model, fifo, access);
        } else {
            apply_receiver(model, fifo, access);
        }
    }
}

/* Parity events of this cycle: before the access takes the word away. */
void fifos_event(struct model *model)
{
    if (!model->size.parity) {
        return;
    }
    for (unsigned from = 0; from < model->size.agents; from++) {
        for (unsigned to = 0; to < model->size.agents; to++) {
            for (unsigned channel = 0; channel < model->size.channels; channel++) {
                struct fifo *fifo = &model->fifos[from][to][channel];
                fifo->parity_event |= oldest_is_bad(fifo);
            }
        }
    }
}

bool fifos_move(const struct model *model, unsigned receiver)
{
    for (unsigned from = 0; model->size.parity && from < model->size.agents; from++) {
        for (unsigned channel = 0; channel < model->size.channels; channel++) {
            const struct fifo *fifo = &model->fifos[from][receiver][channel];
            if (oldest_is_bad(fifo) && !fifo->parity_event) {
                return true;
            }
        }
    }
    return false;
}
