/* SPDX-License-Identifier: MIT */
/*
 * Shared memory: regions of real pages, which two processes (of one hart, or one on each) map into their own spaces.
 * Every access through a mapping is translated by the hart; one that the table refuses is a page fault.
 * Parameters: step (all), the number of one; additions (500), what each process adds to a cell; changes (50) of a
 * mapping that is looked at.
 */
#include "kernel/program.h"
#include "programs/support/pattern.h"
#include "programs/support/shared_kernel.h"
#include "programs/support/verdict.h"
#include <kipc/channel.h>
#include <kipc/mapping.h>

const char program_name[] = "regions";

#define PAGE IPC_PAGE_BYTES
#define READ_WRITE (KIPC_MAP_READ | KIPC_MAP_WRITE | KIPC_MAP_USER)
#define READ_ONLY (KIPC_MAP_READ | KIPC_MAP_USER)
#define PAGES_OF_MAP 16u

/* What both agents work on: a region, and each agent's handle and mapping of it. */
static kipc_handle_t handles[AGENT_COUNT];
static uintptr_t addresses[AGENT_COUNT];
static uint64_t pattern_buffer[PAGE / 8];

static kipc_handle_t make_region(size_t bytes)
{
    struct kipc_region_config config = kipc_region_config_default();
    kipc_handle_t handle = KIPC_NO_ID;

    config.bytes = bytes;
    config.lifetime = KIPC_LIFETIME_HANDLES;
    REQUIRE_OK(kipc_region_create(&shared_kernel, shared_pids[0], &config, &handle));
    return handle;
}

static uintptr_t map(unsigned agent, kipc_handle_t handle, size_t bytes, uint32_t flags, bool is_lazy)
{
    const struct kipc_mapping_config config = {.bytes = bytes, .flags = flags, .is_lazy = is_lazy};
    uintptr_t address = 0;

    REQUIRE_OK(kipc_region_map(&shared_kernel, shared_pids[agent], handle, &config, &address));
    return address;
}

static void expect(int actual, int expected, const char *what)
{
    REQUIRE(actual == expected, "%s gave %d, expected %d", what, actual, expected);
}

static struct kipc_memory_counts counts(void)
{
    struct kipc_memory_counts now;

    REQUIRE_OK(kipc_memory_counts(&shared_kernel, &now));
    return now;
}

static void give_region(uint32_t rights)
{
    REQUIRE_OK(kipc_handle_duplicate(&shared_kernel, shared_pids[0], handles[0], shared_pids[1], rights, &handles[1]));
}

static void allocate(void)
{
    static const size_t sizes[] = {1, 4095, 4096, 4097, 65536};
    uint32_t before = shared_memory.taken;

    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct kipc_region_info info;
        size_t whole = (sizes[i] + PAGE - 1) / PAGE * PAGE;
        kipc_handle_t handle = make_region(sizes[i]);
        REQUIRE_OK(kipc_region_info(&shared_kernel, shared_pids[0], handle, &info));
        REQUIRE_EQUAL(info.bytes, whole, "bytes of a region");
        REQUIRE_EQUAL(shared_memory.taken - before, whole / PAGE, "pages taken from the pool");
        REQUIRE_OK(kipc_region_attach(&shared_kernel, shared_pids[0], handle, NULL));
        for (size_t offset = 0; offset < whole; offset += PAGE) {
            REQUIRE_OK(kipc_region_read(&shared_kernel, shared_pids[0], handle, offset, pattern_buffer, PAGE));
            REQUIRE(pattern_is_filled(pattern_buffer, PAGE, 0), "the page at %lu is not all zero", offset);
        }
        /* The next one finds what this one leaves. */
        pattern_write(pattern_buffer, PAGE, sizes[i]);
        REQUIRE_OK(kipc_region_write(&shared_kernel, shared_pids[0], handle, 0, pattern_buffer, PAGE));
        expect(kipc_region_destroy(&shared_kernel, shared_pids[0], handle), KIPC_E_BUSY, "destroying a used region");
        expect(kipc_region_detach(&shared_kernel, shared_pids[0], handle), 0, "a detach");
        REQUIRE_OK(kipc_region_destroy(&shared_kernel, shared_pids[0], handle));
        REQUIRE_EQUAL(shared_memory.taken, before, "pages after a region has gone");
    }
}

static uintptr_t kept; /* a mapping that stays when another one of the process goes */

static void use_second(void)
{
    addresses[1] = map(1, handles[1], 2 * PAGE, READ_WRITE, false);
    kept = map(1, handles[1], PAGE, READ_ONLY, false);
    expect(shared_load(1, addresses[1] + PAGE + 7), 42, "the other process's load");
    REQUIRE_OK(shared_store(1, addresses[1] + 3, 43));
    expect(kipc_region_detach(&shared_kernel, shared_pids[1], handles[1]), KIPC_E_INVAL, "a detach of the unattached");
}

/* Two mappings of the same pages; what was unmapped, or never mapped, faults. */
static void map_and_unmap(void)
{
    handles[0] = make_region(2 * PAGE);
    give_region(KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE);
    addresses[0] = map(0, handles[0], 2 * PAGE, READ_WRITE, false);
    REQUIRE_OK(shared_store(0, addresses[0] + PAGE + 7, 42));
    shared_kernel_begin(use_second);
    shared_kernel_await();
    expect(shared_load(0, addresses[0] + 3), 43, "a load");
    REQUIRE(ipc_memory_find(&shared_memory, shared_pids[0], addresses[0], NULL) ==
                ipc_memory_find(&shared_memory, shared_pids[1], addresses[1], NULL),
            "the two mappings are of different pages");

    REQUIRE_OK(kipc_region_attach(&shared_kernel, shared_pids[0], handles[0], NULL));
    REQUIRE_OK(kipc_region_attach(&shared_kernel, shared_pids[0], handles[0], NULL));
    struct kipc_attachment_info info;
    REQUIRE_OK(kipc_region_attachment(&shared_kernel, shared_pids[0], handles[0], 0, &info));
    REQUIRE_EQUAL(info.count, 2, "attachments of one process");
    expect(kipc_region_detach(&shared_kernel, shared_pids[0], handles[0]), 0, "the first detach");
    expect(kipc_region_detach(&shared_kernel, shared_pids[0], handles[0]), 0, "the second detach");
    expect(kipc_region_detach(&shared_kernel, shared_pids[0], handles[0]), KIPC_E_INVAL, "a third detach");

    expect(shared_load(0, addresses[0] - 1), KIPC_E_FAULT, "the byte before a mapping");
    expect(shared_store(0, addresses[0] + 2 * PAGE, 1), KIPC_E_FAULT, "the byte behind a mapping");
    expect(shared_load(0, (uintptr_t)pattern_buffer), KIPC_E_FAULT, "the kernel's own memory");
    expect(shared_load(1, 0), KIPC_E_FAULT, "address 0");
    expect(shared_load(1, UINTPTR_MAX), KIPC_E_FAULT, "the last address");
    expect(kipc_region_unmap(&shared_kernel, shared_pids[1], addresses[1]), 0, "an unmap");
    expect(shared_load(1, addresses[1]), KIPC_E_FAULT, "a load after the unmap");
    expect(shared_store(1, addresses[1], 1), KIPC_E_FAULT, "a store after the unmap");
    expect(shared_load(1, kept + 3), 43, "the mapping that is left");
    expect(shared_load(0, addresses[0] + 3), 43, "the other process's mapping");
    REQUIRE_OK(kipc_handle_close(&shared_kernel, shared_pids[1], handles[1]));
    REQUIRE_OK(kipc_handle_close(&shared_kernel, shared_pids[0], handles[0]));
    expect(shared_load(0, addresses[0]), KIPC_E_FAULT, "a load after the handle was closed");
}

static void expect_flags(uintptr_t address, uint32_t expected)
{
    uint32_t flags = 0;

    REQUIRE(ipc_memory_find(&shared_memory, shared_pids[0], address, &flags) != 0, "nothing is mapped");
    REQUIRE_EQUAL(flags, expected, "flags of the table's entry");
}

static void protect(void)
{
    const uint32_t devices = KIPC_PAGE_WRITE_THROUGH | KIPC_PAGE_CACHE_DISABLED;
    struct kipc_region_config config = kipc_region_config_default();
    kipc_handle_t handle = KIPC_NO_ID;

    config.lifetime = KIPC_LIFETIME_HANDLES;
    config.flags = KIPC_PAGE_FLAGS;
    expect(kipc_region_create(&shared_kernel, shared_pids[0], &config, &handle), KIPC_E_INVAL,
           "a region to write and execute");
    config.flags = KIPC_PAGE_WRITABLE | KIPC_PAGE_USER | devices;
    REQUIRE_OK(kipc_region_create(&shared_kernel, shared_pids[0], &config, &handle));
    uintptr_t address = map(0, handle, PAGE, READ_WRITE, false);
    expect_flags(address, KIPC_PAGE_WRITABLE | KIPC_PAGE_USER | devices);
    REQUIRE_OK(shared_store(0, address, 5));
    REQUIRE_OK(kipc_region_protect(&shared_kernel, shared_pids[0], address, READ_ONLY));
    expect_flags(address, KIPC_PAGE_USER | devices);
    expect(shared_store(0, address, 6), KIPC_E_ACCES, "a store into a read-only mapping");
    expect(shared_load(0, address), 5, "a load from it");
    expect(kipc_region_protect(&shared_kernel, shared_pids[0], address, READ_ONLY | KIPC_MAP_EXECUTE), KIPC_E_ACCES,
           "more than the region allows");
    REQUIRE_OK(kipc_region_protect(&shared_kernel, shared_pids[0], address, KIPC_MAP_READ));
    expect(shared_load(0, address), KIPC_E_ACCES, "a load from what is the kernel's alone");
    expect(kipc_region_unmap(&shared_kernel, shared_pids[0], address), 0, "an unmap");
    REQUIRE_OK(kipc_region_set_flags(&shared_kernel, shared_pids[0], handle, KIPC_PAGE_EXECUTABLE | KIPC_PAGE_USER));
    address = map(0, handle, PAGE, READ_ONLY | KIPC_MAP_EXECUTE, false);
    expect_flags(address, KIPC_PAGE_EXECUTABLE | KIPC_PAGE_USER);
    expect(shared_store(0, address, 6), KIPC_E_ACCES, "a store into what may be executed");
    REQUIRE_OK(kipc_handle_close(&shared_kernel, shared_pids[0], handle));
}

static void map_late(void)
{
    kipc_handle_t handle = make_region(2 * PAGE);
    uint32_t mapped = counts().pages_mapped;
    uintptr_t address = map(0, handle, 2 * PAGE, READ_WRITE, true);

    REQUIRE_EQUAL(counts().pages_mapped, mapped, "pages that are mapped before they are touched");
    REQUIRE_OK(shared_store(0, address + PAGE, 9));
    REQUIRE_EQUAL(counts().pages_mapped, mapped + 1, "pages that are mapped when one was touched");
    expect(shared_load(0, address + PAGE), 9, "the byte that was touched");
    REQUIRE_OK(kipc_handle_close(&shared_kernel, shared_pids[0], handle));
}

/* Three sharers: the one that writes first gets a page of its own, and the others keep the old bytes. */
static void share(void)
{
    kipc_handle_t own = make_region(PAGE);
    kipc_handle_t made[2];
    uintptr_t at[3] = {map(0, own, PAGE, READ_WRITE, false)};
    uint64_t splits = counts().splits;

    REQUIRE_OK(shared_store(0, at[0] + 9, 1));
    for (unsigned i = 0; i < 2; i++) {
        REQUIRE_OK(kipc_region_share(&shared_kernel, shared_pids[0], own, &made[i]));
        at[i + 1] = map(0, made[i], PAGE, READ_WRITE, false);
    }
    uintptr_t page = ipc_memory_find(&shared_memory, shared_pids[0], at[0], NULL);
    REQUIRE_EQUAL(ipc_memory_find(&shared_memory, shared_pids[0], at[2], NULL), page, "the page of a sharer");
    REQUIRE_OK(shared_store(0, at[1] + 9, 2));
    REQUIRE(ipc_memory_find(&shared_memory, shared_pids[0], at[1], NULL) != page, "the writer has no page of its own");
    REQUIRE_EQUAL(ipc_memory_find(&shared_memory, shared_pids[0], at[0], NULL), page, "the page of who did not write");
    REQUIRE_EQUAL(counts().splits, splits + 1, "pages that a writer got");
    expect(shared_load(0, at[0] + 9), 1, "the first region");
    expect(shared_load(0, at[1] + 9), 2, "the region that was written");
    expect(shared_load(0, at[2] + 9), 1, "the third region");
    REQUIRE_OK(kipc_handle_close(&shared_kernel, shared_pids[0], own));
    REQUIRE_OK(kipc_handle_close(&shared_kernel, shared_pids[0], made[0]));
    REQUIRE_OK(kipc_handle_close(&shared_kernel, shared_pids[0], made[1]));
}

static void take_moved(void)
{
    addresses[1] = map(1, handles[1], 65536, READ_ONLY, false);
    for (size_t offset = 0; offset < 65536; offset += PAGE) {
        REQUIRE_OK(ipc_memory_access(&shared_memory, &shared_kernel, shared_pids[1], addresses[1] + offset,
                                     pattern_buffer, PAGE, KIPC_ACCESS_READ));
        REQUIRE(pattern_check(pattern_buffer, PAGE, offset) == PATTERN_GOOD, "the page at %lu differs", offset);
    }
}

/* 64 KiB change their owner: no byte is copied, and the old owner faults. */
static void move(void)
{
    kipc_handle_t own = make_region(65536);
    uintptr_t address = map(0, own, 65536, READ_WRITE, false);
    uintptr_t page = ipc_memory_find(&shared_memory, shared_pids[0], address, NULL);

    for (size_t offset = 0; offset < 65536; offset += PAGE) {
        pattern_write(pattern_buffer, PAGE, offset);
        REQUIRE_OK(ipc_memory_access(&shared_memory, &shared_kernel, shared_pids[0], address + offset, pattern_buffer,
                                     PAGE, KIPC_ACCESS_WRITE));
    }
    uint64_t copied = shared_kernel.copied_bytes;
    REQUIRE_OK(kipc_region_move(&shared_kernel, shared_pids[0], own, shared_pids[1], &handles[1]));
    expect(shared_load(0, address), KIPC_E_FAULT, "a load of who gave the region away");
    expect(kipc_region_detach(&shared_kernel, shared_pids[0], own), KIPC_E_BADF, "its handle");
    shared_kernel_begin(take_moved);
    shared_kernel_await();
    REQUIRE_EQUAL(shared_kernel.copied_bytes - copied, 0, "copied bytes");
    REQUIRE_EQUAL(ipc_memory_find(&shared_memory, shared_pids[1], addresses[1], NULL), page, "the receiver's page");
    REQUIRE_OK(kipc_handle_close(&shared_kernel, shared_pids[1], handles[1]));
}

static void add_all(unsigned agent)
{
    uint64_t additions = harness_parameter("additions", 500);

    for (uint64_t i = 0; i < additions; i++) {
        REQUIRE_OK(
            kipc_region_atomic(&shared_kernel, shared_pids[agent], handles[agent], 64, KIPC_ATOMIC_ADD, 1, 0, NULL));
    }
}

static void add_second(void)
{
    REQUIRE_OK(kipc_region_attach(&shared_kernel, shared_pids[1], handles[1], NULL));
    add_all(1);
}

static void add(void)
{
    uint32_t sum = 0;

    handles[0] = make_region(PAGE);
    give_region(KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE);
    REQUIRE_OK(kipc_region_attach(&shared_kernel, shared_pids[0], handles[0], NULL));
    shared_kernel_begin(add_second);
    add_all(0);
    shared_kernel_await();
    REQUIRE_OK(kipc_region_atomic(&shared_kernel, shared_pids[0], handles[0], 64, KIPC_ATOMIC_LOAD, 0, 0, &sum));
    REQUIRE_EQUAL(sum, 2 * harness_parameter("additions", 500), "the sum of both");
    expect(kipc_region_atomic(&shared_kernel, shared_pids[0], handles[0], 62, KIPC_ATOMIC_ADD, 1, 0, NULL),
           KIPC_E_INVAL, "an addition at offset 62");
    REQUIRE_OK(kipc_handle_close(&shared_kernel, shared_pids[1], handles[1]));
    REQUIRE_OK(kipc_handle_close(&shared_kernel, shared_pids[0], handles[0]));
}

static volatile bool must_stop;
static uint64_t seen[2]; /* looks that found the byte, and that faulted */

/* A time of its own for each look and each change, so that they meet in many ways. */
static void wait_a_little(uint64_t *state)
{
    for (uint64_t rest = pattern_next(state) % 64; rest > 0; rest--) {
        __asm__ volatile("" : : : "memory");
    }
    thread_yield();
}

static void look(void)
{
    uint64_t state = harness_seed() + 1;

    while (!must_stop) {
        int byte = shared_load(1, addresses[1]);
        REQUIRE(byte == 77 || byte == KIPC_E_FAULT, "a look at a page that comes and goes gave %d", byte);
        seen[byte == 77 ? 0 : 1]++;
        wait_a_little(&state);
    }
}

/*
 * The one looks at a page while the other one maps it, unmaps it, and writes something else there: a look finds what
 * was there before or faults, and never what was written after the unmap had returned.
 */
static void change_under_looks(void)
{
    uint64_t state = harness_seed();
    uint64_t changes = harness_parameter("changes", 50);

    handles[0] = make_region(PAGE);
    give_region(KIPC_RIGHT_MAP);
    const struct kipc_mapping_config config = {
        .address = IPC_SPACE_FIRST + 16 * PAGE, .bytes = PAGE, .flags = READ_ONLY};
    REQUIRE_OK(kipc_region_attach(&shared_kernel, shared_pids[0], handles[0], NULL));
    addresses[1] = config.address;
    shared_kernel_begin(look);
    for (uint64_t i = 0; i < changes; i++) {
        uintptr_t address = 0;
        REQUIRE_OK(kipc_region_write(&shared_kernel, shared_pids[0], handles[0], 0, &(uint8_t){77}, 1));
        REQUIRE_OK(kipc_region_map(&shared_kernel, shared_pids[1], handles[1], &config, &address));
        wait_a_little(&state);
        expect(kipc_region_unmap(&shared_kernel, shared_pids[1], address), 0, "an unmap under looks");
        REQUIRE_OK(kipc_region_write(&shared_kernel, shared_pids[0], handles[0], 0, &(uint8_t){78}, 1));
        wait_a_little(&state);
    }
    must_stop = true;
    shared_kernel_await();
    print("looks: %lu found the page, %lu faulted\n", seen[0], seen[1]);
    REQUIRE(seen[0] > 0 && seen[1] > 0, "the looks never met both states");
    REQUIRE_OK(kipc_handle_close(&shared_kernel, shared_pids[1], handles[1]));
    REQUIRE_OK(kipc_handle_close(&shared_kernel, shared_pids[0], handles[0]));
}

/* How long a map of one page and of sixteen takes; the tables are there already. */
static void measure(void)
{
    kipc_handle_t handle = make_region(PAGES_OF_MAP * PAGE);
    uintptr_t before = map(0, handle, PAGE, READ_ONLY, false);

    harness_phase_begin("map 1");
    uintptr_t one = map(0, handle, PAGE, READ_WRITE, false);
    harness_phase_end("map 1");
    harness_phase_begin("map 16");
    uintptr_t many = map(0, handle, PAGES_OF_MAP * PAGE, READ_WRITE, false);
    harness_phase_end("map 16");
    REQUIRE(one != before && many != one, "two mappings at one address");
    REQUIRE_OK(kipc_handle_close(&shared_kernel, shared_pids[0], handle));
}

static const struct {
    const char *name;
    void (*run)(void);
} steps[] = {{"allocate", allocate}, {"map and unmap", map_and_unmap},
             {"protect", protect},   {"map late", map_late},
             {"share", share},       {"move", move},
             {"add", add},           {"looks", change_under_looks},
             {"measure", measure}};

void program_second_hart(void)
{
    shared_kernel_second_hart();
}

void program_main(void)
{
    const uint64_t count = sizeof(steps) / sizeof(steps[0]);
    uint64_t only = harness_parameter("step", count);

    REQUIRE(only <= count, "parameter step is %lu, there are steps 0 to %lu", only, count - 1);
    shared_kernel_open(&ipc_object_port);
    for (uint64_t i = 0; i < count; i++) {
        if (only != count && i != only) {
            continue;
        }
        harness_phase_begin(steps[i].name);
        steps[i].run();
        harness_phase_end(steps[i].name);
        print("step %s\n", steps[i].name);
    }
    shared_kernel_close();
    verdict_pass();
}
