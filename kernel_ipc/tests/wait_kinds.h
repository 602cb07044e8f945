/* SPDX-License-Identifier: MIT */
/* Everything that threads wait for, in one form, for rules that hold for all of it. */
#ifndef KIPC_TESTS_WAIT_KINDS_H
#define KIPC_TESTS_WAIT_KINDS_H

#include "kernel_fixture.h"
#include <kipc/call.h>

/* A kind of wait. Actor 0 opens it so that others must wait, and lets them go one by one. */
struct wait_kind {
    const char *name;
    int not_now;        /* what a wait without waiting gives */
    bool has_own_queue; /* each waits alone: nobody comes before anybody */
    bool is_lock;       /* its waiters note their turn while they have it, and hand it on */
    bool forgets;       /* a wake-up that nobody waits for is lost, as it must be */
    void (*open)(struct kernel_fixture *f, enum kipc_wait_order order);
    int (*wait)(struct actor *actor);
    void (*wake)(struct kernel_fixture *f);
};

extern const struct wait_kind wait_kinds[];
extern const size_t wait_kind_count;

/* Readers, who get their lock together. */
int wait_reader(struct actor *actor);

#endif
