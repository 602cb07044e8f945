/* SPDX-License-Identifier: MIT */
#include "linearizability.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sets of calls with their state that are remembered; a power of two. Half full is the bound. */
#define SEEN_MAX (UINT32_C(1) << 12)

struct seen {
    uint32_t done; /* a bit for each call that is in the order already; 0: this entry is free */
    struct linear_state state;
};

struct search {
    struct history_call calls[HISTORY_CALLS_MAX]; /* by beginning */
    uint32_t count;
    linear_rules rules;
    struct seen *seen;
    uint32_t seen_count;
};

_Static_assert(HISTORY_CALLS_MAX <= 32, "a bit of a word for each call");

void history_clear(struct history *history)
{
    atomic_store(&history->clock, 1);
    memset(history->counts, 0, sizeof(history->counts));
}

struct history_call *history_begin(struct history *history, uint32_t thread, uint32_t kind, uint64_t argument)
{
    uint32_t place = history->counts[thread];
    if (thread >= HISTORY_THREADS_MAX || place >= HISTORY_CALLS_MAX) {
        abort(); /* the test asks for more than a history holds */
    }
    history->counts[thread] = place + 1;
    struct history_call *call = &history->calls[thread][place];
    *call = (struct history_call){.kind = kind, .argument = argument};
    call->began = atomic_fetch_add(&history->clock, 1);
    return call;
}

void history_end(struct history *history, uint32_t thread, struct history_call *call, int64_t result)
{
    (void)thread;
    call->ended = atomic_fetch_add(&history->clock, 1);
    call->result = result;
}

static int by_beginning(const void *one, const void *other)
{
    const struct history_call *first = one;
    const struct history_call *second = other;
    return first->began < second->began ? -1 : first->began > second->began;
}

static uint32_t collect(const struct history *history, struct history_call *calls)
{
    uint32_t count = 0;
    for (uint32_t thread = 0; thread < HISTORY_THREADS_MAX; thread++) {
        for (uint32_t i = 0; i < history->counts[thread]; i++) {
            if (count == HISTORY_CALLS_MAX) {
                abort();
            }
            calls[count++] = history->calls[thread][i];
        }
    }
    qsort(calls, count, sizeof(calls[0]), by_beginning);
    return count;
}

/* Remembers a set with its state. Gives false if it was there. */
static bool remember(struct search *search, uint32_t done, const struct linear_state *state)
{
    uint64_t hash = done;
    for (uint32_t i = 0; i < LINEAR_STATE_WORDS; i++) {
        hash = (hash ^ state->words[i]) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    for (uint32_t place = (uint32_t)hash & (SEEN_MAX - 1);; place = (place + 1) & (SEEN_MAX - 1)) {
        struct seen *seen = &search->seen[place];
        if (seen->done == 0) {
            seen->done = done;
            seen->state = *state;
            search->seen_count += 1;
            return true;
        }
        if (seen->done == done && memcmp(&seen->state, state, sizeof(*state)) == 0) {
            return false;
        }
    }
}

/* When the first of the calls that are not in the order yet ended: what began later cannot come before it. */
static uint64_t first_end(const struct search *search, uint32_t done)
{
    uint64_t first = UINT64_MAX;
    for (uint32_t i = 0; i < search->count; i++) {
        if ((done & UINT32_C(1) << i) == 0 && search->calls[i].ended < first) {
            first = search->calls[i].ended;
        }
    }
    return first;
}

/* One level of the search: what is in the order, the state after it, and the next call to try. */
struct level {
    uint32_t done;
    uint32_t next;
    uint64_t limit; /* only calls that began before it may come next */
    struct linear_state state;
};

static struct level level_of(const struct search *search, uint32_t done, const struct linear_state *state)
{
    return (struct level){.done = done, .limit = first_end(search, done), .state = *state};
}

static enum linear_verdict explore(struct search *search, const struct linear_state *first)
{
    struct level levels[HISTORY_CALLS_MAX + 1];
    const uint32_t all = search->count == 32 ? UINT32_MAX : (UINT32_C(1) << search->count) - 1;
    uint32_t depth = 0;
    levels[0] = level_of(search, 0, first);
    while (levels[depth].done != all) {
        struct level *level = &levels[depth];
        if (level->next == search->count) {
            if (depth == 0) {
                return NOT_LINEAR;
            }
            depth -= 1;
            continue;
        }
        uint32_t choice = level->next++;
        const struct history_call *call = &search->calls[choice];
        uint32_t done = level->done | UINT32_C(1) << choice;
        struct linear_state state = level->state;
        if (done == level->done || call->began > level->limit || !search->rules(&state, call)) {
            continue;
        }
        if (search->seen_count == SEEN_MAX / 2) {
            return LINEAR_UNDECIDED;
        }
        if (remember(search, done, &state)) {
            depth += 1;
            levels[depth] = level_of(search, done, &state);
        }
    }
    return LINEAR;
}

enum linear_verdict history_check(const struct history *history, linear_rules rules, const struct linear_state *first)
{
    struct search search = {.rules = rules};
    search.count = collect(history, search.calls);
    search.seen = calloc(SEEN_MAX, sizeof(*search.seen));
    if (search.seen == NULL) {
        abort();
    }
    enum linear_verdict verdict = explore(&search, first);
    free(search.seen);
    return verdict;
}

void history_print(const struct history *history)
{
    struct history_call calls[HISTORY_CALLS_MAX];
    uint32_t count = collect(history, calls);
    for (uint32_t i = 0; i < count; i++) {
        printf("  %3" PRIu64 "..%-3" PRIu64 " kind %" PRIu32 " argument %" PRIu64 " result %" PRId64 "\n",
               calls[i].began, calls[i].ended, calls[i].kind, calls[i].argument, calls[i].result);
    }
}
