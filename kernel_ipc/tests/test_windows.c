/* SPDX-License-Identifier: MIT */
/* A process that ends in the middle of its own calls, at each of their critical sections. */
#include "window_fixture.h"
#include <kipc/async.h>
#include <kipc/batch.h>
#include <kipc/call.h>
#include <kipc/mapping.h>
#include <kipc/topic.h>

#define LONG_BYTES 200u

static const uint8_t long_data[LONG_BYTES];

static struct kipc_channel_message long_message(void)
{
    return (struct kipc_channel_message){.type = KIPC_MESSAGE_DATA, .length = LONG_BYTES, .data = long_data};
}

/* A channel of the first process, of which the victim has both ends. */
static void prepare_channel(struct window *window, struct actor *actor, uint32_t capacity)
{
    struct kipc_channel_config config = channel_config(capacity);
    make_channel(window->base, &config);
    actor->handle = window_give(window, window->base->handle);
    actor->other = window_give(window, window->base->other);
}

static void prepare_buffered(struct window *window, struct actor *actor)
{
    prepare_channel(window, actor, 4);
}

static void prepare_rendezvous(struct window *window, struct actor *actor)
{
    prepare_channel(window, actor, 0);
}

static void prepare_full(struct window *window, struct actor *actor)
{
    const struct kipc_channel_message message = long_message();
    prepare_channel(window, actor, 1);
    assert_result(
        kipc_channel_send(&window->base->kernel, window->base->first, window->base->handle, &message, KIPC_NO_WAIT),
        KIPC_OK);
}

static int run_send(struct actor *actor)
{
    const struct kipc_channel_message message = long_message();
    return kipc_channel_send(&actor->fixture->kernel, actor->pid, actor->handle, &message, KIPC_FOREVER);
}

static int run_call(struct actor *actor)
{
    struct kipc_channel_message message = long_message();
    uint8_t reply[8];
    message.type = KIPC_MESSAGE_REQUEST;
    return kipc_channel_call(&actor->fixture->kernel, actor->pid, actor->handle, &message, reply, sizeof(reply),
                             KIPC_FOREVER);
}

static int run_receive(struct actor *actor)
{
    uint8_t buffer[LONG_BYTES];
    return kipc_channel_receive(&actor->fixture->kernel, actor->pid, actor->other, buffer, sizeof(buffer), NULL,
                                KIPC_FOREVER);
}

static int run_send_batch(struct actor *actor)
{
    const struct kipc_channel_message messages[3] = {long_message(), long_message(), long_message()};
    return kipc_channel_send_batch(&actor->fixture->kernel, actor->pid, actor->handle, messages, 3, KIPC_FOREVER);
}

static int run_receive_batch(struct actor *actor)
{
    uint8_t buffers[2][LONG_BYTES];
    struct kipc_channel_room rooms[2] = {{.buffer = buffers[0], .capacity = LONG_BYTES},
                                         {.buffer = buffers[1], .capacity = LONG_BYTES}};
    return kipc_channel_receive_batch(&actor->fixture->kernel, actor->pid, actor->other, rooms, 2, KIPC_FOREVER);
}

/* A send under way, which completes when the message before it is received, and is polled. */
static int run_operations(struct actor *actor)
{
    struct kipc_kernel *kernel = &actor->fixture->kernel;
    const struct kipc_channel_message message = long_message();
    uint8_t buffer[LONG_BYTES];
    kipc_token_t tokens[2];
    int result = kipc_channel_send_async(kernel, actor->pid, actor->handle, &message, KIPC_NO_ID, &tokens[0]);
    result = result == KIPC_OK ? run_receive(actor) : result;
    result = result >= 0 ? kipc_async_poll(kernel, actor->pid, tokens[0], NULL, 0, NULL) : result;
    result = result == KIPC_OK
                 ? kipc_channel_receive_async(kernel, actor->pid, actor->other, LONG_BYTES, KIPC_NO_ID, &tokens[1])
                 : result;
    return result == KIPC_OK ? kipc_async_poll(kernel, actor->pid, tokens[1], buffer, LONG_BYTES, NULL) : result;
}

/* All of a topic by the victim itself. */
static int run_topic(struct actor *actor)
{
    struct kipc_kernel *kernel = &actor->fixture->kernel;
    const struct kipc_topic_config config = {.message_max = LONG_BYTES, .history = 1};
    const struct kipc_subscription_config places = {.capacity = 2};
    const struct kipc_channel_message message = long_message();
    uint8_t buffer[LONG_BYTES];
    kipc_handle_t topic;
    kipc_handle_t subscription;
    int result = kipc_topic_create(kernel, actor->pid, &config, &topic);
    result = result == KIPC_OK ? kipc_topic_subscribe(kernel, actor->pid, topic, &places, &subscription) : result;
    result = result == KIPC_OK ? kipc_topic_publish(kernel, actor->pid, topic, &message, KIPC_NO_WAIT) : result;
    return result >= 0 ? kipc_topic_receive(kernel, actor->pid, subscription, buffer, LONG_BYTES, NULL, KIPC_NO_WAIT)
                       : result;
}

/* Nobody holds the mutex who is gone. */
static void lock_mutex(struct window *window)
{
    int result = kipc_mutex_lock(&window->base->kernel, window->base->first, window->base->other, KIPC_NO_WAIT);
    assert_true(result == KIPC_OK || result == KIPC_E_OWNERDEAD);
    assert_result(kipc_mutex_unlock(&window->base->kernel, window->base->first, window->base->other), KIPC_OK);
}

static void prepare_condition(struct window *window, struct actor *actor)
{
    struct kipc_kernel *kernel = &window->base->kernel;
    kipc_handle_t handle;
    assert_result(kipc_condition_create(kernel, window->base->first, KIPC_WAIT_FIFO, &handle), KIPC_OK);
    actor->handle = window_give(window, handle);
    assert_result(kipc_mutex_create(kernel, window->base->first, false, KIPC_WAIT_FIFO, &window->base->other), KIPC_OK);
    actor->other = window_give(window, window->base->other);
    window->finish = lock_mutex;
}

/* The wait ends without a signal, then the mutex is wanted again. */
static int run_condition(struct actor *actor)
{
    struct kipc_kernel *kernel = &actor->fixture->kernel;
    int result = kipc_mutex_lock(kernel, actor->pid, actor->other, KIPC_FOREVER);
    if (result == KIPC_OK) {
        result = kipc_condition_wait(kernel, actor->pid, actor->handle, actor->other, KIPC_FOREVER);
    }
    return result == KIPC_E_CANCELED ? kipc_mutex_unlock(kernel, actor->pid, actor->other) : result;
}

/* Regions of the victim, from creation to a write that needs a page of its own. */
static int run_region(struct actor *actor)
{
    struct kipc_kernel *kernel = &actor->fixture->kernel;
    struct kipc_region_config config = kipc_region_config_default();
    kipc_handle_t region;
    kipc_handle_t shared;
    kipc_handle_t copy;
    config.bytes = (size_t)2 * WINDOW_PAGE_BYTES;
    config.lifetime = KIPC_LIFETIME_HANDLES;
    int result = kipc_region_create(kernel, actor->pid, &config, &region);
    result = result == KIPC_OK ? kipc_region_attach(kernel, actor->pid, region, NULL) : result;
    result = result == KIPC_OK ? kipc_region_share(kernel, actor->pid, region, &shared) : result;
    result = result == KIPC_OK ? kipc_region_write(kernel, actor->pid, region, 0, long_data, LONG_BYTES) : result;
    return result == KIPC_OK ? kipc_region_copy(kernel, actor->pid, region, &copy) : result;
}

static void prepare_nothing(struct window *window, struct actor *actor)
{
    (void)window;
    (void)actor;
}

static void test_VER_CH_07_exit_in_the_middle_of_messages(void **state)
{
    (void)state;
    assert_true(window_end_everywhere(prepare_buffered, run_send) >= 2);
    assert_true(window_end_everywhere(prepare_rendezvous, run_send) >= 2);
    assert_true(window_end_everywhere(prepare_full, run_send) >= 1);
    assert_true(window_end_everywhere(prepare_full, run_receive) >= 2);
    assert_true(window_end_everywhere(prepare_buffered, run_call) >= 2);
    assert_true(window_end_everywhere(prepare_rendezvous, run_call) >= 2);
    assert_true(window_end_everywhere(prepare_buffered, run_send_batch) >= 2);
    assert_true(window_end_everywhere(prepare_full, run_receive_batch) >= 2);
    assert_true(window_end_everywhere(prepare_full, run_operations) >= 4);
    assert_true(window_end_everywhere(prepare_nothing, run_topic) >= 5);
}

static void test_VER_CH_07_exit_between_a_wait_and_the_mutex(void **state)
{
    (void)state;
    assert_true(window_end_everywhere(prepare_condition, run_condition) >= 3);
}

static void test_VER_CH_07_exit_in_the_middle_of_shared_memory(void **state)
{
    (void)state;
    assert_true(window_end_everywhere(prepare_nothing, run_region) >= 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VER_CH_07_exit_in_the_middle_of_messages),
        cmocka_unit_test(test_VER_CH_07_exit_between_a_wait_and_the_mutex),
        cmocka_unit_test(test_VER_CH_07_exit_in_the_middle_of_shared_memory),
    };
    return cmocka_run_group_tests_name("windows", tests, NULL, NULL);
}
