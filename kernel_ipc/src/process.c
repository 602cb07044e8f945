/* SPDX-License-Identifier: MIT */
#include "kernel_internal.h"

struct kipc_process *ki_process(const struct kipc_kernel *kernel, kipc_pid_t pid)
{
    struct kipc_process *process = kipc_table_find(&kernel->tables[KIPC_TABLE_PROCESS], pid);
    return process != NULL && !process->is_ending ? process : NULL;
}

int ki_charge(struct kipc_process *process, enum kipc_quota quota, uint32_t amount)
{
    return ki_may_charge(process, quota, amount) ? KIPC_OK : KIPC_E_QUOTA;
}

void ki_discharge(const struct kipc_kernel *kernel, kipc_pid_t pid, enum kipc_quota quota, uint32_t amount)
{
    struct kipc_process *process = kipc_table_find(&kernel->tables[KIPC_TABLE_PROCESS], pid);
    if (process != NULL) {
        process->used[quota] -= amount;
    }
}

struct kipc_process_config kipc_process_config_default(void)
{
    struct kipc_process_config config;
    config.user = 0;
    config.group = 0;
    config.denied = 0;
    for (unsigned int i = 0; i < KIPC_QUOTA_COUNT; i++) {
        config.limits[i] = KIPC_QUOTA_UNLIMITED;
    }
    return config;
}

int kipc_process_register(struct kipc_kernel *kernel, const struct kipc_process_config *config, kipc_pid_t *pid)
{
    KIPC_GUARD(config != NULL && pid != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    struct kipc_table *table = &kernel->tables[KIPC_TABLE_PROCESS];
    struct kipc_process *process = kipc_table_take(table);
    if (process == NULL) {
        return ki_leave(kernel, KIPC_E_NOSPC);
    }
    process->user = config->user;
    process->group = config->group;
    process->denied = config->denied;
    for (unsigned int i = 0; i < KIPC_QUOTA_COUNT; i++) {
        process->limits[i] = config->limits[i];
    }
    *pid = kipc_table_id(table, process);
    return ki_leave(kernel, KIPC_OK);
}

int kipc_process_usage(struct kipc_kernel *kernel, kipc_pid_t pid, enum kipc_quota quota, uint32_t *used,
                       uint32_t *limit)
{
    KIPC_GUARD((unsigned int)quota < KIPC_QUOTA_COUNT, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    const struct kipc_process *process = ki_process(kernel, pid);
    if (process == NULL) {
        return ki_leave(kernel, KIPC_E_SRCH);
    }
    if (used != NULL) {
        *used = process->used[quota];
    }
    if (limit != NULL) {
        *limit = process->limits[quota];
    }
    return ki_leave(kernel, KIPC_OK);
}

int kipc_process_limit_rate(struct kipc_kernel *kernel, kipc_pid_t pid, uint32_t rate, uint32_t period, uint32_t burst)
{
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    struct kipc_limiter limiter;
    bool is_limited = rate != 0;
    uint64_t now = kernel->port->ops->ticks(kernel->port->context);
    int result = is_limited ? kipc_limiter_set_up(&limiter, rate, period, burst, now) : KIPC_OK;
    KIPC_GUARD(result == KIPC_OK, result);
    ki_lock(kernel);
    struct kipc_process *process = ki_process(kernel, pid);
    if (process == NULL) {
        return ki_leave(kernel, KIPC_E_SRCH);
    }
    process->is_limited = is_limited;
    if (is_limited) {
        process->limiter = limiter;
    }
    return ki_leave(kernel, KIPC_OK);
}

int ki_charge_message(struct kipc_kernel *kernel, struct kipc_process *process)
{
    if (process->is_limited) {
        uint64_t now = kernel->port->ops->ticks(kernel->port->context);
        KIPC_GUARD(kipc_limiter_take(&process->limiter, 1, now) == KIPC_OK, KIPC_E_QUOTA);
    }
    return ki_charge(process, KIPC_QUOTA_MESSAGES, 1);
}

int kipc_kernel_add_exit_hook(struct kipc_kernel *kernel, struct kipc_exit_hook *hook)
{
    KIPC_GUARD(hook != NULL && hook->run != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    struct kipc_exit_hook **place = &kernel->exit_hooks;
    while (*place != NULL) {
        place = &(*place)->next;
    }
    hook->next = NULL;
    *place = hook;
    return ki_leave(kernel, KIPC_OK);
}

/* What a thread leaves behind: the end of its wait, and what it holds. */
static void forget_thread(struct kipc_kernel *kernel, struct kipc_thread *thread)
{
    if (thread->state == KIPC_THREAD_WAITING) {
        ki_settle(kernel, thread, KIPC_E_SRCH);
    }
    ki_requests_of_thread(kernel, thread);
    while (thread->owned != NULL) {
        ki_mutex_owner_died(kernel, thread->owned);
    }
    struct kipc_thread **place = &thread->process->threads;
    while (*place != thread) {
        place = &(*place)->next;
    }
    *place = thread->next;
    thread->process = NULL;
}

int kipc_process_exit(struct kipc_kernel *kernel, kipc_pid_t pid)
{
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    struct kipc_process *process = ki_process(kernel, pid);
    if (process == NULL) {
        return ki_leave(kernel, KIPC_E_SRCH);
    }
    process->is_ending = true; /* from here on it can get nothing new, so the loops below end */
    ki_unlock(kernel);
    for (struct kipc_exit_hook *hook = kernel->exit_hooks; hook != NULL; hook = hook->next) {
        hook->run(hook->context, pid);
    }
    ki_lock(kernel);
    while (process->threads != NULL) {
        forget_thread(kernel, process->threads);
        ki_unlock(kernel);
        ki_lock(kernel);
    }
    while (process->operations != NULL) {
        ki_async_of_ended(kernel, process);
        ki_unlock(kernel);
        ki_lock(kernel);
    }
    while (process->handles != NULL) {
        ki_handle_close(kernel, process->handles);
        ki_unlock(kernel);
        ki_lock(kernel);
    }
    ki_requests_of_ended(kernel, pid);
    kipc_table_give(&kernel->tables[KIPC_TABLE_PROCESS], process);
    return ki_leave(kernel, KIPC_OK);
}

int kipc_thread_attach(struct kipc_kernel *kernel, kipc_pid_t pid, uint32_t id, uint8_t priority)
{
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    KIPC_GUARD(id < kernel->thread_count, KIPC_E_RANGE);
    ki_lock(kernel);
    struct kipc_process *process = ki_process(kernel, pid);
    struct kipc_thread *thread = &kernel->threads[id];
    if (process == NULL) {
        return ki_leave(kernel, KIPC_E_SRCH);
    }
    if (thread->process != NULL || thread->state != KIPC_THREAD_RUNNING) {
        return ki_leave(kernel, KIPC_E_BUSY);
    }
    thread->process = process;
    thread->next = process->threads;
    process->threads = thread;
    thread->base_priority = priority;
    thread->priority = priority;
    kernel->scheduler.ops->set_priority(kernel->scheduler.context, id, priority);
    return ki_leave(kernel, KIPC_OK);
}

/* Into the critical section with a thread that is attached: KIPC_OK inside, or an error outside. */
static int enter_with_thread(struct kipc_kernel *kernel, uint32_t id, struct kipc_thread **thread)
{
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    KIPC_GUARD(id < kernel->thread_count, KIPC_E_SRCH);
    ki_lock(kernel);
    *thread = &kernel->threads[id];
    return (*thread)->process != NULL ? KIPC_OK : ki_leave(kernel, KIPC_E_SRCH);
}

int kipc_thread_detach(struct kipc_kernel *kernel, uint32_t id)
{
    struct kipc_thread *thread;
    int result = enter_with_thread(kernel, id, &thread);
    KIPC_GUARD(result == KIPC_OK, result);
    forget_thread(kernel, thread);
    return ki_leave(kernel, KIPC_OK);
}

static int end_wait(struct kipc_kernel *kernel, uint32_t id, int code)
{
    struct kipc_thread *thread;
    int result = enter_with_thread(kernel, id, &thread);
    KIPC_GUARD(result == KIPC_OK, result);
    if (thread->state != KIPC_THREAD_WAITING || thread->is_uncancelable) {
        return ki_leave(kernel, KIPC_E_STATE);
    }
    ki_settle(kernel, thread, code);
    return ki_leave(kernel, KIPC_OK);
}

int kipc_thread_cancel(struct kipc_kernel *kernel, uint32_t id)
{
    return end_wait(kernel, id, KIPC_E_CANCELED);
}

int kipc_thread_interrupt(struct kipc_kernel *kernel, uint32_t id)
{
    return end_wait(kernel, id, KIPC_E_INTR);
}

int kipc_thread_set_priority(struct kipc_kernel *kernel, uint32_t id, uint8_t priority)
{
    struct kipc_thread *thread;
    int result = enter_with_thread(kernel, id, &thread);
    KIPC_GUARD(result == KIPC_OK, result);
    thread->base_priority = priority;
    ki_inherit(kernel, thread);
    return ki_leave(kernel, KIPC_OK);
}

int kipc_thread_priority(struct kipc_kernel *kernel, uint32_t id)
{
    struct kipc_thread *thread;
    int result = enter_with_thread(kernel, id, &thread);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave(kernel, thread->priority);
}
