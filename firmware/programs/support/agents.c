/* SPDX-License-Identifier: MIT */
#include "programs/support/agents.h"
#include "programs/support/verdict.h"

/* A hart needs a few thousand instructions to get ready; this many looks are far more. */
#define LOOKS_MAX 10000000u

struct mailbox agent_mailboxes[AGENT_COUNT];

static THREAD_STACK(second_stack, AGENT_SECOND_STACK_BYTES);
static struct thread second_thread;

/* Each has one writer, and is read by the other hart. Plain words: an atomic store would be an AMO for nothing. */
static volatile uint32_t set_up_done;
static volatile uint32_t second_ready;

static void open_agent(unsigned agent)
{
    int result = mailbox_open(&agent_mailboxes[agent], agent);

    REQUIRE(result == MAILBOX_OK, "mailbox of agent %u cannot be opened: %d", agent, result);
}

void agents_open(void)
{
    open_agent(hart_id());
    if (harness_harts() == 1) {
        open_agent(1);
    }
}

void agents_use_clock(void)
{
    uint64_t tick_cycles = harness_parameter("tick_cycles", 1000);
    uint64_t slice_ticks = harness_parameter("slice_ticks", 10);

    REQUIRE(tick_cycles > 0, "parameter tick_cycles must be at least 1");
    REQUIRE_OK(mailbox_use_as_clock(&agent_mailboxes[hart_id()], tick_cycles, slice_ticks));
}

void agents_start_second(thread_entry_function *role, int priority)
{
    const struct thread_description description = {
        .name = "second agent",
        .entry = role,
        .priority = priority,
        .stack = second_stack,
        .stack_bytes = sizeof(second_stack),
    };

    if (harness_harts() == 1) {
        REQUIRE_OK(thread_create(&second_thread, &description));
    }
}

static void announce(volatile uint32_t *word)
{
    /* What this hart has set up must be visible before the word that says so; await has the other half. */
    __asm__ volatile("fence rw, w" : : : "memory");
    *word = 1;
}

static void await(const volatile uint32_t *word, const char *what)
{
    for (unsigned looks = 0; looks < LOOKS_MAX; looks++) {
        if (*word != 0) {
            __asm__ volatile("fence r, rw" : : : "memory");
            return;
        }
    }
    verdict_fail("%s did not happen", what);
}

void agents_release_second_hart(void)
{
    announce(&set_up_done);
}

void agents_second_is_ready(void)
{
    announce(&second_ready);
}

void agents_wait_for_second(void)
{
    if (harness_harts() == 1) {
        /* The second role is a thread of this hart; it has run up to its first wait if it is the more urgent one. */
        REQUIRE(second_ready != 0, "the second role's thread has not reached its first wait");
        return;
    }
    await(&second_ready, "the set-up of hart 1");
}

void agents_second_hart(thread_entry_function *role, int priority)
{
    await(&set_up_done, "the set-up of hart 0");
    agents_open();
    thread_set_priority(priority);
    role(NULL);
}
