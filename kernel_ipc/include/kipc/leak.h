/* SPDX-License-Identifier: MIT */
/*
 * What a process has made and not let go: for the end of a process, where it says who forgot something.
 *
 *     struct kipc_leak leaks[8];
 *     int count = kipc_leaks(kernel, pid, leaks, 8); // from an exit hook: kipc/process.h
 *
 * When: to find what a program forgets. That nothing is left of it when it ends is seen to in any case.
 * Memory: the list is the caller's.
 * Concurrency: any number of callers at once.
 * Cost: a bounded section for each entry of each table.
 */
#ifndef KIPC_LEAK_H
#define KIPC_LEAK_H

#include <kipc/handle.h>

/* One object that was not let go. */
struct kipc_leak {
    enum kipc_table_id table; /* class of the object */
    uint32_t id;
    const void *site; /* debug builds: where the call that made it returned to; else NULL */
};

/*
 * Lists the objects that a process has made and that live still. An exit hook of the kernel gets the list of what the
 * process has forgotten; after the exit only what other processes hold is left of it.
 * pid: of the process, ending or ended. leaks: receives up to `capacity` of them, by class; may be NULL if capacity is
 * 0.
 * Returns how many there are, which may be more than capacity; KIPC_E_INVAL (NULL); KIPC_E_STATE (kernel not set up).
 * Does not block; thread; any number of callers at once. The critical section is left between objects.
 */
KIPC_MUSTUSE int kipc_leaks(struct kipc_kernel *kernel, kipc_pid_t pid, struct kipc_leak *leaks, uint32_t capacity);

#endif
