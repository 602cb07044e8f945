/* SPDX-License-Identifier: MIT */
/* The reference mailbox's FIFO channels. */
#include "drivers/mailbox.h"
#include "drivers/mailbox_parts.h"
#include "soc/csr.h"

int mailbox_part_fifo_push(struct mailbox_fifo *fifo, uint32_t word)
{
    /* Between the look and the push another thread of this hart must not take the last place. */
    uint64_t before = interrupts_disable();
    uint32_t status = MAILBOX_READ(fifo->sender, FIFO_SENDER, FIFO_SEND_STATUS);
    int result = MAILBOX_OK;

    if (MAILBOX_FIELD(FIFO_SENDER, FIFO_SEND_STATUS, LEVEL, status) > fifo->mailbox->features.fifo_depth) {
        result = MAILBOX_E_DEVICE;
    } else if (MAILBOX_FIELD(FIFO_SENDER, FIFO_SEND_STATUS, FULL, status) != 0) {
        result = MAILBOX_E_FULL;
    } else {
        /* A word may be an index of something in memory, so it is sent like a doorbell: after what it names. */
        fence_memory_before_device();
        MAILBOX_WRITE(fifo->sender, FIFO_SENDER, FIFO_PUSH, word);
    }
    interrupts_restore(before);
    return result;
}

static void take_word(struct mailbox_fifo *fifo, uint32_t *word)
{
    if (fifo->auto_pop) {
        *word = MAILBOX_READ(fifo->receiver, FIFO_RECEIVER, FIFO_AUTO_POP);
    } else {
        *word = MAILBOX_READ(fifo->receiver, FIFO_RECEIVER, FIFO_PEEK);
        MAILBOX_WRITE(fifo->receiver, FIFO_RECEIVER, FIFO_POP, 1);
    }
}

int mailbox_part_fifo_pop(struct mailbox_fifo *fifo, uint32_t *word)
{
    uint64_t before = interrupts_disable();
    uint32_t status = MAILBOX_READ(fifo->receiver, FIFO_RECEIVER, FIFO_RECEIVE_STATUS);
    int result = MAILBOX_OK;

    if (MAILBOX_FIELD(FIFO_RECEIVER, FIFO_RECEIVE_STATUS, LEVEL, status) > fifo->mailbox->features.fifo_depth) {
        result = MAILBOX_E_DEVICE;
    } else if (MAILBOX_FIELD(FIFO_RECEIVER, FIFO_RECEIVE_STATUS, EMPTY, status) != 0) {
        result = MAILBOX_E_EMPTY;
    } else if (MAILBOX_FIELD(FIFO_RECEIVER, FIFO_RECEIVE_STATUS, PARITY, status) != 0) {
        MAILBOX_WRITE(fifo->receiver, FIFO_RECEIVER, FIFO_POP, 1);
        result = MAILBOX_E_PARITY;
    } else {
        take_word(fifo, word);
        /* What the word names is looked at after the word. */
        fence_device_before_memory();
    }
    interrupts_restore(before);
    return result;
}

/* Interrupts disabled: the two registers follow what the structure says. */
static void write_controls(struct mailbox_fifo *fifo)
{
    uint32_t receive = MAILBOX_VALUE(FIFO_RECEIVER, FIFO_RECEIVE_CONTROL, AUTO_POP, fifo->auto_pop) |
                       MAILBOX_VALUE(FIFO_RECEIVER, FIFO_RECEIVE_CONTROL, RECEIVE_INTERRUPT, fifo->receive != NULL);
    uint32_t send = MAILBOX_VALUE(FIFO_SENDER, FIFO_SEND_CONTROL, SPACE_INTERRUPT, fifo->space != NULL);

    MAILBOX_WRITE(fifo->receiver, FIFO_RECEIVER, FIFO_RECEIVE_CONTROL, receive);
    MAILBOX_WRITE(fifo->sender, FIFO_SENDER, FIFO_SEND_CONTROL, send);
}

void mailbox_part_fifo_interrupt_enable(struct mailbox_fifo *fifo)
{
    write_controls(fifo);
    MAILBOX_WRITE(fifo->mailbox->frame, CONTROL, INTERRUPT_ENABLE_SET,
                  MAILBOX_SOURCE(FIFO_RECEIVE) | MAILBOX_SOURCE(FIFO_SPACE) | MAILBOX_SOURCE(FIFO_ERROR));
}

void mailbox_part_fifo_set_up(struct mailbox_fifo *fifo, struct mailbox *mailbox, unsigned peer, unsigned number)
{
    fifo->mailbox = mailbox;
    fifo->sender = MAILBOX_PART(mailbox->frame, fifo_sender[peer][number]);
    fifo->receiver = MAILBOX_PART(mailbox->frame, fifo_receiver[peer][number]);
    fifo->low_watermark = MAILBOX_FIFO_SENDER_REGISTERS__FIFO_LOW_WATERMARK__LEVEL_reset;
    fifo->high_watermark = MAILBOX_FIFO_RECEIVER_REGISTERS__FIFO_HIGH_WATERMARK__LEVEL_reset;
}

int mailbox_fifo_open(struct mailbox_fifo *fifo, struct mailbox *mailbox, unsigned peer, unsigned number)
{
    if (peer >= mailbox->features.agents || peer == mailbox->agent) {
        return MAILBOX_E_ARGUMENT;
    }
    if (number >= mailbox->features.channels) {
        return MAILBOX_E_ABSENT;
    }
    for (const struct mailbox_fifo *other = &mailbox->fifo; other != NULL; other = other->next) {
        if (other->sender == MAILBOX_PART(mailbox->frame, fifo_sender[peer][number])) {
            return MAILBOX_E_BUSY;
        }
    }
    mailbox_part_fifo_set_up(fifo, mailbox, peer, number);
    uint64_t before = interrupts_disable();
    fifo->next = mailbox->fifo.next;
    mailbox->fifo.next = fifo;
    interrupts_restore(before);
    return MAILBOX_OK;
}

int mailbox_fifo_listen_space(struct mailbox_fifo *fifo, mailbox_fifo_function *function, void *context)
{
    if (function == NULL) {
        return MAILBOX_E_ARGUMENT;
    }
    uint64_t before = interrupts_disable();
    fifo->space_context = context;
    fifo->space = function;
    mailbox_part_fifo_interrupt_enable(fifo);
    interrupts_restore(before);
    return MAILBOX_OK;
}

int mailbox_fifo_listen_events(struct mailbox_fifo *fifo, mailbox_fifo_events_function *function, void *context)
{
    if (function == NULL) {
        return MAILBOX_E_ARGUMENT;
    }
    uint64_t before = interrupts_disable();
    fifo->events_context = context;
    fifo->events = function;
    MAILBOX_WRITE(fifo->mailbox->frame, CONTROL, INTERRUPT_ENABLE_SET, MAILBOX_SOURCE(FIFO_ERROR));
    interrupts_restore(before);
    return MAILBOX_OK;
}

int mailbox_fifo_set_watermarks(struct mailbox_fifo *fifo, unsigned low, unsigned high)
{
    unsigned depth = fifo->mailbox->features.fifo_depth;

    if (low > depth || high == 0 || high > depth) {
        return MAILBOX_E_ARGUMENT;
    }
    uint64_t before = interrupts_disable();
    fifo->low_watermark = low;
    fifo->high_watermark = high;
    MAILBOX_WRITE(fifo->sender, FIFO_SENDER, FIFO_LOW_WATERMARK, low);
    MAILBOX_WRITE(fifo->receiver, FIFO_RECEIVER, FIFO_HIGH_WATERMARK, high);
    interrupts_restore(before);
    return MAILBOX_OK;
}

void mailbox_fifo_set_auto_pop(struct mailbox_fifo *fifo, bool on)
{
    uint64_t before = interrupts_disable();

    fifo->auto_pop = on;
    write_controls(fifo);
    interrupts_restore(before);
}

unsigned mailbox_fifo_room(struct mailbox_fifo *fifo)
{
    unsigned depth = fifo->mailbox->features.fifo_depth;
    uint32_t status = MAILBOX_READ(fifo->sender, FIFO_SENDER, FIFO_SEND_STATUS);
    uint32_t level = MAILBOX_FIELD(FIFO_SENDER, FIFO_SEND_STATUS, LEVEL, status);

    /* A device that says more than it can hold has no room. */
    return level <= depth ? depth - level : 0;
}

int mailbox_fifo_flush(struct mailbox_fifo *fifo, enum mailbox_fifo_direction direction)
{
    uint64_t before = interrupts_disable();
    uint32_t dropped;

    if (direction == MAILBOX_FIFO_SENT) {
        MAILBOX_WRITE(fifo->sender, FIFO_SENDER, FIFO_SEND_FLUSH, MAILBOX_MASK(FIFO_SENDER, FIFO_SEND_FLUSH, FLUSH));
        dropped = MAILBOX_READ(fifo->sender, FIFO_SENDER, FIFO_SEND_DROPPED);
    } else {
        MAILBOX_WRITE(fifo->receiver, FIFO_RECEIVER, FIFO_RECEIVE_FLUSH,
                      MAILBOX_MASK(FIFO_RECEIVER, FIFO_RECEIVE_FLUSH, FLUSH));
        dropped = MAILBOX_READ(fifo->receiver, FIFO_RECEIVER, FIFO_RECEIVE_DROPPED);
    }
    interrupts_restore(before);
    return dropped <= fifo->mailbox->features.fifo_depth ? (int)dropped : MAILBOX_E_DEVICE;
}

int mailbox_fifo_claim(struct mailbox_fifo *fifo, bool claim)
{
    uintptr_t sender = MAILBOX_ADDRESS(fifo->sender, FIFO_SENDER, FIFO_SENDER_OWNER);
    int result = mailbox_part_claim(sender, claim);

    if (result != MAILBOX_OK) {
        return result;
    }
    result = mailbox_part_claim(MAILBOX_ADDRESS(fifo->receiver, FIFO_RECEIVER, FIFO_RECEIVER_OWNER), claim);
    if (result != MAILBOX_OK) {
        (void)mailbox_part_claim(sender, !claim);
    }
    return result;
}

/* The sources are high while there are words or space, which are for a thread to use: quiet until it listens again. */
static void tell_once(struct mailbox_fifo *fifo, mailbox_fifo_function **function, void *context)
{
    mailbox_fifo_function *told = *function;

    *function = NULL;
    write_controls(fifo);
    told(context);
}

void mailbox_part_fifo_ready(struct mailbox *mailbox)
{
    for (struct mailbox_fifo *fifo = &mailbox->fifo; fifo != NULL; fifo = fifo->next) {
        if (fifo->receive != NULL) {
            uint32_t status = MAILBOX_READ(fifo->receiver, FIFO_RECEIVER, FIFO_RECEIVE_STATUS);
            if (MAILBOX_FIELD(FIFO_RECEIVER, FIFO_RECEIVE_STATUS, LEVEL, status) >= fifo->high_watermark) {
                tell_once(fifo, &fifo->receive, fifo->receive_context);
            }
        }
        if (fifo->space != NULL) {
            uint32_t status = MAILBOX_READ(fifo->sender, FIFO_SENDER, FIFO_SEND_STATUS);
            if (MAILBOX_FIELD(FIFO_SENDER, FIFO_SEND_STATUS, LEVEL, status) <= fifo->low_watermark) {
                tell_once(fifo, &fifo->space, fifo->space_context);
            }
        }
    }
}

static void report_events(struct mailbox_fifo *fifo, uint32_t send, uint32_t receive)
{
    const struct mailbox_fifo_events events = {
        .overflow = (send & MAILBOX_MASK(FIFO_SENDER, FIFO_SEND_EVENT, OVERFLOW)) != 0,
        .underflow = (receive & MAILBOX_MASK(FIFO_RECEIVER, FIFO_RECEIVE_EVENT, UNDERFLOW)) != 0,
        .parity = (receive & MAILBOX_MASK(FIFO_RECEIVER, FIFO_RECEIVE_EVENT, PARITY)) != 0,
        .sent_flushed = (send & MAILBOX_MASK(FIFO_SENDER, FIFO_SEND_EVENT, FLUSHED)) != 0,
        .received_flushed = (receive & MAILBOX_MASK(FIFO_RECEIVER, FIFO_RECEIVE_EVENT, FLUSHED)) != 0,
        .sent_dropped = MAILBOX_READ(fifo->sender, FIFO_SENDER, FIFO_SEND_DROPPED),
        .received_dropped = MAILBOX_READ(fifo->receiver, FIFO_RECEIVER, FIFO_RECEIVE_DROPPED),
    };

    if (fifo->events != NULL) {
        fifo->events(fifo->events_context, &events);
    }
}

static bool is_open(const struct mailbox *mailbox, uintptr_t sender)
{
    const struct mailbox_fifo *fifo = &mailbox->fifo;

    while (fifo != NULL && fifo->sender != sender) {
        fifo = fifo->next;
    }
    return fifo != NULL;
}

/* Whatever a peer sends through a channel that nobody has opened here is for nobody, and must not keep the wire high.
 */
static void empty_the_others(struct mailbox *mailbox)
{
    for (unsigned peer = 0; peer < mailbox->features.agents; peer++) {
        for (unsigned number = 0; peer != mailbox->agent && number < mailbox->features.channels; number++) {
            uintptr_t sender = MAILBOX_PART(mailbox->frame, fifo_sender[peer][number]);
            uintptr_t receiver = MAILBOX_PART(mailbox->frame, fifo_receiver[peer][number]);
            if (!is_open(mailbox, sender)) {
                MAILBOX_WRITE(receiver, FIFO_RECEIVER, FIFO_RECEIVE_FLUSH,
                              MAILBOX_MASK(FIFO_RECEIVER, FIFO_RECEIVE_FLUSH, FLUSH));
                MAILBOX_WRITE(receiver, FIFO_RECEIVER, FIFO_RECEIVE_EVENT,
                              MAILBOX_READ(receiver, FIFO_RECEIVER, FIFO_RECEIVE_EVENT));
                MAILBOX_WRITE(sender, FIFO_SENDER, FIFO_SEND_EVENT, MAILBOX_READ(sender, FIFO_SENDER, FIFO_SEND_EVENT));
            }
        }
    }
}

/* Returns whether there were any. */
static bool handle_events(struct mailbox_fifo *fifo)
{
    uint32_t send = MAILBOX_READ(fifo->sender, FIFO_SENDER, FIFO_SEND_EVENT);
    uint32_t receive = MAILBOX_READ(fifo->receiver, FIFO_RECEIVER, FIFO_RECEIVE_EVENT);
    uint32_t status = MAILBOX_READ(fifo->receiver, FIFO_RECEIVER, FIFO_RECEIVE_STATUS);

    if ((send | receive) == 0) {
        return false;
    }
    if ((status & MAILBOX_MASK(FIFO_RECEIVER, FIFO_RECEIVE_STATUS, PARITY)) != 0) {
        /* Before its event is taken back: a damaged word at the head raises it again in each cycle. */
        MAILBOX_WRITE(fifo->receiver, FIFO_RECEIVER, FIFO_POP, 1);
    }
    MAILBOX_WRITE(fifo->sender, FIFO_SENDER, FIFO_SEND_EVENT, send);
    MAILBOX_WRITE(fifo->receiver, FIFO_RECEIVER, FIFO_RECEIVE_EVENT, receive);
    report_events(fifo, send, receive);
    return true;
}

void mailbox_part_fifo_events(struct mailbox *mailbox)
{
    bool any = false;

    for (struct mailbox_fifo *fifo = &mailbox->fifo; fifo != NULL; fifo = fifo->next) {
        if (handle_events(fifo)) {
            mailbox->fifo_errors++;
            any = true;
        }
    }
    if (!any) {
        empty_the_others(mailbox);
    }
}

void mailbox_part_fifos_reset(struct mailbox *mailbox)
{
    for (struct mailbox_fifo *fifo = &mailbox->fifo; fifo != NULL; fifo = fifo->next) {
        fifo->low_watermark = MAILBOX_FIFO_SENDER_REGISTERS__FIFO_LOW_WATERMARK__LEVEL_reset;
        fifo->high_watermark = MAILBOX_FIFO_RECEIVER_REGISTERS__FIFO_HIGH_WATERMARK__LEVEL_reset;
        fifo->auto_pop = false;
        fifo->receive = NULL;
        fifo->space = NULL;
        fifo->events = NULL;
    }
}
