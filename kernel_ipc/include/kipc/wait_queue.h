/* SPDX-License-Identifier: MIT */
/*
 * The one way to wait for an object of a kernel. (Ends of a ring in shared memory use kipc/wait.h instead: there the
 * other side is not under the same lock.)
 *
 *   waiter, in the critical section: look; if it must wait, enter the queue(s); leave the section; block
 *   waker, in the critical section: change the object; take the waiter out of its queues, give it the result; wake it
 *
 * Looking and entering are one step under the lock, so no waker comes between. The result is handed over directly: who
 * was woken has got what it waited for, and nobody can take it away in between. A wake-up whose waiter is still in a
 * queue is a stale token: it blocks again, with the time that remains. When time-out and waker meet, who gets the lock
 * first decides: once the result is written the waiter returns it, whatever the clock says.
 *
 * A wait ends with
 *   KIPC_OK, or what the waker gives (KIPC_E_CLOSED if the object went away, KIPC_E_OWNERDEAD)
 *   KIPC_E_TIMEDOUT   its deadline passed, and nothing was handed over
 *   KIPC_E_INTR       kipc_thread_interrupt: a signal is pending
 *   KIPC_E_CANCELED   kipc_thread_cancel
 *   KIPC_E_SRCH       the thread's process ended while it waited
 * and in all cases the thread is in no queue any more.
 *
 * These structures are parts of objects; the functions are private to the library.
 */
#ifndef KIPC_WAIT_QUEUE_H
#define KIPC_WAIT_QUEUE_H

#include <kipc/config.h>
#include <kipc/port.h>
#include <stdbool.h>

struct kipc_thread;
struct kipc_wait_queue;

/* Who of several waiters comes first. */
enum kipc_wait_order {
    KIPC_WAIT_PRIORITY, /* the most urgent waiter first, in order of arrival among equals */
    KIPC_WAIT_FIFO      /* in order of arrival */
};

/* A thread's place in one queue. */
struct kipc_wait_link {
    struct kipc_wait_link *next;
    struct kipc_wait_link *previous;
    struct kipc_wait_queue *queue; /* NULL: in none */
    struct kipc_thread *thread;
};

/* Who waits for an object, in order. */
struct kipc_wait_queue {
    struct kipc_wait_link *first;
    struct kipc_wait_link *last;
    uint32_t count;
    enum kipc_wait_order order;
    /* Who the waiters wait for, if one thread can be named: it inherits their priority. */
    struct kipc_thread *owner;
    struct kipc_wait_queue *next_owned; /* the owner's list */
};

#endif
