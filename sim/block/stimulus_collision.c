/* SPDX-License-Identifier: MIT */
/* Aims an access at the cycle of an event, two cycles either side. */
#include "stimulus.h"

#include <stddef.h>

enum { LEAD = 4, SPREAD = 2 }; /* cycles from the decision to the event; to each side of it */
enum { RESETS_APART = 5, ANSWER_RANGE = 8 };
enum { AFTER_PAYLOAD = 8 }; /* cycles in which what follows the answer to a last payload write is hit */

static const struct message *answered_next(const struct model *model)
{
    for (unsigned i = 0; i < model->engine.message_count; i++) {
        if (model->engine.messages[i].offered) {
            return &model->engine.messages[i];
        }
    }
    return NULL;
}

/** An access that something must decide about if it comes in the cycle in which the completion is answered. */
static void send_at_completion(struct stimulus *stimulus, const struct model *model, const struct message *message)
{
    const unsigned agent = message->ring / model->size.rings, ring = 0x5000 + message->ring % model->size.rings * 0x100;
    const unsigned to = message->notify >> 16 & 7, window = message->notify >> 8 & 3;
    const bool notifies = (message->flags & 32) != 0 && to < model->size.agents && window < model->size.windows;

    switch (stimulus_below(stimulus, 12)) {
    case 0:
    case 1:
        stimulus_write(stimulus, agent, ring + 0x30, 0x3f);
        break;
    case 2:
        stimulus_write(stimulus, agent, 0x0b8, 1);
        break;
    case 3:
        stimulus_write(stimulus, agent, ring + 0x18, 1);
        break;
    case 4:
        stimulus_write(stimulus, agent, ring + 0x14, stimulus_below(stimulus, 2));
        break;
    case 5:
        stimulus_read(stimulus, agent, ring + (stimulus_below(stimulus, 2) ? 0x24 : 0x2c));
        break;
    case 6:
        stimulus_write(stimulus, agent, 0x06c, 1);
        break;
    case 7:
        stimulus_write(stimulus, agent, 0x080, stimulus_below(stimulus, 4) == 0 ? 1 : 4);
        break;
    case 8:
        stimulus_write(stimulus, agent, ring + 0x28, (uint16_t)(model->rings[message->ring].completion_tail + 1));
        break;
    default:
        if (notifies) {
            stimulus_write(stimulus, to, 0x2008 + agent * 0x80 + window * 0x20, 1u << (message->notify & 31));
        } else {
            stimulus_read(stimulus, agent, ring + 0x30);
        }
    }
}

/** A timer that matches soon; -1: none. */
static int timer_about_to_match(const struct model *model)
{
    for (unsigned i = 0; i < model->size.agents; i++) {
        const struct timer *timer = &model->agents[i].timer;
        if (timer->enable && timer->armed && timer->compare == model->cycle + LEAD) {
            return (int)i;
        }
    }
    return -1;
}

static void send_at_match(struct stimulus *stimulus, const struct model *model, unsigned agent)
{
    switch (stimulus_below(stimulus, 5)) {
    case 0:
    case 1:
        stimulus_write(stimulus, agent, 0x030, 1);
        break;
    case 2:
        stimulus_write(stimulus, agent, 0x020, (uint32_t)model->cycle + 2 + stimulus_below(stimulus, 40));
        break;
    case 3:
        stimulus_write(stimulus, agent, 0x02c, stimulus_below(stimulus, 4));
        break;
    default:
        stimulus_read(stimulus, agent, 0x030);
    }
}

/** The message whose payload is answered next. */
static const struct message *copied_next(const struct model *model)
{
    for (unsigned i = 0; i < model->engine.message_count; i++) {
        const struct message *message = &model->engine.messages[i];
        if (!message->offered && message->segment_count > 0) {
            return message;
        }
    }
    return NULL;
}

/** Aims an abort, or what else, at the cycles between the end of the payload and its completion's AWVALID. */
static bool collide_with_payload(struct stimulus *stimulus, const struct model *model)
{
    struct memory *memory = stimulus->memory;
    const struct message *message = copied_next(model);

    if (message == NULL || !memory_answer_waits(memory, IDENTIFIER_PAYLOAD) || memory->b_chosen >= 0) {
        return false;
    }
    if (stimulus_below(stimulus, 2) == 0) {
        stimulus_write(stimulus, message->ring / model->size.rings, 0x5018 + message->ring % model->size.rings * 0x100,
                       1);
    } else {
        send_at_completion(stimulus, model, message);
    }
    stimulus->driver->hold = LEAD - 1 - SPREAD + stimulus_below(stimulus, AFTER_PAYLOAD);
    memory_hold_answers(memory, IDENTIFIER_PAYLOAD, LEAD);
    return true;
}

bool stimulus_reset_pair(struct stimulus *stimulus, const struct model *model)
{
    const struct message *message = answered_next(model);

    if (message == NULL || stimulus->driver->write_count > 0 || stimulus->memory->b_chosen >= 0 ||
        !memory_answer_waits(stimulus->memory, IDENTIFIER_RING)) {
        return false;
    }
    const unsigned agent = message->ring / model->size.rings, peer = stimulus_peer(stimulus, model, agent);
    if (agent_memory_busy(model, peer)) {
        return false;
    }
    /* One agent's reset waits for an answer, and the other's is asked for when that is about to come. */
    stimulus_write(stimulus, agent, 0x080, 1);
    for (unsigned i = stimulus_below(stimulus, RESETS_APART); i > 0; i--) {
        stimulus_write(stimulus, peer, 0x090, 0);
    }
    stimulus_write(stimulus, peer, 0x080, 1);
    memory_hold_answers(stimulus->memory, IDENTIFIER_RING, stimulus_below(stimulus, ANSWER_RANGE));
    return true;
}

bool stimulus_abort_failing(struct stimulus *stimulus, const struct model *model)
{
    const struct fetch *fetch = &model->engine.fetch;
    const struct message *message = answered_next(model);
    unsigned ring = MODEL_RINGS;

    if (fetch->active && memory_response(stimulus->memory, fetch->address) != COSIM_AXI_OKAY) {
        ring = fetch->ring;
    } else if (message != NULL && memory_response(stimulus->memory, message->completion_address) != COSIM_AXI_OKAY) {
        ring = message->ring;
    }
    if (ring == MODEL_RINGS || model->rings[ring].aborting || stimulus->driver->write_count > 0) {
        return false;
    }
    stimulus_write(stimulus, ring / model->size.rings, 0x5018 + ring % model->size.rings * 0x100, 1);
    return true;
}

bool stimulus_collide(struct stimulus *stimulus, const struct model *model)
{
    const struct register_driver *driver = stimulus->driver;
    struct memory *memory = stimulus->memory;
    const bool free = driver_idle(driver) && !driver->aw_shown && !driver->w_shown && !driver->ar_shown;
    /* The address is taken `hold` cycles from now; the access is executed in the cycle after. */
    const unsigned offset = stimulus_below(stimulus, 2 * SPREAD + 1);

    if (!free || stimulus->profile->collisions == 0 ||
        !stimulus_chance(stimulus, 100 * stimulus->profile->collisions)) {
        return false;
    }
    const int timer = timer_about_to_match(model);
    const struct message *message = answered_next(model);
    if (timer >= 0) {
        send_at_match(stimulus, model, (unsigned)timer);
        stimulus->driver->hold = LEAD - 1 - SPREAD + offset;
        return true;
    }
    if (stimulus_below(stimulus, 8) == 0) {
        return collide_with_payload(stimulus, model);
    }
    if (message == NULL || !memory_answer_waits(memory, IDENTIFIER_RING) || memory->b_chosen >= 0) {
        return false;
    }
    send_at_completion(stimulus, model, message);
    stimulus->driver->hold = LEAD - 1 - SPREAD + offset;
    memory_hold_answers(memory, IDENTIFIER_RING, LEAD);
    return true;
}
