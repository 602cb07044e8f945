/* SPDX-License-Identifier: MIT */
/* CRC-32C (Castagnoli) as software computes it, to compare with what the device says. */
#ifndef PROGRAMS_SUPPORT_CRC32C_H
#define PROGRAMS_SUPPORT_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/** @return the CRC-32C of all bytes. @param memory any alignment */
uint32_t crc32c(const void *memory, size_t length);

#endif
