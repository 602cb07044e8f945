/* SPDX-License-Identifier: MIT */
/* What tests of channels share: one channel between the two processes of the kernel fixture. */
#ifndef KIPC_TESTS_CHANNEL_FIXTURE_H
#define KIPC_TESTS_CHANNEL_FIXTURE_H

#include "kernel_fixture.h"
#include <kipc/channel.h>

/* A config with this capacity; buffers of 4096 bytes, messages of up to 256. */
struct kipc_channel_config channel_config(uint32_t capacity);

/* Makes a channel of the first process: handle and other of the fixture. */
void make_channel(struct kernel_fixture *fixture, const struct kipc_channel_config *config);

/* Sends a number from one of the first process's ends. */
int send_number(struct kernel_fixture *fixture, kipc_handle_t end, uint64_t number, uint8_t priority,
                uint64_t deadline);

/* Receives a number; UINT64_MAX if the result is not its length. */
int receive_number(struct kernel_fixture *fixture, kipc_handle_t end, uint64_t *number, uint64_t deadline);

/* Actors: send their number, receive a number; with their handle, until their deadline. */
void send_and_note(struct actor *actor);
void receive_and_note(struct actor *actor);

#endif
