/* SPDX-License-Identifier: MIT */
/* What ecall.S keeps on the stack of a thread during its system call. */
#ifndef KERNEL_ECALL_FRAME_H
#define KERNEL_ECALL_FRAME_H

#define ECALL_RA 0
#define ECALL_MEPC 8
#define ECALL_MSTATUS 16
#define ECALL_S8 24
#define ECALL_ARGUMENTS 56
#define ECALL_FRAME_BYTES 112

/* Numbers of calls whose words stay in registers: this and the 255 after it. */
#define ECALL_WORDS_PAGE 3

#endif
