/* SPDX-License-Identifier: MIT */
/* Switching threads: a function call for both sides, so only what a call preserves is kept (RISC-V psABI, s0-s11). */
#include "kernel/context_frame.h"
#include "soc/mark.inc"

    .macro ra_to_s7_in_frame instruction
    \instruction ra, CONTEXT_RA(sp)
    \instruction s0, CONTEXT_S0(sp)
    \instruction s1, CONTEXT_S1(sp)
    \instruction s2, 24(sp)
    \instruction s3, 32(sp)
    \instruction s4, 40(sp)
    \instruction s5, 48(sp)
    \instruction s6, 56(sp)
    \instruction s7, 64(sp)
    .endm

    .macro s8_to_s11_in_frame instruction
    \instruction s8, 72(sp)
    \instruction s9, 80(sp)
    \instruction s10, 88(sp)
    \instruction s11, 96(sp)
    .endm

    .section .text.context, "ax"

    /* uint64_t context_switch(struct thread *from, struct thread *to): see scheduler.c */
    .globl context_switch
    .type context_switch, @function
context_switch:
    addi sp, sp, -CONTEXT_FRAME_BYTES
    ra_to_s7_in_frame sd
    s8_to_s11_in_frame sd
    sd sp, 0(a0)
    ld sp, 0(a1)
    ld a0, 8(a1)
    ra_to_s7_in_frame ld
    s8_to_s11_in_frame ld
    addi sp, sp, CONTEXT_FRAME_BYTES
    ret
    .size context_switch, . - context_switch

    /*
     * uint64_t context_switch_with_words(struct thread *from, struct thread *to): s8 to s11 hold the words of a call,
     * which the other thread gets. Neither has anything else in them, so their places in the frame do not matter.
     */
    .globl context_switch_with_words
    .type context_switch_with_words, @function
context_switch_with_words:
    addi sp, sp, -CONTEXT_FRAME_BYTES
    ra_to_s7_in_frame sd
    sd sp, 0(a0)
    ld sp, 0(a1)
    ld a0, 8(a1)
    ra_to_s7_in_frame ld
    addi sp, sp, CONTEXT_FRAME_BYTES
    ret
    .size context_switch_with_words, . - context_switch_with_words

    /* Where a new thread's first context_switch returns to. s0 holds its entry, s1 the argument. */
    .globl context_first_run
    .type context_first_run, @function
context_first_run:
    BELFRY_MARK thread.resumed, a0
    li ra, 0
    mv a0, s0
    mv a1, s1
    call thread_first_run
    .size context_first_run, . - context_first_run
