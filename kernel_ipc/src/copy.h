/* SPDX-License-Identifier: MIT */
/* Copies between a slot and a caller's buffer, whole words where the caller's alignment allows it. */
#ifndef KIPC_COPY_H
#define KIPC_COPY_H

#include "internal.h"

/* The caller's bytes may be of any type; words that look at them must be allowed to alias it. */
typedef uint64_t __attribute__((may_alias)) ki_word;
typedef uint32_t __attribute__((may_alias)) ki_half_word;
typedef uint16_t __attribute__((may_alias)) ki_quarter_word;

_Static_assert(KIPC_RING_INLINE_MAX < 64, "ki_copy_aligned has a step for each binary digit up to 32");

/* Copies up to a slot's payload, both sides aligned, without a loop: each binary digit of the length is one step. */
static inline void ki_copy_aligned(ki_word *to, const ki_word *from, size_t length)
{
    if ((length & 32) != 0) {
        to[0] = from[0];
        to[1] = from[1];
        to[2] = from[2];
        to[3] = from[3];
        to += 4;
        from += 4;
    }
    if ((length & 16) != 0) {
        to[0] = from[0];
        to[1] = from[1];
        to += 2;
        from += 2;
    }
    if ((length & 8) != 0) {
        *to++ = *from++;
    }
    if ((length & 7) != 0) {
        const ki_half_word *half_from = (const void *)from;
        ki_half_word *half_to = (void *)to;
        if ((length & 4) != 0) {
            *half_to++ = *half_from++;
        }
        const ki_quarter_word *quarter_from = (const void *)half_from;
        ki_quarter_word *quarter_to = (void *)half_to;
        if ((length & 2) != 0) {
            *quarter_to++ = *quarter_from++;
        }
        if ((length & 1) != 0) {
            *(uint8_t *)quarter_to = *(const uint8_t *)quarter_from;
        }
    }
}

/* A slot's whole payload, both sides aligned: most messages have it, and need no look at the digits of their length. */
static KI_INLINE void ki_copy_whole(ki_word *to, const ki_word *from)
{
    to[0] = from[0];
    to[1] = from[1];
    to[2] = from[2];
    to[3] = from[3];
    to[4] = from[4];
    to[5] = from[5];
    to[6] = from[6];
}

/* Volatile, so that the compiler does not turn the loops into a call of memcpy, which a freestanding build may lack. */
static inline void ki_copy_bytes(void *to, const void *from, size_t length)
{
    volatile uint8_t *target = to;
    const uint8_t *source = from;
    for (; length >= 4; length -= 4) {
        target[0] = source[0];
        target[1] = source[1];
        target[2] = source[2];
        target[3] = source[3];
        target += 4;
        source += 4;
    }
    for (; length > 0; length--) {
        *target++ = *source++;
    }
}

/*
 * Copies up to KIPC_RING_INLINE_MAX bytes, and never reads or writes beyond them.
 * callers_side: address of the end that is not a slot; its alignment decides, a slot's is always good.
 */
static inline void ki_copy(void *to, const void *from, size_t length, uintptr_t callers_side)
{
    if (KI_LIKELY((callers_side & 7) == 0)) {
        ki_copy_aligned(to, from, length);
    } else {
        ki_copy_bytes(to, from, length);
    }
}

/* The same for up to a message's small payload of 64 bytes, which most have whole. */
static KI_INLINE void ki_copy_small(void *to, const void *from, size_t length, uintptr_t callers_side)
{
    if (!KI_LIKELY((callers_side & 7) == 0)) {
        ki_copy_bytes(to, from, length);
        return;
    }
    ki_word *target = to;
    const ki_word *source = from;
    if ((length & 64) != 0) {
        for (unsigned int i = 0; i < 8; i += 4) {
            target[i] = source[i];
            target[i + 1] = source[i + 1];
            target[i + 2] = source[i + 2];
            target[i + 3] = source[i + 3];
        }
        return;
    }
    ki_copy_aligned(target, source, length);
}

#endif
