/* SPDX-License-Identifier: MIT */
/* What a channel lets through: by size, by type, by the capability that a message must carry, by who sends it, and how
 * often. */
#include "example.h"
#include <kipc/channel.h>
#include <kipc/semaphore.h>

static struct example example;
static kipc_handle_t ends[2];

static int send_message(enum kipc_message_type type, uint32_t length, kipc_handle_t ticket)
{
    static const uint8_t bytes[64];
    const struct kipc_channel_message message = {.type = type,
                                                 .length = length,
                                                 .data = bytes,
                                                 .capabilities = {ticket},
                                                 .capability_count = ticket == KIPC_NO_ID ? 0 : 1};
    return kipc_channel_send(&example.kernel, example.pid, ends[0], &message, KIPC_NO_WAIT);
}

static const char *data_of(uint32_t length)
{
    return kipc_error_name(send_message(KIPC_MESSAGE_DATA, length, KIPC_NO_ID));
}

int main(void)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    struct kipc_kernel *kernel = &example.kernel;
    kipc_handle_t ticket;
    example_set_up(&example);
    kipc_pid_t pid = example.pid;
    config.message_max = 32;
    REQUIRE(kipc_channel_create(kernel, pid, &config, ends) == KIPC_OK);
    REQUIRE(kipc_semaphore_create(kernel, pid, 0, 1, KIPC_WAIT_FIFO, &ticket) == KIPC_OK);

    example_print("size: 32 bytes %s, 33 bytes %s", data_of(32), data_of(33));

    REQUIRE(kipc_channel_admit(kernel, pid, ends[1], 1u << KIPC_MESSAGE_DATA) == KIPC_OK);
    int request = send_message(KIPC_MESSAGE_ERROR, 4, KIPC_NO_ID);
    example_print("type: data %s, error %s", data_of(4), kipc_error_name(request));

    REQUIRE(kipc_channel_require(kernel, pid, ends[1], ticket) == KIPC_OK);
    int with_ticket = send_message(KIPC_MESSAGE_DATA, 4, ticket);
    example_print("capability: without %s, with %s", data_of(4), kipc_error_name(with_ticket));
    REQUIRE(kipc_channel_require(kernel, pid, ends[1], KIPC_NO_ID) == KIPC_OK);

    /* Two at once, then one in a very long time. */
    REQUIRE(kipc_process_limit_rate(kernel, pid, 1, KIPC_LIMITER_MAX, 2) == KIPC_OK);
    const char *first = data_of(4);
    const char *second = data_of(4);
    example_print("rate: %s %s %s", first, second, data_of(4));
    REQUIRE(kipc_process_limit_rate(kernel, pid, 0, 0, 0) == KIPC_OK);

    const struct kipc_channel_rule nobody_of_this_process = {.id = pid, .is_denied = true};
    REQUIRE(kipc_channel_add_rule(kernel, pid, ends[0], &nobody_of_this_process) == KIPC_OK);
    example_print("source: %s", data_of(4));
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   size: 32 bytes OK, 33 bytes MSGSIZE
 *   type: data OK, error FILTERED
 *   capability: without FILTERED, with OK
 *   rate: OK OK QUOTA
 *   source: ACCES
 */
