/* SPDX-License-Identifier: MIT */
/* The console: a 16550 UART, polled. */
#ifndef SOC_UART_H
#define SOC_UART_H

#include <stddef.h>

/**
 * Writes text as one piece: text of two harts does not mix. Interrupts are off for as long as it takes.
 * @param text the characters; stays with the caller
 * @param length how many
 * Waits for the device, at most UART_POLLS_MAX polls a character; what does not get out is dropped. From anywhere.
 */
void uart_write(const char *text, size_t length);

#define UART_POLLS_MAX 100000u

#endif
