/* SPDX-License-Identifier: MIT */
/* Runs for ever without doing anything: only a limit of the harness ends it. */
#include "kernel/program.h"
#include "programs/support/verdict.h"

const char program_name[] = "run_away";

__attribute__((noinline)) static void run_for_ever(void)
{
    for (;;) {
        __asm__ volatile("");
    }
}

void program_main(void)
{
    print("running away\n");
    run_for_ever();
}
