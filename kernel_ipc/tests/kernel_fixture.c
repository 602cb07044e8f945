/* SPDX-License-Identifier: MIT */
#include "kernel_fixture.h"
#include <stdlib.h>

int kernel_fixture_set_up(void **state)
{
    const struct kipc_limits limits = kipc_limits_soc();
    return kernel_fixture_set_up_with(state, &limits);
}

int kernel_fixture_set_up_with(void **state, const struct kipc_limits *limits)
{
    struct kernel_fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    mock_set_up(&fixture->mock);
    size_t bytes = kipc_kernel_bytes(limits);
    assert_true(bytes > 0);
    fixture->memory = aligned_memory(bytes);
    memset(fixture->memory, 0xA5, bytes); /* set-up must not rely on cleared memory */
    assert_result(kipc_kernel_set_up(&fixture->kernel, &fixture->mock.port, &fixture->mock.scheduler, limits,
                                     fixture->memory, bytes),
                  KIPC_OK);
    struct kipc_process_config config = kipc_process_config_default();
    assert_result(kipc_process_register(&fixture->kernel, &config, &fixture->first), KIPC_OK);
    config.user = 1;
    config.group = 1;
    assert_result(kipc_process_register(&fixture->kernel, &config, &fixture->second), KIPC_OK);
    assert_result(kipc_thread_attach(&fixture->kernel, fixture->first, 0, FIXTURE_PRIORITY), KIPC_OK);
    *state = fixture;
    return 0;
}

static void end_process(struct kernel_fixture *fixture, kipc_pid_t pid)
{
    int result = kipc_process_exit(&fixture->kernel, pid);
    assert_true(result == KIPC_OK || result == KIPC_E_SRCH); /* a test may have ended it */
}

int kernel_fixture_tear_down(void **state)
{
    struct kernel_fixture *fixture = *state;
    assert_int_equal(mock_run(&fixture->mock), 0);
    end_process(fixture, fixture->first);
    end_process(fixture, fixture->second);
    struct kipc_counts counts;
    assert_result(kipc_counts(&fixture->kernel, &counts), KIPC_OK);
    for (unsigned int i = 0; i < KIPC_TABLE_COUNT; i++) {
        assert_int_equal(counts.used[i], 0);
    }
    assert_int_equal(counts.blocks_used, 0);
    assert_int_equal(counts.blocks_reserved, 0);
    for (uint32_t i = 0; i < fixture->kernel.thread_count; i++) {
        assert_int_equal(fixture->kernel.threads[i].state, KIPC_THREAD_RUNNING);
        assert_null(fixture->kernel.threads[i].owned);
    }
    assert_int_equal(failed_asserts(), 0);
    assert_result(kipc_kernel_tear_down(&fixture->kernel), KIPC_OK);
    mock_tear_down(&fixture->mock);
    aligned_memory_free(fixture->memory);
    free(fixture);
    return 0;
}

static void run_actor(void *context)
{
    struct actor *actor = context;
    actor->body(actor);
    actor->has_ended = true;
}

struct actor *act(struct kernel_fixture *fixture, kipc_pid_t pid, uint8_t priority, void (*body)(struct actor *actor))
{
    struct actor *actor = &fixture->actors[fixture->mock.count];
    *actor = (struct actor){.fixture = fixture,
                            .pid = pid,
                            .body = body,
                            .handle = fixture->handle,
                            .other = fixture->other,
                            .deadline = KIPC_FOREVER,
                            .result = 1};
    actor->thread = mock_spawn(&fixture->mock, run_actor, actor);
    assert_result(kipc_thread_attach(&fixture->kernel, pid, actor->thread, priority), KIPC_OK);
    return actor;
}

void note(struct actor *actor, uint32_t number)
{
    struct kernel_fixture *fixture = actor->fixture;
    assert_true(fixture->noted < COUNT_OF(fixture->order));
    fixture->order[fixture->noted] = number;
    fixture->noted += 1;
}

void assert_noted(struct kernel_fixture *fixture, const uint32_t *numbers, size_t count)
{
    assert_int_equal(fixture->noted, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(fixture->order[i], numbers[i]);
    }
    fixture->noted = 0;
}

uint32_t live(struct kernel_fixture *fixture, enum kipc_table_id table)
{
    return fixture->kernel.tables[table].used;
}
