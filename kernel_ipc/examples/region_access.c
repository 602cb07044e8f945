/* SPDX-License-Identifier: MIT */
/* 8 KiB of shared memory without a mapping: written at an offset, read by another process, counted in by both. */
#include "example.h"

static struct example example;

int main(void)
{
    struct kipc_region_config config = kipc_region_config_default();
    struct kipc_kernel *kernel = &example.kernel;
    kipc_handle_t handle;
    kipc_handle_t given;
    char buffer[16] = {0};
    uint32_t before;
    example_set_up_memory(&example);
    kipc_pid_t other = example_process(&example);

    config.bytes = 8192;
    REQUIRE(kipc_region_create(kernel, example.pid, &config, &handle) == KIPC_OK);
    REQUIRE(kipc_region_attach(kernel, example.pid, handle, NULL) == KIPC_OK);
    REQUIRE(kipc_region_write(kernel, example.pid, handle, 0, "shared bytes", 12) == KIPC_OK);

    REQUIRE(kipc_handle_duplicate(kernel, example.pid, handle, other, KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE, &given) ==
            KIPC_OK);
    REQUIRE(kipc_region_attach(kernel, other, given, NULL) == KIPC_OK);
    REQUIRE(kipc_region_read(kernel, other, given, 0, buffer, 12) == KIPC_OK);
    example_print("read: %s", buffer);

    /* A cell that both count in, in one step each. */
    REQUIRE(kipc_region_atomic(kernel, example.pid, handle, 4096, KIPC_ATOMIC_ADD, 5, 0, NULL) == KIPC_OK);
    REQUIRE(kipc_region_atomic(kernel, other, given, 4096, KIPC_ATOMIC_ADD, 2, 0, &before) == KIPC_OK);
    example_print("the cell had %u, and has 7 now", before);
    REQUIRE(kipc_region_atomic(kernel, other, given, 4096, KIPC_ATOMIC_LOAD, 0, 0, &before) == KIPC_OK && before == 7);

    /* One byte too far: nothing is touched. */
    REQUIRE(kipc_region_write(kernel, example.pid, handle, 8185, "12345678", 8) == KIPC_E_RANGE);

    REQUIRE(kipc_process_exit(kernel, other) == KIPC_OK);
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   read: shared bytes
 *   the cell had 5, and has 7 now
 */
