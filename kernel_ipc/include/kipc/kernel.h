/* SPDX-License-Identifier: MIT */
/*
 * A kernel: all objects of one scheduler, in memory that the caller provides. There are no globals, so one program may
 * run several. Every function takes the kernel and the process that asks; objects are named by handles of that process.
 *
 * Order of use: kipc_kernel_bytes, kipc_kernel_set_up, then processes (kipc/process.h), their threads, objects.
 *
 *     struct kipc_limits limits = kipc_limits_soc();
 *     limits.threads = threads_of_the_port;
 *     result = kipc_kernel_set_up(kernel, port, &scheduler, &limits, memory, kipc_kernel_bytes(&limits));
 *     result = kipc_process_register(kernel, &process_config, &pid);
 *     result = kipc_thread_attach(kernel, pid, thread, 1);
 *
 * When: once for each scheduler whose threads shall share objects. Two sides that only share memory need none:
 * kipc/ring.h, kipc/link.h.
 * Memory: the structure and kipc_kernel_bytes of memory, both the caller's until kipc_kernel_tear_down. No object takes
 * any other memory.
 * Concurrency: any number of threads and, where a function says so, interrupt handlers; one critical section a kernel
 * (kipc/scheduler.h).
 * Cost: no section grows with the number of objects, handles or processes. `make budgets` has the instructions of each
 * operation.
 */
#ifndef KIPC_KERNEL_H
#define KIPC_KERNEL_H

#include <kipc/config.h>
#include <kipc/registry.h>
#include <kipc/scheduler.h>
#include <kipc/shared.h>
#include <kipc/table.h>

/* Id of a process. */
typedef uint32_t kipc_pid_t;
/* Name of an object in one process; means nothing in another. */
typedef uint32_t kipc_handle_t;

/* The tables, which are the classes of objects as well: KIPC_TABLE_SEMAPHORE, KIPC_TABLE_CHANNEL and so on. */
enum kipc_table_id {
#define KIPC_TABLE_ENUMERATOR(name, type, host, soc, what) KIPC_TABLE_##name,
    KIPC_TABLE_LIST(KIPC_TABLE_ENUMERATOR)
#undef KIPC_TABLE_ENUMERATOR
        KIPC_TABLE_COUNT
};

/* Tables from here on hold objects. */
#define KIPC_TABLE_FIRST_OBJECT KIPC_TABLE_SEMAPHORE

/* How much of everything a kernel has; all numbers at least 1, tables at most KIPC_TABLE_ENTRIES_MAX. */
struct kipc_limits {
    uint32_t tables[KIPC_TABLE_COUNT];
    uint32_t threads;  /* ids of the port's threads are below this */
    uint32_t blocks;   /* for messages that wait in channels: kipc/channel.h */
    uint32_t requests; /* calls that wait for their reply at once, at most 65,535 */
    uint32_t names;    /* of objects, at most 65,535 */
};

struct kipc_block;
struct kipc_exit_hook;
struct kipc_memory;
struct kipc_object;
struct kipc_observer;
struct kipc_request;
struct kipc_thread;
struct kipc_transport;

/* Members are for the library and for tests that look on. The caller clears the structure before the first set-up. */
struct kipc_kernel {
    uint32_t magic; /* KIPC_KERNEL_MAGIC while the kernel is set up */
    const struct kipc_port *port;
    struct kipc_scheduler scheduler;
    uintptr_t lock_state;
    struct kipc_table tables[KIPC_TABLE_COUNT];
    struct kipc_thread *threads;
    uint32_t thread_count;
    struct kipc_block *free_blocks;
    uint32_t block_count;
    uint32_t blocks_free;     /* in the list */
    uint32_t blocks_reserved; /* promised to channels, in use or not */
    struct kipc_request *requests;
    struct kipc_request *free_requests;
    uint32_t request_count;
    uint64_t next_request;                             /* number of the latest call */
    uint64_t unknown_replies;                          /* replies to what the process had not received */
    struct kipc_registry names;                        /* of all objects; the class is the name space */
    struct kipc_transport *routes[KIPC_CFG_NODES_MAX]; /* to other nodes; NULL: none */
    struct kipc_exit_hook *exit_hooks;
    struct kipc_object *doomed; /* objects that nothing names any more, while some are being closed */
    bool is_reaping;
    struct kipc_memory *memory; /* shared memory; NULL: none */
    uint64_t copied_bytes;      /* payload bytes that the CPU copied, into channels and out of them */
    uint64_t checks;            /* handles and rights that were checked */
    uint64_t chains_cut;        /* inheritance that reached KIPC_CFG_INHERIT_DEPTH_MAX */
    uint32_t name_probes_peak;  /* most names that one look-up compared */
    uint64_t capability_key[2]; /* kipc/capability.h */
    bool has_capability_key;
    struct kipc_observer *observer; /* NULL: nobody looks on */
    kipc_shared_word observation;   /* number of the observer that looks on, odd; even: none does */
};

#define KIPC_KERNEL_MAGIC UINT32_C(0x4b495043)

/*
 * Give limits that fit a host, or a SoC with little memory (KIPC_TABLE_LIST has the tables').
 * Return them, for the caller to change: `threads` must fit the port's thread ids.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
struct kipc_limits kipc_limits_host(void);
struct kipc_limits kipc_limits_soc(void);

/*
 * Gives the bytes that a kernel of these limits needs.
 * limits: borrowed during the call.
 * Returns the size, or 0 if a limit is not allowed.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
size_t kipc_kernel_bytes(const struct kipc_limits *limits);

/*
 * Sets a kernel up.
 * kernel: caller's, cleared before its first set-up. port: borrowed for the kernel's life. scheduler: copied. limits:
 * borrowed during the call. memory: borrowed for the kernel's life, aligned to KIPC_CACHELINE (64), overwritten;
 * bytes: its size.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, misaligned, incomplete port or scheduler, limit not allowed); KIPC_E_ALREADY (it
 * is set up: nothing changes); KIPC_E_NOSPC (fewer bytes than kipc_kernel_bytes says).
 * Does not block; thread; one caller.
 */
KIPC_MUSTUSE int kipc_kernel_set_up(struct kipc_kernel *kernel, const struct kipc_port *port,
                                    const struct kipc_scheduler *scheduler, const struct kipc_limits *limits,
                                    void *memory, size_t bytes);

/*
 * Ends a kernel; its memory is the caller's again.
 * Returns KIPC_OK; KIPC_E_STATE (not set up); KIPC_E_BUSY (a process is registered, or shared memory is set up).
 * Does not block; thread; one caller, nobody may use the kernel any more.
 */
KIPC_MUSTUSE int kipc_kernel_tear_down(struct kipc_kernel *kernel);

/* What lives in a kernel. */
struct kipc_counts {
    uint32_t used[KIPC_TABLE_COUNT];
    uint32_t peak[KIPC_TABLE_COUNT];
    uint32_t refused[KIPC_TABLE_COUNT];
    uint32_t retired[KIPC_TABLE_COUNT];
    uint32_t blocks_used;
    uint32_t blocks_reserved;
};

/*
 * Counts what lives in a kernel.
 * counts: receives the numbers.
 * Returns KIPC_OK; KIPC_E_INVAL; KIPC_E_STATE (not set up).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_counts(struct kipc_kernel *kernel, struct kipc_counts *counts);

#endif
