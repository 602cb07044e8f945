/* SPDX-License-Identifier: MIT */
/* The four rights: to send, to receive, to attach a handle to a message, to give another process one; and taking all
 * of it back. */
#include "example.h"
#include <kipc/channel.h>
#include <kipc/semaphore.h>

static struct example example;
static kipc_handle_t ends[2];
static kipc_handle_t semaphore;

/* A handle for posting only: it may wait for nothing, and cannot be given away again. */
static void restrict_it(void)
{
    struct kipc_kernel *kernel = &example.kernel;
    kipc_handle_t weak;
    REQUIRE(kipc_handle_duplicate(kernel, example.pid, semaphore, example.pid, KIPC_RIGHT_SEND, &weak) == KIPC_OK);
    REQUIRE(kipc_semaphore_post(kernel, example.pid, weak) == KIPC_OK);
    int receive = kipc_semaphore_wait(kernel, example.pid, weak, KIPC_NO_WAIT);
    const struct kipc_channel_message message = {
        .type = KIPC_MESSAGE_DATA, .capabilities = {weak}, .capability_count = 1};
    int share = kipc_channel_send(kernel, example.pid, ends[0], &message, KIPC_NO_WAIT);
    kipc_pid_t other = example_process(&example);
    int grant = kipc_handle_duplicate(kernel, example.pid, weak, other, KIPC_RIGHT_SEND, &weak);
    REQUIRE(receive == KIPC_E_ACCES && share == KIPC_E_ACCES && grant == KIPC_E_ACCES);
    example_print("post: OK, wait: %s, share: %s, grant: %s", kipc_error_name(receive), kipc_error_name(share),
                  kipc_error_name(grant));
    REQUIRE(kipc_process_exit(kernel, other) == KIPC_OK);
}

/* Four handles go along with a message of 64 bytes, with fewer rights than their maker has; they are revoked wherever
 * they are. */
static void send_and_revoke(void)
{
    struct kipc_kernel *kernel = &example.kernel;
    struct kipc_channel_info info;
    kipc_handle_t shared;
    uint8_t bytes[64] = {0};
    REQUIRE(kipc_handle_duplicate(kernel, example.pid, semaphore, example.pid, KIPC_RIGHT_SEND | KIPC_RIGHT_SHARE,
                                  &shared) == KIPC_OK);
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA,
                                                 .length = 64,
                                                 .data = bytes,
                                                 .capabilities = {shared, shared, shared, shared},
                                                 .capability_count = KIPC_MSG_CAPABILITIES};
    REQUIRE(kipc_channel_send(kernel, example.pid, ends[0], &message, KIPC_NO_WAIT) == KIPC_OK);
    REQUIRE(kipc_channel_receive(kernel, example.pid, ends[1], bytes, 64, &info, KIPC_NO_WAIT) == 64);
    for (unsigned int i = 0; i < KIPC_MSG_CAPABILITIES; i++) {
        REQUIRE(kipc_semaphore_post(kernel, example.pid, info.capabilities[i]) == KIPC_OK);
    }
    int closed = kipc_handle_revoke(kernel, example.pid, semaphore);
    int result = kipc_semaphore_post(kernel, example.pid, info.capabilities[0]);
    REQUIRE(result == KIPC_E_BADF);
    example_print("revoked %d handles, then: %s", closed, kipc_error_name(result));
}

int main(void)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    example_set_up(&example);
    REQUIRE(kipc_channel_create(&example.kernel, example.pid, &config, ends) == KIPC_OK);
    REQUIRE(kipc_semaphore_create(&example.kernel, example.pid, 0, 9, KIPC_WAIT_FIFO, &semaphore) == KIPC_OK);
    restrict_it();
    send_and_revoke();
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   post: OK, wait: ACCES, share: ACCES, grant: ACCES
 *   revoked 6 handles, then: BADF
 */
