/* SPDX-License-Identifier: MIT */
/* What an observer sees: trace, audit, latencies, costs of calls. Views of it as text are in test_report.c. */
#include "observer_fixture.h"

static void test_VER_DB_01_the_trace_is_switched_at_run_time(void **state)
{
    struct observer_fixture *o = *state;
    struct kipc_record record;
    assert_result(kipc_trace_enable(o->kernel, true), KIPC_E_NOTSUP); /* nobody keeps records */
    attach(o);
    assert_result(send_bytes(o, 8, 1), KIPC_OK);
    assert_result(receive_bytes(o), 8);
    assert_result(kipc_trace_take(o->kernel, &record, NULL), KIPC_E_EMPTY); /* off at first */
    assert_result(kipc_trace_enable(o->kernel, true), KIPC_OK);
    assert_result(send_bytes(o, 9, 1), KIPC_OK);
    assert_result(kipc_trace_enable(o->kernel, false), KIPC_OK);
    assert_result(receive_bytes(o), 9);
    assert_result(kipc_trace_take(o->kernel, &record, NULL), KIPC_OK);
    assert_int_equal(record.kind, KIPC_RECORD_SEND);
    assert_int_equal(record.length, 9);
    assert_result(kipc_trace_take(o->kernel, &record, NULL), KIPC_E_EMPTY);
    assert_result(kipc_observer_detach(o->kernel), KIPC_OK);
    assert_result(kipc_trace_enable(o->kernel, true), KIPC_E_NOTSUP);
}

static void test_VER_SE_06_07_08_the_audit_of_a_message(void **state)
{
    struct observer_fixture *o = *state;
    struct kipc_kernel *kernel = o->kernel;
    struct kipc_channel_info info;
    kipc_handle_t theirs;
    kipc_handle_t gift;
    uint32_t id;
    attach(o);
    assert_result(kipc_audit_enable(kernel, true), KIPC_OK);
    assert_result(kipc_handle_duplicate(kernel, o->pid, o->ends[1], o->g->f->second, KIPC_RIGHT_RECEIVE, &theirs),
                  KIPC_OK);
    assert_result(kipc_semaphore_create(kernel, o->pid, 0, 1, KIPC_WAIT_FIFO, &gift), KIPC_OK);
    const struct kipc_channel_message message = {
        .type = KIPC_MESSAGE_DATA, .length = 3, .data = "abc", .capabilities = {gift}, .capability_count = 1};
    o->cycles += 100;
    assert_result(kipc_channel_send(kernel, o->pid, o->ends[0], &message, KIPC_NO_WAIT), KIPC_OK);
    o->cycles += 777;
    assert_result(kipc_thread_detach(kernel, 0), KIPC_OK);
    assert_result(kipc_thread_attach(kernel, o->g->f->second, 0, 1), KIPC_OK);
    char buffer[8];
    assert_result(kipc_channel_receive(kernel, o->g->f->second, theirs, buffer, 8, &info, KIPC_NO_WAIT), 3);
    struct kipc_record record;
    assert_result(kipc_audit_take(kernel, &record, NULL), KIPC_OK);
    assert_int_equal(record.kind, KIPC_RECORD_RECEIVE);
    assert_int_equal(record.source, o->pid);
    assert_int_equal(record.destination, o->g->f->second);
    (void)position_of(o, o->ends[1], &id);
    assert_int_equal(record.channel, id);
    assert_int_equal(record.sent_with, o->ends[0]);
    assert_int_equal(record.taken_with, theirs);
    assert_int_equal(record.carried[0], info.capabilities[0]);
    assert_int_not_equal(record.carried[0], KIPC_NO_ID);
    assert_int_equal(record.carried[1], KIPC_NO_ID);
    assert_int_equal(record.spent, 777);
    assert_int_equal(record.time, 877);
    assert_result(kipc_audit_take(kernel, &record, NULL), KIPC_E_EMPTY);
}

static void test_VER_SE_06_07_time_stamps_and_lost_records(void **state)
{
    struct observer_fixture *o = *state;
    struct kipc_record record;
    uint64_t last = 0;
    uint64_t lost = 1;
    o->port.cycle_bits = 32;
    o->cycles = UINT64_C(0x3FFFFFF00); /* the counter wraps in between */
    attach(o);
    assert_result(kipc_audit_enable(o->kernel, true), KIPC_OK);
    for (uint32_t i = 0; i < AUDIT_RECORDS + 3; i++) {
        o->cycles += 0x60;
        assert_result(send_bytes(o, i, 0), KIPC_OK);
        assert_result(receive_bytes(o), i);
    }
    for (uint32_t i = 0; i < AUDIT_RECORDS; i++) {
        assert_result(kipc_audit_take(o->kernel, &record, &lost), KIPC_OK);
        assert_int_equal(record.length, i); /* the first ones stay */
        assert_int_equal(record.time, (i + 1) * 0x60);
        assert_true(record.time > last);
        last = record.time;
        assert_int_equal(lost, 3);
    }
    assert_result(kipc_audit_take(o->kernel, &record, &lost), KIPC_E_EMPTY);
}

static void test_VER_SE_08_refused_capabilities_are_audited(void **state)
{
    struct observer_fixture *o = *state;
    struct kipc_record record;
    kipc_handle_t weak;
    attach(o);
    assert_result(kipc_audit_enable(o->kernel, true), KIPC_OK);
    assert_result(kipc_handle_duplicate(o->kernel, o->pid, o->ends[0], o->pid, KIPC_RIGHT_RECEIVE, &weak), KIPC_OK);
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA};
    assert_result(kipc_channel_send(o->kernel, o->pid, weak, &message, KIPC_NO_WAIT), KIPC_E_ACCES);
    assert_result(kipc_semaphore_post(o->kernel, o->pid, weak), KIPC_E_TYPE);
    assert_result(kipc_semaphore_post(o->kernel, o->g->f->second, weak), KIPC_E_BADF);
    static const int codes[] = {KIPC_E_ACCES, KIPC_E_TYPE, KIPC_E_BADF};
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        assert_result(kipc_audit_take(o->kernel, &record, NULL), KIPC_OK);
        assert_int_equal(record.kind, KIPC_RECORD_DENIED);
        assert_result(record.result, codes[i]);
        assert_int_equal(record.sent_with, weak);
        assert_int_equal(record.source, i < 2 ? o->pid : o->g->f->second);
    }
}

static void test_VER_DB_04_latencies_of_a_channel(void **state)
{
    struct observer_fixture *o = *state;
    struct kipc_channel_profile profile;
    uint32_t id;
    uint32_t place = position_of(o, o->ends[1], &id);
    assert_result(send_bytes(o, 4, 0), KIPC_OK); /* before anybody looks on: its latency is not known */
    attach(o);
    assert_result(kipc_channel_profile_at(o->kernel, place, &profile), KIPC_E_NOTFOUND);
    assert_result(receive_bytes(o), 4);
    for (uint64_t i = 0; i < 20; i++) {
        assert_result(send_bytes(o, 4, 0), KIPC_OK);
        o->cycles += UINT64_C(1) << i;
        assert_result(receive_bytes(o), 4);
    }
    assert_result(kipc_channel_profile_at(o->kernel, place, &profile), KIPC_OK);
    assert_int_equal(profile.id, id);
    assert_int_equal(profile.messages, 21);
    assert_int_equal(profile.bytes, 84);
    assert_int_equal(kipc_histogram_count(&profile.latency), 20); /* the message of before has none */
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(profile.latency.buckets[i + 1], 1);
    }
    assert_int_equal(kipc_histogram_percentile(&profile.latency, 50), (1 << 10) - 1);
    assert_result(kipc_channel_profile_at(o->kernel, PROFILES, &profile), KIPC_E_NOTFOUND);
}

/* The place of an end in the table is used again: what was known about the former one is not said of the new one. */
static void test_VER_DB_04_a_new_end_begins_anew(void **state)
{
    struct observer_fixture *o = *state;
    struct kipc_channel_profile profile;
    uint32_t id;
    uint32_t old_id;
    attach(o);
    uint32_t place = position_of(o, o->ends[1], &old_id);
    assert_result(send_bytes(o, 4, 0), KIPC_OK);
    assert_result(receive_bytes(o), 4);
    assert_result(kipc_handle_close(o->kernel, o->pid, o->ends[1]), KIPC_OK);
    assert_result(kipc_channel_profile_at(o->kernel, place, &profile), KIPC_E_NOTFOUND);
    assert_result(kipc_handle_close(o->kernel, o->pid, o->ends[0]), KIPC_OK);
    struct kipc_channel_config config = channel_config(4);
    assert_result(kipc_channel_create(o->kernel, o->pid, &config, o->ends), KIPC_OK);
    assert_result(send_bytes(o, 2, 0), KIPC_OK);
    assert_result(receive_bytes(o), 2);
    assert_result(kipc_channel_profile_at(o->kernel, position_of(o, o->ends[1], &id), &profile), KIPC_OK);
    assert_int_not_equal(id, old_id);
    assert_int_equal(profile.messages, 1);
    assert_int_equal(profile.bytes, 2);
}

/* Batches, and sends and receives that nobody waits for, are hops like any other. */
static void test_VER_DB_01_messages_of_every_path_are_seen(void **state)
{
    struct observer_fixture *o = *state;
    struct kipc_record record;
    const struct kipc_channel_message messages[3] = {
        {.length = 3, .data = "abc"}, {.length = 3, .data = "def"}, {.length = 3, .data = "ghi"}};
    char buffers[4][8];
    struct kipc_channel_room rooms[2] = {{.buffer = buffers[0], .capacity = 8}, {.buffer = buffers[1], .capacity = 8}};
    kipc_token_t token;
    attach(o);
    assert_result(kipc_trace_enable(o->kernel, true), KIPC_OK);
    assert_result(kipc_channel_send_batch(o->kernel, o->pid, o->ends[0], messages, 3, KIPC_NO_WAIT), 3);
    assert_result(kipc_channel_receive_batch(o->kernel, o->pid, o->ends[1], rooms, 2, KIPC_NO_WAIT), 2);
    assert_result(kipc_channel_receive_async(o->kernel, o->pid, o->ends[1], 8, KIPC_NO_ID, &token), KIPC_OK);
    assert_result(kipc_async_poll(o->kernel, o->pid, token, buffers[2], 8, NULL), 3);
    assert_result(kipc_channel_send_async(o->kernel, o->pid, o->ends[0], &messages[0], KIPC_NO_ID, &token), KIPC_OK);
    assert_result(kipc_async_poll(o->kernel, o->pid, token, NULL, 0, NULL), KIPC_OK);
    assert_result(kipc_channel_receive(o->kernel, o->pid, o->ends[1], buffers[3], 8, NULL, KIPC_NO_WAIT), 3);
    uint32_t sends = 0;
    uint32_t receives = 0;
    while (kipc_trace_take(o->kernel, &record, NULL) == KIPC_OK) {
        uint32_t *seen = record.kind == KIPC_RECORD_SEND ? &sends : &receives;
        assert_int_equal(record.sequence, *seen);
        *seen += 1;
    }
    assert_int_equal(sends, 4);
    assert_int_equal(receives, 4);
}

static void test_VER_DB_05_throughput_of_all_channels(void **state)
{
    struct observer_fixture *o = *state;
    struct kipc_sample sample;
    attach(o);
    uint64_t start = o->g->f->mock.now;
    for (uint32_t interval = 0; interval < 5; interval++) {
        for (uint32_t i = 0; i < interval * 2; i++) {
            assert_result(send_bytes(o, 10 * interval, 0), KIPC_OK);
            assert_result(receive_bytes(o), 10 * interval);
        }
        o->g->f->mock.now += 100;
    }
    for (uint32_t interval = 1; interval < 5; interval++) { /* the first one was empty */
        assert_result(kipc_throughput_next(o->kernel, &sample), KIPC_OK);
        assert_int_equal(sample.start, start + interval * 100);
        assert_int_equal(sample.messages, interval * 2);
        assert_int_equal(sample.bytes, interval * 2 * 10 * interval);
    }
    assert_result(kipc_throughput_next(o->kernel, &sample), KIPC_E_EMPTY);
}

static void test_MOS_KN_07_count_total_least_and_most(void **state)
{
    struct observer_fixture *o = *state;
    struct kipc_operation_profile profile;
    attach(o);
    for (uint64_t i = 1; i <= 10; i++) {
        o->cycles_a_lock = 10 * i;
        assert_result(sys(o->g, CHANNEL_ADMIT, o->ends[0], i == 7 ? UINT32_MAX : 1), i == 7 ? KIPC_E_INVAL : KIPC_OK);
    }
    assert_result(kipc_perf_snapshot(o->kernel, KIPC_SYSCALL_CHANNEL_ADMIT, &profile), KIPC_OK);
    assert_int_equal(profile.count, 10);
    assert_int_equal(profile.failures, 1);
    /* Permission, the call's own section, and the observer's note; the refused one stays out of the second. */
    assert_int_equal(profile.least, 30);
    assert_int_equal(profile.most, 300);
    assert_int_equal(profile.total, 3 * 550 - 70);
    assert_result(kipc_perf_snapshot(o->kernel, KIPC_SYSCALL_CHANNEL_STATS, &profile), KIPC_OK);
    assert_int_equal(profile.count, 0);
    assert_int_equal(profile.least, 0);
    assert_result(kipc_perf_snapshot(o->kernel, 0, &profile), KIPC_E_NOSYS);
    assert_result(kipc_perf_snapshot(o->kernel, KIPC_SYSCALL_COUNTS, NULL), KIPC_E_INVAL);
}

#if UINTPTR_MAX > UINT32_MAX
/* What is no handle names no channel, though its lower half would. */
static void test_a_handle_that_does_not_fit_is_counted_for_no_channel(void **state)
{
    struct observer_fixture *o = *state;
    struct kipc_channel_profile profile;
    uint32_t id;
    uintptr_t beyond = (uintptr_t)1 << 32 | o->ends[0];
    attach(o);
    assert_result(sys(o->g, CHANNEL_ADMIT, beyond, 1), KIPC_E_INVAL);
    /* Nothing was noted for it yet. */
    assert_result(kipc_channel_profile_at(o->kernel, position_of(o, o->ends[0], &id), &profile), KIPC_E_NOTFOUND);
    assert_result(sys(o->g, CHANNEL_ADMIT, o->ends[0], 1), KIPC_OK);
    assert_result(kipc_channel_profile_at(o->kernel, position_of(o, o->ends[0], &id), &profile), KIPC_OK);
    assert_int_equal(profile.calls, 1);
}
#endif

static void test_VR4_ST_08_a_counter_of_32_bits_wraps(void **state)
{
    struct observer_fixture *o = *state;
    struct kipc_operation_profile profile;
    o->port.cycle_bits = 32;
    o->cycles = UINT64_C(0x1FFFFFFF0);
    attach(o);
    o->cycles_a_lock = 0x20; /* each call takes 0x60 cycles, the first one across the wrap-around */
    assert_result(sys(o->g, CHANNEL_ADMIT, o->ends[0], 1), KIPC_OK);
    assert_result(sys(o->g, CHANNEL_ADMIT, o->ends[0], 1), KIPC_OK);
    assert_result(kipc_perf_snapshot(o->kernel, KIPC_SYSCALL_CHANNEL_ADMIT, &profile), KIPC_OK);
    assert_int_equal(profile.least, 0x60);
    assert_int_equal(profile.most, 0x60);
    assert_int_equal(profile.total, 0xC0);
}

static void test_an_observer_comes_and_goes(void **state)
{
    struct observer_fixture *o = *state;
    struct kipc_observer other;
    struct kipc_observer_config config = o->config;
    struct kipc_operation_profile profile;
    struct kipc_kernel kernel = {0};
    assert_result(kipc_observer_detach(o->kernel), KIPC_E_NOTFOUND);
    assert_result(kipc_observer_attach(NULL, &other, &config), KIPC_E_INVAL);
    assert_result(kipc_observer_attach(o->kernel, NULL, &config), KIPC_E_INVAL);
    assert_result(kipc_observer_attach(o->kernel, &other, NULL), KIPC_E_INVAL);
    assert_result(kipc_observer_attach(&kernel, &other, &config), KIPC_E_STATE);
    assert_result(kipc_observer_detach(&kernel), KIPC_E_STATE);
    config.interval = 0;
    assert_result(kipc_observer_attach(o->kernel, &other, &config), KIPC_E_INVAL);
    config = (struct kipc_observer_config){.channel_count = 1};
    assert_result(kipc_observer_attach(o->kernel, &other, &config), KIPC_E_INVAL);
    config = (struct kipc_observer_config){.trace_records = 1};
    assert_result(kipc_observer_attach(o->kernel, &other, &config), KIPC_E_INVAL);
    config = (struct kipc_observer_config){.audit_records = 1};
    assert_result(kipc_observer_attach(o->kernel, &other, &config), KIPC_E_INVAL);
    assert_result(kipc_observer_attach(&kernel, &other, &config), KIPC_E_INVAL); /* before the kernel is looked at */
    config = (struct kipc_observer_config){.audit_records = 0};
    assert_result(kipc_perf_snapshot(o->kernel, KIPC_SYSCALL_COUNTS, &profile), KIPC_E_NOTSUP);
    assert_result(kipc_observer_attach(o->kernel, &other, &config), KIPC_OK); /* keeps nothing but the calls */
    assert_result(kipc_observer_attach(o->kernel, &o->observer, &o->config), KIPC_E_BUSY);
    assert_result(kipc_trace_enable(o->kernel, true), KIPC_E_NOTSUP);
    assert_result(kipc_audit_enable(o->kernel, true), KIPC_E_NOTSUP);
    struct kipc_sample sample;
    assert_result(kipc_throughput_next(o->kernel, &sample), KIPC_E_NOTSUP);
    assert_result(send_bytes(o, 4, 0), KIPC_OK);
    assert_result(kipc_observer_detach(o->kernel), KIPC_OK);
    attach(o); /* another one: it has not seen that message go */
    o->cycles += 50;
    assert_result(receive_bytes(o), 4);
    struct kipc_channel_profile seen;
    uint32_t id;
    assert_result(kipc_channel_profile_at(o->kernel, position_of(o, o->ends[1], &id), &seen), KIPC_OK);
    assert_int_equal(seen.messages, 1);
    assert_int_equal(kipc_histogram_count(&seen.latency), 0);
}

int main(void)
{
#define OBSERVER_TEST(test) cmocka_unit_test_setup_teardown(test, observer_fixture_set_up, observer_fixture_tear_down)
    const struct CMUnitTest tests[] = {
        OBSERVER_TEST(test_VER_DB_01_the_trace_is_switched_at_run_time),
        OBSERVER_TEST(test_VER_SE_06_07_08_the_audit_of_a_message),
        OBSERVER_TEST(test_VER_SE_06_07_time_stamps_and_lost_records),
        OBSERVER_TEST(test_VER_SE_08_refused_capabilities_are_audited),
        OBSERVER_TEST(test_VER_DB_04_latencies_of_a_channel),
        OBSERVER_TEST(test_VER_DB_04_a_new_end_begins_anew),
        OBSERVER_TEST(test_VER_DB_01_messages_of_every_path_are_seen),
        OBSERVER_TEST(test_VER_DB_05_throughput_of_all_channels),
        OBSERVER_TEST(test_MOS_KN_07_count_total_least_and_most),
#if UINTPTR_MAX > UINT32_MAX
        OBSERVER_TEST(test_a_handle_that_does_not_fit_is_counted_for_no_channel),
#endif
        OBSERVER_TEST(test_VR4_ST_08_a_counter_of_32_bits_wraps),
        OBSERVER_TEST(test_an_observer_comes_and_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
