/* SPDX-License-Identifier: MIT */
/* The suite's cases of shared memory, and of sends and receives that complete later. */
#include "blocking_suite.h"
#include <kipc/async.h>
#include <kipc/mapping.h>

#define LOW 96u
#define HIGH 192u
#define PAGES 3u
#define CELL 128u
#define SNAPSHOTS 8u

/* Sends without waiting for room; the event says which token has completed. */
static void send_later(struct suite_thread *self)
{
    struct suite *s = self->suite;
    for (; self->count < s->runner->rounds && self->result == KIPC_OK; self->count++) {
        const struct kipc_channel_message message = {
            .type = KIPC_MESSAGE_DATA, .length = sizeof(self->count), .data = &self->count};
        struct kipc_event_signal signal = {.count = 0};
        kipc_token_t token;
        self->result = kipc_channel_send_async(s->kernel, self->pid, self->handle, &message, self->other, &token);
        if (self->result == KIPC_OK) {
            self->result = kipc_event_wait(s->kernel, self->pid, self->other, self->deadline, &signal);
        }
        if (self->result == KIPC_OK) {
            bool is_its = signal.data == token && signal.count == 1;
            self->result = is_its ? kipc_async_poll(s->kernel, self->pid, token, NULL, 0, NULL) : KIPC_E_INTEGRITY;
        }
    }
}

static void receive_later(struct suite_thread *self)
{
    struct suite *s = self->suite;
    for (; self->count < s->runner->rounds && self->result == KIPC_OK; self->count++) {
        struct kipc_event_signal signal = {.count = 0};
        uint64_t number = 0;
        kipc_token_t token;
        self->result =
            kipc_channel_receive_async(s->kernel, self->pid, self->handle, sizeof(number), self->other, &token);
        if (self->result == KIPC_OK) {
            self->result = kipc_event_wait(s->kernel, self->pid, self->other, self->deadline, &signal);
        }
        if (self->result == KIPC_OK) {
            int length = kipc_async_poll(s->kernel, self->pid, token, &number, sizeof(number), NULL);
            bool is_next = length == (int)sizeof(number) && number == self->count && signal.data == token;
            self->result = length < 0 ? length : is_next ? KIPC_OK : KIPC_E_INTEGRITY;
        }
    }
}

static kipc_handle_t make_event(struct suite *s, kipc_pid_t pid)
{
    kipc_handle_t handle = KIPC_NO_ID;
    CHECK(s, kipc_event_create(s->kernel, pid, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &handle), KIPC_OK);
    return handle;
}

static int send_number(struct suite *s, kipc_handle_t end, uint64_t number)
{
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = sizeof(number), .data = &number};
    return kipc_channel_send(s->kernel, s->first, end, &message, KIPC_NO_WAIT);
}

static void receive_one(struct suite_thread *self)
{
    self->result = kipc_channel_receive(self->suite->kernel, self->pid, self->handle, &self->count, sizeof(self->count),
                                        NULL, self->deadline);
}

/* A thread that waits is served before a token that came after it; a completion comes once; a closed channel ends it.
 */
static void take_turns(struct suite *s)
{
    const struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2];
    kipc_token_t tokens[2];
    uint64_t number = 0;
    CHECK(s, kipc_channel_create(s->kernel, s->first, &config, ends), KIPC_OK);
    suite_start_settled(suite_thread(s, 1, s->first, receive_one, ends[1]), LOW);
    for (uint32_t i = 0; i < 2; i++) {
        CHECK(s, kipc_channel_receive_async(s->kernel, s->first, ends[1], 8, KIPC_NO_ID, &tokens[i]), KIPC_OK);
    }
    CHECK(s, send_number(s, ends[0], 7), KIPC_OK);
    suite_settle(s);
    CHECK(s, s->threads[1].result, 8);
    CHECK(s, s->threads[1].count, 7);
    s->threads[1].result = KIPC_OK;
    CHECK(s, kipc_async_poll(s->kernel, s->first, tokens[0], &number, 8, NULL), KIPC_E_WOULDBLOCK);
    CHECK(s, send_number(s, ends[0], 8), KIPC_OK);
    CHECK(s, kipc_async_poll(s->kernel, s->second, tokens[0], &number, 8, NULL), KIPC_E_BADF); /* not its own */
    CHECK(s, kipc_async_poll(s->kernel, s->first, tokens[0], &number, 8, NULL), 8);
    CHECK(s, number, 8);
    CHECK(s, kipc_async_poll(s->kernel, s->first, tokens[0], &number, 8, NULL), KIPC_E_BADF);
    CHECK(s, kipc_async_cancel(s->kernel, s->first, tokens[1]), KIPC_OK);
    CHECK(s, kipc_async_poll(s->kernel, s->first, tokens[1], &number, 8, NULL), KIPC_E_BADF);
    CHECK(s, kipc_channel_receive_async(s->kernel, s->first, ends[1], 8, KIPC_NO_ID, &tokens[1]), KIPC_OK);
    CHECK(s, kipc_handle_close(s->kernel, s->first, ends[0]), KIPC_OK);
    CHECK(s, kipc_async_poll(s->kernel, s->first, tokens[1], &number, 8, NULL), KIPC_E_CLOSED);
    CHECK(s, kipc_handle_close(s->kernel, s->first, ends[1]), KIPC_OK);
    suite_join(s);
    s->threads[1].body = NULL;
}

void suite_asynchronous(struct suite *s)
{
    take_turns(s);
    for (uint32_t turn = 0; turn < 2; turn++) {
        kipc_handle_t ends[2];
        suite_make_channel(s, 1, ends);
        struct suite_thread *sender = suite_thread(s, 1, s->first, send_later, ends[0]);
        struct suite_thread *receiver = suite_thread(s, 2, s->second, receive_later, ends[1]);
        sender->other = make_event(s, s->first);
        receiver->other = make_event(s, s->second);
        suite_start(sender, turn == 0 ? LOW : HIGH);
        suite_start(receiver, turn == 0 ? HIGH : LOW);
        suite_join_with(s, KIPC_OK);
        CHECK(s, s->threads[2].count, s->runner->rounds);
        CHECK(s, kipc_handle_close(s->kernel, s->first, ends[0]), KIPC_OK);
        CHECK(s, kipc_handle_close(s->kernel, s->second, ends[1]), KIPC_OK);
    }
}

static int add_one(struct suite_thread *self, size_t offset)
{
    return kipc_region_atomic(self->suite->kernel, self->pid, self->handle, offset, KIPC_ATOMIC_ADD, 1, 0, NULL);
}

/* Two cells on two pages: the first one is never behind the second. */
static void add_to_cells(struct suite_thread *self)
{
    struct suite *s = self->suite;
    self->result = kipc_region_attach(s->kernel, self->pid, self->handle, NULL);
    while (self->count < s->runner->rounds && self->result == KIPC_OK) {
        self->count += 1;
        self->result = add_one(self, CELL);
        if (self->result == KIPC_OK) {
            self->result = add_one(self, self->suite->runner->memory_port->page_bytes + CELL);
        }
    }
    if (self->result == KIPC_OK) {
        int result = kipc_region_detach(s->kernel, self->pid, self->handle);
        self->result = result == 0 ? KIPC_OK : result;
    }
}

static uint32_t cell(struct suite *s, kipc_handle_t region, size_t offset)
{
    uint32_t value = 0;
    CHECK(s, kipc_region_read(s->kernel, s->first, region, offset, &value, sizeof(value)), KIPC_OK);
    return value;
}

static void pause(struct suite *s, kipc_handle_t event)
{
    uint64_t deadline = kipc_deadline_after(s->runner->port, 1);
    CHECK(s, kipc_event_wait(s->kernel, s->first, event, deadline, NULL), KIPC_E_TIMEDOUT);
}

/* A snapshot is the content of one moment, and stays so whatever the writers do meanwhile. */
static void snapshots(struct suite *s, kipc_handle_t region)
{
    size_t page = s->runner->memory_port->page_bytes;
    kipc_handle_t event = make_event(s, s->first);
    for (uint32_t i = 0; i < SNAPSHOTS; i++) {
        kipc_handle_t snapshot;
        CHECK(s, kipc_region_share(s->kernel, s->first, region, &snapshot), KIPC_OK);
        CHECK(s, kipc_region_attach(s->kernel, s->first, snapshot, NULL), KIPC_OK);
        uint32_t one = cell(s, snapshot, CELL);
        uint32_t other = cell(s, snapshot, page + CELL);
        pause(s, event);
        CHECK(s, cell(s, snapshot, CELL), one);
        CHECK(s, cell(s, snapshot, page + CELL), other);
        CHECK(s, one >= other && one - other <= 3, true); /* so many writers may be between their cells */
        CHECK(s, kipc_handle_close(s->kernel, s->first, snapshot), KIPC_OK);
    }
    CHECK(s, kipc_handle_close(s->kernel, s->first, event), KIPC_OK);
}

/* Waits for a region in a message; it is the receiver's then. */
static void receive_region(struct suite_thread *self)
{
    struct suite *s = self->suite;
    struct kipc_channel_info info;
    uint32_t value = 0;
    self->result = kipc_channel_receive(s->kernel, self->pid, self->handle, NULL, 0, &info, self->deadline);
    if (self->result == 0) {
        self->other = info.capabilities[0];
        self->result = kipc_region_attach(s->kernel, self->pid, self->other, NULL);
    }
    if (self->result == KIPC_OK) {
        self->result = kipc_region_read(s->kernel, self->pid, self->other, CELL, &value, sizeof(value));
        self->count = value;
    }
}

static void hand_over(struct suite *s, kipc_handle_t region)
{
    kipc_handle_t ends[2];
    uint64_t copied = s->kernel->copied_bytes;
    const struct kipc_channel_message message = {
        .type = KIPC_MESSAGE_DATA, .capabilities = {region}, .capability_count = 1, .moves_capabilities = true};
    suite_make_channel(s, 1, ends);
    suite_start_settled(suite_thread(s, 1, s->second, receive_region, ends[1]), HIGH);
    CHECK(s, kipc_channel_send(s->kernel, s->first, ends[0], &message, KIPC_NO_WAIT), KIPC_OK);
    suite_join_with(s, KIPC_OK);
    CHECK(s, s->threads[1].count, 3 * s->runner->rounds);
    CHECK(s, s->kernel->copied_bytes - copied, sizeof(uint32_t)); /* what the receiver read of it by a call */
    CHECK(s, kipc_region_attach(s->kernel, s->first, region, NULL), KIPC_E_BADF);
    /* It stays attached: the end of its process must not leave it behind. */
}

void suite_region(struct suite *s)
{
    struct kipc_region_config config = kipc_region_config_default();
    size_t page = s->runner->memory_port->page_bytes;
    kipc_handle_t region;
    kipc_handle_t given;
    config.bytes = PAGES * page;
    config.lifetime = KIPC_LIFETIME_HANDLES;
    CHECK(s, kipc_region_create(s->kernel, s->first, &config, &region), KIPC_OK);
    CHECK(s, kipc_handle_duplicate(s->kernel, s->first, region, s->second, KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE, &given),
          KIPC_OK);
    suite_start(suite_thread(s, 1, s->first, add_to_cells, region), LOW);
    suite_start(suite_thread(s, 2, s->second, add_to_cells, given), LOW);
    suite_start(suite_thread(s, 3, s->second, add_to_cells, given), LOW);
    snapshots(s, region);
    suite_join_with(s, KIPC_OK);
    CHECK(s, kipc_region_attach(s->kernel, s->first, region, NULL), KIPC_OK);
    CHECK(s, cell(s, region, CELL), 3 * s->runner->rounds);
    CHECK(s, cell(s, region, page + CELL), 3 * s->runner->rounds);
    CHECK(s, kipc_region_detach(s->kernel, s->first, region), 0);
    CHECK(s, kipc_handle_close(s->kernel, s->second, given), KIPC_OK);
    hand_over(s, region);
}
