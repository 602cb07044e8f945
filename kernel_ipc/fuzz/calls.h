/* SPDX-License-Identifier: MIT */
/* Decisions of fuzz_kernel and fuzz_words: each takes its arguments from the input, makes one public call, and judges
 * the result. */
#ifndef KIPC_FUZZ_CALLS_H
#define KIPC_FUZZ_CALLS_H

#include "world.h"
#include <kipc/async.h>
#include <kipc/capability.h>

#define MODEL_TAGS 512u
#define MODEL_SEMAPHORES 64u
#define MODEL_ORDERS 64u
#define MODEL_REGIONS 16u
#define MODEL_TOKENS 8u
#define MODEL_CAPABILITIES 6u

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

/* What a region must hold. */
struct model_region {
    uint32_t id;     /* KIPC_NO_ID: none */
    bool is_unknown; /* a write of it ended in the middle, or others came between */
    uint8_t bytes[WORLD_REGION_BYTES];
};

/* An operation that some process began. */
struct model_token {
    kipc_pid_t pid;
    kipc_token_t token;
    bool is_spent;
};

struct model {
    struct model_region regions[MODEL_REGIONS];
    uint32_t writes; /* to regions, that are under way: pre-empted, that is */
    struct model_token tokens[MODEL_TOKENS];
    uint32_t token_count;
    struct kipc_capability capabilities[MODEL_CAPABILITIES];
    uint32_t capability_count;
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
extern const fuzz_call transfer_calls[];
extern const size_t transfer_call_count;
extern const fuzz_call region_calls[];
extern const size_t region_call_count;
extern const fuzz_call words_calls[]; /* of threads that are fibers */
extern const size_t words_call_count;

/* A region was made, all zero. */
void remember_region(struct world *world, kipc_pid_t pid, kipc_handle_t handle);
/* Each region holds, page by page, what the model says; while nobody is in the middle of a call. */
void check_regions(struct world *world);
/* A message that waits to leave through the transport is taken. */
void take_from_port(struct world *world, uint32_t port);
/* What came with a message belongs to the receiver from now on. */
void take_capabilities(struct world *world, kipc_pid_t pid, const struct kipc_channel_info *info);

/* Semaphores hold what the model says; only while nobody waits, because who was woken counts when it returns. */
void check_semaphores(struct world *world);

#endif
