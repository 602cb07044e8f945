/* SPDX-License-Identifier: MIT */
/* Doorbell windows by number, and acknowledgements. The rules of driver.h hold. */
#ifndef DRIVERS_MAILBOX_WINDOW_H
#define DRIVERS_MAILBOX_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

struct mailbox;

/** Runs in the interrupt handler, interrupts disabled: it must not block. */
typedef void mailbox_doorbell_function(void *context, uint32_t flags);

/** Who is told of which doorbell flags of a window. The caller's storage; it must outlive the mailbox. */
struct mailbox_listener {
    uint32_t flags;
    mailbox_doorbell_function *function;
    void *context;
    struct mailbox_listener *next; /* the driver's */
};

/** Both sides of one window: flags that this agent rings at another one, and flags that the other one rings here. */
struct mailbox_window {
    struct mailbox *mailbox;
    uintptr_t sender, receiver; /* addresses of the registers of the two sides */
    struct mailbox_listener *listeners;
    mailbox_doorbell_function *acknowledged;
    void *acknowledged_context;
    struct mailbox_window *next; /* the driver's list of open windows */
};

/**
 * Opens a window. (Number 0 with the peer is open from mailbox_open on: mailbox->window.)
 * @param window storage, zeroed; the driver's from now on
 * @param peer another agent
 * @param number of the window, from 0
 * @return MAILBOX_OK; MAILBOX_E_ARGUMENT if there is no such agent; MAILBOX_E_ABSENT if there is no such window;
 *         MAILBOX_E_BUSY if it is open already
 */
int mailbox_window_open(struct mailbox_window *window, struct mailbox *mailbox, unsigned peer, unsigned number);

/**
 * Has a function called when flags ring, and unmasks them. The flags are cleared before the call, so a ring that comes
 * later calls again.
 * @param listener the caller's, filled in but for `next`; its flags must not be another listener's
 * @return MAILBOX_OK or MAILBOX_E_ARGUMENT
 */
int mailbox_window_listen(struct mailbox_window *window, struct mailbox_listener *listener);

/**
 * Has a function called when the receiver has cleared flags that this agent has rung. It is given those that were
 * cleared since the last call.
 * @param flags of which it is told; 0 for none any more
 * @return MAILBOX_OK, or MAILBOX_E_ARGUMENT without a function
 */
int mailbox_window_listen_acknowledge(struct mailbox_window *window, uint32_t flags,
                                      mailbox_doorbell_function *function, void *context);

/**
 * Claims both sides for the calling hart, or frees them. While they are claimed, the device refuses accesses by others.
 * @return MAILBOX_OK, or MAILBOX_E_BUSY if somebody else has one of them (then the other is as before)
 * The device answers an attempt on what somebody else has with a bus error.
 */
int mailbox_window_claim(struct mailbox_window *window, bool claim);

#endif
