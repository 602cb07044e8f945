/* SPDX-License-Identifier: MIT */
/* Capabilities between processes: by system calls, through shared memory; and that nobody who looks on sees them. */
#include "observer_fixture.h"
#include <inttypes.h>
#include <kipc/log.h>
#include <stdio.h>

static void test_a_capability_through_shared_memory(void **state)
{
    struct memory_fixture *m = *state;
    struct kipc_kernel *kernel = m->kernel;
    struct kipc_capability capability;
    struct kipc_capability found;
    kipc_handle_t event;
    kipc_handle_t redeemed;
    assert_result(kipc_kernel_set_capability_key(kernel, (const uint8_t *)"sixteen bytes..."), KIPC_OK);
    kipc_handle_t region = make_region(m, FIXTURE_PAGE_BYTES, KIPC_LIFETIME_HANDLES);
    kipc_handle_t theirs = give_region(m, region, KIPC_RIGHT_MAP);
    assert_result(kipc_event_create(kernel, m->first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &event), KIPC_OK);
    assert_result(kipc_capability_make(kernel, m->first, event, KIPC_RIGHT_SEND, &capability), KIPC_OK);
    assert_result(kipc_region_attach(kernel, m->first, region, NULL), KIPC_OK);
    assert_result(kipc_region_write(kernel, m->first, region, 128, &capability, sizeof(capability)), KIPC_OK);
    assert_result(kipc_region_attach(kernel, m->second, theirs, NULL), KIPC_OK);
    assert_result(kipc_region_read(kernel, m->second, theirs, 128, &found, sizeof(found)), KIPC_OK);
    assert_result(kipc_capability_redeem(kernel, m->second, &found, &redeemed), KIPC_OK);
    assert_result(kipc_event_signal(kernel, m->second, redeemed, 5), 0);
    struct kipc_event_signal signal;
    assert_result(kipc_event_wait(kernel, m->first, event, KIPC_NO_WAIT, &signal), KIPC_OK);
    assert_true(signal.data == 5);
    assert_result(kipc_event_wait(kernel, m->second, redeemed, KIPC_NO_WAIT, &signal), KIPC_E_ACCES);
}

/* The list of a large message comes from the process: it is read once, and only as far as it goes. */
static void scribble(struct gate_fixture *g, uintptr_t address, size_t bytes)
{
    (void)g;
    memset((void *)address, 0xFF, bytes);
}

static void test_FNG_SE_03_VER_MS_08_a_list_of_capabilities_is_read_once(void **state)
{
    struct gate_fixture *g = *state;
    struct kipc_kernel *kernel = &g->f->kernel;
    kipc_handle_t handles[20];
    make_one_of_each(g);
    for (uint32_t i = 0; i < 20; i++) {
        assert_result(kipc_handle_duplicate(kernel, g->f->first, g->handles[KIPC_TABLE_EVENT], g->f->first, KIPC_RIGHTS,
                                            &handles[i]),
                      KIPC_OK);
    }
    const struct kipc_channel_message message = {.length = KIPC_MSG_SMALL_MAX + 1,
                                                 .data = user_memory(g, KIPC_MSG_SMALL_MAX + 1),
                                                 .capability_count = 20,
                                                 .moves_capabilities = true,
                                                 .capability_list = user_copy(g, handles, sizeof(handles))};
    uintptr_t channel = g->handles[KIPC_TABLE_CHANNEL];
    uint32_t before = live(g->f, KIPC_TABLE_HANDLE);
    struct kipc_channel_message bad = message;
    bad.capability_list = (const kipc_handle_t *)(const void *)g->foreign;
    assert_result(sys(g, CHANNEL_SEND, channel, (uintptr_t)user_copy(g, &bad, sizeof(bad))), KIPC_E_FAULT);
    bad.capability_list = (const kipc_handle_t *)(const void *)(g->writable + USER_BYTES - 19 * sizeof(handles[0]));
    assert_result(sys(g, CHANNEL_SEND, channel, (uintptr_t)user_copy(g, &bad, sizeof(bad))), KIPC_E_FAULT);
    bad = message;
    bad.capability_count = KIPC_CFG_CAPS_PER_MSG_MAX + 1;
    assert_result(sys(g, CHANNEL_SEND, channel, (uintptr_t)user_copy(g, &bad, sizeof(bad))), KIPC_E_INVAL);
    assert_result(sys(g, TOPIC_PUBLISH, g->handles[KIPC_TABLE_TOPIC], (uintptr_t)user_copy(g, &message, sizeof(bad))),
                  KIPC_E_INVAL);
    assert_int_equal(live(g->f, KIPC_TABLE_HANDLE), before);
    uintptr_t in = (uintptr_t)user_copy(g, &message, sizeof(message));
    g->after_copy = scribble;
    assert_result(sys(g, CHANNEL_SEND, channel, in), KIPC_OK);
    g->after_copy = NULL;
    struct kipc_channel_large_info *info = user_memory(g, sizeof(*info));
    uintptr_t buffer = (uintptr_t)user_memory(g, 128);
    assert_result(sys(g, CHANNEL_RECEIVE_LARGE, g->peer, buffer, 128, (uintptr_t)info), KIPC_MSG_SMALL_MAX + 1);
    assert_int_equal(info->capability_count, 20);
    for (uint32_t i = 0; i < 20; i++) {
        assert_result(kipc_event_signal(kernel, g->f->first, info->capabilities[i], 0), 0);
    }
    assert_int_equal(live(g->f, KIPC_TABLE_HANDLE), before);
}

/* True if the token stands in a text in any way in which numbers are printed here or elsewhere. */
static bool shows(const char *text, uint64_t token)
{
    const char *const formats[] = {"%" PRIx64, "%" PRIX64, "%" PRIu64, "%" PRId64};
    char number[32];
    bool is_there = false;
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(number, sizeof(number), formats[i], token);
#pragma GCC diagnostic pop
        is_there = is_there || strstr(text, number) != NULL;
    }
    for (unsigned int half = 0; half < 2; half++) {
        snprintf(number, sizeof(number), "%08" PRIx32, (uint32_t)(token >> 32 * half));
        is_there = is_there || strstr(text, number) != NULL;
    }
    return is_there;
}

/* True if its eight bytes lie anywhere in memory. */
static bool holds(const void *memory, size_t bytes, uint64_t token)
{
    const uint8_t *byte = memory;
    bool is_there = false;
    for (size_t i = 0; i + sizeof(token) <= bytes && !is_there; i++) {
        is_there = memcmp(byte + i, &token, sizeof(token)) == 0;
    }
    return is_there;
}

static void write_all_reports(struct observer_fixture *o)
{
    assert_true(kipc_trace_dump(o->kernel, &o->writer) >= 0);
    assert_true(kipc_dump_channels(o->kernel, &o->writer) >= 0);
    assert_true(kipc_prof(o->kernel, 100, &o->writer) >= 0);
    assert_true(kipc_report_monitor(o->kernel->port, &o->writer) >= 0);
}

/* Everything that looks on does so while capabilities are made, redeemed and refused. */
static void test_VER_CA_01_no_token_is_ever_shown(void **state)
{
    struct observer_fixture *o = *state;
    struct gate_fixture *g = o->g;
    struct kipc_log log;
    kipc_handle_t handle;
    assert_result(kipc_log_set_up(&log, &o->writer, KIPC_LOG_ALL, 1), KIPC_OK);
    assert_result(kipc_gate_set_log(&g->gate, &log), KIPC_OK);
    attach(o);
    assert_result(kipc_trace_enable(o->kernel, true), KIPC_OK);
    assert_result(kipc_audit_enable(o->kernel, true), KIPC_OK);
    assert_result(kipc_event_create(o->kernel, o->pid, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &handle), KIPC_OK);
    struct kipc_capability *capability = user_memory(g, sizeof(*capability));
    uintptr_t out = (uintptr_t)user_memory(g, sizeof(handle));
    assert_result(sys(g, CAPABILITY_MAKE, handle, KIPC_RIGHT_SEND, (uintptr_t)capability), KIPC_OK);
    const struct kipc_capability good = *capability;
    assert_result(sys(g, CAPABILITY_REDEEM, (uintptr_t)capability, out), KIPC_OK);
    capability->rights = KIPC_RIGHTS; /* the token is another one's */
    assert_result(sys(g, CAPABILITY_REDEEM, (uintptr_t)capability, out), KIPC_E_BADCAP);
    *capability = good;
    assert_result(kipc_handle_revoke(o->kernel, o->pid, handle), 1);
    assert_result(sys(g, CAPABILITY_REDEEM, (uintptr_t)capability, out), KIPC_E_BADCAP);
    assert_result(sys(g, CAPABILITY_MAKE, handle, KIPC_RIGHT_SEND, 0), KIPC_E_FAULT);
    assert_true(send_bytes(o, 8, 0) >= 0 && receive_bytes(o) >= 0);
    write_all_reports(o);
    assert_int_equal(lines_with(&o->out, "kipc capability_redeem"), 2); /* the refusals were told */
    assert_false(shows(o->out.text, good.token));
    assert_false(holds(o, sizeof(*o), good.token));
    struct kipc_limits limits = kipc_limits_soc();
    assert_false(holds(g->f->memory, kipc_kernel_bytes(&limits), good.token));
    assert_false(holds(o->kernel, sizeof(*o->kernel), good.token));
    /* These looks do find one that is there. */
    char line[64];
    snprintf(line, sizeof(line), "token=%" PRIx64 "\n", good.token);
    assert_true(shows(line, good.token));
    memcpy(o->trace, &good, sizeof(good));
    assert_true(holds(o, sizeof(*o), good.token));
    memset(o->trace, 0, sizeof(good));
    assert_result(kipc_observer_detach(o->kernel), KIPC_OK);
}

/* A refusal of each call that takes handles of any class, or a name, or a capability. */
static void refuse_each(struct observer_fixture *o, kipc_handle_t weak, kipc_handle_t stale)
{
    struct kipc_kernel *kernel = o->kernel;
    kipc_pid_t pid = o->pid;
    kipc_handle_t handle;
    uint32_t id;
    struct kipc_capability capability = {.token = 1, .source = o->ends[0], .rights = KIPC_RIGHTS};
    struct kipc_channel_message message = {.capabilities = {weak, weak}, .capability_count = 2};
    assert_result(kipc_handle_close(kernel, pid, stale), KIPC_E_BADF);
    assert_result(kipc_handle_revoke(kernel, pid, stale), KIPC_E_BADF);
    assert_result(kipc_object_id(kernel, pid, stale, &id), KIPC_E_BADF);
    assert_result(kipc_handle_duplicate(kernel, pid, weak, pid, KIPC_RIGHTS, &handle), KIPC_E_ACCES);
    assert_result(kipc_handle_duplicate(kernel, pid, weak, o->g->f->second, 0, &handle), KIPC_E_ACCES);
    assert_result(kipc_handle_restrict(kernel, pid, weak, KIPC_RIGHTS), KIPC_E_ACCES);
    assert_result(kipc_object_close(kernel, pid, weak), KIPC_E_ACCES);
    assert_result(kipc_object_set_name(kernel, pid, weak, "fresh", 0), KIPC_E_ACCES);
    assert_result(kipc_object_set_mode(kernel, pid, weak, 0), KIPC_E_ACCES);
    assert_result(kipc_capability_make(kernel, pid, weak, 0, &capability), KIPC_E_ACCES);
    assert_result(kipc_capability_redeem(kernel, pid, &capability, &handle), KIPC_E_BADCAP);
    assert_result(kipc_channel_send(kernel, pid, o->ends[0], &message, KIPC_NO_WAIT), KIPC_E_ACCES);
    message.capabilities[0] = stale;
    assert_result(kipc_channel_send(kernel, pid, o->ends[0], &message, KIPC_NO_WAIT), KIPC_E_BADCAP);
}

static void test_VER_SE_08_refused_capabilities_are_written_down(void **state)
{
    struct observer_fixture *o = *state;
    kipc_handle_t event;
    kipc_handle_t weak;
    struct kipc_record record;
    uint64_t lost;
    const kipc_handle_t stale = 0xFFFF0001;
    assert_result(kipc_event_create(o->kernel, o->pid, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &event), KIPC_OK);
    assert_result(kipc_handle_duplicate(o->kernel, o->pid, event, o->pid, KIPC_RIGHT_SEND, &weak), KIPC_OK);
    static struct kipc_record audit[16];
    o->config.audit = audit;
    o->config.audit_records = COUNT_OF(audit);
    attach(o);
    assert_result(kipc_audit_enable(o->kernel, true), KIPC_OK);
    refuse_each(o, weak, stale);
    const struct {
        kipc_handle_t handle;
        int result;
    } expected[] = {{stale, KIPC_E_BADF},  {stale, KIPC_E_BADF}, {stale, KIPC_E_BADF},        {weak, KIPC_E_ACCES},
                    {weak, KIPC_E_ACCES},  {weak, KIPC_E_ACCES}, {weak, KIPC_E_ACCES},        {weak, KIPC_E_ACCES},
                    {weak, KIPC_E_ACCES},  {weak, KIPC_E_ACCES}, {o->ends[0], KIPC_E_BADCAP}, {weak, KIPC_E_ACCES},
                    {stale, KIPC_E_BADCAP}};
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        assert_result(kipc_audit_take(o->kernel, &record, &lost), KIPC_OK);
        assert_int_equal(record.kind, KIPC_RECORD_DENIED);
        assert_int_equal(record.sent_with, expected[i].handle);
        assert_result(record.result, expected[i].result);
        assert_int_equal(record.source, o->pid);
    }
    assert_result(kipc_audit_take(o->kernel, &record, &lost), KIPC_E_EMPTY);
    assert_result(kipc_observer_detach(o->kernel), KIPC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MEMORY_TEST(test_a_capability_through_shared_memory),
        cmocka_unit_test_setup_teardown(test_FNG_SE_03_VER_MS_08_a_list_of_capabilities_is_read_once,
                                        gate_fixture_set_up, gate_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_VER_SE_08_refused_capabilities_are_written_down, observer_fixture_set_up,
                                        observer_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_VER_CA_01_no_token_is_ever_shown, observer_fixture_set_up,
                                        observer_fixture_tear_down),
    };
    return cmocka_run_group_tests_name("capability_gate", tests, NULL, NULL);
}
