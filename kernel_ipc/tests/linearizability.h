/* SPDX-License-Identifier: MIT */
/*
 * Histories of calls by several threads, and whether they can be put in one order: an order in which each call takes
 * effect between its beginning and its end, and every result is the one that the object's rules give.
 *
 * Threads take numbers from one clock before and after each call. The checker tries orders depth first; it remembers
 * each set of calls with the state that they led to, so that none is tried twice, and it stops at a bound.
 */
#ifndef KIPC_TESTS_LINEARIZABILITY_H
#define KIPC_TESTS_LINEARIZABILITY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTORY_CALLS_MAX 32u
#define HISTORY_THREADS_MAX 4u
#define LINEAR_STATE_WORDS 8u

/* One finished call. */
struct history_call {
    uint32_t kind; /* what was called; the object's rules give the meaning of all three */
    uint64_t argument;
    int64_t result;
    uint64_t began;
    uint64_t ended;
};

struct history {
    atomic_uint_fast64_t clock;
    struct history_call calls[HISTORY_THREADS_MAX][HISTORY_CALLS_MAX];
    uint32_t counts[HISTORY_THREADS_MAX];
};

/* An object between two calls; equal states have equal words. */
struct linear_state {
    uint64_t words[LINEAR_STATE_WORDS];
};

/* Rules of an object: applies a call to a state, or gives false if its result is impossible there. */
typedef bool (*linear_rules)(struct linear_state *state, const struct history_call *call);

enum linear_verdict { LINEAR, NOT_LINEAR, LINEAR_UNDECIDED };

/* Empties a history; no thread may use it. */
void history_clear(struct history *history);

/* Begins and ends a call of a thread; between them the call is made. Any number of threads, each with its number. */
struct history_call *history_begin(struct history *history, uint32_t thread, uint32_t kind, uint64_t argument);
void history_end(struct history *history, uint32_t thread, struct history_call *call, int64_t result);

/*
 * Decides about a history of at most HISTORY_CALLS_MAX calls in all threads together.
 * first: the object before the first call. Gives LINEAR_UNDECIDED if the bound on memory did not suffice.
 */
enum linear_verdict history_check(const struct history *history, linear_rules rules, const struct linear_state *first);

/* Prints a history, in the order in which the calls began. */
void history_print(const struct history *history);

#endif
