/* SPDX-License-Identifier: MIT */
/* Regions that are given away, shared copy-on-write or copied, and that travel in messages. */
#include "channel_fixture.h"
#include "memory_fixture.h"

#define PAGE FIXTURE_PAGE_BYTES

static void fill(struct memory_fixture *m, kipc_pid_t pid, uintptr_t address, size_t bytes, uint8_t seed)
{
    for (size_t at = 0; at < bytes; at += 64) {
        assert_result(store(m, pid, address + at, (uint8_t)(seed + at / 64)), KIPC_OK);
    }
}

static void check(struct memory_fixture *m, kipc_pid_t pid, uintptr_t address, size_t bytes, uint8_t seed)
{
    for (size_t at = 0; at < bytes; at += 64) {
        assert_int_equal(load(m, pid, address + at), (uint8_t)(seed + at / 64));
    }
}

static uint32_t references_of(struct memory_fixture *m, kipc_pid_t pid, kipc_handle_t handle)
{
    uint32_t id;
    assert_result(kipc_object_id(m->kernel, pid, handle, &id), KIPC_OK);
    const struct kipc_region *region = kipc_table_find(&m->kernel->tables[KIPC_TABLE_REGION], id);
    return region->object.references;
}

static void test_VER_ZC_04_VER_MS_09_VR4_ST_04_moved_without_a_copy(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 16 * PAGE, KIPC_LIFETIME_HANDLES);
    kipc_handle_t moved;
    kipc_handle_t another;
    uintptr_t ours = map_region(m, m->first, handle, MAP_RW);
    fill(m, m->first, ours, 16 * PAGE, 3);
    assert_result(kipc_handle_duplicate(m->kernel, m->first, handle, m->first, KIPC_RIGHTS, &another), KIPC_OK);
    assert_result(kipc_region_move(m->kernel, m->first, handle, m->second, &moved), KIPC_E_BUSY);
    assert_result(kipc_handle_close(m->kernel, m->first, another), KIPC_OK);
    assert_result(kipc_region_move(m->kernel, m->first, handle, 0, &moved), KIPC_E_SRCH);
    assert_result(kipc_region_move(m->kernel, m->first, handle, m->second, NULL), KIPC_E_INVAL);
    check(m, m->first, ours, 16 * PAGE, 3); /* nothing happened so far */
    uint64_t copied = m->kernel->copied_bytes;
    assert_result(kipc_region_move(m->kernel, m->first, handle, m->second, &moved), KIPC_OK);
    assert_result(kipc_region_attach(m->kernel, m->first, handle, NULL), KIPC_E_BADF);
    assert_result(load(m, m->first, ours), KIPC_E_FAULT);
    assert_result(store(m, m->first, ours + 15 * PAGE, 1), KIPC_E_FAULT);
    assert_int_equal(references_of(m, m->second, moved), 1);
    struct kipc_region_info info;
    assert_result(kipc_region_info(m->kernel, m->second, moved, &info), KIPC_OK);
    assert_int_equal(info.owner, m->second);
    uintptr_t theirs = map_region(m, m->second, moved, MAP_RW);
    check(m, m->second, theirs, 16 * PAGE, 3);
    assert_true(m->kernel->copied_bytes == copied);
    assert_int_equal(taken(m), 16);
    assert_result(kipc_process_exit(m->kernel, m->first), KIPC_OK); /* it is nothing of it any more */
    check(m, m->second, theirs, 16 * PAGE, 3);
}

static void test_VER_ZC_05_a_writer_gets_a_page_of_its_own(void **state)
{
    struct memory_fixture *m = *state;
    enum { READERS = 4, PAGES = 4 };
    kipc_handle_t handle = make_region(m, PAGES * PAGE, KIPC_LIFETIME_HANDLES);
    uintptr_t source = map_region(m, m->first, handle, MAP_RW);
    kipc_handle_t shared[READERS];
    uintptr_t addresses[READERS];
    fill(m, m->first, source, PAGES * PAGE, 10);
    uint64_t copied = m->kernel->copied_bytes;
    for (unsigned int i = 0; i < READERS; i++) {
        assert_result(kipc_region_share(m->kernel, m->first, handle, &shared[i]), KIPC_OK);
        addresses[i] = map_region(m, m->first, shared[i], MAP_RW);
        check(m, m->first, addresses[i], PAGES * PAGE, 10);
    }
    assert_int_equal(taken(m), PAGES); /* nobody has written: one page for all */
    assert_true(m->kernel->copied_bytes == copied);
    assert_result(store(m, m->first, addresses[1] + PAGE, 99), KIPC_OK);
    assert_int_equal(taken(m), PAGES + 1);
    assert_int_equal(memory_counts(m).splits, 1);
    assert_true(m->kernel->copied_bytes == copied + PAGE);
    assert_int_equal(load(m, m->first, addresses[1] + PAGE), 99);
    assert_int_equal(load(m, m->first, addresses[1] + PAGE + 64),
                     (uint8_t)(10 + PAGE / 64 + 1)); /* the rest came too */
    check(m, m->first, source, PAGES * PAGE, 10);
    check(m, m->first, addresses[0], PAGES * PAGE, 10);
    assert_result(store(m, m->first, addresses[1] + PAGE, 98), KIPC_OK); /* its own by now */
    assert_int_equal(taken(m), PAGES + 1);
    /* The source is a sharer like the others. */
    assert_result(store(m, m->first, source, 97), KIPC_OK);
    assert_int_equal(taken(m), PAGES + 2);
    check(m, m->first, addresses[0], PAGES * PAGE, 10);
    /* Writes by call, and atomics, are writes. */
    uint8_t byte = 96;
    assert_result(kipc_region_write(m->kernel, m->first, shared[2], 0, &byte, 1), KIPC_OK);
    assert_result(kipc_region_atomic(m->kernel, m->first, shared[3], 0, KIPC_ATOMIC_ADD, 1, 0, NULL), KIPC_OK);
    assert_int_equal(taken(m), PAGES + 4);
    check(m, m->first, addresses[0], PAGES * PAGE, 10);
    assert_int_equal(load(m, m->first, addresses[2]), 96);
    assert_int_equal(load(m, m->first, addresses[3]), 11);
    /* The last one that has the old page writes it in place. */
    assert_result(store(m, m->first, addresses[1], 94), KIPC_OK);
    assert_int_equal(taken(m), PAGES + 5);
    assert_result(store(m, m->first, addresses[0], 95), KIPC_OK);
    assert_int_equal(taken(m), PAGES + 5);
    assert_int_equal(load(m, m->first, addresses[1]), 94);
    assert_int_equal(load(m, m->first, source), 97);
}

static void test_VER_ZC_05_all_mappings_of_the_writer_follow(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 2 * PAGE, KIPC_LIFETIME_HANDLES);
    kipc_handle_t theirs = give_region(m, handle, KIPC_RIGHTS);
    kipc_handle_t shared;
    uintptr_t ours = map_region(m, m->first, handle, MAP_RW);
    uintptr_t other = map_region(m, m->second, theirs, MAP_RO);
    assert_result(store(m, m->first, ours + PAGE, 1), KIPC_OK);
    assert_int_equal(load(m, m->second, other + PAGE), 1);
    assert_result(kipc_region_share(m->kernel, m->first, handle, &shared), KIPC_OK);
    uintptr_t snapshot = map_region(m, m->first, shared, MAP_RO);
    assert_result(store(m, m->first, ours + PAGE, 2), KIPC_OK);
    assert_int_equal(load(m, m->second, other + PAGE), 2); /* the same region: it sees the new page */
    assert_int_equal(load(m, m->first, snapshot + PAGE), 1);
    uint32_t mapped = memory_counts(m).pages_mapped;
    assert_int_equal(mapped, 6);
    assert_int_equal(load(m, m->first, ours), 0);
    assert_int_equal(kipc_region_unmap(m->kernel, m->first, snapshot), 0);
    assert_result(kipc_handle_close(m->kernel, m->first, shared), KIPC_OK);
    assert_int_equal(taken(m), 2);
}

static void test_VER_ZC_06_copies_are_independent(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 3 * PAGE, KIPC_LIFETIME_TEMPORARY);
    kipc_handle_t copy;
    uintptr_t source = map_region(m, m->first, handle, MAP_RW);
    fill(m, m->first, source, 3 * PAGE, 50);
    uint64_t copied = m->kernel->copied_bytes;
    assert_result(kipc_region_copy(m->kernel, m->first, handle, &copy), KIPC_OK);
    assert_true(m->kernel->copied_bytes == copied + 3 * PAGE);
    assert_int_equal(taken(m), 6);
    uintptr_t other = map_region(m, m->first, copy, MAP_RW);
    check(m, m->first, other, 3 * PAGE, 50);
    assert_result(store(m, m->first, source, 1), KIPC_OK);
    assert_result(store(m, m->first, other + PAGE, 2), KIPC_OK);
    assert_int_equal(load(m, m->first, other), 50);
    assert_int_equal(load(m, m->first, source + PAGE), (uint8_t)(50 + PAGE / 64));
    assert_int_equal(memory_counts(m).splits, 0);
    assert_int_equal(kipc_region_unmap(m->kernel, m->first, source), 1);
    check(m, m->first, other + 2 * PAGE, PAGE, (uint8_t)(50 + 2 * PAGE / 64));
    kipc_handle_t none;
    assert_result(kipc_region_copy(m->kernel, m->first, handle, &none), KIPC_E_BADF);
    assert_result(kipc_region_copy(m->kernel, m->first, copy, NULL), KIPC_E_INVAL);
    assert_result(kipc_region_share(m->kernel, m->first, copy, NULL), KIPC_E_INVAL);
    assert_result(kipc_region_share(m->kernel, m->first, none + 1000, &none), KIPC_E_BADF);
}

static void test_VER_ZC_02_a_page_that_cannot_be_shared_more_often(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 3 * PAGE, KIPC_LIFETIME_HANDLES);
    kipc_handle_t shared;
    assert_result(kipc_region_share(m->kernel, m->first, handle, &shared), KIPC_OK);
    struct kipc_page *page = &m->memory.pages[1];
    assert_int_equal(page->references, 2);
    page->references = UINT32_MAX;
    kipc_handle_t none;
    assert_result(kipc_region_share(m->kernel, m->first, handle, &none), KIPC_E_OVERFLOW);
    assert_int_equal(m->memory.pages[0].references, 2); /* what was shared before it is not any more */
    assert_result(kipc_region_attach(m->kernel, m->first, shared, NULL), KIPC_OK);
    uint8_t byte = 1;
    assert_result(kipc_region_write(m->kernel, m->first, shared, PAGE, &byte, 1), KIPC_E_OVERFLOW);
    assert_int_equal(page->references, UINT32_MAX);
    page->references = 2;
    assert_result(kipc_region_write(m->kernel, m->first, shared, PAGE, &byte, 1), KIPC_OK);
}

/* The test's own thread acts for another process from here on. */
static void become(struct memory_fixture *m, kipc_pid_t pid)
{
    assert_result(kipc_thread_detach(m->kernel, 0), KIPC_OK);
    assert_result(kipc_thread_attach(m->kernel, pid, 0, 1), KIPC_OK);
}

/* A channel whose second end belongs to the second process. */
static void make_ends(struct memory_fixture *m, kipc_handle_t *ours, kipc_handle_t *theirs)
{
    struct kipc_channel_config config = channel_config(4);
    kipc_handle_t ends[2];
    assert_result(kipc_channel_create(m->kernel, m->first, &config, ends), KIPC_OK);
    assert_result(kipc_handle_duplicate(m->kernel, m->first, ends[1], m->second, KIPC_RIGHTS, theirs), KIPC_OK);
    assert_result(kipc_handle_close(m->kernel, m->first, ends[1]), KIPC_OK);
    *ours = ends[0];
}

static kipc_handle_t receive_capability(struct memory_fixture *m, kipc_handle_t end)
{
    struct kipc_channel_info info;
    become(m, m->second);
    assert_result(kipc_channel_receive(m->kernel, m->second, end, NULL, 0, &info, KIPC_NO_WAIT), 0);
    become(m, m->first);
    return info.capabilities[0];
}

static void test_VER_MS_09_VER_MS_10_a_region_moves_in_a_message(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t ours;
    kipc_handle_t theirs;
    make_ends(m, &ours, &theirs);
    kipc_handle_t handle = make_region(m, 4 * PAGE, KIPC_LIFETIME_HANDLES);
    uintptr_t address = map_region(m, m->first, handle, MAP_RW);
    fill(m, m->first, address, 4 * PAGE, 77);
    uint64_t copied = m->kernel->copied_bytes;
    const struct kipc_channel_message message = {
        .capabilities = {handle}, .capability_count = 1, .moves_capabilities = true};
    assert_result(kipc_channel_send(m->kernel, m->first, ours, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_result(load(m, m->first, address), KIPC_E_FAULT); /* as soon as it is sent */
    assert_result(kipc_region_attach(m->kernel, m->first, handle, NULL), KIPC_E_BADF);
    kipc_handle_t received = receive_capability(m, theirs);
    assert_int_equal(memory_counts(m).pages_mapped, 0);
    const struct kipc_mapping_config lazy = {.bytes = 4 * PAGE, .flags = MAP_RO, .is_lazy = true};
    assert_result(kipc_region_map(m->kernel, m->second, received, &lazy, &address), KIPC_OK);
    assert_int_equal(memory_counts(m).pages_mapped, 0);
    assert_int_equal(load(m, m->second, address), 77);
    assert_int_equal(memory_counts(m).pages_mapped, 1);
    check(m, m->second, address, 4 * PAGE, 77);
    assert_true(m->kernel->copied_bytes == copied);
    assert_int_equal(references_of(m, m->second, received), 1);
}

static void test_EXO_NI_02_VER_CA_06_sharing_and_messages_nobody_takes(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t ours;
    kipc_handle_t theirs;
    make_ends(m, &ours, &theirs);
    kipc_handle_t handle = make_region(m, 2 * PAGE, KIPC_LIFETIME_HANDLES);
    kipc_handle_t unshared;
    kipc_handle_t none;
    const uint32_t rights = KIPC_RIGHTS - KIPC_RIGHT_SHARE;
    assert_result(kipc_handle_duplicate(m->kernel, m->first, handle, m->first, rights, &unshared), KIPC_OK);
    struct kipc_channel_message message = {.capabilities = {unshared}, .capability_count = 1};
    assert_result(kipc_channel_send(m->kernel, m->first, ours, &message, KIPC_NO_WAIT), KIPC_E_ACCES);
    assert_result(kipc_region_share(m->kernel, m->first, unshared, &none), KIPC_E_ACCES);
    assert_result(kipc_handle_close(m->kernel, m->first, unshared), KIPC_OK);
    /* A snapshot travels, the original stays; revocation of the original does not reach it, its end does not either. */
    kipc_handle_t snapshot;
    uintptr_t address = map_region(m, m->first, handle, MAP_RW);
    assert_result(store(m, m->first, address, 1), KIPC_OK);
    assert_result(kipc_region_share(m->kernel, m->first, handle, &snapshot), KIPC_OK);
    message.capabilities[0] = snapshot;
    message.moves_capabilities = true;
    assert_result(kipc_channel_send(m->kernel, m->first, ours, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_result(store(m, m->first, address, 2), KIPC_OK);
    assert_int_equal(taken(m), 3);
    assert_result(kipc_handle_close(m->kernel, m->first, handle), KIPC_OK);
    assert_int_equal(taken(m), 2);
    snapshot = receive_capability(m, theirs);
    uintptr_t there = map_region(m, m->second, snapshot, MAP_RW);
    assert_int_equal(load(m, m->second, there), 1);
    /* One that nobody receives goes with the channel. */
    handle = make_region(m, 2 * PAGE, KIPC_LIFETIME_TEMPORARY);
    message.capabilities[0] = handle;
    assert_result(kipc_channel_send(m->kernel, m->first, ours, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(taken(m), 4);
    assert_result(kipc_process_exit(m->kernel, m->second), KIPC_OK);
    assert_int_equal(taken(m), 0);
}

/* 64 KiB: the header and eight bytes that say how many come, and a handle of the pages that hold them. */
static void test_VER_MS_07_a_header_and_the_pages_of_its_sender(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t ours;
    kipc_handle_t theirs;
    make_ends(m, &ours, &theirs);
    const uint64_t length = 16 * PAGE;
    kipc_handle_t handle = make_region(m, length, KIPC_LIFETIME_HANDLES);
    uintptr_t source = map_region(m, m->first, handle, MAP_RW);
    fill(m, m->first, source, length, 9);
    const uint64_t copied = m->kernel->copied_bytes;
    struct kipc_channel_message message = {
        .data = &length, .length = sizeof(length), .capabilities = {handle}, .capability_count = 1};
    assert_result(kipc_channel_send(m->kernel, m->first, ours, &message, KIPC_NO_WAIT), KIPC_OK);
    struct kipc_channel_info info;
    uint64_t told = 0;
    become(m, m->second);
    int result = kipc_channel_receive(m->kernel, m->second, theirs, &told, sizeof(told), &info, KIPC_NO_WAIT);
    become(m, m->first);
    assert_int_equal(result, sizeof(told));
    assert_true(told == length);
    assert_int_equal(info.header.total_size, KIPC_MESSAGE_HEADER_BYTES + sizeof(told));
    uintptr_t there = map_region(m, m->second, info.capabilities[0], MAP_RO);
    check(m, m->second, there, length, 9);
    assert_result(store(m, m->first, source + 5 * PAGE, 77), KIPC_OK); /* the same pages, not others like them */
    assert_int_equal(load(m, m->second, there + 5 * PAGE), 77);
    assert_int_equal(taken(m), 16);
    assert_true(m->kernel->copied_bytes == copied + 2 * sizeof(told)); /* in and out; of the 64 KiB not one */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MEMORY_TEST(test_VER_ZC_04_VER_MS_09_VR4_ST_04_moved_without_a_copy),
        MEMORY_TEST(test_VER_ZC_05_a_writer_gets_a_page_of_its_own),
        MEMORY_TEST(test_VER_ZC_05_all_mappings_of_the_writer_follow),
        MEMORY_TEST(test_VER_ZC_06_copies_are_independent),
        MEMORY_TEST(test_VER_ZC_02_a_page_that_cannot_be_shared_more_often),
        MEMORY_TEST(test_VER_MS_09_VER_MS_10_a_region_moves_in_a_message),
        MEMORY_TEST(test_EXO_NI_02_VER_CA_06_sharing_and_messages_nobody_takes),
        MEMORY_TEST(test_VER_MS_07_a_header_and_the_pages_of_its_sender),
    };
    return cmocka_run_group_tests_name("region share", tests, NULL, NULL);
}
