/* SPDX-License-Identifier: MIT */
/* The reference mailbox's copy engine. */
#include "drivers/mailbox.h"
#include "drivers/mailbox_parts.h"
#include "soc/panic.h"

int mailbox_part_copy_start(struct mailbox *mailbox, const struct mailbox_copy *copy)
{
    uintptr_t frame = mailbox->frame;

    /* Checked because the device would answer DMA_START with a bus error: another master of this frame is at work. */
    if ((MAILBOX_READ(frame, DMA_STATUS) & MAILBOX_MASK(DMA_STATUS, BUSY)) != 0) {
        return MAILBOX_E_BUSY;
    }
    MAILBOX_WRITE(frame, DMA_SOURCE_LOW, (uint32_t)copy->source);
    MAILBOX_WRITE(frame, DMA_SOURCE_HIGH, (uint32_t)(copy->source >> 32));
    MAILBOX_WRITE(frame, DMA_DESTINATION_LOW, (uint32_t)copy->destination);
    MAILBOX_WRITE(frame, DMA_DESTINATION_HIGH, (uint32_t)(copy->destination >> 32));
    MAILBOX_WRITE(frame, DMA_LENGTH, copy->length);
    MAILBOX_WRITE(frame, DMA_DOORBELL, copy->doorbell);
    MAILBOX_WRITE(frame, INTERRUPT_ENABLE_SET, MAILBOX_SOURCE(DMA_DONE) | MAILBOX_SOURCE(DMA_ERROR));
    /* The engine reads the source as soon as it is started: the hart's stores to it must have landed. */
    fence_memory_before_device();
    MAILBOX_WRITE(frame, DMA_START, MAILBOX_MASK(DMA_START, START));
    return MAILBOX_OK;
}

#define ERROR_CODE(name) MAILBOX_FRAME__DMA_STATUS__ERROR_CODE__##name

static int error_status(uint32_t code)
{
    switch (code) {
    case ERROR_CODE(LENGTH):
        return MAILBOX_E_LENGTH;
    case ERROR_CODE(READ_REFUSED):
    case ERROR_CODE(READ_UNMAPPED):
        return MAILBOX_E_READ;
    case ERROR_CODE(WRITE_REFUSED):
    case ERROR_CODE(WRITE_UNMAPPED):
        return MAILBOX_E_WRITE;
    default:
        return MAILBOX_E_DEVICE;
    }
}

void mailbox_part_copy_ended(struct mailbox *mailbox)
{
    uintptr_t frame = mailbox->frame;
    uint32_t status = MAILBOX_READ(frame, DMA_STATUS);
    bool done = (status & MAILBOX_MASK(DMA_STATUS, DONE)) != 0;
    bool error = (status & MAILBOX_MASK(DMA_STATUS, ERROR)) != 0;
    struct mailbox_copy_result result = {.status = MAILBOX_OK, .bytes = MAILBOX_READ(frame, DMA_BYTES_DONE)};

    if (!mailbox->copying || done == error || (status & MAILBOX_MASK(DMA_STATUS, BUSY)) != 0) {
        panic("copy engine of agent %u ended with status %x, %s copy under way", mailbox->agent, status,
              mailbox->copying ? "a" : "no");
    }
    if (error) {
        result.status = error_status(MAILBOX_FIELD(DMA_STATUS, ERROR_CODE, status));
        result.error_address =
            (uint64_t)MAILBOX_READ(frame, DMA_ERROR_ADDRESS_HIGH) << 32 | MAILBOX_READ(frame, DMA_ERROR_ADDRESS_LOW);
    }
    if (result.bytes > mailbox->copy.length || (done && result.bytes != mailbox->copy.length)) {
        result.status = MAILBOX_E_DEVICE;
    }
    MAILBOX_WRITE(frame, DMA_STATUS, MAILBOX_MASK(DMA_STATUS, DONE) | MAILBOX_MASK(DMA_STATUS, ERROR));
    /* The copied bytes are read after the status that says they are there. */
    fence_device_before_memory();
    mailbox->copying = false;
    mailbox->copies++;
    /* Last, because the function may start the next copy. */
    if (mailbox->copy.done != NULL) {
        mailbox->copy.done(mailbox->copy.context, &result);
    }
}
