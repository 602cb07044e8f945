/* SPDX-License-Identifier: MIT */
/*
 * Each system call with arguments with which it does what it is for, by a process whose thread is in machine mode or in
 * user mode; what a call has done is seen by another call, or by the other process.
 *
 * In user mode a thread has no console, no panic and no registers of the machine. So what differs is written down, no
 * call is made after that, and the program's thread reports it when the process has ended.
 */
#ifndef PROGRAMS_SUPPORT_CALLS_GOOD_CALLS_H
#define PROGRAMS_SUPPORT_CALLS_GOOD_CALLS_H

#include "kernel/ipc_memory.h"
#include "programs/support/calls/partner.h"
#include <kipc/batch.h>
#include <kipc/capability.h>
#include <kipc/event.h>
#include <kipc/notification.h>
#include <kipc/syscall.h>

/** The process's limit of handles: what PROCESS_USAGE tells. */
#define GOOD_HANDLES_MAX 77u

/** All that the calling process may point to. */
struct good_memory {
    kipc_handle_t handle, other, ends[2], events[2];
    uint32_t word, limit;
    uint64_t deadline;
    uintptr_t address;
    char text[64], buffers[2][64];
    struct kipc_counts counts;
    struct kipc_capability capability;
    struct kipc_event_signal signal;
    struct kipc_notification_entry entry;
    struct kipc_channel_config channel;
    struct kipc_channel_message messages[2];
    struct kipc_channel_room rooms[3];
    struct kipc_channel_info info;
    struct kipc_channel_large_info large;
    struct kipc_channel_rule rule;
    struct kipc_channel_stats stats;
    struct kipc_connection connection;
    struct kipc_topic_config topic;
    struct kipc_subscription_config subscription;
    struct kipc_region_config region;
    struct kipc_region_info region_info;
    struct kipc_attachment_info attachment;
    struct kipc_scatter scatter;
    struct kipc_stretch stretches[4];
    struct kipc_mapping_config mapping;
};

/** The process, what it has called, and what went wrong first. */
struct good_calls {
    struct good_memory memory;
    kipc_pid_t pid;
    uint32_t thread;                   /* its id */
    kipc_handle_t go;                  /* semaphore for which the other process waits between what it does */
    uint64_t begun;                    /* tick */
    uint32_t good[KIPC_SYSCALL_COUNT]; /* calls by number that were not refused */
    uintptr_t number;                  /* of the call that was made last */
    const char *wrong;                 /* what differs; NULL: nothing */
    int line;
    uint64_t actual, expected;
    volatile bool has_ended;
};

extern struct good_calls good;

/** Address of a member of the process's memory, as a call takes it. */
#define AT(member) ((uintptr_t)&good.memory.member)

/** Makes a call, and expects its result. */
#define DO(result, name, ...)                                                                                          \
    good_call(KIPC_SYSCALL_##name, (const uintptr_t[KIPC_SYSCALL_ARGUMENTS]){__VA_ARGS__}, (result), __LINE__)
void good_call(uintptr_t number, const uintptr_t *arguments, intptr_t expected, int line);

/** Expects a value that a call has handed out, or that the other process has seen. */
#define EXPECT(actual, expected, what) good_expect((uint64_t)(actual), (uint64_t)(expected), what, __LINE__)
void good_expect(uint64_t actual, uint64_t expected, const char *what, int line);

/** Expects a text of so many bytes. */
#define EXPECT_TEXT(actual, expected, what) good_expect_text(actual, expected, sizeof(expected) - 1, what, __LINE__)
void good_expect_text(const void *actual, const char *expected, size_t bytes, const char *what, int line);

/** Lets the other process do something; it waits for more, or for what this process does next, at the return. */
void good_ask(enum partner_task task);

/** Gives the other process a handle with all rights. @return the handle there */
kipc_handle_t good_give(kipc_handle_t handle);

/** Writes a message for the calls that send. */
void good_message(unsigned place, const char *text, size_t bytes);

/* The parts, in this order: the other process ends in the last one. */
void good_handle_calls(void);
void good_sync_calls(void);
void good_channel_calls(void);
void good_stream_calls(void);
void good_region_calls(void);
void good_last_calls(void);

/**
 * Lets a new process make all calls, PROCESS_EXIT last, and fails the program unless each of KIPC_SYSCALL_LIST came to
 * its end with good arguments and did what it should.
 * @param gate of the calls; it lets the process use `good.memory` once `admit` was called
 * @param memory the kernel's shared memory
 * @param admit is told of the process before it makes a call
 * @param in_user_mode where its thread runs; a thread in user mode never ends, so only the last one may
 * From the program's thread, which is attached to a process, on a hart with a clock.
 */
void good_calls_run(struct kipc_gate *gate, struct ipc_memory *memory, void (*admit)(kipc_pid_t pid),
                    bool in_user_mode);

#endif
