/* SPDX-License-Identifier: MIT */
/*
 * A hostile peer: between any two calls, random words of the shared memory get random values. Nothing may crash, reach
 * outside of the shared memory (the address sanitizer watches: it is allocated to the byte), return a code that is not
 * promised, or hand out memory or lengths that are not inside of a buffer. The first word of a failing run is its seed.
 */
#include "support.h"
#include <stdio.h>
#include <stdlib.h>

#define SLOTS 8u
#define BUFFERS 5u
#define BYTES 192u
#define ROUNDS 200u
#define STEPS 2000u

struct arena {
    struct fake_port fake;
    struct fake_notifier notifiers[2];
    uint8_t *ring;
    uint8_t *pool;
    size_t ring_bytes;
    size_t pool_bytes;
    struct kipc_buffer_record records[2][BUFFERS];
    struct kipc_link_sender sender;
    struct kipc_link_receiver receiver;
    struct kipc_loan loans[BUFFERS + 1];
    size_t loan_count;
    struct kipc_view views[BUFFERS + 1];
    size_t view_count;
    unsigned int refusals;
    unsigned int successes;
};

static void set_up_arena(struct arena *a, uint32_t first_index)
{
    memset(a, 0, sizeof(*a));
    fake_port_set_up(&a->fake, 0);
    a->ring_bytes = kipc_ring_bytes(SLOTS);
    a->pool_bytes = kipc_pool_bytes(BUFFERS, BYTES);
    a->ring = aligned_memory(a->ring_bytes);
    a->pool = aligned_memory(a->pool_bytes);
    assert_result(kipc_ring_format(a->ring, a->ring_bytes, SLOTS, first_index), KIPC_OK);
    assert_result(kipc_pool_format(a->pool, a->pool_bytes, BUFFERS, BYTES, first_index), KIPC_OK);
    struct kipc_link_sender_config sender = {.port = &a->fake.port,
                                             .notifier = fake_notifier(&a->notifiers[0]),
                                             .ring_memory = a->ring,
                                             .ring_bytes = a->ring_bytes,
                                             .pool = {a->pool, a->pool_bytes, a->records[0], BUFFERS}};
    struct kipc_link_receiver_config receiver = {.port = &a->fake.port,
                                                 .notifier = fake_notifier(&a->notifiers[1]),
                                                 .ring_memory = a->ring,
                                                 .ring_bytes = a->ring_bytes,
                                                 .pool = {a->pool, a->pool_bytes, a->records[1], BUFFERS}};
    assert_result(kipc_link_sender_attach(&a->sender, &sender), KIPC_OK);
    assert_result(kipc_link_receiver_attach(&a->receiver, &receiver), KIPC_OK);
}

static void tear_down_arena(struct arena *a)
{
    aligned_memory_free(a->ring);
    aligned_memory_free(a->pool);
}

static uint32_t interesting(struct random_numbers *random, uint32_t old)
{
    uint64_t choice = random_next(random);
    uint32_t value = (uint32_t)random_next(random);
    switch (choice % 6) {
    case 0:
        return value;
    case 1:
        return old + 1;
    case 2:
        return old - 1;
    case 3:
        return old + value % 16;
    case 4:
        return old ^ (UINT32_C(1) << value % 32);
    default:
        return value % 64;
    }
}

/* Overwrites one word; half of the time in the lines of indices and control words, where it hurts most. */
static void corrupt(uint8_t *memory, size_t bytes, struct random_numbers *random)
{
    size_t limit = random_next(random) % 2 == 0 ? 256 : bytes;
    size_t offset = (size_t)(random_next(random) % (limit / 4)) * 4;
    uint32_t word;
    memcpy(&word, memory + offset, sizeof(word));
    word = interesting(random, word);
    memcpy(memory + offset, &word, sizeof(word));
}

static void require_code(struct arena *a, int64_t result, const int *allowed, size_t count)
{
    if (result >= 0) {
        a->successes += 1;
        return;
    }
    a->refusals += 1;
    for (size_t i = 0; i < count; i++) {
        if (result == allowed[i]) {
            return;
        }
    }
    fail_msg("unexpected code %s", kipc_error_name((int)result));
}

#define REQUIRE_CODE(result, ...)                                                                                      \
    require_code(a, result, (const int[]){__VA_ARGS__}, COUNT_OF(((const int[]){__VA_ARGS__})))

static bool is_inside(const uint8_t *memory, size_t bytes, const void *start, size_t length)
{
    const uint8_t *first = start;
    return first >= memory && length <= bytes && first + length <= memory + bytes;
}

static void step_send(struct arena *a, struct random_numbers *random)
{
    uint8_t data[KIPC_RING_INLINE_MAX];
    memset(data, (int)(random_next(random) & 0xff), sizeof(data));
    size_t length = (size_t)(random_next(random) % (KIPC_RING_INLINE_MAX + 1));
    REQUIRE_CODE(kipc_link_send(&a->sender, data, length, KIPC_NO_WAIT), KIPC_E_FULL, KIPC_E_FLOW);
}

static void step_loan(struct arena *a)
{
    if (a->loan_count > BUFFERS) {
        return;
    }
    struct kipc_loan *loan = &a->loans[a->loan_count];
    int result = kipc_link_loan(&a->sender, BYTES, loan, KIPC_NO_WAIT);
    REQUIRE_CODE(result, KIPC_E_NOMEM, KIPC_E_FLOW);
    if (result == KIPC_OK) {
        assert_true(a->loan_count < BUFFERS); /* never more loans than buffers */
        assert_true(is_inside(a->pool, a->pool_bytes, loan->data, loan->capacity));
        for (size_t i = 0; i < a->loan_count; i++) {
            assert_ptr_not_equal(a->loans[i].data, loan->data);
        }
        memset(loan->data, 0x42, loan->capacity);
        a->loan_count += 1;
    }
}

static void step_end_loan(struct arena *a, struct random_numbers *random)
{
    if (a->loan_count == 0) {
        return;
    }
    struct kipc_loan *loan = &a->loans[a->loan_count - 1];
    if (random_next(random) % 4 == 0) {
        assert_result(kipc_link_abort(&a->sender, loan), KIPC_OK); /* private state: the peer cannot spoil it */
        a->loan_count -= 1;
        return;
    }
    int result = kipc_link_commit(&a->sender, loan, (size_t)(random_next(random) % BYTES + 1), KIPC_NO_WAIT);
    REQUIRE_CODE(result, KIPC_E_FULL, KIPC_E_FLOW);
    a->loan_count -= result == KIPC_OK ? 1 : 0;
}

static void step_receive(struct arena *a)
{
    struct kipc_link_message message;
    int result = kipc_link_receive(&a->receiver, &message, KIPC_NO_WAIT);
    REQUIRE_CODE(result, KIPC_E_EMPTY, KIPC_E_FLOW, KIPC_E_INTEGRITY);
    if (result != KIPC_OK) {
        return;
    }
    if (message.kind == KIPC_SLOT_INLINE) {
        assert_true(message.length <= KIPC_RING_INLINE_MAX);
        return;
    }
    assert_true(message.length >= 1 && message.length <= BYTES);
    assert_true(is_inside(a->pool, a->pool_bytes, message.view.data, message.view.length));
    assert_true(a->view_count < BUFFERS);
    for (size_t i = 0; i < a->view_count; i++) {
        assert_ptr_not_equal(a->views[i].data, message.view.data); /* no buffer is held twice */
    }
    a->views[a->view_count] = message.view;
    a->view_count += 1;
}

static void step_release(struct arena *a)
{
    if (a->view_count > 0) {
        a->view_count -= 1;
        assert_result(kipc_link_release(&a->receiver, &a->views[a->view_count]), KIPC_OK);
    }
}

static void step_wait(struct arena *a)
{
    uint64_t deadline = a->fake.now + 10;
    REQUIRE_CODE(kipc_ring_wait_readable_sc(&a->receiver.ring, deadline), KIPC_E_TIMEDOUT, KIPC_E_FLOW);
    REQUIRE_CODE(kipc_ring_wait_writable_sp(&a->sender.ring, deadline), KIPC_E_TIMEDOUT, KIPC_E_FLOW);
}

static void run_round(struct arena *a, struct random_numbers *random, unsigned int corruption_percent)
{
    for (unsigned int i = 0; i < STEPS; i++) {
        if (random_next(random) % 100 < corruption_percent) {
            corrupt(a->ring, a->ring_bytes, random);
            corrupt(a->pool, a->pool_bytes, random);
        }
        switch (random_next(random) % 8) {
        case 0:
        case 1:
            step_send(a, random);
            break;
        case 2:
            step_loan(a);
            break;
        case 3:
            step_end_loan(a, random);
            break;
        case 4:
        case 5:
            step_receive(a);
            break;
        case 6:
            step_release(a);
            break;
        default:
            step_wait(a);
            break;
        }
    }
}

static uint64_t seed_of_run(void)
{
    const char *text = getenv("KIPC_SEED");
    uint64_t seed = text != NULL ? strtoull(text, NULL, 0) : UINT64_C(0x6b6970635f736565);
    printf("seed %#llx (set KIPC_SEED to change it)\n", (unsigned long long)seed);
    return seed == 0 ? 1 : seed;
}

static void test_random_corruption_never_escapes(void **state)
{
    (void)state;
    struct random_numbers random = {.state = seed_of_run()};
    unsigned int refusals = 0;
    unsigned int successes = 0;
    for (unsigned int round = 0; round < ROUNDS; round++) {
        static struct arena arena;
        set_up_arena(&arena, NEAR_WRAP + round);
        run_round(&arena, &random, round % 2 == 0 ? 2 : 40);
        refusals += arena.refusals;
        successes += arena.successes;
        tear_down_arena(&arena);
    }
    /* The test is worth nothing if the corruption stops everything, or never hits. */
    assert_true(refusals > ROUNDS * 10);
    assert_true(successes > ROUNDS * 10);
    assert_int_equal(failed_asserts(), 0);
}

/* The same steps without corruption: all go well, and at the end no buffer is missing. */
static void test_random_steps_without_corruption_leak_nothing(void **state)
{
    (void)state;
    struct random_numbers random = {.state = seed_of_run()};
    static struct arena arena;
    struct arena *a = &arena;
    set_up_arena(a, NEAR_WRAP);
    for (unsigned int round = 0; round < 20; round++) {
        run_round(a, &random, 0);
    }
    while (a->loan_count > 0) {
        a->loan_count -= 1;
        assert_result(kipc_link_abort(&a->sender, &a->loans[a->loan_count]), KIPC_OK);
    }
    struct kipc_link_message message;
    int result;
    do {
        while (a->view_count > 0) {
            step_release(a);
        }
        result = kipc_link_receive(&a->receiver, &message, KIPC_NO_WAIT);
        if (result == KIPC_OK && message.kind == KIPC_SLOT_LOAN) {
            a->views[a->view_count++] = message.view;
        }
    } while (result == KIPC_OK);
    assert_result(result, KIPC_E_EMPTY);
    assert_result(kipc_pool_free_sp(&a->sender.pool), BUFFERS);
    assert_int_equal(kipc_link_receiver_counters(&a->receiver).rejected, 0);
    assert_int_equal(kipc_link_sender_counters(&a->sender).rejected, 0);
    struct kipc_link_counters sent = kipc_link_sender_counters(&a->sender);
    struct kipc_link_counters received = kipc_link_receiver_counters(&a->receiver);
    assert_int_equal(sent.path_inline, received.path_inline);
    assert_int_equal(sent.path_large, received.path_large);
    assert_int_equal(sent.copied_bytes, received.copied_bytes);
    assert_true(sent.path_large > 1000 && sent.path_inline > 1000);
    tear_down_arena(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_corruption_never_escapes),
        cmocka_unit_test(test_random_steps_without_corruption_leak_nothing),
    };
    return cmocka_run_group_tests_name("corruption", tests, NULL, NULL);
}
