/* SPDX-License-Identifier: MIT */
/* A jump into a row of NOPs: a loop could only delay by multiples of its own length. */
    .section .text.delay, "ax"
    .globl delay_nops
    .type delay_nops, @function
delay_nops:
    lla t0, delay_end
    slli a0, a0, 2
    sub t0, t0, a0
    jr t0
    .option push
    .option norvc
    .rept 1024
    nop
    .endr
    .option pop
delay_end:
    ret
    .size delay_nops, . - delay_nops
