/* SPDX-License-Identifier: MIT */
/*
 * kernel_ipc's kernel objects on this kernel: their critical section, priorities, and wakes of other harts' threads.
 *
 * The section masks interrupts; for objects that several harts share it takes a spin lock, too, in order of arrival. A
 * thread belongs to one hart for ever: another hart leaves a wake or a priority in a word of that hart and rings a
 * doorbell, whose handler does the rest over there.
 *
 * Who is woken in a section by a thread that blocks at its end is switched to straight, past the ready queues.
 */
#ifndef KERNEL_IPC_SCHEDULER_H
#define KERNEL_IPC_SCHEDULER_H

#include "drivers/driver.h"
#include "kernel/thread.h"
#include <kipc/scheduler.h>

/** The doorbell flag by which a hart is told; no program's. */
#define IPC_SCHEDULER_FLAG 0x80000000u

/** The core has priorities 0 to 255, this kernel 8 of them: so many of the core's are one of the kernel's. */
#define IPC_PRIORITIES_EACH 32
/** The least of the core's priorities that means this one of the kernel. */
#define IPC_PRIORITY(priority) ((uint8_t)((priority)*IPC_PRIORITIES_EACH))

/** Thread ids are below this: a kipc_limits for threads of all harts has at least so many. */
#define IPC_THREADS_MAX ((SOC_HART_COUNT_MAX + 1) * THREAD_COUNT_MAX)

/** For a kernel whose objects are used by threads of one hart. */
extern const struct kipc_scheduler ipc_scheduler;

/** For one whose objects are used by threads of several harts, on any of them. */
extern const struct kipc_scheduler ipc_shared_scheduler;

/** The port that goes with it. */
extern const struct kipc_port ipc_object_port;

/**
 * Lets the other hart wake threads of this one.
 * @param mailbox of the agent that the calling hart plays; borrowed for ever
 * @return MAILBOX_OK, or as mailbox_listen
 * Once a hart, before the first thread of the hart is attached to a shared kernel.
 */
int ipc_scheduler_join(struct mailbox *mailbox);

/** Wakes a thread of any hart that has joined; ignores an id that is none. The port's operation. */
void ipc_scheduler_wake(void *context, uint32_t id);

#endif
