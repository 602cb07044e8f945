/* SPDX-License-Identifier: MIT */
/* The zero-copy ledger: whose bytes went through a payload's buffer, stage by stage. */
#include "rig.h"

#include <string.h>

enum { BUFFER = 0x100, LENGTH = 64, OTHER = 0x8000 };

static void start(struct rig *rig)
{
    rig_init(rig, 1);
    rig_start(rig);
}

static void stage(struct rig *rig, enum cosim_payload_stage next, uint64_t offset, uint64_t bytes)
{
    cosim_engine_payload(rig->engine, 0, cosim_engine_hart(rig->engine, 0).retired, next, CPU_RAM + offset, bytes);
}

static void touch(struct rig *rig, bool store, uint64_t offset, unsigned bytes)
{
    cosim_engine_access(rig->engine, 0, cosim_engine_hart(rig->engine, 0).retired + 1, store, CPU_RAM + offset, bytes,
                        CPU_RAM + 0x44);
}

static void assert_totals(const struct rig *rig, enum cosim_event_kind kind, unsigned nth,
                          enum cosim_payload_stage ended, uint64_t first, uint64_t second)
{
    const struct cosim_event *event = rig_event(rig, kind, nth);

    assert_int_equal(event->unit, ended);
    assert_int_equal(event->argument[0], first);
    assert_int_equal(event->argument[1], second);
}

static void test_bytes_are_counted_for_each_stage(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    stage(&rig, COSIM_PAYLOAD_PRODUCE, BUFFER, LENGTH);
    for (unsigned i = 0; i < LENGTH; i += 8) {
        touch(&rig, true, BUFFER + i, 8);
    }
    touch(&rig, false, BUFFER, 4);
    stage(&rig, COSIM_PAYLOAD_TRANSIT, BUFFER, LENGTH);
    stage(&rig, COSIM_PAYLOAD_CONSUME, BUFFER, LENGTH);
    for (unsigned i = 0; i < LENGTH; i += 2) {
        touch(&rig, false, BUFFER + i, 2);
    }
    stage(&rig, COSIM_PAYLOAD_END, BUFFER, LENGTH);
    assert_totals(&rig, COSIM_EVENT_PAYLOAD_CPU, 0, COSIM_PAYLOAD_PRODUCE, 4, LENGTH);
    assert_totals(&rig, COSIM_EVENT_PAYLOAD_CPU, 1, COSIM_PAYLOAD_TRANSIT, 0, 0);
    assert_totals(&rig, COSIM_EVENT_PAYLOAD_CPU, 2, COSIM_PAYLOAD_CONSUME, LENGTH, 0);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_PAYLOAD_CPU), 3);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_PAYLOAD_STAGE), 4);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_PAYLOAD_STAGE, 1)->detail, COSIM_PAYLOAD_TRANSIT);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_PAYLOAD_STAGE, 1)->argument[0], CPU_RAM + BUFFER);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_PAYLOAD_STAGE, 1)->argument[1], LENGTH);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_PAYLOAD_TOUCH), 0);
    rig_finish(&rig);
}

static void test_only_the_overlapping_bytes_of_an_access_count(void **state)
{
    static const struct {
        int64_t from;
        unsigned bytes, counted;
    } accesses[] = {{-8, 8, 0},         {-4, 8, 4},         {-1, 2, 1},     {0, 8, 8},
                    {LENGTH - 4, 8, 4}, {LENGTH - 1, 8, 1}, {LENGTH, 8, 0}, {LENGTH - 8, 8, 8}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(accesses); i++) {
        struct rig rig;
        start(&rig);
        stage(&rig, COSIM_PAYLOAD_PRODUCE, BUFFER, LENGTH);
        touch(&rig, true, (uint64_t)(BUFFER + accesses[i].from), accesses[i].bytes);
        stage(&rig, COSIM_PAYLOAD_END, BUFFER, LENGTH);
        assert_totals(&rig, COSIM_EVENT_PAYLOAD_CPU, 0, COSIM_PAYLOAD_PRODUCE, 0, accesses[i].counted);
        rig_finish(&rig);
    }
}

static void test_an_access_within_two_payloads_counts_for_each(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    stage(&rig, COSIM_PAYLOAD_PRODUCE, BUFFER, LENGTH);
    stage(&rig, COSIM_PAYLOAD_CONSUME, BUFFER + LENGTH, LENGTH);
    touch(&rig, false, BUFFER + LENGTH - 2, 8);
    stage(&rig, COSIM_PAYLOAD_END, BUFFER, LENGTH);
    stage(&rig, COSIM_PAYLOAD_END, BUFFER + LENGTH, LENGTH);
    assert_totals(&rig, COSIM_EVENT_PAYLOAD_CPU, 0, COSIM_PAYLOAD_PRODUCE, 2, 0);
    assert_totals(&rig, COSIM_EVENT_PAYLOAD_CPU, 1, COSIM_PAYLOAD_CONSUME, 6, 0);
    rig_finish(&rig);
}

static void test_a_touch_in_transit_is_named_with_its_program_counter(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    stage(&rig, COSIM_PAYLOAD_TRANSIT, BUFFER, LENGTH);
    rig_run_to(&rig, 9);
    touch(&rig, true, BUFFER + 8, 4);
    touch(&rig, false, BUFFER + 16, 8);
    const struct cosim_event *store = rig_event(&rig, COSIM_EVENT_PAYLOAD_TOUCH, 0);
    assert_int_equal(store->cycle, 10);
    assert_int_equal(store->detail, 256 + 4);
    assert_int_equal(store->argument[0], CPU_RAM + BUFFER + 8);
    assert_int_equal(store->argument[1], CPU_RAM + 0x44);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_PAYLOAD_TOUCH, 1)->detail, 8);
    stage(&rig, COSIM_PAYLOAD_CONSUME, BUFFER, LENGTH);
    assert_totals(&rig, COSIM_EVENT_PAYLOAD_CPU, 0, COSIM_PAYLOAD_TRANSIT, 8, 4);
    rig_finish(&rig);
}

static void test_touches_are_capped_but_all_are_counted(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    for (unsigned round = 1; round <= 2; round++) {
        stage(&rig, COSIM_PAYLOAD_TRANSIT, BUFFER, LENGTH);
        for (unsigned i = 0; i < 1000; i++) {
            touch(&rig, false, BUFFER, 8);
        }
        stage(&rig, COSIM_PAYLOAD_END, BUFFER, LENGTH);
        assert_totals(&rig, COSIM_EVENT_PAYLOAD_CPU, round - 1, COSIM_PAYLOAD_TRANSIT, 8000, 0);
        /* A new stage has a new allowance. */
        assert_int_equal(rig_count(&rig, COSIM_EVENT_PAYLOAD_TOUCH), 32 * round);
    }
    rig_finish(&rig);
}

static void test_nothing_is_counted_after_the_end(void **state)
{
    struct rig rig;
    uint64_t low, high;

    (void)state;
    start(&rig);
    stage(&rig, COSIM_PAYLOAD_TRANSIT, BUFFER, LENGTH);
    stage(&rig, COSIM_PAYLOAD_END, BUFFER, LENGTH);
    touch(&rig, true, BUFFER, 8);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_PAYLOAD_TOUCH), 0);
    cosim_engine_watched(rig.engine, &low, &high);
    assert_true(low >= high);
    rig_finish(&rig);
}

static void test_the_watched_bounds_hold_every_payload(void **state)
{
    struct rig rig;
    uint64_t low, high;

    (void)state;
    start(&rig);
    cosim_engine_watched(rig.engine, &low, &high);
    assert_true(low >= high);
    stage(&rig, COSIM_PAYLOAD_PRODUCE, BUFFER, LENGTH);
    stage(&rig, COSIM_PAYLOAD_PRODUCE, OTHER, 2 * LENGTH);
    cosim_engine_watched(rig.engine, &low, &high);
    assert_int_equal(low, CPU_RAM + BUFFER);
    assert_int_equal(high, CPU_RAM + OTHER + 2 * LENGTH);
    stage(&rig, COSIM_PAYLOAD_END, BUFFER, LENGTH);
    cosim_engine_watched(rig.engine, &low, &high);
    assert_int_equal(low, CPU_RAM + OTHER);
    rig_finish(&rig);
}

static void test_bytes_that_the_design_moves_are_counted_by_strobe(void **state)
{
    static const struct fake_burst bursts[] = {
        {.address = CPU_RAM + BUFFER - 16, .beats = 4, .bytes = 8, .type = FAKE_INCR},
        {.address = CPU_RAM + OTHER + LENGTH - 8, .beats = 3, .bytes = 8, .type = FAKE_INCR, .write = true},
        {.address = CPU_RAM + OTHER + 3, .beats = 2, .bytes = 8, .type = FAKE_INCR, .write = true}};
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig.options.memory_bytes = 8;
    rig.options.manager = (struct fake_manager_options){.bursts = bursts, .count = COUNT_OF(bursts)};
    rig_start(&rig);
    stage(&rig, COSIM_PAYLOAD_TRANSIT, BUFFER, LENGTH);
    stage(&rig, COSIM_PAYLOAD_TRANSIT, OTHER, LENGTH);
    rig_run_to(&rig, 100);
    stage(&rig, COSIM_PAYLOAD_CONSUME, BUFFER, LENGTH);
    stage(&rig, COSIM_PAYLOAD_CONSUME, OTHER, LENGTH);
    assert_totals(&rig, COSIM_EVENT_PAYLOAD_DMA, 0, COSIM_PAYLOAD_TRANSIT, 16, 0);
    assert_totals(&rig, COSIM_EVENT_PAYLOAD_DMA, 1, COSIM_PAYLOAD_TRANSIT, 0, 8 + 5 + 8);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_PAYLOAD_DMA, 1)->detail, (uint32_t)(CPU_RAM + OTHER));
    /* The design may move a payload in transit: that is no touch. */
    assert_int_equal(rig_count(&rig, COSIM_EVENT_PAYLOAD_TOUCH), 0);
    rig_finish(&rig);
}

static void test_more_payloads_than_the_ledger_holds_end_the_run(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    for (unsigned i = 0; i < 64; i++) {
        stage(&rig, COSIM_PAYLOAD_PRODUCE, BUFFER + 8 * i, 8);
        assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_RUNNING);
    }
    /* One that is known already is not one more. */
    stage(&rig, COSIM_PAYLOAD_TRANSIT, BUFFER, 8);
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_RUNNING);
    stage(&rig, COSIM_PAYLOAD_PRODUCE, BUFFER + 8 * 64, 8);
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_FAIL);
    assert_non_null(strstr(cosim_engine_reason(rig.engine), "64 payloads"));
    rig_finish(&rig);
}

static void test_the_end_of_an_unknown_payload_is_harmless(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    stage(&rig, COSIM_PAYLOAD_PRODUCE, OTHER, LENGTH);
    stage(&rig, COSIM_PAYLOAD_END, BUFFER, LENGTH);
    touch(&rig, true, OTHER, 8);
    stage(&rig, COSIM_PAYLOAD_END, OTHER, LENGTH);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_PAYLOAD_CPU), 1);
    assert_totals(&rig, COSIM_EVENT_PAYLOAD_CPU, 0, COSIM_PAYLOAD_PRODUCE, 0, 8);
    rig_finish(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_are_counted_for_each_stage),
        cmocka_unit_test(test_only_the_overlapping_bytes_of_an_access_count),
        cmocka_unit_test(test_an_access_within_two_payloads_counts_for_each),
        cmocka_unit_test(test_a_touch_in_transit_is_named_with_its_program_counter),
        cmocka_unit_test(test_touches_are_capped_but_all_are_counted),
        cmocka_unit_test(test_nothing_is_counted_after_the_end),
        cmocka_unit_test(test_the_watched_bounds_hold_every_payload),
        cmocka_unit_test(test_bytes_that_the_design_moves_are_counted_by_strobe),
        cmocka_unit_test(test_more_payloads_than_the_ledger_holds_end_the_run),
        cmocka_unit_test(test_the_end_of_an_unknown_payload_is_harmless),
    };

    return cmocka_run_group_tests_name("payload", tests, NULL, NULL);
}
