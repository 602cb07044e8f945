/* SPDX-License-Identifier: MIT */
/* Encodings: The RISC-V Instruction Set Manual, Volume I, chapters "RV32I", "RV64I" and "C", and the opcode tables. */
#include "load_decode.h"

#include <string.h>

enum { STACK_POINTER = 2, OPCODE_LOAD = 0x03, OPCODE_ATOMIC = 0x2f, WFI = 0x10500073, C_EBREAK = 0x9002 };

static uint32_t word_of(const uint8_t *code)
{
    uint32_t word;

    memcpy(&word, code, sizeof word);
    return word;
}

static unsigned bits(uint32_t value, unsigned high, unsigned low)
{
    return (value >> low) & ((1u << (high - low + 1)) - 1);
}

/** C.LW and C.LD: quadrant 0, funct3 2 and 3. */
static bool decode_compressed(uint16_t half, struct load *load)
{
    unsigned kind = bits(half, 15, 13);

    if (bits(half, 1, 0) != 0 || (kind != 2 && kind != 3)) {
        return false;
    }
    load->base = (uint8_t)(8 + bits(half, 9, 7));
    if (kind == 2) {
        load->bytes = 4;
        load->offset = (int16_t)(bits(half, 12, 10) << 3 | bits(half, 6, 6) << 2 | bits(half, 5, 5) << 6);
    } else {
        load->bytes = 8;
        load->offset = (int16_t)(bits(half, 12, 10) << 3 | bits(half, 6, 5) << 6);
    }
    return true;
}

bool load_decode(const uint8_t *code, size_t bytes, struct load *load)
{
    if (bytes == 2) {
        uint16_t half;
        memcpy(&half, code, sizeof half);
        return decode_compressed(half, load);
    }
    uint32_t word = word_of(code);
    unsigned width = bits(word, 14, 12); /* LB LH LW LD LBU LHU LWU; 7 is reserved */
    if (bytes != 4 || bits(word, 6, 0) != OPCODE_LOAD || width == 7) {
        return false;
    }
    load->base = (uint8_t)bits(word, 19, 15);
    load->bytes = (uint8_t)(1u << (width & 3));
    load->offset = (int16_t)((int32_t)word >> 20);
    return load->base != STACK_POINTER;
}

bool is_atomic(const uint8_t *code, size_t bytes)
{
    return bytes == 4 && bits(word_of(code), 6, 0) == OPCODE_ATOMIC;
}

bool is_wfi(const uint8_t *code, size_t bytes)
{
    return bytes == 4 && word_of(code) == WFI;
}

static bool compressed_is_computation(uint16_t half)
{
    unsigned kind = bits(half, 15, 13);

    switch (bits(half, 1, 0)) {
    case 0:
        return kind == 0; /* C.ADDI4SPN; the rest are loads and stores */
    case 1:
        return true; /* arithmetic, jumps and branches */
    default:
        return kind == 0 || (kind == 4 && half != C_EBREAK); /* C.SLLI; C.JR, C.MV, C.JALR, C.ADD */
    }
}

bool is_computation(const uint8_t *code, size_t bytes)
{
    if (bytes == 2) {
        uint16_t half;
        memcpy(&half, code, sizeof half);
        return compressed_is_computation(half);
    }
    switch (bits(word_of(code), 6, 0)) {
    case 0x13: /* OP-IMM */
    case 0x17: /* AUIPC */
    case 0x1b: /* OP-IMM-32 */
    case 0x33: /* OP */
    case 0x37: /* LUI */
    case 0x3b: /* OP-32 */
    case 0x63: /* BRANCH */
    case 0x67: /* JALR */
    case 0x6f: /* JAL */
        return bytes == 4;
    default:
        return false;
    }
}
