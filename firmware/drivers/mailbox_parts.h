/* SPDX-License-Identifier: MIT */
/* What the files of the reference mailbox's driver share; nobody else includes this. */
#ifndef DRIVERS_MAILBOX_PARTS_H
#define DRIVERS_MAILBOX_PARTS_H

#include "drivers/driver.h"

/** Writes the copy's parameters and starts it. Interrupts disabled, no copy of this agent under way. */
int mailbox_part_copy_start(struct mailbox *mailbox, const struct mailbox_copy *copy);

/** Ends the copy: reads how it ended, takes the device's flags back, tells the one who waits. Interrupt handler. */
void mailbox_part_copy_ended(struct mailbox *mailbox);

/** The interrupt handler. @param mailbox a struct mailbox */
void mailbox_part_interrupt(void *mailbox);

#endif
