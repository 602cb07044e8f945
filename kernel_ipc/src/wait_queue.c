/* SPDX-License-Identifier: MIT */
#include "kernel_internal.h"

void ki_queue_set_up(struct kipc_wait_queue *queue, enum kipc_wait_order order)
{
    queue->first = NULL;
    queue->last = NULL;
    queue->count = 0;
    queue->order = order;
    queue->owner = NULL;
    queue->next_owned = NULL;
}

/* Behind all that go first: in order of priority these are the more and the equally urgent ones. */
static void insert(struct kipc_wait_queue *queue, struct kipc_wait_link *link)
{
    struct kipc_wait_link *before = queue->last;
    if (queue->order == KIPC_WAIT_PRIORITY) {
        while (before != NULL && before->thread->priority < link->thread->priority) {
            before = before->previous;
        }
    }
    link->queue = queue;
    link->previous = before;
    link->next = before != NULL ? before->next : queue->first;
    *(link->next != NULL ? &link->next->previous : &queue->last) = link;
    *(before != NULL ? &before->next : &queue->first) = link;
    queue->count += 1;
}

static void remove_link(struct kipc_wait_link *link)
{
    struct kipc_wait_queue *queue = link->queue;
    *(link->next != NULL ? &link->next->previous : &queue->last) = link->previous;
    *(link->previous != NULL ? &link->previous->next : &queue->first) = link->next;
    queue->count -= 1;
    link->queue = NULL;
}

static uint8_t most_urgent(const struct kipc_wait_queue *queue)
{
    uint8_t priority = KIPC_PRIORITY_LOWEST;
    for (const struct kipc_wait_link *link = queue->first; link != NULL; link = link->next) {
        priority = link->thread->priority > priority ? link->thread->priority : priority;
        if (queue->order == KIPC_WAIT_PRIORITY) {
            break;
        }
    }
    return priority;
}

/* Over all that the thread holds, so the order in which it lets go does not matter. */
static uint8_t due_priority(const struct kipc_thread *thread)
{
    uint8_t priority = thread->base_priority;
    for (const struct kipc_wait_queue *queue = thread->owned; queue != NULL; queue = queue->next_owned) {
        uint8_t inherited = most_urgent(queue);
        priority = inherited > priority ? inherited : priority;
    }
    return priority;
}

/* Puts a thread whose priority changed where it belongs; returns whom it waits for, if that is one thread. */
static struct kipc_thread *follow_priority(struct kipc_thread *thread)
{
    struct kipc_thread *owner = NULL;
    for (uint32_t i = 0; thread->state == KIPC_THREAD_WAITING && i < thread->link_count; i++) {
        struct kipc_wait_link *link = &thread->links[i];
        struct kipc_wait_queue *queue = link->queue;
        if (queue->order == KIPC_WAIT_PRIORITY) {
            remove_link(link);
            insert(queue, link);
        }
        owner = queue->owner != NULL ? queue->owner : owner;
    }
    return owner;
}

void ki_inherit(struct kipc_kernel *kernel, struct kipc_thread *thread)
{
    for (unsigned int depth = 0; thread != NULL; depth++) {
        uint8_t priority = due_priority(thread);
        if (priority == thread->priority) {
            return;
        }
        if (depth == KIPC_CFG_INHERIT_DEPTH_MAX) {
            kernel->chains_cut += 1;
            return;
        }
        thread->priority = priority;
        kernel->scheduler.ops->set_priority(kernel->scheduler.context, thread->id, priority);
        thread = follow_priority(thread);
    }
}

bool ki_would_wait_for_itself(const struct kipc_thread *thread, const struct kipc_wait_queue *queue)
{
    for (unsigned int depth = 0; queue != NULL && queue->owner != NULL && depth <= KIPC_CFG_INHERIT_DEPTH_MAX;
         depth++) {
        const struct kipc_thread *owner = queue->owner;
        if (owner == thread) {
            return true;
        }
        queue = owner->state == KIPC_THREAD_WAITING && owner->link_count == 1 ? owner->links[0].queue : NULL;
    }
    return false;
}

void ki_queue_set_owner(struct kipc_kernel *kernel, struct kipc_wait_queue *queue, struct kipc_thread *owner)
{
    struct kipc_thread *former = queue->owner;
    if (former != NULL) {
        struct kipc_wait_queue **place = &former->owned;
        while (*place != queue) {
            place = &(*place)->next_owned;
        }
        *place = queue->next_owned;
    }
    queue->owner = owner;
    queue->next_owned = NULL;
    if (owner != NULL) {
        queue->next_owned = owner->owned;
        owner->owned = queue;
    }
    ki_inherit(kernel, former);
    ki_inherit(kernel, owner);
}

void ki_wait_begin(struct kipc_thread *thread, uint64_t deadline)
{
    KIPC_ASSERT(thread->state == KIPC_THREAD_RUNNING);
    thread->state = KIPC_THREAD_WAITING;
    thread->link_count = 0;
    thread->deadline = deadline;
    thread->is_uncancelable = false;
    thread->waits += 1;
}

void ki_wait_on(struct kipc_kernel *kernel, struct kipc_thread *thread, struct kipc_wait_queue *queue)
{
    KIPC_ASSERT(thread->link_count < KIPC_CFG_WAIT_MANY_MAX);
    struct kipc_wait_link *link = &thread->links[thread->link_count];
    thread->link_count += 1;
    link->thread = thread;
    insert(queue, link);
    ki_inherit(kernel, queue->owner);
}

static void leave_queues(struct kipc_kernel *kernel, struct kipc_thread *thread)
{
    uint32_t count = thread->link_count;
    thread->link_count = 0; /* first: callers that wait for each other are owners in a ring, which leads back here */
    for (uint32_t i = 0; i < count; i++) {
        struct kipc_wait_queue *queue = thread->links[i].queue;
        remove_link(&thread->links[i]);
        ki_inherit(kernel, queue->owner);
    }
}

void ki_settle(struct kipc_kernel *kernel, struct kipc_thread *thread, int result)
{
    KIPC_ASSERT(thread->state == KIPC_THREAD_WAITING);
    leave_queues(kernel, thread);
    thread->state = KIPC_THREAD_SETTLED;
    thread->result = result;
    KIPC_TRACE(wake, thread->id, result);
    kernel->port->ops->wake(kernel->port->context, thread->id);
}

void ki_settle_all(struct kipc_kernel *kernel, struct kipc_wait_queue *queue, int result)
{
    while (queue->first != NULL) {
        ki_settle(kernel, queue->first->thread, result);
    }
}

void ki_wait_move(struct kipc_kernel *kernel, struct kipc_thread *thread, struct kipc_wait_queue *queue)
{
    leave_queues(kernel, thread);
    thread->deadline = KIPC_FOREVER;
    thread->is_uncancelable = true;
    ki_wait_on(kernel, thread, queue);
}

static int leave_and_block(struct kipc_kernel *kernel, uint64_t deadline)
{
    const struct kipc_port *port = kernel->port;
    const struct kipc_scheduler *scheduler = &kernel->scheduler;
    if (scheduler->ops->unlock_and_block != NULL) {
        return scheduler->ops->unlock_and_block(scheduler->context, kernel->lock_state, deadline);
    }
    ki_unlock(kernel);
    return port->ops->block(port->context, deadline);
}

/* Leaves the critical section and blocks once; a flood of stale wakes must not carry a wait past its deadline. */
static int block_once(struct kipc_kernel *kernel, uint64_t deadline)
{
    const struct kipc_port *port = kernel->port;
    int outcome = leave_and_block(kernel, deadline);
    if (outcome == KIPC_OK && deadline != KIPC_FOREVER && port->ops->ticks(port->context) >= deadline) {
        return KIPC_E_TIMEDOUT;
    }
    return outcome;
}

/* True if what block() said ends the wait, which nobody has settled. */
static bool gives_up(const struct kipc_thread *thread, int outcome, uint64_t deadline)
{
    if (outcome == KIPC_E_TIMEDOUT) {
        return deadline == thread->deadline; /* else it was moved meanwhile, and waits without a deadline now */
    }
    return outcome != KIPC_OK && !thread->is_uncancelable;
}

/* The state decides, not the outcome: what was handed over just before the deadline is the thread's. */
static void settle_if_over(struct kipc_kernel *kernel, struct kipc_thread *thread, int outcome, uint64_t deadline)
{
    if (thread->state == KIPC_THREAD_WAITING && gives_up(thread, outcome, deadline)) {
        leave_queues(kernel, thread);
        thread->state = KIPC_THREAD_SETTLED;
        thread->result = outcome;
    }
}

int ki_wait(struct kipc_kernel *kernel, struct kipc_thread *thread)
{
    KIPC_TRACE(block_enter, thread->id, 0);
    int outcome = KIPC_OK;
    while (thread->state == KIPC_THREAD_WAITING) {
        uint64_t deadline = thread->deadline;
        outcome = block_once(kernel, deadline);
        ki_lock(kernel);
        settle_if_over(kernel, thread, outcome, deadline);
    }
    thread->state = KIPC_THREAD_RUNNING;
    KIPC_TRACE(block_exit, thread->id, thread->result);
    return thread->result;
}

int ki_wait_again(struct kipc_kernel *kernel, struct kipc_thread *thread, int outcome, uint64_t deadline)
{
    settle_if_over(kernel, thread, outcome, deadline);
    return ki_wait(kernel, thread);
}

int ki_wait_in(struct ki_call *call, struct kipc_wait_queue *queue, uint64_t deadline)
{
    /* It may have ended while the call was outside of the section: then nothing would ever end the wait. */
    KIPC_GUARD(call->thread->process == call->process, KIPC_E_SRCH);
    ki_wait_begin(call->thread, deadline);
    ki_wait_on(call->kernel, call->thread, queue);
    return ki_wait(call->kernel, call->thread);
}
