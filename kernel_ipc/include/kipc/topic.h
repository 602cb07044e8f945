/* SPDX-License-Identifier: MIT */
/*
 * Topics: one message to all who subscribed, each at its own pace. A payload is stored once, however many get it.
 *
 * A subscription has places of its own, and a policy for when they are used up; so a slow subscriber loses messages,
 * and nobody waits for it. A topic may keep its latest messages, which a late subscriber gets first.
 *
 *     result = kipc_topic_create(kernel, pid, &config, &topic);
 *     result = kipc_topic_subscribe(kernel, pid, topic, &choices, &subscription);
 *     result = kipc_topic_publish(kernel, pid, topic, &message, KIPC_FOREVER); // the number of subscribers
 *     result = kipc_topic_receive(kernel, pid, subscription, buffer, sizeof(buffer), &info, deadline);
 *
 * When: for news to whoever is interested. If each message is for one receiver of several, let them share an end of a
 * channel (kipc/channel.h).
 * Memory: entries of the kernel's tables for the topic and each subscription; blocks are reserved when they are made. A
 * message lives until the last subscriber has read it.
 * Concurrency: any number of publishers, who take turns, and of receivers.
 * Cost: to publish copies the payload once, and takes a step for each subscriber, in one section; to receive is
 * constant, and a copy.
 */
#ifndef KIPC_TOPIC_H
#define KIPC_TOPIC_H

#include <kipc/channel.h>

/* What a topic shall be. */
struct kipc_topic_config {
    uint32_t message_max; /* bytes of one payload, up to KIPC_CFG_CH_BYTES_MAX */
    uint32_t history;     /* messages kept for late subscribers, 0..KIPC_CFG_TOPIC_DEPTH_MAX */
};

/* What a subscription shall be. */
struct kipc_subscription_config {
    uint32_t capacity; /* messages that wait, 1..KIPC_CFG_TOPIC_DEPTH_MAX */
    bool drops_newest; /* else the oldest are overwritten */
    enum kipc_wait_order order;
};

/* Shared messages in order of publication. */
struct kipc_topic_ring {
    struct kipc_block *blocks[KIPC_CFG_TOPIC_DEPTH_MAX];
    uint32_t first;
    uint32_t count;
};

/* Members are for the library and for tests that look on. */
struct kipc_topic {
    struct kipc_object object;
    struct kipc_object_details details;
    struct kipc_topic_config config;
    struct kipc_topic_ring history;
    struct kipc_subscription *subscriptions;
    struct kipc_wait_queue publishers; /* who wait for their turn */
    bool is_publishing;
    uint32_t reserved; /* blocks */
    uint64_t next_sequence;
};

/* Members are for the library and for tests that look on. */
struct kipc_subscription {
    struct kipc_object object;
    struct kipc_object_details details;
    struct kipc_topic *topic; /* NULL: it is gone */
    struct kipc_subscription *next;
    struct kipc_subscription_config config;
    struct kipc_topic_ring queue;
    uint32_t used; /* messages in the queue, and being read */
    uint32_t lost; /* since the receiver was told last */
    uint64_t lost_total;
    uint32_t reserved;
    struct kipc_wait_queue receivers;
};

/*
 * Makes a topic without subscribers.
 * config: borrowed during the call. handle: receives one with all rights.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, a number that is not allowed); KIPC_E_STATE; KIPC_E_SRCH; KIPC_E_QUOTA;
 * KIPC_E_NOSPC; KIPC_E_NOMEM (not enough blocks to reserve).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_topic_create(struct kipc_kernel *kernel, kipc_pid_t caller,
                                   const struct kipc_topic_config *config, kipc_handle_t *handle);

/*
 * Subscribes to a topic, from its history on. Needs KIPC_RIGHT_RECEIVE of the topic.
 * config: borrowed during the call. subscription: receives a handle with all rights; closing it ends the subscription.
 * Returns as kipc_topic_create; KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES, KIPC_E_CLOSED.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_topic_subscribe(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                      const struct kipc_subscription_config *config, kipc_handle_t *subscription);

/*
 * Publishes a message to all who subscribe at this moment. Needs KIPC_RIGHT_SEND. One publishes at a time.
 * message: without capabilities; its priority does not change the order. deadline: for the turn to publish.
 * Returns the number of subscribers that got it, 0 and up; KIPC_E_INVAL (NULL, unknown type or flag, capabilities);
 * KIPC_E_MSGSIZE; KIPC_E_BUSY (somebody is publishing, and KIPC_NO_WAIT); how else a wait ends (kipc/wait_queue.h);
 * KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES, KIPC_E_CLOSED.
 * Blocks only for the turn, never for a subscriber; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_topic_publish(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                    const struct kipc_channel_message *message, uint64_t deadline);

/*
 * Takes the oldest message of a subscription, and waits while there is none. Needs KIPC_RIGHT_RECEIVE.
 * subscription: a handle of kipc_topic_subscribe. Other arguments and results as for kipc_channel_receive;
 * KIPC_E_OVERFLOW tells that messages were lost to the policy since the last call, KIPC_E_CLOSED that the topic is gone
 * and nothing is left.
 * Blocks, unless KIPC_NO_WAIT; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_topic_receive(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t subscription,
                                    void *buffer, uint32_t capacity, struct kipc_channel_info *info, uint64_t deadline);

#endif
