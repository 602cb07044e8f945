/* SPDX-License-Identifier: MIT */
/*
 * Waits in line, for the calls whose cost counts most: of a thread that waits in one queue, as those for messages do.
 * What they leave behind is what src/wait_queue.c would have. In the critical section.
 */
#ifndef KIPC_WAIT_PATH_H
#define KIPC_WAIT_PATH_H

#include "kernel_internal.h"

/* Begins the wait of a thread in a queue where nobody waits, and whose owner, if any, inherits nothing by it. */
static KI_INLINE void ki_wait_alone(struct kipc_thread *thread, struct kipc_wait_queue *queue, uint64_t deadline)
{
    KIPC_ASSERT(thread->state == KIPC_THREAD_RUNNING && queue->first == NULL);
    struct kipc_wait_link *link = &thread->links[0];
    thread->state = KIPC_THREAD_WAITING;
    thread->link_count = 1;
    thread->deadline = deadline;
    thread->is_uncancelable = false;
    thread->waits += 1;
    link->thread = thread;
    link->queue = queue;
    link->previous = NULL;
    link->next = NULL;
    queue->first = link;
    queue->last = link;
    queue->count = 1;
}

/* Takes the first thread out of a queue without an owner, with KIPC_OK for its result; it has yet to be woken. */
static KI_INLINE void ki_settle_first(struct kipc_wait_queue *queue)
{
    struct kipc_wait_link *link = queue->first;
    struct kipc_thread *thread = link->thread;
    KIPC_ASSERT(thread->state == KIPC_THREAD_WAITING && thread->link_count == 1 && queue->owner == NULL);
    queue->first = link->next;
    *(link->next != NULL ? &link->next->previous : &queue->last) = NULL;
    queue->count -= 1;
    link->queue = NULL;
    thread->link_count = 0;
    thread->state = KIPC_THREAD_SETTLED;
    thread->result = KIPC_OK;
}

static KI_INLINE void ki_wake(const struct kipc_kernel *kernel, const struct kipc_thread *thread)
{
    KIPC_TRACE(wake, thread->id, KIPC_OK);
    kernel->port->ops->wake(kernel->port->context, thread->id);
}

/* Waits as ki_wait does. Most waits block once, and end because somebody settled them. */
static KI_INLINE int ki_wait_once(struct kipc_kernel *kernel, struct kipc_thread *thread)
{
    const struct kipc_scheduler_ops *ops = kernel->scheduler.ops;
    uint64_t deadline = thread->deadline;
    if (ops->unlock_and_block == NULL || deadline != KIPC_FOREVER) {
        return ki_wait(kernel, thread);
    }
    KIPC_TRACE(block_enter, thread->id, 0);
    int outcome;
    do { /* again after a stale wake */
        outcome = ops->unlock_and_block(kernel->scheduler.context, kernel->lock_state, deadline);
        ki_lock(kernel);
    } while (!KI_LIKELY(thread->state == KIPC_THREAD_SETTLED) && outcome == KIPC_OK);
    if (!KI_LIKELY(thread->state == KIPC_THREAD_SETTLED)) {
        return ki_wait_again(kernel, thread, outcome, deadline);
    }
    thread->state = KIPC_THREAD_RUNNING;
    KIPC_TRACE(block_exit, thread->id, thread->result);
    return thread->result;
}

#endif
