/* SPDX-License-Identifier: MIT */
/*
 * Views of a kernel at work, as text: one thing a line, "key=number" behind the word that says what it is. Lines are
 * put together outside of the critical section, from copies.
 *
 *     const struct kipc_writer writer = {.write = to_the_console};
 *     result = kipc_dump_channels(kernel, &writer);
 *     result = kipc_prof(kernel, 5, &writer); // needs an observer
 *
 * When: for people and for tests that read lines. Programs take records and numbers from kipc/observer.h.
 * Memory: none: a line is put together on the stack.
 * Concurrency: any number of callers at once; their lines come whole, the order between callers is open.
 * Cost: a bounded section for each line, and what the writer takes outside of it.
 */
#ifndef KIPC_REPORT_H
#define KIPC_REPORT_H

#include <kipc/observer.h>
#include <kipc/writer.h>

/*
 * Writes the trace, and takes what it writes: "send" or "receive" a line, in the order in which it happened.
 * writer: borrowed during the call.
 * Returns the number of lines; KIPC_E_INVAL (NULL); KIPC_E_STATE (kernel not set up); KIPC_E_NOTSUP (no observer).
 * Does not block by itself; context as the writer's; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_trace_dump(struct kipc_kernel *kernel, const struct kipc_writer *writer);

/*
 * Writes the statistics of each live end: "channel" a line. Needs no observer.
 * Returns and contract as kipc_trace_dump, without KIPC_E_NOTSUP.
 */
KIPC_MUSTUSE int kipc_dump_channels(struct kipc_kernel *kernel, const struct kipc_writer *writer);

/*
 * Writes where the cycles of system calls went: "total", then "operation" a line for each kind of call that was made,
 * then "channel" for up to `top` ends, those with the most cycles first.
 * Returns and contract as kipc_trace_dump.
 */
KIPC_MUSTUSE int kipc_prof(struct kipc_kernel *kernel, uint32_t top, const struct kipc_writer *writer);

/* What got in each other's way at one end. No message path has a compare-and-swap, so none can fail. */
struct kipc_contention {
    uint64_t full;          /* sends into its inbox that found no room */
    uint64_t empty;         /* receives that found nothing */
    uint64_t send_waits;    /* of the former, how many waited */
    uint64_t receive_waits; /* of the latter */
    uint64_t lock_waits;    /* entries into the kernel for it that waited for another hart; needs an observer */
};

/*
 * Tells what got in each other's way at an end.
 * position: in the kernel's table of ends. contention: receives it.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_STATE; KIPC_E_NOTFOUND (no live end at this position).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_contention_at(struct kipc_kernel *kernel, uint32_t position, struct kipc_contention *contention);

/*
 * Writes what the hart's performance monitor counts: "cache misses=N accesses=M", "n/a" for what it does not count.
 * port: borrowed, complete. writer: borrowed during the call.
 * Returns the number of lines; KIPC_E_INVAL (NULL).
 * Does not block by itself; context as the writer's; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_report_monitor(const struct kipc_port *port, const struct kipc_writer *writer);

#endif
