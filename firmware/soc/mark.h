/* SPDX-License-Identifier: MIT */
/*
 * Static marks: places in the code that the co-simulation reports when a hart gets there. A mark emits no
 * instruction. It is an entry in a section that is not loaded: the program counter, and "name|first|second" where a
 * value is the name of the register that holds it, a decimal number, or nothing.
 *
 * Entries are packed: 8 bytes of address, then the text with its terminating zero.
 */
#ifndef SOC_MARK_H
#define SOC_MARK_H

#include <stdint.h>

/*
 * The memory clobber pins the mark between the accesses before and after it. "rn" lets a constant be part of the
 * text instead of costing an instruction; a value that sits in a register anyway costs none either.
 */
#define BELFRY_MARK_ENTRY_(text, ...)                                                                                  \
    __asm__ volatile("1:\n\t"                                                                                          \
                     ".pushsection .belfry.marks,\"\",@progbits\n\t"                                                   \
                     ".8byte 1b\n\t"                                                                                   \
                     ".asciz \"" text "\"\n\t"                                                                         \
                     ".popsection"                                                                                     \
                     :                                                                                                 \
                     : __VA_ARGS__                                                                                     \
                     : "memory")

/** Mark with two values: integers or pointers of at most 64 bits. `name` is a string literal. */
#define BELFRY_MARK(name, first, second) BELFRY_MARK_ENTRY_(name "|%0|%1", "rn"(first), "rn"(second))
/** Mark with one value. */
#define BELFRY_MARK1(name, first) BELFRY_MARK_ENTRY_(name "|%0|", "rn"(first))

/**
 * A load instruction that may read a device, for use in an asm statement. Which loads these are tells the
 * co-simulation where it must know the address before the load executes; any other load from a device is refused.
 */
#define BELFRY_DEVICE_LOAD(instruction)                                                                                \
    "1:\t" instruction "\n\t"                                                                                          \
    ".pushsection .belfry.marks,\"\",@progbits\n\t"                                                                    \
    ".8byte 1b\n\t"                                                                                                    \
    ".asciz \"device.load||\"\n\t"                                                                                     \
    ".popsection"

#endif
