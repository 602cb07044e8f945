/* SPDX-License-Identifier: MIT */
/* Is everything there? Console, harness page, the mailbox's identity and features, and a cycle counter that counts. */
#include "drivers/driver.h"
#include "kernel/program.h"
#include "programs/support/verdict.h"

const char program_name[] = "hello";

#define COUNTER_READS 1000

static struct mailbox mailboxes[2];

static void check_counter(struct mailbox *mailbox)
{
    uint64_t first = mailbox_cycles(mailbox);
    uint64_t before = first;

    for (unsigned i = 0; i < COUNTER_READS; i++) {
        uint64_t now = mailbox_cycles(mailbox);
        REQUIRE(now > before, "cycle counter of agent %u went from %lu to %lu", mailbox->agent, before, now);
        before = now;
    }
    print("agent %u: %d readings of the cycle counter took %lu cycles\n", mailbox->agent, COUNTER_READS,
          before - first);
}

void program_main(void)
{
    REQUIRE(harness_present(), "the harness page is not there: this is not a co-simulation");
    print("hello: %u harts, seed %lu, window of %lu bytes\n", harness_harts(), harness_seed(), harness_window_bytes());
    for (unsigned agent = 0; agent < 2; agent++) {
        struct mailbox *mailbox = &mailboxes[agent];
        REQUIRE_OK(mailbox_open(mailbox, agent));
        const struct mailbox_features *features = &mailbox->features;
        print("agent %u: %s, %u agents, %u windows of %u doorbells, %u FIFOs of %u words, %u rings, copies up to %u "
              "bytes, %s\n",
              agent, mailbox->driver->name, features->agents, features->windows, features->doorbells,
              features->channels, features->fifo_depth, features->rings, features->dma_length_maximum,
              features->timer ? "timer" : "no timer");
        check_counter(mailbox);
    }
    uint64_t first = mailbox_cycles(&mailboxes[0]);
    uint64_t second = mailbox_cycles(&mailboxes[1]);
    REQUIRE(second > first && second - first < 1000, "agents see different times: %lu and %lu", first, second);
    verdict_pass();
}
