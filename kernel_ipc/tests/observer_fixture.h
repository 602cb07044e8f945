/* SPDX-License-Identifier: MIT */
/* A gate whose kernel has an observer, on a clock that the test sets. */
#ifndef KIPC_TESTS_OBSERVER_FIXTURE_H
#define KIPC_TESTS_OBSERVER_FIXTURE_H

#include "gate_fixture.h"
#include "text_writer.h"
#include <kipc/observer.h>
#include <kipc/report.h>

#define TRACE_RECORDS 64u
#define AUDIT_RECORDS 8u
#define PROFILES 16u
#define SAMPLES 16u

struct observer_fixture {
    struct gate_fixture *g;
    struct kipc_kernel *kernel;
    kipc_pid_t pid;
    struct kipc_port_ops ops; /* the mock's, with the counters below */
    struct kipc_port port;
    uint64_t cycles;        /* what the counter reads, all 64 bits */
    uint64_t cycles_a_lock; /* by which it moves at each entry into the critical section */
    uintptr_t (*lock)(void *context);
    struct kipc_scheduler_ops scheduler_ops;
    bool waits; /* what lock_waited says */
    struct kipc_observer observer;
    struct kipc_observer_config config;
    struct kipc_record trace[TRACE_RECORDS];
    struct kipc_record audit[AUDIT_RECORDS];
    struct kipc_channel_profile profiles[PROFILES];
    struct kipc_sample samples[SAMPLES];
    struct text_writer out;
    struct kipc_writer writer;
    kipc_handle_t ends[2];
};

/* Without the observer, which a test attaches with attach(). */
int observer_fixture_set_up(void **state);
int observer_fixture_tear_down(void **state);
void attach(struct observer_fixture *o);

/* By system call, from the first end to the second one; and back out of that. Return the call's result. */
intptr_t send_bytes(struct observer_fixture *o, uint32_t length, uint8_t priority);
intptr_t receive_bytes(struct observer_fixture *o);

/* Position of an end in the kernel's table. */
uint32_t position_of(struct observer_fixture *o, kipc_handle_t end, uint32_t *id);

#endif
