/* SPDX-License-Identifier: MIT */
/*
 * What the IPC core needs from the system below it: threads to block and wake, time, and access to a device.
 *
 *     const struct kipc_port port = {.ops = &my_operations, .spin_iterations = KIPC_SPIN_ONE_HART};
 *     result = kipc_port_check(&port);
 *     uint64_t in_a_while = kipc_deadline_after(&port, 100);
 *
 * When: whoever brings the core to a new system fills one in; kipc/scheduler.h and kipc/memory_port.h have what kernel
 * objects and shared memory need besides.
 * Memory: port and operations are the caller's, constant, and outlive all that was set up with them. The core keeps
 * pointers.
 * Concurrency: the operations are called by any number of threads and handlers at once; each says from where.
 * Cost: one call through a pointer an operation. What block and wake cost is the system's; `make budgets`: block.
 */
#ifndef KIPC_PORT_H
#define KIPC_PORT_H

#include <kipc/error.h>
#include <stdint.h>

/* Deadlines are absolute, in ticks of the port's clock. */
#define KIPC_NO_WAIT UINT64_C(0)
#define KIPC_FOREVER UINT64_MAX

/* A thread id that no thread has. */
#define KIPC_NO_THREAD UINT32_MAX

/* Relax calls before a wait blocks: with one hart spinning cannot help, with two or more it saves a context switch. */
#define KIPC_SPIN_ONE_HART 0u
#define KIPC_SPIN_MANY_HARTS 100u

/*
 * The operations of a port. All must be present; `context` is the port's own.
 *
 * Wake tokens: each thread has room for exactly one pending token. wake() stores it (a second one merges with the
 * first), block() consumes it. A wake that comes between a thread's last look and its block is therefore not lost.
 * Tokens may be stale: the core re-checks its condition after each block(), and so must every other user of them.
 */
struct kipc_port_ops {
    /* Id of the calling thread, never KIPC_NO_THREAD. Thread context only. */
    uint32_t (*current)(void *context);
    /*
     * Blocks the calling thread until it has a wake token and consumes that, or until ticks() >= deadline.
     * KIPC_FOREVER never expires. A pending token wins over an expired deadline.
     * Returns KIPC_OK (token consumed, perhaps a stale one), KIPC_E_TIMEDOUT (no token), or KIPC_E_CANCELED /
     * KIPC_E_INTR if the wait must be given up; the core hands these on. Thread context only.
     */
    int (*block)(void *context, uint64_t deadline);
    /*
     * Gives `thread` a wake token and makes it ready if it is blocked. The id may come from memory that a peer writes:
     * an id that is not one of this scheduler's threads must be ignored. Thread or interrupt handler; never blocks.
     */
    void (*wake)(void *context, uint32_t thread);
    /* One turn of a bounded spin: a pause hint, or a yield of a simulated hart. */
    void (*relax)(void *context);
    /* The clock that deadlines are measured on; monotonic. */
    uint64_t (*ticks)(void *context);
    /* The finest counter there is, for measurements only; monotonic until it wraps (cycle_bits of the port). */
    uint64_t (*cycles)(void *context);
    /* One 32-bit access to a device register at a physical address: exactly one plain load or store, never an AMO. */
    uint32_t (*io_read32)(void *context, uintptr_t address);
    void (*io_write32)(void *context, uintptr_t address, uint32_t value);
    /* Orders earlier memory writes and reads before a later device register write (start of a DMA transfer, doorbell).
     */
    void (*fence_to_device)(void *context);
    /* Orders an earlier device register read (status: transfer done) before later memory reads and writes. */
    void (*fence_from_device)(void *context);
};

/* The operations with what they work on, filled in by whoever brings the core to a system. */
struct kipc_port {
    const struct kipc_port_ops *ops;
    void *context;
    /* Exactly this many relax calls precede a block; KIPC_SPIN_ONE_HART or KIPC_SPIN_MANY_HARTS unless measured. */
    uint32_t spin_iterations;
    /* Width of the counter behind cycles(), which wraps at 2 to this power; 0 means 64, else 1..64. */
    uint32_t cycle_bits;
    /*
     * May be NULL. Reads a counter of the hart's performance monitor, for reports only. event: KIPC_HPM_...
     * Returns KIPC_OK, or KIPC_E_NOTSUP if the hart does not count this event. Must not block.
     */
    int (*hpm)(void *context, uint32_t event, uint64_t *value);
    /*
     * May be NULL. Makes every other thread that may run code of a peer pass a full fence, at some moment between the
     * call and its return, and the calling thread too. What a wait of a ring with light publications needs.
     */
    void (*fence_all)(void *context);
};

/* Events of a performance monitor. */
enum kipc_hpm_event { KIPC_HPM_CACHE_MISSES, KIPC_HPM_CACHE_ACCESSES };

/*
 * How an endpoint reaches the waiter at the other end. Called at most once for each registration of a waiter, after the
 * data is visible. `waiter` is the thread id that the waiter registered: on one scheduler notify passes it to
 * port->ops->wake; over a mailbox it is meaningless here, and notify rings the doorbell whose handler at the other end
 * calls the matching kipc_..._notified().
 * Must not block, and must not call back into the endpoint that calls it.
 */
struct kipc_notifier {
    void (*notify)(void *context, uint32_t waiter);
    void *context;
};

/*
 * Checks that a port is complete.
 * port: borrowed; may be NULL.
 * Returns KIPC_OK, or KIPC_E_INVAL if the port, its table or one of its operations is missing.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_port_check(const struct kipc_port *port);

/*
 * Gives the cycles between two readings of the port's counter, also if it wrapped once in between.
 * port: borrowed, complete. from, to: results of cycles(), in this order.
 * Returns the difference; meaningless if the counter wrapped more than once.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
uint64_t kipc_cycles_between(const struct kipc_port *port, uint64_t from, uint64_t to);

/*
 * Reads a counter of the performance monitor.
 * port: borrowed, complete. event: what is counted. value: receives it.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_NOTSUP (the port has no monitor, or it does not count this event).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_port_hpm(const struct kipc_port *port, enum kipc_hpm_event event, uint64_t *value);

/*
 * Turns a duration into an absolute deadline, saturating below KIPC_FOREVER.
 * port: borrowed, complete. duration: ticks from now; KIPC_FOREVER stays KIPC_FOREVER.
 * Returns the deadline, never KIPC_NO_WAIT.
 * Does not block; as interrupt-safe as the port's ticks(); any number of callers at once.
 */
uint64_t kipc_deadline_after(const struct kipc_port *port, uint64_t duration);

/*
 * A notifier for two threads of one scheduler: notify is the port's wake.
 * port: borrowed for as long as the notifier is used.
 * Returns the notifier.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
struct kipc_notifier kipc_notifier_local(const struct kipc_port *port);

#endif
