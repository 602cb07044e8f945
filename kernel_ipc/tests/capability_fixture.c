/* SPDX-License-Identifier: MIT */
#include "capability_fixture.h"

void become(struct kernel_fixture *f, kipc_pid_t pid)
{
    assert_result(kipc_thread_detach(&f->kernel, 0), KIPC_OK);
    assert_result(kipc_thread_attach(&f->kernel, pid, 0, 1), KIPC_OK);
}

void make_way(struct kernel_fixture *f, const struct kipc_channel_config *config)
{
    kipc_handle_t ends[2];
    assert_result(kipc_channel_create(&f->kernel, f->first, config, ends), KIPC_OK);
    f->handle = ends[0];
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, ends[1], f->second, KIPC_RIGHTS, &f->other), KIPC_OK);
    assert_result(kipc_handle_close(&f->kernel, f->first, ends[1]), KIPC_OK);
}

int capability_fixture_set_up(void **state)
{
    struct kipc_limits limits = kipc_limits_soc();
    limits.tables[KIPC_TABLE_HANDLE] = 4 * MANY;
    limits.tables[KIPC_TABLE_EVENT] = MANY + 1;
    int result = kernel_fixture_set_up_with(state, &limits);
    assert_int_equal(result, 0);
    const struct kipc_channel_config config = channel_config(8);
    make_way(*state, &config);
    return 0;
}

int capability_fixture_tear_down(void **state)
{
    return kernel_fixture_tear_down(state);
}

void make_events(struct kernel_fixture *f, kipc_handle_t *handles, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        assert_result(kipc_event_create(&f->kernel, f->first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &handles[i]), KIPC_OK);
    }
}

struct kipc_channel_message many_in(const kipc_handle_t *handles, uint32_t count, bool moves)
{
    static const uint8_t payload[LARGE];
    struct kipc_channel_message message = {.length = LARGE,
                                           .data = payload,
                                           .capability_count = count,
                                           .moves_capabilities = moves,
                                           .capability_list = handles};
    for (uint32_t i = 0; i < count && count <= KIPC_MSG_CAPABILITIES; i++) {
        message.capabilities[i] = handles[i];
    }
    return message;
}

int send_many(struct kernel_fixture *f, const kipc_handle_t *handles, uint32_t count, bool moves)
{
    const struct kipc_channel_message message = many_in(handles, count, moves);
    return kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT);
}

struct kipc_channel_large_info receive_many(struct kernel_fixture *f)
{
    uint8_t payload[LARGE];
    struct kipc_channel_large_info info;
    memset(&info, 0xA5, sizeof(info));
    become(f, f->second);
    assert_result(
        kipc_channel_receive_large(&f->kernel, f->second, f->other, payload, sizeof(payload), &info, KIPC_NO_WAIT),
        LARGE);
    become(f, f->first);
    return info;
}

uint32_t on_their_way(struct kernel_fixture *f)
{
    const struct kipc_table *table = &f->kernel.tables[KIPC_TABLE_HANDLE];
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->capacity; i++) {
        const struct kipc_handle_entry *entry = kipc_table_at(table, i);
        count += entry != NULL && entry->process == NULL ? 1 : 0;
    }
    return count;
}

struct possessions possessions_of(struct kernel_fixture *f)
{
    struct possessions now = {.handles = live(f, KIPC_TABLE_HANDLE),
                              .blocks_free = f->kernel.blocks_free,
                              .blocks_reserved = f->kernel.blocks_reserved,
                              .events = live(f, KIPC_TABLE_EVENT)};
    const kipc_pid_t pids[] = {f->first, f->second};
    for (uint32_t i = 0; i < 2; i++) {
        int result = kipc_process_usage(&f->kernel, pids[i], KIPC_QUOTA_HANDLES, &now.used[i], NULL);
        assert_true(result == KIPC_OK || result == KIPC_E_SRCH); /* a test may have ended it */
    }
    return now;
}

void assert_same_possessions(struct kernel_fixture *f, const struct possessions *before)
{
    const struct possessions now = possessions_of(f);
    assert_int_equal(now.handles, before->handles);
    assert_int_equal(now.used[0], before->used[0]);
    assert_int_equal(now.used[1], before->used[1]);
    assert_int_equal(now.blocks_free, before->blocks_free);
    assert_int_equal(now.blocks_reserved, before->blocks_reserved);
    assert_int_equal(now.events, before->events);
    assert_int_equal(on_their_way(f), 0);
}

void assert_still_the_senders(struct kernel_fixture *f, const kipc_handle_t *handles, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct kipc_handle_entry *entry = kipc_table_find(&f->kernel.tables[KIPC_TABLE_HANDLE], handles[i]);
        assert_non_null(entry);
        assert_true(entry->process == kipc_table_find(&f->kernel.tables[KIPC_TABLE_PROCESS], f->first));
    }
}
