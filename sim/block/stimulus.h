/* SPDX-License-Identifier: MIT */
/*
 * Random traffic: accesses to the register port and descriptors in memory. It looks at the model's state to get
 * somewhere (a tail that is not refused), never to judge.
 */
#ifndef BLOCK_STIMULUS_H
#define BLOCK_STIMULUS_H

#include "memory.h"
#include "model.h"
#include "register_driver.h"

enum length_kind { LENGTHS_SHORT, LENGTHS_MIXED, LENGTHS_BOUNDARY };

/** One kind of traffic. Weights are shares of the accesses; `chance`s are of 10,000 cycles or as said. */
struct profile {
    char letter;
    const char *name;
    struct memory_style memory;
    struct driver_style driver;
    struct {
        unsigned doorbell, fifo, ring, timer, interrupt, state, sweep;
    } weights;
    enum length_kind lengths;
    unsigned unaligned;                            /* percent of payload addresses */
    unsigned faulty;                               /* percent of addresses in the faulty region */
    unsigned hostile;                              /* percent of accesses and descriptors that mean harm */
    unsigned partial;                              /* percent of writes with a strobe low */
    unsigned soft_resets, aborts, quiesces, locks; /* of 10,000 accesses */
    unsigned claims;                               /* of 10,000 accesses to a window, channel or ring: its owner */
    unsigned hardware_resets;                      /* of 1,000,000 cycles */
    unsigned pauses;                               /* of 10,000 cycles: the port falls silent for a while */
    unsigned collisions;                           /* percent of the completions that are aimed at */
    unsigned calms;                                /* of 10,000 cycles: an episode of single events begins */
    unsigned long_moderation; /* percent of the rings: moderation that hardly ever ends by itself */
    unsigned long_lived;      /* percent of ring traffic that goes to ring 0, which is never disabled: indices wrap */
    bool starts_at_carry;     /* time begins shortly before the cycle counter's low half wraps */
};

struct stimulus {
    const struct profile *profile;
    struct register_driver *driver;
    struct memory *memory;
    uint64_t random;
    uint16_t planned_tail[MODEL_RINGS];
    uint64_t resynchronise[MODEL_RINGS]; /* from this cycle on the model's tail is taken again */
    bool tail_on_its_way[MODEL_RINGS];
    bool quiesce_wire;
    bool held_from_reset; /* the quiesce wire has been high since the hardware reset: many rings get ready at once */
    unsigned fresh;       /* accesses to come that look at the state after a hardware reset */
    unsigned pause;
    unsigned calm;                             /* cycles that are left of the episode */
    unsigned fill_agent, fill_at, fill_pushes; /* a channel that is being filled, and the pushes that are left */
};

/** @return NULL if there is no such profile */
const struct profile *profile_find(char letter);
extern const struct profile profiles[];
extern const unsigned profile_count;

void stimulus_reset(struct stimulus *stimulus);
/** Decides what is sent next; called once a cycle. */
void stimulus_step(struct stimulus *stimulus, const struct model *model);

/** A number below `range`. */
static inline unsigned stimulus_below(struct stimulus *stimulus, unsigned range);
bool stimulus_chance(struct stimulus *stimulus, unsigned of_10000);
void stimulus_write(struct stimulus *stimulus, unsigned agent, unsigned offset, uint32_t data);
void stimulus_read(struct stimulus *stimulus, unsigned agent, unsigned offset);
unsigned stimulus_agent(struct stimulus *stimulus, const struct model *model);
unsigned stimulus_peer(struct stimulus *stimulus, const struct model *model, unsigned agent);
/** A number for a field of 16 bits; sometimes the bits above it, which mean nothing, are set. */
uint32_t stimulus_number(struct stimulus *stimulus, unsigned number);
/** A few low bits, or any word. */
uint32_t stimulus_bits(struct stimulus *stimulus);

void stimulus_doorbell(struct stimulus *stimulus, const struct model *model);
void stimulus_fifo(struct stimulus *stimulus, const struct model *model);
void stimulus_ring(struct stimulus *stimulus, const struct model *model);
void stimulus_timer(struct stimulus *stimulus, const struct model *model);
void stimulus_interrupt(struct stimulus *stimulus, const struct model *model);
void stimulus_state(struct stimulus *stimulus, const struct model *model);
void stimulus_sweep(struct stimulus *stimulus, const struct model *model);
/** An event by itself, in a design that otherwise rests: what it moves is all that keeps the design awake. */
void stimulus_calm(struct stimulus *stimulus, const struct model *model);
/** Resets two agents so that both may end in one cycle. @return false if there is no chance of it now */
bool stimulus_reset_pair(struct stimulus *stimulus, const struct model *model);
/** Aborts the ring whose descriptor or completion the memory is about to refuse. @return false if there is none */
bool stimulus_abort_failing(struct stimulus *stimulus, const struct model *model);
/** Sends an access so that it meets an event, two cycles either side. @return false if there is none to meet */
bool stimulus_collide(struct stimulus *stimulus, const struct model *model);

uint64_t stimulus_random(struct stimulus *stimulus);

static inline unsigned stimulus_below(struct stimulus *stimulus, unsigned range)
{
    return (unsigned)(stimulus_random(stimulus) % range);
}

#endif
