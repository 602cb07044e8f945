/* SPDX-License-Identifier: MIT */
#include "kernel_fixture.h"
#include <kipc/topic.h>

static kipc_handle_t make_topic(struct kernel_fixture *f, uint32_t history)
{
    const struct kipc_topic_config config = {.message_max = 200, .history = history};
    kipc_handle_t handle;
    assert_result(kipc_topic_create(&f->kernel, f->first, &config, &handle), KIPC_OK);
    return handle;
}

static kipc_handle_t subscribe(struct kernel_fixture *f, kipc_handle_t topic, uint32_t capacity, bool drops_newest)
{
    const struct kipc_subscription_config config = {.capacity = capacity, .drops_newest = drops_newest};
    kipc_handle_t handle;
    assert_result(kipc_topic_subscribe(&f->kernel, f->first, topic, &config, &handle), KIPC_OK);
    return handle;
}

static int publish(struct kernel_fixture *f, kipc_handle_t topic, uint64_t number)
{
    const struct kipc_channel_message message = {.length = sizeof(number), .data = &number};
    return kipc_topic_publish(&f->kernel, f->first, topic, &message, KIPC_NO_WAIT);
}

static int receive(struct kernel_fixture *f, kipc_handle_t subscription, uint64_t *number)
{
    return kipc_topic_receive(&f->kernel, f->first, subscription, number, sizeof(*number), NULL, KIPC_NO_WAIT);
}

static void assert_next(struct kernel_fixture *f, kipc_handle_t subscription, uint64_t expected)
{
    uint64_t number = UINT64_MAX;
    assert_result(receive(f, subscription, &number), 8);
    assert_int_equal(number, expected);
}

static void test_EXO_CH_02_every_receiver_gets_every_message_once(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t topic = make_topic(f, 0);
    kipc_handle_t subscriptions[5];
    uint64_t number;
    assert_result(publish(f, topic, 99), 0); /* nobody is there */
    for (unsigned int i = 0; i < 5; i++) {
        subscriptions[i] = subscribe(f, topic, 4, false);
    }
    for (uint64_t round = 0; round < 50; round++) {
        for (uint64_t i = 0; i < 4; i++) {
            assert_result(publish(f, topic, 4 * round + i), 5);
        }
        for (unsigned int k = 0; k < 5; k++) {
            for (uint64_t i = 0; i < 4; i++) {
                assert_next(f, subscriptions[k], 4 * round + i);
            }
            assert_result(receive(f, subscriptions[k], &number), KIPC_E_EMPTY);
        }
    }
    assert_int_equal(f->kernel.blocks_free, f->kernel.block_count);
}

static void test_EXO_CH_02_EXO_ER_06_a_slow_receiver_stalls_nobody(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t topic = make_topic(f, 0);
    kipc_handle_t fast = subscribe(f, topic, 1, false);
    kipc_handle_t overwrites = subscribe(f, topic, 3, false);
    kipc_handle_t drops = subscribe(f, topic, 3, true);
    uint64_t number;
    for (uint64_t i = 0; i < 8; i++) {
        assert_result(publish(f, topic, i), i < 3 ? 3 : 2); /* from the fourth on one of them drops it */
        assert_next(f, fast, i);
    }
    assert_result(receive(f, overwrites, &number), KIPC_E_OVERFLOW);
    assert_result(receive(f, drops, &number), KIPC_E_OVERFLOW);
    for (uint64_t i = 0; i < 3; i++) {
        assert_next(f, overwrites, 5 + i);
        assert_next(f, drops, i);
    }
    assert_result(receive(f, overwrites, &number), KIPC_E_EMPTY);
    assert_result(receive(f, drops, &number), KIPC_E_EMPTY);
    assert_int_equal(f->mock.blocks, 0);
}

static void test_VER_CP_10_late_subscribers(void **state)
{
    struct kernel_fixture *f = *state;
    static const uint32_t histories[] = {0, 1, 3, KIPC_CFG_TOPIC_DEPTH_MAX};
    for (size_t h = 0; h < COUNT_OF(histories); h++) {
        kipc_handle_t topic = make_topic(f, histories[h]);
        kipc_handle_t early = subscribe(f, topic, 8, false);
        uint64_t number;
        for (uint64_t i = 0; i < 5; i++) {
            assert_result(publish(f, topic, i), 1);
        }
        kipc_handle_t late = subscribe(f, topic, 8, true);
        kipc_handle_t small = subscribe(f, topic, 2, true); /* of the history, the latest two */
        assert_result(publish(f, topic, 5), histories[h] >= 2 ? 2 : 3);
        for (uint64_t i = 0; i <= 5; i++) {
            assert_next(f, early, i);
        }
        for (uint64_t i = histories[h] >= 5 ? 0 : 5 - histories[h]; i <= 5; i++) {
            assert_next(f, late, i);
        }
        assert_result(receive(f, late, &number), KIPC_E_EMPTY);
        if (histories[h] >= 2) {
            assert_result(receive(f, small, &number), KIPC_E_OVERFLOW);
            assert_next(f, small, 3);
            assert_next(f, small, 4);
        }
        assert_result(kipc_handle_close(&f->kernel, f->first, topic), KIPC_OK);
        assert_result(kipc_handle_close(&f->kernel, f->first, early), KIPC_OK);
        assert_result(kipc_handle_close(&f->kernel, f->first, late), KIPC_OK);
        assert_result(kipc_handle_close(&f->kernel, f->first, small), KIPC_OK);
        assert_int_equal(f->kernel.blocks_reserved, 0);
        assert_int_equal(f->kernel.blocks_free, f->kernel.block_count);
    }
}

#define MOST_SUBSCRIBERS 64u

static int set_up_for_many(void **state)
{
    struct kipc_limits limits = kipc_limits_soc();
    limits.tables[KIPC_TABLE_SUBSCRIPTION] = MOST_SUBSCRIBERS;
    return kernel_fixture_set_up_with(state, &limits);
}

/* The message that waits first in a subscription. */
static const struct kipc_block *first_of(struct kernel_fixture *f, kipc_handle_t handle)
{
    const struct kipc_handle_entry *entry = kipc_table_find(&f->kernel.tables[KIPC_TABLE_HANDLE], handle);
    const struct kipc_subscription *subscription = (const struct kipc_subscription *)(const void *)entry->object;
    assert_int_equal(subscription->queue.count, 1);
    return subscription->queue.blocks[subscription->queue.first];
}

/* What a message to so many costs: the same as to one. */
static void publish_to(struct kernel_fixture *f, uint32_t count)
{
    uint8_t data[200];
    uint8_t received[200];
    kipc_handle_t topic = make_topic(f, 0);
    kipc_handle_t subscriptions[MOST_SUBSCRIBERS];
    for (uint32_t i = 0; i < count; i++) {
        subscriptions[i] = subscribe(f, topic, 1, false);
    }
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i * 3 + count);
    }
    const struct kipc_channel_message message = {.length = 200, .data = data};
    uint64_t copied = f->kernel.copied_bytes;
    assert_result(kipc_topic_publish(&f->kernel, f->first, topic, &message, KIPC_NO_WAIT), count);
    assert_true(f->kernel.copied_bytes - copied == 200); /* once in, and no copy more for all of them */
    assert_int_equal(f->kernel.block_count - f->kernel.blocks_free, 3);
    const struct kipc_block *stored = first_of(f, subscriptions[0]);
    for (uint32_t i = 0; i < count; i++) {
        struct kipc_channel_info info;
        assert_ptr_equal(first_of(f, subscriptions[i]), stored);
        assert_int_equal(stored->references, count - i);
        assert_int_equal(f->kernel.block_count - f->kernel.blocks_free, 3);
        assert_result(kipc_topic_receive(&f->kernel, f->first, subscriptions[i], received, 200, &info, KIPC_NO_WAIT),
                      200);
        assert_memory_equal(received, data, 200);
        assert_true(info.header.sender == f->first && info.sequence == 0 && info.capabilities[0] == KIPC_NO_ID);
        assert_true(f->kernel.copied_bytes - copied == 200 * (i + 2)); /* out, by each who reads */
    }
    assert_int_equal(f->kernel.blocks_free, f->kernel.block_count); /* with the last one */
    for (uint32_t i = 0; i < count; i++) {
        assert_result(kipc_handle_close(&f->kernel, f->first, subscriptions[i]), KIPC_OK);
    }
    assert_result(kipc_handle_close(&f->kernel, f->first, topic), KIPC_OK);
}

static void test_VER_FU_05_a_payload_is_stored_once(void **state)
{
    static const uint32_t counts[] = {1, 8, MOST_SUBSCRIBERS};
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        publish_to(*state, counts[i]);
    }
}

static void receive_and_note(struct actor *actor)
{
    actor->result = kipc_topic_receive(&actor->fixture->kernel, actor->pid, actor->handle, &actor->number, 8, NULL,
                                       actor->deadline);
    note(actor, actor->thread);
}

static void test_waiting_receivers(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t topic = make_topic(f, 0);
    struct actor *actors[3];
    for (unsigned int i = 0; i < 3; i++) {
        actors[i] = act(f, f->first, 1, receive_and_note);
        actors[i]->handle = subscribe(f, topic, 1, false);
    }
    actors[2]->deadline = f->mock.now + 5;
    assert_int_equal(mock_run_now(&f->mock), 3);
    assert_int_equal(mock_run(&f->mock), 2);
    assert_result(actors[2]->result, KIPC_E_TIMEDOUT);
    assert_result(publish(f, topic, 7), 3);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_true(actors[0]->number == 7 && actors[1]->number == 7);
    /* Too small a buffer: told so, and the message stays. */
    struct actor *small = act(f, f->first, 1, receive_and_note);
    small->handle = actors[0]->handle;
    assert_int_equal(mock_run_now(&f->mock), 1);
    uint8_t data[20] = {0};
    const struct kipc_channel_message message = {.length = 20, .data = data};
    assert_result(kipc_topic_publish(&f->kernel, f->first, topic, &message, KIPC_NO_WAIT), 3);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(small->result, KIPC_E_MSGSIZE);
    assert_result(kipc_topic_receive(&f->kernel, f->first, small->handle, data, 20, NULL, KIPC_NO_WAIT), 20);
}

static void test_topics_and_subscriptions_that_close(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t topic = make_topic(f, 2);
    kipc_handle_t stays = subscribe(f, topic, 4, false);
    kipc_handle_t leaves = subscribe(f, topic, 4, false);
    uint64_t number;
    assert_result(publish(f, topic, 1), 2);
    assert_result(kipc_handle_close(&f->kernel, f->first, leaves), KIPC_OK);
    assert_result(publish(f, topic, 2), 1);
    struct actor *actor = act(f, f->first, 1, receive_and_note);
    actor->handle = subscribe(f, topic, 4, false);
    assert_next(f, actor->handle, 1); /* the history */
    assert_next(f, actor->handle, 2);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(kipc_handle_close(&f->kernel, f->first, topic), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_E_CLOSED);
    assert_next(f, stays, 1);
    assert_next(f, stays, 2);
    assert_result(receive(f, stays, &number), KIPC_E_CLOSED);
    assert_result(publish(f, topic, 3), KIPC_E_BADF);
}

static void publish_many(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    for (uint64_t i = 0; i < 500; i++) {
        uint64_t number = actor->number << 32 | i;
        const struct kipc_channel_message message = {.length = sizeof(number), .data = &number};
        assert_true(kipc_topic_publish(&f->kernel, actor->pid, actor->handle, &message, KIPC_FOREVER) >= 0);
        mock_yield(&f->mock);
    }
}

static void receive_many(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    uint64_t next[2] = {0};
    while (next[0] < 500 || next[1] < 500) {
        uint64_t number;
        int result = kipc_topic_receive(&f->kernel, actor->pid, actor->handle, &number, 8, NULL, KIPC_FOREVER);
        assert_result(result, 8);
        assert_true(number >> 32 < 2 && (number & UINT32_MAX) == next[number >> 32]);
        next[number >> 32] += 1;
    }
}

static void test_two_publishers_and_three_subscribers(void **state)
{
    struct kernel_fixture *f = *state;
    f->handle = make_topic(f, 0);
    for (unsigned int i = 0; i < 3; i++) { /* more urgent than the publishers, so they keep up */
        act(f, f->first, 5, receive_many)->handle = subscribe(f, f->handle, 4, false);
    }
    act(f, f->first, 1, publish_many)->number = 0;
    act(f, f->first, 1, publish_many)->number = 1;
    assert_int_equal(mock_run(&f->mock), 0);
    assert_int_equal(f->kernel.blocks_free, f->kernel.block_count);
}

static void test_arguments_and_rights(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_kernel *kernel = &f->kernel;
    struct kipc_topic_config config = {.message_max = KIPC_CFG_CH_BYTES_MAX + 1};
    struct kipc_subscription_config subscription = {.capacity = 1};
    struct kipc_channel_message message = {.length = 0};
    kipc_handle_t handle;
    kipc_handle_t none;
    assert_result(kipc_topic_create(kernel, f->first, &config, &handle), KIPC_E_INVAL);
    config = (struct kipc_topic_config){.history = KIPC_CFG_TOPIC_DEPTH_MAX + 1};
    assert_result(kipc_topic_create(kernel, f->first, &config, &handle), KIPC_E_INVAL);
    config = (struct kipc_topic_config){.message_max = KIPC_CFG_CH_BYTES_MAX};
    assert_result(kipc_topic_create(kernel, f->first, &config, &handle), KIPC_E_NOMEM);
    assert_result(kipc_topic_create(kernel, f->first, NULL, &handle), KIPC_E_INVAL);
    config.message_max = 8;
    assert_result(kipc_topic_create(kernel, f->first, &config, NULL), KIPC_E_INVAL);
    assert_int_equal(live(f, KIPC_TABLE_TOPIC), 0);
    handle = make_topic(f, 0);
    subscription.capacity = 0;
    assert_result(kipc_topic_subscribe(kernel, f->first, handle, &subscription, &none), KIPC_E_INVAL);
    subscription.capacity = KIPC_CFG_TOPIC_DEPTH_MAX + 1;
    assert_result(kipc_topic_subscribe(kernel, f->first, handle, &subscription, &none), KIPC_E_INVAL);
    message.capability_count = 1;
    assert_result(kipc_topic_publish(kernel, f->first, handle, &message, KIPC_NO_WAIT), KIPC_E_INVAL);
    message = (struct kipc_channel_message){.length = 201, .data = &config};
    assert_result(kipc_topic_publish(kernel, f->first, handle, &message, KIPC_NO_WAIT), KIPC_E_MSGSIZE);
    assert_result(kipc_handle_restrict(kernel, f->first, handle, 0), KIPC_OK);
    assert_result(publish(f, handle, 1), KIPC_E_ACCES);
    subscription.capacity = 1;
    assert_result(kipc_topic_subscribe(kernel, f->first, handle, &subscription, &none), KIPC_E_ACCES);
    assert_int_equal(live(f, KIPC_TABLE_SUBSCRIPTION), 0);
}

static void test_MOS_ER_04_a_subscription_that_cannot_be_made(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t topic = make_topic(f, 0);
    struct kipc_subscription_config config = {.capacity = KIPC_CFG_TOPIC_DEPTH_MAX};
    kipc_handle_t handle = 77;
    uint32_t handles = live(f, KIPC_TABLE_HANDLE);
    uint32_t reserved = f->kernel.blocks_reserved;
    uint32_t blocks = f->kernel.block_count;
    f->kernel.block_count = reserved;
    assert_result(kipc_topic_subscribe(&f->kernel, f->first, topic, &config, &handle), KIPC_E_NOMEM);
    f->kernel.block_count = blocks;
    assert_int_equal(handle, 77);
    assert_int_equal(live(f, KIPC_TABLE_SUBSCRIPTION), 0);
    assert_int_equal(live(f, KIPC_TABLE_HANDLE), handles);
    assert_int_equal(f->kernel.blocks_reserved, reserved);
    assert_result(publish(f, topic, 1), 0);
    /* The most that one may hold, and holds. */
    handle = subscribe(f, topic, KIPC_CFG_TOPIC_DEPTH_MAX, true);
    for (uint64_t i = 0; i < KIPC_CFG_TOPIC_DEPTH_MAX; i++) {
        assert_result(publish(f, topic, i), 1);
    }
    assert_result(publish(f, topic, KIPC_CFG_TOPIC_DEPTH_MAX), 0);
    uint64_t number;
    assert_result(receive(f, handle, &number), KIPC_E_OVERFLOW);
    for (uint64_t i = 0; i < KIPC_CFG_TOPIC_DEPTH_MAX; i++) {
        assert_next(f, handle, i);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_EXO_CH_02_every_receiver_gets_every_message_once),
        TEST(test_EXO_CH_02_EXO_ER_06_a_slow_receiver_stalls_nobody),
        TEST(test_VER_CP_10_late_subscribers),
        cmocka_unit_test_setup_teardown(test_VER_FU_05_a_payload_is_stored_once, set_up_for_many,
                                        kernel_fixture_tear_down),
        TEST(test_waiting_receivers),
        TEST(test_topics_and_subscriptions_that_close),
        TEST(test_two_publishers_and_three_subscribers),
        TEST(test_MOS_ER_04_a_subscription_that_cannot_be_made),
        TEST(test_arguments_and_rights),
    };
    return cmocka_run_group_tests_name("topic", tests, NULL, NULL);
}
