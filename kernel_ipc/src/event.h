/* SPDX-License-Identifier: MIT */
/* What the two halves of the event share; in the critical section. */
#ifndef KIPC_EVENT_INTERNAL_H
#define KIPC_EVENT_INTERNAL_H

#include "kernel_internal.h"
#include <kipc/event.h>

/* What a thread in an event's queue waits for: its request. */
enum { KI_EVENT_ANY, KI_EVENT_ALL };

/* kipc_event_signal, inside of a call. */
void ki_event_signal(struct kipc_kernel *kernel, struct kipc_event *event, kipc_pid_t sender, uint64_t data);

/* What letting one thread go does to an event. */
void ki_event_take(struct kipc_event *event);

/* True if all events that a thread waits for are set. */
bool ki_event_all_set(const struct kipc_thread *thread);

#endif
