/* SPDX-License-Identifier: MIT */
/* A hart's loads and stores as transactions on the register port. */
#include "rig.h"

#include <string.h>

/** Starts a rig with an idle hart, so that a test can call the engine itself. */
static void start(struct rig *rig, unsigned register_bytes)
{
    rig_init(rig, 1);
    rig->options.register_bytes = register_bytes;
    rig_start(rig);
}

static uint64_t read_at(struct rig *rig, uint64_t offset, unsigned bytes)
{
    uint64_t value = ~UINT64_C(0);

    cosim_engine_read(rig->engine, 0, cosim_engine_hart(rig->engine, 0).retired, CPU_WINDOW + offset, bytes, CPU_RAM,
                      &value);
    return value;
}

static void write_at(struct rig *rig, uint64_t offset, unsigned bytes, uint64_t value)
{
    cosim_engine_write(rig->engine, 0, cosim_engine_hart(rig->engine, 0).retired + 1, CPU_WINDOW + offset, bytes, value,
                       CPU_RAM);
}

static void test_reads_of_every_width_and_lane(void **state)
{
    (void)state;
    for (unsigned bus = 4; bus <= 8; bus += 4) {
        struct rig rig;
        start(&rig, bus);
        for (unsigned i = 0; i < 16; i++) {
            rig.fake->scratch[i] = (uint8_t)(0x81 + 0x11 * i);
        }
        for (unsigned bytes = 1; bytes <= 8; bytes *= 2) {
            for (unsigned offset = 0; offset < 16; offset += bytes) {
                uint64_t expected = 0;
                memcpy(&expected, rig.fake->scratch + offset, bytes);
                assert_int_equal(read_at(&rig, offset, bytes), expected);
            }
        }
        rig_assert_no_failed_check(&rig);
        rig_finish(&rig);
    }
}

static void test_writes_of_every_width_and_lane_touch_nothing_else(void **state)
{
    const uint64_t value = 0x1122334455667788;

    (void)state;
    for (unsigned bus = 4; bus <= 8; bus += 4) {
        for (unsigned bytes = 1; bytes <= 8; bytes *= 2) {
            for (unsigned offset = 0; offset < 16; offset += bytes) {
                struct rig rig;
                uint8_t expected[64];
                start(&rig, bus);
                memset(rig.fake->scratch, 0xee, sizeof rig.fake->scratch);
                memset(expected, 0xee, sizeof expected);
                memcpy(expected + offset, &value, bytes);
                write_at(&rig, offset, bytes, value);
                assert_memory_equal(rig.fake->scratch, expected, sizeof expected);
                rig_finish(&rig);
            }
        }
    }
}

static void test_strobes_name_the_lanes_and_no_more(void **state)
{
    (void)state;
    for (unsigned bus = 4; bus <= 8; bus += 4) {
        for (unsigned bytes = 1; bytes <= bus; bytes *= 2) {
            for (unsigned offset = 0; offset < 16; offset += bytes) {
                struct rig rig;
                start(&rig, bus);
                write_at(&rig, offset, bytes, 0);
                assert_int_equal(rig.fake->access_count, 1);
                assert_int_equal(rig.fake->access[0].address, offset / bus * bus);
                assert_int_equal(rig.fake->access[0].strobe, ((1u << bytes) - 1) << offset % bus);
                rig_finish(&rig);
            }
        }
    }
}

static void test_a_64_bit_access_on_a_32_bit_port_is_two_transactions_low_first(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 4);
    write_at(&rig, 8, 8, 0x1111222233334444);
    read_at(&rig, 8, 8);
    assert_int_equal(rig.fake->access_count, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(rig.fake->access[i].write, i < 2);
        assert_int_equal(rig.fake->access[i].address, i % 2 == 0 ? 8 : 12);
    }
    assert_int_equal((uint32_t)rig.fake->access[0].data, 0x33334444);
    assert_int_equal((uint32_t)rig.fake->access[1].data, 0x11112222);
    assert_int_equal(cosim_engine_counters(rig.engine)->bus_reads, 1);
    assert_int_equal(cosim_engine_counters(rig.engine)->bus_writes, 1);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_BUS_WRITE_ACCEPTED), 2);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_BUS_READ_DONE), 1);
    rig_finish(&rig);
}

static void test_write_data_is_no_wider_than_the_port(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 4);
    write_at(&rig, 8, 8, 0x1111222233334444);
    assert_int_equal(rig.fake->access[0].data, 0x33334444);
    assert_int_equal(rig.fake->access[1].data, 0x11112222);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_BUS_WRITE_ACCEPTED, 0)->argument[1], 0x33334444);
    rig_finish(&rig);
}

static void test_a_64_bit_access_on_a_64_bit_port_is_one_transaction(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 8);
    write_at(&rig, 16, 8, 0x1111222233334444);
    assert_int_equal(read_at(&rig, 16, 8), 0x1111222233334444);
    assert_int_equal(rig.fake->access_count, 2);
    rig_finish(&rig);
}

static void test_a_read_is_issued_exactly_once(void **state)
{
    static const unsigned back_pressures[] = {0, 60};

    (void)state;
    for (unsigned waits = 0; waits < 4; waits++) {
        for (size_t i = 0; i < COUNT_OF(back_pressures); i++) {
            struct rig rig;
            rig_init(&rig, 1);
            rig.options.request_wait = rig.options.response_wait = waits;
            rig.config.back_pressure = back_pressures[i];
            rig_start(&rig);
            for (unsigned reads = 0; reads < 50; reads++) {
                assert_int_equal(read_at(&rig, FAKE_POP, 4), reads);
            }
            assert_int_equal(rig.fake->pops, 50);
            assert_int_equal(rig.fake->access_count, 50);
            rig_assert_no_failed_check(&rig);
            rig_finish(&rig);
        }
    }
}

static void test_a_write_is_issued_exactly_once(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig.options.request_wait = 2;
    rig.config.back_pressure = 60;
    rig_start(&rig);
    for (unsigned writes = 0; writes < 50; writes++) {
        write_at(&rig, FAKE_SCRATCH, 4, writes);
    }
    assert_int_equal(rig.fake->access_count, 50);
    rig_finish(&rig);
}

static void test_stall_is_charged_to_the_cycle(void **state)
{
    (void)state;
    for (unsigned request = 0; request < 4; request++) {
        for (unsigned response = 0; response < 4; response++) {
            struct rig rig;
            rig_init(&rig, 1);
            rig.options.request_wait = request;
            rig.options.response_wait = response;
            rig_start(&rig);
            /* An edge for the request, one for the answer, and the wait states of each. */
            uint64_t each = 2 + request + response;
            read_at(&rig, FAKE_POP, 4);
            assert_int_equal(cosim_engine_hart(rig.engine, 0).stall, each);
            write_at(&rig, FAKE_SCRATCH, 4, 1);
            assert_int_equal(cosim_engine_hart(rig.engine, 0).stall, 2 * each);
            assert_int_equal(cosim_engine_hart(rig.engine, 0).time, 2 * each + 1);
            assert_int_equal(cosim_engine_cycle(rig.engine), 2 * each + 1);
            rig_finish(&rig);
        }
    }
}

static void test_events_of_an_access_stand_at_their_cycles(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, 1);
    rig.options.request_wait = 3;
    rig.options.response_wait = 5;
    rig_start(&rig);
    rig_run_to(&rig, 40);
    write_at(&rig, FAKE_SCRATCH + 4, 4, 77);
    const struct cosim_event *issue = rig_event(&rig, COSIM_EVENT_BUS_WRITE_ISSUE, 0);
    const struct cosim_event *accepted = rig_event(&rig, COSIM_EVENT_BUS_WRITE_ACCEPTED, 0);
    const struct cosim_event *done = rig_event(&rig, COSIM_EVENT_BUS_WRITE_DONE, 0);
    assert_int_equal(issue->cycle, 41);
    assert_int_equal(issue->detail, 4);
    assert_int_equal(issue->argument[0], CPU_WINDOW + 4);
    assert_int_equal(issue->argument[1], 77);
    assert_int_equal(accepted->cycle, 41 + 3 + 1);
    assert_int_equal(accepted->cycle, rig.fake->access[0].cycle);
    assert_int_equal(done->cycle, 41 + 3 + 1 + 5 + 1);
    assert_int_equal(done->detail, COSIM_AXI_OKAY);
    rig_finish(&rig);
}

static void test_an_error_response_fails_the_run_unless_announced(void **state)
{
    static const struct instruction unannounced[] = {LOAD(FAKE_ERROR, 4), EXIT(0)};
    static const struct instruction announced[] = {HARNESS(COSIM_HARNESS_EXPECT_ERROR, 2), LOAD(FAKE_ERROR, 4),
                                                   STORE(FAKE_ERROR, 4, 1), EXIT(0)};
    static const struct instruction too_many[] = {HARNESS(COSIM_HARNESS_EXPECT_ERROR, 1), LOAD(FAKE_ERROR, 4),
                                                  LOAD(FAKE_ERROR, 4), EXIT(0)};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, unannounced);
    const struct cosim_event *event = rig_event(&rig, COSIM_EVENT_CHECK_BUS_ERROR, 0);
    assert_int_equal(event->detail, COSIM_AXI_SLVERR);
    assert_int_equal(event->argument[0], CPU_WINDOW + FAKE_ERROR);
    assert_int_equal(event->argument[1], CPU_RAM);
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_FAIL);
    rig_finish(&rig);

    rig_run_program(&rig, announced);
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_PASS);
    assert_int_equal(cosim_engine_counters(rig.engine)->expected_errors, 2);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_CHECK_BUS_ERROR, 1)->detail, COSIM_AXI_SLVERR | 256);
    rig_finish(&rig);

    rig_run_program(&rig, too_many);
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_FAIL);
    assert_int_equal(cosim_engine_counters(rig.engine)->failed_checks, 1);
    rig_finish(&rig);
}

static void test_the_worse_of_two_responses_counts(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 4);
    read_at(&rig, FAKE_ERROR, 8);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_BUS_READ_DONE, 0)->detail, COSIM_AXI_SLVERR);
    assert_int_equal(cosim_engine_counters(rig.engine)->failed_checks, 1);
    rig_finish(&rig);
}

static void test_a_register_that_never_answers_ends_the_run_within_the_bus_limit(void **state)
{
    static const struct instruction reads[] = {COMPUTE(10), LOAD(FAKE_NEVER, 4), EXIT(0)};
    static const struct instruction writes[] = {COMPUTE(10), STORE(FAKE_NEVER, 4, 1), EXIT(0)};

    (void)state;
    for (unsigned write = 0; write < 2; write++) {
        struct rig rig;
        rig_run_program(&rig, write != 0 ? writes : reads);
        const struct cosim_event *event = rig_event(&rig, COSIM_EVENT_CHECK_BUS_HANG, 0);
        assert_int_equal(event->detail, write);
        assert_int_equal(event->cycle, 10 + write + RIG_BUS_LIMIT);
        assert_int_equal(event->argument[0], CPU_WINDOW + FAKE_NEVER);
        assert_int_equal(event->argument[1], RIG_BUS_LIMIT);
        assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_FAIL);
        assert_non_null(
            strstr(cosim_engine_reason(rig.engine), write != 0 ? "write of 0x84000070" : "read of 0x84000070"));
        assert_int_equal(rig_count(&rig, COSIM_EVENT_RUN_EXIT), 0);
        rig_finish(&rig);
    }
}

static void test_an_answer_that_never_came_is_not_recorded_as_one(void **state)
{
    static const struct instruction program[] = {LOAD(FAKE_NEVER, 4), EXIT(0)};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_BUS_READ_DONE), 0);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_CHECK_BUS_ERROR), 0);
    assert_int_equal(cosim_engine_counters(rig.engine)->failed_checks, 1);
    rig_finish(&rig);
}

static void test_a_refused_access_fails_the_run_unless_announced(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 4);
    cosim_engine_refuse(rig.engine, 0, 12, COSIM_REFUSED_ATOMIC, CPU_WINDOW + 8, CPU_RAM + 44);
    const struct cosim_event *event = rig_event(&rig, COSIM_EVENT_CHECK_REFUSED, 0);
    assert_int_equal(event->cycle, 12);
    assert_int_equal(event->detail, COSIM_REFUSED_ATOMIC);
    assert_int_equal(event->argument[0], CPU_WINDOW + 8);
    assert_int_equal(event->argument[1], CPU_RAM + 44);
    assert_int_equal(cosim_engine_counters(rig.engine)->failed_checks, 1);
    cosim_engine_write(rig.engine, 0, 13, CPU_HARNESS + COSIM_HARNESS_EXPECT_ERROR, 8, 1, CPU_RAM);
    cosim_engine_refuse(rig.engine, 0, 14, COSIM_REFUSED_LOAD, CPU_WINDOW, CPU_RAM);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_CHECK_REFUSED, 1)->detail, COSIM_REFUSED_LOAD | 256);
    assert_int_equal(cosim_engine_counters(rig.engine)->failed_checks, 1);
    rig_finish(&rig);
}

static void test_a_failed_assertion_of_the_design_fails_the_run(void **state)
{
    static const struct instruction program[] = {COMPUTE(9), STORE(FAKE_ASSERT, 4, 321), EXIT(0)};
    struct rig rig;

    (void)state;
    rig_run_program(&rig, program);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_CHECK_ASSERTION, 0)->detail, 321);
    assert_in_range(rig_event(&rig, COSIM_EVENT_CHECK_ASSERTION, 0)->cycle, 10, 11);
    assert_int_equal(cosim_engine_verdict(rig.engine), COSIM_FAIL);
    rig_finish(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_of_every_width_and_lane),
        cmocka_unit_test(test_writes_of_every_width_and_lane_touch_nothing_else),
        cmocka_unit_test(test_strobes_name_the_lanes_and_no_more),
        cmocka_unit_test(test_a_64_bit_access_on_a_32_bit_port_is_two_transactions_low_first),
        cmocka_unit_test(test_write_data_is_no_wider_than_the_port),
        cmocka_unit_test(test_a_64_bit_access_on_a_64_bit_port_is_one_transaction),
        cmocka_unit_test(test_a_read_is_issued_exactly_once),
        cmocka_unit_test(test_a_write_is_issued_exactly_once),
        cmocka_unit_test(test_stall_is_charged_to_the_cycle),
        cmocka_unit_test(test_events_of_an_access_stand_at_their_cycles),
        cmocka_unit_test(test_an_error_response_fails_the_run_unless_announced),
        cmocka_unit_test(test_the_worse_of_two_responses_counts),
        cmocka_unit_test(test_a_register_that_never_answers_ends_the_run_within_the_bus_limit),
        cmocka_unit_test(test_an_answer_that_never_came_is_not_recorded_as_one),
        cmocka_unit_test(test_a_refused_access_fails_the_run_unless_announced),
        cmocka_unit_test(test_a_failed_assertion_of_the_design_fails_the_run),
    };

    return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
