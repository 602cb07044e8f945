/* SPDX-License-Identifier: MIT */
/* The suite's cases of messages, and of objects that processes find by name. */
#include "blocking_suite.h"
#include <kipc/batch.h>

#define LOW 96u
#define HIGH 192u
#define CAPACITY 3u

static int send_number(struct suite_thread *self, uint64_t number)
{
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = sizeof(number), .data = &number};
    return kipc_channel_send(self->suite->kernel, self->pid, self->handle, &message, self->deadline);
}

static void send_numbers(struct suite_thread *self)
{
    while (self->count < self->suite->runner->rounds && self->result == KIPC_OK) {
        self->result = send_number(self, self->count);
        self->count += 1;
    }
}

/* All of them, in order, from the other process, as the kernel says. */
static void receive_numbers(struct suite_thread *self)
{
    struct suite *s = self->suite;
    kipc_pid_t sender = self->pid == s->first ? s->second : s->first;
    struct kipc_channel_info info;
    uint64_t number = 0;
    while (self->count < s->runner->rounds && self->result == KIPC_OK) {
        int length =
            kipc_channel_receive(s->kernel, self->pid, self->handle, &number, sizeof(number), &info, self->deadline);
        bool is_right = length == (int)sizeof(number) && number == self->count && info.sequence == self->count &&
                        info.header.sender == sender;
        self->result = length < 0 ? length : is_right ? KIPC_OK : KIPC_E_INTEGRITY;
        self->count += 1;
    }
}

static struct kipc_channel_config config_of(uint32_t capacity)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    config.capacity = capacity;
    return config;
}

void suite_make_channel(struct suite *s, uint32_t capacity, kipc_handle_t ends[2])
{
    struct kipc_channel_config config = config_of(capacity);
    kipc_handle_t own;
    CHECK(s, kipc_channel_create(s->kernel, s->first, &config, ends), KIPC_OK);
    own = ends[1];
    CHECK(s, kipc_handle_duplicate(s->kernel, s->first, own, s->second, KIPC_RIGHTS, &ends[1]), KIPC_OK);
    CHECK(s, kipc_handle_close(s->kernel, s->first, own), KIPC_OK);
}

static void exchange(struct suite *s, uint32_t capacity, uint8_t sender, uint8_t receiver)
{
    kipc_handle_t ends[2];
    suite_make_channel(s, capacity, ends);
    suite_start(suite_thread(s, 1, s->first, send_numbers, ends[0]), sender);
    suite_start(suite_thread(s, 2, s->second, receive_numbers, ends[1]), receiver);
    suite_join_with(s, KIPC_OK);
    CHECK(s, kipc_handle_close(s->kernel, s->first, ends[0]), KIPC_OK);
    CHECK(s, kipc_handle_close(s->kernel, s->second, ends[1]), KIPC_OK);
}

/* Both ends send and receive at once; nobody receives what went in at its own end. */
static void exchange_both_ways(struct suite *s)
{
    kipc_handle_t ends[2];
    suite_make_channel(s, CAPACITY, ends);
    suite_start(suite_thread(s, 1, s->first, send_numbers, ends[0]), LOW);
    suite_start(suite_thread(s, 2, s->second, receive_numbers, ends[1]), HIGH);
    suite_start(suite_thread(s, 3, s->second, send_numbers, ends[1]), HIGH);
    suite_start(suite_thread(s, 4, s->first, receive_numbers, ends[0]), LOW);
    suite_join_with(s, KIPC_OK);
    CHECK(s, kipc_handle_close(s->kernel, s->first, ends[0]), KIPC_OK);
    CHECK(s, kipc_handle_close(s->kernel, s->second, ends[1]), KIPC_OK);
}

void suite_channel(struct suite *s)
{
    kipc_handle_t ends[2];
    uint64_t number = 0;
    suite_make_channel(s, CAPACITY, ends);
    CHECK(s, kipc_channel_receive(s->kernel, s->first, ends[0], &number, sizeof(number), NULL, suite_deadline(s)),
          KIPC_E_TIMEDOUT);
    /* A receiver that waits is let go by the end of the other process, and a sender for whom there is no room. */
    suite_start_settled(suite_thread(s, 1, s->second, receive_numbers, ends[1]), LOW);
    CHECK(s, kipc_thread_interrupt(s->kernel, s->runner->thread_id(s->runner->context, 1)), KIPC_OK);
    suite_join_with(s, KIPC_E_INTR);
    suite_start_settled(suite_thread(s, 1, s->first, send_numbers, ends[0]), HIGH);
    CHECK(s, s->threads[1].has_ended, false);
    CHECK(s, kipc_handle_close(s->kernel, s->second, ends[1]), KIPC_OK);
    suite_join_with(s, KIPC_E_CLOSED);
    exchange(s, CAPACITY, LOW, HIGH);
    exchange(s, CAPACITY, HIGH, LOW);
    exchange(s, 0, LOW, HIGH);
    exchange(s, 0, HIGH, LOW);
    exchange_both_ways(s);
}

/* Answers each request with its number plus one; shared[0] says how many there will be. */
static void serve(struct suite_thread *self)
{
    struct suite *s = self->suite;
    struct kipc_channel_info info;
    uint64_t number = 0;
    while (self->count < s->shared[0] && self->result == KIPC_OK) {
        int length =
            kipc_channel_receive(s->kernel, self->pid, self->handle, &number, sizeof(number), &info, KIPC_FOREVER);
        number += 1;
        self->count += 1;
        self->result = length < 0
                           ? length
                           : kipc_channel_reply(s->kernel, self->pid, info.header.request_id, &number, sizeof(number));
    }
}

static void ask(struct suite_thread *self)
{
    struct suite *s = self->suite;
    while (self->count < s->runner->rounds && self->result == KIPC_OK) {
        uint64_t number = self->count * 10 + self->number;
        uint64_t answer = 0;
        const struct kipc_channel_message message = {.length = sizeof(number), .data = &number};
        int length =
            kipc_channel_call(s->kernel, self->pid, self->handle, &message, &answer, sizeof(answer), self->deadline);
        self->count += 1;
        self->result = length < 0 ? length : answer == number + 1 ? KIPC_OK : KIPC_E_INTEGRITY;
    }
}

void suite_call(struct suite *s)
{
    kipc_handle_t ends[2];
    suite_make_channel(s, CAPACITY, ends);
    struct suite_thread *alone = suite_thread(s, 1, s->first, ask, ends[0]);
    alone->deadline = suite_deadline(s);
    suite_start(alone, HIGH);
    suite_join_with(s, KIPC_E_TIMEDOUT);
    for (uint32_t turn = 0; turn < 2; turn++) {
        s->shared[0] = 2 * s->runner->rounds;
        suite_start(suite_thread(s, 1, s->second, serve, ends[1]), turn == 0 ? HIGH : LOW);
        suite_start(suite_thread(s, 2, s->first, ask, ends[0]), SUITE_PRIORITY);
        suite_start(suite_thread(s, 3, s->first, ask, ends[0]), SUITE_PRIORITY);
        suite_join_with(s, KIPC_OK);
    }
    /* A server that ends without an answer. */
    suite_start_settled(suite_thread(s, 2, s->first, ask, ends[0]), LOW);
    CHECK(s, kipc_handle_close(s->kernel, s->second, ends[1]), KIPC_OK);
    suite_join_with(s, KIPC_E_CLOSED);
}

/* More at once than there is room for, so that a batch ends early and the rest of it waits. */
#define BATCH 5u

static void send_batches(struct suite_thread *self)
{
    struct suite *s = self->suite;
    while (self->count < s->runner->rounds && self->result >= KIPC_OK) {
        struct kipc_channel_message messages[BATCH] = {{.length = 0}};
        uint64_t numbers[BATCH];
        uint64_t left = s->runner->rounds - self->count;
        uint32_t size = left < BATCH ? (uint32_t)left : BATCH;
        for (uint32_t i = 0; i < size; i++) {
            numbers[i] = self->count + i;
            messages[i].type = KIPC_MESSAGE_DATA;
            messages[i].length = sizeof(numbers[i]);
            messages[i].data = &numbers[i];
        }
        self->result = kipc_channel_send_batch(s->kernel, self->pid, self->handle, messages, size, self->deadline);
        self->count += self->result > 0 ? (uint64_t)self->result : 0;
    }
    self->result = self->result > 0 ? KIPC_OK : self->result;
}

static void receive_batches(struct suite_thread *self)
{
    struct suite *s = self->suite;
    while (self->count < s->runner->rounds && self->result >= KIPC_OK) {
        struct kipc_channel_room rooms[BATCH] = {{.capacity = 0}};
        uint64_t numbers[BATCH];
        for (uint32_t i = 0; i < BATCH; i++) {
            rooms[i].buffer = &numbers[i];
            rooms[i].capacity = sizeof(numbers[i]);
        }
        self->result = kipc_channel_receive_batch(s->kernel, self->pid, self->handle, rooms, BATCH, self->deadline);
        for (int i = 0; i < self->result; i++) {
            bool is_next = rooms[i].length == sizeof(numbers[i]) && numbers[i] == self->count;
            self->result = is_next ? self->result : KIPC_E_INTEGRITY;
            self->count += 1;
        }
    }
    self->result = self->result > 0 ? KIPC_OK : self->result;
}

void suite_batch(struct suite *s)
{
    for (uint32_t turn = 0; turn < 2; turn++) {
        kipc_handle_t ends[2];
        suite_make_channel(s, CAPACITY, ends);
        suite_start(suite_thread(s, 1, s->first, send_batches, ends[0]), turn == 0 ? LOW : HIGH);
        suite_start(suite_thread(s, 2, s->second, receive_batches, ends[1]), turn == 0 ? HIGH : LOW);
        suite_join_with(s, KIPC_OK);
        CHECK(s, s->threads[2].count, s->runner->rounds);
        suite_start_settled(suite_thread(s, 3, s->second, receive_batches, ends[1]), LOW);
        CHECK(s, kipc_handle_close(s->kernel, s->first, ends[0]), KIPC_OK);
        suite_join_with(s, KIPC_E_CLOSED);
        CHECK(s, kipc_handle_close(s->kernel, s->second, ends[1]), KIPC_OK);
    }
}

/* What is lost by policy is told, and the rest comes in order. */
static void follow_topic(struct suite_thread *self)
{
    struct suite *s = self->suite;
    uint64_t number = 0;
    while (self->count + 1 < s->runner->rounds && self->result == KIPC_OK) {
        uint64_t before = number;
        int length =
            kipc_topic_receive(s->kernel, self->pid, self->handle, &number, sizeof(number), NULL, self->deadline);
        if (length == KIPC_E_OVERFLOW) {
            continue;
        }
        self->result = length < 0 ? length : number > before ? KIPC_OK : KIPC_E_INTEGRITY;
        self->count = number - 1;
    }
}

static void publish(struct suite_thread *self)
{
    struct suite *s = self->suite;
    for (uint64_t number = 1; number <= s->runner->rounds && self->result >= KIPC_OK; number++) {
        const struct kipc_channel_message message = {
            .type = KIPC_MESSAGE_DATA, .length = sizeof(number), .data = &number};
        self->result = kipc_topic_publish(s->kernel, self->pid, self->handle, &message, KIPC_FOREVER);
    }
    self->result = self->result > 0 ? KIPC_OK : self->result;
}

void suite_topic(struct suite *s)
{
    const struct kipc_topic_config config = {.message_max = 64, .history = 2};
    const struct kipc_subscription_config places = {.capacity = 4, .order = KIPC_WAIT_FIFO};
    kipc_handle_t topic;
    kipc_handle_t subscriptions[2];
    uint64_t number;
    CHECK(s, kipc_topic_create(s->kernel, s->first, &config, &topic), KIPC_OK);
    for (uint32_t i = 0; i < 2; i++) {
        CHECK(s, kipc_topic_subscribe(s->kernel, s->first, topic, &places, &subscriptions[i]), KIPC_OK);
    }
    CHECK(s,
          kipc_topic_receive(s->kernel, s->first, subscriptions[0], &number, sizeof(number), NULL, suite_deadline(s)),
          KIPC_E_TIMEDOUT);
    suite_start_settled(suite_thread(s, 1, s->first, follow_topic, subscriptions[0]), HIGH);
    suite_start_settled(suite_thread(s, 2, s->first, follow_topic, subscriptions[1]), LOW);
    suite_start(suite_thread(s, 3, s->first, publish, topic), SUITE_PRIORITY);
    suite_join_with(s, KIPC_OK);
    CHECK(s, s->threads[1].count, s->runner->rounds - 1);
    CHECK(s, s->threads[2].count, s->runner->rounds - 1);
    suite_start_settled(suite_thread(s, 4, s->first, follow_topic, subscriptions[0]), LOW);
    CHECK(s, kipc_object_close(s->kernel, s->first, topic), KIPC_OK);
    suite_join_with(s, KIPC_E_CLOSED);
}

/* Opens by name what another process makes and unlinks meanwhile: it is there whole, or not at all. */
static void open_by_name(struct suite_thread *self)
{
    struct suite *s = self->suite;
    for (; self->count < s->runner->rounds && self->result == KIPC_OK; self->count++) {
        kipc_handle_t handle;
        int result = kipc_object_open(s->kernel, self->pid, KIPC_TABLE_SEMAPHORE, "suite", KIPC_RIGHT_SEND, &handle);
        if (result == KIPC_OK) {
            result = kipc_semaphore_post(s->kernel, self->pid, handle);
            self->result = kipc_handle_close(s->kernel, self->pid, handle);
        }
        if (result != KIPC_OK && result != KIPC_E_NOTFOUND && result != KIPC_E_OVERFLOW) {
            self->result = result;
        }
    }
}

static void make_and_unlink(struct suite_thread *self)
{
    struct suite *s = self->suite;
    for (; self->count < s->runner->rounds && self->result == KIPC_OK; self->count++) {
        kipc_handle_t handle;
        self->result = kipc_semaphore_create(s->kernel, self->pid, 0, 100, KIPC_WAIT_FIFO, &handle);
        if (self->result == KIPC_OK) {
            self->result = kipc_object_set_name(s->kernel, self->pid, handle, "suite", KIPC_RIGHT_SEND);
        }
        if (self->result == KIPC_OK) {
            self->result = kipc_object_unlink(s->kernel, self->pid, KIPC_TABLE_SEMAPHORE, "suite");
        }
        if (self->result == KIPC_OK) {
            self->result = kipc_handle_close(s->kernel, self->pid, handle);
        }
    }
}

void suite_registry(struct suite *s)
{
    kipc_handle_t made;
    kipc_handle_t opened;
    CHECK(s, kipc_semaphore_create(s->kernel, s->first, 0, 1, KIPC_WAIT_FIFO, &made), KIPC_OK);
    CHECK(s, kipc_object_set_name(s->kernel, s->first, made, "gate", KIPC_RIGHT_SEND), KIPC_OK);
    CHECK(s, kipc_object_open(s->kernel, s->second, KIPC_TABLE_SEMAPHORE, "gate", KIPC_RIGHT_RECEIVE, &opened),
          KIPC_E_ACCES);
    CHECK(s, kipc_object_open(s->kernel, s->second, KIPC_TABLE_SEMAPHORE, "gate", KIPC_RIGHT_SEND, &opened), KIPC_OK);
    CHECK(s, kipc_semaphore_post(s->kernel, s->second, opened), KIPC_OK);
    CHECK(s, kipc_semaphore_wait(s->kernel, s->first, made, KIPC_FOREVER), KIPC_OK);
    CHECK(s, kipc_object_unlink(s->kernel, s->second, KIPC_TABLE_SEMAPHORE, "gate"), KIPC_E_ACCES);
    CHECK(s, kipc_object_unlink(s->kernel, s->first, KIPC_TABLE_SEMAPHORE, "gate"), KIPC_OK);
    suite_start(suite_thread(s, 1, s->first, make_and_unlink, KIPC_NO_ID), LOW);
    suite_start(suite_thread(s, 2, s->second, open_by_name, KIPC_NO_ID), LOW);
    suite_join_with(s, KIPC_OK);
}
