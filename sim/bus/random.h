/* SPDX-License-Identifier: MIT */
/* A seeded generator for back-pressure: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), one word of state. */
#ifndef COSIM_BUS_RANDOM_H
#define COSIM_BUS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/** @return true in `percent` of 100 calls on average; with 0 the state does not move */
static inline bool random_chance(uint64_t *state, unsigned percent)
{
    return percent != 0 && random_next(state) % 100 < percent;
}

#endif
