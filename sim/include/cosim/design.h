/* SPDX-License-Identifier: MIT */
/*
 * The design ABI: what one shared object with hardware in it offers to the co-simulation engine.
 *
 * A design has one AXI4-Lite subordinate port (its registers), at most one AXI4 manager port (its DMA), interrupt
 * wires, probes (outputs whose changes the engine records), and a trace port (what happened in a cycle, in the design's
 * own words). The engine drives it one clock cycle at a time:
 *
 *     settle(inputs, outputs)   the low half of the cycle: drive the inputs, let combinational logic settle, sample
 *     edge()                    the rising edge
 *
 * A handshake happens at an edge if valid and ready are both high in what the settle before it drove and sampled.
 * `run` is the same for many cycles in which no bus port moves, without a call a cycle.
 *
 * Signal names and rules: AMBA AXI and ACE Protocol Specification, IHI 0022, chapters A2, A3 and B1.
 */
#ifndef COSIM_DESIGN_H
#define COSIM_DESIGN_H

#include <stdbool.h>
#include <stdint.h>

#define COSIM_DESIGN_ABI 2
#define COSIM_DESIGN_PROBES_MAX 32
#define COSIM_DESIGN_TRACE_LANES_MAX 8
#define COSIM_DESIGN_CONTROLS_MAX 64
#define COSIM_DESIGN_INTERRUPTS_MAX 64
/** Memory data words of 64 bits in the widest bus that the ABI carries: 512 bits. */
#define COSIM_DESIGN_DATA_WORDS 8

/** AXI response codes (IHI 0022, table A3-4). */
enum cosim_axi_response {
    COSIM_AXI_OKAY = 0,
    COSIM_AXI_EXOKAY = 1,
    COSIM_AXI_SLVERR = 2,
    COSIM_AXI_DECERR = 3,
};

/** What the engine drives into the AXI4-Lite register port. */
struct cosim_register_inputs {
    uint64_t awaddr, wdata, araddr;
    uint32_t awuser, aruser; /* the requester: number of the hart; stable with its address */
    uint8_t awprot, arprot, wstrb;
    bool awvalid, wvalid, bready, arvalid, rready;
};

/** What the design answers on the AXI4-Lite register port. */
struct cosim_register_outputs {
    uint64_t rdata;
    uint8_t bresp, rresp;
    bool awready, wready, bvalid, arready, rvalid;
};

/** One AXI4 address channel, as the design drives it. */
struct cosim_memory_address {
    uint64_t address;
    uint32_t id;
    uint8_t length, size, burst; /* AxLEN (beats - 1), AxSIZE (log2 of bytes), AxBURST */
    bool valid;
};

/** What the engine, being the memory, drives into the AXI4 manager port. */
struct cosim_memory_inputs {
    uint64_t rdata[COSIM_DESIGN_DATA_WORDS];
    uint32_t rid, bid;
    uint8_t rresp, bresp;
    bool awready, wready, bvalid, arready, rvalid, rlast;
};

/** What the design drives on its AXI4 manager port. */
struct cosim_memory_outputs {
    struct cosim_memory_address aw, ar;
    uint64_t wdata[COSIM_DESIGN_DATA_WORDS];
    uint64_t wstrb;
    bool wvalid, wlast, bready, rready;
};

/** One lane of the trace port: what one part of the design did in a cycle. Meaningless unless `valid`. */
struct cosim_trace_lane {
    uint32_t value;
    uint8_t kind, channel; /* channel: who did it, to whom; the design says how it is divided */
    bool valid;
};

struct cosim_design_inputs {
    struct cosim_register_inputs registers;
    struct cosim_memory_inputs memory;
    uint64_t controls; /* one bit a control input, in the order of the shape's names; low in a co-simulation */
};

struct cosim_design_outputs {
    struct cosim_register_outputs registers;
    struct cosim_memory_outputs memory;
    uint64_t interrupts; /* one bit a wire */
    /* Cycles from here in which the design is sure that it does nothing a reader could tell from standing still,
     * but for its cycle counter; 0 while it is busy. Skipped cycles are told to it by `skip`. */
    uint64_t quiet_cycles;
    uint64_t probes[COSIM_DESIGN_PROBES_MAX];
    struct cosim_trace_lane trace[COSIM_DESIGN_TRACE_LANES_MAX];
};

/** What a design may call back. All calls come from inside settle, edge, run, skip or reset, on the same thread. */
struct cosim_design_listener {
    void *context; /* given back as first argument; owned by the engine */
    /** A check inside the Verilog failed, or $stop or $fatal was executed. The design runs on. */
    void (*assertion)(void *context, const char *file, unsigned line, const char *message);
};

/** The name of a kind of trace lane. */
struct cosim_trace_kind {
    uint8_t kind;
    const char *name;
};

/** What is fixed about a design when it is built. Strings live as long as the shared object is loaded. */
struct cosim_design_shape {
    const char *name;
    uint64_t window_bytes;   /* size of the register window */
    unsigned register_bytes; /* data width of the register port: 4 or 8 */
    unsigned memory_bytes;   /* data width of the memory port: 4 to 64, or 0 if it has none */
    unsigned interrupt_count;
    unsigned probe_count;
    const char *const *probe_names;
    unsigned control_count;
    const char *const *control_names;
    unsigned trace_lane_count;
    unsigned trace_kind_count;
    const struct cosim_trace_kind *trace_kind_names;
    bool has_quiet; /* quiet_cycles is driven and skip works */
};

/** A design. `create` gives an instance; the engine makes one a process, a block-level test may make more. */
struct cosim_design {
    uint32_t abi; /* COSIM_DESIGN_ABI; anything else is refused */
    struct cosim_design_shape shape;
    void *(*create)(const struct cosim_design_listener *listener); /* NULL: out of memory. The listener is copied */
    void (*destroy)(void *instance);
    /** Holds reset for `cycles` edges with all inputs low, then releases it. The design's cycle count starts at 0. */
    void (*reset)(void *instance, unsigned cycles);
    void (*settle)(void *instance, const struct cosim_design_inputs *inputs, struct cosim_design_outputs *outputs);
    void (*edge)(void *instance);
    /**
     * Runs up to `cycles` whole cycles with the inputs of the last settle. Stops early after the edge that changes
     * an interrupt wire or a probe or after which a bus output or a trace lane is valid. Outputs are as settled after
     * the last edge.
     * @return the cycles run, at least 1 if cycles > 0
     */
    uint64_t (*run)(void *instance, uint64_t cycles, struct cosim_design_outputs *outputs);
    /**
     * Lets `cycles` quiet cycles pass in one step: at most outputs->quiet_cycles, which is reduced by it unless it is
     * UINT64_MAX. If none are left, the outputs are settled for the cycle that then comes; else nothing else in them
     * changes. Only if has_quiet. May be NULL.
     */
    void (*skip)(void *instance, uint64_t cycles, struct cosim_design_outputs *outputs);
    /** Starts and ends a VCD file. Cycles in it are those since reset. */
    bool (*wave_open)(void *instance, const char *path);
    void (*wave_close)(void *instance);
};

/** The one symbol of a design's shared object. Never NULL; the result is static. */
typedef const struct cosim_design *cosim_design_get_function(void);
#define COSIM_DESIGN_SYMBOL "cosim_design_get"

#endif
