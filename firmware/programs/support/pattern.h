/* SPDX-License-Identifier: MIT */
/* Reproducible contents: a pattern of bytes that depends on a seed, written and checked by the CPU. */
#ifndef PROGRAMS_SUPPORT_PATTERN_H
#define PROGRAMS_SUPPORT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATTERN_GOOD SIZE_MAX

/** @return the next number of a 64-bit linear congruential sequence (Knuth's MMIX constants). @param state advanced */
static inline uint64_t pattern_next(uint64_t *state)
{
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    return *state >> 16;
}

/** The 8 bytes at position 8 * index of the pattern of a seed. */
static inline uint64_t pattern_word(uint64_t seed, uint64_t index)
{
    return (seed + index) * 0x9e3779b97f4a7c15ull;
}

/** Writes the first `length` bytes of a pattern. @param memory aligned to 8 bytes */
void pattern_write(void *memory, size_t length, uint64_t seed);

/**
 * Checks the first `length` bytes of a pattern.
 * @param memory any alignment
 * @return PATTERN_GOOD, or the position of the first 8-byte word of the pattern that holds a wrong byte
 */
size_t pattern_check(const void *memory, size_t length, uint64_t seed);

/** @return whether all bytes have the value. @param memory any alignment */
bool pattern_is_filled(const void *memory, size_t length, uint8_t value);

#endif
