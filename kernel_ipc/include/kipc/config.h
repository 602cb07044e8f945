/* SPDX-License-Identifier: MIT */
/*
 * What a build of the kernel objects may choose. Numbers that only size tables are limits of a kernel, chosen at run
 * time (kipc/kernel.h); here are those that shape a structure, and the defaults. Define one before this header, or on
 * the compiler's command line, to change it.
 */
#ifndef KIPC_CONFIG_H
#define KIPC_CONFIG_H

/* Longest name of an object, without its end mark. */
#ifndef KIPC_CFG_NAME_MAX
#define KIPC_CFG_NAME_MAX 31
#endif

/* 1: user 0 opens objects by name whatever their mode says. */
#ifndef KIPC_CFG_ROOT_OVERRIDE
#define KIPC_CFG_ROOT_OVERRIDE 0
#endif

/* How much a gate says about calls that fail (kipc/log.h): one of KIPC_LOG_...; 0 leaves the code for it out. */
#ifndef KIPC_CFG_LOG
#define KIPC_CFG_LOG 0
#endif

/* Objects that one thread may wait for at once. */
#ifndef KIPC_CFG_WAIT_MANY_MAX
#define KIPC_CFG_WAIT_MANY_MAX 8
#endif

/* How often an owner may lock one recursive mutex. */
#ifndef KIPC_CFG_MUTEX_RECURSION_MAX
#define KIPC_CFG_MUTEX_RECURSION_MAX 255
#endif

/* Owners that a priority is handed on to: mutexes held by threads that wait for mutexes. */
#ifndef KIPC_CFG_INHERIT_DEPTH_MAX
#define KIPC_CFG_INHERIT_DEPTH_MAX 16
#endif

/* Entries of a notification queue. */
#ifndef KIPC_CFG_NOTIFICATIONS_MAX
#define KIPC_CFG_NOTIFICATIONS_MAX 16
#endif

/* Messages of a channel, unless its creator says otherwise. */
#ifndef KIPC_CFG_CH_SLOTS
#define KIPC_CFG_CH_SLOTS 64
#endif

/* Bytes of payload that a channel may buffer: least, and most. */
#ifndef KIPC_CFG_CH_BYTES_MIN
#define KIPC_CFG_CH_BYTES_MIN 64u
#endif
#ifndef KIPC_CFG_CH_BYTES_MAX
#define KIPC_CFG_CH_BYTES_MAX (1024u * 1024u)
#endif

/* Messages that a topic keeps, and that wait in a subscription, at most. */
#ifndef KIPC_CFG_TOPIC_DEPTH_MAX
#define KIPC_CFG_TOPIC_DEPTH_MAX 16
#endif

/* Entries of a channel's list of processes. */
#ifndef KIPC_CFG_CH_ACCESS_MAX
#define KIPC_CFG_CH_ACCESS_MAX 8
#endif

/* Messages that may wait in an inbox. */
#ifndef KIPC_CFG_CH_DEPTH_MAX
#define KIPC_CFG_CH_DEPTH_MAX 256
#endif

/* Capabilities that a large message may carry. */
#ifndef KIPC_CFG_CAPS_PER_MSG_MAX
#define KIPC_CFG_CAPS_PER_MSG_MAX 64
#endif

/* Messages that one call sends to a channel, or receives from it. */
#ifndef KIPC_CFG_BATCH_MAX
#define KIPC_CFG_BATCH_MAX 64
#endif

/* Other nodes that a kernel may have routes to, and channels with each of them. */
#ifndef KIPC_CFG_NODES_MAX
#define KIPC_CFG_NODES_MAX 8
#endif
#ifndef KIPC_CFG_PORTS_MAX
#define KIPC_CFG_PORTS_MAX 16
#endif

/* Largest region of shared memory, bytes; the limit of a kernel is at most this (kipc/memory.h). */
#ifndef KIPC_CFG_REGION_BYTES_MAX
#define KIPC_CFG_REGION_BYTES_MAX (16u * 1024u * 1024u)
#endif

/* Bytes that a read or write of a region copies before others get their turn; a multiple of a cache line. */
#ifndef KIPC_CFG_REGION_STEP
#define KIPC_CFG_REGION_STEP 256u
#endif

/* Copies of at least so many bytes hint at what they read next (KIPC_PREFETCH, kipc/memory_port.h). */
#ifndef KIPC_CFG_PREFETCH_MIN
#define KIPC_CFG_PREFETCH_MIN 1024u
#endif

/*
 * X(NAME, structure, host, SoC, what): the tables of a kernel with the number of entries on a host and on a small SoC.
 * Those from SEMAPHORE on hold objects that handles name; the order is that of enum kipc_table_id.
 */
#define KIPC_TABLE_LIST(X)                                                                                             \
    X(PROCESS, kipc_process, 256, 16, "registered processes")                                                          \
    X(HANDLE, kipc_handle_entry, 4096, 128, "handles of all processes")                                                \
    X(OPERATION, kipc_operation, 256, 32, "asynchronous sends and receives under way")                                 \
    X(SEMAPHORE, kipc_semaphore, 256, 32, "semaphores")                                                                \
    X(MUTEX, kipc_mutex, 256, 32, "mutexes")                                                                           \
    X(CONDITION, kipc_condition, 256, 16, "condition variables")                                                       \
    X(RWLOCK, kipc_rwlock, 256, 16, "reader-writer locks")                                                             \
    X(EVENT, kipc_event, 256, 32, "events")                                                                            \
    X(NOTIFICATION, kipc_notification, 64, 8, "notification queues")                                                   \
    X(CHANNEL, kipc_channel, 2048, 64, "ends of channels, two for each")                                               \
    X(TOPIC, kipc_topic, 64, 8, "topics")                                                                              \
    X(SUBSCRIPTION, kipc_subscription, 256, 16, "subscriptions to topics")                                             \
    X(REGION, kipc_region, 256, 16, "regions of shared memory")

#endif
