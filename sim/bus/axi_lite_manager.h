/* SPDX-License-Identifier: MIT */
/* The manager of the register port: one AXI4-Lite transaction at a time, edge by edge (IHI 0022, chapter B1). */
#ifndef COSIM_BUS_AXI_LITE_MANAGER_H
#define COSIM_BUS_AXI_LITE_MANAGER_H

#include "cosim/design.h"

struct axi_lite_manager {
    bool write, address_done, data_done, active, complete;
    bool accepted; /* a write's address and data, or a read's address, have been taken; stays until the next begin */
    uint8_t response;
    uint64_t data;
    unsigned back_pressure; /* percent of the cycles in which the response is not accepted */
    uint64_t random;
};

/** Readies a manager. `seed` decides its back-pressure. */
void axi_lite_manager_init(struct axi_lite_manager *manager, unsigned back_pressure, uint64_t seed);

/**
 * Starts a transaction by driving `inputs`. The manager must not be active.
 * @param data    value on the data lanes, for a write
 * @param strobe  byte lanes written, for a write
 * @param user    the requester, on AWUSER or ARUSER
 */
void axi_lite_manager_begin(struct axi_lite_manager *manager, struct cosim_register_inputs *inputs, bool write,
                            uint64_t address, uint64_t data, uint8_t strobe, uint32_t user);

/**
 * Takes what happened at an edge and drives `inputs` for the next.
 * @param outputs  what was sampled before the edge
 * When `complete` is set, `response` and `data` hold the answer and the port is idle again.
 */
void axi_lite_manager_edge(struct axi_lite_manager *manager, struct cosim_register_inputs *inputs,
                           const struct cosim_register_outputs *outputs);

#endif
