/* SPDX-License-Identifier: MIT */
#include "event.h"

/* Events of one wait. */
struct events {
    struct kipc_event *list[KIPC_CFG_WAIT_MANY_MAX];
    uint32_t count;
};

static void tell(const struct kipc_event_signal *from, struct kipc_event_signal *to)
{
    if (to != NULL) {
        *to = *from;
    }
}

/* Position of the first event that is set, or `count`. */
static uint32_t first_set(const struct events *events)
{
    uint32_t i = 0;
    while (i < events->count && !events->list[i]->is_set) {
        i++;
    }
    return i;
}

static bool all_set(const struct events *events)
{
    for (uint32_t i = 0; i < events->count; i++) {
        KIPC_GUARD(events->list[i]->is_set, false);
    }
    return true;
}

static int wait_in_all(struct ki_call *call, const struct events *events, uint64_t request, uint64_t deadline)
{
    KIPC_GUARD(deadline != KIPC_NO_WAIT, KIPC_E_WOULDBLOCK);
    call->thread->request = request;
    ki_wait_begin(call->thread, deadline);
    for (uint32_t i = 0; i < events->count; i++) {
        ki_wait_on(call->kernel, call->thread, &events->list[i]->queue);
    }
    return ki_wait(call->kernel, call->thread);
}

/* Takes the first that is set. Returns its position, or an error. */
static int wait_any(struct ki_call *call, const struct events *events, uint64_t deadline,
                    struct kipc_event_signal *signal)
{
    uint32_t position = first_set(events);
    if (position < events->count) {
        tell(&events->list[position]->latest, signal);
        ki_event_take(events->list[position]);
        return (int)position;
    }
    int result = wait_in_all(call, events, KI_EVENT_ANY, deadline);
    if (result >= 0) {
        const struct kipc_event_signal given = {.data = call->thread->given[0],
                                                .sender = (kipc_pid_t)(call->thread->given[1] >> 32),
                                                .count = (uint32_t)call->thread->given[1]};
        tell(&given, signal);
    }
    return result;
}

int kipc_event_wait(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t deadline,
                    struct kipc_event_signal *signal)
{
    struct ki_call call;
    int result = ki_enter_thread(&call, kernel, caller, handle, KIPC_TABLE_EVENT, KIPC_RIGHT_RECEIVE);
    KIPC_GUARD(result == KIPC_OK, result);
    const struct events events = {.list = {call.object}, .count = 1};
    return ki_leave(kernel, wait_any(&call, &events, deadline, signal));
}

static int add(struct ki_call *call, struct events *events, kipc_handle_t handle)
{
    struct kipc_handle_entry *entry;
    int result = ki_look_up(call, handle, KIPC_TABLE_EVENT, KIPC_RIGHT_RECEIVE, &entry);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_event *event = (struct kipc_event *)(void *)entry->object;
    for (uint32_t i = 0; i < events->count; i++) {
        KIPC_GUARD(events->list[i] != event, KIPC_E_INVAL);
    }
    events->list[events->count] = event;
    events->count += 1;
    return KIPC_OK;
}

/* Into a call with several handles; all are checked before anything is waited for. */
static int enter_many(struct ki_call *call, struct kipc_kernel *kernel, kipc_pid_t caller, const kipc_handle_t *handles,
                      uint32_t count, struct events *events)
{
    KIPC_GUARD(handles != NULL && count >= 1 && count <= KIPC_CFG_WAIT_MANY_MAX, KIPC_E_INVAL);
    int result = ki_enter_thread(call, kernel, caller, handles[0], KIPC_TABLE_EVENT, KIPC_RIGHT_RECEIVE);
    KIPC_GUARD(result == KIPC_OK, result);
    events->count = 0;
    for (uint32_t i = 0; i < count && result == KIPC_OK; i++) {
        result = add(call, events, handles[i]);
    }
    return result == KIPC_OK ? KIPC_OK : ki_leave(kernel, result);
}

int kipc_event_wait_any(struct kipc_kernel *kernel, kipc_pid_t caller, const kipc_handle_t *handles, uint32_t count,
                        uint64_t deadline, struct kipc_event_signal *signal)
{
    struct ki_call call;
    struct events events;
    int result = enter_many(&call, kernel, caller, handles, count, &events);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave(kernel, wait_any(&call, &events, deadline, signal));
}

int kipc_event_wait_all(struct kipc_kernel *kernel, kipc_pid_t caller, const kipc_handle_t *handles, uint32_t count,
                        uint64_t deadline)
{
    struct ki_call call;
    struct events events;
    int result = enter_many(&call, kernel, caller, handles, count, &events);
    KIPC_GUARD(result == KIPC_OK, result);
    if (!all_set(&events)) {
        return ki_leave(kernel, wait_in_all(&call, &events, KI_EVENT_ALL, deadline));
    }
    for (uint32_t i = 0; i < events.count; i++) {
        ki_event_take(events.list[i]);
    }
    return ki_leave(kernel, KIPC_OK);
}
