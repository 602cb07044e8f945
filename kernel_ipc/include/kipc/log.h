/* SPDX-License-Identifier: MIT */
/*
 * What a gate says about calls that fail: a line each, with operation, first argument (a handle, if the call has one),
 * process and code. A build with KIPC_CFG_LOG at 0 contains none of this.
 *
 *     result = kipc_log_set_up(&my_log, &writer, KIPC_LOG_REFUSALS, ticks_of_a_second);
 *     result = kipc_gate_set_log(&gate, &my_log);
 *
 * When: to find out why a program's calls fail. What they cost and how often is for kipc/observer.h.
 * Memory: the structure is the caller's, for the gate's life.
 * Concurrency: set up before the gate is used; lines of several threads do not mix.
 * Cost: nothing for calls that do not fail; a line for each of the others, outside of the critical section.
 */
#ifndef KIPC_LOG_H
#define KIPC_LOG_H

#include <kipc/config.h>
#include <kipc/syscall.h>
#include <kipc/writer.h>

/* Each level has the ones below it, too. */
#define KIPC_LOG_NONE 0
#define KIPC_LOG_LIMITS 1   /* a limit is reached: one line a period for each operation */
#define KIPC_LOG_REFUSALS 2 /* rights, handles and addresses that were refused */
#define KIPC_LOG_ERRORS 3   /* all but how a wait or an attempt without one may end */
#define KIPC_LOG_ALL 4      /* each failing call */

/* Members are for the library; `suppressed` may be read. */
struct kipc_log {
    struct kipc_writer writer;
    uint32_t level;
    uint64_t period;                     /* ticks */
    uint64_t silent[KIPC_SYSCALL_COUNT]; /* limits: until when nothing more is said of an operation */
    uint64_t suppressed;                 /* lines that were not written for that */
};

#if KIPC_CFG_LOG > 0
/*
 * Sets a log up.
 * log: caller's, overwritten. writer: copied; may be called by several threads at once, a line each time. level: one of
 * KIPC_LOG_...; more than KIPC_CFG_LOG is not said. period: ticks between two lines about the limits of one operation.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, no function, unknown level).
 * Does not block; thread; one caller.
 */
KIPC_MUSTUSE int kipc_log_set_up(struct kipc_log *log, const struct kipc_writer *writer, uint32_t level,
                                 uint64_t period);

/*
 * Lets a gate write into a log.
 * log: borrowed for the gate's life; NULL: no log.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL gate).
 * Does not block; thread; one caller, before the gate's first call.
 */
KIPC_MUSTUSE int kipc_gate_set_log(struct kipc_gate *gate, struct kipc_log *log);
#endif

#endif
