/* SPDX-License-Identifier: MIT */
#include "kernel/mutex.h"
#include "kernel/queue.h"
#include "soc/csr.h"
#include "soc/panic.h"

static void take(struct mutex *mutex, struct thread *thread)
{
    mutex->owner = thread;
    mutex->next_held = thread->held;
    thread->held = mutex;
}

static struct thread *most_urgent(const struct mutex *mutex)
{
    struct thread *best = mutex->waiters.first;

    for (struct thread *thread = best; thread != NULL; thread = thread->next) {
        if (thread->priority > best->priority) {
            best = thread;
        }
    }
    return best;
}

/* A cycle of owners is a dead-lock of the program, so the walk ends after as many steps as there are threads. */
static void inherit(struct mutex *mutex, int8_t priority)
{
    for (unsigned step = 0; step < THREAD_COUNT_MAX && mutex != NULL && mutex->owner->priority < priority; step++) {
        struct thread *owner = mutex->owner;
        scheduler_change_priority(owner, priority);
        mutex = owner->waiting_for;
    }
}

static int8_t inherited_priority(const struct thread *thread)
{
    int8_t priority = thread->base_priority;

    for (const struct mutex *mutex = thread->held; mutex != NULL; mutex = mutex->next_held) {
        const struct thread *waiter = most_urgent(mutex);
        if (waiter != NULL && waiter->priority > priority) {
            priority = waiter->priority;
        }
    }
    return priority;
}

void mutex_lock(struct mutex *mutex)
{
    uint64_t before = interrupts_disable();
    struct scheduler *scheduler = scheduler_self();
    struct thread *self = scheduler->current;

    if (hart_self()->in_interrupt != 0 || mutex->owner == self) {
        panic("mutex_lock %s", mutex->owner == self ? "twice by its owner" : "in an interrupt handler");
    }
    if (mutex->owner == NULL) {
        take(mutex, self);
    } else {
        self->state = THREAD_LOCKING;
        self->waiting_for = mutex;
        queue_push_back(&mutex->waiters, self);
        inherit(mutex, self->priority);
        /* mutex_unlock makes this thread the owner before it makes it ready. */
        scheduler_switch(scheduler);
    }
    interrupts_restore(before);
}

bool mutex_try_lock(struct mutex *mutex)
{
    uint64_t before = interrupts_disable();
    bool free = mutex->owner == NULL;

    if (free) {
        take(mutex, thread_self());
    }
    interrupts_restore(before);
    return free;
}

static void remove_held(struct thread *thread, struct mutex *mutex)
{
    struct mutex **link = &thread->held;

    while (*link != mutex) {
        link = &(*link)->next_held;
    }
    *link = mutex->next_held;
}

void mutex_unlock(struct mutex *mutex)
{
    uint64_t before = interrupts_disable();
    struct scheduler *scheduler = scheduler_self();
    struct thread *self = scheduler->current;

    if (mutex->owner != self) {
        panic("mutex_unlock by thread %lx, which does not own it", self->id);
    }
    remove_held(self, mutex);
    struct thread *next = most_urgent(mutex);
    if (next == NULL) {
        mutex->owner = NULL;
    } else {
        queue_remove(&mutex->waiters, next);
        next->waiting_for = NULL;
        /* The new owner is the most urgent of the waiters: those left behind have nothing to raise it by. */
        take(mutex, next);
    }
    if (self->priority != self->base_priority) {
        scheduler_change_priority(self, inherited_priority(self));
    }
    if (next != NULL) {
        scheduler_make_ready(scheduler, next);
    }
    if (before != 0) {
        scheduler_preempt(scheduler);
    }
    interrupts_restore(before);
}

void scheduler_change_base_priority(struct thread *thread, int8_t priority)
{
    thread->base_priority = priority;
    scheduler_change_priority(thread, inherited_priority(thread));
    if (thread->state == THREAD_LOCKING) {
        inherit(thread->waiting_for, thread->priority);
    }
}

void thread_set_priority(int priority)
{
    if (priority < 0 || priority > THREAD_PRIORITY_MAX) {
        panic("priority %d is outside of 0 to %d", priority, THREAD_PRIORITY_MAX);
    }
    uint64_t before = interrupts_disable();
    struct scheduler *scheduler = scheduler_self();
    scheduler_change_base_priority(scheduler->current, (int8_t)priority);
    if (before != 0) {
        scheduler_preempt(scheduler);
    }
    interrupts_restore(before);
}
