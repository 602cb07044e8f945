/* SPDX-License-Identifier: MIT */
/*
 * Two nodes: a kernel of kernel_ipc for each agent, with one process, and the mailbox as the way between them. With one
 * hart both are on it. Everything but success fails the program; all storage is used for ever.
 */
#ifndef PROGRAMS_SUPPORT_NODES_H
#define PROGRAMS_SUPPORT_NODES_H

#include "kernel/ipc_mailbox.h"
#include "programs/support/agents.h"

/** Bytes of the largest message, messages of a port on their way, and the port of node_open_remote. */
#define NODE_PAYLOAD 256u
#define NODE_SLOTS 64u
#define NODE_PORT 1u

struct node {
    struct kipc_kernel kernel;
    struct ipc_mailbox mailbox;
    kipc_pid_t pid;
    kipc_handle_t handle; /* of the channel to the other node */
};

extern struct node nodes[AGENT_COUNT];

/** How a node's mailbox is served. */
struct node_options {
    bool on_empty; /* as in struct ipc_mailbox_config */
    int priority;  /* of the thread that serves it */
    enum kipc_mailbox_policy policy;
    uint32_t threshold; /* of KIPC_MAILBOX_THRESHOLD, likewise `delay` */
    uint64_t delay;     /* ticks */
};

/** Makes a node's kernel and process, and attaches the calling thread to it. */
void node_make_kernel(unsigned agent);

/** Opens the mailbox of an agent that the calling hart plays, as the way to the other node. */
void node_open_mailbox(unsigned agent, const struct node_options *options);

/** How channels are made here. */
struct kipc_channel_config node_channel_config(void);

/** Opens the node's end of the channel between both. */
void node_open_remote(unsigned agent);

#endif
