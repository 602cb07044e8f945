/* SPDX-License-Identifier: MIT */
/* A large message: 4 KiB are written into a loaned buffer and handed over; the CPU copies nothing. */
#include "ring_pair.h"
#include <kipc/link.h>

#define SLOTS 4u
#define BUFFERS 2u
#define BYTES 4096u

int main(void)
{
    struct kipc_host host;
    struct kipc_buffer_record records[2][BUFFERS];
    struct kipc_link_sender sender;
    struct kipc_link_receiver receiver;
    struct kipc_link_message message;
    struct kipc_link_counters counters;
    struct kipc_loan loan;
    kipc_host_set_up(&host, false, KIPC_SPIN_MANY_HARTS);
    (void)kipc_host_join(&host);
    const struct kipc_notifier notifier = kipc_notifier_local(&host.port);
    void *ring = lines_of_memory(kipc_ring_bytes(SLOTS));
    void *pool = lines_of_memory(kipc_pool_bytes(BUFFERS, BYTES));
    REQUIRE(kipc_ring_format(ring, kipc_ring_bytes(SLOTS), SLOTS, 0) == KIPC_OK);
    REQUIRE(kipc_pool_format(pool, kipc_pool_bytes(BUFFERS, BYTES), BUFFERS, BYTES, 0) == KIPC_OK);
    const struct kipc_link_sender_config sends = {
        .port = &host.port,
        .notifier = notifier,
        .ring_memory = ring,
        .ring_bytes = kipc_ring_bytes(SLOTS),
        .pool = {pool, kipc_pool_bytes(BUFFERS, BYTES), records[0], BUFFERS},
    };
    const struct kipc_link_receiver_config receives = {
        .port = &host.port,
        .notifier = notifier,
        .ring_memory = ring,
        .ring_bytes = kipc_ring_bytes(SLOTS),
        .pool = {pool, kipc_pool_bytes(BUFFERS, BYTES), records[1], BUFFERS},
    };
    REQUIRE(kipc_link_sender_attach(&sender, &sends) == KIPC_OK);
    REQUIRE(kipc_link_receiver_attach(&receiver, &receives) == KIPC_OK);

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

    counters = kipc_link_sender_counters(&sender);
    REQUIRE(counters.path_large == 1 && counters.copied_bytes == 0);
    kipc_host_tear_down(&host);
    free(pool);
    free(ring);
    return 0;
}
