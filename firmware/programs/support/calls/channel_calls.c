/* SPDX-License-Identifier: MIT */
/* Good calls on channels: messages, requests, and who may send what. */
#include "programs/support/calls/good_calls.h"

#define HELLO "hello"
#define HELLO_BYTES (sizeof(HELLO) - 1)
#define TAG 0x77u
#define TIMEOUT 5000u
#define BUFFER AT(buffers[0])
#define BUFFER_BYTES sizeof(good.memory.buffers[0])
#define ALL_TYPES 0x1fu

static struct good_memory *const m = &good.memory;

static void make_channel(void)
{
    m->channel = kipc_channel_config_default();
    m->channel.timeout = TIMEOUT;
    DO(KIPC_OK, CHANNEL_CREATE, AT(channel), AT(ends));
    DO(KIPC_OK, CHANNEL_DEADLINE, m->ends[0], AT(deadline));
    EXPECT(m->deadline >= good.begun + TIMEOUT && m->deadline < good.begun + 20 * TIMEOUT, true,
           "deadline of a channel, within bounds,");
    m->connection.type = KIPC_CONNECTION_BROADCAST;
    DO(KIPC_OK, CONNECTION_INFO, m->ends[0], AT(connection));
    EXPECT(m->connection.type, KIPC_CONNECTION_POINT_TO_POINT, "type of a connection");
    EXPECT(m->connection.is_connected, true, "connection");
}

static void pass_messages(void)
{
    good_message(0, HELLO, HELLO_BYTES);
    m->messages[0].tag = TAG;
    m->messages[0].priority = 9;
    DO(KIPC_OK, CHANNEL_SEND, m->ends[0], AT(messages[0]), KIPC_NO_WAIT);
    DO(1, CHANNEL_STATS, m->ends[1], AT(stats));
    EXPECT(m->stats.depth_peak, 1, "messages in an inbox at once");
    DO(HELLO_BYTES, CHANNEL_RECEIVE, m->ends[1], BUFFER, BUFFER_BYTES, AT(info), KIPC_NO_WAIT);
    EXPECT_TEXT(m->buffers[0], HELLO, "byte of a message");
    EXPECT(m->info.header.sender, good.pid, "sender of a message");
    EXPECT(m->info.header.priority, 9, "priority of a message");
    DO(KIPC_OK, CHANNEL_SEND, m->ends[0], AT(messages[0]), KIPC_NO_WAIT);
    m->buffers[0][0] = 0;
    DO(KIPC_E_TYPE, CHANNEL_RECEIVE_TAGGED, m->ends[1], TAG + 1, BUFFER, BUFFER_BYTES, KIPC_NO_WAIT);
    DO(HELLO_BYTES, CHANNEL_RECEIVE_TAGGED, m->ends[1], TAG, BUFFER, BUFFER_BYTES, KIPC_NO_WAIT);
    EXPECT_TEXT(m->buffers[0], HELLO, "byte of a message with a tag");
    DO(KIPC_OK, CHANNEL_SEND_FAST, m->ends[0], 2 * sizeof(uint64_t) | 3u << 16, 0x1234, 0x5678);
    DO(2 * sizeof(uint64_t), CHANNEL_RECEIVE, m->ends[1], BUFFER, BUFFER_BYTES, AT(info), KIPC_NO_WAIT);
    EXPECT(m->info.header.priority, 3, "priority of a message in registers");
    EXPECT(((const uint64_t *)m->buffers[0])[0], 0x1234, "first word of a message in registers");
    EXPECT(((const uint64_t *)m->buffers[0])[1], 0x5678, "second word of a message in registers");
    DO(0, CHANNEL_STATS, m->ends[0], AT(stats));
    EXPECT(m->stats.sent, 3, "messages sent");
}

/* A message with a handle, and messages that lack the one that is required. */
static void pass_handles(void)
{
    DO(KIPC_OK, SEMAPHORE_CREATE, 1, 1, KIPC_WAIT_FIFO, AT(handle));
    DO(KIPC_OK, CHANNEL_REQUIRE, m->ends[1], m->handle);
    good_message(0, HELLO, HELLO_BYTES);
    DO(KIPC_E_FILTERED, CHANNEL_SEND, m->ends[0], AT(messages[0]), KIPC_NO_WAIT);
    m->messages[0].capabilities[0] = m->handle;
    m->messages[0].capability_count = 1;
    DO(KIPC_OK, CHANNEL_SEND, m->ends[0], AT(messages[0]), KIPC_NO_WAIT);
    DO(HELLO_BYTES, CHANNEL_RECEIVE_LARGE, m->ends[1], BUFFER, BUFFER_BYTES, AT(large), KIPC_NO_WAIT);
    EXPECT_TEXT(m->buffers[0], HELLO, "byte of a message with a handle");
    EXPECT(m->large.capability_count, 1, "handles of a message");
    DO(KIPC_OK, SEMAPHORE_WAIT, m->large.capabilities[0], KIPC_NO_WAIT);
    DO(0, SEMAPHORE_VALUE, m->handle, 0);
    DO(KIPC_OK, CHANNEL_REQUIRE, m->ends[1], KIPC_NO_ID);
    DO(KIPC_OK, CHANNEL_ADMIT, m->ends[1], ALL_TYPES & ~(1u << KIPC_MESSAGE_DATA));
    DO(KIPC_E_FILTERED, CHANNEL_SEND, m->ends[0], AT(messages[0]), KIPC_NO_WAIT);
    DO(KIPC_OK, CHANNEL_ADMIT, m->ends[1], ALL_TYPES);
}

static void pass_requests(void)
{
    static const char ask[] = "what", reply[] = "that one";

    good_message(0, ask, sizeof(ask) - 1);
    partner.end = good_give(m->ends[1]);
    good_ask(PARTNER_ANSWER);
    DO(sizeof(PARTNER_REPLY) - 1, CHANNEL_CALL, m->ends[0], AT(messages[0]), BUFFER, BUFFER_BYTES, KIPC_FOREVER);
    EXPECT_TEXT(m->buffers[0], PARTNER_REPLY, "byte of an answer");
    EXPECT(partner.result, sizeof(ask) - 1, "length of a request");
    EXPECT_TEXT(partner.text, "what", "byte of a request");
    good_ask(PARTNER_ASK);
    DO(sizeof(PARTNER_REQUEST) - 1, CHANNEL_RECEIVE, m->ends[0], BUFFER, BUFFER_BYTES, AT(info), KIPC_NO_WAIT);
    EXPECT_TEXT(m->buffers[0], PARTNER_REQUEST, "byte of the other process's request");
    good_message(1, reply, sizeof(reply) - 1);
    DO(KIPC_OK, CHANNEL_REPLY, m->info.header.request_id, (uintptr_t)m->messages[1].data, sizeof(reply) - 1);
    EXPECT(partner.result, sizeof(reply) - 1, "length of a reply");
    EXPECT_TEXT(partner.text, "that one", "byte of a reply");
    good_ask(PARTNER_ASK);
    DO(sizeof(PARTNER_REQUEST) - 1, CHANNEL_RECEIVE, m->ends[0], BUFFER, BUFFER_BYTES, AT(info), KIPC_NO_WAIT);
    DO(KIPC_OK, CHANNEL_REPLY_ERROR, m->info.header.request_id, (uintptr_t)KIPC_E_PERM);
    EXPECT(partner.result, KIPC_E_PERM, "error that a request was answered with");
}

static void part_and_join(void)
{
    good_message(0, HELLO, HELLO_BYTES);
    DO(KIPC_OK, CHANNEL_DISCONNECT, m->ends[0]);
    DO(KIPC_E_CLOSED, CHANNEL_SEND, m->ends[0], AT(messages[0]), KIPC_NO_WAIT);
    DO(KIPC_OK, CHANNEL_CONNECT, m->ends[0], m->ends[1]);
    DO(KIPC_OK, CHANNEL_SEND, m->ends[0], AT(messages[0]), KIPC_NO_WAIT);
    DO(HELLO_BYTES, CHANNEL_RECEIVE, m->ends[1], BUFFER, BUFFER_BYTES, 0, KIPC_NO_WAIT);
    m->rule = (struct kipc_channel_rule){.id = 0, .is_group = true, .is_denied = true}; /* its own group */
    DO(KIPC_OK, CHANNEL_ADD_RULE, m->ends[0], AT(rule));
    DO(KIPC_E_ACCES, CHANNEL_SEND, m->ends[0], AT(messages[0]), KIPC_NO_WAIT);
}

void good_channel_calls(void)
{
    make_channel();
    pass_messages();
    pass_handles();
    pass_requests();
    part_and_join();
}
