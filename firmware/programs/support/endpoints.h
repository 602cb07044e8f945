/* SPDX-License-Identifier: MIT */
/*
 * Ends of kernel_ipc's rings and links with their doorbells. A path has a number; its sender rings flag 2 * path of
 * the receiver for "there is something", and the receiver rings flag 2 * path + 1 of the sender for "there is room".
 * With parameter spin=1 of the run they look for a while before they block. Everything but success fails the program.
 * All storage is the caller's and stays in use for ever.
 */
#ifndef PROGRAMS_SUPPORT_ENDPOINTS_H
#define PROGRAMS_SUPPORT_ENDPOINTS_H

#include "kernel/ipc_port.h"
#include <kipc/link.h>

#define ENDPOINT_DATA_FLAG(path) (1u << (2 * (path)))
#define ENDPOINT_ROOM_FLAG(path) (1u << (2 * (path) + 1))
/** Flags from here on are no path's. */
#define ENDPOINT_FREE_FLAG (1u << 16)

struct ring_sender {
    struct kipc_ring_producer ring;
    struct ipc_doorbell doorbell;
    struct mailbox_listener listener;
};

struct ring_receiver {
    struct kipc_ring_consumer ring;
    struct ipc_doorbell doorbell;
    struct mailbox_listener listener;
};

struct link_sender {
    struct kipc_link_sender link;
    struct ipc_doorbell doorbell;
    struct mailbox_listener listener;
};

struct link_receiver {
    struct kipc_link_receiver link;
    struct ipc_doorbell doorbell;
    struct mailbox_listener listener;
};

/** Attaches one end of a formatted ring to an agent's mailbox. On the hart that plays the agent. */
void ring_sender_open(struct ring_sender *sender, struct mailbox *mailbox, unsigned path, void *memory, size_t bytes);
void ring_receiver_open(struct ring_receiver *receiver, struct mailbox *mailbox, unsigned path, void *memory,
                        size_t bytes);

/** Attaches one end of a link. @param config all but port and notifier filled in */
void link_sender_open(struct link_sender *sender, struct mailbox *mailbox, unsigned path,
                      struct kipc_link_sender_config config);
void link_receiver_open(struct link_receiver *receiver, struct mailbox *mailbox, unsigned path,
                        struct kipc_link_receiver_config config);

/**
 * One-at-a-time signals from agent to agent through one doorbell flag: the next may be given only after the one
 * before has been taken, because rings of one flag merge.
 */
struct signal {
    struct thread *waiter; /* the thread that opened it */
    volatile uint32_t given;
    uint32_t taken;
    struct mailbox_listener listener;
};

/** Prepares the taking end. @param mailbox of the taking agent. From the thread that will wait. */
void signal_open(struct signal *signal, struct mailbox *mailbox, uint32_t flag);

/** Blocks until the next signal has been given. From the thread that opened it. */
void signal_take(struct signal *signal);

#endif
