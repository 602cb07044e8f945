/* SPDX-License-Identifier: MIT */
/* Read this one first: a kernel in memory of the caller, two processes, and a channel of 4 KiB between them. */
#include "example.h"
#include <kipc/channel.h>

static struct kipc_kernel kernel;
static kipc_pid_t sender;
static kipc_pid_t receiver;
static kipc_handle_t receivers_end;

/* A kernel: its limits say how much memory it takes; port and scheduler are the system's. */
static void make_kernel(void)
{
    struct kipc_limits limits = kipc_limits_soc();
    limits.threads = example_threads_max();
    size_t bytes = kipc_kernel_bytes(&limits);
    REQUIRE(kipc_kernel_set_up(&kernel, example_port(), example_scheduler(), &limits, example_memory(bytes), bytes) ==
            KIPC_OK);
}

static kipc_pid_t make_process(void)
{
    struct kipc_process_config config = kipc_process_config_default();
    kipc_pid_t pid;
    REQUIRE(kipc_process_register(&kernel, &config, &pid) == KIPC_OK);
    return pid;
}

/* A thread acts for one process; who it is, its port says. */
static void act_for(kipc_pid_t pid)
{
    uint32_t thread = example_port()->ops->current(example_port()->context);
    REQUIRE(kipc_thread_attach(&kernel, pid, thread, EXAMPLE_PRIORITY) == KIPC_OK);
}

static void receive(void *context)
{
    struct kipc_channel_info info;
    char buffer[64] = {0};
    (void)context;
    act_for(receiver);
    int length = kipc_channel_receive(&kernel, receiver, receivers_end, buffer, sizeof(buffer), &info, KIPC_FOREVER);
    REQUIRE(length == 13 && memcmp(buffer, "Hello, World!", 13) == 0);
    REQUIRE(info.header.sender == sender); /* the kernel's word, not the sender's */
    example_print("received %d bytes: %s", length, buffer);
}

int main(void)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = 13, .data = "Hello, World!"};
    kipc_handle_t ends[2];
    example_begin();
    make_kernel();
    sender = make_process();
    receiver = make_process();
    act_for(sender);

    /* Who makes a channel has both of its ends; it gives the receiver one, with the right to receive. */
    config.buffer_bytes = 4096;
    REQUIRE(kipc_channel_create(&kernel, sender, &config, ends) == KIPC_OK);
    REQUIRE(kipc_handle_duplicate(&kernel, sender, ends[1], receiver, KIPC_RIGHT_RECEIVE, &receivers_end) == KIPC_OK);

    uint32_t thread = example_start(receive, NULL);
    REQUIRE(kipc_channel_send(&kernel, sender, ends[0], &message, KIPC_FOREVER) == KIPC_OK);
    example_join(thread);

    /* A process that ends leaves nothing; nor does a kernel. */
    REQUIRE(kipc_process_exit(&kernel, sender) == KIPC_OK);
    REQUIRE(kipc_process_exit(&kernel, receiver) == KIPC_OK);
    REQUIRE(kipc_kernel_tear_down(&kernel) == KIPC_OK);
    example_end();
    return 0;
}

/* Prints:
 *   received 13 bytes: Hello, World!
 */
