/* SPDX-License-Identifier: MIT */
/*
 * How the kernel reaches the memory of the process that makes a system call. An address that comes from a process is
 * used in no other way.
 *
 *     const struct kipc_user_range range = {pid, true, start, bytes};
 *     const struct kipc_user_ranges ranges = {&range, 1};
 *     const struct kipc_user_memory user_memory = kipc_user_memory_of_ranges(&ranges);
 *
 * When: one for each system: by ranges where addresses are physical, else by what walks the page tables. Programs never
 * see it.
 * Memory: operations and context are the caller's, and outlive the gate (kipc/syscall.h).
 * Concurrency: the operations are called by any number of threads at once.
 * Cost: by ranges a step for each range; copies are as long as the structures of the call.
 */
#ifndef KIPC_USER_MEMORY_H
#define KIPC_USER_MEMORY_H

#include <kipc/kernel.h>

/* What the kernel does with memory that it is lent. */
enum kipc_user_access {
    KIPC_USER_READ, /* the kernel reads */
    KIPC_USER_WRITE /* the kernel writes */
};

/* All must be present; `context` is the implementation's own. Thread context; none may block for another process. */
struct kipc_user_memory_ops {
    /*
     * Copies bytes of a process into the kernel, each byte exactly once: what was checked afterwards is what is used,
     * whatever the process does meanwhile.
     * Returns KIPC_OK, or KIPC_E_FAULT if a part of the range is not the process's to read; then the destination may
     * hold anything.
     */
    int (*copy_in)(void *context, kipc_pid_t pid, void *destination, uintptr_t address, size_t bytes);
    /*
     * Lends the kernel a range for a payload or a result: readable, or writable, until it is given back, even if the
     * process ends or unmaps it meanwhile. bytes: at least 1. memory: receives where the kernel finds it.
     * Returns KIPC_OK, or KIPC_E_FAULT if a part of the range is not the process's to use so.
     */
    int (*lend)(void *context, kipc_pid_t pid, uintptr_t address, size_t bytes, enum kipc_user_access access,
                void **memory);
    void (*give_back)(void *context, kipc_pid_t pid, void *memory, size_t bytes, enum kipc_user_access access);
};

/* The operations with what they work on, filled in by whoever brings system calls to a system. */
struct kipc_user_memory {
    const struct kipc_user_memory_ops *ops;
    void *context;
};

/* Memory of a process where addresses are physical. */
struct kipc_user_range {
    kipc_pid_t pid;
    bool is_writable;
    uintptr_t start;
    size_t bytes;
};

/* All memory of all processes. */
struct kipc_user_ranges {
    const struct kipc_user_range *ranges;
    uint32_t count;
};

/*
 * User memory of a system without address translation: a list says which addresses are whose. A range that a call uses
 * must lie in one entry.
 * ranges: borrowed for as long as the result is used; an entry may be changed only while its process makes no call.
 * Returns the operations with their context.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
struct kipc_user_memory kipc_user_memory_of_ranges(const struct kipc_user_ranges *ranges);

/*
 * Checks that user memory can be used.
 * memory: borrowed; may be NULL.
 * Returns KIPC_OK, or KIPC_E_INVAL if it, its table or one of its operations is missing.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_user_memory_check(const struct kipc_user_memory *memory);

#endif
