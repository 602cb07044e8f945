/* SPDX-License-Identifier: MIT */
/* The life of a region: made with a name, attached by two processes at one address, freed by the second detach. */
#include "example.h"

static struct example example;

static uint32_t pages_used(void)
{
    struct kipc_memory_counts counts;
    REQUIRE(kipc_memory_counts(&example.kernel, &counts) == KIPC_OK);
    return counts.pages_used;
}

int main(void)
{
    struct kipc_region_config config = kipc_region_config_default();
    struct kipc_kernel *kernel = &example.kernel;
    kipc_handle_t first;
    kipc_handle_t second;
    uintptr_t physical[2];
    example_set_up_memory(&example);
    kipc_pid_t other = example_process(&example);

    config.bytes = 4096;
    config.name = "test_shm";
    config.open_rights = KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE;
    REQUIRE(kipc_region_create(kernel, example.pid, &config, &first) == KIPC_OK);
    REQUIRE(kipc_region_open(kernel, other, "test_shm", KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE, &second) == KIPC_OK);

    REQUIRE(kipc_region_attach(kernel, example.pid, first, &physical[0]) == KIPC_OK);
    REQUIRE(kipc_region_attach(kernel, other, second, &physical[1]) == KIPC_OK);
    REQUIRE(physical[0] == physical[1]);
    example_print("attached twice at one address, %u page", pages_used());

    REQUIRE(kipc_region_detach(kernel, example.pid, first) == 0);
    REQUIRE(pages_used() == 1);
    REQUIRE(kipc_region_detach(kernel, other, second) == 1);
    example_print("detached twice, %u pages", pages_used());

    REQUIRE(kipc_process_exit(kernel, other) == KIPC_OK);
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   attached twice at one address, 1 page
 *   detached twice, 0 pages
 */
