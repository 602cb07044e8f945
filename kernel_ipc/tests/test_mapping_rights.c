/* SPDX-License-Identifier: MIT */
/* Who may map what, what ends a mapping, and what is around it. */
#include "memory_fixture.h"

#define PAGE FIXTURE_PAGE_BYTES

static void test_VR4_ST_13_rights_of_the_capability(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, PAGE, KIPC_LIFETIME_HANDLES);
    for (uint32_t rights = 0; rights <= KIPC_RIGHTS; rights++) {
        const struct kipc_mapping_config config[2] = {{.bytes = 1, .flags = MAP_RO}, {.bytes = 1, .flags = MAP_RW}};
        kipc_handle_t some;
        uintptr_t address;
        assert_result(kipc_handle_duplicate(m->kernel, m->first, handle, m->first, rights, &some), KIPC_OK);
        bool may_map = (rights & KIPC_RIGHT_MAP) != 0;
        bool may_write = may_map && (rights & KIPC_RIGHT_WRITE) != 0;
        assert_result(kipc_region_map(m->kernel, m->first, some, &config[0], &address),
                      may_map ? KIPC_OK : KIPC_E_ACCES);
        assert_result(kipc_region_map(m->kernel, m->first, some, &config[1], &address),
                      may_write ? KIPC_OK : KIPC_E_ACCES);
        assert_result(kipc_handle_close(m->kernel, m->first, some), KIPC_OK);
        assert_int_equal(memory_counts(m).mappings_used, 0);
    }
}

static void test_FNG_SM_06_two_processes(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, PAGE, KIPC_LIFETIME_TEMPORARY);
    kipc_handle_t theirs = give_region(m, handle, KIPC_RIGHTS);
    struct kipc_region_info info;
    assert_result(kipc_region_detach(m->kernel, m->second, theirs), KIPC_E_INVAL); /* not attached */
    uintptr_t ours = map_region(m, m->first, handle, MAP_RW);
    uintptr_t other = map_region(m, m->second, theirs, MAP_RO);
    assert_result(store(m, m->first, ours + 77, 77), KIPC_OK);
    assert_int_equal(load(m, m->second, other + 77), 77);
    assert_result(kipc_region_attach(m->kernel, m->first, handle, NULL), KIPC_OK);
    assert_result(kipc_region_attach(m->kernel, m->first, handle, NULL), KIPC_OK);
    assert_result(kipc_region_info(m->kernel, m->first, handle, &info), KIPC_OK);
    assert_int_equal(info.references, 4);
    assert_result(kipc_region_detach(m->kernel, m->second, theirs), KIPC_E_INVAL);
    assert_int_equal(kipc_region_unmap(m->kernel, m->second, other), 0);
    assert_int_equal(kipc_region_detach(m->kernel, m->first, handle), 0);
    assert_int_equal(kipc_region_detach(m->kernel, m->first, handle), 0);
    assert_result(kipc_region_detach(m->kernel, m->first, handle), KIPC_E_INVAL); /* its mapping is not one */
    assert_int_equal(kipc_region_unmap(m->kernel, m->first, ours), 1);
    assert_int_equal(taken(m), 0);
}

static void test_MOS_SM_02_mapping_for_another_process(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, PAGE, KIPC_LIFETIME_HANDLES);
    const struct kipc_mapping_config config = {.bytes = 1, .flags = MAP_RO};
    const struct kipc_mapping_config writing = {.bytes = 1, .flags = MAP_RW};
    const uint32_t rights = KIPC_RIGHT_MAP;
    uintptr_t address;
    kipc_handle_t made;
    kipc_handle_t weak;
    uint32_t handles = live(m->base, KIPC_TABLE_HANDLE);
    struct kipc_kernel *kernel = m->kernel;
    assert_result(kipc_region_map_for(kernel, m->first, handle, m->second, rights, &writing, &address, &made),
                  KIPC_E_ACCES);
    assert_result(kipc_region_map_for(kernel, m->first, handle, 0, rights, &config, &address, &made), KIPC_E_SRCH);
    assert_result(kipc_region_map_for(kernel, m->first, handle, m->second, KIPC_RIGHTS + 1, &config, &address, &made),
                  KIPC_E_INVAL);
    assert_result(kipc_region_map_for(kernel, m->first, handle, m->second, rights, NULL, &address, &made),
                  KIPC_E_INVAL);
    assert_int_equal(live(m->base, KIPC_TABLE_HANDLE), handles);
    assert_result(kipc_handle_duplicate(kernel, m->first, handle, m->first, KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE, &weak),
                  KIPC_OK);
    assert_result(kipc_region_map_for(kernel, m->first, weak, m->second, rights, &config, &address, &made),
                  KIPC_E_ACCES); /* no right to give */
    assert_result(kipc_region_map_for(kernel, m->first, handle, m->second, rights, &config, &address, &made), KIPC_OK);
    assert_int_equal(load(m, m->second, address), 0);
    assert_result(store(m, m->second, address, 1), KIPC_E_ACCES);
    assert_int_equal(kipc_handle_revoke(kernel, m->first, handle), 2);
    assert_result(load(m, m->second, address), KIPC_E_FAULT);
}

static void test_EXO_NI_02_VER_CA_03_revocation_unmaps(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 2 * PAGE, KIPC_LIFETIME_HANDLES);
    kipc_handle_t theirs = give_region(m, handle, KIPC_RIGHTS);
    kipc_handle_t derived;
    assert_result(kipc_handle_duplicate(m->kernel, m->second, theirs, m->second, KIPC_RIGHT_MAP, &derived), KIPC_OK);
    uintptr_t ours = map_region(m, m->first, handle, MAP_RW);
    uintptr_t other = map_region(m, m->second, derived, MAP_RO);
    uintptr_t third = map_region(m, m->second, theirs, MAP_RW);
    assert_result(store(m, m->second, third, 8), KIPC_OK);
    assert_int_equal(kipc_handle_revoke(m->kernel, m->first, handle), 2);
    assert_result(load(m, m->second, other), KIPC_E_FAULT);
    assert_result(load(m, m->second, third), KIPC_E_FAULT);
    assert_int_equal(fake_mapped(&m->fake, m->second), 0);
    assert_int_equal(load(m, m->first, ours), 8);
    assert_int_equal(memory_counts(m).mappings_used, 1);
}

static void test_EXO_NI_02_VER_CA_02_fewer_rights_narrow_what_is_mapped(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, PAGE, KIPC_LIFETIME_HANDLES);
    kipc_handle_t some = give_region(m, handle, KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE);
    uintptr_t ours = map_region(m, m->first, handle, MAP_RW);
    uintptr_t other = map_region(m, m->second, some, MAP_RW);
    assert_result(store(m, m->second, other, 1), KIPC_OK);
    assert_result(kipc_handle_restrict(m->kernel, m->second, some, KIPC_RIGHT_MAP), KIPC_OK);
    assert_result(store(m, m->second, other, 2), KIPC_E_ACCES);
    assert_int_equal(load(m, m->second, other), 1);
    assert_result(kipc_region_protect(m->kernel, m->second, other, MAP_RW), KIPC_E_ACCES);
    assert_result(kipc_handle_restrict(m->kernel, m->second, some, 0), KIPC_OK);
    assert_result(load(m, m->second, other), KIPC_E_FAULT);
    assert_result(store(m, m->first, ours, 3), KIPC_OK); /* not through this handle */
}

static void test_MOS_SE_03_pages_of_one_region_with_guards_around(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handles[4];
    uintptr_t addresses[4];
    m->fake.stride = 3; /* pages of different regions lie side by side */
    for (unsigned int i = 0; i < COUNT_OF(handles); i++) {
        handles[i] = make_region(m, (i + 1) * PAGE, KIPC_LIFETIME_HANDLES);
        addresses[i] = map_region(m, m->first, handles[i], MAP_RW);
        for (uintptr_t at = 0; at < (i + 1) * PAGE; at += PAGE / 2) {
            assert_result(store(m, m->first, addresses[i] + at, (uint8_t)(i + 1)), KIPC_OK);
        }
    }
    for (unsigned int i = 0; i < COUNT_OF(handles); i++) {
        for (uintptr_t at = 0; at < (i + 1) * PAGE; at += PAGE / 2) {
            assert_int_equal(load(m, m->first, addresses[i] + at), i + 1);
        }
        assert_result(load(m, m->first, addresses[i] - 1), KIPC_E_FAULT);
        assert_result(load(m, m->first, addresses[i] - PAGE), KIPC_E_FAULT);
        assert_result(load(m, m->first, addresses[i] + (i + 1) * PAGE), KIPC_E_FAULT);
        assert_result(store(m, m->first, addresses[i] + (i + 2) * PAGE - 1, 1), KIPC_E_FAULT);
        assert_result(load(m, m->second, addresses[i]), KIPC_E_FAULT); /* another space */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MEMORY_TEST(test_VR4_ST_13_rights_of_the_capability),
        MEMORY_TEST(test_FNG_SM_06_two_processes),
        MEMORY_TEST(test_MOS_SM_02_mapping_for_another_process),
        MEMORY_TEST(test_EXO_NI_02_VER_CA_03_revocation_unmaps),
        MEMORY_TEST(test_EXO_NI_02_VER_CA_02_fewer_rights_narrow_what_is_mapped),
        MEMORY_TEST(test_MOS_SE_03_pages_of_one_region_with_guards_around),
    };
    return cmocka_run_group_tests_name("mapping rights", tests, NULL, NULL);
}
