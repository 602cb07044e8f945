/* SPDX-License-Identifier: MIT */
/* What context_switch leaves on the stack of a thread that does not run; a new thread starts from a made-up one. */
#ifndef KERNEL_CONTEXT_FRAME_H
#define KERNEL_CONTEXT_FRAME_H

#define CONTEXT_RA 0
#define CONTEXT_S0 8
#define CONTEXT_S1 16
#define CONTEXT_FRAME_BYTES 112

#endif
