/* SPDX-License-Identifier: MIT */
/*
 * Configuration for a chip with 64 KiB of RAM: included before everything else (-include). A kernel of these limits
 * takes about half of it.
 */
#ifndef KIPC_CONFIGURATION_SMALL_H
#define KIPC_CONFIGURATION_SMALL_H

#define KIPC_CFG_NAME_MAX 11
#define KIPC_CFG_WAIT_MANY_MAX 4
#define KIPC_CFG_NOTIFICATIONS_MAX 4
#define KIPC_CFG_CH_SLOTS 8
#define KIPC_CFG_CH_BYTES_MAX 4096u
#define KIPC_CFG_TOPIC_DEPTH_MAX 4
#define KIPC_CFG_CH_ACCESS_MAX 2
#define KIPC_CFG_BATCH_MAX 8
#define KIPC_CFG_CAPS_PER_MSG_MAX 16
#define KIPC_CFG_NODES_MAX 2
#define KIPC_CFG_PORTS_MAX 4

/* Of struct kipc_limits: eight of everything, and blocks for 64 small messages. */
#define KIPC_CONFIGURATION_ENTRIES(host, soc) 8
#define KIPC_CONFIGURATION_THREADS 8
#define KIPC_CONFIGURATION_BLOCKS 64
#define KIPC_CONFIGURATION_REQUESTS 4
#define KIPC_CONFIGURATION_NAMES 8
#define KIPC_CONFIGURATION_BYTES 57344u

#endif
