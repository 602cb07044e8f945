/* SPDX-License-Identifier: MIT */
/*
 * One interface for every family of mailboxes. A `struct mailbox` is one agent's view of the device; a family is one
 * table of functions. Programs go through the mailbox_* functions below and do not know which family they have.
 *
 * What is here works with one other agent, the peer, through doorbell window 0, FIFO channel 0 and ring 0. More of
 * them, and what else a device may have, is in mailbox_window.h, mailbox_fifo.h, mailbox_ring.h and mailbox_agent.h;
 * each of their functions says MAILBOX_E_ABSENT for a part that the device does not have.
 *
 * Concurrency: an agent's mailbox belongs to the hart that opened it. Its threads and its interrupt handler may call
 * everything at any time, unless a function says otherwise; the other hart may not. What comes from the device is
 * checked: a value that the device may never give is MAILBOX_E_DEVICE, or a panic in the interrupt handler.
 */
#ifndef DRIVERS_DRIVER_H
#define DRIVERS_DRIVER_H

#include "drivers/mailbox_fifo.h"
#include "drivers/mailbox_ring.h"
#include "drivers/mailbox_window.h"
#include "kernel/clock.h"
#include "kernel/mutex.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mailbox_result {
    MAILBOX_OK = 0,
    MAILBOX_E_ARGUMENT = -1, /* a caller's value breaks a stated rule; the device was not touched */
    MAILBOX_E_ABSENT = -2,   /* no device of a known family is there, or it lacks the part asked for */
    MAILBOX_E_BUSY = -3,     /* in use, or too many copies of this agent are under way; may be tried again */
    MAILBOX_E_FULL = -4,     /* no room; nothing was sent */
    MAILBOX_E_EMPTY = -5,    /* nothing there; nothing was taken */
    MAILBOX_E_DEVICE = -6,   /* the device gave a value that it may never give */
    MAILBOX_E_LENGTH = -7,   /* the copy is longer than the device takes; nothing was copied */
    MAILBOX_E_READ = -8,     /* memory refused a read of the copy, which ended there */
    MAILBOX_E_WRITE = -9,    /* memory refused a write of the copy, which ended there */
    MAILBOX_E_PARITY = -10,  /* the word had changed on its way; it is lost */
    MAILBOX_E_RESET = -11,   /* the agent was reset before the copy had ended */
};

#define MAILBOX_RINGS_MAX 4
/** Copies of one agent that may be under way. */
#define MAILBOX_COPIES_LOG2 3
#define MAILBOX_COPIES_MAX (1u << MAILBOX_COPIES_LOG2)

/** What the device says of itself, checked when it is opened. */
struct mailbox_features {
    unsigned agents;
    unsigned windows;    /* doorbell windows to each other agent */
    unsigned doorbells;  /* flags of one window */
    unsigned channels;   /* FIFO channels to each other agent */
    unsigned fifo_depth; /* words in one channel, 0 without FIFO */
    unsigned rings;      /* of this agent */
    bool dma, timer;     /* dma: the rings copy */
    bool parity, crc;
    uint32_t dma_length_maximum; /* bytes */
};

/** How a copy ended. */
struct mailbox_copy_result {
    int status;     /* MAILBOX_OK or MAILBOX_E_... */
    uint32_t bytes; /* good bytes at the destination, without a gap from its start */
};

/* Callbacks run in the interrupt handler, interrupts disabled: they must not block. */
typedef void mailbox_copy_function(void *context, const struct mailbox_copy_result *result);
typedef void mailbox_agents_function(void *context, uint32_t agents);

/** A copy to be made by the device. */
struct mailbox_copy {
    uint64_t destination, source; /* physical addresses, any alignment; must not overlap */
    uint32_t length;              /* bytes, at most features.dma_length_maximum */
    uint32_t doorbell;            /* the flag to ring at the peer when all bytes are there, one bit; 0 for none */
    mailbox_copy_function *done;  /* called when the copy has ended; NULL if nobody needs to know */
    void *context;
};

/** A family of mailboxes. Every function is present; one for a part that the device lacks is not called. */
struct mailbox_driver {
    const char *name;
    int (*probe)(struct mailbox *mailbox, uintptr_t window, uint64_t window_bytes, unsigned agent);
    void (*doorbell_ring)(struct mailbox_window *window, uint32_t flags);
    void (*doorbell_clear)(struct mailbox_window *window, uint32_t flags);
    void (*doorbell_mask)(struct mailbox_window *window, uint32_t flags);
    void (*doorbell_unmask)(struct mailbox_window *window, uint32_t flags);
    uint32_t (*doorbell_status)(struct mailbox_window *window);
    uint32_t (*doorbell_peer_status)(struct mailbox_window *window);
    int (*fifo_push)(struct mailbox_fifo *fifo, uint32_t word);
    int (*fifo_pop)(struct mailbox_fifo *fifo, uint32_t *word);
    void (*fifo_interrupt_enable)(struct mailbox_fifo *fifo);
    int (*copy_start)(struct mailbox *mailbox, const struct mailbox_copy *copy);
    uint64_t (*cycles)(struct mailbox *mailbox);
    void (*timer_arm)(struct mailbox *mailbox, uint64_t cycle);
    void (*timer_disarm)(struct mailbox *mailbox);
    void (*interrupt)(void *mailbox); /* a plic_handler_function */
};

/* The fields are the driver's; `features`, `window`, `fifo` and the counters may be used. */
struct mailbox {
    /* Read and written by the device, which is why they come first: the alignment that it asks for. */
    struct mailbox_descriptor copy_descriptors[MAILBOX_COPIES_MAX];
    struct mailbox_completion copy_completions[MAILBOX_COPIES_MAX];

    const struct mailbox_driver *driver;
    uintptr_t frame; /* address of the agent's registers */
    unsigned agent, peer;
    struct mailbox_features features;
    struct mailbox_window window; /* number 0 with the peer; head of the list of all that are open */
    struct mailbox_fifo fifo;     /* likewise */
    struct mailbox_ring *rings[MAILBOX_RINGS_MAX];
    struct mailbox_ring copy_ring;                  /* number 0, open from the first copy on */
    struct mailbox_copy copies[MAILBOX_COPIES_MAX]; /* under way, by the low bits of the tag */
    uint16_t copies_begun;                          /* the tag of the next one */
    uint16_t copies_over;                           /* the tag of the oldest one under way */
    struct mutex copy_mutex;                        /* one thread at a time in mailbox_copy_and_wait */
    void (*timer_function)(void);                   /* NULL: an interrupt of the timer is only counted */
    bool timer_enabled;
    uint32_t timer_high; /* upper half of the compare value as last written */
    mailbox_agents_function *peer_reset_function;
    void *peer_reset_context;
    uint64_t interrupts, timer_interrupts, fifo_errors, copies_ended;
};

/**
 * Finds out which family the design is of, and connects the agent's interrupt wire to the calling hart.
 * @param mailbox storage, zeroed; the driver's from now on, and the device's in part
 * @param agent number of the agent, from 0; its peer is the agent whose number differs in the lowest bit
 * @return MAILBOX_OK; MAILBOX_E_ABSENT if no family recognises the device; MAILBOX_E_DEVICE if its description of
 *         itself contradicts itself; MAILBOX_E_ARGUMENT if there is no such agent or its wire is connected already
 * From a thread, once an agent. All doorbell flags are masked afterwards, no interrupt source is enabled.
 */
int mailbox_open(struct mailbox *mailbox, unsigned agent);

/**
 * Makes the mailbox's timer the clock of the calling hart's scheduler.
 * @param tick_cycles, slice_ticks as in scheduler_set_clock
 * @return MAILBOX_OK, or MAILBOX_E_ABSENT without a timer
 * From a thread, once a hart.
 */
int mailbox_use_as_clock(struct mailbox *mailbox, uint64_t tick_cycles, uint64_t slice_ticks);

/** As mailbox_window_listen, in the window that is open already. */
int mailbox_listen(struct mailbox *mailbox, struct mailbox_listener *listener);

/** As mailbox_fifo_listen, on the channel that is open already. */
int mailbox_listen_fifo(struct mailbox *mailbox, mailbox_fifo_function *function, void *context);

/**
 * Starts a copy and returns at once; the calling hart may not touch source or destination until it has ended. Copies
 * of one agent are made, and end, in the order of their starts.
 * @param copy copied
 * @return MAILBOX_OK, or an error with nothing started: MAILBOX_E_ABSENT; MAILBOX_E_ARGUMENT, also for more than one
 *         doorbell flag; MAILBOX_E_BUSY if MAILBOX_COPIES_MAX copies are under way
 * Memory that the hart wrote before is visible to the device, and `done` sees all that the device wrote.
 */
int mailbox_copy_start(struct mailbox *mailbox, const struct mailbox_copy *copy);

/**
 * Copies, and blocks the calling thread until the interrupt that ends the copy. Other threads' copies wait their turn.
 * @param destination, source memory; the device's until the return
 * @param length bytes
 * @param result receives how it ended; NULL if the status is enough
 * @return the status of the result, or as mailbox_copy_start
 * From a thread only. May consume a stale wake token of the thread.
 */
int mailbox_copy_and_wait(struct mailbox *mailbox, void *destination, const void *source, uint32_t length,
                          struct mailbox_copy_result *result);

/** Rings flags of the peer. What the hart wrote to memory before is visible to the peer that sees the flag. */
static inline void mailbox_ring_doorbell(struct mailbox *mailbox, uint32_t flags)
{
    mailbox->driver->doorbell_ring(&mailbox->window, flags);
}

/** @return SoC cycles since reset */
static inline uint64_t mailbox_cycles(struct mailbox *mailbox)
{
    return mailbox->driver->cycles(mailbox);
}

#endif
