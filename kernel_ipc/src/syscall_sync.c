/* SPDX-License-Identifier: MIT */
/* System calls on objects that threads wait for. */
#include "syscall.h"
#include <kipc/condition.h>
#include <kipc/event.h>
#include <kipc/mutex.h>
#include <kipc/notification.h>
#include <kipc/rwlock.h>
#include <kipc/semaphore.h>

/* Calls of a handle, and of a handle and a deadline. */
typedef int of_handle(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);
typedef int of_deadline(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t deadline);
typedef int of_data(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t data);

static int call_handle(struct ki_trap *trap, of_handle *function)
{
    kipc_handle_t handle = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return function(trap->kernel, trap->caller, handle);
}

static int call_deadline(struct ki_trap *trap, of_deadline *function)
{
    kipc_handle_t handle = ki_trap_word(trap);
    uint64_t deadline = ki_trap_long(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return function(trap->kernel, trap->caller, handle, deadline);
}

#define CALL_OF_HANDLE(function)                                                                                       \
    int ki_sys_##function(struct ki_trap *trap)                                                                        \
    {                                                                                                                  \
        return call_handle(trap, kipc_##function);                                                                     \
    }
#define CALL_OF_DEADLINE(function)                                                                                     \
    int ki_sys_##function(struct ki_trap *trap)                                                                        \
    {                                                                                                                  \
        return call_deadline(trap, kipc_##function);                                                                   \
    }

CALL_OF_HANDLE(semaphore_post)
CALL_OF_HANDLE(mutex_unlock)
CALL_OF_HANDLE(mutex_recover)
CALL_OF_HANDLE(condition_signal)
CALL_OF_HANDLE(condition_broadcast)
CALL_OF_HANDLE(rwlock_unlock)
CALL_OF_HANDLE(event_reset)
CALL_OF_DEADLINE(semaphore_wait)
CALL_OF_DEADLINE(mutex_lock)
CALL_OF_DEADLINE(rwlock_read)
CALL_OF_DEADLINE(rwlock_write)
CALL_OF_DEADLINE(event_signal) /* its word has the place and the width of a deadline */
CALL_OF_DEADLINE(event_pulse)
CALL_OF_DEADLINE(event_broadcast)

int ki_sys_semaphore_create(struct ki_trap *trap)
{
    uint32_t initial = ki_trap_word(trap);
    uint32_t maximum = ki_trap_word(trap);
    uint32_t order = ki_trap_word(trap);
    void *handle_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_handle_t handle;
    int result =
        kipc_semaphore_create(trap->kernel, trap->caller, initial, maximum, (enum kipc_wait_order)order, &handle);
    return ki_trap_hand_out(result, handle_out, &handle, sizeof(handle));
}

int ki_sys_semaphore_value(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    void *waiters_out = ki_trap_wanted(trap, sizeof(uint32_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    uint32_t waiters;
    int result = kipc_semaphore_value(trap->kernel, trap->caller, handle, &waiters);
    return ki_trap_hand_out(result, waiters_out, &waiters, sizeof(waiters));
}

int ki_sys_mutex_create(struct ki_trap *trap)
{
    uint32_t is_recursive = ki_trap_word(trap);
    uint32_t order = ki_trap_word(trap);
    void *handle_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    KIPC_GUARD(is_recursive <= 1, KIPC_E_INVAL);
    kipc_handle_t handle;
    int result = kipc_mutex_create(trap->kernel, trap->caller, is_recursive == 1, (enum kipc_wait_order)order, &handle);
    return ki_trap_hand_out(result, handle_out, &handle, sizeof(handle));
}

int ki_sys_mutex_owner(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    void *thread_out = ki_trap_result(trap, sizeof(uint32_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    uint32_t thread;
    int result = kipc_mutex_owner(trap->kernel, trap->caller, handle, &thread);
    return ki_trap_hand_out(result, thread_out, &thread, sizeof(thread));
}

int ki_sys_condition_create(struct ki_trap *trap)
{
    uint32_t order = ki_trap_word(trap);
    void *handle_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_handle_t handle;
    int result = kipc_condition_create(trap->kernel, trap->caller, (enum kipc_wait_order)order, &handle);
    return ki_trap_hand_out(result, handle_out, &handle, sizeof(handle));
}

int ki_sys_condition_wait(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    kipc_handle_t mutex = ki_trap_word(trap);
    uint64_t deadline = ki_trap_long(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_condition_wait(trap->kernel, trap->caller, handle, mutex, deadline);
}

int ki_sys_rwlock_create(struct ki_trap *trap)
{
    uint32_t preference = ki_trap_word(trap);
    uint32_t order = ki_trap_word(trap);
    void *handle_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_handle_t handle;
    int result = kipc_rwlock_create(trap->kernel, trap->caller, (enum kipc_rwlock_preference)preference,
                                    (enum kipc_wait_order)order, &handle);
    return ki_trap_hand_out(result, handle_out, &handle, sizeof(handle));
}

int ki_sys_event_create(struct ki_trap *trap)
{
    uint32_t kind = ki_trap_word(trap);
    uint32_t order = ki_trap_word(trap);
    void *handle_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_handle_t handle;
    int result =
        kipc_event_create(trap->kernel, trap->caller, (enum kipc_event_kind)kind, (enum kipc_wait_order)order, &handle);
    return ki_trap_hand_out(result, handle_out, &handle, sizeof(handle));
}

int ki_sys_event_wait(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    uint64_t deadline = ki_trap_long(trap);
    void *signal_out = ki_trap_wanted(trap, sizeof(struct kipc_event_signal));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    struct kipc_event_signal signal;
    ki_clear(&signal, sizeof(signal));
    int result = kipc_event_wait(trap->kernel, trap->caller, handle, deadline, &signal);
    return ki_trap_hand_out(result, signal_out, &signal, sizeof(signal));
}

/* The list of a wait for several events; false if it cannot be. */
static bool take_handles(struct ki_trap *trap, kipc_handle_t *handles, uint32_t *count)
{
    uintptr_t address = ki_trap_address(trap);
    *count = ki_trap_word(trap);
    KIPC_GUARD(*count >= 1 && *count <= KIPC_CFG_WAIT_MANY_MAX && trap->result == KIPC_OK, false);
    ki_trap_copy(trap, handles, address, *count * sizeof(kipc_handle_t));
    return true;
}

int ki_sys_event_wait_any(struct ki_trap *trap)
{
    kipc_handle_t handles[KIPC_CFG_WAIT_MANY_MAX];
    uint32_t count;
    KIPC_GUARD(take_handles(trap, handles, &count), KIPC_E_INVAL);
    uint64_t deadline = ki_trap_long(trap);
    void *signal_out = ki_trap_wanted(trap, sizeof(struct kipc_event_signal));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    struct kipc_event_signal signal;
    ki_clear(&signal, sizeof(signal));
    int result = kipc_event_wait_any(trap->kernel, trap->caller, handles, count, deadline, &signal);
    return ki_trap_hand_out(result, signal_out, &signal, sizeof(signal));
}

int ki_sys_event_wait_all(struct ki_trap *trap)
{
    kipc_handle_t handles[KIPC_CFG_WAIT_MANY_MAX];
    uint32_t count;
    KIPC_GUARD(take_handles(trap, handles, &count), KIPC_E_INVAL);
    uint64_t deadline = ki_trap_long(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_event_wait_all(trap->kernel, trap->caller, handles, count, deadline);
}

/* No more than the kernel has threads can wait, so a longer list is not asked for. */
int ki_sys_event_waiters(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    uintptr_t address = ki_trap_address(trap);
    uint32_t capacity = ki_trap_word(trap);
    KIPC_GUARD(capacity <= KIPC_TABLE_ENTRIES_MAX && address % sizeof(uint32_t) == 0, KIPC_E_INVAL);
    uint32_t *threads = ki_trap_range(trap, address, capacity * sizeof(uint32_t), KIPC_USER_WRITE);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_event_waiters(trap->kernel, trap->caller, handle, threads, capacity);
}

int ki_sys_notification_create(struct ki_trap *trap)
{
    uint32_t order = ki_trap_word(trap);
    void *handle_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_handle_t handle;
    int result = kipc_notification_create(trap->kernel, trap->caller, (enum kipc_wait_order)order, &handle);
    return ki_trap_hand_out(result, handle_out, &handle, sizeof(handle));
}

int ki_sys_notification_post(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    uint32_t source = ki_trap_word(trap);
    uint32_t bits = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_notification_post(trap->kernel, trap->caller, handle, source, bits);
}

int ki_sys_notification_take(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    uint64_t deadline = ki_trap_long(trap);
    void *entry_out = ki_trap_result(trap, sizeof(struct kipc_notification_entry));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    struct kipc_notification_entry entry;
    ki_clear(&entry, sizeof(entry));
    int result = kipc_notification_take(trap->kernel, trap->caller, handle, deadline, &entry);
    return ki_trap_hand_out(result, entry_out, &entry, sizeof(entry));
}
