/* SPDX-License-Identifier: MIT */
/*
 * The trap vector. Everything is saved on the stack of the thread that was interrupted, and the handler runs there:
 * a switch to another thread at the end of an interrupt is then a plain call of context_switch, with nothing to move
 * between stacks, and a trap needs no scratch stack. The price is HART_STACK_RESERVE bytes in each stack. Handlers
 * run with interrupts disabled, so one reserve is enough.
 */
#include "soc/hart.h"
#include "soc/mark.inc"
#include "soc/trap_frame.h"

    .macro save_registers
    sd x1, 8(sp)
    sd x3, 24(sp)
    sd x4, 32(sp)
    sd x6, 48(sp)
    sd x7, 56(sp)
    sd x8, 64(sp)
    sd x9, 72(sp)
    sd x10, 80(sp)
    sd x11, 88(sp)
    sd x12, 96(sp)
    sd x13, 104(sp)
    sd x14, 112(sp)
    sd x15, 120(sp)
    sd x16, 128(sp)
    sd x17, 136(sp)
    sd x18, 144(sp)
    sd x19, 152(sp)
    sd x20, 160(sp)
    sd x21, 168(sp)
    sd x22, 176(sp)
    sd x23, 184(sp)
    sd x24, 192(sp)
    sd x25, 200(sp)
    sd x26, 208(sp)
    sd x27, 216(sp)
    sd x28, 224(sp)
    sd x29, 232(sp)
    sd x30, 240(sp)
    sd x31, 248(sp)
    csrr t1, mepc
    csrr t2, mstatus
    sd t1, TRAP_FRAME_MEPC(sp)
    sd t2, TRAP_FRAME_MSTATUS(sp)
    .endm

    .section .text.trap, "ax"
    .balign 4
    .globl trap_entry
    .type trap_entry, @function
trap_entry:
    BELFRY_MARK trap.entry
    /*
     * A stack pointer outside of the thread's stack would fault again at the first store, for ever. x5 waits in
     * mscratch, which has no other use, while the pointer is checked.
     */
    csrw mscratch, x5
    ld x5, HART_STACK_LOW(tp)
    sub x5, sp, x5
    srli x5, x5, HART_STACK_SPAN_LOG2
    bnez x5, trap_stack_broken
    csrr x5, mcause
    bgez x5, trap_exception
trap_save:
    csrr x5, mscratch
    addi sp, sp, -TRAP_FRAME_BYTES
    sd x5, 40(sp)
    save_registers
    addi t0, sp, TRAP_FRAME_BYTES
    sd t0, 16(sp)
    csrr a1, mcause
    mv a0, sp
    call trap_handle

    ld t1, TRAP_FRAME_MEPC(sp)
    ld t2, TRAP_FRAME_MSTATUS(sp)
    csrw mepc, t1
    csrw mstatus, t2
    ld x1, 8(sp)
    /* x3 (gp) is not used, x4 (tp) belongs to the hart: neither is restored. */
    ld x5, 40(sp)
    ld x6, 48(sp)
    ld x7, 56(sp)
    ld x8, 64(sp)
    ld x9, 72(sp)
    ld x10, 80(sp)
    ld x11, 88(sp)
    ld x12, 96(sp)
    ld x13, 104(sp)
    ld x14, 112(sp)
    ld x15, 120(sp)
    ld x16, 128(sp)
    ld x17, 136(sp)
    ld x18, 144(sp)
    ld x19, 152(sp)
    ld x20, 160(sp)
    ld x21, 168(sp)
    ld x22, 176(sp)
    ld x23, 184(sp)
    ld x24, 192(sp)
    ld x25, 200(sp)
    ld x26, 208(sp)
    ld x27, 216(sp)
    ld x28, 224(sp)
    ld x29, 232(sp)
    ld x30, 240(sp)
    ld x31, 248(sp)
    addi sp, sp, TRAP_FRAME_BYTES
    mret
    .size trap_entry, . - trap_entry

    /* An ecall from user mode (8) or machine mode (11) is a function call: whoever serves it saves what that keeps. */
    .type trap_exception, @function
trap_exception:
    addi x5, x5, -8
    beqz x5, 1f
    addi x5, x5, 8 - 11
    bnez x5, trap_save
1:  lla x5, trap_ecall_entry
    ld x5, 0(x5)
    beqz x5, trap_save
    jr x5
    .size trap_exception, . - trap_exception

    /* The frame goes to the hart's panic stack; the broken stack pointer is what the frame shows as x2. */
    .globl trap_stack_broken
    .type trap_stack_broken, @function
trap_stack_broken:
    mv x5, sp
    ld sp, HART_PANIC_STACK(tp)
    addi sp, sp, -TRAP_FRAME_BYTES
    sd x5, 16(sp)
    csrr x5, mscratch
    sd x5, 40(sp)
    save_registers
    csrr a1, mcause
    mv a0, sp
    call panic_stack_broken
    .size trap_stack_broken, . - trap_stack_broken
