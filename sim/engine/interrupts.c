/* SPDX-License-Identifier: MIT */
/*
 * Interrupt wires and probes: what the design changed is recorded at the cycle of its edge, and reaches the CPU's
 * interrupt controller when the harts that it can wake have come to that cycle.
 */
#include "internal.h"

static void sample_probes(struct cosim_engine *engine)
{
    for (unsigned i = 0; i < engine->design->shape.probe_count; i++) {
        if (engine->outputs.probes[i] != engine->probes[i]) {
            engine_record(engine, engine->cycle, COSIM_EVENT_PROBE, i, 0, engine->outputs.probes[i], engine->probes[i]);
            engine->probes[i] = engine->outputs.probes[i];
        }
    }
}

void engine_interrupts_sample(struct cosim_engine *engine)
{
    uint64_t changed = engine->outputs.interrupts ^ engine->wires;

    sample_probes(engine);
    if (changed == 0) {
        return;
    }
    engine->wires = engine->outputs.interrupts;
    for (unsigned wire = 0; wire < engine->design->shape.interrupt_count; wire++) {
        if (((changed >> wire) & 1) == 0) {
            continue;
        }
        bool level = (engine->wires >> wire) & 1;
        engine_record(engine, engine->cycle, COSIM_EVENT_IRQ_WIRE, wire, level, 0, 0);
        engine->counters.irq_edges++;
        if (engine->edge_count == EDGES_MAX) {
            engine_end(engine, COSIM_FAIL, "interrupt wire %u changed more than %d times in one quantum of %llu", wire,
                       EDGES_MAX, (unsigned long long)engine->config.quantum);
            return;
        }
        engine->edge[(engine->first_edge + engine->edge_count++) % EDGES_MAX] =
            (struct edge){.cycle = engine->cycle, .wire = (uint8_t)wire, .level = level};
    }
}

/** A hart that is awake and could take the interrupt must not see it before its own time has come to the edge. */
static bool is_due(const struct cosim_engine *engine, const struct edge *edge, uint64_t woken)
{
    for (unsigned hart = 0; hart < engine->config.harts; hart++) {
        if (((woken >> hart) & 1) != 0 && !engine->hart[hart].waiting && engine_hart_time(engine, hart) < edge->cycle) {
            return false;
        }
    }
    return true;
}

/** An interrupt was seen `late` instructions after it could have been; in precise mode, more than none is a failure. */
static void note_lateness(struct cosim_engine *engine, unsigned hart, uint64_t late, uint64_t edge, uint64_t pc)
{
    if (late > engine->counters.max_skew_instructions) {
        engine->counters.max_skew_instructions = late;
    }
    if (late != 0 && engine->config.quantum == 1) {
        engine_fail(engine, engine_hart_time(engine, hart), COSIM_EVENT_CHECK_INTERRUPT_LATE, hart, late, edge, pc);
    }
}

/**
 * In precise mode no instruction may start between the edge and its delivery: the newest one must have started
 * before the edge.
 */
static void check_promptness(struct cosim_engine *engine, const struct edge *edge, unsigned hart)
{
    const struct hart *state = &engine->hart[hart];

    if (state->instruction_start < edge->cycle || state->retired == 0) {
        return;
    }
    uint64_t late = 1 + (state->instruction_start - edge->cycle);
    note_lateness(engine, hart, late, edge->cycle, state->pc);
}

static void deliver(struct cosim_engine *engine, const struct edge *edge, uint64_t woken)
{
    uint64_t skew = 0;

    engine->cpu.set_interrupt(engine->cpu.context, edge->wire, edge->level);
    for (unsigned hart = 0; hart < engine->config.harts; hart++) {
        struct hart *state = &engine->hart[hart];
        if (((woken >> hart) & 1) == 0) {
            continue;
        }
        if (!state->waiting) {
            uint64_t time = engine_hart_time(engine, hart);
            skew = time > edge->cycle && time - edge->cycle > skew ? time - edge->cycle : skew;
            check_promptness(engine, edge, hart);
        }
        if (edge->level) {
            engine_hart_wake(engine, hart, edge->cycle);
            state->interrupt_expected = true;
            uint64_t time = engine_hart_time(engine, hart);
            state->expected_edge = edge->cycle < time ? edge->cycle : time;
        } else if (engine->wires == 0) {
            state->interrupt_expected = false; /* software silenced the design before it took the interrupt */
        }
    }
    if (skew > engine->counters.max_skew_cycles) {
        engine->counters.max_skew_cycles = skew;
    }
    engine_record(engine, edge->cycle + skew, COSIM_EVENT_IRQ_DELIVERED, edge->wire, edge->level, edge->cycle, skew);
}

void engine_interrupts_deliver(struct cosim_engine *engine)
{
    uint64_t early = 0;
    unsigned kept = 0;

    /* A wire's rise and fall must reach the controller in order; one wire need not wait for another. */
    for (unsigned i = 0; i < engine->edge_count; i++) {
        struct edge edge = engine->edge[(engine->first_edge + i) % EDGES_MAX];
        uint64_t wire = UINT64_C(1) << edge.wire;
        uint64_t woken = engine->cpu.woken_by(engine->cpu.context, edge.wire);
        if ((early & wire) != 0 || !is_due(engine, &edge, woken)) {
            early |= wire;
            engine->edge[(engine->first_edge + kept++) % EDGES_MAX] = edge;
        } else {
            deliver(engine, &edge, woken);
        }
    }
    engine->edge_count = kept;
}

/** @return true if a change of `wire` is still to be delivered */
static bool is_to_change(const struct cosim_engine *engine, unsigned wire)
{
    for (unsigned i = 0; i < engine->edge_count; i++) {
        if (engine->edge[(engine->first_edge + i) % EDGES_MAX].wire == wire) {
            return true;
        }
    }
    return false;
}

void cosim_engine_interrupt_completed(struct cosim_engine *engine, unsigned hart, uint64_t retired, unsigned wire)
{
    if (engine->verdict != COSIM_RUNNING) {
        return;
    }
    engine_hart_sync(engine, hart, retired, engine->hart[hart].pc);
    engine_interrupts_deliver(engine);
    /* A change that is still to be delivered will say itself that the wire is high. */
    if (!is_to_change(engine, wire) && ((engine->wires >> wire) & 1) != 0) {
        struct edge again = {.cycle = engine->cycle, .wire = (uint8_t)wire, .level = true};
        deliver(engine, &again, engine->cpu.woken_by(engine->cpu.context, wire));
    }
}

void cosim_engine_interrupt_taken(struct cosim_engine *engine, unsigned hart, unsigned late, uint64_t pc)
{
    struct hart *state = &engine->hart[hart];

    state->interrupt_expected = false;
    engine_record(engine, engine_hart_time(engine, hart), COSIM_EVENT_IRQ_TAKEN, hart, late, state->expected_edge, pc);
    note_lateness(engine, hart, late, state->expected_edge, pc);
}

bool cosim_engine_interrupt_expected(const struct cosim_engine *engine, unsigned hart)
{
    return engine->hart[hart].interrupt_expected;
}
