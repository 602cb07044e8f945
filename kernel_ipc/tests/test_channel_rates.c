/* SPDX-License-Identifier: MIT */
/* How often a process may send, and the priority that a caller lends its server. */
#include "channel_fixture.h"
#include <kipc/call.h>

/* A server with one inbox, and two senders of one end: what the one sends at each tick, the other at every tenth. */
struct flood {
    struct kipc_channel_config config;
    kipc_handle_t flooder;
    kipc_handle_t careful;
    uint64_t latencies[100];
};

static int send_as(struct kernel_fixture *f, kipc_pid_t pid, kipc_handle_t end, uint64_t number)
{
    const struct kipc_channel_message message = {.length = sizeof(number), .data = &number};
    assert_result(kipc_thread_detach(&f->kernel, 0), KIPC_OK);
    assert_result(kipc_thread_attach(&f->kernel, pid, 0, 1), KIPC_OK);
    int result = kipc_channel_send(&f->kernel, pid, end, &message, KIPC_NO_WAIT);
    assert_result(kipc_thread_detach(&f->kernel, 0), KIPC_OK);
    assert_result(kipc_thread_attach(&f->kernel, f->first, 0, 1), KIPC_OK);
    return result;
}

#define STARVED 1000u

/* The server handles one message a tick. A latency counts from the first try to send to the end of the handling. */
static void run_flood(struct kernel_fixture *f, struct flood *flood, bool floods)
{
    uint32_t measured = 0;
    bool is_sent = false;
    uint64_t began = 0;
    for (uint64_t tick = 0; measured < COUNT_OF(flood->latencies); tick++) {
        f->mock.now += 1;
        for (int i = 0; floods && i < 3; i++) {
            int result = send_as(f, f->second, flood->flooder, 1);
            assert_true(result == KIPC_OK || result == KIPC_E_FULL || result == KIPC_E_QUOTA);
        }
        if (!is_sent && tick >= began) {
            is_sent = send_as(f, f->first, flood->careful, 2) == KIPC_OK;
        }
        uint64_t number = 0;
        int received = receive_number(f, f->other, &number, KIPC_NO_WAIT);
        bool is_over = received == 8 && number == 2;
        if (is_over || (tick >= began && tick - began == STARVED)) {
            flood->latencies[measured] = tick + 1 - began;
            measured += 1;
            began = tick + 10;
            is_sent = is_sent && !is_over; /* a starved one may be on its way still */
        }
    }
}

static uint64_t percentile_99(struct flood *flood)
{
    for (size_t i = 1; i < COUNT_OF(flood->latencies); i++) {
        for (size_t j = i; j > 0 && flood->latencies[j] < flood->latencies[j - 1]; j--) {
            uint64_t swapped = flood->latencies[j];
            flood->latencies[j] = flood->latencies[j - 1];
            flood->latencies[j - 1] = swapped;
        }
    }
    return flood->latencies[COUNT_OF(flood->latencies) - 1];
}

static void test_VR4_ST_07_a_flooder_cannot_delay_others(void **state)
{
    struct kernel_fixture *f = *state;
    static struct flood flood;
    flood = (struct flood){.config = channel_config(64)};
    make_channel(f, &flood.config);
    flood.careful = f->handle;
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, f->handle, f->second, KIPC_RIGHT_SEND, &flood.flooder),
                  KIPC_OK);
    run_flood(f, &flood, false);
    uint64_t alone = percentile_99(&flood);
    run_flood(f, &flood, true);
    uint64_t flooded = percentile_99(&flood);
    assert_true(flooded > 2 * alone); /* so the limit below is what helps */
    uint64_t drained;
    while (receive_number(f, f->other, &drained, KIPC_NO_WAIT) == 8) {
        assert_true(drained == 1 || drained == 2);
    }
    /* One message in four ticks, one at once. */
    assert_result(kipc_process_limit_rate(&f->kernel, f->second, 1, 4, 0), KIPC_E_INVAL);
    assert_result(kipc_process_limit_rate(&f->kernel, f->second + 0x10000, 1, 4, 1), KIPC_E_SRCH);
    assert_result(kipc_process_limit_rate(&f->kernel, f->second, 1, 4, 1), KIPC_OK);
    run_flood(f, &flood, true);
    assert_true(percentile_99(&flood) <= 2 * alone);
    assert_result(kipc_process_limit_rate(&f->kernel, f->second, 0, 0, 0), KIPC_OK);
}

static void test_VR4_ST_07_a_rate_holds_on_every_way(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(16);
    make_channel(f, &config);
    assert_result(kipc_process_limit_rate(&f->kernel, f->first, 2, 10, 3), KIPC_OK);
    for (int i = 0; i < 5; i++) {
        assert_result(send_number(f, f->handle, 1, 0, KIPC_NO_WAIT), i < 3 ? KIPC_OK : KIPC_E_QUOTA);
    }
    f->mock.now += 5;
    assert_result(send_number(f, f->handle, 1, 9, KIPC_NO_WAIT), KIPC_OK); /* before the others: not the plain way */
    assert_result(send_number(f, f->handle, 1, 9, KIPC_NO_WAIT), KIPC_E_QUOTA);
    assert_int_equal(f->kernel.threads[0].process->used[KIPC_QUOTA_MESSAGES], 4);
    assert_result(kipc_process_limit_rate(&f->kernel, f->first, 0, 0, 0), KIPC_OK);
    assert_result(send_number(f, f->handle, 1, 0, KIPC_NO_WAIT), KIPC_OK);
}

static void call_and_note(struct actor *actor)
{
    uint64_t reply = 0;
    const struct kipc_channel_message message = {.length = sizeof(actor->number), .data = &actor->number};
    actor->result = kipc_channel_call(&actor->fixture->kernel, actor->pid, actor->handle, &message, &reply,
                                      sizeof(reply), actor->deadline);
    note(actor, actor->thread);
}

static int priority_of(struct kernel_fixture *f, uint32_t thread)
{
    return kipc_thread_priority(&f->kernel, thread);
}

static void test_VER_CP_05_a_server_runs_at_its_callers_priority(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(8);
    struct kipc_channel_info infos[3];
    uint64_t number;
    make_channel(f, &config);
    /* The server is this thread, with priority 10. It has served here before. */
    struct actor *callers[3];
    static const uint8_t priorities[] = {5, 30, 20};
    callers[0] = act(f, f->first, priorities[0], call_and_note);
    assert_int_equal(mock_run(&f->mock), 1);
    assert_result(kipc_channel_receive(&f->kernel, f->first, f->other, &number, 8, &infos[0], KIPC_NO_WAIT), 8);
    assert_result(priority_of(f, 0), FIXTURE_PRIORITY); /* a less urgent caller changes nothing */
    for (size_t i = 1; i < 3; i++) {
        callers[i] = act(f, f->first, priorities[i], call_and_note);
        assert_int_equal(mock_run(&f->mock), i + 1);
        assert_result(priority_of(f, 0), 30); /* while the request waits in the inbox */
    }
    assert_result(kipc_channel_receive(&f->kernel, f->first, f->other, &number, 8, &infos[1], KIPC_NO_WAIT), 8);
    assert_result(kipc_channel_reply(&f->kernel, f->first, infos[1].header.request_id, &number, 8), KIPC_OK);
    assert_result(priority_of(f, 0), 20);
    assert_result(kipc_channel_receive(&f->kernel, f->first, f->other, &number, 8, &infos[2], KIPC_NO_WAIT), 8);
    assert_result(priority_of(f, 0), 20);
    assert_result(kipc_channel_reply(&f->kernel, f->first, infos[2].header.request_id, &number, 8), KIPC_OK);
    assert_result(priority_of(f, 0), FIXTURE_PRIORITY);
    assert_result(kipc_channel_reply(&f->kernel, f->first, infos[0].header.request_id, &number, 8), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
    for (size_t i = 0; i < 3; i++) {
        assert_result(callers[i]->result, 8);
    }
    /* A caller that gives up takes its priority along. */
    struct actor *hasty = act(f, f->first, 40, call_and_note);
    hasty->deadline = f->mock.now + 5;
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(priority_of(f, 0), 40);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(hasty->result, KIPC_E_TIMEDOUT);
    assert_result(priority_of(f, 0), FIXTURE_PRIORITY);
}

static void serve_and_note(struct actor *actor)
{
    struct kipc_channel_info info;
    actor->result = kipc_channel_receive(&actor->fixture->kernel, actor->pid, actor->handle, &actor->number,
                                         sizeof(actor->number), &info, actor->deadline);
    note(actor, actor->thread);
}

static void test_VER_CP_05_raised_before_it_runs_and_free_when_it_ends(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(8);
    make_channel(f, &config);
    struct actor *server = act(f, f->second, 3, serve_and_note);
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, f->other, f->second, KIPC_RIGHT_RECEIVE, &server->handle),
                  KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 1); /* it waits for a request */
    struct actor *caller = act(f, f->first, 30, call_and_note);
    struct actor *between = act(f, f->first, 25, send_and_note);
    between->handle = f->other;
    assert_int_equal(mock_run(&f->mock), 1);
    /* The server, raised to 30 when the request came, ran before the thread of 25. */
    assert_order(f, server->thread, between->thread);
    assert_result(priority_of(f, server->thread), 30);
    /* Without a reply it ends: nobody inherits any more, and the caller is told. */
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_OK);
    assert_null(f->kernel.threads[server->thread].owned);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(caller->result, KIPC_E_CLOSED);
}

int main(void)
{
#define WITH_KERNEL(test) cmocka_unit_test_setup_teardown(test, kernel_fixture_set_up, kernel_fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_KERNEL(test_VR4_ST_07_a_flooder_cannot_delay_others),
        WITH_KERNEL(test_VR4_ST_07_a_rate_holds_on_every_way),
        WITH_KERNEL(test_VER_CP_05_a_server_runs_at_its_callers_priority),
        WITH_KERNEL(test_VER_CP_05_raised_before_it_runs_and_free_when_it_ends),
    };
    return cmocka_run_group_tests_name("channel_rates", tests, NULL, NULL);
}
