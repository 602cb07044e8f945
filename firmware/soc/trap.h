/* SPDX-License-Identifier: MIT */
/* Traps: external interrupts go to the interrupt controller's handlers, everything unexpected to the panic. */
#ifndef SOC_TRAP_H
#define SOC_TRAP_H

#include "soc/trap_frame.h"
#include <stdint.h>

/**
 * Called by trap.S with interrupts disabled, on the interrupted thread's stack.
 * @param frame the registers, on that stack; whatever is in it on return is what the hart goes on with
 * @param cause mcause
 */
void trap_handle(struct trap_frame *frame, uint64_t cause);

/**
 * Says who serves system calls from now on, on all harts; before that, each is a panic.
 * @param entry assembly: called by trap.S on the caller's stack with interrupts disabled, all registers but t0 as the
 * caller left them; ends with mret
 */
void trap_serve_ecalls(void (*entry)(void));

/**
 * Announces traps of one cause: until trap_expected_count each is counted instead of being a panic, and the function
 * in which it happened returns to its caller at once (to the address in ra, so it must not have used ra before).
 * Only for programs that test what must be refused.
 * @param cause mcause to expect; must be an exception
 * Not from an interrupt handler; one announcement a hart at a time.
 */
void trap_expect(uint64_t cause);

/** Ends the announcement. @return how many traps it let pass */
unsigned trap_expected_count(void);

#endif
