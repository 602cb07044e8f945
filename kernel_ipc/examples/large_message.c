/* SPDX-License-Identifier: MIT */
/* A large message: 4 KiB are written into a loaned buffer and handed over; the CPU copies nothing. */
#include "example.h"
#include <kipc/link.h>

#define SLOTS 4u
#define BUFFERS 2u
#define BYTES 4096u

/* Each side has private records of the buffers. */
static struct kipc_buffer_record records[2][BUFFERS];
static struct kipc_link_sender sender;
static struct kipc_link_receiver receiver;

/* A ring and a pool, both in shared memory; sender and receiver attach to the same ones. */
static void make_link(void)
{
    const struct kipc_port *port = example_port();
    size_t ring_bytes = kipc_ring_bytes(SLOTS);
    size_t pool_bytes = kipc_pool_bytes(BUFFERS, BYTES);
    void *ring = example_memory(ring_bytes);
    void *pool = example_memory(pool_bytes);
    const struct kipc_link_sender_config sends = {
        .port = port,
        .notifier = kipc_notifier_local(port),
        .ring_memory = ring,
        .ring_bytes = ring_bytes,
        .pool = {pool, pool_bytes, records[0], BUFFERS},
    };
    const struct kipc_link_receiver_config receives = {
        .port = port,
        .notifier = kipc_notifier_local(port),
        .ring_memory = ring,
        .ring_bytes = ring_bytes,
        .pool = {pool, pool_bytes, records[1], BUFFERS},
    };
    REQUIRE(kipc_ring_format(ring, ring_bytes, SLOTS, 0) == KIPC_OK);
    REQUIRE(kipc_pool_format(pool, pool_bytes, BUFFERS, BYTES, 0) == KIPC_OK);
    REQUIRE(kipc_link_sender_attach(&sender, &sends) == KIPC_OK);
    REQUIRE(kipc_link_receiver_attach(&receiver, &receives) == KIPC_OK);
}

int main(void)
{
    struct kipc_link_message message;
    struct kipc_loan loan;
    example_begin();
    make_link();

    /* The message is made where the receiver will read it. */
    REQUIRE(kipc_link_loan(&sender, BYTES, &loan, KIPC_NO_WAIT) == KIPC_OK);
    for (size_t i = 0; i < BYTES; i++) {
        ((uint8_t *)loan.data)[i] = (uint8_t)(i * 3);
    }
    const void *written = loan.data;
    REQUIRE(kipc_link_commit(&sender, &loan, BYTES, KIPC_NO_WAIT) == KIPC_OK);

    REQUIRE(kipc_link_receive(&receiver, &message, KIPC_NO_WAIT) == KIPC_OK);
    REQUIRE(message.kind == KIPC_SLOT_LOAN && message.length == BYTES && message.view.data == written);
    for (size_t i = 0; i < BYTES; i++) {
        REQUIRE(((const uint8_t *)message.view.data)[i] == (uint8_t)(i * 3));
    }
    REQUIRE(kipc_link_release(&receiver, &message.view) == KIPC_OK);

    struct kipc_link_counters counters = kipc_link_sender_counters(&sender);
    REQUIRE(counters.path_large == 1 && counters.copied_bytes == 0);
    example_print("%lu bytes handed over, %lu copied", message.length, counters.copied_bytes);
    example_end();
    return 0;
}

/* Prints:
 *   4096 bytes handed over, 0 copied
 */
