/* SPDX-License-Identifier: MIT */
/* WFI: what a hart that waits does to time, and the dead-lock that nobody can leave. */
#include "internal.h"

/* The host's limit is heeded at least this often while the design runs and every hart waits. */
static const uint64_t LONGEST_RUN = 100000;

static bool anyone_awake(const struct cosim_engine *engine)
{
    for (unsigned hart = 0; hart < engine->config.harts; hart++) {
        if (!engine->hart[hart].waiting) {
            return true;
        }
    }
    return false;
}

/** @return true if neither the design nor a wire that is still to be delivered can ever wake a hart */
static bool nothing_can_happen(const struct cosim_engine *engine, uint64_t waited)
{
    if (engine->edge_count != 0) {
        return false;
    }
    return engine_clock_quiet(engine) == UINT64_MAX || waited >= engine->config.idle_limit;
}

static void dead_lock(struct cosim_engine *engine, unsigned hart, uint64_t since)
{
    engine_record(engine, engine->cycle, COSIM_EVENT_RUN_DEAD_LOCK, hart, 0, engine->cycle - since, engine->wires);
    engine_end(engine, COSIM_DEAD_LOCK,
               "dead-lock: every hart is in WFI, and nothing in the design is armed that could wake one");
}

/** All harts wait: runs the design until a wire wakes one. */
static void run_until_someone_wakes(struct cosim_engine *engine, unsigned hart)
{
    uint64_t since = engine->cycle;
    uint64_t limit = engine->config.cycle_limit != 0 ? engine->config.cycle_limit : UINT64_MAX;
    uint64_t waited = 0; /* cycles; a wait that ends with the design quiet counts as one, be it ever so long */

    engine_interrupts_deliver(engine);
    while (!anyone_awake(engine) && engine->verdict == COSIM_RUNNING) {
        uint64_t begun = engine->cycle, left = engine->config.idle_limit - waited;
        uint64_t bound = begun + (left != 0 && left < LONGEST_RUN ? left : LONGEST_RUN);
        engine_heed_stop(engine, hart);
        if (engine->verdict != COSIM_RUNNING) {
            return;
        }
        if (engine->cycle >= limit) {
            engine_hart_end_at_limit(engine, hart, engine->cycle, " while every hart waited");
        } else if (nothing_can_happen(engine, waited)) {
            dead_lock(engine, hart, since);
        } else {
            engine_clock_run(engine, bound < limit ? bound : limit, true);
            waited += engine_clock_knows_quiet(engine) && engine->outputs.quiet_cycles != 0 ? 1 : engine->cycle - begun;
            engine_interrupts_deliver(engine);
        }
    }
}

enum cosim_idle cosim_engine_idle(struct cosim_engine *engine, unsigned hart, uint64_t retired, uint64_t pc)
{
    struct hart *state = &engine->hart[hart];

    if (engine->verdict != COSIM_RUNNING) {
        return COSIM_IDLE_ENDED;
    }
    engine_hart_sync(engine, hart, retired, pc);
    engine_interrupts_deliver(engine);
    if (engine->cpu.interrupt_pending(engine->cpu.context, hart)) {
        return COSIM_IDLE_RUNS_ON;
    }
    state->waiting = true;
    state->idle_since = engine_hart_time(engine, hart);
    engine_record(engine, state->idle_since, COSIM_EVENT_HART_IDLE, hart, 0, retired, pc);
    if (anyone_awake(engine)) {
        return COSIM_IDLE_HALTS;
    }
    run_until_someone_wakes(engine, hart);
    if (engine->verdict != COSIM_RUNNING) {
        return COSIM_IDLE_ENDED;
    }
    return state->waiting ? COSIM_IDLE_HALTS : COSIM_IDLE_RUNS_ON;
}
