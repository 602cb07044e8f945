/* SPDX-License-Identifier: MIT */
/*
 * What AXI4 and AXI4-Lite ask of a design, checked on both its ports in every run. Each rule names the section of
 * IHI 0022 that it comes from. A broken rule is reported once for each cycle in which it is broken.
 */
#ifndef COSIM_BUS_AXI_RULES_H
#define COSIM_BUS_AXI_RULES_H

#include "cosim/design.h"

#include <stddef.h>

/* X(number, name, what the design did wrong) */
#define AXI_RULE_LIST(X)                                                                                               \
    X(1, B_DROPPED, "BVALID fell before BREADY (A3.2.1)")                                                              \
    X(2, B_CHANGED, "BRESP changed while BVALID waited for BREADY (A3.2.1)")                                           \
    X(3, R_DROPPED, "RVALID fell before RREADY (A3.2.1)")                                                              \
    X(4, R_CHANGED, "RDATA or RRESP changed while RVALID waited for RREADY (A3.2.1)")                                  \
    X(5, B_WITHOUT_REQUEST, "BVALID without a write whose address and data were accepted (A3.3.1)")                    \
    X(6, R_WITHOUT_REQUEST, "RVALID without an accepted read (A3.3.1)")                                                \
    X(7, LITE_EXOKAY, "EXOKAY is not an AXI4-Lite response (B1.1.1)")                                                  \
    X(8, AW_DROPPED, "AWVALID fell before AWREADY (A3.2.1)")                                                           \
    X(9, AW_CHANGED, "the write address changed while AWVALID waited for AWREADY (A3.2.1)")                            \
    X(10, AR_DROPPED, "ARVALID fell before ARREADY (A3.2.1)")                                                          \
    X(11, AR_CHANGED, "the read address changed while ARVALID waited for ARREADY (A3.2.1)")                            \
    X(12, W_DROPPED, "WVALID fell before WREADY (A3.2.1)")                                                             \
    X(13, W_CHANGED, "the write data changed while WVALID waited for WREADY (A3.2.1)")                                 \
    X(14, WLAST_EARLY, "WLAST before the last beat of its burst (A3.4.1)")                                             \
    X(15, WLAST_MISSING, "no WLAST on the last beat of its burst (A3.4.1)")                                            \
    X(16, CROSSES_4K, "a burst crosses a 4 KiB boundary (A3.4.1)")                                                     \
    X(17, SIZE_TOO_WIDE, "AxSIZE is wider than the data bus (A3.4.1)")                                                 \
    X(18, BURST_TYPE, "AxBURST 3 is reserved, FIXED and WRAP have at most 16 beats, WRAP 2, 4, 8 or 16 (A3.4.1)")      \
    X(19, STROBE_OUTSIDE, "WSTRB outside the byte lanes of its beat (A3.4.3)")                                         \
    X(20, TOO_MANY_WRITES, "more write bursts outstanding than the checker can follow")

enum axi_rule {
#define ENUMERATOR(number, name, text) AXI_RULE_##name = number,
    AXI_RULE_LIST(ENUMERATOR)
#undef ENUMERATOR
};

/** Ports, as they stand in the event's unit. */
enum { AXI_PORT_REGISTERS = 0, AXI_PORT_MEMORY = 1 };

enum { AXI_RULES_BURSTS = 64 };

struct axi_rules {
    unsigned bus_bytes;
    /* at the edge before */
    struct cosim_register_inputs register_inputs;
    struct cosim_register_outputs registers;
    struct cosim_memory_inputs memory_ready; /* the three ready signals of it */
    struct cosim_memory_outputs memory;
    bool watched;        /* the edge before was seen */
    bool memory_watched; /* ... and the memory port moved at it */
    /* register port: requests accepted and not answered */
    unsigned write_addresses, write_data, reads;
    /* memory port: bursts whose data is not complete, in order of their addresses; data may come first */
    struct cosim_memory_address burst[AXI_RULES_BURSTS];
    unsigned first, count, beat;
    void *context;
    void (*broken)(void *context, unsigned port, enum axi_rule rule, uint64_t first_value, uint64_t second_value);
};

/** Readies a checker. `bus_bytes`: width of the memory port; `broken` is called with `context` for each breach. */
void axi_rules_init(struct axi_rules *rules, unsigned bus_bytes, void *context,
                    void (*broken)(void *context, unsigned port, enum axi_rule rule, uint64_t first_value,
                                   uint64_t second_value));

/** Checks one edge, given what is driven and sampled just before it. */
void axi_rules_edge(struct axi_rules *rules, const struct cosim_design_inputs *inputs,
                    const struct cosim_design_outputs *outputs);

/** Says that edges passed in which no bus output was valid, so that nothing can have been broken. */
void axi_rules_idle(struct axi_rules *rules, const struct cosim_design_outputs *outputs);

/** @return the rule's sentence, or "?" */
const char *axi_rule_text(unsigned rule);

#endif
