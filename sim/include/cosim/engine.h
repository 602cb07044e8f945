/* SPDX-License-Identifier: MIT */
/*
 * The co-simulation engine: keeps harts and a design at one time, SoC cycles.
 *
 * The CPU side (QEMU's plugin, or a script in a test) calls the functions below, always on one thread, and gives the
 * operations of `struct cosim_cpu`. A hart's time is its retired instructions (one cycle each) plus the cycles it
 * stalled on the bus plus the cycles it was idle. Before anything passes between a hart and the design, the design
 * runs to that hart's time.
 *
 * None of these functions waits for the host; each wait for the design is bounded in cycles and ends in a diagnosis.
 */
#ifndef COSIM_ENGINE_H
#define COSIM_ENGINE_H

#include "cosim/design.h"
#include "cosim/event.h"

#include <stdbool.h>
#include <stdint.h>

#define COSIM_HARTS_MAX 8
/** Offsets in the harness page; firmware/soc/harness_page.h documents them for software. */
enum cosim_harness_register {
    COSIM_HARNESS_EXIT = 0x00,
    COSIM_HARNESS_PHASE_BEGIN = 0x08,
    COSIM_HARNESS_PHASE_END = 0x10,
    COSIM_HARNESS_POINT_VALUE = 0x18,
    COSIM_HARNESS_POINT = 0x20,
    COSIM_HARNESS_EXPECT_ERROR = 0x28,
    COSIM_HARNESS_MAGIC = 0x800,
    COSIM_HARNESS_HARTS = 0x808,
    COSIM_HARNESS_SEED = 0x810,
    COSIM_HARNESS_WINDOW = 0x818,
    COSIM_HARNESS_WINDOW_BYTES = 0x820,
    COSIM_HARNESS_PARAMETERS = 0x900,
    COSIM_HARNESS_BYTES = 0x1000,
};
#define COSIM_HARNESS_MAGIC_VALUE UINT64_C(0x59524652464c4542)

/** Why a run ended. */
enum cosim_verdict {
    COSIM_RUNNING,
    COSIM_PASS,        /* exit code 0 and no check failed */
    COSIM_FAIL,        /* another exit code, or a failed check */
    COSIM_DEAD_LOCK,   /* every hart waits and nothing can wake one */
    COSIM_CYCLE_LIMIT, /* SoC time passed the limit */
    COSIM_TIME_LIMIT,  /* host time passed the limit */
};

enum cosim_refusal {
    COSIM_REFUSED_ATOMIC = 1,
    COSIM_REFUSED_FETCH = 2,
    COSIM_REFUSED_LOAD = 3,
    COSIM_REFUSED_MISALIGNED = 4,
    COSIM_REFUSED_HARNESS = 5,
    COSIM_REFUSED_WIDE_STORE = 6,
};

enum cosim_payload_stage {
    COSIM_PAYLOAD_END = 0,
    COSIM_PAYLOAD_PRODUCE = 1,
    COSIM_PAYLOAD_TRANSIT = 2,
    COSIM_PAYLOAD_CONSUME = 3,
};

/** What a hart does after cosim_engine_idle. */
enum cosim_idle {
    COSIM_IDLE_RUNS_ON, /* an interrupt is pending for it: its WFI completes */
    COSIM_IDLE_HALTS,   /* it sleeps; other harts go on */
    COSIM_IDLE_ENDED,   /* the run is over */
};

/** Told of everything that the engine drives into the design: enough to drive it again without a CPU. */
struct cosim_input_recorder {
    void *context;
    /** `cycles` pass with these inputs. */
    void (*record)(void *context, uint64_t cycles, const struct cosim_design_inputs *inputs);
};

struct cosim_config {
    unsigned harts;       /* 1 to COSIM_HARTS_MAX */
    uint64_t quantum;     /* instructions between two looks at the design; 1 is precise */
    uint64_t lead;        /* cycles that one hart may be ahead of another that is awake */
    uint64_t cycle_limit; /* SoC cycles; 0 is none */
    uint64_t bus_limit;   /* cycles that one bus transaction may take */
    uint64_t idle_limit;  /* cycles that all harts may wait, for a design that cannot tell that it is quiet */
    uint64_t seed;
    unsigned memory_latency; /* cycles */
    unsigned back_pressure;  /* percent */
    bool skip;               /* let quiet cycles pass in one step */
    bool ignore_quiet;       /* take the design as one that cannot tell when it is quiet: a look at every quantum */
    uint64_t window_base;    /* guest address of the design's registers */
    uint64_t harness_base;   /* guest address of the harness page */
    uint64_t ram_base, ram_bytes;  /* what DMA may touch */
    uint8_t *ram;                  /* guest RAM in this process, borrowed; [0] is guest address ram_base */
    const char *wave_path;         /* VCD file, borrowed until create returns; NULL for none */
    uint64_t wave_start, wave_end; /* cycles in the wave: start <= cycle < end */
    struct cosim_event_sink sink;
    struct cosim_input_recorder recorder; /* record NULL: nobody listens, and nothing is spent on it */
};

/** What the engine asks of the CPU side. Called from inside the functions below, on the same thread. */
struct cosim_cpu {
    void *context;
    /** Drives interrupt wire `wire`; when it returns, the interrupt controller has the level. */
    void (*set_interrupt)(void *context, unsigned wire, bool level);
    /** @return one bit for each hart that leaves WFI if `wire` is high */
    uint64_t (*woken_by)(void *context, unsigned wire);
    /** @return true if `hart`, which is the one running, has an enabled interrupt pending now */
    bool (*interrupt_pending)(void *context, unsigned hart);
    /** Makes the running hart give way to another as soon as its current instruction is done. */
    void (*yield)(void *context, unsigned hart);
};

/** Counters of a run; all are functions of the inputs, none of the host. */
struct cosim_counters {
    uint64_t rtl_run, rtl_skipped; /* cycles */
    uint64_t bus_reads, bus_writes, irq_edges;
    uint64_t dma_bytes_read, dma_bytes_written;
    uint64_t max_skew_instructions, max_skew_cycles;
    uint64_t failed_checks, expected_errors;
};

struct cosim_hart_state {
    uint64_t retired, stall, idle; /* instructions, cycles, cycles */
    uint64_t time;                 /* cycles */
    uint64_t pc;                   /* of the newest instruction that the engine was told of */
    bool waiting;                  /* in WFI */
};

struct cosim_engine;

/**
 * Creates an engine and resets the design.
 * @param config, design, cpu  copied; what they point to is borrowed until destroy
 * @param error  receives a sentence (static) if the result is NULL: what is wrong and what to do
 * @return the engine, owned by the caller
 */
struct cosim_engine *cosim_engine_create(const struct cosim_config *config, const struct cosim_design *design,
                                         const struct cosim_cpu *cpu, const char **error);

/** Frees the engine and the design's instance; closes the wave. */
void cosim_engine_destroy(struct cosim_engine *engine);

/**
 * Says that `hart` has started its `retired`-th instruction (counted from 1), at `pc`. The design runs to the end of
 * that instruction, interrupts are delivered, so that the instruction after it is the first that can see them.
 * May be called for every instruction, and must be when `retired` reaches cosim_engine_attention.
 * @return false if the run is over
 */
bool cosim_engine_retire(struct cosim_engine *engine, unsigned hart, uint64_t retired, uint64_t pc);

/** @return the count of retired instructions at which `hart` must call cosim_engine_retire next; above its present one
 */
uint64_t cosim_engine_attention(const struct cosim_engine *engine, unsigned hart);

/**
 * A load from the design's window, just before the instruction after the `retired`-th executes. Read once on the bus.
 * @param address  guest address in the window
 * @param bytes    1, 2, 4 or 8
 * @param value    receives the loaded bytes, zero-extended; also after an error response
 * @return false if the run is over
 */
bool cosim_engine_read(struct cosim_engine *engine, unsigned hart, uint64_t retired, uint64_t address, unsigned bytes,
                       uint64_t pc, uint64_t *value);

/**
 * A store to the design's window or the harness page by the `retired`-th instruction, just after it executed.
 * @return false if the run is over
 */
bool cosim_engine_write(struct cosim_engine *engine, unsigned hart, uint64_t retired, uint64_t address, unsigned bytes,
                        uint64_t value, uint64_t pc);

/** WFI, just before the instruction after the `retired`-th executes it at `pc`. */
enum cosim_idle cosim_engine_idle(struct cosim_engine *engine, unsigned hart, uint64_t retired, uint64_t pc);

/** An access that cannot be performed on the bus. It fails the run unless the program announced an error. */
void cosim_engine_refuse(struct cosim_engine *engine, unsigned hart, uint64_t retired, enum cosim_refusal reason,
                         uint64_t address, uint64_t pc);

/** A mark: software reached a named point; the instruction after the `retired`-th is about to execute there. */
void cosim_engine_mark(struct cosim_engine *engine, unsigned hart, uint64_t retired, uint32_t index, uint64_t first,
                       uint64_t second);

/**
 * A payload's buffer enters `stage`. From then on cosim_engine_access counts what touches it. What was counted in the
 * stage before is recorded.
 */
void cosim_engine_payload(struct cosim_engine *engine, unsigned hart, uint64_t retired, enum cosim_payload_stage stage,
                          uint64_t address, uint64_t bytes);

/** @return the bounds of all watched payloads: nothing outside [*low, *high) need be reported */
void cosim_engine_watched(const struct cosim_engine *engine, uint64_t *low, uint64_t *high);

/** A hart loaded or stored `bytes` at `address`, which lies within cosim_engine_watched. */
void cosim_engine_access(struct cosim_engine *engine, unsigned hart, uint64_t retired, bool store, uint64_t address,
                         unsigned bytes, uint64_t pc);

/** Says that `hart` entered its trap handler for an external interrupt at `pc`, `late` instructions after it could. */
void cosim_engine_interrupt_taken(struct cosim_engine *engine, unsigned hart, unsigned late, uint64_t pc);

/** @return true from the delivery of a rising wire that can wake `hart` until cosim_engine_interrupt_taken */
bool cosim_engine_interrupt_expected(const struct cosim_engine *engine, unsigned hart);

/**
 * Software completed the interrupt of `wire`. A wire that is still high asks again, as a level-triggered gateway does
 * (RISC-V PLIC Specification, "Interrupt Gateways"); QEMU's PLIC forgets it.
 */
void cosim_engine_interrupt_completed(struct cosim_engine *engine, unsigned hart, uint64_t retired, unsigned wire);

/**
 * Asks the run to end with COSIM_TIME_LIMIT at the engine's next look. The one function that any thread may call.
 * @param milliseconds  the limit of host time that passed, for the message
 */
void cosim_engine_request_stop(struct cosim_engine *engine, uint64_t milliseconds);

/** @return COSIM_RUNNING or why the run ended */
enum cosim_verdict cosim_engine_verdict(const struct cosim_engine *engine);

/** @return the exit code that software stored; 0 before */
uint64_t cosim_engine_exit_code(const struct cosim_engine *engine);

/** @return one sentence about the verdict, owned by the engine */
const char *cosim_engine_reason(const struct cosim_engine *engine);

/** @return the edges that the design's clock has had since reset */
uint64_t cosim_engine_cycle(const struct cosim_engine *engine);

const struct cosim_counters *cosim_engine_counters(const struct cosim_engine *engine);
struct cosim_hart_state cosim_engine_hart(const struct cosim_engine *engine, unsigned hart);

/** @return the design's outputs as last sampled: interrupt wires and probes for a diagnosis */
const struct cosim_design_outputs *cosim_engine_outputs(const struct cosim_engine *engine);

#endif
