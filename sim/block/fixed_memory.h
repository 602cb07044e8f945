/* SPDX-License-Identifier: MIT */
/* A memory with fixed latency and no back-pressure, which takes note of when things happen: for measurements. */
#ifndef BLOCK_FIXED_MEMORY_H
#define BLOCK_FIXED_MEMORY_H

#include "cosim/design.h"

enum { FIXED_MEMORY_BYTES = 0x80000, FIXED_MEMORY_BURSTS = 64 };

/** One burst that was accepted and not answered. */
struct fixed_memory_burst {
    uint64_t address, due; /* due: first cycle in which the answer may be offered */
    uint32_t id;
    unsigned beats, beats_done;
};

/** Bursts in the order of their addresses. */
struct fixed_memory_queue {
    struct fixed_memory_burst bursts[FIXED_MEMORY_BURSTS];
    unsigned first, count;
};

struct fixed_memory {
    uint8_t bytes[FIXED_MEMORY_BYTES];
    unsigned latency;
    struct fixed_memory_queue reads, writes, answers;
    /* Cycles of events since fixed_memory_start; 0 while they have not happened. */
    uint64_t first_descriptor_address, first_descriptor_data, first_payload_address, last_payload_answer;
    uint64_t first_completion_answer, last_completion_answer;
};

/**
 * Sets the latency and forgets the noted cycles. Only while nothing is outstanding.
 * @param latency cycles by which an answer is later than the earliest one that AXI allows
 */
void fixed_memory_start(struct fixed_memory *memory, unsigned latency);

/** Gives what the memory drives in cycle `cycle`. @param inputs written whole */
void fixed_memory_drive(const struct fixed_memory *memory, uint64_t cycle, struct cosim_memory_inputs *inputs);

/**
 * Takes note of the handshakes of cycle `cycle`.
 * @return NULL, or what the design asked for that this memory does not have
 */
const char *fixed_memory_edge(struct fixed_memory *memory, uint64_t cycle, const struct cosim_memory_inputs *inputs,
                              const struct cosim_memory_outputs *outputs);

#endif
