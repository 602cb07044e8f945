/* SPDX-License-Identifier: MIT */
/* The reference mailbox's driver: discovery and timer. Its other parts are in files beside it. */
#include "drivers/mailbox.h"
#include "drivers/mailbox_parts.h"
#include "soc/csr.h"

#define ALL_FLAGS 0xffffffffu
#define ALL_SOURCES MAILBOX_MASK(CONTROL, INTERRUPT_ENABLE, SOURCES)
#define HAS(features, name) (MAILBOX_FIELD(CONTROL, FEATURES, name, features) != 0)
/* What mailbox.rdl has addresses for. */
#define AGENTS_MAX 8
#define INSTANCES_MAX 4

static unsigned peer_of(unsigned agent, unsigned agents)
{
    return (agent ^ 1) < agents ? agent ^ 1 : agent - 1;
}

static int check_features(const struct mailbox_features *features, uint32_t configuration, unsigned agent)
{
    /* The window found at this place must be the agent's, and what there is must have an address. */
    if (MAILBOX_FIELD(CONTROL, CONFIGURATION, AGENT, configuration) != agent || features->agents < 2 ||
        features->agents > AGENTS_MAX || features->windows == 0 || features->windows > INSTANCES_MAX ||
        features->channels > INSTANCES_MAX || features->rings > INSTANCES_MAX ||
        (features->dma && (features->rings == 0 || features->dma_length_maximum == 0))) {
        return MAILBOX_E_DEVICE;
    }
    return agent < features->agents ? MAILBOX_OK : MAILBOX_E_ARGUMENT;
}

static int read_features(struct mailbox *mailbox, uintptr_t frame, unsigned agent)
{
    uint32_t features = MAILBOX_READ(frame, CONTROL, FEATURES);
    uint32_t configuration = MAILBOX_READ(frame, CONTROL, CONFIGURATION);

    mailbox->features = (struct mailbox_features){
        .agents = MAILBOX_FIELD(CONTROL, CONFIGURATION, AGENTS, configuration),
        .doorbells = 32,
        .dma = HAS(features, RING),
        .timer = HAS(features, TIMER),
        .parity = HAS(features, PARITY),
        .crc = HAS(features, CRC),
    };
    if (HAS(features, DOORBELL)) {
        mailbox->features.windows = MAILBOX_FIELD(CONTROL, CONFIGURATION, DOORBELL_WINDOWS, configuration);
    }
    if (HAS(features, FIFO)) {
        mailbox->features.channels = MAILBOX_FIELD(CONTROL, CONFIGURATION, FIFO_CHANNELS, configuration);
        mailbox->features.fifo_depth = 1u << MAILBOX_FIELD(CONTROL, CONFIGURATION, FIFO_DEPTH_LOG2, configuration);
    }
    if (mailbox->features.dma) {
        mailbox->features.rings = MAILBOX_FIELD(CONTROL, CONFIGURATION, RINGS, configuration);
        mailbox->features.dma_length_maximum = MAILBOX_READ(frame, CONTROL, LENGTH_MAXIMUM);
    }
    return check_features(&mailbox->features, configuration, agent);
}

void mailbox_part_set_up(struct mailbox *mailbox)
{
    uintptr_t frame = mailbox->frame;

    MAILBOX_WRITE(frame, CONTROL, INTERRUPT_ENABLE_CLEAR, ALL_SOURCES);
    for (unsigned peer = 0; peer < mailbox->features.agents; peer++) {
        if (peer == mailbox->agent) {
            continue;
        }
        for (unsigned number = 0; number < mailbox->features.windows; number++) {
            MAILBOX_WRITE(MAILBOX_PART(frame, doorbell_receiver[peer][number]), DOORBELL_RECEIVER, DOORBELL_MASK_SET,
                          ALL_FLAGS);
        }
        /* The source is one for all channels: each takes part only while somebody listens to it. */
        for (unsigned number = 0; number < mailbox->features.channels; number++) {
            MAILBOX_WRITE(MAILBOX_PART(frame, fifo_receiver[peer][number]), FIFO_RECEIVER, FIFO_RECEIVE_CONTROL, 0);
        }
    }
}

static int probe(struct mailbox *mailbox, uintptr_t window, uint64_t window_bytes, unsigned agent)
{
    uintptr_t frame = window + agent * MAILBOX_WINDOW_BYTES;

    if (agent >= window_bytes / MAILBOX_WINDOW_BYTES) {
        return window_bytes < MAILBOX_WINDOW_BYTES ? MAILBOX_E_ABSENT : MAILBOX_E_ARGUMENT;
    }
    uint32_t identity = MAILBOX_READ(frame, CONTROL, IDENTITY);
    if (MAILBOX_FIELD(CONTROL, IDENTITY, MAGIC, identity) != MAILBOX_CONTROL_REGISTERS__IDENTITY__MAGIC_reset ||
        MAILBOX_FIELD(CONTROL, IDENTITY, VERSION, identity) != MAILBOX_CONTROL_REGISTERS__IDENTITY__VERSION_reset) {
        return MAILBOX_E_ABSENT;
    }
    int result = read_features(mailbox, frame, agent);
    if (result != MAILBOX_OK) {
        return result;
    }
    mailbox->frame = frame;
    mailbox->agent = agent;
    mailbox->peer = peer_of(agent, mailbox->features.agents);
    mailbox_part_window_set_up(&mailbox->window, mailbox, mailbox->peer, 0);
    mailbox_part_fifo_set_up(&mailbox->fifo, mailbox, mailbox->peer, 0);
    mailbox_part_set_up(mailbox);
    return MAILBOX_OK;
}

static uint64_t cycles(struct mailbox *mailbox)
{
    /* CYCLE_HIGH is latched by the read of CYCLE_LOW; another reader on this hart between the two would latch anew. */
    uint64_t before = interrupts_disable();
    uint64_t low = MAILBOX_READ(mailbox->frame, CONTROL, CYCLE_LOW);
    uint64_t high = MAILBOX_READ(mailbox->frame, CONTROL, CYCLE_HIGH);

    interrupts_restore(before);
    return high << 32 | low;
}

static void timer_arm(struct mailbox *mailbox, uint64_t cycle)
{
    uint64_t before = interrupts_disable();
    uint32_t high = (uint32_t)(cycle >> 32);

    /* Writing the low half arms with the high half last written, and takes back a pending interrupt. */
    if (high != mailbox->timer_high) {
        MAILBOX_WRITE(mailbox->frame, CONTROL, TIMER_COMPARE_HIGH, high);
        mailbox->timer_high = high;
    }
    MAILBOX_WRITE(mailbox->frame, CONTROL, TIMER_COMPARE_LOW, (uint32_t)cycle);
    if (!mailbox->timer_enabled) {
        mailbox->timer_enabled = true;
        MAILBOX_WRITE(mailbox->frame, CONTROL, TIMER_CONTROL, MAILBOX_MASK(CONTROL, TIMER_CONTROL, ENABLE));
        MAILBOX_WRITE(mailbox->frame, CONTROL, INTERRUPT_ENABLE_SET, MAILBOX_SOURCE(TIMER));
    }
    interrupts_restore(before);
}

static void timer_disarm(struct mailbox *mailbox)
{
    uint64_t before = interrupts_disable();

    /* First no new match, then the old one away: the other order leaves one that comes between. */
    mailbox->timer_enabled = false;
    MAILBOX_WRITE(mailbox->frame, CONTROL, TIMER_CONTROL, 0);
    MAILBOX_WRITE(mailbox->frame, CONTROL, TIMER_STATUS, MAILBOX_MASK(CONTROL, TIMER_STATUS, PENDING));
    interrupts_restore(before);
}

const struct mailbox_driver mailbox_reference_driver = {
    .name = "reference mailbox",
    .probe = probe,
    .doorbell_ring = mailbox_part_doorbell_ring,
    .doorbell_clear = mailbox_part_doorbell_clear,
    .doorbell_mask = mailbox_part_doorbell_mask,
    .doorbell_unmask = mailbox_part_doorbell_unmask,
    .doorbell_status = mailbox_part_doorbell_status,
    .doorbell_peer_status = mailbox_part_doorbell_peer_status,
    .fifo_push = mailbox_part_fifo_push,
    .fifo_pop = mailbox_part_fifo_pop,
    .fifo_interrupt_enable = mailbox_part_fifo_interrupt_enable,
    .copy_start = mailbox_part_copy_start,
    .cycles = cycles,
    .timer_arm = timer_arm,
    .timer_disarm = timer_disarm,
    .interrupt = mailbox_part_interrupt,
};
