/* SPDX-License-Identifier: MIT */
/*
 * Equivalence over random programs: quiet cycles skipped or not, a design that can tell that it is quiet or cannot,
 * looks when they were asked for or at each instruction. The events must be the very same.
 */
#include "../bus/random.h"
#include "rig.h"

#include <stdio.h>
#include <string.h>

enum { PROGRAMS = 60, PROGRAM_LENGTH = 60, BURSTS = 24 };

struct random_program {
    struct instruction instructions[4 * PROGRAM_LENGTH + 8];
    unsigned count;
    struct fake_burst bursts[BURSTS];
};

static unsigned below(uint64_t *random, unsigned bound)
{
    return (unsigned)(random_next(random) % bound);
}

static void add(struct random_program *program, struct instruction instruction)
{
    program->instructions[program->count++] = instruction;
}

static void random_access(struct random_program *program, uint64_t *random)
{
    static const unsigned registers[] = {FAKE_SCRATCH, FAKE_SCRATCH + 8, FAKE_POP,
                                         FAKE_STATUS,  FAKE_CYCLE,       FAKE_SCRATCH + 32};
    unsigned bytes = 1u << below(random, 4);
    unsigned offset = registers[below(random, COUNT_OF(registers))];

    if (below(random, 2) != 0) {
        add(program, (struct instruction)LOAD(offset, bytes));
    } else {
        add(program, (struct instruction)STORE(FAKE_SCRATCH + 8 * below(random, 8), bytes, random_next(random)));
    }
}

/** Arms a timer, computes for a while and waits, so that a wire always comes in the end. */
static void random_wait(struct random_program *program, uint64_t *random)
{
    unsigned delay = 1 + below(random, below(random, 8) == 0 ? 5000 : 60);

    add(program, (struct instruction)DISABLE);
    add(program, (struct instruction)STORE(FAKE_TIMER + 8 * below(random, 3), 4, delay));
    if (below(random, 2) != 0) {
        add(program, (struct instruction)WFI);
        add(program, (struct instruction)ENABLE);
    } else {
        add(program, (struct instruction)ENABLE);
        add(program, (struct instruction)COMPUTE(delay + 20));
    }
}

static void random_program(struct random_program *program, uint64_t seed, bool dma)
{
    uint64_t random = seed;

    memset(program, 0, sizeof *program);
    for (unsigned i = 0; i < BURSTS; i++) {
        unsigned bytes = 1u << below(&random, 4), beats = 1 + below(&random, 16);
        program->bursts[i] = (struct fake_burst){.write = below(&random, 2) != 0,
                                                 .address = CPU_RAM + 4096 * below(&random, 8) + 8 * below(&random, 64),
                                                 .beats = beats,
                                                 .bytes = bytes,
                                                 .type = FAKE_INCR,
                                                 .id = i % 4};
    }
    add(program, (struct instruction)ENABLE);
    for (unsigned i = 0; i < PROGRAM_LENGTH; i++) {
        switch (below(&random, 6)) {
        case 0:
        case 1:
            random_access(program, &random);
            break;
        case 2:
            random_wait(program, &random);
            break;
        case 3:
            add(program, (struct instruction)MARK(i, random_next(&random)));
            break;
        case 4:
            add(program, dma ? (struct instruction)STORE(FAKE_START, 4, 1)
                             : (struct instruction)STORE(FAKE_TRACE, 4, 1 + below(&random, 300)));
            break;
        default:
            add(program, (struct instruction)COMPUTE(1 + below(&random, 200)));
            break;
        }
    }
    add(program, (struct instruction)COMPUTE(2000));
    add(program, (struct instruction)EXIT(0));
}

struct variant {
    bool skip, has_quiet, look_always, wave;
    uint64_t quantum;
};

static void run(struct rig *rig, const struct random_program *program, uint64_t seed, const struct variant *variant)
{
    rig_init(rig, 1);
    rig->options.has_quiet = variant->has_quiet;
    rig->options.request_wait = (unsigned)(seed % 3);
    rig->options.response_wait = (unsigned)(seed % 5);
    rig->options.register_bytes = seed % 2 != 0 ? 4 : 8;
    rig->options.memory_bytes = 8;
    rig->options.manager = (struct fake_manager_options){
        .bursts = program->bursts, .count = BURSTS, .hold_back = 20, .wait_for_start = true, .seed = seed};
    rig->config.skip = variant->skip;
    rig->config.quantum = variant->quantum;
    rig->config.seed = seed;
    if (variant->wave) {
        rig->config.wave_path = "wave.vcd";
        rig->config.wave_start = 100;
        rig->config.wave_end = 3000;
    }
    rig->config.back_pressure = seed % 4 == 0 ? 40 : 0;
    rig->config.memory_latency = (unsigned)(seed % 7);
    rig->cpu.look_always = variant->look_always;
    scripted_cpu_load(&rig->cpu, 0, program->instructions);
    rig_start(rig);
    scripted_cpu_run(&rig->cpu, RIG_STEPS_MAX);
    rig_assert_no_failed_check(rig);
    assert_int_equal(cosim_engine_verdict(rig->engine), COSIM_PASS);
}

static void assert_same(uint64_t seed, bool dma, const struct variant *first, const struct variant *second)
{
    struct random_program program;
    struct rig one, other;

    random_program(&program, seed, dma);
    run(&one, &program, seed, first);
    run(&other, &program, seed, second);
    if (one.event_count != other.event_count ||
        memcmp(one.events, other.events, one.event_count * sizeof *one.events) != 0) {
        print_error("seed %llu\n", (unsigned long long)seed);
    }
    rig_assert_same_events(&one, &other);
    struct cosim_hart_state hart = cosim_engine_hart(one.engine, 0), mirror = cosim_engine_hart(other.engine, 0);
    assert_memory_equal(&hart, &mirror, sizeof hart);
    assert_int_equal(cosim_engine_cycle(one.engine), cosim_engine_cycle(other.engine));
    assert_memory_equal(one.ram, other.ram, CPU_RAM_BYTES);
    assert_int_equal(one.fake->pops, other.fake->pops);
    /* Something must have happened, or the two were equal for nothing. */
    assert_true(rig_count(&one, COSIM_EVENT_IRQ_WIRE) >= 2);
    assert_true(!dma || rig_count(&one, COSIM_EVENT_DMA_READ_DONE) + rig_count(&one, COSIM_EVENT_DMA_WRITE_DONE) > 0);
    rig_finish(&one);
    rig_finish(&other);
}

static void test_skipping_quiet_cycles_changes_no_event(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= PROGRAMS; seed++) {
        assert_same(seed, seed % 2 != 0, &(struct variant){.skip = true, .has_quiet = true, .quantum = 1},
                    &(struct variant){.has_quiet = true, .quantum = 1});
    }
}

static void test_a_design_that_cannot_tell_that_it_is_quiet_gives_the_same_events(void **state)
{
    (void)state;
    for (uint64_t seed = 100; seed < 100 + PROGRAMS; seed++) {
        assert_same(seed, true, &(struct variant){.skip = true, .has_quiet = true, .quantum = 1},
                    &(struct variant){.skip = true, .quantum = 1});
    }
}

static void test_looking_more_often_than_asked_changes_no_event(void **state)
{
    (void)state;
    for (uint64_t seed = 200; seed < 200 + PROGRAMS; seed++) {
        assert_same(seed, seed % 2 != 0, &(struct variant){.skip = true, .has_quiet = true, .quantum = 1},
                    &(struct variant){.skip = true, .has_quiet = true, .look_always = true, .quantum = 1});
    }
}

static void test_skipping_changes_no_event_with_a_quantum(void **state)
{
    /* The looks must fall on the same instructions, however the design gets there. */
    (void)state;
    for (uint64_t seed = 300; seed < 300 + PROGRAMS; seed++) {
        assert_same(seed, true, &(struct variant){.has_quiet = true, .quantum = 50},
                    &(struct variant){.skip = true, .has_quiet = true, .quantum = 50});
    }
}

static void test_a_wave_changes_no_event_with_a_quantum(void **state)
{
    (void)state;
    for (uint64_t seed = 600; seed < 600 + PROGRAMS; seed++) {
        assert_same(seed, true, &(struct variant){.skip = true, .has_quiet = true, .quantum = 50},
                    &(struct variant){.skip = true, .has_quiet = true, .quantum = 50, .wave = true});
    }
}

static void test_precise_runs_have_no_skew(void **state)
{
    struct random_program program;
    struct rig rig;

    (void)state;
    for (uint64_t seed = 400; seed < 400 + PROGRAMS; seed++) {
        random_program(&program, seed, true);
        run(&rig, &program, seed, &(struct variant){.skip = true, .has_quiet = true, .quantum = 1});
        assert_int_equal(cosim_engine_counters(rig.engine)->max_skew_instructions, 0);
        rig_finish(&rig);
    }
}

static void test_the_same_run_twice_gives_the_same_events(void **state)
{
    (void)state;
    for (uint64_t seed = 500; seed < 510; seed++) {
        assert_same(seed, true, &(struct variant){.skip = true, .has_quiet = true, .quantum = 1},
                    &(struct variant){.skip = true, .has_quiet = true, .quantum = 1});
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_skipping_quiet_cycles_changes_no_event),
        cmocka_unit_test(test_a_design_that_cannot_tell_that_it_is_quiet_gives_the_same_events),
        cmocka_unit_test(test_looking_more_often_than_asked_changes_no_event),
        cmocka_unit_test(test_skipping_changes_no_event_with_a_quantum),
        cmocka_unit_test(test_a_wave_changes_no_event_with_a_quantum),
        cmocka_unit_test(test_precise_runs_have_no_skew),
        cmocka_unit_test(test_the_same_run_twice_gives_the_same_events),
    };

    return cmocka_run_group_tests_name("skipping", tests, NULL, NULL);
}
