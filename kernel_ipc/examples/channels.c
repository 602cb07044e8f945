/* SPDX-License-Identifier: MIT */
/*
 * Channels of three kinds: one that buffers and has a time-out of its own, one that says what becomes of too many
 * messages, and one that never keeps a message in memory.
 */
#include "example.h"
#include <kipc/channel.h>

static struct example example;
static kipc_handle_t register_end;

static int send_text(kipc_handle_t end, const char *text)
{
    const struct kipc_channel_message message = {
        .type = KIPC_MESSAGE_DATA, .length = (uint32_t)strlen(text), .data = text};
    return kipc_channel_send(&example.kernel, example.pid, end, &message, KIPC_NO_WAIT);
}

static int receive_text(kipc_handle_t end, char buffer[64], uint64_t deadline)
{
    memset(buffer, 0, 64);
    return kipc_channel_receive(&example.kernel, example.pid, end, buffer, 63, NULL, deadline);
}

/* Synchronous: room for so many messages, and a time-out of its own. */
static void buffer_and_time_out(void)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2];
    char buffer[64];
    config.capacity = 2;
    config.timeout = 100; /* ticks */
    REQUIRE(kipc_channel_create(&example.kernel, example.pid, &config, ends) == KIPC_OK);
    REQUIRE(send_text(ends[0], "first") == KIPC_OK);
    REQUIRE(send_text(ends[0], "second") == KIPC_OK);
    REQUIRE(send_text(ends[0], "third") == KIPC_E_FULL);
    REQUIRE(receive_text(ends[1], buffer, KIPC_NO_WAIT) == 5);
    REQUIRE(receive_text(ends[1], buffer, KIPC_NO_WAIT) == 6 && memcmp(buffer, "second", 6) == 0);
    uint64_t deadline = kipc_channel_deadline(&example.kernel, example.pid, ends[1]);
    int result = receive_text(ends[1], buffer, deadline);
    REQUIRE(result == KIPC_E_TIMEDOUT);
    example_print("synchronous: two of two, then %s", kipc_error_name(result));
}

/* Asynchronous: the oldest message gives way, and the receiver is told. */
static void overwrite(void)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2];
    char buffer[64];
    config.capacity = 1;
    config.overflow = KIPC_OVERFLOW_OVERWRITE_OLDEST;
    REQUIRE(kipc_channel_create(&example.kernel, example.pid, &config, ends) == KIPC_OK);
    REQUIRE(send_text(ends[0], "old") == KIPC_OK);
    REQUIRE(send_text(ends[0], "newer") == KIPC_OK);
    int result = receive_text(ends[1], buffer, KIPC_NO_WAIT);
    REQUIRE(result == KIPC_E_OVERFLOW);
    REQUIRE(receive_text(ends[1], buffer, KIPC_NO_WAIT) == 5);
    example_print("asynchronous: %s, then \"%s\"", kipc_error_name(result), buffer);
}

static void send_words(void *context)
{
    static const uint64_t words[4] = {1, 2, 3, 4};
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = sizeof(words), .data = words};
    (void)context;
    example_act_for(&example, example.pid);
    REQUIRE(kipc_channel_send(&example.kernel, example.pid, register_end, &message, KIPC_FOREVER) == KIPC_OK);
}

/* Register-only: four words, from the sender to the receiver when both are there. */
static void rendezvous(void)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2];
    uint64_t words[4];
    config.is_register_only = true;
    config.capacity = 0;
    config.message_max = KIPC_MSG_REGISTER_MAX;
    REQUIRE(kipc_channel_create(&example.kernel, example.pid, &config, ends) == KIPC_OK);
    register_end = ends[0];
    uint32_t sender = example_start(send_words, NULL);
    REQUIRE(kipc_channel_receive(&example.kernel, example.pid, ends[1], words, sizeof(words), NULL, KIPC_FOREVER) ==
            sizeof(words));
    example_join(sender);
    example_print("registers: %lu %lu %lu %lu", words[0], words[1], words[2], words[3]);
}

int main(void)
{
    example_set_up(&example);
    buffer_and_time_out();
    overwrite();
    rendezvous();
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   synchronous: two of two, then TIMEDOUT
 *   asynchronous: OVERFLOW, then "newer"
 *   registers: 1 2 3 4
 */
