/* SPDX-License-Identifier: MIT */
/* Copies of pages, and of pieces of them. Large ones hint at what they read next, where the build has such a hint. */
#ifndef KIPC_PAGE_COPY_H
#define KIPC_PAGE_COPY_H

#include "copy.h"
#include <kipc/config.h>
#include <kipc/memory_port.h>

/* How far the hints are ahead of the copy. */
#define KI_PREFETCH_AHEAD (4 * KIPC_CACHELINE)

/* Copies whole lines; both sides are aligned to one. Volatile, so that it does not become a call of memcpy. */
static inline void ki_copy_lines(void *to, const void *from, size_t bytes)
{
    volatile ki_word *target = to;
    const ki_word *source = from;
    bool hints = bytes >= KIPC_CFG_PREFETCH_MIN;
    for (size_t line = 0; line < bytes; line += KIPC_CACHELINE) {
        if (hints && line + KI_PREFETCH_AHEAD < bytes) {
            KIPC_PREFETCH((const uint8_t *)from + line + KI_PREFETCH_AHEAD);
        }
        for (unsigned int i = 0; i < KIPC_CACHELINE / sizeof(ki_word); i++) {
            *target++ = *source++;
        }
    }
}

/* Hints at a piece, if it belongs to a large copy of `total` bytes. */
static inline void ki_prefetch_piece(const void *piece, size_t bytes, size_t total)
{
    if (total >= KIPC_CFG_PREFETCH_MIN) {
        for (size_t line = 0; line < bytes; line += KIPC_CACHELINE) {
            KIPC_PREFETCH((const uint8_t *)piece + line);
        }
    }
}

/* Copies a piece of any alignment and length; whole words where both sides allow it. */
static inline void ki_copy_piece(void *to, const void *from, size_t length)
{
    if ((((uintptr_t)to | (uintptr_t)from) & (sizeof(ki_word) - 1)) == 0) {
        volatile ki_word *target = to;
        const ki_word *source = from;
        for (; length >= sizeof(ki_word); length -= sizeof(ki_word)) {
            *target++ = *source++;
        }
        to = (void *)target;
        from = source;
    }
    ki_copy_bytes(to, from, length);
}

#endif
