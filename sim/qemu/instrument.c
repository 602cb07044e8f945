/* SPDX-License-Identifier: MIT */
/*
 * Instructions: counts them one by one and calls the engine when it asked to be called.
 *
 * With one hart the count is an inline addition to a scoreboard, and QEMU calls back only when it reaches TRIGGER:
 * the scoreboard is set that far below TRIGGER that the engine's attention falls on it. QEMU 10.0 crashes on a
 * scoreboard for any hart but the first, and hands callbacks the index of the hart that translated the block; so with
 * several harts every instruction calls back, counts in memory of our own, and the hart is read from `mhartid`.
 */
#include "load_decode.h"
#include "plugin.h"
#include "registers.h"

#include <unistd.h>

static const uint64_t TRIGGER = UINT64_C(1) << 62;

static qemu_plugin_u64 budget;                                        /* one hart: counts up to TRIGGER */
static uint64_t budget_offset;                                        /* one hart: budget - retired */
static uint64_t retired[COSIM_HARTS_MAX], attention[COSIM_HARTS_MAX]; /* several harts */
static const void *time_control;

unsigned instrument_hart(unsigned vcpu)
{
    (void)vcpu;
    return plugin.several ? (unsigned)register_read(REGISTER_MHARTID) : 0;
}

uint64_t instrument_retired(unsigned hart)
{
    return plugin.several ? retired[hart] : qemu_plugin_u64_get(budget, 0) - budget_offset;
}

void instrument_settle(unsigned hart)
{
    if (cosim_engine_verdict(plugin.engine) != COSIM_RUNNING) {
        finish();
    }
    if (plugin.several) {
        /* What one hart did may have woken another, or given it an interrupt to look out for. */
        for (unsigned other = 0; other < plugin.configuration.harts; other++) {
            attention[other] = cosim_engine_attention(plugin.engine, other);
        }
        return;
    }
    uint64_t next = cosim_engine_attention(plugin.engine, hart);
    uint64_t now = instrument_retired(0);
    /* An engine that was told of fewer instructions than have started gets its look at the next one. */
    uint64_t left = next > now ? next - now : 1;
    budget_offset = TRIGGER - left - now;
    qemu_plugin_u64_set(budget, 0, TRIGGER - left);
}

void instrument_yield(void *context, unsigned hart)
{
    (void)context;
    (void)hart;
    /* A time that has passed makes QEMU leave the hart at the next block. A time to come would never return. */
    qemu_plugin_update_ns(time_control, 0);
}

static void look(unsigned hart, uint64_t pc)
{
    if (plugin.precise && cosim_engine_interrupt_expected(plugin.engine, hart)) {
        controller_check_taken(hart, pc);
    }
    cosim_engine_retire(plugin.engine, hart, instrument_retired(hart), pc);
    instrument_settle(hart);
}

/** One hart: the count came to where the engine wanted a look. */
static void on_attention(unsigned vcpu, void *user)
{
    (void)vcpu;
    look(0, (uint64_t)user);
}

/** Several harts: before every instruction. */
static void on_instruction(unsigned vcpu, void *user)
{
    unsigned hart = instrument_hart(vcpu);

    if (++retired[hart] >= attention[hart]) {
        look(hart, (uint64_t)user);
    }
}

static void on_wfi(unsigned vcpu, void *user)
{
    unsigned hart = instrument_hart(vcpu);

    if (plugin.several) {
        retired[hart]++;
    }
    cosim_engine_idle(plugin.engine, hart, instrument_retired(hart), (uint64_t)user);
    instrument_settle(hart);
}

static void count_inline(struct qemu_plugin_insn *insn, uint64_t instructions)
{
    qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_ADD_U64, budget, instructions);
}

/** @param before  instructions just before this one that have not been counted yet */
static void count(struct qemu_plugin_insn *insn, uint64_t before, void *user)
{
    if (plugin.several) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_instruction, QEMU_PLUGIN_CB_R_REGS, user);
        return;
    }
    count_inline(insn, before + 1);
    if (plugin.precise) {
        qemu_plugin_register_vcpu_insn_exec_cond_cb(insn, on_attention, QEMU_PLUGIN_CB_R_REGS, QEMU_PLUGIN_COND_GE,
                                                    budget, TRIGGER, user);
    }
}

/** The order of registration is the order of execution: marks and loads come before the instruction is counted. */
static void instrument(struct qemu_plugin_insn *insn, const uint8_t *code, size_t bytes, uint64_t before)
{
    uint64_t pc = qemu_plugin_insn_vaddr(insn);

    if (before != 0 && (marks_has(pc) || access_is_seen_before(pc, code, bytes))) {
        count_inline(insn, before); /* or the callback would find the hart's time behind */
        before = 0;
    }
    marks_instrument(insn, pc);
    access_instrument(insn, pc, code, bytes);
    if (!is_wfi(code, bytes)) {
        count(insn, before, (void *)pc);
        return;
    }
    if (!plugin.several) {
        count_inline(insn, before + 1);
    }
    qemu_plugin_register_vcpu_insn_exec_cb(insn, on_wfi, QEMU_PLUGIN_CB_R_REGS, (void *)pc);
}

/** @return true if nobody can tell when the instruction executes, so that it can be counted with those around it */
static bool counts_with_others(struct qemu_plugin_insn *insn, const uint8_t *code, size_t bytes)
{
    uint64_t pc = qemu_plugin_insn_vaddr(insn);

    return !plugin.several && !plugin.precise && is_computation(code, bytes) && !marks_has(pc) &&
           !access_in_carve_out(pc);
}

/**
 * A quantum on one hart: instructions that only compute cannot trap and are seen by nobody, so they are counted with
 * the next one that can, or at the block's end. A fault in the middle of a block does not charge what it cut off.
 */
static void instrument_block(struct qemu_plugin_tb *block)
{
    size_t count = qemu_plugin_tb_n_insns(block);
    uint64_t uncounted = 0;

    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
        uint8_t code[4] = {0};
        size_t bytes = qemu_plugin_insn_data(insn, code, sizeof code);
        if (!counts_with_others(insn, code, bytes)) {
            instrument(insn, code, bytes, uncounted);
            uncounted = 0;
            continue;
        }
        uncounted++;
        if (i + 1 == count) {
            count_inline(insn, uncounted);
        }
    }
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
    (void)id;
    if (!plugin.several && !plugin.precise) {
        uint64_t pc = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(block, 0));
        qemu_plugin_register_vcpu_tb_exec_cond_cb(block, on_attention, QEMU_PLUGIN_CB_R_REGS, QEMU_PLUGIN_COND_GE,
                                                  budget, TRIGGER, (void *)pc);
    }
    instrument_block(block);
}

static void on_vcpu_init(qemu_plugin_id_t id, unsigned vcpu)
{
    (void)id;
    if (vcpu != 0) {
        return;
    }
    if (!registers_find()) {
        _exit(STATUS_SETUP);
    }
    for (unsigned hart = 0; hart < plugin.configuration.harts; hart++) {
        instrument_settle(hart);
    }
}

void instrument_install(qemu_plugin_id_t id)
{
    budget = (qemu_plugin_u64){qemu_plugin_scoreboard_new(sizeof(uint64_t)), 0};
    time_control = qemu_plugin_request_time_control();
    qemu_plugin_register_vcpu_init_cb(id, on_vcpu_init);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
}
