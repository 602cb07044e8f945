/* SPDX-License-Identifier: MIT */
/* Doorbell windows, both sides. */
#include "model.h"

#include <stddef.h>

enum { SENDER_FRAME = 1, WINDOW_STRIDE = 0x20 };

/** The window that an access names; NULL if there is none. */
static struct doorbell *window_of(struct model *model, const struct access *access)
{
    const unsigned frame = access->offset >> 12, within = access->offset & 0xfff;
    const unsigned peer = within / (4 * WINDOW_STRIDE), window = within / WINDOW_STRIDE % 4;

    if (peer >= model->size.agents || peer == access->agent || window >= model->size.windows) {
        return NULL;
    }
    return frame == SENDER_FRAME ? &model->doorbells[access->agent][peer][window]
                                 : &model->doorbells[peer][access->agent][window];
}

static struct answer judge_sender(const struct doorbell *doorbell, const struct access *access)
{
    struct answer answer = {.mask = UINT32_MAX};

    switch (access->offset % WINDOW_STRIDE & ~3u) {
    case 0x00:
        answer.code = access->write ? REFUSAL_NONE : REFUSAL_ADDRESS;
        break;
    case 0x04:
        answer.code = access->write ? REFUSAL_ADDRESS : REFUSAL_NONE;
        answer.data = doorbell->flags;
        break;
    case 0x08:
        answer.data = doorbell->acknowledge;
        break;
    case 0x0c:
        answer.data = doorbell->acknowledge_enable;
        break;
    case 0x1c:
        answer.data = owner_read(&doorbell->sender);
        break;
    default:
        answer.code = REFUSAL_ADDRESS;
    }
    return answer;
}

static struct answer judge_receiver(const struct doorbell *doorbell, const struct access *access)
{
    struct answer answer = {.mask = UINT32_MAX};

    switch (access->offset % WINDOW_STRIDE & ~3u) {
    case 0x00:
        answer.code = access->write ? REFUSAL_ADDRESS : REFUSAL_NONE;
        answer.data = doorbell->flags;
        break;
    case 0x04:
        answer.code = access->write ? REFUSAL_ADDRESS : REFUSAL_NONE;
        answer.data = doorbell->flags & ~doorbell->mask;
        break;
    case 0x0c:
        answer.code = access->write ? REFUSAL_ADDRESS : REFUSAL_NONE;
        answer.data = doorbell->mask;
        break;
    case 0x08:
    case 0x10:
    case 0x14:
        answer.code = access->write ? REFUSAL_NONE : REFUSAL_ADDRESS;
        break;
    case 0x1c:
        answer.data = owner_read(&doorbell->receiver);
        break;
    default:
        answer.code = REFUSAL_ADDRESS;
    }
    return answer;
}

struct answer doorbell_judge(const struct model *model, const struct access *access)
{
    const struct doorbell *doorbell = window_of((struct model *)(uintptr_t)model, access);
    const bool sender = access->offset >> 12 == SENDER_FRAME;
    struct answer answer = {.code = REFUSAL_ADDRESS};

    if (doorbell == NULL || access->offset % 0x1000 >= MODEL_AGENTS * 4 * WINDOW_STRIDE) {
        return answer;
    }
    answer = sender ? judge_sender(doorbell, access) : judge_receiver(doorbell, access);
    if (answer.code != REFUSAL_NONE) {
        return answer;
    }
    if (owner_refuses(sender ? &doorbell->sender : &doorbell->receiver, access->requester)) {
        answer.code = REFUSAL_OWNER;
    } else if (access->write && (access->offset & 0x1c) == 0x1c && (model->agents[access->agent].lock & 2) != 0) {
        answer.code = REFUSAL_LOCKED;
    }
    return answer;
}

static void apply_sender(struct doorbell *doorbell, const struct access *access)
{
    switch (access->offset & 0x1c) {
    case 0x00:
        doorbell->notified |= access->data;
        break;
    case 0x08:
        doorbell->acknowledge &= ~access->data;
        break;
    case 0x0c:
        doorbell->acknowledge_enable = access->data;
        break;
    case 0x1c:
        owner_write(&doorbell->sender, access->data, access->requester);
        break;
    }
}

static void apply_receiver(struct doorbell *doorbell, const struct access *access)
{
    switch (access->offset & 0x1c) {
    case 0x08: /* a ring in this cycle wins, and is no acknowledgement */
        doorbell->acknowledge |= doorbell->flags & access->data & ~doorbell->notified;
        doorbell->flags &= ~access->data;
        break;
    case 0x10:
        doorbell->mask |= access->data;
        break;
    case 0x14:
        doorbell->mask &= ~access->data;
        break;
    case 0x1c:
        owner_write(&doorbell->receiver, access->data, access->requester);
        break;
    }
}

void doorbell_apply(struct model *model, const struct access *access)
{
    struct doorbell *doorbell = window_of(model, access);

    if (!access->write) {
        return;
    }
    if (access->offset >> 12 == SENDER_FRAME) {
        apply_sender(doorbell, access);
    } else {
        apply_receiver(doorbell, access);
    }
}

void doorbells_advance(struct model *model)
{
    for (unsigned from = 0; from < model->size.agents; from++) {
        for (unsigned to = 0; to < model->size.agents; to++) {
            for (unsigned window = 0; window < model->size.windows; window++) {
                struct doorbell *doorbell = &model->doorbells[from][to][window];
                doorbell->flags |= doorbell->notified;
                doorbell->notified = 0;
            }
        }
    }
}
