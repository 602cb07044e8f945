/* SPDX-License-Identifier: MIT */
/*
 * A process that ends while a thread is in the middle of a call, outside of the critical section: before the call's
 * first section, before its second one, and so on. The call must come to its end, and nothing may be left.
 */
#ifndef KIPC_TESTS_WINDOW_FIXTURE_H
#define KIPC_TESTS_WINDOW_FIXTURE_H

#include "channel_fixture.h"
#include "fake_memory.h"
#include <kipc/words.h>

#define WINDOW_PAGE_BYTES 256u
#define WINDOW_PAGES 16u
#define WINDOW_ENTRIES 32u

struct window {
    struct kernel_fixture *base;
    struct kipc_scheduler inner; /* the mock's */
    kipc_pid_t victim;
    struct actor *partner; /* of the first process, until the channel is closed; NULL: none */
    bool counts_partner;   /* else the victim's sections count */
    uint32_t thread;       /* whose sections count */
    uint32_t left;         /* sections until the process ends; 0: it has ended, or never does */
    bool was_reached;
    uintptr_t words[MOCK_ACTORS_MAX][KIPC_FAST_WORDS]; /* in registers */
    uint32_t carried;
    void (*finish)(struct window *window); /* what must hold at the end; NULL: nothing more */
    struct fake_memory fake;
    struct kipc_memory memory;
    void *storage;
    uint8_t *pages;
    uint8_t taken[WINDOW_PAGES];
    struct fake_entry entries[WINDOW_ENTRIES];
};

/* The victim's handle for what one of the first process's handles names. */
kipc_handle_t window_give(struct window *window, kipc_handle_t handle);

typedef void (*window_prepare)(struct window *window, struct actor *victim);
typedef int (*window_run)(struct actor *victim);

/* The sections of a call, before each of which the victim ended. */
uint32_t window_end_everywhere(window_prepare prepare, window_run run);

#endif
