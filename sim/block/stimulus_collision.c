/* SPDX-License-Identifier: MIT */
/* Aims an access at the cycle of an event, two cycles either side. */
#include "stimulus.h"

#include <stddef.h>

enum { LEAD = 4, SPREAD = 2 }; /* cycles from the decision to the event; to each side of it */

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
    if (message == NULL || !memory_ring_answer_waits(memory) || memory->b_chosen >= 0) {
        return false;
    }
    send_at_completion(stimulus, model, message);
    stimulus->driver->hold = LEAD - 1 - SPREAD + offset;
    memory->ring_answer_at = memory->cycle + LEAD;
    return true;
}
