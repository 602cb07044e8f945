/* SPDX-License-Identifier: MIT */
/* The recorder of inputs: what it was told drives a second instance of the design to the same state, without a CPU. */
#include "rig.h"

#include <stdlib.h>
#include <string.h>

enum { STRETCHES_MAX = 20000 };

struct stretch {
    uint64_t cycles;
    struct cosim_design_inputs inputs;
};

struct recording {
    struct stretch *stretches;
    size_t count;
    uint64_t cycles;
};

static void record(void *context, uint64_t cycles, const struct cosim_design_inputs *inputs)
{
    struct recording *recording = context;

    assert_true(recording->count < STRETCHES_MAX);
    assert_true(cycles > 0);
    recording->stretches[recording->count++] = (struct stretch){.cycles = cycles, .inputs = *inputs};
    recording->cycles += cycles;
}

static void replay(const struct recording *recording, const struct fake_options *options, const struct fake *original)
{
    struct cosim_design_listener listener = {0};
    struct cosim_design_outputs outputs;
    const struct cosim_design *design = fake_design(options);
    struct fake *fake = design->create(&listener);

    assert_non_null(fake);
    design->reset(fake, 4);
    for (size_t i = 0; i < recording->count; i++) {
        for (uint64_t cycle = 0; cycle < recording->stretches[i].cycles; cycle++) {
            design->settle(fake, &recording->stretches[i].inputs, &outputs);
            design->edge(fake);
        }
    }
    assert_int_equal(fake->cycle, original->cycle);
    assert_int_equal(fake->pops, original->pops);
    assert_int_equal(fake->status, original->status);
    assert_memory_equal(fake->scratch, original->scratch, sizeof fake->scratch);
    assert_int_equal(fake->access_count, original->access_count);
    for (unsigned i = 0; i < fake->access_count; i++) {
        assert_int_equal(fake->access[i].cycle, original->access[i].cycle);
        assert_int_equal(fake->access[i].data, original->access[i].data);
    }
    assert_memory_equal(fake->manager.result, original->manager.result, sizeof fake->manager.result);
    design->destroy(fake);
}

static void test_the_recorded_inputs_drive_another_instance_to_the_same_state(void **state)
{
    static const struct fake_burst bursts[] = {
        {.address = CPU_RAM + 0x100, .beats = 9, .bytes = 8, .type = FAKE_INCR},
        {.address = CPU_RAM + 0x8100, .beats = 7, .bytes = 4, .type = FAKE_INCR, .write = true}};
    static const struct instruction program[] = {ENABLE,
                                                 STORE(FAKE_SCRATCH, 8, 0x1122334455667788),
                                                 LOAD(FAKE_POP, 4),
                                                 STORE(FAKE_START, 4, 1),
                                                 COMPUTE(150),
                                                 STORE(FAKE_TIMER, 4, 400),
                                                 WFI,
                                                 LOAD(FAKE_CYCLE, 4),
                                                 COMPUTE(30),
                                                 REPEAT(1, 1),
                                                 EXIT(0)};

    (void)state;
    for (unsigned skip = 0; skip < 2; skip++) {
        struct recording recording = {.stretches = calloc(STRETCHES_MAX, sizeof(struct stretch))};
        struct rig rig;
        assert_non_null(recording.stretches);
        rig_init(&rig, 1);
        rig.options.memory_bytes = 8;
        rig.options.request_wait = 1;
        rig.options.manager =
            (struct fake_manager_options){.bursts = bursts, .count = COUNT_OF(bursts), .wait_for_start = true};
        rig.config.skip = skip != 0;
        rig.config.back_pressure = 30;
        rig.config.recorder = (struct cosim_input_recorder){.context = &recording, .record = record};
        scripted_cpu_load(&rig.cpu, 0, program);
        rig_start(&rig);
        scripted_cpu_run(&rig.cpu, RIG_STEPS_MAX);
        assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_PASS);
        assert_int_equal(rig.fake->manager.result[1].completion, 1);
        assert_int_equal(recording.cycles, cosim_engine_cycle(rig.engine));
        replay(&recording, &rig.options, rig.fake);
        rig_finish(&rig);
        free(recording.stretches);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_recorded_inputs_drive_another_instance_to_the_same_state),
    };

    return cmocka_run_group_tests_name("recorder", tests, NULL, NULL);
}
