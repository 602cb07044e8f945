/* SPDX-License-Identifier: MIT */
/* The reference mailbox (rtl/mailbox): its driver, and its registers for programs that test the hardware itself. */
#ifndef DRIVERS_MAILBOX_H
#define DRIVERS_MAILBOX_H

#include "drivers/driver.h"
#include "mailbox_registers.h"
#include "mailbox_registers_codes.h"
#include "soc/mmio.h"

extern const struct mailbox_driver mailbox_reference_driver;

/** One agent's frame as the generated header describes it. */
typedef mailbox_frame__stride1000_t mailbox_frame;

#define MAILBOX_FRAME_BYTES sizeof(mailbox_frame)

/** Address of a register of a frame; `name` as in mailbox.rdl. */
#define MAILBOX_ADDRESS(frame, name) ((frame) + offsetof(mailbox_frame, name))
#define MAILBOX_READ(frame, name) mmio_read32(MAILBOX_ADDRESS(frame, name))
#define MAILBOX_WRITE(frame, name, value) mmio_write32(MAILBOX_ADDRESS(frame, name), (value))

/** Bit mask of a register's field, and the value of the field in a register's value. */
#define MAILBOX_MASK(name, field) ((uint32_t)MAILBOX_FRAME__##name##__##field##_bm)
#define MAILBOX_FIELD(name, field, value) (((value)&MAILBOX_MASK(name, field)) >> MAILBOX_FRAME__##name##__##field##_bp)

/** Bits of the interrupt registers. */
#define MAILBOX_SOURCE(name) MAILBOX_MASK(INTERRUPT_STATUS, name)

#endif
