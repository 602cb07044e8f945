/* SPDX-License-Identifier: MIT */
#include "soc/hart.h"
#include <stddef.h>

_Static_assert(offsetof(struct hart, stack_low) == HART_STACK_LOW, "trap.S reads it");
_Static_assert(offsetof(struct hart, panic_stack) == HART_PANIC_STACK, "trap.S reads it");
_Static_assert(sizeof(struct hart) == HART_BYTES, "start.S multiplies with it");

/* Written by start.S before any C code runs, so not in the part that hart 0 clears while hart 1 may run. */
struct hart harts[SOC_HART_COUNT_MAX] __attribute__((section(".data"), aligned(64)));
