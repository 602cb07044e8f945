/* SPDX-License-Identifier: MIT */
/* WFI with one hart: the design runs on, and each wait has an end. */
#include "rig.h"

#include <string.h>

static void test_wfi_runs_the_design_to_the_wire_and_charges_the_cycles(void **state)
{
    (void)state;
    for (unsigned delay = 5; delay < 3000; delay = delay * 3 + 1) {
        const struct instruction program[] = {ENABLE, STORE(FAKE_TIMER, 4, delay), WFI, COMPUTE(10), END};
        struct rig rig;
        rig_run_program(&rig, program);
        uint64_t edge = rig_event(&rig, COSIM_EVENT_IRQ_WIRE, 0)->cycle;
        const struct cosim_event *idle = rig_event(&rig, COSIM_EVENT_HART_IDLE, 0);
        const struct cosim_event *wake = rig_event(&rig, COSIM_EVENT_HART_WAKE, 0);
        assert_int_equal(wake->cycle, edge);
        assert_int_equal(wake->argument[0], edge - idle->cycle);
        assert_int_equal(cosim_engine_hart(rig.engine, 0).idle, edge - idle->cycle);
        assert_int_equal(idle->argument[0], 3);
        assert_int_equal(idle->argument[1], CPU_RAM + 2 * 4);
        /* The instruction after WFI starts at the edge: it is the handler's first. */
        assert_true(rig.cpu.steps[3].traps);
        assert_int_equal(rig.cpu.steps[3].start, edge);
        rig_assert_no_failed_check(&rig);
        rig_finish(&rig);
    }
}

static void test_wfi_with_an_interrupt_pending_does_not_wait(void **state)
{
    static const struct instruction program[] = {DISABLE, STORE(FAKE_RING, 4, 1), COMPUTE(20), WFI, COMPUTE(3), END};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    assert_int_equal(cosim_engine_hart(rig.engine, 0).idle, 0);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_HART_IDLE), 0);
    rig_finish(&rig);
}

static void test_wfi_ends_with_interrupts_off_and_no_trap_is_taken(void **state)
{
    static const struct instruction program[] = {DISABLE, STORE(FAKE_TIMER, 4, 100), WFI, COMPUTE(3), END};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_HART_WAKE), 1);
    assert_int_equal(rig.cpu.hart[0].taken, 0);
    rig_assert_no_failed_check(&rig);
    rig_finish(&rig);
}

static void test_dead_lock_is_found_at_once_if_the_design_is_quiet_for_ever(void **state)
{
    static const struct instruction program[] = {COMPUTE(7), WFI, EXIT(0)};

    (void)state;
    for (unsigned skip = 0; skip < 2; skip++) {
        struct rig rig;
        rig_init(&rig, 1);
        rig.config.skip = skip != 0;
        scripted_cpu_load(&rig.cpu, 0, program);
        rig_start(&rig);
        scripted_cpu_run(&rig.cpu, 100);
        assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_DEAD_LOCK);
        const struct cosim_event *event = rig_event(&rig, COSIM_EVENT_RUN_DEAD_LOCK, 0);
        assert_int_equal(event->cycle, 8);
        assert_int_equal(event->argument[0], 0);
        assert_non_null(strstr(cosim_engine_reason(rig.engine), "dead-lock"));
        rig_finish(&rig);
    }
}

static void test_dead_lock_is_found_within_the_idle_limit_if_the_design_cannot_tell(void **state)
{
    static const struct instruction program[] = {COMPUTE(7), WFI, EXIT(0)};
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig.options.has_quiet = false;
    scripted_cpu_load(&rig.cpu, 0, program);
    rig_start(&rig);
    scripted_cpu_run(&rig.cpu, 100);
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_DEAD_LOCK);
    assert_true(rig_event(&rig, COSIM_EVENT_RUN_DEAD_LOCK, 0)->argument[0] >= RIG_IDLE_LIMIT);
    rig_finish(&rig);
}

static void test_the_idle_limit_is_exact(void **state)
{
    static const struct instruction program[] = {COMPUTE(7), WFI, EXIT(0)};
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig.options.has_quiet = false;
    scripted_cpu_load(&rig.cpu, 0, program);
    rig_start(&rig);
    scripted_cpu_run(&rig.cpu, 100);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_RUN_DEAD_LOCK, 0)->argument[0], RIG_IDLE_LIMIT);
    rig_finish(&rig);
}

static void test_a_wire_that_comes_late_but_within_the_idle_limit_is_no_dead_lock(void **state)
{
    static const struct instruction program[] = {STORE(FAKE_TIMER, 4, RIG_IDLE_LIMIT - 10), WFI, EXIT(0)};
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig.options.has_quiet = false;
    scripted_cpu_load(&rig.cpu, 0, program);
    rig_start(&rig);
    scripted_cpu_run(&rig.cpu, 100);
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_PASS);
    rig_finish(&rig);
}

static void test_the_dead_lock_names_the_wires_that_are_high(void **state)
{
    static const struct instruction program[] = {STORE(FAKE_RING, 4, 6), COMPUTE(10), WFI, EXIT(0)};
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig.cpu.route[1] = rig.cpu.route[2] = 0;
    scripted_cpu_load(&rig.cpu, 0, program);
    rig_start(&rig);
    scripted_cpu_run(&rig.cpu, 100);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_RUN_DEAD_LOCK, 0)->argument[1], 6);
    rig_finish(&rig);
}

static void test_an_interrupt_that_wakes_nobody_does_not_end_the_wait(void **state)
{
    static const struct instruction program[] = {STORE(FAKE_TIMER, 4, 300), STORE(FAKE_TIMER + 8, 4, 100), WFI,
                                                 COMPUTE(3), END};

    (void)state;
    for (unsigned quiet = 0; quiet < 2; quiet++) {
        struct rig rig;
        rig_init(&rig, 1);
        rig.options.has_quiet = quiet != 0;
        rig.cpu.route[1] = 0;
        scripted_cpu_load(&rig.cpu, 0, program);
        rig_start(&rig);
        scripted_cpu_run(&rig.cpu, 100);
        assert_int_equal(rig_count(&rig, COSIM_EVENT_IRQ_WIRE), 2);
        assert_int_equal(rig_event(&rig, COSIM_EVENT_IRQ_WIRE, 0)->unit, 1);
        assert_int_equal(rig_count(&rig, COSIM_EVENT_HART_WAKE), 1);
        assert_int_equal(rig_event(&rig, COSIM_EVENT_HART_WAKE, 0)->cycle,
                         rig_event(&rig, COSIM_EVENT_IRQ_WIRE, 1)->cycle);
        rig_finish(&rig);
    }
}

static void test_the_cycle_limit_ends_a_wait_at_its_cycle(void **state)
{
    static const struct instruction program[] = {STORE(FAKE_TIMER, 4, 100000), WFI, EXIT(0)};

    (void)state;
    for (unsigned quiet = 0; quiet < 2; quiet++) {
        struct rig rig;
        rig_init(&rig, 1);
        rig.options.has_quiet = quiet != 0;
        rig.config.cycle_limit = 777;
        scripted_cpu_load(&rig.cpu, 0, program);
        rig_start(&rig);
        scripted_cpu_run(&rig.cpu, 100);
        assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_CYCLE_LIMIT);
        assert_int_equal(rig_event(&rig, COSIM_EVENT_RUN_CYCLE_LIMIT, 0)->cycle, 777);
        assert_int_equal(cosim_engine_cycle(rig.engine), 777);
        rig_finish(&rig);
    }
}

static void test_a_wire_that_changes_for_ever_and_wakes_nobody_ends_with_a_diagnosis(void **state)
{
    static const struct instruction program[] = {STORE(FAKE_PERIOD, 4, 50), WFI, EXIT(0)};
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig.config.idle_limit = 1000;
    rig.cpu.route[3] = 0;
    /* Were there no end of it, this would be one: the test is to fail then, not to hang. */
    rig.cpu.levels_limit = 4000;
    scripted_cpu_load(&rig.cpu, 0, program);
    rig_start(&rig);
    scripted_cpu_run(&rig.cpu, 100);
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_DEAD_LOCK);
    rig_finish(&rig);
}

static void test_a_long_timer_is_no_dead_lock(void **state)
{
    static const struct instruction program[] = {STORE(FAKE_TIMER, 4, 100 * RIG_IDLE_LIMIT), WFI, EXIT(0)};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_PASS);
    rig_finish(&rig);
}

static void test_a_request_to_stop_is_heeded_by_a_hart_that_runs(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig_start(&rig);
    assert_true(cosim_engine_retire(rig.engine, 0, 10, CPU_RAM));
    cosim_engine_request_stop(rig.engine, 1500);
    assert_false(cosim_engine_retire(rig.engine, 0, 20, CPU_RAM + 4));
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_TIME_LIMIT);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_RUN_TIME_LIMIT, 0)->argument[0], 1500);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_RUN_TIME_LIMIT, 0)->argument[1], CPU_RAM + 4);
    assert_non_null(strstr(cosim_engine_reason(rig.engine), "1500 ms"));
    rig_finish(&rig);
}

static void test_a_request_to_stop_is_heeded_while_every_hart_waits(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig_start(&rig);
    cosim_engine_write(rig.engine, 0, 1, CPU_WINDOW + FAKE_TIMER, 4, 1u << 30, CPU_RAM);
    cosim_engine_request_stop(rig.engine, 3);
    assert_int_equal(cosim_engine_idle(rig.engine, 0, 2, CPU_RAM), COSIM_IDLE_ENDED);
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_TIME_LIMIT);
    assert_true(cosim_engine_cycle(rig.engine) < 1000);
    rig_finish(&rig);
}

static void test_after_the_end_nothing_is_recorded(void **state)
{
    static const struct instruction program[] = {EXIT(0), END};
    struct rig rig;
    uint64_t value;

    (void)state;
    rig_run_program(&rig, program);
    size_t events = rig.event_count;
    assert_false(cosim_engine_retire(rig.engine, 0, 100, CPU_RAM));
    assert_false(cosim_engine_read(rig.engine, 0, 101, CPU_WINDOW, 4, CPU_RAM, &value));
    assert_false(cosim_engine_write(rig.engine, 0, 102, CPU_WINDOW + FAKE_RING, 4, 1, CPU_RAM));
    assert_int_equal(cosim_engine_idle(rig.engine, 0, 103, CPU_RAM), COSIM_IDLE_ENDED);
    cosim_engine_mark(rig.engine, 0, 104, 1, 2, 3);
    cosim_engine_refuse(rig.engine, 0, 105, COSIM_REFUSED_LOAD, CPU_WINDOW, CPU_RAM);
    cosim_engine_payload(rig.engine, 0, 106, COSIM_PAYLOAD_PRODUCE, CPU_RAM, 8);
    cosim_engine_interrupt_completed(rig.engine, 0, 107, 0);
    assert_int_equal(rig.event_count, events);
    assert_int_equal(rig.fake->access_count, 0);
    rig_finish(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wfi_runs_the_design_to_the_wire_and_charges_the_cycles),
        cmocka_unit_test(test_wfi_with_an_interrupt_pending_does_not_wait),
        cmocka_unit_test(test_wfi_ends_with_interrupts_off_and_no_trap_is_taken),
        cmocka_unit_test(test_dead_lock_is_found_at_once_if_the_design_is_quiet_for_ever),
        cmocka_unit_test(test_dead_lock_is_found_within_the_idle_limit_if_the_design_cannot_tell),
        cmocka_unit_test(test_the_idle_limit_is_exact),
        cmocka_unit_test(test_a_wire_that_comes_late_but_within_the_idle_limit_is_no_dead_lock),
        cmocka_unit_test(test_the_dead_lock_names_the_wires_that_are_high),
        cmocka_unit_test(test_an_interrupt_that_wakes_nobody_does_not_end_the_wait),
        cmocka_unit_test(test_the_cycle_limit_ends_a_wait_at_its_cycle),
        cmocka_unit_test(test_a_wire_that_changes_for_ever_and_wakes_nobody_ends_with_a_diagnosis),
        cmocka_unit_test(test_a_long_timer_is_no_dead_lock),
        cmocka_unit_test(test_a_request_to_stop_is_heeded_by_a_hart_that_runs),
        cmocka_unit_test(test_a_request_to_stop_is_heeded_while_every_hart_waits),
        cmocka_unit_test(test_after_the_end_nothing_is_recorded),
    };

    return cmocka_run_group_tests_name("idle", tests, NULL, NULL);
}
