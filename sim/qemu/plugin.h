/* SPDX-License-Identifier: MIT */
/* The state of the plugin: one co-simulation in this process. Shared by the files of this folder. */
#ifndef COSIM_QEMU_PLUGIN_H
#define COSIM_QEMU_PLUGIN_H

#include "configuration.h"
#include "cosim/engine.h"
#include "qemu_plugin_api.h"

#include <stdio.h>

enum process_status { STATUS_PASS = 0, STATUS_FAIL = 1, STATUS_LIMIT = 2, STATUS_SETUP = 3 };

/* Where the SoC's parts are; firmware/soc/memory_map.h is the same map for software. */
static const uint64_t RAM_BASE = 0x80000000, WINDOW_BASE = 0x84000000, HARNESS_BASE = 0x84100000;
static const uint64_t CARVE_OUT_BYTES = 0x200000, PLIC_BASE = 0x0c000000, PLIC_BYTES = 0x4000000;

struct plugin {
    struct configuration configuration;
    const struct cosim_design *design;
    struct cosim_engine *engine;
    struct cosim_event_file *events;
    FILE *inputs; /* inputs.bin, or NULL */
    uint8_t *ram; /* guest RAM with the carve-out behind it; [0] is RAM_BASE */
    bool several; /* more than one hart */
    bool precise;
    bool ledger;      /* the program has payload marks: loads and stores to RAM are looked at */
    bool loads_known; /* the program marks its device loads: all others are only checked after the fact */
    uint64_t watch_low, watch_bytes;
    uint64_t started_ns; /* host time; only for the summary */
};

extern struct plugin plugin;

/* instrument.c */
/** Registers the callbacks that see instructions. */
void instrument_install(qemu_plugin_id_t id);
/** @return the instructions that `hart` has started */
uint64_t instrument_retired(unsigned hart);
/** @return the hart that is running; `vcpu` is what QEMU handed to the callback */
unsigned instrument_hart(unsigned vcpu);
/** After any call of the engine: ends the process if the run is over, and notes when `hart` needs the next look. */
void instrument_settle(unsigned hart);
/** The engine asks the running hart to give way. */
void instrument_yield(void *context, unsigned hart);

/* access.c */
/** @return true for an address of the design's window, the harness page, or the gap between them */
bool access_in_carve_out(uint64_t address);
/** @return true if a callback sees the instruction before it executes */
bool access_is_seen_before(uint64_t pc, const uint8_t *code, size_t bytes);
/** Adds what is needed to see the loads and stores of one instruction. */
void access_instrument(struct qemu_plugin_insn *insn, uint64_t pc, const uint8_t *code, size_t bytes);

/* interrupt_controller.c */
/* The first three are the engine's operations (struct cosim_cpu). */
void controller_set_interrupt(void *context, unsigned wire, bool level);
uint64_t controller_woken_by(void *context, unsigned wire);
bool controller_interrupt_pending(void *context, unsigned hart);
/** A store to the PLIC has executed. */
void controller_store(unsigned hart, uint64_t offset, uint64_t value);
/** Before the next instruction of `hart`, at `pc`: was an interrupt that it expects taken, or is it late? */
void controller_check_taken(unsigned hart, uint64_t pc);
/** Instruction number `instruction` of `hart` started before an interrupt that came meanwhile: it is not late. */
void controller_excuse(unsigned hart, uint64_t instruction);
/** Writes what the PLIC says of each wire. */
void controller_describe(FILE *stream);

/* marks.c */
/** Reads the table of marks. @return false, with a message, if it is malformed */
bool marks_read(const char *path);
/** @return true if the table has payload marks */
bool marks_have_payloads(void);
/** @return true if the program says which of its loads are a device's */
bool marks_have_device_loads(void);
/** @return true if the load at `pc` is one of them */
bool marks_is_device_load(uint64_t pc);
/** @return true if `pc` is a mark */
bool marks_has(uint64_t pc);
/** Adds a callback if `pc` is a mark. */
void marks_instrument(struct qemu_plugin_insn *insn, uint64_t pc);

/* finish.c */
/** Writes the summary and, if the run did not pass, the diagnosis; then ends the process. */
_Noreturn void finish(void);
/** Ends the process if the run passes its limit of host time and does not heed it. Starts a thread. */
void watchdog_start(uint64_t milliseconds);
uint64_t host_nanoseconds(void);

#endif
