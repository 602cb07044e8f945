/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench_port.h"
#include "bench.h"
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

void bench_futex_wait(_Atomic uint32_t *word, uint32_t expected)
{
    (void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

void bench_futex_wake(_Atomic uint32_t *word)
{
    (void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static uint32_t port_current(void *context)
{
    (void)context;
    return bench_thread();
}

static int port_block(void *context, uint64_t deadline)
{
    struct bench_port *port = context;
    _Atomic uint32_t *token = &port->tokens[bench_thread()];
    bench_require(deadline == KIPC_FOREVER, "no work waits with a deadline");
    while (atomic_exchange(token, 0) == 0) {
        bench_futex_wait(token, 0);
    }
    return KIPC_OK;
}

static void port_wake(void *context, uint32_t thread)
{
    struct bench_port *port = context;
    if (thread < BENCH_PORT_THREADS && atomic_exchange(&port->tokens[thread], 1) == 0) {
        bench_futex_wake(&port->tokens[thread]);
    }
}

static void port_relax(void *context)
{
    static _Thread_local uint32_t turns;
    (void)context;
    bench_pause(&turns);
}

static uint64_t port_ticks(void *context)
{
    (void)context;
    return bench_now();
}

static uint32_t port_read(void *context, uintptr_t address)
{
    (void)context;
    return *(const volatile uint32_t *)address;
}

static void port_write(void *context, uintptr_t address, uint32_t value)
{
    (void)context;
    *(volatile uint32_t *)address = value;
}

static void port_fence(void *context)
{
    (void)context;
    atomic_thread_fence(memory_order_seq_cst);
}

static const struct kipc_port_ops port_ops = {
    .current = port_current,
    .block = port_block,
    .wake = port_wake,
    .relax = port_relax,
    .ticks = port_ticks,
    .cycles = port_ticks,
    .io_read32 = port_read,
    .io_write32 = port_write,
    .fence_to_device = port_fence,
    .fence_from_device = port_fence,
};

static void port_fence_all(void *context)
{
    (void)context;
    bench_require(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0, "no fence for all threads");
}

void bench_port_set_up(struct bench_port *port, uint32_t spins)
{
    *port = (struct bench_port){.port = {.ops = &port_ops, .context = port, .spin_iterations = spins}};
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0) {
        port->port.fence_all = port_fence_all;
    }
}
