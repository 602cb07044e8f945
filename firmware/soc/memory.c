/* SPDX-License-Identifier: MIT */
/* Built with -fno-tree-loop-distribute-patterns: else the compiler turns these loops into calls of themselves. */
#include "soc/memory.h"
#include <stdbool.h>
#include <stdint.h>

#define WORD sizeof(uint64_t)

/* A word that may alias any object: this is the memory's own view, below the types of C. */
typedef uint64_t __attribute__((may_alias)) any_word;

static bool both_aligned(const void *first, const void *second)
{
    return (((uintptr_t)first | (uintptr_t)second) & (WORD - 1)) == 0;
}

void *memcpy(void *restrict destination, const void *restrict source, size_t length)
{
    uint8_t *to = destination;
    const uint8_t *from = source;

    if (both_aligned(to, from)) {
        for (; length >= WORD; length -= WORD, to += WORD, from += WORD) {
            *(any_word *)(void *)to = *(const any_word *)(const void *)from;
        }
    }
    for (; length > 0; length--) {
        *to++ = *from++;
    }
    return destination;
}

void *memmove(void *destination, const void *source, size_t length)
{
    uint8_t *to = destination;
    const uint8_t *from = source;

    if (to <= from) {
        while (length-- > 0) {
            *to++ = *from++;
        }
        return destination;
    }
    while (length-- > 0) {
        to[length] = from[length];
    }
    return destination;
}

void *memset(void *destination, int value, size_t length)
{
    uint8_t *to = destination;
    uint64_t word = 0x0101010101010101ull * (uint8_t)value;

    for (; length > 0 && ((uintptr_t)to & (WORD - 1)) != 0; length--) {
        *to++ = (uint8_t)value;
    }
    for (; length >= WORD; length -= WORD, to += WORD) {
        *(any_word *)(void *)to = word;
    }
    for (; length > 0; length--) {
        *to++ = (uint8_t)value;
    }
    return destination;
}

int memcmp(const void *first, const void *second, size_t length)
{
    const uint8_t *a = first;
    const uint8_t *b = second;

    if (both_aligned(a, b)) {
        while (length >= WORD && *(const any_word *)(const void *)a == *(const any_word *)(const void *)b) {
            a += WORD;
            b += WORD;
            length -= WORD;
        }
    }
    for (; length > 0; length--, a++, b++) {
        if (*a != *b) {
            return *a < *b ? -1 : 1;
        }
    }
    return 0;
}
