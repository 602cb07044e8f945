/* SPDX-License-Identifier: MIT */
/* What the targets with a hostile peer in shared memory have in common: a port, and stores that nobody expects. */
#ifndef KIPC_FUZZ_PEER_H
#define KIPC_FUZZ_PEER_H

#include "fuzz.h"
#include <kipc/port.h>

/* Its clock moves only when somebody waits. The peer never wakes anybody, so that every wait ends with its deadline. */
struct peer_port {
    struct kipc_port port;
    uint64_t now;
};

void peer_port_set_up(struct peer_port *port);

/* The peer stores a word: any, or one that is near what stands there. */
void peer_corrupt(struct fuzz_input *input, uint8_t *memory, size_t bytes);

/* Requires 0 or more, or a code of the list. Gives the result. */
int64_t peer_check(int64_t result);

/* Shared memory, in lines; freed by free(). */
uint8_t *peer_memory(size_t bytes);

#endif
