/* SPDX-License-Identifier: MIT */
/*
 * What each operation of kernel_ipc costs: every one is done several times between two marks, which cost nothing, and
 * firmware/budgets.toml says how many instructions there must be between them. No device is accessed in between.
 */
#include "kernel/ipc_port.h"
#include "kernel/program.h"
#include "programs/support/budget_objects.h"
#include "programs/support/verdict.h"
#include "soc/mark.h"
#include <kipc/async.h>
#include <kipc/batch.h>
#include <kipc/event.h>
#include <kipc/link.h>
#include <kipc/mutex.h>
#include <kipc/notification.h>
#include <kipc/registry.h>
#include <kipc/semaphore.h>

const char program_name[] = "budgets";

#define REPEATS 8u
#define SLOTS 64u
#define BATCH 32u
#define BUFFERS 4u
#define BUFFER_BYTES 65536u
#define PAGE 4096u
#define FEW 10u
#define MANY 1000u
#define RATE_BURST (REPEATS + 4u)

/* Puts a value into a register, so that fetching it is no part of what is measured. */
#define IN_REGISTER(value) __asm__ volatile("" : "+r"(value))

/* One of the repetitions of an operation; the marks stand directly before and after it. */
#define MEASURE(name, operation)                                                                                       \
    do {                                                                                                               \
        BELFRY_MARK("budget.begin." name, 0, 0);                                                                       \
        operation;                                                                                                     \
        BELFRY_MARK("budget.end." name, 0, 0);                                                                         \
    } while (0)

static alignas(64) uint8_t ring_memory[sizeof(struct kipc_ring_shared) + SLOTS * sizeof(struct kipc_ring_slot)];
/* The buffers, and more than enough for what kipc_pool_format keeps beside them. */
#define POOL_BYTES (BUFFERS * BUFFER_BYTES + 4096)
static uint8_t pool_memory[POOL_BYTES] __attribute__((section(".noinit"), aligned(64)));
static struct kipc_buffer_record sender_records[BUFFERS], receiver_records[BUFFERS];
static struct kipc_link_sender sender;
static struct kipc_link_receiver receiver;
static uint64_t data[BATCH][8];

static void open_link(void)
{
    const struct kipc_link_pool pool = {pool_memory, sizeof(pool_memory), sender_records, BUFFERS};
    const struct kipc_link_sender_config sends = {.port = &ipc_port,
                                                  .notifier = kipc_notifier_local(&ipc_port),
                                                  .ring_memory = ring_memory,
                                                  .ring_bytes = sizeof(ring_memory),
                                                  .pool = pool};
    struct kipc_link_receiver_config receives = {.port = &ipc_port,
                                                 .notifier = kipc_notifier_local(&ipc_port),
                                                 .ring_memory = ring_memory,
                                                 .ring_bytes = sizeof(ring_memory),
                                                 .pool = pool};

    receives.pool.records = receiver_records;
    REQUIRE_OK(kipc_ring_format(ring_memory, sizeof(ring_memory), SLOTS, 0));
    REQUIRE_OK(kipc_pool_format(pool_memory, sizeof(pool_memory), BUFFERS, BUFFER_BYTES, 0));
    REQUIRE_OK(kipc_link_sender_attach(&sender, &sends));
    REQUIRE_OK(kipc_link_receiver_attach(&receiver, &receives));
}

static void rings(void)
{
    struct kipc_ring_item items[BATCH];
    struct kipc_ring_room rooms[BATCH];
    size_t length = 0;
    int64_t count;
    int result;

    for (unsigned i = 0; i < BATCH; i++) {
        items[i] = (struct kipc_ring_item){.data = data[i], .length = KIPC_RING_INLINE_MAX};
        rooms[i] = (struct kipc_ring_room){.buffer = data[i], .capacity = KIPC_RING_INLINE_MAX};
    }
    for (unsigned i = 0; i < REPEATS; i++) {
        MEASURE("ring_send", result = kipc_ring_send_sp(&sender.ring, data[0], KIPC_RING_INLINE_MAX));
        REQUIRE_OK(result);
        MEASURE("ring_receive", result = kipc_ring_receive_sc(&receiver.ring, data[1], sizeof(data[1]), &length));
        REQUIRE_OK(result);
    }
    for (unsigned i = 0; i < REPEATS; i++) {
        MEASURE("ring_send_batch", count = kipc_ring_send_batch_sp(&sender.ring, items, BATCH));
        REQUIRE_EQUAL(count, BATCH, "messages of a batch that were sent");
        MEASURE("ring_receive_batch", count = kipc_ring_receive_batch_sc(&receiver.ring, rooms, BATCH));
        REQUIRE_EQUAL(count, BATCH, "messages of a batch that were received");
    }
}

static void hand_over_page(void)
{
    struct kipc_link_sender *from = &sender;
    struct kipc_link_receiver *to = &receiver;
    struct kipc_link_message message;
    struct kipc_loan loan;
    int result;

    IN_REGISTER(from);
    IN_REGISTER(to);
    MEASURE("loan_page", result = kipc_link_loan(from, PAGE, &loan, KIPC_NO_WAIT));
    REQUIRE_OK(result);
    MEASURE("commit_page", result = kipc_link_commit(from, &loan, PAGE, KIPC_NO_WAIT));
    REQUIRE_OK(result);
    MEASURE("receive_page", result = kipc_link_receive(to, &message, KIPC_NO_WAIT));
    REQUIRE_OK(result);
    MEASURE("release_page", result = kipc_link_release(to, &message.view));
    REQUIRE_OK(result);
}

static void hand_over_buffer(void)
{
    struct kipc_link_sender *from = &sender;
    struct kipc_link_receiver *to = &receiver;
    struct kipc_link_message message;
    struct kipc_loan loan;
    int result;

    IN_REGISTER(from);
    IN_REGISTER(to);
    MEASURE("loan", result = kipc_link_loan(from, BUFFER_BYTES, &loan, KIPC_NO_WAIT));
    REQUIRE_OK(result);
    MEASURE("commit", result = kipc_link_commit(from, &loan, BUFFER_BYTES, KIPC_NO_WAIT));
    REQUIRE_OK(result);
    MEASURE("receive", result = kipc_link_receive(to, &message, KIPC_NO_WAIT));
    REQUIRE_OK(result);
    MEASURE("release", result = kipc_link_release(to, &message.view));
    REQUIRE_OK(result);
}

static void loans(void)
{
    for (unsigned i = 0; i < REPEATS; i++) {
        hand_over_page();
        hand_over_buffer();
    }
}

/* From the send that finds the ring full to the switch to another thread, which the scheduler marks. */
static void block_on_full(void)
{
    size_t length = 0;

    for (unsigned i = 0; i < REPEATS; i++) {
        while (kipc_ring_send_sp(&sender.ring, data[0], 8) == KIPC_OK) {
        }
        budget_other_runs_once();
        BELFRY_MARK("budget.begin.block", 0, 0);
        int result = kipc_ring_send_blocking(&sender.ring, data[0], 8, KIPC_FOREVER);
        REQUIRE_OK(result);
        while (kipc_ring_receive_sc(&receiver.ring, data[1], sizeof(data[1]), &length) == KIPC_OK) {
        }
    }
}

/* What the other thread does when the first one is blocked: makes room, which wakes it. */
static void make_room(void)
{
    size_t length = 0;

    REQUIRE_OK(kipc_ring_receive_sc(&receiver.ring, data[1], sizeof(data[1]), &length));
}

static void locks(void)
{
    kipc_handle_t semaphore, mutex, event;
    int result;

    REQUIRE_OK(kipc_semaphore_create(&budget_kernel, budget_pid, 0, 2, KIPC_WAIT_FIFO, &semaphore));
    REQUIRE_OK(kipc_mutex_create(&budget_kernel, budget_pid, false, KIPC_WAIT_PRIORITY, &mutex));
    REQUIRE_OK(kipc_event_create(&budget_kernel, budget_pid, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &event));
    for (unsigned i = 0; i < REPEATS; i++) {
        MEASURE("semaphore_post", result = kipc_semaphore_post(&budget_kernel, budget_pid, semaphore));
        REQUIRE_OK(result);
        MEASURE("semaphore_wait", result = kipc_semaphore_wait(&budget_kernel, budget_pid, semaphore, KIPC_NO_WAIT));
        REQUIRE_OK(result);
        MEASURE("mutex_lock", result = kipc_mutex_lock(&budget_kernel, budget_pid, mutex, KIPC_NO_WAIT));
        REQUIRE_OK(result);
        MEASURE("mutex_unlock", result = kipc_mutex_unlock(&budget_kernel, budget_pid, mutex));
        REQUIRE_OK(result);
        MEASURE("event_signal", result = kipc_event_signal(&budget_kernel, budget_pid, event, 1));
        REQUIRE_EQUAL(result, 0, "threads let go");
        MEASURE("event_wait", result = kipc_event_wait(&budget_kernel, budget_pid, event, KIPC_NO_WAIT, NULL));
        REQUIRE_OK(result);
    }
}

static void channels(void)
{
    const struct kipc_channel_message message = {.length = KIPC_MSG_SMALL_MAX, .data = data[0]};
    struct kipc_channel_config config = kipc_channel_config_default();
    struct kipc_channel_message messages[BATCH];
    struct kipc_channel_room rooms[BATCH];
    struct kipc_channel_info info;
    kipc_handle_t ends[2];
    int result;

    for (unsigned i = 0; i < BATCH; i++) {
        messages[i] = message;
        rooms[i] = (struct kipc_channel_room){.buffer = data[i], .capacity = sizeof(data[i])};
    }
    REQUIRE_OK(kipc_channel_create(&budget_kernel, budget_pid, &config, ends));
    struct kipc_kernel *kernel = &budget_kernel;
    kipc_pid_t pid = budget_pid;
    IN_REGISTER(kernel);
    IN_REGISTER(pid);
    for (unsigned i = 0; i < REPEATS; i++) {
        MEASURE("channel_send", result = kipc_channel_send(kernel, pid, ends[0], &message, KIPC_NO_WAIT));
        REQUIRE_OK(result);
        MEASURE("channel_receive",
                result = kipc_channel_receive(kernel, pid, ends[1], data[1], sizeof(data[1]), &info, KIPC_NO_WAIT));
        REQUIRE_EQUAL(result, KIPC_MSG_SMALL_MAX, "length of the message");
    }
    for (unsigned i = 0; i < REPEATS; i++) {
        MEASURE("channel_send_batch",
                result = kipc_channel_send_batch(&budget_kernel, budget_pid, ends[0], messages, BATCH, KIPC_NO_WAIT));
        REQUIRE_EQUAL(result, BATCH, "messages of a batch that were sent");
        MEASURE("channel_receive_batch",
                result = kipc_channel_receive_batch(&budget_kernel, budget_pid, ends[1], rooms, BATCH, KIPC_NO_WAIT));
        REQUIRE_EQUAL(result, BATCH, "messages of a batch that were received");
    }
}

/* The same with a limit on the rate of the process's messages, and with completions in place of waits. */
static void limited_and_async(void)
{
    const struct kipc_channel_message message = {.length = KIPC_MSG_SMALL_MAX, .data = data[0]};
    const struct kipc_channel_message shorter = {.length = KIPC_RING_INLINE_MAX, .data = data[0]};
    struct kipc_channel_info info;
    struct kipc_kernel *kernel = &budget_kernel;
    kipc_pid_t pid = budget_pid;
    kipc_handle_t ends[2];
    kipc_token_t token;
    int result;

    IN_REGISTER(kernel);
    IN_REGISTER(pid);
    REQUIRE_OK(budget_channel(ends));
    REQUIRE_OK(kipc_process_limit_rate(kernel, pid, 1, 1000, RATE_BURST));
    for (unsigned i = 0; i < REPEATS; i++) {
        MEASURE("channel_send_limited", result = kipc_channel_send(kernel, pid, ends[0], &message, KIPC_NO_WAIT));
        REQUIRE_OK(result);
        MEASURE("channel_receive_limited",
                result = kipc_channel_receive(kernel, pid, ends[1], data[1], sizeof(data[1]), &info, KIPC_NO_WAIT));
        REQUIRE_EQUAL(result, KIPC_MSG_SMALL_MAX, "length of the message");
    }
    /* The limit was there: so many at once, and then none. */
    for (unsigned i = REPEATS; i < RATE_BURST; i++) {
        REQUIRE_OK(kipc_channel_send(kernel, pid, ends[0], &message, KIPC_NO_WAIT));
        result = kipc_channel_receive(kernel, pid, ends[1], data[1], sizeof(data[1]), NULL, KIPC_NO_WAIT);
        REQUIRE_EQUAL(result, KIPC_MSG_SMALL_MAX, "length of the message");
    }
    result = kipc_channel_send(kernel, pid, ends[0], &message, KIPC_NO_WAIT);
    REQUIRE_EQUAL(result, KIPC_E_QUOTA, "one more than the rate allows");
    REQUIRE_OK(kipc_process_limit_rate(kernel, pid, 0, 1, 1));
    for (unsigned i = 0; i < REPEATS; i++) {
        MEASURE("send_async", result = kipc_channel_send_async(kernel, pid, ends[0], &shorter, KIPC_NO_ID, &token));
        REQUIRE_OK(result);
        MEASURE("async_poll", result = kipc_async_poll(kernel, pid, token, NULL, 0, NULL));
        REQUIRE_OK(result);
        result = kipc_channel_receive(kernel, pid, ends[1], data[1], sizeof(data[1]), NULL, KIPC_NO_WAIT);
        REQUIRE_EQUAL(result, KIPC_RING_INLINE_MAX, "length of the message");
    }
}

static void calls(void)
{
    const struct kipc_channel_message message = {.length = 4 * sizeof(uint64_t), .data = data[0]};
    uint64_t answer[4];

    for (unsigned i = 0; i < REPEATS; i++) {
        data[0][0] = i;
        BELFRY_MARK("budget.begin.call_request", 0, 0);
        int length = kipc_channel_call(&budget_kernel, budget_pid, budget_client, &message, answer, sizeof(answer),
                                       KIPC_FOREVER);
        BELFRY_MARK("budget.end.call_reply", 0, 0);
        REQUIRE(length == sizeof(answer) && answer[0] == i + 1, "call %u: %d bytes, answer %lu", i, length, answer[0]);
    }
}

/* With the names and channels that there are: few, and then many. */
#define LOOK_UPS(some)                                                                                                 \
    do {                                                                                                               \
        const struct kipc_registry *registry = &budget_registry;                                                       \
        const struct kipc_name *name = &budget_name;                                                                   \
        struct kipc_registry_reader *reader = budget_reader;                                                           \
        IN_REGISTER(registry);                                                                                         \
        IN_REGISTER(name);                                                                                             \
        IN_REGISTER(reader);                                                                                           \
        uint32_t found = 0;                                                                                            \
        kipc_handle_t made[2];                                                                                         \
        int status;                                                                                                    \
        for (unsigned round = 0; round < REPEATS; round++) {                                                           \
            MEASURE("registry_look_up_" some, found = kipc_registry_look_up(registry, name, reader));                  \
            REQUIRE(found != 0, "a name was not found");                                                               \
            MEASURE("object_look_up_" some, status = kipc_object_look_up(&budget_kernel, &budget_name, &found));       \
            REQUIRE_OK(status);                                                                                        \
            MEASURE("handle_look_up_" some,                                                                            \
                    status = kipc_object_id(&budget_kernel, budget_pid, budget_named, &found));                        \
            REQUIRE_OK(status);                                                                                        \
            MEASURE("channel_create_" some, status = budget_channel(made));                                            \
            REQUIRE_OK(status);                                                                                        \
            REQUIRE_OK(kipc_handle_close(&budget_kernel, budget_pid, made[0]));                                        \
            REQUIRE_OK(kipc_handle_close(&budget_kernel, budget_pid, made[1]));                                        \
        }                                                                                                              \
    } while (0)

static void look_ups_among_few(void)
{
    budget_fill(FEW);
    LOOK_UPS("few");
}

/* The most that any of the names costs. */
static void look_every_name_up(void)
{
    const struct kipc_registry *registry = &budget_registry;
    struct kipc_registry_reader *reader = budget_reader;
    uint32_t found = 0;

    for (unsigned number = 1; number < MANY; number++) {
        struct kipc_name one;
        const struct kipc_name *name = &one;
        budget_name_of(number, &one);
        IN_REGISTER(registry);
        IN_REGISTER(name);
        IN_REGISTER(reader);
        MEASURE("registry_look_up_every", found = kipc_registry_look_up(registry, name, reader));
        REQUIRE_EQUAL(found, number + 1, "what a name stands for");
    }
}

static void look_ups_among_many(void)
{
    budget_fill(MANY);
    LOOK_UPS("many");
    look_every_name_up();
}

void program_main(void)
{
    print("compiler %s\n", __VERSION__);
    budget_open(make_room);
    open_link();
    rings();
    loans();
    block_on_full();
    locks();
    channels();
    limited_and_async();
    calls();
    look_ups_among_few();
    look_ups_among_many();
    verdict_pass();
}
