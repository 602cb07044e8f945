/* SPDX-License-Identifier: MIT */
/*
 * System calls: how a process that may not touch the kernel's memory uses its objects. The trap handler of a system
 * finds the caller and hands the registers on; all checks of what the process says are made here, once for all systems.
 *
 *   registers     number   arguments           result
 *   RISC-V        a7       a0 to a6            a0
 *   x86-64        rax      rdi rsi rdx r10 r8 r9      rax (no call needs the seventh argument)
 *   AArch64       x8       x0 to x6            x0
 *
 * Arguments are those of the function of the same name, in its order, without kernel and caller. Numbers of 64 bits
 * (deadlines, data words, request ids) take one register, or on a machine of 32 bits two, the low half first. A text
 * is an address and its bytes with the end mark, also where the function has it in a structure: then it comes behind
 * that; a name that was worked out before is its class and its text. An address that may be NULL is 0 then.
 * channel_send_fast has length and priority in one register (length | priority << 16), and then the words themselves.
 * What a function returns comes back unchanged: 0 and up, or one of the codes of kipc/error.h.
 *
 * Each call further gives KIPC_E_NOSYS (no such number), KIPC_E_SRCH (no such caller), KIPC_E_ACCES (a permission that
 * the process was registered without), KIPC_E_INVAL (a register does not fit its argument) and KIPC_E_FAULT (an address
 * is not the caller's to use so); then nothing has happened. Structures are read once, before they are checked.
 *
 *     result = kipc_gate_set_up(&gate, kernel, &user_memory);
 *     intptr_t returned = kipc_syscall(&gate, pid, KIPC_SYSCALL_SEMAPHORE_POST, registers); // registers[0]: the handle
 *
 * When: where processes run without the kernel's privileges: the trap handler calls this, and nothing else. Threads of
 * the kernel call the functions themselves.
 * Memory: the gate is the caller's, for as long as processes make calls; memory of a process is lent for one call.
 * Concurrency: any number of threads, each for its own process.
 * Cost: a look at the permission, a copy of each structure, and the function of the call.
 */
#ifndef KIPC_SYSCALL_H
#define KIPC_SYSCALL_H

#include <kipc/handle.h>
#include <kipc/user_memory.h>

#define KIPC_SYSCALL_FIRST 0x200u
#define KIPC_SYSCALL_ARGUMENTS 7u

/* Bytes that kipc_syscall's call channel_send_fast takes in registers. */
#define KIPC_FAST_WORDS 4u
#define KIPC_FAST_BYTES (KIPC_FAST_WORDS * sizeof(uintptr_t))

/* Messages that one call of a batch takes at most; it says how many, and the process may call again for the others. */
#define KIPC_SYSCALL_BATCH 8u

/* What a process may do at all, whatever its handles say; bits of `denied` of struct kipc_process_config. */
enum kipc_permission {
    KIPC_PERMIT_CREATE = 0x01,  /* make objects */
    KIPC_PERMIT_SYNC = 0x02,    /* wait for objects, and let others go */
    KIPC_PERMIT_MESSAGE = 0x04, /* send and receive */
    KIPC_PERMIT_HANDLE = 0x08,  /* close, copy and restrict handles, close and connect objects, end itself */
    KIPC_PERMIT_NAME = 0x10,    /* give, open and take away names */
    KIPC_PERMIT_INSPECT = 0x20, /* look at objects and counts */
    KIPC_PERMIT_MEMORY = 0x40,  /* use shared memory */
    KIPC_PERMISSIONS = 0x7f     /* all that are defined */
};

/* Classes of the first handle, besides those of enum kipc_table_id. */
#define KIPC_CLASS_ANY KIPC_TABLE_COUNT   /* a handle of any class */
#define KIPC_CLASS_NONE KIPC_TABLE_HANDLE /* no handle */

/*
 * X(NAME, number, function, permission, class, rights): a call's number, the function kipc_... that it is, what the
 * process must be permitted, and of which class its first handle must be with which rights. A number is never used for
 * another call again; new ones come at the end.
 */
#define KIPC_SYSCALL_LIST(X)                                                                                           \
    X(HANDLE_CLOSE, 0x200, handle_close, HANDLE, KIPC_CLASS_ANY, 0)                                                    \
    X(HANDLE_DUPLICATE, 0x201, handle_duplicate, HANDLE, KIPC_CLASS_ANY, 0)                                            \
    X(HANDLE_REVOKE, 0x202, handle_revoke, HANDLE, KIPC_CLASS_ANY, 0)                                                  \
    X(HANDLE_RESTRICT, 0x203, handle_restrict, HANDLE, KIPC_CLASS_ANY, 0)                                              \
    X(OBJECT_CLOSE, 0x204, object_close, HANDLE, KIPC_CLASS_ANY, KIPC_RIGHT_ADMIN)                                     \
    X(OBJECT_SET_NAME, 0x205, object_set_name, NAME, KIPC_CLASS_ANY, KIPC_RIGHT_ADMIN)                                 \
    X(OBJECT_SET_MODE, 0x206, object_set_mode, NAME, KIPC_CLASS_ANY, KIPC_RIGHT_ADMIN)                                 \
    X(OBJECT_OPEN, 0x207, object_open, NAME, KIPC_CLASS_NONE, 0)                                                       \
    X(OBJECT_UNLINK, 0x208, object_unlink, NAME, KIPC_CLASS_NONE, 0)                                                   \
    X(OBJECT_ID, 0x209, object_id, INSPECT, KIPC_CLASS_ANY, 0)                                                         \
    X(OBJECT_FIND, 0x20a, object_find, INSPECT, KIPC_CLASS_NONE, 0)                                                    \
    X(COUNTS, 0x20b, counts, INSPECT, KIPC_CLASS_NONE, 0)                                                              \
    X(PROCESS_USAGE, 0x20c, process_usage, INSPECT, KIPC_CLASS_NONE, 0)                                                \
    X(PROCESS_EXIT, 0x20d, process_exit, HANDLE, KIPC_CLASS_NONE, 0)                                                   \
    X(SEMAPHORE_CREATE, 0x20e, semaphore_create, CREATE, KIPC_CLASS_NONE, 0)                                           \
    X(SEMAPHORE_WAIT, 0x20f, semaphore_wait, SYNC, KIPC_TABLE_SEMAPHORE, KIPC_RIGHT_RECEIVE)                           \
    X(SEMAPHORE_POST, 0x210, semaphore_post, SYNC, KIPC_TABLE_SEMAPHORE, KIPC_RIGHT_SEND)                              \
    X(SEMAPHORE_VALUE, 0x211, semaphore_value, INSPECT, KIPC_TABLE_SEMAPHORE, 0)                                       \
    X(MUTEX_CREATE, 0x212, mutex_create, CREATE, KIPC_CLASS_NONE, 0)                                                   \
    X(MUTEX_LOCK, 0x213, mutex_lock, SYNC, KIPC_TABLE_MUTEX, KIPC_RIGHT_RECEIVE)                                       \
    X(MUTEX_UNLOCK, 0x214, mutex_unlock, SYNC, KIPC_TABLE_MUTEX, 0)                                                    \
    X(MUTEX_RECOVER, 0x215, mutex_recover, SYNC, KIPC_TABLE_MUTEX, 0)                                                  \
    X(MUTEX_OWNER, 0x216, mutex_owner, INSPECT, KIPC_TABLE_MUTEX, 0)                                                   \
    X(CONDITION_CREATE, 0x217, condition_create, CREATE, KIPC_CLASS_NONE, 0)                                           \
    X(CONDITION_WAIT, 0x218, condition_wait, SYNC, KIPC_TABLE_CONDITION, KIPC_RIGHT_RECEIVE)                           \
    X(CONDITION_SIGNAL, 0x219, condition_signal, SYNC, KIPC_TABLE_CONDITION, KIPC_RIGHT_SEND)                          \
    X(CONDITION_BROADCAST, 0x21a, condition_broadcast, SYNC, KIPC_TABLE_CONDITION, KIPC_RIGHT_SEND)                    \
    X(RWLOCK_CREATE, 0x21b, rwlock_create, CREATE, KIPC_CLASS_NONE, 0)                                                 \
    X(RWLOCK_READ, 0x21c, rwlock_read, SYNC, KIPC_TABLE_RWLOCK, KIPC_RIGHT_RECEIVE)                                    \
    X(RWLOCK_WRITE, 0x21d, rwlock_write, SYNC, KIPC_TABLE_RWLOCK, KIPC_RIGHT_SEND)                                     \
    X(RWLOCK_UNLOCK, 0x21e, rwlock_unlock, SYNC, KIPC_TABLE_RWLOCK, 0)                                                 \
    X(EVENT_CREATE, 0x21f, event_create, CREATE, KIPC_CLASS_NONE, 0)                                                   \
    X(EVENT_SIGNAL, 0x220, event_signal, SYNC, KIPC_TABLE_EVENT, KIPC_RIGHT_SEND)                                      \
    X(EVENT_PULSE, 0x221, event_pulse, SYNC, KIPC_TABLE_EVENT, KIPC_RIGHT_SEND)                                        \
    X(EVENT_BROADCAST, 0x222, event_broadcast, SYNC, KIPC_TABLE_EVENT, KIPC_RIGHT_SEND)                                \
    X(EVENT_RESET, 0x223, event_reset, SYNC, KIPC_TABLE_EVENT, KIPC_RIGHT_SEND)                                        \
    X(EVENT_WAIT, 0x224, event_wait, SYNC, KIPC_TABLE_EVENT, KIPC_RIGHT_RECEIVE)                                       \
    X(EVENT_WAIT_ANY, 0x225, event_wait_any, SYNC, KIPC_TABLE_EVENT, KIPC_RIGHT_RECEIVE)                               \
    X(EVENT_WAIT_ALL, 0x226, event_wait_all, SYNC, KIPC_TABLE_EVENT, KIPC_RIGHT_RECEIVE)                               \
    X(EVENT_WAITERS, 0x227, event_waiters, INSPECT, KIPC_TABLE_EVENT, 0)                                               \
    X(NOTIFICATION_CREATE, 0x228, notification_create, CREATE, KIPC_CLASS_NONE, 0)                                     \
    X(NOTIFICATION_POST, 0x229, notification_post, SYNC, KIPC_TABLE_NOTIFICATION, KIPC_RIGHT_SEND)                     \
    X(NOTIFICATION_TAKE, 0x22a, notification_take, SYNC, KIPC_TABLE_NOTIFICATION, KIPC_RIGHT_RECEIVE)                  \
    X(CHANNEL_CREATE, 0x22b, channel_create, CREATE, KIPC_CLASS_NONE, 0)                                               \
    X(CHANNEL_SEND, 0x22c, channel_send, MESSAGE, KIPC_TABLE_CHANNEL, KIPC_RIGHT_SEND)                                 \
    X(CHANNEL_RECEIVE, 0x22d, channel_receive, MESSAGE, KIPC_TABLE_CHANNEL, KIPC_RIGHT_RECEIVE)                        \
    X(CHANNEL_DEADLINE, 0x22e, channel_deadline, INSPECT, KIPC_TABLE_CHANNEL, 0)                                       \
    X(CHANNEL_DISCONNECT, 0x22f, channel_disconnect, HANDLE, KIPC_TABLE_CHANNEL, KIPC_RIGHT_ADMIN)                     \
    X(CHANNEL_CONNECT, 0x230, channel_connect, HANDLE, KIPC_TABLE_CHANNEL, KIPC_RIGHT_ADMIN)                           \
    X(CHANNEL_ADMIT, 0x231, channel_admit, HANDLE, KIPC_TABLE_CHANNEL, KIPC_RIGHT_ADMIN)                               \
    X(CHANNEL_ADD_RULE, 0x232, channel_add_rule, HANDLE, KIPC_TABLE_CHANNEL, KIPC_RIGHT_ADMIN)                         \
    X(CHANNEL_STATS, 0x233, channel_stats, INSPECT, KIPC_TABLE_CHANNEL, 0)                                             \
    X(CHANNEL_CALL, 0x234, channel_call, MESSAGE, KIPC_TABLE_CHANNEL, KIPC_RIGHT_SEND)                                 \
    X(CHANNEL_REPLY, 0x235, channel_reply, MESSAGE, KIPC_CLASS_NONE, 0)                                                \
    X(CHANNEL_REPLY_ERROR, 0x236, channel_reply_error, MESSAGE, KIPC_CLASS_NONE, 0)                                    \
    X(TOPIC_CREATE, 0x237, topic_create, CREATE, KIPC_CLASS_NONE, 0)                                                   \
    X(TOPIC_SUBSCRIBE, 0x238, topic_subscribe, CREATE, KIPC_TABLE_TOPIC, KIPC_RIGHT_RECEIVE)                           \
    X(TOPIC_PUBLISH, 0x239, topic_publish, MESSAGE, KIPC_TABLE_TOPIC, KIPC_RIGHT_SEND)                                 \
    X(TOPIC_RECEIVE, 0x23a, topic_receive, MESSAGE, KIPC_TABLE_SUBSCRIPTION, KIPC_RIGHT_RECEIVE)                       \
    X(CHANNEL_SEND_FAST, 0x23b, channel_send_fast, MESSAGE, KIPC_TABLE_CHANNEL, KIPC_RIGHT_SEND)                       \
    X(CHANNEL_SEND_BATCH, 0x23c, channel_send_batch, MESSAGE, KIPC_TABLE_CHANNEL, KIPC_RIGHT_SEND)                     \
    X(CHANNEL_RECEIVE_BATCH, 0x23d, channel_receive_batch, MESSAGE, KIPC_TABLE_CHANNEL, KIPC_RIGHT_RECEIVE)            \
    X(CHANNEL_SEND_ASYNC, 0x23e, channel_send_async, MESSAGE, KIPC_TABLE_CHANNEL, KIPC_RIGHT_SEND)                     \
    X(CHANNEL_RECEIVE_ASYNC, 0x23f, channel_receive_async, MESSAGE, KIPC_TABLE_CHANNEL, KIPC_RIGHT_RECEIVE)            \
    X(ASYNC_POLL, 0x240, async_poll, MESSAGE, KIPC_CLASS_NONE, 0)                                                      \
    X(ASYNC_CANCEL, 0x241, async_cancel, MESSAGE, KIPC_CLASS_NONE, 0)                                                  \
    X(CHANNEL_OPEN_REMOTE, 0x242, channel_open_remote, CREATE, KIPC_CLASS_NONE, 0)                                     \
    X(CONNECTION_INFO, 0x243, connection_info, INSPECT, KIPC_CLASS_ANY, 0)                                             \
    X(REGION_CREATE, 0x244, region_create, CREATE, KIPC_CLASS_NONE, 0)                                                 \
    X(REGION_OPEN, 0x245, region_open, NAME, KIPC_CLASS_NONE, 0)                                                       \
    X(REGION_ATTACH, 0x246, region_attach, MEMORY, KIPC_TABLE_REGION, KIPC_RIGHT_MAP)                                  \
    X(REGION_DETACH, 0x247, region_detach, MEMORY, KIPC_TABLE_REGION, 0)                                               \
    X(REGION_DESTROY, 0x248, region_destroy, HANDLE, KIPC_TABLE_REGION, KIPC_RIGHT_ADMIN)                              \
    X(REGION_READ, 0x249, region_read, MEMORY, KIPC_TABLE_REGION, KIPC_RIGHT_MAP)                                      \
    X(REGION_WRITE, 0x24a, region_write, MEMORY, KIPC_TABLE_REGION, KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE)                 \
    X(REGION_ATOMIC, 0x24b, region_atomic, MEMORY, KIPC_TABLE_REGION, KIPC_RIGHT_MAP)                                  \
    X(REGION_INFO, 0x24c, region_info, INSPECT, KIPC_TABLE_REGION, 0)                                                  \
    X(REGION_ATTACHMENT, 0x24d, region_attachment, INSPECT, KIPC_TABLE_REGION, 0)                                      \
    X(REGION_SET_FLAGS, 0x24e, region_set_flags, MEMORY, KIPC_TABLE_REGION, KIPC_RIGHT_ADMIN)                          \
    X(REGION_SHARE, 0x24f, region_share, CREATE, KIPC_TABLE_REGION, KIPC_RIGHT_MAP | KIPC_RIGHT_SHARE)                 \
    X(REGION_COPY, 0x250, region_copy, CREATE, KIPC_TABLE_REGION, KIPC_RIGHT_MAP)                                      \
    X(REGION_MOVE, 0x251, region_move, HANDLE, KIPC_TABLE_REGION, KIPC_RIGHT_GRANT)                                    \
    X(REGION_SCATTER, 0x252, region_scatter, MEMORY, KIPC_TABLE_REGION, KIPC_RIGHT_MAP)                                \
    X(REGION_MAP, 0x253, region_map, MEMORY, KIPC_TABLE_REGION, KIPC_RIGHT_MAP)                                        \
    X(REGION_MAP_FOR, 0x254, region_map_for, MEMORY, KIPC_TABLE_REGION, KIPC_RIGHT_MAP | KIPC_RIGHT_GRANT)             \
    X(REGION_UNMAP, 0x255, region_unmap, MEMORY, KIPC_CLASS_NONE, 0)                                                   \
    X(REGION_PROTECT, 0x256, region_protect, MEMORY, KIPC_CLASS_NONE, 0)                                               \
    X(CHANNEL_REQUIRE, 0x257, channel_require, HANDLE, KIPC_TABLE_CHANNEL, KIPC_RIGHT_ADMIN)                           \
    X(CHANNEL_RECEIVE_TAGGED, 0x258, channel_receive_tagged, MESSAGE, KIPC_TABLE_CHANNEL, KIPC_RIGHT_RECEIVE)          \
    X(OBJECT_LOOK_UP, 0x259, object_look_up, NAME, KIPC_CLASS_NONE, 0)                                                 \
    X(CHANNEL_RECEIVE_LARGE, 0x25a, channel_receive_large, MESSAGE, KIPC_TABLE_CHANNEL, KIPC_RIGHT_RECEIVE)            \
    X(CAPABILITY_MAKE, 0x25b, capability_make, HANDLE, KIPC_CLASS_ANY, KIPC_RIGHT_GRANT)                               \
    X(CAPABILITY_REDEEM, 0x25c, capability_redeem, HANDLE, KIPC_CLASS_NONE, 0)

/* Y(function, reason): functions on a kernel that no process may call. */
#define KIPC_SYSCALL_NONE_LIST(Y)                                                                                      \
    Y(kernel_set_up, "makes the kernel")                                                                               \
    Y(kernel_tear_down, "ends the kernel")                                                                             \
    Y(kernel_set_capability_key, "gives the kernel its secret")                                                        \
    Y(kernel_add_exit_hook, "gives the kernel a function to call")                                                     \
    Y(process_register, "says what a process may do")                                                                  \
    Y(process_limit_rate, "says what a process may do")                                                                \
    Y(thread_attach, "the scheduler's: who its threads act for")                                                       \
    Y(thread_detach, "the scheduler's: who its threads act for")                                                       \
    Y(thread_cancel, "the scheduler's: names threads of all processes")                                                \
    Y(thread_interrupt, "the scheduler's: names threads of all processes")                                             \
    Y(thread_set_priority, "the scheduler's: decides who runs")                                                        \
    Y(thread_priority, "the scheduler's: names threads of all processes")                                              \
    Y(observer_attach, "the system's: shows what all processes do")                                                    \
    Y(observer_detach, "the system's: shows what all processes do")                                                    \
    Y(trace_enable, "the system's: shows what all processes do")                                                       \
    Y(audit_enable, "the system's: shows what all processes do")                                                       \
    Y(trace_take, "the system's: shows what all processes do")                                                         \
    Y(audit_take, "the system's: shows what all processes do")                                                         \
    Y(perf_snapshot, "the system's: shows what all processes do")                                                      \
    Y(channel_profile_at, "the system's: shows what all processes do")                                                 \
    Y(throughput_next, "the system's: shows what all processes do")                                                    \
    Y(contention_at, "the system's: shows what all processes do")                                                      \
    Y(trace_dump, "the system's: shows what all processes do")                                                         \
    Y(dump_channels, "the system's: shows what all processes do")                                                      \
    Y(prof, "the system's: shows what all processes do")                                                               \
    Y(route_add, "the system's: how other nodes are reached")                                                          \
    Y(route_remove, "the system's: how other nodes are reached")                                                       \
    Y(transport_take, "a transport's side of the kernel")                                                              \
    Y(transport_deliver, "a transport's side of the kernel")                                                           \
    Y(transport_lost, "a transport's side of the kernel")                                                              \
    Y(memory_set_up, "makes the kernel's memory")                                                                      \
    Y(memory_tear_down, "ends the kernel's memory")                                                                    \
    Y(memory_fault, "the trap handler's")                                                                              \
    Y(memory_counts, "the system's: shows what all processes do")                                                      \
    Y(page_alloc, "the kernel's own pages")                                                                            \
    Y(page_get, "the kernel's own pages")                                                                              \
    Y(page_put, "the kernel's own pages")                                                                              \
    Y(page_info, "the kernel's own pages")                                                                             \
    Y(region_next, "the system's: shows what all processes do")                                                        \
    Y(leaks, "the system's: shows what all processes made")                                                            \
    Y(channel_call_words, "has a number of its own: kipc/words.h")                                                     \
    Y(channel_receive_words, "has a number of its own: kipc/words.h")                                                  \
    Y(channel_reply_words, "has a number of its own: kipc/words.h")

/* The numbers as C knows them: KIPC_SYSCALL_HANDLE_CLOSE and so on. */
enum kipc_syscall_number {
#define KIPC_SYSCALL_ENUMERATOR(name, number, function, permission, class, rights) KIPC_SYSCALL_##name = (number),
    KIPC_SYSCALL_LIST(KIPC_SYSCALL_ENUMERATOR)
#undef KIPC_SYSCALL_ENUMERATOR
};

enum {
#define KIPC_SYSCALL_ADD_ONE(name, number, function, permission, class, rights) +1
    KIPC_SYSCALL_COUNT = 0 KIPC_SYSCALL_LIST(KIPC_SYSCALL_ADD_ONE)
#undef KIPC_SYSCALL_ADD_ONE
};

struct kipc_log;

/* Where system calls come in: a kernel, and the way to the memory of its processes. */
struct kipc_gate {
    struct kipc_kernel *kernel;
    struct kipc_user_memory memory;
    struct kipc_log *log; /* NULL: none; kipc/log.h */
};

/*
 * Sets a gate up.
 * gate: caller's, overwritten. kernel: set up, borrowed for the gate's life. memory: copied; its context is borrowed
 * for the gate's life.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, incomplete memory); KIPC_E_STATE (kernel not set up).
 * Does not block; thread; one caller.
 */
KIPC_MUSTUSE int kipc_gate_set_up(struct kipc_gate *gate, struct kipc_kernel *kernel,
                                  const struct kipc_user_memory *memory);

/*
 * Does a system call.
 * caller: the process of the calling thread, by the word of the trap handler, never by the process's. number: any
 * value. arguments: the registers, KIPC_SYSCALL_ARGUMENTS of them.
 * Returns what the function of this number does; or without having done anything KIPC_E_NOSYS, KIPC_E_SRCH,
 * KIPC_E_ACCES, KIPC_E_INVAL, KIPC_E_FAULT as said above; KIPC_E_INVAL (no gate or registers), KIPC_E_STATE (kernel not
 * set up).
 * Blocks as that function does; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE intptr_t kipc_syscall(struct kipc_gate *gate, kipc_pid_t caller, uintptr_t number,
                                   const uintptr_t *arguments);

/*
 * Names a call for people.
 * number: any value.
 * Returns the function's name without its prefix ("semaphore_wait"), or "unknown"; static text.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
const char *kipc_syscall_name(uintptr_t number);

/*
 * Sends a message that fits registers: the call channel_send_fast. Where a receiver waits already, it gets the words in
 * the same critical section; else the message goes the way of kipc_channel_send, with the same result.
 * length: 0..KIPC_FAST_BYTES. words: the payload, in memory order. priority: as in a message; the type is
 * KIPC_MESSAGE_DATA, without flags and capabilities.
 * Returns as kipc_channel_send with KIPC_NO_WAIT; KIPC_E_INVAL (NULL, length or priority too large).
 * Does not block; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_send_fast(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                        uint32_t length, uint32_t priority, const uintptr_t *words);

#endif
