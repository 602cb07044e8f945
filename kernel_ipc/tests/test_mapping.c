/* SPDX-License-Identifier: MIT */
/* Mappings: places, flags, lazy ones, protection. Who may map what is in test_mapping_rights.c. */
#include "memory_fixture.h"

#define PAGE FIXTURE_PAGE_BYTES

static int map_at(struct memory_fixture *m, kipc_handle_t handle, uintptr_t address, size_t offset, size_t bytes,
                  uint32_t flags)
{
    const struct kipc_mapping_config config = {.address = address, .offset = offset, .bytes = bytes, .flags = flags};
    uintptr_t where = 0;
    int result = kipc_region_map(m->kernel, m->first, handle, &config, &where);
    if (result == KIPC_OK && address != 0) {
        assert_true(where == address);
    }
    return result;
}

static void test_MOS_SM_02_where_a_mapping_may_be(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 4 * PAGE, KIPC_LIFETIME_HANDLES);
    uintptr_t first = m->fake.port.space_first + PAGE;
    uintptr_t end = m->fake.port.space_end - PAGE;
    assert_result(map_at(m, handle, first + 8 * PAGE, 0, 4 * PAGE, MAP_RW), KIPC_OK);
    static const struct {
        uintptr_t page; /* of the address */
        uintptr_t more; /* bytes besides */
        size_t bytes;
    } bad[] = {
        {8, 0, 4 * PAGE}, /* the same place */
        {6, 0, 3 * PAGE}, /* over its beginning */
        {11, 0, 1},       /* its end */
        {9, 0, 1},        /* inside */
        {7, 0, 1},        /* the page before it */
        {12, 0, 1},       /* the page behind it */
        {20, 1, PAGE},    /* misaligned */
        {20, 2048, PAGE},
    };
    struct kipc_memory_counts before = memory_counts(m);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        uintptr_t address = first + bad[i].page * PAGE + bad[i].more;
        assert_result(map_at(m, handle, address, 0, bad[i].bytes, MAP_RW), KIPC_E_INVAL);
    }
    assert_result(map_at(m, handle, end, 0, PAGE, MAP_RW), KIPC_E_INVAL); /* outside of the space */
    assert_result(map_at(m, handle, end - PAGE, 0, 2 * PAGE, MAP_RW), KIPC_E_INVAL);
    assert_result(map_at(m, handle, first - PAGE, 0, PAGE, MAP_RW), KIPC_E_INVAL);
    assert_result(map_at(m, handle, UINTPTR_MAX - PAGE + 1, 0, 2 * PAGE, MAP_RW), KIPC_E_INVAL); /* wraps */
    assert_int_equal(memory_counts(m).mappings_used, before.mappings_used);
    assert_int_equal(memory_counts(m).pages_mapped, before.pages_mapped);
    assert_int_equal(fake_mapped(&m->fake, m->first), 4);
    assert_result(map_at(m, handle, first, 0, 4 * PAGE, MAP_RW), KIPC_OK);
    assert_result(map_at(m, handle, first + 13 * PAGE, 0, PAGE, MAP_RW), KIPC_OK);
    assert_result(map_at(m, handle, end - 4 * PAGE, 0, 4 * PAGE, MAP_RW), KIPC_OK);
    /* Those that the kernel chooses fit between: pages 5 and 6 are free, and not only guards. */
    uintptr_t chosen = map_region(m, m->first, handle, MAP_RW);
    assert_true(chosen == first + 15 * PAGE);
    const struct kipc_mapping_config config = {.bytes = 1, .flags = MAP_RO};
    assert_result(kipc_region_map(m->kernel, m->first, handle, &config, &chosen), KIPC_OK);
    assert_true(chosen == first + 5 * PAGE);
}

static void test_EXO_SM_10_arguments(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 4 * PAGE, KIPC_LIFETIME_HANDLES);
    const struct kipc_mapping_config config = {.bytes = 1, .flags = MAP_RO};
    uintptr_t address;
    assert_result(map_at(m, handle, 0, 0, 0, MAP_RO), KIPC_E_INVAL);
    assert_result(map_at(m, handle, 0, 1, PAGE, MAP_RO), KIPC_E_INVAL);
    assert_result(map_at(m, handle, 3, 0, PAGE, MAP_RO), KIPC_E_INVAL);
    assert_result(map_at(m, handle, 0, SIZE_MAX - PAGE + 1, PAGE, MAP_RO), KIPC_E_INVAL);
    assert_result(map_at(m, handle, 0, PAGE, SIZE_MAX, MAP_RO), KIPC_E_INVAL);
    assert_result(map_at(m, handle, UINTPTR_MAX - PAGE + 1, 0, 64 * PAGE, MAP_RO), KIPC_E_INVAL);
    assert_result(map_at(m, handle, 0, 4 * PAGE, 1, MAP_RO), KIPC_E_RANGE);
    assert_result(map_at(m, handle, 0, PAGE, 3 * PAGE + 1, MAP_RO), KIPC_E_RANGE);
    assert_result(map_at(m, handle, 0, 0, SIZE_MAX, MAP_RO), KIPC_E_RANGE);
    assert_result(kipc_region_map(m->kernel, m->first, handle, NULL, &address), KIPC_E_INVAL);
    assert_result(kipc_region_map(m->kernel, m->first, handle, &config, NULL), KIPC_E_INVAL);
    assert_result(kipc_region_map(m->kernel, m->first, handle + 1, &config, &address), KIPC_E_BADF);
    assert_result(kipc_region_map(m->kernel, 0, handle, &config, &address), KIPC_E_SRCH);
    assert_result(map_at(m, handle, 0, 3 * PAGE, 1, MAP_RO), KIPC_OK);
    assert_int_equal(fake_mapped(&m->fake, m->first), 1);
}

/* Such a kernel has a class of regions, but nothing to map. */
static void test_mapping_needs_a_kernel_with_shared_memory(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_kernel none = {0};
    struct kipc_kernel *const kernels[] = {&f->kernel, &none};
    const struct kipc_mapping_config config = {.bytes = 1, .flags = MAP_RO};
    kipc_handle_t made = 77;
    uintptr_t address = 77;
    for (size_t i = 0; i < COUNT_OF(kernels); i++) {
        assert_result(kipc_region_map(kernels[i], f->first, 1, &config, &address), KIPC_E_STATE);
        assert_result(kipc_region_map_for(kernels[i], f->first, 1, f->second, 0, &config, &address, &made),
                      KIPC_E_STATE);
        assert_result(kipc_region_protect(kernels[i], f->first, PAGE, MAP_RO), KIPC_E_STATE);
        assert_result(kipc_region_unmap(kernels[i], f->first, PAGE), KIPC_E_STATE);
    }
    assert_int_equal(made, 77);
    assert_int_equal(address, 77);
}

static void test_EXO_SM_06_records_and_flags(void **state)
{
    struct memory_fixture *m = *state;
    struct kipc_region_config config = kipc_region_config_default();
    kipc_handle_t handles[2];
    config.bytes = 3 * PAGE;
    assert_result(kipc_region_create(m->kernel, m->first, &config, &handles[0]), KIPC_OK);
    config.flags = KIPC_PAGE_EXECUTABLE | KIPC_PAGE_USER;
    assert_result(kipc_region_create(m->kernel, m->first, &config, &handles[1]), KIPC_OK);
    for (uint32_t flags = 0; flags < 32; flags++) {
        bool is_known = (flags & ~(uint32_t)KIPC_MAP_FLAGS) == 0 && (flags & KIPC_MAP_READ) != 0;
        bool is_both = (flags & KIPC_MAP_WRITE) != 0 && (flags & KIPC_MAP_EXECUTE) != 0;
        kipc_handle_t handle = handles[(flags & KIPC_MAP_EXECUTE) != 0 ? 1 : 0];
        const struct kipc_mapping_config where = {.offset = PAGE, .bytes = 2 * PAGE, .flags = flags};
        uintptr_t address;
        struct kipc_attachment_info info;
        bool is_allowed = is_known && !is_both;
        assert_result(kipc_region_map(m->kernel, m->first, handle, &where, &address),
                      is_allowed ? KIPC_OK : KIPC_E_INVAL);
        if (is_allowed) {
            assert_result(kipc_region_attachment(m->kernel, m->first, handle, 0, &info), KIPC_OK);
            assert_int_equal(info.flags, flags);
            assert_true(info.address == address);
            assert_int_equal(info.bytes, 2 * PAGE);
            assert_int_equal(info.pid, m->first);
            assert_int_equal(info.handle, handle);
            uint8_t byte;
            assert_result(fake_access(&m->fake, m->kernel, m->first, address, &byte, 1, KIPC_ACCESS_READ),
                          (flags & KIPC_MAP_USER) != 0 ? KIPC_OK : KIPC_E_ACCES);
        }
    }
}

static void test_EXO_SM_02_all_flags_reach_the_port(void **state)
{
    struct memory_fixture *m = *state;
    for (uint32_t flags = 0; flags <= KIPC_PAGE_FLAGS; flags++) {
        struct kipc_region_config config = kipc_region_config_default();
        kipc_handle_t handle;
        bool is_both = (flags & KIPC_PAGE_WRITABLE) != 0 && (flags & KIPC_PAGE_EXECUTABLE) != 0;
        config.flags = flags;
        config.lifetime = KIPC_LIFETIME_HANDLES;
        assert_result(kipc_region_create(m->kernel, m->first, &config, &handle), is_both ? KIPC_E_INVAL : KIPC_OK);
        if (is_both) {
            continue;
        }
        uint32_t most = KIPC_MAP_READ;
        most |= (flags & KIPC_PAGE_WRITABLE) != 0 ? KIPC_MAP_WRITE : 0u;
        most |= (flags & KIPC_PAGE_EXECUTABLE) != 0 ? KIPC_MAP_EXECUTE : 0u;
        most |= (flags & KIPC_PAGE_USER) != 0 ? KIPC_MAP_USER : 0u;
        uintptr_t address = map_region(m, m->first, handle, most);
        assert_int_equal(fake_entry_at(&m->fake, m->first, address)->flags, flags);
        assert_int_equal(kipc_region_unmap(m->kernel, m->first, address), 0);
        /* What the region does not allow, no mapping of it does. */
        static const uint32_t more[] = {KIPC_MAP_WRITE, KIPC_MAP_EXECUTE, KIPC_MAP_USER};
        for (size_t i = 0; i < COUNT_OF(more); i++) {
            if ((most & more[i]) == 0) {
                assert_result(map_at(m, handle, 0, 0, 1, KIPC_MAP_READ | more[i]), KIPC_E_ACCES);
            }
        }
        assert_result(kipc_handle_close(m->kernel, m->first, handle), KIPC_OK);
    }
}

static void test_EXO_SM_07_EXO_PF_05_the_same_work_for_each_page(void **state)
{
    struct memory_fixture *m = *state;
    static const uint32_t sizes[] = {1, 16};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        kipc_handle_t handle = make_region(m, sizes[i] * PAGE, KIPC_LIFETIME_TEMPORARY);
        uintptr_t physical;
        assert_result(kipc_region_attach(m->kernel, m->first, handle, &physical), KIPC_OK);
        m->fake.record_count = 0;
        uintptr_t address = map_region(m, m->first, handle, MAP_RW);
        assert_int_equal(m->fake.record_count, sizes[i]); /* one call a page, and no other */
        for (uint32_t page = 0; page < sizes[i]; page++) {
            const struct fake_record *record = &m->records[page];
            assert_int_equal(record->call, FAKE_MAP);
            assert_int_equal(record->space, m->first);
            assert_true(record->address == address + page * PAGE);
            assert_true(record->physical == physical + page * PAGE);
            assert_int_equal(record->flags, REGION_FLAGS);
        }
        m->fake.record_count = 0;
        assert_int_equal(kipc_region_unmap(m->kernel, m->first, address), 0);
        assert_int_equal(m->fake.record_count, sizes[i]);
        for (uint32_t page = 0; page < sizes[i]; page++) {
            assert_int_equal(m->records[page].call, FAKE_UNMAP);
            assert_true(m->records[page].address == address + page * PAGE);
        }
        assert_int_equal(kipc_region_detach(m->kernel, m->first, handle), 1);
    }
}

static void test_EXO_SM_08_nothing_is_there_after_unmap(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 2 * PAGE, KIPC_LIFETIME_HANDLES);
    uintptr_t address = map_region(m, m->first, handle, MAP_RW);
    assert_result(store(m, m->first, address + PAGE, 5), KIPC_OK);
    assert_int_equal(load(m, m->first, address + PAGE), 5);
    assert_result(kipc_region_unmap(m->kernel, m->first, address + PAGE), KIPC_E_INVAL); /* not where it begins */
    assert_result(kipc_region_unmap(m->kernel, m->second, address), KIPC_E_INVAL);
    assert_result(kipc_region_unmap(m->kernel, 0, address), KIPC_E_SRCH);
    assert_int_equal(kipc_region_unmap(m->kernel, m->first, address), 0);
    assert_result(load(m, m->first, address + PAGE), KIPC_E_FAULT);
    assert_result(store(m, m->first, address, 1), KIPC_E_FAULT);
    assert_result(kipc_region_unmap(m->kernel, m->first, address), KIPC_E_INVAL);
}

static void test_EXO_SM_09_protect(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 2 * PAGE, KIPC_LIFETIME_HANDLES);
    kipc_handle_t theirs = give_region(m, handle, KIPC_RIGHT_MAP);
    uintptr_t ours = map_region(m, m->first, handle, MAP_RW);
    uintptr_t other = map_region(m, m->second, theirs, MAP_RO);
    assert_result(store(m, m->first, ours, 1), KIPC_OK);
    assert_result(kipc_region_protect(m->kernel, m->first, ours, MAP_RO), KIPC_OK);
    assert_result(store(m, m->first, ours, 2), KIPC_E_ACCES);
    assert_result(store(m, m->first, ours + PAGE, 2), KIPC_E_ACCES);
    assert_int_equal(load(m, m->first, ours), 1);
    assert_result(kipc_region_protect(m->kernel, m->first, ours, MAP_RW), KIPC_OK);
    assert_result(store(m, m->first, ours, 2), KIPC_OK);
    assert_result(kipc_region_protect(m->kernel, m->second, other, MAP_RW), KIPC_E_ACCES);
    assert_result(kipc_region_protect(m->kernel, m->first, ours, MAP_RO | KIPC_MAP_EXECUTE), KIPC_E_ACCES);
    assert_result(kipc_region_protect(m->kernel, m->first, ours, MAP_RW | KIPC_MAP_EXECUTE), KIPC_E_INVAL);
    assert_result(kipc_region_protect(m->kernel, m->first, ours, KIPC_MAP_USER), KIPC_E_INVAL);
    assert_result(kipc_region_protect(m->kernel, m->first, ours, KIPC_MAP_FLAGS + 1), KIPC_E_INVAL);
    assert_result(kipc_region_protect(m->kernel, m->first, ours + PAGE, MAP_RO), KIPC_E_INVAL);
    assert_result(store(m, m->second, other, 3), KIPC_E_ACCES);
    assert_int_equal(load(m, m->second, other), 2);
}

static void test_VER_MS_10_mapped_at_the_first_touch(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 8 * PAGE, KIPC_LIFETIME_HANDLES);
    const struct kipc_mapping_config config = {.bytes = 8 * PAGE, .flags = MAP_RW, .is_lazy = true};
    uintptr_t address;
    assert_result(kipc_region_map(m->kernel, m->first, handle, &config, &address), KIPC_OK);
    assert_int_equal(memory_counts(m).pages_mapped, 0);
    assert_int_equal(load(m, m->first, address + 3 * PAGE + 5), 0);
    assert_int_equal(memory_counts(m).pages_mapped, 1);
    assert_int_equal(load(m, m->first, address + 3 * PAGE + 6), 0);
    assert_int_equal(memory_counts(m).pages_mapped, 1);
    assert_result(store(m, m->first, address + 7 * PAGE, 1), KIPC_OK);
    assert_int_equal(memory_counts(m).pages_mapped, 2);
    assert_result(load(m, m->first, address + 8 * PAGE), KIPC_E_FAULT);
    assert_result(load(m, m->first, address - 1), KIPC_E_FAULT);
    assert_result(kipc_region_protect(m->kernel, m->first, address, MAP_RO), KIPC_OK);
    assert_result(store(m, m->first, address, 1), KIPC_E_ACCES); /* one that was never touched, too */
    assert_result(kipc_memory_fault(m->kernel, m->first, address, (enum kipc_access)3), KIPC_E_INVAL);
    assert_result(kipc_memory_fault(m->kernel, 0, address, KIPC_ACCESS_READ), KIPC_E_SRCH);
    m->fake.fail_at = 1;
    assert_result(load(m, m->first, address), KIPC_E_NOMEM);
    assert_int_equal(load(m, m->first, address), 0);
    assert_int_equal(memory_counts(m).pages_mapped, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MEMORY_TEST(test_MOS_SM_02_where_a_mapping_may_be),
        MEMORY_TEST(test_EXO_SM_10_arguments),
        cmocka_unit_test_setup_teardown(test_mapping_needs_a_kernel_with_shared_memory, kernel_fixture_set_up,
                                        kernel_fixture_tear_down),
        MEMORY_TEST(test_EXO_SM_06_records_and_flags),
        MEMORY_TEST(test_EXO_SM_02_all_flags_reach_the_port),
        MEMORY_TEST(test_EXO_SM_07_EXO_PF_05_the_same_work_for_each_page),
        MEMORY_TEST(test_EXO_SM_08_nothing_is_there_after_unmap),
        MEMORY_TEST(test_EXO_SM_09_protect),
        MEMORY_TEST(test_VER_MS_10_mapped_at_the_first_touch),
    };
    return cmocka_run_group_tests_name("mapping", tests, NULL, NULL);
}
