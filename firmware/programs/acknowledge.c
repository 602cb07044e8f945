/* SPDX-License-Identifier: MIT */
/*
 * Acknowledgements: the ringing agent is told by an interrupt when the other one has cleared the flag, so that each
 * ring of a flag that merges is known to have been seen. In both windows. Parameter: rounds (100) in each.
 */
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/verdict.h"

const char program_name[] = "acknowledge";

#define FLAG 0x00000010u
#define SILENT_FLAG 0x00000020u
#define WINDOWS 2
#define SECOND_PRIORITY (PROGRAM_MAIN_PRIORITY + 1)

static struct mailbox_window ringing_window, rung_window; /* number 1, at either end */
static struct mailbox_listener listeners[WINDOWS];
static volatile uint64_t seen[WINDOWS];

struct acknowledged {
    struct thread *waiter;
    volatile uint64_t calls;
};

static struct acknowledged acknowledged[WINDOWS];

/* The driver has cleared the flag before it calls: that is the acknowledgement. */
static void rung(void *context, uint32_t flags)
{
    uintptr_t number = (uintptr_t)context;

    if ((flags & FLAG) != 0) {
        seen[number] = seen[number] + 1;
    }
}

static void cleared(void *context, uint32_t flags)
{
    struct acknowledged *told = context;

    REQUIRE_EQUAL(flags, FLAG, "flags acknowledged");
    told->calls = told->calls + 1;
    thread_wake(told->waiter);
}

static void second_agent(void *argument)
{
    struct mailbox *mailbox = &agent_mailboxes[1];

    (void)argument;
    REQUIRE_OK(mailbox_window_open(&rung_window, mailbox, 0, 1));
    for (uintptr_t number = 0; number < WINDOWS; number++) {
        listeners[number] = (struct mailbox_listener){
            .flags = FLAG | SILENT_FLAG,
            .function = rung,
            .context = (void *)number,
        };
        REQUIRE_OK(mailbox_window_listen(number == 0 ? &mailbox->window : &rung_window, &listeners[number]));
    }
    agents_second_is_ready();
}

void program_second_hart(void)
{
    agents_second_hart(second_agent, SECOND_PRIORITY);
}

static void ring_and_wait(struct mailbox_window *window, unsigned number, uint64_t rounds)
{
    struct acknowledged *told = &acknowledged[number];

    told->waiter = thread_self();
    REQUIRE_OK(mailbox_window_listen_acknowledge(window, FLAG, cleared, told));
    for (uint64_t round = 0; round < rounds; round++) {
        /* The acknowledgement of the other flag is nobody's: it must not interrupt. */
        window->mailbox->driver->doorbell_ring(window, FLAG | SILENT_FLAG);
        while (told->calls == round) {
            (void)thread_block(THREAD_FOREVER);
        }
        REQUIRE_EQUAL(told->calls, round + 1, "acknowledgements");
        REQUIRE_EQUAL(window->mailbox->driver->doorbell_peer_status(window) & FLAG, 0, "flag at the peer");
    }
    REQUIRE_OK(mailbox_window_listen_acknowledge(window, 0, NULL, NULL));
}

void program_main(void)
{
    uint64_t rounds = harness_parameter("rounds", 100);
    struct mailbox *mailbox = &agent_mailboxes[0];

    agents_open();
    REQUIRE(mailbox->features.windows >= WINDOWS, "the design has too few windows");
    REQUIRE_OK(mailbox_window_open(&ringing_window, mailbox, 1, 1));
    agents_release_second_hart();
    agents_start_second(second_agent, SECOND_PRIORITY);
    agents_wait_for_second();
    for (unsigned number = 0; number < WINDOWS; number++) {
        ring_and_wait(number == 0 ? &mailbox->window : &ringing_window, number, rounds);
        REQUIRE_EQUAL(seen[number], rounds, "rings that the other agent has seen");
    }
    print("%lu rings, each acknowledged, in each of %d windows\n", rounds, WINDOWS);
    verdict_pass();
}
