/* SPDX-License-Identifier: MIT */
/* The reference mailbox (rtl/mailbox): its driver, and its registers for programs that test the hardware itself. */
#ifndef DRIVERS_MAILBOX_H
#define DRIVERS_MAILBOX_H

#include "drivers/driver.h"
#include "mailbox_registers.h"
#include "mailbox_registers_codes.h"
#include "soc/mmio.h"

extern const struct mailbox_driver mailbox_reference_driver;

/** One agent's window as the generated header describes it. */
typedef mailbox_agent_window__stride10000_t mailbox_agent_window;

#define MAILBOX_WINDOW_BYTES sizeof(mailbox_agent_window)

/** Address of an instance of a part in an agent's window, e.g. MAILBOX_PART(window, ring[1]). */
#define MAILBOX_PART(window, instance) ((window) + offsetof(mailbox_agent_window, instance))

/* The parts of a window. The names below are those of mailbox.rdl; the macros need them in capitals. */
#define MAILBOX_LAYOUT_CONTROL mailbox_control_registers_t
#define MAILBOX_LAYOUT_DOORBELL_SENDER mailbox_doorbell_sender_registers_t
#define MAILBOX_LAYOUT_DOORBELL_RECEIVER mailbox_doorbell_receiver_registers_t
#define MAILBOX_LAYOUT_FIFO_SENDER mailbox_fifo_sender_registers_t
#define MAILBOX_LAYOUT_FIFO_RECEIVER mailbox_fifo_receiver_registers_t
#define MAILBOX_LAYOUT_RING mailbox_ring_registers_t

/** Address of a register of a part; `base` is the part's address, of CONTROL the window's. */
#define MAILBOX_ADDRESS(base, part, name) ((base) + offsetof(MAILBOX_LAYOUT_##part, name))
#define MAILBOX_READ(base, part, name) mmio_read32(MAILBOX_ADDRESS(base, part, name))
#define MAILBOX_WRITE(base, part, name, value) mmio_write32(MAILBOX_ADDRESS(base, part, name), (value))

/** Bit mask of a register's field, the value of the field in a register's value, and a field with a value. */
#define MAILBOX_MASK(part, name, field) ((uint32_t)MAILBOX_##part##_REGISTERS__##name##__##field##_bm)
#define MAILBOX_SHIFT(part, name, field) MAILBOX_##part##_REGISTERS__##name##__##field##_bp
#define MAILBOX_FIELD(part, name, field, value)                                                                        \
    (((value)&MAILBOX_MASK(part, name, field)) >> MAILBOX_SHIFT(part, name, field))
#define MAILBOX_VALUE(part, name, field, value)                                                                        \
    (((uint32_t)(value) << MAILBOX_SHIFT(part, name, field)) & MAILBOX_MASK(part, name, field))

/** Bits of the interrupt registers. */
#define MAILBOX_SOURCE(name) MAILBOX_MASK(CONTROL, INTERRUPT_STATUS, name)

#endif
