/* SPDX-License-Identifier: MIT */
/*
 * Pages that are shared copy-on-write, under every schedule: writers, sharers, and processes that end. Each look at a
 * page is a step, so that a copy outside of the critical section has others before, in between and behind it.
 * tests/mutants_region_explorer.list plants defects and expects this program to fail on each.
 */
#include "explorer.h"
#include "fake_memory.h"
#include "support.h"
#include <kipc/mapping.h>

#define PAGE 64u
#define PAGES 8u
#define ENTRIES 8u
#define THREADS 3u
#define MEMORY_BYTES 7168u
#define STORAGE_BYTES 1536u
#define RW (KIPC_MAP_READ | KIPC_MAP_WRITE | KIPC_MAP_USER)

/* All memory of all scenarios; nothing that matters lives anywhere else. */
static struct {
    alignas(KIPC_CACHELINE) uint8_t memory[MEMORY_BYTES];
    alignas(KIPC_CACHELINE) uint8_t storage[STORAGE_BYTES];
    alignas(KIPC_CACHELINE) uint8_t pages[PAGES * PAGE];
    uint8_t taken[PAGES];
    struct fake_entry entries[ENTRIES];
    struct fake_memory fake;
    struct kipc_kernel kernel;
    struct kipc_memory shared;
    const struct kipc_port *port;
    kipc_pid_t pid;
    kipc_handle_t region;
    kipc_handle_t snapshot;
    uintptr_t address;
    uint64_t created;
} world;

static void one_step(void)
{
    world.port->ops->relax(world.port->context);
}

static void write_byte(kipc_handle_t handle, size_t offset, uint8_t byte)
{
    if (kipc_region_write(&world.kernel, world.pid, handle, offset, &byte, 1) != KIPC_OK) {
        explorer_fail("a write failed");
    }
}

/* A region of one page with a snapshot of it, both attached and mapped or not. */
static void set_up(const struct kipc_port *port)
{
    struct kipc_limits limits = {.threads = THREADS, .blocks = 1, .requests = 1, .names = 1};
    for (unsigned int i = 0; i < KIPC_TABLE_COUNT; i++) {
        limits.tables[i] = i == KIPC_TABLE_HANDLE || i == KIPC_TABLE_REGION ? 3 : 1;
    }
    const struct kipc_memory_limits memory = {
        .pages = PAGES, .frame_tables = 3, .mappings = 4, .region_bytes = 2 * PAGE};
    struct kipc_process_config process = kipc_process_config_default();
    struct kipc_region_config config = kipc_region_config_default();
    world.port = port;
    fake_memory_set_up(&world.fake, PAGE, world.pages, world.taken, PAGES, world.entries, ENTRIES);
    assert_result(kipc_kernel_set_up(&world.kernel, port, &explorer_scheduler, &limits, world.memory, MEMORY_BYTES),
                  KIPC_OK);
    assert_result(
        kipc_memory_set_up(&world.kernel, &world.shared, &world.fake.port, &memory, world.storage, STORAGE_BYTES),
        KIPC_OK);
    assert_result(kipc_process_register(&world.kernel, &process, &world.pid), KIPC_OK);
    config.lifetime = KIPC_LIFETIME_HANDLES;
    assert_result(kipc_region_create(&world.kernel, world.pid, &config, &world.region), KIPC_OK);
    assert_result(kipc_region_attach(&world.kernel, world.pid, world.region, NULL), KIPC_OK);
    uint8_t byte = 9;
    assert_result(kipc_region_write(&world.kernel, world.pid, world.region, 2, &byte, 1), KIPC_OK);
}

static void set_up_snapshot(const struct kipc_port *port)
{
    set_up(port);
    assert_result(kipc_region_share(&world.kernel, world.pid, world.region, &world.snapshot), KIPC_OK);
    assert_result(kipc_region_attach(&world.kernel, world.pid, world.snapshot, NULL), KIPC_OK);
    world.fake.step = one_step;
}

static void set_up_mapping(const struct kipc_port *port)
{
    const struct kipc_mapping_config config = {.bytes = 1, .flags = RW};
    set_up(port);
    assert_result(kipc_region_map(&world.kernel, world.pid, world.region, &config, &world.address), KIPC_OK);
    world.fake.step = one_step;
}

static void explore(const char *name, void (*start)(const struct kipc_port *), void (*const threads[THREADS])(void),
                    bool (*check)(void))
{
    const struct explorer_scenario scenario = {.name = name,
                                               .memory = &world,
                                               .memory_bytes = sizeof(world),
                                               .set_up = start,
                                               .threads = {threads[0], threads[1], threads[2]},
                                               .thread_count = THREADS,
                                               .check = check};
    struct explorer_result result = explorer_run(&scenario);
    assert_true(result.passed);
    assert_true(result.runs > 50); /* a search that finds one schedule proves nothing */
}

/* The first bytes of a region, as they are; UINT32_MAX if it cannot be read. */
static uint32_t content(kipc_handle_t handle)
{
    uint8_t bytes[3];
    if (kipc_region_read(&world.kernel, world.pid, handle, 0, bytes, sizeof(bytes)) != KIPC_OK) {
        return UINT32_MAX;
    }
    return (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
}

static bool pages_are(uint32_t count)
{
    return world.shared.pages_used == count && world.fake.taken_count == count && world.fake.misuse == NULL;
}

static void write_first_byte(void)
{
    write_byte(world.region, 0, 1);
}

static void write_second_byte(void)
{
    write_byte(world.region, 1, 2);
}

static void write_snapshot(void)
{
    write_byte(world.snapshot, 0, 3);
}

static bool check_writers(void)
{
    return content(world.region) == 0x010209 && content(world.snapshot) == 0x030009 && pages_are(2);
}

static void test_VER_ZC_05_no_write_is_lost(void **state)
{
    (void)state;
    static void (*const threads[THREADS])(void) = {write_first_byte, write_second_byte, write_snapshot};
    explore("two writers of a region, one of its snapshot", set_up_snapshot, threads, check_writers);
}

static void close_snapshot(void)
{
    if (kipc_handle_close(&world.kernel, world.pid, world.snapshot) != KIPC_OK) {
        explorer_fail("a close failed");
    }
}

static bool check_closed(void)
{
    return content(world.region) == 0x010209 && pages_are(1);
}

static void test_VER_ZC_05_the_other_side_may_go_at_any_time(void **state)
{
    (void)state;
    static void (*const threads[THREADS])(void) = {write_first_byte, write_second_byte, close_snapshot};
    explore("two writers, the snapshot is closed", set_up_snapshot, threads, check_closed);
}

static void store_byte(void)
{
    uint8_t byte = 1;
    if (fake_access(&world.fake, &world.kernel, world.pid, world.address, &byte, 1, KIPC_ACCESS_WRITE) != KIPC_OK) {
        explorer_fail("a store failed");
    }
}

/* A snapshot has the bytes of one moment, whenever one looks. */
static void take_snapshot(void)
{
    kipc_handle_t handle;
    if (kipc_region_share(&world.kernel, world.pid, world.region, &handle) != KIPC_OK ||
        kipc_region_attach(&world.kernel, world.pid, handle, NULL) != KIPC_OK) {
        explorer_fail("a snapshot failed");
    }
    uint32_t first = content(handle);
    one_step();
    if (content(handle) != first) {
        explorer_fail("a snapshot changed");
    }
    if (kipc_handle_close(&world.kernel, world.pid, handle) != KIPC_OK) {
        explorer_fail("a close failed");
    }
}

static bool check_mapping(void)
{
    return content(world.region) == 0x010209 && pages_are(1);
}

static void test_VER_ZC_05_snapshots_do_not_change(void **state)
{
    (void)state;
    static void (*const threads[THREADS])(void) = {store_byte, take_snapshot, write_second_byte};
    explore("a store through a mapping, a write, a snapshot", set_up_mapping, threads, check_mapping);
}

/* What is allowed to happen to who is in the middle of something when its process ends. */
static bool may_be(int result)
{
    return result == KIPC_OK || result == KIPC_E_SRCH || result == KIPC_E_BADF;
}

static void write_to_the_end(void)
{
    uint8_t byte = 1;
    if (!may_be(kipc_region_write(&world.kernel, world.pid, world.region, 0, &byte, 1))) {
        explorer_fail("a write gave something strange");
    }
}

static void create_to_the_end(void)
{
    struct kipc_region_config config = kipc_region_config_default();
    kipc_handle_t handle;
    int result = kipc_region_create(&world.kernel, world.pid, &config, &handle);
    world.created = result == KIPC_OK;
    if (!may_be(result)) {
        explorer_fail("a creation gave something strange");
    }
}

static void end_process(void)
{
    if (kipc_process_exit(&world.kernel, world.pid) != KIPC_OK) {
        explorer_fail("an exit failed");
    }
}

static bool check_nothing_left(void)
{
    return pages_are(0) && world.shared.frames_used == 0 && world.shared.mappings_used == 0 &&
           world.kernel.tables[KIPC_TABLE_REGION].used == 0 && world.kernel.tables[KIPC_TABLE_HANDLE].used == 0;
}

static void test_FNG_SM_02_an_end_in_the_middle_leaves_no_page(void **state)
{
    (void)state;
    static void (*const threads[THREADS])(void) = {write_to_the_end, create_to_the_end, end_process};
    explore("a process ends while it writes and creates", set_up_snapshot, threads, check_nothing_left);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VER_ZC_05_no_write_is_lost),
        cmocka_unit_test(test_VER_ZC_05_the_other_side_may_go_at_any_time),
        cmocka_unit_test(test_VER_ZC_05_snapshots_do_not_change),
        cmocka_unit_test(test_FNG_SM_02_an_end_in_the_middle_leaves_no_page),
    };
    return cmocka_run_group_tests_name("region explorer", tests, NULL, NULL);
}
