/* SPDX-License-Identifier: MIT */
/* The mailbox's two agents, whoever plays them: with one hart it is both, with two each hart is one. */
#ifndef PROGRAMS_SUPPORT_AGENTS_H
#define PROGRAMS_SUPPORT_AGENTS_H

#include "drivers/driver.h"

#define AGENT_COUNT 2
#define AGENT_SECOND_STACK_BYTES 8192

/** The agents' mailboxes; each is usable on the hart that opened it. */
extern struct mailbox agent_mailboxes[AGENT_COUNT];

/** Opens the mailboxes of the agents that the calling hart plays; anything but success fails the program. */
void agents_open(void);

/**
 * Makes the timer of the calling hart's own agent its clock, with parameters `tick_cycles` (1000) and `slice_ticks`
 * (10) of the run. After agents_open.
 */
void agents_use_clock(void);

/**
 * Starts the second role: with one hart as a thread of it; with two nothing, because hart 1 runs it by itself from
 * program_second_hart. From program_main.
 * @param role the thread's function
 * @param priority of the thread; a role on hart 1 has it set by agents_second_hart
 */
void agents_start_second(thread_entry_function *role, int priority);

/** What program_second_hart does: opens the mailbox, waits until hart 0 has set up, and runs the role. */
void agents_second_hart(thread_entry_function *role, int priority);

/**
 * Hart 0 says that shared memory is set up; with two harts it waits until hart 1 has opened its mailbox, so that a
 * doorbell finds a listener. A hart 1 that does not come within a bound fails the program.
 */
void agents_release_second_hart(void);

/** Hart 1 says that its listeners are there. Between agents_second_hart's call of the role and its first wait. */
void agents_second_is_ready(void);

/** Waits until the second role has called agents_second_is_ready. From program_main. */
void agents_wait_for_second(void);

#endif
