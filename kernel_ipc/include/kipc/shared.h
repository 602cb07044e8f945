/* SPDX-License-Identifier: MIT */
/* The one type of word that two harts or threads share; how it is accessed is private to src/atomic.h. */
#ifndef KIPC_SHARED_H
#define KIPC_SHARED_H

#include <stdint.h>

#define KIPC_CACHELINE 64

/*
 * On RISC-V the word is a plain one, accessed by one lw or sw each between named fences: GCC 12 turns each C11 atomic
 * store into an AMO, which costs more, and which a bus slave may refuse. Elsewhere it is a C11 atomic, which the thread
 * sanitizer understands. Both have the same size and layout.
 */
#if defined(__riscv) && !defined(KIPC_MODEL)
#define KIPC_PLAIN_WORDS 1
typedef uint32_t kipc_shared_word;
#else
#define KIPC_PLAIN_WORDS 0
typedef _Atomic uint32_t kipc_shared_word;
#endif

_Static_assert(sizeof(kipc_shared_word) == 4, "the layout of shared memory depends on it");

#endif
