/* SPDX-License-Identifier: MIT */
/*
 * What belongs to one hart. The thread pointer register `tp` holds its address from the first instructions on and is
 * never changed. No hart touches another hart's structure, so nothing here needs a lock.
 */
#ifndef SOC_HART_H
#define SOC_HART_H

/* Offsets that the assembly uses; hart.c asserts that they are the structure's. */
#define HART_STACK_LOW 0
#define HART_PANIC_STACK 8
#define HART_BYTES 64

/* Stacks are at most this long: the trap entry refuses a stack pointer further above HART_STACK_LOW. */
#define HART_STACK_SPAN_LOG2 16
/* What a trap needs of the stack it hits: its frame and the calls of the handlers. Below this is overflow. */
#define HART_STACK_RESERVE 1024

#ifndef __ASSEMBLER__

#include "soc/memory_map.h"
#include <stdint.h>

struct hart {
    uint64_t stack_low;           /* lowest stack pointer of the current thread that a trap accepts */
    uint64_t panic_stack;         /* initial stack pointer for a panic whose own stack cannot be trusted */
    uint64_t id;                  /* mhartid */
    void *scheduler;              /* the kernel's instance for this hart; NULL before it exists */
    void (*interrupt_exit)(void); /* called after the handler, interrupts disabled, may switch threads; NULL: nothing */
    uint64_t interrupts;          /* external interrupts taken */
    uint64_t spurious;            /* of these, with nothing to claim */
    uint32_t in_interrupt;        /* 1 while a handler runs */
    uint32_t in_section;          /* 1 in the kernel's critical section for objects of kernel_ipc */
};

extern struct hart harts[SOC_HART_COUNT_MAX];

/** The structure of the hart that executes the call. One register move: callable from anywhere. */
static inline struct hart *hart_self(void)
{
    struct hart *self;

    __asm__("mv %0, tp" : "=r"(self));
    return self;
}

/** Number of the hart that executes the call. */
static inline unsigned hart_id(void)
{
    return (unsigned)hart_self()->id;
}

/** C entry of each hart, on its boot stack, interrupts disabled; the kernel provides it. Does not return. */
_Noreturn void hart_main(unsigned hart);

#endif
#endif
