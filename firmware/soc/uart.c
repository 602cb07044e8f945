/* SPDX-License-Identifier: MIT */
#include "soc/uart.h"
#include "soc/csr.h"
#include "soc/memory_map.h"
#include "soc/mmio.h"
#include <stdatomic.h>
#include <stdbool.h>

/* 16550: transmit holding register, and line status register with its "holding register empty" bit. */
#define UART_TRANSMIT (SOC_UART_BASE + 0)
#define UART_LINE_STATUS (SOC_UART_BASE + 5)
#define UART_TRANSMIT_EMPTY 0x20u

#define LOCK_TRIES_MAX 10000000u

static atomic_flag uart_lock = ATOMIC_FLAG_INIT;

static void write_character(char character)
{
    for (unsigned polls = 0; polls < UART_POLLS_MAX; polls++) {
        if ((mmio_read8(UART_LINE_STATUS) & UART_TRANSMIT_EMPTY) != 0) {
            mmio_write8(UART_TRANSMIT, (uint8_t)character);
            return;
        }
    }
}

/* Without success after the bound the caller writes anyway: a hart that died inside must not silence a panic. */
static bool take_lock(void)
{
    for (unsigned tries = 0; tries < LOCK_TRIES_MAX; tries++) {
        if (!atomic_flag_test_and_set_explicit(&uart_lock, memory_order_acquire)) {
            return true;
        }
    }
    return false;
}

void uart_write(const char *text, size_t length)
{
    /* A thread of this hart that interrupted the writer and wrote too would wait for it for ever. */
    uint64_t before = interrupts_disable();
    bool locked = take_lock();

    for (size_t i = 0; i < length; i++) {
        write_character(text[i]);
    }
    if (locked) {
        atomic_flag_clear_explicit(&uart_lock, memory_order_release);
    }
    interrupts_restore(before);
}
