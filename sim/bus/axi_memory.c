/* SPDX-License-Identifier: MIT */
#include "axi_memory.h"

#include "random.h"

#include <string.h>

enum { BURST_FIXED = 0, BURST_INCR = 1, BURST_WRAP = 2 };

void axi_memory_init(struct axi_memory *memory, const struct axi_memory_config *config)
{
    memset(memory, 0, sizeof *memory);
    memory->config = *config;
    memory->random = config->seed;
}

uint64_t axi_memory_beat_address(const struct cosim_memory_address *burst, unsigned beat)
{
    uint64_t bytes = UINT64_C(1) << burst->size;
    uint64_t aligned = burst->address & ~(bytes - 1);

    if (beat == 0 || burst->burst == BURST_FIXED) {
        return burst->address;
    }
    if (burst->burst == BURST_WRAP) {
        uint64_t container = bytes * (burst->length + 1u);
        uint64_t low = burst->address & ~(container - 1);
        return low + ((aligned - low + beat * bytes) & (container - 1));
    }
    return aligned + beat * bytes;
}

static bool in_ram(const struct axi_memory_config *config, const struct cosim_memory_address *burst)
{
    uint64_t bytes = UINT64_C(1) << burst->size;
    uint64_t low = burst->address & ~(bytes - 1);
    uint64_t span = burst->burst == BURST_FIXED ? bytes : bytes * (burst->length + 1u);

    if (bytes > config->bus_bytes) {
        return false; /* the bus cannot carry such a beat: the rule checker reports it, and nothing is moved */
    }
    if (burst->burst == BURST_WRAP) {
        low = burst->address & ~(span - 1);
    }
    return low >= config->base && low - config->base <= config->bytes && span <= config->bytes - (low - config->base);
}

static struct axi_memory_burst *front(struct axi_memory_queue *queue)
{
    return &queue->burst[queue->first];
}

static void push(struct axi_memory_queue *queue, const struct axi_memory_burst *burst)
{
    queue->burst[(queue->first + queue->count++) % AXI_MEMORY_OUTSTANDING] = *burst;
}

static void pop(struct axi_memory_queue *queue)
{
    queue->first = (queue->first + 1) % AXI_MEMORY_OUTSTANDING;
    queue->count--;
}

static void accept(struct axi_memory *memory, struct axi_memory_queue *queue, bool write,
                   const struct cosim_memory_address *address, uint64_t cycle)
{
    struct axi_memory_burst burst = {.address = *address, .ready_cycle = cycle + memory->config.latency};

    burst.response = in_ram(&memory->config, address) ? COSIM_AXI_OKAY : COSIM_AXI_DECERR;
    push(queue, &burst);
    memory->config.listener.burst(memory->config.listener.context, write, address->id, address->address,
                                  address->length + 1u, (address->length + UINT64_C(1)) << address->size);
}

/** The answers to reads: takes the beat that was accepted, offers the next one. */
static void read_data_edge(struct axi_memory *memory, struct cosim_memory_inputs *inputs,
                           const struct cosim_memory_outputs *outputs, uint64_t cycle)
{
    const struct axi_memory_config *config = &memory->config;
    struct axi_memory_burst *burst = front(&memory->reads);

    if (inputs->rvalid) {
        if (!outputs->rready) {
            return; /* valid, once high, stays with its payload until ready (A3.2.1) */
        }
        if (inputs->rlast) {
            config->listener.done(config->listener.context, false, burst->address.id, burst->response,
                                  burst->address.address, burst->moved);
            pop(&memory->reads);
            burst = front(&memory->reads);
        } else {
            burst->beat++;
        }
        inputs->rvalid = false;
    }
    if (memory->reads.count == 0 || cycle < burst->ready_cycle ||
        random_chance(&memory->random, config->back_pressure)) {
        return;
    }
    uint64_t bytes = UINT64_C(1) << burst->address.size;
    uint64_t address = axi_memory_beat_address(&burst->address, burst->beat) & ~(bytes - 1);
    memset(inputs->rdata, 0, sizeof inputs->rdata);
    if (burst->response == COSIM_AXI_OKAY) {
        memcpy((uint8_t *)inputs->rdata + address % config->bus_bytes, config->ram + (address - config->base), bytes);
        config->listener.beat(config->listener.context, false, address, (unsigned)bytes);
        burst->moved += bytes;
    }
    inputs->rid = burst->address.id;
    inputs->rresp = burst->response;
    inputs->rlast = burst->beat == burst->address.length;
    inputs->rvalid = true;
}

/** Stores the strobed bytes of one beat. */
static void store_beat(struct axi_memory *memory, struct axi_memory_burst *burst,
                       const struct cosim_memory_outputs *outputs)
{
    const struct axi_memory_config *config = &memory->config;
    uint64_t address = axi_memory_beat_address(&burst->address, burst->beat);
    uint64_t row = address & ~(uint64_t)(config->bus_bytes - 1);
    uint64_t lowest = config->bus_bytes;
    unsigned stored = 0;

    for (unsigned lane = 0; lane < config->bus_bytes; lane++) {
        uint64_t byte = row + lane;
        if (((outputs->wstrb >> lane) & 1) == 0 || byte < config->base || byte - config->base >= config->bytes) {
            continue;
        }
        config->ram[byte - config->base] = ((const uint8_t *)outputs->wdata)[lane];
        lowest = stored == 0 ? lane : lowest;
        stored++;
    }
    if (stored != 0) {
        config->listener.beat(config->listener.context, true, row + lowest, stored);
        burst->moved += stored;
    }
}

static void write_data_edge(struct axi_memory *memory, const struct cosim_memory_inputs *inputs,
                            const struct cosim_memory_outputs *outputs, uint64_t cycle)
{
    struct axi_memory_burst *burst = front(&memory->writes);

    if (!inputs->wready || !outputs->wvalid) {
        return;
    }
    if (burst->response == COSIM_AXI_OKAY) {
        store_beat(memory, burst, outputs);
    }
    if (burst->beat++ == burst->address.length) {
        burst->ready_cycle = cycle + memory->config.latency;
        push(&memory->responses, burst);
        pop(&memory->writes);
    }
}

static void write_response_edge(struct axi_memory *memory, struct cosim_memory_inputs *inputs,
                                const struct cosim_memory_outputs *outputs, uint64_t cycle)
{
    const struct axi_memory_listener *listener = &memory->config.listener;

    if (inputs->bvalid) {
        if (!outputs->bready) {
            return;
        }
        const struct axi_memory_burst *burst = front(&memory->responses);
        listener->done(listener->context, true, burst->address.id, burst->response, burst->address.address,
                       burst->moved);
        pop(&memory->responses);
        inputs->bvalid = false;
    }
    const struct axi_memory_burst *next = front(&memory->responses);
    if (memory->responses.count == 0 || cycle < next->ready_cycle ||
        random_chance(&memory->random, memory->config.back_pressure)) {
        return;
    }
    inputs->bid = next->address.id;
    inputs->bresp = next->response;
    inputs->bvalid = true;
}

void axi_memory_edge(struct axi_memory *memory, struct cosim_memory_inputs *inputs,
                     const struct cosim_memory_outputs *outputs, uint64_t cycle)
{
    unsigned held_back = memory->config.back_pressure;

    /* Nothing asked for, nothing to answer, nothing to draw: the ready signals stay as they are offered. */
    if (held_back == 0 && !outputs->ar.valid && !outputs->aw.valid && !outputs->wvalid &&
        axi_memory_is_idle(memory, inputs)) {
        return;
    }
    if (inputs->arready && outputs->ar.valid) {
        accept(memory, &memory->reads, false, &outputs->ar, cycle);
    }
    /* Data before addresses: a beat accepted at this edge belongs to a burst whose address was taken earlier, because
     * wready is only offered while such a burst waits. */
    write_data_edge(memory, inputs, outputs, cycle);
    if (inputs->awready && outputs->aw.valid) {
        accept(memory, &memory->writes, true, &outputs->aw, cycle);
    }
    read_data_edge(memory, inputs, outputs, cycle);
    write_response_edge(memory, inputs, outputs, cycle);

    inputs->arready = memory->reads.count < AXI_MEMORY_OUTSTANDING && !random_chance(&memory->random, held_back);
    inputs->awready = memory->writes.count + memory->responses.count < AXI_MEMORY_OUTSTANDING &&
                      !random_chance(&memory->random, held_back);
    inputs->wready = memory->writes.count != 0 && !random_chance(&memory->random, held_back);
}

bool axi_memory_is_idle(const struct axi_memory *memory, const struct cosim_memory_inputs *inputs)
{
    return memory->reads.count == 0 && memory->writes.count == 0 && memory->responses.count == 0 && !inputs->rvalid &&
           !inputs->bvalid;
}
