/* SPDX-License-Identifier: MIT */
/* The platform-level interrupt controller (RISC-V PLIC specification 1.0.0); each hart uses its M-mode context. */
#ifndef SOC_PLIC_H
#define SOC_PLIC_H

#include "soc/hart.h"
#include <stddef.h>

#define PLIC_SOURCE_MAX 95

/** A handler runs with interrupts disabled, on the hart that connected it. It must not block. */
typedef void plic_handler_function(void *context);

/** Sets the calling hart's threshold to 0 and enables its external interrupt line. Once a hart, before connecting. */
void plic_start_hart(void);

/**
 * Lets a source interrupt the calling hart.
 * @param source number from 1 to PLIC_SOURCE_MAX
 * @param handler called when it does; not NULL
 * @param context given to the handler; stays with the caller and must outlive the connection
 * @return 0, or -1 if the source is out of range or connected already (also by the other hart)
 * Not from an interrupt handler. Two harts may call at once for different sources.
 */
int plic_connect(unsigned source, plic_handler_function *handler, void *context);

/** Claims one source, calls its handler, completes it. For trap.c, interrupts disabled. @param self calling hart */
void plic_handle_interrupt(struct hart *self);

#endif
