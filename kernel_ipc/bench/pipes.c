/* SPDX-License-Identifier: MIT */
/* What the operating system offers for messages: a pipe, a socket pair, a POSIX message queue. */
#define _GNU_SOURCE
#include "bench.h"
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAIRS 2000u
#define TRIPS 200u
/* The system's usual limit for a queue of an unprivileged process; a stream through it blocks the more often. */
#define QUEUE_MESSAGES 10

struct pipe_ends {
    int ends[2]; /* to read, to write */
};

static void pipe_open(struct pipe_ends *queue)
{
    bench_require(pipe(queue->ends) == 0, "no pipe");
}

static void pipe_close(struct pipe_ends *queue)
{
    (void)close(queue->ends[0]);
    (void)close(queue->ends[1]);
}

static inline bool pipe_send(struct pipe_ends *queue, struct bench_message *message)
{
    bench_require(write(queue->ends[1], message, sizeof(*message)) == sizeof(*message), "pipe: short write");
    return true;
}

static inline bool pipe_receive(struct pipe_ends *queue, struct bench_message *message)
{
    bench_require(read(queue->ends[0], message, sizeof(*message)) == sizeof(*message), "pipe: short read");
    return true;
}

BENCH_QUEUE_WORKS(pipe, struct pipe_ends)

static void local_open(struct pipe_ends *queue)
{
    bench_require(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, queue->ends) == 0, "no socket pair");
}

#define local_close pipe_close

static inline bool local_send(struct pipe_ends *queue, struct bench_message *message)
{
    bench_require(send(queue->ends[1], message, sizeof(*message), 0) == sizeof(*message), "socket: short send");
    return true;
}

static inline bool local_receive(struct pipe_ends *queue, struct bench_message *message)
{
    bench_require(recv(queue->ends[0], message, sizeof(*message), 0) == sizeof(*message), "socket: short receive");
    return true;
}

BENCH_QUEUE_WORKS(local, struct pipe_ends)

struct posix_queue {
    mqd_t queue;
};

static void posix_open(struct posix_queue *queue)
{
    static unsigned int opened;
    char name[64];
    opened += 1;
    (void)snprintf(name, sizeof(name), "/kipc_bench_%ld_%u", (long)getpid(), opened);
    struct mq_attr attributes = {.mq_maxmsg = QUEUE_MESSAGES, .mq_msgsize = sizeof(struct bench_message)};
    queue->queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);
    bench_require(queue->queue != (mqd_t)-1 && mq_unlink(name) == 0, "no POSIX message queue");
}

static void posix_close(struct posix_queue *queue)
{
    (void)mq_close(queue->queue);
}

static inline bool posix_send(struct posix_queue *queue, struct bench_message *message)
{
    bench_require(mq_send(queue->queue, (const char *)message, sizeof(*message), 0) == 0, "mq_send failed");
    return true;
}

static inline bool posix_receive(struct posix_queue *queue, struct bench_message *message)
{
    bench_require(mq_receive(queue->queue, (char *)message, sizeof(*message), NULL) == sizeof(*message),
                  "mq_receive failed");
    return true;
}

BENCH_QUEUE_WORKS(posix, struct posix_queue)

const struct bench_entry bench_pipes[] = {
    BENCH_QUEUE_ENTRIES(pipe, "pipe", PAIRS, TRIPS),
    BENCH_QUEUE_ENTRIES(local, "AF_UNIX", PAIRS, TRIPS),
    BENCH_QUEUE_ENTRIES(posix, "POSIX mq", PAIRS, TRIPS),
    {0},
};
