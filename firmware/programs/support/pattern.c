/* SPDX-License-Identifier: MIT */
#include "programs/support/pattern.h"

void pattern_write(void *memory, size_t length, uint64_t seed)
{
    uint64_t *words = memory;
    size_t count = length / 8;

    for (size_t i = 0; i < count; i++) {
        words[i] = pattern_word(seed, i);
    }
    uint8_t *bytes = (uint8_t *)&words[count];
    uint64_t last = pattern_word(seed, count);
    for (size_t i = 0; i < length % 8; i++) {
        bytes[i] = (uint8_t)(last >> 8 * i);
    }
}

/* A word from any address by two aligned loads; the second one is not done if the first holds all of it. */
static uint64_t load_unaligned(const uint8_t *address)
{
    const uint64_t *word = (const uint64_t *)((uintptr_t)address & ~7ul);
    unsigned shift = 8 * ((uintptr_t)address & 7);

    return shift == 0 ? word[0] : word[0] >> shift | word[1] << (64 - shift);
}

size_t pattern_check(const void *memory, size_t length, uint64_t seed)
{
    const uint8_t *bytes = memory;
    size_t count = length / 8;

    for (size_t i = 0; i < count; i++) {
        if (load_unaligned(&bytes[8 * i]) != pattern_word(seed, i)) {
            return 8 * i;
        }
    }
    uint64_t last = pattern_word(seed, count);
    for (size_t i = 0; i < length % 8; i++) {
        if (bytes[8 * count + i] != (uint8_t)(last >> 8 * i)) {
            return 8 * count;
        }
    }
    return PATTERN_GOOD;
}

bool pattern_is_filled(const void *memory, size_t length, uint8_t value)
{
    const uint8_t *bytes = memory;

    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != value) {
            return false;
        }
    }
    return true;
}
