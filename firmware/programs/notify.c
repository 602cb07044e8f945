/* SPDX-License-Identifier: MIT */
/*
 * When a node behind the mailbox is interrupted: the first agent sends messages one after the other, each a publication
 * of its own, while the thread that serves the second agent's mailbox is kept from running. So what is counted there
 * are the interrupts before the drain. Parameters: policy (0: always, 1: on empty, 2: threshold), threshold (8),
 * messages (32).
 */
#include "kernel/clock.h"
#include "kernel/program.h"
#include "programs/support/nodes.h"
#include "programs/support/verdict.h"

const char program_name[] = "notify";

enum policy { ALWAYS, ON_EMPTY, THRESHOLD };

#define BYTES 64u
/* The first agent's mailbox is served at once, the second one's when nothing else is left to do. */
#define URGENT (PROGRAM_MAIN_PRIORITY + 1)
#define IDLE (PROGRAM_MAIN_PRIORITY - 1)
/* Far more than a copy or a session needs. */
#define LOOKS_MAX 1000000u
#define TICKS_OF_QUIET 5u
/* After which a message is announced although there are fewer than the threshold: longer than all of them take. */
#define DELAY_TICKS 1000u

static volatile bool is_looking; /* the second agent keeps its mailbox waiting */
static volatile bool are_sent;

static void send(unsigned agent, uint64_t number)
{
    uint64_t payload[BYTES / 8] = {number};
    const struct kipc_channel_message message = {.length = BYTES, .data = payload};
    struct node *node = &nodes[agent];

    REQUIRE_OK(kipc_channel_send(&node->kernel, node->pid, node->handle, &message, KIPC_FOREVER));
}

static void expect(unsigned agent, uint64_t number)
{
    uint64_t payload[BYTES / 8] = {~number};
    struct node *node = &nodes[agent];
    int length = kipc_channel_receive(&node->kernel, node->pid, node->handle, payload, BYTES, NULL, KIPC_FOREVER);

    REQUIRE(length == (int)BYTES && payload[0] == number, "message %lu of %d bytes instead of message %lu", payload[0],
            length, number);
}

static void sleep_a_tick(void)
{
    thread_sleep_until(clock_ticks() + 1);
}

/* pause: lets other threads run meanwhile, less urgent ones too or not. */
static void await(const volatile bool *flag, void (*pause)(void), const char *what)
{
    for (unsigned looks = 0; !*flag; looks++) {
        REQUIRE(looks < LOOKS_MAX, "%s did not happen", what);
        pause();
    }
    __asm__ volatile("fence r, rw" : : : "memory");
}

/* Messages that the first agent has published in the second one's memory, modulo 2^16. */
static uint16_t published(void)
{
    const struct kipc_mailbox_board *board = nodes[1].mailbox.mailbox.config.area;

    return (uint16_t) * (const volatile uint32_t *)&board->tails[NODE_PORT];
}

static void send_all(uint64_t messages)
{
    uint16_t before = published();

    for (uint64_t i = 0; i < messages; i++) {
        send(0, i);
        for (unsigned looks = 0; published() == (uint16_t)(before + i); looks++) {
            REQUIRE(looks < LOOKS_MAX, "message %lu was never published", i);
            thread_yield();
        }
        REQUIRE_EQUAL(published(), (uint16_t)(before + i + 1), "messages that are published");
    }
}

static void open_node(unsigned agent)
{
    enum policy policy = (enum policy)harness_parameter("policy", ALWAYS);
    const struct node_options options = {
        .on_empty = policy == ON_EMPTY,
        .priority = agent == 0 ? URGENT : IDLE,
        .policy = agent == 0 && policy == THRESHOLD ? KIPC_MAILBOX_THRESHOLD : KIPC_MAILBOX_ALWAYS,
        .threshold = (uint32_t)harness_parameter("threshold", 8),
        .delay = DELAY_TICKS,
    };

    REQUIRE(policy <= THRESHOLD, "parameter policy is %u, there are policies 0 to 2", (unsigned)policy);
    if (agent == 0 || harness_harts() > 1) {
        agents_use_clock();
    }
    node_make_kernel(agent);
    node_open_mailbox(agent, &options);
    node_open_remote(agent);
}

static void second_role(void *argument)
{
    uint64_t messages = harness_parameter("messages", 32);

    (void)argument;
    open_node(1);
    agents_second_is_ready();
    send(1, 1);
    expect(1, 2);
    /* Its mailbox is served to the end of what there is, so that it asks for the next interrupt. */
    thread_sleep_until(clock_ticks() + TICKS_OF_QUIET);
    uint64_t before = nodes[1].mailbox.doorbells;
    is_looking = true;
    await(&are_sent, thread_yield, "the end of the messages");
    harness_point("interrupts before the drain", nodes[1].mailbox.doorbells - before);
    for (uint64_t i = 0; i < messages; i++) {
        expect(1, i);
    }
    send(1, messages);
    for (;;) {
        (void)thread_block(THREAD_FOREVER);
    }
}

void program_second_hart(void)
{
    agents_second_hart(second_role, PROGRAM_MAIN_PRIORITY);
}

void program_main(void)
{
    uint64_t messages = harness_parameter("messages", 32);

    REQUIRE(messages < NODE_SLOTS, "parameter messages is %lu, it must be less than the %u slots", messages,
            NODE_SLOTS);
    agents_open();
    open_node(0);
    agents_release_second_hart();
    agents_start_second(second_role, PROGRAM_MAIN_PRIORITY);
    expect(0, 1);
    send(0, 2);
    await(&is_looking, sleep_a_tick, "the second agent's readiness");
    uint64_t notified = nodes[0].mailbox.mailbox.counters.notified;
    harness_phase_begin("sending");
    send_all(messages);
    harness_phase_end("sending");
    harness_point("doorbells rung", nodes[0].mailbox.mailbox.counters.notified - notified);
    __asm__ volatile("fence rw, w" : : : "memory");
    are_sent = true;
    expect(0, messages);
    verdict_pass();
}
