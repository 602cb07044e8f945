/* SPDX-License-Identifier: MIT */
/* The kernel fixture with shared memory on the fake port, and what tests of regions share. */
#ifndef KIPC_TESTS_MEMORY_FIXTURE_H
#define KIPC_TESTS_MEMORY_FIXTURE_H

#include "fake_memory.h"
#include "kernel_fixture.h"
#include <kipc/mapping.h>
#include <kipc/page.h>

#define FIXTURE_PAGE_BYTES 4096u
#define FIXTURE_PAGES 64u
#define FIXTURE_ENTRIES 256u
#define FIXTURE_RECORDS 512u

/* Flags of most regions and mappings. */
#define REGION_FLAGS (KIPC_PAGE_WRITABLE | KIPC_PAGE_USER)
#define MAP_RW (KIPC_MAP_READ | KIPC_MAP_WRITE | KIPC_MAP_USER)
#define MAP_RO (KIPC_MAP_READ | KIPC_MAP_USER)

struct memory_fixture {
    struct kernel_fixture *base;
    struct kipc_kernel *kernel; /* the base's, likewise the two processes */
    kipc_pid_t first;
    kipc_pid_t second;
    struct fake_memory fake;
    struct kipc_memory memory;
    void *storage;
    uint8_t *pages;
    uint8_t taken[FIXTURE_PAGES];
    struct fake_entry entries[FIXTURE_ENTRIES];
    struct fake_record records[FIXTURE_RECORDS];
};

/* As kernel_fixture does; the tear-down asserts that no page, record, table or mapping is left either. */
int memory_fixture_set_up(void **state);
int memory_fixture_tear_down(void **state);

/* A region of the first process; asserts that it can be made. */
kipc_handle_t make_region(struct memory_fixture *m, size_t bytes, enum kipc_lifetime lifetime);
/* A handle of the second process for one of the first. */
kipc_handle_t give_region(struct memory_fixture *m, kipc_handle_t handle, uint32_t rights);
/* Maps all of a region. */
uintptr_t map_region(struct memory_fixture *m, kipc_pid_t pid, kipc_handle_t handle, uint32_t flags);

/* Accesses of one byte through a mapping: the byte, or an error. */
int load(struct memory_fixture *m, kipc_pid_t pid, uintptr_t address);
int store(struct memory_fixture *m, kipc_pid_t pid, uintptr_t address, uint8_t value);

/* Pages that the port has given. */
uint32_t taken(const struct memory_fixture *m);
struct kipc_memory_counts memory_counts(struct memory_fixture *m);

#define MEMORY_TEST(name) cmocka_unit_test_setup_teardown(name, memory_fixture_set_up, memory_fixture_tear_down)

#endif
