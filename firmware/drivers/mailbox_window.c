/* SPDX-License-Identifier: MIT */
/* The reference mailbox's doorbell windows. */
#include "drivers/mailbox.h"
#include "drivers/mailbox_parts.h"
#include "soc/csr.h"

void mailbox_part_doorbell_ring(struct mailbox_window *window, uint32_t flags)
{
    /* The peer looks at memory when it sees the flag: the message must be there first. */
    fence_memory_before_device();
    MAILBOX_WRITE(window->sender, DOORBELL_SENDER, DOORBELL_SET, flags);
}

void mailbox_part_doorbell_clear(struct mailbox_window *window, uint32_t flags)
{
    MAILBOX_WRITE(window->receiver, DOORBELL_RECEIVER, DOORBELL_CLEAR, flags);
}

void mailbox_part_doorbell_mask(struct mailbox_window *window, uint32_t flags)
{
    MAILBOX_WRITE(window->receiver, DOORBELL_RECEIVER, DOORBELL_MASK_SET, flags);
}

void mailbox_part_doorbell_unmask(struct mailbox_window *window, uint32_t flags)
{
    MAILBOX_WRITE(window->receiver, DOORBELL_RECEIVER, DOORBELL_MASK_CLEAR, flags);
    MAILBOX_WRITE(window->mailbox->frame, CONTROL, INTERRUPT_ENABLE_SET, MAILBOX_SOURCE(DOORBELL));
}

uint32_t mailbox_part_doorbell_status(struct mailbox_window *window)
{
    uint32_t flags = MAILBOX_READ(window->receiver, DOORBELL_RECEIVER, DOORBELL_STATUS);

    /* A set flag says that the peer has written something: it is looked at after the flag. */
    fence_device_before_memory();
    return flags;
}

uint32_t mailbox_part_doorbell_peer_status(struct mailbox_window *window)
{
    return MAILBOX_READ(window->sender, DOORBELL_SENDER, DOORBELL_PEER_STATUS);
}

void mailbox_part_window_set_up(struct mailbox_window *window, struct mailbox *mailbox, unsigned peer, unsigned number)
{
    window->mailbox = mailbox;
    window->sender = MAILBOX_PART(mailbox->frame, doorbell_sender[peer][number]);
    window->receiver = MAILBOX_PART(mailbox->frame, doorbell_receiver[peer][number]);
}

int mailbox_window_open(struct mailbox_window *window, struct mailbox *mailbox, unsigned peer, unsigned number)
{
    if (peer >= mailbox->features.agents || peer == mailbox->agent) {
        return MAILBOX_E_ARGUMENT;
    }
    if (number >= mailbox->features.windows) {
        return MAILBOX_E_ABSENT;
    }
    for (const struct mailbox_window *other = &mailbox->window; other != NULL; other = other->next) {
        if (other->sender == MAILBOX_PART(mailbox->frame, doorbell_sender[peer][number])) {
            return MAILBOX_E_BUSY;
        }
    }
    mailbox_part_window_set_up(window, mailbox, peer, number);
    uint64_t before = interrupts_disable();
    window->next = mailbox->window.next;
    mailbox->window.next = window;
    interrupts_restore(before);
    return MAILBOX_OK;
}

int mailbox_window_listen_acknowledge(struct mailbox_window *window, uint32_t flags,
                                      mailbox_doorbell_function *function, void *context)
{
    if (flags != 0 && function == NULL) {
        return MAILBOX_E_ARGUMENT;
    }
    uint64_t before = interrupts_disable();
    /* Acknowledgements of before are nobody's. */
    MAILBOX_WRITE(window->sender, DOORBELL_SENDER, DOORBELL_ACKNOWLEDGE, flags);
    window->acknowledged = function;
    window->acknowledged_context = context;
    MAILBOX_WRITE(window->sender, DOORBELL_SENDER, DOORBELL_ACKNOWLEDGE_ENABLE, flags);
    MAILBOX_WRITE(window->mailbox->frame, CONTROL, INTERRUPT_ENABLE_SET, MAILBOX_SOURCE(DOORBELL_ACKNOWLEDGE));
    interrupts_restore(before);
    return MAILBOX_OK;
}

void mailbox_part_other_windows(struct mailbox *mailbox)
{
    for (struct mailbox_window *window = mailbox->window.next; window != NULL; window = window->next) {
        uint32_t flags = MAILBOX_READ(window->receiver, DOORBELL_RECEIVER, DOORBELL_MASKED_STATUS);
        /* Cleared before the work is looked for, as for the first window. */
        MAILBOX_WRITE(window->receiver, DOORBELL_RECEIVER, DOORBELL_CLEAR, flags);
        fence_device_before_memory();
        for (const struct mailbox_listener *listener = window->listeners; listener != NULL; listener = listener->next) {
            if ((flags & listener->flags) != 0) {
                listener->function(listener->context, flags & listener->flags);
            }
        }
    }
}

void mailbox_part_acknowledgements(struct mailbox *mailbox)
{
    for (struct mailbox_window *window = &mailbox->window; window != NULL; window = window->next) {
        uint32_t enabled = MAILBOX_READ(window->sender, DOORBELL_SENDER, DOORBELL_ACKNOWLEDGE_ENABLE);
        uint32_t flags = MAILBOX_READ(window->sender, DOORBELL_SENDER, DOORBELL_ACKNOWLEDGE) & enabled;
        if (flags != 0) {
            MAILBOX_WRITE(window->sender, DOORBELL_SENDER, DOORBELL_ACKNOWLEDGE, flags);
            /* What the receiver wrote before it cleared the flags is read after the acknowledgement. */
            fence_device_before_memory();
            window->acknowledged(window->acknowledged_context, flags);
        }
    }
}

int mailbox_part_claim(uintptr_t owner_register, bool claim)
{
    mmio_write32(owner_register, claim ? MAILBOX_MASK(RING, RING_OWNER, OWNED) : 0);
    /* Every owner register has the same layout. One that belongs to somebody else reads as 0, with a bus error. */
    bool owned = (mmio_read32(owner_register) & MAILBOX_MASK(RING, RING_OWNER, OWNED)) != 0;
    return owned == claim ? MAILBOX_OK : MAILBOX_E_BUSY;
}

int mailbox_window_claim(struct mailbox_window *window, bool claim)
{
    uintptr_t sender = MAILBOX_ADDRESS(window->sender, DOORBELL_SENDER, DOORBELL_SENDER_OWNER);
    int result = mailbox_part_claim(sender, claim);

    if (result != MAILBOX_OK) {
        return result;
    }
    result = mailbox_part_claim(MAILBOX_ADDRESS(window->receiver, DOORBELL_RECEIVER, DOORBELL_RECEIVER_OWNER), claim);
    if (result != MAILBOX_OK) {
        (void)mailbox_part_claim(sender, !claim);
    }
    return result;
}
