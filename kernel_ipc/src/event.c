/* SPDX-License-Identifier: MIT */
/* Signals; the waits are in event_wait.c. */
#include "event.h"

int kipc_event_create(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_event_kind kind,
                      enum kipc_wait_order order, kipc_handle_t *handle)
{
    KIPC_GUARD(handle != NULL && (unsigned int)order <= KIPC_WAIT_FIFO, KIPC_E_INVAL);
    KIPC_GUARD((unsigned int)kind <= KIPC_EVENT_AUTO, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_create(&call, kernel, caller, KIPC_TABLE_EVENT);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_event *event = call.object;
    event->kind = kind;
    ki_queue_set_up(&event->queue, order);
    return ki_created(&call, handle);
}

void ki_event_take(struct kipc_event *event)
{
    if (event->kind == KIPC_EVENT_AUTO) {
        event->is_set = false;
        event->latest.count = 0;
    }
}

bool ki_event_all_set(const struct kipc_thread *thread)
{
    for (uint32_t i = 0; i < thread->link_count; i++) {
        KIPC_GUARD(KI_WHOLE(thread->links[i].queue, struct kipc_event, queue)->is_set, false);
    }
    return true;
}

/* Lets one waiter go; what it learns is written into its thread. */
static void let_go(struct kipc_kernel *kernel, struct kipc_event *event, const struct kipc_wait_link *link)
{
    struct kipc_thread *thread = link->thread;
    int result = KIPC_OK;
    if (thread->request == KI_EVENT_ALL) {
        for (uint32_t i = 0; i < thread->link_count; i++) {
            ki_event_take(KI_WHOLE(thread->links[i].queue, struct kipc_event, queue));
        }
    } else {
        result = (int)(link - thread->links); /* the position in the waiter's list */
        thread->given[0] = event->latest.data;
        thread->given[1] = (uint64_t)event->latest.sender << 32 | event->latest.count;
        ki_event_take(event);
    }
    ki_settle(kernel, thread, result);
}

/* Lets go whoever may, while the event is set. everybody: an auto event is set again for each. */
static int serve(struct kipc_kernel *kernel, struct kipc_event *event, bool everybody)
{
    int count = 0;
    struct kipc_wait_link *link = event->queue.first;
    struct kipc_event_signal latest = event->latest;
    while (link != NULL && event->is_set) {
        struct kipc_wait_link *next = link->next; /* a thread is in a queue once, so this one stays */
        if (link->thread->request != KI_EVENT_ALL || ki_event_all_set(link->thread)) {
            let_go(kernel, event, link);
            count += 1;
        }
        if (everybody) {
            event->is_set = true;
            event->latest = latest;
        }
        link = next;
    }
    return count;
}

static void record(struct kipc_event *event, kipc_pid_t sender, uint64_t data)
{
    event->is_set = true;
    event->latest.data = data;
    event->latest.sender = sender;
    event->latest.count += event->latest.count != UINT32_MAX ? 1 : 0;
}

void ki_event_signal(struct kipc_kernel *kernel, struct kipc_event *event, kipc_pid_t sender, uint64_t data)
{
    record(event, sender, data);
    (void)serve(kernel, event, false);
}

int kipc_event_signal(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t data)
{
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_EVENT, KIPC_RIGHT_SEND);
    KIPC_GUARD(result == KIPC_OK, result);
    record(call.object, caller, data);
    return ki_leave(kernel, serve(kernel, call.object, false));
}

int kipc_event_pulse(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t data)
{
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_EVENT, KIPC_RIGHT_SEND);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_event *event = call.object;
    record(call.object, caller, data);
    int count = serve(kernel, event, false);
    event->is_set = false;
    event->latest.count = 0;
    return ki_leave(kernel, count);
}

int kipc_event_broadcast(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t data)
{
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_EVENT, KIPC_RIGHT_SEND);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_event *event = call.object;
    bool was_set = event->is_set;
    struct kipc_event_signal former = event->latest;
    record(call.object, caller, data);
    int count = serve(kernel, event, true);
    event->is_set = was_set;
    event->latest = former;
    return ki_leave(kernel, count);
}

int kipc_event_reset(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_EVENT, KIPC_RIGHT_SEND);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_event *event = call.object;
    event->is_set = false;
    event->latest.count = 0;
    return ki_leave(kernel, KIPC_OK);
}

int kipc_event_waiters(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t *threads,
                       uint32_t capacity)
{
    KIPC_GUARD(threads != NULL || capacity == 0, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_EVENT, 0);
    KIPC_GUARD(result == KIPC_OK, result);
    const struct kipc_event *event = call.object;
    uint32_t position = 0;
    for (const struct kipc_wait_link *link = event->queue.first; link != NULL && position < capacity;
         link = link->next) {
        threads[position] = link->thread->id;
        position += 1;
    }
    return ki_leave(kernel, (int)event->queue.count);
}

void ki_event_drain(struct kipc_kernel *kernel, struct kipc_object *object)
{
    ki_settle_all(kernel, &((struct kipc_event *)(void *)object)->queue, KIPC_E_CLOSED);
}
