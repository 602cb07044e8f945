/* SPDX-License-Identifier: MIT */
/* What a gate says about failing calls. These builds have all levels; tools/tests/test_builds.py looks at one without.
 */
#include "gate_fixture.h"
#include "text_writer.h"
#include <kipc/log.h>
#include <stdio.h>
#include <stdlib.h>

#define PERIOD 100u

struct log_fixture {
    struct gate_fixture *g;
    struct kipc_log log;
    struct text_writer out;
};

static int set_up(void **state)
{
    struct log_fixture *l = calloc(1, sizeof(*l));
    assert_non_null(l);
    void *gate_state = NULL;
    assert_int_equal(gate_fixture_set_up(&gate_state), 0);
    l->g = gate_state;
    *state = l;
    return 0;
}

static int tear_down(void **state)
{
    struct log_fixture *l = *state;
    void *gate_state = l->g;
    int result = gate_fixture_tear_down(&gate_state);
    free(l);
    return result;
}

static void log_at(struct log_fixture *l, uint32_t level)
{
    const struct kipc_writer writer = text_writer(&l->out);
    assert_result(kipc_log_set_up(&l->log, &writer, level, PERIOD), KIPC_OK);
    assert_result(kipc_gate_set_log(&l->g->gate, &l->log), KIPC_OK);
    text_writer_clear(&l->out);
}

static void test_MOS_ER_03_each_failing_call_is_a_line(void **state)
{
    struct log_fixture *l = *state;
    struct gate_fixture *g = l->g;
    char expected[128];
    unsigned int lines = 0;
    make_one_of_each(g);
    log_at(l, KIPC_LOG_ALL);
    for (uintptr_t i = 0; i < KIPC_SYSCALL_COUNT; i++) {
        struct call_description call = describe_call(KIPC_SYSCALL_FIRST + i);
        uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS];
        if (call.arguments[0] != 'h') {
            continue;
        }
        good_arguments(g, call.number, arguments);
        arguments[0] = 0xFFFF0001;
        text_writer_clear(&l->out);
        assert_result(gate_call(g, g->f->first, call.number, arguments), KIPC_E_BADF);
        (void)snprintf(expected, sizeof(expected), "kipc %s handle=4294901761 pid=%u code=-9 BADF\n",
                       kipc_syscall_name(call.number), g->f->first);
        assert_string_equal(l->out.text, expected);
        assert_int_equal(l->out.writes, 1);
        lines += 1;
    }
    assert_true(lines > 30);
    text_writer_clear(&l->out);
    assert_result(sys(g, SEMAPHORE_POST, g->handles[KIPC_TABLE_SEMAPHORE]), KIPC_OK);
    assert_int_equal(l->out.writes, 0); /* nothing failed */
    const uintptr_t none[KIPC_SYSCALL_ARGUMENTS] = {3};
    assert_result(gate_call(g, g->f->first, 7, none), KIPC_E_NOSYS);
    (void)snprintf(expected, sizeof(expected), "kipc unknown handle=3 pid=%u code=-38 NOSYS\n", g->f->first);
    assert_string_equal(l->out.text, expected);
}

/* How many lines come of: a limit, a refusal, an error, and an attempt that found nothing. */
static unsigned int lines_at(struct log_fixture *l, uint32_t level)
{
    struct gate_fixture *g = l->g;
    struct kipc_process *process = kipc_table_find(&g->f->kernel.tables[KIPC_TABLE_PROCESS], g->f->first);
    log_at(l, level);
    process->limits[KIPC_QUOTA_OBJECTS] = process->used[KIPC_QUOTA_OBJECTS];
    uintptr_t out = (uintptr_t)user_memory(g, 4);
    assert_result(sys(g, CONDITION_CREATE, 0, out), KIPC_E_QUOTA);
    process->limits[KIPC_QUOTA_OBJECTS] = KIPC_QUOTA_UNLIMITED;
    assert_result(sys(g, SEMAPHORE_POST, 0xFFFF0001), KIPC_E_BADF);
    assert_result(sys(g, HANDLE_RESTRICT, g->handles[KIPC_TABLE_EVENT], 0x80), KIPC_E_ACCES);
    assert_result(sys(g, MUTEX_RECOVER, g->handles[KIPC_TABLE_MUTEX]), KIPC_E_STATE);
    assert_result(sys(g, CHANNEL_RECEIVE, g->peer, 0, 0, 0, KIPC_NO_WAIT), KIPC_E_EMPTY);
    return l->out.writes;
}

static void test_MOS_ER_03_levels(void **state)
{
    struct log_fixture *l = *state;
    make_one_of_each(l->g);
    assert_int_equal(lines_at(l, KIPC_LOG_NONE), 0);
    assert_int_equal(lines_at(l, KIPC_LOG_LIMITS), 1);
    assert_int_equal(lines_at(l, KIPC_LOG_REFUSALS), 3);
    assert_int_equal(lines_at(l, KIPC_LOG_ERRORS), 4);
    assert_int_equal(lines_at(l, KIPC_LOG_ALL), 5);
    assert_result(kipc_gate_set_log(&l->g->gate, NULL), KIPC_OK);
    text_writer_clear(&l->out);
    assert_result(sys(l->g, SEMAPHORE_POST, 0xFFFF0001), KIPC_E_BADF);
    assert_int_equal(l->out.writes, 0);
}

/* Makes objects with one system call until that is refused; then says how often it was said. */
static void reach_limit(struct log_fixture *l, uintptr_t number, uintptr_t *arguments, int code)
{
    struct gate_fixture *g = l->g;
    intptr_t result = KIPC_OK;
    text_writer_clear(&l->out);
    for (unsigned int i = 0; i < 1000 && result >= 0; i++) {
        result = gate_call(g, g->f->first, number, arguments);
    }
    assert_result(result, code);
    for (unsigned int i = 0; i < 50; i++) {
        assert_result(gate_call(g, g->f->first, number, arguments), code);
    }
    assert_int_equal(l->out.writes, 1);
    g->f->mock.now += PERIOD;
    assert_result(gate_call(g, g->f->first, number, arguments), code);
    assert_int_equal(l->out.writes, 2); /* it is said again after a while */
    assert_int_equal(lines_with(&l->out, "kipc "), 2);
    assert_int_equal(number_in(&l->out, "kipc ", "pid"), g->f->first);
}

static void assert_all_work(struct gate_fixture *g)
{
    g->user_used = 0;
    uintptr_t out = (uintptr_t)user_memory(g, 256);
    assert_result(sys(g, SEMAPHORE_WAIT, g->handles[KIPC_TABLE_SEMAPHORE], KIPC_NO_WAIT), KIPC_OK);
    assert_result(sys(g, SEMAPHORE_POST, g->handles[KIPC_TABLE_SEMAPHORE]), KIPC_OK);
    assert_result(sys(g, MUTEX_LOCK, g->handles[KIPC_TABLE_MUTEX], KIPC_NO_WAIT), KIPC_OK);
    assert_result(sys(g, MUTEX_UNLOCK, g->handles[KIPC_TABLE_MUTEX]), KIPC_OK);
    assert_result(sys(g, EVENT_WAIT, g->handles[KIPC_TABLE_EVENT], KIPC_NO_WAIT, 0), KIPC_OK);
    assert_result(sys(g, RWLOCK_READ, g->handles[KIPC_TABLE_RWLOCK], KIPC_NO_WAIT), KIPC_OK);
    assert_result(sys(g, RWLOCK_UNLOCK, g->handles[KIPC_TABLE_RWLOCK]), KIPC_OK);
    assert_result(sys(g, CHANNEL_SEND_FAST, g->handles[KIPC_TABLE_CHANNEL], 8, 1), KIPC_OK);
    assert_result(sys(g, CHANNEL_RECEIVE, g->peer, out, 64, 0, KIPC_NO_WAIT), 8);
}

static void test_MOS_SE_09_limits_of_tables_are_said_once(void **state)
{
    (void)state;
    static const struct {
        uintptr_t number;
        int code;
    } limits[] = {
        {KIPC_SYSCALL_SEMAPHORE_CREATE, KIPC_E_NOSPC}, {KIPC_SYSCALL_MUTEX_CREATE, KIPC_E_NOSPC},
        {KIPC_SYSCALL_CONDITION_CREATE, KIPC_E_NOSPC}, {KIPC_SYSCALL_RWLOCK_CREATE, KIPC_E_NOSPC},
        {KIPC_SYSCALL_EVENT_CREATE, KIPC_E_NOSPC},     {KIPC_SYSCALL_NOTIFICATION_CREATE, KIPC_E_NOSPC},
        {KIPC_SYSCALL_CHANNEL_CREATE, KIPC_E_NOMEM},   {KIPC_SYSCALL_TOPIC_CREATE, KIPC_E_NOSPC},
        {KIPC_SYSCALL_TOPIC_SUBSCRIBE, KIPC_E_NOSPC},  {KIPC_SYSCALL_HANDLE_DUPLICATE, KIPC_E_NOSPC},
    };
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        void *log_state = NULL;
        assert_int_equal(set_up(&log_state), 0);
        struct log_fixture *l = log_state;
        uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS];
        make_one_of_each(l->g);
        log_at(l, KIPC_LOG_LIMITS);
        good_arguments(l->g, limits[i].number, arguments);
        reach_limit(l, limits[i].number, arguments, limits[i].code);
        assert_all_work(l->g);
        assert_int_equal(tear_down(&log_state), 0);
    }
}

static void test_MOS_SE_09_quotas_are_said_once(void **state)
{
    (void)state;
    static const struct {
        enum kipc_quota quota;
        uintptr_t number;
    } quotas[] = {
        {KIPC_QUOTA_HANDLES, KIPC_SYSCALL_HANDLE_DUPLICATE}, {KIPC_QUOTA_OBJECTS, KIPC_SYSCALL_SEMAPHORE_CREATE},
        {KIPC_QUOTA_CHANNELS, KIPC_SYSCALL_CHANNEL_CREATE},  {KIPC_QUOTA_BYTES, KIPC_SYSCALL_CHANNEL_CREATE},
        {KIPC_QUOTA_MESSAGES, KIPC_SYSCALL_CHANNEL_SEND},
    };
    for (size_t i = 0; i < COUNT_OF(quotas); i++) {
        void *log_state = NULL;
        assert_int_equal(set_up(&log_state), 0);
        struct log_fixture *l = log_state;
        struct gate_fixture *g = l->g;
        uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS];
        make_one_of_each(g);
        struct kipc_process *process = kipc_table_find(&g->f->kernel.tables[KIPC_TABLE_PROCESS], g->f->first);
        log_at(l, KIPC_LOG_LIMITS);
        good_arguments(g, quotas[i].number, arguments);
        if (quotas[i].number == KIPC_SYSCALL_HANDLE_DUPLICATE) {
            arguments[1] = g->f->first;
        }
        process->limits[quotas[i].quota] = process->used[quotas[i].quota];
        reach_limit(l, quotas[i].number, arguments, KIPC_E_QUOTA);
        process->limits[quotas[i].quota] = KIPC_QUOTA_UNLIMITED;
        assert_all_work(g);
        assert_int_equal(tear_down(&log_state), 0);
    }
}

static void test_MOS_ER_03_at_the_highest_level_limits_are_said_each_time(void **state)
{
    struct log_fixture *l = *state;
    struct gate_fixture *g = l->g;
    uintptr_t out = (uintptr_t)user_memory(g, 4);
    log_at(l, KIPC_LOG_ALL);
    g->f->kernel.tables[KIPC_TABLE_SEMAPHORE].first_free = 0;
    for (unsigned int i = 1; i <= 5; i++) {
        assert_result(sys(g, SEMAPHORE_CREATE, 0, 1, KIPC_WAIT_FIFO, out), KIPC_E_NOSPC);
        assert_int_equal(l->out.writes, i);
    }
}

static void test_set_up_of_a_log(void **state)
{
    struct log_fixture *l = *state;
    const struct kipc_writer writer = text_writer(&l->out);
    const struct kipc_writer none = {0};
    assert_result(kipc_log_set_up(NULL, &writer, 1, 1), KIPC_E_INVAL);
    assert_result(kipc_log_set_up(&l->log, NULL, 1, 1), KIPC_E_INVAL);
    assert_result(kipc_log_set_up(&l->log, &none, 1, 1), KIPC_E_INVAL);
    assert_result(kipc_log_set_up(&l->log, &writer, KIPC_LOG_ALL + 1, 1), KIPC_E_INVAL);
    assert_result(kipc_gate_set_log(NULL, &l->log), KIPC_E_INVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_MOS_ER_03_each_failing_call_is_a_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_MOS_ER_03_levels, set_up, tear_down),
        cmocka_unit_test(test_MOS_SE_09_limits_of_tables_are_said_once),
        cmocka_unit_test(test_MOS_SE_09_quotas_are_said_once),
        cmocka_unit_test_setup_teardown(test_MOS_ER_03_at_the_highest_level_limits_are_said_each_time, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_set_up_of_a_log, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
