/* SPDX-License-Identifier: MIT */
/* The harness page: how software ends a run, names phases and points, and announces errors. */
#include "internal.h"

#include <inttypes.h>

static void exit_run(struct cosim_engine *engine, unsigned hart, uint64_t code, uint64_t pc)
{
    uint64_t failed = engine->counters.failed_checks;

    engine->exit_code = code;
    engine_record(engine, engine_hart_time(engine, hart), COSIM_EVENT_RUN_EXIT, hart, 0, code, pc);
    if (code != 0) {
        engine_end(engine, COSIM_FAIL, "the program ended with exit code %" PRIu64, code);
    } else if (failed != 0) {
        engine_end(engine, COSIM_FAIL, "the program passed, but %" PRIu64 " check%s failed", failed,
                   failed == 1 ? "" : "s");
    } else if (engine->errors_expected != 0) {
        engine_end(engine, COSIM_FAIL, "the program announced %" PRIu64 " more error%s than happened",
                   engine->errors_expected, engine->errors_expected == 1 ? "" : "s");
    } else {
        engine_end(engine, COSIM_PASS, "the program ended with exit code 0 and every check held");
    }
}

void engine_harness_store(struct cosim_engine *engine, unsigned hart, uint64_t offset, unsigned bytes, uint64_t value,
                          uint64_t pc)
{
    uint64_t time = engine_hart_time(engine, hart);

    if (bytes != 8) {
        engine_fail_unless_expected(engine, time, COSIM_EVENT_CHECK_REFUSED, hart, COSIM_REFUSED_HARNESS,
                                    engine->config.harness_base + offset, pc);
        return;
    }
    switch (offset) {
    case COSIM_HARNESS_EXIT:
        exit_run(engine, hart, value, pc);
        break;
    case COSIM_HARNESS_PHASE_BEGIN:
        engine_record(engine, time, COSIM_EVENT_PHASE_BEGIN, hart, 0, value, 0);
        break;
    case COSIM_HARNESS_PHASE_END:
        engine_record(engine, time, COSIM_EVENT_PHASE_END, hart, 0, value, 0);
        break;
    case COSIM_HARNESS_POINT_VALUE:
        engine->point_value = value;
        break;
    case COSIM_HARNESS_POINT:
        engine_record(engine, time, COSIM_EVENT_POINT, hart, 0, value, engine->point_value);
        engine->point_value = 0;
        break;
    case COSIM_HARNESS_EXPECT_ERROR:
        engine->errors_expected += value;
        break;
    default:
        engine_fail_unless_expected(engine, time, COSIM_EVENT_CHECK_REFUSED, hart, COSIM_REFUSED_HARNESS,
                                    engine->config.harness_base + offset, pc);
        break;
    }
}
