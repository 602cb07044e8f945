/* SPDX-License-Identifier: MIT */
/* Machine-mode control and status registers (RISC-V privileged specification 1.12, chapter 3). */
#ifndef SOC_CSR_H
#define SOC_CSR_H

#include <stdint.h>

#define CSR_MSTATUS_MIE 0x8ul
#define CSR_MSTATUS_MPIE 0x80ul
#define CSR_MIE_EXTERNAL (1ul << 11)
#define CSR_MCAUSE_INTERRUPT (1ul << 63)
#define CSR_INTERRUPT_EXTERNAL 11

#define CSR_READ(name)                                                                                                 \
    ({                                                                                                                 \
        uint64_t csr_value_;                                                                                           \
        __asm__ volatile("csrr %0, " #name : "=r"(csr_value_) : : "memory");                                           \
        csr_value_;                                                                                                    \
    })
#define CSR_SET(name, bits) __asm__ volatile("csrs " #name ", %0" : : "rK"((uint64_t)(bits)) : "memory")

/**
 * Disables interrupts on this hart. Never blocks; callable from anywhere; nests.
 * @return what interrupts_restore needs: CSR_MSTATUS_MIE if they were enabled, else 0
 */
static inline uint64_t interrupts_disable(void)
{
    uint64_t before;

    __asm__ volatile("csrrci %0, mstatus, %1" : "=r"(before) : "n"(CSR_MSTATUS_MIE) : "memory");
    return before & CSR_MSTATUS_MIE;
}

/** Puts back the state that interrupts_disable returned. @param before its result */
static inline void interrupts_restore(uint64_t before)
{
    __asm__ volatile("csrs mstatus, %0" : : "r"(before) : "memory");
}

/** Enables interrupts on this hart. */
static inline void interrupts_enable(void)
{
    __asm__ volatile("csrsi mstatus, %0" : : "n"(CSR_MSTATUS_MIE) : "memory");
}

/** Sleeps until an interrupt is pending, whether or not interrupts are enabled. May return at any time. */
static inline void wait_for_interrupt(void)
{
    __asm__ volatile("wfi" : : : "memory");
}

#endif
