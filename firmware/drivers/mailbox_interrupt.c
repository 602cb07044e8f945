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
    uint32_t flags = MAILBOX_READ(mailbox->window.receiver, DOORBELL_RECEIVER, DOORBELL_MASKED_STATUS);

    /* The first window is the fast one: the others are looked at when it is not the cause. */
    if (flags == 0) {
        mailbox_part_other_windows(mailbox);
        return;
    }
    /* Cleared before the work is looked for: a ring that comes after the look sets the flag again. */
    MAILBOX_WRITE(mailbox->window.receiver, DOORBELL_RECEIVER, DOORBELL_CLEAR, flags);
    /* The messages that the flags announce are read after the flags. */
    fence_device_before_memory();
    for (const struct mailbox_listener *listener = mailbox->window.listeners; listener != NULL;
         listener = listener->next) {
        uint32_t rung = flags & listener->flags;
        if (rung != 0) {
            listener->function(listener->context, rung);
        }
    }
}

static void handle_timer(struct mailbox *mailbox)
{
    MAILBOX_WRITE(mailbox->frame, CONTROL, TIMER_STATUS, MAILBOX_MASK(CONTROL, TIMER_STATUS, PENDING));
    mailbox->timer_interrupts++;
    if (mailbox->timer_function != NULL) {
        mailbox->timer_function();
    }
}

static void handle_peer_reset(struct mailbox *mailbox)
{
    uint32_t agents = MAILBOX_READ(mailbox->frame, CONTROL, PEER_RESET);

    /* Taken back before what the peer has left is looked at: it may be reset again meanwhile. */
    MAILBOX_WRITE(mailbox->frame, CONTROL, PEER_RESET, agents);
    mailbox->peer_reset_function(mailbox->peer_reset_context, agents);
}

/*
 * Everything but doorbells, the most urgent first. Not inlined, so that the way of a doorbell, which is the one that
 * counts, does not pay for the registers that this needs.
 */
__attribute__((noinline)) static void handle_others(struct mailbox *mailbox, uint32_t pending)
{
    const uint32_t rings = MAILBOX_SOURCE(RING_COMPLETION) | MAILBOX_SOURCE(RING_ERROR);
    const uint32_t fifos = MAILBOX_SOURCE(FIFO_RECEIVE) | MAILBOX_SOURCE(FIFO_SPACE);
    const uint32_t known = rings | fifos | MAILBOX_SOURCE(FIFO_ERROR) | MAILBOX_SOURCE(DOORBELL_ACKNOWLEDGE) |
                           MAILBOX_SOURCE(PEER_RESET) | MAILBOX_SOURCE(TIMER);

    if ((pending & MAILBOX_SOURCE(TIMER)) != 0) {
        handle_timer(mailbox);
    }
    if ((pending & ~known) != 0) {
        panic("mailbox of agent %u: interrupt sources %x, which nobody has enabled", mailbox->agent, pending & ~known);
    }
    if ((pending & rings) != 0) {
        mailbox_part_rings(mailbox);
    }
    if ((pending & MAILBOX_SOURCE(DOORBELL_ACKNOWLEDGE)) != 0) {
        mailbox_part_acknowledgements(mailbox);
    }
    if ((pending & fifos) != 0) {
        mailbox_part_fifo_ready(mailbox);
    }
    if ((pending & MAILBOX_SOURCE(FIFO_ERROR)) != 0) {
        mailbox_part_fifo_events(mailbox);
    }
    if ((pending & MAILBOX_SOURCE(PEER_RESET)) != 0) {
        handle_peer_reset(mailbox);
    }
}

void mailbox_part_interrupt(void *context)
{
    struct mailbox *mailbox = context;

    BELFRY_MARK1("irq.handler", mailbox->agent);
    mailbox->interrupts++;
    for (unsigned round = 0; round < ROUNDS_MAX; round++) {
        uint32_t pending = MAILBOX_READ(mailbox->frame, CONTROL, INTERRUPT_PENDING);
        if (pending == 0) {
            return;
        }
        if ((pending & MAILBOX_SOURCE(DOORBELL)) != 0) {
            handle_doorbells(mailbox);
        }
        pending &= ~MAILBOX_SOURCE(DOORBELL);
        if (pending != 0) {
            handle_others(mailbox, pending);
        }
    }
    panic("mailbox of agent %u: interrupt pending after %u rounds of handling", mailbox->agent, ROUNDS_MAX);
}
