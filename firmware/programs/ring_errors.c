/* SPDX-License-Identifier: MIT */
/*
 * What goes wrong with rings: every status that a wrong message ends with, an abort, and a ring whose own memory is not
 * there. After each of them the ring works.
 */
#include "drivers/mailbox.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/pattern.h"
#include "programs/support/ring_user.h"
#include "programs/support/verdict.h"
#include "soc/memory.h"

const char program_name[] = "ring_errors";

#define PIECE 64
#define LONG_BYTES 65536
/* RAM ends here for the device. */
#define NO_MEMORY SOC_WINDOW_BASE

static struct mailbox *const mailbox = &agent_mailboxes[0];
static struct ring_user rings[1];
static uint8_t source[LONG_BYTES] __attribute__((section(".noinit"), aligned(64)));
static uint8_t destination[LONG_BYTES] __attribute__((section(".noinit"), aligned(64)));

struct mistake {
    const char *what;
    struct mailbox_descriptor descriptor;
    uint8_t status;
    bool on_bus; /* memory answers with an error, which must be announced */
};

/* One message after the other, so that each error is known to be of its own. */
static void statuses(void)
{
    const uint64_t from = (uintptr_t)source;
    const uint64_t to = (uintptr_t)destination;
    const uint32_t too_long = mailbox->features.dma_length_maximum + 1;
    const struct mistake mistakes[] = {
        {"too long", {.source = from, .destination = to, .length = too_long}, MAILBOX_COMPLETION_LENGTH, false},
        {"no source", {.source = NO_MEMORY, .destination = to, .length = 8}, MAILBOX_COMPLETION_READ_UNMAPPED, true},
        {"no destination",
         {.source = from, .destination = NO_MEMORY, .length = 8},
         MAILBOX_COMPLETION_WRITE_UNMAPPED,
         true},
        {"a flag that is none",
         {.source = from, .destination = to, .length = 8, .flags = 1 << 15},
         MAILBOX_COMPLETION_DESCRIPTOR,
         false},
        {"nobody to notify",
         {.source = from,
          .destination = to,
          .length = 8,
          .flags = MAILBOX_DESCRIPTOR_NOTIFY,
          .notify = MAILBOX_NOTIFY(mailbox->features.agents, 0, 0)},
         MAILBOX_COMPLETION_DESCRIPTOR,
         false},
        {"no end of a chain",
         {.source = from, .destination = to, .length = 8, .flags = MAILBOX_DESCRIPTOR_CHAIN},
         MAILBOX_COMPLETION_CHAIN,
         false},
    };

    ring_user_open(&rings[0], mailbox, 0);
    for (unsigned i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        const struct mistake *mistake = &mistakes[i];
        harness_expect_errors(mistake->on_bus ? 1 : 0);
        ring_user_put(&rings[0], mistake->descriptor);
        mailbox_ring_submit(&rings[0].ring);
        uint8_t status = ring_user_take(&rings[0]).status;
        REQUIRE(status == mistake->status, "%s: status %u instead of %u", mistake->what, status, mistake->status);
        while (rings[0].errors <= i) {
            (void)thread_block(THREAD_FOREVER);
        }
    }
    memset(destination, 0, PIECE);
    pattern_write(source, PIECE, harness_seed());
    ring_user_put(&rings[0], ring_user_piece(source, destination, 0, PIECE, 0));
    mailbox_ring_submit(&rings[0].ring);
    REQUIRE_EQUAL(ring_user_take(&rings[0]).status, MAILBOX_COMPLETION_OK, "status after the mistakes");
    REQUIRE(pattern_check(destination, PIECE, harness_seed()) == PATTERN_GOOD, "the copy after the mistakes is wrong");
    ring_user_close(&rings[0]);
    print("statuses of %lu mistakes\n", sizeof(mistakes) / sizeof(mistakes[0]));
}

/* What is aborted has no completion, and the ring can be opened again. */
static void abort_one(void)
{
    struct mailbox_completion completion;

    ring_user_open(&rings[0], mailbox, 0);
    ring_user_put(&rings[0], ring_user_piece(source, destination, 0, LONG_BYTES, MAILBOX_DESCRIPTOR_INTERRUPT));
    mailbox_ring_submit(&rings[0].ring);
    mailbox_ring_abort(&rings[0].ring);
    while (rings[0].aborts == 0) {
        (void)thread_block(THREAD_FOREVER);
    }
    REQUIRE_EQUAL(mailbox_ring_take(&rings[0].ring, &completion), MAILBOX_E_EMPTY, "result of a take after an abort");
    REQUIRE_EQUAL(rings[0].interrupts, 0, "completions after an abort");
    ring_user_open(&rings[0], mailbox, 0);
    ring_user_put(&rings[0], ring_user_piece(source, destination, 0, PIECE, 0));
    mailbox_ring_submit(&rings[0].ring);
    REQUIRE_EQUAL(ring_user_take(&rings[0]).status, MAILBOX_COMPLETION_OK, "status after an abort");
    ring_user_close(&rings[0]);
    print("abort\n");
}

/* The ring's own memory is not there: the device gives up, says where, and the ring can be opened again. */
static void no_memory(const char *what, size_t low_register)
{
    ring_user_open(&rings[0], mailbox, 0);
    MAILBOX_WRITE(rings[0].ring.registers, RING, RING_CONTROL, 0);
    mmio_write32(rings[0].ring.registers + low_register, (uint32_t)NO_MEMORY);
    MAILBOX_WRITE(rings[0].ring.registers, RING, RING_CONTROL, MAILBOX_MASK(RING, RING_CONTROL, ENABLE));
    ring_user_put(&rings[0], ring_user_piece(source, destination, 0, PIECE, 0));
    harness_expect_errors(1);
    mailbox_ring_submit(&rings[0].ring);
    while (rings[0].failures == 0) {
        (void)thread_block(THREAD_FOREVER);
    }
    REQUIRE(rings[0].address == NO_MEMORY, "%s: error address 0x%lx", what, rings[0].address);
    REQUIRE_EQUAL(MAILBOX_READ(rings[0].ring.registers, RING, RING_CONTROL), 0, "RING_CONTROL after a failure");
    print("no memory for %s\n", what);
}

static void memory_failures(void)
{
    no_memory("descriptors", offsetof(MAILBOX_LAYOUT_RING, RING_SUBMISSION_BASE_LOW));
    no_memory("completions", offsetof(MAILBOX_LAYOUT_RING, RING_COMPLETION_BASE_LOW));
}

struct part {
    const char *name;
    void (*run)(void);
};

static const struct part parts[] = {
    {"statuses", statuses},
    {"abort", abort_one},
    {"no memory", memory_failures},
};

void program_main(void)
{
    for (unsigned agent = 0; agent < AGENT_COUNT; agent++) {
        REQUIRE_OK(mailbox_open(&agent_mailboxes[agent], agent));
    }
    REQUIRE(mailbox->features.rings > 0, "the design has no rings");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        harness_phase_begin(parts[i].name);
        parts[i].run();
        harness_phase_end(parts[i].name);
    }
    verdict_pass();
}
