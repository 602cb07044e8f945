/* SPDX-License-Identifier: MIT */
/* Puts an engine together, and ends it. */
#include "internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *config_error(const struct cosim_config *config, const struct cosim_design *design)
{
    if (design->abi != COSIM_DESIGN_ABI) {
        return "the design was built for another version of the design ABI; build it again";
    }
    if (config->harts < 1 || config->harts > COSIM_HARTS_MAX) {
        return "harts must be 1 to 8";
    }
    if (config->quantum < 1) {
        return "quantum must be 1 instruction (precise) or more";
    }
    if (config->back_pressure > 90) {
        return "back-pressure must be 0 to 90 percent, or the bus would hardly move";
    }
    if (config->bus_limit == 0 || config->idle_limit == 0) {
        return "the limits of bus transactions and of idling must be at least one cycle";
    }
    if (design->shape.register_bytes != 4 && design->shape.register_bytes != 8) {
        return "a design's register port must be 4 or 8 bytes wide";
    }
    if (design->shape.memory_bytes != 0 &&
        (design->shape.memory_bytes < 4 || design->shape.memory_bytes > 8 * COSIM_DESIGN_DATA_WORDS ||
         (design->shape.memory_bytes & (design->shape.memory_bytes - 1)) != 0)) {
        return "a design's memory port must be 4, 8, 16, 32 or 64 bytes wide";
    }
    if (design->shape.interrupt_count > COSIM_DESIGN_INTERRUPTS_MAX ||
        design->shape.probe_count > COSIM_DESIGN_PROBES_MAX ||
        design->shape.trace_lane_count > COSIM_DESIGN_TRACE_LANES_MAX) {
        return "a design has at most 64 interrupt wires, 32 probes and 8 trace lanes";
    }
    if (config->wave_path != NULL && config->wave_start >= config->wave_end) {
        return "the wave must end after it starts";
    }
    return NULL;
}

static void on_assertion(void *context, const char *file, unsigned line, const char *message)
{
    struct cosim_engine *engine = context;
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a, 64 bits: names the file without its host path */
    const char *slash = strrchr(file, '/');

    (void)message;
    for (const char *c = slash != NULL ? slash + 1 : file; *c != 0; c++) {
        hash = (hash ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
    }
    engine_fail(engine, engine->cycle, COSIM_EVENT_CHECK_ASSERTION, 0, line, hash, 0);
}

static void on_rule(void *context, unsigned port, enum axi_rule rule, uint64_t first_value, uint64_t second_value)
{
    struct cosim_engine *engine = context;

    engine_fail(engine, engine->cycle + 1, COSIM_EVENT_CHECK_AXI_RULE, port, rule, first_value, second_value);
}

static void on_burst(void *context, bool write, uint32_t id, uint64_t address, unsigned beats, uint64_t bytes)
{
    struct cosim_engine *engine = context;

    engine_record(engine, engine->cycle + 1, write ? COSIM_EVENT_DMA_WRITE_BURST : COSIM_EVENT_DMA_READ_BURST, id,
                  beats, address, bytes);
}

static void on_burst_done(void *context, bool write, uint32_t id, uint8_t response, uint64_t address, uint64_t bytes)
{
    struct cosim_engine *engine = context;

    engine_record(engine, engine->cycle + 1, write ? COSIM_EVENT_DMA_WRITE_DONE : COSIM_EVENT_DMA_READ_DONE, id,
                  response, address, bytes);
    if (response == COSIM_AXI_OKAY) {
        return;
    }
    if (engine->memory_error_covered) {
        engine_record(engine, engine->cycle + 1, COSIM_EVENT_CHECK_MEMORY_ERROR, write, response | 256u, address,
                      bytes);
        return;
    }
    /* One announcement covers a transfer: bursts that were under way when it failed fail as well. */
    engine->memory_error_covered = engine->errors_expected != 0;
    engine_fail_unless_expected(engine, engine->cycle + 1, COSIM_EVENT_CHECK_MEMORY_ERROR, write, response, address,
                                bytes);
}

static void on_beat(void *context, bool write, uint64_t address, unsigned bytes)
{
    struct cosim_engine *engine = context;
    uint64_t *count = write ? &engine->counters.dma_bytes_written : &engine->counters.dma_bytes_read;

    *count += bytes;
    engine_payload_dma(engine, write, address, bytes);
}

static void start(struct cosim_engine *engine)
{
    const struct cosim_config *config = &engine->config;
    struct axi_memory_config memory = {
        .ram = config->ram,
        .base = config->ram_base,
        .bytes = config->ram_bytes,
        .bus_bytes = engine->design->shape.memory_bytes,
        .latency = config->memory_latency,
        .back_pressure = config->back_pressure,
        .seed = config->seed,
        .listener = {.context = engine, .burst = on_burst, .done = on_burst_done, .beat = on_beat}};

    engine->watch_low = UINT64_MAX;
    axi_lite_manager_init(&engine->manager, config->back_pressure, ~config->seed);
    axi_memory_init(&engine->memory, &memory);
    axi_rules_init(&engine->rules, engine->design->shape.memory_bytes, engine, on_rule);
    engine_record(engine, 0, COSIM_EVENT_RUN_START, config->harts, config->quantum, config->seed, config->quantum == 1);
    engine_clock_reset(engine);
}

struct cosim_engine *cosim_engine_create(const struct cosim_config *config, const struct cosim_design *design,
                                         const struct cosim_cpu *cpu, const char **error)
{
    struct cosim_engine *engine;

    *error = config_error(config, design);
    if (*error != NULL) {
        return NULL;
    }
    engine = calloc(1, sizeof *engine);
    if (engine == NULL) {
        *error = "out of memory";
        return NULL;
    }
    struct cosim_design_listener listener = {.context = engine, .assertion = on_assertion};
    engine->config = *config;
    engine->design = design;
    engine->cpu = *cpu;
    engine->config.wave_path = NULL; /* the caller's string need not outlive this call */
    engine->wave_path = config->wave_path != NULL ? strdup(config->wave_path) : NULL;
    engine->instance = design->create(&listener);
    if (engine->instance == NULL || (config->wave_path != NULL && engine->wave_path == NULL)) {
        *error = "the design could not be created: out of memory";
        if (engine->instance != NULL) {
            design->destroy(engine->instance);
        }
        free(engine->wave_path);
        free(engine);
        return NULL;
    }
    start(engine);
    return engine;
}

void cosim_engine_destroy(struct cosim_engine *engine)
{
    if (engine->wave_open) {
        engine->design->wave_close(engine->instance);
    }
    engine->design->destroy(engine->instance);
    free(engine->wave_path);
    free(engine);
}

void cosim_engine_request_stop(struct cosim_engine *engine, uint64_t milliseconds)
{
    atomic_store(&engine->stop_requested, milliseconds);
}

void engine_heed_stop(struct cosim_engine *engine, unsigned hart)
{
    uint64_t milliseconds = atomic_load_explicit(&engine->stop_requested, memory_order_relaxed);

    if (milliseconds == 0 || engine->verdict != COSIM_RUNNING) {
        return;
    }
    /* The host's clock decides when this comes: the event file of such a run is the only one that may differ. */
    engine_record(engine, engine_hart_time(engine, hart), COSIM_EVENT_RUN_TIME_LIMIT, hart, 0, milliseconds,
                  engine->hart[hart].pc);
    engine_end(engine, COSIM_TIME_LIMIT, "the run passed its limit of %" PRIu64 " ms of host time", milliseconds);
}
