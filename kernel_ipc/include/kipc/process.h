/* SPDX-License-Identifier: MIT */
/*
 * Who uses a kernel: processes, which own handles and have quotas, and their threads, which wait.
 *
 *     struct kipc_process_config config = kipc_process_config_default();
 *     config.limits[KIPC_QUOTA_CHANNELS] = 8;
 *     result = kipc_process_register(kernel, &config, &pid);
 *     result = kipc_thread_attach(kernel, pid, thread, 1); // it may wait now, and send
 *     result = kipc_process_exit(kernel, pid);
 *
 * When: a system calls these where it makes and ends its processes and threads. Processes themselves never do, but for
 * their exit.
 * Memory: all in the kernel's. Who registers a process ends it; that leaves nothing of it.
 * Concurrency: any number of callers at once. A thread acts for one process at a time.
 * Cost: constant, but for the exit: a bounded section for each thread and each handle.
 */
#ifndef KIPC_PROCESS_H
#define KIPC_PROCESS_H

#include <kipc/kernel.h>
#include <kipc/limiter.h>
#include <kipc/wait_queue.h>

/* What a process may use up; each has a limit of its own. */
enum kipc_quota {
    KIPC_QUOTA_HANDLES,  /* handles held */
    KIPC_QUOTA_OBJECTS,  /* objects created and not gone yet, of all classes */
    KIPC_QUOTA_CHANNELS, /* of which ends of channels */
    KIPC_QUOTA_BYTES,    /* bytes that its channels may buffer */
    KIPC_QUOTA_PAGES,    /* pages of shared memory */
    KIPC_QUOTA_MESSAGES, /* messages that it sent and nobody received yet */
    KIPC_QUOTA_COUNT
};

#define KIPC_QUOTA_UNLIMITED UINT32_MAX

/* Who a process is, and what it may use up. */
struct kipc_process_config {
    uint32_t user;
    uint32_t group;
    uint32_t denied;                   /* groups of system calls that it may not use: kipc/syscall.h */
    uint32_t limits[KIPC_QUOTA_COUNT]; /* 0: none at all */
};

/* Members are for the library and for tests that look on, in these structures too. */
struct kipc_process {
    struct kipc_entry entry;
    bool is_ending; /* it can do nothing any more */
    uint32_t user;
    uint32_t group;
    uint32_t denied; /* groups of system calls: bits of enum kipc_permission */
    uint32_t limits[KIPC_QUOTA_COUNT];
    uint32_t used[KIPC_QUOTA_COUNT];
    uint32_t refused[KIPC_QUOTA_COUNT]; /* charges that the limit refused */
    struct kipc_handle_entry *handles;  /* its list */
    bool is_limited;                    /* in how often it may send */
    struct kipc_limiter limiter;        /* meaningful if so */
    struct kipc_thread *threads;        /* its list */
    struct kipc_operation *operations;  /* its list */
    struct kipc_mapping *mappings;      /* in its space, by address: kipc/mapping.h */
};

struct kipc_operation;

/* Whether a thread waits for an object. */
enum kipc_thread_state {
    KIPC_THREAD_RUNNING,
    KIPC_THREAD_WAITING, /* in a queue */
    KIPC_THREAD_SETTLED  /* taken out of it with a result that it has not returned yet */
};

/* A message of a register-only channel, with the thread that sends or receives it: kipc/channel.h. */
struct kipc_registers {
    uint64_t words[4];
    uint64_t sender;
    uint64_t tag;
    uint32_t length; /* bytes */
    uint8_t type;
    uint8_t flags;
    uint8_t priority;
};

/* A thread that acts for a process. */
struct kipc_thread {
    uint32_t id; /* the port's */
    struct kipc_process *process;
    struct kipc_thread *next; /* of the same process */
    uint8_t base_priority;
    uint8_t priority; /* with what it inherits */
    enum kipc_thread_state state;
    bool is_uncancelable; /* this wait ends only by its waker or by the end of the process */
    int result;           /* meaningful while SETTLED */
    uint64_t deadline;
    struct kipc_wait_link links[KIPC_CFG_WAIT_MANY_MAX];
    uint32_t link_count;
    struct kipc_wait_queue *owned; /* queues of what it holds */
    uint64_t request;              /* what it waits for; the class of object gives the meaning */
    uint64_t given[2];             /* what the waker handed over, likewise */
    void *given_pointer;
    struct kipc_registers registers;
    uint64_t waits; /* waits that blocked, for reports */
};

/*
 * Gives the choices of a process that may do everything.
 * Returns: no denied calls, quotas without an end, user and group 0.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
struct kipc_process_config kipc_process_config_default(void);

/*
 * Makes a process known.
 * config: borrowed during the call. pid: receives the id, never KIPC_NO_ID.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_STATE (kernel not set up); KIPC_E_NOSPC (too many processes).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_process_register(struct kipc_kernel *kernel, const struct kipc_process_config *config,
                                       kipc_pid_t *pid);

/*
 * Ends a process: runs the exit hooks, ends its threads' waits with KIPC_E_SRCH, leaves what they hold with
 * KIPC_E_OWNERDEAD for the next owner, forgets the threads, closes all handles; objects that nobody else names go, and
 * whoever waits for them gets KIPC_E_CLOSED.
 * pid: of the process.
 * Returns KIPC_OK; KIPC_E_STATE; KIPC_E_SRCH (no such process).
 * Does not block; thread or interrupt handler (then the hooks must be fit for it); any number of callers at once. The
 * critical section is left between handles, so its length does not grow with their number. A thread that waited must
 * still be allowed to return from the port's block().
 */
KIPC_MUSTUSE int kipc_process_exit(struct kipc_kernel *kernel, kipc_pid_t pid);

/*
 * Tells how much of a resource a process uses.
 * pid: of the process. quota: which resource. used, limit: receive the numbers; may be NULL.
 * Returns KIPC_OK; KIPC_E_INVAL (no such quota); KIPC_E_STATE; KIPC_E_SRCH.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_process_usage(struct kipc_kernel *kernel, kipc_pid_t pid, enum kipc_quota quota, uint32_t *used,
                                    uint32_t *limit);

/*
 * Limits how often a process may send a message over channels; each attempt counts, and one too many gives
 * KIPC_E_QUOTA.
 * pid: of the process. rate: messages that may be sent in one period of `period` ticks, on average; 0: no limit, as for
 * every new process. burst: how many at once after a pause. Each 1..KIPC_LIMITER_MAX.
 * Returns KIPC_OK; KIPC_E_INVAL (a number that is not allowed); KIPC_E_STATE; KIPC_E_SRCH.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_process_limit_rate(struct kipc_kernel *kernel, kipc_pid_t pid, uint32_t rate, uint32_t period,
                                         uint32_t burst);

/* Called for each process that ends, before anything of it is cleaned up; outside of the critical section. */
struct kipc_exit_hook {
    void (*run)(void *context, kipc_pid_t pid);
    void *context;
    struct kipc_exit_hook *next; /* the kernel's */
};

/*
 * Adds an exit hook; hooks run in the order in which they were added.
 * hook: caller's, borrowed for the kernel's life.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, no function); KIPC_E_STATE.
 * Does not block; thread; before the first process ends.
 */
KIPC_MUSTUSE int kipc_kernel_add_exit_hook(struct kipc_kernel *kernel, struct kipc_exit_hook *hook);

/*
 * Lets a thread of the port's scheduler act for a process; needed before it may wait.
 * pid: of the process. thread: the port's id, below the kernel's limit of threads. priority: its own, larger is more
 * urgent.
 * Returns KIPC_OK; KIPC_E_STATE; KIPC_E_SRCH (no such process); KIPC_E_RANGE (id too large); KIPC_E_BUSY (attached
 * already, or it has not returned from its last wait for another process yet).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_thread_attach(struct kipc_kernel *kernel, kipc_pid_t pid, uint32_t thread, uint8_t priority);

/*
 * Ends a thread's part in its process, as kipc_process_exit does for all of them.
 * thread: the port's id.
 * Returns KIPC_OK; KIPC_E_STATE; KIPC_E_SRCH (not attached).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_thread_detach(struct kipc_kernel *kernel, uint32_t thread);

/*
 * Ends a thread's wait with KIPC_E_CANCELED, or with KIPC_E_INTR.
 * thread: the port's id.
 * Returns KIPC_OK; KIPC_E_STATE (kernel not set up, or the thread does not wait, or may not be cancelled: it takes a
 * mutex back after a condition); KIPC_E_SRCH (not attached).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_thread_cancel(struct kipc_kernel *kernel, uint32_t thread);
KIPC_MUSTUSE int kipc_thread_interrupt(struct kipc_kernel *kernel, uint32_t thread);

/*
 * Changes a thread's own priority; what it inherits stays. Its place in queues and what it hands on follow.
 * thread: the port's id. priority: larger is more urgent.
 * Returns KIPC_OK; KIPC_E_STATE; KIPC_E_SRCH (not attached).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_thread_set_priority(struct kipc_kernel *kernel, uint32_t thread, uint8_t priority);

/*
 * Tells the priority that a thread runs at, with what it inherits.
 * thread: the port's id.
 * Returns 0..255; KIPC_E_STATE; KIPC_E_SRCH (not attached).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_thread_priority(struct kipc_kernel *kernel, uint32_t thread);

#endif
