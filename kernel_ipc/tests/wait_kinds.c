/* SPDX-License-Identifier: MIT */
#include "wait_kinds.h"

static void open_semaphore(struct kernel_fixture *f, enum kipc_wait_order order)
{
    assert_result(kipc_semaphore_create(&f->kernel, f->first, 0, 8, order, &f->handle), KIPC_OK);
}

static int wait_semaphore(struct actor *a)
{
    return kipc_semaphore_wait(&a->fixture->kernel, a->pid, a->handle, a->deadline);
}

static void wake_semaphore(struct kernel_fixture *f)
{
    assert_result(kipc_semaphore_post(&f->kernel, f->first, f->handle), KIPC_OK);
}

static void open_mutex(struct kernel_fixture *f, enum kipc_wait_order order)
{
    assert_result(kipc_mutex_create(&f->kernel, f->first, false, order, &f->handle), KIPC_OK);
    assert_result(kipc_mutex_lock(&f->kernel, f->first, f->handle, KIPC_NO_WAIT), KIPC_OK);
}

/* Who gets a lock notes it here, before the next one can. */
static int let_go(struct actor *a, int result, int (*unlock)(struct kipc_kernel *, kipc_pid_t, kipc_handle_t))
{
    if (result == KIPC_OK) {
        note(a, (uint32_t)a->number);
        return unlock(&a->fixture->kernel, a->pid, a->handle);
    }
    return result;
}

static int wait_mutex(struct actor *a)
{
    return let_go(a, kipc_mutex_lock(&a->fixture->kernel, a->pid, a->handle, a->deadline), kipc_mutex_unlock);
}

/* Waiters hand a lock on to each other, so it is actor 0's the first time only. */
static void wake_mutex(struct kernel_fixture *f)
{
    int result = kipc_mutex_unlock(&f->kernel, f->first, f->handle);
    assert_true(result == KIPC_OK || result == KIPC_E_PERM);
}

static void open_rwlock(struct kernel_fixture *f, enum kipc_wait_order order)
{
    assert_result(kipc_rwlock_create(&f->kernel, f->first, KIPC_RWLOCK_FAIR, order, &f->handle), KIPC_OK);
    assert_result(kipc_rwlock_write(&f->kernel, f->first, f->handle, KIPC_NO_WAIT), KIPC_OK);
}

static int wait_writer(struct actor *a)
{
    return let_go(a, kipc_rwlock_write(&a->fixture->kernel, a->pid, a->handle, a->deadline), kipc_rwlock_unlock);
}

int wait_reader(struct actor *a)
{
    return let_go(a, kipc_rwlock_read(&a->fixture->kernel, a->pid, a->handle, a->deadline), kipc_rwlock_unlock);
}

static void wake_rwlock(struct kernel_fixture *f)
{
    int result = kipc_rwlock_unlock(&f->kernel, f->first, f->handle);
    assert_true(result == KIPC_OK || result == KIPC_E_PERM);
}

static void open_condition(struct kernel_fixture *f, enum kipc_wait_order order)
{
    assert_result(kipc_condition_create(&f->kernel, f->first, order, &f->handle), KIPC_OK);
    assert_result(kipc_mutex_create(&f->kernel, f->first, false, order, &f->other), KIPC_OK);
}

static int wait_condition(struct actor *a)
{
    struct kipc_kernel *kernel = &a->fixture->kernel;
    uint32_t owner = KIPC_NO_THREAD;
    assert_result(kipc_mutex_lock(kernel, a->pid, a->other, KIPC_FOREVER), KIPC_OK);
    int result = kipc_condition_wait(kernel, a->pid, a->handle, a->other, a->deadline);
    if (kipc_mutex_owner(kernel, a->pid, a->other, &owner) == KIPC_OK && owner == a->thread) {
        assert_result(kipc_mutex_unlock(kernel, a->pid, a->other), KIPC_OK);
    } else {
        assert_result(result, KIPC_E_SRCH); /* only a process that ended does not get its mutex back */
    }
    return result;
}

static void wake_condition(struct kernel_fixture *f)
{
    assert_true(kipc_condition_signal(&f->kernel, f->first, f->handle) >= 0);
}

static void open_event(struct kernel_fixture *f, enum kipc_wait_order order)
{
    assert_result(kipc_event_create(&f->kernel, f->first, KIPC_EVENT_AUTO, order, &f->handle), KIPC_OK);
}

static int wait_event(struct actor *a)
{
    return kipc_event_wait(&a->fixture->kernel, a->pid, a->handle, a->deadline, NULL);
}

static void wake_event(struct kernel_fixture *f)
{
    assert_true(kipc_event_signal(&f->kernel, f->first, f->handle, 1) >= 0);
}

static void open_notification(struct kernel_fixture *f, enum kipc_wait_order order)
{
    assert_result(kipc_notification_create(&f->kernel, f->first, order, &f->handle), KIPC_OK);
}

static int wait_notification(struct actor *a)
{
    struct kipc_notification_entry entry;
    return kipc_notification_take(&a->fixture->kernel, a->pid, a->handle, a->deadline, &entry);
}

static void wake_notification(struct kernel_fixture *f)
{
    assert_result(kipc_notification_post(&f->kernel, f->first, f->handle, 1, 1), KIPC_OK);
}

static void open_channel(struct kernel_fixture *f, enum kipc_wait_order order, bool receives)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2];
    config.order = order;
    config.capacity = 4;
    assert_result(kipc_channel_create(&f->kernel, f->first, &config, ends), KIPC_OK);
    f->handle = ends[receives ? 1 : 0];
    f->other = ends[receives ? 0 : 1];
}

static const uint64_t word = 7;
static const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = sizeof(word), .data = &word};

static void open_receive(struct kernel_fixture *f, enum kipc_wait_order order)
{
    open_channel(f, order, true);
}

static int wait_receive(struct actor *a)
{
    uint64_t found;
    int result = kipc_channel_receive(&a->fixture->kernel, a->pid, a->handle, &found, sizeof(found), NULL, a->deadline);
    return result == (int)sizeof(found) ? KIPC_OK : result;
}

static void wake_receive(struct kernel_fixture *f)
{
    assert_result(kipc_channel_send(&f->kernel, f->first, f->other, &message, KIPC_NO_WAIT), KIPC_OK);
}

static void open_send(struct kernel_fixture *f, enum kipc_wait_order order)
{
    open_channel(f, order, false);
    while (kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT) == KIPC_OK) {
    }
}

static int wait_send(struct actor *a)
{
    return kipc_channel_send(&a->fixture->kernel, a->pid, a->handle, &message, a->deadline);
}

static void wake_send(struct kernel_fixture *f)
{
    uint64_t found;
    assert_result(kipc_channel_receive(&f->kernel, f->first, f->other, &found, sizeof(found), NULL, KIPC_NO_WAIT),
                  sizeof(found));
}

static void open_call(struct kernel_fixture *f, enum kipc_wait_order order)
{
    open_channel(f, order, false);
}

static int wait_call(struct actor *a)
{
    uint64_t reply;
    int result =
        kipc_channel_call(&a->fixture->kernel, a->pid, a->handle, &message, &reply, sizeof(reply), a->deadline);
    return result == (int)sizeof(reply) ? KIPC_OK : result;
}

static void wake_call(struct kernel_fixture *f)
{
    uint64_t found;
    struct kipc_channel_info info;
    assert_result(kipc_channel_receive(&f->kernel, f->first, f->other, &found, sizeof(found), &info, KIPC_NO_WAIT),
                  sizeof(found));
    assert_result(kipc_channel_reply(&f->kernel, f->first, info.header.request_id, &found, sizeof(found)), KIPC_OK);
}

const struct wait_kind wait_kinds[] = {
    {"semaphore", KIPC_E_WOULDBLOCK, false, false, false, open_semaphore, wait_semaphore, wake_semaphore},
    {"mutex", KIPC_E_BUSY, false, true, false, open_mutex, wait_mutex, wake_mutex},
    {"write lock", KIPC_E_BUSY, false, true, false, open_rwlock, wait_writer, wake_rwlock},
    {"read lock", KIPC_E_BUSY, false, true, false, open_rwlock, wait_reader, wake_rwlock},
    {"condition", KIPC_E_WOULDBLOCK, false, false, true, open_condition, wait_condition, wake_condition},
    {"event", KIPC_E_WOULDBLOCK, false, false, false, open_event, wait_event, wake_event},
    {"notification", KIPC_E_EMPTY, false, false, false, open_notification, wait_notification, wake_notification},
    {"receive", KIPC_E_EMPTY, false, false, false, open_receive, wait_receive, wake_receive},
    {"send", KIPC_E_FULL, false, false, false, open_send, wait_send, wake_send},
    {"call", KIPC_E_INVAL, true, false, true, open_call, wait_call, wake_call},
};

const size_t wait_kind_count = COUNT_OF(wait_kinds);
