/* SPDX-License-Identifier: MIT */
/* Events, failed checks and the verdict. */
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>

static uint8_t source_of(enum cosim_event_kind kind)
{
#define CASE(number, source, name)                                                                                     \
    case number:                                                                                                       \
        return source;
    switch ((int)kind) {
        COSIM_EVENT_LIST(CASE)
    default:
        return 0;
    }
#undef CASE
}

void engine_record(struct cosim_engine *engine, uint64_t cycle, enum cosim_event_kind kind, uint64_t unit,
                   uint64_t detail, uint64_t first, uint64_t second)
{
    struct cosim_event event = {.cycle = cycle,
                                .kind = (uint16_t)kind,
                                .source = source_of(kind),
                                .unit = (uint8_t)unit,
                                .detail = (uint32_t)detail,
                                .argument = {first, second}};

    engine->config.sink.record(engine->config.sink.context, &event);
}

void engine_fail(struct cosim_engine *engine, uint64_t cycle, enum cosim_event_kind kind, uint64_t unit,
                 uint64_t detail, uint64_t first, uint64_t second)
{
    engine_record(engine, cycle, kind, unit, detail, first, second);
    engine->counters.failed_checks++;
}

void engine_fail_unless_expected(struct cosim_engine *engine, uint64_t cycle, enum cosim_event_kind kind, uint64_t unit,
                                 uint64_t detail, uint64_t first, uint64_t second)
{
    if (engine->errors_expected != 0) {
        engine->errors_expected--;
        engine->counters.expected_errors++;
        engine_record(engine, cycle, kind, unit, detail | 256, first, second);
        return;
    }
    engine_fail(engine, cycle, kind, unit, detail, first, second);
}

void engine_end(struct cosim_engine *engine, enum cosim_verdict verdict, const char *format, ...)
{
    va_list arguments;

    if (engine->verdict != COSIM_RUNNING) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(engine->reason, sizeof engine->reason, format, arguments);
    va_end(arguments);
    engine->verdict = verdict;
}

enum cosim_verdict cosim_engine_verdict(const struct cosim_engine *engine)
{
    return engine->verdict;
}

const char *cosim_engine_reason(const struct cosim_engine *engine)
{
    return engine->reason;
}

uint64_t cosim_engine_exit_code(const struct cosim_engine *engine)
{
    return engine->exit_code;
}

const struct cosim_counters *cosim_engine_counters(const struct cosim_engine *engine)
{
    return &engine->counters;
}
