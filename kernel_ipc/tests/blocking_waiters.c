/* SPDX-License-Identifier: MIT */
/* The suite's cases of kinds of channels, and of who is let go: exactly so many, and in time. */
#include "blocking_suite.h"
#include <kipc/typed.h>

#define LOW 96u
#define MEDIUM 160u
#define HIGH 192u

struct reading {
    uint32_t sensor;
    int32_t value;
};
KIPC_DEFINE_TYPED(reading, struct reading)

static void receive_once(struct suite_thread *self)
{
    int length = kipc_channel_receive(self->suite->kernel, self->pid, self->handle, &self->count, sizeof(self->count),
                                      NULL, self->deadline);
    self->result = length == (int)sizeof(self->count) ? KIPC_OK : length;
}

static void send_once(struct suite_thread *self)
{
    const struct kipc_channel_message message = {
        .type = KIPC_MESSAGE_DATA, .length = sizeof(self->count), .data = &self->count};
    self->result = kipc_channel_send(self->suite->kernel, self->pid, self->handle, &message, self->deadline);
}

static void receive_reading(struct suite_thread *self)
{
    struct reading reading = {0, 0};
    self->result = reading_receive(self->suite->kernel, self->pid, self->handle, &reading, self->deadline);
    self->count = (uint64_t)(uint32_t)reading.value << 32 | reading.sensor;
}

static void typed_values(struct suite *s)
{
    const struct reading sent = {.sensor = 3, .value = -40};
    kipc_handle_t ends[2];
    suite_make_channel(s, 2, ends);
    suite_start_settled(suite_thread(s, 1, s->second, receive_reading, ends[1]), HIGH);
    CHECK(s, reading_send(s->kernel, s->first, ends[0], &sent, KIPC_NO_WAIT), KIPC_OK);
    suite_join(s);
    CHECK(s, s->threads[1].count, (uint64_t)(uint32_t)-40 << 32 | 3);
    CHECK(s, suite_send(s, ends[0], 1, 0), KIPC_OK);
    suite_start(suite_thread(s, 1, s->second, receive_reading, ends[1]), HIGH);
    suite_join_with(s, KIPC_E_TYPE);
    suite_start(suite_thread(s, 1, s->second, receive_once, ends[1]), HIGH); /* it stayed */
    suite_join_with(s, KIPC_OK);
    CHECK(s, s->threads[1].count, 1);
    CHECK(s, kipc_handle_close(s->kernel, s->first, ends[0]), KIPC_OK);
    CHECK(s, kipc_handle_close(s->kernel, s->second, ends[1]), KIPC_OK);
}

/* Words go from one thread to the other; no block of memory is taken for them. */
static void register_only(struct suite *s)
{
    const struct kipc_channel_config config = {
        .is_register_only = true, .buffer_bytes = 64, .message_max = KIPC_MSG_REGISTER_MAX};
    uint64_t words[KIPC_MSG_REGISTER_MAX / 8 + 1] = {1};
    struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = sizeof(words), .data = words};
    kipc_handle_t ends[2];
    uint32_t blocks = s->kernel->blocks_free;
    uint64_t number = 0;
    suite_make_pair(s, &config, ends);
    CHECK(s, s->kernel->blocks_free, blocks);
    CHECK(s, kipc_channel_send(s->kernel, s->first, ends[0], &message, KIPC_NO_WAIT), KIPC_E_MSGSIZE);
    message.length = KIPC_MSG_REGISTER_MAX;
    CHECK(s, kipc_channel_send(s->kernel, s->first, ends[0], &message, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    suite_start_settled(suite_thread(s, 1, s->first, receive_once, ends[1]), HIGH);
    CHECK(s, suite_send(s, ends[0], 11, 0), KIPC_OK);
    suite_join(s);
    CHECK(s, s->threads[1].count, 11);
    struct suite_thread *sender = suite_thread(s, 1, s->first, send_once, ends[0]);
    sender->count = 12;
    suite_start_settled(sender, HIGH);
    CHECK(s, suite_receive(s, ends[1], &number, NULL), (int)sizeof(number));
    CHECK(s, number, 12);
    suite_join_with(s, KIPC_OK);
    CHECK(s, s->kernel->blocks_free, blocks);
    suite_close_pair(s, ends);
}

static void told_of_connection(struct suite *s)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    struct kipc_channel_info info;
    kipc_handle_t ends[2];
    config.announces = true;
    suite_make_pair(s, &config, ends);
    CHECK(s, kipc_channel_receive(s->kernel, s->first, ends[1], NULL, 0, &info, KIPC_NO_WAIT), 0);
    CHECK(s, info.header.type, KIPC_MESSAGE_CONTROL);
    CHECK(s, info.header.destination, KIPC_CONTROL_OPEN);
    CHECK(s, kipc_channel_disconnect(s->kernel, s->first, ends[0]), KIPC_OK);
    CHECK(s, kipc_channel_receive(s->kernel, s->first, ends[1], NULL, 0, &info, KIPC_NO_WAIT), 0);
    CHECK(s, info.header.destination, KIPC_CONTROL_CLOSE);
    suite_close_pair(s, ends);
}

void suite_kinds(struct suite *s)
{
    typed_values(s);
    register_only(s);
    told_of_connection(s);
}

static void wait_semaphore(struct suite_thread *self)
{
    self->result = kipc_semaphore_wait(self->suite->kernel, self->pid, self->handle, self->deadline);
}

static void hold_mutex(struct suite_thread *self)
{
    self->result = kipc_mutex_lock(self->suite->kernel, self->pid, self->handle, self->deadline);
    if (self->result == KIPC_OK) {
        self->result = kipc_mutex_unlock(self->suite->kernel, self->pid, self->handle);
    }
}

static uint32_t ended(struct suite *s)
{
    suite_settle(s);
    return (s->threads[1].has_ended ? 1u : 0u) + (s->threads[2].has_ended ? 1u : 0u);
}

static void start_two(struct suite *s, void (*body)(struct suite_thread *thread), kipc_handle_t handle)
{
    for (uint32_t i = 1; i <= 2; i++) {
        struct suite_thread *thread = suite_thread(s, i, s->first, body, handle);
        thread->count = 100 + i;
        suite_start_settled(thread, LOW);
    }
    CHECK(s, ended(s), 0);
}

/* Each event lets exactly one of two waiters go: a send, a receive, a post. */
static void one_for_each(struct suite *s)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2];
    kipc_handle_t semaphore;
    uint64_t number = 0;
    config.capacity = 1;
    suite_make_pair(s, &config, ends);
    start_two(s, receive_once, ends[1]);
    for (uint64_t i = 1; i <= 2; i++) {
        CHECK(s, suite_send(s, ends[0], 10 * i, 0), KIPC_OK);
        CHECK(s, ended(s), i);
        CHECK(s, s->threads[i].count, 10 * i);
    }
    suite_join_with(s, KIPC_OK);
    CHECK(s, suite_send(s, ends[0], 9, 0), KIPC_OK);
    start_two(s, send_once, ends[0]);
    for (uint64_t i = 1; i <= 2; i++) {
        CHECK(s, suite_receive(s, ends[1], &number, NULL), (int)sizeof(number));
        CHECK(s, number, i == 1 ? 9 : 101);
        CHECK(s, ended(s), i);
    }
    suite_join_with(s, KIPC_OK);
    suite_close_pair(s, ends);
    CHECK(s, kipc_semaphore_create(s->kernel, s->first, 0, 1, KIPC_WAIT_FIFO, &semaphore), KIPC_OK);
    start_two(s, wait_semaphore, semaphore);
    for (uint32_t i = 1; i <= 2; i++) {
        CHECK(s, kipc_semaphore_post(s->kernel, s->first, semaphore), KIPC_OK);
        CHECK(s, ended(s), i);
    }
    suite_join_with(s, KIPC_OK);
    CHECK(s, kipc_semaphore_post(s->kernel, s->first, semaphore), KIPC_OK);
    CHECK(s, kipc_semaphore_post(s->kernel, s->first, semaphore), KIPC_E_OVERFLOW);
    CHECK(s, kipc_semaphore_wait(s->kernel, s->first, semaphore, KIPC_NO_WAIT), KIPC_OK);
    CHECK(s, kipc_semaphore_wait(s->kernel, s->first, semaphore, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    CHECK(s, kipc_handle_close(s->kernel, s->first, semaphore), KIPC_OK);
}

/* Two mutexes with a waiter each: what is inherited is what the waiters of those still held ask for. */
static void inherited(struct suite *s)
{
    uint32_t id = s->runner->thread_id(s->runner->context, 0);
    kipc_handle_t mutexes[2];
    for (uint32_t first = 0; first < 2; first++) {
        for (uint32_t i = 0; i < 2; i++) {
            CHECK(s, kipc_mutex_create(s->kernel, s->first, false, KIPC_WAIT_PRIORITY, &mutexes[i]), KIPC_OK);
            CHECK(s, kipc_mutex_lock(s->kernel, s->first, mutexes[i], KIPC_NO_WAIT), KIPC_OK);
            suite_start_settled(suite_thread(s, i + 1, s->first, hold_mutex, mutexes[i]), i == 0 ? HIGH : MEDIUM);
        }
        CHECK(s, kipc_thread_priority(s->kernel, id), HIGH);
        CHECK(s, kipc_mutex_unlock(s->kernel, s->first, mutexes[first]), KIPC_OK);
        CHECK(s, kipc_thread_priority(s->kernel, id), first == 0 ? MEDIUM : HIGH);
        CHECK(s, kipc_mutex_unlock(s->kernel, s->first, mutexes[1 - first]), KIPC_OK);
        CHECK(s, kipc_thread_priority(s->kernel, id), SUITE_PRIORITY);
        suite_join_with(s, KIPC_OK);
        suite_close_pair(s, mutexes);
    }
}

/* A wait of T ticks takes T, or one more; none of them leaves a waiter behind. */
static void timed_out(struct suite *s)
{
    const struct kipc_port *port = s->runner->port;
    kipc_handle_t semaphore;
    CHECK(s, kipc_semaphore_create(s->kernel, s->first, 0, 1, KIPC_WAIT_FIFO, &semaphore), KIPC_OK);
    for (uint64_t ticks = 1; ticks <= 4; ticks++) {
        uint64_t before = port->ops->ticks(port->context);
        CHECK(s, kipc_semaphore_wait(s->kernel, s->first, semaphore, kipc_deadline_after(port, ticks)),
              KIPC_E_TIMEDOUT);
        uint64_t elapsed = port->ops->ticks(port->context) - before;
        CHECK(s, elapsed >= ticks && elapsed <= ticks + 1, true);
    }
    CHECK(s, kipc_semaphore_post(s->kernel, s->first, semaphore), KIPC_OK); /* nobody takes it but the next one */
    CHECK(s, kipc_semaphore_wait(s->kernel, s->first, semaphore, KIPC_NO_WAIT), KIPC_OK);
    CHECK(s, kipc_handle_close(s->kernel, s->first, semaphore), KIPC_OK);
}

void suite_waiters(struct suite *s)
{
    one_for_each(s);
    inherited(s);
    timed_out(s);
}

static void call_once(struct suite_thread *self)
{
    const struct kipc_channel_message message = {.length = sizeof(self->count), .data = &self->count};
    int length = kipc_channel_call(self->suite->kernel, self->pid, self->handle, &message, &self->count,
                                   sizeof(self->count), self->deadline);
    self->result = length == (int)sizeof(self->count) ? KIPC_OK : length;
}

static int answer(struct suite *s, uint64_t request, uint64_t number)
{
    return kipc_channel_reply(s->kernel, s->first, request, &number, sizeof(number));
}

/* Two callers wait; replies come in the other order, and to a request that there is not, to nobody. */
void suite_requests(struct suite *s)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    struct kipc_channel_info info;
    kipc_handle_t ends[2];
    uint64_t requests[2];
    uint64_t number = 0;
    suite_make_pair(s, &config, ends);
    start_two(s, call_once, ends[0]);
    for (uint32_t i = 0; i < 2; i++) {
        CHECK(s, suite_receive(s, ends[1], &number, &info), (int)sizeof(number));
        CHECK(s, number, 101 + i);
        requests[i] = info.header.request_id;
    }
    CHECK(s, requests[0] != requests[1], true);
    CHECK(s, answer(s, requests[0] + requests[1] + 1, 1) < 0, true);
    CHECK(s, ended(s), 0);
    CHECK(s, answer(s, requests[1], 202), KIPC_OK);
    CHECK(s, ended(s), 1);
    CHECK(s, s->threads[2].has_ended, true);
    CHECK(s, s->threads[2].count, 202);
    CHECK(s, answer(s, requests[1], 203) < 0, true); /* once */
    CHECK(s, answer(s, requests[0], 201), KIPC_OK);
    suite_join_with(s, KIPC_OK);
    CHECK(s, s->threads[1].count, 201);
    suite_close_pair(s, ends);
}
