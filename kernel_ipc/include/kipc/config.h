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
#define KIPC_CFG_CH_BYTES_MIN 64u
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

/*
 * X(NAME, structure, host, SoC, what): the tables of a kernel with the number of entries on a host and on a small SoC.
 * Those from SEMAPHORE on hold objects that handles name; the order is that of enum kipc_table_id.
 */
#define KIPC_TABLE_LIST(X)                                                                                             \
    X(PROCESS, kipc_process, 256, 16, "registered processes")                                                          \
    X(HANDLE, kipc_handle_entry, 4096, 128, "handles of all processes")                                                \
    X(SEMAPHORE, kipc_semaphore, 256, 32, "semaphores")                                                                \
    X(MUTEX, kipc_mutex, 256, 32, "mutexes")                                                                           \
    X(CONDITION, kipc_condition, 256, 16, "condition variables")                                                       \
    X(RWLOCK, kipc_rwlock, 256, 16, "reader-writer locks")                                                             \
    X(EVENT, kipc_event, 256, 32, "events")                                                                            \
    X(NOTIFICATION, kipc_notification, 64, 8, "notification queues")                                                   \
    X(CHANNEL, kipc_channel, 2048, 64, "ends of channels, two for each")                                               \
    X(TOPIC, kipc_topic, 64, 8, "topics")                                                                              \
    X(SUBSCRIPTION, kipc_subscription, 256, 16, "subscriptions to topics")

#endif
