/* SPDX-License-Identifier: MIT */
/*
 * Loads and stores. The design's registers and the harness page are a carve-out of guest RAM: a load is performed on
 * the bus just before it executes, and its value left in RAM for it to pick up; a store is seen, with its value, just
 * after. What cannot be done that way is refused with its program counter, never given a silent wrong value.
 */
#include "load_decode.h"
#include "plugin.h"
#include "registers.h"

#include <string.h>

bool access_in_carve_out(uint64_t address)
{
    return address - WINDOW_BASE < CARVE_OUT_BYTES;
}

static bool in_window(uint64_t address)
{
    return address - WINDOW_BASE < plugin.design->shape.window_bytes;
}

static bool in_harness(uint64_t address)
{
    return address - HARNESS_BASE < COSIM_HARNESS_BYTES;
}

static void refuse(unsigned hart, enum cosim_refusal reason, uint64_t address, uint64_t pc)
{
    cosim_engine_refuse(plugin.engine, hart, instrument_retired(hart), reason, address, pc);
    instrument_settle(hart);
}

/* A load site in one word: program counter, offset, base register, log2 of the bytes. */
static void *pack(uint64_t pc, const struct load *load)
{
    uint64_t shift = (uint64_t)__builtin_ctz(load->bytes);

    return (void *)(pc << 20 | (uint64_t)((uint16_t)load->offset & 0xfff) << 8 | (uint64_t)load->base << 2 | shift);
}

static void bus_load(unsigned vcpu, uint64_t address, unsigned bytes, uint64_t pc)
{
    unsigned hart = instrument_hart(vcpu);
    uint64_t value = 0;

    if (!in_window(address)) {
        refuse(hart, COSIM_REFUSED_LOAD, address, pc);
    } else if (address % bytes != 0) {
        refuse(hart, COSIM_REFUSED_MISALIGNED, address, pc);
    } else {
        bool expected = cosim_engine_interrupt_expected(plugin.engine, hart);
        cosim_engine_read(plugin.engine, hart, instrument_retired(hart), address, bytes, pc, &value);
        /* A wire that rose during this load's own wait states cannot be taken before the load is done. */
        if (!expected && cosim_engine_interrupt_expected(plugin.engine, hart)) {
            controller_excuse(hart, instrument_retired(hart) + 1);
        }
    }
    memcpy(plugin.ram + (address - RAM_BASE), &value, bytes);
    instrument_settle(hart);
}

/** Before a decoded load executes. */
static void on_load(unsigned vcpu, void *user)
{
    uint64_t site = (uint64_t)user;
    int64_t offset = (int64_t)(site << 44) >> 52; /* bits 8 to 19, with sign */
    uint64_t address = register_read((unsigned)(site >> 2) & 31) + (uint64_t)offset;

    /* Loads from the harness page find in RAM what was put there before the start. */
    if (access_in_carve_out(address) && !in_harness(address)) {
        bus_load(vcpu, address, 1u << (site & 3), site >> 20);
    }
}

static void watched(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t address, uint64_t pc)
{
    unsigned hart = instrument_hart(vcpu);

    cosim_engine_access(plugin.engine, hart, instrument_retired(hart), qemu_plugin_mem_is_store(info), address,
                        1u << qemu_plugin_mem_size_shift(info), pc);
    instrument_settle(hart);
}

/** After a load from memory that was decoded: only the ledger wants it. */
static void on_watched_load(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *user)
{
    if (address - plugin.watch_low < plugin.watch_bytes) {
        watched(vcpu, info, address, (uint64_t)user);
    }
}

/** After a load whose address was not known before: it must not have been the design's. */
static void on_other_load(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *user)
{
    if (access_in_carve_out(address)) {
        refuse(instrument_hart(vcpu), COSIM_REFUSED_LOAD, address, (uint64_t)user);
    } else {
        on_watched_load(vcpu, info, address, user);
    }
}

static uint64_t stored_value(const qemu_plugin_mem_value *value)
{
    switch (value->type) {
    case 0:
        return value->data.u8;
    case 1:
        return value->data.u16;
    case 2:
        return value->data.u32;
    default:
        return value->data.u64;
    }
}

static void carve_out_store(unsigned hart, qemu_plugin_meminfo_t info, uint64_t address, uint64_t pc)
{
    qemu_plugin_mem_value value = qemu_plugin_mem_get_value(info);
    unsigned bytes = 1u << qemu_plugin_mem_size_shift(info);

    if (bytes > 8) {
        refuse(hart, COSIM_REFUSED_WIDE_STORE, address, pc);
    } else if (address % bytes != 0) {
        refuse(hart, COSIM_REFUSED_MISALIGNED, address, pc);
    } else if (!in_window(address) && !in_harness(address)) {
        refuse(hart, COSIM_REFUSED_HARNESS, address, pc);
    } else {
        cosim_engine_write(plugin.engine, hart, instrument_retired(hart), address, bytes, stored_value(&value), pc);
        instrument_settle(hart);
    }
}

static void on_store(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *user)
{
    if (access_in_carve_out(address)) {
        carve_out_store(instrument_hart(vcpu), info, address, (uint64_t)user);
    } else if (address - PLIC_BASE < PLIC_BYTES) {
        qemu_plugin_mem_value value = qemu_plugin_mem_get_value(info);
        unsigned hart = instrument_hart(vcpu);
        controller_store(hart, address - PLIC_BASE, stored_value(&value));
        instrument_settle(hart);
    } else if (address - plugin.watch_low < plugin.watch_bytes) {
        watched(vcpu, info, address, (uint64_t)user);
    }
}

/** LR, SC and AMO: each half is a memory access of its own. */
static void on_atomic(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *user)
{
    if (!access_in_carve_out(address)) {
        on_watched_load(vcpu, info, address, user);
    } else if (!qemu_plugin_mem_is_store(info)) {
        refuse(instrument_hart(vcpu), COSIM_REFUSED_ATOMIC, address, (uint64_t)user);
    }
}

static void on_fetch(unsigned vcpu, void *user)
{
    refuse(instrument_hart(vcpu), COSIM_REFUSED_FETCH, (uint64_t)user, (uint64_t)user);
}

/** To know a load's address before it executes costs a register read each time. A program that marks its device loads
 * pays that for them alone; any other load that turns out to have been a device's is refused. */
static bool is_performed_before(uint64_t pc, const uint8_t *code, size_t bytes, struct load *load)
{
    return load_decode(code, bytes, load) && (!plugin.loads_known || marks_is_device_load(pc));
}

bool access_is_seen_before(uint64_t pc, const uint8_t *code, size_t bytes)
{
    struct load load;

    return access_in_carve_out(pc) || is_performed_before(pc, code, bytes, &load);
}

void access_instrument(struct qemu_plugin_insn *insn, uint64_t pc, const uint8_t *code, size_t bytes)
{
    struct load load;
    void *user = (void *)pc;

    if (access_in_carve_out(pc)) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_fetch, QEMU_PLUGIN_CB_R_REGS, user);
    }
    if (is_atomic(code, bytes)) {
        qemu_plugin_register_vcpu_mem_cb(insn, on_atomic, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, user);
        return;
    }
    qemu_plugin_register_vcpu_mem_cb(insn, on_store, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_W, user);
    if (!is_performed_before(pc, code, bytes, &load)) {
        qemu_plugin_register_vcpu_mem_cb(insn, on_other_load, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_R, user);
        return;
    }
    qemu_plugin_register_vcpu_insn_exec_cb(insn, on_load, QEMU_PLUGIN_CB_R_REGS, pack(pc, &load));
    if (plugin.ledger) {
        qemu_plugin_register_vcpu_mem_cb(insn, on_watched_load, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_R, user);
    }
}
