/* SPDX-License-Identifier: MIT */
/* Semaphores, mutexes, condition variables, reader-writer locks, events, notification queues. */
#include "calls.h"
#include <kipc/condition.h>
#include <kipc/event.h>
#include <kipc/mutex.h>
#include <kipc/notification.h>
#include <kipc/rwlock.h>
#include <kipc/semaphore.h>

static enum kipc_wait_order some_order(struct world *world)
{
    return fuzz_below(&world->input, 2) == 0 ? KIPC_WAIT_PRIORITY : KIPC_WAIT_FIFO;
}

/* Ends a creation: remembers the handle. */
static bool created(struct world *world, kipc_pid_t pid, kipc_handle_t handle, int result)
{
    if (world_check(world, pid, 0, result) != KIPC_OK) {
        return false;
    }
    world_give(world, pid, handle);
    return true;
}

static struct model_semaphore *semaphore_of(struct world *world, kipc_pid_t pid, kipc_handle_t handle)
{
    struct model *model = world->model;
    uint32_t id = world_object_id(world, pid, handle, KIPC_TABLE_SEMAPHORE);
    for (uint32_t i = 0; id != KIPC_NO_ID && i < model->semaphore_count; i++) {
        if (model->semaphores[i].id == id) {
            return &model->semaphores[i];
        }
    }
    return NULL;
}

static void create_semaphore(struct world *world)
{
    struct model *model = world->model;
    kipc_pid_t pid = world_pid(world);
    uint32_t maximum = fuzz_mostly(&world->input, 3);
    uint32_t initial = fuzz_number(&world->input, maximum < 3 ? maximum : 3);
    kipc_handle_t handle = KIPC_NO_ID;
    int result = kipc_semaphore_create(&world->kernel, pid, initial, maximum, some_order(world), &handle);
    if (!created(world, pid, handle, result)) {
        return;
    }
    FUZZ_REQUIRE(maximum >= 1 && initial <= maximum);
    if (model->semaphore_count < MODEL_SEMAPHORES) {
        uint32_t id = world_object_id(world, pid, handle, KIPC_TABLE_SEMAPHORE);
        model->semaphores[model->semaphore_count++] = (struct model_semaphore){id, maximum, initial};
    }
}

static void wait_semaphore(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_SEMAPHORE);
    struct model_semaphore *semaphore = semaphore_of(world, pid, handle);
    int result = kipc_semaphore_wait(&world->kernel, pid, handle, world_deadline(world));
    if (world_check(world, 0, 0, result) == KIPC_OK) { /* the handle may be gone by the time the wait ends */
        FUZZ_REQUIRE(semaphore != NULL || ((struct model *)world->model)->semaphore_count == MODEL_SEMAPHORES);
        if (semaphore != NULL) {
            semaphore->value -= 1;
        }
    }
}

static void post_semaphore(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_SEMAPHORE);
    struct model_semaphore *semaphore = semaphore_of(world, pid, handle);
    int64_t result = world_check(world, pid, handle, kipc_semaphore_post(&world->kernel, pid, handle));
    if (result == KIPC_OK && semaphore != NULL) {
        semaphore->value += 1;
    }
}

static void value_semaphore(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_SEMAPHORE);
    struct model_semaphore *semaphore = semaphore_of(world, pid, handle);
    uint32_t waiters = 0;
    int64_t value = world_check(world, pid, handle, kipc_semaphore_value(&world->kernel, pid, handle, &waiters));
    if (value >= 0 && semaphore != NULL) {
        FUZZ_REQUIRE(value <= semaphore->maximum && (value == 0 || waiters == 0));
    }
}

void check_semaphores(struct world *world)
{
    const struct model *model = world->model;
    for (uint32_t i = 0; i < WORLD_THREADS; i++) {
        if (world->is_blocked[i] || world->depth > 0) {
            return;
        }
    }
    for (uint32_t i = 0; i < model->semaphore_count; i++) {
        const struct model_semaphore *expected = &model->semaphores[i];
        const struct kipc_semaphore *found = kipc_table_find(&world->kernel.tables[KIPC_TABLE_SEMAPHORE], expected->id);
        FUZZ_REQUIRE(found == NULL || (int64_t)found->value == expected->value);
    }
}

static void create_mutex(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = KIPC_NO_ID;
    bool is_recursive = fuzz_below(&world->input, 2) == 0;
    int result = kipc_mutex_create(&world->kernel, pid, is_recursive, some_order(world), &handle);
    (void)created(world, pid, handle, result);
}

/* True if the current thread is the mutex's owner by the kernel's word. */
static bool owns(struct world *world, kipc_pid_t pid, kipc_handle_t handle)
{
    uint32_t owner = KIPC_NO_THREAD;
    world_next_call(world);
    bool is_owner = kipc_mutex_owner(&world->kernel, pid, handle, &owner) >= 0 && owner == world->current;
    world_next_call(world);
    return is_owner;
}

static bool is_alive(struct world *world, kipc_pid_t pid)
{
    return kipc_table_find(&world->kernel.tables[KIPC_TABLE_PROCESS], pid) != NULL;
}

/* True if the handle still means this object for a living process and a thread of it. */
static bool still_means(struct world *world, kipc_pid_t pid, kipc_handle_t handle, uint32_t id)
{
    const struct kipc_process *process = world->kernel.threads[world->current].process;
    return is_alive(world, pid) && process != NULL && id != KIPC_NO_ID &&
           world_object_id(world, pid, handle, KIPC_TABLE_MUTEX) == id;
}

static void lock_mutex(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_MUTEX);
    uint32_t id = world_object_id(world, pid, handle, KIPC_TABLE_MUTEX);
    int64_t result = world_check(world, 0, 0, kipc_mutex_lock(&world->kernel, pid, handle, world_deadline(world)));
    if ((result == KIPC_OK || result == KIPC_E_OWNERDEAD) && still_means(world, pid, handle, id)) {
        FUZZ_REQUIRE(owns(world, pid, handle));
    }
}

static void unlock_mutex(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_MUTEX);
    bool was_owner = owns(world, pid, handle);
    int64_t result = world_check(world, pid, handle, kipc_mutex_unlock(&world->kernel, pid, handle));
    FUZZ_REQUIRE(was_owner || result != KIPC_OK);
}

static void recover_mutex(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_MUTEX);
    bool was_owner = owns(world, pid, handle);
    int64_t result = world_check(world, pid, handle, kipc_mutex_recover(&world->kernel, pid, handle));
    FUZZ_REQUIRE(was_owner || result != KIPC_OK);
}

static void create_condition(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = KIPC_NO_ID;
    int result = kipc_condition_create(&world->kernel, pid, some_order(world), &handle);
    (void)created(world, pid, handle, result);
}

static void wait_condition(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_CONDITION);
    kipc_handle_t mutex = world_object(world, pid, KIPC_TABLE_MUTEX);
    uint32_t id = world_object_id(world, pid, mutex, KIPC_TABLE_MUTEX);
    bool was_owner = owns(world, pid, mutex);
    int64_t result =
        world_check(world, 0, 0, kipc_condition_wait(&world->kernel, pid, handle, mutex, world_deadline(world)));
    FUZZ_REQUIRE(was_owner || result != KIPC_OK);
    if (result == KIPC_OK && still_means(world, pid, mutex, id)) {
        FUZZ_REQUIRE(owns(world, pid, mutex));
    }
}

static void signal_condition(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_CONDITION);
    bool is_broadcast = fuzz_below(&world->input, 2) == 0;
    (void)world_check(world, pid, handle,
                      is_broadcast ? kipc_condition_broadcast(&world->kernel, pid, handle)
                                   : kipc_condition_signal(&world->kernel, pid, handle));
}

static void create_rwlock(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = KIPC_NO_ID;
    enum kipc_rwlock_preference preference = (enum kipc_rwlock_preference)fuzz_below(&world->input, 4);
    int result = kipc_rwlock_create(&world->kernel, pid, preference, some_order(world), &handle);
    (void)created(world, pid, handle, result);
}

static void use_rwlock(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_RWLOCK);
    switch (fuzz_below(&world->input, 3)) {
    case 0:
        (void)world_check(world, 0, 0, kipc_rwlock_read(&world->kernel, pid, handle, world_deadline(world)));
        break;
    case 1:
        (void)world_check(world, 0, 0, kipc_rwlock_write(&world->kernel, pid, handle, world_deadline(world)));
        break;
    default:
        (void)world_check(world, pid, handle, kipc_rwlock_unlock(&world->kernel, pid, handle));
        break;
    }
}

static void create_event(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = KIPC_NO_ID;
    enum kipc_event_kind kind = (enum kipc_event_kind)fuzz_below(&world->input, 3);
    int result = kipc_event_create(&world->kernel, pid, kind, some_order(world), &handle);
    (void)created(world, pid, handle, result);
}

static void change_event(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_EVENT);
    uint64_t data = fuzz_byte(&world->input);
    switch (fuzz_below(&world->input, 4)) {
    case 0:
        (void)world_check(world, pid, handle, kipc_event_signal(&world->kernel, pid, handle, data));
        break;
    case 1:
        (void)world_check(world, pid, handle, kipc_event_pulse(&world->kernel, pid, handle, data));
        break;
    case 2:
        (void)world_check(world, pid, handle, kipc_event_broadcast(&world->kernel, pid, handle, data));
        break;
    default:
        (void)world_check(world, pid, handle, kipc_event_reset(&world->kernel, pid, handle));
        break;
    }
}

static void wait_event(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_EVENT);
    struct kipc_event_signal signal = {0};
    int result = kipc_event_wait(&world->kernel, pid, handle, world_deadline(world), &signal);
    FUZZ_REQUIRE(world_check(world, 0, 0, result) != KIPC_OK || signal.count >= 1);
}

static void wait_events(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handles[KIPC_CFG_WAIT_MANY_MAX + 1];
    struct kipc_event_signal signal = {0};
    uint32_t count = fuzz_below(&world->input, COUNT_OF(handles) + 1);
    for (uint32_t i = 0; i < count; i++) {
        handles[i] = world_object(world, pid, KIPC_TABLE_EVENT);
    }
    uint64_t deadline = world_deadline(world);
    if (fuzz_below(&world->input, 2) == 0) {
        int64_t result =
            world_check(world, 0, 0, kipc_event_wait_any(&world->kernel, pid, handles, count, deadline, &signal));
        FUZZ_REQUIRE(result < (int64_t)count);
    } else {
        (void)world_check(world, 0, 0, kipc_event_wait_all(&world->kernel, pid, handles, count, deadline));
    }
}

static void create_notification(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = KIPC_NO_ID;
    int result = kipc_notification_create(&world->kernel, pid, some_order(world), &handle);
    (void)created(world, pid, handle, result);
}

static void use_notification(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_NOTIFICATION);
    if (fuzz_below(&world->input, 2) == 0) {
        uint32_t source = fuzz_below(&world->input, 24);
        uint32_t bits = fuzz_byte(&world->input);
        (void)world_check(world, pid, handle, kipc_notification_post(&world->kernel, pid, handle, source, bits));
        return;
    }
    struct kipc_notification_entry entry;
    (void)world_check(world, 0, 0, kipc_notification_take(&world->kernel, pid, handle, world_deadline(world), &entry));
}

const fuzz_call synchronisation_calls[] = {
    create_semaphore, wait_semaphore,   post_semaphore, value_semaphore,     create_mutex,     lock_mutex, unlock_mutex,
    recover_mutex,    create_condition, wait_condition, signal_condition,    create_rwlock,    use_rwlock, create_event,
    change_event,     wait_event,       wait_events,    create_notification, use_notification,
};
const size_t synchronisation_call_count = COUNT_OF(synchronisation_calls);
