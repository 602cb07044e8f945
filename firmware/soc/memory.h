/* SPDX-License-Identifier: MIT */
/* The four functions that the compiler may call by itself. Meanings as in C11, section 7.24. */
#ifndef SOC_MEMORY_H
#define SOC_MEMORY_H

#include <stddef.h>

void *memcpy(void *restrict destination, const void *restrict source, size_t length);
void *memmove(void *destination, const void *source, size_t length);
void *memset(void *destination, int value, size_t length);
int memcmp(const void *first, const void *second, size_t length);

#endif
