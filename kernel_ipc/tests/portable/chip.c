/* SPDX-License-Identifier: MIT */
/* The program on QEMU's virt machine without firmware: says over the serial line how it went, and switches off. */
#include "portable.h"
#include <stddef.h>
#include <stdint.h>

#define UART UINT32_C(0x10000000)
#define POWER UINT32_C(0x100000)
#define POWER_PASS 0x5555u
#define POWER_FAIL 0x3333u

/* Built for size, the compiler copies and clears structures by call; volatile, so that these loops are not such calls.
 */
void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memset(void *to, int value, size_t bytes);

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    volatile uint8_t *target = to;
    const uint8_t *source = from;
    for (size_t i = 0; i < bytes; i++) {
        target[i] = source[i];
    }
    return to;
}

void *memset(void *to, int value, size_t bytes)
{
    volatile uint8_t *target = to;
    for (size_t i = 0; i < bytes; i++) {
        target[i] = (uint8_t)value;
    }
    return to;
}

static void put(char character)
{
    *(volatile uint8_t *)(uintptr_t)UART = (uint8_t)character;
}

static void put_text(const char *text)
{
    for (; *text != 0; text++) {
        put(*text);
    }
}

static void put_line_number(unsigned int number)
{
    for (unsigned int power = 10000; power > 0; power /= 10) {
        put((char)('0' + number / power % 10));
    }
}

void chip_main(void);

void chip_main(void)
{
    int line = portable_run();
    put_text(line == 0 ? "portable: passed\n" : "portable: failed in line ");
    if (line != 0) {
        put_line_number((unsigned int)line);
        put_text("\n");
    }
    *(volatile uint32_t *)(uintptr_t)POWER = line == 0 ? POWER_PASS : POWER_FAIL | 1u << 16;
    for (;;) {
    }
}
