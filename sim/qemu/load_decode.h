/* SPDX-License-Identifier: MIT */
/* Decodes what the plugin must know of an instruction: above all a load's address, before it executes. */
#ifndef COSIM_QEMU_LOAD_DECODE_H
#define COSIM_QEMU_LOAD_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct load {
    uint8_t base;   /* number of the integer register with the base address */
    uint8_t bytes;  /* 1, 2, 4 or 8 */
    int16_t offset; /* bytes */
};

/**
 * Decodes one instruction.
 * @param code   its bytes, little-endian
 * @param bytes  2 or 4
 * @return true if it is a plain integer load whose base is not the stack pointer; `load` is then set. Loads from the
 *         stack are left to be caught after the fact: no device is there, and there are many of them.
 */
bool load_decode(const uint8_t *code, size_t bytes, struct load *load);

/** @return true for an instruction of the A extension (LR, SC, AMO) */
bool is_atomic(const uint8_t *code, size_t bytes);

/** @return true for WFI */
bool is_wfi(const uint8_t *code, size_t bytes);

/**
 * @return true for an instruction that only computes or branches: it cannot trap, and nothing outside the hart can tell
 *         when it executed
 */
bool is_computation(const uint8_t *code, size_t bytes);

#endif
