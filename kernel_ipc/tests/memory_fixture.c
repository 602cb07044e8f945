/* SPDX-License-Identifier: MIT */
#include "memory_fixture.h"
#include <stdlib.h>

int memory_fixture_set_up(void **state)
{
    struct memory_fixture *m = calloc(1, sizeof(*m));
    void *base = NULL;
    assert_non_null(m);
    assert_int_equal(kernel_fixture_set_up(&base), 0);
    m->base = base;
    m->kernel = &m->base->kernel;
    m->first = m->base->first;
    m->second = m->base->second;
    m->pages = aligned_memory((size_t)FIXTURE_PAGES * FIXTURE_PAGE_BYTES);
    fake_memory_set_up(&m->fake, FIXTURE_PAGE_BYTES, m->pages, m->taken, FIXTURE_PAGES, m->entries, FIXTURE_ENTRIES);
    m->fake.records = m->records;
    m->fake.record_capacity = FIXTURE_RECORDS;
    struct kipc_memory_limits limits = kipc_memory_limits_soc();
    size_t bytes = kipc_memory_bytes(&limits);
    m->storage = aligned_memory(bytes);
    memset(m->storage, 0xA5, bytes); /* set-up must not rely on cleared memory */
    assert_result(kipc_memory_set_up(m->kernel, &m->memory, &m->fake.port, &limits, m->storage, bytes), KIPC_OK);
    *state = m;
    return 0;
}

int memory_fixture_tear_down(void **state)
{
    struct memory_fixture *m = *state;
    assert_int_equal(mock_run(&m->base->mock), 0);
    int result = kipc_process_exit(m->kernel, m->first);
    assert_true(result == KIPC_OK || result == KIPC_E_SRCH);
    result = kipc_process_exit(m->kernel, m->second);
    assert_true(result == KIPC_OK || result == KIPC_E_SRCH);
    struct kipc_memory_counts counts = memory_counts(m);
    assert_int_equal(counts.pages_used, 0);
    assert_int_equal(counts.frame_tables_used, 0);
    assert_int_equal(counts.mappings_used, 0);
    assert_int_equal(counts.pages_mapped, 0);
    assert_int_equal(m->fake.taken_count, 0);
    assert_int_equal(fake_mapped(&m->fake, KIPC_NO_ID), FIXTURE_ENTRIES);
    assert_null(m->fake.misuse);
    assert_result(kipc_kernel_tear_down(m->kernel), KIPC_E_BUSY); /* one after the other */
    assert_result(kipc_memory_tear_down(m->kernel), KIPC_OK);
    void *base = m->base;
    assert_int_equal(kernel_fixture_tear_down(&base), 0);
    aligned_memory_free(m->storage);
    aligned_memory_free(m->pages);
    free(m);
    return 0;
}

kipc_handle_t make_region(struct memory_fixture *m, size_t bytes, enum kipc_lifetime lifetime)
{
    struct kipc_region_config config = kipc_region_config_default();
    kipc_handle_t handle = KIPC_NO_ID;
    config.bytes = bytes;
    config.lifetime = lifetime;
    assert_result(kipc_region_create(m->kernel, m->first, &config, &handle), KIPC_OK);
    return handle;
}

kipc_handle_t give_region(struct memory_fixture *m, kipc_handle_t handle, uint32_t rights)
{
    kipc_handle_t given = KIPC_NO_ID;
    assert_result(kipc_handle_duplicate(m->kernel, m->first, handle, m->second, rights, &given), KIPC_OK);
    return given;
}

uintptr_t map_region(struct memory_fixture *m, kipc_pid_t pid, kipc_handle_t handle, uint32_t flags)
{
    struct kipc_region_info info;
    uintptr_t address = 0;
    assert_result(kipc_region_info(m->kernel, pid, handle, &info), KIPC_OK);
    const struct kipc_mapping_config config = {.bytes = info.bytes, .flags = flags};
    assert_result(kipc_region_map(m->kernel, pid, handle, &config, &address), KIPC_OK);
    assert_true(address != 0);
    return address;
}

int load(struct memory_fixture *m, kipc_pid_t pid, uintptr_t address)
{
    uint8_t value = 0;
    int result = fake_access(&m->fake, m->kernel, pid, address, &value, 1, KIPC_ACCESS_READ);
    return result == KIPC_OK ? value : result;
}

int store(struct memory_fixture *m, kipc_pid_t pid, uintptr_t address, uint8_t value)
{
    return fake_access(&m->fake, m->kernel, pid, address, &value, 1, KIPC_ACCESS_WRITE);
}

uint32_t taken(const struct memory_fixture *m)
{
    return m->fake.taken_count;
}

struct kipc_memory_counts memory_counts(struct memory_fixture *m)
{
    struct kipc_memory_counts counts;
    assert_result(kipc_memory_counts(m->kernel, &counts), KIPC_OK);
    return counts;
}
