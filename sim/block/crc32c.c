/* SPDX-License-Identifier: MIT */
/* CRC-32C (Castagnoli), a bit at a time in a table made at the first use. */
#include "model.h"

static uint32_t table[256];

static void make_table(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0); /* 0x1EDC6F41, reflected */
        }
        table[byte] = crc;
    }
}

uint32_t crc32c(uint32_t crc, const uint8_t *bytes, uint32_t count)
{
    if (table[1] == 0) {
        make_table();
    }
    crc = ~crc;
    for (uint32_t i = 0; i < count; i++) {
        crc = (crc >> 8) ^ table[(crc ^ bytes[i]) & 0xff];
    }
    return ~crc;
}
