/* SPDX-License-Identifier: MIT */
/* The search through all schedules; the machine that it steps is in model.c. */
#include "explorer.h"
#include "model.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 4096u
#define TABLE_BITS 22u

enum action { ACTION_RUN, ACTION_FLUSH, ACTION_TIME_OUT };

struct choice {
    uint8_t taken;
    uint8_t count;
};

static struct {
    struct choice path[DEPTH_MAX];
    char trail[DEPTH_MAX];
    size_t depth;
    size_t path_length;
    uint64_t *table;
    struct explorer_result result;
} explorer;

static uint64_t state_hash(void)
{
    uint64_t hash = model_memory_hash();
    for (size_t i = 0; i < model.scenario->thread_count; i++) {
        const struct model_thread *thread = &model.threads[i];
        hash = model_mix(hash, thread->seen);
        hash = model_mix(hash, (uint64_t)thread->status * 4 + (thread->token ? 2 : 0) + (thread->timed_out ? 1 : 0));
        for (size_t k = 0; k < thread->store_count; k++) {
            hash = model_mix(model_mix(hash, (uint64_t)(uintptr_t)thread->stores[k].word), thread->stores[k].value);
        }
        hash = model_mix(hash, thread->store_count);
    }
    for (size_t i = 0; i < MODEL_WIRES; i++) {
        hash = model_mix(hash, model.wires[i]);
    }
    return hash == 0 ? 1 : hash;
}

/* Remembers a state; true if it is new. */
static bool is_new(uint64_t hash)
{
    size_t position = (size_t)(hash & ((UINT64_C(1) << TABLE_BITS) - 1));
    while (explorer.table[position] != 0) {
        if (explorer.table[position] == hash) {
            return false;
        }
        position = (position + 1) & ((UINT64_C(1) << TABLE_BITS) - 1);
    }
    if (explorer.result.states + 1 > (1ul << TABLE_BITS) / 2) {
        model.failure = "the scenario has too many states";
        return false;
    }
    explorer.table[position] = hash;
    explorer.result.states += 1;
    return true;
}

struct option {
    enum action action;
    size_t thread;
};

static size_t list_options(struct option *options)
{
    size_t count = 0;
    for (size_t i = 0; i < model.scenario->thread_count; i++) {
        const struct model_thread *thread = &model.threads[i];
        if (thread->status == STATUS_READY) {
            options[count++] = (struct option){ACTION_RUN, i};
        }
        if (thread->store_count > 0) {
            options[count++] = (struct option){ACTION_FLUSH, i};
        }
        if (thread->status == STATUS_BLOCKED && thread->has_deadline) {
            options[count++] = (struct option){ACTION_TIME_OUT, i};
        }
    }
    return count;
}

static void take(struct option option)
{
    struct model_thread *thread = &model.threads[option.thread];
    static const char first_letter[] = {[ACTION_RUN] = '0', [ACTION_FLUSH] = 'a', [ACTION_TIME_OUT] = 'A'};
    explorer.trail[explorer.depth] = (char)(first_letter[option.action] + (int)option.thread);
    if (option.action == ACTION_FLUSH) {
        model_flush_one(thread);
    } else if (option.action == ACTION_TIME_OUT) {
        thread->timed_out = true;
        thread->status = STATUS_READY;
    } else {
        model_resume(option.thread);
    }
}

static void check_end(void)
{
    size_t workers = model.scenario->thread_count - model.scenario->handler_count;
    for (size_t i = 0; i < workers; i++) {
        if (model.threads[i].status != STATUS_DONE) {
            model.failure = "a thread is blocked for ever: a wake-up was lost";
            return;
        }
    }
    if (!model.scenario->check()) {
        model.failure = "the end is not as it should be";
    }
}

/* Follows one schedule: the given choices first, then always the first option, until its end or a known state. */
static void follow(void)
{
    model_start(model.scenario);
    model.scenario->set_up(&model_port);
    for (explorer.depth = 0; model.failure == NULL; explorer.depth++) {
        struct option options[EXPLORER_THREADS_MAX * 3];
        size_t count = list_options(options);
        if (count == 0) {
            check_end();
            return;
        }
        if (explorer.depth == DEPTH_MAX) {
            model.failure = "a schedule does not end";
            return;
        }
        struct choice *choice = &explorer.path[explorer.depth];
        if (explorer.depth >= explorer.path_length) {
            if (!is_new(state_hash())) {
                return;
            }
            *choice = (struct choice){.taken = 0, .count = (uint8_t)count};
            explorer.path_length = explorer.depth + 1;
        } else if (choice->count != count) {
            model.failure = "the scenario is not deterministic";
            return;
        }
        take(options[choice->taken]);
    }
}

/* Goes on to the next schedule; false if there is none. */
static bool advance_path(void)
{
    while (explorer.path_length > 0) {
        struct choice *last = &explorer.path[explorer.path_length - 1];
        if (last->taken + 1 < last->count) {
            last->taken += 1;
            return true;
        }
        explorer.path_length -= 1;
    }
    return false;
}

struct explorer_result explorer_run(const struct explorer_scenario *scenario)
{
    model.scenario = scenario;
    explorer.path_length = 0;
    model.failure = NULL;
    explorer.result = (struct explorer_result){.passed = true};
    explorer.table = calloc((size_t)1 << TABLE_BITS, sizeof(*explorer.table));
    if (explorer.table == NULL) {
        abort();
    }
    do {
        follow();
        explorer.result.runs += 1;
    } while (model.failure == NULL && advance_path());
    if (model.failure != NULL) {
        explorer.result.passed = false;
        explorer.result.failure = model.failure;
        printf("%s: %s\nschedule (0-3 run, a-d store becomes visible, A-D time-out): %.*s\n", scenario->name,
               model.failure, (int)explorer.depth, explorer.trail);
        if (getenv("KIPC_EXPLORER_FIRST") != NULL) {
            exit(1); /* for mutants: one finding is enough */
        }
    }
    printf("%s: %lu states, %lu schedules\n", scenario->name, explorer.result.states, explorer.result.runs);
    free(explorer.table);
    model_end();
    return explorer.result;
}
