/* SPDX-License-Identifier: MIT */
/*
 * An observer looks on while a kernel works: how long system calls and messages take, who sent what to whom, what was
 * refused. It lives in memory of the caller and changes nothing that a process sees. Without one each place that would
 * tell it something costs one branch.
 *
 * Time is in the port's cycles; a counter of fewer than 64 bits is extended, as long as something is observed at least
 * once a turn of it.
 *
 *     result = kipc_observer_attach(kernel, &observer, &config);
 *     result = kipc_trace_enable(kernel, true);
 *     while (kipc_trace_take(kernel, &record, &lost) == KIPC_OK) {
 *         show(&record);
 *     }
 *
 * When: to see what a kernel does, message by message or in sums; kipc/report.h makes lines of it. Counts that are
 * always kept need none: kipc_channel_stats, kipc_counts, kipc_process_usage.
 * Memory: the structure and what its configuration names are the caller's until kipc_observer_detach.
 * Concurrency: any number of callers at once, also while it comes and goes.
 * Cost: nothing but a branch for each place while nobody looks on; then the slower ways of send and receive, a bounded
 * amount more for each.
 */
#ifndef KIPC_OBSERVER_H
#define KIPC_OBSERVER_H

#include <kipc/histogram.h>
#include <kipc/record.h>
#include <kipc/syscall.h>
#include <kipc/throughput.h>

/* What one kind of system call cost, with all that it waited for. */
struct kipc_operation_profile {
    uint64_t count;
    uint64_t failures; /* of these, how many returned an error */
    uint64_t total;    /* cycles */
    uint64_t least;    /* 0 if count is 0 */
    uint64_t most;
};

/* What is known about one end. */
struct kipc_channel_profile {
    uint32_t id;       /* of the end; KIPC_NO_ID: of none yet */
    uint64_t calls;    /* system calls with a handle of it */
    uint64_t cycles;   /* that they took */
    uint64_t messages; /* taken out of its inbox */
    uint64_t bytes;
    uint64_t lock_waits;           /* entries into the kernel for it that had to wait for another hart */
    struct kipc_histogram latency; /* cycles from send to receive; of messages that were seen at both times */
};

/* Memory for what is written down; what gets none is not kept. */
struct kipc_observer_config {
    struct kipc_record *trace; /* hops of messages; each of these may be NULL if its number is 0 */
    uint32_t trace_records;
    struct kipc_record *audit; /* messages taken, and refused accesses */
    uint32_t audit_records;
    struct kipc_channel_profile *channels; /* for ends whose position in the kernel's table is below the number */
    uint32_t channel_count;
    struct kipc_sample *samples; /* throughput of all channels */
    uint32_t sample_count;
    uint64_t interval; /* ticks of a sample */
};

/* Members are for the library and for tests that look on. */
struct kipc_observer {
    struct kipc_observer_config config;
    uint64_t time;      /* cycles since it came */
    uint64_t last_read; /* the port's counter then */
    bool is_tracing;
    bool is_auditing;
    struct kipc_record_ring trace;
    struct kipc_record_ring audit;
    struct kipc_throughput throughput;
    struct kipc_operation_profile operations[KIPC_SYSCALL_COUNT];
    struct kipc_operation_profile unknown; /* calls of no number */
};

/*
 * Lets an observer look on; with neither trace nor audit switched on.
 * observer: caller's, overwritten, borrowed until it is detached. config: borrowed during the call; the memory that it
 * names until the observer is detached.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, no interval for samples); KIPC_E_STATE (kernel not set up); KIPC_E_BUSY (another
 * one looks on).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_observer_attach(struct kipc_kernel *kernel, struct kipc_observer *observer,
                                      const struct kipc_observer_config *config);

/*
 * Sends it away; its memory is the caller's again, with all that it saw.
 * Returns KIPC_OK; KIPC_E_STATE (kernel not set up); KIPC_E_NOTFOUND (none looks on).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_observer_detach(struct kipc_kernel *kernel);

/*
 * Switches the trace of messages, or the audit, on or off; what is written down already stays.
 * is_on: whether it writes from now on.
 * Returns KIPC_OK; KIPC_E_STATE (kernel not set up); KIPC_E_NOTSUP (no observer, or it keeps no such records).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_trace_enable(struct kipc_kernel *kernel, bool is_on);
KIPC_MUSTUSE int kipc_audit_enable(struct kipc_kernel *kernel, bool is_on);

/*
 * Takes the oldest record of the trace, or of the audit.
 * record: receives it. lost: receives how many there was no room for so far; may be NULL.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_STATE; KIPC_E_NOTSUP (no observer); KIPC_E_EMPTY.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_trace_take(struct kipc_kernel *kernel, struct kipc_record *record, uint64_t *lost);
KIPC_MUSTUSE int kipc_audit_take(struct kipc_kernel *kernel, struct kipc_record *record, uint64_t *lost);

/*
 * Copies what one kind of system call cost so far.
 * number: of the call. profile: receives it.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_STATE; KIPC_E_NOTSUP (no observer); KIPC_E_NOSYS (no such number).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_perf_snapshot(struct kipc_kernel *kernel, uintptr_t number,
                                    struct kipc_operation_profile *profile);

/*
 * Copies what is known about an end of a channel.
 * position: in the kernel's table of ends. profile: receives it.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_STATE; KIPC_E_NOTSUP (no observer); KIPC_E_NOTFOUND (no live end at this
 * position, nothing seen of it, or the observer has no room for it).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_profile_at(struct kipc_kernel *kernel, uint32_t position,
                                         struct kipc_channel_profile *profile);

/*
 * Takes the oldest finished interval of throughput.
 * sample: receives it.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_STATE; KIPC_E_NOTSUP (no observer, or no samples); KIPC_E_EMPTY.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_throughput_next(struct kipc_kernel *kernel, struct kipc_sample *sample);

#endif
