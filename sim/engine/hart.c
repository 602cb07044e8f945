/* SPDX-License-Identifier: MIT */
/* A hart's time, and its accesses to the design. */
#include "internal.h"

#include <inttypes.h>

/* A look at least this often lets the CPU side see the host's clock while the design is quiet. */
static const uint64_t LONGEST_INATTENTION = 1000000;

uint64_t engine_hart_time(const struct cosim_engine *engine, unsigned hart)
{
    const struct hart *state = &engine->hart[hart];

    return state->retired + state->stall + state->idle;
}

struct cosim_hart_state cosim_engine_hart(const struct cosim_engine *engine, unsigned hart)
{
    const struct hart *state = &engine->hart[hart];

    return (struct cosim_hart_state){.retired = state->retired,
                                     .stall = state->stall,
                                     .idle = state->idle,
                                     .time = engine_hart_time(engine, hart),
                                     .pc = state->pc,
                                     .waiting = state->waiting};
}

void engine_hart_wake(struct cosim_engine *engine, unsigned hart, uint64_t cycle)
{
    struct hart *state = &engine->hart[hart];

    if (!state->waiting) {
        return;
    }
    uint64_t time = engine_hart_time(engine, hart);
    state->waiting = false;
    state->idle += cycle > time ? cycle - time : 0;
    time = engine_hart_time(engine, hart);
    engine_record(engine, time, COSIM_EVENT_HART_WAKE, hart, 0, time - state->idle_since, 0);
}

void engine_hart_sync(struct cosim_engine *engine, unsigned hart, uint64_t retired, uint64_t pc)
{
    struct hart *state = &engine->hart[hart];

    /* One that runs although no wire woke it has an interrupt that is not the design's: its time is now. */
    engine_hart_wake(engine, hart, engine->cycle);
    state->pc = pc;
    if (retired > state->retired) {
        state->retired = retired;
        state->instruction_start = engine_hart_time(engine, hart) - 1;
    }
    engine_clock_run(engine, engine_hart_time(engine, hart), false);
}

/** @return the smallest time of the harts that are awake, `hart` left out; UINT64_MAX if there is none */
static uint64_t slowest_other(const struct cosim_engine *engine, unsigned hart)
{
    uint64_t slowest = UINT64_MAX;

    for (unsigned other = 0; other < engine->config.harts; other++) {
        if (other != hart && !engine->hart[other].waiting && engine_hart_time(engine, other) < slowest) {
            slowest = engine_hart_time(engine, other);
        }
    }
    return slowest;
}

void engine_hart_end_at_limit(struct cosim_engine *engine, unsigned hart, uint64_t time, const char *meanwhile)
{
    engine_record(engine, time, COSIM_EVENT_RUN_CYCLE_LIMIT, hart, 0, engine->config.cycle_limit,
                  engine->hart[hart].pc);
    engine_end(engine, COSIM_CYCLE_LIMIT, "the run passed its limit of %" PRIu64 " cycles%s",
               engine->config.cycle_limit, meanwhile);
}

void engine_hart_balance(struct cosim_engine *engine, unsigned hart)
{
    uint64_t time = engine_hart_time(engine, hart);
    uint64_t slowest = slowest_other(engine, hart);

    if (engine->config.cycle_limit != 0 && time >= engine->config.cycle_limit) {
        engine_hart_end_at_limit(engine, hart, time, "");
        return;
    }
    engine_heed_stop(engine, hart);
    /* A wire waits for a hart that is behind: going on would let an instruction start that ought to see it. */
    if (slowest != UINT64_MAX && time > slowest && (time - slowest > engine->config.lead || engine->edge_count != 0)) {
        engine->cpu.yield(engine->cpu.context, hart);
    }
}

bool cosim_engine_retire(struct cosim_engine *engine, unsigned hart, uint64_t retired, uint64_t pc)
{
    if (engine->verdict != COSIM_RUNNING) {
        return false;
    }
    engine_hart_sync(engine, hart, retired, pc);
    engine_interrupts_deliver(engine);
    engine_hart_balance(engine, hart);
    return engine->verdict == COSIM_RUNNING;
}

uint64_t cosim_engine_attention(const struct cosim_engine *engine, unsigned hart)
{
    const struct hart *state = &engine->hart[hart];
    uint64_t time = engine_hart_time(engine, hart);
    uint64_t next = engine_clock_quiet(engine);
    uint64_t slowest;

    /* Quiet for n cycles means that the edge n + 1 cycles from the design's now may be the first to matter. */
    if (next != 0 && engine->cycle + next >= engine->cycle) {
        uint64_t wakes_at = engine->cycle + next;
        next = wakes_at > time ? wakes_at - time : 0;
    } else if (next != 0) {
        next = LONGEST_INATTENTION;
    }
    next = next < engine->config.quantum ? engine->config.quantum : next;
    next = next < LONGEST_INATTENTION ? next : LONGEST_INATTENTION;
    /* Every instruction counts until an interrupt that was delivered has been taken: its promptness is checked. */
    if (engine->edge_count != 0 || (state->interrupt_expected && engine->config.quantum == 1)) {
        next = 1;
    }
    slowest = engine->config.harts > 1 ? slowest_other(engine, hart) : UINT64_MAX;
    if (slowest != UINT64_MAX) {
        uint64_t allowed = slowest + engine->config.lead + 1;
        next = allowed > time && allowed - time < next ? allowed - time : next;
        next = allowed <= time ? 1 : next;
    }
    if (engine->config.cycle_limit > time && engine->config.cycle_limit - time < next) {
        next = engine->config.cycle_limit - time;
    }
    return state->retired + next;
}

/** Performs one transaction on the register port. @return its AXI response; the run is over if it never came */
static uint8_t transact(struct cosim_engine *engine, unsigned hart, bool write, uint64_t offset, uint64_t data,
                        uint8_t strobe, uint64_t bytes)
{
    uint64_t start = engine->cycle;
    uint64_t address = engine->config.window_base + offset;
    bool told = !write;

    axi_lite_manager_begin(&engine->manager, &engine->inputs.registers, write, offset, data, strobe, hart);
    engine_clock_settle(engine);
    while (!engine->manager.complete) {
        engine_clock_step(engine);
        if (engine->manager.accepted && !told) {
            engine_record(engine, engine->cycle, COSIM_EVENT_BUS_WRITE_ACCEPTED, hart, bytes, address, data);
            told = true;
        }
        if (!engine->manager.complete && engine->cycle - start >= engine->config.bus_limit) {
            engine_fail(engine, engine->cycle, COSIM_EVENT_CHECK_BUS_HANG, hart, write, address, engine->cycle - start);
            engine_end(engine, COSIM_FAIL, "the design did not answer a %s of 0x%" PRIx64 " within %" PRIu64 " cycles",
                       write ? "write" : "read", address, engine->config.bus_limit);
            return COSIM_AXI_SLVERR;
        }
    }
    return engine->manager.response;
}

/** Charges the hart the cycles that the design ran ahead of it: the transaction, and any wait for the bus. */
static void charge(struct cosim_engine *engine, unsigned hart)
{
    uint64_t time = engine_hart_time(engine, hart);

    engine->hart[hart].stall += engine->cycle > time ? engine->cycle - time : 0;
    engine_interrupts_deliver(engine);
    engine_hart_balance(engine, hart);
}

static void note_response(struct cosim_engine *engine, unsigned hart, uint8_t response, uint64_t address, uint64_t pc)
{
    if (response != COSIM_AXI_OKAY) {
        engine_fail_unless_expected(engine, engine->cycle, COSIM_EVENT_CHECK_BUS_ERROR, hart, response, address, pc);
    }
}

bool cosim_engine_read(struct cosim_engine *engine, unsigned hart, uint64_t retired, uint64_t address, unsigned bytes,
                       uint64_t pc, uint64_t *value)
{
    unsigned bus = engine->design->shape.register_bytes;
    uint64_t offset = address - engine->config.window_base;
    uint8_t response = COSIM_AXI_OKAY;

    *value = 0;
    if (engine->verdict != COSIM_RUNNING) {
        return false;
    }
    engine_hart_sync(engine, hart, retired, pc);
    engine_record(engine, engine->cycle, COSIM_EVENT_BUS_READ_ISSUE, hart, bytes, address, pc);
    engine->counters.bus_reads++;
    /* Wider than the bus: one transaction a word, the low one first; a design latches a pair's high word on it. */
    for (unsigned done = 0; done < bytes && engine->verdict == COSIM_RUNNING; done += bus) {
        uint64_t row = (offset + done) & ~(uint64_t)(bus - 1);
        uint8_t answer = transact(engine, hart, false, row, 0, 0, bytes);
        uint64_t lanes = engine->manager.data >> (8 * ((offset + done) - row));
        response = answer > response ? answer : response;
        *value |= lanes << (8 * done);
    }
    if (engine->verdict != COSIM_RUNNING) {
        return false; /* it was never answered */
    }
    if (bytes < 8) {
        *value &= (UINT64_C(1) << (8 * bytes)) - 1;
    }
    engine_record(engine, engine->cycle, COSIM_EVENT_BUS_READ_DONE, hart, response, address, *value);
    note_response(engine, hart, response, address, pc);
    charge(engine, hart);
    return engine->verdict == COSIM_RUNNING;
}

static void design_store(struct cosim_engine *engine, unsigned hart, uint64_t address, unsigned bytes, uint64_t value,
                         uint64_t pc)
{
    unsigned bus = engine->design->shape.register_bytes;
    uint64_t offset = address - engine->config.window_base;
    uint8_t response = COSIM_AXI_OKAY;

    engine_record(engine, engine->cycle, COSIM_EVENT_BUS_WRITE_ISSUE, hart, bytes, address, value);
    engine->counters.bus_writes++;
    for (unsigned done = 0; done < bytes && engine->verdict == COSIM_RUNNING; done += bus) {
        uint64_t row = (offset + done) & ~(uint64_t)(bus - 1);
        unsigned lane = (unsigned)((offset + done) - row);
        unsigned part = bytes - done < bus ? bytes - done : bus;
        uint64_t lanes = UINT64_MAX >> (64 - 8 * part);
        uint64_t data = ((value >> (8 * done)) & lanes) << (8 * lane);
        uint8_t answer = transact(engine, hart, true, row, data, (uint8_t)(((1u << part) - 1) << lane), part);
        response = answer > response ? answer : response;
    }
    if (engine->verdict != COSIM_RUNNING) {
        return; /* it was never answered */
    }
    engine_record(engine, engine->cycle, COSIM_EVENT_BUS_WRITE_DONE, hart, response, address, pc);
    note_response(engine, hart, response, address, pc);
    charge(engine, hart);
}

bool cosim_engine_write(struct cosim_engine *engine, unsigned hart, uint64_t retired, uint64_t address, unsigned bytes,
                        uint64_t value, uint64_t pc)
{
    if (engine->verdict != COSIM_RUNNING) {
        return false;
    }
    engine_hart_sync(engine, hart, retired, pc);
    if (address - engine->config.harness_base < COSIM_HARNESS_BYTES) {
        engine_harness_store(engine, hart, address - engine->config.harness_base, bytes, value, pc);
    } else {
        design_store(engine, hart, address, bytes, value, pc);
    }
    return engine->verdict == COSIM_RUNNING;
}

void cosim_engine_refuse(struct cosim_engine *engine, unsigned hart, uint64_t retired, enum cosim_refusal reason,
                         uint64_t address, uint64_t pc)
{
    if (engine->verdict != COSIM_RUNNING) {
        return;
    }
    engine_hart_sync(engine, hart, retired, pc);
    engine_fail_unless_expected(engine, engine_hart_time(engine, hart), COSIM_EVENT_CHECK_REFUSED, hart, reason,
                                address, pc);
}

void cosim_engine_mark(struct cosim_engine *engine, unsigned hart, uint64_t retired, uint32_t index, uint64_t first,
                       uint64_t second)
{
    if (engine->verdict != COSIM_RUNNING) {
        return;
    }
    engine_hart_sync(engine, hart, retired, engine->hart[hart].pc);
    engine_record(engine, engine_hart_time(engine, hart), COSIM_EVENT_MARK, hart, index, first, second);
}
