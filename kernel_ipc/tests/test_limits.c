/* SPDX-License-Identifier: MIT */
/*
 * A build of its own, in which each limit of kipc/config.h is 2: each is reached, and refused beyond with its code. And
 * KIPC_CFG_ROOT_OVERRIDE is on, which is off elsewhere.
 */
#include "fake_memory.h"
#include "kernel_fixture.h"
#include <kipc/batch.h>
#include <kipc/region.h>
#include <kipc/topic.h>
#include <kipc/transport.h>

#define PAGES 4u
#define PAGE_BYTES 4096u

static struct kipc_channel_config tiny(uint32_t capacity)
{
    return (struct kipc_channel_config){
        .capacity = capacity, .buffer_bytes = 2, .message_max = 2, .timeout = KIPC_FOREVER};
}

static void test_MOS_SE_06_NAME_MAX(void **state)
{
    struct kernel_fixture *f = *state;
    assert_result(kipc_semaphore_create(&f->kernel, f->first, 0, 1, KIPC_WAIT_FIFO, &f->handle), KIPC_OK);
    assert_result(kipc_object_set_name(&f->kernel, f->first, f->handle, "abc", KIPC_RIGHTS), KIPC_E_INVAL);
    assert_result(kipc_object_set_name(&f->kernel, f->first, f->handle, "ab", KIPC_RIGHTS), KIPC_OK);
    assert_result(kipc_object_open(&f->kernel, f->first, KIPC_TABLE_SEMAPHORE, "ab", KIPC_RIGHTS, &f->other), KIPC_OK);
    assert_result(kipc_object_unlink(&f->kernel, f->first, KIPC_TABLE_SEMAPHORE, "ab"), KIPC_OK);
}

static void test_MOS_SE_06_WAIT_MANY_MAX(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t events[3];
    for (size_t i = 0; i < 3; i++) {
        assert_result(kipc_event_create(&f->kernel, f->first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &events[i]), KIPC_OK);
    }
    assert_result(kipc_event_signal(&f->kernel, f->first, events[1], 1), 0);
    assert_result(kipc_event_wait_any(&f->kernel, f->first, events, 3, KIPC_NO_WAIT, NULL), KIPC_E_INVAL);
    assert_result(kipc_event_wait_any(&f->kernel, f->first, events, 2, KIPC_NO_WAIT, NULL), 1);
}

static void test_MOS_SE_06_MUTEX_RECURSION_MAX(void **state)
{
    struct kernel_fixture *f = *state;
    assert_result(kipc_mutex_create(&f->kernel, f->first, true, KIPC_WAIT_FIFO, &f->handle), KIPC_OK);
    assert_result(kipc_mutex_lock(&f->kernel, f->first, f->handle, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_mutex_lock(&f->kernel, f->first, f->handle, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_mutex_lock(&f->kernel, f->first, f->handle, KIPC_NO_WAIT), KIPC_E_OVERFLOW);
    assert_result(kipc_mutex_unlock(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_result(kipc_mutex_unlock(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_result(kipc_mutex_unlock(&f->kernel, f->first, f->handle), KIPC_E_PERM); /* it is free */
}

/* Holds one mutex, then waits: the first actor for the test, each other one for the mutex of the one before it. */
static void hold_and_wait(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    assert_result(kipc_mutex_lock(&f->kernel, actor->pid, actor->handle, KIPC_NO_WAIT), KIPC_OK);
    if (actor->number == 0) {
        assert_result(kipc_semaphore_wait(&f->kernel, actor->pid, actor->other, KIPC_FOREVER), KIPC_OK);
    } else {
        assert_result(kipc_mutex_lock(&f->kernel, actor->pid, actor->other, KIPC_FOREVER), KIPC_OK);
        assert_result(kipc_mutex_unlock(&f->kernel, actor->pid, actor->other), KIPC_OK);
    }
    assert_result(kipc_mutex_unlock(&f->kernel, actor->pid, actor->handle), KIPC_OK);
}

static void test_MOS_SE_06_INHERIT_DEPTH_MAX(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t mutexes[4];
    struct actor *actors[4];
    assert_result(kipc_semaphore_create(&f->kernel, f->first, 0, 1, KIPC_WAIT_FIFO, &f->handle), KIPC_OK);
    for (uint32_t i = 0; i < 4; i++) {
        assert_result(kipc_mutex_create(&f->kernel, f->first, false, KIPC_WAIT_PRIORITY, &mutexes[i]), KIPC_OK);
        actors[i] = act(f, f->first, 5, hold_and_wait);
        actors[i]->handle = mutexes[i];
        actors[i]->other = i == 0 ? f->handle : mutexes[i - 1];
        actors[i]->number = i;
    }
    assert_int_equal(mock_run(&f->mock), 4);
    assert_int_equal(f->kernel.chains_cut, 0);
    assert_result(kipc_thread_set_priority(&f->kernel, actors[3]->thread, 200), KIPC_OK);
    assert_int_equal(f->kernel.chains_cut, 1);
    assert_result(kipc_thread_priority(&f->kernel, actors[3]->thread), 200);
    assert_result(kipc_thread_priority(&f->kernel, actors[2]->thread), 200);
    assert_result(kipc_thread_priority(&f->kernel, actors[0]->thread), 5); /* too far away */
    assert_result(kipc_semaphore_post(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
}

static void test_MOS_SE_06_NOTIFICATIONS_MAX(void **state)
{
    struct kernel_fixture *f = *state;
    assert_result(kipc_notification_create(&f->kernel, f->first, KIPC_WAIT_FIFO, &f->handle), KIPC_OK);
    assert_result(kipc_notification_post(&f->kernel, f->first, f->handle, 1, 1), KIPC_OK);
    assert_result(kipc_notification_post(&f->kernel, f->first, f->handle, 2, 1), KIPC_OK);
    assert_result(kipc_notification_post(&f->kernel, f->first, f->handle, 3, 1), KIPC_E_FULL);
}

static void test_MOS_SE_06_CH_BYTES_MAX(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = tiny(2);
    kipc_handle_t ends[2];
    char buffer[2];
    config.buffer_bytes = 3;
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), KIPC_E_INVAL);
    config.buffer_bytes = 2;
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), KIPC_OK);
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = 2, .data = "ab"};
    assert_result(kipc_channel_send(&f->kernel, f->first, ends[0], &message, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_channel_send(&f->kernel, f->first, ends[0], &message, KIPC_NO_WAIT), KIPC_E_FULL);
    assert_result(kipc_channel_receive(&f->kernel, f->first, ends[1], buffer, 2, NULL, KIPC_NO_WAIT), 2);
}

static void test_MOS_SE_06_CH_DEPTH_MAX(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = tiny(3);
    kipc_handle_t ends[2];
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA};
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), KIPC_E_INVAL);
    config.capacity = 2;
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), KIPC_OK);
    assert_result(kipc_channel_send(&f->kernel, f->first, ends[0], &message, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_channel_send(&f->kernel, f->first, ends[0], &message, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_channel_send(&f->kernel, f->first, ends[0], &message, KIPC_NO_WAIT), KIPC_E_FULL);
}

static void test_MOS_SE_06_CH_ACCESS_MAX(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = tiny(2);
    const struct kipc_channel_rule rule = {.id = 77};
    kipc_handle_t ends[2];
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), KIPC_OK);
    assert_result(kipc_channel_add_rule(&f->kernel, f->first, ends[0], &rule), KIPC_OK);
    assert_result(kipc_channel_add_rule(&f->kernel, f->first, ends[0], &rule), KIPC_OK);
    assert_result(kipc_channel_add_rule(&f->kernel, f->first, ends[0], &rule), KIPC_E_NOSPC);
}

static void test_MOS_SE_06_BATCH_MAX(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = tiny(2);
    const struct kipc_channel_message messages[3] = {{.length = 0}};
    kipc_handle_t ends[2];
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), KIPC_OK);
    assert_result(kipc_channel_send_batch(&f->kernel, f->first, ends[0], messages, 3, KIPC_NO_WAIT), KIPC_E_INVAL);
    assert_result(kipc_channel_send_batch(&f->kernel, f->first, ends[0], messages, 2, KIPC_NO_WAIT), 2);
}

/* No channel of this build has room for a large message, so one whose capabilities pass is refused for its length. */
static void test_MOS_SE_06_CAPS_PER_MSG_MAX(void **state)
{
    struct kernel_fixture *f = *state;
    const struct kipc_channel_config config = tiny(2);
    static const uint8_t payload[KIPC_MSG_SMALL_MAX + 1];
    kipc_handle_t ends[2];
    kipc_handle_t events[3];
    for (size_t i = 0; i < 3; i++) {
        assert_result(kipc_event_create(&f->kernel, f->first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &events[i]), KIPC_OK);
    }
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), KIPC_OK);
    struct kipc_channel_message message = {.length = sizeof(payload),
                                           .data = payload,
                                           .capabilities = {events[0], events[1], events[2]},
                                           .capability_count = 2,
                                           .capability_list = events};
    assert_result(kipc_channel_send(&f->kernel, f->first, ends[0], &message, KIPC_NO_WAIT), KIPC_E_MSGSIZE);
    message.capability_count = 3;
    assert_result(kipc_channel_send(&f->kernel, f->first, ends[0], &message, KIPC_NO_WAIT), KIPC_E_INVAL);
}

static void test_MOS_SE_06_TOPIC_DEPTH_MAX(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_topic_config config = {.message_max = 2, .history = 3};
    struct kipc_subscription_config subscription = {.capacity = 3};
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA};
    assert_result(kipc_topic_create(&f->kernel, f->first, &config, &f->handle), KIPC_E_INVAL);
    config.history = 2;
    assert_result(kipc_topic_create(&f->kernel, f->first, &config, &f->handle), KIPC_OK);
    assert_result(kipc_topic_subscribe(&f->kernel, f->first, f->handle, &subscription, &f->other), KIPC_E_INVAL);
    for (uint32_t i = 0; i < 3; i++) { /* one more than is kept */
        assert_result(kipc_topic_publish(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT), 0);
    }
    subscription.capacity = 2;
    assert_result(kipc_topic_subscribe(&f->kernel, f->first, f->handle, &subscription, &f->other), KIPC_OK);
    assert_result(kipc_topic_receive(&f->kernel, f->first, f->other, NULL, 0, NULL, KIPC_NO_WAIT), 0);
    assert_result(kipc_topic_receive(&f->kernel, f->first, f->other, NULL, 0, NULL, KIPC_NO_WAIT), 0);
    assert_result(kipc_topic_receive(&f->kernel, f->first, f->other, NULL, 0, NULL, KIPC_NO_WAIT), KIPC_E_EMPTY);
}

static void of_port(void *context, uint32_t port)
{
    (void)context;
    (void)port;
}

static const struct kipc_transport_ops transport_ops = {.kick = of_port, .room = of_port, .parted = of_port};

static void test_MOS_SE_06_NODES_MAX_and_MOS_SE_06_PORTS_MAX(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_transport transports[2] = {{.ops = &transport_ops, .payload_max = 2},
                                           {.ops = &transport_ops, .payload_max = 2}};
    struct kipc_channel_config config = tiny(1);
    kipc_handle_t ends[3];
    assert_result(kipc_route_add(&f->kernel, 0, &transports[0]), KIPC_OK);
    assert_result(kipc_route_add(&f->kernel, 1, &transports[1]), KIPC_OK);
    assert_result(kipc_route_add(&f->kernel, 2, &transports[1]), KIPC_E_INVAL);
    assert_result(kipc_channel_open_remote(&f->kernel, f->first, &config, 1, 0, &ends[0]), KIPC_OK);
    assert_result(kipc_channel_open_remote(&f->kernel, f->first, &config, 1, 1, &ends[1]), KIPC_OK);
    assert_result(kipc_channel_open_remote(&f->kernel, f->first, &config, 1, 2, &ends[2]), KIPC_E_INVAL);
    assert_result(kipc_route_remove(&f->kernel, 0), KIPC_OK);
    assert_result(kipc_route_remove(&f->kernel, 1), KIPC_OK);
}

static void test_MOS_SE_06_REGION_BYTES_MAX(void **state)
{
    struct kernel_fixture *f = *state;
    struct fake_memory fake;
    struct kipc_memory memory = {0};
    uint8_t used[PAGES];
    struct fake_entry entries[PAGES];
    uint8_t *pages = aligned_memory((size_t)PAGES * PAGE_BYTES);
    struct kipc_memory_limits limits = {.pages = PAGES, .frame_tables = 4, .mappings = 4, .region_bytes = 3};
    fake_memory_set_up(&fake, PAGE_BYTES, pages, used, PAGES, entries, PAGES);
    assert_int_equal(kipc_memory_bytes(&limits), 0);
    limits.region_bytes = 2;
    size_t bytes = kipc_memory_bytes(&limits);
    void *storage = aligned_memory(bytes);
    assert_result(kipc_memory_set_up(&f->kernel, &memory, &fake.port, &limits, storage, bytes), KIPC_OK);
    struct kipc_region_config config = kipc_region_config_default();
    config.bytes = 3;
    assert_result(kipc_region_create(&f->kernel, f->first, &config, &f->handle), KIPC_E_INVAL);
    config.bytes = 2;
    assert_result(kipc_region_create(&f->kernel, f->first, &config, &f->handle), KIPC_OK);
    assert_result(kipc_handle_close(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_result(kipc_memory_tear_down(&f->kernel), KIPC_OK);
    aligned_memory_free(storage);
    aligned_memory_free(pages);
}

static void test_MOS_SE_02_user_0_overrides_the_mode(void **state)
{
    struct kernel_fixture *f = *state;
    assert_int_equal(KIPC_CFG_ROOT_OVERRIDE, 1);
    assert_result(kipc_event_create(&f->kernel, f->second, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &f->handle), KIPC_OK);
    assert_result(kipc_object_set_name(&f->kernel, f->second, f->handle, "e", KIPC_RIGHTS), KIPC_OK);
    assert_result(kipc_object_set_mode(&f->kernel, f->second, f->handle, 0), KIPC_OK);
    assert_result(kipc_object_open(&f->kernel, f->second, KIPC_TABLE_EVENT, "e", KIPC_RIGHTS, &f->other),
                  KIPC_E_ACCES); /* its owner is user 1 */
    assert_result(kipc_object_open(&f->kernel, f->first, KIPC_TABLE_EVENT, "e", KIPC_RIGHTS, &f->other), KIPC_OK);
    assert_result(kipc_object_unlink(&f->kernel, f->second, KIPC_TABLE_EVENT, "e"), KIPC_OK);
}

int main(void)
{
#define LIMIT_TEST(test) cmocka_unit_test_setup_teardown(test, kernel_fixture_set_up, kernel_fixture_tear_down)
    const struct CMUnitTest tests[] = {
        LIMIT_TEST(test_MOS_SE_06_NAME_MAX),
        LIMIT_TEST(test_MOS_SE_06_WAIT_MANY_MAX),
        LIMIT_TEST(test_MOS_SE_06_MUTEX_RECURSION_MAX),
        LIMIT_TEST(test_MOS_SE_06_INHERIT_DEPTH_MAX),
        LIMIT_TEST(test_MOS_SE_06_NOTIFICATIONS_MAX),
        LIMIT_TEST(test_MOS_SE_06_CH_BYTES_MAX),
        LIMIT_TEST(test_MOS_SE_06_CH_DEPTH_MAX),
        LIMIT_TEST(test_MOS_SE_06_CH_ACCESS_MAX),
        LIMIT_TEST(test_MOS_SE_06_BATCH_MAX),
        LIMIT_TEST(test_MOS_SE_06_CAPS_PER_MSG_MAX),
        LIMIT_TEST(test_MOS_SE_06_TOPIC_DEPTH_MAX),
        LIMIT_TEST(test_MOS_SE_06_NODES_MAX_and_MOS_SE_06_PORTS_MAX),
        LIMIT_TEST(test_MOS_SE_06_REGION_BYTES_MAX),
        LIMIT_TEST(test_MOS_SE_02_user_0_overrides_the_mode),
    };
    return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
