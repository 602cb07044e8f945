/* SPDX-License-Identifier: MIT */
/*
 * kernel_ipc's mailbox transport on the driver: words through one FIFO channel, copies through one ring, one doorbell
 * flag, and the peer's reset as an event. A thread of its own does the work.
 */
#ifndef KERNEL_IPC_MAILBOX_H
#define KERNEL_IPC_MAILBOX_H

#include "drivers/driver.h"
#include "kernel/thread.h"
#include <kipc/mailbox.h>

/** Copies under way at once: a batch of 32 messages and its board fit. */
#define IPC_MAILBOX_COPIES_LOG2 6
#define IPC_MAILBOX_COPIES (1u << IPC_MAILBOX_COPIES_LOG2)
#define IPC_MAILBOX_STACK_BYTES 8192

/** The doorbell flag by which a node is told that a board has arrived; no program's. */
#define IPC_MAILBOX_FLAG_NUMBER 30
#define IPC_MAILBOX_FLAG (1u << IPC_MAILBOX_FLAG_NUMBER)

/** Storage, zeroed. The fields are the transport's; `mailbox.counters` may be read. */
struct ipc_mailbox {
    struct mailbox_descriptor descriptors[IPC_MAILBOX_COPIES];
    struct mailbox_completion completions[IPC_MAILBOX_COPIES];
    struct kipc_mailbox mailbox;
    struct mailbox *device;
    struct mailbox_ring ring;
    unsigned ring_number;
    struct mailbox_listener listener;
    struct thread thread;
    bool masks;           /* the doorbell stays masked until the thread finds nothing to do */
    uint32_t copies;      /* under way */
    uint32_t lost;        /* copies that a reset has ended */
    volatile bool is_due; /* a reset was asked for */
    uint64_t doorbells;   /* that interrupted */
};

/** How a node is set up. */
struct ipc_mailbox_config {
    struct mailbox *device; /* opened on the calling hart; FIFO channel 0 is the transport's from now on */
    unsigned ring;          /* likewise; not 0, which serves mailbox_copy_start */
    int priority;           /* of the thread */
    void *stack;            /* IPC_MAILBOX_STACK_BYTES */
    bool on_empty;          /* one doorbell from nothing to something; false: one for each publication */
    struct kipc_mailbox_config transport; /* all but `ops` and `context` */
};

/**
 * Adds the route to the agent's peer, and starts the thread that serves it.
 * @param node the peer's number in the kernel
 * @return KIPC_OK; as kipc_mailbox_open; KIPC_E_NOTSUP if the device lacks the ring; KIPC_E_INVAL for a bad thread
 * From a thread of the hart that has opened the device.
 */
int ipc_mailbox_open(struct ipc_mailbox *own, struct kipc_kernel *kernel, uint32_t node,
                     const struct ipc_mailbox_config *config);

/**
 * Resets the agent in the middle of whatever it does, as after a fault, and begins anew. The thread does it; the call
 * returns at once. The device must not be the hart's clock.
 */
void ipc_mailbox_reset(struct ipc_mailbox *own);

#endif
