/* SPDX-License-Identifier: MIT */
/* Accesses that the device must refuse, and must note. Anything else fails the program. */
#ifndef PROGRAMS_SUPPORT_REFUSED_H
#define PROGRAMS_SUPPORT_REFUSED_H

#include "drivers/mailbox_agent.h"

/** Why the device refuses: a name of `refusal_code` in mailbox.rdl. */
#define REFUSED(name) MAILBOX_CONTROL_REGISTERS__REFUSAL__CODE__##name

/**
 * Fails unless the device has noted exactly one refused access, by the calling hart.
 * @param mailbox whose registers they are; only `frame` is looked at, so it need not be open
 * @param what said if it fails
 */
void refused_is_noted(struct mailbox *mailbox, const char *what, uintptr_t address, bool write, uint8_t code);

/** Announces the error, writes, and looks at what was noted. */
void refused_write(struct mailbox *mailbox, const char *what, uintptr_t address, uint32_t value, uint8_t code);

/** Likewise for a read, whose data must be 0. */
void refused_read(struct mailbox *mailbox, const char *what, uintptr_t address, uint8_t code);

#endif
