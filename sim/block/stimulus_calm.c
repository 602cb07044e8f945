/* SPDX-License-Identifier: MIT */
/*
 * Single events in a design that rests. Whoever promises quiet cycles looks at everything that moves by itself: among
 * other traffic, something else moves as well, and nobody sees what was forgotten.
 */
#include "stimulus.h"

enum { SILENCE_LEAST = 8, SILENCE_RANGE = 24, LONGEST_STALL = 0xffff, LONGEST_STALL_ODDS = 150 };

/** A bad word becomes the oldest of an empty channel: its event is set a cycle later. */
static void bad_word(struct stimulus *stimulus, unsigned agent, unsigned at)
{
    stimulus_write(stimulus, agent, 0x3020 + at, 1);
    stimulus_write(stimulus, agent, 0x3000 + at, (uint32_t)stimulus_random(stimulus));
}

/** An interrupt message, offered as soon as it is asked for; nothing else is on its way then. */
static void message(struct stimulus *stimulus, const struct model *model, unsigned agent)
{
    if (model->agents[agent].test != 0) {
        stimulus_write(stimulus, agent, 0x054, 0);
        return;
    }
    stimulus_write(stimulus, agent, 0x048, SOURCES_ALL);
    stimulus_write(stimulus, agent, 0x06c, 1);
    stimulus_write(stimulus, agent, 0x054, 1u << stimulus_below(stimulus, 11));
}

/** A moderation count that is met as soon as it is written, long before the deadline. */
static void lower_moderation(struct stimulus *stimulus, const struct model *model)
{
    for (unsigned i = 0; i < model->size.agents * model->size.rings; i++) {
        if (model->rings[i].counted > 0) {
            stimulus_write(stimulus, i / model->size.rings, 0x5034 + i % model->size.rings * 0x100,
                           stimulus_below(stimulus, 2));
            return;
        }
    }
}

/** The longest wait of a push, and another push after it, whose wait begins anew. */
static void longest_wait(struct stimulus *stimulus, const struct model *model, unsigned agent, unsigned peer)
{
    const unsigned at = peer * 0x100;

    for (unsigned i = model->fifos[agent][peer][0].level; i < model->size.depth; i++) {
        stimulus_write(stimulus, agent, 0x3000 + at, i);
    }
    stimulus_write(stimulus, agent, 0x3010 + at, LONGEST_STALL);
    stimulus_write(stimulus, agent, 0x3000 + at, 0);
    stimulus_write(stimulus, agent, 0x3010 + at, 20);
    stimulus_write(stimulus, agent, 0x3000 + at, 0);
}

void stimulus_calm(struct stimulus *stimulus, const struct model *model)
{
    const unsigned agent = stimulus_agent(stimulus, model), peer = stimulus_peer(stimulus, model, agent);
    const unsigned at = peer * 0x100 + stimulus_below(stimulus, model->size.channels) * 0x40;

    stimulus->pause = SILENCE_LEAST + stimulus_below(stimulus, SILENCE_RANGE);
    switch (stimulus_below(stimulus, 12)) {
    case 0:
    case 1:
        bad_word(stimulus, agent, at);
        break;
    case 2: /* so that the next bad word finds it empty, and no event set */
        stimulus_write(stimulus, peer, 0x401c + agent * 0x100 + (at & 0xff), 1);
        stimulus_write(stimulus, peer, 0x4018 + agent * 0x100 + (at & 0xff), 7);
        break;
    case 3:
        if (stimulus_below(stimulus, 8) == 0) {
            stimulus_write(stimulus, agent, 0x080, 1);
        }
        break;
    case 4:
    case 5:
        message(stimulus, model, agent);
        break;
    case 6:
        if (stimulus_below(stimulus, 4) == 0) {
            lower_moderation(stimulus, model);
        }
        break;
    case 7:
        stimulus_timer(stimulus, model);
        break;
    case 8:
        stimulus_interrupt(stimulus, model);
        break;
    case 9:
        if (stimulus_below(stimulus, LONGEST_STALL_ODDS) == 0) {
            longest_wait(stimulus, model, agent, peer);
        }
        break;
    default: /* silence */
        break;
    }
}
