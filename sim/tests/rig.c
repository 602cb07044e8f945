/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void record(void *context, const struct cosim_event *event)
{
    struct rig *rig = context;

    if (rig->event_count == rig->event_capacity) {
        rig->event_capacity = rig->event_capacity == 0 ? 1024 : 2 * rig->event_capacity;
        rig->events = realloc(rig->events, rig->event_capacity * sizeof *rig->events);
        assert_non_null(rig->events);
    }
    rig->events[rig->event_count++] = *event;
}

uint8_t rig_ram_byte(uint64_t offset)
{
    return (uint8_t)(offset + (offset >> 8));
}

void rig_init(struct rig *rig, unsigned harts)
{
    memset(rig, 0, sizeof *rig);
    rig->options = fake_options_default();
    rig->ram = malloc(CPU_RAM_BYTES);
    assert_non_null(rig->ram);
    for (uint64_t offset = 0; offset < CPU_RAM_BYTES; offset++) {
        rig->ram[offset] = rig_ram_byte(offset);
    }
    rig->config = (struct cosim_config){.harts = harts,
                                        .quantum = 1,
                                        .lead = 50,
                                        .bus_limit = RIG_BUS_LIMIT,
                                        .idle_limit = RIG_IDLE_LIMIT,
                                        .seed = 1,
                                        .skip = true,
                                        .window_base = CPU_WINDOW,
                                        .harness_base = CPU_HARNESS,
                                        .ram_base = CPU_RAM,
                                        .ram_bytes = CPU_RAM_BYTES,
                                        .ram = rig->ram,
                                        .sink = {.context = rig, .record = record}};
    scripted_cpu_init(&rig->cpu, harts, true);
}

void rig_start(struct rig *rig)
{
    struct cosim_cpu operations = scripted_cpu_operations(&rig->cpu);
    const char *error = NULL;

    rig->config.sink.context = rig;
    rig->cpu.precise = rig->config.quantum == 1;
    rig->engine = cosim_engine_create(&rig->config, fake_design(&rig->options), &operations, &error);
    if (rig->engine == NULL) {
        fail_msg("the engine was not created: %s", error);
    }
    rig->cpu.engine = rig->engine;
    rig->fake = fake_latest();
}

void rig_run_program(struct rig *rig, const struct instruction *program)
{
    rig_init(rig, 1);
    scripted_cpu_load(&rig->cpu, 0, program);
    rig_start(rig);
    scripted_cpu_run(&rig->cpu, RIG_STEPS_MAX);
}

void rig_run_to(struct rig *rig, uint64_t cycle)
{
    struct cosim_hart_state state = cosim_engine_hart(rig->engine, 0);

    while (state.time < cycle && cosim_engine_retire(rig->engine, 0, state.retired + 1, CPU_RAM)) {
        state = cosim_engine_hart(rig->engine, 0);
    }
}

void rig_finish(struct rig *rig)
{
    scripted_cpu_finish(&rig->cpu);
    if (rig->engine != NULL) {
        cosim_engine_destroy(rig->engine);
    }
    free(rig->events);
    free(rig->ram);
}

unsigned rig_count(const struct rig *rig, enum cosim_event_kind kind)
{
    unsigned count = 0;

    for (size_t i = 0; i < rig->event_count; i++) {
        count += rig->events[i].kind == kind;
    }
    return count;
}

const struct cosim_event *rig_event(const struct rig *rig, enum cosim_event_kind kind, unsigned nth)
{
    for (size_t i = 0; i < rig->event_count; i++) {
        if (rig->events[i].kind == kind && nth-- == 0) {
            return &rig->events[i];
        }
    }
    fail_msg("no such event: %s", cosim_event_kind_name((uint16_t)kind));
    return NULL;
}

static void describe(const char *whose, const struct rig *rig, size_t index)
{
    if (index >= rig->event_count) {
        print_error("%s: no event %zu\n", whose, index);
        return;
    }
    const struct cosim_event *event = &rig->events[index];
    print_error("%s: event %zu, cycle %" PRIu64 ": %s unit %u detail %u 0x%" PRIx64 " 0x%" PRIx64 "\n", whose, index,
                event->cycle, cosim_event_kind_name(event->kind), event->unit, event->detail, event->argument[0],
                event->argument[1]);
}

void rig_assert_same_events(const struct rig *one, const struct rig *other)
{
    size_t shared = one->event_count < other->event_count ? one->event_count : other->event_count;
    size_t same = 0;

    while (same < shared && memcmp(&one->events[same], &other->events[same], sizeof one->events[same]) == 0) {
        same++;
    }
    if (same < one->event_count || same < other->event_count) {
        describe("one", one, same);
        describe("other", other, same);
        fail_msg("the events differ from the %zu-th on", same);
    }
}

void rig_assert_no_failed_check(const struct rig *rig)
{
    if (cosim_engine_counters(rig->engine)->failed_checks == 0) {
        return;
    }
    for (size_t i = 0; i < rig->event_count; i++) {
        if (rig->events[i].source == COSIM_SOURCE_CHECK) {
            describe("failed check", rig, i);
        }
    }
    fail_msg("%" PRIu64 " checks failed", cosim_engine_counters(rig->engine)->failed_checks);
}
