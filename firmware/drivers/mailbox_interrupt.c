/* SPDX-License-Identifier: MIT */
/* The reference mailbox's interrupt handler. */
#include "drivers/mailbox.h"
#include "drivers/mailbox_parts.h"
#include "soc/mark.h"
#include "soc/panic.h"

/*
 * The handler goes on until nothing is pending, because QEMU's interrupt controller takes note of edges of the wire:
 * a source left high would not interrupt again after the completion. A peer that rings faster than this hart can
 * answer, for this many rounds, has a fault that is better named than waited out.
 */
#define ROUNDS_MAX 10000u

static void handle_doorbells(struct mailbox *mailbox)
{
    uint32_t flags = MAILBOX_READ(mailbox->frame, DOORBELL_MASKED_STATUS);

    /* Cleared before the work is looked for: a ring that comes after the look sets the flag again. */
    MAILBOX_WRITE(mailbox->frame, DOORBELL_CLEAR, flags);
    /* The messages that the flags announce are read after the flags. */
    fence_device_before_memory();
    for (const struct mailbox_listener *listener = mailbox->listeners; listener != NULL; listener = listener->next) {
        uint32_t rung = flags & listener->flags;
        if (rung != 0) {
            listener->function(listener->context, rung);
        }
    }
}

static void handle_timer(struct mailbox *mailbox)
{
    MAILBOX_WRITE(mailbox->frame, TIMER_STATUS, MAILBOX_MASK(TIMER_STATUS, PENDING));
    mailbox->timer_interrupts++;
    if (mailbox->timer_function != NULL) {
        mailbox->timer_function();
    }
}

static void handle_fifo(struct mailbox *mailbox, uint32_t pending)
{
    if ((pending & MAILBOX_SOURCE(FIFO_ERROR)) != 0) {
        mailbox->fifo_errors++;
        MAILBOX_WRITE(mailbox->frame, FIFO_ERROR,
                      MAILBOX_MASK(FIFO_ERROR, OVERFLOW) | MAILBOX_MASK(FIFO_ERROR, UNDERFLOW));
    }
    if ((pending & MAILBOX_SOURCE(FIFO_RECEIVE)) != 0) {
        /* The source is high while there are words, which are for a thread to take: quiet until it listens again. */
        MAILBOX_WRITE(mailbox->frame, INTERRUPT_ENABLE_CLEAR, MAILBOX_SOURCE(FIFO_RECEIVE));
        mailbox->fifo_function(mailbox->fifo_context);
    }
}

static void handle_others(struct mailbox *mailbox, uint32_t pending)
{
    if ((pending & (MAILBOX_SOURCE(DMA_DONE) | MAILBOX_SOURCE(DMA_ERROR))) != 0) {
        mailbox_part_copy_ended(mailbox);
    }
    if ((pending & (MAILBOX_SOURCE(FIFO_RECEIVE) | MAILBOX_SOURCE(FIFO_ERROR))) != 0) {
        handle_fifo(mailbox, pending);
    }
    if ((pending & ~MAILBOX_MASK(INTERRUPT_PENDING, SOURCES)) != 0) {
        panic("mailbox of agent %u: unknown interrupt sources %x", mailbox->agent, pending);
    }
}

void mailbox_part_interrupt(void *context)
{
    struct mailbox *mailbox = context;

    BELFRY_MARK1("irq.handler", mailbox->agent);
    mailbox->interrupts++;
    for (unsigned round = 0; round < ROUNDS_MAX; round++) {
        uint32_t pending = MAILBOX_READ(mailbox->frame, INTERRUPT_PENDING);
        if (pending == 0) {
            return;
        }
        if ((pending & MAILBOX_SOURCE(DOORBELL)) != 0) {
            handle_doorbells(mailbox);
        }
        if ((pending & MAILBOX_SOURCE(TIMER)) != 0) {
            handle_timer(mailbox);
        }
        if ((pending & ~(MAILBOX_SOURCE(DOORBELL) | MAILBOX_SOURCE(TIMER))) != 0) {
            handle_others(mailbox, pending);
        }
    }
    panic("mailbox of agent %u: interrupt pending after %u rounds of handling", mailbox->agent, ROUNDS_MAX);
}
