/* SPDX-License-Identifier: MIT */
/* What the sources share: the three levels of checks. static_assert is the third. */
#ifndef KIPC_INTERNAL_H
#define KIPC_INTERNAL_H

#include "atomic.h"
#include <kipc/debug.h>
#include <kipc/error.h>
#include <kipc/loan.h>
#include <kipc/ring.h>
#include <kipc/trace.h>

#define KI_LIKELY(condition) __builtin_expect(!!(condition), 1)
/* The way of a message through a ring is one piece of code, in which the rare ways out do not cost registers. */
#define KI_INLINE inline __attribute__((always_inline))
#define KI_SLOW __attribute__((noinline))

/* For callers and for everything that a peer or a device wrote: compiled into every build. */
#define KIPC_GUARD(condition, code)                                                                                    \
    do {                                                                                                               \
        if (!KI_LIKELY(condition)) {                                                                                   \
            return (code);                                                                                             \
        }                                                                                                              \
    } while (0)

/* For the order of steps and for our own invariants: debug builds only, always beside code that copes without. */
#ifdef KIPC_DEBUG
#define KIPC_ASSERT(condition) ((condition) ? (void)0 : kipc_assert_failed(#condition, __FILE__, __LINE__))
#else
#define KIPC_ASSERT(condition) ((void)sizeof(condition))
#endif

static inline bool ki_is_aligned(const void *pointer, size_t alignment)
{
    return ((uintptr_t)pointer & (alignment - 1)) == 0;
}

/* Reads a word that the peer wrote once, because a hostile peer may change it between two looks. */
static KI_INLINE uint64_t ki_read_once(const uint64_t *word)
{
    return *(const volatile uint64_t *)word;
}

/* src/wait.c: kipc_wake_waiter, with KIPC_OK as its result. */
int ki_wake_registered(struct kipc_waker *waker);

/* True if a thread is registered at the other end; forgets whom it notified last if none is. */
static KI_INLINE bool ki_is_waited_for(struct kipc_waker *waker)
{
    /* Partner: [wait-registration]. The caller's publish comes before: one of the two sees the other. */
    if (KI_LIKELY((ki_load_sequenced(&waker->words->registration) & 1) == 0)) {
        waker->served = 0; /* the number may come again, 2^31 waits later */
        return false;
    }
    return true;
}

/*
 * The common case of kipc_wake_waiter, in place: nobody waits. Returns KIPC_OK, for callers that end with it: a call in
 * the last place needs no stack frame, which would cost every message.
 */
static KI_INLINE int ki_wake_waiter(struct kipc_waker *waker)
{
    return ki_is_waited_for(waker) ? ki_wake_registered(waker) : KIPC_OK;
}

/* src/ring_layout.c: the slots that a ring gets for a number, as kipc_ring_bytes; 0: none is allowed. */
uint32_t ki_ring_slots(uint32_t slot_count);

/* src/slot.c: the slot state machine. Returns KIPC_OK with *state moved, or KIPC_E_STATE. */
int ki_slot_step(enum kipc_slot_state *state, enum kipc_slot_state to);

#endif
