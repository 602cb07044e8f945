/* SPDX-License-Identifier: MIT */
/*
 * Rings of descriptors: a batch behind one doorbell write and one interrupt, the moderation's deadline, chains with a
 * checksum, priorities. Parameter: rounds (5) of the batch, so that rings go round and phases change.
 */
#include "drivers/mailbox_agent.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/crc32c.h"
#include "programs/support/pattern.h"
#include "programs/support/ring_user.h"
#include "programs/support/verdict.h"
#include "soc/memory.h"

const char program_name[] = "rings";

#define PIECE 64
#define LONG_BYTES 65536
#define DOORBELL 7
/* A message in work and one that has been read ahead can not be overtaken any more, nor what the hart was slow for. */
#define AHEAD 3
#define PASSES_MAX 8

static struct mailbox *const mailbox = &agent_mailboxes[0];
static struct ring_user rings[2];
static uint8_t source[LONG_BYTES] __attribute__((section(".noinit"), aligned(64)));
static uint8_t destination[LONG_BYTES] __attribute__((section(".noinit"), aligned(64)));

struct rung {
    volatile unsigned calls;
};

static void count_ring(void *context, uint32_t flags)
{
    struct rung *rung = context;

    REQUIRE_EQUAL(flags, 1u << DOORBELL, "flags rung by a message");
    rung->calls++;
}

/* As many messages as the ring holds: one write tells of them, one interrupt says that all are there. */
static void batch(uint64_t rounds)
{
    static struct rung rung;
    static struct mailbox_window window;
    static struct mailbox_listener listener = {.flags = 1u << DOORBELL, .function = count_ring, .context = &rung};
    struct mailbox *peer = &agent_mailboxes[1];

    REQUIRE_OK(mailbox_window_open(&window, peer, mailbox->agent, 1));
    REQUIRE_OK(mailbox_window_listen(&window, &listener));
    ring_user_open(&rings[0], mailbox, 0);
    mailbox_ring_moderate(&rings[0].ring, RING_USER_SIZE, 1000000);
    mailbox_clear_counters(mailbox);
    for (uint64_t round = 0; round < rounds; round++) {
        pattern_write(source, RING_USER_SIZE * PIECE, harness_seed() + round);
        for (unsigned i = 0; i < RING_USER_SIZE; i++) {
            struct mailbox_descriptor descriptor =
                ring_user_piece(source, destination, i, PIECE, MAILBOX_DESCRIPTOR_INTERRUPT);
            if (i == RING_USER_SIZE - 1) {
                descriptor.flags |= MAILBOX_DESCRIPTOR_NOTIFY;
                descriptor.notify = MAILBOX_NOTIFY(peer->agent, 1, DOORBELL);
            }
            ring_user_put(&rings[0], descriptor);
        }
        const struct mailbox_descriptor one_more = ring_user_piece(source, destination, 0, PIECE, 0);
        REQUIRE_EQUAL(mailbox_ring_put(&rings[0].ring, &one_more), MAILBOX_E_FULL, "result of a put into a full ring");
        mailbox_ring_submit(&rings[0].ring);
        ring_user_wait(&rings[0], (unsigned)round + 1);
        for (unsigned i = 0; i < RING_USER_SIZE; i++) {
            struct mailbox_completion completion = ring_user_take(&rings[0]);
            REQUIRE_EQUAL(completion.tag, RING_USER_TAG + i, "tag");
            REQUIRE_EQUAL(completion.status, MAILBOX_COMPLETION_OK, "status");
            REQUIRE_EQUAL(completion.bytes, PIECE, "bytes");
        }
        REQUIRE(pattern_check(destination, RING_USER_SIZE * PIECE, harness_seed() + round) == PATTERN_GOOD,
                "batch is wrong");
        REQUIRE_EQUAL(rings[0].interrupts, round + 1, "interrupts of the ring");
        REQUIRE_EQUAL(rung.calls, round + 1, "doorbells rung by messages");
    }
    struct mailbox_counters counters = mailbox_read_counters(mailbox);
    REQUIRE_EQUAL(counters.messages, rounds * RING_USER_SIZE, "messages counted");
    REQUIRE_EQUAL(counters.bytes, rounds * RING_USER_SIZE * PIECE, "bytes counted");
    harness_point("interrupts of batches", rings[0].interrupts);
    ring_user_close(&rings[0]);
    print("%lu batches of %u messages, %u interrupts\n", rounds, RING_USER_SIZE, rings[0].interrupts);
}

/* Too few for the count: the deadline of the first one brings the interrupt, once for all of them. */
static void moderation_deadline(void)
{
    const uint32_t wait = 3000;
    const unsigned count = 3;

    ring_user_open(&rings[0], mailbox, 0);
    mailbox_ring_moderate(&rings[0].ring, RING_USER_SIZE, wait);
    for (unsigned i = 0; i < count; i++) {
        ring_user_put(&rings[0], ring_user_piece(source, destination, i, PIECE, MAILBOX_DESCRIPTOR_INTERRUPT));
    }
    mailbox_ring_submit(&rings[0].ring);
    ring_user_wait(&rings[0], 1);
    uint32_t first = ring_user_take(&rings[0]).cycle;
    uint32_t late = (uint32_t)rings[0].cycle - first;
    REQUIRE(late >= wait && late < wait + 1000, "the interrupt came %u cycles after the first completion", late);
    (void)ring_user_take(&rings[0]);
    (void)ring_user_take(&rings[0]);
    REQUIRE_EQUAL(rings[0].interrupts, 1, "interrupts of moderated messages");
    ring_user_close(&rings[0]);
    print("moderation: interrupt %u cycles after the first completion\n", late);
}

/* Pieces of all alignments and lengths become one message with one completion, and the sum over all of it. */
static void chain_and_checksum(void)
{
    static const uint32_t lengths[] = {1, 100, 7, 0, 4097, 63, 256};
    const unsigned count = sizeof(lengths) / sizeof(lengths[0]);
    uint32_t total = 0;
    uint32_t from = 3;

    memset(destination, 0, LONG_BYTES);
    pattern_write(source, LONG_BYTES, harness_seed() + 77);
    ring_user_open(&rings[0], mailbox, 0);
    for (unsigned i = 0; i < count; i++) {
        ring_user_put(&rings[0], (struct mailbox_descriptor){
                                     .source = (uintptr_t)&source[from],
                                     .destination = (uintptr_t)&destination[5 + total],
                                     .length = lengths[i],
                                     .flags = (uint16_t)((i == 0 ? MAILBOX_DESCRIPTOR_CRC : 0) |
                                                         (i < count - 1 ? MAILBOX_DESCRIPTOR_CHAIN
                                                                        : MAILBOX_DESCRIPTOR_INTERRUPT)),
                                     .tag = (uint16_t)i,
                                 });
        REQUIRE(lengths[i] == 0 || from + lengths[i] < LONG_BYTES, "the source is too short");
        total += lengths[i];
        from += lengths[i] + 11;
    }
    mailbox_ring_submit(&rings[0].ring);
    struct mailbox_completion completion = ring_user_take(&rings[0]);
    REQUIRE_EQUAL(completion.status, MAILBOX_COMPLETION_OK, "status of the chain");
    REQUIRE_EQUAL(completion.tag, count - 1, "tag of the chain");
    REQUIRE_EQUAL(completion.bytes, total, "bytes of the chain");
    REQUIRE_EQUAL(completion.crc, crc32c(&destination[5], total), "checksum of the chain");
    from = 3;
    total = 0;
    for (unsigned i = 0; i < count; i++) {
        for (uint32_t byte = 0; byte < lengths[i]; byte++) {
            REQUIRE(destination[5 + total + byte] == source[from + byte], "piece %u: byte %u is wrong", i, byte);
        }
        total += lengths[i];
        from += lengths[i] + 11;
    }
    /* The check value that every description of CRC-32C gives. */
    memcpy(source, "123456789", 9);
    ring_user_put(&rings[0], ring_user_piece(source, destination, 0, 9, MAILBOX_DESCRIPTOR_CRC));
    mailbox_ring_submit(&rings[0].ring);
    REQUIRE_EQUAL(ring_user_take(&rings[0]).crc, 0xe3069283u, "checksum of the check value");
    ring_user_close(&rings[0]);
    print("chain of %u pieces, %u bytes\n", count, total);
}

/* How many of a ring's messages were completed before a cycle; takes `count` of them. */
static unsigned completed_before(unsigned ring, unsigned count, uint32_t cycle)
{
    unsigned before = 0;

    for (unsigned i = 0; i < count; i++) {
        before += (int32_t)(ring_user_take(&rings[ring]).cycle - cycle) < 0;
    }
    return before;
}

/* Ring 1 has the priority: it overtakes what ring 0 has submitted, but not for ever. */
static void priorities(void)
{
    const unsigned few = 4;
    const unsigned many = 2 * PASSES_MAX;
    uint32_t last = 0;

    ring_user_open(&rings[0], mailbox, 0);
    ring_user_open(&rings[1], mailbox, 1);
    mailbox_ring_set_priority(&rings[1].ring, true);
    for (unsigned i = 0; i < few + AHEAD; i++) {
        ring_user_put(&rings[0], ring_user_piece(source, destination, i, 4096, 0));
    }
    for (unsigned i = 0; i < few; i++) {
        ring_user_put(&rings[1], ring_user_piece(source, destination, i, PIECE, 0));
    }
    mailbox_ring_submit(&rings[0].ring);
    mailbox_ring_submit(&rings[1].ring);
    for (unsigned i = 0; i < few; i++) {
        last = ring_user_take(&rings[1]).cycle;
    }
    unsigned before = completed_before(0, few + AHEAD, last);
    REQUIRE(before <= AHEAD, "%u messages of the ring without priority went first", before);
    for (unsigned i = 0; i < many; i++) {
        ring_user_put(&rings[1], ring_user_piece(source, destination, i, 1024, 0));
    }
    ring_user_put(&rings[0], ring_user_piece(source, destination, 0, PIECE, 0));
    mailbox_ring_submit(&rings[1].ring);
    mailbox_ring_submit(&rings[0].ring);
    uint32_t low = ring_user_take(&rings[0]).cycle;
    unsigned passed = completed_before(1, many, low);
    REQUIRE(passed <= PASSES_MAX + AHEAD, "%u messages passed over the ring without priority", passed);
    ring_user_close(&rings[0]);
    ring_user_close(&rings[1]);
    print("priority: %u overtaken too late, %u passed over a waiting message\n", before, passed);
}

struct part {
    const char *name;
    void (*run)(void);
};

static const struct part parts[] = {
    {"moderation deadline", moderation_deadline},
    {"chain", chain_and_checksum},
    {"priorities", priorities},
};

void program_main(void)
{
    for (unsigned agent = 0; agent < AGENT_COUNT; agent++) {
        REQUIRE_OK(mailbox_open(&agent_mailboxes[agent], agent));
    }
    REQUIRE(mailbox->features.rings >= 2 && mailbox->features.crc, "the design has too few rings, or no checksum");
    harness_phase_begin("batch");
    batch(harness_parameter("rounds", 5));
    harness_phase_end("batch");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        harness_phase_begin(parts[i].name);
        parts[i].run();
        harness_phase_end(parts[i].name);
    }
    verdict_pass();
}
