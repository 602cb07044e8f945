/* SPDX-License-Identifier: MIT */
/* The end of a run that went wrong: says what is known, then exits with a code that cannot be taken for a pass. */
#ifndef SOC_PANIC_H
#define SOC_PANIC_H

#include "soc/trap_frame.h"
#include <stdint.h>

/** Exit code of an exception is PANIC_EXCEPTION + mcause, of an unexpected interrupt PANIC_INTERRUPT + its number. */
#define PANIC_EXCEPTION 0x80u
#define PANIC_INTERRUPT 0xa0u
/** Exit code of a stack pointer outside of its stack, of panic(), and of a panic inside a panic. */
#define PANIC_STACK 0xc0u
#define PANIC_SOFTWARE 0xc1u
#define PANIC_NESTED 0xc2u

/** Prints the formatted reason, the hart and the caller, and ends the run as a failure. From anywhere. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Prints cause, program counter, address and all registers, and ends the run. @param cause mcause */
_Noreturn void panic_trap(const struct trap_frame *frame, uint64_t cause);

/** The same, called by trap.S when the stack pointer of the interrupted code was outside of its stack. */
_Noreturn void panic_stack_broken(const struct trap_frame *frame, uint64_t cause);

#endif
