/* SPDX-License-Identifier: MIT */
/* What the kernel objects share: the critical section, the way into and out of a call, waits, handles. */
#ifndef KIPC_KERNEL_INTERNAL_H
#define KIPC_KERNEL_INTERNAL_H

#include "internal.h"
#include <kipc/handle.h>

/* The structure that a member is part of. */
#define KI_WHOLE(pointer, type, member) ((type *)(void *)((uint8_t *)(pointer)-offsetof(type, member)))

/* Clears memory; volatile, so that the loop does not become a call of memset, which a freestanding build may lack. */
static inline void ki_clear(void *memory, size_t bytes)
{
    volatile uint8_t *byte = memory;
    for (; ((uintptr_t)byte & 3) != 0 && bytes > 0; bytes--) {
        *byte++ = 0;
    }
    volatile uint32_t *word = (volatile void *)byte;
    for (; bytes >= 4; bytes -= 4) {
        *word++ = 0;
    }
    byte = (volatile void *)word;
    for (; bytes > 0; bytes--) {
        *byte++ = 0;
    }
}

static inline void ki_lock(struct kipc_kernel *kernel)
{
    uintptr_t state = kernel->scheduler.ops->lock(kernel->scheduler.context);
    kernel->lock_state = state;
}

static inline void ki_unlock(struct kipc_kernel *kernel)
{
    kernel->scheduler.ops->unlock(kernel->scheduler.context, kernel->lock_state);
}

/* The way out of a call: leaves the critical section with a result. */
static inline int ki_leave(struct kipc_kernel *kernel, int result)
{
    ki_unlock(kernel);
    return result;
}

static inline bool ki_is_set_up(const struct kipc_kernel *kernel)
{
    return kernel != NULL && kernel->magic == KIPC_KERNEL_MAGIC;
}

/* All that follows runs in the critical section, unless it says otherwise. */

/* src/syscall.c, outside of the critical section: whether a process may make calls that need a permission. */
int ki_permit(struct kipc_kernel *kernel, kipc_pid_t caller, uint32_t permission);

/* src/process.c: finds a process that has not ended; NULL if there is none. */
struct kipc_process *ki_process(const struct kipc_kernel *kernel, kipc_pid_t pid);
/* Counts an amount for a quota, or refuses. */
static KI_INLINE bool ki_may_charge(struct kipc_process *process, enum kipc_quota quota, uint32_t amount)
{
    if (!KI_LIKELY(amount <= process->limits[quota] - process->used[quota])) {
        process->refused[quota] += 1;
        return false;
    }
    process->used[quota] += amount;
    return true;
}
/* The same as a function: KIPC_OK or KIPC_E_QUOTA. */
int ki_charge(struct kipc_process *process, enum kipc_quota quota, uint32_t amount);
/* The same for one message to a channel, which the process's rate must allow, too. */
int ki_charge_message(struct kipc_kernel *kernel, struct kipc_process *process);
/* Takes it back; the process may have ended. */
void ki_discharge(const struct kipc_kernel *kernel, kipc_pid_t pid, enum kipc_quota quota, uint32_t amount);

/* src/handle.c */
struct ki_call {
    struct kipc_kernel *kernel;
    struct kipc_process *process;
    struct kipc_handle_entry *handle;
    void *object; /* begins with struct kipc_object */
    struct kipc_thread *thread;
    bool is_tagged; /* a receive that takes messages of one tag only */
    uint64_t tag;
    struct kipc_channel_large_info *large; /* a receive with room for all capabilities; NULL: another call */
    const void *site; /* of a call that makes an object: where it returns to, in debug builds; else NULL */
};

/*
 * The way into a call, outside of the critical section: checks kernel, caller, handle, class and rights, in this order.
 * Returns KIPC_OK, then inside of the section; or KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES,
 * KIPC_E_CLOSED, outside.
 */
int ki_enter(struct ki_call *call, struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
             enum kipc_table_id table, uint32_t rights);
/* The same for calls that may block: the calling thread must be one of the caller's, or KIPC_E_SRCH. */
int ki_enter_thread(struct ki_call *call, struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                    enum kipc_table_id table, uint32_t rights);
/* The same for a handle of any class, whose object may be closed; checks no rights. */
int ki_enter_any(struct ki_call *call, struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);
/* The way out of a call that may be refused inside, too: of a refusal who looks on is told. Returns the result. */
int ki_leave_any(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, int result);
/* Inside of a call: a further handle of the caller. Returns as ki_enter, but stays inside. */
int ki_look_up(const struct ki_call *call, kipc_handle_t handle, enum kipc_table_id table, uint32_t rights,
               struct kipc_handle_entry **entry);
/*
 * The way into a call that makes an object, outside of the critical section: a cleared object with one handle that has
 * all rights. Returns KIPC_OK, then inside; or KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_QUOTA, KIPC_E_NOSPC, outside.
 */
int ki_create_at(struct ki_call *call, struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_table_id table,
                 const void *site);
/* Macros, so that it is the public function whose return address is kept. */
#ifdef KIPC_DEBUG
#define KI_SITE __builtin_return_address(0)
#else
#define KI_SITE NULL
#endif
#define ki_create(call, kernel, caller, table) ki_create_at((call), (kernel), (caller), (table), KI_SITE)
/* Inside of such a call: a further object, with which the call goes on. Returns as ki_create, but stays inside. */
int ki_create_more(struct ki_call *call, enum kipc_table_id table, kipc_pid_t creator);
/* The way out of it: hands the handle out. */
int ki_created(struct ki_call *call, kipc_handle_t *handle);
/* Handle of a process, whatever it names; NULL if it is stale, never given out, or another process's. */
struct kipc_handle_entry *ki_handle_find(const struct kipc_kernel *kernel, const struct kipc_process *process,
                                         kipc_handle_t handle);
/* Makes a handle, for a process or (NULL) for a message. Returns KIPC_OK, KIPC_E_QUOTA or KIPC_E_NOSPC. */
int ki_handle_make(struct kipc_kernel *kernel, struct kipc_process *process, struct kipc_object *object,
                   uint32_t rights, struct kipc_handle_entry *parent, struct kipc_handle_entry **handle);
/* Gives one that came in a message to a process. Returns KIPC_OK or KIPC_E_QUOTA. */
int ki_handle_adopt(struct kipc_process *process, struct kipc_handle_entry *entry);
void ki_handle_close(struct kipc_kernel *kernel, struct kipc_handle_entry *handle);

/* src/object.c */
void ki_object_close(struct kipc_kernel *kernel, struct kipc_object *object);
/* Lets the object go if nothing keeps it. */
void ki_object_release(struct kipc_kernel *kernel, struct kipc_object *object);
void ki_object_unpin(struct kipc_kernel *kernel, struct kipc_object *object);
/* src/mode.c: true if the object's mode lets the process open it with these rights. */
bool ki_mode_lets(const struct kipc_object *object, const struct kipc_process *process, uint32_t rights);
/* src/name.c: takes the object out of the chains of names. */
void ki_name_remove(struct kipc_kernel *kernel, struct kipc_object *object);

/* What becomes of each class when its object closes: waiters are settled with KIPC_E_CLOSED. */
void ki_semaphore_drain(struct kipc_kernel *kernel, struct kipc_object *object);
void ki_mutex_drain(struct kipc_kernel *kernel, struct kipc_object *object);
void ki_condition_drain(struct kipc_kernel *kernel, struct kipc_object *object);
void ki_rwlock_drain(struct kipc_kernel *kernel, struct kipc_object *object);
void ki_event_drain(struct kipc_kernel *kernel, struct kipc_object *object);
void ki_notification_drain(struct kipc_kernel *kernel, struct kipc_object *object);
void ki_channel_drain(struct kipc_kernel *kernel, struct kipc_object *object);
/* The last of an object that had blocks promised: they no longer are. */
void ki_channel_released(struct kipc_kernel *kernel, struct kipc_object *object);
void ki_topic_drain(struct kipc_kernel *kernel, struct kipc_object *object);
void ki_topic_released(struct kipc_kernel *kernel, struct kipc_object *object);
void ki_subscription_drain(struct kipc_kernel *kernel, struct kipc_object *object);
void ki_subscription_released(struct kipc_kernel *kernel, struct kipc_object *object);
void ki_region_drain(struct kipc_kernel *kernel, struct kipc_object *object);
/* Ends what was attached and mapped through a handle that closes, or that may do less from now on. */
void ki_region_handle_closed(struct kipc_kernel *kernel, struct kipc_handle_entry *handle);
void ki_region_handle_restricted(struct kipc_kernel *kernel, struct kipc_handle_entry *handle);
/* Gives back what is held through a handle of a lock that closes. */
void ki_rwlock_handle_closed(struct kipc_kernel *kernel, struct kipc_handle_entry *handle);
/* The queue's owner ended; somebody else gets the mutex, and is told. */
void ki_mutex_owner_died(struct kipc_kernel *kernel, struct kipc_wait_queue *queue);

/* src/call.c: the places for calls. */
void ki_requests_set_up(struct kipc_kernel *kernel, struct kipc_request *requests, uint32_t count);
/* A process ended: nobody will answer what it had received. */
void ki_requests_of_ended(struct kipc_kernel *kernel, kipc_pid_t server);
/* A thread ends: the callers whose requests it serves lend their priority to nobody. */
void ki_requests_of_thread(struct kipc_kernel *kernel, const struct kipc_thread *thread);

/* src/async.c: the first operation of a process that ends. */
void ki_async_of_ended(struct kipc_kernel *kernel, struct kipc_process *process);

/* src/wait_queue.c */
void ki_queue_set_up(struct kipc_wait_queue *queue, enum kipc_wait_order order);
/* Begins a wait: the thread has left all queues, and enters those of ki_wait_on. */
void ki_wait_begin(struct kipc_thread *thread, uint64_t deadline);
void ki_wait_on(struct kipc_kernel *kernel, struct kipc_thread *thread, struct kipc_wait_queue *queue);
/* Leaves the critical section, waits, and comes back into it with the result; the thread is in no queue then. */
int ki_wait(struct kipc_kernel *kernel, struct kipc_thread *thread);
/* The same after a first block, which ended with `outcome` and was to end at `deadline`. */
int ki_wait_again(struct kipc_kernel *kernel, struct kipc_thread *thread, int outcome, uint64_t deadline);
/* Most waits: one queue. */
int ki_wait_in(struct ki_call *call, struct kipc_wait_queue *queue, uint64_t deadline);
/* Ends a wait from the other side. The thread must be waiting. */
void ki_settle(struct kipc_kernel *kernel, struct kipc_thread *thread, int result);
void ki_settle_all(struct kipc_kernel *kernel, struct kipc_wait_queue *queue, int result);
/* Puts a waiting thread into another queue, without waking it; its wait has no deadline any more. */
void ki_wait_move(struct kipc_kernel *kernel, struct kipc_thread *thread, struct kipc_wait_queue *queue);
/* Who is first, NULL if nobody waits. */
static inline struct kipc_thread *ki_first(const struct kipc_wait_queue *queue)
{
    return queue->first != NULL ? queue->first->thread : NULL;
}
/* Says who owns what a queue's waiters wait for: it inherits from them. NULL: nobody. */
void ki_queue_set_owner(struct kipc_kernel *kernel, struct kipc_wait_queue *queue, struct kipc_thread *owner);
/* Brings the priority of a thread, and of whom it waits for, up to date. */
void ki_inherit(struct kipc_kernel *kernel, struct kipc_thread *thread);
/* True if waiting in this queue would mean to wait for oneself. */
bool ki_would_wait_for_itself(const struct kipc_thread *thread, const struct kipc_wait_queue *queue);

#endif
