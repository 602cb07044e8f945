/* SPDX-License-Identifier: MIT */
/*
 * The memory behind the design's AXI4 manager port: guest RAM, with a latency and a seeded random back-pressure.
 *
 * Reads and writes are answered in the order of their addresses, each direction for itself. A burst that leaves RAM
 * reads as zero or is dropped, and is answered with DECERR on every beat. Bursts: FIXED, INCR and WRAP (IHI 0022,
 * A3.4.1), any AxSIZE up to the bus's width.
 */
#ifndef COSIM_BUS_AXI_MEMORY_H
#define COSIM_BUS_AXI_MEMORY_H

#include "cosim/design.h"

enum { AXI_MEMORY_OUTSTANDING = 16 };

/** Called when something worth telling happened at the edge `cycle`. */
struct axi_memory_listener {
    void *context;
    void (*burst)(void *context, bool write, uint32_t id, uint64_t address, unsigned beats, uint64_t bytes);
    void (*done)(void *context, bool write, uint32_t id, uint8_t response, uint64_t address, uint64_t bytes);
    /** Bytes of RAM that one beat read or wrote; for the ledger of payloads. */
    void (*beat)(void *context, bool write, uint64_t address, unsigned bytes);
};

struct axi_memory_config {
    uint8_t *ram; /* borrowed; guest address `base` is ram[0] */
    uint64_t base, bytes;
    unsigned bus_bytes;
    unsigned latency;       /* cycles from the address (read) or last data beat (write) to the first answer, beyond 1 */
    unsigned back_pressure; /* percent of the cycles in which a channel is held back, each channel for itself */
    uint64_t seed;
    struct axi_memory_listener listener;
};

struct axi_memory_burst {
    struct cosim_memory_address address;
    uint64_t ready_cycle; /* first edge at which the answer may be valid */
    uint64_t moved;       /* bytes */
    unsigned beat;
    uint8_t response;
};

struct axi_memory_queue {
    struct axi_memory_burst burst[AXI_MEMORY_OUTSTANDING];
    unsigned first, count;
};

struct axi_memory {
    struct axi_memory_config config;
    struct axi_memory_queue reads, writes, responses;
    uint64_t random;
};

/** Readies a memory; `config` is copied. */
void axi_memory_init(struct axi_memory *memory, const struct axi_memory_config *config);

/**
 * Takes what happened at edge `cycle` and drives `inputs` for the next.
 * @param outputs  what was sampled before the edge
 */
void axi_memory_edge(struct axi_memory *memory, struct cosim_memory_inputs *inputs,
                     const struct cosim_memory_outputs *outputs, uint64_t cycle);

/** @return true if nothing is outstanding and no answer is being offered */
bool axi_memory_is_idle(const struct axi_memory *memory, const struct cosim_memory_inputs *inputs);

/** @return the guest address of beat `beat` of a burst (IHI 0022, A3.4.1) */
uint64_t axi_memory_beat_address(const struct cosim_memory_address *burst, unsigned beat);

#endif
