/* SPDX-License-Identifier: MIT */
/* Single pages: references, exhaustion, nodes. */
#include "memory_fixture.h"

static struct kipc_page_info info_of(struct memory_fixture *m, const struct kipc_page *page)
{
    struct kipc_page_info info;
    assert_result(kipc_page_info(m->kernel, page, &info), KIPC_OK);
    return info;
}

static struct kipc_page *alloc(struct memory_fixture *m, uint32_t flags)
{
    struct kipc_page *page = NULL;
    assert_result(kipc_page_alloc(m->kernel, flags, KIPC_NODE_ANY, &page), KIPC_OK);
    return page;
}

static void test_EXO_SM_01_record_and_free_pages(void **state)
{
    struct memory_fixture *m = *state;
    struct kipc_page *page = alloc(m, KIPC_PAGE_WRITABLE | KIPC_PAGE_WRITE_THROUGH);
    struct kipc_page_info info = info_of(m, page);
    assert_true(info.physical == (uintptr_t)m->pages);
    assert_int_equal(info.references, 1);
    assert_int_equal(info.flags, KIPC_PAGE_WRITABLE | KIPC_PAGE_WRITE_THROUGH);
    assert_int_equal(info.node, KIPC_NODE_ANY);
    assert_int_equal(kipc_page_put(m->kernel, page), 1);
    assert_result(kipc_page_get(m->kernel, page), KIPC_E_STATE); /* nothing can be cloned that is not there */
    assert_result(kipc_page_info(m->kernel, page, &info), KIPC_E_STATE);
    assert_int_equal(taken(m), 0);
}

static void test_EXO_SM_03_zeroed_with_one_reference_until_there_are_none(void **state)
{
    struct memory_fixture *m = *state;
    struct kipc_page *pages[FIXTURE_PAGES];
    struct kipc_page *none = NULL;
    for (uint32_t i = 0; i < FIXTURE_PAGES; i++) {
        pages[i] = alloc(m, REGION_FLAGS);
        struct kipc_page_info info = info_of(m, pages[i]);
        const uint8_t *bytes = m->pages + (info.physical - (uintptr_t)m->pages);
        assert_int_equal(info.references, 1);
        for (uint32_t k = 0; k < FIXTURE_PAGE_BYTES; k++) {
            assert_int_equal(bytes[k], 0);
        }
    }
    assert_result(kipc_page_alloc(m->kernel, 0, KIPC_NODE_ANY, &none), KIPC_E_NOMEM);
    assert_null(none);
    assert_int_equal(memory_counts(m).pages_used, FIXTURE_PAGES);
    assert_int_equal(kipc_page_put(m->kernel, pages[7]), 1);
    assert_true(alloc(m, 0) == pages[7]);
    for (uint32_t i = 0; i < FIXTURE_PAGES; i++) {
        assert_int_equal(kipc_page_put(m->kernel, pages[i]), 1);
    }
    assert_int_equal(memory_counts(m).pages_peak, FIXTURE_PAGES);
}

static void test_EXO_SM_02_flags_of_a_page(void **state)
{
    struct memory_fixture *m = *state;
    struct kipc_page *page = NULL;
    for (uint32_t flags = 0; flags <= KIPC_PAGE_FLAGS; flags++) {
        bool is_both = (flags & KIPC_PAGE_WRITABLE) != 0 && (flags & KIPC_PAGE_EXECUTABLE) != 0;
        assert_result(kipc_page_alloc(m->kernel, flags, KIPC_NODE_ANY, &page), is_both ? KIPC_E_INVAL : KIPC_OK);
        if (!is_both) {
            assert_int_equal(info_of(m, page).flags, flags);
            assert_int_equal(kipc_page_put(m->kernel, page), 1);
        }
    }
    assert_result(kipc_page_alloc(m->kernel, KIPC_PAGE_FLAGS + 1, KIPC_NODE_ANY, &page), KIPC_E_INVAL);
    assert_result(kipc_page_alloc(m->kernel, 0, KIPC_NODE_ANY, NULL), KIPC_E_INVAL);
    assert_result(kipc_page_info(m->kernel, page, NULL), KIPC_E_INVAL);
}

static void test_EXO_SM_04_freed_once_and_only_once(void **state)
{
    struct memory_fixture *m = *state;
    struct kipc_page *page = alloc(m, 0);
    assert_result(kipc_page_get(m->kernel, page), KIPC_OK);
    assert_int_equal(kipc_page_put(m->kernel, page), 0);
    assert_int_equal(taken(m), 1);
    assert_int_equal(kipc_page_put(m->kernel, page), 1);
    assert_int_equal(taken(m), 0);
    for (uint64_t i = 1; i <= 3; i++) {
        assert_result(kipc_page_put(m->kernel, page), KIPC_E_STATE);
        assert_int_equal(memory_counts(m).bad_puts, i);
    }
    /* What is no record of a page. */
    struct kipc_page stranger = {.references = 1};
    assert_result(kipc_page_put(m->kernel, &stranger), KIPC_E_INVAL);
    assert_result(kipc_page_get(m->kernel, NULL), KIPC_E_INVAL);
    struct kipc_page *between = (void *)((uint8_t *)m->memory.pages + 8);
    assert_result(kipc_page_get(m->kernel, between), KIPC_E_INVAL);
    assert_result(kipc_page_get(m->kernel, &m->memory.pages[m->memory.limits.pages]), KIPC_E_INVAL);
    assert_int_equal(memory_counts(m).bad_puts, 3);
}

static void test_EXO_SM_05_n_clones_need_n_plus_one_frees(void **state)
{
    struct memory_fixture *m = *state;
    for (uint32_t n = 0; n < 20; n++) {
        struct kipc_page *page = alloc(m, 0);
        for (uint32_t i = 0; i < n; i++) {
            assert_result(kipc_page_get(m->kernel, page), KIPC_OK);
        }
        assert_int_equal(info_of(m, page).references, n + 1);
        for (uint32_t i = 0; i < n; i++) {
            assert_int_equal(kipc_page_put(m->kernel, page), 0);
            assert_int_equal(taken(m), 1);
        }
        assert_int_equal(kipc_page_put(m->kernel, page), 1);
        assert_int_equal(taken(m), 0);
    }
}

static void test_VER_ZC_02_a_count_at_its_limit_refuses(void **state)
{
    struct memory_fixture *m = *state;
    struct kipc_page *page = alloc(m, 0);
    page->references = UINT32_MAX - 1;
    assert_result(kipc_page_get(m->kernel, page), KIPC_OK);
    assert_result(kipc_page_get(m->kernel, page), KIPC_E_OVERFLOW);
    assert_int_equal(page->references, UINT32_MAX);
    assert_int_equal(kipc_page_put(m->kernel, page), 0);
    page->references = 1;
    assert_int_equal(kipc_page_put(m->kernel, page), 1);
}

static uint32_t node_of(const struct memory_fixture *m, uintptr_t physical)
{
    return (uint32_t)((physical - (uintptr_t)m->pages) / FIXTURE_PAGE_BYTES / (FIXTURE_PAGES / 2));
}

static void test_MOS_FU_07_VER_ZC_03_pages_are_local_until_there_are_none(void **state)
{
    struct memory_fixture *m = *state;
    for (uint32_t node = 0; node < 2; node++) {
        struct kipc_page *pages[FIXTURE_PAGES];
        uint64_t remote = memory_counts(m).remote_pages;
        m->fake.node = node;
        for (uint32_t i = 0; i < FIXTURE_PAGES; i++) {
            assert_result(kipc_page_alloc(m->kernel, 0, KIPC_NODE_LOCAL, &pages[i]), KIPC_OK);
            bool is_local = i < FIXTURE_PAGES / 2;
            struct kipc_page_info info = info_of(m, pages[i]);
            assert_int_equal(node_of(m, info.physical), is_local ? node : 1 - node);
            assert_int_equal(info.node, is_local ? node : KIPC_NODE_ANY);
            assert_int_equal(memory_counts(m).remote_pages - remote, is_local ? 0 : i + 1 - FIXTURE_PAGES / 2);
        }
        struct kipc_page *none;
        assert_result(kipc_page_alloc(m->kernel, 0, KIPC_NODE_LOCAL, &none), KIPC_E_NOMEM);
        for (uint32_t i = 0; i < FIXTURE_PAGES; i++) {
            assert_int_equal(kipc_page_put(m->kernel, pages[i]), 1);
        }
    }
    /* A region says which node; by default it is all the same to it. */
    struct kipc_region_config config = kipc_region_config_default();
    struct kipc_region_info info;
    kipc_handle_t handle;
    assert_int_equal(config.node, KIPC_NODE_ANY);
    for (uint32_t node = 0; node < 2; node++) {
        config.node = node;
        assert_result(kipc_region_create(m->kernel, m->first, &config, &handle), KIPC_OK);
        assert_result(kipc_region_info(m->kernel, m->first, handle, &info), KIPC_OK);
        assert_int_equal(node_of(m, info.physical), node);
        assert_result(kipc_region_destroy(m->kernel, m->first, handle), KIPC_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MEMORY_TEST(test_EXO_SM_01_record_and_free_pages),
        MEMORY_TEST(test_EXO_SM_02_flags_of_a_page),
        MEMORY_TEST(test_EXO_SM_03_zeroed_with_one_reference_until_there_are_none),
        MEMORY_TEST(test_EXO_SM_04_freed_once_and_only_once),
        MEMORY_TEST(test_EXO_SM_05_n_clones_need_n_plus_one_frees),
        MEMORY_TEST(test_VER_ZC_02_a_count_at_its_limit_refuses),
        MEMORY_TEST(test_MOS_FU_07_VER_ZC_03_pages_are_local_until_there_are_none),
    };
    return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
