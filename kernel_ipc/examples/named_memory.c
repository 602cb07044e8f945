/* SPDX-License-Identifier: MIT */
/* A named region of shared memory: one process makes it, another one opens it by its name, and both map it. */
#include "example.h"
#include <kipc/mapping.h>
#include <kipc_host_memory.h>

#define BYTES 4096u
#define PAGES 16u
#define SPACE_BYTES (1024u * 1024u)

static uintptr_t map_all(struct example *example, kipc_pid_t pid, kipc_handle_t handle)
{
    const struct kipc_mapping_config config = {.bytes = BYTES, .flags = KIPC_MAP_READ | KIPC_MAP_WRITE | KIPC_MAP_USER};
    uintptr_t address;
    REQUIRE(kipc_region_map(&example->kernel, pid, handle, &config, &address) == KIPC_OK);
    return address;
}

int main(void)
{
    static struct example example;
    static struct kipc_host_memory host_memory;
    static struct kipc_memory memory;
    struct kipc_memory_limits limits = kipc_memory_limits_soc();
    struct kipc_process_config process = kipc_process_config_default();
    struct kipc_region_config config = kipc_region_config_default();
    kipc_pid_t other;
    kipc_handle_t made;
    kipc_handle_t opened;
    example_set_up(&example);
    kipc_pid_t pid = example.pid;
    REQUIRE(kipc_process_register(&example.kernel, &process, &other) == KIPC_OK);
    kipc_host_memory_set_up(&host_memory, PAGES, SPACE_BYTES);
    kipc_host_memory_add_space(&host_memory, pid);
    kipc_host_memory_add_space(&host_memory, other);
    size_t bytes = kipc_memory_bytes(&limits);
    void *storage = lines_of_memory(bytes);
    REQUIRE(kipc_memory_set_up(&example.kernel, &memory, &host_memory.port, &limits, storage, bytes) == KIPC_OK);

    /* The one process makes a region of a page, with a name. */
    config.bytes = BYTES;
    config.name = "my_shared_buffer";
    config.open_rights = KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE;
    REQUIRE(kipc_region_create(&example.kernel, pid, &config, &made) == KIPC_OK);

    /* The other one opens it by that; both learn the same physical address. */
    uintptr_t physical[2];
    REQUIRE(kipc_region_open(&example.kernel, other, "my_shared_buffer", KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE, &opened) ==
            KIPC_OK);
    REQUIRE(kipc_region_attach(&example.kernel, pid, made, &physical[0]) == KIPC_OK);
    REQUIRE(kipc_region_attach(&example.kernel, other, opened, &physical[1]) == KIPC_OK);
    REQUIRE(physical[0] == physical[1]);

    /* What the one writes through its mapping the other one reads through its own. */
    uintptr_t written = map_all(&example, pid, made);
    uintptr_t read = map_all(&example, other, opened);
    *(volatile uint8_t *)kipc_host_pointer(&host_memory, pid, written) = 42;
    REQUIRE(*(volatile uint8_t *)kipc_host_pointer(&host_memory, other, read) == 42);

    /* The last to leave takes the region along; its name goes with it. */
    REQUIRE(kipc_region_unmap(&example.kernel, pid, written) == 0);
    REQUIRE(kipc_region_unmap(&example.kernel, other, read) == 0);
    REQUIRE(kipc_region_detach(&example.kernel, pid, made) == 0);
    REQUIRE(kipc_region_detach(&example.kernel, other, opened) == 1);
    REQUIRE(kipc_region_open(&example.kernel, pid, "my_shared_buffer", KIPC_RIGHT_MAP, &opened) == KIPC_E_NOTFOUND);

    REQUIRE(kipc_process_exit(&example.kernel, other) == KIPC_OK);
    struct kipc_memory_counts counts;
    REQUIRE(kipc_process_exit(&example.kernel, pid) == KIPC_OK);
    REQUIRE(kipc_memory_counts(&example.kernel, &counts) == KIPC_OK);
    REQUIRE(counts.pages_used == 0 && counts.mappings_used == 0);
    REQUIRE(kipc_memory_tear_down(&example.kernel) == KIPC_OK);
    REQUIRE(kipc_kernel_tear_down(&example.kernel) == KIPC_OK);
    kipc_host_memory_tear_down(&host_memory);
    kipc_host_tear_down(&example.host);
    free(storage);
    free(example.memory);
    return 0;
}
