/* SPDX-License-Identifier: MIT */
/* The registers that trap.S leaves on the stack of the interrupted thread. */
#ifndef SOC_TRAP_FRAME_H
#define SOC_TRAP_FRAME_H

/* x0's slot holds mepc; the slot after x31's holds mstatus. 33 slots, rounded up to the ABI's 16 bytes. */
#define TRAP_FRAME_MEPC 0
#define TRAP_FRAME_MSTATUS 256
#define TRAP_FRAME_BYTES 272

#ifndef __ASSEMBLER__

#include <stdint.h>

struct trap_frame {
    union {
        uint64_t mepc;
        uint64_t x[32]; /* x[1] to x[31] are the registers */
    };
    uint64_t mstatus;
    uint64_t padding;
};

#endif
#endif
