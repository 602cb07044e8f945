/* SPDX-License-Identifier: MIT */
/* Which part is addressed next, by whom, and the pauses between. */
#include "stimulus.h"

#include "bus/random.h"

#include <string.h>

enum { ALL_STROBES = 0xf, PAUSE_MOST = 200, FRESH_ACCESSES = 8, CALM_LEAST = 200, CALM_RANGE = 600 };

uint64_t stimulus_random(struct stimulus *stimulus)
{
    return random_next(&stimulus->random);
}

bool stimulus_chance(struct stimulus *stimulus, unsigned of_10000)
{
    return of_10000 != 0 && stimulus_below(stimulus, 10000) < of_10000;
}

void stimulus_reset(struct stimulus *stimulus)
{
    memset(stimulus->planned_tail, 0, sizeof stimulus->planned_tail);
    memset(stimulus->resynchronise, 0, sizeof stimulus->resynchronise);
    memset(stimulus->tail_on_its_way, 0, sizeof stimulus->tail_on_its_way);
    stimulus->quiesce_wire = stimulus->held_from_reset =
        stimulus->profile->quiesces != 0 && stimulus_below(stimulus, 2) == 0;
    stimulus->fresh = FRESH_ACCESSES;
    stimulus->pause = stimulus->calm = stimulus->fill_pushes = 0;
}

/** Requesters are the agents' numbers; a hostile one is anybody. */
static uint8_t requester(struct stimulus *stimulus, unsigned agent)
{
    if (stimulus_chance(stimulus, 100 * stimulus->profile->hostile)) {
        return (uint8_t)(stimulus_below(stimulus, 4) == 0 ? stimulus_random(stimulus) : stimulus_below(stimulus, 4));
    }
    return (uint8_t)agent;
}

void stimulus_write(struct stimulus *stimulus, unsigned agent, unsigned offset, uint32_t data)
{
    struct register_operation operation = {.address = agent << 16 | offset, .data = data, .strobe = ALL_STROBES};

    operation.user = requester(stimulus, agent);
    if (stimulus_chance(stimulus, 100 * stimulus->profile->partial)) {
        operation.strobe = (uint8_t)stimulus_below(stimulus, ALL_STROBES);
        operation.address |= stimulus_below(stimulus, 4);
    }
    driver_write(stimulus->driver, &operation);
}

void stimulus_read(struct stimulus *stimulus, unsigned agent, unsigned offset)
{
    struct register_operation operation = {.address = agent << 16 | offset};

    operation.user = requester(stimulus, agent);
    driver_read(stimulus->driver, &operation);
}

unsigned stimulus_agent(struct stimulus *stimulus, const struct model *model)
{
    /* Most of the traffic is between two agents: events meet more often. */
    return stimulus_below(stimulus, 4) != 0 ? stimulus_below(stimulus, 2)
                                            : stimulus_below(stimulus, model->size.agents);
}

unsigned stimulus_peer(struct stimulus *stimulus, const struct model *model, unsigned agent)
{
    unsigned peer = stimulus_agent(stimulus, model);

    return peer == agent ? (agent + 1) % model->size.agents : peer;
}

uint32_t stimulus_number(struct stimulus *stimulus, unsigned number)
{
    const uint32_t above = stimulus_below(stimulus, 8) == 0 ? (uint32_t)stimulus_random(stimulus) << 16 : 0;

    return above | (uint16_t)number;
}

uint32_t stimulus_bits(struct stimulus *stimulus)
{
    switch (stimulus_below(stimulus, 8)) {
    case 0:
        return (uint32_t)stimulus_random(stimulus);
    case 1:
        return 0;
    case 2:
        return UINT32_MAX;
    default:
        return (uint32_t)stimulus_random(stimulus) & 7;
    }
}

static void choose_part(struct stimulus *stimulus, const struct model *model)
{
    static void (*const parts[])(struct stimulus *, const struct model *) = {
        stimulus_doorbell,  stimulus_fifo,  stimulus_ring,  stimulus_timer,
        stimulus_interrupt, stimulus_state, stimulus_sweep,
    };
    const struct profile *profile = stimulus->profile;
    const unsigned weights[] = {profile->weights.doorbell, profile->weights.fifo,      profile->weights.ring,
                                profile->weights.timer,    profile->weights.interrupt, profile->weights.state,
                                profile->weights.sweep};
    unsigned total = 0, part = 0;

    for (unsigned i = 0; i < sizeof weights / sizeof weights[0]; i++) {
        total += weights[i];
    }
    unsigned left = stimulus_below(stimulus, total);
    while (left >= weights[part]) {
        left -= weights[part++];
    }
    parts[part](stimulus, model);
}

/** The first accesses: a write and a read at once, for the reset says which is first; then what rings begin with. */
static void stimulus_fresh(struct stimulus *stimulus, const struct model *model)
{
    const unsigned agent = stimulus_agent(stimulus, model);

    if (stimulus->fresh-- == FRESH_ACCESSES) {
        stimulus_write(stimulus, agent, 0x048, stimulus_bits(stimulus));
        stimulus_read(stimulus, agent, 0x044);
    } else if (stimulus->driver->read_count < 2) {
        stimulus_read(stimulus, agent,
                      0x5000 + stimulus_below(stimulus, model->size.rings) * 0x100 + stimulus_below(stimulus, 18) * 4);
    }
}

static void step_quiesce_wire(struct stimulus *stimulus)
{
    const unsigned falls = stimulus->held_from_reset ? 25 : 200, quiesces = stimulus->profile->quiesces;

    if (stimulus_chance(stimulus, quiesces != 0 && stimulus->quiesce_wire ? falls : quiesces / 4)) {
        stimulus->quiesce_wire = !stimulus->quiesce_wire;
        stimulus->held_from_reset = false;
    }
}

void stimulus_step(struct stimulus *stimulus, const struct model *model)
{
    const struct profile *profile = stimulus->profile;

    step_quiesce_wire(stimulus);
    if (stimulus->fresh > 0) {
        stimulus_fresh(stimulus, model);
        return;
    }
    if (stimulus->pause > 0) {
        stimulus->pause--;
        return;
    }
    if (stimulus->calm > 0) {
        stimulus->calm--;
        if (driver_idle(stimulus->driver)) {
            stimulus_calm(stimulus, model);
        }
        return;
    }
    if (stimulus->driver->hold > 0 || stimulus_collide(stimulus, model)) {
        return;
    }
    if (stimulus_chance(stimulus, profile->soft_resets / 4) && stimulus_reset_pair(stimulus, model)) {
        return;
    }
    if (profile->memory.faults != 0 && stimulus_chance(stimulus, profile->aborts / 2) &&
        stimulus_abort_failing(stimulus, model)) {
        return;
    }
    if (stimulus_chance(stimulus, profile->calms)) {
        stimulus->calm = CALM_LEAST + stimulus_below(stimulus, CALM_RANGE);
        return;
    }
    if (stimulus_chance(stimulus, profile->pauses)) {
        stimulus->pause = 1 + stimulus_below(stimulus, PAUSE_MOST);
        return;
    }
    /* A short queue: what is decided is about the state as it is, or nearly. */
    if (stimulus->driver->write_count < 2 && stimulus->driver->read_count < 2) {
        choose_part(stimulus, model);
    }
}
