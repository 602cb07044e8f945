/* SPDX-License-Identifier: MIT */
/* Blocks for ever: no timer is armed, nobody will ring. The harness must say so, and where. */
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/verdict.h"

const char program_name[] = "dead_lock";

void program_main(void)
{
    agents_open();
    print("waiting for nobody\n");
    (void)thread_block(THREAD_FOREVER);
    verdict_fail("somebody woke the thread");
}
