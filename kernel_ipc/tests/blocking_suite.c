/* SPDX-License-Identifier: MIT */
#include "blocking_suite.h"

const struct suite_case suite_cases[] = {
    {"semaphore", suite_semaphore},
    {"mutex", suite_mutex},
    {"condition", suite_condition},
    {"rwlock", suite_rwlock},
    {"event", suite_event},
    {"notification", suite_notification},
    {"channel", suite_channel},
    {"call", suite_call},
    {"topic", suite_topic},
    {"registry", suite_registry},
    {"batch", suite_batch},
    {"asynchronous", suite_asynchronous},
    {"region", suite_region},
    {"values", suite_values},
    {"kinds", suite_kinds},
    {"waiters", suite_waiters},
    {"requests", suite_requests},
    {"producers", suite_producers},
    {"capabilities", suite_capabilities},
};
const uint32_t suite_case_count = sizeof(suite_cases) / sizeof(suite_cases[0]);

struct kipc_limits suite_limits(void)
{
    struct kipc_limits limits = kipc_limits_soc();
    limits.threads = 64;
    return limits;
}

void suite_check(struct suite *suite, const char *file, int line, const char *what, int64_t actual, int64_t expected)
{
    if (actual != expected) {
        suite->runner->fail(suite->runner->context, file, line, what, actual, expected);
    }
}

struct suite_thread *suite_thread(struct suite *suite, uint32_t number, kipc_pid_t pid,
                                  void (*body)(struct suite_thread *thread), kipc_handle_t handle)
{
    struct suite_thread *thread = &suite->threads[number];
    *thread = (struct suite_thread){
        .suite = suite, .number = number, .pid = pid, .handle = handle, .deadline = KIPC_FOREVER, .body = body};
    return thread;
}

static void run_thread(void *argument)
{
    struct suite_thread *thread = argument;
    thread->body(thread);
    thread->has_ended = true;
}

void suite_start(struct suite_thread *thread, uint8_t priority)
{
    struct suite *suite = thread->suite;
    uint32_t id = suite->runner->thread_id(suite->runner->context, thread->number);
    int result = kipc_thread_detach(suite->kernel, id); /* from its last use, if there was one */
    CHECK(suite, result == KIPC_OK || result == KIPC_E_SRCH, true);
    CHECK(suite, kipc_thread_attach(suite->kernel, thread->pid, id, priority), KIPC_OK);
    suite->runner->start(suite->runner->context, thread->number, run_thread, thread);
}

void suite_start_settled(struct suite_thread *thread, uint8_t priority)
{
    suite_start(thread, priority);
    suite_settle(thread->suite);
}

void suite_settle(struct suite *suite)
{
    suite->runner->settle(suite->runner->context);
}

void suite_join(struct suite *suite)
{
    suite->runner->join(suite->runner->context);
}

void suite_join_with(struct suite *suite, int expected)
{
    suite_join(suite);
    for (uint32_t i = 1; i <= SUITE_THREADS; i++) {
        if (suite->threads[i].body != NULL) {
            CHECK(suite, suite->threads[i].has_ended, true);
            CHECK(suite, suite->threads[i].result, expected);
            suite->threads[i].body = NULL;
        }
    }
}

uint64_t suite_deadline(struct suite *suite)
{
    return kipc_deadline_after(suite->runner->port, SUITE_TICKS);
}

static void begin(struct suite *suite, struct kipc_kernel *kernel, const struct suite_runner *runner)
{
    struct kipc_limits limits = suite_limits();
    struct kipc_memory_limits memory_limits = kipc_memory_limits_soc();
    struct kipc_process_config config = kipc_process_config_default();
    suite->runner = runner;
    suite->kernel = kernel;
    for (uint32_t i = 0; i <= SUITE_THREADS; i++) {
        suite->threads[i].body = NULL;
    }
    for (uint32_t i = 0; i < sizeof(suite->shared) / sizeof(suite->shared[0]); i++) {
        suite->shared[i] = 0;
    }
    CHECK(suite, kipc_kernel_set_up(kernel, runner->port, runner->scheduler, &limits, runner->memory, runner->bytes),
          KIPC_OK);
    CHECK(suite,
          kipc_memory_set_up(kernel, &suite->memory, runner->memory_port, &memory_limits, runner->records,
                             runner->record_bytes),
          KIPC_OK);
    CHECK(suite, kipc_process_register(kernel, &config, &suite->first), KIPC_OK);
    config.user = 1;
    CHECK(suite, kipc_process_register(kernel, &config, &suite->second), KIPC_OK);
    CHECK(suite, kipc_thread_attach(kernel, suite->first, runner->thread_id(runner->context, 0), SUITE_PRIORITY),
          KIPC_OK);
}

static void end(struct suite *suite)
{
    struct kipc_counts counts;
    struct kipc_memory_counts memory;
    suite_join(suite);
    CHECK(suite, kipc_process_exit(suite->kernel, suite->second), KIPC_OK);
    CHECK(suite, kipc_process_exit(suite->kernel, suite->first), KIPC_OK);
    CHECK(suite, kipc_counts(suite->kernel, &counts), KIPC_OK);
    for (uint32_t i = 0; i < KIPC_TABLE_COUNT; i++) {
        CHECK(suite, counts.used[i], 0);
    }
    CHECK(suite, counts.blocks_used, 0);
    CHECK(suite, counts.blocks_reserved, 0);
    CHECK(suite, kipc_memory_counts(suite->kernel, &memory), KIPC_OK);
    CHECK(suite, memory.pages_used, 0);
    CHECK(suite, memory.mappings_used, 0);
    CHECK(suite, memory.bad_puts, 0);
    CHECK(suite, kipc_memory_tear_down(suite->kernel), KIPC_OK);
    CHECK(suite, kipc_kernel_tear_down(suite->kernel), KIPC_OK);
}

void suite_run(struct suite *suite, struct kipc_kernel *kernel, const struct suite_runner *runner,
               const struct suite_case *one)
{
    begin(suite, kernel, runner);
    one->run(suite);
    end(suite);
}
