/* SPDX-License-Identifier: MIT */
/* Views of a kernel at work, read back from their text. */
#include "observer_fixture.h"
#include <stdio.h>

static void test_VER_DB_02_a_line_a_hop(void **state)
{
    struct observer_fixture *o = *state;
    static const uint32_t lengths[] = {5, 0, 64, 65, 200};
    char start[32];
    uint32_t id;
    attach(o);
    assert_result(kipc_trace_enable(o->kernel, true), KIPC_OK);
    (void)position_of(o, o->ends[1], &id);
    for (uint32_t i = 0; i < COUNT_OF(lengths); i++) {
        o->cycles += 10;
        assert_result(send_bytes(o, lengths[i], (uint8_t)(200 - i)), KIPC_OK);
    }
    for (uint32_t i = 0; i < COUNT_OF(lengths); i++) {
        assert_result(receive_bytes(o), lengths[i]);
    }
    assert_int_equal(kipc_trace_dump(o->kernel, &o->writer), 2 * COUNT_OF(lengths));
    assert_int_equal(lines_with(&o->out, "send "), COUNT_OF(lengths));
    assert_int_equal(lines_with(&o->out, "receive "), COUNT_OF(lengths));
    for (uint32_t i = 0; i < COUNT_OF(lengths); i++) {
        (void)snprintf(start, sizeof(start), "send time=%u ", 10 * (i + 1));
        assert_int_equal(number_in(&o->out, start, "sequence"), i);
        assert_int_equal(number_in(&o->out, start, "length"), lengths[i]);
        assert_int_equal(number_in(&o->out, start, "priority"), 200 - i);
        assert_int_equal(number_in(&o->out, start, "source"), o->pid);
        assert_int_equal(number_in(&o->out, start, "destination"), 0);
        assert_int_equal(number_in(&o->out, start, "channel"), id);
    }
    assert_int_equal(number_in(&o->out, "receive ", "destination"), o->pid);
    assert_int_equal(number_in(&o->out, "receive ", "spent"), 40);
    assert_int_equal(kipc_trace_dump(o->kernel, &o->writer), 0); /* it was taken */
}

static void test_VER_DB_03_the_channels_as_their_statistics(void **state)
{
    struct observer_fixture *o = *state;
    struct kipc_channel_stats stats;
    char start[32];
    uint32_t id;
    for (uint32_t i = 0; i < 6; i++) {
        assert_result(send_bytes(o, 10 + i, 0), KIPC_OK);
    }
    assert_result(receive_bytes(o), 10);
    assert_int_equal(kipc_dump_channels(o->kernel, &o->writer), 2); /* no observer is needed */
    for (uint32_t i = 0; i < 2; i++) {
        int queued = kipc_channel_stats(o->kernel, o->pid, o->ends[i], &stats);
        (void)position_of(o, o->ends[i], &id);
        (void)snprintf(start, sizeof(start), "channel id=%u ", id);
        const struct {
            const char *key;
            uint64_t value;
        } expected[] = {
            {"creator", o->pid},
            {"queued", (uint64_t)queued},
            {"sent", stats.sent},
            {"sent_bytes", stats.sent_bytes},
            {"received", stats.received},
            {"received_bytes", stats.received_bytes},
            {"dropped", stats.dropped},
            {"full_hits", stats.full_hits},
            {"empty_hits", stats.empty_hits},
            {"send_waits", stats.send_waits},
            {"receive_waits", stats.receive_waits},
            {"filtered", stats.filtered},
            {"depth_peak", stats.depth_peak},
        };
        for (size_t j = 0; j < COUNT_OF(expected); j++) {
            assert_int_equal(number_in(&o->out, start, expected[j].key), expected[j].value);
        }
    }
    assert_int_equal(stats.received, 1);
    assert_int_equal(stats.depth_peak, 6);
}

static uint64_t sum_of(const struct text_writer *out, const char *start, const char *key)
{
    uint64_t sum = 0;
    struct text_writer line;
    for (const char *place = strstr(out->text, start); place != NULL; place = strstr(place + 1, start)) {
        line.length = strcspn(place, "\n") + 1;
        memcpy(line.text, place, line.length);
        line.text[line.length] = 0;
        sum += number_in(&line, start, key);
    }
    return sum;
}

static void test_EXO_RM_01_the_profile_adds_up(void **state)
{
    struct observer_fixture *o = *state;
    kipc_handle_t quiet[2];
    uint32_t id;
    char start[32];
    struct kipc_channel_config config = channel_config(4);
    assert_result(kipc_channel_create(o->kernel, o->pid, &config, quiet), KIPC_OK);
    attach(o);
    o->cycles_a_lock = 100;
    uint64_t before = o->cycles;
    for (uint32_t i = 0; i < 30; i++) {
        assert_result(send_bytes(o, 8, 0), KIPC_OK);
        assert_result(receive_bytes(o), 8);
        assert_result(sys(o->g, CHANNEL_ADMIT, quiet[0], 1), KIPC_OK);
        o->cycles += 3; /* and what no call took */
    }
    uint64_t elapsed = o->cycles - before - 30 * 3;
    assert_int_equal(kipc_prof(o->kernel, 2, &o->writer), 1 + 3 + 2);
    uint64_t total = number_in(&o->out, "total", "cycles");
    uint64_t operations = sum_of(&o->out, "operation", "cycles");
    assert_true(total * 100 >= elapsed * 98 && total * 100 <= elapsed * 102);
    assert_true(operations * 100 >= total * 98 && operations * 100 <= total * 102);
    assert_int_equal(number_in(&o->out, "operation channel_send", "count"), 30);
    /* The busiest ends first, and the quiet one is not among the first two. */
    const char *first = strstr(o->out.text, "channel id=");
    const char *second = strstr(first + 1, "channel id=");
    (void)position_of(o, o->ends[0], &id);
    (void)snprintf(start, sizeof(start), "channel id=%u ", id);
    assert_true(strncmp(first, start, strlen(start)) == 0 || strncmp(second, start, strlen(start)) == 0);
    assert_true(number_in(&o->out, start, "cycles") > 0);
    (void)position_of(o, o->ends[1], &id);
    (void)snprintf(start, sizeof(start), "channel id=%u ", id);
    assert_true(strncmp(first, start, strlen(start)) == 0 || strncmp(second, start, strlen(start)) == 0);
    (void)position_of(o, quiet[0], &id);
    (void)snprintf(start, sizeof(start), "channel id=%u ", id);
    assert_int_equal(lines_with(&o->out, start), 0);
    text_writer_clear(&o->out);
    assert_int_equal(kipc_prof(o->kernel, 100, &o->writer), 1 + 3 + 3);
    assert_int_equal(lines_with(&o->out, start), 1);
}

static void test_EXO_RM_01_a_profile_of_nothing_is_a_total_of_0(void **state)
{
    struct observer_fixture *o = *state;
    attach(o);
    assert_int_equal(kipc_prof(o->kernel, 0, &o->writer), 1);
    assert_string_equal(o->out.text, "total cycles=0\n");
}

static void test_VER_DB_06_contention_forced_and_alone(void **state)
{
    struct observer_fixture *o = *state;
    struct kipc_contention contention;
    uint32_t id;
    uint32_t first = position_of(o, o->ends[0], &id);
    uint32_t place = position_of(o, o->ends[1], &id);
    attach(o);
    for (uint32_t i = 0; i < 100; i++) { /* alone: nobody is in the way */
        assert_result(send_bytes(o, 8, 0), KIPC_OK);
        assert_result(receive_bytes(o), 8);
    }
    assert_result(kipc_contention_at(o->kernel, place, &contention), KIPC_OK);
    assert_int_equal(contention.full + contention.empty + contention.send_waits + contention.receive_waits, 0);
    assert_int_equal(contention.lock_waits, 0);
    o->waits = true; /* another hart is in the kernel whenever this one comes */
    for (uint32_t i = 0; i < 40; i++) {
        assert_result(send_bytes(o, 8, 0), i < 32 ? KIPC_OK : KIPC_E_FULL);
    }
    for (uint32_t i = 0; i < 40; i++) {
        assert_result(receive_bytes(o), i < 32 ? 8 : KIPC_E_EMPTY);
    }
    assert_result(kipc_contention_at(o->kernel, place, &contention), KIPC_OK);
    assert_int_equal(contention.full, 8);
    assert_int_equal(contention.empty, 8);
    assert_int_equal(contention.lock_waits, 40); /* the receives; the sends went through the other end */
    assert_result(kipc_contention_at(o->kernel, first, &contention), KIPC_OK);
    assert_int_equal(contention.lock_waits, 40);
    assert_result(kipc_contention_at(o->kernel, UINT32_MAX, &contention), KIPC_E_NOTFOUND);
    assert_result(kipc_contention_at(o->kernel, place, NULL), KIPC_E_INVAL);
}

static int count_event(void *context, uint32_t event, uint64_t *value)
{
    (void)context;
    if (event != KIPC_HPM_CACHE_MISSES) {
        return KIPC_E_NOTSUP;
    }
    *value = 42;
    return KIPC_OK;
}

static void test_VER_DB_07_what_is_not_counted_is_not_0(void **state)
{
    struct observer_fixture *o = *state;
    uint64_t value = 7;
    assert_result(kipc_port_hpm(&o->port, KIPC_HPM_CACHE_MISSES, &value), KIPC_E_NOTSUP);
    assert_int_equal(value, 7);
    assert_int_equal(kipc_report_monitor(&o->port, &o->writer), 1);
    assert_string_equal(o->out.text, "cache misses=n/a accesses=n/a\n");
    o->port.hpm = count_event;
    text_writer_clear(&o->out);
    assert_int_equal(kipc_report_monitor(&o->port, &o->writer), 1);
    assert_string_equal(o->out.text, "cache misses=42 accesses=n/a\n");
    assert_result(kipc_port_hpm(&o->port, KIPC_HPM_CACHE_MISSES, NULL), KIPC_E_INVAL);
}

static void test_arguments_of_views(void **state)
{
    struct observer_fixture *o = *state;
    struct kipc_kernel kernel = {0};
    const struct kipc_writer none = {0};
    assert_result(kipc_trace_dump(o->kernel, NULL), KIPC_E_INVAL);
    assert_result(kipc_trace_dump(o->kernel, &none), KIPC_E_INVAL);
    assert_result(kipc_trace_dump(o->kernel, &o->writer), KIPC_E_NOTSUP);
    assert_result(kipc_prof(o->kernel, 1, NULL), KIPC_E_INVAL);
    assert_result(kipc_prof(o->kernel, 1, &o->writer), KIPC_E_NOTSUP);
    assert_result(kipc_dump_channels(o->kernel, NULL), KIPC_E_INVAL);
    assert_result(kipc_dump_channels(&kernel, &o->writer), KIPC_E_STATE);
    assert_result(kipc_trace_dump(&kernel, &o->writer), KIPC_E_STATE);
    assert_result(kipc_report_monitor(NULL, &o->writer), KIPC_E_INVAL);
    assert_int_equal(o->out.writes, 0);
}

int main(void)
{
#define OBSERVER_TEST(test) cmocka_unit_test_setup_teardown(test, observer_fixture_set_up, observer_fixture_tear_down)
    const struct CMUnitTest tests[] = {
        OBSERVER_TEST(test_VER_DB_02_a_line_a_hop),
        OBSERVER_TEST(test_VER_DB_03_the_channels_as_their_statistics),
        OBSERVER_TEST(test_EXO_RM_01_the_profile_adds_up),
        OBSERVER_TEST(test_EXO_RM_01_a_profile_of_nothing_is_a_total_of_0),
        OBSERVER_TEST(test_VER_DB_06_contention_forced_and_alone),
        OBSERVER_TEST(test_VER_DB_07_what_is_not_counted_is_not_0),
        OBSERVER_TEST(test_arguments_of_views),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
