/* SPDX-License-Identifier: MIT */
/* The memory port: which message is chosen, its descriptors, and which burst a handshake belongs to. */
#include "model.h"

#include <stddef.h>
#include <string.h>

enum {
    IDENTIFIER_PAYLOAD = 0,
    IDENTIFIER_RING = 1,
    IDENTIFIER_INTERRUPT = 2,
    FLAG_BARRIER = 4,
    PASSES = 8, /* messages of high priority that may pass over a ready ring of low priority */
};

void engine_remove(struct engine *engine, unsigned index)
{
    engine->message_count--;
    memmove(&engine->messages[index], &engine->messages[index + 1],
            (engine->message_count - index) * sizeof engine->messages[0]);
    memset(&engine->messages[engine->message_count], 0, sizeof engine->messages[0]);
}

struct message *engine_open(struct model *model)
{
    struct engine *engine = &model->engine;
    struct message *last = engine->message_count > 0 ? &engine->messages[engine->message_count - 1] : NULL;

    if (last == NULL || !last->open) {
        return NULL;
    }
    /* What rises in the cycle after an abort, or an answer that stops the ring, was decided before that was visible. */
    if (last->dropped && model->cycle != model->rings[last->ring].stopped_in + 1) {
        return NULL;
    }
    return !last->aborted || model->cycle <= model->rings[last->ring].abort_cycle + 1 ? last : NULL;
}

bool ring_ready(const struct model *model, unsigned index)
{
    const struct ring *ring = &model->rings[index];
    const unsigned agent = index / model->size.rings;
    const unsigned log2 = ring->completion_log2 > 12 ? 12 : ring->completion_log2;

    if (!ring->enable || ring->aborting || ring->fetched == ring->tail || model->agents[agent].resetting ||
        agent_quiescing(model, agent)) {
        return false;
    }
    for (unsigned i = 0; i < model->engine.message_count; i++) {
        const struct message *message = &model->engine.messages[i];
        if (message->ring == index && !message->open && (message->flags & FLAG_BARRIER) != 0) {
            return false;
        }
    }
    const unsigned untaken = (uint16_t)(ring->completion_tail - ring->completion_head);
    return untaken + ring_in_work(model, index) < 1u << log2;
}

/** The first ready ring of a priority after `last`; -1: none. */
static int first_ready(const struct model *model, bool high, unsigned last)
{
    const unsigned count = model->size.agents * model->size.rings;

    for (unsigned step = 1; step <= count; step++) {
        const unsigned ring = (last + step) % count;
        if (model->rings[ring].high_priority == high && ring_ready(model, ring)) {
            return (int)ring;
        }
    }
    return -1;
}

int engine_choose(const struct model *model, bool *passes)
{
    const int high = first_ready(model, true, model->engine.last_high);
    const int low = first_ready(model, false, model->engine.last_low);

    *passes = high >= 0 && low >= 0;
    if (*passes && model->engine.passed_over >= PASSES) {
        return low;
    }
    return high >= 0 ? high : low;
}

/** A further message is chosen: the state of the cycle before decided. */
static struct message *begin_message(struct model *model)
{
    struct engine *engine = &model->engine;

    if (engine->choice < 0) {
        model_fail(model, "ring_choice", "a descriptor is read while no ring is ready");
        return NULL;
    }
    if (engine->message_count == MODEL_MESSAGES) {
        model_fail(model, "read_ahead", "more than %d messages in work", MODEL_MESSAGES);
        return NULL;
    }
    const uint8_t ring = (uint8_t)engine->choice;
    if (engine->choice_high) {
        engine->last_high = ring;
        engine->passed_over = (uint8_t)(engine->passed_over + engine->choice_passes);
    } else {
        engine->last_low = ring;
        engine->passed_over = 0;
    }
    struct message *message = &engine->messages[engine->message_count++];
    /* Chosen in the very cycle of an abort: its descriptor is still read. */
    const bool stopped = model->rings[ring].stopped_in != 0 && model->rings[ring].stopped_in + 1 == model->cycle;
    /* The same in the cycle of an answer that stops the ring: it is read and dropped. */
    *message = (struct message){.ring = ring, .open = true, .aborted = model->rings[ring].aborting, .dropped = stopped};
    return message;
}

static unsigned waiting_descriptors(const struct model *model)
{
    unsigned count = 0;

    for (unsigned i = 0; i < model->engine.message_count; i++) {
        const struct message *message = &model->engine.messages[i];
        uint8_t errors = message->statuses;
        for (unsigned s = 0; s < message->segment_count; s++) {
            const struct segment *segment = &message->segments[s];
            errors |= segment->errors; /* behind an error they are passed over */
            count += !segment->finished && segment->length > 0 && !message->aborted && errors == 0 &&
                     (segment->started || !message->dropped);
        }
    }
    return count;
}

static void descriptor_offered(struct model *model, const struct cosim_memory_address *ar)
{
    struct fetch *fetch = &model->engine.fetch;
    struct message *message = engine_open(model);

    if (fetch->active || waiting_descriptors(model) > 1) {
        model_fail(model, "read_ahead", "a descriptor is read while another one waits already");
        return;
    }
    if (message == NULL) {
        message = begin_message(model);
    }
    if (message == NULL) {
        return;
    }
    struct ring *ring = &model->rings[message->ring];
    const unsigned log2 = ring->submission_log2 > 12 ? 12 : ring->submission_log2;
    const uint64_t slot = ring->fetched & ((1u << log2) - 1);
    *fetch = (struct fetch){.active = true, .ring = message->ring};
    fetch->address = (ring->submission_base & ~(uint64_t)31) + 32 * slot;
    if (ar->address != fetch->address || ar->length != 3 || ar->size != 3 || ar->burst != 1) {
        model_fail(model, "descriptor_address", "ring %u: descriptor %u read at 0x%llx, %u beats; it is at 0x%llx",
                   message->ring, ring->fetched, (unsigned long long)ar->address, ar->length + 1u,
                   (unsigned long long)fetch->address);
    }
    message->descriptors++;
    ring->fetched++;
}

static void interrupt_offered(struct model *model, const struct cosim_memory_address *aw)
{
    struct engine *engine = &model->engine;

    for (unsigned step = 1; step <= model->size.agents; step++) {
        const unsigned i = (engine->last_interrupt + step) % model->size.agents;
        struct message_interrupt *message = &model->agents[i].message;
        if (!message->offer_allowed || message->offered) {
            continue;
        }
        if (aw->address != message->offer_address || aw->length != 0 || aw->size != 2 || aw->burst != 1 ||
            engine->write_count == MODEL_BURSTS) {
            model_fail(model, "message_interrupt", "to 0x%llx, size %u, %u beats; agent %u is next, to 0x%llx",
                       (unsigned long long)aw->address, aw->size, aw->length + 1u, i,
                       (unsigned long long)message->offer_address);
            return;
        }
        engine->last_interrupt = (uint8_t)i;
        message->requested = false;
        message->offered = true;
        message->sent_data = message->offer_data;
        engine->writes[engine->write_count++] =
            (struct burst){.kind = BURST_INTERRUPT, .agent = (uint8_t)i, .beats = 1, .address = aw->address};
        return;
    }
    model_fail(model, "message_interrupt", "a message to 0x%llx that no agent asked for",
               (unsigned long long)aw->address);
}

void engine_offers(struct model *model, const struct observation *seen)
{
    const struct cosim_memory_outputs *out = &seen->out->memory;
    struct engine *engine = &model->engine;

    if (out->ar.valid && !engine->ar_waits) {
        if (out->ar.id == IDENTIFIER_RING) {
            descriptor_offered(model, &out->ar);
        } else if (out->ar.id == IDENTIFIER_PAYLOAD) {
            payload_read_offered(model, &out->ar);
        } else {
            model_fail(model, "identifier", "a read with identifier %u", out->ar.id);
        }
    }
    if (out->aw.valid && !engine->aw_waits) {
        if (out->aw.id == IDENTIFIER_RING) {
            completion_offered(model, &out->aw);
        } else if (out->aw.id == IDENTIFIER_PAYLOAD) {
            payload_write_offered(model, &out->aw);
        } else if (out->aw.id == IDENTIFIER_INTERRUPT) {
            interrupt_offered(model, &out->aw);
        } else {
            model_fail(model, "identifier", "a write with identifier %u", out->aw.id);
        }
    }
    if (out->wvalid && !engine->beat_seen) {
        engine->beat_cycle = model->cycle;
    }
    engine->ar_waits = out->ar.valid && !seen->in->memory.arready;
    engine->aw_waits = out->aw.valid && !seen->in->memory.awready;
    engine->beat_seen = out->wvalid && !seen->in->memory.wready;
}

/** The last beat of a descriptor that memory refused: the ring stops, the message goes when nothing more runs. */
static void fetch_failed(struct model *model, struct message *message, uint8_t *events)
{
    struct ring *ring = &model->rings[message->ring];

    message->dropped = true;
    ring->error_address = model->engine.fetch.address;
    ring->enable = false;
    ring->stopped_in = model->cycle;
    ring->drained_for = 0;
    events[message->ring] |= RING_FETCH_FAILED;
}

static void descriptor_beat(struct model *model, const struct cosim_memory_inputs *in, uint8_t *events)
{
    struct engine *engine = &model->engine;
    struct fetch *fetch = &engine->fetch;

    if (!fetch->active) {
        return;
    }
    fetch->words[fetch->beats++ & 3] = in->rdata[0];
    fetch->error |= in->rresp != 0;
    if (!in->rlast) {
        return;
    }
    struct message *message = &engine->messages[engine->message_count - 1];
    if (fetch->error) {
        fetch_failed(model, message, events);
    } else if (!message->aborted) {
        descriptor_decode(model, message, fetch->words);
    }
    message->open = message->open && !message->aborted;
    *fetch = (struct fetch){0};
}

static void write_beat(struct model *model, const struct cosim_memory_outputs *out)
{
    for (unsigned i = 0; i < model->engine.write_count; i++) {
        struct burst *burst = &model->engine.writes[i];
        if (burst->data_done) {
            continue;
        }
        if (burst->kind == BURST_PAYLOAD) {
            payload_write_beat(model, burst, out);
        } else if (burst->kind == BURST_COMPLETION) {
            completion_beat(model, burst, out);
        } else {
            const unsigned low = (unsigned)(burst->address & 4) * 8;
            if ((uint32_t)(out->wdata[0] >> low) != model->agents[burst->agent].message.sent_data ||
                out->wstrb != 0xfull << (burst->address & 4)) {
                model_fail(model, "message_interrupt", "agent %u: data 0x%llx, strobe 0x%llx", burst->agent,
                           (unsigned long long)out->wdata[0], (unsigned long long)out->wstrb);
            }
        }
        burst->beats_done++;
        burst->data_done = burst->beats_done == burst->beats;
        if (burst->data_done != out->wlast) {
            model_fail(model, "write_last", "beat %u of %u, wlast %d", burst->beats_done, burst->beats, out->wlast);
        }
        return;
    }
    model_fail(model, "write_order", "a data beat without an address");
}

static void write_answered(struct model *model, const struct cosim_memory_inputs *in, uint8_t *events,
                           uint16_t *answered)
{
    struct engine *engine = &model->engine;

    for (unsigned i = 0; i < engine->write_count; i++) {
        const struct burst burst = engine->writes[i];
        if (burst.kind != in->bid) {
            continue;
        }
        engine->write_count--;
        memmove(&engine->writes[i], &engine->writes[i + 1], (engine->write_count - i) * sizeof burst);
        memset(&engine->writes[engine->write_count], 0, sizeof burst);
        if (burst.kind == BURST_PAYLOAD) {
            payload_answered(model, &burst, in->bresp);
        } else if (burst.kind == BURST_COMPLETION) {
            completion_answered(model, in->bresp, events, answered);
        } else {
            model->agents[burst.agent].message.offered = false;
            model->agents[burst.agent].message.failed = in->bresp != 0;
        }
        return;
    }
}

void engine_advance(struct model *model, const struct observation *seen, uint8_t *events, uint16_t *answered)
{
    const struct cosim_memory_inputs *in = &seen->in->memory;
    const struct cosim_memory_outputs *out = &seen->out->memory;
    const struct cosim_trace_lane *trace = &seen->out->trace[1];

    if (trace->valid && trace->kind == TRACE_SEGMENT_START) {
        payload_start(model, &(struct lane){.channel = trace->channel, .value = trace->value});
    }
    if (out->ar.valid && in->arready && out->ar.id == IDENTIFIER_PAYLOAD) {
        payload_read_accepted(model);
    }
    if (in->rvalid && out->rready && in->rid == IDENTIFIER_RING) {
        descriptor_beat(model, in, events);
    } else if (in->rvalid && out->rready) {
        payload_read_beat(model, in);
    }
    if (out->wvalid && in->wready) {
        write_beat(model, out);
    }
    if (in->bvalid && out->bready) {
        write_answered(model, in, events, answered);
    }
}

static uint8_t ring_channel(const struct model *model, unsigned ring)
{
    return (uint8_t)(ring / model->size.rings << 5 | ring % model->size.rings);
}

void engine_predict(const struct model *model, const struct observation *seen, struct prediction *prediction)
{
    const struct cosim_memory_inputs *in = &seen->in->memory;
    const struct engine *engine = &model->engine;

    if (in->rvalid && in->rlast && in->rid == IDENTIFIER_RING && engine->fetch.active) {
        const unsigned ring = engine->fetch.ring;
        const bool aborted = engine->messages[engine->message_count - 1].aborted;
        prediction->lanes[1] = (struct lane){.optional = aborted,
                                             .valid = !engine->fetch.error && in->rresp == 0,
                                             .kind = TRACE_DESCRIPTOR_READ,
                                             .channel = ring_channel(model, ring),
                                             .value = (uint16_t)(model->rings[ring].fetched - 1),
                                             .mask = UINT32_MAX};
    }
    if (!in->bvalid || !seen->out->memory.bready || in->bid == IDENTIFIER_PAYLOAD) {
        return;
    }
    if (in->bid == IDENTIFIER_INTERRUPT) {
        for (unsigned i = 0; i < engine->write_count; i++) {
            if (engine->writes[i].kind == BURST_INTERRUPT) {
                prediction->lanes[2] = (struct lane){.valid = true,
                                                     .kind = TRACE_MESSAGE_INTERRUPT,
                                                     .channel = (uint8_t)(engine->writes[i].agent << 5),
                                                     .mask = UINT32_MAX};
                return;
            }
        }
    }
    for (unsigned i = 0; i < engine->message_count; i++) {
        const struct message *message = &engine->messages[i];
        if (message->offered) {
            prediction->lanes[2] = (struct lane){.valid = true,
                                                 .kind = TRACE_COMPLETION,
                                                 .channel = ring_channel(model, message->ring),
                                                 .value = (uint32_t)message->status << 24 | message->number,
                                                 .mask = UINT32_MAX};
            return;
        }
    }
}
