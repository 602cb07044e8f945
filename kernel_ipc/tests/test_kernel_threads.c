/* SPDX-License-Identifier: MIT */
/* Kernel objects under real threads; the thread sanitizer looks on in one of the builds. */
#include "kipc_host.h"
#include "support.h"
#include <kipc/call.h>
#include <kipc/condition.h>
#include <kipc/event.h>
#include <kipc/notification.h>
#include <kipc/rwlock.h>
#include <kipc/semaphore.h>
#include <sched.h>

#define THREADS 4u
#define ROUNDS 20000u

struct world {
    struct kipc_host host;
    struct kipc_kernel kernel;
    void *memory;
    kipc_pid_t pid;
    kipc_handle_t handle;
    kipc_handle_t mutex;
    uint64_t plain; /* what the objects protect: not atomic on purpose */
    uint64_t items;
    atomic_uint posted;
    atomic_uint taken;
    atomic_uint next_thread;
    atomic_bool stop;
};

static int set_up(void **state)
{
    struct world *world = aligned_memory(sizeof(*world));
    struct kipc_limits limits = kipc_limits_soc();
    size_t bytes = kipc_kernel_bytes(&limits);
    struct kipc_process_config config = kipc_process_config_default();
    world->memory = aligned_memory(bytes);
    kipc_host_set_up(&world->host, false, KIPC_SPIN_ONE_HART);
    assert_result(
        kipc_kernel_set_up(&world->kernel, &world->host.port, &world->host.scheduler, &limits, world->memory, bytes),
        KIPC_OK);
    assert_result(kipc_process_register(&world->kernel, &config, &world->pid), KIPC_OK);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    struct kipc_counts counts;
    assert_result(kipc_process_exit(&world->kernel, world->pid), KIPC_OK);
    assert_result(kipc_counts(&world->kernel, &counts), KIPC_OK);
    for (unsigned int i = 0; i < KIPC_TABLE_COUNT; i++) {
        assert_int_equal(counts.used[i], 0);
    }
    assert_result(kipc_kernel_tear_down(&world->kernel), KIPC_OK);
    kipc_host_tear_down(&world->host);
    aligned_memory_free(world->memory);
    aligned_memory_free(world);
    return 0;
}

static void run(struct world *world, void *(*body)(void *), unsigned int count)
{
    pthread_t threads[THREADS];
    for (unsigned int i = 0; i < count; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, body, world), 0);
    }
    for (unsigned int i = 0; i < count; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
}

/* Makes the calling thread one of the process; returns its number among the test's threads. */
static unsigned int join(struct world *world)
{
    uint32_t id = kipc_host_join(&world->host);
    assert_result(kipc_thread_attach(&world->kernel, world->pid, id, (uint8_t)(id % 3)), KIPC_OK);
    return atomic_fetch_add(&world->next_thread, 1);
}

static void *post_and_wait(void *argument)
{
    struct world *world = argument;
    struct random_numbers random = {.state = join(world) + 1};
    for (unsigned int i = 0; i < ROUNDS; i++) {
        if (random_next(&random) % 2 == 0) {
            assert_result(kipc_semaphore_post(&world->kernel, world->pid, world->handle), KIPC_OK);
            atomic_fetch_add(&world->posted, 1);
        } else {
            uint64_t deadline = kipc_deadline_after(&world->host.port, random_next(&random) % 20000);
            int result = kipc_semaphore_wait(&world->kernel, world->pid, world->handle, deadline);
            assert_true(result == KIPC_OK || result == KIPC_E_TIMEDOUT);
            atomic_fetch_add(&world->taken, result == KIPC_OK);
        }
    }
    return NULL;
}

static void test_MOS_SY_07_semaphore_by_real_threads(void **state)
{
    struct world *world = *state;
    assert_result(kipc_semaphore_create(&world->kernel, world->pid, 0, KIPC_SEMAPHORE_MAXIMUM, KIPC_WAIT_PRIORITY,
                                        &world->handle),
                  KIPC_OK);
    run(world, post_and_wait, THREADS);
    int value = kipc_semaphore_value(&world->kernel, world->pid, world->handle, NULL);
    assert_int_equal(world->posted, world->taken + (unsigned int)value);
}

static void *lock_and_count(void *argument)
{
    struct world *world = argument;
    (void)join(world);
    for (unsigned int i = 0; i < ROUNDS; i++) {
        assert_result(kipc_mutex_lock(&world->kernel, world->pid, world->handle, KIPC_FOREVER), KIPC_OK);
        world->plain += 1;
        assert_result(kipc_mutex_unlock(&world->kernel, world->pid, world->handle), KIPC_OK);
    }
    return NULL;
}

static void test_MOS_SY_08_mutex_by_real_threads(void **state)
{
    struct world *world = *state;
    assert_result(kipc_mutex_create(&world->kernel, world->pid, false, KIPC_WAIT_FIFO, &world->handle), KIPC_OK);
    run(world, lock_and_count, THREADS);
    assert_int_equal(world->plain, THREADS * ROUNDS);
}

static void *pass_items(void *argument)
{
    struct world *world = argument;
    uint64_t wanted = join(world) % 2; /* one half fills, the other empties */
    for (unsigned int i = 0; i < ROUNDS / 2; i++) {
        assert_result(kipc_mutex_lock(&world->kernel, world->pid, world->mutex, KIPC_FOREVER), KIPC_OK);
        while (world->items != wanted) {
            assert_result(kipc_condition_wait(&world->kernel, world->pid, world->handle, world->mutex, KIPC_FOREVER),
                          KIPC_OK);
        }
        world->items = 1 - wanted;
        assert_true(kipc_condition_broadcast(&world->kernel, world->pid, world->handle) >= 0);
        assert_result(kipc_mutex_unlock(&world->kernel, world->pid, world->mutex), KIPC_OK);
    }
    return NULL;
}

static void test_MOS_SY_06_condition_by_real_threads(void **state)
{
    struct world *world = *state;
    assert_result(kipc_mutex_create(&world->kernel, world->pid, false, KIPC_WAIT_PRIORITY, &world->mutex), KIPC_OK);
    assert_result(kipc_condition_create(&world->kernel, world->pid, KIPC_WAIT_PRIORITY, &world->handle), KIPC_OK);
    run(world, pass_items, THREADS);
    assert_int_equal(world->items, 0);
}

static void *read_and_write(void *argument)
{
    struct world *world = argument;
    struct random_numbers random = {.state = join(world) + 9};
    for (unsigned int i = 0; i < ROUNDS; i++) {
        if (random_next(&random) % 4 == 0) {
            assert_result(kipc_rwlock_write(&world->kernel, world->pid, world->handle, KIPC_FOREVER), KIPC_OK);
            world->plain += 1;
            atomic_fetch_add(&world->posted, 1);
        } else {
            assert_result(kipc_rwlock_read(&world->kernel, world->pid, world->handle, KIPC_FOREVER), KIPC_OK);
            assert_int_equal(world->plain, atomic_load(&world->posted));
        }
        assert_result(kipc_rwlock_unlock(&world->kernel, world->pid, world->handle), KIPC_OK);
    }
    return NULL;
}

static void test_FNG_FU_05_rwlock_by_real_threads(void **state)
{
    struct world *world = *state;
    assert_result(kipc_rwlock_create(&world->kernel, world->pid, KIPC_RWLOCK_FAIR, KIPC_WAIT_FIFO, &world->handle),
                  KIPC_OK);
    run(world, read_and_write, THREADS);
    assert_int_equal(world->plain, world->posted);
}

static void *notify_or_take(void *argument)
{
    struct world *world = argument;
    unsigned int number = join(world);
    unsigned int count = 0;
    while (number == 0 && count < 3 * ROUNDS) {
        struct kipc_notification_entry entry;
        assert_result(kipc_notification_take(&world->kernel, world->pid, world->handle, KIPC_FOREVER, &entry), KIPC_OK);
        assert_true(entry.source >= 1 && entry.source < THREADS);
        count += entry.count;
    }
    while (number != 0 && count < ROUNDS) {
        int result = kipc_notification_post(&world->kernel, world->pid, world->handle, number, 1);
        assert_true(result == KIPC_OK || result == KIPC_E_FULL);
        count += result == KIPC_OK;
    }
    return NULL;
}

static void test_EXO_NI_05_notifications_by_real_threads(void **state)
{
    struct world *world = *state;
    assert_result(kipc_notification_create(&world->kernel, world->pid, KIPC_WAIT_FIFO, &world->handle), KIPC_OK);
    run(world, notify_or_take, THREADS); /* none may be lost, or the taker waits for ever */
}

static void *create_and_destroy(void *argument)
{
    struct world *world = argument;
    struct random_numbers random = {.state = join(world) + 3};
    for (unsigned int i = 0; i < ROUNDS; i++) {
        kipc_handle_t handle;
        int result = kipc_event_create(&world->kernel, world->pid, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &handle);
        if (result == KIPC_E_NOSPC) {
            continue;
        }
        assert_result(result, KIPC_OK);
        atomic_store(&world->posted, handle); /* others may use, and even close, what is ours */
        kipc_handle_t other = atomic_load(&world->posted);
        result = kipc_event_signal(&world->kernel, world->pid, other, i);
        assert_true(result >= 0 || result == KIPC_E_BADF);
        result = kipc_handle_close(&world->kernel, world->pid, random_next(&random) % 8 == 0 ? other : handle);
        assert_true(result == KIPC_OK || result == KIPC_E_BADF);
        result = kipc_handle_close(&world->kernel, world->pid, handle);
        assert_true(result == KIPC_OK || result == KIPC_E_BADF);
    }
    return NULL;
}

static void test_MOS_KN_02_look_ups_during_create_and_destroy(void **state)
{
    struct world *world = *state;
    run(world, create_and_destroy, THREADS);
    struct kipc_counts counts;
    assert_result(kipc_counts(&world->kernel, &counts), KIPC_OK);
    assert_int_equal(counts.used[KIPC_TABLE_EVENT], counts.used[KIPC_TABLE_HANDLE]);
}

static uint64_t sum_of(const uint8_t *bytes, uint32_t length)
{
    uint64_t sum = length;
    for (uint32_t i = 0; i < length; i++) {
        sum = sum * 31 + bytes[i];
    }
    return sum;
}

/* Payloads of all lengths from two senders to two receivers; each says what the rest of it must add up to. */
static void *pass_messages(void *argument)
{
    struct world *world = argument;
    unsigned int number = join(world);
    struct random_numbers random = {.state = number + 17};
    uint64_t words[32];
    uint8_t *bytes = (uint8_t *)words;
    for (unsigned int i = 0; i < ROUNDS / 4; i++) {
        if (number % 2 == 0) {
            uint32_t length = 8 + (uint32_t)(random_next(&random) % 249);
            for (uint32_t k = 8; k < length; k++) {
                bytes[k] = (uint8_t)random_next(&random);
            }
            words[0] = sum_of(bytes + 8, length - 8);
            const struct kipc_channel_message message = {.length = length, .data = bytes, .priority = (uint8_t)i};
            assert_result(kipc_channel_send(&world->kernel, world->pid, world->handle, &message, KIPC_FOREVER),
                          KIPC_OK);
        } else {
            int length = kipc_channel_receive(&world->kernel, world->pid, world->mutex, bytes, sizeof(words), NULL,
                                              KIPC_FOREVER);
            assert_true(length >= 8 && sum_of(bytes + 8, (uint32_t)length - 8) == words[0]);
        }
    }
    return NULL;
}

static void make_channel(struct world *world, uint32_t capacity)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2];
    config.capacity = capacity;
    config.buffer_bytes = 2048;
    config.message_max = 256;
    assert_result(kipc_channel_create(&world->kernel, world->pid, &config, ends), KIPC_OK);
    world->handle = ends[0];
    world->mutex = ends[1];
}

static void test_messages_by_real_threads(void **state)
{
    struct world *world = *state;
    make_channel(world, 4);
    run(world, pass_messages, THREADS);
    assert_int_equal(world->kernel.blocks_free, world->kernel.block_count);
}

static void test_VER_CP_03_rendezvous_by_real_threads(void **state)
{
    struct world *world = *state;
    make_channel(world, 0);
    run(world, pass_messages, THREADS);
    assert_int_equal(world->kernel.blocks_free, world->kernel.block_count);
}

static void serve(struct world *world)
{
    while (atomic_load(&world->taken) < 3) {
        struct kipc_channel_info info;
        uint64_t number;
        uint64_t deadline = kipc_deadline_after(&world->host.port, 1000000);
        int result = kipc_channel_receive(&world->kernel, world->pid, world->mutex, &number, 8, &info, deadline);
        assert_true(result == 8 || result == KIPC_E_TIMEDOUT);
        if (result == 8) {
            number += 1;
            result = kipc_channel_reply(&world->kernel, world->pid, info.header.request_id, &number, 8);
            assert_true(result == KIPC_OK || result == KIPC_E_CLOSED);
        }
    }
}

/* Calls that often run out of time, at any moment; those that do not have the right answer. */
static void *call_or_serve(void *argument)
{
    struct world *world = argument;
    unsigned int number = join(world);
    struct random_numbers random = {.state = number + 5};
    if (number == 0) {
        serve(world);
        return NULL;
    }
    for (uint64_t i = 0; i < ROUNDS / 4; i++) {
        uint64_t question = random_next(&random);
        uint64_t answer = 0;
        const struct kipc_channel_message message = {.length = 8, .data = &question};
        uint64_t deadline = kipc_deadline_after(&world->host.port, random_next(&random) % 100000);
        int result =
            kipc_channel_call(&world->kernel, world->pid, world->handle, &message, &answer, sizeof(answer), deadline);
        assert_true(result == KIPC_E_TIMEDOUT || (result == 8 && answer == question + 1));
    }
    atomic_fetch_add(&world->taken, 1);
    return NULL;
}

static void test_VER_CP_01_02_calls_by_real_threads(void **state)
{
    struct world *world = *state;
    make_channel(world, 2);
    run(world, call_or_serve, THREADS);
    assert_int_equal(world->kernel.blocks_free, world->kernel.block_count);
}

static void *wait_until_killed(void *argument)
{
    struct world *world = argument;
    unsigned int number = join(world);
    if (number == THREADS - 1) {
        for (unsigned int i = 0; i < ROUNDS / 10; i++) {
            int result = kipc_thread_cancel(&world->kernel, i % (THREADS - 1));
            assert_true(result == KIPC_OK || result == KIPC_E_STATE || result == KIPC_E_SRCH);
            (void)sched_yield();
        }
        atomic_store(&world->stop, true);
        assert_result(kipc_object_close(&world->kernel, world->pid, world->handle), KIPC_OK);
        return NULL;
    }
    int result = KIPC_E_CANCELED;
    while (result == KIPC_E_CANCELED) {
        result = kipc_semaphore_wait(&world->kernel, world->pid, world->handle, KIPC_FOREVER);
    }
    assert_result(result, KIPC_E_CLOSED);
    assert_true(world->stop);
    return NULL;
}

static void test_cancel_and_close_by_real_threads(void **state)
{
    struct world *world = *state;
    assert_result(kipc_semaphore_create(&world->kernel, world->pid, 0, 1, KIPC_WAIT_FIFO, &world->handle), KIPC_OK);
    run(world, wait_until_killed, THREADS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_MOS_SY_07_semaphore_by_real_threads),
        TEST(test_MOS_SY_08_mutex_by_real_threads),
        TEST(test_MOS_SY_06_condition_by_real_threads),
        TEST(test_FNG_FU_05_rwlock_by_real_threads),
        TEST(test_EXO_NI_05_notifications_by_real_threads),
        TEST(test_MOS_KN_02_look_ups_during_create_and_destroy),
        TEST(test_messages_by_real_threads),
        TEST(test_VER_CP_03_rendezvous_by_real_threads),
        TEST(test_VER_CP_01_02_calls_by_real_threads),
        TEST(test_cancel_and_close_by_real_threads),
    };
    return cmocka_run_group_tests_name("kernel threads", tests, NULL, NULL);
}
