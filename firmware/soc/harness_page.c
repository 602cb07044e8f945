/* SPDX-License-Identifier: MIT */
#include "soc/harness_page.h"
#include "soc/csr.h"
#include "soc/panic.h"
#include <stddef.h>

/* The test finisher of QEMU's virt machine: ends QEMU with status 0, or with the code in the upper half. */
#define FINISHER_PASS 0x5555u
#define FINISHER_FAIL 0x3333u

_Noreturn void harness_exit(uint64_t code)
{
    mmio_write64(HARNESS_EXIT, code);
    /* Only reached where nobody catches the store. */
    mmio_write32(SOC_FINISHER_BASE, code == 0 ? FINISHER_PASS : (uint32_t)(code << 16) | FINISHER_FAIL);
    for (;;) {
        (void)interrupts_disable();
        wait_for_interrupt();
    }
}

bool harness_present(void)
{
    return mmio_read64(HARNESS_MAGIC) == HARNESS_MAGIC_VALUE;
}

unsigned harness_harts(void)
{
    uint64_t harts = harness_present() ? mmio_read64(HARNESS_HARTS) : 1;

    if (harts == 0 || harts > SOC_HART_COUNT_MAX) {
        panic("the harness page names %lu harts, the firmware knows 1 to %u", harts, SOC_HART_COUNT_MAX);
    }
    return (unsigned)harts;
}

uint64_t harness_seed(void)
{
    return harness_present() ? mmio_read64(HARNESS_SEED) : 0;
}

uint64_t harness_window_bytes(void)
{
    return harness_present() ? mmio_read64(HARNESS_WINDOW_BYTES) : 0;
}

/* Advances to the byte after the terminating zero. The end of the page ends a string that has none. */
static uintptr_t skip_string(uintptr_t at)
{
    while (at < HARNESS_PARAMETERS_END && mmio_read8(at) != 0) {
        at++;
    }
    return at + 1;
}

/* Returns the address of the value if the string at `at` is "name=...", else 0. */
static uintptr_t match_name(uintptr_t at, const char *name)
{
    for (; *name != '\0'; at++, name++) {
        if (at >= HARNESS_PARAMETERS_END || mmio_read8(at) != (uint8_t)*name) {
            return 0;
        }
    }
    return at < HARNESS_PARAMETERS_END && mmio_read8(at) == '=' ? at + 1 : 0;
}

static uint64_t digit_value(uint8_t character, const char *name)
{
    if (character >= '0' && character <= '9') {
        return (uint64_t)character - '0';
    }
    if (character >= 'a' && character <= 'f') {
        return (uint64_t)character - 'a' + 10;
    }
    if (character >= 'A' && character <= 'F') {
        return (uint64_t)character - 'A' + 10;
    }
    panic("parameter %s: '%c' is not a digit; give a decimal number, or 0x and a hexadecimal one", name, character);
}

static uint64_t parse_number(uintptr_t at, const char *name)
{
    uint64_t base = 10;
    uint64_t value = 0;

    if (mmio_read8(at) == '0' && at + 1 < HARNESS_PARAMETERS_END && mmio_read8(at + 1) == 'x') {
        base = 16;
        at += 2;
    }
    if (at >= HARNESS_PARAMETERS_END || mmio_read8(at) == 0) {
        panic("parameter %s has no value", name);
    }
    for (; at < HARNESS_PARAMETERS_END && mmio_read8(at) != 0; at++) {
        uint64_t digit = digit_value(mmio_read8(at), name);
        if (digit >= base || value > (UINT64_MAX - digit) / base) {
            panic("parameter %s is not a 64-bit number in base %lu", name, base);
        }
        value = value * base + digit;
    }
    return value;
}

uint64_t harness_parameter(const char *name, uint64_t otherwise)
{
    if (!harness_present()) {
        return otherwise;
    }
    for (uintptr_t at = HARNESS_PARAMETERS; at < HARNESS_PARAMETERS_END && mmio_read8(at) != 0; at = skip_string(at)) {
        uintptr_t value = match_name(at, name);
        if (value != 0) {
            return parse_number(value, name);
        }
    }
    return otherwise;
}
