/* SPDX-License-Identifier: MIT */
/* Traffic to doorbells, FIFO channels, timers, interrupts and the state of agents. */
#include "stimulus.h"

enum {
    MESSAGE_REGION = 0x70000000, /* of interrupt messages: a page an agent, so that they can be told apart */
};

static unsigned pick(struct stimulus *stimulus, const unsigned *offsets, unsigned count)
{
    return offsets[stimulus_below(stimulus, count)];
}

#define PICK(stimulus, ...)                                                                                            \
    pick(stimulus, (const unsigned[]){__VA_ARGS__}, sizeof((const unsigned[]){__VA_ARGS__}) / sizeof(unsigned))

void stimulus_doorbell(struct stimulus *stimulus, const struct model *model)
{
    const unsigned agent = stimulus_agent(stimulus, model), peer = stimulus_peer(stimulus, model, agent);
    const unsigned at = peer * 0x80 + stimulus_below(stimulus, model->size.windows) * 0x20;

    if (stimulus_chance(stimulus, stimulus->profile->claims)) {
        stimulus_write(stimulus, agent, PICK(stimulus, 0x101c, 0x201c) + at, stimulus_below(stimulus, 2));
        return;
    }
    switch (stimulus_below(stimulus, 8)) {
    case 0:
    case 1:
        stimulus_write(stimulus, agent, 0x1000 + at, stimulus_bits(stimulus));
        break;
    case 2:
    case 3:
        stimulus_write(stimulus, agent, 0x2008 + at, stimulus_bits(stimulus));
        break;
    case 4:
        stimulus_write(stimulus, agent, PICK(stimulus, 0x2010, 0x2014, 0x2014) + at, stimulus_bits(stimulus));
        break;
    case 5:
        stimulus_write(stimulus, agent, PICK(stimulus, 0x1008, 0x1008, 0x100c) + at, stimulus_bits(stimulus));
        break;
    default:
        stimulus_read(stimulus, agent,
                      PICK(stimulus, 0x1004, 0x1008, 0x100c, 0x2000, 0x2004, 0x200c, 0x101c, 0x201c) + at);
    }
}

static void fifo_setup(struct stimulus *stimulus, unsigned agent, unsigned at, unsigned depth)
{
    switch (stimulus_below(stimulus, 7)) {
    case 0:
        stimulus_write(stimulus, agent, 0x300c + at, stimulus_below(stimulus, depth + 2));
        break;
    case 1:
        stimulus_write(stimulus, agent, 0x3010 + at,
                       stimulus_below(stimulus, 2) << 16 | PICK(stimulus, 0, 0, 1, 2, 5, 20, 60));
        break;
    case 2:
        stimulus_write(stimulus, agent, 0x4010 + at, stimulus_below(stimulus, depth + 2));
        break;
    case 3:
        stimulus_write(stimulus, agent, 0x4014 + at, 1 | stimulus_below(stimulus, 4));
        break;
    case 4:
        stimulus_write(stimulus, agent, 0x3020 + at, stimulus_below(stimulus, 2));
        break;
    case 5:
        stimulus_write(stimulus, agent, 0x3004 + at, (uint32_t)stimulus_random(stimulus));
        break;
    default:
        stimulus_write(stimulus, agent, PICK(stimulus, 0x3018, 0x401c) + at, stimulus_below(stimulus, 3));
    }
}

enum { FILL_AT_ONCE = 8 };

/** A full channel, and what is done about it: a push that waits, that nobody may send, or that a reset refuses. */
static void fill(struct stimulus *stimulus, const struct model *model)
{
    const unsigned agent = stimulus->fill_agent, push = 0x3000 + stimulus->fill_at;

    for (unsigned i = 0; i < FILL_AT_ONCE && stimulus->fill_pushes > 0; i++) {
        stimulus_write(stimulus, agent, push, (uint32_t)stimulus_random(stimulus));
        stimulus->fill_pushes--;
    }
    if (stimulus->fill_pushes > 0) {
        return;
    }
    switch (stimulus_below(stimulus, 4)) {
    case 0:
        /* The same channel of a window that does not exist: refused at once, whichever channel is full. */
        if (model->size.agents < MODEL_AGENTS) {
            const unsigned other = stimulus_below(stimulus, model->size.agents) * 0x100;
            stimulus_write(stimulus, model->size.agents, 0x3000 + other + stimulus->fill_at % 0x100, 0);
        }
        break;
    case 1:
        if (stimulus->profile->soft_resets != 0) {
            stimulus_write(stimulus, agent, 0x080, 1);
            stimulus_write(stimulus, agent, push, 0);
        }
        break;
    default:
        stimulus_write(stimulus, agent, push, 0);
    }
}

static void begin_fill(struct stimulus *stimulus, const struct model *model, unsigned agent, unsigned at)
{
    stimulus_write(stimulus, agent, 0x3010 + at, PICK(stimulus, 1, 5, 20, 60));
    stimulus->fill_agent = agent;
    stimulus->fill_at = at;
    stimulus->fill_pushes = model->size.depth;
}

void stimulus_fifo(struct stimulus *stimulus, const struct model *model)
{
    const unsigned agent = stimulus_agent(stimulus, model), peer = stimulus_peer(stimulus, model, agent);
    const unsigned at = peer * 0x100 + stimulus_below(stimulus, model->size.channels) * 0x40;

    if (stimulus_chance(stimulus, stimulus->profile->claims)) {
        stimulus_write(stimulus, agent, PICK(stimulus, 0x303c, 0x403c) + at, stimulus_below(stimulus, 2));
        return;
    }
    if (stimulus->fill_pushes > 0) {
        fill(stimulus, model);
        return;
    }
    if (stimulus_below(stimulus, 64) == 0) {
        begin_fill(stimulus, model, agent, at);
        return;
    }
    switch (stimulus_below(stimulus, 12)) {
    case 0:
    case 1:
    case 2:
    case 3:
        stimulus_write(stimulus, agent, 0x3000 + at, (uint32_t)stimulus_random(stimulus));
        break;
    case 4:
        stimulus_write(stimulus, agent, 0x4008 + at,
                       stimulus_number(stimulus, PICK(stimulus, 0, 1, 1, 2, 3, 7, model->size.depth, 0xffff)));
        break;
    case 5:
    case 6:
        stimulus_read(stimulus, agent, PICK(stimulus, 0x4024, 0x4024, 0x4024, 0x4028, 0x4000, 0x4004) + at);
        break;
    case 7:
        fifo_setup(stimulus, agent, at, model->size.depth);
        break;
    case 8: /* a bad word, by itself if the channel is empty */
        if (stimulus_below(stimulus, 4) == 0) {
            stimulus_write(stimulus, agent, 0x3020 + at, 1);
            stimulus_write(stimulus, agent, 0x3000 + at, (uint32_t)stimulus_random(stimulus));
            break;
        }
        stimulus_write(stimulus, agent, PICK(stimulus, 0x3014, 0x4018) + at, stimulus_below(stimulus, 8));
        break;
    default:
        stimulus_read(stimulus, agent,
                      PICK(stimulus, 0x3008, 0x300c, 0x3010, 0x3014, 0x301c, 0x3020, 0x303c, 0x400c, 0x4010, 0x4014,
                           0x4018, 0x4020, 0x402c, 0x3004) +
                          at);
    }
}

void stimulus_timer(struct stimulus *stimulus, const struct model *model)
{
    const unsigned agent = stimulus_agent(stimulus, model);
    const uint64_t soon = model->cycle + 3 + stimulus_below(stimulus, stimulus_below(stimulus, 8) == 0 ? 3000 : 30);

    switch (stimulus_below(stimulus, 9)) {
    case 0:
    case 1:
    case 2:
        if (model->agents[agent].timer.compare_high != (uint32_t)(soon >> 32) || stimulus_below(stimulus, 20) == 0) {
            stimulus_write(stimulus, agent, 0x024, (uint32_t)(soon >> 32));
        }
        stimulus_write(stimulus, agent, 0x020, (uint32_t)soon);
        break;
    case 3:
        stimulus_write(stimulus, agent, 0x028, PICK(stimulus, 0, 1, 2, 7, 100, 5000));
        break;
    case 4:
        stimulus_write(stimulus, agent, 0x02c, PICK(stimulus, 0, 1, 1, 3, 3));
        break;
    case 5:
        stimulus_write(stimulus, agent, 0x030, stimulus_below(stimulus, 4));
        break;
    default:
        stimulus_read(stimulus, agent, PICK(stimulus, 0x010, 0x014, 0x020, 0x024, 0x028, 0x02c, 0x030, 0x030));
    }
}

static void message_setup(struct stimulus *stimulus, unsigned agent)
{
    const bool faulty = stimulus_chance(stimulus, 100 * stimulus->profile->faulty);
    const uint32_t low = MESSAGE_REGION + agent * 0x1000 + (stimulus_random(stimulus) & 0xfff);

    switch (stimulus_below(stimulus, 3)) {
    case 0:
        stimulus_write(stimulus, agent, 0x060, (faulty ? low : low & ~(uint32_t)MEMORY_FAULTY));
        break;
    case 1:
        stimulus_write(stimulus, agent, 0x064, agent + 8 * stimulus_below(stimulus, 2));
        break;
    default:
        stimulus_write(stimulus, agent, 0x068, (uint32_t)stimulus_random(stimulus));
    }
}

void stimulus_interrupt(struct stimulus *stimulus, const struct model *model)
{
    const unsigned agent = stimulus_agent(stimulus, model);

    switch (stimulus_below(stimulus, 10)) {
    case 0:
    case 1:
        stimulus_write(stimulus, agent, 0x048, (uint32_t)stimulus_random(stimulus) & SOURCES_ALL);
        break;
    case 2:
        stimulus_write(stimulus, agent, 0x04c, (uint32_t)stimulus_random(stimulus));
        break;
    case 3:
        stimulus_write(stimulus, agent, 0x054,
                       stimulus_below(stimulus, 3) == 0 ? 1u << stimulus_below(stimulus, 12) : 0);
        break;
    case 4:
    case 5:
        stimulus_write(stimulus, agent, 0x06c, PICK(stimulus, 0, 1, 1, 1));
        break;
    case 6:
        message_setup(stimulus, agent);
        break;
    default:
        stimulus_read(stimulus, agent, PICK(stimulus, 0x040, 0x044, 0x050, 0x050, 0x054, 0x060, 0x064, 0x068, 0x06c));
    }
}

/** An access that meets the reset's last step, if it comes in time: what it moves is flushed in the same cycle. */
static void follow_reset(struct stimulus *stimulus, const struct model *model, unsigned agent, unsigned peer)
{
    const unsigned channel = stimulus_below(stimulus, model->size.channels) * 0x40;

    switch (stimulus_below(stimulus, 8)) {
    case 0: /* each way; what it counts among the words dropped is looked at when it is over */
        for (unsigned i = 0; i < 3; i++) {
            stimulus_write(stimulus, peer, 0x3000 + agent * 0x100 + channel, (uint32_t)stimulus_random(stimulus));
        }
        stimulus_write(stimulus, peer, 0x3014 + agent * 0x100 + channel, 1);
        stimulus_read(stimulus, peer, 0x301c + agent * 0x100 + channel);
        break;
    case 1:
        stimulus_write(stimulus, peer, 0x4008 + agent * 0x100 + channel, 1);
        stimulus_read(stimulus, peer, 0x4020 + agent * 0x100 + channel);
        break;
    case 2:
        stimulus_read(stimulus, peer, 0x4024 + agent * 0x100 + channel);
        stimulus_read(stimulus, peer, 0x4020 + agent * 0x100 + channel);
        break;
    case 3:
        stimulus_write(stimulus, peer, 0x1000 + agent * 0x80, (uint32_t)stimulus_random(stimulus));
        break;
    default: /* an owner outlives the reset if LOCK says so */
        stimulus_read(stimulus, agent, PICK(stimulus, 0x101c, 0x201c) + peer * 0x80);
        stimulus_read(stimulus, agent, PICK(stimulus, 0x303c, 0x403c) + peer * 0x100 + channel);
    }
}

/** A soft reset, and sometimes at once a push that would have to wait for room: the reset refuses it. */
static void soft_reset(struct stimulus *stimulus, const struct model *model, unsigned agent)
{
    const unsigned peer = stimulus_peer(stimulus, model, agent);

    if (stimulus_chance(stimulus, stimulus->profile->locks)) {
        stimulus_write(stimulus, agent, 0x088, 2);
    }
    stimulus_write(stimulus, agent, 0x080, PICK(stimulus, 1, 1, 3, 5, 7));
    for (unsigned channel = 0; channel < model->size.channels; channel++) {
        const struct fifo *fifo = &model->fifos[agent][peer][channel];
        if (fifo->level == model->size.depth && fifo->stall_cycles > 0) {
            stimulus_write(stimulus, agent, 0x3000 + peer * 0x100 + channel * 0x40, 0);
        }
    }
    follow_reset(stimulus, model, agent, peer);
}

void stimulus_state(struct stimulus *stimulus, const struct model *model)
{
    const struct profile *profile = stimulus->profile;
    const unsigned agent = stimulus_agent(stimulus, model);

    if (model->agents[agent].quiesce && stimulus_below(stimulus, 2) == 0) {
        stimulus_write(stimulus, agent, 0x080, 4);
        return;
    }
    switch (stimulus_below(stimulus, 8)) {
    case 0:
        if (stimulus_chance(stimulus, profile->soft_resets)) {
            soft_reset(stimulus, model, agent);
        } else if (stimulus_chance(stimulus, profile->quiesces * 10)) {
            stimulus_write(stimulus, agent, 0x080, PICK(stimulus, 2, 2, 6, 0));
        } else if (stimulus_chance(stimulus, profile->locks)) {
            stimulus_write(stimulus, agent, 0x088, 1u << stimulus_below(stimulus, 4));
        }
        break;
    case 1:
        stimulus_write(stimulus, agent, 0x08c, stimulus_bits(stimulus));
        break;
    case 2:
        stimulus_write(stimulus, agent, 0x090, stimulus_below(stimulus, 2));
        break;
    case 3:
        stimulus_write(stimulus, agent, 0x0b8, stimulus_below(stimulus, 4) == 0);
        break;
    default:
        stimulus_read(stimulus, agent,
                      PICK(stimulus, 0x000, 0x004, 0x008, 0x00c, 0x084, 0x084, 0x088, 0x08c, 0x090, 0x090, 0x0a0, 0x0a4,
                           0x0a8, 0x0ac, 0x0b0, 0x0b4));
    }
}

/* Any address. Writes keep away from what would stop everything else: resets, locks, where messages go. */
void stimulus_sweep(struct stimulus *stimulus, const struct model *model)
{
    const unsigned agent =
        stimulus_below(stimulus, 16) == 0 ? stimulus_below(stimulus, 8) : stimulus_below(stimulus, model->size.agents);
    const unsigned frame =
        stimulus_below(stimulus, 32) == 0 ? stimulus_below(stimulus, 16) : stimulus_below(stimulus, 6);
    const unsigned span = frame == 0 ? 0x100 : frame < 3 ? 0x400 : frame < 5 ? 0x800 : 0x400;
    const unsigned range = stimulus_below(stimulus, 4) == 0 ? 0x1000 : span;
    const unsigned offset =
        frame << 12 | (stimulus_below(stimulus, range) & (stimulus_below(stimulus, 8) == 0 ? ~0u : ~3u));
    const unsigned word = offset & 0xffffcu;
    const bool dangerous = word == 0x080 || word == 0x088 || (word >= 0x060 && word <= 0x068);

    if (stimulus_below(stimulus, 2) == 0 || (dangerous && stimulus_below(stimulus, 2) == 0)) {
        stimulus_read(stimulus, agent, offset);
    } else if (!dangerous) {
        stimulus_write(stimulus, agent, offset, stimulus_bits(stimulus));
    }
}
