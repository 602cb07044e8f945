/* SPDX-License-Identifier: MIT */
/* An object with a name: found without a lock, opened by another process, gone when its process ends. */
#include "example.h"
#include <kipc/channel.h>
#include <kipc/registry.h>

static struct example example;

int main(void)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    struct kipc_kernel *kernel = &example.kernel;
    struct kipc_name name;
    kipc_handle_t ends[2];
    kipc_handle_t opened;
    uint32_t id;
    uint32_t found;
    example_set_up(&example);
    kipc_pid_t server = example_process(&example);

    REQUIRE(kipc_channel_create(kernel, server, &config, ends) == KIPC_OK);
    REQUIRE(kipc_object_set_name(kernel, server, ends[0], "files", KIPC_RIGHT_SEND) == KIPC_OK);

    /* The name is worked out once, and looked up often. */
    REQUIRE(kipc_name_set_up(&name, "files", KIPC_TABLE_CHANNEL) == KIPC_OK);
    REQUIRE(kipc_object_look_up(kernel, &name, &found) == KIPC_OK);
    REQUIRE(kipc_object_id(kernel, server, ends[0], &id) == KIPC_OK && id == found);
    example_print("\"files\" is a channel");

    /* Whoever opens it gets the rights that the name gives, and no others. */
    REQUIRE(kipc_object_open(kernel, example.pid, KIPC_TABLE_CHANNEL, "files", KIPC_RIGHT_SEND, &opened) == KIPC_OK);
    int more = kipc_object_open(kernel, example.pid, KIPC_TABLE_CHANNEL, "files", KIPC_RIGHT_RECEIVE, &opened);
    example_print("to send: OK, to receive: %s", kipc_error_name(more));
    REQUIRE(kipc_object_unlink(kernel, server, KIPC_TABLE_CHANNEL, "files") == KIPC_OK);
    int gone = kipc_object_look_up(kernel, &name, &found);
    example_print("unlinked: %s", kipc_error_name(gone));

    REQUIRE(kipc_process_exit(kernel, server) == KIPC_OK);
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   "files" is a channel
 *   to send: OK, to receive: ACCES
 *   unlinked: NOTFOUND
 */
