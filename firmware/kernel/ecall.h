/* SPDX-License-Identifier: MIT */
/**
 * System calls: how threads of processes use the kernel objects by `ecall`, from machine mode or user mode.
 *
 *   number   arguments   words        result               kept
 *   a7       a0 to a6    a3 to a6     a0                   ra, sp, gp, tp, s0 to s11
 *
 * A system call is like a function call: all other registers are undefined afterwards. The calls of kipc/words.h take
 * a0 to a2 for arguments, and their words in a3 to a6, where the words of the other side are afterwards; a1 has the
 * request id then. While such a call is served, the words lie in s8 to s11, which the code that serves it leaves alone
 * (FIRMWARE_WORD_SOURCES in firmware.mk): the switch to the other side does not touch them either.
 */
#ifndef KERNEL_ECALL_H
#define KERNEL_ECALL_H

#include <kipc/words.h>

/** Where the system calls of this hart's threads go from now on. @param gate set up; kept. Once, before the first. */
void ecall_open(struct kipc_gate *gate);

/**
 * Makes the calling thread one of a process, for kernel_ipc and for its system calls.
 * @param pid the process @param priority as for kipc_thread_attach
 * @return as kipc_thread_attach
 */
KIPC_MUSTUSE int ecall_attach(kipc_pid_t pid, uint8_t priority);

/** Does a system call. @param a0 to a6: its arguments; number: any value. @return a0 afterwards. Blocks as it does. */
intptr_t ecall(uintptr_t a0, uintptr_t a1, uintptr_t a2, uintptr_t a3, uintptr_t a4, uintptr_t a5, uintptr_t a6,
               uintptr_t number);

/** Registers of a call of kipc/words.h, before it and after it. */
struct ecall_words {
    uintptr_t arguments[KIPC_WORDS_REGISTERS]; /* a0 to a2; then the result, the request id, undefined */
    uintptr_t words[KIPC_FAST_WORDS];          /* a3 to a6 */
};

/** Does such a call. @param call loaded before and stored afterwards @param number any value. Blocks as it does. */
void ecall_words(struct ecall_words *call, uintptr_t number);

/**
 * Goes on in user mode, with all of memory still open: what is kept from a thread there is the machine's registers.
 * @param entry must not return: there is nothing to return to @param argument given to it
 * From a thread. Interrupts are enabled there.
 */
_Noreturn void ecall_enter_user(void (*entry)(void *argument), void *argument);

/** kipc_word_ops: the words of the calling thread's system call, from their registers and back. */
void ecall_take_words(void *context, uintptr_t *words);
void ecall_give_words(void *context, const uintptr_t *words);

#endif
