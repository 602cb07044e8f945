/* SPDX-License-Identifier: MIT */
/* The engine's state, shared by the files of this folder and by nobody else. */
#ifndef COSIM_ENGINE_INTERNAL_H
#define COSIM_ENGINE_INTERNAL_H

#include "../bus/axi_lite_manager.h"
#include "../bus/axi_memory.h"
#include "../bus/axi_rules.h"
#include "cosim/engine.h"

#include <stdatomic.h>

enum { EDGES_MAX = 1024, PAYLOADS_MAX = 64, TOUCHES_MAX = 32 };

struct hart {
    uint64_t retired, stall, idle;
    uint64_t pc;
    uint64_t instruction_start; /* time at which the newest instruction started */
    uint64_t idle_since;
    bool waiting;
    bool interrupt_expected;
    uint64_t expected_edge; /* cycle of the newest rising edge delivered to this hart */
};

/** A change of an interrupt wire that the harts have not been told yet. */
struct edge {
    uint64_t cycle;
    uint8_t wire;
    bool level;
};

struct payload {
    uint64_t address, bytes;
    enum cosim_payload_stage stage;
    uint64_t loaded, stored, dma_read, dma_written;
    unsigned touches;
};

struct cosim_engine {
    struct cosim_config config;
    const struct cosim_design *design;
    void *instance;
    struct cosim_cpu cpu;

    uint64_t cycle; /* edges since reset */
    struct cosim_design_inputs inputs;
    struct cosim_design_outputs outputs; /* settled with `inputs`, for the coming edge */
    struct axi_lite_manager manager;
    struct axi_memory memory;
    struct axi_rules rules;
    uint64_t wires;                           /* levels as last recorded */
    uint64_t probes[COSIM_DESIGN_PROBES_MAX]; /* values as last recorded */
    char *wave_path;                          /* own copy; NULL for no wave */
    bool wave_open, wave_done;

    struct hart hart[COSIM_HARTS_MAX];
    struct edge edge[EDGES_MAX]; /* in order of time; a ring */
    unsigned first_edge, edge_count;

    struct payload payload[PAYLOADS_MAX];
    unsigned payload_count;
    uint64_t watch_low, watch_high;

    uint64_t point_value;
    uint64_t errors_expected;
    uint64_t exit_code;
    bool memory_error_covered; /* an announced error of the memory port: those of the same transfer are covered too */
    _Atomic uint64_t stop_requested; /* milliseconds, or 0; set by another thread */
    enum cosim_verdict verdict;
    char reason[200];
    struct cosim_counters counters;
};

/* record.c */
void engine_record(struct cosim_engine *engine, uint64_t cycle, enum cosim_event_kind kind, uint64_t unit,
                   uint64_t detail, uint64_t first, uint64_t second);
/** Records a failed check: the run goes on, and its verdict will be a failure. */
void engine_fail(struct cosim_engine *engine, uint64_t cycle, enum cosim_event_kind kind, uint64_t unit,
                 uint64_t detail, uint64_t first, uint64_t second);
/** As engine_fail, unless the program announced an error: then one announcement is used up. */
void engine_fail_unless_expected(struct cosim_engine *engine, uint64_t cycle, enum cosim_event_kind kind, uint64_t unit,
                                 uint64_t detail, uint64_t first, uint64_t second);
void engine_end(struct cosim_engine *engine, enum cosim_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* clock.c */
void engine_clock_reset(struct cosim_engine *engine);
/** Runs the design to `cycle`. If `until_edge`, stops after the first cycle in which an interrupt wire changed. */
void engine_clock_run(struct cosim_engine *engine, uint64_t cycle, bool until_edge);
/** One clock cycle, edge by edge. */
void engine_clock_step(struct cosim_engine *engine);
/** Samples again after the engine changed the inputs within a cycle. */
void engine_clock_settle(struct cosim_engine *engine);
/** @return true if the design says when it is quiet, and is believed */
bool engine_clock_knows_quiet(const struct cosim_engine *engine);
/** @return cycles from now in which the design needs no look, because nothing can happen */
uint64_t engine_clock_quiet(const struct cosim_engine *engine);

/* engine.c */
/** Ends the run if another thread asked for it. */
void engine_heed_stop(struct cosim_engine *engine, unsigned hart);

/* hart.c */
uint64_t engine_hart_time(const struct cosim_engine *engine, unsigned hart);
/** Ends a hart's wait, if it waits, at `cycle` or at its own time if that is later. */
void engine_hart_wake(struct cosim_engine *engine, unsigned hart, uint64_t cycle);
/** Ends the run at the limit of cycles. @param meanwhile  what the message says after the limit, "" for nothing */
void engine_hart_end_at_limit(struct cosim_engine *engine, unsigned hart, uint64_t time, const char *meanwhile);
/** Notes the count of retired instructions and runs the design to the hart's time. */
void engine_hart_sync(struct cosim_engine *engine, unsigned hart, uint64_t retired, uint64_t pc);
/** Yields if another hart that is awake is too far behind; ends the run at the cycle limit. */
void engine_hart_balance(struct cosim_engine *engine, unsigned hart);

/* interrupts.c */
void engine_interrupts_sample(struct cosim_engine *engine);
void engine_interrupts_deliver(struct cosim_engine *engine);

/* payload.c */
void engine_payload_dma(struct cosim_engine *engine, bool write, uint64_t address, unsigned bytes);

/* harness_page.c */
void engine_harness_store(struct cosim_engine *engine, unsigned hart, uint64_t offset, unsigned bytes, uint64_t value,
                          uint64_t pc);

#endif
