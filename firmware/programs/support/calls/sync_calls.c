/* SPDX-License-Identifier: MIT */
/* Good calls on objects that threads wait for. */
#include "programs/support/calls/good_calls.h"
#include <kipc/rwlock.h>

static struct good_memory *const m = &good.memory;

static void use_mutex_and_condition(void)
{
    DO(KIPC_OK, MUTEX_CREATE, true, KIPC_WAIT_PRIORITY, AT(handle));
    DO(KIPC_OK, CONDITION_CREATE, KIPC_WAIT_PRIORITY, AT(events[0]));
    partner.mutex = good_give(m->handle);
    partner.condition = good_give(m->events[0]);
    DO(KIPC_OK, MUTEX_LOCK, m->handle, KIPC_FOREVER);
    DO(KIPC_OK, MUTEX_LOCK, m->handle, KIPC_NO_WAIT);
    DO(KIPC_OK, MUTEX_OWNER, m->handle, AT(word));
    EXPECT(m->word, good.thread, "owner of a mutex");
    DO(KIPC_OK, MUTEX_UNLOCK, m->handle);
    /* It waits for the mutex, until this thread waits for the condition. */
    unsigned done = partner.done;
    good_ask(PARTNER_SIGNAL_CONDITION);
    EXPECT(partner.done, done, "tasks done by who waits for a mutex");
    DO(KIPC_OK, CONDITION_WAIT, m->events[0], m->handle, KIPC_FOREVER);
    EXPECT(partner.result, 1, "threads that the other process signalled");
    DO(KIPC_OK, MUTEX_UNLOCK, m->handle);
    DO(KIPC_E_PERM, MUTEX_UNLOCK, m->handle);
    DO(KIPC_OK, MUTEX_OWNER, m->handle, AT(word));
    EXPECT(m->word, KIPC_NO_THREAD, "owner of a free mutex");
    done = partner.done;
    good_ask(PARTNER_WAIT_CONDITION);
    DO(1, CONDITION_SIGNAL, m->events[0]);
    EXPECT(partner.done, done + 1, "tasks done by who was signalled");
    good_ask(PARTNER_WAIT_CONDITION);
    DO(1, CONDITION_BROADCAST, m->events[0]);
    EXPECT(partner.done, done + 2, "tasks done by who was let go");
}

static void use_rwlock(void)
{
    DO(KIPC_OK, RWLOCK_CREATE, KIPC_RWLOCK_READERS, KIPC_WAIT_PRIORITY, AT(handle));
    DO(KIPC_OK, RWLOCK_READ, m->handle, KIPC_NO_WAIT);
    DO(KIPC_E_BUSY, RWLOCK_WRITE, m->handle, KIPC_NO_WAIT);
    DO(KIPC_OK, RWLOCK_UNLOCK, m->handle);
    DO(KIPC_OK, RWLOCK_WRITE, m->handle, KIPC_NO_WAIT);
    DO(KIPC_E_STATE, RWLOCK_READ, m->handle, KIPC_NO_WAIT);
    DO(KIPC_OK, RWLOCK_UNLOCK, m->handle);
    DO(KIPC_E_PERM, RWLOCK_UNLOCK, m->handle);
}

static void use_events_alone(void)
{
    DO(KIPC_OK, EVENT_CREATE, KIPC_EVENT_AUTO, KIPC_WAIT_PRIORITY, AT(events[0]));
    DO(0, EVENT_SIGNAL, m->events[0], 0x1111);
    DO(KIPC_OK, EVENT_WAIT, m->events[0], KIPC_NO_WAIT, AT(signal));
    EXPECT(m->signal.data, 0x1111, "word of an event");
    EXPECT(m->signal.sender, good.pid, "sender of an event");
    EXPECT(m->signal.count, 1, "signals of an event");
    DO(KIPC_E_WOULDBLOCK, EVENT_WAIT, m->events[0], KIPC_NO_WAIT, 0);
    DO(0, EVENT_SIGNAL, m->events[0], 0x2222);
    DO(KIPC_OK, EVENT_RESET, m->events[0]);
    DO(KIPC_E_WOULDBLOCK, EVENT_WAIT, m->events[0], KIPC_NO_WAIT, 0);
    DO(KIPC_OK, EVENT_CREATE, KIPC_EVENT_AUTO, KIPC_WAIT_PRIORITY, AT(events[1]));
    DO(0, EVENT_SIGNAL, m->events[1], 0x3333);
    DO(1, EVENT_WAIT_ANY, AT(events), 2, KIPC_NO_WAIT, AT(signal));
    EXPECT(m->signal.data, 0x3333, "word of one of several events");
    DO(0, EVENT_SIGNAL, m->events[1], 0x4444);
    DO(KIPC_E_WOULDBLOCK, EVENT_WAIT_ALL, AT(events), 2, KIPC_NO_WAIT);
    DO(0, EVENT_SIGNAL, m->events[0], 0x5555);
    DO(KIPC_OK, EVENT_WAIT_ALL, AT(events), 2, KIPC_NO_WAIT);
    DO(KIPC_E_WOULDBLOCK, EVENT_WAIT_ANY, AT(events), 2, KIPC_NO_WAIT, 0);
}

static void use_events_of_both(void)
{
    uint32_t *threads = (uint32_t *)m->buffers[0];

    partner.event = good_give(m->events[0]);
    good_ask(PARTNER_WAIT_EVENT);
    DO(1, EVENT_WAITERS, m->events[0], (uintptr_t)threads, 4);
    EXPECT(threads[0], partner.thread, "thread that waits for an event");
    DO(1, EVENT_PULSE, m->events[0], 0x6666);
    EXPECT(partner.signal.data, 0x6666, "word of a pulse");
    EXPECT(partner.signal.sender, good.pid, "sender of a pulse");
    DO(KIPC_E_WOULDBLOCK, EVENT_WAIT, m->events[0], KIPC_NO_WAIT, 0);
    good_ask(PARTNER_WAIT_EVENT);
    DO(1, EVENT_BROADCAST, m->events[0], 0x7777);
    EXPECT(partner.signal.data, 0x7777, "word of a broadcast");
    good_ask(PARTNER_WAIT_EVENT);
    DO(1, EVENT_SIGNAL, m->events[0], 0x8888);
    EXPECT(partner.signal.data, 0x8888, "word of a signal");
    DO(0, EVENT_WAITERS, m->events[0], 0, 0);
}

static void use_notifications(void)
{
    DO(KIPC_OK, NOTIFICATION_CREATE, KIPC_WAIT_PRIORITY, AT(handle));
    DO(KIPC_OK, NOTIFICATION_POST, m->handle, 3, 5);
    DO(KIPC_OK, NOTIFICATION_TAKE, m->handle, KIPC_NO_WAIT, AT(entry));
    EXPECT(m->entry.source, 3, "source of a notification");
    EXPECT(m->entry.bits, 5, "bits of a notification");
    EXPECT(m->entry.count, 1, "count of a notification");
    DO(KIPC_E_EMPTY, NOTIFICATION_TAKE, m->handle, KIPC_NO_WAIT, AT(entry));
}

void good_sync_calls(void)
{
    use_mutex_and_condition();
    use_rwlock();
    use_events_alone();
    use_events_of_both();
    use_notifications();
}
