/* SPDX-License-Identifier: MIT */
/*
 * One load or store through a page table, with the privilege of user mode. Only data accesses are translated, not the
 * instructions, so code between setting and clearing MPRV may not touch its stack.
 *
 * a0: address, a1: satp, a2: what is stored. Returns in a0 what was loaded, in a1 whether the access was refused.
 * trap_expect lets a refused access return to ra; so ra is where that goes on here, and t0 the way back. The trap
 * keeps MPRV as it was, and its return leaves user mode in MPP. No table stays behind: threads of user mode run at
 * physical addresses.
 */
#define MSTATUS_MPRV 0x20000
#define MSTATUS_MPP 0x1800

    .macro access name, instruction
    .section .text.\name, "ax"
    .balign 4
    .globl \name
    .type \name, @function
\name:
    mv t0, ra
    lla ra, 1f
    csrw satp, a1
    sfence.vma
    li t1, MSTATUS_MPP
    csrc mstatus, t1
    li t1, MSTATUS_MPRV
    csrs mstatus, t1
    \instruction
    csrc mstatus, t1
    csrw satp, zero
    li a1, 0
    jr t0
1:
    csrc mstatus, t1
    csrw satp, zero
    li a1, 1
    jr t0
    .size \name, . - \name
    .endm

    access ipc_memory_load_byte, "lbu a0, (a0)"
    access ipc_memory_load_word, "ld a0, (a0)"
    access ipc_memory_store_byte, "sb a2, (a0)"
    access ipc_memory_store_word, "sd a2, (a0)"
