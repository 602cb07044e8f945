/* SPDX-License-Identifier: MIT */
/* Regions: sizes, records, names, rights, quotas. How they live and end is in test_region_life.c. */
#include "memory_fixture.h"

#define HOLD KIPC_LIFETIME_HANDLES

static int create(struct memory_fixture *m, kipc_pid_t pid, size_t bytes, const char *name, enum kipc_lifetime lifetime,
                  kipc_handle_t *handle)
{
    struct kipc_region_config config = kipc_region_config_default();
    config.bytes = bytes;
    config.name = name;
    config.open_rights = KIPC_RIGHTS;
    config.lifetime = lifetime;
    return kipc_region_create(m->kernel, pid, &config, handle);
}

static int attach(struct memory_fixture *m, kipc_pid_t pid, kipc_handle_t handle)
{
    return kipc_region_attach(m->kernel, pid, handle, NULL);
}

static int detach(struct memory_fixture *m, kipc_pid_t pid, kipc_handle_t handle)
{
    return kipc_region_detach(m->kernel, pid, handle);
}

static int use(struct memory_fixture *m, kipc_pid_t pid, kipc_handle_t handle)
{
    uint8_t byte = 1;
    return kipc_region_write(m->kernel, pid, handle, 0, &byte, 1);
}

static void test_MOS_SM_01_whole_zero_pages_and_all_of_them_back(void **state)
{
    struct memory_fixture *m = *state;
    static const size_t sizes[] = {1, 4095, 4096, 4097, 65536};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct kipc_region_info info;
        kipc_handle_t handle = make_region(m, sizes[i], KIPC_LIFETIME_TEMPORARY);
        size_t rounded = (sizes[i] + FIXTURE_PAGE_BYTES - 1) / FIXTURE_PAGE_BYTES * FIXTURE_PAGE_BYTES;
        assert_result(kipc_region_info(m->kernel, m->first, handle, &info), KIPC_OK);
        assert_int_equal(info.bytes, rounded);
        assert_int_equal(taken(m), rounded / FIXTURE_PAGE_BYTES);
        assert_result(attach(m, m->first, handle), KIPC_OK);
        for (size_t at = 0; at < rounded; at += 512) {
            uint8_t zero[512] = {0};
            uint8_t bytes[512];
            memset(bytes, 1, sizeof(bytes));
            assert_result(kipc_region_read(m->kernel, m->first, handle, at, bytes, sizeof(bytes)), KIPC_OK);
            assert_memory_equal(bytes, zero, sizeof(zero));
        }
        assert_int_equal(detach(m, m->first, handle), 1);
        assert_int_equal(taken(m), 0);
        handle = make_region(m, sizes[i], KIPC_LIFETIME_TEMPORARY);
        assert_result(kipc_region_destroy(m->kernel, m->first, handle), KIPC_OK);
        assert_int_equal(taken(m), 0);
    }
}

static void test_FNG_SM_04_sizes(void **state)
{
    struct memory_fixture *m = *state;
    static const size_t sizes[] = {1, 100, 4096, 70000};
    kipc_handle_t handle;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        assert_result(create(m, m->first, sizes[i], NULL, KIPC_LIFETIME_TEMPORARY, &handle), KIPC_OK);
        assert_result(kipc_handle_close(m->kernel, m->first, handle), KIPC_OK);
        assert_int_equal(taken(m), 0);
    }
    size_t limit = m->memory.limits.region_bytes;
    assert_result(create(m, m->first, 0, NULL, HOLD, &handle), KIPC_E_INVAL);
    assert_result(create(m, m->first, limit + 1, NULL, HOLD, &handle), KIPC_E_INVAL);
    assert_result(create(m, m->first, SIZE_MAX, NULL, HOLD, &handle), KIPC_E_INVAL);
    assert_result(create(m, m->first, limit, NULL, HOLD, &handle), KIPC_OK);
    assert_result(create(m, m->first, 1, NULL, HOLD, NULL), KIPC_E_INVAL);
    assert_result(create(m, m->first, 1, NULL, (enum kipc_lifetime)3, &handle), KIPC_E_INVAL);
    assert_result(create(m, m->first, 1, NULL, KIPC_LIFETIME_PERSISTENT, &handle), KIPC_E_INVAL);
    assert_result(create(m, 0, 1, NULL, HOLD, &handle), KIPC_E_SRCH);
    assert_result(kipc_region_create(m->kernel, m->first, NULL, &handle), KIPC_E_INVAL);
}

static void test_MOS_SM_06_FNG_FU_08_rights_become_fewer_only(void **state)
{
    struct memory_fixture *m = *state;
    struct kipc_region_config config = kipc_region_config_default();
    kipc_handle_t handle;
    kipc_handle_t some;
    config.name = "narrow";
    config.open_rights = KIPC_RIGHT_MAP;
    assert_result(kipc_region_create(m->kernel, m->first, &config, &handle), KIPC_OK);
    assert_result(kipc_region_open(m->kernel, m->second, "narrow", KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE, &some),
                  KIPC_E_ACCES);
    assert_result(kipc_region_open(m->kernel, m->second, "narrow", KIPC_RIGHT_WRITE, &some), KIPC_E_ACCES);
    assert_result(kipc_region_open(m->kernel, m->second, "narrow", KIPC_RIGHT_MAP, &some), KIPC_OK);
    assert_result(attach(m, m->second, some), KIPC_OK);
    assert_result(use(m, m->second, some), KIPC_E_ACCES);
    /* Neither by itself nor through another handle does it get more. */
    kipc_handle_t more;
    assert_result(kipc_handle_duplicate(m->kernel, m->second, some, m->second, KIPC_RIGHT_WRITE, &more), KIPC_E_ACCES);
    assert_result(kipc_handle_restrict(m->kernel, m->second, some, KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE), KIPC_E_ACCES);
    assert_result(kipc_region_set_flags(m->kernel, m->second, some, REGION_FLAGS), KIPC_E_ACCES);
    assert_result(kipc_region_destroy(m->kernel, m->second, some), KIPC_E_ACCES);
    assert_result(kipc_region_move(m->kernel, m->second, some, m->second, &more), KIPC_E_ACCES);
    assert_result(kipc_region_share(m->kernel, m->second, some, &more), KIPC_E_ACCES);
    assert_result(kipc_handle_restrict(m->kernel, m->second, some, 0), KIPC_OK);
    assert_result(attach(m, m->second, some), KIPC_E_ACCES);
}

static void test_MOS_SM_07_the_table_of_regions(void **state)
{
    struct memory_fixture *m = *state;
    uint32_t capacity = m->kernel->tables[KIPC_TABLE_REGION].capacity;
    kipc_handle_t handles[64];
    kipc_handle_t further;
    assert_true(capacity < COUNT_OF(handles));
    for (uint32_t i = 0; i < capacity; i++) {
        handles[i] = make_region(m, 1, HOLD);
    }
    assert_result(create(m, m->first, 1, NULL, HOLD, &further), KIPC_E_NOSPC);
    for (uint32_t round = 0; round < 2; round++) {
        uint32_t seen[64] = {0};
        uint32_t position = 0;
        uint32_t count = 0;
        struct kipc_region_info info;
        while (kipc_region_next(m->kernel, &position, &info) == KIPC_OK) {
            for (uint32_t i = 0; i < count; i++) {
                assert_int_not_equal(seen[i], info.id);
            }
            seen[count] = info.id;
            count += 1;
            assert_int_equal(info.owner, m->first);
        }
        assert_int_equal(count, capacity - round);
        assert_result(kipc_region_next(m->kernel, &position, &info), KIPC_E_NOTFOUND);
        if (round == 0) {
            assert_result(kipc_region_destroy(m->kernel, m->first, handles[3]), KIPC_OK);
        }
    }
    assert_result(create(m, m->first, 1, NULL, HOLD, &further), KIPC_OK);
    struct kipc_region_info info;
    assert_result(kipc_region_next(m->kernel, NULL, &info), KIPC_E_INVAL);
    assert_result(kipc_region_next(m->kernel, &capacity, NULL), KIPC_E_INVAL);
}

static void test_FNG_SM_02_who_is_attached(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 1, HOLD);
    kipc_handle_t theirs = give_region(m, handle, KIPC_RIGHTS);
    struct kipc_attachment_info info;
    struct kipc_region_info region;
    assert_result(kipc_region_attachment(m->kernel, m->first, handle, 0, &info), KIPC_E_NOTFOUND);
    assert_result(attach(m, m->first, handle), KIPC_OK);
    assert_result(attach(m, m->second, theirs), KIPC_OK);
    assert_result(attach(m, m->second, theirs), KIPC_OK);
    assert_result(kipc_region_attachment(m->kernel, m->first, handle, 0, &info), KIPC_OK);
    assert_int_equal(info.pid, m->second);
    assert_int_equal(info.handle, theirs);
    assert_int_equal(info.count, 2);
    assert_true(info.address == 0);
    assert_result(kipc_region_attachment(m->kernel, m->first, handle, 1, &info), KIPC_OK);
    assert_int_equal(info.pid, m->first);
    assert_int_equal(info.count, 1);
    assert_result(kipc_region_attachment(m->kernel, m->first, handle, 2, &info), KIPC_E_NOTFOUND);
    assert_result(kipc_region_attachment(m->kernel, m->first, handle, 0, NULL), KIPC_E_INVAL);
    assert_result(kipc_region_info(m->kernel, m->first, handle, &region), KIPC_OK);
    assert_int_equal(region.references, 3);
    assert_result(kipc_process_exit(m->kernel, m->second), KIPC_OK);
    assert_result(kipc_region_info(m->kernel, m->first, handle, &region), KIPC_OK);
    assert_int_equal(region.references, 1);
    assert_result(kipc_region_attachment(m->kernel, m->first, handle, 0, &info), KIPC_OK);
    assert_int_equal(info.pid, m->first);
    assert_result(kipc_region_attachment(m->kernel, m->first, handle, 1, &info), KIPC_E_NOTFOUND);
}

static void test_EXO_SM_11_13_14_15_records_and_names(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle;
    kipc_handle_t anonymous;
    kipc_handle_t other;
    struct kipc_region_info info;
    char longest[KIPC_CFG_NAME_MAX + 2];
    memset(longest, 'n', sizeof(longest));
    longest[KIPC_CFG_NAME_MAX] = 0;
    assert_result(create(m, m->first, 8192, longest, HOLD, &handle), KIPC_OK);
    assert_result(create(m, m->first, 1, NULL, HOLD, &anonymous), KIPC_OK);
    assert_result(attach(m, m->first, handle), KIPC_OK);
    assert_result(kipc_region_info(m->kernel, m->first, handle, &info), KIPC_OK);
    uint32_t id;
    assert_result(kipc_object_id(m->kernel, m->first, handle, &id), KIPC_OK);
    assert_int_equal(info.id, id);
    assert_true(info.physical == (uintptr_t)m->pages);
    assert_int_equal(info.bytes, 8192);
    assert_int_equal(info.flags, REGION_FLAGS);
    assert_int_equal(info.owner, m->first);
    assert_int_equal(info.references, 1);
    assert_int_equal(info.lifetime, HOLD);
    assert_string_equal(info.name, longest);
    assert_result(kipc_region_info(m->kernel, m->first, handle, NULL), KIPC_E_INVAL);
    assert_result(kipc_region_info(m->kernel, m->first, anonymous, &info), KIPC_OK);
    assert_string_equal(info.name, "");
    assert_result(kipc_region_open(m->kernel, m->second, "", KIPC_RIGHT_MAP, &other), KIPC_E_INVAL);
    uint32_t before = taken(m);
    assert_result(create(m, m->second, 1, longest, HOLD, &other), KIPC_E_EXIST);
    longest[KIPC_CFG_NAME_MAX] = 'n';
    longest[KIPC_CFG_NAME_MAX + 1] = 0;
    assert_result(create(m, m->second, 1, longest, HOLD, &other), KIPC_E_INVAL);
    assert_result(create(m, m->second, 1, "", HOLD, &other), KIPC_E_INVAL);
    assert_int_equal(taken(m), before);
    assert_int_equal(live(m->base, KIPC_TABLE_REGION), 2);
    assert_result(kipc_region_open(m->kernel, m->second, "unknown", KIPC_RIGHT_MAP, &other), KIPC_E_NOTFOUND);
}

static void test_EXO_SM_12_ids_and_exact_names(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle;
    kipc_handle_t other;
    assert_result(create(m, m->first, 1, "data", HOLD, &handle), KIPC_OK);
    static const char *const near[] = {"dat", "data1", "Data", "d", "dataa"};
    for (size_t i = 0; i < COUNT_OF(near); i++) {
        assert_result(kipc_region_open(m->kernel, m->second, near[i], KIPC_RIGHT_MAP, &other), KIPC_E_NOTFOUND);
    }
    assert_result(kipc_region_open(m->kernel, m->second, "data", KIPC_RIGHT_MAP, &other), KIPC_OK);
    /* The region is closed for all, but a handle is open: its id stays its own. */
    uint32_t id;
    assert_result(kipc_object_id(m->kernel, m->second, other, &id), KIPC_OK);
    assert_result(kipc_object_close(m->kernel, m->first, handle), KIPC_OK);
    assert_result(kipc_handle_close(m->kernel, m->first, handle), KIPC_OK);
    for (unsigned int i = 0; i < 100; i++) {
        uint32_t further;
        assert_result(create(m, m->first, 1, NULL, HOLD, &handle), KIPC_OK);
        assert_result(kipc_object_id(m->kernel, m->first, handle, &further), KIPC_OK);
        assert_int_not_equal(further, id);
        assert_result(kipc_handle_close(m->kernel, m->first, handle), KIPC_OK);
    }
}

static void test_VER_ZC_02_attachments_at_their_limit(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 1, HOLD);
    struct kipc_mapping_config config = {.bytes = 1, .flags = MAP_RO};
    uintptr_t address;
    assert_result(attach(m, m->first, handle), KIPC_OK);
    struct kipc_region *region = kipc_table_at(&m->kernel->tables[KIPC_TABLE_REGION], 0);
    region->attachments = UINT32_MAX;
    assert_result(attach(m, m->first, handle), KIPC_E_OVERFLOW);
    assert_result(kipc_region_map(m->kernel, m->first, handle, &config, &address), KIPC_E_OVERFLOW);
    assert_int_equal(region->attachments, UINT32_MAX);
    region->attachments = 1;
}

static void test_EXO_NI_03_quota_of_pages(void **state)
{
    struct memory_fixture *m = *state;
    struct kipc_process_config config = kipc_process_config_default();
    kipc_pid_t poor;
    kipc_handle_t handle;
    kipc_handle_t other;
    uint32_t used;
    config.limits[KIPC_QUOTA_PAGES] = 5;
    assert_result(kipc_process_register(m->kernel, &config, &poor), KIPC_OK);
    assert_result(create(m, poor, 6 * 4096, NULL, HOLD, &handle), KIPC_E_QUOTA);
    assert_int_equal(taken(m), 0);
    assert_result(create(m, poor, 3 * 4096, NULL, HOLD, &handle), KIPC_OK);
    assert_result(create(m, poor, 3 * 4096, NULL, HOLD, &other), KIPC_E_QUOTA);
    assert_result(kipc_region_share(m->kernel, poor, handle, &other), KIPC_E_QUOTA);
    assert_result(kipc_region_copy(m->kernel, poor, handle, &other), KIPC_E_QUOTA);
    assert_int_equal(taken(m), 3);
    assert_result(create(m, poor, 2 * 4096, NULL, HOLD, &other), KIPC_OK);
    assert_result(kipc_process_usage(m->kernel, poor, KIPC_QUOTA_PAGES, &used, NULL), KIPC_OK);
    assert_int_equal(used, 5);
    kipc_handle_t ours = make_region(m, 4096, HOLD); /* others have their own share */
    assert_result(kipc_region_move(m->kernel, m->first, ours, poor, &ours), KIPC_E_QUOTA);
    assert_result(kipc_handle_close(m->kernel, poor, handle), KIPC_OK);
    assert_result(kipc_process_usage(m->kernel, poor, KIPC_QUOTA_PAGES, &used, NULL), KIPC_OK);
    assert_int_equal(used, 2);
    assert_result(kipc_region_move(m->kernel, m->first, ours, poor, &ours), KIPC_OK);
    assert_result(kipc_process_usage(m->kernel, poor, KIPC_QUOTA_PAGES, &used, NULL), KIPC_OK);
    assert_int_equal(used, 3);
    assert_result(kipc_process_usage(m->kernel, m->first, KIPC_QUOTA_PAGES, &used, NULL), KIPC_OK);
    assert_int_equal(used, 0);
    assert_result(kipc_process_exit(m->kernel, poor), KIPC_OK);
}

static void test_EXO_NI_03_who_cannot_hold_a_handle_is_charged_nothing(void **state)
{
    struct memory_fixture *m = *state;
    struct kipc_process_config config = kipc_process_config_default();
    kipc_handle_t ours = make_region(m, 2 * 4096, HOLD);
    kipc_pid_t poor;
    uint32_t used[2];
    config.limits[KIPC_QUOTA_HANDLES] = 0;
    assert_result(kipc_process_register(m->kernel, &config, &poor), KIPC_OK);
    assert_result(kipc_region_move(m->kernel, m->first, ours, poor, &ours), KIPC_E_QUOTA);
    assert_result(kipc_process_usage(m->kernel, poor, KIPC_QUOTA_PAGES, &used[0], NULL), KIPC_OK);
    assert_result(kipc_process_usage(m->kernel, poor, KIPC_QUOTA_OBJECTS, &used[1], NULL), KIPC_OK);
    assert_int_equal(used[0], 0);
    assert_int_equal(used[1], 0);
    assert_result(kipc_region_attach(m->kernel, m->first, ours, NULL), KIPC_OK); /* it is where it was */
    assert_result(kipc_process_exit(m->kernel, poor), KIPC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MEMORY_TEST(test_MOS_SM_01_whole_zero_pages_and_all_of_them_back),
        MEMORY_TEST(test_FNG_SM_04_sizes),
        MEMORY_TEST(test_MOS_SM_06_FNG_FU_08_rights_become_fewer_only),
        MEMORY_TEST(test_MOS_SM_07_the_table_of_regions),
        MEMORY_TEST(test_FNG_SM_02_who_is_attached),
        MEMORY_TEST(test_EXO_SM_11_13_14_15_records_and_names),
        MEMORY_TEST(test_EXO_SM_12_ids_and_exact_names),
        MEMORY_TEST(test_VER_ZC_02_attachments_at_their_limit),
        MEMORY_TEST(test_EXO_NI_03_quota_of_pages),
        MEMORY_TEST(test_EXO_NI_03_who_cannot_hold_a_handle_is_charged_nothing),
    };
    return cmocka_run_group_tests_name("region", tests, NULL, NULL);
}
