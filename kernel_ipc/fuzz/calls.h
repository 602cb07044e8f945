/* SPDX-License-Identifier: MIT */
/* Decisions of fuzz_kernel: each takes its arguments from the input, makes one public call, and judges the result. */
#ifndef KIPC_FUZZ_CALLS_H
#define KIPC_FUZZ_CALLS_H

#include "world.h"
#include <kipc/channel.h>

#define MODEL_TAGS 512u
#define MODEL_SEMAPHORES 64u
#define MODEL_ORDERS 64u

/* What a semaphore must hold: what it began with, and what was put in and taken out. */
struct model_semaphore {
    uint32_t id;
    uint32_t maximum;
    int64_t value;
};

/* The last message that an inbox gave at a priority. */
struct model_order {
    uint32_t id;
    uint8_t priority;
    uint64_t sequence;
};

struct model {
    struct model_semaphore semaphores[MODEL_SEMAPHORES];
    uint32_t semaphore_count;
    struct model_order orders[MODEL_ORDERS];
    uint32_t order_count;
    uint32_t sent_tags;            /* messages that were sent, or tried */
    bool was_received[MODEL_TAGS]; /* each at most once; a topic's messages are not counted */
    uint64_t requests[8];          /* ids of requests that servers got */
    uint32_t request_count;
};

/* Fills a message in that can be recognised, or one that no kernel may accept. data: room for MESSAGE_MAX bytes. */
#define MESSAGE_MAX 600u
struct kipc_channel_message fuzz_message(struct world *world, kipc_pid_t pid, uint8_t *data, bool is_counted);
/* Holds a received payload against what was sent. */
void check_message(struct world *world, const uint8_t *data, uint32_t length);

/* Tables of decisions. */
typedef void (*fuzz_call)(struct world *world);
extern const fuzz_call process_calls[];
extern const size_t process_call_count;
extern const fuzz_call synchronisation_calls[];
extern const size_t synchronisation_call_count;
extern const fuzz_call channel_calls[];
extern const size_t channel_call_count;

/* Semaphores hold what the model says; only while nobody waits, because who was woken counts when it returns. */
void check_semaphores(struct world *world);

#endif
