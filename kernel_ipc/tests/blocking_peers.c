/* SPDX-License-Identifier: MIT */
/* The suite's cases of peers that share no kernel object to begin with: a ring of many producers, and capabilities. */
#include "blocking_suite.h"
#include <kipc/capability.h>
#include <kipc/leak.h>
#include <kipc/many_ring.h>

#define LOW 96u
#define HIGH 192u
#define LANES 3u
#define SLOTS 4u
#define RING_BYTES 4096u

static alignas(KIPC_CACHELINE) uint8_t ring_memory[RING_BYTES];

/* A producer's lane is its thread's number; its messages count. */
static void produce(struct suite_thread *self)
{
    struct suite *s = self->suite;
    const struct kipc_port *port = s->runner->port;
    struct kipc_ring_producer producer;
    self->result = kipc_many_ring_producer_attach(&producer, ring_memory, sizeof(ring_memory), self->number - 1, port,
                                                  kipc_notifier_local(port));
    for (; self->count < s->runner->rounds && self->result == KIPC_OK; self->count++) {
        self->result = kipc_ring_send_blocking(&producer, &self->count, sizeof(self->count), KIPC_FOREVER);
    }
}

static void consume(struct suite_thread *self)
{
    struct suite *s = self->suite;
    const struct kipc_port *port = s->runner->port;
    struct kipc_ring_consumer lanes[LANES];
    struct kipc_many_ring_consumer consumer;
    uint64_t next[LANES] = {0};
    self->result = kipc_many_ring_consumer_attach(&consumer, lanes, LANES, ring_memory, sizeof(ring_memory), port,
                                                  kipc_notifier_local(port));
    for (; self->count < LANES * (uint64_t)s->runner->rounds && self->result == KIPC_OK; self->count++) {
        uint64_t number = 0;
        size_t length = 0;
        uint32_t lane = 0;
        self->result =
            kipc_many_ring_receive_blocking(&consumer, &number, sizeof(number), &length, &lane, KIPC_FOREVER);
        bool is_next = lane < LANES && length == sizeof(number) && number == next[lane];
        self->result = self->result != KIPC_OK || is_next ? self->result : KIPC_E_INTEGRITY;
        next[lane < LANES ? lane : 0] += 1;
    }
}

void suite_producers(struct suite *s)
{
    CHECK(s, kipc_many_ring_bytes(LANES, SLOTS) <= sizeof(ring_memory), true);
    for (uint32_t turn = 0; turn < 2; turn++) {
        CHECK(s, kipc_many_ring_format(ring_memory, sizeof(ring_memory), LANES, SLOTS, UINT32_MAX - 5), KIPC_OK);
        suite_start(suite_thread(s, LANES + 1, s->first, consume, KIPC_NO_ID), turn == 0 ? LOW : HIGH);
        for (uint32_t i = 1; i <= LANES; i++) {
            suite_start(suite_thread(s, i, s->second, produce, KIPC_NO_ID), turn == 0 ? HIGH : LOW);
        }
        suite_join_with(s, KIPC_OK);
        CHECK(s, s->threads[LANES + 1].count, LANES * s->runner->rounds);
    }
}

/* Redeems what lies in memory that both see, and posts with it. */
static void redeem_and_post(struct suite_thread *self)
{
    struct suite *s = self->suite;
    struct kipc_capability capability;
    uint8_t *bytes = (uint8_t *)&capability;
    for (size_t i = 0; i < sizeof(capability); i++) {
        bytes[i] = ring_memory[i];
    }
    self->result = kipc_capability_redeem(s->kernel, self->pid, &capability, &self->other);
    if (self->result == KIPC_OK) {
        self->result = kipc_semaphore_post(s->kernel, self->pid, self->other);
    }
}

static void pass_on(struct suite *s, const struct kipc_capability *capability)
{
    const uint8_t *bytes = (const uint8_t *)capability;
    for (size_t i = 0; i < sizeof(*capability); i++) {
        ring_memory[i] = bytes[i];
    }
    suite_start_settled(suite_thread(s, 1, s->second, redeem_and_post, KIPC_NO_ID), HIGH);
    suite_join(s);
}

void suite_capabilities(struct suite *s)
{
    static const uint8_t key[KIPC_CAPABILITY_KEY_BYTES] = {3, 1, 4, 1, 5, 9, 2, 6};
    struct kipc_capability capability;
    struct kipc_leak leaks[2];
    kipc_handle_t semaphore;
    CHECK(s, kipc_semaphore_create(s->kernel, s->first, 0, 2, KIPC_WAIT_FIFO, &semaphore), KIPC_OK);
    CHECK(s, kipc_capability_make(s->kernel, s->first, semaphore, KIPC_RIGHT_SEND, &capability), KIPC_E_NOTSUP);
    CHECK(s, kipc_kernel_set_capability_key(s->kernel, key), KIPC_OK);
    CHECK(s, kipc_capability_make(s->kernel, s->first, semaphore, KIPC_RIGHT_SEND, &capability), KIPC_OK);
    pass_on(s, &capability);
    CHECK(s, s->threads[1].result, KIPC_OK);
    CHECK(s, kipc_semaphore_wait(s->kernel, s->first, semaphore, KIPC_NO_WAIT), KIPC_OK);
    CHECK(s, kipc_leaks(s->kernel, s->first, leaks, 2), 1);
    CHECK(s, leaks[0].table, KIPC_TABLE_SEMAPHORE);
    CHECK(s, kipc_leaks(s->kernel, s->second, leaks, 2), 0); /* it has made nothing */
    CHECK(s, kipc_handle_revoke(s->kernel, s->first, semaphore) >= 0, true);
    pass_on(s, &capability);
    CHECK(s, s->threads[1].result, KIPC_E_BADCAP);
    s->threads[1].body = NULL;
}
