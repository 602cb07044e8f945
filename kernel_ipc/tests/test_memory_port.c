/* SPDX-License-Identifier: MIT */
/* Shared memory on the host's own pages: real protections, real faults, real threads. */
#include "support.h"
#include <kipc/mapping.h>
#include <kipc/page.h>
#include <kipc_host.h>
#include <kipc_host_memory.h>
#include <sched.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

#define PAGES 8400u
#define SPACE_BYTES ((size_t)40 << 20)
#define RW (KIPC_MAP_READ | KIPC_MAP_WRITE | KIPC_MAP_USER)
#define RO (KIPC_MAP_READ | KIPC_MAP_USER)

struct world {
    struct kipc_host host;
    struct kipc_host_memory pages;
    struct kipc_kernel kernel;
    struct kipc_memory memory;
    void *tables;
    void *storage;
    kipc_pid_t pids[2];
    kipc_handle_t handles[8];
    uintptr_t addresses[2];
    struct kipc_page *page;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof(*w));
    assert_non_null(w);
    struct kipc_limits limits = kipc_limits_soc();
    struct kipc_memory_limits memory = kipc_memory_limits_host();
    struct kipc_process_config process = kipc_process_config_default();
    kipc_host_set_up(&w->host, false, KIPC_SPIN_ONE_HART);
    kipc_host_memory_set_up(&w->pages, PAGES, SPACE_BYTES);
    w->tables = aligned_memory(kipc_kernel_bytes(&limits));
    w->storage = aligned_memory(kipc_memory_bytes(&memory));
    assert_result(kipc_kernel_set_up(&w->kernel, &w->host.port, &w->host.scheduler, &limits, w->tables,
                                     kipc_kernel_bytes(&limits)),
                  KIPC_OK);
    assert_result(
        kipc_memory_set_up(&w->kernel, &w->memory, &w->pages.port, &memory, w->storage, kipc_memory_bytes(&memory)),
        KIPC_OK);
    for (unsigned int i = 0; i < 2; i++) {
        assert_result(kipc_process_register(&w->kernel, &process, &w->pids[i]), KIPC_OK);
        kipc_host_memory_add_space(&w->pages, w->pids[i]);
    }
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    struct kipc_memory_counts counts;
    assert_result(kipc_process_exit(&w->kernel, w->pids[0]), KIPC_OK);
    assert_result(kipc_process_exit(&w->kernel, w->pids[1]), KIPC_OK);
    assert_result(kipc_memory_counts(&w->kernel, &counts), KIPC_OK);
    assert_int_equal(counts.pages_used, 0);
    assert_int_equal(counts.pages_mapped, 0);
    assert_int_equal(counts.mappings_used, 0);
    assert_result(kipc_memory_tear_down(&w->kernel), KIPC_OK);
    assert_result(kipc_kernel_tear_down(&w->kernel), KIPC_OK);
    kipc_host_memory_tear_down(&w->pages);
    kipc_host_tear_down(&w->host);
    aligned_memory_free(w->tables);
    aligned_memory_free(w->storage);
    free(w);
    return 0;
}

static kipc_handle_t make(struct world *w, size_t bytes)
{
    struct kipc_region_config config = kipc_region_config_default();
    kipc_handle_t handle = KIPC_NO_ID;
    config.bytes = bytes;
    config.lifetime = KIPC_LIFETIME_HANDLES;
    assert_result(kipc_region_create(&w->kernel, w->pids[0], &config, &handle), KIPC_OK);
    return handle;
}

static uintptr_t map(struct world *w, unsigned int process, kipc_handle_t handle, size_t bytes, uint32_t flags)
{
    const struct kipc_mapping_config config = {.bytes = bytes, .flags = flags};
    uintptr_t address = 0;
    assert_result(kipc_region_map(&w->kernel, w->pids[process], handle, &config, &address), KIPC_OK);
    return address;
}

static int access_byte(struct world *w, unsigned int process, uintptr_t address, uint8_t *byte, enum kipc_access access)
{
    return kipc_host_access(&w->pages, &w->kernel, w->pids[process], address, byte, 1, access);
}

static int load(struct world *w, unsigned int process, uintptr_t address)
{
    uint8_t byte = 0;
    int result = access_byte(w, process, address, &byte, KIPC_ACCESS_READ);
    return result == KIPC_OK ? byte : result;
}

static int store(struct world *w, unsigned int process, uintptr_t address, uint8_t byte)
{
    return access_byte(w, process, address, &byte, KIPC_ACCESS_WRITE);
}

static void test_EXO_SM_07_08_09_real_protections(void **state)
{
    struct world *w = *state;
    kipc_handle_t handle = make(w, 3 * 4096);
    kipc_handle_t theirs;
    assert_result(
        kipc_handle_duplicate(&w->kernel, w->pids[0], handle, w->pids[1], KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE, &theirs),
        KIPC_OK);
    uintptr_t ours = map(w, 0, handle, 3 * 4096, RW);
    uintptr_t other = map(w, 1, theirs, 3 * 4096, RO);
    volatile uint8_t *direct = kipc_host_pointer(&w->pages, w->pids[0], ours);
    direct[5000] = 17; /* an ordinary store of the process */
    assert_int_equal(load(w, 1, other + 5000), 17);
    assert_int_equal(*(volatile uint8_t *)kipc_host_pointer(&w->pages, w->pids[1], other + 5000), 17);
    assert_result(store(w, 1, other, 1), KIPC_E_ACCES);
    assert_result(kipc_region_protect(&w->kernel, w->pids[1], other, RW), KIPC_OK);
    assert_result(store(w, 1, other, 9), KIPC_OK);
    assert_int_equal(direct[0], 9);
    assert_result(kipc_region_protect(&w->kernel, w->pids[0], ours, RO), KIPC_OK);
    assert_result(store(w, 0, ours, 1), KIPC_E_ACCES);
    assert_int_equal(load(w, 0, ours), 9);
    assert_int_equal(kipc_region_unmap(&w->kernel, w->pids[0], ours), 0);
    assert_result(load(w, 0, ours), KIPC_E_FAULT);
    assert_result(store(w, 0, ours + 4096, 1), KIPC_E_FAULT);
    assert_int_equal(load(w, 1, other), 9);
}

static void test_MOS_SE_03_guards_around_real_mappings(void **state)
{
    struct world *w = *state;
    for (unsigned int i = 0; i < 4; i++) {
        size_t bytes = (size_t)4096 * (i + 1);
        uintptr_t address = map(w, 0, make(w, bytes), bytes, RW);
        static const int before[] = {1, 64, 4096};
        for (unsigned int k = 0; k < COUNT_OF(before); k++) {
            assert_result(load(w, 0, address - (uintptr_t)before[k]), KIPC_E_FAULT);
            assert_result(store(w, 0, address + bytes + (uintptr_t)before[k] - 1, 1), KIPC_E_FAULT);
        }
#if defined(__SANITIZE_ADDRESS__)
        const uint8_t *pointer = kipc_host_pointer(&w->pages, w->pids[0], address);
        assert_null(__asan_region_is_poisoned((void *)pointer, bytes));
        for (size_t at = 1; at <= 4096; at++) {
            assert_true(__asan_address_is_poisoned(pointer - at));
            assert_true(__asan_address_is_poisoned(pointer + bytes + at - 1));
        }
#endif
        assert_result(load(w, 1, address), KIPC_E_FAULT); /* it is nothing in another space */
    }
#if defined(__SANITIZE_ADDRESS__)
    /* A page that nobody has any more may not be touched, by the kernel neither. */
    struct kipc_page *page;
    struct kipc_page_info info;
    assert_result(kipc_page_alloc(&w->kernel, 0, KIPC_NODE_ANY, &page), KIPC_OK);
    assert_result(kipc_page_info(&w->kernel, page, &info), KIPC_OK);
    assert_null(__asan_region_is_poisoned((void *)info.physical, 4096));
    assert_int_equal(kipc_page_put(&w->kernel, page), 1);
    assert_true(__asan_address_is_poisoned((void *)info.physical));
#endif
}

static void test_MOS_LM_03_sixteen_mebibytes(void **state)
{
    struct world *w = *state;
    struct kipc_region_config config = kipc_region_config_default();
    kipc_handle_t handle;
    const size_t most = (size_t)16 << 20;
    config.bytes = most + 1;
    assert_result(kipc_region_create(&w->kernel, w->pids[0], &config, &handle), KIPC_E_INVAL);
    config.bytes = most;
    assert_result(kipc_region_create(&w->kernel, w->pids[0], &config, &handle), KIPC_OK);
    uintptr_t address = map(w, 0, handle, most, RW);
    for (size_t at = 0; at < most; at += 4096 * 37) {
        assert_result(store(w, 0, address + at, (uint8_t)(at / 4096)), KIPC_OK);
    }
    for (size_t at = 0; at < most; at += 4096 * 37) {
        uint8_t byte = 0;
        assert_result(kipc_region_read(&w->kernel, w->pids[0], handle, at, &byte, 1), KIPC_OK);
        assert_int_equal(byte, (uint8_t)(at / 4096));
    }
    assert_result(store(w, 0, address + most - 1, 1), KIPC_OK);
    assert_result(store(w, 0, address + most, 1), KIPC_E_FAULT);
    struct kipc_memory_counts counts;
    assert_result(kipc_memory_counts(&w->kernel, &counts), KIPC_OK);
    assert_int_equal(counts.pages_used, most / 4096);
    assert_int_equal(kipc_region_unmap(&w->kernel, w->pids[0], address), 1);
    assert_result(kipc_memory_counts(&w->kernel, &counts), KIPC_OK);
    assert_int_equal(counts.pages_used, 0);
}

static void test_VER_ZC_05_VER_MS_10_real_faults(void **state)
{
    struct world *w = *state;
    const size_t bytes = (size_t)100 * 4096; /* two levels of tables */
    kipc_handle_t handle = make(w, bytes);
    kipc_handle_t shared;
    const struct kipc_mapping_config lazy = {.bytes = bytes, .flags = RW, .is_lazy = true};
    uintptr_t ours = map(w, 0, handle, bytes, RW);
    for (size_t at = 0; at < bytes; at += 1024) {
        assert_result(store(w, 0, ours + at, (uint8_t)(at / 1024)), KIPC_OK);
    }
    assert_result(kipc_region_share(&w->kernel, w->pids[0], handle, &shared), KIPC_OK);
    assert_result(kipc_region_move(&w->kernel, w->pids[0], shared, w->pids[1], &shared), KIPC_OK);
    uintptr_t theirs;
    assert_result(kipc_region_map(&w->kernel, w->pids[1], shared, &lazy, &theirs), KIPC_OK);
    struct kipc_memory_counts counts;
    for (size_t at = 0; at < bytes; at += 1024) {
        assert_int_equal(load(w, 1, theirs + at), (uint8_t)(at / 1024));
        if (at / 1024 % 8 == 0) { /* every other page is written by one of both */
            assert_result(store(w, at / 1024 % 16 / 8, (at / 1024 % 16 == 0 ? ours : theirs) + at, 255), KIPC_OK);
        }
    }
    assert_result(kipc_memory_counts(&w->kernel, &counts), KIPC_OK);
    assert_int_equal(counts.splits, 50);
    assert_int_equal(counts.pages_used, 150);
    for (size_t at = 0; at < bytes; at += 1024) {
        bool by_first = at / 1024 % 16 == 0;
        bool by_second = at / 1024 % 16 == 8;
        assert_int_equal(load(w, 0, ours + at), by_first ? 255 : (uint8_t)(at / 1024));
        assert_int_equal(load(w, 1, theirs + at), by_second ? 255 : (uint8_t)(at / 1024));
    }
}

#define INCREMENTS 1000000u

static void *increment(void *context)
{
    struct world *w = context;
    for (uint32_t i = 0; i < INCREMENTS; i++) {
        int result = kipc_region_atomic(&w->kernel, w->pids[0], w->handles[0], 4096, KIPC_ATOMIC_ADD, 1, 0, NULL);
        if (result != KIPC_OK) {
            return w;
        }
    }
    return NULL;
}

static void run_threads(struct world *w, void *(*body)(void *context), unsigned int count)
{
    pthread_t threads[8];
    for (unsigned int i = 0; i < count; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, body, w), 0);
    }
    for (unsigned int i = 0; i < count; i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
}

static void test_MOS_SM_04_a_million_increments_from_each_of_two_threads(void **state)
{
    struct world *w = *state;
    uint32_t value = 0;
    w->handles[0] = make(w, 8192);
    assert_result(kipc_region_attach(&w->kernel, w->pids[0], w->handles[0], NULL), KIPC_OK);
    run_threads(w, increment, 2);
    assert_result(kipc_region_atomic(&w->kernel, w->pids[0], w->handles[0], 4096, KIPC_ATOMIC_LOAD, 0, 0, &value),
                  KIPC_OK);
    assert_int_equal(value, 2 * INCREMENTS);
}

#define ROUNDS 20000u

/* Gets more than it puts, by 100. */
static void *get_and_put(void *context)
{
    struct world *w = context;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        if (kipc_page_get(&w->kernel, w->page) != KIPC_OK) {
            return w;
        }
        if (i >= 100 && kipc_page_put(&w->kernel, w->page) != 0) {
            return w;
        }
    }
    return NULL;
}

static void test_VER_ZC_02_eight_threads_count_right(void **state)
{
    struct world *w = *state;
    struct kipc_page_info info;
    assert_result(kipc_page_alloc(&w->kernel, 0, KIPC_NODE_ANY, &w->page), KIPC_OK);
    run_threads(w, get_and_put, 8);
    assert_result(kipc_page_info(&w->kernel, w->page, &info), KIPC_OK);
    assert_int_equal(info.references, 801);
    for (unsigned int i = 0; i < 800; i++) {
        assert_int_equal(kipc_page_put(&w->kernel, w->page), 0);
    }
    assert_int_equal(kipc_page_put(&w->kernel, w->page), 1);
}

/* Each thread increments its own byte of one region, whose pages somebody shares again and again. */
static void *write_shared(void *context)
{
    struct world *w = context;
    static atomic_uint numbers;
    unsigned int number = atomic_fetch_add(&numbers, 1) % 3;
    for (uint32_t i = 0; i < 2000; i++) {
        uint8_t byte = (uint8_t)i;
        uintptr_t address = w->addresses[0] + number;
        if (kipc_host_access(&w->pages, &w->kernel, w->pids[0], address, &byte, 1, KIPC_ACCESS_WRITE) != KIPC_OK ||
            kipc_host_access(&w->pages, &w->kernel, w->pids[0], address, &byte, 1, KIPC_ACCESS_READ) != KIPC_OK ||
            byte != (uint8_t)i) { /* lost: a copy took the place of what was written */
            return w;
        }
    }
    return NULL;
}

static void *share_again(void *context)
{
    struct world *w = context;
    for (uint32_t i = 0; i < 1000; i++) {
        kipc_handle_t shared;
        uint8_t bytes[2][3];
        if (kipc_region_share(&w->kernel, w->pids[0], w->handles[0], &shared) != KIPC_OK ||
            kipc_region_attach(&w->kernel, w->pids[0], shared, NULL) != KIPC_OK ||
            kipc_region_read(&w->kernel, w->pids[0], shared, 0, bytes[0], 3) != KIPC_OK) {
            return w;
        }
        (void)sched_yield();
        if (kipc_region_read(&w->kernel, w->pids[0], shared, 0, bytes[1], 3) != KIPC_OK ||
            memcmp(bytes[0], bytes[1], 3) != 0 || /* a snapshot does not change */
            kipc_handle_close(&w->kernel, w->pids[0], shared) != KIPC_OK) {
            return w;
        }
    }
    return NULL;
}

static void *write_or_share(void *context)
{
    static atomic_uint numbers;
    return atomic_fetch_add(&numbers, 1) % 4 == 3 ? share_again(context) : write_shared(context);
}

static void test_VER_ZC_05_writers_lose_nothing_and_snapshots_stay(void **state)
{
    struct world *w = *state;
    w->handles[0] = make(w, 4096);
    w->addresses[0] = map(w, 0, w->handles[0], 4096, RW);
    run_threads(w, write_or_share, 4);
    struct kipc_memory_counts counts;
    assert_result(kipc_memory_counts(&w->kernel, &counts), KIPC_OK);
    assert_int_equal(counts.pages_used, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_EXO_SM_07_08_09_real_protections),
        TEST(test_MOS_SE_03_guards_around_real_mappings),
        TEST(test_MOS_LM_03_sixteen_mebibytes),
        TEST(test_VER_ZC_05_VER_MS_10_real_faults),
        TEST(test_MOS_SM_04_a_million_increments_from_each_of_two_threads),
        TEST(test_VER_ZC_02_eight_threads_count_right),
        TEST(test_VER_ZC_05_writers_lose_nothing_and_snapshots_stay),
    };
    return cmocka_run_group_tests_name("memory port", tests, NULL, NULL);
}
