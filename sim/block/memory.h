/* SPDX-License-Identifier: MIT */
/*
 * A memory with a will of its own behind the design's AXI4 port: back-pressure on each channel by itself, delays,
 * answers that overtake each other between identifiers, errors by address.
 *
 * The 4 MiB of contents are repeated through the whole address space. An address with bit 28 set lies in a region
 * where some bursts are refused; bits 29 to 63 do not matter.
 */
#ifndef BLOCK_MEMORY_H
#define BLOCK_MEMORY_H

#include "cosim/design.h"

#include <stdbool.h>
#include <stdint.h>

enum { IDENTIFIER_PAYLOAD = 0, IDENTIFIER_RING = 1, IDENTIFIER_INTERRUPT = 2 };
enum { MEMORY_BYTES = 1 << 22, MEMORY_QUEUE = 32, MEMORY_BEATS = 256, MEMORY_FAULTY = 1 << 28 };

/** How it behaves; percentages are chances a cycle. */
struct memory_style {
    unsigned ar_stall, aw_stall, w_stall, r_gap, b_gap;
    unsigned latency_least, latency_most; /* cycles between an address and its answer */
    unsigned faults;                      /* of 100 blocks of the faulty region */
};

struct memory_read {
    uint64_t address, ready;
    uint32_t id;
    uint16_t beats, done;
};

struct memory_write {
    uint64_t address, ready;
    uint32_t id;
    uint16_t beats, done;
    bool complete;
    uint8_t response;
};

struct memory {
    struct memory_style style;
    uint64_t random, cycle;
    struct memory_read reads[MEMORY_QUEUE];
    unsigned read_count;
    struct memory_write writes[MEMORY_QUEUE];
    unsigned write_count;
    struct {
        uint64_t data;
        uint8_t strobe;
    } beats[MEMORY_BEATS]; /* accepted before their address */
    unsigned beat_count;
    int r_chosen, b_chosen; /* what is on the channel; -1: nothing */
    uint32_t held_id;       /* answers to writes of this identifier are held ... */
    uint64_t held_until;    /* ... until this cycle: a collision is being aimed at */
    uint8_t *bytes;
};

/** Forgets what is outstanding, as a hardware reset does. The contents stay. */
void memory_reset(struct memory *memory);
/** Drives the memory's outputs of this cycle. */
void memory_drive(struct memory *memory, struct cosim_memory_inputs *in);
/** Takes this cycle's handshakes. */
void memory_sample(struct memory *memory, const struct cosim_memory_inputs *in, const struct cosim_memory_outputs *out);
/** The answer that an address gives: OKAY, SLVERR or DECERR. */
uint8_t memory_response(const struct memory *memory, uint64_t address);
/** @return nothing is outstanding and nothing is driven */
bool memory_idle(const struct memory *memory);
/** @return the oldest write of this identifier could be answered now */
bool memory_answer_waits(const struct memory *memory, uint32_t id);
/** Holds the answers to writes of this identifier for so many cycles. */
void memory_hold_answers(struct memory *memory, uint32_t id, unsigned cycles);

#endif
