/* SPDX-License-Identifier: MIT */
/*
 * Watches the buffers of payloads for the zero-copy ledger: counts who loads and stores each byte in each stage, and
 * records every touch by a hart while a payload is in transit, when nobody but the design may move it.
 */
#include "internal.h"

static bool overlaps(const struct payload *payload, uint64_t address, uint64_t bytes)
{
    return address < payload->address + payload->bytes && payload->address < address + bytes;
}

/** @return how many of the accessed bytes lie in the payload */
static uint64_t shared_bytes(const struct payload *payload, uint64_t address, uint64_t bytes)
{
    uint64_t low = address > payload->address ? address : payload->address;
    uint64_t end = address + bytes;
    uint64_t payload_end = payload->address + payload->bytes;

    end = end < payload_end ? end : payload_end;
    return end > low ? end - low : 0;
}

static void find_bounds(struct cosim_engine *engine)
{
    engine->watch_low = UINT64_MAX;
    engine->watch_high = 0;
    for (unsigned i = 0; i < engine->payload_count; i++) {
        const struct payload *payload = &engine->payload[i];
        uint64_t end = payload->address + payload->bytes;
        engine->watch_low = payload->address < engine->watch_low ? payload->address : engine->watch_low;
        engine->watch_high = end > engine->watch_high ? end : engine->watch_high;
    }
}

static struct payload *find(struct cosim_engine *engine, uint64_t address)
{
    for (unsigned i = 0; i < engine->payload_count; i++) {
        if (engine->payload[i].address == address) {
            return &engine->payload[i];
        }
    }
    return NULL;
}

static void record_totals(struct cosim_engine *engine, uint64_t time, const struct payload *payload)
{
    engine_record(engine, time, COSIM_EVENT_PAYLOAD_CPU, payload->stage, (uint32_t)payload->address, payload->loaded,
                  payload->stored);
    engine_record(engine, time, COSIM_EVENT_PAYLOAD_DMA, payload->stage, (uint32_t)payload->address, payload->dma_read,
                  payload->dma_written);
}

void cosim_engine_payload(struct cosim_engine *engine, unsigned hart, uint64_t retired, enum cosim_payload_stage stage,
                          uint64_t address, uint64_t bytes)
{
    struct payload *payload = find(engine, address);

    if (engine->verdict != COSIM_RUNNING) {
        return;
    }
    engine_hart_sync(engine, hart, retired, engine->hart[hart].pc);
    uint64_t time = engine_hart_time(engine, hart);
    if (payload != NULL) {
        record_totals(engine, time, payload);
    }
    engine_record(engine, time, COSIM_EVENT_PAYLOAD_STAGE, hart, stage, address, bytes);
    if (stage == COSIM_PAYLOAD_END) {
        if (payload != NULL) {
            *payload = engine->payload[--engine->payload_count];
        }
    } else if (payload == NULL && engine->payload_count == PAYLOADS_MAX) {
        engine_end(engine, COSIM_FAIL, "more than %d payloads in flight: the ledger cannot follow", PAYLOADS_MAX);
    } else {
        payload = payload != NULL ? payload : &engine->payload[engine->payload_count++];
        *payload = (struct payload){.address = address, .bytes = bytes, .stage = stage};
    }
    find_bounds(engine);
}

void cosim_engine_watched(const struct cosim_engine *engine, uint64_t *low, uint64_t *high)
{
    *low = engine->watch_low;
    *high = engine->watch_high;
}

void cosim_engine_access(struct cosim_engine *engine, unsigned hart, uint64_t retired, bool store, uint64_t address,
                         unsigned bytes, uint64_t pc)
{
    for (unsigned i = 0; i < engine->payload_count; i++) {
        struct payload *payload = &engine->payload[i];
        uint64_t *count = store ? &payload->stored : &payload->loaded;
        if (!overlaps(payload, address, bytes)) {
            continue;
        }
        *count += shared_bytes(payload, address, bytes);
        if (payload->stage == COSIM_PAYLOAD_TRANSIT && payload->touches++ < TOUCHES_MAX) {
            engine_hart_sync(engine, hart, retired, pc);
            engine_record(engine, engine_hart_time(engine, hart), COSIM_EVENT_PAYLOAD_TOUCH, hart,
                          bytes + (store ? 256u : 0u), address, pc);
        }
    }
}

void engine_payload_dma(struct cosim_engine *engine, bool write, uint64_t address, unsigned bytes)
{
    for (unsigned i = 0; i < engine->payload_count; i++) {
        struct payload *payload = &engine->payload[i];
        uint64_t *count = write ? &payload->dma_written : &payload->dma_read;
        *count += shared_bytes(payload, address, bytes);
    }
}
