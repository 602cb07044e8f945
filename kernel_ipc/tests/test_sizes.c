/* SPDX-License-Identifier: MIT */
/* Sizes: what a message takes, and every limit of one at its edges. */
#include "channel_fixture.h"

#define SLOTS 4u
#define BUFFERS 3u
#define BYTES 4096u
#define REMOTE_BYTES 2048u

struct sizes {
    struct fake_port fake;
    struct fake_notifier notified;
    uint8_t *ring;
    uint8_t *pool;
    uint8_t *remote;
    struct kipc_buffer_record records[2][BUFFERS];
    struct kipc_mover mover;
    struct kipc_link_sender link;
    struct kipc_ring_producer *ring_end; /* the link's own */
    uint8_t payload[KIPC_RING_INLINE_MAX + 8];
};

static int move(void *context, void *destination, const void *source, size_t length)
{
    (void)context;
    memcpy(destination, source, length);
    return KIPC_OK;
}

/* A link over a ring and a pool; in move mode the other side's buffers are smaller than this side's. */
static void make(struct sizes *s, bool moves)
{
    memset(s, 0, sizeof(*s));
    fake_port_set_up(&s->fake, 0);
    s->ring = aligned_memory(kipc_ring_bytes(SLOTS));
    s->pool = aligned_memory(kipc_pool_bytes(BUFFERS, BYTES));
    s->remote = aligned_memory(kipc_pool_bytes(BUFFERS, REMOTE_BYTES));
    assert_result(kipc_ring_format(s->ring, kipc_ring_bytes(SLOTS), SLOTS, NEAR_WRAP), KIPC_OK);
    assert_result(kipc_pool_format(s->pool, kipc_pool_bytes(BUFFERS, BYTES), BUFFERS, BYTES, NEAR_WRAP), KIPC_OK);
    assert_result(kipc_pool_format(s->remote, kipc_pool_bytes(BUFFERS, REMOTE_BYTES), BUFFERS, REMOTE_BYTES, NEAR_WRAP),
                  KIPC_OK);
    s->mover = (struct kipc_mover){.move = move, .context = s};
    const struct kipc_link_sender_config config = {
        .port = &s->fake.port,
        .notifier = fake_notifier(&s->notified),
        .ring_memory = s->ring,
        .ring_bytes = kipc_ring_bytes(SLOTS),
        .pool = {s->pool, kipc_pool_bytes(BUFFERS, BYTES), s->records[0], BUFFERS},
        .mover = moves ? &s->mover : NULL,
        .remote = {s->remote, kipc_pool_bytes(BUFFERS, REMOTE_BYTES), s->records[1], BUFFERS}};
    assert_result(kipc_link_sender_attach(&s->link, &config), KIPC_OK);
    s->ring_end = &s->link.ring;
}

static void unmake(struct sizes *s)
{
    aligned_memory_free(s->ring);
    aligned_memory_free(s->pool);
    aligned_memory_free(s->remote);
}

static int ring_send(struct sizes *s, size_t length)
{
    return kipc_ring_send_sp(s->ring_end, s->payload, length);
}

static int ring_send_blocking(struct sizes *s, size_t length)
{
    return kipc_ring_send_blocking(s->ring_end, s->payload, length, KIPC_FOREVER);
}

static int ring_send_batch(struct sizes *s, size_t length)
{
    const struct kipc_ring_item items[] = {{s->payload, length}, {s->payload, 1}};
    return (int)kipc_ring_send_batch_sp(s->ring_end, items, 2);
}

static int ring_publish(struct sizes *s, size_t length)
{
    void *place;
    assert_result(kipc_ring_acquire_sp(s->ring_end, &place), KIPC_OK);
    return kipc_ring_publish_sp(s->ring_end, KIPC_SLOT_INLINE, length);
}

static int link_send(struct sizes *s, size_t length)
{
    return kipc_link_send(&s->link, s->payload, length, KIPC_NO_WAIT);
}

static int link_loan(struct sizes *s, size_t length)
{
    struct kipc_loan loan;
    return kipc_link_loan(&s->link, length, &loan, KIPC_NO_WAIT);
}

static int link_commit(struct sizes *s, size_t length)
{
    struct kipc_loan loan;
    assert_result(kipc_link_loan(&s->link, 1, &loan, KIPC_NO_WAIT), KIPC_OK);
    return kipc_link_commit(&s->link, &loan, length, KIPC_NO_WAIT);
}

static int pool_commit(struct sizes *s, size_t length)
{
    struct kipc_loan loan;
    struct kipc_loan_descriptor descriptor;
    assert_result(kipc_pool_loan_sp(&s->link.pool, &loan), KIPC_OK);
    return kipc_pool_commit_sp(&s->link.pool, &loan, length, &descriptor);
}

static int message_set_up(struct sizes *s, size_t length)
{
    struct kipc_message_header header;
    (void)s;
    return kipc_message_set_up(&header, KIPC_MESSAGE_DATA, 0, length);
}

static int message_new_inline(struct sizes *s, size_t length)
{
    struct kipc_message_inline message;
    return kipc_message_new_inline(&message, KIPC_MESSAGE_DATA, 0, s->payload, length);
}

/* Every call that answers a size with KIPC_E_INVAL_SIZE; `moves`: what a link in move mode can carry counts. */
static const struct limit {
    const char *name;
    int (*call)(struct sizes *s, size_t size);
    size_t least;
    size_t most;
    bool moves;
} limits[] = {
    {"kipc_ring_send_sp", ring_send, 0, KIPC_RING_INLINE_MAX, false},
    {"kipc_ring_send_blocking", ring_send_blocking, 0, KIPC_RING_INLINE_MAX, false},
    {"kipc_ring_send_batch_sp", ring_send_batch, 0, KIPC_RING_INLINE_MAX, false},
    {"kipc_ring_publish_sp", ring_publish, 0, KIPC_RING_INLINE_MAX, false},
    {"kipc_link_send", link_send, 0, KIPC_RING_INLINE_MAX, false},
    {"kipc_link_loan", link_loan, 1, BYTES, false},
    {"kipc_link_loan to smaller buffers", link_loan, 1, REMOTE_BYTES, true},
    {"kipc_link_commit", link_commit, 1, BYTES, false},
    {"kipc_link_commit to smaller buffers", link_commit, 1, REMOTE_BYTES, true},
    {"kipc_pool_commit_sp", pool_commit, 1, BYTES, false},
    {"kipc_message_set_up", message_set_up, 0, UINT32_MAX - KIPC_MESSAGE_HEADER_BYTES, false},
    {"kipc_message_new_inline", message_new_inline, 0, KIPC_RING_INLINE_MAX, false},
};

/* All memory that the other side sees: what is refused must not have changed a byte of it. */
struct seen {
    uint8_t ring[2048];
    uint8_t pool[BYTES * (BUFFERS + 1)];
    uint8_t remote[BYTES * (BUFFERS + 1)];
};

static void look(const struct sizes *s, struct seen *seen)
{
    assert_true(kipc_ring_bytes(SLOTS) <= sizeof(seen->ring));
    assert_true(kipc_pool_bytes(BUFFERS, BYTES) <= sizeof(seen->pool));
    memset(seen, 0, sizeof(*seen));
    memcpy(seen->ring, s->ring, kipc_ring_bytes(SLOTS));
    memcpy(seen->pool, s->pool, kipc_pool_bytes(BUFFERS, BYTES));
    memcpy(seen->remote, s->remote, kipc_pool_bytes(BUFFERS, REMOTE_BYTES));
}

static void try_size(const struct limit *limit, size_t size)
{
    static struct sizes sizes;
    static struct seen before;
    static struct seen after;
    bool is_allowed = size >= limit->least && size <= limit->most;
    make(&sizes, limit->moves);
    look(&sizes, &before);
    int result = limit->call(&sizes, size);
    look(&sizes, &after);
    if (is_allowed ? result < 0 : result != KIPC_E_INVAL_SIZE) {
        fail_msg("%s, %zu bytes: result %d (%s)", limit->name, size, result, kipc_error_name(result));
    }
    if (!is_allowed) {
        assert_memory_equal(&after, &before, sizeof(before));
        assert_int_equal(sizes.notified.calls, 0);
    }
    unmake(&sizes);
}

static void test_EXO_ER_05_sizes_outside_of_the_limits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        const size_t tried[] = {0,
                                1,
                                limits[i].least,
                                limits[i].most - 1,
                                limits[i].most,
                                limits[i].most + 1,
                                2 * limits[i].most,
                                UINT16_MAX,
                                UINT16_MAX + (size_t)1,
                                UINT32_MAX,
                                SIZE_MAX - KIPC_MESSAGE_HEADER_BYTES,
                                SIZE_MAX};
        for (size_t j = 0; j < COUNT_OF(tried); j++) {
            try_size(&limits[i], tried[j]);
        }
    }
    assert_int_equal(KIPC_E_INVAL_SIZE, -203);
}

/* Where the limit is the choice of a channel's maker, the code says so: the message is too long for that channel. */
static void test_EXO_ER_05_VER_SE_02_a_channels_own_limit_is_another_code(void **state)
{
    struct kernel_fixture *f = *state;
    static const uint8_t payload[300];
    const struct kipc_channel_config config = channel_config(4);
    make_channel(f, &config);
    for (uint32_t length = 0; length < sizeof(payload); length++) {
        const struct kipc_channel_message message = {.length = length, .data = payload};
        int result = kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT);
        assert_result(result, length <= config.message_max ? KIPC_OK : KIPC_E_MSGSIZE);
        uint8_t received[sizeof(payload)];
        result = kipc_channel_receive(&f->kernel, f->first, f->other, received, sizeof(received), NULL, KIPC_NO_WAIT);
        assert_result(result, length <= config.message_max ? (int)length : KIPC_E_EMPTY);
    }
}

static void test_EXO_MS_12_an_inline_message_is_88_bytes_in_a_slot_of_two_lines(void **state)
{
    struct kernel_fixture *f = *state;
    assert_int_equal(KIPC_MESSAGE_HEADER_BYTES, 32);
    assert_int_equal(KIPC_RING_INLINE_MAX, 56);
    assert_int_equal(sizeof(struct kipc_message_inline), 88);
    assert_int_equal(offsetof(struct kipc_message_inline, data), 32);
    struct kipc_message_inline message;
    uint8_t payload[KIPC_RING_INLINE_MAX] = {1};
    assert_result(kipc_message_new_inline(&message, KIPC_MESSAGE_DATA, 0, payload, sizeof(payload)), KIPC_OK);
    assert_int_equal(message.header.total_size, 88);
    assert_int_equal(kipc_slot_size(), 128);
    assert_int_equal(kipc_slot_size(), 2 * KIPC_CACHELINE);
    /* That is what it takes: one slot, whose bytes are those of the message. */
    const struct kipc_channel_config config = channel_config(4);
    make_channel(f, &config);
    const struct kipc_channel_message sent = {.length = sizeof(payload), .data = payload};
    const struct kipc_block *block = f->kernel.free_blocks;
    uint32_t free_before = f->kernel.blocks_free;
    assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &sent, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(free_before - f->kernel.blocks_free, 1);
    assert_int_equal(sizeof(block->slot), kipc_slot_size());
    assert_int_equal(block->slot.header.total_size, 88);
    assert_memory_equal(block->slot.data, payload, sizeof(payload));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_EXO_ER_05_sizes_outside_of_the_limits),
        TEST(test_EXO_ER_05_VER_SE_02_a_channels_own_limit_is_another_code),
        TEST(test_EXO_MS_12_an_inline_message_is_88_bytes_in_a_slot_of_two_lines),
    };
    return cmocka_run_group_tests_name("sizes", tests, NULL, NULL);
}
