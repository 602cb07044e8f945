/* SPDX-License-Identifier: MIT */
/* System calls, from the `ecall` instruction to the instruction behind it. ecall.h has the map of registers. */
#include "kernel/ecall_frame.h"
#include "soc/mark.inc"

    .section .text.ecall, "ax"

    /* Where trap.S goes for an ecall: nothing is saved yet, interrupts are disabled, t0 is free. */
    .globl ecall_entry
    .type ecall_entry, @function
ecall_entry:
    addi sp, sp, -ECALL_FRAME_BYTES
    sd ra, ECALL_RA(sp)
    sd s8, ECALL_S8(sp)
    sd s9, ECALL_S8 + 8(sp)
    sd s10, ECALL_S8 + 16(sp)
    sd s11, ECALL_S8 + 24(sp)
    csrr t0, mepc
    csrr t1, mstatus
    addi t0, t0, 4
    sd t0, ECALL_MEPC(sp)
    sd t1, ECALL_MSTATUS(sp)
    srli t0, a7, 8
    addi t0, t0, -ECALL_WORDS_PAGE
    beqz t0, serve_words

    sd a0, ECALL_ARGUMENTS(sp)
    sd a1, ECALL_ARGUMENTS + 8(sp)
    sd a2, ECALL_ARGUMENTS + 16(sp)
    sd a3, ECALL_ARGUMENTS + 24(sp)
    sd a4, ECALL_ARGUMENTS + 32(sp)
    sd a5, ECALL_ARGUMENTS + 40(sp)
    sd a6, ECALL_ARGUMENTS + 48(sp)
    mv a0, a7
    addi a1, sp, ECALL_ARGUMENTS
    mv a2, t1
    call ecall_serve
    j leave

    /* No word is stored: from here on they are where no code on the way touches them. */
serve_words:
    mv s8, a3
    mv s9, a4
    mv s10, a5
    mv s11, a6
    mv a3, a7
    call ecall_serve_words
    mv a3, s8
    mv a4, s9
    mv a5, s10
    mv a6, s11

leave:
    ld t0, ECALL_MEPC(sp)
    ld t1, ECALL_MSTATUS(sp)
    csrw mepc, t0
    csrw mstatus, t1
    ld ra, ECALL_RA(sp)
    ld s8, ECALL_S8(sp)
    ld s9, ECALL_S8 + 8(sp)
    ld s10, ECALL_S8 + 16(sp)
    ld s11, ECALL_S8 + 24(sp)
    addi sp, sp, ECALL_FRAME_BYTES
    mret
    .size ecall_entry, . - ecall_entry

    /* intptr_t ecall(a0, ..., a6, number): the function's own arguments are in the call's registers already. */
    .globl ecall
    .type ecall, @function
ecall:
    ecall
    ret
    .size ecall, . - ecall

    /* void ecall_words(struct ecall_words *call, uintptr_t number) */
    .globl ecall_words
    .type ecall_words, @function
ecall_words:
    addi sp, sp, -16
    sd s0, 0(sp)
    mv s0, a0
    mv a7, a1
    ld a0, 0(s0)
    ld a1, 8(s0)
    ld a2, 16(s0)
    ld a3, 24(s0)
    ld a4, 32(s0)
    ld a5, 40(s0)
    ld a6, 48(s0)
    BELFRY_MARK words.call, a7
    ecall
    BELFRY_MARK words.return, a1
    sd a0, 0(s0)
    sd a1, 8(s0)
    sd a3, 24(s0)
    sd a4, 32(s0)
    sd a5, 40(s0)
    sd a6, 48(s0)
    ld s0, 0(sp)
    addi sp, sp, 16
    ret
    .size ecall_words, . - ecall_words

    /* void ecall_take_words(void *context, uintptr_t *words) */
    .globl ecall_take_words
    .type ecall_take_words, @function
ecall_take_words:
    sd s8, 0(a1)
    sd s9, 8(a1)
    sd s10, 16(a1)
    sd s11, 24(a1)
    ret
    .size ecall_take_words, . - ecall_take_words

    /* void ecall_give_words(void *context, const uintptr_t *words) */
    .globl ecall_give_words
    .type ecall_give_words, @function
ecall_give_words:
    ld s8, 0(a1)
    ld s9, 8(a1)
    ld s10, 16(a1)
    ld s11, 24(a1)
    ret
    .size ecall_give_words, . - ecall_give_words

    /* void ecall_enter_user(void (*entry)(void *argument), void *argument) */
    .globl ecall_enter_user
    .type ecall_enter_user, @function
ecall_enter_user:
    li t0, -1
    csrw pmpaddr0, t0
    li t0, 0x1f /* one naturally aligned region, all of memory: read, write, execute */
    csrw pmpcfg0, t0
    csrw mepc, a0
    li t0, 0x1800 /* MPP: 0 is user mode */
    csrc mstatus, t0
    li t0, 0x80 /* MPIE */
    csrs mstatus, t0
    mv a0, a1
    li ra, 0
    mret
    .size ecall_enter_user, . - ecall_enter_user
