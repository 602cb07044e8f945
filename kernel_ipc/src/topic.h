/* SPDX-License-Identifier: MIT */
/* What topic and subscription share; in the critical section. */
#ifndef KIPC_TOPIC_INTERNAL_H
#define KIPC_TOPIC_INTERNAL_H

#include "channel.h"
#include <kipc/topic.h>

/* One owner of a shared message less; the last one gives its blocks back. */
void ki_shared_put(struct kipc_kernel *kernel, struct kipc_block *block);
/* The oldest leaves the ring, which must not be empty; its reference becomes the caller's. */
struct kipc_block *ki_ring_take(struct kipc_topic_ring *ring);
/* One more owner: the ring, which must have a place. */
void ki_ring_add(struct kipc_topic_ring *ring, struct kipc_block *block);

/* src/subscription.c: gives it a message; true if it got it. */
bool ki_subscription_give(struct kipc_kernel *kernel, struct kipc_subscription *subscription, struct kipc_block *block);
/* The topic is gone: nothing more will come. */
void ki_subscription_part(struct kipc_kernel *kernel, struct kipc_subscription *subscription);

#endif
