/* SPDX-License-Identifier: MIT */
/* Request and reply: a client calls and waits, a server receives and replies; here the one doubles numbers. */
#include "example.h"
#include <kipc/call.h>

#define REQUESTS 3u

static struct example example;
static kipc_pid_t server;
static kipc_handle_t servers_end;

static void serve(void *context)
{
    struct kipc_kernel *kernel = &example.kernel;
    (void)context;
    example_act_for(&example, server);
    for (unsigned int i = 0; i < REQUESTS; i++) {
        struct kipc_channel_info info;
        uint32_t number;
        REQUIRE(kipc_channel_receive(kernel, server, servers_end, &number, sizeof(number), &info, KIPC_FOREVER) ==
                sizeof(number));
        if (number == 0) {
            REQUIRE(kipc_channel_reply_error(kernel, server, info.header.request_id, KIPC_E_RANGE) == KIPC_OK);
            continue;
        }
        number *= 2;
        REQUIRE(kipc_channel_reply(kernel, server, info.header.request_id, &number, sizeof(number)) == KIPC_OK);
    }
}

static int double_of(kipc_handle_t end, uint32_t number, uint32_t *result)
{
    const struct kipc_channel_message request = {
        .type = KIPC_MESSAGE_REQUEST, .length = sizeof(number), .data = &number};
    return kipc_channel_call(&example.kernel, example.pid, end, &request, result, sizeof(*result), KIPC_FOREVER);
}

int main(void)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2];
    uint32_t result;
    example_set_up(&example);
    server = example_process(&example);
    REQUIRE(kipc_channel_create(&example.kernel, example.pid, &config, ends) == KIPC_OK);
    REQUIRE(kipc_handle_duplicate(&example.kernel, example.pid, ends[1], server, KIPC_RIGHT_RECEIVE, &servers_end) ==
            KIPC_OK);
    uint32_t thread = example_start(serve, NULL);

    REQUIRE(double_of(ends[0], 21, &result) == sizeof(result) && result == 42);
    example_print("21 doubled is %u", result);
    REQUIRE(double_of(ends[0], 500, &result) == sizeof(result) && result == 1000);
    example_print("500 doubled is %u", result);
    int refused = double_of(ends[0], 0, &result);
    REQUIRE(refused == KIPC_E_RANGE);
    example_print("0 is refused: %s", kipc_error_name(refused));

    example_join(thread);
    REQUIRE(kipc_process_exit(&example.kernel, server) == KIPC_OK);
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   21 doubled is 42
 *   500 doubled is 1000
 *   0 is refused: RANGE
 */
