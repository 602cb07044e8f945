/* SPDX-License-Identifier: MIT */
#include "programs/support/crc32c.h"

/* 0x1EDC6F41 with its bits in reverse order: the sum runs from the low end. */
#define POLYNOMIAL_REFLECTED 0x82f63b78u

uint32_t crc32c(const void *memory, size_t length)
{
    const uint8_t *bytes = memory;
    uint32_t sum = ~0u;

    for (size_t i = 0; i < length; i++) {
        sum ^= bytes[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            sum = sum >> 1 ^ (POLYNOMIAL_REFLECTED & (0u - (sum & 1)));
        }
    }
    return ~sum;
}
