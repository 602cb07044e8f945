/* SPDX-License-Identifier: MIT */
/* The suite's cases of what threads wait for without a message. */
#include "blocking_suite.h"

#define LOW 96u
#define HIGH 192u

static void wait_semaphore(struct suite_thread *self)
{
    self->result = kipc_semaphore_wait(self->suite->kernel, self->pid, self->handle, self->deadline);
}

/* Takes turns with the thread that has the two semaphores the other way round. */
static void take_turns(struct suite_thread *self)
{
    struct kipc_kernel *kernel = self->suite->kernel;
    while (self->count < self->suite->runner->rounds && self->result == KIPC_OK) {
        self->result = kipc_semaphore_wait(kernel, self->pid, self->handle, KIPC_FOREVER);
        self->suite->shared[0] += 1; /* only who has the turn comes here */
        self->count += 1;
        if (self->result == KIPC_OK) {
            self->result = kipc_semaphore_post(kernel, self->pid, self->other);
        }
    }
}

static void semaphore_order(struct suite *s, kipc_handle_t handle)
{
    struct suite_thread *low = suite_thread(s, 1, s->first, wait_semaphore, handle);
    struct suite_thread *high = suite_thread(s, 2, s->first, wait_semaphore, handle);
    suite_start_settled(low, LOW);
    suite_start_settled(high, HIGH);
    CHECK(s, kipc_semaphore_post(s->kernel, s->first, handle), KIPC_OK);
    suite_settle(s);
    CHECK(s, high->has_ended, true);
    CHECK(s, low->has_ended, false);
    CHECK(s, kipc_semaphore_post(s->kernel, s->first, handle), KIPC_OK);
    suite_join_with(s, KIPC_OK);
}

void suite_semaphore(struct suite *s)
{
    kipc_handle_t handles[2];
    CHECK(s, kipc_semaphore_create(s->kernel, s->first, 0, 2, KIPC_WAIT_PRIORITY, &handles[0]), KIPC_OK);
    CHECK(s, kipc_semaphore_create(s->kernel, s->first, 0, 2, KIPC_WAIT_FIFO, &handles[1]), KIPC_OK);
    CHECK(s, kipc_semaphore_wait(s->kernel, s->first, handles[0], KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    uint64_t deadline = suite_deadline(s);
    CHECK(s, kipc_semaphore_wait(s->kernel, s->first, handles[0], deadline), KIPC_E_TIMEDOUT);
    CHECK(s, s->runner->port->ops->ticks(s->runner->port->context) >= deadline, true);
    semaphore_order(s, handles[0]);
    struct suite_thread *one = suite_thread(s, 1, s->first, take_turns, handles[0]);
    struct suite_thread *other = suite_thread(s, 2, s->first, take_turns, handles[1]);
    one->other = handles[1];
    other->other = handles[0];
    suite_start(one, HIGH);
    suite_start(other, LOW);
    CHECK(s, kipc_semaphore_post(s->kernel, s->first, handles[0]), KIPC_OK);
    suite_join_with(s, KIPC_OK);
    CHECK(s, s->shared[0], 2 * s->runner->rounds);
    suite_start_settled(suite_thread(s, 3, s->first, wait_semaphore, handles[1]), LOW);
    CHECK(s, kipc_thread_cancel(s->kernel, s->runner->thread_id(s->runner->context, 3)), KIPC_OK);
    suite_join_with(s, KIPC_E_CANCELED);
    suite_start_settled(suite_thread(s, 4, s->first, wait_semaphore, handles[1]), HIGH);
    CHECK(s, kipc_object_close(s->kernel, s->first, handles[1]), KIPC_OK);
    suite_join_with(s, KIPC_E_CLOSED);
}

static void lock_and_count(struct suite_thread *self)
{
    struct kipc_kernel *kernel = self->suite->kernel;
    while (self->count < self->suite->runner->rounds && self->result == KIPC_OK) {
        self->result = kipc_mutex_lock(kernel, self->pid, self->handle, KIPC_FOREVER);
        if (self->result == KIPC_OK) {
            uint64_t before = self->suite->shared[0];
            self->count += 1;
            self->suite->shared[0] = before + 1; /* nobody came between */
            self->result = kipc_mutex_unlock(kernel, self->pid, self->handle);
        }
    }
}

static void lock_once(struct suite_thread *self)
{
    self->result = kipc_mutex_lock(self->suite->kernel, self->pid, self->handle, self->deadline);
    if (self->result == KIPC_OK) {
        self->result = kipc_mutex_unlock(self->suite->kernel, self->pid, self->handle);
    }
}

void suite_mutex(struct suite *s)
{
    kipc_handle_t handle;
    uint32_t id = s->runner->thread_id(s->runner->context, 0);
    CHECK(s, kipc_mutex_create(s->kernel, s->first, false, KIPC_WAIT_PRIORITY, &handle), KIPC_OK);
    CHECK(s, kipc_mutex_lock(s->kernel, s->first, handle, KIPC_NO_WAIT), KIPC_OK);
    suite_start_settled(suite_thread(s, 1, s->first, lock_once, handle), LOW);
    CHECK(s, kipc_thread_priority(s->kernel, id), SUITE_PRIORITY);
    suite_start_settled(suite_thread(s, 2, s->first, lock_once, handle), HIGH);
    CHECK(s, kipc_thread_priority(s->kernel, id), HIGH);
    CHECK(s, kipc_mutex_unlock(s->kernel, s->first, handle), KIPC_OK);
    CHECK(s, kipc_thread_priority(s->kernel, id), SUITE_PRIORITY);
    suite_join_with(s, KIPC_OK);
    CHECK(s, kipc_mutex_lock(s->kernel, s->first, handle, KIPC_NO_WAIT), KIPC_OK);
    struct suite_thread *late = suite_thread(s, 3, s->first, lock_once, handle);
    late->deadline = suite_deadline(s);
    suite_start(late, HIGH);
    suite_join_with(s, KIPC_E_TIMEDOUT);
    CHECK(s, kipc_thread_priority(s->kernel, id), SUITE_PRIORITY);
    CHECK(s, kipc_mutex_unlock(s->kernel, s->first, handle), KIPC_OK);
    for (uint32_t i = 1; i <= 3; i++) {
        suite_start(suite_thread(s, i, s->first, lock_and_count, handle), (uint8_t)(LOW + 32 * i));
    }
    suite_join_with(s, KIPC_OK);
    CHECK(s, s->shared[0], 3 * s->runner->rounds);
}

/* One place that is filled and emptied in turn: shared[0] says whether it is full, shared[1] what is in it. */
static void fill_or_empty(struct suite_thread *self)
{
    struct suite *s = self->suite;
    bool fills = self->number == 1;
    kipc_handle_t mutex = self->other;
    while (self->count < s->runner->rounds && self->result == KIPC_OK) {
        self->result = kipc_mutex_lock(s->kernel, self->pid, mutex, KIPC_FOREVER);
        while (self->result == KIPC_OK && (s->shared[0] != 0) == fills) {
            self->result = kipc_condition_wait(s->kernel, self->pid, self->handle, mutex, KIPC_FOREVER);
        }
        s->shared[0] = fills;
        self->count += 1;
        if (fills) {
            s->shared[1] = self->count;
        } else if (s->shared[1] != self->count && self->result == KIPC_OK) {
            self->result = KIPC_E_INTEGRITY;
        }
        if (self->result == KIPC_OK) {
            self->result = kipc_condition_signal(s->kernel, self->pid, self->handle);
            self->result = self->result < 0 ? self->result : kipc_mutex_unlock(s->kernel, self->pid, mutex);
        }
    }
}

void suite_condition(struct suite *s)
{
    kipc_handle_t condition;
    kipc_handle_t mutex;
    uint32_t owner = 0;
    CHECK(s, kipc_condition_create(s->kernel, s->first, KIPC_WAIT_FIFO, &condition), KIPC_OK);
    CHECK(s, kipc_mutex_create(s->kernel, s->first, false, KIPC_WAIT_PRIORITY, &mutex), KIPC_OK);
    CHECK(s, kipc_mutex_lock(s->kernel, s->first, mutex, KIPC_NO_WAIT), KIPC_OK);
    CHECK(s, kipc_condition_wait(s->kernel, s->first, condition, mutex, suite_deadline(s)), KIPC_E_TIMEDOUT);
    /* The mutex is held again after a time-out, too. */
    CHECK(s, kipc_mutex_owner(s->kernel, s->first, mutex, &owner) >= 0, true);
    CHECK(s, owner, s->runner->thread_id(s->runner->context, 0));
    CHECK(s, kipc_mutex_unlock(s->kernel, s->first, mutex), KIPC_OK);
    for (uint32_t i = 1; i <= 2; i++) {
        struct suite_thread *thread = suite_thread(s, i, s->first, fill_or_empty, condition);
        thread->other = mutex;
        suite_start(thread, (uint8_t)(LOW * i));
    }
    suite_join_with(s, KIPC_OK);
    CHECK(s, s->shared[1], s->runner->rounds);
}

/* A writer makes two numbers differ for a moment; a reader must never see that. */
static void read_or_write(struct suite_thread *self)
{
    struct suite *s = self->suite;
    bool writes = self->number == 1;
    while (self->count < s->runner->rounds && self->result == KIPC_OK) {
        self->result = writes ? kipc_rwlock_write(s->kernel, self->pid, self->handle, KIPC_FOREVER)
                              : kipc_rwlock_read(s->kernel, self->pid, self->handle, KIPC_FOREVER);
        if (self->result == KIPC_OK) {
            uint64_t one = s->shared[0];
            s->shared[writes ? 0 : 2] = one + 1;
            bool is_torn = !writes && one != s->shared[1];
            s->shared[writes ? 1 : 3] = one + 1;
            self->count += 1;
            self->result = kipc_rwlock_unlock(s->kernel, self->pid, self->handle);
            self->result = is_torn ? KIPC_E_INTEGRITY : self->result;
        }
    }
}

static void write_once(struct suite_thread *self)
{
    self->result = kipc_rwlock_write(self->suite->kernel, self->pid, self->handle, self->deadline);
    if (self->result == KIPC_OK) {
        self->result = kipc_rwlock_unlock(self->suite->kernel, self->pid, self->handle);
    }
}

void suite_rwlock(struct suite *s)
{
    kipc_handle_t handle;
    CHECK(s, kipc_rwlock_create(s->kernel, s->first, KIPC_RWLOCK_FAIR, KIPC_WAIT_FIFO, &handle), KIPC_OK);
    CHECK(s, kipc_rwlock_read(s->kernel, s->first, handle, KIPC_NO_WAIT), KIPC_OK);
    struct suite_thread *late = suite_thread(s, 1, s->first, write_once, handle);
    late->deadline = suite_deadline(s);
    suite_start(late, HIGH);
    suite_join_with(s, KIPC_E_TIMEDOUT);
    suite_start_settled(suite_thread(s, 1, s->first, write_once, handle), HIGH);
    CHECK(s, s->threads[1].has_ended, false);
    CHECK(s, kipc_rwlock_unlock(s->kernel, s->first, handle), KIPC_OK);
    suite_join_with(s, KIPC_OK);
    for (uint32_t i = 1; i <= 3; i++) {
        suite_start(suite_thread(s, i, s->first, read_or_write, handle), (uint8_t)(LOW + 32 * i));
    }
    suite_join_with(s, KIPC_OK);
    CHECK(s, s->shared[0], s->runner->rounds);
    CHECK(s, s->shared[1], s->runner->rounds);
}

static void wait_event(struct suite_thread *self)
{
    struct kipc_event_signal signal = {.data = 0};
    self->result = kipc_event_wait(self->suite->kernel, self->pid, self->handle, self->deadline, &signal);
    self->count = signal.data;
}

/* Answers each signal of one event with one of the other; the word that comes along counts. */
static void echo_event(struct suite_thread *self)
{
    struct suite *s = self->suite;
    struct kipc_event_signal signal = {.data = 0};
    while (self->count < s->runner->rounds && self->result >= KIPC_OK) {
        self->result = kipc_event_wait(s->kernel, self->pid, self->handle, KIPC_FOREVER, &signal);
        self->count += 1;
        if (self->result == KIPC_OK && (signal.data != self->count || signal.count != 1)) {
            self->result = KIPC_E_INTEGRITY;
        }
        if (self->result == KIPC_OK) {
            uint64_t next = self->number == 1 ? signal.data : signal.data + 1;
            self->result = kipc_event_signal(s->kernel, self->pid, self->other, next);
        }
    }
    self->result = self->result > 0 ? KIPC_OK : self->result;
}

void suite_event(struct suite *s)
{
    kipc_handle_t automatic[2];
    kipc_handle_t manual;
    CHECK(s, kipc_event_create(s->kernel, s->first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &automatic[0]), KIPC_OK);
    CHECK(s, kipc_event_create(s->kernel, s->first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &automatic[1]), KIPC_OK);
    CHECK(s, kipc_event_create(s->kernel, s->first, KIPC_EVENT_MANUAL, KIPC_WAIT_PRIORITY, &manual), KIPC_OK);
    CHECK(s, kipc_event_wait(s->kernel, s->first, manual, suite_deadline(s), NULL), KIPC_E_TIMEDOUT);
    for (uint32_t i = 1; i <= 3; i++) {
        suite_start_settled(suite_thread(s, i, s->first, wait_event, manual), (uint8_t)(64 * i));
    }
    CHECK(s, kipc_event_signal(s->kernel, s->first, manual, 77), 3);
    suite_join_with(s, KIPC_OK);
    CHECK(s, s->threads[1].count + s->threads[2].count + s->threads[3].count, 3 * 77);
    suite_start_settled(suite_thread(s, 1, s->first, wait_event, automatic[0]), LOW);
    suite_start_settled(suite_thread(s, 2, s->first, wait_event, automatic[0]), HIGH);
    CHECK(s, kipc_event_signal(s->kernel, s->first, automatic[0], 1), 1);
    suite_settle(s);
    CHECK(s, s->threads[1].has_ended + s->threads[2].has_ended, 1);
    CHECK(s, kipc_event_signal(s->kernel, s->first, automatic[0], 1), 1);
    suite_join_with(s, KIPC_OK);
    for (uint32_t i = 1; i <= 2; i++) {
        struct suite_thread *thread = suite_thread(s, i, s->first, echo_event, automatic[i - 1]);
        thread->other = automatic[2 - i];
        suite_start(thread, (uint8_t)(LOW * i));
    }
    CHECK(s, kipc_event_signal(s->kernel, s->first, automatic[0], 1) >= 0, true);
    suite_join_with(s, KIPC_OK);
}

static void take_notifications(struct suite_thread *self)
{
    struct kipc_notification_entry entry;
    while (self->count < 2 * (uint64_t)self->suite->runner->rounds && self->result == KIPC_OK) {
        self->result = kipc_notification_take(self->suite->kernel, self->pid, self->handle, self->deadline, &entry);
        self->count += self->result == KIPC_OK ? entry.count : 0;
    }
}

/* A queue that is full of the other source's entries refuses; the taker is let run, and then it is tried again. */
static void post_notifications(struct suite_thread *self)
{
    while (self->count < self->suite->runner->rounds && self->result == KIPC_OK) {
        int result =
            kipc_notification_post(self->suite->kernel, self->pid, self->handle, self->number, 1u << (self->count % 8));
        self->count += result == KIPC_OK;
        self->result = result == KIPC_E_FULL ? KIPC_OK : result;
    }
}

void suite_notification(struct suite *s)
{
    kipc_handle_t handle;
    struct kipc_notification_entry entry;
    CHECK(s, kipc_notification_create(s->kernel, s->first, KIPC_WAIT_FIFO, &handle), KIPC_OK);
    CHECK(s, kipc_notification_take(s->kernel, s->first, handle, KIPC_NO_WAIT, &entry), KIPC_E_EMPTY);
    CHECK(s, kipc_notification_take(s->kernel, s->first, handle, suite_deadline(s), &entry), KIPC_E_TIMEDOUT);
    /* The taker is the most urgent, so that a full queue is emptied even where one thread runs at a time. */
    suite_start_settled(suite_thread(s, 1, s->first, take_notifications, handle), HIGH);
    suite_start(suite_thread(s, 2, s->first, post_notifications, handle), LOW);
    suite_start(suite_thread(s, 3, s->first, post_notifications, handle), LOW);
    suite_join_with(s, KIPC_OK);
    CHECK(s, s->threads[1].count, 2 * s->runner->rounds);
}
