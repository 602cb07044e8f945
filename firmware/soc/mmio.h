/* SPDX-License-Identifier: MIT */
/*
 * Access to device registers, and the fences between them and memory (RISC-V unprivileged specification, FENCE).
 *
 * Written in assembly because the compiler may do to a volatile access what a device forbids: split it, or make an
 * atomic of it. One call is exactly one plain load or store of the width in its name. The "m" operand lets the
 * compiler fold a constant offset into the instruction; a device address is never derived from the stack pointer.
 */
#ifndef SOC_MMIO_H
#define SOC_MMIO_H

#include "soc/mark.h"

#include <stdint.h>

static inline uint8_t mmio_read8(uintptr_t address)
{
    uint8_t value;

    __asm__ volatile(BELFRY_DEVICE_LOAD("lbu %0, %1") : "=r"(value) : "m"(*(const volatile uint8_t *)address));
    return value;
}

static inline void mmio_write8(uintptr_t address, uint8_t value)
{
    __asm__ volatile("sb %z1, %0" : "=m"(*(volatile uint8_t *)address) : "rJ"(value));
}

static inline uint32_t mmio_read32(uintptr_t address)
{
    uint32_t value;

    __asm__ volatile(BELFRY_DEVICE_LOAD("lw %0, %1") : "=r"(value) : "m"(*(const volatile uint32_t *)address));
    return value;
}

static inline void mmio_write32(uintptr_t address, uint32_t value)
{
    __asm__ volatile("sw %z1, %0" : "=m"(*(volatile uint32_t *)address) : "rJ"(value));
}

static inline uint64_t mmio_read64(uintptr_t address)
{
    uint64_t value;

    __asm__ volatile(BELFRY_DEVICE_LOAD("ld %0, %1") : "=r"(value) : "m"(*(const volatile uint64_t *)address));
    return value;
}

static inline void mmio_write64(uintptr_t address, uint64_t value)
{
    __asm__ volatile("sd %z1, %0" : "=m"(*(volatile uint64_t *)address) : "rJ"(value));
}

/** Before a store that tells a device or a peer to look: everything written to memory is visible before the telling. */
static inline void fence_memory_before_device(void)
{
    __asm__ volatile("fence w, o" : : : "memory");
}

/** After a load that tells what a device or a peer has done: memory is read only after the telling. */
static inline void fence_device_before_memory(void)
{
    __asm__ volatile("fence i, r" : : : "memory");
}

#endif
