/* SPDX-License-Identifier: MIT */
/* Sends and receives that do not wait: a token now, a completion later, and an event that says when. */
#include "example.h"
#include <kipc/async.h>
#include <kipc/event.h>

static struct example example;

static void send_number(kipc_handle_t end, kipc_handle_t event, uint32_t number, kipc_token_t *token)
{
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = sizeof(number), .data = &number};
    REQUIRE(kipc_channel_send_async(&example.kernel, example.pid, end, &message, event, token) == KIPC_OK);
}

int main(void)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    struct kipc_kernel *kernel = &example.kernel;
    struct kipc_event_signal signal;
    kipc_handle_t ends[2];
    kipc_handle_t event;
    kipc_token_t tokens[2];
    kipc_token_t receive;
    uint32_t number;
    example_set_up(&example);
    kipc_pid_t pid = example.pid;
    config.capacity = 1;
    REQUIRE(kipc_channel_create(kernel, pid, &config, ends) == KIPC_OK);
    REQUIRE(kipc_event_create(kernel, pid, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &event) == KIPC_OK);

    /* There is room for one: the second send is under way until somebody receives. */
    send_number(ends[0], KIPC_NO_ID, 1, &tokens[0]);
    send_number(ends[0], event, 2, &tokens[1]);
    REQUIRE(kipc_async_poll(kernel, pid, tokens[0], NULL, 0, NULL) == KIPC_OK);
    int result = kipc_async_poll(kernel, pid, tokens[1], NULL, 0, NULL);
    example_print("first sent, second: %s", kipc_error_name(result));

    REQUIRE(kipc_channel_receive_async(kernel, pid, ends[1], sizeof(number), KIPC_NO_ID, &receive) == KIPC_OK);
    REQUIRE(kipc_async_poll(kernel, pid, receive, &number, sizeof(number), NULL) == sizeof(number));
    example_print("received %u", number);

    /* That made room; the event has the token of who is done. */
    REQUIRE(kipc_event_wait(kernel, pid, event, KIPC_NO_WAIT, &signal) == KIPC_OK && signal.data == tokens[1]);
    REQUIRE(kipc_async_poll(kernel, pid, tokens[1], NULL, 0, NULL) == KIPC_OK);
    REQUIRE(kipc_async_poll(kernel, pid, tokens[1], NULL, 0, NULL) == KIPC_E_BADF);
    example_print("the event names the second send: done");
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   first sent, second: WOULDBLOCK
 *   received 1
 *   the event names the second send: done
 */
