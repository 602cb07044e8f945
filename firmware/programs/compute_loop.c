/* SPDX-License-Identifier: MIT */
/*
 * Pure computing, with loads and stores but without the design: what the co-simulation costs software that leaves the
 * hardware alone. Parameter: iterations (20000), rounds over a table of 1024 words.
 */
#include "kernel/program.h"
#include "programs/support/pattern.h"
#include "programs/support/verdict.h"

const char program_name[] = "compute_loop";

#define WORDS 1024

static uint64_t table[WORDS];

static uint64_t compute(uint64_t iterations)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < WORDS; i++) {
        table[i] = pattern_word(harness_seed(), i);
    }
    for (uint64_t round = 0; round < iterations; round++) {
        for (uint64_t i = 0; i < WORDS; i++) {
            sum += table[i];
            table[i] = sum ^ round;
        }
    }
    return sum;
}

void program_main(void)
{
    uint64_t iterations = harness_parameter("iterations", 20000);

    harness_phase_begin("computing");
    uint64_t sum = compute(iterations - iterations / 2);
    harness_phase_end("computing");
    /* The second half repeats the first, as far as it goes: a hart that computed wrongly would show here. */
    uint64_t again = compute(iterations / 2);
    REQUIRE(iterations % 2 != 0 || sum == again, "the same computation gave 0x%lx and 0x%lx", sum, again);
    print("%lu iterations, sum 0x%lx\n", iterations, sum);
    verdict_pass();
}
