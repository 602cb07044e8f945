/* SPDX-License-Identifier: MIT */
/* One time for harts and design: a hart's time is what it retired, stalled and idled, and the design follows it. */
#include "../bus/random.h"
#include "rig.h"

#include <string.h>

static void test_hart_time_is_retired_plus_stall_plus_idle(void **state)
{
    static const struct instruction program[] = {ENABLE,
                                                 COMPUTE(10),
                                                 STORE(FAKE_SCRATCH, 4, 1),
                                                 LOAD(FAKE_SCRATCH, 4),
                                                 STORE(FAKE_TIMER, 4, 100),
                                                 WFI,
                                                 COMPUTE(5),
                                                 MARK(0, 0),
                                                 END};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    struct cosim_hart_state hart = cosim_engine_hart(rig.engine, 0);
    uint64_t handler = 4, handler_stall = 2;
    assert_int_equal(scripted_cpu_time(&rig.cpu, 0), hart.retired + hart.stall + hart.idle);
    assert_int_equal(hart.time, hart.retired + hart.stall + hart.idle);
    assert_int_equal(hart.retired, 1 + 10 + 1 + 1 + 1 + 1 + 5 + handler);
    /* Two edges a transaction: request, answer. */
    assert_int_equal(hart.stall, 3 * 2 + handler_stall);
    /* The timer was armed at the accepting edge, one before the answer's; WFI itself took a cycle. */
    assert_int_equal(hart.idle, 100 - 1 - 1);
    assert_int_equal(cosim_engine_cycle(rig.engine), hart.time);
    rig_finish(&rig);
}

static void test_design_runs_to_the_harts_time(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig_start(&rig);
    for (uint64_t retired = 1; retired < 200; retired++) {
        assert_true(cosim_engine_retire(rig.engine, 0, retired, CPU_RAM));
        assert_int_equal(cosim_engine_cycle(rig.engine), retired);
        assert_int_equal(rig.fake->cycle, retired);
    }
    rig_finish(&rig);
}

static void test_design_reads_the_cycle_of_the_harts_access(void **state)
{
    static const struct instruction program[] = {COMPUTE(123), LOAD(FAKE_CYCLE, 4), COMPUTE(7), LOAD(FAKE_CYCLE, 4),
                                                 END};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    /* Accepted at the first edge after the hart's time. */
    assert_int_equal(rig.cpu.hart[0].loaded[0], 123 + 1);
    assert_int_equal(rig.cpu.hart[0].loaded[1], 123 + 2 + 1 + 7 + 1);
    rig_finish(&rig);
}

static void test_attention_is_each_instruction_while_a_precise_design_is_busy(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig.options.has_quiet = false;
    rig_start(&rig);
    for (uint64_t retired = 1; retired < 50; retired++) {
        assert_int_equal(cosim_engine_attention(rig.engine, 0), retired);
        cosim_engine_retire(rig.engine, 0, retired, CPU_RAM);
    }
    rig_finish(&rig);
}

static void test_attention_falls_on_the_last_quiet_cycle(void **state)
{
    static const struct instruction program[] = {STORE(FAKE_TIMER, 4, 500), END};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    uint64_t raised = rig_event(&rig, COSIM_EVENT_BUS_WRITE_ACCEPTED, 0)->cycle + 500;
    uint64_t stall = cosim_engine_hart(rig.engine, 0).stall;
    assert_int_equal(cosim_engine_attention(rig.engine, 0) + stall, raised - 1);
    cosim_engine_retire(rig.engine, 0, raised - 1 - stall, CPU_RAM);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_IRQ_WIRE), 0);
    assert_int_equal(cosim_engine_attention(rig.engine, 0), raised - stall);
    cosim_engine_retire(rig.engine, 0, raised - stall, CPU_RAM);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_IRQ_WIRE, 0)->cycle, raised);
    rig_finish(&rig);
}

static void test_attention_is_the_quantum_while_the_design_is_busy(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig.options.has_quiet = false;
    rig.config.quantum = 37;
    rig_start(&rig);
    assert_int_equal(cosim_engine_attention(rig.engine, 0), 37);
    cosim_engine_retire(rig.engine, 0, 37, CPU_RAM);
    assert_int_equal(cosim_engine_cycle(rig.engine), 37);
    assert_int_equal(cosim_engine_attention(rig.engine, 0), 74);
    rig_finish(&rig);
}

static void test_attention_never_passes_the_cycle_limit(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig.config.cycle_limit = 1234;
    rig_start(&rig);
    assert_int_equal(cosim_engine_attention(rig.engine, 0), 1234);
    assert_false(cosim_engine_retire(rig.engine, 0, 1234, CPU_RAM + 8));
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_CYCLE_LIMIT);
    const struct cosim_event *event = rig_event(&rig, COSIM_EVENT_RUN_CYCLE_LIMIT, 0);
    assert_int_equal(event->cycle, 1234);
    assert_int_equal(event->argument[0], 1234);
    assert_int_equal(event->argument[1], CPU_RAM + 8);
    assert_non_null(strstr(cosim_engine_reason(rig.engine), "1234"));
    assert_false(cosim_engine_retire(rig.engine, 0, 1235, CPU_RAM));
    rig_finish(&rig);
}

static void test_a_quiet_design_is_still_looked_at_now_and_then(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig_start(&rig);
    uint64_t attention = cosim_engine_attention(rig.engine, 0);
    assert_in_range(attention, 10000, 1000000);
    cosim_engine_retire(rig.engine, 0, attention, CPU_RAM);
    assert_int_equal(cosim_engine_counters(rig.engine)->rtl_skipped, attention);
    assert_in_range(cosim_engine_attention(rig.engine, 0), attention + 10000, attention + 1000000);
    rig_finish(&rig);
}

static void test_skipping_counts_what_it_skips(void **state)
{
    static const struct instruction program[] = {STORE(FAKE_TIMER, 4, 10000), WFI, END};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    const struct cosim_counters *counters = cosim_engine_counters(rig.engine);
    assert_int_equal(counters->rtl_run + counters->rtl_skipped, cosim_engine_cycle(rig.engine));
    assert_in_range(counters->rtl_skipped, 9900, 10000);
    assert_true(rig.fake->skips > 0);
    rig_finish(&rig);
}

static void test_no_skipping_when_it_is_switched_off(void **state)
{
    static const struct instruction program[] = {STORE(FAKE_TIMER, 4, 10000), WFI, END};
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig.config.skip = false;
    scripted_cpu_load(&rig.cpu, 0, program);
    rig_start(&rig);
    scripted_cpu_run(&rig.cpu, RIG_STEPS_MAX);
    assert_int_equal(cosim_engine_counters(rig.engine)->rtl_skipped, 0);
    assert_int_equal(rig.fake->skips, 0);
    assert_int_equal(cosim_engine_counters(rig.engine)->rtl_run, cosim_engine_cycle(rig.engine));
    rig_finish(&rig);
}

static void test_probe_changes_are_recorded_at_their_cycle(void **state)
{
    static const struct instruction program[] = {COMPUTE(20), LOAD(FAKE_POP, 4), LOAD(FAKE_POP, 4), END};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_PROBE), 2);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_PROBE, 0)->cycle, 21);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_PROBE, 1)->cycle, 21 + 3);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_PROBE, 1)->argument[0], 2);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_PROBE, 1)->argument[1], 1);
    rig_finish(&rig);
}

static void test_the_wave_holds_the_cycles_that_were_asked_for(void **state)
{
    static const struct instruction program[] = {COMPUTE(50), LOAD(FAKE_POP, 4), COMPUTE(300), MARK(0, 0), END};
    struct rig plain, waved;

    (void)state;
    rig_run_program(&plain, program);
    rig_init(&waved, 1);
    waved.config.wave_path = "wave.vcd";
    waved.config.wave_start = 30;
    waved.config.wave_end = 200;
    scripted_cpu_load(&waved.cpu, 0, program);
    rig_start(&waved);
    scripted_cpu_run(&waved.cpu, RIG_STEPS_MAX);
    assert_int_equal(waved.fake->waves_opened, 1);
    assert_int_equal(waved.fake->wave_opened_at, 30);
    assert_int_equal(waved.fake->waves_closed, 1);
    assert_int_equal(waved.fake->wave_closed_at, 200);
    assert_true(cosim_engine_counters(waved.engine)->rtl_run >= 200 - 30);
    rig_assert_same_events(&plain, &waved);
    rig_finish(&plain);
    rig_finish(&waved);
}

static void test_what_cannot_be_simulated_is_refused_with_a_sentence(void **state)
{
    struct rig rig;
    const char *error;

    (void)state;
    rig_init(&rig, 1);
    struct cosim_cpu cpu = scripted_cpu_operations(&rig.cpu);
#define REFUSED(change, restore)                                                                                       \
    do {                                                                                                               \
        change;                                                                                                        \
        error = NULL;                                                                                                  \
        assert_null(cosim_engine_create(&rig.config, fake_design(&rig.options), &cpu, &error));                        \
        assert_non_null(error);                                                                                        \
        restore;                                                                                                       \
    } while (0)
    REFUSED(rig.config.harts = 0, rig.config.harts = 1);
    REFUSED(rig.config.harts = COSIM_HARTS_MAX + 1, rig.config.harts = 1);
    REFUSED(rig.config.quantum = 0, rig.config.quantum = 1);
    REFUSED(rig.config.back_pressure = 91, rig.config.back_pressure = 0);
    REFUSED(rig.config.bus_limit = 0, rig.config.bus_limit = 100);
    REFUSED(rig.config.idle_limit = 0, rig.config.idle_limit = 100);
    REFUSED(rig.options.register_bytes = 16, rig.options.register_bytes = 4);
    REFUSED((rig.config.wave_path = "wave.vcd", rig.config.wave_start = rig.config.wave_end = 5),
            (rig.config.wave_path = NULL, rig.config.wave_start = rig.config.wave_end = 0));
    struct cosim_design design = *fake_design(&rig.options);
    design.abi++;
    assert_null(cosim_engine_create(&rig.config, &design, &cpu, &error));
    rig_finish(&rig);
}

static void test_a_memory_port_of_impossible_width_is_refused(void **state)
{
    static const unsigned widths[] = {1, 2, 3, 12, 128};
    struct rig rig;
    const char *error = NULL;

    (void)state;
    rig_init(&rig, 1);
    struct cosim_cpu cpu = scripted_cpu_operations(&rig.cpu);
    for (size_t i = 0; i < COUNT_OF(widths); i++) {
        rig.options.memory_bytes = widths[i];
        struct cosim_engine *engine = cosim_engine_create(&rig.config, fake_design(&rig.options), &cpu, &error);
        bool refused = engine == NULL;
        if (!refused) {
            cosim_engine_destroy(engine);
        }
        assert_true(refused);
        assert_non_null(error);
    }
    rig_finish(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hart_time_is_retired_plus_stall_plus_idle),
        cmocka_unit_test(test_design_runs_to_the_harts_time),
        cmocka_unit_test(test_design_reads_the_cycle_of_the_harts_access),
        cmocka_unit_test(test_attention_is_each_instruction_while_a_precise_design_is_busy),
        cmocka_unit_test(test_attention_falls_on_the_last_quiet_cycle),
        cmocka_unit_test(test_attention_is_the_quantum_while_the_design_is_busy),
        cmocka_unit_test(test_attention_never_passes_the_cycle_limit),
        cmocka_unit_test(test_a_quiet_design_is_still_looked_at_now_and_then),
        cmocka_unit_test(test_skipping_counts_what_it_skips),
        cmocka_unit_test(test_no_skipping_when_it_is_switched_off),
        cmocka_unit_test(test_probe_changes_are_recorded_at_their_cycle),
        cmocka_unit_test(test_the_wave_holds_the_cycles_that_were_asked_for),
        cmocka_unit_test(test_what_cannot_be_simulated_is_refused_with_a_sentence),
        cmocka_unit_test(test_a_memory_port_of_impossible_width_is_refused),
    };

    return cmocka_run_group_tests_name("time", tests, NULL, NULL);
}
