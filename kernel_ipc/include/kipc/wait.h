/* SPDX-License-Identifier: MIT */
/*
 * The wait protocol: prepare, re-check, commit. One implementation serves readers and writers.
 *
 *   waiter                                      waker
 *   prepare: thread id, then registration       publish (index or buffer)      [sequenced store]
 *            [sequenced store]                  read registration              [sequenced load]
 *   re-check the condition [sequenced load]     if it is new: notify once
 *   commit:  block, or cancel
 *
 * Each side stores, then loads what the other one stores. With all four sequenced at least one side sees the other, so
 * either the waiter's re-check finds the data or the waker finds the registration: no wake-up is lost.
 *
 * Each word has one writer: the waiter counts the registration word up, odd while it waits and even while it does not;
 * the waker keeps privately which number it served last. A waiter registers anew after each wake that finds nothing,
 * because the waker may have spent its one notification for the old number on data that the waiter had already taken.
 * A number comes again after 2^31 waits, which matters only if none of those between was seen by the waker.
 *
 * Where fences cost much and waits are rare, the waker's side can do without one (light publications): the waiter makes
 * every thread fence between its registration and its re-check (kipc_port.fence_all). Whatever the waker had stored
 * before that fence is found by the re-check, and whatever it stores later, it stores and then sees the registration.
 *
 *     kipc_waiter_set_up(&waiter, port, words);
 *     result = kipc_wait_until(&waiter, there_is_something, context, deadline);
 *
 * When: rings and links use it; a program does only for a condition of its own in shared memory. Threads of one kernel
 * wait for its objects instead (kipc/wait_queue.h), under a lock.
 * Memory: two words in shared memory, in the waiter's line; waiter and waker in private memory of the caller. Nothing
 * to give back.
 * Concurrency: one waiter and one waker; each function says from where.
 * Cost: a waker without a waiter pays one store and one load that must be ordered; a wait that blocks costs what the
 * port's block does (`make budgets`: block).
 */
#ifndef KIPC_WAIT_H
#define KIPC_WAIT_H

#include <kipc/port.h>
#include <kipc/shared.h>
#include <stdbool.h>

/* In shared memory, in the waiter's line; written by the waiter only. */
struct kipc_wait_words {
    kipc_shared_word registration; /* odd: the number of this wait; even: nobody waits */
    kipc_shared_word thread;       /* who waits; meaningful while registration is odd; a hint to the waker only */
};

/* The waiting side, in its private memory. */
struct kipc_waiter {
    const struct kipc_port *port;
    struct kipc_wait_words *words;
    kipc_shared_word thread; /* registered local thread, or KIPC_NO_THREAD; an interrupt handler reads it */
    uint32_t registration;   /* what the shared word holds */
    bool fences_for_all;     /* the waker at the other end publishes lightly: kipc_port.fence_all before each look */
    uint64_t blocked;        /* calls of the port's block(), for reports */
};

/* The waking side, in its private memory. */
struct kipc_waker {
    struct kipc_notifier notifier;
    const struct kipc_wait_words *words;
    bool is_light;     /* publishes without a fence: the waiter at the other end fences for both */
    uint32_t served;   /* last registration that was notified, 0 when nobody was waiting since */
    uint64_t notified; /* notifications sent, for reports */
};

/*
 * Sets up the waiting side; nobody is registered afterwards.
 * waiter: private memory of the caller. port: borrowed for the waiter's life. words: shared, borrowed; the count in
 * them goes on where it stands, so that a waker that stays attached does not mistake a new wait for an old one.
 * Does not block; thread; one caller, before anybody uses the waiter.
 */
void kipc_waiter_set_up(struct kipc_waiter *waiter, const struct kipc_port *port, struct kipc_wait_words *words);

/*
 * Sets up the waking side.
 * waker: private memory of the caller. notifier: copied. words: the peer's, borrowed for the waker's life.
 * Does not block; thread; one caller, before anybody uses the waker.
 */
void kipc_waker_set_up(struct kipc_waker *waker, struct kipc_notifier notifier, const struct kipc_wait_words *words);

/*
 * Step 1: registers the calling thread. The caller must look at its condition after this, and then call
 * kipc_wait_commit or kipc_wait_cancel.
 * Returns KIPC_OK, or KIPC_E_BUSY if another thread is registered (at most one may be).
 * Does not block; thread context; any number of callers at once, of whom one wins.
 */
KIPC_MUSTUSE int kipc_wait_prepare(struct kipc_waiter *waiter);

/*
 * Step 3, if the re-check found that the condition holds, or to give up: takes the registration back. A notification
 * that is on its way then becomes a stale wake token, which later waits tolerate.
 * Does not block; the thread that prepared.
 */
void kipc_wait_cancel(struct kipc_waiter *waiter);

/*
 * Step 3, if the condition does not hold: blocks once, then takes the registration back.
 * deadline: absolute ticks, or KIPC_FOREVER.
 * Returns KIPC_OK (woken, perhaps by a stale token: look again), KIPC_E_TIMEDOUT, or what the port's block() refused
 * with.
 * Blocks; the thread that prepared.
 */
KIPC_MUSTUSE int kipc_wait_commit(struct kipc_waiter *waiter, uint64_t deadline);

/*
 * A condition to wait for: 1 it holds, 0 not yet, negative error ends the wait. Must look at shared memory by sequenced
 * loads (those of this library do) and must have no effect besides refreshing caches.
 */
typedef int (*kipc_wait_condition)(void *context);

/*
 * Waits until a condition holds: looks, spins port->spin_iterations times, then prepares, re-checks and blocks until it
 * does; wakes that find nothing re-block with the time that remains. After the deadline it looks one last time.
 * condition: called with `context`, often. deadline: absolute ticks, or KIPC_FOREVER; KIPC_NO_WAIT counts as a deadline
 * that has passed.
 * Returns KIPC_OK (the condition held at the last look), KIPC_E_TIMEDOUT, KIPC_E_BUSY (another thread waits here), an
 * error of the condition, or what the port's block() refused with (KIPC_E_CANCELED, KIPC_E_INTR).
 * Blocks; thread context; at most one thread waits, others get KIPC_E_BUSY.
 */
KIPC_MUSTUSE int kipc_wait_until(struct kipc_waiter *waiter, kipc_wait_condition condition, void *context,
                                 uint64_t deadline);

/*
 * Notifies the waiter at the other end if one is registered that was not notified yet. The caller has published by a
 * sequenced store before.
 * Returns true if notify was called.
 * Does not block; thread or interrupt handler; only the one waking side.
 */
bool kipc_wake_waiter(struct kipc_waker *waker);

/*
 * The doorbell's handler on the waiting side: gives the registered local thread a wake token; does nothing if none is
 * registered (the data was found without blocking).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
void kipc_waiter_notified(struct kipc_waiter *waiter);

#endif
