/* SPDX-License-Identifier: MIT */
/* The page through which a program talks to the test harness. Registers are 64 bits wide. */
#ifndef SOC_HARNESS_PAGE_H
#define SOC_HARNESS_PAGE_H

#include "soc/memory_map.h"
#include "soc/mmio.h"
#include <stdbool.h>
#include <stdint.h>

#define HARNESS_EXIT (SOC_HARNESS_PAGE_BASE + 0x000)
#define HARNESS_PHASE_BEGIN (SOC_HARNESS_PAGE_BASE + 0x008)
#define HARNESS_PHASE_END (SOC_HARNESS_PAGE_BASE + 0x010)
#define HARNESS_POINT_VALUE (SOC_HARNESS_PAGE_BASE + 0x018)
#define HARNESS_POINT (SOC_HARNESS_PAGE_BASE + 0x020)
#define HARNESS_EXPECT_ERROR (SOC_HARNESS_PAGE_BASE + 0x028)
#define HARNESS_MAGIC (SOC_HARNESS_PAGE_BASE + 0x800)
#define HARNESS_HARTS (SOC_HARNESS_PAGE_BASE + 0x808)
#define HARNESS_SEED (SOC_HARNESS_PAGE_BASE + 0x810)
#define HARNESS_WINDOW_BASE (SOC_HARNESS_PAGE_BASE + 0x818)
#define HARNESS_WINDOW_BYTES (SOC_HARNESS_PAGE_BASE + 0x820)
#define HARNESS_PARAMETERS (SOC_HARNESS_PAGE_BASE + 0x900)
#define HARNESS_PARAMETERS_END (SOC_HARNESS_PAGE_BASE + 0x1000)

#define HARNESS_MAGIC_VALUE 0x59524652464c4542ull

/** Ends the run at this instruction. @param code 0 for a pass. On a machine without the harness it ends QEMU. */
_Noreturn void harness_exit(uint64_t code);

/** @return whether the harness is there; without it this is an ordinary machine and the page is plain memory */
bool harness_present(void);

/** @return the number of harts of this run, 1 if the harness is not there; checked against SOC_HART_COUNT_MAX */
unsigned harness_harts(void);

/** @return the run's seed, 0 without the harness */
uint64_t harness_seed(void);

/** @return the size of the design's window in bytes, 0 without the harness */
uint64_t harness_window_bytes(void);

/**
 * Looks up a parameter of the run.
 * @param name without "="; stays with the caller
 * @param otherwise what to return if the run does not set it
 * @return its value, decimal or hexadecimal with 0x; a value that is neither is a panic
 */
uint64_t harness_parameter(const char *name, uint64_t otherwise);

/** Names a part of the run. @param name a string constant of the program. One store; from anywhere. */
static inline void harness_phase_begin(const char *name)
{
    mmio_write64(HARNESS_PHASE_BEGIN, (uintptr_t)name);
}

static inline void harness_phase_end(const char *name)
{
    mmio_write64(HARNESS_PHASE_END, (uintptr_t)name);
}

/** Records a named value. Two stores: the calling hart's interrupt handlers must not record points. */
static inline void harness_point(const char *name, uint64_t value)
{
    mmio_write64(HARNESS_POINT_VALUE, value);
    mmio_write64(HARNESS_POINT, (uintptr_t)name);
}

/** Announces bus errors, refused accesses or DMA error responses. Each uses up one; what is left at the exit fails. */
static inline void harness_expect_errors(unsigned count)
{
    mmio_write64(HARNESS_EXPECT_ERROR, count);
}

#endif
