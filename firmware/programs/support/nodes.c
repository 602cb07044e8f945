/* SPDX-License-Identifier: MIT */
#include "programs/support/nodes.h"
#include "kernel/ipc_scheduler.h"
#include "kernel/program.h"
#include "programs/support/verdict.h"

#define NODE(agent) (3u + (agent))
#define PORTS 2u
#define KERNEL_BYTES (256u * 1024)
#define AREA_BYTES (64u * 1024)

struct node nodes[AGENT_COUNT];

static uint8_t kernel_memory[AGENT_COUNT][KERNEL_BYTES] __attribute__((section(".noinit"), aligned(64)));
static uint8_t areas[AGENT_COUNT][AREA_BYTES] __attribute__((section(".noinit"), aligned(64)));
static uint8_t stagings[AGENT_COUNT][AREA_BYTES] __attribute__((section(".noinit"), aligned(64)));
static THREAD_STACK(owner_stacks[AGENT_COUNT], IPC_MAILBOX_STACK_BYTES);

void node_make_kernel(unsigned agent)
{
    struct kipc_limits limits = kipc_limits_soc();
    struct kipc_process_config config = kipc_process_config_default();
    struct node *node = &nodes[agent];

    limits.threads = IPC_THREADS_MAX;
    REQUIRE(kipc_kernel_bytes(&limits) <= KERNEL_BYTES, "the kernel needs %lu bytes", kipc_kernel_bytes(&limits));
    REQUIRE_OK(kipc_kernel_set_up(&node->kernel, &ipc_object_port, &ipc_scheduler, &limits, kernel_memory[agent],
                                  KERNEL_BYTES));
    REQUIRE_OK(kipc_process_register(&node->kernel, &config, &node->pid));
    REQUIRE_OK(
        kipc_thread_attach(&node->kernel, node->pid, (uint32_t)thread_self()->id, IPC_PRIORITY(PROGRAM_MAIN_PRIORITY)));
}

void node_open_mailbox(unsigned agent, const struct node_options *options)
{
    const struct ipc_mailbox_config config = {
        .device = &agent_mailboxes[agent],
        .ring = 1,
        .priority = options->priority,
        .stack = owner_stacks[agent],
        .on_empty = options->on_empty,
        .transport = {.life = 1 + agent,
                      .ports = PORTS,
                      .slots = NODE_SLOTS,
                      .payload_max = NODE_PAYLOAD,
                      .area = areas[agent],
                      .staging = stagings[agent],
                      .area_address = (uintptr_t)areas[agent],
                      .peer_first = (uintptr_t)areas[1 - agent],
                      .peer_bytes = AREA_BYTES,
                      .policy = options->policy,
                      .threshold = options->threshold,
                      .delay = options->delay,
                      .patience = KIPC_FOREVER},
    };

    REQUIRE(kipc_mailbox_area_bytes(PORTS, NODE_SLOTS, NODE_PAYLOAD) <= AREA_BYTES, "the area is too small");
    REQUIRE_OK(ipc_mailbox_open(&nodes[agent].mailbox, &nodes[agent].kernel, NODE(1 - agent), &config));
}

struct kipc_channel_config node_channel_config(void)
{
    struct kipc_channel_config config = kipc_channel_config_default();

    config.message_max = NODE_PAYLOAD;
    config.buffer_bytes = 8192;
    return config;
}

void node_open_remote(unsigned agent)
{
    struct kipc_channel_config config = node_channel_config();
    struct node *node = &nodes[agent];

    REQUIRE_OK(kipc_channel_open_remote(&node->kernel, node->pid, &config, NODE(1 - agent), NODE_PORT, &node->handle));
}
