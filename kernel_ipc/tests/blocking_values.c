/* SPDX-License-Identifier: MIT */
/* The suite's case of exact values: in which order, what there is room for, what is refused, what is kept. */
#include "blocking_suite.h"

#define SHUFFLED 100u
#define FULL 64u

int suite_send(struct suite *s, kipc_handle_t end, uint64_t number, uint8_t priority)
{
    const struct kipc_channel_message message = {
        .type = KIPC_MESSAGE_DATA, .priority = priority, .length = sizeof(number), .data = &number};
    return kipc_channel_send(s->kernel, s->first, end, &message, KIPC_NO_WAIT);
}

int suite_receive(struct suite *s, kipc_handle_t end, uint64_t *number, struct kipc_channel_info *info)
{
    return kipc_channel_receive(s->kernel, s->first, end, number, sizeof(*number), info, KIPC_NO_WAIT);
}

void suite_make_pair(struct suite *s, const struct kipc_channel_config *config, kipc_handle_t ends[2])
{
    CHECK(s, kipc_channel_create(s->kernel, s->first, config, ends), KIPC_OK);
}

void suite_close_pair(struct suite *s, const kipc_handle_t ends[2])
{
    CHECK(s, kipc_handle_close(s->kernel, s->first, ends[0]), KIPC_OK);
    CHECK(s, kipc_handle_close(s->kernel, s->first, ends[1]), KIPC_OK);
}

static void one_direction(struct suite *s)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2];
    uint64_t number = 0;
    config.is_unidirectional = true;
    suite_make_pair(s, &config, ends);
    CHECK(s, suite_send(s, ends[1], 1, 0), KIPC_E_ACCES);
    CHECK(s, suite_receive(s, ends[0], &number, NULL), KIPC_E_ACCES);
    CHECK(s, suite_receive(s, ends[1], &number, NULL), KIPC_E_EMPTY);
    CHECK(s, suite_send(s, ends[0], 7, 0), KIPC_OK);
    CHECK(s, suite_receive(s, ends[1], &number, NULL), (int)sizeof(number));
    CHECK(s, number, 7);
    suite_close_pair(s, ends);
}

/* 100 messages with every priority from 0 to 99 halved, in an order without order. */
static void by_priority(struct suite *s)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    struct kipc_channel_info info;
    kipc_handle_t ends[2];
    uint64_t number = 0;
    uint64_t before = 0;
    uint8_t priority = UINT8_MAX;
    config.capacity = SHUFFLED;
    config.buffer_bytes = 16384;
    suite_make_pair(s, &config, ends);
    for (uint64_t i = 0; i < SHUFFLED; i++) {
        CHECK(s, suite_send(s, ends[0], i, (uint8_t)(i * 37 % SHUFFLED / 2)), KIPC_OK);
    }
    for (uint64_t i = 0; i < SHUFFLED; i++) {
        CHECK(s, suite_receive(s, ends[1], &number, &info), (int)sizeof(number));
        CHECK(s, info.header.priority <= priority, true);
        CHECK(s, info.header.priority < priority || number > before, true);
        CHECK(s, info.header.priority, number * 37 % SHUFFLED / 2);
        priority = info.header.priority;
        before = number;
    }
    CHECK(s, suite_receive(s, ends[1], &number, NULL), KIPC_E_EMPTY);
    suite_close_pair(s, ends);
}

/* The default holds 64 messages, each large from the 65th byte of its payload on. */
static void room_and_paths(struct suite *s)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    struct kipc_channel_stats stats;
    uint8_t payload[KIPC_MSG_SMALL_MAX + 1] = {1};
    kipc_handle_t ends[2];
    uint64_t number = 0;
    config.message_max = 2 * KIPC_MSG_SMALL_MAX;
    suite_make_pair(s, &config, ends);
    for (uint32_t i = 0; i < FULL; i++) {
        CHECK(s, suite_send(s, ends[0], i, 0), KIPC_OK);
    }
    CHECK(s, suite_send(s, ends[0], FULL, 0), KIPC_E_FULL);
    for (uint32_t i = 0; i < FULL; i++) {
        CHECK(s, suite_receive(s, ends[1], &number, NULL), (int)sizeof(number));
        CHECK(s, number, i);
    }
    for (uint32_t length = 0; length <= sizeof(payload); length++) {
        const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = length, .data = payload};
        CHECK(s, kipc_channel_send(s->kernel, s->first, ends[0], &message, KIPC_NO_WAIT), KIPC_OK);
        CHECK(s, kipc_channel_receive(s->kernel, s->first, ends[1], payload, sizeof(payload), NULL, KIPC_NO_WAIT),
              (int)length);
        CHECK(s, kipc_channel_stats(s->kernel, s->first, ends[0], &stats), KIPC_OK);
        CHECK(s, stats.sent, FULL + length + 1);
        CHECK(s, stats.sent_large, length <= 64 ? 0 : 1);
    }
    suite_close_pair(s, ends);
}

static void parted_and_joined(struct suite *s)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    struct kipc_channel_info info;
    kipc_handle_t ends[2];
    uint64_t number = 0;
    suite_make_pair(s, &config, ends);
    CHECK(s, suite_send(s, ends[0], 1, 0), KIPC_OK);
    CHECK(s, suite_send(s, ends[0], 2, 0), KIPC_OK);
    CHECK(s, kipc_channel_disconnect(s->kernel, s->first, ends[0]), KIPC_OK);
    CHECK(s, suite_send(s, ends[0], 3, 0), KIPC_E_CLOSED);
    for (uint64_t i = 1; i <= 2; i++) {
        CHECK(s, suite_receive(s, ends[1], &number, NULL), (int)sizeof(number));
        CHECK(s, number, i);
    }
    CHECK(s, suite_receive(s, ends[1], &number, NULL), KIPC_E_CLOSED);
    CHECK(s, kipc_channel_connect(s->kernel, s->first, ends[1], ends[0]), KIPC_OK);
    for (uint64_t i = 0; i < 3; i++) {
        CHECK(s, suite_send(s, ends[0], 50 + i, 0), KIPC_OK);
        CHECK(s, suite_receive(s, ends[1], &number, &info), (int)sizeof(number));
        CHECK(s, number, 50 + i);
        CHECK(s, info.sequence, i);
    }
    suite_close_pair(s, ends);
}

/* What nobody waits for is kept once: a signal, a post, an entry for each source. */
static void kept_once(struct suite *s)
{
    struct kipc_notification_entry entry;
    kipc_handle_t handle;
    CHECK(s, kipc_event_create(s->kernel, s->first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &handle), KIPC_OK);
    CHECK(s, kipc_event_signal(s->kernel, s->first, handle, 5), 0);
    CHECK(s, kipc_event_signal(s->kernel, s->first, handle, 6), 0);
    CHECK(s, kipc_event_wait(s->kernel, s->first, handle, KIPC_NO_WAIT, NULL), KIPC_OK);
    CHECK(s, kipc_event_wait(s->kernel, s->first, handle, KIPC_NO_WAIT, NULL), KIPC_E_WOULDBLOCK);
    CHECK(s, kipc_handle_close(s->kernel, s->first, handle), KIPC_OK);
    CHECK(s, kipc_notification_create(s->kernel, s->first, KIPC_WAIT_FIFO, &handle), KIPC_OK);
    for (uint32_t i = 0; i < KIPC_CFG_NOTIFICATIONS_MAX; i++) {
        CHECK(s, kipc_notification_post(s->kernel, s->first, handle, i, 1), KIPC_OK);
    }
    CHECK(s, kipc_notification_post(s->kernel, s->first, handle, 0, 2), KIPC_OK);
    CHECK(s, kipc_notification_post(s->kernel, s->first, handle, KIPC_CFG_NOTIFICATIONS_MAX, 1), KIPC_E_FULL);
    for (uint32_t i = 0; i < KIPC_CFG_NOTIFICATIONS_MAX; i++) {
        CHECK(s, kipc_notification_take(s->kernel, s->first, handle, KIPC_NO_WAIT, &entry), KIPC_OK);
        CHECK(s, entry.source, i);
        CHECK(s, entry.bits, i == 0 ? 3 : 1);
        CHECK(s, entry.count, i == 0 ? 2 : 1);
        CHECK(s, entry.is_merged, i == 0);
    }
    CHECK(s, kipc_notification_take(s->kernel, s->first, handle, KIPC_NO_WAIT, &entry), KIPC_E_EMPTY);
    CHECK(s, kipc_handle_close(s->kernel, s->first, handle), KIPC_OK);
}

/* The layout that both sides rely on is asserted in kipc/message.h; what comes is looked at. */
static void checked_headers(struct suite *s)
{
    struct kipc_message_inline message;
    CHECK(s, kipc_message_new_inline(&message, KIPC_MESSAGE_DATA, 0, "12345", 5), KIPC_OK);
    CHECK(s, sizeof(message.header), KIPC_MESSAGE_HEADER_BYTES);
    CHECK(s, kipc_message_validate(&message.header, sizeof(message)), KIPC_OK);
    message.header.reserved = 1;
    CHECK(s, kipc_message_validate(&message.header, sizeof(message)), KIPC_E_BADMSG);
}

void suite_values(struct suite *s)
{
    checked_headers(s);
    one_direction(s);
    by_priority(s);
    room_and_paths(s);
    parted_and_joined(s);
    kept_once(s);
}
