/* SPDX-License-Identifier: MIT */
/* What fuzz targets share: bytes that become decisions, and rules that must hold whatever they are. */
#ifndef KIPC_FUZZ_H
#define KIPC_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Ends the program, which the fuzzer takes for a finding, unless the condition holds. */
#define FUZZ_REQUIRE(condition)                                                                                        \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                             \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* The input, from its beginning; after its end everything is 0. */
struct fuzz_input {
    const uint8_t *bytes;
    size_t left;
};

static inline uint8_t fuzz_byte(struct fuzz_input *input)
{
    if (input->left == 0) {
        return 0;
    }
    input->left -= 1;
    return *input->bytes++;
}

static inline uint32_t fuzz_below(struct fuzz_input *input, uint32_t bound)
{
    return fuzz_byte(input) % bound;
}

static inline uint64_t fuzz_word(struct fuzz_input *input, unsigned int bytes)
{
    uint64_t word = 0;
    for (unsigned int i = 0; i < bytes; i++) {
        word |= (uint64_t)fuzz_byte(input) << 8 * i;
    }
    return word;
}

/* A number that is often at an edge of what is allowed, and sometimes beyond. */
static inline uint32_t fuzz_number(struct fuzz_input *input, uint32_t limit)
{
    switch (fuzz_below(input, 8)) {
    case 0:
        return 0;
    case 1:
        return limit;
    case 2:
        return limit + 1;
    case 3:
        return UINT32_MAX;
    case 4:
        return (uint32_t)fuzz_word(input, 4);
    default:
        return fuzz_below(input, 255) % (limit + 1);
    }
}

/* A number from 1 to the limit, and rarely one at an edge or beyond: for what refuses all else that a call could do. */
static inline uint32_t fuzz_mostly(struct fuzz_input *input, uint32_t limit)
{
    uint32_t choice = fuzz_byte(input);
    return choice >= 248 ? fuzz_number(input, limit) : 1 + choice % limit;
}

#endif
