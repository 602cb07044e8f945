/* SPDX-License-Identifier: MIT */
/* Several harts: who runs, how far one leads another, and what of the design's time each may see. */
#include "rig.h"

#include <string.h>

enum { ROUNDS = 20 };

static void start(struct rig *rig, unsigned harts, uint64_t lead, const struct instruction *const *programs)
{
    rig_init(rig, harts);
    rig->config.lead = lead;
    for (unsigned hart = 0; hart < harts; hart++) {
        scripted_cpu_load(&rig->cpu, hart, programs[hart]);
    }
    rig_start(rig);
}

static void test_no_hart_leads_by_more_than_the_lead_and_one_instruction(void **state)
{
    static const struct instruction plain[] = {COMPUTE(4000), EXIT(0)};
    static const struct instruction busy[] = {LOAD(FAKE_POP, 8), COMPUTE(3), STORE(FAKE_SCRATCH, 4, 1), REPEAT(0, 150),
                                              EXIT(0)};
    static const uint64_t leads[] = {1, 10, 50, 300};
    const struct instruction *programs[3] = {plain, busy, plain};

    (void)state;
    for (unsigned harts = 2; harts <= 3; harts++) {
        for (size_t i = 0; i < COUNT_OF(leads); i++) {
            struct rig rig;
            start(&rig, harts, leads[i], programs);
            scripted_cpu_run(&rig.cpu, RIG_STEPS_MAX);
            assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_PASS);
            assert_in_range(rig.cpu.widest_lead, 1, leads[i] + rig.cpu.longest_step);
            assert_true(rig.cpu.yields > 2);
            rig_finish(&rig);
        }
    }
}

static void test_the_hart_furthest_behind_runs(void **state)
{
    static const struct instruction fast[] = {COMPUTE(3000), EXIT(0)};
    static const struct instruction slow[] = {LOAD(FAKE_POP, 8), REPEAT(0, 1000), EXIT(0)};
    const struct instruction *programs[3] = {fast, slow, slow};
    struct rig rig;

    (void)state;
    start(&rig, 3, 20, programs);
    scripted_cpu_run(&rig.cpu, RIG_STEPS_MAX);
    /* After a switch the next hart goes on for more than an instruction only if it was not the one ahead. */
    for (size_t i = 2; i < rig.cpu.step_count; i++) {
        const struct step *step = &rig.cpu.steps[i], *before = &rig.cpu.steps[i - 1];
        if (step->hart == before->hart && before->hart == rig.cpu.steps[i - 2].hart) {
            uint64_t slowest = UINT64_MAX, last[3] = {0, 0, 0};
            for (size_t j = 0; j < i; j++) {
                last[rig.cpu.steps[j].hart] = rig.cpu.steps[j].end;
            }
            for (unsigned hart = 0; hart < 3; hart++) {
                slowest = last[hart] < slowest ? last[hart] : slowest;
            }
            assert_true(step->start <= slowest + 20);
        }
    }
    rig_finish(&rig);
}

static void ring_in_turn(unsigned harts, bool has_quiet, uint64_t quantum)
{
    static const struct instruction ring_1[] = {ENABLE, COMPUTE(17),           STORE(FAKE_RING, 4, 2),
                                                WFI,    REPEAT(1, ROUNDS - 1), EXIT(0)};
    static const struct instruction ring_0[] = {ENABLE, WFI, COMPUTE(9), STORE(FAKE_RING, 4, 1), REPEAT(1, 1000), END};
    static const struct instruction ring_2[] = {ENABLE, WFI, COMPUTE(5), STORE(FAKE_RING, 4, 4), REPEAT(1, 1000), END};
    const struct instruction *two[] = {ring_1, ring_0}, *three[] = {ring_1, ring_2, ring_0};
    struct rig rig;
    uint64_t taken = 0;

    rig_init(&rig, harts);
    rig.options.has_quiet = has_quiet;
    rig.config.quantum = quantum;
    for (unsigned hart = 0; hart < harts; hart++) {
        scripted_cpu_load(&rig.cpu, hart, harts == 2 ? two[hart] : three[hart]);
    }
    rig_start(&rig);
    scripted_cpu_run(&rig.cpu, RIG_STEPS_MAX);
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_PASS);
    for (unsigned hart = 0; hart < harts; hart++) {
        assert_in_range(rig.cpu.hart[hart].taken, ROUNDS - 1, ROUNDS);
        taken += rig.cpu.hart[hart].taken;
    }
    assert_int_equal(rig_count(&rig, COSIM_EVENT_IRQ_TAKEN), taken);
    assert_true(quantum != 1 || cosim_engine_counters(rig.engine)->max_skew_instructions == 0);
    rig_assert_no_failed_check(&rig);
    rig_finish(&rig);
}

static void test_one_rings_and_the_other_wakes(void **state)
{
    (void)state;
    ring_in_turn(2, true, 1);
    ring_in_turn(2, false, 1);
    ring_in_turn(2, true, 40);
}

static void test_three_ring_in_a_circle(void **state)
{
    (void)state;
    ring_in_turn(3, true, 1);
    ring_in_turn(3, false, 1);
    ring_in_turn(3, true, 40);
}

static void test_a_woken_hart_goes_on_at_the_cycle_of_the_wire(void **state)
{
    static const struct instruction rings[] = {COMPUTE(200), STORE(FAKE_RING, 4, 2), COMPUTE(100), EXIT(0)};
    static const struct instruction waits[] = {ENABLE, WFI, COMPUTE(10), AWAIT(2)};
    const struct instruction *programs[] = {rings, waits};
    struct rig rig;

    (void)state;
    start(&rig, 2, 50, programs);
    scripted_cpu_run(&rig.cpu, RIG_STEPS_MAX);
    uint64_t edge = rig_event(&rig, COSIM_EVENT_IRQ_WIRE, 0)->cycle;
    assert_int_equal(rig_event(&rig, COSIM_EVENT_HART_WAKE, 0)->unit, 1);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_HART_WAKE, 0)->cycle, edge);
    for (size_t i = 0; i < rig.cpu.step_count; i++) {
        if (rig.cpu.steps[i].traps) {
            assert_int_equal(rig.cpu.steps[i].hart, 1);
            assert_int_equal(rig.cpu.steps[i].start, edge);
        }
    }
    rig_assert_no_failed_check(&rig);
    rig_finish(&rig);
}

static void test_a_hart_that_is_awake_sees_no_wire_before_its_own_time(void **state)
{
    /* Hart 0 arms hart 1's timer; the leads differ, so hart 1 is behind the edge in some runs and ahead in others. */
    (void)state;
    for (unsigned delay = 1; delay < 120; delay += 3) {
        const struct instruction arms[] = {COMPUTE(60), STORE(FAKE_TIMER + 8, 4, delay), COMPUTE(600), EXIT(0)};
        const struct instruction spins[] = {ENABLE, AWAIT(1), COMPUTE(2000), END};
        const struct instruction *programs[] = {arms, spins};
        struct rig rig;
        start(&rig, 2, 5 + delay % 40, programs);
        scripted_cpu_run(&rig.cpu, RIG_STEPS_MAX);
        uint64_t edge = rig_event(&rig, COSIM_EVENT_IRQ_WIRE, 0)->cycle;
        assert_true(rig.cpu.levels[0].awake[1]);
        assert_true(rig.cpu.levels[0].time[1] >= edge);
        assert_int_equal(rig.cpu.hart[1].taken, 1);
        assert_int_equal(cosim_engine_counters(rig.engine)->max_skew_instructions, 0);
        rig_assert_no_failed_check(&rig);
        rig_finish(&rig);
    }
}

static void test_a_wire_for_a_hart_that_is_behind_does_not_hold_back_anothers(void **state)
{
    /* Hart 1 comes to both edges first; the earlier one is for hart 0, which has yet to come there. */
    static const struct instruction behind[] = {ENABLE, STORE(FAKE_TIMER, 4, 60), STORE(FAKE_TIMER + 8, 4, 62),
                                                COMPUTE(400), EXIT(0)};
    static const struct instruction ahead[] = {ENABLE, COMPUTE(2000), END};
    const struct instruction *programs[] = {behind, ahead};

    (void)state;
    for (uint64_t lead = 1; lead < 80; lead++) {
        struct rig rig;
        start(&rig, 2, lead, programs);
        scripted_cpu_run(&rig.cpu, RIG_STEPS_MAX);
        assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_PASS);
        assert_int_equal(rig.cpu.hart[0].taken, 1);
        assert_int_equal(rig.cpu.hart[1].taken, 1);
        assert_int_equal(cosim_engine_counters(rig.engine)->max_skew_instructions, 0);
        rig_assert_no_failed_check(&rig);
        rig_finish(&rig);
    }
}

static void test_a_wire_that_two_harts_take_is_late_for_neither(void **state)
{
    static const struct instruction arms[] = {ENABLE, STORE(FAKE_TIMER, 4, 70), COMPUTE(400), EXIT(0)};
    static const struct instruction spins[] = {ENABLE, COMPUTE(2000), END};
    const struct instruction *programs[] = {arms, spins};

    (void)state;
    for (uint64_t lead = 1; lead < 80; lead++) {
        struct rig rig;
        start(&rig, 2, lead, programs);
        rig.cpu.route[0] = 3;
        rig.cpu.hart[0].handler = rig.cpu.hart[1].handler =
            (const struct instruction[]){STORE(FAKE_STATUS, 4, 1), {.operation = OPERATION_FORGET}, RETURN};
        scripted_cpu_run(&rig.cpu, RIG_STEPS_MAX);
        assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_PASS);
        assert_int_equal(cosim_engine_counters(rig.engine)->max_skew_instructions, 0);
        rig_assert_no_failed_check(&rig);
        rig_finish(&rig);
    }
}

static void test_a_completion_is_heard_although_another_wires_change_waits(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 2);
    rig_start(&rig);
    /* Wire 0 is high and stays so. Wire 1 rises at a time to which hart 1, awake, has not come. */
    cosim_engine_write(rig.engine, 0, 1, CPU_WINDOW + FAKE_RING, 4, 1, CPU_RAM);
    cosim_engine_interrupt_taken(rig.engine, 0, 0, CPU_RAM);
    cosim_engine_write(rig.engine, 0, 2, CPU_WINDOW + FAKE_RING, 4, 2, CPU_RAM);
    unsigned asked = rig.cpu.level_count;
    cosim_engine_interrupt_completed(rig.engine, 0, 3, 0);
    /* By the time that hart 1 has come to its edge, the controller must have been told of wire 0 once more. */
    cosim_engine_retire(rig.engine, 1, 50, CPU_RAM);
    unsigned again = 0;
    for (unsigned i = asked; i < rig.cpu.level_count; i++) {
        again += rig.cpu.levels[i].wire == 0 && rig.cpu.levels[i].high;
    }
    assert_int_equal(again, 1);
    rig_finish(&rig);
}

static void test_a_completion_by_a_hart_that_is_behind_has_no_skew_from_the_future(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 2);
    rig_start(&rig);
    cosim_engine_write(rig.engine, 0, 1, CPU_WINDOW + FAKE_RING, 4, 1, CPU_RAM);
    cosim_engine_interrupt_taken(rig.engine, 0, 0, CPU_RAM);
    cosim_engine_retire(rig.engine, 1, 50, CPU_RAM);
    /* The design is at 50, hart 0 completes at 5. */
    cosim_engine_interrupt_completed(rig.engine, 0, 3, 0);
    assert_int_equal(cosim_engine_hart(rig.engine, 0).time, 5);
    /* The wire rose when the store was accepted, a cycle before the store's answer. */
    assert_int_equal(cosim_engine_counters(rig.engine)->max_skew_cycles, 1);
    const struct cosim_event *event = rig_event(&rig, COSIM_EVENT_IRQ_DELIVERED, 1);
    assert_int_equal(event->argument[1], 0);
    assert_true(event->argument[0] <= event->cycle);
    rig_assert_no_failed_check(&rig);
    rig_finish(&rig);
}

static void test_it_is_a_dead_lock_only_if_all_wait(void **state)
{
    static const struct instruction waits[] = {ENABLE, WFI, END};
    static const struct instruction works[] = {COMPUTE(500), EXIT(0)};
    static const struct instruction works_and_waits[] = {COMPUTE(500), WFI, EXIT(0)};

    (void)state;
    for (unsigned harts = 2; harts <= 3; harts++) {
        const struct instruction *alive[] = {waits, works, waits}, *dead[] = {waits, works_and_waits, waits};
        struct rig rig;
        start(&rig, harts, 50, alive);
        scripted_cpu_run(&rig.cpu, RIG_STEPS_MAX);
        assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_PASS);
        rig_finish(&rig);
        start(&rig, harts, 50, dead);
        scripted_cpu_run(&rig.cpu, RIG_STEPS_MAX);
        assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_DEAD_LOCK);
        assert_int_equal(rig_event(&rig, COSIM_EVENT_RUN_DEAD_LOCK, 0)->unit, 1);
        assert_int_equal(rig_event(&rig, COSIM_EVENT_RUN_DEAD_LOCK, 0)->cycle, 501);
        for (unsigned hart = 0; hart < harts; hart++) {
            assert_true(cosim_engine_hart(rig.engine, hart).waiting);
        }
        rig_finish(&rig);
    }
}

static void test_an_access_waits_for_a_hart_that_has_driven_the_design_ahead(void **state)
{
    struct rig rig;
    uint64_t value;

    (void)state;
    rig_init(&rig, 2);
    rig_start(&rig);
    cosim_engine_retire(rig.engine, 0, 30, CPU_RAM);
    cosim_engine_read(rig.engine, 1, 9, CPU_WINDOW + FAKE_CYCLE, 4, CPU_RAM, &value);
    assert_int_equal(value, 31);
    assert_int_equal(cosim_engine_hart(rig.engine, 1).stall, 30 - 9 + 2);
    assert_int_equal(cosim_engine_hart(rig.engine, 1).time, 32);
    rig_finish(&rig);
}

static void test_a_hart_that_runs_although_nothing_of_the_design_woke_it_goes_on_now(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 2);
    rig_start(&rig);
    assert_int_equal(cosim_engine_idle(rig.engine, 1, 5, CPU_RAM), COSIM_IDLE_HALTS);
    cosim_engine_retire(rig.engine, 0, 40, CPU_RAM);
    cosim_engine_retire(rig.engine, 1, 6, CPU_RAM);
    struct cosim_hart_state hart = cosim_engine_hart(rig.engine, 1);
    assert_false(hart.waiting);
    assert_int_equal(hart.idle, 40 - 5);
    assert_int_equal(hart.time, 41);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_HART_WAKE, 0)->argument[0], 35);
    rig_finish(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_hart_leads_by_more_than_the_lead_and_one_instruction),
        cmocka_unit_test(test_the_hart_furthest_behind_runs),
        cmocka_unit_test(test_one_rings_and_the_other_wakes),
        cmocka_unit_test(test_three_ring_in_a_circle),
        cmocka_unit_test(test_a_woken_hart_goes_on_at_the_cycle_of_the_wire),
        cmocka_unit_test(test_a_hart_that_is_awake_sees_no_wire_before_its_own_time),
        cmocka_unit_test(test_a_wire_for_a_hart_that_is_behind_does_not_hold_back_anothers),
        cmocka_unit_test(test_a_wire_that_two_harts_take_is_late_for_neither),
        cmocka_unit_test(test_a_completion_is_heard_although_another_wires_change_waits),
        cmocka_unit_test(test_a_completion_by_a_hart_that_is_behind_has_no_skew_from_the_future),
        cmocka_unit_test(test_it_is_a_dead_lock_only_if_all_wait),
        cmocka_unit_test(test_an_access_waits_for_a_hart_that_has_driven_the_design_ahead),
        cmocka_unit_test(test_a_hart_that_runs_although_nothing_of_the_design_woke_it_goes_on_now),
    };

    return cmocka_run_group_tests_name("harts", tests, NULL, NULL);
}
