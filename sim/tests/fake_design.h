/* SPDX-License-Identifier: MIT */
/*
 * A design in plain C behind the design ABI: registers that show whether an access happened exactly once, timers that
 * raise interrupt wires at a known cycle, an AXI4 manager that does as it is told, and breaches of protocol that can
 * be switched on one by one.
 */
#ifndef COSIM_TESTS_FAKE_DESIGN_H
#define COSIM_TESTS_FAKE_DESIGN_H

#include "../bus/axi_rules.h"
#include "cosim/design.h"
#include "fake_manager.h"

enum {
    FAKE_WIRES = 4,
    FAKE_PROBES = 2,
    FAKE_TRACE_LANES = 3,
    FAKE_TRACE_KIND = 7,
    FAKE_ACCESSES_MAX = 4096,
    FAKE_WINDOW_BYTES = 0x1000
};

/** Offsets of the registers; 8 bytes apart, so that a wide and a narrow bus see the same map. */
enum fake_register {
    FAKE_SCRATCH = 0x00, /* 64 bytes of storage */
    FAKE_POP = 0x40,     /* read: how often it was read before */
    FAKE_STATUS = 0x48,  /* the wires that are high; a 1 written lowers that wire */
    FAKE_RING = 0x50,    /* a 1 written raises that wire */
    FAKE_PULSE = 0x58,   /* cycles after which a wire that a timer raised falls by itself; 0 is never */
    FAKE_PERIOD = 0x60,  /* n: wire 3 changes every n cycles; 0 stops it */
    FAKE_ERROR = 0x68,   /* answers SLVERR */
    FAKE_NEVER = 0x70,   /* takes the request and never answers */
    FAKE_CYCLE = 0x78,   /* cycles since reset */
    FAKE_TIMER = 0x80,   /* + 8 * wire; n: raises that wire n cycles after the write was accepted; 0 disarms */
    FAKE_START = 0xa0,   /* n: the manager may issue n bursts more */
    FAKE_ASSERT = 0xa8,  /* a write makes a check of the design fail, in line `value` of "rtl/fake.sv" */
    FAKE_TRACE = 0xb0,   /* n: the last trace lane is valid n cycles after the write was accepted, for one cycle */
};

struct fake_options {
    unsigned register_bytes, memory_bytes;
    unsigned request_wait;  /* edges for which an offered request waits for its ready */
    unsigned response_wait; /* edges from a request to its answer, beyond the first */
    bool has_quiet;
    enum axi_rule sin; /* the one rule to break, or 0 */
    struct fake_manager_options manager;
};

/** One transaction that the register port accepted. */
struct fake_access {
    uint64_t cycle; /* of the edge that took its last part */
    bool write;
    uint64_t address, data;
    uint32_t user;
    uint8_t strobe;
};

struct fake {
    struct fake_options options;
    struct cosim_design_listener listener;
    uint64_t cycle;
    struct cosim_design_inputs inputs;
    struct cosim_design_outputs outputs; /* as last sampled */
    bool aw_held, w_held, ar_held;
    unsigned aw_seen, w_seen, ar_seen, wait;
    struct fake_access request;
    bool b_valid, r_valid;
    uint8_t response;
    uint64_t data;
    uint8_t scratch[64];
    uint64_t pops, status, pulse, period, period_left;
    uint64_t timer[FAKE_WIRES], pulse_left[FAKE_WIRES];
    uint64_t trace_left; /* cycles until the trace lane is valid */
    struct cosim_trace_lane trace;
    struct fake_manager manager;
    bool sinning, sinned;
    uint64_t sin_cycle; /* the edge that samples the breach first */
    struct fake_access access[FAKE_ACCESSES_MAX];
    unsigned access_count;
    uint64_t skips;                          /* calls of skip */
    uint64_t wave_opened_at, wave_closed_at; /* cycles */
    unsigned waves_opened, waves_closed;
};

/** @return options of a design with a 32-bit register port, no memory port, no wait states, that can be quiet */
struct fake_options fake_options_default(void);

/** @return the design; what it creates from now on has these options. Static, not for use by two threads. */
const struct cosim_design *fake_design(const struct fake_options *options);

/** Performs the request that was accepted in full at this edge, and notes it (fake_registers.c). */
void fake_registers_perform(struct fake *fake);

/** @return the newest instance, for a look inside; owned by whoever created it */
struct fake *fake_latest(void);

#endif
