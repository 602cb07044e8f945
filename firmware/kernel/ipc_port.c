/* SPDX-License-Identifier: MIT */
#include "kernel/ipc_port.h"
#include "kernel/clock.h"
#include "kernel/ipc_scheduler.h"
#include "kernel/scheduler.h"
#include "soc/mmio.h"

_Static_assert(KIPC_FOREVER == THREAD_FOREVER, "deadlines are handed on as they are");

static uint32_t port_current(void *context)
{
    (void)context;
    /* In line, because every operation on a kernel object asks. */
    return (uint32_t)scheduler_self()->current->id;
}

static int port_block(void *context, uint64_t deadline)
{
    (void)context;
    return thread_block(deadline) == THREAD_WOKEN ? KIPC_OK : KIPC_E_TIMEDOUT;
}

static void port_wake(void *context, uint32_t id)
{
    struct thread *thread = thread_by_id(id);

    (void)context;
    /* The id may come from memory that a peer writes: one that is not of this hart's threads wakes nobody. */
    if (thread != NULL) {
        thread_wake(thread);
    }
}

static void port_relax(void *context)
{
    (void)context;
    __asm__ volatile("nop");
}

static uint64_t port_ticks(void *context)
{
    (void)context;
    return clock_ticks();
}

static uint64_t port_cycles(void *context)
{
    (void)context;
    return clock_cycles();
}

static uint32_t port_read32(void *context, uintptr_t address)
{
    (void)context;
    return mmio_read32(address);
}

static void port_write32(void *context, uintptr_t address, uint32_t value)
{
    (void)context;
    mmio_write32(address, value);
}

/* The two fences also order reads before and writes after: a device may overwrite what was read, or read what is
 * written next. */
static void port_fence_to_device(void *context)
{
    (void)context;
    __asm__ volatile("fence rw, o" : : : "memory");
}

static void port_fence_from_device(void *context)
{
    (void)context;
    __asm__ volatile("fence i, rw" : : : "memory");
}

static const struct kipc_port_ops port_ops = {
    .current = port_current,
    .block = port_block,
    .wake = port_wake,
    .relax = port_relax,
    .ticks = port_ticks,
    .cycles = port_cycles,
    .io_read32 = port_read32,
    .io_write32 = port_write32,
    .fence_to_device = port_fence_to_device,
    .fence_from_device = port_fence_from_device,
};

/* The same for kernel objects, whose wakes come from the critical section and may be for another hart's thread. */
static const struct kipc_port_ops object_port_ops = {
    .current = port_current,
    .block = port_block,
    .wake = ipc_scheduler_wake,
    .relax = port_relax,
    .ticks = port_ticks,
    .cycles = port_cycles,
    .io_read32 = port_read32,
    .io_write32 = port_write32,
    .fence_to_device = port_fence_to_device,
    .fence_from_device = port_fence_from_device,
};

const struct kipc_port ipc_object_port = {.ops = &object_port_ops, .spin_iterations = KIPC_SPIN_ONE_HART};
const struct kipc_port ipc_port = {.ops = &port_ops, .spin_iterations = KIPC_SPIN_ONE_HART};
const struct kipc_port ipc_port_spinning = {.ops = &port_ops, .spin_iterations = KIPC_SPIN_MANY_HARTS};

static void ring_doorbell(void *context, uint32_t waiter)
{
    struct ipc_doorbell *doorbell = context;

    /* Who waits there is known to the handler over there. */
    (void)waiter;
    mailbox_ring_doorbell(doorbell->mailbox, doorbell->flags);
}

struct kipc_notifier ipc_doorbell_notifier(struct ipc_doorbell *doorbell)
{
    return (struct kipc_notifier){.notify = ring_doorbell, .context = doorbell};
}

static int error_of(int mailbox_status)
{
    switch (mailbox_status) {
    case MAILBOX_OK:
        return KIPC_OK;
    case MAILBOX_E_ABSENT:
        return KIPC_E_NOTSUP;
    case MAILBOX_E_BUSY:
        return KIPC_E_BUSY;
    case MAILBOX_E_LENGTH:
        return KIPC_E_INVAL_SIZE;
    case MAILBOX_E_READ:
    case MAILBOX_E_WRITE:
    case MAILBOX_E_RESET:
        return KIPC_E_FAULT;
    case MAILBOX_E_ARGUMENT:
        return KIPC_E_INVAL;
    default:
        return KIPC_E_INTEGRITY;
    }
}

static int move(void *context, void *destination, const void *source, size_t length)
{
    if (length > UINT32_MAX) {
        return KIPC_E_INVAL_SIZE;
    }
    return error_of(mailbox_copy_and_wait(context, destination, source, (uint32_t)length, NULL));
}

struct kipc_mover ipc_copy_mover(struct mailbox *mailbox)
{
    return (struct kipc_mover){.move = move, .context = mailbox};
}
