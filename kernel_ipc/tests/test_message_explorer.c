/* SPDX-License-Identifier: MIT */
/* Channels and calls under every schedule, time-outs at every moment included. */
#include "kernel_scenario.h"

static void set_up_channel(const struct kipc_port *port, uint32_t capacity)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2];
    set_up_kernel(port);
    config.capacity = capacity;
    config.buffer_bytes = KIPC_CFG_CH_BYTES_MIN;
    config.is_unidirectional = true;
    assert_result(kipc_channel_create(&world.kernel, world.pid, &config, ends), KIPC_OK);
    world.handle = ends[0];
    world.mutex = ends[1];
}

static void set_up_rendezvous(const struct kipc_port *port)
{
    set_up_channel(port, 0);
}

static void set_up_one_place(const struct kipc_port *port)
{
    set_up_channel(port, 1);
}

static bool send_item(uint64_t deadline)
{
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA};
    int result = kipc_channel_send(&world.kernel, world.pid, world.handle, &message, deadline);
    if (result != KIPC_OK && (result != KIPC_E_TIMEDOUT || deadline == KIPC_FOREVER)) {
        explorer_fail("a send failed");
    }
    return result == KIPC_OK;
}

/* In the end it has sent one message, whatever the clock does. */
static void send_one(void)
{
    if (!send_item(SOME_TIME)) {
        (void)send_item(KIPC_FOREVER);
    }
    world.posted += 1;
}

static void send_for_ever(void)
{
    (void)send_item(KIPC_FOREVER);
    world.posted += 1;
}

static void receive_two(void)
{
    for (; world.taken < 2; world.taken++) {
        if (kipc_channel_receive(&world.kernel, world.pid, world.mutex, NULL, 0, NULL, KIPC_FOREVER) != 0) {
            explorer_fail("a receive failed");
        }
    }
}

static bool check_channel(void)
{
    return world.taken == 2 && world.posted == 2 && world.kernel.blocks_free == world.kernel.block_count &&
           everybody_runs();
}

static void test_VER_CP_03_what_is_sent_is_taken_once(void **state)
{
    (void)state;
    static void (*const threads[SCENARIO_THREADS])(void) = {send_one, send_for_ever, receive_two};
    explore("rendezvous, two senders, time-outs", set_up_rendezvous, threads, check_channel);
    explore("one place, two senders, time-outs", set_up_one_place, threads, check_channel);
}

/* Small answers go straight, in one section; for a larger one it is left while the answer is written. */
#define ANSWER_BYTES_MAX (KIPC_MSG_SMALL_MAX + 8u)
static uint32_t answer_bytes;
static uint32_t reserved; /* blocks, by the channel alone */

static void set_up_calls(const struct kipc_port *port, uint32_t bytes)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2];
    set_up_kernel(port);
    config.capacity = 1;
    config.buffer_bytes = ANSWER_BYTES_MAX;
    config.message_max = bytes;
    config.is_unidirectional = true;
    assert_result(kipc_channel_create(&world.kernel, world.pid, &config, ends), KIPC_OK);
    world.handle = ends[0];
    world.mutex = ends[1];
    answer_bytes = bytes;
    reserved = world.kernel.blocks_reserved;
}

static void set_up_small_answers(const struct kipc_port *port)
{
    set_up_calls(port, 1);
}

static void set_up_large_answers(const struct kipc_port *port)
{
    set_up_calls(port, ANSWER_BYTES_MAX);
}

static bool call_once(uint64_t deadline)
{
    uint8_t answer[ANSWER_BYTES_MAX] = {0};
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA};
    int result = kipc_channel_call(&world.kernel, world.pid, world.handle, &message, answer, answer_bytes, deadline);
    bool is_answered = result == (int)answer_bytes;
    if (result != KIPC_E_TIMEDOUT && (!is_answered || answer[answer_bytes - 1] != 7)) {
        explorer_fail("a call failed");
    }
    return is_answered;
}

static void call_until_answered(void)
{
    if (!call_once(SOME_TIME)) {
        (void)call_once(KIPC_FOREVER);
    }
    world.posted += 1;
}

static void stand_by(void) {}

/* A reply that was accepted was received by its caller, so one of them is enough. */
static void serve_one(void)
{
    while (world.taken == 0) {
        struct kipc_channel_info info;
        uint8_t answer[ANSWER_BYTES_MAX] = {0};
        answer[answer_bytes - 1] = 7;
        if (kipc_channel_receive(&world.kernel, world.pid, world.mutex, NULL, 0, &info, KIPC_FOREVER) != 0) {
            explorer_fail("a receive failed");
        }
        int result = kipc_channel_reply(&world.kernel, world.pid, info.header.request_id, answer, answer_bytes);
        if (result != KIPC_OK && result != KIPC_E_CLOSED) {
            explorer_fail("a reply failed");
        }
        world.taken += result == KIPC_OK;
    }
}

static bool check_call(void)
{
    return world.posted == 1 && world.taken == 1 && world.kernel.blocks_free == world.kernel.block_count &&
           world.kernel.blocks_reserved == reserved && everybody_runs();
}

static void test_VER_CP_01_02_a_reply_meets_its_call_or_nobody(void **state)
{
    (void)state;
    static void (*const threads[SCENARIO_THREADS])(void) = {call_until_answered, serve_one, stand_by};
    explore("straight calls, time-outs", set_up_small_answers, threads, check_call);
    explore("calls, time-outs", set_up_large_answers, threads, check_call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VER_CP_03_what_is_sent_is_taken_once),
        cmocka_unit_test(test_VER_CP_01_02_a_reply_meets_its_call_or_nobody),
    };
    return cmocka_run_group_tests_name("message explorer", tests, NULL, NULL);
}
