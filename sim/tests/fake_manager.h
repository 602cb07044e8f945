/* SPDX-License-Identifier: MIT */
/* An AXI4 manager that performs a list of bursts and notes, edge by edge, what came of them. */
#ifndef COSIM_TESTS_FAKE_MANAGER_H
#define COSIM_TESTS_FAKE_MANAGER_H

#include "../bus/axi_rules.h"
#include "cosim/design.h"

enum { FAKE_BURSTS_MAX = 64, FAKE_BEATS_MAX = 256 };
enum fake_burst_type { FAKE_FIXED = 0, FAKE_INCR = 1, FAKE_WRAP = 2 };

struct fake_burst {
    bool write;
    uint64_t address;
    unsigned beats, bytes; /* bytes a beat */
    enum fake_burst_type type;
    uint32_t id;
    bool sparse; /* strobes only some of the lanes that it may */
};

struct fake_manager_options {
    const struct fake_burst *bursts; /* borrowed */
    unsigned count;
    unsigned outstanding; /* bursts in flight in each direction; 0 is without limit */
    unsigned hold_back;   /* percent of the cycles in which a channel makes a pause before it moves */
    unsigned data_first;  /* cycles by which write data may be offered before its address */
    bool wait_for_start;  /* issue only what software allowed */
    uint64_t seed;
};

/** What came of one burst. Cycles are those of the edges of the handshakes. */
struct fake_result {
    uint64_t address_cycle, first_data_cycle, last_data_cycle, answer_cycle;
    uint64_t completion; /* 1 for the first burst of its direction that completed, and so on; 0 before */
    uint32_t id;
    uint8_t response; /* the worst */
    unsigned beats;
    bool last_misplaced; /* RLAST anywhere but on the last beat */
    uint64_t data[FAKE_BEATS_MAX][COSIM_DESIGN_DATA_WORDS];
};

/** A request channel, read or write: the burst that is or will be offered next. */
struct fake_channel {
    unsigned next;
    bool valid;
    uint64_t issued, completed;
};

struct fake_manager {
    struct fake_manager_options options;
    unsigned bus_bytes;
    enum axi_rule sin;
    unsigned allowed; /* how many bursts of the list may be issued */
    uint64_t random;
    struct fake_channel read, write;
    unsigned data_burst, data_beat, data_wait;
    bool data_valid, rready, bready;
    unsigned reading, answering; /* bursts whose data and answer come next */
    bool sinning, sinned;
    uint64_t sin_cycle;
    struct fake_result result[FAKE_BURSTS_MAX];
};

void fake_manager_init(struct fake_manager *manager, const struct fake_manager_options *options, unsigned bus_bytes,
                       enum axi_rule sin);

/** Drives the port for the coming edge. */
void fake_manager_settle(const struct fake_manager *manager, struct cosim_memory_outputs *outputs);

/** Takes what was sampled before the edge that makes the cycle count `cycle`. */
void fake_manager_edge(struct fake_manager *manager, const struct cosim_memory_inputs *inputs,
                       const struct cosim_memory_outputs *outputs, uint64_t cycle);

/** @return true while a burst that may be issued is not complete */
bool fake_manager_busy(const struct fake_manager *manager);

/** @return the byte that a write puts on `lane` in beat `beat` of burst `burst` */
uint8_t fake_manager_byte(unsigned burst, unsigned beat, unsigned lane);

/** @return the guest address of the first byte of a beat: the rules of IHI 0022, A3.4.1, written down once more */
uint64_t fake_burst_beat_address(const struct fake_burst *burst, unsigned beat);

/** @return one bit for each byte lane that `beat` writes */
uint64_t fake_burst_strobe(const struct fake_burst *burst, unsigned index, unsigned beat, unsigned bus_bytes);

#endif
