/* SPDX-License-Identifier: MIT */
/* Reads a register again and again: the cost of a register access. Parameter: count (1000000). */
#include "drivers/mailbox.h"
#include "kernel/program.h"
#include "programs/support/verdict.h"

const char program_name[] = "register_loop";

void program_main(void)
{
    uint64_t count = harness_parameter("count", 1000000);
    uint64_t sum = 0;
    uint32_t identity = MAILBOX_READ(SOC_WINDOW_BASE, CONTROL, IDENTITY);

    harness_phase_begin("reads");
    for (uint64_t i = 0; i < count; i++) {
        sum += MAILBOX_READ(SOC_WINDOW_BASE, CONTROL, IDENTITY);
    }
    harness_phase_end("reads");
    REQUIRE_EQUAL(sum, count * identity, "sum of the values read");
    print("%lu reads\n", count);
    verdict_pass();
}
