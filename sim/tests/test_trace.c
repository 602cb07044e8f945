/* SPDX-License-Identifier: MIT */
/* The trace port: every valid lane is an event of its cycle, once. And who asks is told to the design. */
#include "rig.h"

static const struct fake_access *access_to(const struct rig *rig, enum fake_register offset, unsigned nth)
{
    for (unsigned i = 0; i < rig->fake->access_count; i++) {
        if (rig->fake->access[i].address == offset && nth-- == 0) {
            return &rig->fake->access[i];
        }
    }
    fail_msg("no such access: 0x%x", (unsigned)offset);
    return NULL;
}

static void run(struct rig *rig, const struct instruction *program, bool skip, uint64_t quantum)
{
    rig_init(rig, 1);
    rig->config.skip = skip;
    rig->config.quantum = quantum;
    scripted_cpu_load(&rig->cpu, 0, program);
    rig_start(rig);
    scripted_cpu_run(&rig->cpu, RIG_STEPS_MAX);
}

static void test_a_valid_lane_is_one_event_of_its_cycle(void **state)
{
    static const uint64_t quanta[] = {1, 100};
    static const unsigned delays[] = {1, 2, 3, 50, 700};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(delays) * COUNT_OF(quanta) * 2; i++) {
        unsigned delay = delays[i % COUNT_OF(delays)];
        const struct instruction program[] = {STORE(FAKE_TRACE, 4, delay), COMPUTE(2000), EXIT(0)};
        struct rig rig;
        run(&rig, program, i % 2 != 0, quanta[i / COUNT_OF(delays) % COUNT_OF(quanta)]);
        assert_int_equal(rig_count(&rig, COSIM_EVENT_DESIGN_TRACE), 1);
        const struct cosim_event *event = rig_event(&rig, COSIM_EVENT_DESIGN_TRACE, 0);
        assert_int_equal(event->cycle, access_to(&rig, FAKE_TRACE, 0)->cycle + delay);
        assert_int_equal(event->source, COSIM_SOURCE_DESIGN);
        assert_int_equal(event->unit, FAKE_TRACE_KIND);
        assert_int_equal(event->argument[0], delay);
        assert_int_equal(event->argument[1], FAKE_TRACE_LANES - 1);
        rig_finish(&rig);
    }
}

static void test_a_lane_that_is_valid_while_every_hart_waits_is_recorded(void **state)
{
    static const struct instruction program[] = {STORE(FAKE_TIMER, 4, 400), STORE(FAKE_TRACE, 4, 100), WFI, EXIT(0)};
    struct rig with, without;

    (void)state;
    run(&with, program, true, 1);
    run(&without, program, false, 1);
    assert_int_equal(rig_event(&with, COSIM_EVENT_DESIGN_TRACE, 0)->cycle,
                     access_to(&with, FAKE_TRACE, 0)->cycle + 100);
    rig_assert_same_events(&with, &without);
    rig_finish(&with);
    rig_finish(&without);
}

static void test_the_requester_is_the_hart(void **state)
{
    static const struct instruction program[] = {STORE(FAKE_TRACE, 4, 1), LOAD(FAKE_STATUS, 4), COMPUTE(20), END};
    struct rig rig;

    (void)state;
    rig_init(&rig, 3);
    for (unsigned hart = 0; hart < 3; hart++) {
        scripted_cpu_load(&rig.cpu, hart, program);
    }
    rig_start(&rig);
    for (unsigned hart = 0; hart < 3; hart++) {
        uint64_t value = 0;
        assert_true(cosim_engine_write(rig.engine, hart, 1, CPU_WINDOW + FAKE_TRACE, 4, 1, CPU_RAM));
        assert_true(cosim_engine_read(rig.engine, hart, 2, CPU_WINDOW + FAKE_STATUS, 4, CPU_RAM, &value));
        assert_int_equal(access_to(&rig, FAKE_TRACE, hart)->user, hart);
        assert_int_equal(access_to(&rig, FAKE_STATUS, hart)->user, hart);
        assert_int_equal(rig_event(&rig, COSIM_EVENT_DESIGN_TRACE, hart)->detail, hart);
    }
    rig_finish(&rig);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_valid_lane_is_one_event_of_its_cycle),
        cmocka_unit_test(test_a_lane_that_is_valid_while_every_hart_waits_is_recorded),
        cmocka_unit_test(test_the_requester_is_the_hart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
