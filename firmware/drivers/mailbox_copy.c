/* SPDX-License-Identifier: MIT */
/* Single copies by the reference mailbox: ring 0, one message each, its number for a tag. */
#include "drivers/mailbox.h"
#include "drivers/mailbox_parts.h"
#include "soc/csr.h"
#include "soc/panic.h"

static int status_of(const struct mailbox_completion *completion, const struct mailbox_copy *copy)
{
    bool whole = completion->bytes == copy->length;

    if (completion->bytes > copy->length) {
        return MAILBOX_E_DEVICE;
    }
    switch (completion->status) {
    case MAILBOX_COMPLETION_OK:
        return whole ? MAILBOX_OK : MAILBOX_E_DEVICE;
    case MAILBOX_COMPLETION_LENGTH:
        return MAILBOX_E_LENGTH;
    case MAILBOX_COMPLETION_READ_REFUSED:
    case MAILBOX_COMPLETION_READ_UNMAPPED:
        return MAILBOX_E_READ;
    case MAILBOX_COMPLETION_WRITE_REFUSED:
    case MAILBOX_COMPLETION_WRITE_UNMAPPED:
        return MAILBOX_E_WRITE;
    default:
        /* The driver's descriptors are without fault. */
        return MAILBOX_E_DEVICE;
    }
}

/* The oldest copy is over. Its place is free before the function is called, because that may start the next. */
static void end_copy(struct mailbox *mailbox, const struct mailbox_copy_result *result)
{
    const struct mailbox_copy copy = mailbox->copies[mailbox->copies_over % MAILBOX_COPIES_MAX];

    mailbox->copies_over++;
    mailbox->copies_ended++;
    if (copy.done != NULL) {
        copy.done(copy.context, result);
    }
}

/* Returns whether there was a completion. */
static bool take_copy(struct mailbox *mailbox, struct mailbox_copy_result *result)
{
    struct mailbox_completion completion;
    int taken = mailbox_ring_take(&mailbox->copy_ring, &completion);

    if (taken == MAILBOX_E_EMPTY) {
        return false;
    }
    if (taken != MAILBOX_OK || mailbox->copies_over == mailbox->copies_begun ||
        completion.tag != mailbox->copies_over) {
        panic("mailbox of agent %u: completion with tag %u, status %u; the oldest copy is %u of %u", mailbox->agent,
              completion.tag, completion.status, mailbox->copies_over, mailbox->copies_begun);
    }
    result->status = status_of(&completion, &mailbox->copies[mailbox->copies_over % MAILBOX_COPIES_MAX]);
    result->bytes = completion.bytes;
    return true;
}

static void copies_ended(void *context, const struct mailbox_ring_events *events)
{
    struct mailbox *mailbox = context;
    struct mailbox_copy_result result;

    if (events->memory_failed || events->aborted) {
        panic("mailbox of agent %u: the ring for copies has failed at address %lx", mailbox->agent, events->address);
    }
    while (take_copy(mailbox, &result)) {
        mailbox_ring_release(&mailbox->copy_ring);
        end_copy(mailbox, &result);
    }
}

static int open_ring(struct mailbox *mailbox)
{
    const struct mailbox_ring_memory memory = {
        .descriptors = mailbox->copy_descriptors,
        .completions = mailbox->copy_completions,
        .descriptors_log2 = MAILBOX_COPIES_LOG2,
        .completions_log2 = MAILBOX_COPIES_LOG2,
    };

    return mailbox_ring_open(&mailbox->copy_ring, mailbox, 0, &memory, copies_ended, mailbox);
}

static uint32_t number_of(uint32_t flag)
{
    uint32_t number = 0;

    while (flag >> number != 1) {
        number++;
    }
    return number;
}

int mailbox_part_copy_start(struct mailbox *mailbox, const struct mailbox_copy *copy)
{
    struct mailbox_descriptor descriptor = {
        .source = copy->source,
        .destination = copy->destination,
        .length = copy->length,
        .flags = MAILBOX_DESCRIPTOR_INTERRUPT,
        .tag = mailbox->copies_begun,
    };
    int result = MAILBOX_OK;

    if ((uint16_t)(mailbox->copies_begun - mailbox->copies_over) == MAILBOX_COPIES_MAX) {
        return MAILBOX_E_BUSY;
    }
    if (mailbox->rings[0] != &mailbox->copy_ring) {
        result = open_ring(mailbox);
    }
    if (result == MAILBOX_OK) {
        if (copy->doorbell != 0) {
            descriptor.flags |= MAILBOX_DESCRIPTOR_NOTIFY;
            descriptor.notify = MAILBOX_NOTIFY(mailbox->peer, 0, number_of(copy->doorbell));
        }
        result = mailbox_ring_put(&mailbox->copy_ring, &descriptor);
    }
    if (result == MAILBOX_OK) {
        mailbox->copies[mailbox->copies_begun % MAILBOX_COPIES_MAX] = *copy;
        mailbox->copies_begun++;
        mailbox_ring_submit(&mailbox->copy_ring);
    }
    return result;
}

void mailbox_part_copies_reset(struct mailbox *mailbox)
{
    const struct mailbox_copy_result result = {.status = MAILBOX_E_RESET};

    /* Those that the functions start are not among them. */
    for (uint16_t end = mailbox->copies_begun; mailbox->copies_over != end;) {
        end_copy(mailbox, &result);
    }
}
