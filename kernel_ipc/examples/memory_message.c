/* SPDX-License-Identifier: MIT */
/* A message whose payload is a region: its header says what it is, the memory itself moves along as a capability. */
#include "example.h"
#include <kipc/channel.h>

#define BYTES 65536u

static struct example example;
static kipc_handle_t ends[2];

static void send(void)
{
    struct kipc_region_config config = kipc_region_config_default();
    struct kipc_kernel *kernel = &example.kernel;
    kipc_handle_t region;
    config.bytes = BYTES;
    config.lifetime = KIPC_LIFETIME_HANDLES; /* it lives by its handle, also on the way */
    REQUIRE(kipc_region_create(kernel, example.pid, &config, &region) == KIPC_OK);
    REQUIRE(kipc_region_attach(kernel, example.pid, region, NULL) == KIPC_OK);
    REQUIRE(kipc_region_write(kernel, example.pid, region, BYTES - 4, "end", 4) == KIPC_OK);
    const uint32_t length = BYTES;
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA,
                                                 .length = sizeof(length),
                                                 .data = &length,
                                                 .capabilities = {region},
                                                 .capability_count = 1,
                                                 .moves_capabilities = true};
    REQUIRE(kipc_channel_send(kernel, example.pid, ends[0], &message, KIPC_NO_WAIT) == KIPC_OK);
    REQUIRE(kipc_handle_close(kernel, example.pid, region) == KIPC_E_BADF); /* it is the sender's no more */
}

static void receive(void)
{
    struct kipc_kernel *kernel = &example.kernel;
    struct kipc_channel_info info;
    uint32_t length;
    char tail[4];
    REQUIRE(kipc_channel_receive(kernel, example.pid, ends[1], &length, sizeof(length), &info, KIPC_NO_WAIT) ==
            sizeof(length));
    REQUIRE(kipc_region_attach(kernel, example.pid, info.capabilities[0], NULL) == KIPC_OK);
    REQUIRE(kipc_region_read(kernel, example.pid, info.capabilities[0], length - 4, tail, 4) == KIPC_OK);
    example_print("%u bytes of memory, the last word is \"%s\"", length, tail);
}

int main(void)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    example_set_up_memory(&example);
    REQUIRE(kipc_channel_create(&example.kernel, example.pid, &config, ends) == KIPC_OK);
    send();
    uint64_t copied = example.kernel.copied_bytes;
    receive();
    REQUIRE(example.kernel.copied_bytes - copied == sizeof(uint32_t) + 4); /* the length, and the word looked at */
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   65536 bytes of memory, the last word is "end"
 */
