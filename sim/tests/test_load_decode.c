/* SPDX-License-Identifier: MIT */
/* Loads, as GNU as 2.40 for rv64gc encodes them, and what is not one. */
#include "../qemu/load_decode.h"
#include "test.h"

#include <string.h>

struct encoding {
    const char *text;
    uint32_t code;
    uint8_t code_bytes;
    uint8_t base, bytes; /* what it decodes to */
    int16_t offset;
};

static const struct encoding loads[] = {
    {"lb a0, 0(a1)", 0x00058503, 4, 11, 1, 0},       {"lb a0, -1(a1)", 0xfff58503, 4, 11, 1, -1},
    {"lbu t0, 2047(s0)", 0x7ff44283, 4, 8, 1, 2047}, {"lh a0, -2048(a5)", 0x80079503, 4, 15, 2, -2048},
    {"lhu t6, 6(t5)", 0x006f5f83, 4, 30, 2, 6},      {"lw a0, 4(a1)", 0x0045a503, 4, 11, 4, 4},
    {"lw zero, 0(gp)", 0x0001a003, 4, 3, 4, 0},      {"lwu a3, 12(a4)", 0x00c76683, 4, 14, 4, 12},
    {"lwu s11, -4(t6)", 0xffcfed83, 4, 31, 4, -4},   {"ld a5, 248(a5)", 0x0f87b783, 4, 15, 8, 248},
    {"ld ra, -8(s0)", 0xff843083, 4, 8, 8, -8},      {"ld a0, 0(zero)", 0x00003503, 4, 0, 8, 0},
    {"ld t0, 256(a0)", 0x10053283, 4, 10, 8, 256},   {"c.lw a0, 4(a1)", 0x41c8, 2, 11, 4, 4},
    {"c.lw a0, 4(s1)", 0x40c8, 2, 9, 4, 4},          {"c.lw a5, 124(s0)", 0x5c7c, 2, 8, 4, 124},
    {"c.ld a0, 8(a1)", 0x6588, 2, 11, 8, 8},         {"c.ld a5, 248(a5)", 0x7ffc, 2, 15, 8, 248},
};

static const struct encoding others[] = {
    {"lb a0, 0(sp)", 0x00010503, 4, 0, 0, 0},
    {"lb ra, 0(sp)", 0x00010083, 4, 0, 0, 0},
    {"lbu a0, -16(sp)", 0xff014503, 4, 0, 0, 0},
    {"c.lwsp a0, 8(sp)", 0x4522, 2, 0, 0, 0},
    {"c.ldsp ra, 24(sp)", 0x60e2, 2, 0, 0, 0},
    {"flw fa0, 0(a0)", 0x00052507, 4, 0, 0, 0},
    {"fld fs0, 256(t0)", 0x1002b407, 4, 0, 0, 0},
    {"c.fld fa0, 8(a0)", 0x2508, 2, 0, 0, 0},
    {"c.fldsp fa1, 16(sp)", 0x25c2, 2, 0, 0, 0},
    {"sb a0, 0(a1)", 0x00a58023, 4, 0, 0, 0},
    {"sh a0, 2(a1)", 0x00a59123, 4, 0, 0, 0},
    {"sw a0, 400(t0)", 0x18a2a823, 4, 0, 0, 0},
    {"sd t0, 0(t1)", 0x00533023, 4, 0, 0, 0},
    {"c.sw a0, 4(a1)", 0xc1c8, 2, 0, 0, 0},
    {"c.sd a0, 8(a1)", 0xe588, 2, 0, 0, 0},
    {"fence", 0x0ff0000f, 4, 0, 0, 0},
    {"ecall", 0x00000073, 4, 0, 0, 0},
    {"mret", 0x30200073, 4, 0, 0, 0},
    {"c.addi a0, 4", 0x0511, 2, 0, 0, 0},
    {"c.mv a0, a1", 0x852e, 2, 0, 0, 0},
    {"c.nop", 0x0001, 2, 0, 0, 0},
    {"lui a0, 0x10500", 0x10500537, 4, 0, 0, 0},
    {"opcode LOAD, funct3 7 (reserved)", 0x0005f503, 4, 0, 0, 0},
    {"all zeros (illegal)", 0x0000, 2, 0, 0, 0},
};

static const struct encoding atomics[] = {
    {"lr.w a0, (a1)", 0x1005a52f, 4, 0, 0, 0},         {"lr.d a0, (a1)", 0x1005b52f, 4, 0, 0, 0},
    {"sc.w a0, a2, (a1)", 0x18c5a52f, 4, 0, 0, 0},     {"amoswap.w a0, a2, (a1)", 0x08c5a52f, 4, 0, 0, 0},
    {"amoadd.d a0, a2, (a1)", 0x00c5b52f, 4, 0, 0, 0},
};

static const struct encoding wfi = {"wfi", 0x10500073, 4, 0, 0, 0};

/** Puts the instruction at the very end of a buffer, so that a byte read too far is caught. */
static const uint8_t *bytes_of(const struct encoding *encoding)
{
    static uint8_t two[2], four[4];
    uint8_t *code = encoding->code_bytes == 2 ? two : four;

    for (unsigned i = 0; i < encoding->code_bytes; i++) {
        code[i] = (uint8_t)(encoding->code >> (8 * i));
    }
    return code;
}

static void assert_kind(const struct encoding *encoding, bool load, bool atomic, bool waits)
{
    struct load decoded = {0, 0, 0};
    const uint8_t *code = bytes_of(encoding);
    bool is_load = load_decode(code, encoding->code_bytes, &decoded);

    if (is_load != load || is_atomic(code, encoding->code_bytes) != atomic ||
        is_wfi(code, encoding->code_bytes) != waits) {
        fail_msg("%s is taken for something else", encoding->text);
    }
    if (load &&
        (decoded.base != encoding->base || decoded.bytes != encoding->bytes || decoded.offset != encoding->offset)) {
        fail_msg("%s: base x%u, %u bytes, offset %d", encoding->text, decoded.base, decoded.bytes, decoded.offset);
    }
}

static void test_integer_loads_are_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(loads); i++) {
        assert_kind(&loads[i], true, false, false);
    }
}

static void test_stack_and_float_loads_and_all_else_are_left_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        assert_kind(&others[i], false, false, false);
    }
}

static void test_atomics_are_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(atomics); i++) {
        assert_kind(&atomics[i], false, true, false);
    }
}

static void test_wfi_is_known(void **state)
{
    (void)state;
    assert_kind(&wfi, false, false, true);
}

static void test_every_offset_of_a_wide_load(void **state)
{
    /* I-type: offset in bits 31 to 20 (RISC-V ISA Manual, Volume I, "Base Instruction Formats"). */
    (void)state;
    for (int offset = -2048; offset < 2048; offset++) {
        const struct encoding encoding = {"ld a0, offset(a1)", (uint32_t)offset << 20 | 0x0005b503, 4, 11, 8,
                                          (int16_t)offset};
        assert_kind(&encoding, true, false, false);
    }
}

static void test_every_offset_of_a_compressed_load(void **state)
{
    /* C.LW: offset[5:3|2|6] in bits 12-10, 6, 5. C.LD: offset[5:3|7:6] in bits 12-10, 6-5 (Volume I, chapter "C"). */
    (void)state;
    for (unsigned offset = 0; offset < 128; offset += 4) {
        const struct encoding encoding = {
            "c.lw a0, offset(a1)",
            0x4188 | (offset >> 3 & 7) << 10 | (offset >> 2 & 1) << 6 | (offset >> 6 & 1) << 5,
            2,
            11,
            4,
            (int16_t)offset};
        assert_kind(&encoding, true, false, false);
    }
    for (unsigned offset = 0; offset < 256; offset += 8) {
        const struct encoding encoding = {
            "c.ld a0, offset(a1)", 0x6188 | (offset >> 3 & 7) << 10 | (offset >> 6 & 3) << 5, 2, 11, 8,
            (int16_t)offset};
        assert_kind(&encoding, true, false, false);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integer_loads_are_decoded),
        cmocka_unit_test(test_stack_and_float_loads_and_all_else_are_left_alone),
        cmocka_unit_test(test_atomics_are_known),
        cmocka_unit_test(test_wfi_is_known),
        cmocka_unit_test(test_every_offset_of_a_wide_load),
        cmocka_unit_test(test_every_offset_of_a_compressed_load),
    };

    return cmocka_run_group_tests_name("load_decode", tests, NULL, NULL);
}
