/* SPDX-License-Identifier: MIT */
/* How regions live: attachments, and when they end. */
#include "memory_fixture.h"

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

static void test_MOS_SM_05_pages_stay_until_the_last_unmap(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 3 * FIXTURE_PAGE_BYTES, KIPC_LIFETIME_TEMPORARY);
    kipc_handle_t theirs = give_region(m, handle, KIPC_RIGHTS);
    uintptr_t ours[2];
    assert_int_equal(taken(m), 3);
    ours[0] = map_region(m, m->first, handle, MAP_RW);
    ours[1] = map_region(m, m->first, handle, MAP_RO);
    uintptr_t other = map_region(m, m->second, theirs, MAP_RW);
    assert_int_equal(fake_mapped(&m->fake, m->first), 6);
    assert_int_equal(kipc_region_unmap(m->kernel, m->first, ours[0]), 0);
    assert_int_equal(taken(m), 3);
    assert_int_equal(kipc_region_unmap(m->kernel, m->second, other), 0);
    assert_int_equal(taken(m), 3);
    assert_int_equal(kipc_region_unmap(m->kernel, m->first, ours[1]), 1);
    assert_int_equal(taken(m), 0);
    assert_result(attach(m, m->second, theirs), KIPC_E_BADF);
}

static void test_MOS_SM_08_persistent_until_unlinked(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle;
    uint8_t bytes[5];
    assert_result(create(m, m->first, 5000, "keeps", KIPC_LIFETIME_PERSISTENT, &handle), KIPC_OK);
    assert_result(attach(m, m->first, handle), KIPC_OK);
    assert_result(kipc_region_write(m->kernel, m->first, handle, 4094, "hello", 5), KIPC_OK);
    assert_int_equal(detach(m, m->first, handle), 0);
    assert_result(kipc_region_destroy(m->kernel, m->first, handle), KIPC_E_BUSY);
    assert_result(kipc_process_exit(m->kernel, m->first), KIPC_OK);
    assert_int_equal(taken(m), 2);
    for (unsigned int round = 0; round < 3; round++) {
        assert_result(kipc_region_open(m->kernel, m->second, "keeps", KIPC_RIGHTS, &handle), KIPC_OK);
        assert_result(attach(m, m->second, handle), KIPC_OK);
        assert_result(kipc_region_read(m->kernel, m->second, handle, 4094, bytes, 5), KIPC_OK);
        assert_memory_equal(bytes, "hello", 5);
        assert_int_equal(detach(m, m->second, handle), 0);
        assert_result(kipc_handle_close(m->kernel, m->second, handle), KIPC_OK);
        assert_int_equal(taken(m), 2);
    }
    assert_result(kipc_memory_tear_down(m->kernel), KIPC_E_BUSY);
    struct kipc_process_config config = kipc_process_config_default();
    kipc_pid_t heir;
    assert_result(kipc_process_register(m->kernel, &config, &heir), KIPC_OK); /* of the creator's user */
    assert_result(kipc_object_unlink(m->kernel, heir, KIPC_TABLE_REGION, "keeps"), KIPC_OK);
    assert_int_equal(taken(m), 0);
    assert_result(kipc_process_exit(m->kernel, heir), KIPC_OK);
}

static void test_MOS_SM_08_unlinked_while_it_is_used(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle;
    assert_result(create(m, m->first, 1, "keeps", KIPC_LIFETIME_PERSISTENT, &handle), KIPC_OK);
    assert_result(attach(m, m->first, handle), KIPC_OK);
    assert_result(kipc_object_unlink(m->kernel, m->first, KIPC_TABLE_REGION, "keeps"), KIPC_OK);
    assert_result(use(m, m->first, handle), KIPC_OK);
    assert_int_equal(taken(m), 1);
    assert_int_equal(detach(m, m->first, handle), 1);
    assert_int_equal(taken(m), 0);
}

static void test_MOS_SM_09_temporary_regions_end_by_themselves(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle;
    kipc_handle_t other;
    assert_result(create(m, m->first, 1, "brief", KIPC_LIFETIME_TEMPORARY, &handle), KIPC_OK);
    assert_result(attach(m, m->first, handle), KIPC_OK);
    assert_int_equal(detach(m, m->first, handle), 1);
    assert_int_equal(taken(m), 0);
    assert_result(kipc_region_open(m->kernel, m->second, "brief", KIPC_RIGHT_MAP, &other), KIPC_E_NOTFOUND);
    /* Never attached: it goes with its creator, name or not. */
    assert_result(create(m, m->first, 1, "brief", KIPC_LIFETIME_TEMPORARY, &handle), KIPC_OK);
    assert_result(create(m, m->first, 1, NULL, KIPC_LIFETIME_TEMPORARY, &handle), KIPC_OK);
    assert_int_equal(taken(m), 2);
    assert_result(kipc_process_exit(m->kernel, m->first), KIPC_OK);
    assert_int_equal(taken(m), 0);
    assert_result(kipc_region_open(m->kernel, m->second, "brief", KIPC_RIGHT_MAP, &other), KIPC_E_NOTFOUND);
}

static void test_FNG_SM_01_nothing_works_after_the_last_detach(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 1, KIPC_LIFETIME_TEMPORARY);
    kipc_handle_t theirs = give_region(m, handle, KIPC_RIGHTS);
    struct kipc_region_info info;
    uintptr_t physical;
    assert_result(attach(m, m->first, handle), KIPC_OK);
    assert_result(kipc_region_attach(m->kernel, m->second, theirs, &physical), KIPC_OK);
    for (unsigned int i = 0; i < FIXTURE_PAGES - 1; i++) { /* nobody gets the page while it is referred to */
        struct kipc_page *page;
        struct kipc_page_info other;
        assert_result(kipc_page_alloc(m->kernel, 0, KIPC_NODE_ANY, &page), KIPC_OK);
        assert_result(kipc_page_info(m->kernel, page, &other), KIPC_OK);
        assert_true(other.physical != physical);
    }
    assert_int_equal(detach(m, m->first, handle), 0);
    struct kipc_page *last;
    assert_result(kipc_page_alloc(m->kernel, 0, KIPC_NODE_ANY, &last), KIPC_E_NOMEM);
    assert_int_equal(detach(m, m->second, theirs), 1);
    assert_result(kipc_page_alloc(m->kernel, 0, KIPC_NODE_ANY, &last), KIPC_OK);
    const kipc_pid_t pids[] = {m->first, m->second};
    const kipc_handle_t handles[] = {handle, theirs};
    for (unsigned int i = 0; i < 2; i++) {
        assert_result(use(m, pids[i], handles[i]), KIPC_E_BADF);
        assert_result(attach(m, pids[i], handles[i]), KIPC_E_BADF);
        assert_result(detach(m, pids[i], handles[i]), KIPC_E_BADF);
        assert_result(kipc_region_info(m->kernel, pids[i], handles[i], &info), KIPC_E_BADF);
        assert_result(kipc_region_destroy(m->kernel, pids[i], handles[i]), KIPC_E_BADF);
    }
    for (uint32_t i = 0; i < m->memory.limits.pages; i++) {
        while (m->memory.pages[i].references > 0) {
            assert_true(kipc_page_put(m->kernel, &m->memory.pages[i]) >= 0);
        }
    }
}

/* What a region is in, and what each call makes of it. */
enum life { CREATED, ATTACHED, GONE, LIVES };
enum step { ATTACH, USE, DETACH, DESTROY, STEPS };

static int take_step(struct memory_fixture *m, kipc_handle_t handle, enum step step)
{
    switch (step) {
    case ATTACH:
        return attach(m, m->first, handle);
    case USE:
        return use(m, m->first, handle);
    case DETACH:
        return detach(m, m->first, handle);
    default:
        return kipc_region_destroy(m->kernel, m->first, handle);
    }
}

static void test_FNG_SM_05_only_the_transitions_of_the_lifecycle(void **state)
{
    struct memory_fixture *m = *state;
    static const struct {
        int result;
        enum life next;
    } table[LIVES][STEPS] = {
        [CREATED] = {[ATTACH] = {KIPC_OK, ATTACHED},
                     [USE] = {KIPC_E_STATE, CREATED},
                     [DETACH] = {KIPC_E_INVAL, CREATED},
                     [DESTROY] = {KIPC_OK, GONE}},
        [ATTACHED] = {[ATTACH] = {KIPC_OK, ATTACHED},
                      [USE] = {KIPC_OK, ATTACHED},
                      [DETACH] = {1, GONE},
                      [DESTROY] = {KIPC_E_BUSY, ATTACHED}},
        [GONE] = {[ATTACH] = {KIPC_E_BADF, GONE},
                  [USE] = {KIPC_E_BADF, GONE},
                  [DETACH] = {KIPC_E_BADF, GONE},
                  [DESTROY] = {KIPC_E_BADF, GONE}},
    };
    for (unsigned int life = 0; life < LIVES; life++) {
        for (unsigned int step = 0; step < STEPS; step++) {
            kipc_handle_t handle = make_region(m, 1, KIPC_LIFETIME_TEMPORARY);
            if (life != CREATED) {
                assert_result(attach(m, m->first, handle), KIPC_OK);
            }
            if (life == GONE) {
                assert_int_equal(detach(m, m->first, handle), 1);
            }
            struct kipc_memory_counts before = memory_counts(m);
            assert_result(take_step(m, handle, (enum step)step), table[life][step].result);
            struct kipc_memory_counts after = memory_counts(m);
            if (table[life][step].result < 0) {
                assert_int_equal(after.pages_used, before.pages_used);
                assert_int_equal(after.mappings_used, before.mappings_used);
            }
            enum life next = table[life][step].next;
            assert_int_equal(after.pages_used, next == GONE ? 0 : 1);
            assert_int_equal(after.mappings_used, next == ATTACHED ? 1 : 0);
            assert_result(use(m, m->first, handle), table[next][USE].result);
            while (next == ATTACHED && detach(m, m->first, handle) == 0) { /* a second attach was counted */
            }
            if (next == CREATED) {
                assert_result(kipc_region_destroy(m->kernel, m->first, handle), KIPC_OK);
            }
            assert_int_equal(live(m->base, KIPC_TABLE_REGION), 0);
        }
    }
}

static void test_EXO_SM_16_17_attach_and_detach(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 1, KIPC_LIFETIME_TEMPORARY);
    struct kipc_region_info info;
    uintptr_t physical[2];
    assert_result(kipc_region_attach(m->kernel, m->first, handle, &physical[0]), KIPC_OK);
    assert_result(kipc_region_attach(m->kernel, m->first, handle, &physical[1]), KIPC_OK);
    assert_true(physical[0] == physical[1]);
    assert_result(kipc_region_info(m->kernel, m->first, handle, &info), KIPC_OK);
    assert_int_equal(info.references, 2);
    assert_true(info.physical == physical[0]);
    assert_int_equal(detach(m, m->first, handle), 0);
    assert_int_equal(detach(m, m->first, handle), 1);
    assert_result(detach(m, m->first, handle), KIPC_E_BADF);
}

static void test_EXO_TS_03_named_region_attached_twice(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t created;
    kipc_handle_t opened;
    uintptr_t first;
    uintptr_t second;
    assert_result(create(m, m->first, 4096, "test_shm", KIPC_LIFETIME_TEMPORARY, &created), KIPC_OK);
    assert_int_equal(taken(m), 1);
    assert_result(kipc_region_open(m->kernel, m->first, "test_shm", KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE, &opened),
                  KIPC_OK);
    assert_result(kipc_region_attach(m->kernel, m->first, created, &first), KIPC_OK);
    assert_result(kipc_region_attach(m->kernel, m->first, opened, &second), KIPC_OK);
    assert_true(first == second);
    assert_int_equal(detach(m, m->first, created), 0);
    assert_int_equal(taken(m), 1);
    assert_int_equal(detach(m, m->first, opened), 1);
    assert_int_equal(taken(m), 0);
    assert_result(kipc_region_open(m->kernel, m->first, "test_shm", KIPC_RIGHT_MAP, &opened), KIPC_E_NOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MEMORY_TEST(test_MOS_SM_05_pages_stay_until_the_last_unmap),
        MEMORY_TEST(test_MOS_SM_08_persistent_until_unlinked),
        MEMORY_TEST(test_MOS_SM_08_unlinked_while_it_is_used),
        MEMORY_TEST(test_MOS_SM_09_temporary_regions_end_by_themselves),
        MEMORY_TEST(test_FNG_SM_01_nothing_works_after_the_last_detach),
        MEMORY_TEST(test_FNG_SM_05_only_the_transitions_of_the_lifecycle),
        MEMORY_TEST(test_EXO_SM_16_17_attach_and_detach),
        MEMORY_TEST(test_EXO_TS_03_named_region_attached_twice),
    };
    return cmocka_run_group_tests_name("region life", tests, NULL, NULL);
}
