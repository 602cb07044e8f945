/* SPDX-License-Identifier: MIT */
#include "bench_port.h"
#include "load_design.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_CYCLES_MAX = 10000, RESET_CYCLES = 4, ALL_BYTES = 0xf };

_Noreturn void bench_port_fail(const struct bench_port *port, const char *message)
{
    fprintf(stderr, "FAIL check=measure cycle=%" PRIu64 ": %s\n", port->cycle, message);
    exit(1);
}

static void report_assertion(void *context, const char *file, unsigned line, const char *message)
{
    fprintf(stderr, "%s:%u: %s\n", file, line, message);
    bench_port_fail(context, "a check in the design failed");
}

static void settle(struct bench_port *port)
{
    fixed_memory_drive(&port->memory, port->cycle, &port->inputs.memory);
    port->design->settle(port->instance, &port->inputs, &port->outputs);
}

bool bench_port_open(struct bench_port *port, const char *path)
{
    struct cosim_design_listener listener = {.context = port, .assertion = report_assertion};

    memset(port, 0, sizeof *port);
    port->design = load_design(path);
    if (port->design == NULL) {
        return false;
    }
    port->instance = port->design->create(&listener);
    if (port->instance == NULL) {
        fprintf(stderr, "block_measure: out of memory\n");
        return false;
    }
    for (unsigned i = 0; i < FIXED_MEMORY_BYTES; i++) {
        port->memory.bytes[i] = (uint8_t)(i * 2654435761u >> 24);
    }
    port->design->reset(port->instance, RESET_CYCLES);
    settle(port);
    return true;
}

void bench_port_close(struct bench_port *port)
{
    port->design->destroy(port->instance);
}

void bench_port_step(struct bench_port *port)
{
    const char *fault = fixed_memory_edge(&port->memory, port->cycle, &port->inputs.memory, &port->outputs.memory);

    if (fault != NULL) {
        bench_port_fail(port, fault);
    }
    port->design->edge(port->instance);
    port->cycle++;
    settle(port);
}

uint64_t bench_port_write_begin(struct bench_port *port, uint32_t address, uint32_t value)
{
    struct cosim_register_inputs *bus = &port->inputs.registers;
    uint64_t begun = port->cycle, accepted = port->cycle;

    bus->awaddr = address;
    bus->wdata = value;
    bus->wstrb = ALL_BYTES;
    bus->awvalid = bus->wvalid = true;
    settle(port);
    while (bus->awvalid || bus->wvalid) {
        bool address_taken = port->outputs.registers.awready, data_taken = port->outputs.registers.wready;
        if (port->cycle - begun > WAIT_CYCLES_MAX) {
            bench_port_fail(port, "the design does not take a write");
        }
        accepted = port->cycle;
        bus->awvalid = bus->awvalid && !address_taken;
        bus->wvalid = bus->wvalid && !data_taken;
        bench_port_step(port);
    }
    return accepted;
}

void bench_port_write_end(struct bench_port *port)
{
    struct cosim_register_inputs *bus = &port->inputs.registers;
    uint64_t begun = port->cycle;

    bus->bready = true;
    settle(port);
    while (!port->outputs.registers.bvalid) {
        if (port->cycle - begun > WAIT_CYCLES_MAX) {
            bench_port_fail(port, "a write has no response");
        }
        bench_port_step(port);
    }
    if (port->outputs.registers.bresp != COSIM_AXI_OKAY) {
        bench_port_fail(port, "a write was refused");
    }
    bench_port_step(port);
    bus->bready = false;
    settle(port);
}

void bench_port_write(struct bench_port *port, uint32_t address, uint32_t value)
{
    (void)bench_port_write_begin(port, address, value);
    bench_port_write_end(port);
}

uint64_t bench_port_read_cycles(struct bench_port *port, uint32_t address)
{
    struct cosim_register_inputs *bus = &port->inputs.registers;
    uint64_t begun = port->cycle;

    bus->araddr = address;
    bus->arvalid = bus->rready = true;
    settle(port);
    while (!port->outputs.registers.arready && port->cycle - begun < WAIT_CYCLES_MAX) {
        bench_port_step(port);
    }
    uint64_t accepted = port->cycle;
    bench_port_step(port);
    bus->arvalid = false;
    settle(port);
    while (!port->outputs.registers.rvalid && port->cycle - begun < WAIT_CYCLES_MAX) {
        bench_port_step(port);
    }
    if (!port->outputs.registers.rvalid || port->outputs.registers.rresp != COSIM_AXI_OKAY) {
        bench_port_fail(port, "a read was refused or has no response");
    }
    uint64_t valid = port->cycle;
    bench_port_step(port);
    bus->rready = false;
    settle(port);
    return valid - accepted;
}
