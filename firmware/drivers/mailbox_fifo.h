/* SPDX-License-Identifier: MIT */
/* FIFO channels by number: watermarks, flushing, what went wrong. The rules of driver.h hold. */
#ifndef DRIVERS_MAILBOX_FIFO_H
#define DRIVERS_MAILBOX_FIFO_H

#include <stdbool.h>
#include <stdint.h>

struct mailbox;

/** What has happened to a channel since the last report. */
struct mailbox_fifo_events {
    bool overflow;         /* the device refused a push */
    bool underflow;        /* the device refused a pop */
    bool parity;           /* a word came damaged; it was removed */
    bool sent_flushed;     /* the receiver dropped words that this agent had sent */
    bool received_flushed; /* the sender dropped words that this agent had not taken yet */
    unsigned sent_dropped; /* how many words the last flush of each direction dropped */
    unsigned received_dropped;
};

/* Both run in the interrupt handler, interrupts disabled: they must not block. */
typedef void mailbox_fifo_function(void *context);
typedef void mailbox_fifo_events_function(void *context, const struct mailbox_fifo_events *events);

enum mailbox_fifo_direction {
    MAILBOX_FIFO_SENT,     /* from this agent to the other */
    MAILBOX_FIFO_RECEIVED, /* from the other agent to this */
};

/** Both directions of one channel between this agent and another. */
struct mailbox_fifo {
    struct mailbox *mailbox;
    uintptr_t sender, receiver; /* addresses of the registers of the two directions */
    unsigned low_watermark, high_watermark;
    bool auto_pop;
    mailbox_fifo_function *receive, *space; /* NULL unless listening */
    void *receive_context, *space_context;
    mailbox_fifo_events_function *events;
    void *events_context;
    struct mailbox_fifo *next; /* the driver's list of open channels */
};

/**
 * Opens a channel. (Number 0 with the peer is open from mailbox_open on: mailbox->fifo.)
 * @param fifo storage, zeroed; the driver's from now on
 * @param peer another agent
 * @param number of the channel, from 0
 * @return MAILBOX_OK; MAILBOX_E_ARGUMENT if there is no such agent; MAILBOX_E_ABSENT if there is no such channel;
 *         MAILBOX_E_BUSY if it is open already
 */
int mailbox_fifo_open(struct mailbox_fifo *fifo, struct mailbox *mailbox, unsigned peer, unsigned number);

/**
 * Has a function called once when the words to take reach the high watermark. To be called again, listen again.
 * @return MAILBOX_OK, MAILBOX_E_ABSENT without a FIFO, or MAILBOX_E_ARGUMENT
 */
int mailbox_fifo_listen(struct mailbox_fifo *fifo, mailbox_fifo_function *function, void *context);

/** Likewise when the words that were sent and not taken are down to the low watermark. */
int mailbox_fifo_listen_space(struct mailbox_fifo *fifo, mailbox_fifo_function *function, void *context);

/** Has a function called whenever something happens to the channel that is not a push or a pop. */
int mailbox_fifo_listen_events(struct mailbox_fifo *fifo, mailbox_fifo_events_function *function, void *context);

/**
 * Sets the watermarks.
 * @param low words, 0 to depth; 0 after reset
 * @param high words, 1 to depth; 1 after reset
 * @return MAILBOX_OK or MAILBOX_E_ARGUMENT
 */
int mailbox_fifo_set_watermarks(struct mailbox_fifo *fifo, unsigned low, unsigned high);

/** Takes words by one read that also removes them, instead of a read and a write. Off after reset. */
void mailbox_fifo_set_auto_pop(struct mailbox_fifo *fifo, bool on);

/** @return words that can be pushed now, by this agent alone; more as the other one takes some */
unsigned mailbox_fifo_room(struct mailbox_fifo *fifo);

/** Drops every word of one direction; the other agent is told. @return words dropped, or MAILBOX_E_DEVICE */
int mailbox_fifo_flush(struct mailbox_fifo *fifo, enum mailbox_fifo_direction direction);

/** As mailbox_window_claim. */
int mailbox_fifo_claim(struct mailbox_fifo *fifo, bool claim);

#endif
