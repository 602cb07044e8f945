/* SPDX-License-Identifier: MIT */
/* Calls between two processes, of which one ends before each critical section of either: in memory, and with words. */
#include "window_fixture.h"
#include <kipc/call.h>

#define LONG_BYTES 200u
#define CALLS 3u

static const uint8_t long_data[LONG_BYTES];

/* The first process keeps one end, the victim gets the other one for itself alone. */
static void split_channel(struct window *window, struct actor *victim, bool victim_serves)
{
    struct kernel_fixture *f = window->base;
    struct kipc_channel_config config = channel_config(4);
    make_channel(f, &config);
    kipc_handle_t given = victim_serves ? f->other : f->handle;
    f->handle = victim_serves ? f->handle : f->other;
    victim->handle = window_give(window, given);
    assert_result(kipc_handle_close(&f->kernel, f->first, given), KIPC_OK);
}

static int call_with(struct actor *actor, uint32_t length)
{
    const struct kipc_channel_message message = {.length = length, .data = long_data};
    uint8_t reply[LONG_BYTES];
    int result = 0;
    for (uint32_t i = 0; result >= 0 && i < CALLS; i++) {
        result = kipc_channel_call(&actor->fixture->kernel, actor->pid, actor->handle, &message, reply, LONG_BYTES,
                                   KIPC_FOREVER);
        assert_true(result < 0 || result == (int)length);
    }
    return result;
}

/* Replies with as many bytes as the request had, until there are no more requests. */
static int serve(struct actor *actor)
{
    struct kipc_kernel *kernel = &actor->fixture->kernel;
    struct kipc_channel_info info;
    uint8_t buffer[LONG_BYTES];
    int result = 0;
    while (result >= 0) {
        result = kipc_channel_receive(kernel, actor->pid, actor->handle, buffer, LONG_BYTES, &info, KIPC_FOREVER);
        if (result >= 0) {
            result = kipc_channel_reply(kernel, actor->pid, info.header.request_id, long_data, (uint32_t)result);
            result = result == KIPC_E_CLOSED ? KIPC_OK : result; /* the caller is gone; the next one may come */
        }
    }
    return result;
}

static int call_straight(struct actor *actor)
{
    return call_with(actor, 8);
}

static int call_long(struct actor *actor)
{
    return call_with(actor, LONG_BYTES);
}

static int call_words(struct actor *actor)
{
    int result = 0;
    for (uint32_t i = 0; result >= 0 && i < CALLS; i++) {
        result = kipc_channel_call_words(&actor->fixture->kernel, actor->pid, actor->handle, 8, KIPC_FOREVER);
        assert_true(result < 0 || result == 8);
    }
    return result;
}

static int serve_words(struct actor *actor)
{
    struct kipc_kernel *kernel = &actor->fixture->kernel;
    uint64_t id = 0;
    int result = kipc_channel_receive_words(kernel, actor->pid, actor->handle, &id, KIPC_FOREVER);
    while (result >= 0) {
        assert_true(result == 8 && id != 0);
        result = kipc_channel_reply_words(kernel, actor->pid, actor->handle, &id, 8);
        if (result == KIPC_E_CLOSED && id != 0) {
            result = kipc_channel_receive_words(kernel, actor->pid, actor->handle, &id, KIPC_FOREVER);
        }
    }
    return result;
}

static void partner_serves(struct actor *actor)
{
    actor->result = serve(actor);
}

static void partner_serves_words(struct actor *actor)
{
    actor->result = serve_words(actor);
}

static void partner_calls(struct actor *actor)
{
    actor->result = call_straight(actor);
}

static void partner_calls_long(struct actor *actor)
{
    actor->result = call_long(actor);
}

static void partner_calls_words(struct actor *actor)
{
    actor->result = call_words(actor);
}

/* As urgent as the victim, so that words are carried both ways. */
static void add_partner(struct window *window, struct actor *victim, void (*body)(struct actor *), bool victim_serves)
{
    split_channel(window, victim, victim_serves);
    window->partner = act(window->base, window->base->first, 5, body);
}

static void prepare_server(struct window *window, struct actor *victim)
{
    add_partner(window, victim, partner_serves, false);
}

static void prepare_words_server(struct window *window, struct actor *victim)
{
    add_partner(window, victim, partner_serves_words, false);
}

static void prepare_caller(struct window *window, struct actor *victim)
{
    add_partner(window, victim, partner_calls, true);
}

static void prepare_long_caller(struct window *window, struct actor *victim)
{
    add_partner(window, victim, partner_calls_long, true);
}

static void prepare_words_caller(struct window *window, struct actor *victim)
{
    add_partner(window, victim, partner_calls_words, true);
}

/* The same, but the partner's sections count. */
static void prepare_counting_server(struct window *window, struct actor *victim)
{
    prepare_server(window, victim);
    window->counts_partner = true;
}

static void prepare_counting_words_server(struct window *window, struct actor *victim)
{
    prepare_words_server(window, victim);
    window->counts_partner = true;
}

static void prepare_counting_words_caller(struct window *window, struct actor *victim)
{
    prepare_words_caller(window, victim);
    window->counts_partner = true;
}

static void prepare_counting_long_caller(struct window *window, struct actor *victim)
{
    prepare_long_caller(window, victim);
    window->counts_partner = true;
}

static void test_VER_CH_07_a_caller_ends_in_the_middle_of_its_call(void **state)
{
    (void)state;
    assert_true(window_end_everywhere(prepare_server, call_straight) >= 2 * CALLS);
    assert_true(window_end_everywhere(prepare_server, call_long) >= 4 * CALLS);
    assert_true(window_end_everywhere(prepare_words_server, call_words) >= 2 * CALLS);
    assert_true(window_end_everywhere(prepare_words_server, call_straight) >= 2 * CALLS);
    assert_true(window_end_everywhere(prepare_server, call_words) >= 3 * CALLS);
}

static void test_VER_CH_07_a_caller_ends_in_the_middle_of_its_reply(void **state)
{
    (void)state;
    assert_true(window_end_everywhere(prepare_counting_server, call_straight) >= 3 * CALLS);
    assert_true(window_end_everywhere(prepare_counting_server, call_long) >= 5 * CALLS);
    assert_true(window_end_everywhere(prepare_counting_words_server, call_words) >= 2 * CALLS);
}

static void test_VER_CH_07_a_server_ends_in_the_middle_of_a_call(void **state)
{
    (void)state;
    assert_true(window_end_everywhere(prepare_caller, serve) >= 3 * CALLS);
    assert_true(window_end_everywhere(prepare_long_caller, serve) >= 5 * CALLS);
    assert_true(window_end_everywhere(prepare_words_caller, serve_words) >= 2 * CALLS);
    assert_true(window_end_everywhere(prepare_caller, serve_words) >= 2 * CALLS);
    assert_true(window_end_everywhere(prepare_words_caller, serve) >= 3 * CALLS);
    assert_true(window_end_everywhere(prepare_counting_long_caller, serve) >= 4 * CALLS);
    assert_true(window_end_everywhere(prepare_counting_words_caller, serve_words) >= 2 * CALLS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VER_CH_07_a_caller_ends_in_the_middle_of_its_call),
        cmocka_unit_test(test_VER_CH_07_a_caller_ends_in_the_middle_of_its_reply),
        cmocka_unit_test(test_VER_CH_07_a_server_ends_in_the_middle_of_a_call),
    };
    return cmocka_run_group_tests_name("windows of calls", tests, NULL, NULL);
}
