/* SPDX-License-Identifier: MIT */
/*
 * Channels of three kinds: one that buffers, one that says what becomes of too many messages, and a rendezvous; and a
 * right that is handed on with a message and taken back.
 */
#include "example.h"
#include <kipc/channel.h>
#include <kipc/semaphore.h>
#include <string.h>

static int send_text(struct example *example, kipc_handle_t end, const char *text)
{
    const struct kipc_channel_message message = {
        .type = KIPC_MESSAGE_DATA, .length = (uint32_t)strlen(text), .data = text};
    return kipc_channel_send(&example->kernel, example->pid, end, &message, KIPC_NO_WAIT);
}

/* Synchronous: room for so many messages, and a time-out of its own. */
static void buffer_and_time_out(struct example *example)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2];
    char buffer[64];
    config.capacity = 2;
    config.timeout = 1000000;
    REQUIRE(kipc_channel_create(&example->kernel, example->pid, &config, ends) == KIPC_OK);
    REQUIRE(send_text(example, ends[0], "first") == KIPC_OK);
    REQUIRE(send_text(example, ends[0], "second") == KIPC_OK);
    REQUIRE(send_text(example, ends[0], "third") == KIPC_E_FULL);
    REQUIRE(kipc_channel_receive(&example->kernel, example->pid, ends[1], buffer, 64, NULL, KIPC_NO_WAIT) == 5);
    REQUIRE(kipc_channel_receive(&example->kernel, example->pid, ends[1], buffer, 64, NULL, KIPC_NO_WAIT) == 6);
    REQUIRE(memcmp(buffer, "second", 6) == 0);
    uint64_t deadline = kipc_channel_deadline(&example->kernel, example->pid, ends[1]);
    REQUIRE(kipc_channel_receive(&example->kernel, example->pid, ends[1], buffer, 64, NULL, deadline) ==
            KIPC_E_TIMEDOUT);
}

/* Asynchronous: the oldest message gives way, and the receiver is told. */
static void overwrite(struct example *example)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2];
    char buffer[64];
    config.capacity = 1;
    config.overflow = KIPC_OVERFLOW_OVERWRITE_OLDEST;
    REQUIRE(kipc_channel_create(&example->kernel, example->pid, &config, ends) == KIPC_OK);
    REQUIRE(send_text(example, ends[0], "old") == KIPC_OK);
    REQUIRE(send_text(example, ends[0], "newer") == KIPC_OK);
    REQUIRE(kipc_channel_receive(&example->kernel, example->pid, ends[1], buffer, 64, NULL, KIPC_NO_WAIT) ==
            KIPC_E_OVERFLOW);
    REQUIRE(kipc_channel_receive(&example->kernel, example->pid, ends[1], buffer, 64, NULL, KIPC_NO_WAIT) == 5);
}

/* A capability goes along with a message, with fewer rights, and can be revoked. */
static void delegate(struct example *example)
{
    struct kipc_kernel *kernel = &example->kernel;
    struct kipc_channel_config config = kipc_channel_config_default();
    struct kipc_channel_info info;
    kipc_handle_t ends[2];
    kipc_handle_t semaphore;
    kipc_handle_t weaker;
    REQUIRE(kipc_channel_create(kernel, example->pid, &config, ends) == KIPC_OK);
    REQUIRE(kipc_semaphore_create(kernel, example->pid, 0, 1, KIPC_WAIT_FIFO, &semaphore) == KIPC_OK);
    REQUIRE(kipc_handle_duplicate(kernel, example->pid, semaphore, example->pid, KIPC_RIGHT_SEND | KIPC_RIGHT_SHARE,
                                  &weaker) == KIPC_OK);
    const struct kipc_channel_message message = {
        .type = KIPC_MESSAGE_DATA, .capabilities = {weaker}, .capability_count = 1};
    REQUIRE(kipc_channel_send(kernel, example->pid, ends[0], &message, KIPC_NO_WAIT) == KIPC_OK);
    REQUIRE(kipc_channel_receive(kernel, example->pid, ends[1], NULL, 0, &info, KIPC_NO_WAIT) == 0);
    REQUIRE(info.header.sender == example->pid && info.capabilities[0] != KIPC_NO_ID);
    REQUIRE(kipc_semaphore_post(kernel, example->pid, info.capabilities[0]) == KIPC_OK);
    REQUIRE(kipc_semaphore_wait(kernel, example->pid, info.capabilities[0], KIPC_NO_WAIT) == KIPC_E_ACCES);
    REQUIRE(kipc_handle_revoke(kernel, example->pid, semaphore) == 2);
    REQUIRE(kipc_semaphore_post(kernel, example->pid, info.capabilities[0]) == KIPC_E_BADF);
}

int main(void)
{
    static struct example example;
    example_set_up(&example);
    buffer_and_time_out(&example);
    overwrite(&example);
    delegate(&example);
    example_tear_down(&example);
    return 0;
}
