/* SPDX-License-Identifier: MIT */
/* Set-up and order, each failure in turn, and ends of processes in every state: nothing may be left. */
#include "channel_fixture.h"
#include "memory_fixture.h"

#define PAGE FIXTURE_PAGE_BYTES

static void refuse_bad_arguments(struct kipc_kernel *kernel, struct kipc_memory *memory,
                                 const struct kipc_memory_port *port, struct kipc_memory_limits small, void *storage)
{
    size_t bytes = kipc_memory_bytes(&small);
    assert_result(kipc_memory_set_up(kernel, NULL, port, &small, storage, bytes), KIPC_E_INVAL);
    assert_result(kipc_memory_set_up(kernel, memory, NULL, &small, storage, bytes), KIPC_E_INVAL);
    assert_result(kipc_memory_set_up(kernel, memory, port, NULL, storage, bytes), KIPC_E_INVAL);
    assert_result(kipc_memory_set_up(kernel, memory, port, &small, NULL, bytes), KIPC_E_INVAL);
    assert_result(kipc_memory_set_up(kernel, memory, port, &small, (uint8_t *)storage + 8, bytes), KIPC_E_INVAL);
    assert_result(kipc_memory_set_up(kernel, memory, port, &small, storage, bytes - 1), KIPC_E_NOSPC);
    small.region_bytes = 64 * KIPC_FRAMES * KIPC_FRAMES + 1; /* more pages than two levels of tables hold */
    assert_result(kipc_memory_set_up(kernel, memory, port, &small, storage, bytes), KIPC_E_INVAL);
}

static void test_EXO_IN_01_kernel_first_then_memory(void **state)
{
    (void)state;
    struct mock_scheduler mock;
    static struct fake_memory fake;
    static uint8_t pages[4 * 64];
    static uint8_t flags[4];
    static struct fake_entry entries[4];
    struct kipc_kernel kernel = {0};
    struct kipc_memory memory;
    struct kipc_memory_counts counts;
    struct kipc_limits limits = kipc_limits_soc();
    struct kipc_memory_limits small = {.pages = 4, .frame_tables = 2, .mappings = 2, .region_bytes = 256};
    struct kipc_process_config process = kipc_process_config_default();
    struct kipc_region_config config = kipc_region_config_default();
    struct kipc_page *page;
    kipc_handle_t handle;
    kipc_pid_t pid;
    size_t bytes = kipc_memory_bytes(&small);
    void *storage = aligned_memory(bytes);
    void *tables = aligned_memory(kipc_kernel_bytes(&limits));
    mock_set_up(&mock);
    fake_memory_set_up(&fake, 64, pages, flags, 4, entries, 4);
    const struct kipc_memory_port *port = &fake.port;
    /* The wrong order: memory before the kernel, regions before the memory. */
    assert_result(kipc_memory_set_up(&kernel, &memory, port, &small, storage, bytes), KIPC_E_STATE);
    assert_result(kipc_memory_counts(&kernel, &counts), KIPC_E_STATE);
    assert_result(kipc_kernel_set_up(&kernel, &mock.port, &mock.scheduler, &limits, tables, kipc_kernel_bytes(&limits)),
                  KIPC_OK);
    assert_result(kipc_process_register(&kernel, &process, &pid), KIPC_OK);
    assert_result(kipc_region_create(&kernel, pid, &config, &handle), KIPC_E_STATE);
    assert_result(kipc_page_alloc(&kernel, 0, KIPC_NODE_ANY, &page), KIPC_E_STATE);
    assert_result(kipc_memory_fault(&kernel, pid, 64, KIPC_ACCESS_READ), KIPC_E_STATE);
    assert_result(kipc_memory_counts(&kernel, &counts), KIPC_E_STATE);
    assert_result(kipc_memory_tear_down(&kernel), KIPC_E_STATE);
    assert_result(kipc_region_unmap(&kernel, pid, 64), KIPC_E_STATE);
    refuse_bad_arguments(&kernel, &memory, port, small, storage);
    /* The right one. */
    assert_result(kipc_memory_set_up(&kernel, &memory, port, &small, storage, bytes), KIPC_OK);
    assert_result(kipc_memory_set_up(&kernel, &memory, port, &small, storage, bytes), KIPC_E_ALREADY);
    assert_result(kipc_memory_counts(&kernel, NULL), KIPC_E_INVAL);
    assert_result(kipc_region_create(&kernel, pid, &config, &handle), KIPC_OK);
    assert_result(kipc_memory_tear_down(&kernel), KIPC_E_BUSY);
    assert_result(kipc_process_exit(&kernel, pid), KIPC_OK);
    assert_result(kipc_kernel_tear_down(&kernel), KIPC_E_BUSY);
    assert_result(kipc_memory_tear_down(&kernel), KIPC_OK);
    assert_result(kipc_kernel_tear_down(&kernel), KIPC_OK);
    assert_int_equal(fake.taken_count, 0);
    mock_tear_down(&mock);
    aligned_memory_free(storage);
    aligned_memory_free(tables);
}

static void test_port_checks(void **state)
{
    struct memory_fixture *m = *state;
    struct kipc_memory_ops ops = *m->fake.port.ops;
    struct kipc_memory_port port = m->fake.port;
    port.ops = &ops;
    assert_result(kipc_memory_port_check(&port), KIPC_OK);
    assert_result(kipc_memory_port_check(NULL), KIPC_E_INVAL);
    void *const members[] = {&ops.page_alloc, &ops.page_free, &ops.window, &ops.map,
                             &ops.unmap,      &ops.protect,   &ops.node_of};
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        ops = *m->fake.port.ops;
        memset(members[i], 0, sizeof(ops.map));
        assert_result(kipc_memory_port_check(&port), KIPC_E_INVAL);
    }
    ops = *m->fake.port.ops;
    static const uint32_t sizes[] = {0, 32, 63, 96, 4095};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        port.page_bytes = sizes[i];
        assert_result(kipc_memory_port_check(&port), KIPC_E_INVAL);
    }
    port = m->fake.port;
    port.space_first = 0;
    assert_result(kipc_memory_port_check(&port), KIPC_E_INVAL);
    port.space_first = m->fake.port.space_first + 1;
    assert_result(kipc_memory_port_check(&port), KIPC_E_INVAL);
    port.space_first = port.space_end;
    assert_result(kipc_memory_port_check(&port), KIPC_E_INVAL);
    port.ops = NULL;
    assert_result(kipc_memory_port_check(&port), KIPC_E_INVAL);
}

static void test_limits_are_checked(void **state)
{
    (void)state;
    struct kipc_memory_limits limits = kipc_memory_limits_host();
    assert_true(kipc_memory_bytes(&limits) > 0);
    assert_int_equal(kipc_memory_bytes(NULL), 0);
    for (unsigned int i = 0; i < 4; i++) {
        uint32_t *const members[] = {&limits.pages, &limits.frame_tables, &limits.mappings, &limits.region_bytes};
        limits = kipc_memory_limits_soc();
        *members[i] = 0;
        assert_int_equal(kipc_memory_bytes(&limits), 0);
        *members[i] = UINT32_MAX;
        assert_int_equal(kipc_memory_bytes(&limits), 0);
    }
    limits = kipc_memory_limits_soc();
    limits.region_bytes = KIPC_CFG_REGION_BYTES_MAX + 1;
    assert_int_equal(kipc_memory_bytes(&limits), 0);
}

static void test_EXO_NI_01_all_pages_come_from_the_port(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 7 * PAGE, KIPC_LIFETIME_HANDLES);
    kipc_handle_t shared;
    kipc_handle_t copy;
    uint8_t byte = 1;
    assert_result(kipc_region_share(m->kernel, m->first, handle, &shared), KIPC_OK);
    assert_result(kipc_region_copy(m->kernel, m->first, handle, &copy), KIPC_OK);
    assert_result(kipc_region_attach(m->kernel, m->first, shared, NULL), KIPC_OK);
    assert_result(kipc_region_write(m->kernel, m->first, shared, 0, &byte, 1), KIPC_OK);
    uint32_t live_pages = 0;
    for (uint32_t i = 0; i < m->memory.limits.pages; i++) {
        const struct kipc_page *page = &m->memory.pages[i];
        if (page->references != 0) {
            size_t distance = page->physical - (uintptr_t)m->pages;
            assert_true(distance % PAGE == 0 && distance / PAGE < FIXTURE_PAGES);
            assert_int_equal(m->taken[distance / PAGE], 1);
            live_pages += 1;
        }
    }
    assert_int_equal(live_pages, 15);
    assert_int_equal(live_pages, m->fake.taken_count);
}

/* A bit of everything; returns the first error. Everything that it makes belongs to the two processes. */
static int bit_of_everything(struct memory_fixture *m)
{
    struct kipc_kernel *kernel = m->kernel;
    struct kipc_region_config config = kipc_region_config_default();
    const struct kipc_mapping_config eager = {.bytes = 3 * PAGE, .flags = MAP_RW};
    const struct kipc_mapping_config lazy = {.bytes = 3 * PAGE, .flags = MAP_RW, .is_lazy = true};
    kipc_handle_t handles[4];
    uintptr_t addresses[3];
    struct kipc_stretch list[8];
    const struct kipc_scatter scatter = {.length = 3 * PAGE, .bytes_max = PAGE, .is_written = true};
    uint8_t byte = 7;
    config.bytes = 3 * PAGE;
    config.name = "everything";
    config.lifetime = KIPC_LIFETIME_HANDLES;
    int result = kipc_region_create(kernel, m->first, &config, &handles[0]);
    result = result < 0 ? result : kipc_region_map(kernel, m->first, handles[0], &eager, &addresses[0]);
    result = result < 0 ? result : kipc_region_share(kernel, m->first, handles[0], &handles[1]);
    result = result < 0 ? result : kipc_region_map(kernel, m->first, handles[1], &lazy, &addresses[1]);
    result = result < 0 ? result : store(m, m->first, addresses[1] + PAGE, 1);
    result = result < 0 ? result : store(m, m->first, addresses[0], 2);
    result = result < 0 ? result : kipc_region_write(kernel, m->first, handles[1], 2 * PAGE, &byte, 1);
    result = result < 0 ? result : kipc_region_copy(kernel, m->first, handles[1], &handles[2]);
    result = result < 0 ? result : kipc_region_move(kernel, m->first, handles[2], m->second, &handles[3]);
    result = result < 0 ? result
                        : kipc_region_map_for(kernel, m->first, handles[0], m->second,
                                              KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE, &eager, &addresses[2], &handles[2]);
    result = result < 0 ? result : kipc_region_share(kernel, m->second, handles[3], &handles[2]);
    result = result < 0 ? result : kipc_region_attach(kernel, m->second, handles[3], NULL);
    return result < 0 ? result : kipc_region_scatter(kernel, m->second, handles[3], &scatter, list, 8);
}

/* Everything away, and the two processes new. */
static void begin_anew(struct memory_fixture *m)
{
    struct kipc_process_config config = kipc_process_config_default();
    assert_result(kipc_process_exit(m->kernel, m->first), KIPC_OK);
    assert_result(kipc_process_exit(m->kernel, m->second), KIPC_OK);
    struct kipc_memory_counts counts = memory_counts(m);
    assert_int_equal(counts.pages_used, 0);
    assert_int_equal(counts.mappings_used, 0);
    assert_int_equal(counts.frame_tables_used, 0);
    assert_int_equal(counts.pages_mapped, 0);
    assert_int_equal(m->fake.taken_count, 0);
    assert_int_equal(live(m->base, KIPC_TABLE_REGION), 0);
    assert_int_equal(live(m->base, KIPC_TABLE_HANDLE), 0);
    assert_null(m->fake.misuse);
    assert_result(kipc_process_register(m->kernel, &config, &m->first), KIPC_OK);
    assert_result(kipc_process_register(m->kernel, &config, &m->second), KIPC_OK);
}

/* What a call that failed left behind is as usable as before: the same again works. */
static void test_MOS_ER_04_every_call_of_the_port_fails_in_turn(void **state)
{
    struct memory_fixture *m = *state;
    uint32_t failures = 0;
    for (uint32_t fail_at = 1;; fail_at++) {
        m->fake.fail_at = fail_at;
        int result = bit_of_everything(m);
        bool has_failed = m->fake.fail_at == 0;
        m->fake.fail_at = 0;
        if (!has_failed) {
            assert_true(result > 0);
            break;
        }
        assert_result(result, KIPC_E_NOMEM);
        failures += 1;
        begin_anew(m);
        assert_true(bit_of_everything(m) > 0);
        begin_anew(m);
    }
    assert_true(failures > 15);
    begin_anew(m);
}

/* Shared memory anew, with these limits. */
static void limit_memory(struct memory_fixture *m, const struct kipc_memory_limits *limits)
{
    assert_result(kipc_memory_tear_down(m->kernel), KIPC_OK);
    assert_result(
        kipc_memory_set_up(m->kernel, &m->memory, &m->fake.port, limits, m->storage, kipc_memory_bytes(limits)),
        KIPC_OK);
}

/* One more of a resource each time, until there is enough; too few are refused, and leave nothing behind. */
static void test_MOS_ER_04_every_shortage_of_records_in_turn(void **state)
{
    struct memory_fixture *m = *state;
    for (unsigned int what = 0; what < 3; what++) {
        uint32_t refused = 0;
        int result = 0;
        for (uint32_t count = 1; result <= 0; count++) {
            struct kipc_memory_limits limits = kipc_memory_limits_soc();
            uint32_t *const members[] = {&limits.pages, &limits.frame_tables, &limits.mappings};
            *members[what] = count;
            limit_memory(m, &limits);
            result = bit_of_everything(m);
            if (result <= 0) {
                assert_result(result, what == 0 ? KIPC_E_NOMEM : KIPC_E_NOSPC);
                refused += 1;
            }
            begin_anew(m);
        }
        assert_true(refused >= 3);
    }
    const struct kipc_memory_limits limits = kipc_memory_limits_soc();
    limit_memory(m, &limits);
}

static void test_MOS_ER_04_every_shortage_of_handles_and_regions_in_turn(void **state)
{
    struct memory_fixture *m = *state;
    static const enum kipc_table_id tables[] = {KIPC_TABLE_HANDLE, KIPC_TABLE_REGION};
    for (unsigned int what = 0; what < COUNT_OF(tables); what++) {
        uint32_t refused = 0;
        int result = 0;
        for (uint32_t left = 1; result <= 0; left++) {
            struct kipc_process_config config = kipc_process_config_default();
            struct kipc_table *table = &m->kernel->tables[tables[what]];
            kipc_pid_t hog;
            assert_result(kipc_process_register(m->kernel, &config, &hog), KIPC_OK);
            struct kipc_region_config page = kipc_region_config_default();
            kipc_handle_t handle;
            assert_result(kipc_region_create(m->kernel, hog, &page, &handle), KIPC_OK);
            while (table->capacity - table->used > left) {
                kipc_handle_t further;
                assert_result(what == 0 ? kipc_handle_duplicate(m->kernel, hog, handle, hog, 0, &further)
                                        : kipc_region_create(m->kernel, hog, &page, &further),
                              KIPC_OK);
            }
            result = bit_of_everything(m);
            if (result <= 0) {
                assert_result(result, KIPC_E_NOSPC);
                refused += 1;
            }
            assert_result(kipc_process_exit(m->kernel, hog), KIPC_OK);
            begin_anew(m);
        }
        assert_true(refused >= 3);
    }
}

/* Each state in which a process may end, with what it holds then. */
enum ending {
    HAS_REGION,
    IS_ATTACHED,
    HAS_MAPPED,
    HAS_MAPPED_LAZILY,
    HAS_SHARED,
    HAS_WRITTEN_SHARED,
    HAS_COPIED,
    WAS_GIVEN,
    IS_MAPPED_BY_OTHER,
    HAS_SENT,
    HAS_NAMED,
    ENDINGS
};

static void bring_to(struct memory_fixture *m, enum ending ending)
{
    struct kipc_kernel *kernel = m->kernel;
    kipc_handle_t handle = make_region(m, 3 * PAGE, ending % 2 == 0 ? KIPC_LIFETIME_HANDLES : KIPC_LIFETIME_TEMPORARY);
    const struct kipc_mapping_config lazy = {.bytes = 3 * PAGE, .flags = MAP_RW, .is_lazy = true};
    kipc_handle_t other;
    uintptr_t address;
    switch (ending) {
    case IS_ATTACHED:
        assert_result(kipc_region_attach(kernel, m->first, handle, NULL), KIPC_OK);
        break;
    case HAS_MAPPED:
        (void)map_region(m, m->first, handle, MAP_RW);
        (void)map_region(m, m->first, handle, MAP_RO);
        break;
    case HAS_MAPPED_LAZILY:
        assert_result(kipc_region_map(kernel, m->first, handle, &lazy, &address), KIPC_OK);
        assert_result(store(m, m->first, address + PAGE, 1), KIPC_OK);
        break;
    case HAS_SHARED:
    case HAS_WRITTEN_SHARED:
        assert_result(kipc_region_share(kernel, m->first, handle, &other), KIPC_OK);
        address = map_region(m, m->first, other, MAP_RW);
        assert_result(ending == HAS_SHARED ? KIPC_OK : store(m, m->first, address, 1), KIPC_OK);
        break;
    case HAS_COPIED:
        assert_result(kipc_region_copy(kernel, m->first, handle, &other), KIPC_OK);
        break;
    case WAS_GIVEN:
        assert_result(kipc_region_move(kernel, m->first, handle, m->second, &other), KIPC_OK);
        (void)map_region(m, m->second, other, MAP_RW);
        break;
    case IS_MAPPED_BY_OTHER:
        (void)map_region(m, m->second, give_region(m, handle, KIPC_RIGHTS), MAP_RW);
        break;
    case HAS_SENT: {
        struct kipc_channel_config config = channel_config(4);
        kipc_handle_t ends[2];
        const struct kipc_channel_message message = {
            .capabilities = {handle}, .capability_count = 1, .moves_capabilities = true};
        assert_result(kipc_channel_create(kernel, m->first, &config, ends), KIPC_OK);
        assert_result(kipc_channel_send(kernel, m->first, ends[0], &message, KIPC_NO_WAIT), KIPC_OK);
        break;
    }
    case HAS_NAMED:
        assert_result(kipc_object_set_name(kernel, m->first, handle, "named", KIPC_RIGHTS), KIPC_OK);
        break;
    default:
        break;
    }
}

static void test_FNG_SM_02_a_process_leaves_no_page_in_whatever_state(void **state)
{
    struct memory_fixture *m = *state;
    for (unsigned int ending = 0; ending < ENDINGS; ending++) {
        for (unsigned int order = 0; order < 2; order++) {
            assert_result(kipc_thread_detach(m->kernel, 0), KIPC_OK);
            assert_result(kipc_thread_attach(m->kernel, m->first, 0, FIXTURE_PRIORITY), KIPC_OK);
            bring_to(m, (enum ending)ending);
            assert_true(taken(m) >= 3);
            assert_result(kipc_process_exit(m->kernel, order == 0 ? m->first : m->second), KIPC_OK);
            kipc_pid_t ended = order == 0 ? m->first : m->second;
            assert_int_equal(fake_mapped(&m->fake, ended), 0);
            struct kipc_process_config config = kipc_process_config_default();
            assert_result(kipc_process_register(m->kernel, &config, order == 0 ? &m->first : &m->second), KIPC_OK);
            begin_anew(m);
            assert_result(kipc_thread_attach(m->kernel, m->first, 0, FIXTURE_PRIORITY), KIPC_OK);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_EXO_IN_01_kernel_first_then_memory),
        cmocka_unit_test(test_limits_are_checked),
        MEMORY_TEST(test_port_checks),
        MEMORY_TEST(test_EXO_NI_01_all_pages_come_from_the_port),
        MEMORY_TEST(test_MOS_ER_04_every_call_of_the_port_fails_in_turn),
        MEMORY_TEST(test_MOS_ER_04_every_shortage_of_records_in_turn),
        MEMORY_TEST(test_MOS_ER_04_every_shortage_of_handles_and_regions_in_turn),
        MEMORY_TEST(test_FNG_SM_02_a_process_leaves_no_page_in_whatever_state),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
