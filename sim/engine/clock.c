/* SPDX-License-Identifier: MIT */
/*
 * Lets the design's clock run.
 *
 * The design is always settled between calls: `outputs` holds what it drives into the coming edge. While a bus port
 * moves, every cycle goes through the bus models; while none does, the design runs many cycles in one call; while it
 * is quiet, cycles are skipped. Which of the three is taken depends on the design's state alone and never on how far
 * a caller asked it to run, so that the number of random draws, and with it every event, is the same in each.
 */
#include "internal.h"

static bool bus_output_valid(const struct cosim_design_outputs *outputs)
{
    return outputs->registers.bvalid || outputs->registers.rvalid || outputs->memory.aw.valid ||
           outputs->memory.ar.valid || outputs->memory.wvalid;
}

static bool trace_is_valid(const struct cosim_engine *engine)
{
    for (unsigned lane = 0; lane < engine->design->shape.trace_lane_count; lane++) {
        if (engine->outputs.trace[lane].valid) {
            return true;
        }
    }
    return false;
}

/** @return true if no port moves; a cycle whose trace is to be recorded is never one of many */
static bool ports_are_idle(const struct cosim_engine *engine)
{
    return !engine->manager.active && !bus_output_valid(&engine->outputs) && !trace_is_valid(engine) &&
           axi_memory_is_idle(&engine->memory, &engine->inputs.memory);
}

/** Opens and closes the wave so that it holds the cycles that were asked for. */
static void wave_follow(struct cosim_engine *engine)
{
    const struct cosim_config *config = &engine->config;

    if (!engine->wave_open && !engine->wave_done && engine->cycle >= config->wave_start) {
        engine->wave_open = engine->design->wave_open(engine->instance, engine->wave_path);
        engine->wave_done = !engine->wave_open;
    }
    if (engine->wave_open && engine->cycle >= config->wave_end) {
        engine->design->wave_close(engine->instance);
        engine->wave_open = false;
        engine->wave_done = true;
    }
}

/** @return cycles until the wave must be opened or closed; a run must not pass it */
static uint64_t wave_bound(const struct cosim_engine *engine)
{
    if (engine->wave_path == NULL || engine->wave_done) {
        return UINT64_MAX;
    }
    return (engine->wave_open ? engine->config.wave_end : engine->config.wave_start) - engine->cycle;
}

static void after_cycles(struct cosim_engine *engine, uint64_t cycles)
{
    engine->cycle += cycles;
    engine_interrupts_sample(engine);
    if (engine->wave_path != NULL && !engine->wave_done) {
        wave_follow(engine);
    }
}

void engine_clock_reset(struct cosim_engine *engine)
{
    /* Ready before the first request, as a memory without back-pressure is. */
    engine->inputs.memory.arready = engine->inputs.memory.awready = true;
    engine->design->reset(engine->instance, 4);
    engine_clock_settle(engine);
    after_cycles(engine, 0);
}

void engine_clock_settle(struct cosim_engine *engine)
{
    engine->design->settle(engine->instance, &engine->inputs, &engine->outputs);
}

static void tell_recorder(struct cosim_engine *engine, uint64_t cycles)
{
    if (engine->config.recorder.record != NULL) {
        engine->config.recorder.record(engine->config.recorder.context, cycles, &engine->inputs);
    }
}

/** What the design says it does in the cycle that the coming edge ends. */
static void record_trace(struct cosim_engine *engine)
{
    for (unsigned lane = 0; lane < engine->design->shape.trace_lane_count; lane++) {
        const struct cosim_trace_lane *trace = &engine->outputs.trace[lane];
        if (trace->valid) {
            engine_record(engine, engine->cycle, COSIM_EVENT_DESIGN_TRACE, trace->kind, trace->channel, trace->value,
                          lane);
        }
    }
}

void engine_clock_step(struct cosim_engine *engine)
{
    tell_recorder(engine, 1);
    record_trace(engine);
    axi_rules_edge(&engine->rules, &engine->inputs, &engine->outputs);
    engine->design->edge(engine->instance);
    axi_lite_manager_edge(&engine->manager, &engine->inputs.registers, &engine->outputs.registers);
    if (engine->design->shape.memory_bytes != 0) {
        axi_memory_edge(&engine->memory, &engine->inputs.memory, &engine->outputs.memory, engine->cycle + 1);
    }
    engine_clock_settle(engine);
    engine->counters.rtl_run++;
    after_cycles(engine, 1);
}

bool engine_clock_knows_quiet(const struct cosim_engine *engine)
{
    return engine->design->shape.has_quiet && !engine->config.ignore_quiet;
}

/** Cycles that may be skipped now. The wave, if one is being written, must show them. */
static uint64_t skippable(const struct cosim_engine *engine)
{
    if (!engine->config.skip || !engine_clock_knows_quiet(engine) || engine->wave_open) {
        return 0;
    }
    return engine->outputs.quiet_cycles;
}

static void run_idle(struct cosim_engine *engine, uint64_t cycles)
{
    uint64_t skip = skippable(engine);

    engine->memory_error_covered = false;
    axi_rules_idle(&engine->rules, &engine->outputs);
    if (skip != 0) {
        skip = skip < cycles ? skip : cycles;
        engine->design->skip(engine->instance, skip, &engine->outputs);
        tell_recorder(engine, skip);
        engine->counters.rtl_skipped += skip;
        after_cycles(engine, skip);
        return;
    }
    uint64_t ran = engine->design->run(engine->instance, cycles, &engine->outputs);
    tell_recorder(engine, ran);
    engine->counters.rtl_run += ran;
    after_cycles(engine, ran);
}

void engine_clock_run(struct cosim_engine *engine, uint64_t cycle, bool until_edge)
{
    unsigned edges = engine->edge_count;

    while (engine->cycle < cycle && !(until_edge && engine->edge_count != edges)) {
        uint64_t left = cycle - engine->cycle;
        uint64_t bound = wave_bound(engine);
        if (!ports_are_idle(engine)) {
            engine_clock_step(engine);
        } else {
            run_idle(engine, left < bound ? left : bound);
        }
    }
}

uint64_t engine_clock_quiet(const struct cosim_engine *engine)
{
    /* What the design says, whether it is skipped or not: the looks fall on the same instructions in both. */
    return ports_are_idle(engine) && engine_clock_knows_quiet(engine) ? engine->outputs.quiet_cycles : 0;
}

uint64_t cosim_engine_cycle(const struct cosim_engine *engine)
{
    return engine->cycle;
}

const struct cosim_design_outputs *cosim_engine_outputs(const struct cosim_engine *engine)
{
    return &engine->outputs;
}
