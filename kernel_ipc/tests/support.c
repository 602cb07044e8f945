/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "support.h"
#include <stdlib.h>

static uint32_t fake_current(void *context)
{
    return ((struct fake_port *)context)->current;
}

static int fake_block(void *context, uint64_t deadline)
{
    struct fake_port *fake = context;
    fake->blocks += 1;
    fake->last_deadline = deadline;
    if (!fake->token && fake->script != NULL) {
        return fake->script(fake);
    }
    if (fake->token) {
        fake->token = false;
        return KIPC_OK;
    }
    assert_true(deadline != KIPC_FOREVER); /* nobody is left to wake the only thread */
    fake->now = fake->now > deadline ? fake->now : deadline;
    return KIPC_E_TIMEDOUT;
}

static void fake_wake(void *context, uint32_t thread)
{
    struct fake_port *fake = context;
    fake->wakes += 1;
    fake->woken = thread;
    fake->token = true;
}

static void fake_relax(void *context)
{
    ((struct fake_port *)context)->relaxes += 1;
}

static uint64_t fake_ticks(void *context)
{
    return ((struct fake_port *)context)->now;
}

static uint32_t fake_io_read32(void *context, uintptr_t address)
{
    (void)context;
    return *(const volatile uint32_t *)address;
}

static void fake_io_write32(void *context, uintptr_t address, uint32_t value)
{
    (void)context;
    *(volatile uint32_t *)address = value;
}

static void fake_fence_to_device(void *context)
{
    ((struct fake_port *)context)->fences_to_device += 1;
}

static void fake_fence_from_device(void *context)
{
    ((struct fake_port *)context)->fences_from_device += 1;
}

void fake_fence_all(void *context)
{
    ((struct fake_port *)context)->fences_for_all += 1;
}

static const struct kipc_port_ops fake_ops = {
    .current = fake_current,
    .block = fake_block,
    .wake = fake_wake,
    .relax = fake_relax,
    .ticks = fake_ticks,
    .cycles = fake_ticks,
    .io_read32 = fake_io_read32,
    .io_write32 = fake_io_write32,
    .fence_to_device = fake_fence_to_device,
    .fence_from_device = fake_fence_from_device,
};

void fake_port_set_up(struct fake_port *fake, uint32_t spin_iterations)
{
    *fake = (struct fake_port){
        .port = {.ops = &fake_ops, .context = fake, .spin_iterations = spin_iterations},
        .current = 7,
        .now = 1000,
        .woken = KIPC_NO_THREAD,
    };
}

static void fake_notify(void *context, uint32_t waiter)
{
    struct fake_notifier *fake = context;
    fake->calls += 1;
    fake->waiter = waiter;
}

struct kipc_notifier fake_notifier(struct fake_notifier *fake)
{
    *fake = (struct fake_notifier){.waiter = KIPC_NO_THREAD};
    return (struct kipc_notifier){.notify = fake_notify, .context = fake};
}

void *aligned_memory(size_t bytes)
{
    void *memory = NULL;
    assert_int_equal(posix_memalign(&memory, KIPC_CACHELINE, bytes), 0);
    memset(memory, 0, bytes);
    return memory;
}

void aligned_memory_free(void *memory)
{
    free(memory);
}

uint64_t random_next(struct random_numbers *random)
{
    /* xorshift64*; the state must not be 0. */
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return random->state * UINT64_C(0x2545F4914F6CDD1D);
}

static unsigned int assert_count;

#ifdef KIPC_DEBUG
#include <kipc/debug.h>

void kipc_assert_failed(const char *condition, const char *file, int line)
{
    (void)condition;
    (void)file;
    (void)line;
    assert_count += 1;
}
#endif

unsigned int failed_asserts(void)
{
    unsigned int count = assert_count;
    assert_count = 0;
    return count;
}

unsigned int expected_asserts(unsigned int misuses)
{
#ifdef KIPC_DEBUG
    return misuses;
#else
    (void)misuses;
    return 0;
#endif
}
