/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "kipc_host.h"
#include <errno.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NANOSECONDS_PER_SECOND UINT64_C(1000000000)
/* Looks for a token before a thread sleeps: tens of microseconds, about what a sleep and its end cost. */
#define LOOKS_BEFORE_SLEEP 1000u
/* Between two of them the processor is offered to others, in case the waker needs this one. */
#define LOOKS_BEFORE_YIELD 128u

static _Thread_local uint32_t current_thread = KIPC_NO_THREAD;

static void require(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "kipc_host: %s\n", what);
        abort();
    }
}

static uint64_t monotonic_nanoseconds(void)
{
    struct timespec now;
    require(clock_gettime(CLOCK_MONOTONIC, &now) == 0, "no monotonic clock");
    return (uint64_t)now.tv_sec * NANOSECONDS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static struct timespec to_timespec(uint64_t nanoseconds)
{
    return (struct timespec){.tv_sec = (time_t)(nanoseconds / NANOSECONDS_PER_SECOND),
                             .tv_nsec = (long)(nanoseconds % NANOSECONDS_PER_SECOND)};
}

static void take(pthread_mutex_t *mutex)
{
    require(pthread_mutex_lock(mutex) == 0, "mutex lock failed");
}

static void give(pthread_mutex_t *mutex)
{
    require(pthread_mutex_unlock(mutex) == 0, "mutex unlock failed");
}

static void lock(struct kipc_host *host)
{
    take(&host->mutex);
}

static void unlock(struct kipc_host *host)
{
    give(&host->mutex);
}

static uint64_t now_locked(const struct kipc_host *host)
{
    return host->has_fake_clock ? host->fake_now : monotonic_nanoseconds();
}

static uint32_t host_current(void *context)
{
    (void)context;
    require(current_thread != KIPC_NO_THREAD, "a thread used the port before kipc_host_join");
    return current_thread;
}

/* Sleeps until something about the thread changes or, on the real clock, the deadline comes. */
static void sleep_locked(struct kipc_host *host, struct kipc_host_thread *self, uint64_t deadline)
{
    int result;
    if (host->has_fake_clock || deadline == KIPC_FOREVER) {
        result = pthread_cond_wait(&self->changed, &host->mutex);
    } else {
        struct timespec until = to_timespec(deadline);
        result = pthread_cond_timedwait(&self->changed, &host->mutex, &until);
    }
    require(result == 0 || result == ETIMEDOUT, "condition wait failed");
}

static void pause_briefly(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/* True if the thread's token came, and is consumed. Ends early at a deadline or if the wait is to be given up. */
static bool token_comes_soon(const struct kipc_host *host, struct kipc_host_thread *self, uint64_t deadline)
{
    if (host->port.spin_iterations == 0 || host->has_fake_clock) {
        return false;
    }
    for (unsigned int look = 1; look <= LOOKS_BEFORE_SLEEP && !atomic_load(&self->canceled); look++) {
        if (atomic_load_explicit(&self->token, memory_order_relaxed) && atomic_exchange(&self->token, false)) {
            return true;
        }
        pause_briefly();
        if (look % LOOKS_BEFORE_YIELD == 0) {
            if (deadline != KIPC_FOREVER && monotonic_nanoseconds() >= deadline) {
                return false;
            }
            (void)sched_yield();
        }
    }
    return false;
}

static int host_block(void *context, uint64_t deadline)
{
    struct kipc_host *host = context;
    struct kipc_host_thread *self = &host->threads[host_current(context)];
    int result = KIPC_OK;
    atomic_fetch_add(&host->blocks, 1);
    if (token_comes_soon(host, self, deadline)) {
        return KIPC_OK;
    }
    lock(host);
    self->blocked = true;
    require(pthread_cond_broadcast(&host->blocked_changed) == 0, "broadcast failed");
    while (!self->token && !self->canceled && (deadline == KIPC_FOREVER || now_locked(host) < deadline)) {
        sleep_locked(host, self, deadline);
    }
    self->blocked = false;
    if (self->canceled) {
        self->canceled = false;
        result = KIPC_E_CANCELED;
    } else if (self->token) {
        self->token = false;
    } else {
        result = KIPC_E_TIMEDOUT;
    }
    unlock(host);
    return result;
}

static void host_wake(void *context, uint32_t thread)
{
    struct kipc_host *host = context;
    lock(host);
    if (thread < host->thread_count) {
        host->threads[thread].token = true;
        require(pthread_cond_signal(&host->threads[thread].changed) == 0, "signal failed");
    }
    unlock(host);
}

static void host_relax(void *context)
{
    struct kipc_host *host = context;
    atomic_fetch_add_explicit(&host->relaxes, 1, memory_order_relaxed); /* a counter for reports, it orders nothing */
    (void)sched_yield();
}

static uint64_t host_ticks(void *context)
{
    struct kipc_host *host = context;
    lock(host);
    uint64_t now = now_locked(host);
    unlock(host);
    return now;
}

static uint64_t host_cycles(void *context)
{
    (void)context;
    return monotonic_nanoseconds();
}

static uint32_t host_io_read32(void *context, uintptr_t address)
{
    (void)context;
    return *(const volatile uint32_t *)address;
}

static void host_io_write32(void *context, uintptr_t address, uint32_t value)
{
    (void)context;
    *(volatile uint32_t *)address = value;
}

/* A sequenced read-modify-write is a full barrier that the thread sanitizer understands, unlike a bare fence. */
static void host_fence(void *context)
{
    struct kipc_host *host = context;
    atomic_fetch_add(&host->fences, 1);
}

static const struct kipc_port_ops host_ops = {
    .current = host_current,
    .block = host_block,
    .wake = host_wake,
    .relax = host_relax,
    .ticks = host_ticks,
    .cycles = host_cycles,
    .io_read32 = host_io_read32,
    .io_write32 = host_io_write32,
    .fence_to_device = host_fence,
    .fence_from_device = host_fence,
};

static void host_fence_all(void *context)
{
    struct kipc_host *host = context;
    atomic_fetch_add_explicit(&host->fences_for_all, 1, memory_order_relaxed); /* for reports */
    require(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0, "membarrier failed");
}

static uintptr_t host_section_lock(void *context)
{
    take(&((struct kipc_host *)context)->section);
    return 0;
}

static void host_section_unlock(void *context, uintptr_t state)
{
    (void)state;
    give(&((struct kipc_host *)context)->section);
}

static void host_set_priority(void *context, uint32_t thread, uint8_t priority)
{
    struct kipc_host *host = context;
    if (thread < KIPC_HOST_THREADS_MAX) {
        atomic_store(&host->threads[thread].priority, priority);
    }
}

static const struct kipc_scheduler_ops host_scheduler_ops = {
    .lock = host_section_lock, .unlock = host_section_unlock, .set_priority = host_set_priority};

/* Critical sections are short: who finds one taken on another processor looks again for a while before it sleeps. */
static void set_up_section(pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attributes;
    require(pthread_mutexattr_init(&attributes) == 0, "no mutex attributes");
    require(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP) == 0, "no adaptive mutex");
    require(pthread_mutex_init(mutex, &attributes) == 0, "no mutex");
    require(pthread_mutexattr_destroy(&attributes) == 0, "attributes busy");
}

static void set_up_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    require(pthread_condattr_init(&attributes) == 0, "no condition attributes");
    require(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0, "no monotonic conditions");
    require(pthread_cond_init(condition, &attributes) == 0, "no condition");
    require(pthread_condattr_destroy(&attributes) == 0, "attributes busy");
}

void kipc_host_set_up(struct kipc_host *host, bool has_fake_clock, uint32_t spin_iterations)
{
    *host = (struct kipc_host){
        .port = {.ops = &host_ops, .context = host, .spin_iterations = spin_iterations},
        .scheduler = {.ops = &host_scheduler_ops, .context = host},
        .has_fake_clock = has_fake_clock,
        .fake_now = 1,
    };
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0) {
        host->port.fence_all = host_fence_all;
    }
    require(pthread_mutex_init(&host->mutex, NULL) == 0, "no mutex");
    set_up_section(&host->section);
    set_up_condition(&host->blocked_changed);
    for (uint32_t i = 0; i < KIPC_HOST_THREADS_MAX; i++) {
        set_up_condition(&host->threads[i].changed);
    }
}

void kipc_host_tear_down(struct kipc_host *host)
{
    for (uint32_t i = 0; i < KIPC_HOST_THREADS_MAX; i++) {
        require(pthread_cond_destroy(&host->threads[i].changed) == 0, "a thread still blocks");
    }
    require(pthread_cond_destroy(&host->blocked_changed) == 0, "a thread still watches");
    require(pthread_mutex_destroy(&host->mutex) == 0, "mutex busy");
    require(pthread_mutex_destroy(&host->section) == 0, "mutex busy");
}

uint32_t kipc_host_join(struct kipc_host *host)
{
    lock(host);
    require(host->thread_count < KIPC_HOST_THREADS_MAX, "too many threads");
    current_thread = host->thread_count;
    host->thread_count += 1;
    unlock(host);
    return current_thread;
}

void kipc_host_advance(struct kipc_host *host, uint64_t ticks)
{
    lock(host);
    require(host->has_fake_clock, "only a fake clock can be turned");
    host->fake_now += ticks;
    for (uint32_t i = 0; i < host->thread_count; i++) {
        require(pthread_cond_signal(&host->threads[i].changed) == 0, "signal failed");
    }
    unlock(host);
}

void kipc_host_cancel(struct kipc_host *host, uint32_t thread)
{
    lock(host);
    require(thread < host->thread_count, "no such thread");
    host->threads[thread].canceled = true;
    require(pthread_cond_signal(&host->threads[thread].changed) == 0, "signal failed");
    unlock(host);
}

bool kipc_host_await_blocked(struct kipc_host *host, uint32_t thread, unsigned int milliseconds)
{
    require(thread < KIPC_HOST_THREADS_MAX, "no such thread");
    struct timespec until = to_timespec(monotonic_nanoseconds() + (uint64_t)milliseconds * UINT64_C(1000000));
    int result = 0;
    lock(host);
    while (!host->threads[thread].blocked && result == 0) {
        result = pthread_cond_timedwait(&host->blocked_changed, &host->mutex, &until);
    }
    bool is_blocked = host->threads[thread].blocked;
    unlock(host);
    return is_blocked;
}
