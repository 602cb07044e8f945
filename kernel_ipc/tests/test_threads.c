/* SPDX-License-Identifier: MIT */
/*
 * Two POSIX threads on both sides at once, for the thread sanitizer: rings and links that are small, so that both sides
 * block often. cmocka's asserts belong to the main thread, so workers report the line of their first failure.
 */
#include "kipc_host.h"
#include "support.h"

#define MESSAGES 30000u
#define LARGE_MESSAGES 8000u
#define SLOTS 4u
#define BUFFERS 3u
#define BYTES 256u
/* Every wait has a bound: this much real time in nanoseconds without progress is a failure. */
#define PATIENCE UINT64_C(20000000000)

struct exchange {
    struct kipc_host host;
    void *ring;
    void *pool;
    void *remote;
    struct kipc_buffer_record records[3][BUFFERS];
    struct kipc_link_sender sender;
    struct kipc_link_receiver receiver;
    struct kipc_mover mover;
    uint64_t received_bytes;
    int sender_failure;
    int receiver_failure;
};

#define REQUIRE(failure, condition)                                                                                    \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            *(failure) = __LINE__;                                                                                     \
            return NULL;                                                                                               \
        }                                                                                                              \
    } while (0)

static size_t length_of(uint64_t number)
{
    return (size_t)(number * 2654435761u % (KIPC_RING_INLINE_MAX - 7)) + 8;
}

static void *send_inline(void *argument)
{
    struct exchange *e = argument;
    const struct kipc_port *port = &e->host.port;
    (void)kipc_host_join(&e->host);
    for (uint64_t i = 0; i < MESSAGES; i++) {
        alignas(8) uint8_t data[KIPC_RING_INLINE_MAX];
        memset(data, (int)(i & 0xff), sizeof(data));
        memcpy(data, &i, sizeof(i));
        int result = kipc_link_send(&e->sender, data, length_of(i), kipc_deadline_after(port, PATIENCE));
        REQUIRE(&e->sender_failure, result == KIPC_OK);
    }
    return NULL;
}

static void *receive_inline(void *argument)
{
    struct exchange *e = argument;
    const struct kipc_port *port = &e->host.port;
    (void)kipc_host_join(&e->host);
    for (uint64_t i = 0; i < MESSAGES; i++) {
        struct kipc_link_message message;
        int result = kipc_link_receive(&e->receiver, &message, kipc_deadline_after(port, PATIENCE));
        REQUIRE(&e->receiver_failure, result == KIPC_OK && message.kind == KIPC_SLOT_INLINE);
        REQUIRE(&e->receiver_failure, message.length == length_of(i));
        uint64_t number;
        memcpy(&number, message.bytes, sizeof(number));
        REQUIRE(&e->receiver_failure, number == i);
        for (size_t k = sizeof(number); k < message.length; k++) {
            REQUIRE(&e->receiver_failure, message.bytes[k] == (uint8_t)i);
        }
    }
    return NULL;
}

static void *send_large(void *argument)
{
    struct exchange *e = argument;
    const struct kipc_port *port = &e->host.port;
    (void)kipc_host_join(&e->host);
    for (uint64_t i = 0; i < LARGE_MESSAGES; i++) {
        struct kipc_loan loan;
        size_t length = (size_t)(i % BYTES) + 1;
        int result = kipc_link_loan(&e->sender, length, &loan, kipc_deadline_after(port, PATIENCE));
        REQUIRE(&e->sender_failure, result == KIPC_OK);
        memset(loan.data, (int)(i * 31 & 0xff), length);
        if (i % 5 == 4) { /* now and then a sender changes its mind */
            REQUIRE(&e->sender_failure, kipc_link_abort(&e->sender, &loan) == KIPC_OK);
            continue;
        }
        result = kipc_link_commit(&e->sender, &loan, length, kipc_deadline_after(port, PATIENCE));
        REQUIRE(&e->sender_failure, result == KIPC_OK);
    }
    return NULL;
}

static void *receive_large(void *argument)
{
    struct exchange *e = argument;
    const struct kipc_port *port = &e->host.port;
    (void)kipc_host_join(&e->host);
    for (uint64_t i = 0; i < LARGE_MESSAGES; i++) {
        if (i % 5 == 4) {
            continue;
        }
        struct kipc_link_message message;
        int result = kipc_link_receive(&e->receiver, &message, kipc_deadline_after(port, PATIENCE));
        REQUIRE(&e->receiver_failure, result == KIPC_OK && message.kind == KIPC_SLOT_LOAN);
        REQUIRE(&e->receiver_failure, message.length == (size_t)(i % BYTES) + 1);
        const uint8_t *data = message.view.data;
        for (size_t k = 0; k < message.length; k++) {
            REQUIRE(&e->receiver_failure, data[k] == (uint8_t)(i * 31));
        }
        e->received_bytes += message.length;
        REQUIRE(&e->receiver_failure, kipc_link_release(&e->receiver, &message.view) == KIPC_OK);
    }
    return NULL;
}

static int move(void *context, void *destination, const void *source, size_t length)
{
    (void)context;
    memcpy(destination, source, length);
    return KIPC_OK;
}

/* A doorbell: notify does what the handler at the other end would do. */
static void ring_receiver(void *context, uint32_t waiter)
{
    (void)waiter;
    kipc_link_receiver_notified(&((struct exchange *)context)->receiver);
}

static void ring_sender(void *context, uint32_t waiter)
{
    (void)waiter;
    kipc_link_sender_notified(&((struct exchange *)context)->sender);
}

static void make(struct exchange *e, uint32_t spin, bool by_doorbell, bool by_move, bool is_light)
{
    memset(e, 0, sizeof(*e));
    kipc_host_set_up(&e->host, false, spin);
    e->ring = aligned_memory(kipc_ring_bytes(SLOTS));
    e->pool = aligned_memory(kipc_pool_bytes(BUFFERS, BYTES));
    e->remote = aligned_memory(kipc_pool_bytes(BUFFERS, BYTES));
    assert_result(kipc_ring_format(e->ring, kipc_ring_bytes(SLOTS), SLOTS, NEAR_WRAP), KIPC_OK);
    assert_result(is_light ? kipc_ring_lighten(e->ring, kipc_ring_bytes(SLOTS)) : KIPC_OK, KIPC_OK);
    assert_result(kipc_pool_format(e->pool, kipc_pool_bytes(BUFFERS, BYTES), BUFFERS, BYTES, NEAR_WRAP), KIPC_OK);
    assert_result(kipc_pool_format(e->remote, kipc_pool_bytes(BUFFERS, BYTES), BUFFERS, BYTES, NEAR_WRAP), KIPC_OK);
    e->mover = (struct kipc_mover){.move = move};
    struct kipc_link_pool pool = {e->pool, kipc_pool_bytes(BUFFERS, BYTES), e->records[0], BUFFERS};
    struct kipc_link_pool remote = {e->remote, kipc_pool_bytes(BUFFERS, BYTES), e->records[1], BUFFERS};
    struct kipc_notifier local = kipc_notifier_local(&e->host.port);
    struct kipc_link_sender_config sender = {.port = &e->host.port,
                                             .notifier = by_doorbell ? (struct kipc_notifier){ring_receiver, e} : local,
                                             .ring_memory = e->ring,
                                             .ring_bytes = kipc_ring_bytes(SLOTS),
                                             .pool = pool,
                                             .mover = by_move ? &e->mover : NULL,
                                             .remote = remote};
    struct kipc_link_receiver_config receiver = {.port = &e->host.port,
                                                 .notifier =
                                                     by_doorbell ? (struct kipc_notifier){ring_sender, e} : local,
                                                 .ring_memory = e->ring,
                                                 .ring_bytes = kipc_ring_bytes(SLOTS),
                                                 .pool = by_move ? remote : pool};
    receiver.pool.records = e->records[2];
    assert_result(kipc_link_sender_attach(&e->sender, &sender), KIPC_OK);
    assert_result(kipc_link_receiver_attach(&e->receiver, &receiver), KIPC_OK);
}

static void run(struct exchange *e, void *(*sender)(void *), void *(*receiver)(void *))
{
    pthread_t threads[2];
    assert_int_equal(pthread_create(&threads[0], NULL, receiver, e), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, sender, e), 0);
    assert_int_equal(pthread_join(threads[0], NULL), 0);
    assert_int_equal(pthread_join(threads[1], NULL), 0);
    assert_int_equal(e->sender_failure, 0);
    assert_int_equal(e->receiver_failure, 0);
    struct kipc_link_counters sent = kipc_link_sender_counters(&e->sender);
    struct kipc_link_counters received = kipc_link_receiver_counters(&e->receiver);
    assert_int_equal(sent.path_inline, received.path_inline);
    assert_int_equal(sent.path_large, received.path_large);
    assert_int_equal(sent.copied_bytes, received.copied_bytes);
    /* Without spinning some must have blocked, else the wait protocol was not tested. */
    assert_true(e->host.port.spin_iterations > 0 || sent.blocked + received.blocked > 0);
    /* Each block that ended consumed a token, and each token came from a notification. */
    assert_true(received.blocked <= sent.notified);
    assert_true(sent.blocked <= received.notified);
    assert_result(kipc_pool_free_sp(&e->sender.pool), BUFFERS);
    for (uint32_t i = 0; i < BUFFERS; i++) {
        assert_int_equal(e->receiver.pool.records[i].state, KIPC_BUFFER_FREE);
    }
    kipc_host_tear_down(&e->host);
    aligned_memory_free(e->ring);
    aligned_memory_free(e->pool);
    aligned_memory_free(e->remote);
}

static struct exchange exchange;

static void test_EXO_FR_06_two_threads_inline(void **state)
{
    (void)state;
    make(&exchange, KIPC_SPIN_ONE_HART, false, false, false);
    run(&exchange, send_inline, receive_inline);
    make(&exchange, KIPC_SPIN_MANY_HARTS, false, false, false);
    run(&exchange, send_inline, receive_inline);
}

static void test_EXO_SY_05_two_threads_by_doorbell(void **state)
{
    (void)state;
    make(&exchange, KIPC_SPIN_ONE_HART, true, false, false);
    run(&exchange, send_inline, receive_inline);
}

/* Messages without fences: the waits', for all threads, are what keeps wake-ups from getting lost. */
static void test_EXO_SY_05_two_threads_with_light_sides(void **state)
{
    (void)state;
    kipc_host_set_up(&exchange.host, false, 0);
    bool can_fence_for_all = exchange.host.port.fence_all != NULL;
    kipc_host_tear_down(&exchange.host);
    if (!can_fence_for_all) {
        skip();
    }
    make(&exchange, KIPC_SPIN_ONE_HART, false, false, true);
    run(&exchange, send_inline, receive_inline);
    assert_true(atomic_load(&exchange.host.fences_for_all) > 0);
    make(&exchange, KIPC_SPIN_MANY_HARTS, true, false, true);
    run(&exchange, send_large, receive_large);
}

static void test_EXO_FR_09_two_threads_share_buffers(void **state)
{
    (void)state;
    make(&exchange, KIPC_SPIN_ONE_HART, false, false, false);
    run(&exchange, send_large, receive_large);
    assert_int_equal(kipc_link_sender_counters(&exchange.sender).copied_bytes, 0);
    assert_int_equal(kipc_link_sender_counters(&exchange.sender).moved_bytes, 0);
}

static void test_EXO_FR_09_two_threads_move_buffers(void **state)
{
    (void)state;
    make(&exchange, KIPC_SPIN_ONE_HART, true, true, false);
    run(&exchange, send_large, receive_large);
    struct kipc_link_counters sent = kipc_link_sender_counters(&exchange.sender);
    assert_int_equal(sent.copied_bytes, 0);
    assert_int_equal(sent.moved_bytes, exchange.received_bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_EXO_FR_06_two_threads_inline),
        cmocka_unit_test(test_EXO_SY_05_two_threads_by_doorbell),
        cmocka_unit_test(test_EXO_SY_05_two_threads_with_light_sides),
        cmocka_unit_test(test_EXO_FR_09_two_threads_share_buffers),
        cmocka_unit_test(test_EXO_FR_09_two_threads_move_buffers),
    };
    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
