/* SPDX-License-Identifier: MIT */
/*
 * The other process: it waits for what a call lets go, answers and asks, and looks at what a call has given to it. Its
 * thread is in machine mode and more urgent than the one that makes the calls, so that one runs when this one waits.
 */
#ifndef PROGRAMS_SUPPORT_CALLS_PARTNER_H
#define PROGRAMS_SUPPORT_CALLS_PARTNER_H

#include "kernel/ipc_memory.h"
#include <kipc/call.h>
#include <kipc/event.h>
#include <kipc/mapping.h>
#include <kipc/topic.h>
#include <kipc/transport.h>

enum partner_task {
    PARTNER_COUNT_TRAPS,      /* that were announced */
    PARTNER_SIGNAL_CONDITION, /* under the mutex */
    PARTNER_WAIT_CONDITION,
    PARTNER_WAIT_EVENT,
    PARTNER_ANSWER, /* the next request */
    PARTNER_ASK,
    PARTNER_READ_REGION,
    PARTNER_LOAD, /* through a mapping of any process */
    PARTNER_STORE,
    PARTNER_DIE /* with the mutex */
};

#define PARTNER_REQUEST "question"
#define PARTNER_REPLY "answer"

/* What leaves for this node comes from the next one, and the other way round. */
#define PARTNER_NODE 1u
#define PARTNER_PAYLOAD_MAX 64u

/** What it works on, and what it has seen. */
struct partner {
    struct kipc_kernel *kernel;
    struct ipc_memory *memory;
    kipc_pid_t pid;
    uint32_t thread;  /* its id */
    kipc_handle_t go; /* its handle of the semaphore */
    enum partner_task task;
    kipc_handle_t mutex, condition, event, end, region; /* its own handles */
    kipc_pid_t space;                                   /* whose mapping it looks at */
    uintptr_t address;
    uint8_t byte;  /* loaded, or to store */
    unsigned done; /* tasks */
    int result;    /* of the last one */
    struct kipc_event_signal signal;
    char text[64];
};

extern struct partner partner;

/** Makes the two nodes of a kernel, which are one another's other side. Once a kernel. */
void partner_open_nodes(struct kipc_kernel *kernel);

/** The thread; it returns when its process has ended. */
void partner_run(void *argument);

#endif
