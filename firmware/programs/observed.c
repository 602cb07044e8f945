/* SPDX-License-Identifier: MIT */
/*
 * An observer of a kernel: two processes (of one hart, or one on each) exchange messages by system calls, and what was
 * seen of it is printed: hops, statistics of channels, and where the cycles went. The test of the harness compares the
 * lines with what the program says that it did. The kernel's counter has 32 bits and wraps in the middle of it.
 * Parameter: messages (12).
 */
#include "kernel/clock.h"
#include "kernel/program.h"
#include "programs/support/shared_kernel.h"
#include "programs/support/verdict.h"
#include "soc/mark.h"
#include "soc/memory.h"
#include <kipc/channel.h>
#include <kipc/report.h>

const char program_name[] = "observed";

#define PAYLOAD_MAX 4096u
#define RECORDS 64u
#define POSITIONS 16u
#define MESSAGES_MAX 30u
/* The counter wraps so many cycles after the beginning: between two system calls, or within one. */
#define CYCLES_TO_WRAP 100000u

/* What an agent's system calls may reach. */
struct user {
    struct kipc_channel_message message;
    uint64_t payload[PAYLOAD_MAX / 8];
};

static struct user users[AGENT_COUNT];
static struct kipc_gate gate;
static struct kipc_observer observer;
static struct kipc_record trace[RECORDS];
static struct kipc_channel_profile profiles[POSITIONS];
static kipc_handle_t ends[AGENT_COUNT];
static uint64_t counter_offset;
static struct kipc_port_ops port_ops;
static struct kipc_port port;
static uint64_t expected; /* messages that the second agent takes next */

/* The lower half of the SoC's cycle counter, begun shortly before its end. */
static uint64_t cycles(void *context)
{
    (void)context;
    return (uint32_t)(clock_cycles() + counter_offset);
}

static uint32_t length_of(uint64_t number)
{
    return (uint32_t)(number * 1009 % (PAYLOAD_MAX + 1));
}

static uint8_t priority_of(uint64_t number)
{
    return (uint8_t)(number * 5);
}

static intptr_t call(unsigned agent, uintptr_t number, uintptr_t a1, uintptr_t a2, uintptr_t a3, uintptr_t a4)
{
    const uintptr_t registers[KIPC_SYSCALL_ARGUMENTS] = {ends[agent], a1, a2, a3, a4};

    BELFRY_MARK1("call.begin", agent);
    intptr_t result = kipc_syscall(&gate, shared_pids[agent], number, registers);
    BELFRY_MARK1("call.end", agent);
    return result;
}

static void send(uint64_t number)
{
    struct user *user = &users[0];

    user->message = (struct kipc_channel_message){
        .type = KIPC_MESSAGE_DATA, .priority = priority_of(number), .length = length_of(number), .data = user->payload};
    intptr_t result = call(0, KIPC_SYSCALL_CHANNEL_SEND, (uintptr_t)&user->message, KIPC_FOREVER, 0, 0);
    REQUIRE(result == KIPC_OK, "a send gave %ld", result);
}

static void receive_expected(void)
{
    for (uint64_t i = 0; i < expected; i++) {
        intptr_t result =
            call(1, KIPC_SYSCALL_CHANNEL_RECEIVE, (uintptr_t)users[1].payload, PAYLOAD_MAX, 0, KIPC_FOREVER);
        REQUIRE(result >= 0, "a receive gave %ld", result);
    }
}

/* One after the other, so that the receiver never finds two, and the order is the sender's. */
static void exchange(uint64_t first, uint64_t count, bool says_so)
{
    for (uint64_t i = first; i < first + count; i++) {
        send(i);
        expected = 1;
        shared_kernel_begin(receive_expected);
        shared_kernel_await();
        if (says_so) {
            print("message length=%u priority=%u\n", length_of(i), (unsigned)priority_of(i));
        }
    }
}

static void write_text(void *context, const char *text, size_t length)
{
    char line[KIPC_LINE_MAX + 2];

    (void)context;
    REQUIRE(length < sizeof(line), "a line of %lu characters", length);
    memcpy(line, text, length);
    line[length] = 0;
    print("%s", line);
}

static void make_channel(void)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t made[2];

    config.message_max = PAYLOAD_MAX;
    config.buffer_bytes = 2 * PAYLOAD_MAX;
    config.capacity = 2;
    REQUIRE_OK(kipc_channel_create(&shared_kernel, shared_pids[0], &config, made));
    ends[0] = made[0];
    REQUIRE_OK(kipc_handle_duplicate(&shared_kernel, shared_pids[0], made[1], shared_pids[1],
                                     KIPC_RIGHT_RECEIVE | KIPC_RIGHT_SEND, &ends[1]));
}

static void look_on(void)
{
    static struct kipc_user_range ranges[AGENT_COUNT];
    static const struct kipc_user_ranges all = {ranges, AGENT_COUNT};
    const struct kipc_user_memory memory = kipc_user_memory_of_ranges(&all);
    const struct kipc_observer_config config = {
        .trace = trace, .trace_records = RECORDS, .channels = profiles, .channel_count = POSITIONS};

    for (unsigned agent = 0; agent < AGENT_COUNT; agent++) {
        ranges[agent] =
            (struct kipc_user_range){shared_pids[agent], true, (uintptr_t)&users[agent], sizeof(users[agent])};
    }
    REQUIRE_OK(kipc_gate_set_up(&gate, &shared_kernel, &memory));
    REQUIRE_OK(kipc_observer_attach(&shared_kernel, &observer, &config));
}

static void print_statistics(void)
{
    for (unsigned agent = 0; agent < AGENT_COUNT; agent++) {
        struct kipc_channel_stats stats;
        uint32_t id = 0;
        REQUIRE_OK(kipc_object_id(&shared_kernel, shared_pids[agent], ends[agent], &id));
        REQUIRE_OK(kipc_channel_stats(&shared_kernel, shared_pids[agent], ends[agent], &stats));
        print("statistics id=%u sent=%lu sent_bytes=%lu received=%lu received_bytes=%lu dropped=%lu full_hits=%lu "
              "empty_hits=%lu send_waits=%lu receive_waits=%lu filtered=%lu depth_peak=%u\n",
              id, stats.sent, stats.sent_bytes, stats.received, stats.received_bytes, stats.dropped, stats.full_hits,
              stats.empty_hits, stats.send_waits, stats.receive_waits, stats.filtered, stats.depth_peak);
    }
}

void program_second_hart(void)
{
    shared_kernel_second_hart();
}

void program_main(void)
{
    const struct kipc_writer writer = {write_text, NULL};
    uint64_t messages = harness_parameter("messages", 12);
    struct kipc_record record;

    REQUIRE(messages <= MESSAGES_MAX, "parameter messages is %lu, at most %u leave a trace", messages, MESSAGES_MAX);
    port = ipc_object_port;
    port_ops = *ipc_object_port.ops;
    port_ops.cycles = cycles;
    port.ops = &port_ops;
    port.cycle_bits = 32;
    shared_kernel_open(&port);
    make_channel();
    counter_offset = (1ul << 32) - CYCLES_TO_WRAP - clock_cycles();
    look_on();
    exchange(0, 1, false);
    REQUIRE(kipc_trace_take(&shared_kernel, &record, NULL) == KIPC_E_EMPTY,
            "the trace is on before it was switched on");
    REQUIRE_OK(kipc_trace_enable(&shared_kernel, true));
    exchange(1, messages, true);
    REQUIRE_OK(kipc_trace_enable(&shared_kernel, false));
    exchange(1 + messages, 1, false);
    harness_point("counter", cycles(NULL));
    REQUIRE_EQUAL(kipc_trace_dump(&shared_kernel, &writer), 2 * messages, "hops of the trace");
    print_statistics();
    REQUIRE_EQUAL(kipc_dump_channels(&shared_kernel, &writer), 2, "ends of channels");
    print("profile\n");
    REQUIRE(kipc_prof(&shared_kernel, 2, &writer) >= 4, "the profile has too few lines");
    REQUIRE_OK(kipc_observer_detach(&shared_kernel));
    shared_kernel_close();
    verdict_pass();
}
