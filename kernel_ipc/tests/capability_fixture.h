/* SPDX-License-Identifier: MIT */
/* Many capabilities in one message: a channel of the first process to the second one, and events to send handles of. */
#ifndef KIPC_TESTS_CAPABILITY_FIXTURE_H
#define KIPC_TESTS_CAPABILITY_FIXTURE_H

#include "channel_fixture.h"

#define MANY KIPC_CFG_CAPS_PER_MSG_MAX
#define LARGE (KIPC_MSG_SMALL_MAX + 1)

/* The kernel fixture with room for all of them, twice: `handle` of the first process sends, `other` of the second one
 * receives. */
int capability_fixture_set_up(void **state);
int capability_fixture_tear_down(void **state);

/* The test's own thread acts for another process from here on. */
void become(struct kernel_fixture *f, kipc_pid_t pid);

/* Makes another such channel. */
void make_way(struct kernel_fixture *f, const struct kipc_channel_config *config);

/* Makes events of the first process; `handles` receives a handle of each. */
void make_events(struct kernel_fixture *f, kipc_handle_t *handles, uint32_t count);

/* A message with a payload of LARGE bytes and these capabilities, in its list. */
struct kipc_channel_message many_in(const kipc_handle_t *handles, uint32_t count, bool moves);
int send_many(struct kernel_fixture *f, const kipc_handle_t *handles, uint32_t count, bool moves);

/* The second process receives such a message. */
struct kipc_channel_large_info receive_many(struct kernel_fixture *f);

/* How many handles are on their way. */
uint32_t on_their_way(struct kernel_fixture *f);

/* What a transfer that fails must leave as it was. */
struct possessions {
    uint32_t handles;
    uint32_t used[2]; /* of both processes' quota */
    uint32_t blocks_free;
    uint32_t blocks_reserved;
    uint32_t events;
};
struct possessions possessions_of(struct kernel_fixture *f);
void assert_same_possessions(struct kernel_fixture *f, const struct possessions *before);

/* Each handle is one of the first process, for the event of its place. */
void assert_still_the_senders(struct kernel_fixture *f, const kipc_handle_t *handles, uint32_t count);

#endif
