/* SPDX-License-Identifier: MIT */
/* The port's own contract: the completeness check, deadlines, and the host port's threads, tokens and clock. */
#include "kipc_host.h"
#include "support.h"

#define BOUND_MILLISECONDS 20000u

static void test_an_incomplete_port_is_refused(void **state)
{
    (void)state;
    struct kipc_host host;
    kipc_host_set_up(&host, true, 0);
    assert_result(kipc_port_check(&host.port), KIPC_OK);
    assert_result(kipc_port_check(NULL), KIPC_E_INVAL);
    struct kipc_port port = host.port;
    port.ops = NULL;
    assert_result(kipc_port_check(&port), KIPC_E_INVAL);
    /* Each operation in turn is missing; all are pointers to functions. */
    size_t count = sizeof(struct kipc_port_ops) / sizeof(void (*)(void));
    assert_int_equal(count, 10);
    for (size_t i = 0; i < count; i++) {
        struct kipc_port_ops ops = *host.port.ops;
        memset((uint8_t *)&ops + i * sizeof(void (*)(void)), 0, sizeof(void (*)(void)));
        port.ops = &ops;
        assert_result(kipc_port_check(&port), KIPC_E_INVAL);
    }
    kipc_host_tear_down(&host);
}

static void test_deadlines_saturate(void **state)
{
    (void)state;
    struct fake_port fake;
    fake_port_set_up(&fake, 0);
    static const struct {
        uint64_t now;
        uint64_t duration;
        uint64_t expected;
    } cases[] = {
        {1000, 0, 1000},
        {1000, 5, 1005},
        {0, 0, 1},
        {1000, KIPC_FOREVER, KIPC_FOREVER},
        {1000, KIPC_FOREVER - 1, KIPC_FOREVER - 1},
        {1000, KIPC_FOREVER - 1000, KIPC_FOREVER - 1},
        {1000, KIPC_FOREVER - 1001, KIPC_FOREVER - 1},
        {1000, KIPC_FOREVER - 1002, KIPC_FOREVER - 2},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        fake.now = cases[i].now;
        assert_int_equal(kipc_deadline_after(&fake.port, cases[i].duration), cases[i].expected);
    }
}

static void test_device_access_and_fences(void **state)
{
    (void)state;
    struct kipc_host host;
    kipc_host_set_up(&host, true, 0);
    uint32_t device[2] = {0x11111111, 0x22222222};
    const struct kipc_port_ops *ops = host.port.ops;
    ops->io_write32(host.port.context, (uintptr_t)&device[1], 0xabcdef01);
    assert_int_equal(ops->io_read32(host.port.context, (uintptr_t)&device[1]), 0xabcdef01);
    assert_int_equal(device[0], 0x11111111);
    ops->fence_to_device(host.port.context);
    ops->fence_from_device(host.port.context);
    assert_int_equal(host.fences, 2);
    uint64_t first = ops->cycles(host.port.context);
    assert_true(ops->cycles(host.port.context) >= first);
    kipc_host_tear_down(&host);
}

static void test_a_token_before_the_block_is_not_lost(void **state)
{
    (void)state;
    struct kipc_host host;
    kipc_host_set_up(&host, true, 0);
    uint32_t self = kipc_host_join(&host);
    const struct kipc_port_ops *ops = host.port.ops;
    assert_int_equal(ops->current(host.port.context), self);
    ops->wake(host.port.context, self);
    ops->wake(host.port.context, self);       /* merges with the first */
    ops->wake(host.port.context, self + 1);   /* no such thread: ignored, as the id may come from a peer */
    ops->wake(host.port.context, UINT32_MAX); /* likewise */
    assert_result(ops->block(host.port.context, 1), KIPC_OK); /* a token wins over a deadline that has passed */
    assert_result(ops->block(host.port.context, 1), KIPC_E_TIMEDOUT);
    kipc_host_cancel(&host, self);
    assert_result(ops->block(host.port.context, KIPC_FOREVER), KIPC_E_CANCELED);
    assert_int_equal(host.blocks, 3);
    kipc_host_tear_down(&host);
}

struct sleeper {
    struct kipc_host *host;
    uint64_t deadline;
    int result;
};

static void *sleep_until(void *argument)
{
    struct sleeper *sleeper = argument;
    (void)kipc_host_join(sleeper->host);
    sleeper->result = sleeper->host->port.ops->block(sleeper->host->port.context, sleeper->deadline);
    return NULL;
}

static void test_the_fake_clock_ends_a_block_exactly(void **state)
{
    (void)state;
    struct kipc_host host;
    kipc_host_set_up(&host, true, 0);
    struct sleeper sleeper = {.host = &host, .deadline = 101, .result = 1};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, sleep_until, &sleeper), 0);
    assert_true(kipc_host_await_blocked(&host, 0, BOUND_MILLISECONDS));
    assert_int_equal(host.port.ops->ticks(host.port.context), 1);
    kipc_host_advance(&host, 99); /* one tick short */
    assert_true(kipc_host_await_blocked(&host, 0, BOUND_MILLISECONDS));
    kipc_host_advance(&host, 1);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_result(sleeper.result, KIPC_E_TIMEDOUT);
    assert_false(kipc_host_await_blocked(&host, 0, 1));
    kipc_host_tear_down(&host);
}

static void test_the_real_clock_ends_a_block(void **state)
{
    (void)state;
    struct kipc_host host;
    kipc_host_set_up(&host, false, 0);
    uint64_t start = host.port.ops->ticks(host.port.context);
    struct sleeper sleeper = {.host = &host, .deadline = kipc_deadline_after(&host.port, 2000000), .result = 1};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, sleep_until, &sleeper), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_result(sleeper.result, KIPC_E_TIMEDOUT);
    assert_true(host.port.ops->ticks(host.port.context) >= start + 2000000);
    kipc_host_tear_down(&host);
}

static void test_the_local_notifier_wakes_the_thread_that_waits(void **state)
{
    (void)state;
    struct fake_port fake;
    fake_port_set_up(&fake, 0);
    struct kipc_notifier notifier = kipc_notifier_local(&fake.port);
    notifier.notify(notifier.context, 31);
    assert_int_equal(fake.wakes, 1);
    assert_int_equal(fake.woken, 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_incomplete_port_is_refused),
        cmocka_unit_test(test_deadlines_saturate),
        cmocka_unit_test(test_device_access_and_fences),
        cmocka_unit_test(test_a_token_before_the_block_is_not_lost),
        cmocka_unit_test(test_the_fake_clock_ends_a_block_exactly),
        cmocka_unit_test(test_the_real_clock_ends_a_block),
        cmocka_unit_test(test_the_local_notifier_wakes_the_thread_that_waits),
    };
    return cmocka_run_group_tests_name("port", tests, NULL, NULL);
}
