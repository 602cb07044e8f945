/* SPDX-License-Identifier: MIT */
/* The reference mailbox's driver: discovery, doorbells, FIFO, timer. Copies and interrupts are in files beside it. */
#include "drivers/mailbox.h"
#include "drivers/mailbox_parts.h"
#include "soc/csr.h"

#define ALL_FLAGS 0xffffffffu
#define ALL_SOURCES MAILBOX_MASK(INTERRUPT_ENABLE, SOURCES)

static int read_features(struct mailbox *mailbox, uintptr_t frame, unsigned agent)
{
    uint32_t features = MAILBOX_READ(frame, FEATURES);
    uint32_t configuration = MAILBOX_READ(frame, CONFIGURATION);

    mailbox->features = (struct mailbox_features){
        .agents = MAILBOX_FIELD(CONFIGURATION, AGENTS, configuration),
        .doorbells = MAILBOX_FIELD(CONFIGURATION, DOORBELLS, configuration),
        .dma = MAILBOX_FIELD(FEATURES, DMA, features) != 0,
        .timer = MAILBOX_FIELD(FEATURES, TIMER, features) != 0 && MAILBOX_FIELD(FEATURES, CYCLE_COUNTER, features) != 0,
    };
    if (MAILBOX_FIELD(FEATURES, FIFO, features) != 0) {
        mailbox->features.fifo_depth = MAILBOX_FIELD(CONFIGURATION, FIFO_DEPTH, configuration);
    }
    if (mailbox->features.dma) {
        mailbox->features.dma_length_maximum = MAILBOX_READ(frame, DMA_LENGTH_MAXIMUM);
    }
    /* The registers hold 32 flags; the frame found at this place must be the agent's. */
    if (MAILBOX_FIELD(CONFIGURATION, AGENT, configuration) != agent || mailbox->features.doorbells == 0 ||
        mailbox->features.doorbells > 32 || (mailbox->features.dma && mailbox->features.dma_length_maximum == 0)) {
        return MAILBOX_E_DEVICE;
    }
    return agent < mailbox->features.agents ? MAILBOX_OK : MAILBOX_E_ARGUMENT;
}

static int probe(struct mailbox *mailbox, uintptr_t window, uint64_t window_bytes, unsigned agent)
{
    uintptr_t frame = window + agent * MAILBOX_FRAME_BYTES;

    if (agent >= window_bytes / MAILBOX_FRAME_BYTES) {
        return window_bytes < MAILBOX_FRAME_BYTES ? MAILBOX_E_ABSENT : MAILBOX_E_ARGUMENT;
    }
    uint32_t identity = MAILBOX_READ(frame, IDENTITY);
    if (MAILBOX_FIELD(IDENTITY, MAGIC, identity) != MAILBOX_FRAME__IDENTITY__MAGIC_reset ||
        MAILBOX_FIELD(IDENTITY, VERSION, identity) != MAILBOX_FRAME__IDENTITY__VERSION_reset) {
        return MAILBOX_E_ABSENT;
    }
    int result = read_features(mailbox, frame, agent);
    if (result != MAILBOX_OK) {
        return result;
    }
    mailbox->frame = frame;
    mailbox->agent = agent;
    MAILBOX_WRITE(frame, INTERRUPT_ENABLE_CLEAR, ALL_SOURCES);
    MAILBOX_WRITE(frame, DOORBELL_MASK_SET, ALL_FLAGS);
    return MAILBOX_OK;
}

static void doorbell_ring(struct mailbox *mailbox, uint32_t flags)
{
    /* The peer looks at memory when it sees the flag: the message must be there first. */
    fence_memory_before_device();
    MAILBOX_WRITE(mailbox->frame, DOORBELL_SET, flags);
}

static void doorbell_clear(struct mailbox *mailbox, uint32_t flags)
{
    MAILBOX_WRITE(mailbox->frame, DOORBELL_CLEAR, flags);
}

static void doorbell_mask(struct mailbox *mailbox, uint32_t flags)
{
    MAILBOX_WRITE(mailbox->frame, DOORBELL_MASK_SET, flags);
}

static void doorbell_unmask(struct mailbox *mailbox, uint32_t flags)
{
    MAILBOX_WRITE(mailbox->frame, DOORBELL_MASK_CLEAR, flags);
    MAILBOX_WRITE(mailbox->frame, INTERRUPT_ENABLE_SET, MAILBOX_SOURCE(DOORBELL));
}

static uint32_t doorbell_status(struct mailbox *mailbox)
{
    uint32_t flags = MAILBOX_READ(mailbox->frame, DOORBELL_STATUS);

    /* A set flag says that the peer has written something: it is looked at after the flag. */
    fence_device_before_memory();
    return flags;
}

static uint32_t doorbell_peer_status(struct mailbox *mailbox)
{
    return MAILBOX_READ(mailbox->frame, DOORBELL_PEER_STATUS);
}

static int fifo_push(struct mailbox *mailbox, uint32_t word)
{
    /* Between the look and the push another thread of this hart must not take the last place. */
    uint64_t before = interrupts_disable();
    uint32_t status = MAILBOX_READ(mailbox->frame, FIFO_SEND_STATUS);
    int result = MAILBOX_OK;

    if (MAILBOX_FIELD(FIFO_SEND_STATUS, LEVEL, status) > mailbox->features.fifo_depth) {
        result = MAILBOX_E_DEVICE;
    } else if (MAILBOX_FIELD(FIFO_SEND_STATUS, FULL, status) != 0) {
        result = MAILBOX_E_FULL;
    } else {
        /* A word may be an index of something in memory, so it is sent like a doorbell: after what it names. */
        fence_memory_before_device();
        MAILBOX_WRITE(mailbox->frame, FIFO_PUSH, word);
    }
    interrupts_restore(before);
    return result;
}

static int fifo_pop(struct mailbox *mailbox, uint32_t *word)
{
    uint64_t before = interrupts_disable();
    uint32_t status = MAILBOX_READ(mailbox->frame, FIFO_RECEIVE_STATUS);
    int result = MAILBOX_OK;

    if (MAILBOX_FIELD(FIFO_RECEIVE_STATUS, LEVEL, status) > mailbox->features.fifo_depth) {
        result = MAILBOX_E_DEVICE;
    } else if (MAILBOX_FIELD(FIFO_RECEIVE_STATUS, EMPTY, status) != 0) {
        result = MAILBOX_E_EMPTY;
    } else {
        *word = MAILBOX_READ(mailbox->frame, FIFO_POP);
        /* What the word names is looked at after the word. */
        fence_device_before_memory();
    }
    interrupts_restore(before);
    return result;
}

static void fifo_interrupt_enable(struct mailbox *mailbox)
{
    MAILBOX_WRITE(mailbox->frame, INTERRUPT_ENABLE_SET, MAILBOX_SOURCE(FIFO_RECEIVE) | MAILBOX_SOURCE(FIFO_ERROR));
}

static uint64_t cycles(struct mailbox *mailbox)
{
    /* CYCLE_HIGH is latched by the read of CYCLE_LOW; another reader on this hart between the two would latch anew. */
    uint64_t before = interrupts_disable();
    uint64_t low = MAILBOX_READ(mailbox->frame, CYCLE_LOW);
    uint64_t high = MAILBOX_READ(mailbox->frame, CYCLE_HIGH);

    interrupts_restore(before);
    return high << 32 | low;
}

static void timer_arm(struct mailbox *mailbox, uint64_t cycle)
{
    uint64_t before = interrupts_disable();
    uint32_t high = (uint32_t)(cycle >> 32);

    /* Writing the low half arms with the high half last written, and takes back a pending interrupt. */
    if (high != mailbox->timer_high) {
        MAILBOX_WRITE(mailbox->frame, TIMER_COMPARE_HIGH, high);
        mailbox->timer_high = high;
    }
    MAILBOX_WRITE(mailbox->frame, TIMER_COMPARE_LOW, (uint32_t)cycle);
    if (!mailbox->timer_enabled) {
        mailbox->timer_enabled = true;
        MAILBOX_WRITE(mailbox->frame, TIMER_CONTROL, MAILBOX_MASK(TIMER_CONTROL, ENABLE));
        MAILBOX_WRITE(mailbox->frame, INTERRUPT_ENABLE_SET, MAILBOX_SOURCE(TIMER));
    }
    interrupts_restore(before);
}

static void timer_disarm(struct mailbox *mailbox)
{
    uint64_t before = interrupts_disable();

    /* First no new match, then the old one away: the other order leaves one that comes between. */
    mailbox->timer_enabled = false;
    MAILBOX_WRITE(mailbox->frame, TIMER_CONTROL, 0);
    MAILBOX_WRITE(mailbox->frame, TIMER_STATUS, MAILBOX_MASK(TIMER_STATUS, PENDING));
    interrupts_restore(before);
}

const struct mailbox_driver mailbox_reference_driver = {
    .name = "reference mailbox",
    .probe = probe,
    .doorbell_ring = doorbell_ring,
    .doorbell_clear = doorbell_clear,
    .doorbell_mask = doorbell_mask,
    .doorbell_unmask = doorbell_unmask,
    .doorbell_status = doorbell_status,
    .doorbell_peer_status = doorbell_peer_status,
    .fifo_push = fifo_push,
    .fifo_pop = fifo_pop,
    .fifo_interrupt_enable = fifo_interrupt_enable,
    .copy_start = mailbox_part_copy_start,
    .cycles = cycles,
    .timer_arm = timer_arm,
    .timer_disarm = timer_disarm,
    .interrupt = mailbox_part_interrupt,
};
