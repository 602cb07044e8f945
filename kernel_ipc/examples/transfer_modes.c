/* SPDX-License-Identifier: MIT */
/*
 * Memory to another process in three ways: share (the pages, until one of both writes), copy (the bytes), move (the
 * pages, and the sender has nothing any more).
 */
#include "example.h"

#define PAGES 4u

static struct example example;
static kipc_pid_t other;
static uint32_t page_bytes;

static uint32_t pages_used(void)
{
    struct kipc_memory_counts counts;
    REQUIRE(kipc_memory_counts(&example.kernel, &counts) == KIPC_OK);
    return counts.pages_used;
}

/* Reads one byte of a region, attached for as long as that takes. */
static uint8_t byte_of(kipc_pid_t pid, kipc_handle_t handle, size_t offset)
{
    uint8_t byte;
    REQUIRE(kipc_region_attach(&example.kernel, pid, handle, NULL) == KIPC_OK);
    REQUIRE(kipc_region_read(&example.kernel, pid, handle, offset, &byte, 1) == KIPC_OK);
    REQUIRE(kipc_region_detach(&example.kernel, pid, handle) == 0);
    return byte;
}

static void share_and_copy(kipc_handle_t region)
{
    struct kipc_kernel *kernel = &example.kernel;
    kipc_handle_t shared;
    kipc_handle_t copied;
    const uint8_t nine = 9;
    REQUIRE(kipc_region_share(kernel, example.pid, region, &shared) == KIPC_OK);
    example_print("share: %u pages in use", pages_used());
    REQUIRE(kipc_region_write(kernel, example.pid, region, 0, &nine, 1) == KIPC_OK);
    example_print("after a write: %u, the other still has %u", pages_used(), byte_of(example.pid, shared, 0));
    REQUIRE(kipc_region_copy(kernel, example.pid, region, &copied) == KIPC_OK);
    example_print("copy: %u, it has %u", pages_used(), byte_of(example.pid, copied, 0));
    REQUIRE(kipc_handle_close(kernel, example.pid, shared) == KIPC_OK);
    REQUIRE(kipc_handle_close(kernel, example.pid, copied) == KIPC_OK);
}

int main(void)
{
    struct kipc_region_config config = kipc_region_config_default();
    struct kipc_kernel *kernel = &example.kernel;
    kipc_handle_t region;
    kipc_handle_t moved;
    const uint8_t seven = 7;
    example_set_up_memory(&example);
    other = example_process(&example);
    page_bytes = example_memory_port()->page_bytes;
    config.bytes = (size_t)PAGES * page_bytes;
    config.lifetime = KIPC_LIFETIME_HANDLES;
    REQUIRE(kipc_region_create(kernel, example.pid, &config, &region) == KIPC_OK);
    REQUIRE(kipc_region_attach(kernel, example.pid, region, NULL) == KIPC_OK);
    REQUIRE(kipc_region_write(kernel, example.pid, region, 0, &seven, 1) == KIPC_OK);
    share_and_copy(region);

    REQUIRE(kipc_region_move(kernel, example.pid, region, other, &moved) == KIPC_OK);
    uint8_t byte;
    REQUIRE(kipc_region_read(kernel, example.pid, region, 0, &byte, 1) == KIPC_E_BADF);
    example_print("move: %u pages, it has %u, the sender nothing", pages_used(), byte_of(other, moved, 0));

    REQUIRE(kipc_process_exit(kernel, other) == KIPC_OK);
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   share: 4 pages in use
 *   after a write: 5, the other still has 7
 *   copy: 9, it has 9
 *   move: 4 pages, it has 9, the sender nothing
 */
