/* SPDX-License-Identifier: MIT */
/* What of the C library's <string.h> there is without a C library. */
#ifndef FREESTANDING_STRING_H
#define FREESTANDING_STRING_H

#include "soc/memory.h"

static inline size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length] != 0) {
        length++;
    }
    return length;
}

#endif
