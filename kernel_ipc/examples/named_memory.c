/* SPDX-License-Identifier: MIT */
/* A named region of shared memory: one process makes it, another one opens it by its name, and both map it. */
#include "example.h"

#define BYTES 4096u
#define NAME "my_shared_buffer"

static struct example example;

static uintptr_t map_all(kipc_pid_t pid, kipc_handle_t handle)
{
    const struct kipc_mapping_config config = {.bytes = BYTES, .flags = KIPC_MAP_READ | KIPC_MAP_WRITE | KIPC_MAP_USER};
    uintptr_t address;
    REQUIRE(kipc_region_map(&example.kernel, pid, handle, &config, &address) == KIPC_OK);
    return address;
}

int main(void)
{
    struct kipc_region_config config = kipc_region_config_default();
    struct kipc_kernel *kernel = &example.kernel;
    kipc_handle_t made;
    kipc_handle_t opened;
    uintptr_t physical[2];
    example_set_up_memory(&example);
    kipc_pid_t pid = example.pid;
    kipc_pid_t other = example_process(&example);
    example_add_space(other);

    /* The one process makes a region of a page, with a name. */
    config.bytes = BYTES;
    config.name = NAME;
    config.open_rights = KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE;
    REQUIRE(kipc_region_create(kernel, pid, &config, &made) == KIPC_OK);

    /* The other one opens it by that; both learn the same physical address. */
    REQUIRE(kipc_region_open(kernel, other, NAME, KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE, &opened) == KIPC_OK);
    REQUIRE(kipc_region_attach(kernel, pid, made, &physical[0]) == KIPC_OK);
    REQUIRE(kipc_region_attach(kernel, other, opened, &physical[1]) == KIPC_OK);
    REQUIRE(physical[0] == physical[1]);

    /* What the one writes through its mapping the other one reads through its own. */
    uintptr_t written = map_all(pid, made);
    uintptr_t read = map_all(other, opened);
    *(volatile uint8_t *)example_pointer(pid, written) = 42;
    uint8_t seen = *(volatile uint8_t *)example_pointer(other, read);
    REQUIRE(seen == 42);
    example_print("written by one process, read by the other: %u", seen);

    /* The last to leave takes the region along; its name goes with it. */
    REQUIRE(kipc_region_unmap(kernel, pid, written) == 0);
    REQUIRE(kipc_region_unmap(kernel, other, read) == 0);
    REQUIRE(kipc_region_detach(kernel, pid, made) == 0);
    REQUIRE(kipc_region_detach(kernel, other, opened) == 1);
    REQUIRE(kipc_region_open(kernel, pid, NAME, KIPC_RIGHT_MAP, &opened) == KIPC_E_NOTFOUND);

    REQUIRE(kipc_process_exit(kernel, other) == KIPC_OK);
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   written by one process, read by the other: 42
 */
