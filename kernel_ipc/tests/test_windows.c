/* SPDX-License-Identifier: MIT */
/*
 * A process that ends while one of its threads is in the middle of a call, outside of the critical section: before the
 * call's first section, before its second one, and so on. The call must come to its end, and nothing may be left.
 */
#include "channel_fixture.h"
#include "fake_memory.h"
#include <kipc/async.h>
#include <kipc/batch.h>
#include <kipc/call.h>
#include <kipc/mapping.h>
#include <kipc/topic.h>

#define PAGE_BYTES 256u
#define PAGES 16u
#define ENTRIES 32u
#define WINDOWS_MAX 64u
#define LONG_BYTES 200u

struct window {
    struct kernel_fixture *base;
    struct kipc_scheduler inner; /* the mock's */
    kipc_pid_t victim;
    uint32_t thread; /* whose sections count */
    uint32_t left;   /* sections until the process ends; 0: it has ended, or never does */
    bool was_reached;
    struct fake_memory fake;
    struct kipc_memory memory;
    void *storage;
    uint8_t *pages;
    uint8_t taken[PAGES];
    struct fake_entry entries[ENTRIES];
};

static uintptr_t lock(void *context)
{
    struct window *window = context;
    if (window->left > 0 && window->base->mock.running == window->thread) {
        window->left -= 1;
        if (window->left == 0) {
            window->was_reached = true;
            assert_result(kipc_process_exit(&window->base->kernel, window->victim), KIPC_OK);
        }
    }
    return window->inner.ops->lock(window->inner.context);
}

static void unlock(void *context, uintptr_t state)
{
    struct window *window = context;
    window->inner.ops->unlock(window->inner.context, state);
}

static void set_priority(void *context, uint32_t thread, uint8_t priority)
{
    struct window *window = context;
    window->inner.ops->set_priority(window->inner.context, thread, priority);
}

static const struct kipc_scheduler_ops window_ops = {.lock = lock, .unlock = unlock, .set_priority = set_priority};

static const uint8_t long_data[LONG_BYTES];

static struct kipc_channel_message long_message(void)
{
    return (struct kipc_channel_message){.type = KIPC_MESSAGE_DATA, .length = LONG_BYTES, .data = long_data};
}

static kipc_handle_t give(struct window *window, kipc_handle_t handle)
{
    kipc_handle_t given;
    assert_result(
        kipc_handle_duplicate(&window->base->kernel, window->base->first, handle, window->victim, KIPC_RIGHTS, &given),
        KIPC_OK);
    return given;
}

/* A channel of the first process, of which the victim has both ends. */
static void prepare_channel(struct window *window, struct actor *actor, uint32_t capacity)
{
    struct kipc_channel_config config = channel_config(capacity);
    make_channel(window->base, &config);
    actor->handle = give(window, window->base->handle);
    actor->other = give(window, window->base->other);
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

static void prepare_condition(struct window *window, struct actor *actor)
{
    struct kipc_kernel *kernel = &window->base->kernel;
    kipc_handle_t handle;
    assert_result(kipc_condition_create(kernel, window->base->first, KIPC_WAIT_FIFO, &handle), KIPC_OK);
    actor->handle = give(window, handle);
    assert_result(kipc_mutex_create(kernel, window->base->first, false, KIPC_WAIT_FIFO, &window->base->other), KIPC_OK);
    actor->other = give(window, window->base->other);
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
    config.bytes = (size_t)2 * PAGE_BYTES;
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

static void open_window(struct window *window, struct kernel_fixture *base, uint32_t left)
{
    struct kipc_memory_limits limits = kipc_memory_limits_soc();
    memset(window, 0, sizeof(*window));
    window->base = base;
    window->inner = base->mock.scheduler;
    window->victim = base->second;
    window->left = left;
    window->pages = aligned_memory((size_t)PAGES * PAGE_BYTES);
    fake_memory_set_up(&window->fake, PAGE_BYTES, window->pages, window->taken, PAGES, window->entries, ENTRIES);
    size_t bytes = kipc_memory_bytes(&limits);
    window->storage = aligned_memory(bytes);
    assert_result(
        kipc_memory_set_up(&base->kernel, &window->memory, &window->fake.port, &limits, window->storage, bytes),
        KIPC_OK);
}

static void close_window(struct window *window)
{
    int result = kipc_process_exit(&window->base->kernel, window->victim);
    assert_true(result == KIPC_OK || result == KIPC_E_SRCH);
    assert_int_equal(window->fake.taken_count, 0);
    assert_null(window->fake.misuse);
    assert_result(kipc_memory_tear_down(&window->base->kernel), KIPC_OK);
    window->base->kernel.scheduler = window->inner;
    void *base = window->base;
    assert_int_equal(kernel_fixture_tear_down(&base), 0);
    aligned_memory_free(window->storage);
    aligned_memory_free(window->pages);
}

static int (*running)(struct actor *actor);

static void run_and_note(struct actor *actor)
{
    actor->result = running(actor);
}

/* One run; true if the call had as many sections. */
static bool ends_at(uint32_t section, void (*prepare)(struct window *, struct actor *), int (*run)(struct actor *))
{
    static struct window window;
    void *base = NULL;
    assert_int_equal(kernel_fixture_set_up(&base), 0);
    open_window(&window, base, 0);
    struct actor *actor = act(window.base, window.victim, 5, run_and_note);
    prepare(&window, actor);
    running = run;
    window.thread = actor->thread;
    window.left = section;
    window.base->kernel.scheduler = (struct kipc_scheduler){.ops = &window_ops, .context = &window};
    uint32_t blocked = mock_run(&window.base->mock);
    if (!window.was_reached && blocked > 0) { /* it waits for what nobody does: what comes after the wait? */
        assert_result(kipc_thread_cancel(&window.base->kernel, actor->thread), KIPC_OK);
        blocked = mock_run(&window.base->mock);
    }
    if (!window.was_reached && blocked > 0) {
        assert_result(kipc_process_exit(&window.base->kernel, window.victim), KIPC_OK);
        blocked = mock_run(&window.base->mock);
    }
    assert_int_equal(blocked, 0);
    assert_true(actor->has_ended);
    if (prepare == prepare_condition) { /* nobody holds it who is gone */
        int result = kipc_mutex_lock(&window.base->kernel, window.base->first, window.base->other, KIPC_NO_WAIT);
        assert_true(result == KIPC_OK || result == KIPC_E_OWNERDEAD);
        assert_result(kipc_mutex_unlock(&window.base->kernel, window.base->first, window.base->other), KIPC_OK);
    }
    close_window(&window);
    return window.was_reached;
}

/* The sections of a call, at each of which its process ended. */
static uint32_t end_everywhere(void (*prepare)(struct window *, struct actor *), int (*run)(struct actor *))
{
    uint32_t section = 1;
    while (ends_at(section, prepare, run)) {
        section += 1;
        assert_true(section < WINDOWS_MAX);
    }
    return section - 1;
}

static void test_VER_CH_07_exit_in_the_middle_of_messages(void **state)
{
    (void)state;
    assert_true(end_everywhere(prepare_buffered, run_send) >= 2);
    assert_true(end_everywhere(prepare_rendezvous, run_send) >= 2);
    assert_true(end_everywhere(prepare_full, run_send) >= 1);
    assert_true(end_everywhere(prepare_full, run_receive) >= 2);
    assert_true(end_everywhere(prepare_buffered, run_call) >= 2);
    assert_true(end_everywhere(prepare_rendezvous, run_call) >= 2);
    assert_true(end_everywhere(prepare_buffered, run_send_batch) >= 2);
    assert_true(end_everywhere(prepare_full, run_receive_batch) >= 2);
    assert_true(end_everywhere(prepare_full, run_operations) >= 4);
    assert_true(end_everywhere(prepare_nothing, run_topic) >= 5);
}

static void test_VER_CH_07_exit_between_a_wait_and_the_mutex(void **state)
{
    (void)state;
    assert_true(end_everywhere(prepare_condition, run_condition) >= 3);
}

static void test_VER_CH_07_exit_in_the_middle_of_shared_memory(void **state)
{
    (void)state;
    assert_true(end_everywhere(prepare_nothing, run_region) >= 8);
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
