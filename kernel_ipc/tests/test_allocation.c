/* SPDX-License-Identifier: MIT */
/*
 * Everything that the core allocates, one kind after the other, in every shortage: with one entry of it, with two, and
 * so on until there is enough. A program that uses each object runs into the shortage somewhere; what it had made until
 * then must go on working, and nothing may be left of it at the end.
 */
#include "channel_fixture.h"
#include "fake_memory.h"
#include <kipc/async.h>
#include <kipc/batch.h>
#include <kipc/capability.h>
#include <kipc/mapping.h>
#include <kipc/topic.h>
#include <kipc/transport.h>
#include <stdlib.h>

#define PAGE_BYTES 4096u
#define PAGES 32u
#define ENTRIES 64u
#define LARGE_BYTES 1000u
#define MANY 10u

/* Objects of the program; KIPC_NO_ID: not made yet. */
struct program {
    struct kernel_fixture *base;
    struct kipc_kernel *kernel;
    kipc_pid_t pid;
    struct fake_memory fake;
    struct kipc_memory memory;
    void *storage;
    uint8_t *pages;
    uint8_t taken[PAGES];
    struct fake_entry entries[ENTRIES];
    struct kipc_transport transport;
    kipc_handle_t semaphore, mutex, condition, rwlock, event, notification, topic, subscription, region, shared;
    kipc_handle_t ends[2];
    kipc_handle_t remote;
};

static void nothing(void *context, uint32_t port)
{
    (void)context;
    (void)port;
}

static const struct kipc_transport_ops transport_ops = {.kick = nothing, .room = nothing, .parted = nothing};

static int make_synchronisation(struct program *p)
{
    int result = kipc_semaphore_create(p->kernel, p->pid, 0, 1, KIPC_WAIT_FIFO, &p->semaphore);
    result = result == KIPC_OK ? kipc_mutex_create(p->kernel, p->pid, false, KIPC_WAIT_FIFO, &p->mutex) : result;
    result = result == KIPC_OK ? kipc_condition_create(p->kernel, p->pid, KIPC_WAIT_FIFO, &p->condition) : result;
    result = result == KIPC_OK ? kipc_rwlock_create(p->kernel, p->pid, KIPC_RWLOCK_WRITERS, KIPC_WAIT_FIFO, &p->rwlock)
                               : result;
    result =
        result == KIPC_OK ? kipc_event_create(p->kernel, p->pid, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &p->event) : result;
    return result == KIPC_OK ? kipc_notification_create(p->kernel, p->pid, KIPC_WAIT_FIFO, &p->notification) : result;
}

static int make_channel_and_names(struct program *p)
{
    struct kipc_channel_config config = channel_config(4);
    config.message_max = LARGE_BYTES;
    int result = kipc_channel_create(p->kernel, p->pid, &config, p->ends);
    if (result != KIPC_OK) {
        p->ends[0] = p->ends[1] = KIPC_NO_ID;
        return result;
    }
    kipc_handle_t opened;
    result = kipc_object_set_name(p->kernel, p->pid, p->event, "an-event", KIPC_RIGHT_SEND);
    result = result == KIPC_OK ? kipc_object_set_name(p->kernel, p->pid, p->mutex, "a-mutex", KIPC_RIGHT_SEND) : result;
    result = result == KIPC_OK
                 ? kipc_object_open(p->kernel, p->pid, KIPC_TABLE_EVENT, "an-event", KIPC_RIGHT_SEND, &opened)
                 : result;
    return result == KIPC_OK ? kipc_handle_close(p->kernel, p->pid, opened) : result;
}

static int send_many_capabilities(struct program *p)
{
    static uint8_t data[LARGE_BYTES];
    kipc_handle_t list[MANY];
    struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA,
                                           .length = LARGE_BYTES,
                                           .data = data,
                                           .capability_count = MANY,
                                           .capability_list = list};
    for (uint32_t i = 0; i < MANY; i++) {
        list[i] = p->event;
    }
    return kipc_channel_send(p->kernel, p->pid, p->ends[0], &message, KIPC_NO_WAIT);
}

/* What was received belongs to the caller, who closes it. */
static int receive_many_capabilities(struct program *p)
{
    static struct kipc_channel_large_info info;
    uint8_t buffer[LARGE_BYTES];
    int result = kipc_channel_receive_large(p->kernel, p->pid, p->ends[1], buffer, sizeof(buffer), &info, KIPC_NO_WAIT);
    for (uint32_t i = 0; result >= 0 && i < MANY; i++) {
        assert_result(kipc_handle_close(p->kernel, p->pid, info.capabilities[i]), KIPC_OK);
    }
    return result < 0 ? result : KIPC_OK;
}

static int pass_messages(struct program *p)
{
    int result = send_many_capabilities(p);
    result = result == KIPC_OK ? receive_many_capabilities(p) : result;
    struct kipc_capability capability;
    kipc_handle_t redeemed;
    result =
        result == KIPC_OK ? kipc_capability_make(p->kernel, p->pid, p->event, KIPC_RIGHT_SEND, &capability) : result;
    result = result == KIPC_OK ? kipc_capability_redeem(p->kernel, p->pid, &capability, &redeemed) : result;
    return result == KIPC_OK ? kipc_handle_close(p->kernel, p->pid, redeemed) : result;
}

/* A send that waits for room needs blocks beyond those of its channel. */
static int operate(struct program *p)
{
    kipc_token_t tokens[6];
    uint64_t number = 7;
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = sizeof(number), .data = &number};
    uint32_t begun = 0;
    int result = KIPC_OK;
    while (result == KIPC_OK && begun < 6) {
        result = kipc_channel_send_async(p->kernel, p->pid, p->ends[0], &message, p->event, &tokens[begun]);
        begun += result == KIPC_OK ? 1 : 0;
    }
    for (uint32_t i = 0; i < begun; i++) {
        assert_result(kipc_channel_receive(p->kernel, p->pid, p->ends[1], &number, sizeof(number), NULL, KIPC_NO_WAIT),
                      sizeof(number));
    }
    for (uint32_t i = 0; i < begun; i++) {
        assert_result(kipc_async_poll(p->kernel, p->pid, tokens[i], NULL, 0, NULL), KIPC_OK);
    }
    return result;
}

static int publish(struct program *p)
{
    static const uint8_t data[200];
    const struct kipc_topic_config config = {.message_max = sizeof(data), .history = 1};
    const struct kipc_subscription_config subscription = {.capacity = 2};
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = sizeof(data), .data = data};
    int result = p->topic == KIPC_NO_ID ? kipc_topic_create(p->kernel, p->pid, &config, &p->topic) : KIPC_OK;
    result = result == KIPC_OK && p->subscription == KIPC_NO_ID
                 ? kipc_topic_subscribe(p->kernel, p->pid, p->topic, &subscription, &p->subscription)
                 : result;
    if (result == KIPC_OK) {
        uint8_t buffer[sizeof(data)];
        assert_result(kipc_topic_publish(p->kernel, p->pid, p->topic, &message, KIPC_NO_WAIT), 1);
        assert_result(
            kipc_topic_receive(p->kernel, p->pid, p->subscription, buffer, sizeof(buffer), NULL, KIPC_NO_WAIT),
            sizeof(buffer));
    }
    return result;
}

static int share_memory(struct program *p)
{
    struct kipc_region_config config = kipc_region_config_default();
    config.bytes = (size_t)3 * PAGE_BYTES;
    config.lifetime = KIPC_LIFETIME_HANDLES;
    const struct kipc_mapping_config mapping = {.bytes = config.bytes, .flags = KIPC_MAP_READ | KIPC_MAP_USER};
    uintptr_t address;
    int result = kipc_region_create(p->kernel, p->pid, &config, &p->region);
    result = result == KIPC_OK ? kipc_region_attach(p->kernel, p->pid, p->region, NULL) : result;
    result = result == KIPC_OK ? kipc_region_map(p->kernel, p->pid, p->region, &mapping, &address) : result;
    result = result == KIPC_OK ? kipc_region_share(p->kernel, p->pid, p->region, &p->shared) : result;
    result = result == KIPC_OK ? kipc_region_write(p->kernel, p->pid, p->region, PAGE_BYTES, "new", 3) : result;
    kipc_handle_t copy;
    result = result == KIPC_OK ? kipc_region_copy(p->kernel, p->pid, p->region, &copy) : result;
    return result == KIPC_OK ? kipc_handle_close(p->kernel, p->pid, copy) : result;
}

static int open_remote(struct program *p)
{
    const struct kipc_channel_config config = channel_config(2);
    return kipc_channel_open_remote(p->kernel, p->pid, &config, 0, 0, &p->remote);
}

static int (*const steps[])(struct program *) = {
    make_synchronisation, make_channel_and_names, pass_messages, operate, publish, share_memory, open_remote};

/* Each object that was made does its work, whatever failed after it. */
static void use_synchronisation(struct program *p)
{
    struct kipc_notification_entry entry;
    if (p->semaphore != KIPC_NO_ID) {
        assert_result(kipc_semaphore_post(p->kernel, p->pid, p->semaphore), KIPC_OK);
        assert_result(kipc_semaphore_wait(p->kernel, p->pid, p->semaphore, KIPC_NO_WAIT), KIPC_OK);
    }
    if (p->mutex != KIPC_NO_ID) {
        assert_result(kipc_mutex_lock(p->kernel, p->pid, p->mutex, KIPC_NO_WAIT), KIPC_OK);
        assert_result(kipc_mutex_unlock(p->kernel, p->pid, p->mutex), KIPC_OK);
    }
    if (p->condition != KIPC_NO_ID) {
        assert_result(kipc_condition_signal(p->kernel, p->pid, p->condition), 0);
    }
    if (p->rwlock != KIPC_NO_ID) {
        assert_result(kipc_rwlock_write(p->kernel, p->pid, p->rwlock, KIPC_NO_WAIT), KIPC_OK);
        assert_result(kipc_rwlock_unlock(p->kernel, p->pid, p->rwlock), KIPC_OK);
    }
    if (p->event != KIPC_NO_ID) {
        assert_true(kipc_event_signal(p->kernel, p->pid, p->event, 1) >= 0);
        assert_result(kipc_event_wait(p->kernel, p->pid, p->event, KIPC_NO_WAIT, NULL), KIPC_OK);
    }
    if (p->notification != KIPC_NO_ID) {
        assert_true(kipc_notification_post(p->kernel, p->pid, p->notification, 1, 1) >= 0);
        assert_result(kipc_notification_take(p->kernel, p->pid, p->notification, KIPC_NO_WAIT, &entry), KIPC_OK);
    }
}

static void use_messages(struct program *p)
{
    uint64_t number = 5;
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = sizeof(number), .data = &number};
    struct kipc_message_header header;
    if (p->ends[0] != KIPC_NO_ID) {
        for (uint32_t i = 0; i < 4; i++) { /* all of its capacity */
            assert_result(kipc_channel_send(p->kernel, p->pid, p->ends[0], &message, KIPC_NO_WAIT), KIPC_OK);
        }
        assert_result(kipc_channel_send(p->kernel, p->pid, p->ends[0], &message, KIPC_NO_WAIT), KIPC_E_FULL);
        for (uint32_t i = 0; i < 4; i++) {
            assert_result(
                kipc_channel_receive(p->kernel, p->pid, p->ends[1], &number, sizeof(number), NULL, KIPC_NO_WAIT),
                sizeof(number));
        }
    }
    if (p->subscription != KIPC_NO_ID) {
        assert_result(publish(p), KIPC_OK);
    }
    if (p->remote != KIPC_NO_ID) {
        assert_result(kipc_channel_send(p->kernel, p->pid, p->remote, &message, KIPC_NO_WAIT), KIPC_OK);
        assert_result(kipc_transport_take(p->kernel, 0, 0, &header, &number, sizeof(number)), sizeof(number));
    }
}

static void use_regions(struct program *p)
{
    char bytes[4] = {0};
    if (p->region == KIPC_NO_ID || kipc_region_attach(p->kernel, p->pid, p->region, NULL) != KIPC_OK) {
        return; /* none, or no record left to attach it with */
    }
    int result = kipc_region_write(p->kernel, p->pid, p->region, 0, "abc", 3);
    assert_true(result == KIPC_OK || (result == KIPC_E_NOMEM && p->shared != KIPC_NO_ID)); /* no page for a copy */
    assert_result(kipc_region_read(p->kernel, p->pid, p->region, 0, bytes, 3), KIPC_OK);
    assert_string_equal(bytes, result == KIPC_OK ? "abc" : "");
    assert_result(kipc_region_detach(p->kernel, p->pid, p->region), 0);
}

static void set_up(struct program *p, const struct kipc_limits *limits, const struct kipc_memory_limits *memory)
{
    static const uint8_t key[KIPC_CAPABILITY_KEY_BYTES] = "a key for tests";
    void *base = NULL;
    memset(p, 0, sizeof(*p)); /* KIPC_NO_ID is 0 */
    assert_int_equal(kernel_fixture_set_up_with(&base, limits), 0);
    p->base = base;
    p->kernel = &p->base->kernel;
    p->pid = p->base->first;
    p->pages = aligned_memory((size_t)PAGES * PAGE_BYTES);
    fake_memory_set_up(&p->fake, PAGE_BYTES, p->pages, p->taken, PAGES, p->entries, ENTRIES);
    size_t bytes = kipc_memory_bytes(memory);
    p->storage = aligned_memory(bytes);
    assert_result(kipc_memory_set_up(p->kernel, &p->memory, &p->fake.port, memory, p->storage, bytes), KIPC_OK);
    assert_result(kipc_kernel_set_capability_key(p->kernel, key), KIPC_OK);
    p->transport = (struct kipc_transport){.ops = &transport_ops, .payload_max = LARGE_BYTES};
    assert_result(kipc_route_add(p->kernel, 0, &p->transport), KIPC_OK);
}

/* Names outlive their process; else the fixture asserts that nothing is left. */
static void tear_down(struct program *p)
{
    int result = kipc_object_unlink(p->kernel, p->pid, KIPC_TABLE_EVENT, "an-event");
    assert_true(result == KIPC_OK || result == KIPC_E_NOTFOUND);
    result = kipc_object_unlink(p->kernel, p->pid, KIPC_TABLE_MUTEX, "a-mutex");
    assert_true(result == KIPC_OK || result == KIPC_E_NOTFOUND);
    assert_result(kipc_process_exit(p->kernel, p->pid), KIPC_OK);
    assert_int_equal(p->fake.taken_count, 0);
    assert_int_equal(p->memory.mappings_used, 0);
    assert_int_equal(p->memory.frames_used, 0);
    assert_null(p->fake.misuse);
    assert_result(kipc_memory_tear_down(p->kernel), KIPC_OK);
    void *base = p->base;
    assert_int_equal(kernel_fixture_tear_down(&base), 0);
    aligned_memory_free(p->storage);
    aligned_memory_free(p->pages);
}

/* Runs the program, and what it has made until its end or first failure; the result is that of the step that failed. */
static int run(struct program *p)
{
    int result = KIPC_OK;
    for (size_t i = 0; result == KIPC_OK && i < COUNT_OF(steps); i++) {
        result = steps[i](p);
    }
    use_synchronisation(p);
    use_messages(p);
    use_regions(p);
    return result;
}

static int run_with(const struct kipc_limits *limits, const struct kipc_memory_limits *memory)
{
    static struct program program;
    set_up(&program, limits, memory);
    int result = run(&program);
    tear_down(&program);
    return result;
}

/* Gives one resource more and more, from `first` on; how often it was too little. */
static uint32_t lessen(uint32_t *limit, uint32_t first, const struct kipc_limits *limits,
                       const struct kipc_memory_limits *memory)
{
    uint32_t refused = 0;
    uint32_t enough = *limit;
    int result = KIPC_E_NOSPC;
    for (uint32_t count = first; result != KIPC_OK; count++) {
        assert_true(count <= enough); /* the limits of a small SoC suffice */
        *limit = count;
        result = run_with(limits, memory);
        assert_true(result == KIPC_OK || result == KIPC_E_NOSPC || result == KIPC_E_NOMEM);
        refused += result != KIPC_OK ? 1 : 0;
    }
    *limit = enough;
    return refused;
}

static void test_MOS_ER_04_each_table_runs_out(void **state)
{
    (void)state;
    struct kipc_limits limits = kipc_limits_soc();
    const struct kipc_memory_limits memory = kipc_memory_limits_soc();
    uint32_t refused[KIPC_TABLE_COUNT] = {0};
    for (unsigned int table = 0; table < KIPC_TABLE_COUNT; table++) {
        uint32_t first = table == KIPC_TABLE_PROCESS ? 2 : 1; /* the fixture registers two */
        refused[table] = lessen(&limits.tables[table], first, &limits, &memory);
    }
    assert_true(refused[KIPC_TABLE_HANDLE] >= MANY + 6);
    assert_true(refused[KIPC_TABLE_OPERATION] >= 2);
    assert_true(refused[KIPC_TABLE_CHANNEL] >= 3);
    assert_int_equal(refused[KIPC_TABLE_REGION], 2);
}

static void test_MOS_ER_04_blocks_and_names_run_out(void **state)
{
    (void)state;
    struct kipc_limits limits = kipc_limits_soc();
    const struct kipc_memory_limits memory = kipc_memory_limits_soc();
    assert_true(lessen(&limits.blocks, 1, &limits, &memory) > 8);
    assert_int_equal(lessen(&limits.names, 1, &limits, &memory), 1);
}

static void test_MOS_ER_04_each_record_of_shared_memory_runs_out(void **state)
{
    (void)state;
    const struct kipc_limits limits = kipc_limits_soc();
    struct kipc_memory_limits memory = kipc_memory_limits_soc();
    assert_true(lessen(&memory.pages, 1, &limits, &memory) >= 6);
    assert_int_equal(lessen(&memory.frame_tables, 1, &limits, &memory), 2);
    assert_int_equal(lessen(&memory.mappings, 1, &limits, &memory), 1);
}

/* Calls of the port that may fail do so in turn. */
static void test_MOS_ER_04_each_call_of_the_port_fails(void **state)
{
    (void)state;
    static struct program program;
    const struct kipc_limits limits = kipc_limits_soc();
    const struct kipc_memory_limits memory = kipc_memory_limits_soc();
    uint32_t failures = 0;
    bool has_failed = true;
    for (uint32_t fail_at = 1; has_failed; fail_at++) {
        set_up(&program, &limits, &memory);
        program.fake.fail_at = fail_at;
        int result = run(&program);
        has_failed = program.fake.fail_at == 0;
        program.fake.fail_at = 0;
        assert_true(result == KIPC_OK || (has_failed && result == KIPC_E_NOMEM));
        failures += has_failed ? 1 : 0;
        tear_down(&program);
    }
    assert_true(failures >= 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_MOS_ER_04_each_table_runs_out),
        cmocka_unit_test(test_MOS_ER_04_blocks_and_names_run_out),
        cmocka_unit_test(test_MOS_ER_04_each_record_of_shared_memory_runs_out),
        cmocka_unit_test(test_MOS_ER_04_each_call_of_the_port_fails),
    };
    return cmocka_run_group_tests_name("allocation", tests, NULL, NULL);
}
