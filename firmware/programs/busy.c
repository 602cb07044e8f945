/* SPDX-License-Identifier: MIT */
/*
 * Everything at once: one agent copies without a pause, the other one's timer ticks, and the hart computes.
 * Parameters: copies (200), bytes (32768) of each, tick_cycles (1000).
 */
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/pattern.h"
#include "programs/support/verdict.h"

const char program_name[] = "busy";

#define BYTES_MAX 65536
#define WORDS 256

static uint8_t source[BYTES_MAX] __attribute__((section(".noinit"), aligned(64)));
static uint8_t destination[BYTES_MAX] __attribute__((section(".noinit"), aligned(64)));
static uint64_t table[WORDS];

struct stream {
    struct mailbox *mailbox;
    struct mailbox_copy copy;
    volatile uint64_t left;
};

/* In the interrupt handler: the next copy starts as soon as the one before has ended. */
static void next_copy(void *context, const struct mailbox_copy_result *result)
{
    struct stream *stream = context;

    REQUIRE_OK(result->status);
    stream->left--;
    if (stream->left > 0) {
        REQUIRE_OK(mailbox_copy_start(stream->mailbox, &stream->copy));
    }
}

static uint64_t compute(uint64_t turn)
{
    uint64_t sum = turn;

    for (unsigned i = 0; i < WORDS; i++) {
        sum += table[i];
        table[i] = sum;
    }
    return sum;
}

static THREAD_STACK(ticker_stack, 4096);
static struct thread ticker_thread;
static volatile uint64_t ticks_seen;

static void ticker(void *argument)
{
    (void)argument;
    for (;;) {
        thread_sleep_until(clock_ticks() + 1);
        ticks_seen = ticks_seen + 1;
    }
}

void program_main(void)
{
    uint64_t copies = harness_parameter("copies", 200);
    uint64_t bytes = harness_parameter("bytes", 32768);
    static struct stream stream;
    const struct thread_description description = {
        .name = "ticker",
        .entry = ticker,
        .priority = PROGRAM_MAIN_PRIORITY + 1,
        .stack = ticker_stack,
        .stack_bytes = sizeof(ticker_stack),
    };

    REQUIRE(copies > 0 && bytes <= BYTES_MAX, "at least one copy, of at most %d bytes", BYTES_MAX);
    for (unsigned agent = 0; agent < AGENT_COUNT; agent++) {
        REQUIRE_OK(mailbox_open(&agent_mailboxes[agent], agent));
    }
    agents_use_clock();
    pattern_write(source, bytes, harness_seed());
    stream.mailbox = &agent_mailboxes[1];
    stream.left = copies;
    stream.copy = (struct mailbox_copy){
        .destination = (uintptr_t)destination,
        .source = (uintptr_t)source,
        .length = (uint32_t)bytes,
        .done = next_copy,
        .context = &stream,
    };
    REQUIRE_OK(thread_create(&ticker_thread, &description));
    harness_phase_begin("busy");
    uint64_t turns = 0;
    uint64_t sum = 0;
    REQUIRE_OK(mailbox_copy_start(stream.mailbox, &stream.copy));
    while (stream.left > 0) {
        sum += compute(turns++);
    }
    harness_phase_end("busy");
    REQUIRE(pattern_check(destination, bytes, harness_seed()) == PATTERN_GOOD, "the copied bytes are wrong");
    REQUIRE(ticks_seen > 0, "no tick came");
    print("%lu copies of %lu bytes, %lu ticks, %lu turns of computing, sum 0x%lx\n", copies, bytes, ticks_seen, turns,
          sum);
    verdict_pass();
}
