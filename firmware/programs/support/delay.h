/* SPDX-License-Identifier: MIT */
/* Delays that are exact to the instruction. */
#ifndef PROGRAMS_SUPPORT_DELAY_H
#define PROGRAMS_SUPPORT_DELAY_H

#include <stdint.h>

#define DELAY_NOPS_MAX 1024

/** Executes `count` NOPs, at most DELAY_NOPS_MAX, besides the same few instructions for every count. */
void delay_nops(uint64_t count);

#endif
