/* SPDX-License-Identifier: MIT */
/* One co-simulation under test: an engine between the fake design and the scripted CPU, with its events in memory. */
#ifndef COSIM_TESTS_RIG_H
#define COSIM_TESTS_RIG_H

#include "cosim/engine.h"
#include "fake_design.h"
#include "scripted_cpu.h"
#include "test.h"

enum { RIG_STEPS_MAX = 1000000, RIG_BUS_LIMIT = 200, RIG_IDLE_LIMIT = 5000 };

struct rig {
    /* To be changed between rig_init and rig_start. */
    struct fake_options options;
    struct cosim_config config;
    struct scripted_cpu cpu;
    /* To be looked at afterwards. */
    struct cosim_engine *engine;
    struct fake *fake;
    uint8_t *ram; /* CPU_RAM_BYTES; each byte holds its offset's low bits, plus 1 for each 256 bytes before it */
    struct cosim_event *events;
    size_t event_count, event_capacity;
};

/** Fills in defaults: precise, no limits, no wait states, skipping allowed. */
void rig_init(struct rig *rig, unsigned harts);

/** Creates the engine; fails the test if it cannot be. */
void rig_start(struct rig *rig);

/** rig_init, rig_start and a run of one hart's program. */
void rig_run_program(struct rig *rig, const struct instruction *program);

/** Lets hart 0 retire instructions that touch nothing until its time is `cycle`, looked at one by one. */
void rig_run_to(struct rig *rig, uint64_t cycle);

/** Frees everything. */
void rig_finish(struct rig *rig);

/** @return the byte that RAM holds at `offset` before anything is stored */
uint8_t rig_ram_byte(uint64_t offset);

unsigned rig_count(const struct rig *rig, enum cosim_event_kind kind);

/** @return the n-th event of that kind, counted from 0; fails the test if there is none */
const struct cosim_event *rig_event(const struct rig *rig, enum cosim_event_kind kind, unsigned nth);

/** Fails the test, naming the first difference, unless both have recorded the same events. */
void rig_assert_same_events(const struct rig *one, const struct rig *other);

/** Fails the test if any check of the engine failed, and says which. */
void rig_assert_no_failed_check(const struct rig *rig);

#endif
