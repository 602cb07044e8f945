/* SPDX-License-Identifier: MIT */
/*
 * Channels between two kernels, one an agent, over the mailbox: messages of every size there and back, a batch behind
 * one interrupt, and an agent that is reset in the middle of the traffic. The roles know a kernel, a process and a
 * handle; with local=1 (one hart) the same roles run over a channel inside of one kernel.
 * Parameters: local (0), rounds (1), resets (0), on_empty (0).
 */
#include "kernel/ipc_scheduler.h"
#include "kernel/program.h"
#include "programs/support/nodes.h"
#include "programs/support/pattern.h"
#include "programs/support/verdict.h"
#include "soc/mark.h"
#include <kipc/batch.h>

const char program_name[] = "remote";

#define PAYLOAD NODE_PAYLOAD
#define BATCH 32u
#define BATCH_BYTES 64u
/* Less urgent than the program: what one call after the other has sent leaves together. */
#define OWNER_PRIORITY (PROGRAM_MAIN_PRIORITY - 1)
#define STREAM 40u

/* The first word of each message says what it is; the second one counts. */
enum { HELLO, ECHO, COUNT, REPORT, OVER };

static bool is_local;

struct message {
    uint64_t kind, number;
    uint64_t rest[PAYLOAD / 8 - 2];
};

/* One process and two threads: each has an end. */
static void open_local(void)
{
    struct kipc_channel_config config = node_channel_config();
    kipc_handle_t ends[2];

    REQUIRE_OK(kipc_channel_create(&nodes[0].kernel, nodes[0].pid, &config, ends));
    nodes[0].handle = ends[0];
    nodes[1].handle = ends[1];
    nodes[1].pid = nodes[0].pid;
}

static void open_mailbox(unsigned agent)
{
    const struct node_options options = {.on_empty = harness_parameter("on_empty", 0) != 0,
                                         .priority = OWNER_PRIORITY,
                                         .policy = KIPC_MAILBOX_ALWAYS,
                                         .threshold = 1,
                                         .delay = KIPC_FOREVER};

    node_open_mailbox(agent, &options);
}

static struct kipc_kernel *kernel_of(struct node *node)
{
    return is_local ? &nodes[0].kernel : &node->kernel;
}

/* The roles. Everything below is the same over a mailbox and inside of a kernel. */

static int send(struct node *node, uint64_t kind, uint64_t number, size_t length)
{
    struct message message = {.kind = kind, .number = number};
    const struct kipc_channel_message sent = {.length = (uint32_t)length, .data = &message};

    pattern_write(message.rest, sizeof(message.rest), number);
    return kipc_channel_send(kernel_of(node), node->pid, node->handle, &sent, KIPC_FOREVER);
}

static int receive(struct node *node, struct message *message)
{
    int length =
        kipc_channel_receive(kernel_of(node), node->pid, node->handle, message, sizeof(*message), NULL, KIPC_FOREVER);

    if (length >= (int)offsetof(struct message, rest)) {
        size_t wrong = pattern_check(message->rest, (size_t)length - offsetof(struct message, rest), message->number);
        REQUIRE(wrong == PATTERN_GOOD, "message %lu differs near byte %lu", message->number, wrong);
    }
    return length;
}

static void expect(struct node *node, uint64_t kind, uint64_t number)
{
    struct message message = {.kind = 0};
    int length = receive(node, &message);

    REQUIRE(length >= 16 && message.kind == kind && message.number == number,
            "message of %d bytes, kind %lu, number %lu came instead of kind %lu, number %lu", length, message.kind,
            message.number, kind, number);
}

/* Every other one is small enough to go by words; the others have each length. */
#define ECHOES_OF_ROUND (2u * (PAYLOAD - 15))

static size_t length_of_echo(uint64_t number)
{
    return number % 2 == 0 ? 16 : 16 + number / 2 % (PAYLOAD - 15);
}

static void echo_all(struct node *node, uint64_t rounds)
{
    struct message message;

    for (uint64_t i = 0; i < rounds * ECHOES_OF_ROUND; i++) {
        int length = receive(node, &message);
        REQUIRE(length == (int)length_of_echo(i) && message.number == i, "echo %lu: %d bytes, number %lu", i, length,
                message.number);
        REQUIRE_OK(send(node, ECHO, i + 1, (size_t)length));
    }
}

static void ask_all(struct node *node, uint64_t rounds)
{
    for (uint64_t i = 0; i < rounds * ECHOES_OF_ROUND; i++) {
        REQUIRE_OK(send(node, ECHO, i, length_of_echo(i)));
        expect(node, ECHO, i + 1);
    }
}

static void send_batch(struct node *node)
{
    static struct message batch[BATCH];
    static struct kipc_channel_message messages[BATCH];

    expect(node, HELLO, BATCH);
    for (uint64_t i = 0; i < BATCH; i++) {
        batch[i] = (struct message){.kind = COUNT, .number = i};
        pattern_write(batch[i].rest, BATCH_BYTES - offsetof(struct message, rest), i);
        messages[i] = (struct kipc_channel_message){.length = BATCH_BYTES, .data = &batch[i]};
    }
    int sent = kipc_channel_send_batch(kernel_of(node), node->pid, node->handle, messages, BATCH, KIPC_FOREVER);
    REQUIRE_EQUAL(sent, BATCH, "messages of the batch that were sent");
    expect(node, REPORT, BATCH);
}

static void take_batch(struct node *node)
{
    uint64_t before = node->mailbox.doorbells;

    harness_phase_begin("taking a batch");
    REQUIRE_OK(send(node, HELLO, BATCH, BATCH_BYTES));
    for (uint64_t i = 0; i < BATCH; i++) {
        expect(node, COUNT, i);
    }
    harness_phase_end("taking a batch");
    harness_point("doorbells of a batch", node->mailbox.doorbells - before);
    REQUIRE_OK(send(node, REPORT, BATCH, BATCH_BYTES));
}

/* After each reset both ends open their channel anew and greet; a message that tells of an earlier time is stale. */

static void find_closed(struct node *node, unsigned agent)
{
    REQUIRE_OK(kipc_handle_close(&node->kernel, node->pid, node->handle));
    node_open_remote(agent);
}

/* Both sides say hello with the number of resets, and wait for the other's. */
static bool meet(struct node *node, uint64_t resets)
{
    struct message message;

    if (send(node, HELLO, resets, 16) != KIPC_OK || receive(node, &message) < 0) {
        return false;
    }
    REQUIRE(message.kind == HELLO && message.number == resets, "kind %lu of reset %lu came after reset %lu",
            message.kind, message.number, resets);
    return true;
}

static void stream(struct node *node, uint64_t resets)
{
    uint64_t done = 0;

    while (done <= resets) {
        uint64_t i = 0;
        int result = meet(node, done) ? KIPC_OK : KIPC_E_CLOSED;
        /* The last stream ends by itself; all others by the reset of the other agent. */
        while (result == KIPC_OK && (done < resets || i < STREAM)) {
            result = send(node, COUNT, done << 32 | i, 16 + i % 200);
            i++;
        }
        REQUIRE(result == KIPC_OK || result == KIPC_E_CLOSED, "a send into a reset ended with %d", result);
        done++;
        if (result == KIPC_E_CLOSED) {
            find_closed(node, 0);
        }
    }
    expect(node, OVER, resets);
}

static void take_stream(struct node *node, uint64_t resets)
{
    for (uint64_t done = 0; done <= resets; done++) {
        struct message message;
        REQUIRE(meet(node, done), "no greeting after reset %lu", done);
        for (uint64_t i = 0; i < STREAM; i++) {
            expect(node, COUNT, done << 32 | i);
        }
        if (done < resets) {
            BELFRY_MARK1("remote.reset", done);
            ipc_mailbox_reset(&node->mailbox);
            while (receive(node, &message) >= 0) {
                REQUIRE(message.number >> 32 == done, "a message of another time: %lx", message.number);
            }
            find_closed(node, 1);
        }
    }
    REQUIRE_OK(send(node, OVER, resets, 16));
}

static void second_role(void *argument)
{
    struct node *node = &nodes[1];

    (void)argument;
    if (is_local) {
        REQUIRE_OK(kipc_thread_attach(&nodes[0].kernel, node->pid, (uint32_t)thread_self()->id,
                                      IPC_PRIORITY(PROGRAM_MAIN_PRIORITY)));
    } else {
        node_make_kernel(1);
        open_mailbox(1);
        node_open_remote(1);
    }
    agents_second_is_ready();
    echo_all(node, harness_parameter("rounds", 1));
    take_batch(node);
    if (harness_parameter("resets", 0) != 0) {
        take_stream(node, harness_parameter("resets", 0));
    }
    for (;;) {
        (void)thread_block(THREAD_FOREVER);
    }
}

void program_second_hart(void)
{
    agents_second_hart(second_role, PROGRAM_MAIN_PRIORITY);
}

static void report(const struct node *node)
{
    const struct kipc_mailbox_counters *counters = &node->mailbox.mailbox.counters;

    print("agent %u: %lu sessions, %lu small, %lu large, %lu publications, %lu notified, %lu delivered, %lu stale, %lu "
          "violations\n",
          node->mailbox.device->agent, counters->sessions, counters->small, counters->large, counters->publications,
          counters->notified, counters->delivered, counters->stale, counters->violations);
    REQUIRE_EQUAL(counters->violations, 0, "violations");
    REQUIRE_EQUAL(counters->sessions, harness_parameter("resets", 0) + 1, "sessions");
}

void program_main(void)
{
    uint64_t resets = harness_parameter("resets", 0);

    is_local = harness_parameter("local", 0) != 0;
    REQUIRE(!is_local || (harness_harts() == 1 && resets == 0), "local=1 is for one hart and without resets");
    agents_open();
    node_make_kernel(0);
    if (is_local) {
        open_local();
    } else {
        open_mailbox(0);
        node_open_remote(0);
    }
    agents_release_second_hart();
    agents_start_second(second_role, PROGRAM_MAIN_PRIORITY);
    harness_phase_begin("echo");
    ask_all(&nodes[0], harness_parameter("rounds", 1));
    harness_phase_end("echo");
    harness_phase_begin("batch");
    send_batch(&nodes[0]);
    harness_phase_end("batch");
    if (resets != 0) {
        harness_phase_begin("resets");
        stream(&nodes[0], resets);
        harness_phase_end("resets");
    }
    if (!is_local) {
        report(&nodes[0]);
    }
    verdict_pass();
}
