/* SPDX-License-Identifier: MIT */
/* First instructions of the chip's program: other harts sleep, RAM is cleared, then C. */
    .section .text.start
    .globl _start
_start:
    .option arch, +zicsr
    csrr t0, mhartid
    bnez t0, sleep
    la sp, __stack_end
    la t0, __bss_start
    la t1, __bss_end
clear:
    bgeu t0, t1, run
    sw zero, 0(t0)
    addi t0, t0, 4
    j clear
run:
    call chip_main
sleep:
    wfi
    j sleep
