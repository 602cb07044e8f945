/* SPDX-License-Identifier: MIT */
/*
 * block_measure DESIGN.so [EXPECTED]   the mailbox's own numbers, in clock cycles, with no CPU and no operating system
 *
 * A cycle count names two cycles and is their distance: a wire that is high in the cycle after a handshake has 1. The
 * memory behind the design answers each read a fixed number of cycles after its address and each write a fixed number
 * of cycles after its last data, one beat a cycle, and never holds anything back (fixed_memory.h).
 * Prints one JSON object. With the file of an earlier one, any difference from it is an error: what costs or saves a
 * cycle is decided, and then that file is renewed.
 */
#include "bench_port.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Offsets of agent 0's and agent 1's registers (rtl/mailbox/mailbox.rdl); channel and window 0 between them. */
enum register_address {
    INTERRUPT_ENABLE_SET = 0x048,
    AGENT_1 = 0x10000,
    DOORBELL_SET = 0x1080,
    DOORBELL_CLEAR = 0x2008, /* agent 1's, from agent 0 */
    FIFO_PUSH = 0x3100,
    FIFO_POP = 0x4008,
    RING = 0x5000,
    RING_SUBMISSION_BASE_LOW = RING + 0x00,
    RING_COMPLETION_BASE_LOW = RING + 0x08,
    RING_SIZE = RING + 0x10,
    RING_CONTROL = RING + 0x14,
    RING_SUBMISSION_TAIL = RING + 0x20,
    RING_COMPLETION_HEAD = RING + 0x28,
    RING_EVENT = RING + 0x30,
};

enum source_bit { SOURCE_DOORBELL = 1, SOURCE_FIFO_RECEIVE = 4, SOURCE_RING_COMPLETION = 32 };

enum memory_layout {
    DESCRIPTORS = 0x1000,
    COMPLETIONS = 0x2000,
    SOURCE = 0x10000,
    DESTINATION = 0x40000,
    RING_LOG2 = 6,
    SMALL_MESSAGE = 64,
    SMALL_MESSAGES = 64,
    CYCLES_MAX = 1000000,
    TEXT_MOST = 4096, /* what is printed */
};

/* Of the memory, in cycles. The last is more than what the copy engine has room for, so that its bounds show. */
static const unsigned latencies[] = {0, 16, 100};

/** What is measured of one run of messages through ring 0 of agent 0; cycles. */
struct transfer {
    uint64_t tail_to_fetch, fetch_to_payload, payload, tail_to_interrupt;
    double cycles_a_message;
};

static uint64_t until_wire(struct bench_port *port, unsigned wire)
{
    uint64_t begun = port->cycle;

    while ((port->outputs.interrupts >> wire & 1) == 0) {
        bench_port_step(port);
        if (port->cycle - begun > CYCLES_MAX) {
            bench_port_fail(port, "the interrupt wire never rose");
        }
    }
    return port->cycle;
}

/** @return cycles from the handshake that completes the write to the first cycle in which the wire of agent 1 is high
 */
static uint64_t write_to_wire(struct bench_port *port, uint32_t source, uint32_t address, uint32_t value)
{
    bench_port_write(port, AGENT_1 + INTERRUPT_ENABLE_SET, source);
    uint64_t accepted = bench_port_write_begin(port, address, value);
    uint64_t high = until_wire(port, 1);

    bench_port_write_end(port);
    return high - accepted;
}

/** How many messages of which length, and where in an 8-byte word both sides of each begin. */
struct work {
    unsigned messages;
    uint32_t length;
    unsigned source_offset, destination_offset;
};

static void put_descriptor(struct bench_port *port, unsigned index, const struct work *work)
{
    uint8_t *slot = port->memory.bytes + DESCRIPTORS + 32 * index;
    uint64_t source = SOURCE + work->source_offset + index * (uint64_t)SMALL_MESSAGE,
             destination = DESTINATION + work->destination_offset + index * (uint64_t)SMALL_MESSAGE;
    uint32_t flags = index + 1 == work->messages ? 1 : 0;
    uint32_t tail[4] = {work->length, flags | (uint32_t)index << 16, 0, 0};

    memcpy(slot, &source, sizeof source);
    memcpy(slot + 8, &destination, sizeof destination);
    memcpy(slot + 16, tail, sizeof tail);
}

static struct transfer transfer(struct bench_port *port, unsigned latency, struct work work)
{
    struct transfer result = {0};
    const struct fixed_memory *memory = &port->memory;

    fixed_memory_start(&port->memory, latency);
    for (unsigned i = 0; i < work.messages; i++) {
        put_descriptor(port, i, &work);
    }
    bench_port_write(port, RING_CONTROL, 0);
    bench_port_write(port, RING_SUBMISSION_BASE_LOW, DESCRIPTORS);
    bench_port_write(port, RING_COMPLETION_BASE_LOW, COMPLETIONS);
    bench_port_write(port, RING_SIZE, RING_LOG2 | RING_LOG2 << 8);
    bench_port_write(port, RING_CONTROL, 1);
    bench_port_write(port, INTERRUPT_ENABLE_SET, SOURCE_RING_COMPLETION);
    uint64_t accepted = bench_port_write_begin(port, RING_SUBMISSION_TAIL, work.messages);
    bench_port_write_end(port);
    uint64_t high = until_wire(port, 0);
    if (memcmp(memory->bytes + SOURCE + work.source_offset, memory->bytes + DESTINATION + work.destination_offset,
               work.length) != 0) {
        bench_port_fail(port, "the bytes at the destination are not those of the source");
    }
    result.tail_to_fetch = memory->first_descriptor_address - accepted;
    result.fetch_to_payload = memory->first_payload_address - memory->first_descriptor_data;
    result.payload = memory->last_payload_answer - memory->first_payload_address + 1;
    result.tail_to_interrupt = high - accepted;
    result.cycles_a_message =
        work.messages == 1
            ? (double)result.tail_to_interrupt
            : (double)(memory->last_completion_answer - memory->first_completion_answer) / (work.messages - 1);
    bench_port_write(port, RING_EVENT, 0x3f);
    bench_port_write(port, RING_COMPLETION_HEAD, work.messages);
    return result;
}

static void print_transfers(struct bench_port *port, FILE *out, unsigned latency)
{
    struct transfer one = transfer(port, latency, (struct work){.messages = 1, .length = SMALL_MESSAGE});
    struct transfer page = transfer(port, latency, (struct work){.messages = 1, .length = 4096});
    struct transfer large = transfer(port, latency, (struct work){.messages = 1, .length = 65536});
    struct transfer many = transfer(port, latency, (struct work){.messages = SMALL_MESSAGES, .length = SMALL_MESSAGE});
    struct transfer down = transfer(
        port, latency, (struct work){.messages = 1, .length = 4096, .source_offset = 5, .destination_offset = 2});
    struct transfer up = transfer(
        port, latency, (struct work){.messages = 1, .length = 4096, .source_offset = 2, .destination_offset = 5});

    fprintf(out,
            ", \"latency_%u\": {\"tail_to_fetch\": %" PRIu64 ", \"fetch_to_payload\": %" PRIu64
            ", \"small_message\": %" PRIu64 ", \"small_message_period\": %.2f, \"page_efficiency\": %.4f"
            ", \"large_efficiency\": %.4f, \"shifted_down_page\": %" PRIu64 ", \"shifted_up_page\": %" PRIu64 "}",
            latency, one.tail_to_fetch, one.fetch_to_payload, one.tail_to_interrupt, many.cycles_a_message,
            4096 / 8.0 / (double)page.payload, 65536 / 8.0 / (double)large.payload, down.payload, up.payload);
}

static void print_measurement(struct bench_port *port, FILE *out)
{
    uint64_t doorbell = write_to_wire(port, SOURCE_DOORBELL, DOORBELL_SET, 1);
    uint64_t clear_begun = bench_port_write_begin(port, AGENT_1 + DOORBELL_CLEAR, 1);

    while ((port->outputs.interrupts >> 1 & 1) != 0 && port->cycle - clear_begun < CYCLES_MAX) {
        bench_port_step(port);
    }
    uint64_t clear = port->cycle - clear_begun;
    bench_port_write_end(port);
    uint64_t push = write_to_wire(port, SOURCE_FIFO_RECEIVE, FIFO_PUSH, 0x1234);
    bench_port_write(port, AGENT_1 + FIFO_POP, 1);
    fprintf(out,
            "{\"doorbell_to_wire\": %" PRIu64 ", \"clear_to_wire_low\": %" PRIu64 ", \"push_to_wire\": %" PRIu64
            ", \"read_data\": %" PRIu64,
            doorbell, clear, push, bench_port_read_cycles(port, 0));
    for (unsigned i = 0; i < sizeof latencies / sizeof latencies[0]; i++) {
        print_transfers(port, out, latencies[i]);
    }
    fprintf(out, "}\n");
}

/** @return true if the file holds just this text */
static bool as_expected(const char *text, const char *path)
{
    char expected[TEXT_MOST] = "";
    FILE *file = fopen(path, "r");

    if (file == NULL) {
        fprintf(stderr, "block_measure: %s can not be read\n", path);
        return false;
    }
    expected[fread(expected, 1, sizeof expected - 1, file)] = 0;
    fclose(file);
    if (strcmp(text, expected) != 0) {
        fprintf(stderr, "FAIL check=measure cycle=0: expected %s", expected);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    static struct bench_port port;
    char text[TEXT_MOST] = "";

    if (argc != 2 && argc != 3) {
        fprintf(stderr, "usage: block_measure DESIGN.so [EXPECTED]\n");
        return 2;
    }
    FILE *out = fmemopen(text, sizeof text, "w");
    if (out == NULL || !bench_port_open(&port, argv[1])) {
        return 2;
    }
    print_measurement(&port, out);
    fclose(out);
    fputs(text, stdout);
    bench_port_close(&port);
    return argc == 3 && !as_expected(text, argv[2]) ? 1 : 0;
}
