/* SPDX-License-Identifier: MIT */
/* Queues of threads through their `next` and `previous`. Interrupts disabled. A thread is in at most one. */
#ifndef KERNEL_QUEUE_H
#define KERNEL_QUEUE_H

#include "kernel/scheduler.h"

static inline void queue_push_back(struct thread_queue *queue, struct thread *thread)
{
    thread->next = NULL;
    thread->previous = queue->last;
    if (queue->last != NULL) {
        queue->last->next = thread;
    } else {
        queue->first = thread;
    }
    queue->last = thread;
}

static inline void queue_push_front(struct thread_queue *queue, struct thread *thread)
{
    thread->previous = NULL;
    thread->next = queue->first;
    if (queue->first != NULL) {
        queue->first->previous = thread;
    } else {
        queue->last = thread;
    }
    queue->first = thread;
}

/** Takes the first thread out. @param queue not empty */
static inline struct thread *queue_pop_front(struct thread_queue *queue)
{
    struct thread *thread = queue->first;

    queue->first = thread->next;
    *(thread->next != NULL ? &thread->next->previous : &queue->last) = NULL;
    return thread;
}

static inline void queue_remove(struct thread_queue *queue, struct thread *thread)
{
    if (thread->previous != NULL) {
        thread->previous->next = thread->next;
    } else {
        queue->first = thread->next;
    }
    if (thread->next != NULL) {
        thread->next->previous = thread->previous;
    } else {
        queue->last = thread->previous;
    }
}

#endif
