/* SPDX-License-Identifier: MIT */
/* Good calls for many messages: batches, messages that nobody waits for, topics, and channels to other nodes. */
#include "programs/support/calls/good_calls.h"

#define BUFFER AT(buffers[0])
#define BUFFER_BYTES sizeof(good.memory.buffers[0])
#define ONE "the first"
#define TWO "second one"
#define ONE_BYTES (sizeof(ONE) - 1)
#define TWO_BYTES (sizeof(TWO) - 1)
#define PORT 3u

static struct good_memory *const m = &good.memory;

static void make_channel(void)
{
    m->channel = kipc_channel_config_default();
    DO(KIPC_OK, CHANNEL_CREATE, AT(channel), AT(ends));
    good_message(0, ONE, ONE_BYTES);
    good_message(1, TWO, TWO_BYTES);
}

static void use_batches(void)
{
    for (unsigned i = 0; i < 3; i++) { /* one more than comes */
        m->rooms[i] = (struct kipc_channel_room){.buffer = m->buffers[i % 2], .capacity = BUFFER_BYTES};
    }
    m->rooms[1].info = &m->info;
    DO(2, CHANNEL_SEND_BATCH, m->ends[0], AT(messages), 2, KIPC_NO_WAIT);
    DO(2, CHANNEL_RECEIVE_BATCH, m->ends[1], AT(rooms), 3, KIPC_NO_WAIT);
    EXPECT(m->rooms[0].length, ONE_BYTES, "length of the first of a batch");
    EXPECT(m->rooms[1].length, TWO_BYTES, "length of the second of a batch");
    EXPECT_TEXT(m->buffers[0], ONE, "byte of the first of a batch");
    EXPECT_TEXT(m->buffers[1], TWO, "byte of the second of a batch");
    EXPECT(m->info.sequence, 1, "sequence number of the second of a batch");
}

static void use_tokens(void)
{
    DO(KIPC_OK, EVENT_CREATE, KIPC_EVENT_AUTO, KIPC_WAIT_PRIORITY, AT(events[0]));
    DO(KIPC_OK, CHANNEL_SEND_ASYNC, m->ends[0], AT(messages[0]), m->events[0], AT(word));
    DO(KIPC_OK, EVENT_WAIT, m->events[0], KIPC_NO_WAIT, AT(signal));
    EXPECT(m->signal.data, m->word, "token of a send that is complete");
    DO(KIPC_OK, ASYNC_POLL, m->word, 0, 0, 0);
    DO(ONE_BYTES, CHANNEL_RECEIVE, m->ends[1], BUFFER, BUFFER_BYTES, 0, KIPC_NO_WAIT);
    EXPECT_TEXT(m->buffers[0], ONE, "byte of a message that nobody waited for");
    DO(KIPC_OK, CHANNEL_RECEIVE_ASYNC, m->ends[1], TWO_BYTES, m->events[0], AT(word));
    DO(KIPC_E_WOULDBLOCK, ASYNC_POLL, m->word, BUFFER, BUFFER_BYTES, AT(info));
    DO(KIPC_OK, CHANNEL_SEND, m->ends[0], AT(messages[1]), KIPC_NO_WAIT);
    DO(KIPC_OK, EVENT_WAIT, m->events[0], KIPC_NO_WAIT, AT(signal));
    EXPECT(m->signal.data, m->word, "token of a receive that is complete");
    m->info.header.sender = 0;
    DO(TWO_BYTES, ASYNC_POLL, m->word, BUFFER, BUFFER_BYTES, AT(info));
    EXPECT_TEXT(m->buffers[0], TWO, "byte of a message that was asked for");
    EXPECT(m->info.header.sender, good.pid, "sender of a message that was asked for");
    DO(KIPC_OK, CHANNEL_RECEIVE_ASYNC, m->ends[1], BUFFER_BYTES, KIPC_NO_ID, AT(word));
    DO(KIPC_OK, ASYNC_CANCEL, m->word);
    DO(KIPC_E_BADF, ASYNC_POLL, m->word, BUFFER, BUFFER_BYTES, 0);
}

static void use_topic(void)
{
    m->topic = (struct kipc_topic_config){.message_max = 32, .history = 1};
    m->subscription = (struct kipc_subscription_config){.capacity = 2, .drops_newest = true};
    DO(KIPC_OK, TOPIC_CREATE, AT(topic), AT(handle));
    DO(0, TOPIC_PUBLISH, m->handle, AT(messages[0]), KIPC_NO_WAIT);
    DO(KIPC_OK, TOPIC_SUBSCRIBE, m->handle, AT(subscription), AT(other));
    DO(1, TOPIC_PUBLISH, m->handle, AT(messages[1]), KIPC_NO_WAIT);
    DO(ONE_BYTES, TOPIC_RECEIVE, m->other, BUFFER, BUFFER_BYTES, AT(info), KIPC_NO_WAIT);
    EXPECT_TEXT(m->buffers[0], ONE, "byte of what a topic kept");
    DO(TWO_BYTES, TOPIC_RECEIVE, m->other, BUFFER, BUFFER_BYTES, AT(info), KIPC_NO_WAIT);
    EXPECT_TEXT(m->buffers[0], TWO, "byte of what was published");
    EXPECT(m->info.header.sender, good.pid, "sender of what was published");
    DO(KIPC_OK, CONNECTION_INFO, m->handle, AT(connection));
    EXPECT(m->connection.type, KIPC_CONNECTION_BROADCAST, "type of a topic's connection");
}

/* What leaves for one node comes from the other one at once. */
static void use_nodes(void)
{
    m->channel.capacity = 2; /* blocks are reserved for each end */
    m->channel.message_max = PARTNER_PAYLOAD_MAX;
    DO(KIPC_OK, CHANNEL_OPEN_REMOTE, AT(channel), PARTNER_NODE, PORT, AT(ends[0]));
    DO(KIPC_OK, CHANNEL_OPEN_REMOTE, AT(channel), PARTNER_NODE + 1, PORT, AT(ends[1]));
    DO(KIPC_OK, CONNECTION_INFO, m->ends[1], AT(connection));
    EXPECT(m->connection.type, KIPC_CONNECTION_REMOTE, "type of a connection to a node");
    EXPECT(m->connection.node, PARTNER_NODE + 1, "node of a connection");
    EXPECT(m->connection.port, PORT, "port of a connection");
    DO(KIPC_OK, CHANNEL_SEND, m->ends[0], AT(messages[0]), KIPC_NO_WAIT);
    DO(ONE_BYTES, CHANNEL_RECEIVE, m->ends[1], BUFFER, BUFFER_BYTES, AT(info), KIPC_NO_WAIT);
    EXPECT_TEXT(m->buffers[0], ONE, "byte of a message from another node");
    DO(KIPC_OK, CHANNEL_SEND, m->ends[1], AT(messages[1]), KIPC_NO_WAIT);
    DO(TWO_BYTES, CHANNEL_RECEIVE, m->ends[0], BUFFER, BUFFER_BYTES, AT(info), KIPC_NO_WAIT);
    EXPECT_TEXT(m->buffers[0], TWO, "byte of a message to the first node");
}

void good_stream_calls(void)
{
    make_channel();
    use_batches();
    use_tokens();
    use_topic();
    use_nodes();
}
