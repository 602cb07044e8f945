/* SPDX-License-Identifier: MIT */
/* Formatted output to the console. */
#ifndef SOC_PRINT_H
#define SOC_PRINT_H

#include <stdarg.h>
#include <stddef.h>

/** Longest text of one call; the rest is cut off. */
#define PRINT_LENGTH_MAX 240

/**
 * Formats into a buffer. Understands %s %c %d %u %x %p %%, the modifier l (64 bits), the flags 0 and -, and a width.
 * @param buffer receives the text and a terminating zero; caller's
 * @param size bytes of buffer, at least 1
 * @return characters written, without the terminating zero; at most size - 1
 */
size_t print_to_v(char *buffer, size_t size, const char *format, va_list arguments);
size_t print_to(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** Formats, and writes the text to the console as one piece. From anywhere; takes PRINT_LENGTH_MAX bytes of stack. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void print_v(const char *format, va_list arguments);

#endif
