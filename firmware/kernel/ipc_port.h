/* SPDX-License-Identifier: MIT */
/* kernel_ipc on this kernel: its port, and how an endpoint reaches the other end through a mailbox. */
#ifndef KERNEL_IPC_PORT_H
#define KERNEL_IPC_PORT_H

#include "drivers/driver.h"
#include <kipc/loan.h>
#include <kipc/port.h>

/** Blocks at once if there is nothing to do. The same table serves both harts: it works on the calling hart. */
extern const struct kipc_port ipc_port;

/** The same, but looks KIPC_SPIN_MANY_HARTS times before it blocks: for a peer on another hart. */
extern const struct kipc_port ipc_port_spinning;

/** Doorbell flags through which one end tells the other to look. The caller's; it must outlive the notifier. */
struct ipc_doorbell {
    struct mailbox *mailbox; /* of the agent that rings */
    uint32_t flags;
};

/** @return a notifier that rings the doorbell. @param doorbell borrowed for the notifier's life */
struct kipc_notifier ipc_doorbell_notifier(struct ipc_doorbell *doorbell);

/**
 * @return a mover that lets the mailbox's copy engine carry a payload, and blocks the committing thread meanwhile
 * @param mailbox borrowed for the mover's life
 */
struct kipc_mover ipc_copy_mover(struct mailbox *mailbox);

#endif
