/* SPDX-License-Identifier: MIT */
/* A link on a fake port whose sender shares its buffers with the receiver, or moves them there by a played DMA. */
#ifndef KIPC_TESTS_LINK_FIXTURE_H
#define KIPC_TESTS_LINK_FIXTURE_H

#include "support.h"

#define SLOTS 4u
#define BUFFERS 3u
#define BYTES 4096u
#define REMOTE_BYTES 2048u

struct link_fixture {
    struct fake_port fake;
    struct fake_notifier to_receiver;
    struct fake_notifier to_sender;
    void *ring;
    void *pool;
    void *remote;
    struct kipc_buffer_record records[3][BUFFERS];
    struct kipc_mover mover;
    int move_result;
    unsigned int moves;
    struct kipc_link_sender sender;
    struct kipc_link_receiver receiver;
};

int link_fixture_share(void **state);
int link_fixture_move(void **state);
/* Asserts that every buffer of every pool is back. */
int link_fixture_tear_down(void **state);

/* Sends a message through a loan, receives it and gives the buffer back; its bytes follow from the seed. */
void send_large(struct link_fixture *f, size_t length, uint8_t seed);
void receive_large(struct link_fixture *f, size_t length, uint8_t seed);

#define SHARE_TEST(function) cmocka_unit_test_setup_teardown(function, link_fixture_share, link_fixture_tear_down)
#define MOVE_TEST(function)                                                                                            \
    {                                                                                                                  \
#function "_by_move", function, link_fixture_move, link_fixture_tear_down, NULL                                \
    }

#endif
