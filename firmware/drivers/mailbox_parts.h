/* SPDX-License-Identifier: MIT */
/* What the files of the reference mailbox's driver share; nobody else includes this. */
#ifndef DRIVERS_MAILBOX_PARTS_H
#define DRIVERS_MAILBOX_PARTS_H

#include "drivers/driver.h"

/** Brings the registers to the state that mailbox_open promises. */
void mailbox_part_set_up(struct mailbox *mailbox);

/** Fills in a window or a channel that exists. The head of the list is not put into it. */
void mailbox_part_window_set_up(struct mailbox_window *window, struct mailbox *mailbox, unsigned peer, unsigned number);
void mailbox_part_fifo_set_up(struct mailbox_fifo *fifo, struct mailbox *mailbox, unsigned peer, unsigned number);

/** Claims or frees one side by its owner register. @return MAILBOX_OK or MAILBOX_E_BUSY */
int mailbox_part_claim(uintptr_t owner_register, bool claim);

/* The family's functions, as in struct mailbox_driver. */
void mailbox_part_doorbell_ring(struct mailbox_window *window, uint32_t flags);
void mailbox_part_doorbell_clear(struct mailbox_window *window, uint32_t flags);
void mailbox_part_doorbell_mask(struct mailbox_window *window, uint32_t flags);
void mailbox_part_doorbell_unmask(struct mailbox_window *window, uint32_t flags);
uint32_t mailbox_part_doorbell_status(struct mailbox_window *window);
uint32_t mailbox_part_doorbell_peer_status(struct mailbox_window *window);
int mailbox_part_fifo_push(struct mailbox_fifo *fifo, uint32_t word);
int mailbox_part_fifo_pop(struct mailbox_fifo *fifo, uint32_t *word);
void mailbox_part_fifo_interrupt_enable(struct mailbox_fifo *fifo);
int mailbox_part_copy_start(struct mailbox *mailbox, const struct mailbox_copy *copy);
void mailbox_part_interrupt(void *mailbox);

/* Parts of the interrupt handler. */

void mailbox_part_other_windows(struct mailbox *mailbox);
void mailbox_part_acknowledgements(struct mailbox *mailbox);
void mailbox_part_fifo_ready(struct mailbox *mailbox);
void mailbox_part_fifo_events(struct mailbox *mailbox);
void mailbox_part_rings(struct mailbox *mailbox);

/** After a reset of the agent: copies under way have ended. */
void mailbox_part_copies_reset(struct mailbox *mailbox);
/** Likewise: channels are as new, and nobody listens. */
void mailbox_part_fifos_reset(struct mailbox *mailbox);

#endif
