/* SPDX-License-Identifier: MIT */
/* Reads registers of the hart that is running. Only from callbacks that were registered to read registers. */
#ifndef COSIM_QEMU_REGISTERS_H
#define COSIM_QEMU_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

enum hart_register {
    REGISTER_X0 = 0, /* to x31 */
    REGISTER_MHARTID = 32,
    REGISTER_MSTATUS,
    REGISTER_MIE,
    REGISTER_MIP,
    REGISTER_MTVEC,
    REGISTER_COUNT,
};

/** Looks up the handles; call once, from a hart's own initialisation. @return false if QEMU lacks one (it is named) */
bool registers_find(void);

/** @return the register's value, zero-extended */
uint64_t register_read(unsigned number);

#endif
