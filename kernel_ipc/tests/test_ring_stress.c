/* SPDX-License-Identifier: MIT */
/*
 * A million messages through a ring between two threads, and through lanes from four: each with its number, a length of
 * its own and a checksum over all of it, so that a lost, doubled, early or torn one shows. The thread sanitizer's build
 * looks for races meanwhile. cmocka's asserts belong to the main thread, so workers report the line of a failure.
 */
#include "kipc_host.h"
#include "support.h"
#include <kipc/many_ring.h>

#define MESSAGES 1000000u
#define LIGHT_MESSAGES 200000u
#define LANES 4u
#define SLOTS 64u
/* Every wait has a bound: this much real time in nanoseconds without progress is a failure. */
#define PATIENCE UINT64_C(20000000000)

static struct {
    struct kipc_host host;
    void *ring;
    struct kipc_ring_producer producers[LANES];
    struct kipc_ring_consumer consumer;
    struct kipc_ring_consumer lanes[LANES];
    struct kipc_many_ring_consumer many;
    uint32_t messages;  /* of the present exchange */
    atomic_int failure; /* line of the first one */
    atomic_uint next_lane;
} world;

static uint32_t table[256];

struct tagged {
    uint32_t checksum; /* of all that follows, up to the length */
    uint32_t number;
    uint8_t bytes[KIPC_RING_INLINE_MAX - 8];
};
_Static_assert(sizeof(struct tagged) == KIPC_RING_INLINE_MAX, "a whole payload");

static void set_up_checksums(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t value = i;
        for (unsigned int bit = 0; bit < 8; bit++) {
            value = value >> 1 ^ ((value & 1) != 0 ? UINT32_C(0xEDB88320) : 0);
        }
        table[i] = value;
    }
}

/* CRC-32. The sanitizer has nothing to find in a message that is on a thread's stack, and would take long. */
__attribute__((no_sanitize("thread"))) static uint32_t checksum(const struct tagged *message, size_t length)
{
    const uint8_t *bytes = (const uint8_t *)message;
    uint32_t value = UINT32_MAX;
    for (size_t i = sizeof(message->checksum); i < length; i++) {
        value = table[(value ^ bytes[i]) & 0xff] ^ value >> 8;
    }
    return ~value;
}

static size_t length_of(uint32_t number)
{
    return number % 3 == 0 ? sizeof(struct tagged) : 8 + (size_t)(number * UINT32_C(2654435761) >> 16) % 48;
}

__attribute__((no_sanitize("thread"))) static size_t fill(struct tagged *message, uint32_t number)
{
    size_t length = length_of(number);
    message->number = number;
    for (size_t i = 8; i < length; i++) {
        message->bytes[i - 8] = (uint8_t)(number * 31 + i);
    }
    message->checksum = checksum(message, length);
    return length;
}

static void fail_at(int line)
{
    int none = 0;
    (void)atomic_compare_exchange_strong(&world.failure, &none, line);
}

static bool send_all(struct kipc_ring_producer *producer, uint32_t count)
{
    struct tagged message;
    for (uint32_t number = 0; number < count; number++) {
        size_t length = fill(&message, number);
        int result = kipc_ring_send_sp(producer, &message, length);
        if (result == KIPC_E_FULL) {
            result =
                kipc_ring_send_blocking(producer, &message, length, kipc_deadline_after(&world.host.port, PATIENCE));
        }
        if (result != KIPC_OK) {
            return false;
        }
    }
    return true;
}

static bool is_right(const struct tagged *message, size_t length, uint32_t number)
{
    return message->number == number && length == length_of(number) && message->checksum == checksum(message, length);
}

static void *produce(void *argument)
{
    (void)argument;
    (void)kipc_host_join(&world.host);
    if (!send_all(&world.producers[0], world.messages)) {
        fail_at(__LINE__);
    }
    return NULL;
}

static void *consume(void *argument)
{
    (void)argument;
    (void)kipc_host_join(&world.host);
    struct tagged message;
    for (uint32_t number = 0; number < world.messages; number++) {
        size_t length = 0;
        int result = kipc_ring_receive_sc(&world.consumer, &message, sizeof(message), &length);
        if (result == KIPC_E_EMPTY) {
            result = kipc_ring_receive_blocking(&world.consumer, &message, sizeof(message), &length,
                                                kipc_deadline_after(&world.host.port, PATIENCE));
        }
        if (result != KIPC_OK || !is_right(&message, length, number)) {
            fail_at(__LINE__);
            return NULL;
        }
    }
    size_t length;
    if (kipc_ring_receive_sc(&world.consumer, &message, sizeof(message), &length) != KIPC_E_EMPTY) {
        fail_at(__LINE__);
    }
    return NULL;
}

static void *produce_in_lane(void *argument)
{
    (void)argument;
    (void)kipc_host_join(&world.host);
    if (!send_all(&world.producers[atomic_fetch_add(&world.next_lane, 1)], MESSAGES / LANES)) {
        fail_at(__LINE__);
    }
    return NULL;
}

static void *consume_lanes(void *argument)
{
    uint32_t received[LANES] = {0};
    (void)argument;
    (void)kipc_host_join(&world.host);
    struct tagged message;
    for (uint32_t i = 0; i < MESSAGES; i++) {
        size_t length = 0;
        uint32_t lane = LANES;
        int result = kipc_many_ring_receive_sc(&world.many, &message, sizeof(message), &length, &lane);
        if (result == KIPC_E_EMPTY) {
            result = kipc_many_ring_receive_blocking(&world.many, &message, sizeof(message), &length, &lane,
                                                     kipc_deadline_after(&world.host.port, PATIENCE));
        }
        if (result != KIPC_OK || lane >= LANES || !is_right(&message, length, received[lane])) {
            fail_at(__LINE__);
            return NULL;
        }
        received[lane] += 1;
    }
    return NULL;
}

static void run(void *(*producer)(void *), unsigned int producers, void *(*consumer)(void *))
{
    pthread_t threads[LANES + 1];
    assert_int_equal(pthread_create(&threads[producers], NULL, consumer, NULL), 0);
    for (unsigned int i = 0; i < producers; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, producer, NULL), 0);
    }
    for (unsigned int i = 0; i <= producers; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(atomic_load(&world.failure), 0);
}

static void open_host(void)
{
    memset(&world, 0, sizeof(world));
    set_up_checksums();
    kipc_host_set_up(&world.host, false, KIPC_SPIN_ONE_HART);
}

static void close_host(void)
{
    kipc_host_tear_down(&world.host);
    aligned_memory_free(world.ring);
}

static void exchange(uint32_t messages, bool is_light)
{
    world.messages = messages;
    const size_t bytes = kipc_ring_bytes(SLOTS);
    const struct kipc_port *port = &world.host.port;
    world.ring = aligned_memory(bytes);
    assert_result(kipc_ring_format(world.ring, bytes, SLOTS, NEAR_WRAP), KIPC_OK);
    assert_result(is_light ? kipc_ring_lighten(world.ring, bytes) : KIPC_OK, KIPC_OK);
    assert_result(kipc_ring_producer_attach(&world.producers[0], world.ring, bytes, port, kipc_notifier_local(port)),
                  KIPC_OK);
    assert_result(kipc_ring_consumer_attach(&world.consumer, world.ring, bytes, port, kipc_notifier_local(port)),
                  KIPC_OK);
    run(produce, 1, consume);
    assert_int_equal(world.producers[0].copied_bytes, world.consumer.copied_bytes);
    close_host();
}

static void test_MOS_CH_11_a_million_messages_between_two_threads(void **state)
{
    (void)state;
    open_host();
    exchange(MESSAGES, false);
}

static void test_messages_between_two_light_sides(void **state)
{
    (void)state;
    open_host();
    if (world.host.port.fence_all == NULL) {
        kipc_host_tear_down(&world.host);
        skip();
    }
    exchange(LIGHT_MESSAGES, true);
}

static void test_MOS_CH_11_a_million_messages_from_four_threads(void **state)
{
    (void)state;
    open_host();
    const size_t bytes = kipc_many_ring_bytes(LANES, SLOTS);
    const struct kipc_port *port = &world.host.port;
    struct kipc_notifier notifier = kipc_notifier_local(port);
    world.ring = aligned_memory(bytes);
    assert_result(kipc_many_ring_format(world.ring, bytes, LANES, SLOTS, NEAR_WRAP), KIPC_OK);
    for (uint32_t i = 0; i < LANES; i++) {
        assert_result(kipc_many_ring_producer_attach(&world.producers[i], world.ring, bytes, i, port, notifier),
                      KIPC_OK);
    }
    assert_result(kipc_many_ring_consumer_attach(&world.many, world.lanes, LANES, world.ring, bytes, port, notifier),
                  KIPC_OK);
    run(produce_in_lane, LANES, consume_lanes);
    close_host();
}

/* What the messages are checked by sees each kind of damage. */
static void test_MOS_CH_11_damage_is_seen(void **state)
{
    (void)state;
    struct tagged message;
    set_up_checksums();
    for (uint32_t number = 0; number < 64; number++) {
        size_t length = fill(&message, number);
        assert_true(is_right(&message, length, number));
        assert_false(is_right(&message, length, number + 1));
        for (size_t i = 0; i < length; i++) {
            ((uint8_t *)&message)[i] ^= 1;
            assert_false(is_right(&message, length, number));
            ((uint8_t *)&message)[i] ^= 1;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_MOS_CH_11_a_million_messages_between_two_threads),
        cmocka_unit_test(test_messages_between_two_light_sides),
        cmocka_unit_test(test_MOS_CH_11_a_million_messages_from_four_threads),
        cmocka_unit_test(test_MOS_CH_11_damage_is_seen),
    };
    return cmocka_run_group_tests_name("ring_stress", tests, NULL, NULL);
}
