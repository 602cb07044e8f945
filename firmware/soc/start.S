/* SPDX-License-Identifier: MIT */
/* First instructions of every hart: registers to a known state, then hart_main on the hart's boot stack. */
#include "soc/hart.h"

#define BOOT_STACK_LOG2 13
#define PANIC_STACK_LOG2 12

    .section .text.start, "ax"
    .globl _start
    .type _start, @function
_start:
    csrw mie, zero
    csrci mstatus, 8
    csrr s0, mhartid
    li t0, 2
    bgeu s0, t0, park_hart

    lla t0, trap_entry
    csrw mtvec, t0

    /* tp = &harts[s0]; the table holds one cache line a hart */
    lla tp, harts
    slli t0, s0, 6
    add tp, tp, t0

    /* Stacks grow down: the pointer starts at the end of the hart's piece. */
    addi t1, s0, 1
    slli t0, t1, BOOT_STACK_LOG2
    lla sp, boot_stacks_start
    add sp, sp, t0
    slli t0, t1, PANIC_STACK_LOG2
    lla t1, panic_stacks_start
    add t0, t0, t1
    sd t0, HART_PANIC_STACK(tp)
    li t0, 1 << BOOT_STACK_LOG2
    sub t0, sp, t0
    addi t0, t0, HART_STACK_RESERVE
    sd t0, HART_STACK_LOW(tp)
    sd s0, 16(tp)
    li ra, 0
    bnez s0, wait_for_release

    lla t0, bss_start
    lla t1, bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  /* The cleared memory must be visible before the flag that lets the other hart read it. */
    fence rw, w
    lla t0, start_released
    li t1, 1
    sw t1, 0(t0)
    li a0, 0
    call hart_main
    j park_hart

wait_for_release:
    /* Hart 0 does nothing here that could fail or wait, so this ends after its loop over .bss. */
    lla t0, start_released
1:  lw t1, 0(t0)
    beqz t1, 1b
    fence r, rw
    mv a0, s0
    call hart_main

park_hart:
    wfi
    j park_hart
    .size _start, . - _start

    .section .data
    .balign 4
start_released:
    .word 0
    .type start_released, @object
    .size start_released, 4
