/* SPDX-License-Identifier: MIT */
/*
 * One kernel of kernel_ipc with shared memory, and a process for each agent: their threads are on one hart, or one on
 * each. The first agent's thread is the program's; the other one does what it is told, a function at a time. Everything
 * but success fails the program.
 */
#ifndef PROGRAMS_SUPPORT_SHARED_KERNEL_H
#define PROGRAMS_SUPPORT_SHARED_KERNEL_H

#include "kernel/ipc_memory.h"
#include "kernel/ipc_scheduler.h"
#include "programs/support/agents.h"
#include <kipc/process.h>
#include <kipc/region.h>

#define SHARED_KERNEL_PAGES 256u

extern struct kipc_kernel shared_kernel;
extern struct ipc_memory shared_memory;
extern kipc_pid_t shared_pids[AGENT_COUNT];

/** Sets all of it up, and starts the second agent. @param port the kernel's; kept. From program_main, once. */
void shared_kernel_open(const struct kipc_port *port);

/** What program_second_hart does. */
void shared_kernel_second_hart(void);

/** Lets the second agent run a function, on its hart and as a thread of its process. It must not be at one still. */
void shared_kernel_begin(void (*function)(void));

/** Waits until the second agent has ended it. */
void shared_kernel_await(void);

/** A byte as a process sees it. @return the byte, or the error that its fault ended with */
int shared_load(unsigned agent, uintptr_t address);

/** Stores a byte as a process does. @return KIPC_OK, or the error that its fault ended with */
int shared_store(unsigned agent, uintptr_t address, uint8_t byte);

/** Ends both processes; fails unless no object, block, page, table or mapping is left. */
void shared_kernel_close(void);

#endif
