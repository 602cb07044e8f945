/* SPDX-License-Identifier: MIT */
/*
 * One thread that uses a bit of everything, without a C library: the same program for a chip with 64 KiB of RAM and for
 * a server, with the limits of the build's configuration.
 */
#include "portable.h"
#include <kipc/channel.h>
#include <kipc/event.h>
#include <kipc/mutex.h>
#include <kipc/ring.h>
#include <kipc/semaphore.h>
#include <kipc/syscall.h>

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            return __LINE__;                                                                                           \
        }                                                                                                              \
    } while (0)

static uint64_t now = 1;
static alignas(KIPC_CACHELINE) uint8_t memory[KIPC_CONFIGURATION_BYTES];
static alignas(KIPC_CACHELINE) uint8_t shared[sizeof(struct kipc_ring_shared) + 4 * sizeof(struct kipc_ring_slot)];
static struct kipc_kernel kernel;

static uint32_t current(void *context)
{
    (void)context;
    return 0;
}

/* Nobody else runs, so nobody will wake this thread. */
static int block(void *context, uint64_t deadline)
{
    (void)context;
    now = deadline;
    return KIPC_E_TIMEDOUT;
}

static void wake(void *context, uint32_t thread)
{
    (void)context;
    (void)thread;
}

static void nothing(void *context)
{
    (void)context;
}

static uint64_t ticks(void *context)
{
    (void)context;
    now += 1;
    return now;
}

static uint32_t read32(void *context, uintptr_t address)
{
    (void)context;
    (void)address;
    return 0;
}

static void write32(void *context, uintptr_t address, uint32_t value)
{
    (void)context;
    (void)address;
    (void)value;
}

static uintptr_t lock(void *context)
{
    (void)context;
    return 0;
}

static void unlock(void *context, uintptr_t state)
{
    (void)context;
    (void)state;
}

static void set_priority(void *context, uint32_t thread, uint8_t priority)
{
    (void)context;
    (void)thread;
    (void)priority;
}

static const struct kipc_port_ops port_ops = {.current = current,
                                              .block = block,
                                              .wake = wake,
                                              .relax = nothing,
                                              .ticks = ticks,
                                              .cycles = ticks,
                                              .io_read32 = read32,
                                              .io_write32 = write32,
                                              .fence_to_device = nothing,
                                              .fence_from_device = nothing};
static const struct kipc_port port = {.ops = &port_ops};
static const struct kipc_scheduler_ops scheduler_ops = {.lock = lock, .unlock = unlock, .set_priority = set_priority};
static const struct kipc_scheduler scheduler = {.ops = &scheduler_ops};
static const struct kipc_limits limits = {
    .tables =
        {
#define ENTRIES(name, type, host, soc, what) [KIPC_TABLE_##name] = KIPC_CONFIGURATION_ENTRIES(host, soc),
            KIPC_TABLE_LIST(ENTRIES)
#undef ENTRIES
        },
    .threads = KIPC_CONFIGURATION_THREADS,
    .blocks = KIPC_CONFIGURATION_BLOCKS,
    .requests = KIPC_CONFIGURATION_REQUESTS,
    .names = KIPC_CONFIGURATION_NAMES,
};

static int try_waits(kipc_pid_t pid)
{
    kipc_handle_t handle;
    CHECK(kipc_semaphore_create(&kernel, pid, 1, 1, KIPC_WAIT_FIFO, &handle) == KIPC_OK);
    CHECK(kipc_semaphore_wait(&kernel, pid, handle, KIPC_FOREVER) == KIPC_OK);
    CHECK(kipc_semaphore_wait(&kernel, pid, handle, KIPC_NO_WAIT) == KIPC_E_WOULDBLOCK);
    CHECK(kipc_semaphore_wait(&kernel, pid, handle, now + 100) == KIPC_E_TIMEDOUT);
    CHECK(kipc_semaphore_post(&kernel, pid, handle) == KIPC_OK);
    CHECK(kipc_mutex_create(&kernel, pid, true, KIPC_WAIT_PRIORITY, &handle) == KIPC_OK);
    CHECK(kipc_mutex_lock(&kernel, pid, handle, KIPC_FOREVER) == KIPC_OK);
    CHECK(kipc_mutex_unlock(&kernel, pid, handle) == KIPC_OK);
    CHECK(kipc_event_create(&kernel, pid, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &handle) == KIPC_OK);
    CHECK(kipc_event_signal(&kernel, pid, handle, UINT64_C(0x123456789abcdef)) == 0);
    struct kipc_event_signal signal;
    CHECK(kipc_event_wait(&kernel, pid, handle, KIPC_FOREVER, &signal) == KIPC_OK);
    CHECK(signal.data == UINT64_C(0x123456789abcdef) && signal.sender == pid);
    return 0;
}

static int try_messages(kipc_pid_t pid)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    struct kipc_channel_info info;
    kipc_handle_t ends[2];
    uint8_t data[200];
    uint8_t received[200];
    config.buffer_bytes = 1024;
    config.message_max = sizeof(data);
    CHECK(kipc_channel_create(&kernel, pid, &config, ends) == KIPC_OK);
    for (uint32_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i * 7);
    }
    for (uint32_t length = 0; length <= sizeof(data); length += 25) {
        struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = length, .data = data};
        CHECK(kipc_channel_send(&kernel, pid, ends[0], &message, KIPC_NO_WAIT) == KIPC_OK);
        CHECK(kipc_channel_receive(&kernel, pid, ends[1], received, sizeof(received), &info, KIPC_NO_WAIT) ==
              (int)length);
        for (uint32_t i = 0; i < length; i++) {
            CHECK(received[i] == data[i]);
        }
        CHECK(info.header.sender == pid);
    }
    CHECK(kipc_channel_receive(&kernel, pid, ends[1], received, sizeof(received), NULL, now + 10) == KIPC_E_TIMEDOUT);
    return 0;
}

/* By registers: on a machine of 32 bits a deadline takes two of them. */
static int try_system_calls(kipc_pid_t pid)
{
    kipc_handle_t handle = KIPC_NO_ID;
    const struct kipc_user_range range = {
        .pid = pid, .is_writable = true, .start = (uintptr_t)&handle, .bytes = sizeof(handle)};
    const struct kipc_user_ranges ranges = {.ranges = &range, .count = 1};
    const struct kipc_user_memory user = kipc_user_memory_of_ranges(&ranges);
    struct kipc_gate gate;
    uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS] = {2, 3, KIPC_WAIT_FIFO, (uintptr_t)&handle};
    CHECK(kipc_gate_set_up(&gate, &kernel, &user) == KIPC_OK);
    CHECK(kipc_syscall(&gate, pid, KIPC_SYSCALL_SEMAPHORE_CREATE, arguments) == KIPC_OK);
    CHECK(handle != KIPC_NO_ID);
    arguments[0] = handle;
    arguments[1] = (uintptr_t)KIPC_FOREVER;
    arguments[2] = (uintptr_t)(KIPC_FOREVER >> 32 >> (sizeof(uintptr_t) - 4) * 8);
    CHECK(kipc_syscall(&gate, pid, KIPC_SYSCALL_SEMAPHORE_WAIT, arguments) == KIPC_OK);
    arguments[0] = 2;
    arguments[1] = 3;
    arguments[2] = KIPC_WAIT_FIFO;
    arguments[3] = 4; /* no address of the process's */
    CHECK(kipc_syscall(&gate, pid, KIPC_SYSCALL_SEMAPHORE_CREATE, arguments) == KIPC_E_FAULT);
    CHECK(kipc_syscall(&gate, pid, 0, arguments) == KIPC_E_NOSYS);
    return 0;
}

static int try_ring(void)
{
    struct kipc_ring_producer producer;
    struct kipc_ring_consumer consumer;
    char text[KIPC_RING_INLINE_MAX];
    size_t length;
    const struct kipc_notifier notifier = kipc_notifier_local(&port);
    CHECK(kipc_ring_format(shared, sizeof(shared), 4, UINT32_MAX) == KIPC_OK);
    CHECK(kipc_ring_producer_attach(&producer, shared, sizeof(shared), &port, notifier) == KIPC_OK);
    CHECK(kipc_ring_consumer_attach(&consumer, shared, sizeof(shared), &port, notifier) == KIPC_OK);
    for (uint32_t i = 0; i < 4; i++) {
        CHECK(kipc_ring_send_sp(&producer, "word", 4) == KIPC_OK);
    }
    CHECK(kipc_ring_send_sp(&producer, "word", 4) == KIPC_E_FULL);
    for (uint32_t i = 0; i < 4; i++) {
        CHECK(kipc_ring_receive_sc(&consumer, text, sizeof(text), &length) == KIPC_OK);
        CHECK(length == 4 && text[0] == 'w' && text[3] == 'd');
    }
    CHECK(kipc_ring_receive_sc(&consumer, text, sizeof(text), &length) == KIPC_E_EMPTY);
    return 0;
}

int portable_run(void)
{
    struct kipc_process_config config = kipc_process_config_default();
    struct kipc_counts counts;
    kipc_pid_t pid;
    CHECK(kipc_kernel_bytes(&limits) != 0 && kipc_kernel_bytes(&limits) <= sizeof(memory));
    CHECK(kipc_kernel_set_up(&kernel, &port, &scheduler, &limits, memory, sizeof(memory)) == KIPC_OK);
    CHECK(kipc_process_register(&kernel, &config, &pid) == KIPC_OK);
    CHECK(kipc_thread_attach(&kernel, pid, 0, 1) == KIPC_OK);
    int failed = try_waits(pid);
    failed = failed != 0 ? failed : try_messages(pid);
    failed = failed != 0 ? failed : try_system_calls(pid);
    failed = failed != 0 ? failed : try_ring();
    CHECK(failed == 0 || kipc_process_exit(&kernel, pid) == KIPC_OK);
    if (failed != 0) {
        return failed;
    }
    CHECK(kipc_process_exit(&kernel, pid) == KIPC_OK);
    CHECK(kipc_counts(&kernel, &counts) == KIPC_OK);
    for (unsigned int i = 0; i < KIPC_TABLE_COUNT; i++) {
        CHECK(counts.used[i] == 0);
    }
    CHECK(kipc_kernel_tear_down(&kernel) == KIPC_OK);
    return 0;
}
