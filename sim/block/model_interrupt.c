/* SPDX-License-Identifier: MIT */
/* Interrupt sources of an agent and its message-signalled interrupt. */
#include "model.h"

static uint16_t doorbell_sources(const struct model *model, unsigned agent, unsigned peer)
{
    uint16_t sources = 0;

    for (unsigned window = 0; window < model->size.windows; window++) {
        const struct doorbell *to = &model->doorbells[peer][agent][window];
        const struct doorbell *from = &model->doorbells[agent][peer][window];
        sources |= (to->flags & ~to->mask) != 0 ? SOURCE_DOORBELL : 0;
        sources |= (from->acknowledge & from->acknowledge_enable) != 0 ? SOURCE_ACKNOWLEDGE : 0;
    }
    return sources;
}

static uint16_t fifo_sources(const struct model *model, unsigned agent, unsigned peer)
{
    uint16_t sources = 0;

    for (unsigned channel = 0; channel < model->size.channels; channel++) {
        const struct fifo *to = &model->fifos[peer][agent][channel];
        const struct fifo *from = &model->fifos[agent][peer][channel];
        if (to->receive_interrupt && to->level > 0 && to->level >= to->high_watermark) {
            sources |= SOURCE_FIFO_RECEIVE;
        }
        if (from->space_interrupt && from->level <= from->low_watermark) {
            sources |= SOURCE_FIFO_SPACE;
        }
        if (to->underflow || to->receiver_flushed || to->parity_event || from->overflow || from->sender_flushed) {
            sources |= SOURCE_FIFO_ERROR;
        }
    }
    return sources;
}

uint16_t interrupt_status(const struct model *model, unsigned agent)
{
    const struct agent *state = &model->agents[agent];
    uint16_t sources = state->test;

    for (unsigned peer = 0; peer < model->size.agents; peer++) {
        if (peer != agent) {
            sources |= doorbell_sources(model, agent, peer);
            sources |= fifo_sources(model, agent, peer);
        }
    }
    for (unsigned ring = agent * model->size.rings; ring < (agent + 1) * model->size.rings; ring++) {
        const uint8_t events = model->rings[ring].events;
        sources |= (events & RING_COMPLETION) != 0 ? SOURCE_RING_COMPLETION : 0;
        sources |= (events & ~RING_COMPLETION) != 0 ? SOURCE_RING_ERROR : 0;
    }
    sources |= state->timer.pending ? SOURCE_TIMER : 0;
    sources |= state->peer_reset != 0 ? SOURCE_PEER_RESET : 0;
    sources |= state->refusal_valid ? SOURCE_REFUSAL : 0;
    sources |= agent_quiescing(model, agent) && !agent_memory_busy(model, agent) ? SOURCE_QUIESCED : 0;
    return sources;
}

uint16_t interrupt_pending(const struct model *model, unsigned agent)
{
    const uint16_t enabled = model->agents[agent].enable;

    return enabled == 0 ? 0 : interrupt_status(model, agent) & enabled;
}

/* `enable` is as it was in this cycle; an access of this cycle is applied afterwards. */
void message_interrupt_advance(struct model *model, unsigned agent, bool rearmed)
{
    struct agent *state = &model->agents[agent];
    struct message_interrupt *message = &state->message;
    const uint16_t pending = interrupt_pending(model, agent);
    const bool rising = (pending & ~state->pending_before) != 0;

    message->offer_allowed = message->requested && !state->resetting && !agent_quiescing(model, agent);
    message->offer_address = message->offer_allowed ? message->address & ~(uint64_t)3 : 0;
    message->offer_data = message->offer_allowed ? message->data : 0;
    if ((message->enable && rising) || (rearmed && pending != 0)) {
        message->requested = true;
    }
    state->pending_before = pending;
}
