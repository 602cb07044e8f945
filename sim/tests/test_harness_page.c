/* SPDX-License-Identifier: MIT */
/* The harness page: exit codes, announced errors, phases and points, and its misuse. */
#include "rig.h"

#include <string.h>

static void assert_end(const struct instruction *program, enum cosim_verdict verdict, const char *words)
{
    struct rig rig;

    rig_run_program(&rig, program);
    assert_int_equal(cosim_engine_verdict(rig.engine), verdict);
    if (strstr(cosim_engine_reason(rig.engine), words) == NULL) {
        fail_msg("'%s' does not say '%s'", cosim_engine_reason(rig.engine), words);
    }
    rig_finish(&rig);
}

static void test_exit_code_0_passes(void **state)
{
    static const struct instruction program[] = {COMPUTE(10), EXIT(0), COMPUTE(100), END};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_PASS);
    assert_int_equal(cosim_engine_exit_code(rig.engine), 0);
    const struct cosim_event *event = rig_event(&rig, COSIM_EVENT_RUN_EXIT, 0);
    assert_int_equal(event->cycle, 11);
    assert_int_equal(event->argument[0], 0);
    assert_int_equal(event->argument[1], CPU_RAM + 4);
    /* It ended at that instruction. */
    assert_int_equal(cosim_engine_hart(rig.engine, 0).retired, 11);
    rig_finish(&rig);
}

static void test_every_other_exit_code_fails(void **state)
{
    static const uint64_t codes[] = {1, 2, 255, 256, UINT64_C(1) << 32, UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        const struct instruction program[] = {EXIT(codes[i]), END};
        struct rig rig;
        rig_run_program(&rig, program);
        assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_FAIL);
        assert_int_equal(cosim_engine_exit_code(rig.engine), codes[i]);
        assert_int_equal(rig_event(&rig, COSIM_EVENT_RUN_EXIT, 0)->argument[0], codes[i]);
        rig_finish(&rig);
    }
}

static void test_a_failed_check_makes_exit_code_0_fail(void **state)
{
    static const struct instruction one[] = {LOAD(FAKE_ERROR, 4), EXIT(0)};
    static const struct instruction two[] = {LOAD(FAKE_ERROR, 4), STORE(FAKE_ASSERT, 4, 1), EXIT(0)};

    (void)state;
    assert_end(one, COSIM_FAIL, "1 check failed");
    assert_end(two, COSIM_FAIL, "2 checks failed");
}

static void test_announced_errors_that_do_not_happen_fail(void **state)
{
    static const struct instruction none[] = {HARNESS(COSIM_HARNESS_EXPECT_ERROR, 1), EXIT(0)};
    static const struct instruction few[] = {HARNESS(COSIM_HARNESS_EXPECT_ERROR, 2),
                                             HARNESS(COSIM_HARNESS_EXPECT_ERROR, 1), LOAD(FAKE_ERROR, 4), EXIT(0)};
    static const struct instruction all[] = {HARNESS(COSIM_HARNESS_EXPECT_ERROR, 1), LOAD(FAKE_ERROR, 4), EXIT(0)};

    (void)state;
    assert_end(none, COSIM_FAIL, "1 more error than happened");
    assert_end(few, COSIM_FAIL, "2 more errors than happened");
    assert_end(all, COSIM_PASS, "exit code 0");
}

static void test_phases_and_points_are_recorded(void **state)
{
    static const struct instruction program[] = {HARNESS(COSIM_HARNESS_PHASE_BEGIN, 0x80001000),
                                                 COMPUTE(5),
                                                 HARNESS(COSIM_HARNESS_POINT_VALUE, 42),
                                                 HARNESS(COSIM_HARNESS_POINT, 0x80001010),
                                                 HARNESS(COSIM_HARNESS_POINT, 0x80001020),
                                                 HARNESS(COSIM_HARNESS_PHASE_END, 0x80001000),
                                                 EXIT(0)};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    const struct cosim_event *begin = rig_event(&rig, COSIM_EVENT_PHASE_BEGIN, 0);
    const struct cosim_event *end = rig_event(&rig, COSIM_EVENT_PHASE_END, 0);
    const struct cosim_event *first = rig_event(&rig, COSIM_EVENT_POINT, 0);
    const struct cosim_event *second = rig_event(&rig, COSIM_EVENT_POINT, 1);
    assert_int_equal(begin->cycle, 1);
    assert_int_equal(begin->argument[0], 0x80001000);
    assert_int_equal(first->cycle, 1 + 5 + 2);
    assert_int_equal(first->argument[0], 0x80001010);
    assert_int_equal(first->argument[1], 42);
    /* A value is for one point. */
    assert_int_equal(second->argument[1], 0);
    assert_int_equal(end->cycle, 1 + 5 + 4);
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_PASS);
    rig_finish(&rig);
}

static void test_a_store_to_the_page_costs_no_bus_cycle(void **state)
{
    static const struct instruction program[] = {HARNESS(COSIM_HARNESS_PHASE_BEGIN, 1), EXIT(0)};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    assert_int_equal(cosim_engine_hart(rig.engine, 0).stall, 0);
    assert_int_equal(rig.fake->access_count, 0);
    assert_int_equal(cosim_engine_counters(rig.engine)->bus_writes, 0);
    rig_finish(&rig);
}

/** A store of `bytes` to the page that is to be refused, and to have no effect. */
static void assert_refused(uint64_t offset, unsigned bytes)
{
    struct rig rig;

    rig_init(&rig, 1);
    rig_start(&rig);
    cosim_engine_write(rig.engine, 0, 1, CPU_HARNESS + offset, bytes, 0, CPU_RAM + 12);
    const struct cosim_event *event = rig_event(&rig, COSIM_EVENT_CHECK_REFUSED, 0);
    assert_int_equal(event->detail, COSIM_REFUSED_HARNESS);
    assert_int_equal(event->argument[1], CPU_RAM + 12);
    assert_int_equal(cosim_engine_counters(rig.engine)->failed_checks, 1);
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_RUNNING);
    rig_finish(&rig);
}

static void test_a_store_of_the_wrong_width_is_refused(void **state)
{
    (void)state;
    for (unsigned bytes = 1; bytes < 8; bytes *= 2) {
        assert_refused(COSIM_HARNESS_EXIT, bytes);
        assert_refused(COSIM_HARNESS_EXPECT_ERROR, bytes);
    }
}

static void test_a_store_to_what_can_only_be_read_is_refused(void **state)
{
    static const uint64_t offsets[] = {0x30,
                                       0x7f8,
                                       COSIM_HARNESS_MAGIC,
                                       COSIM_HARNESS_HARTS,
                                       COSIM_HARNESS_SEED,
                                       COSIM_HARNESS_PARAMETERS,
                                       COSIM_HARNESS_BYTES - 8};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(offsets); i++) {
        assert_refused(offsets[i], 8);
    }
}

static void test_a_refused_store_is_recorded_with_its_guest_address(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig_start(&rig);
    cosim_engine_write(rig.engine, 0, 1, CPU_HARNESS + COSIM_HARNESS_POINT, 4, 0, CPU_RAM);
    cosim_engine_write(rig.engine, 0, 2, CPU_HARNESS + COSIM_HARNESS_SEED, 8, 0, CPU_RAM);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_CHECK_REFUSED, 0)->argument[0], CPU_HARNESS + COSIM_HARNESS_POINT);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_CHECK_REFUSED, 1)->argument[0], CPU_HARNESS + COSIM_HARNESS_SEED);
    rig_finish(&rig);
}

static void test_a_mark_is_recorded_before_its_instruction(void **state)
{
    static const struct instruction program[] = {COMPUTE(30), MARK(7, 99), COMPUTE(3), MARK(8, 1), EXIT(0)};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    const struct cosim_event *mark = rig_event(&rig, COSIM_EVENT_MARK, 0);
    assert_int_equal(mark->cycle, 30);
    assert_int_equal(mark->detail, 7);
    assert_int_equal(mark->argument[0], 99);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_MARK, 1)->cycle, 33);
    rig_finish(&rig);
}

static void test_the_run_begins_with_what_it_was_given(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 3);
    rig.config.quantum = 20;
    rig.config.seed = 0x1234567890;
    rig_start(&rig);
    assert_int_equal(rig.events[0].kind, COSIM_EVENT_RUN_START);
    assert_int_equal(rig.events[0].unit, 3);
    assert_int_equal(rig.events[0].detail, 20);
    assert_int_equal(rig.events[0].argument[0], 0x1234567890);
    assert_int_equal(rig.events[0].argument[1], 0);
    rig_finish(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_code_0_passes),
        cmocka_unit_test(test_every_other_exit_code_fails),
        cmocka_unit_test(test_a_failed_check_makes_exit_code_0_fail),
        cmocka_unit_test(test_announced_errors_that_do_not_happen_fail),
        cmocka_unit_test(test_phases_and_points_are_recorded),
        cmocka_unit_test(test_a_store_to_the_page_costs_no_bus_cycle),
        cmocka_unit_test(test_a_store_of_the_wrong_width_is_refused),
        cmocka_unit_test(test_a_store_to_what_can_only_be_read_is_refused),
        cmocka_unit_test(test_a_refused_store_is_recorded_with_its_guest_address),
        cmocka_unit_test(test_a_mark_is_recorded_before_its_instruction),
        cmocka_unit_test(test_the_run_begins_with_what_it_was_given),
    };

    return cmocka_run_group_tests_name("harness_page", tests, NULL, NULL);
}
