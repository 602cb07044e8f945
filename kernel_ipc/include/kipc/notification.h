/* SPDX-License-Identifier: MIT */
/*
 * A notification queue: one wait for many sources. Each entry says which source, which of its bits, how many times.
 *
 * Notifications queue one by one while there is room. In a full queue one merges into the latest entry of its source
 * (bits are joined, the count grows, the entry is marked); if its source has none, it is refused, and counted.
 *
 *     result = kipc_notification_create(kernel, pid, KIPC_WAIT_FIFO, &handle);
 *     result = kipc_notification_post(kernel, pid, handle, source, 1u << 3); // from a handler
 *     result = kipc_notification_take(kernel, pid, handle, KIPC_FOREVER, &entry); // entry.source, entry.bits
 *
 * When: for a thread that serves many sources, devices above all. For one source an event (kipc/event.h) is enough; for
 * payloads take a channel (kipc/channel.h).
 * Memory: an entry of the kernel's table with room for KIPC_CFG_NOTIFICATIONS_MAX, until the last handle is closed.
 * Concurrency: any number of threads; interrupt handlers may post.
 * Cost: constant while there is room; in a full queue a step for each entry.
 */
#ifndef KIPC_NOTIFICATION_H
#define KIPC_NOTIFICATION_H

#include <kipc/handle.h>

/* What a receiver learns. */
struct kipc_notification_entry {
    uint32_t source; /* whatever its poster uses to tell sources apart */
    uint32_t bits;   /* joined over all that merged */
    uint32_t count;  /* how many these were; stays at UINT32_MAX */
    bool is_merged;  /* some came while the queue was full */
};

/* Members are for the library and for tests that look on. */
struct kipc_notification {
    struct kipc_object object;
    struct kipc_object_details details;
    struct kipc_notification_entry entries[KIPC_CFG_NOTIFICATIONS_MAX];
    uint32_t first; /* position of the oldest */
    uint32_t count;
    uint64_t refused;
    struct kipc_wait_queue queue;
};
_Static_assert(sizeof(struct kipc_notification) <= 1024, "size of a notification queue");

/*
 * Makes an empty queue.
 * order: of its waiters. handle: receives one with all rights.
 * Returns as kipc_semaphore_create.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_notification_create(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_wait_order order,
                                          kipc_handle_t *handle);

/*
 * Posts a notification. Needs KIPC_RIGHT_SEND.
 * source: any number; entries of one source may merge. bits: at least one.
 * Returns KIPC_OK (queued, merged, or handed to a waiter); KIPC_E_INVAL (no bit); KIPC_E_FULL (no room, and no entry of
 * this source); KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES, KIPC_E_CLOSED.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_notification_post(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                        uint32_t source, uint32_t bits);

/*
 * Takes the oldest notification, and waits while there is none. Needs KIPC_RIGHT_RECEIVE.
 * deadline: absolute ticks, KIPC_NO_WAIT or KIPC_FOREVER. entry: receives it.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_EMPTY (none, and KIPC_NO_WAIT); how else a wait ends
 * (kipc/wait_queue.h); KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES, KIPC_E_CLOSED.
 * Blocks, unless KIPC_NO_WAIT; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_notification_take(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                        uint64_t deadline, struct kipc_notification_entry *entry);

#endif
