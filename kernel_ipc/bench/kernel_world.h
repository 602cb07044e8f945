/* SPDX-License-Identifier: MIT */
/* A kernel on the host's port with one process, for works on its objects. */
#ifndef KIPC_BENCH_KERNEL_WORLD_H
#define KIPC_BENCH_KERNEL_WORLD_H

#include "kipc_host.h"
#include <kipc/channel.h>
#include <kipc/process.h>

struct kernel_world {
    struct kipc_host host;
    struct kipc_kernel kernel;
    void *memory;
    kipc_pid_t pid;
    kipc_handle_t handles[4]; /* the work's */
    uint32_t operations;
};

/* A kernel with room for `channels` channels; the calling thread is one of its process. */
struct kernel_world *kernel_world_open(uint32_t channels);
void kernel_world_close(struct kernel_world *world);

/* Makes the calling thread another one of the process. */
void kernel_world_join(struct kernel_world *world);

#endif
