/* SPDX-License-Identifier: MIT */
/*
 * A million signals and waits between two threads, one for one: each side lets the other go and waits for it, so every
 * single wake-up that got lost would leave both asleep for ever. Waits have deadlines, which none may need.
 */
#include "kipc_host.h"
#include "support.h"
#include <kipc/condition.h>
#include <kipc/mutex.h>

/* Sanitizers make each round a hundred times as long, and look for other things than a wake-up in a million. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define ROUNDS 10000u
#else
#define ROUNDS 1000000u
#endif
/* This much real time in nanoseconds without a turn is a wake-up that was lost. */
#define PATIENCE UINT64_C(20000000000)

static struct {
    struct kipc_host host;
    struct kipc_kernel kernel;
    kipc_pid_t pid;
    kipc_handle_t mutex;
    kipc_handle_t turned[2]; /* conditions, of each side */
    uint32_t turn;           /* rounds begun; guarded by the mutex and not atomic on purpose */
    atomic_int failure;      /* line of the first one */
} world;

#define REQUIRE(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            int none = 0;                                                                                              \
            (void)atomic_compare_exchange_strong(&world.failure, &none, __LINE__);                                     \
            return;                                                                                                    \
        }                                                                                                              \
    } while (0)

/* Takes every other turn, and signals that it is the other side's. */
static void take_turns(uint32_t side)
{
    struct kipc_kernel *kernel = &world.kernel;
    const struct kipc_port *port = &world.host.port;
    REQUIRE(kipc_mutex_lock(kernel, world.pid, world.mutex, KIPC_FOREVER) == KIPC_OK);
    for (uint32_t round = side; round < ROUNDS; round += 2) {
        uint64_t deadline = round % 1024 == side ? kipc_deadline_after(port, PATIENCE) : KIPC_FOREVER;
        while (world.turn != round) {
            REQUIRE(kipc_condition_wait(kernel, world.pid, world.turned[side], world.mutex, deadline) == KIPC_OK);
        }
        world.turn += 1;
        REQUIRE(kipc_condition_signal(kernel, world.pid, world.turned[1 - side]) >= 0);
    }
    REQUIRE(kipc_mutex_unlock(kernel, world.pid, world.mutex) == KIPC_OK);
}

static void *run(void *argument)
{
    uint32_t id = kipc_host_join(&world.host);
    if (kipc_thread_attach(&world.kernel, world.pid, id, 1) == KIPC_OK) {
        take_turns(argument != NULL ? 1 : 0);
    }
    return NULL;
}

static void test_MOS_SY_06_FNG_FU_06_no_wake_up_of_a_million_is_lost(void **state)
{
    (void)state;
    struct kipc_limits limits = kipc_limits_soc();
    struct kipc_process_config config = kipc_process_config_default();
    size_t bytes = kipc_kernel_bytes(&limits);
    void *memory = aligned_memory(bytes);
    pthread_t threads[2];
    kipc_host_set_up(&world.host, false, KIPC_SPIN_MANY_HARTS);
    assert_result(kipc_kernel_set_up(&world.kernel, &world.host.port, &world.host.scheduler, &limits, memory, bytes),
                  KIPC_OK);
    assert_result(kipc_process_register(&world.kernel, &config, &world.pid), KIPC_OK);
    assert_result(kipc_mutex_create(&world.kernel, world.pid, false, KIPC_WAIT_FIFO, &world.mutex), KIPC_OK);
    for (uint32_t i = 0; i < 2; i++) {
        assert_result(kipc_condition_create(&world.kernel, world.pid, KIPC_WAIT_FIFO, &world.turned[i]), KIPC_OK);
    }
    assert_int_equal(pthread_create(&threads[0], NULL, run, NULL), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, run, &world), 0);
    assert_int_equal(pthread_join(threads[0], NULL), 0);
    assert_int_equal(pthread_join(threads[1], NULL), 0);
    assert_int_equal(atomic_load(&world.failure), 0);
    assert_int_equal(world.turn, ROUNDS);
    assert_result(kipc_process_exit(&world.kernel, world.pid), KIPC_OK);
    assert_result(kipc_kernel_tear_down(&world.kernel), KIPC_OK);
    kipc_host_tear_down(&world.host);
    aligned_memory_free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_MOS_SY_06_FNG_FU_06_no_wake_up_of_a_million_is_lost),
    };
    return cmocka_run_group_tests_name("condition_threads", tests, NULL, NULL);
}
