/* SPDX-License-Identifier: MIT */
/* The suite of waits under the mock scheduler. */
#include "blocking_suite.h"
#include "fake_memory.h"
#include "mock_scheduler.h"
#include "support.h"

#define ROUNDS 1000u

#define PAGE_BYTES 256u
#define ENTRIES 8u

struct mock_runner {
    struct fake_memory memory;
    uint8_t taken[SUITE_PAGES];
    struct fake_entry entries[ENTRIES];
    struct mock_scheduler mock;
    struct suite_runner runner;
    struct {
        void (*run)(void *argument);
        void *argument;
        struct mock_runner *owner;
        bool is_due;
    } jobs[SUITE_THREADS + 1];
    bool is_over;
};

/* A thread of the suite is one actor that is used again and again. */
static void run_jobs(void *context)
{
    struct mock_runner *own = *(struct mock_runner **)context;
    uint32_t number = own->mock.running;
    while (!own->is_over) {
        if (own->jobs[number].is_due) {
            own->jobs[number].is_due = false;
            own->jobs[number].run(own->jobs[number].argument);
        } else {
            (void)own->mock.port.ops->block(own->mock.port.context, KIPC_FOREVER);
        }
    }
}

static uint32_t thread_id(void *context, uint32_t number)
{
    (void)context;
    return number;
}

static void start(void *context, uint32_t number, void (*run)(void *argument), void *argument)
{
    struct mock_runner *own = context;
    own->jobs[number].run = run;
    own->jobs[number].argument = argument;
    own->jobs[number].is_due = true;
    own->mock.port.ops->wake(own->mock.port.context, number);
}

static void settle(void *context)
{
    (void)mock_run_now(&((struct mock_runner *)context)->mock);
}

static void join(void *context)
{
    (void)mock_run(&((struct mock_runner *)context)->mock);
}

static void fail_case(void *context, const char *file, int line, const char *what, int64_t actual, int64_t expected)
{
    (void)context;
    fail_msg("%s:%d: %s is %lld, expected %lld", file, line, what, (long long)actual, (long long)expected);
}

static void run_case(const char *name)
{
    struct mock_runner own = {.is_over = false};
    struct kipc_kernel kernel = {.magic = 0};
    struct suite suite;
    struct kipc_limits limits = suite_limits();
    struct mock_runner *pointers[SUITE_THREADS + 1];
    struct kipc_memory_limits memory_limits = kipc_memory_limits_soc();
    uint8_t *pages = aligned_memory((size_t)SUITE_PAGES * PAGE_BYTES);
    mock_set_up(&own.mock);
    fake_memory_set_up(&own.memory, PAGE_BYTES, pages, own.taken, SUITE_PAGES, own.entries, ENTRIES);
    own.runner = (struct suite_runner){.port = &own.mock.port,
                                       .scheduler = &own.mock.scheduler,
                                       .bytes = kipc_kernel_bytes(&limits),
                                       .memory_port = &own.memory.port,
                                       .record_bytes = kipc_memory_bytes(&memory_limits),
                                       .rounds = ROUNDS,
                                       .context = &own,
                                       .thread_id = thread_id,
                                       .start = start,
                                       .settle = settle,
                                       .join = join,
                                       .fail = fail_case};
    own.runner.memory = aligned_memory(own.runner.bytes);
    own.runner.records = aligned_memory(own.runner.record_bytes);
    for (uint32_t i = 1; i <= SUITE_THREADS; i++) {
        pointers[i] = &own;
        assert_int_equal(mock_spawn(&own.mock, run_jobs, &pointers[i]), i);
    }
    uint32_t found = 0;
    for (uint32_t i = 0; i < suite_case_count; i++) {
        if (strcmp(suite_cases[i].name, name) == 0) {
            suite_run(&suite, &kernel, &own.runner, &suite_cases[i]);
            found += 1;
        }
    }
    assert_int_equal(found, 1);
    own.is_over = true;
    for (uint32_t i = 1; i <= SUITE_THREADS; i++) {
        own.mock.port.ops->wake(own.mock.port.context, i);
    }
    assert_int_equal(mock_run(&own.mock), 0);
    mock_tear_down(&own.mock);
    assert_int_equal(own.memory.taken_count, 0);
    assert_null(own.memory.misuse);
    aligned_memory_free(pages);
    aligned_memory_free(own.runner.records);
    aligned_memory_free(own.runner.memory);
}

#define SUITE_TEST(name)                                                                                               \
    static void test_MOS_KN_05_##name(void **state)                                                                    \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        run_case(#name);                                                                                               \
    }
SUITE_TEST(semaphore)
SUITE_TEST(mutex)
SUITE_TEST(condition)
SUITE_TEST(rwlock)
SUITE_TEST(event)
SUITE_TEST(notification)
SUITE_TEST(channel)
SUITE_TEST(call)
SUITE_TEST(topic)
SUITE_TEST(registry)
SUITE_TEST(batch)
SUITE_TEST(asynchronous)
SUITE_TEST(region)
SUITE_TEST(values)
SUITE_TEST(kinds)
SUITE_TEST(waiters)
SUITE_TEST(requests)
SUITE_TEST(producers)
SUITE_TEST(capabilities)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_MOS_KN_05_semaphore),    cmocka_unit_test(test_MOS_KN_05_mutex),
        cmocka_unit_test(test_MOS_KN_05_condition),    cmocka_unit_test(test_MOS_KN_05_rwlock),
        cmocka_unit_test(test_MOS_KN_05_event),        cmocka_unit_test(test_MOS_KN_05_notification),
        cmocka_unit_test(test_MOS_KN_05_channel),      cmocka_unit_test(test_MOS_KN_05_call),
        cmocka_unit_test(test_MOS_KN_05_topic),        cmocka_unit_test(test_MOS_KN_05_registry),
        cmocka_unit_test(test_MOS_KN_05_batch),        cmocka_unit_test(test_MOS_KN_05_asynchronous),
        cmocka_unit_test(test_MOS_KN_05_region),       cmocka_unit_test(test_MOS_KN_05_values),
        cmocka_unit_test(test_MOS_KN_05_kinds),        cmocka_unit_test(test_MOS_KN_05_waiters),
        cmocka_unit_test(test_MOS_KN_05_requests),     cmocka_unit_test(test_MOS_KN_05_producers),
        cmocka_unit_test(test_MOS_KN_05_capabilities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
