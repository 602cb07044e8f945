/* SPDX-License-Identifier: MIT */
/*
 * Copies by the mailbox: every alignment of source and destination, lengths around all the borders, nothing written
 * outside, and how fast it is. Both agents' engines are used in turn.
 * Parameters: align (8): alignments 0 to align - 1 of source and destination; large (1): also lengths above 64 KiB.
 */
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/pattern.h"
#include "programs/support/verdict.h"
#include "soc/memory.h"

const char program_name[] = "dma";

#define LENGTH_MAX 1048576
#define GUARD 64
#define GUARD_BYTE 0xa5
#define FILL_BYTE 0x5a
/* Above this length only some alignments are tried, and only the ends of the destination are filled before. */
#define SMALL_MAX 4097

static const uint32_t small_lengths[] = {0, 1, 7, 8, 9, 63, 64, 65, 255, 4095, 4096, 4097};
static const uint32_t large_lengths[] = {65536, LENGTH_MAX};
static const uint8_t large_alignments[][2] = {{0, 0}, {3, 5}};

static uint8_t source[LENGTH_MAX + 16] __attribute__((section(".noinit"), aligned(4096)));
static uint8_t destination[GUARD + LENGTH_MAX + 16 + GUARD] __attribute__((section(".noinit"), aligned(4096)));

struct measurement {
    struct thread *waiter;
    struct mailbox *mailbox;
    uint64_t end_cycle;
    struct mailbox_copy_result result;
    volatile bool ended;
};

static void copy_ended(void *context, const struct mailbox_copy_result *result)
{
    struct measurement *measurement = context;

    measurement->end_cycle = mailbox_cycles(measurement->mailbox);
    measurement->result = *result;
    measurement->ended = true;
    thread_wake(measurement->waiter);
}

/* Copies with the asynchronous interface. Returns the cycles from just before the start to the interrupt handler. */
static uint64_t timed_copy(struct mailbox *mailbox, uint8_t *to, const uint8_t *from, uint32_t length)
{
    struct measurement measurement = {.waiter = thread_self(), .mailbox = mailbox};
    const struct mailbox_copy copy = {
        .destination = (uintptr_t)to,
        .source = (uintptr_t)from,
        .length = length,
        .done = copy_ended,
        .context = &measurement,
    };

    uint64_t start_cycle = mailbox_cycles(mailbox);
    REQUIRE_OK(mailbox_copy_start(mailbox, &copy));
    while (!measurement.ended) {
        (void)thread_block(THREAD_FOREVER);
    }
    REQUIRE_OK(measurement.result.status);
    REQUIRE_EQUAL(measurement.result.bytes, length, "bytes done");
    return measurement.end_cycle - start_cycle;
}

static void check(const uint8_t *to, unsigned from_offset, uint32_t length, uint64_t seed)
{
    /* The pattern starts at `source`; shifting the destination back by the source's offset realigns it. */
    const uint8_t *end = to + length;
    uint32_t head = (8 - from_offset) % 8;

    for (uint32_t i = 0; i < head && i < length; i++) {
        REQUIRE(to[i] == source[from_offset + i], "offset %u, length %u: byte %u is wrong", from_offset, length, i);
    }
    if (length > head) {
        size_t wrong = pattern_check(to + head, length - head, seed + (from_offset + head) / 8);
        REQUIRE(wrong == PATTERN_GOOD, "offset %u, length %u: wrong near byte %lu", from_offset, length, head + wrong);
    }
    REQUIRE(pattern_is_filled(to - GUARD, GUARD, GUARD_BYTE), "bytes before the destination were written");
    REQUIRE(pattern_is_filled(end, GUARD, GUARD_BYTE), "bytes behind the destination were written");
}

static uint64_t copy_and_check(struct mailbox *mailbox, unsigned from, unsigned to_offset, uint32_t length)
{
    uint8_t *to = &destination[GUARD + to_offset];

    memset(to - GUARD, GUARD_BYTE, GUARD);
    memset(to, FILL_BYTE, length);
    memset(to + length, GUARD_BYTE, GUARD);
    uint64_t cycles = timed_copy(mailbox, to, &source[from], length);
    check(to, from, length, harness_seed());
    return cycles;
}

static void all_alignments(unsigned count)
{
    for (size_t index = 0; index < sizeof(small_lengths) / sizeof(small_lengths[0]); index++) {
        for (unsigned from = 0; from < count; from++) {
            for (unsigned to = 0; to < count; to++) {
                (void)copy_and_check(&agent_mailboxes[(from + to) % AGENT_COUNT], from, to, small_lengths[index]);
            }
        }
    }
}

static void throughput(uint32_t length)
{
    for (size_t i = 0; i < sizeof(large_alignments) / sizeof(large_alignments[0]); i++) {
        unsigned from = large_alignments[i][0];
        unsigned to = large_alignments[i][1];
        uint64_t cycles = copy_and_check(&agent_mailboxes[i % AGENT_COUNT], from, to, length);
        print("copied %u bytes from alignment %u to %u in %lu cycles, %lu.%02lu bytes a cycle\n", length, from, to,
              cycles, length / cycles, length * 100 / cycles % 100);
        harness_point("cycles of a copy", cycles);
    }
}

/* Two threads want the same engine: the blocking interface lines them up. */
static void *const queue_to[2] = {destination, destination + 8192};
static THREAD_STACK(rival_stack, 4096);
static struct thread rival_thread;
static volatile unsigned rival_copies;

static void rival(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < 16; i++) {
        REQUIRE_OK(mailbox_copy_and_wait(&agent_mailboxes[0], queue_to[1], source, 4096, NULL));
        rival_copies++;
    }
}

static void two_threads(void)
{
    const struct thread_description description = {
        .name = "rival",
        .entry = rival,
        .priority = PROGRAM_MAIN_PRIORITY,
        .stack = rival_stack,
        .stack_bytes = sizeof(rival_stack),
    };

    memset(destination, 0, 16384);
    REQUIRE_OK(thread_create(&rival_thread, &description));
    for (unsigned i = 0; i < 16 || rival_copies < 16; i++) {
        REQUIRE(i < 1000, "the other thread's copies do not get their turn: %u of 16", rival_copies);
        REQUIRE_OK(mailbox_copy_and_wait(&agent_mailboxes[0], queue_to[0], source, 4096, NULL));
    }
    for (unsigned i = 0; i < 2; i++) {
        REQUIRE(pattern_check(queue_to[i], 4096, harness_seed()) == PATTERN_GOOD, "copy of thread %u is wrong", i);
    }
}

void program_main(void)
{
    uint64_t align = harness_parameter("align", 8);

    REQUIRE(align >= 1 && align <= 8, "parameter align must be 1 to 8");
    for (unsigned agent = 0; agent < AGENT_COUNT; agent++) {
        REQUIRE_OK(mailbox_open(&agent_mailboxes[agent], agent));
        REQUIRE(agent_mailboxes[agent].features.dma_length_maximum >= LENGTH_MAX, "the design copies too few bytes");
    }
    pattern_write(source, sizeof(source), harness_seed());
    harness_phase_begin("alignments");
    all_alignments((unsigned)align);
    harness_phase_end("alignments");
    harness_phase_begin("throughput");
    throughput(4096);
    for (size_t i = 0; harness_parameter("large", 1) != 0 && i < sizeof(large_lengths) / sizeof(large_lengths[0]);
         i++) {
        throughput(large_lengths[i]);
    }
    harness_phase_end("throughput");
    harness_phase_begin("two threads");
    two_threads();
    harness_phase_end("two threads");
    verdict_pass();
}
