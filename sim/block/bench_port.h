/* SPDX-License-Identifier: MIT */
/* A design with a register master that does one thing at a time, and a memory of fixed latency: for measurements. */
#ifndef BLOCK_BENCH_PORT_H
#define BLOCK_BENCH_PORT_H

#include "fixed_memory.h"

struct bench_port {
    const struct cosim_design *design;
    void *instance;
    uint64_t cycle; /* the one that `inputs` and `outputs` belong to */
    struct cosim_design_inputs inputs;
    struct cosim_design_outputs outputs;
    struct fixed_memory memory;
};

/** Loads a design, resets it and settles its first cycle. @return false, with a message, if it can not be loaded */
bool bench_port_open(struct bench_port *port, const char *path);

/** Frees what bench_port_open made. */
void bench_port_close(struct bench_port *port);

/** Ends the process with a message that names the cycle. */
_Noreturn void bench_port_fail(const struct bench_port *port, const char *message);

/** One clock edge; then the next cycle is settled. */
void bench_port_step(struct bench_port *port);

/**
 * Offers a write, address and data at once, until both are taken. Its response is left waiting.
 * @return the cycle of the later handshake. Ends the process if the design does not take it
 */
uint64_t bench_port_write_begin(struct bench_port *port, uint32_t address, uint32_t value);

/** Takes the response of the write begun last; ends the process if it is an error or never comes. */
void bench_port_write_end(struct bench_port *port);

/** A whole write. */
void bench_port_write(struct bench_port *port, uint32_t address, uint32_t value);

/** A whole read. @return cycles from the handshake of its address to the first cycle in which its data is valid */
uint64_t bench_port_read_cycles(struct bench_port *port, uint32_t address);

#endif
