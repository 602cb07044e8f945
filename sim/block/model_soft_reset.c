/* SPDX-License-Identifier: MIT */
/* The one step in which a soft reset takes effect. */
#include "model.h"

static void reset_owner(struct owner *owner, bool locked)
{
    if (!locked) {
        *owner = (struct owner){0};
    }
}

static void reset_channel(struct model *model, unsigned agent, unsigned peer, unsigned channel)
{
    const bool locked = (model->agents[agent].lock & 2) != 0;
    struct fifo *from = &model->fifos[agent][peer][channel], *to = &model->fifos[peer][agent][channel];

    from->overflow = from->sender_flushed = from->inject = from->space_interrupt = false;
    from->low_watermark = from->stall_cycles = 0;
    from->push_high = 0;
    reset_owner(&from->sender, locked);
    to->underflow = to->receiver_flushed = to->parity_event = to->auto_pop = false;
    to->receive_interrupt = true;
    to->high_watermark = 1;
    to->high_water_mark = 0;
    to->auto_pop_high = 0;
    reset_owner(&to->receiver, locked);
}

static void reset_windows(struct model *model, unsigned agent, unsigned peer)
{
    const bool locked = (model->agents[agent].lock & 2) != 0;

    for (unsigned window = 0; window < model->size.windows; window++) {
        struct doorbell *from = &model->doorbells[agent][peer][window], *to = &model->doorbells[peer][agent][window];
        from->acknowledge = from->acknowledge_enable = 0;
        reset_owner(&from->sender, locked);
        to->flags = to->mask = 0;
        reset_owner(&to->receiver, locked);
    }
}

static void reset_agent(struct model *model, unsigned agent)
{
    struct agent *state = &model->agents[agent];
    const struct agent kept = *state;

    for (unsigned peer = 0; peer < model->size.agents; peer++) {
        if (peer == agent) {
            continue;
        }
        for (unsigned channel = 0; channel < model->size.channels; channel++) {
            reset_channel(model, agent, peer, channel);
        }
        reset_windows(model, agent, peer);
    }
    for (unsigned ring = agent * model->size.rings; ring < (agent + 1) * model->size.rings; ring++) {
        ring_end(model, ring, false);
        struct owner owner = model->rings[ring].owner;
        reset_owner(&owner, (state->lock & 2) != 0);
        model->rings[ring] = (struct ring){.moderation_count = 1, .owner = owner};
    }
    *state = (struct agent){.lock = kept.lock, .pending_before = kept.pending_before};
}

static void flush_channels(struct model *model, unsigned agent)
{
    for (unsigned peer = 0; peer < model->size.agents; peer++) {
        for (unsigned channel = 0; channel < model->size.channels && peer != agent; channel++) {
            fifo_flush(model, &model->fifos[agent][peer][channel], true, true);
            fifo_flush(model, &model->fifos[peer][agent][channel], true, true);
        }
    }
}

/* Agents whose resets fall into one cycle: all see the flushes, then lose their state, then learn of each other. */
void agents_soft_reset(struct model *model, uint32_t agents)
{
    for (unsigned i = 0; i < model->size.agents; i++) {
        if ((agents >> i & 1) != 0) {
            flush_channels(model, i);
        }
    }
    for (unsigned i = 0; i < model->size.agents; i++) {
        if ((agents >> i & 1) != 0) {
            reset_agent(model, i);
        }
    }
    for (unsigned i = 0; i < model->size.agents; i++) {
        model->agents[i].peer_reset |= (uint8_t)(agents & ~(1u << i));
    }
}
