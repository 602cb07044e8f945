/* SPDX-License-Identifier: MIT */
/* A ring with both ends in one thread, on the scripted port. */
#ifndef KIPC_TESTS_RING_FIXTURE_H
#define KIPC_TESTS_RING_FIXTURE_H

#include "support.h"

struct ring_fixture {
    struct fake_port fake; /* its script_context is this fixture */
    struct fake_notifier to_consumer;
    struct fake_notifier to_producer;
    struct kipc_ring_shared *shared;
    size_t bytes;
    struct kipc_ring_producer producer;
    struct kipc_ring_consumer consumer;
    unsigned int step; /* for scripts */
};

/* Formats a ring and attaches both ends. Returns the one fixture there is. */
struct ring_fixture *ring_fixture_set_up(uint32_t slots, uint32_t first_index, uint32_t spin_iterations);

/* Attach again, with fresh notifiers; return what the attach call returned. */
int ring_fixture_attach_producer(struct ring_fixture *f);
int ring_fixture_attach_consumer(struct ring_fixture *f);

/* For cmocka: fails if somebody is still registered as a waiter, or a debug check failed unseen. */
int ring_fixture_tear_down(void **state);

#endif
