/* SPDX-License-Identifier: MIT */
/*
 * What the kernel tells an observer. Inside of the critical section, unless it says otherwise. Each way through here is
 * one branch while nobody looks on.
 */
#ifndef KIPC_OBSERVE_INTERNAL_H
#define KIPC_OBSERVE_INTERNAL_H

#include "kernel_internal.h"
#include <kipc/channel.h>

/* src/observer.c */
KI_SLOW void ki_observed_entry(const struct ki_call *call);
KI_SLOW void ki_observed_refusal(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, int result);
KI_SLOW void ki_observed_send(struct kipc_kernel *kernel, const struct ki_call *call, const struct kipc_channel *inbox,
                              struct kipc_block *block);
KI_SLOW void ki_observed_receive(struct kipc_kernel *kernel, const struct ki_call *call,
                                 const struct kipc_channel *inbox, const struct kipc_block *block, kipc_pid_t receiver,
                                 const kipc_handle_t *capabilities);
/* Outside: a system call is over. handle: its first argument, of which the call may have made use. */
void ki_observed_call(struct kipc_kernel *kernel, kipc_pid_t caller, uintptr_t number, uintptr_t handle,
                      uint64_t started, int result);

/* A call got in: it may have waited for the lock. */
static inline void ki_observe_entry(const struct ki_call *call)
{
    if (!KI_LIKELY(call->kernel->observer == NULL)) {
        ki_observed_entry(call);
    }
}

/* A handle was refused. */
static inline void ki_observe_refusal(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, int result)
{
    if (!KI_LIKELY(kernel->observer == NULL)) {
        ki_observed_refusal(kernel, caller, handle, result);
    }
}

/* A message has its sequence number; what follows is that it is handed over or queued. */
static inline void ki_observe_send(const struct ki_call *call, const struct kipc_channel *inbox,
                                   struct kipc_block *block)
{
    if (!KI_LIKELY(call->kernel->observer == NULL)) {
        ki_observed_send(call->kernel, call, inbox, block);
    }
}

/* The same without a call that it is part of. */
static inline void ki_observe_sent_for(struct kipc_kernel *kernel, const struct kipc_channel *inbox,
                                       struct kipc_block *block)
{
    if (!KI_LIKELY(kernel->observer == NULL)) {
        ki_observed_send(kernel, NULL, inbox, block);
    }
}

/* A message is taken from the inbox of call->object; capabilities: those that the receiver got. */
static inline void ki_observe_receive(const struct ki_call *call, const struct kipc_block *block, kipc_pid_t receiver,
                                      const kipc_handle_t *capabilities)
{
    if (!KI_LIKELY(call->kernel->observer == NULL)) {
        ki_observed_receive(call->kernel, call, call->object, block, receiver, capabilities);
    }
}

#endif
