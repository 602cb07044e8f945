/* SPDX-License-Identifier: MIT */
/* Good calls on handles, names, capabilities and processes, and the last ones. */
#include "programs/support/calls/good_calls.h"
#include <kipc/mutex.h>

#define NAME "belfry"
#define NAME_BYTES sizeof(NAME)
#define RECEIVE KIPC_RIGHT_RECEIVE
#define SEND KIPC_RIGHT_SEND

static struct good_memory *const m = &good.memory;

static void use_duplicates(void)
{
    DO(KIPC_OK, HANDLE_DUPLICATE, m->handle, good.pid, RECEIVE, AT(other));
    DO(KIPC_OK, SEMAPHORE_WAIT, m->other, KIPC_NO_WAIT);
    DO(KIPC_E_ACCES, SEMAPHORE_POST, m->other);
    DO(1, HANDLE_REVOKE, m->handle);
    DO(KIPC_E_BADF, SEMAPHORE_WAIT, m->other, KIPC_NO_WAIT);
    DO(KIPC_OK, CAPABILITY_MAKE, m->handle, RECEIVE, AT(capability));
    EXPECT(m->capability.source, m->handle, "source of a capability");
    EXPECT(m->capability.rights, RECEIVE, "rights of a capability");
    DO(KIPC_OK, CAPABILITY_REDEEM, AT(capability), AT(other));
    DO(KIPC_OK, SEMAPHORE_WAIT, m->other, KIPC_NO_WAIT);
    DO(KIPC_E_ACCES, SEMAPHORE_POST, m->other);
    DO(KIPC_OK, HANDLE_CLOSE, m->other);
    DO(KIPC_E_BADF, SEMAPHORE_WAIT, m->other, KIPC_NO_WAIT);
    DO(1, SEMAPHORE_VALUE, m->handle, AT(word));
}

static void use_names(void)
{
    DO(KIPC_OK, OBJECT_SET_NAME, m->handle, AT(text), NAME_BYTES, SEND | RECEIVE);
    DO(KIPC_OK, OBJECT_ID, m->handle, AT(word));
    DO(KIPC_OK, OBJECT_LOOK_UP, KIPC_TABLE_SEMAPHORE, AT(text), NAME_BYTES, AT(limit));
    EXPECT(m->limit, m->word, "id that was looked up");
    DO(KIPC_OK, OBJECT_FIND, KIPC_TABLE_SEMAPHORE, m->word, AT(limit));
    EXPECT(m->limit, good.pid, "creator of what was found");
    DO(KIPC_E_ACCES, OBJECT_OPEN, KIPC_TABLE_SEMAPHORE, AT(text), NAME_BYTES, KIPC_RIGHT_ADMIN, AT(other));
    DO(KIPC_OK, OBJECT_OPEN, KIPC_TABLE_SEMAPHORE, AT(text), NAME_BYTES, SEND, AT(other));
    DO(KIPC_OK, SEMAPHORE_POST, m->other);
    DO(KIPC_E_ACCES, SEMAPHORE_WAIT, m->other, KIPC_NO_WAIT);
    DO(2, SEMAPHORE_VALUE, m->handle, AT(word));
    DO(KIPC_OK, HANDLE_CLOSE, m->other);
    DO(KIPC_OK, OBJECT_SET_MODE, m->handle, KIPC_MODE_OWNER(KIPC_MODE_READ));
    DO(KIPC_E_ACCES, OBJECT_OPEN, KIPC_TABLE_SEMAPHORE, AT(text), NAME_BYTES, SEND, AT(other));
    DO(KIPC_OK, OBJECT_OPEN, KIPC_TABLE_SEMAPHORE, AT(text), NAME_BYTES, RECEIVE, AT(other));
    DO(KIPC_OK, HANDLE_CLOSE, m->other);
    DO(KIPC_OK, OBJECT_UNLINK, KIPC_TABLE_SEMAPHORE, AT(text), NAME_BYTES);
    DO(KIPC_E_NOTFOUND, OBJECT_LOOK_UP, KIPC_TABLE_SEMAPHORE, AT(text), NAME_BYTES, AT(limit));
}

static void count_objects(void)
{
    DO(KIPC_OK, COUNTS, AT(counts));
    DO(KIPC_OK, PROCESS_USAGE, KIPC_QUOTA_HANDLES, AT(word), AT(limit));
    EXPECT(m->limit, GOOD_HANDLES_MAX, "limit of handles");
    uint32_t semaphores = m->counts.used[KIPC_TABLE_SEMAPHORE], handles = m->word;
    DO(KIPC_OK, SEMAPHORE_CREATE, 0, 1, KIPC_WAIT_FIFO, AT(other));
    DO(KIPC_OK, COUNTS, AT(counts));
    DO(KIPC_OK, PROCESS_USAGE, KIPC_QUOTA_HANDLES, AT(word), AT(limit));
    EXPECT(m->counts.used[KIPC_TABLE_SEMAPHORE], semaphores + 1, "semaphores in use");
    EXPECT(m->word, handles + 1, "handles in use");
    DO(KIPC_OK, HANDLE_CLOSE, m->other);
}

void good_handle_calls(void)
{
    good_message(0, NAME, NAME_BYTES);
    DO(KIPC_OK, SEMAPHORE_CREATE, 2, 3, KIPC_WAIT_PRIORITY, AT(handle));
    m->word = 99;
    DO(2, SEMAPHORE_VALUE, m->handle, AT(word));
    EXPECT(m->word, 0, "threads that wait for a semaphore");
    DO(KIPC_OK, SEMAPHORE_POST, m->handle);
    DO(KIPC_E_OVERFLOW, SEMAPHORE_POST, m->handle);
    use_duplicates();
    use_names();
    count_objects();
    DO(KIPC_OK, HANDLE_RESTRICT, m->handle, RECEIVE | KIPC_RIGHT_ADMIN);
    DO(KIPC_E_ACCES, SEMAPHORE_POST, m->handle);
    DO(KIPC_OK, SEMAPHORE_WAIT, m->handle, KIPC_NO_WAIT);
    DO(KIPC_OK, OBJECT_CLOSE, m->handle);
    DO(KIPC_E_CLOSED, SEMAPHORE_WAIT, m->handle, KIPC_NO_WAIT);
    DO(KIPC_OK, HANDLE_CLOSE, m->handle);
    DO(KIPC_E_BADF, SEMAPHORE_WAIT, m->handle, KIPC_NO_WAIT);
}

/* The other process ends as the owner of a mutex. */
void good_last_calls(void)
{
    DO(KIPC_OK, MUTEX_CREATE, true, KIPC_WAIT_PRIORITY, AT(handle));
    partner.mutex = good_give(m->handle);
    good_ask(PARTNER_DIE);
    DO(KIPC_E_OWNERDEAD, MUTEX_LOCK, m->handle, KIPC_FOREVER);
    DO(KIPC_OK, MUTEX_RECOVER, m->handle);
    DO(KIPC_E_STATE, MUTEX_RECOVER, m->handle);
    DO(KIPC_OK, MUTEX_UNLOCK, m->handle);
    DO(KIPC_OK, MUTEX_LOCK, m->handle, KIPC_FOREVER);
    DO(KIPC_OK, MUTEX_UNLOCK, m->handle);
}
