/* SPDX-License-Identifier: MIT */
/* Looking on: each hop of a message, who was refused, what an end has seen. */
#include "example.h"
#include <kipc/observer.h>
#include <kipc/report.h>
#include <kipc/semaphore.h>

#define RECORDS 8u

static struct example example;
static struct kipc_observer observer;
static struct kipc_record trace[RECORDS];
static struct kipc_record audit[RECORDS];
static kipc_handle_t ends[2];

static void send_and_receive(void)
{
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = 5, .data = "hello"};
    char buffer[8];
    REQUIRE(kipc_channel_send(&example.kernel, example.pid, ends[0], &message, KIPC_NO_WAIT) == KIPC_OK);
    REQUIRE(kipc_channel_receive(&example.kernel, example.pid, ends[1], buffer, 8, NULL, KIPC_NO_WAIT) == 5);
}

static void show_trace(void)
{
    struct kipc_record record;
    while (kipc_trace_take(&example.kernel, &record, NULL) == KIPC_OK) {
        const char *what = record.kind == KIPC_RECORD_SEND ? "sent" : "received";
        example_print("trace: %s message %lu, %u bytes", what, record.sequence, record.length);
    }
}

static void show_audit(void)
{
    struct kipc_record record;
    while (kipc_audit_take(&example.kernel, &record, NULL) == KIPC_OK) {
        const char *what = record.kind == KIPC_RECORD_DENIED ? "refused" : "passed";
        REQUIRE(record.source == example.pid);
        example_print("audit: %s, %s", what, kipc_error_name(record.result));
    }
}

/* Where reports go: here one line of text is one line of the example. */
static void write_line(void *context, const char *text, size_t length)
{
    uint32_t *lines = context;
    REQUIRE(length > 8 && memcmp(text, "channel ", 8) == 0);
    *lines += 1;
}

int main(void)
{
    const struct kipc_observer_config config = {
        .trace = trace, .trace_records = RECORDS, .audit = audit, .audit_records = RECORDS};
    struct kipc_channel_config channel = kipc_channel_config_default();
    struct kipc_channel_stats stats;
    struct kipc_kernel *kernel = &example.kernel;
    uint32_t lines = 0;
    const struct kipc_writer writer = {write_line, &lines};
    example_set_up(&example);
    REQUIRE(kipc_channel_create(kernel, example.pid, &channel, ends) == KIPC_OK);
    send_and_receive(); /* nobody sees this one */

    REQUIRE(kipc_observer_attach(kernel, &observer, &config) == KIPC_OK);
    REQUIRE(kipc_trace_enable(kernel, true) == KIPC_OK && kipc_audit_enable(kernel, true) == KIPC_OK);
    send_and_receive();
    REQUIRE(kipc_semaphore_post(kernel, example.pid, ends[0]) == KIPC_E_TYPE);
    show_trace();
    show_audit();

    REQUIRE(kipc_dump_channels(kernel, &writer) == 2 && lines == 2);
    REQUIRE(kipc_channel_stats(kernel, example.pid, ends[0], &stats) == 0);
    example_print("statistics: %lu messages of %lu bytes", stats.sent, stats.sent_bytes);
    REQUIRE(kipc_observer_detach(kernel) == KIPC_OK);
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   trace: sent message 1, 5 bytes
 *   trace: received message 1, 5 bytes
 *   audit: passed, OK
 *   audit: refused, TYPE
 *   statistics: 2 messages of 10 bytes
 */
