/* SPDX-License-Identifier: MIT */
/* A gate to the kernel of kernel_fixture.h, memory of its processes, and for each system call arguments that are good.
 */
#ifndef KIPC_TESTS_GATE_FIXTURE_H
#define KIPC_TESTS_GATE_FIXTURE_H

#include "channel_fixture.h"
#include "memory_fixture.h"
#include <kipc/async.h>
#include <kipc/batch.h>
#include <kipc/capability.h>
#include <kipc/syscall.h>
#include <kipc/topic.h>

#define USER_BYTES 8192u
#define COPIES_MAX 16u

struct gate_fixture {
    struct memory_fixture *m;
    struct kernel_fixture *f; /* its base */
    struct kipc_gate gate;
    struct kipc_user_memory inner;
    struct kipc_user_range ranges[4];
    struct kipc_user_ranges list;
    uint8_t *writable;  /* USER_BYTES each: of the first process */
    uint8_t *readable;  /* its, but it may not write there */
    uint8_t *foreign;   /* of the second process */
    uint32_t user_used; /* of `writable` */
    /* What the kernel asked for since the last call began. */
    struct {
        uintptr_t address;
        size_t bytes;
    } copies[COPIES_MAX];
    uint32_t copy_count;
    uint32_t lent; /* now */
    uint32_t loans;
    /* Called when a range was copied in; NULL: nothing happens. */
    void (*after_copy)(struct gate_fixture *g, uintptr_t address, size_t bytes);
    uint64_t number; /* whatever the test needs */
    /* One object of each class, each usable at once. */
    kipc_handle_t handles[KIPC_TABLE_COUNT];
    kipc_handle_t peer;                /* the channel's other end, with a message in its inbox */
    kipc_handle_t idle;                /* an end of another channel */
    kipc_token_t token;                /* a receive that waits there */
    struct kipc_capability capability; /* of the semaphore that has a name */
};

int gate_fixture_set_up(void **state);
/* Also asserts that the kernel has given back what it borrowed. */
int gate_fixture_tear_down(void **state);

/* Memory of the first process, 8 bytes aligned, zero. */
void *user_memory(struct gate_fixture *g, size_t bytes);
/* A copy of something in it. */
void *user_copy(struct gate_fixture *g, const void *from, size_t bytes);

/* A call by the first process; the arguments follow, up to KIPC_SYSCALL_ARGUMENTS of them. */
#define sys(g, name, ...)                                                                                              \
    gate_call((g), (g)->f->first, KIPC_SYSCALL_##name, (const uintptr_t[KIPC_SYSCALL_ARGUMENTS]){__VA_ARGS__})
intptr_t gate_call(struct gate_fixture *g, kipc_pid_t pid, uintptr_t number, const uintptr_t *arguments);

/* An object of each class. */
void make_one_of_each(struct gate_fixture *g);

/*
 * What a call's arguments are, a letter each, and what it returns for those of good_arguments:
 *   h handle   i structure that is read   o result   w result or NULL   b buffer, n its bytes   s text, m its bytes
 *   v number of 32 bits   d number of 64 bits
 */
struct call_description {
    uintptr_t number;
    const char *arguments;
    enum kipc_table_id table; /* KIPC_CLASS_ANY, KIPC_CLASS_NONE or a class */
    uint32_t rights;
    uint32_t permission;
    int result;
};
struct call_description describe_call(uintptr_t number);

/* The handle that such a call is tried on. */
kipc_handle_t handle_for(const struct gate_fixture *g, struct call_description call);

/* Fills in arguments with which the call does what it is for; needs make_one_of_each. */
void good_arguments(struct gate_fixture *g, uintptr_t number, uintptr_t *arguments);

/* All of a kernel that a call could change, without what only counts looks at it. */
struct kernel_snapshot {
    struct kipc_kernel kernel;
    uint8_t *memory;
    size_t bytes;
    struct kipc_memory shared;
    uint8_t *storage; /* of shared memory */
    size_t storage_bytes;
};
void take_snapshot(struct gate_fixture *g, struct kernel_snapshot *snapshot);
bool is_as_in_snapshot(struct gate_fixture *g, const struct kernel_snapshot *snapshot);
void drop_snapshot(struct kernel_snapshot *snapshot);

#endif
