/* SPDX-License-Identifier: MIT */
/* A payload of 64 KiB from one side to the other: handed over by loan, and copied in and out. */
#define _GNU_SOURCE
#include "bench.h"
#include "bench_port.h"
#include <kipc/link.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SMALL_BYTES 4096u
#define BYTES 65536u
#define BUFFERS 4u
#define SLOTS 16u
#define RING_BYTES (sizeof(struct kipc_ring_shared) + SLOTS * sizeof(struct kipc_ring_slot))
#define HAND_OVERS 5000u
#define COPIES 200u

struct loans {
    struct bench_port port;
    void *ring;
    void *pool;
    struct kipc_buffer_record lent[BUFFERS];
    struct kipc_buffer_record held[BUFFERS];
    struct kipc_link_sender sender;
    struct kipc_link_receiver receiver;
};

static void open_link(struct loans *loans)
{
    const size_t pool_bytes = kipc_pool_bytes(BUFFERS, BYTES);
    bench_port_set_up(&loans->port, KIPC_SPIN_MANY_HARTS);
    const struct kipc_port *port = &loans->port.port;
    loans->ring = bench_memory(RING_BYTES);
    loans->pool = bench_memory(pool_bytes);
    bool good = kipc_ring_format(loans->ring, RING_BYTES, SLOTS, 0) == KIPC_OK &&
                kipc_pool_format(loans->pool, pool_bytes, BUFFERS, BYTES, 0) == KIPC_OK;
    bench_require(good, "link: no memory formatted");
    const struct kipc_notifier notifier = kipc_notifier_local(port);
    const struct kipc_link_pool lent = {loans->pool, pool_bytes, loans->lent, BUFFERS};
    const struct kipc_link_pool held = {loans->pool, pool_bytes, loans->held, BUFFERS};
    const struct kipc_link_sender_config sender = {
        .port = port, .notifier = notifier, .ring_memory = loans->ring, .ring_bytes = RING_BYTES, .pool = lent};
    const struct kipc_link_receiver_config receiver = {
        .port = port, .notifier = notifier, .ring_memory = loans->ring, .ring_bytes = RING_BYTES, .pool = held};
    good = kipc_link_sender_attach(&loans->sender, &sender) == KIPC_OK &&
           kipc_link_receiver_attach(&loans->receiver, &receiver) == KIPC_OK;
    bench_require(good, "link: not attached");
}

static uint64_t hand_over(uint32_t operations, size_t length)
{
    struct loans *loans = bench_memory(sizeof(*loans));
    open_link(loans);
    uint64_t started = bench_now();
    for (uint32_t i = 0; i < operations; i++) {
        struct kipc_loan loan;
        struct kipc_link_message message;
        int result = kipc_link_loan(&loans->sender, length, &loan, KIPC_NO_WAIT);
        bench_require(result == KIPC_OK, "link: no loan");
        *(uint32_t *)loan.data = i;
        result = kipc_link_commit(&loans->sender, &loan, length, KIPC_NO_WAIT);
        result |= kipc_link_receive(&loans->receiver, &message, KIPC_NO_WAIT);
        bench_require(result == KIPC_OK && message.view.length == length, "link: not received");
        bench_require(*(const uint32_t *)message.view.data == i, "link: another payload");
        bench_require(kipc_link_release(&loans->receiver, &message.view) == KIPC_OK, "link: not released");
    }
    uint64_t took = bench_now() - started;
    bench_free(loans->ring);
    bench_free(loans->pool);
    bench_free(loans);
    return took;
}

static uint64_t hand_over_large(uint32_t operations)
{
    return hand_over(operations, BYTES);
}

static uint64_t hand_over_small(uint32_t operations)
{
    return hand_over(operations, SMALL_BYTES);
}

static uint64_t copy_in_and_out(uint32_t operations)
{
    uint8_t *from = bench_memory(BYTES);
    uint8_t *shared = bench_memory(BYTES);
    uint8_t *to = bench_memory(BYTES);
    uint64_t started = bench_now();
    for (uint32_t i = 0; i < operations; i++) {
        from[i % BYTES] = (uint8_t)i;
        memcpy(shared, from, BYTES);
        __asm__ volatile("" ::: "memory"); /* another process reads and writes there */
        memcpy(to, shared, BYTES);
        bench_require(to[i % BYTES] == (uint8_t)i, "copy: another payload");
    }
    uint64_t took = bench_now() - started;
    bench_free(from);
    bench_free(shared);
    bench_free(to);
    return took;
}

static uint64_t socket_large(uint32_t operations)
{
    int ends[2];
    const int room = 4 * BYTES;
    uint8_t *from = bench_memory(BYTES);
    uint8_t *to = bench_memory(BYTES);
    bench_require(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0, "no socket pair");
    bench_require(setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)) == 0, "no room in the socket");
    uint64_t started = bench_now();
    for (uint32_t i = 0; i < operations; i++) {
        from[i % BYTES] = (uint8_t)i;
        bench_require(send(ends[1], from, BYTES, 0) == BYTES, "socket: short send");
        bench_require(recv(ends[0], to, BYTES, 0) == BYTES, "socket: short receive");
        bench_require(to[i % BYTES] == (uint8_t)i, "socket: another payload");
    }
    uint64_t took = bench_now() - started;
    (void)close(ends[0]);
    (void)close(ends[1]);
    bench_free(from);
    bench_free(to);
    return took;
}

const struct bench_entry bench_large[] = {
    {"large", "loan, 64 KiB", HAND_OVERS, hand_over_large},
    {"large", "loan, 4 KiB", HAND_OVERS, hand_over_small},
    {"large", "memcpy in and out, 64 KiB", COPIES, copy_in_and_out},
    {"large", "AF_UNIX, 64 KiB", COPIES, socket_large},
    {0},
};
