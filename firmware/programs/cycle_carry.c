/* SPDX-License-Identifier: MIT */
/*
 * The cycle counter over its 32-bit border: the two halves never tear, each agent has a snapshot of its own, and the
 * timer's compare value goes over the border, too. The hart sleeps until shortly before: a run of 2^32 cycles.
 */
#include "drivers/mailbox.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/verdict.h"

const char program_name[] = "cycle_carry";

#define BORDER (1ull << 32)
#define BEFORE 2000
#define LATE_MAX 400
#define READINGS_MAX 10000

static struct thread *sleeper;
static volatile bool woken;

static void wake(void)
{
    woken = true;
    thread_wake(sleeper);
}

/* Sleeps until the timer's interrupt. Returns how late the hart was there. */
static uint64_t sleep_until_cycle(struct mailbox *mailbox, uint64_t cycle)
{
    sleeper = thread_self();
    woken = false;
    mailbox->timer_function = wake;
    mailbox->driver->timer_arm(mailbox, cycle);
    while (!woken) {
        (void)thread_block(THREAD_FOREVER);
    }
    uint64_t now = mailbox_cycles(mailbox);
    REQUIRE(now >= cycle && now < cycle + LATE_MAX, "a sleep until cycle %lu ended at %lu", cycle, now);
    return now - cycle;
}

/* One agent's snapshot is taken before the border and looked at after it. */
static void cross_the_border(void)
{
    const uintptr_t first = agent_mailboxes[0].frame;
    const uintptr_t second = agent_mailboxes[1].frame;
    uint32_t low = MAILBOX_READ(second, CONTROL, CYCLE_LOW);
    uint64_t before = mailbox_cycles(&agent_mailboxes[0]);
    unsigned readings = 0;

    REQUIRE(before < BORDER && low < before, "the hart woke at cycle %lu, after the border", before);
    while (before < BORDER) {
        uint64_t now = (uint64_t)MAILBOX_READ(first, CONTROL, CYCLE_LOW);
        now |= (uint64_t)MAILBOX_READ(first, CONTROL, CYCLE_HIGH) << 32;
        REQUIRE(now > before && now < before + 100, "the cycle counter went from %lu to %lu", before, now);
        before = now;
        readings++;
        REQUIRE(readings < READINGS_MAX, "the border does not come");
    }
    REQUIRE_EQUAL(MAILBOX_READ(second, CONTROL, CYCLE_HIGH), 0, "the high half of an old snapshot");
    (void)MAILBOX_READ(second, CONTROL, CYCLE_LOW);
    REQUIRE_EQUAL(MAILBOX_READ(second, CONTROL, CYCLE_HIGH), 1, "the high half of a new snapshot");
    print("border crossed in %u readings\n", readings);
}

void program_main(void)
{
    for (unsigned agent = 0; agent < AGENT_COUNT; agent++) {
        REQUIRE_OK(mailbox_open(&agent_mailboxes[agent], agent));
    }
    print("asleep\n");
    uint64_t late = sleep_until_cycle(&agent_mailboxes[0], BORDER - BEFORE);
    cross_the_border();
    uint64_t late_again = sleep_until_cycle(&agent_mailboxes[0], BORDER + 5 * BEFORE);
    print("woke %lu and %lu cycles after the timer\n", late, late_again);
    verdict_pass();
}
