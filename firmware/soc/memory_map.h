/* SPDX-License-Identifier: MIT */
/*
 * Where things are on the SoC (QEMU `-M virt`; QEMU documentation, "RISC-V virt board", memory map of hw/riscv/virt.c).
 * The window and the harness page are Belfry's own. Register offsets of the design are not here: they are generated.
 */
#ifndef SOC_MEMORY_MAP_H
#define SOC_MEMORY_MAP_H

#define SOC_HART_COUNT_MAX 2

/** A store of FINISHER_PASS, or of a code << 16 | FINISHER_FAIL, ends QEMU (the "sifive_test" device). */
#define SOC_FINISHER_BASE 0x00100000ul
#define SOC_PLIC_BASE 0x0c000000ul
#define SOC_UART_BASE 0x10000000ul
#define SOC_RAM_BASE 0x80000000ul
#define SOC_RAM_BYTES 0x04000000ul
/** The design's register window; its size comes from the harness page. */
#define SOC_WINDOW_BASE 0x84000000ul
#define SOC_HARNESS_PAGE_BASE 0x84100000ul
/** Nothing answers here, between the flash and the PCIe configuration space: a load is an access fault. */
#define SOC_NOTHING_BASE 0x28000000ul

/** PLIC source of the design's interrupt wire 0; wire i is the i-th after it, and belongs to agent i. */
#define SOC_PLIC_SOURCE_WIRE0 48

#endif
