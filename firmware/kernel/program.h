/* SPDX-License-Identifier: MIT */
/* What a program gives to the kernel. */
#ifndef KERNEL_PROGRAM_H
#define KERNEL_PROGRAM_H

#define PROGRAM_MAIN_PRIORITY 4

/** The first thread of hart 0. It ends the run with a verdict; to return is a panic. */
void program_main(void);

/** The first thread of hart 1, if the SoC has one. Optional: without it hart 1 idles. May return. */
void program_second_hart(void);

#endif
