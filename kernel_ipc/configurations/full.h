/* SPDX-License-Identifier: MIT */
/* Configuration for a server: all limits at their host defaults, included before everything else (-include). */
#ifndef KIPC_CONFIGURATION_FULL_H
#define KIPC_CONFIGURATION_FULL_H

/* Of struct kipc_limits. */
#define KIPC_CONFIGURATION_ENTRIES(host, soc) (host)
#define KIPC_CONFIGURATION_THREADS 256
#define KIPC_CONFIGURATION_BLOCKS 65536
#define KIPC_CONFIGURATION_REQUESTS 256
#define KIPC_CONFIGURATION_NAMES 1024
#define KIPC_CONFIGURATION_BYTES 33554432u

#endif
