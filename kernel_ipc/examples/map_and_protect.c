/* SPDX-License-Identifier: MIT */
/* Mappings: at an address of one's choice or lazily, with fewer rights later; and never writable and executable. */
#include "example.h"

static struct example example;
static kipc_handle_t region;

static int map(uintptr_t wish, uint32_t flags, bool is_lazy, uintptr_t *address)
{
    const struct kipc_mapping_config config = {.address = wish, .bytes = 4096, .flags = flags, .is_lazy = is_lazy};
    return kipc_region_map(&example.kernel, example.pid, region, &config, address);
}

static uint32_t pages_mapped(void)
{
    struct kipc_memory_counts counts;
    REQUIRE(kipc_memory_counts(&example.kernel, &counts) == KIPC_OK);
    return counts.pages_mapped;
}

int main(void)
{
    struct kipc_region_config config = kipc_region_config_default();
    struct kipc_kernel *kernel = &example.kernel;
    uintptr_t address;
    uintptr_t lazy;
    example_set_up_memory(&example);
    kipc_pid_t pid = example.pid;
    uintptr_t wish = example_memory_port()->space_first + UINT32_C(16) * example_memory_port()->page_bytes;
    config.lifetime = KIPC_LIFETIME_HANDLES;
    REQUIRE(kipc_region_create(kernel, pid, &config, &region) == KIPC_OK);

    REQUIRE(map(wish, KIPC_MAP_READ | KIPC_MAP_WRITE | KIPC_MAP_USER, false, &address) == KIPC_OK && address == wish);
    example_print("mapped where it was wished, %u page", pages_mapped());
    REQUIRE(map(0, KIPC_MAP_READ | KIPC_MAP_USER, true, &lazy) == KIPC_OK);
    example_print("mapped lazily, still %u", pages_mapped());
    REQUIRE(kipc_memory_fault(kernel, pid, lazy, KIPC_ACCESS_READ) == KIPC_OK); /* what the trap handler says */
    example_print("touched: %u", pages_mapped());

    REQUIRE(kipc_region_protect(kernel, pid, address, KIPC_MAP_READ | KIPC_MAP_USER) == KIPC_OK);
    int store = kipc_memory_fault(kernel, pid, address, KIPC_ACCESS_WRITE);
    int both = map(0, KIPC_MAP_READ | KIPC_MAP_WRITE | KIPC_MAP_EXECUTE, false, &lazy);
    example_print("a store after that: %s, writable and executable: %s", kipc_error_name(store), kipc_error_name(both));
    REQUIRE(kipc_region_unmap(kernel, pid, address) == 0);
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   mapped where it was wished, 1 page
 *   mapped lazily, still 1
 *   touched: 2
 *   a store after that: ACCES, writable and executable: INVAL
 */
