/* SPDX-License-Identifier: MIT */
#include "syscall.h"
#include <kipc/log.h>

#if KIPC_CFG_LOG > 0

int kipc_log_set_up(struct kipc_log *log, const struct kipc_writer *writer, uint32_t level, uint64_t period)
{
    KIPC_GUARD(log != NULL && writer != NULL && writer->write != NULL && level <= KIPC_LOG_ALL, KIPC_E_INVAL);
    ki_clear(log, sizeof(*log));
    log->writer = *writer;
    log->level = level < KIPC_CFG_LOG ? level : KIPC_CFG_LOG;
    log->period = period;
    return KIPC_OK;
}

int kipc_gate_set_log(struct kipc_gate *gate, struct kipc_log *log)
{
    KIPC_GUARD(gate != NULL, KIPC_E_INVAL);
    gate->log = log;
    return KIPC_OK;
}

/* From which level on a result is worth a line. */
static uint32_t level_of(int result)
{
    switch (result) {
    case KIPC_E_NOSPC:
    case KIPC_E_NOMEM:
    case KIPC_E_QUOTA:
        return KIPC_LOG_LIMITS;
    case KIPC_E_ACCES:
    case KIPC_E_PERM:
    case KIPC_E_BADF:
    case KIPC_E_BADCAP:
    case KIPC_E_TYPE:
    case KIPC_E_FAULT:
        return KIPC_LOG_REFUSALS;
    case KIPC_E_WOULDBLOCK:
    case KIPC_E_EMPTY:
    case KIPC_E_FULL:
    case KIPC_E_BUSY:
    case KIPC_E_TIMEDOUT:
    case KIPC_E_INTR:
    case KIPC_E_CANCELED:
        return KIPC_LOG_ALL;
    default:
        return KIPC_LOG_ERRORS;
    }
}

/* A process at its limit may try again and again; it must not fill the log with that. */
static bool is_silent(struct kipc_kernel *kernel, struct kipc_log *log, uintptr_t number)
{
    uint64_t now = kernel->port->ops->ticks(kernel->port->context);
    uint64_t *silent = &log->silent[number - KIPC_SYSCALL_FIRST];
    ki_lock(kernel);
    bool is_too_early = now < *silent;
    if (is_too_early) {
        log->suppressed += 1;
    } else {
        *silent = kipc_deadline_after(kernel->port, log->period);
    }
    ki_unlock(kernel);
    return is_too_early;
}

void ki_log_failure(struct kipc_gate *gate, uintptr_t number, uintptr_t argument, kipc_pid_t caller, int result)
{
    struct kipc_log *log = gate->log;
    uint32_t level = level_of(result);
    if (log->level < level) {
        return;
    }
    /* Only a call that exists can reach a limit, so the number has a place in the list. */
    if (level == KIPC_LOG_LIMITS && log->level < KIPC_LOG_ALL && is_silent(gate->kernel, log, number)) {
        return;
    }
    struct kipc_line line;
    kipc_line_begin(&line);
    kipc_line_text(&line, "kipc ");
    kipc_line_text(&line, kipc_syscall_name(number));
    kipc_line_pair(&line, "handle", argument);
    kipc_line_pair(&line, "pid", caller);
    kipc_line_text(&line, " code=");
    kipc_line_signed(&line, result);
    kipc_line_text(&line, " ");
    kipc_line_text(&line, kipc_error_name(result));
    kipc_line_end(&line, &log->writer);
}

#else
typedef int ki_no_log; /* a translation unit may not be empty */
#endif
