/* SPDX-License-Identifier: MIT */
/* Payload: which bursts a segment may make, what their beats must carry, how many of its bytes are good. */
#include "model.h"

#include <stddef.h>
#include <string.h>

enum { BEAT = 8, BURST_BOUNDARY = 128, AXI_DECERR = 3 };

/* Read data of the segment in work. All hypotheses see the same beats, so they share it. */
static uint8_t buffer[1 << 20];

uint8_t *payload_buffer(void)
{
    return buffer;
}

struct segment *payload_segment(struct message *message)
{
    for (unsigned i = 0; i < message->segment_count; i++) {
        if (message->segments[i].started && !message->segments[i].finished) {
            return &message->segments[i];
        }
    }
    return NULL;
}

struct message *payload_message(struct model *model)
{
    for (unsigned i = 0; i < model->engine.message_count; i++) {
        if (payload_segment(&model->engine.messages[i]) != NULL) {
            return &model->engine.messages[i];
        }
    }
    return NULL;
}

static uint32_t lowest(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static bool payload_outstanding(const struct model *model)
{
    for (unsigned i = 0; i < model->engine.write_count; i++) {
        if (model->engine.writes[i].kind == BURST_PAYLOAD) {
            return true;
        }
    }
    return model->engine.read_count > 0;
}

static void finish(struct message *message, struct segment *segment)
{
    segment->finished = true;
    message->bytes += segment->good;
    if (segment->errors != 0) {
        message->statuses |= message->statuses == 0 ? segment->errors : 0;
    } else if (message->crc_wanted && !message->aborted) {
        message->crc = crc32c(message->crc, buffer, segment->length);
    }
}

/* A segment without error has finished when its last byte was answered; one with an error when nothing is left of it,
 * and then the message's other segments are passed over. */
bool message_settle(struct model *model, struct message *message)
{
    struct segment *current = payload_segment(message);

    if (current != NULL) {
        if ((current->errors == 0 && !message->aborted) || payload_outstanding(model)) {
            return false;
        }
        finish(message, current);
    }
    for (unsigned i = 0; i < message->segment_count; i++) {
        struct segment *segment = &message->segments[i];
        if (!segment->finished && segment->length > 0 && message->statuses == 0 && !message->aborted) {
            return false;
        }
        segment->finished = true;
    }
    return true;
}

/** The segment that comes next; what is before it must have ended. */
static struct segment *next_segment(struct model *model, struct message **owner)
{
    struct message *busy = payload_message(model);

    if (busy != NULL && !message_settle(model, busy)) {
        model_fail(model, "payload_order", "a segment starts before the one before it has ended");
        return NULL;
    }
    for (unsigned i = 0; i < model->engine.message_count; i++) {
        struct message *message = &model->engine.messages[i];
        for (unsigned s = 0; s < message->segment_count && message->statuses == 0; s++) {
            if (!message->segments[s].finished && !message->segments[s].started && !message->aborted) {
                *owner = message;
                return &message->segments[s];
            }
        }
    }
    return NULL;
}

static bool earlier_of_ring(const struct model *model, const struct message *message)
{
    for (const struct message *other = model->engine.messages; other < message; other++) {
        if (other->ring == message->ring) {
            return true;
        }
    }
    return false;
}

void payload_start(struct model *model, const struct lane *lane)
{
    struct message *message = NULL;
    struct segment *segment = next_segment(model, &message);

    while (segment != NULL && lane->value != segment->length && (segment->length == 0 || message->dropped)) {
        segment->finished = true; /* nothing to move, or it is not moved any more: need not be shown */
        segment = next_segment(model, &message);
    }
    if (segment == NULL) {
        model_fail(model, "segment_start", "no segment is to be copied");
        return;
    }
    const unsigned channel = message->ring / model->size.rings << 5 | message->ring % model->size.rings;
    if (lane->value != segment->length || lane->channel != channel) {
        model_fail(model, "segment_start", "channel 0x%x, length %u; next is channel 0x%x, length %u", lane->channel,
                   lane->value, channel, segment->length);
    } else if (message->fence && earlier_of_ring(model, message)) {
        model_fail(model, "fence", "ring %u: payload begins before the completion before it", message->ring);
    } else if (message->aborted && model->cycle > model->rings[message->ring].abort_cycle + 1) {
        model_fail(model, "abort", "ring %u: a segment begins", message->ring);
    }
    segment->started = true;
    segment->finished = segment->length == 0;
}

/** The burst that may come at byte `offset` of a side of the segment: bytes up to a multiple of 128, whole beats. */
static uint32_t burst_end(const struct segment *segment, uint64_t start, uint32_t offset)
{
    const uint64_t address = start + offset;
    const uint64_t end = (address / BURST_BOUNDARY + 1) * BURST_BOUNDARY - start;

    return end > segment->length ? segment->length : (uint32_t)end;
}

static unsigned beats_of(uint64_t first, uint64_t end)
{
    return (unsigned)((end + BEAT - 1) / BEAT - first / BEAT);
}

/** Checks a payload burst against the only one that may come. @return its end in bytes of the segment; 0: wrong */
static uint32_t check_burst(struct model *model, const struct message *message, const struct segment *segment,
                            const struct cosim_memory_address *address, bool write)
{
    const uint64_t start = write ? segment->destination : segment->source;
    const uint32_t offset = write ? segment->write_offered : segment->read_offered;
    const uint32_t end = burst_end(segment, start, offset);
    const uint64_t first = start + offset;

    if (offset >= segment->length || address->address / BEAT != first / BEAT || address->size != 3 ||
        address->burst != 1 || address->length + 1u != beats_of(first, start + end)) {
        model_fail(model, write ? "payload_write" : "payload_read",
                   "burst at 0x%llx, %u beats; byte %u of %u at 0x%llx", (unsigned long long)address->address,
                   address->length + 1u, offset, segment->length, (unsigned long long)first);
        return 0;
    }
    if (message->aborted && model->cycle > model->rings[message->ring].abort_cycle + 1) {
        model_fail(model, "abort", "ring %u: a payload burst is offered", message->ring);
        return 0;
    }
    return end;
}

void payload_read_offered(struct model *model, const struct cosim_memory_address *ar)
{
    struct engine *engine = &model->engine;
    struct message *message = payload_message(model);
    struct segment *segment = message != NULL ? payload_segment(message) : NULL;

    if (segment == NULL || engine->read_count == MODEL_BURSTS) {
        model_fail(model, "payload_read", "a read at 0x%llx while no segment is copied",
                   (unsigned long long)ar->address);
        return;
    }
    const uint32_t end = check_burst(model, message, segment, ar, false);
    engine->reads[engine->read_count++] = (struct read_burst){.address = ar->address & ~7ull, .beats = ar->length + 1};
    segment->read_offered = end;
}

void payload_read_accepted(struct model *model)
{
    struct message *message = payload_message(model);
    struct segment *segment = message != NULL ? payload_segment(message) : NULL;

    if (segment != NULL) {
        segment->read_accepted = segment->read_offered;
    }
}

void payload_read_beat(struct model *model, const struct cosim_memory_inputs *in)
{
    struct engine *engine = &model->engine;
    struct message *message = payload_message(model);
    struct segment *segment = message != NULL ? payload_segment(message) : NULL;
    struct read_burst *burst = &engine->reads[0];

    if (segment == NULL || engine->read_count == 0) {
        return;
    }
    const uint64_t address = burst->address + (uint64_t)burst->done * BEAT;
    for (unsigned i = 0; i < BEAT; i++) {
        const uint64_t offset = address + i - segment->source;
        if (offset < segment->length) {
            buffer[offset] = (uint8_t)(in->rdata[0] >> (8 * i));
            segment->read_done = (uint32_t)offset + 1;
            segment->read_bad = in->rresp != 0 ? lowest(segment->read_bad, (uint32_t)offset) : segment->read_bad;
        }
    }
    if (in->rresp != 0) {
        segment->errors |= (uint8_t)(1u << (STATUS_READ_REFUSED + (in->rresp == AXI_DECERR)));
    }
    if (++burst->done == burst->beats) {
        engine->read_count--;
        memmove(&engine->reads[0], &engine->reads[1], engine->read_count * sizeof *burst);
        memset(&engine->reads[engine->read_count], 0, sizeof *burst);
    }
}

void payload_write_offered(struct model *model, const struct cosim_memory_address *aw)
{
    struct engine *engine = &model->engine;
    struct message *message = payload_message(model);
    struct segment *segment = message != NULL ? payload_segment(message) : NULL;

    if (segment == NULL || engine->write_count == MODEL_BURSTS) {
        model_fail(model, "payload_write", "a write at 0x%llx while no segment is copied",
                   (unsigned long long)aw->address);
        return;
    }
    const uint32_t end = check_burst(model, message, segment, aw, true);
    if (end > segment->read_accepted) {
        model_fail(model, "write_early", "bytes up to %u, reads accepted up to %u", end, segment->read_accepted);
    }
    engine->writes[engine->write_count++] = (struct burst){.kind = BURST_PAYLOAD,
                                                           .beats = (uint8_t)(aw->length + 1),
                                                           .address = aw->address & ~7ull,
                                                           .first = segment->write_offered,
                                                           .last = end};
    segment->write_offered = end;
}

/** Strobes that the beat must have; `optional`: it may have fewer. */
static uint64_t expected_strobe(const struct model *model, const struct message *message, const struct segment *segment,
                                uint64_t address, bool *optional)
{
    uint64_t strobe = 0;

    for (unsigned i = 0; i < BEAT; i++) {
        strobe |= (uint64_t)(address + i - segment->destination < segment->length) << i;
    }
    *optional = segment->errors != 0;
    if (message->aborted) {
        const uint64_t visible = model->rings[message->ring].abort_cycle + 2;
        *optional |= model->engine.beat_cycle == visible;
        return model->engine.beat_cycle > visible ? 0 : strobe;
    }
    return strobe;
}

void payload_write_beat(struct model *model, struct burst *burst, const struct cosim_memory_outputs *out)
{
    struct message *message = payload_message(model);
    struct segment *segment = message != NULL ? payload_segment(message) : NULL;
    const uint64_t address = burst->address + (uint64_t)burst->beats_done * BEAT;
    bool optional = false;

    if (segment == NULL) {
        model_fail(model, "payload_data", "data while no segment is copied");
        return;
    }
    const uint64_t strobe = expected_strobe(model, message, segment, address, &optional);
    if ((out->wstrb & ~strobe) != 0 || (!optional && out->wstrb != strobe)) {
        model_fail(model, "payload_strobe", "0x%llx at 0x%llx, expected 0x%llx", (unsigned long long)out->wstrb,
                   (unsigned long long)address, (unsigned long long)strobe);
        return;
    }
    for (unsigned i = 0; i < BEAT; i++) {
        const uint64_t offset = address + i - segment->destination;
        if ((out->wstrb >> i & 1) == 0) {
            continue;
        }
        if (offset >= segment->read_done || (buffer[offset] != (uint8_t)(out->wdata[0] >> (8 * i)))) {
            model_fail(model, "payload_data", "byte %llu of the segment, at 0x%llx, is 0x%02x",
                       (unsigned long long)offset, (unsigned long long)(address + i),
                       (unsigned)(out->wdata[0] >> (8 * i) & 0xff));
            return;
        }
        segment->written += segment->written == offset && offset < segment->read_bad;
    }
}

void payload_answered(struct model *model, const struct burst *burst, uint8_t response)
{
    struct message *message = payload_message(model);
    struct segment *segment = message != NULL ? payload_segment(message) : NULL;

    if (segment == NULL) {
        return;
    }
    segment->write_done = burst->last;
    if (response != 0) {
        segment->errors |= (uint8_t)(1u << (STATUS_WRITE_REFUSED + (response == AXI_DECERR)));
    } else if (segment->good == burst->first && segment->written >= burst->last) {
        segment->good = burst->last; /* counted in whole bursts, up to the first that is not whole or not accepted */
    }
    if (segment->errors == 0 && !message->aborted && segment->write_done == segment->length) {
        finish(message, segment);
    }
}

bool ring_has_burst(const struct model *model, unsigned ring)
{
    const struct engine *engine = &model->engine;
    const struct message *payload = payload_message((struct model *)(uintptr_t)model);

    if ((engine->fetch.active && engine->fetch.ring == ring) ||
        (payload != NULL && payload->ring == ring && payload_outstanding(model))) {
        return true;
    }
    for (unsigned i = 0; i < engine->message_count; i++) {
        if (engine->messages[i].ring == ring && engine->messages[i].offered) {
            return true;
        }
    }
    return false;
}

bool ring_dropped_idle(const struct model *model, unsigned ring)
{
    for (unsigned i = 0; i < model->engine.message_count; i++) {
        const struct message *message = &model->engine.messages[i];
        if (message->ring == ring && message->dropped) {
            const struct segment *segment = payload_segment((struct message *)(uintptr_t)message);
            return (segment == NULL || segment->errors != 0) && !ring_has_burst(model, ring);
        }
    }
    return false;
}
