/* SPDX-License-Identifier: MIT */
/*
 * An event: something happened, with a word that says what.
 *   manual   stays set until it is reset; a signal lets all waiters go
 *   auto     a signal lets one waiter go, which clears it; with none it stays set for one later wait
 * A pulse is a signal and a reset at once: it reaches only those who wait at that instant.
 *
 *     result = kipc_event_create(kernel, pid, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &handle);
 *     result = kipc_event_signal(kernel, pid, handle, 42);
 *     result = kipc_event_wait(kernel, pid, handle, deadline, &signal); // signal.data is 42
 *
 * When: to tell that something happened, to one thread or all, with one word. Signals that nobody took merge: to count
 * them take a semaphore (kipc/semaphore.h), to keep them apart a notification queue (kipc/notification.h).
 * Memory: an entry of the kernel's table, until the last handle is closed.
 * Concurrency: any number of threads; interrupt handlers may signal.
 * Cost: a signal takes a step for each thread that it lets go and for each event that such a one waits for: `make
 * budgets`: event_signal, event_wait.
 */
#ifndef KIPC_EVENT_H
#define KIPC_EVENT_H

#include <kipc/handle.h>

/* What a signal does: see above. */
enum kipc_event_kind { KIPC_EVENT_MANUAL, KIPC_EVENT_AUTO };

/* What a waiter learns. Signals that nobody took merge: the latest word, and how many there were. */
struct kipc_event_signal {
    uint64_t data;
    kipc_pid_t sender;
    uint32_t count;
};

/* Members are for the library and for tests that look on. */
struct kipc_event {
    struct kipc_object object;
    struct kipc_object_details details;
    enum kipc_event_kind kind;
    bool is_set;
    struct kipc_event_signal latest; /* count: signals since it was clear last; stays at UINT32_MAX */
    struct kipc_wait_queue queue;
};
_Static_assert(sizeof(struct kipc_event) <= 1024, "MOS-PF-06: size of an event");

/*
 * Makes an event, clear.
 * kind: what a signal does, see above. order: of its waiters. handle: receives one with all rights.
 * Returns as kipc_semaphore_create.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_event_create(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_event_kind kind,
                                   enum kipc_wait_order order, kipc_handle_t *handle);

/*
 * Signals: sets the event and lets waiters go as its kind says. Needs KIPC_RIGHT_SEND, as the next three do.
 * data: for whom it lets go.
 * Returns the number of threads let go; KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES,
 * KIPC_E_CLOSED.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_event_signal(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t data);

/* Lets go whom a signal would let go now, and leaves the event clear. Returns as kipc_event_signal. */
KIPC_MUSTUSE int kipc_event_pulse(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t data);

/* Lets all waiters go, of an auto event too, and leaves it as it was. Returns as kipc_event_signal. */
KIPC_MUSTUSE int kipc_event_broadcast(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                      uint64_t data);

/* Clears the event. Returns KIPC_OK, else as kipc_event_signal. */
KIPC_MUSTUSE int kipc_event_reset(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);

/*
 * Waits until the event is set; an auto event is clear afterwards. Needs KIPC_RIGHT_RECEIVE.
 * deadline: absolute ticks, KIPC_NO_WAIT or KIPC_FOREVER. signal: receives what it was signalled with; may be NULL.
 * Returns KIPC_OK; KIPC_E_WOULDBLOCK (clear, and KIPC_NO_WAIT); how else a wait ends (kipc/wait_queue.h); KIPC_E_STATE,
 * KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES, KIPC_E_CLOSED.
 * Blocks, unless KIPC_NO_WAIT; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_event_wait(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t deadline,
                                 struct kipc_event_signal *signal);

/*
 * Waits until one of several events is set, and takes that one only: the lowest in the list if several are.
 * handles: count of them, borrowed during the call, all different events. count: 1..KIPC_CFG_WAIT_MANY_MAX. signal: as
 * for kipc_event_wait.
 * Returns the position in the list, 0 and up; KIPC_E_INVAL (NULL, count, an event twice); else as kipc_event_wait, with
 * nothing taken.
 * Blocks, unless KIPC_NO_WAIT; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_event_wait_any(struct kipc_kernel *kernel, kipc_pid_t caller, const kipc_handle_t *handles,
                                     uint32_t count, uint64_t deadline, struct kipc_event_signal *signal);

/*
 * Waits until all of several events are set, and takes all at once, or none.
 * Arguments as for kipc_event_wait_any.
 * Returns KIPC_OK; KIPC_E_INVAL; else as kipc_event_wait, with nothing taken.
 * Blocks, unless KIPC_NO_WAIT; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_event_wait_all(struct kipc_kernel *kernel, kipc_pid_t caller, const kipc_handle_t *handles,
                                     uint32_t count, uint64_t deadline);

/*
 * Tells who waits, alone or among other events, in the order of the queue.
 * threads: receives up to `capacity` of the port's ids; may be NULL if capacity is 0.
 * Returns the number that wait, which may be more than capacity; KIPC_E_INVAL; KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF,
 * KIPC_E_TYPE, KIPC_E_CLOSED.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_event_waiters(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                    uint32_t *threads, uint32_t capacity);

#endif
