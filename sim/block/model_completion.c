/* SPDX-License-Identifier: MIT */
/* Descriptors and completions: formats, statuses, what an answered completion moves. */
#include "model.h"

#include <stddef.h>

enum {
    FLAG_INTERRUPT = 1,
    FLAG_FENCE = 2,
    FLAG_CHAIN = 8,
    FLAG_CRC = 16,
    FLAG_NOTIFY = 32,
    FLAGS_ALL = 63,
    NOTIFY_FIELDS = 0x0007031f,
};

/** Statuses that a descriptor by itself gives cause for, one bit each. */
static uint8_t judge_descriptor(const struct model *model, unsigned agent, uint32_t length, uint32_t flags,
                                uint32_t notify, uint32_t reserved)
{
    const unsigned to = notify >> 16 & 7, window = notify >> 8 & 3;
    const bool notifies = (flags & FLAG_NOTIFY) != 0;
    const bool notify_wrong = notifies ? (notify & ~(uint32_t)NOTIFY_FIELDS) != 0 || to >= model->size.agents ||
                                             to == agent || window >= model->size.windows
                                       : notify != 0;
    const bool crc_wrong = (flags & FLAG_CRC) != 0 && !model->size.crc;
    uint8_t statuses = 0;

    if ((flags & ~(uint32_t)FLAGS_ALL) != 0 || reserved != 0 || notify_wrong || crc_wrong) {
        statuses |= 1u << STATUS_DESCRIPTOR;
    } else if (length > model->size.length_maximum) {
        statuses |= 1u << STATUS_LENGTH;
    }
    return statuses;
}

void descriptor_decode(struct model *model, struct message *message, const uint64_t *words)
{
    const unsigned agent = message->ring / model->size.rings;
    const uint32_t length = (uint32_t)words[2], flags = words[2] >> 32 & 0xffff;
    const uint8_t statuses =
        judge_descriptor(model, agent, length, flags, (uint32_t)words[3], (uint32_t)(words[3] >> 32));

    bool add_segment = false;

    if (message->descriptors == 1) {
        message->fence = (flags & FLAG_FENCE) != 0;
        message->crc_wanted = (flags & FLAG_CRC) != 0;
    }
    message->flags = (uint16_t)flags;
    message->tag = (uint16_t)(words[2] >> 48);
    message->notify = (uint32_t)words[3];
    message->open = (flags & FLAG_CHAIN) != 0;
    if (message->pending_statuses == 0) {
        message->pending_statuses = statuses;
        add_segment = statuses == 0;
    }
    /* Whether a chain ends here is judged in the cycle of the last beat, on what is visible as submitted. */
    if (message->open && model->rings[message->ring].fetched == model->rings[message->ring].tail) {
        message->open = false;
        message->pending_statuses |= message->pending_statuses == 0 ? 1u << STATUS_CHAIN : 0;
    }
    for (unsigned i = 0; i < message->segment_count; i++) {
        add_segment = add_segment && message->segments[i].errors == 0;
    }
    if (!add_segment || message->statuses != 0) {
        return; /* passed over */
    }
    /* Segments that have ended make room: the last few are all that is looked at again. */
    if (message->segment_count == MODEL_SEGMENTS) {
        for (unsigned i = 1; i < MODEL_SEGMENTS; i++) {
            message->segments[i - 1] = message->segments[i];
        }
        message->segment_count--;
    }
    message->segments[message->segment_count++] =
        (struct segment){.source = words[0], .destination = words[1], .length = length, .read_bad = UINT32_MAX};
}

struct message *completion_next(struct model *model)
{
    for (unsigned i = 0; i < model->engine.message_count; i++) {
        struct message *message = &model->engine.messages[i];
        if (!message->offered && !message->aborted && !message->dropped) {
            return message;
        }
        if (!message->offered && message->aborted && model->cycle <= model->rings[message->ring].abort_cycle + 1) {
            return message; /* the abort is not visible yet */
        }
    }
    return NULL;
}

static void expect(struct model *model, struct message *message)
{
    const struct ring *ring = &model->rings[message->ring];
    const unsigned log2 = ring->completion_log2 > 12 ? 12 : ring->completion_log2;
    uint16_t ahead = 0;

    for (const struct message *other = model->engine.messages; other < message; other++) {
        ahead = (uint16_t)(ahead + (other->ring == message->ring && other->offered));
    }
    message->number = (uint16_t)(ring->completion_tail + ahead);
    const uint64_t slot = message->number & ((1u << log2) - 1);
    const uint64_t phase = (message->number >> log2 & 1) ^ 1;
    message->completion_address = (ring->completion_base & ~(uint64_t)15) + 16 * slot;
    message->expected[0] =
        (uint64_t)message->bytes << 32 | (message->crc_wanted && message->statuses == 0 ? message->crc : 0);
    message->expected[1] = phase << 56 | (uint64_t)message->tag << 32 | (uint32_t)model->cycle;
}

void completion_offered(struct model *model, const struct cosim_memory_address *aw)
{
    struct engine *engine = &model->engine;
    struct message *message = completion_next(model);

    if (message == NULL || message->open || !message_settle(model, message) || engine->write_count == MODEL_BURSTS) {
        model_fail(model, "completion_order", "a completion to 0x%llx while no message has ended",
                   (unsigned long long)aw->address);
        return;
    }
    message->statuses |= message->statuses == 0 ? message->pending_statuses : 0;
    expect(model, message);
    message->offered = true;
    message->aborted = false;
    if (aw->address != message->completion_address || aw->length != 1 || aw->size != 3 || aw->burst != 1) {
        model_fail(model, "completion_address", "ring %u: at 0x%llx, %u beats; number %u is at 0x%llx", message->ring,
                   (unsigned long long)aw->address, aw->length + 1u, message->number,
                   (unsigned long long)message->completion_address);
    }
    engine->writes[engine->write_count++] =
        (struct burst){.kind = BURST_COMPLETION, .beats = 2, .address = message->completion_address};
}

/** The message whose completion's data come next. */
static struct message *message_of(struct model *model, const struct burst *burst)
{
    for (unsigned i = 0; i < model->engine.message_count; i++) {
        struct message *message = &model->engine.messages[i];
        if (message->offered && !message->data_seen && message->completion_address == burst->address) {
            return message;
        }
    }
    return NULL;
}

void completion_beat(struct model *model, struct burst *burst, const struct cosim_memory_outputs *out)
{
    struct message *message = message_of(model, burst);
    uint64_t seen = out->wdata[0];

    if (message == NULL) {
        model_fail(model, "completion", "data of a completion that is not offered");
        return;
    }
    uint64_t expected = message->expected[burst->beats_done & 1];
    uint64_t mask = UINT64_MAX;
    if (burst->beats_done == 1) {
        message->status = (uint8_t)(seen >> 48 & 0xff);
        message->data_seen = true;
        mask = ~(0xffull << 48);
        const bool legal = message->statuses == 0
                               ? message->status == STATUS_OK
                               : message->status < 8 && (message->statuses >> message->status & 1) != 0;
        if (!legal) {
            model_fail(model, "completion_status", "ring %u: status %u, possible 0x%x", message->ring, message->status,
                       message->statuses);
        }
    }
    if ((seen & mask) != (expected & mask) || out->wstrb != 0xff) {
        model_fail(model, "completion", "ring %u, number %u, beat %u: 0x%016llx, expected 0x%016llx", message->ring,
                   message->number, burst->beats_done, (unsigned long long)seen, (unsigned long long)expected);
    }
}

static void add_saturated(uint32_t *count, uint32_t value)
{
    *count = *count > UINT32_MAX - value ? UINT32_MAX : *count + value;
}

static void notify(struct model *model, const struct message *message)
{
    const unsigned agent = message->ring / model->size.rings, to = message->notify >> 16 & 7;
    const unsigned window = message->notify >> 8 & 3;

    model->doorbells[agent][to][window].notified |= 1u << (message->notify & 31);
}

static void completed(struct model *model, const struct message *message, uint8_t *events, uint16_t *answered)
{
    struct ring *ring = &model->rings[message->ring];
    struct agent *agent = &model->agents[message->ring / model->size.rings];

    ring->head = (uint16_t)(ring->head + message->descriptors);
    ring->completion_tail++;
    add_saturated(&agent->counts[2], 1);
    add_saturated(&agent->counts[3], message->bytes);
    if (message->status != STATUS_OK) {
        events[message->ring] |= RING_ERROR;
    } else if ((message->flags & FLAG_NOTIFY) != 0) {
        notify(model, message);
    }
    answered[message->ring] = (uint16_t)(answered[message->ring] + ((message->flags & FLAG_INTERRUPT) != 0));
}

void completion_answered(struct model *model, uint8_t response, uint8_t *events, uint16_t *answered)
{
    struct engine *engine = &model->engine;
    unsigned index = 0;

    while (index < engine->message_count && !engine->messages[index].offered) {
        index++;
    }
    if (index == engine->message_count) {
        return;
    }
    const struct message message = engine->messages[index];
    struct ring *ring = &model->rings[message.ring];
    engine_remove(engine, index);
    if (response == 0) {
        completed(model, &message, events, answered);
        return;
    }
    events[message.ring] |= RING_COMPLETION_FAILED;
    ring->error_address = message.completion_address;
    ring->enable = false;
    ring->stopped_in = model->cycle;
    ring->drained_for = 0;
    for (unsigned i = 0; i < engine->message_count; i++) {
        engine->messages[i].dropped |= engine->messages[i].ring == message.ring && !engine->messages[i].offered;
    }
}
