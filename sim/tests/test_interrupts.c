/* SPDX-License-Identifier: MIT */
/* Interrupt wires: recorded at the cycle of their edge, and seen by the first instruction that starts after it. */
#include "rig.h"

#include <string.h>

enum { OFFSETS = 40, FILLERS = 50 };

/** @return the cycle of the n-th change of `wire` */
static uint64_t edge_of(const struct rig *rig, unsigned wire, unsigned nth)
{
    for (unsigned i = 0;; i++) {
        const struct cosim_event *event = rig_event(rig, COSIM_EVENT_IRQ_WIRE, i);
        if (event->unit == wire && nth-- == 0) {
            return event->cycle;
        }
    }
}

static void test_an_edge_is_recorded_at_its_cycle(void **state)
{
    (void)state;
    for (unsigned delay = 1; delay <= OFFSETS; delay++) {
        const struct instruction program[] = {STORE(FAKE_TIMER, 4, delay), COMPUTE(2 * OFFSETS), END};
        struct rig rig;
        rig_run_program(&rig, program);
        uint64_t armed = rig_event(&rig, COSIM_EVENT_BUS_WRITE_ACCEPTED, 0)->cycle;
        assert_int_equal(edge_of(&rig, 0, 0), armed + delay);
        assert_int_equal(rig_event(&rig, COSIM_EVENT_IRQ_WIRE, 0)->detail, 1);
        assert_int_equal(cosim_engine_counters(rig.engine)->irq_edges, 1);
        rig_finish(&rig);
    }
}

/** The instruction before the handler started before the edge, and the handler's first at it or after. */
static void assert_prompt(const struct rig *rig, uint64_t edge)
{
    const struct scripted_cpu *cpu = &rig->cpu;
    size_t entry = 0;

    while (entry < cpu->step_count && !cpu->steps[entry].traps) {
        entry++;
    }
    assert_in_range(entry, 1, cpu->step_count - 1);
    assert_true(cpu->steps[entry - 1].start < edge);
    assert_true(cpu->steps[entry].start >= edge);
    assert_int_equal(cpu->steps[entry].start, cpu->steps[entry - 1].end);
    assert_int_equal(cosim_engine_counters(rig->engine)->max_skew_instructions, 0);
    assert_int_equal(rig_event(rig, COSIM_EVENT_IRQ_TAKEN, 0)->detail, 0);
    assert_int_equal(rig_event(rig, COSIM_EVENT_IRQ_TAKEN, 0)->argument[0], edge);
    rig_assert_no_failed_check(rig);
}

/** A wire that rises at every offset within a row of `filler` instructions. */
static void prompt_within(struct instruction filler, unsigned request_wait, unsigned response_wait, bool has_quiet)
{
    for (unsigned delay = 1; delay <= OFFSETS; delay++) {
        struct instruction program[FILLERS + 3] = {ENABLE, STORE(FAKE_TIMER, 4, delay)};
        struct rig rig;
        for (unsigned i = 0; i < FILLERS; i++) {
            program[2 + i] = filler;
        }
        rig_init(&rig, 1);
        rig.options.request_wait = request_wait;
        rig.options.response_wait = response_wait;
        rig.options.has_quiet = has_quiet;
        scripted_cpu_load(&rig.cpu, 0, program);
        rig_start(&rig);
        scripted_cpu_run(&rig.cpu, RIG_STEPS_MAX);
        assert_int_equal(rig.cpu.hart[0].taken, 1);
        assert_prompt(&rig, edge_of(&rig, 0, 0));
        rig_finish(&rig);
    }
}

static void test_prompt_at_every_offset_within_plain_instructions(void **state)
{
    (void)state;
    prompt_within((struct instruction)COMPUTE(1), 0, 0, true);
    prompt_within((struct instruction)COMPUTE(1), 0, 0, false);
}

static void test_prompt_at_every_offset_within_loads(void **state)
{
    (void)state;
    prompt_within((struct instruction)LOAD(FAKE_SCRATCH, 4), 0, 0, true);
    prompt_within((struct instruction)LOAD(FAKE_SCRATCH, 4), 2, 3, true);
    prompt_within((struct instruction)LOAD(FAKE_SCRATCH, 8), 1, 2, false);
}

static void test_prompt_at_every_offset_within_stores(void **state)
{
    (void)state;
    prompt_within((struct instruction)STORE(FAKE_SCRATCH, 4, 1), 0, 0, true);
    prompt_within((struct instruction)STORE(FAKE_SCRATCH, 4, 1), 2, 3, true);
    prompt_within((struct instruction)STORE(FAKE_SCRATCH, 8, 1), 1, 2, false);
}

static void test_a_late_interrupt_fails_a_precise_run(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig_start(&rig);
    cosim_engine_write(rig.engine, 0, 1, CPU_WINDOW + FAKE_TIMER, 4, 20, CPU_RAM);
    /* A CPU side that does not look when it should: the wire rises at 22, looked at 17 instructions too late. */
    cosim_engine_retire(rig.engine, 0, 37, CPU_RAM);
    const struct cosim_event *event = rig_event(&rig, COSIM_EVENT_CHECK_INTERRUPT_LATE, 0);
    assert_int_equal(event->detail, 17);
    assert_int_equal(event->argument[0], 22);
    assert_int_equal(cosim_engine_counters(rig.engine)->max_skew_instructions, 17);
    assert_int_equal(cosim_engine_counters(rig.engine)->failed_checks, 1);
    rig_finish(&rig);
}

static void test_a_late_trap_fails_a_precise_run(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig_start(&rig);
    cosim_engine_interrupt_taken(rig.engine, 0, 3, CPU_RAM + 4);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_CHECK_INTERRUPT_LATE, 0)->detail, 3);
    assert_int_equal(cosim_engine_counters(rig.engine)->max_skew_instructions, 3);
    assert_int_equal(cosim_engine_counters(rig.engine)->failed_checks, 1);
    rig_finish(&rig);
}

static void test_with_a_quantum_the_skew_is_measured_and_below_it(void **state)
{
    static const uint64_t quanta[] = {2, 10, 33};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(quanta); i++) {
        uint64_t widest = 0;
        for (unsigned delay = 1; delay <= 2 * OFFSETS; delay++) {
            const struct instruction program[] = {ENABLE, STORE(FAKE_TIMER, 4, delay), COMPUTE(200), END};
            struct rig rig;
            rig_init(&rig, 1);
            rig.config.quantum = quanta[i];
            scripted_cpu_load(&rig.cpu, 0, program);
            rig_start(&rig);
            scripted_cpu_run(&rig.cpu, RIG_STEPS_MAX);
            const struct cosim_counters *counters = cosim_engine_counters(rig.engine);
            assert_int_equal(rig.cpu.hart[0].taken, 1);
            assert_in_range(counters->max_skew_instructions, 0, quanta[i] - 1);
            assert_in_range(counters->max_skew_cycles, 0, quanta[i] - 1);
            widest = counters->max_skew_instructions > widest ? counters->max_skew_instructions : widest;
            rig_assert_no_failed_check(&rig);
            rig_finish(&rig);
        }
        assert_in_range(widest, 1, quanta[i] - 1);
    }
}

static void test_a_completed_interrupt_with_its_wire_still_high_asks_again(void **state)
{
    static const struct instruction careless[] = {CLAIM, COMPLETE, RETURN};
    static const struct instruction program[] = {ENABLE, STORE(FAKE_PULSE, 4, 60), STORE(FAKE_TIMER, 4, 10),
                                                 COMPUTE(100), END};
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig.cpu.hart[0].handler = careless;
    scripted_cpu_load(&rig.cpu, 0, program);
    rig_start(&rig);
    scripted_cpu_run(&rig.cpu, 1000);
    assert_int_equal(edge_of(&rig, 0, 1), edge_of(&rig, 0, 0) + 60);
    /* Three instructions a round: as long as the wire is high, each completion asks anew, and nothing else runs. */
    assert_in_range(rig.cpu.hart[0].taken, 60 / 3, 60 / 3 + 1);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_IRQ_DELIVERED), rig.cpu.hart[0].taken + 1);
    /* The last one asked before the wire fell, and was taken after: the controller latched it. */
    assert_in_range(rig_count(&rig, COSIM_EVENT_IRQ_TAKEN), rig.cpu.hart[0].taken - 1, rig.cpu.hart[0].taken);
    assert_int_equal(cosim_engine_counters(rig.engine)->max_skew_instructions, 0);
    rig_assert_no_failed_check(&rig);
    rig_finish(&rig);
}

static void test_a_completed_interrupt_whose_wire_is_low_is_silent(void **state)
{
    static const struct instruction program[] = {ENABLE, STORE(FAKE_RING, 4, 1), COMPUTE(50), END};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    assert_int_equal(rig.cpu.hart[0].taken, 1);
    assert_int_equal(rig.cpu.level_count, 2);
    assert_true(rig.cpu.levels[0].high);
    assert_false(rig.cpu.levels[1].high);
    rig_finish(&rig);
}

static void test_a_pulse_within_a_quantum_reaches_the_controller_as_rise_and_fall(void **state)
{
    static const struct instruction program[] = {STORE(FAKE_PULSE, 4, 3), STORE(FAKE_TIMER + 8, 4, 20), COMPUTE(300),
                                                 END};
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig.config.quantum = 100;
    scripted_cpu_load(&rig.cpu, 0, program);
    rig_start(&rig);
    scripted_cpu_run(&rig.cpu, RIG_STEPS_MAX);
    assert_int_equal(rig.cpu.level_count, 2);
    assert_true(rig.cpu.levels[0].high);
    assert_false(rig.cpu.levels[1].high);
    assert_int_equal(rig.cpu.levels[0].wire, 1);
    assert_int_equal(edge_of(&rig, 1, 1), edge_of(&rig, 1, 0) + 3);
    assert_int_equal(rig.cpu.levels[0].time[0], rig.cpu.levels[1].time[0]);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_IRQ_DELIVERED, 0)->argument[0], edge_of(&rig, 1, 0));
    assert_int_equal(rig_event(&rig, COSIM_EVENT_IRQ_DELIVERED, 1)->argument[0], edge_of(&rig, 1, 1));
    rig_finish(&rig);
}

static void test_a_delivery_tells_the_edge_and_the_skew(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig.config.quantum = 100;
    rig_start(&rig);
    cosim_engine_write(rig.engine, 0, 1, CPU_WINDOW + FAKE_TIMER, 4, 20, CPU_RAM);
    cosim_engine_retire(rig.engine, 0, 60, CPU_RAM);
    const struct cosim_event *event = rig_event(&rig, COSIM_EVENT_IRQ_DELIVERED, 0);
    assert_int_equal(event->argument[0], 22);
    assert_int_equal(event->cycle, 60 + 2);
    assert_int_equal(event->argument[1], 60 + 2 - 22);
    assert_int_equal(cosim_engine_counters(rig.engine)->max_skew_cycles, 60 + 2 - 22);
    rig_finish(&rig);
}

static void test_an_interrupt_is_expected_from_delivery_until_it_is_taken_or_silenced(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig_start(&rig);
    assert_false(cosim_engine_interrupt_expected(rig.engine, 0));
    cosim_engine_write(rig.engine, 0, 1, CPU_WINDOW + FAKE_RING, 4, 1, CPU_RAM);
    assert_true(cosim_engine_interrupt_expected(rig.engine, 0));
    assert_int_equal(cosim_engine_attention(rig.engine, 0), 2);
    cosim_engine_interrupt_taken(rig.engine, 0, 0, CPU_RAM);
    assert_false(cosim_engine_interrupt_expected(rig.engine, 0));
    cosim_engine_write(rig.engine, 0, 3, CPU_WINDOW + FAKE_RING, 4, 2, CPU_RAM);
    assert_true(cosim_engine_interrupt_expected(rig.engine, 0));
    cosim_engine_write(rig.engine, 0, 4, CPU_WINDOW + FAKE_STATUS, 4, 3, CPU_RAM);
    assert_false(cosim_engine_interrupt_expected(rig.engine, 0));
    rig_finish(&rig);
}

static void test_a_wire_that_runs_wild_ends_the_run_with_a_diagnosis(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig.config.quantum = 100000;
    rig_start(&rig);
    cosim_engine_write(rig.engine, 0, 1, CPU_WINDOW + FAKE_PERIOD, 4, 1, CPU_RAM);
    cosim_engine_retire(rig.engine, 0, 5000, CPU_RAM);
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_FAIL);
    assert_non_null(strstr(cosim_engine_reason(rig.engine), "interrupt wire 3"));
    rig_finish(&rig);
}

static void test_a_wire_that_changes_in_each_cycle_is_followed_in_precise_mode(void **state)
{
    static const struct instruction program[] = {STORE(FAKE_PERIOD, 4, 1), COMPUTE(3000), END};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    assert_in_range(rig_count(&rig, COSIM_EVENT_IRQ_WIRE), 2999, 3002);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_IRQ_WIRE), rig_count(&rig, COSIM_EVENT_IRQ_DELIVERED));
    rig_assert_no_failed_check(&rig);
    rig_finish(&rig);
}

static void test_several_wires_in_one_cycle_are_all_delivered(void **state)
{
    static const struct instruction program[] = {DISABLE, STORE(FAKE_RING, 4, 0xf), ENABLE, COMPUTE(60), END};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    assert_int_equal(rig.cpu.hart[0].taken, 4);
    for (unsigned wire = 0; wire < 4; wire++) {
        assert_int_equal(edge_of(&rig, wire, 0), edge_of(&rig, 0, 0));
    }
    rig_assert_no_failed_check(&rig);
    rig_finish(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_edge_is_recorded_at_its_cycle),
        cmocka_unit_test(test_prompt_at_every_offset_within_plain_instructions),
        cmocka_unit_test(test_prompt_at_every_offset_within_loads),
        cmocka_unit_test(test_prompt_at_every_offset_within_stores),
        cmocka_unit_test(test_a_late_interrupt_fails_a_precise_run),
        cmocka_unit_test(test_a_late_trap_fails_a_precise_run),
        cmocka_unit_test(test_with_a_quantum_the_skew_is_measured_and_below_it),
        cmocka_unit_test(test_a_completed_interrupt_with_its_wire_still_high_asks_again),
        cmocka_unit_test(test_a_completed_interrupt_whose_wire_is_low_is_silent),
        cmocka_unit_test(test_a_pulse_within_a_quantum_reaches_the_controller_as_rise_and_fall),
        cmocka_unit_test(test_a_delivery_tells_the_edge_and_the_skew),
        cmocka_unit_test(test_an_interrupt_is_expected_from_delivery_until_it_is_taken_or_silenced),
        cmocka_unit_test(test_a_wire_that_runs_wild_ends_the_run_with_a_diagnosis),
        cmocka_unit_test(test_a_wire_that_changes_in_each_cycle_is_followed_in_precise_mode),
        cmocka_unit_test(test_several_wires_in_one_cycle_are_all_delivered),
    };

    return cmocka_run_group_tests_name("interrupts", tests, NULL, NULL);
}
