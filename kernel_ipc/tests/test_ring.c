/* SPDX-License-Identifier: MIT */
#include "ring_fixture.h"

#define SLOTS 4u

static int set_up(void **state)
{
    *state = ring_fixture_set_up(SLOTS, NEAR_WRAP, 0);
    return 0;
}

static void send_number(struct ring_fixture *f, uint64_t number)
{
    assert_result(kipc_ring_send_sp(&f->producer, &number, sizeof(number)), KIPC_OK);
}

static void expect_number(struct ring_fixture *f, uint64_t number)
{
    uint64_t found = ~number;
    size_t length = 0;
    assert_result(kipc_ring_receive_sc(&f->consumer, &found, sizeof(found), &length), KIPC_OK);
    assert_int_equal(length, sizeof(found));
    assert_int_equal(found, number);
}

static void test_EXO_FR_01_full_ring_refuses_without_partial_write(void **state)
{
    struct ring_fixture *f = *state;
    for (uint64_t i = 0; i < SLOTS; i++) {
        send_number(f, i); /* all N slots are usable */
    }
    uint8_t before[4096];
    assert_true(f->bytes <= sizeof(before));
    memcpy(before, f->shared, f->bytes);
    uint64_t extra = 99;
    assert_result(kipc_ring_send_sp(&f->producer, &extra, sizeof(extra)), KIPC_E_FULL);
    assert_memory_equal(before, f->shared, f->bytes);
    assert_result(kipc_ring_free_sp(&f->producer), 0);
    assert_result(kipc_ring_ready_sc(&f->consumer), SLOTS);
    for (uint64_t i = 0; i < SLOTS; i++) {
        expect_number(f, i);
    }
    size_t length;
    assert_result(kipc_ring_receive_sc(&f->consumer, &extra, sizeof(extra), &length), KIPC_E_EMPTY);
}

/* Every length, at every alignment of the caller's buffers, with guard bytes on both sides. */
static void test_EXO_FR_02_every_length_and_alignment(void **state)
{
    struct ring_fixture *f = *state;
    uint8_t source[KIPC_RING_INLINE_MAX + 8];
    uint8_t target[KIPC_RING_INLINE_MAX + 24];
    for (size_t i = 0; i < sizeof(source); i++) {
        source[i] = (uint8_t)(i * 7 + 3);
    }
    for (size_t length = 0; length <= KIPC_RING_INLINE_MAX; length++) {
        for (size_t shift = 0; shift < 8; shift++) {
            size_t received = SIZE_MAX;
            memset(target, 0xcc, sizeof(target));
            assert_result(kipc_ring_send_sp(&f->producer, source + shift, length), KIPC_OK);
            assert_result(kipc_ring_receive_sc(&f->consumer, target + 8 + shift, length, &received), KIPC_OK);
            assert_int_equal(received, length);
            assert_memory_equal(target + 8 + shift, source + shift, length);
            assert_int_equal(target[7 + shift], 0xcc);
            assert_int_equal(target[8 + shift + length], 0xcc);
        }
    }
    assert_int_equal(f->producer.copied_bytes, 8 * 56 * 57 / 2);
    assert_int_equal(f->consumer.copied_bytes, f->producer.copied_bytes);
}

static void test_EXO_FR_02_small_buffer_keeps_the_message(void **state)
{
    struct ring_fixture *f = *state;
    uint8_t data[KIPC_RING_INLINE_MAX] = {1, 2, 3};
    for (size_t length = 1; length <= KIPC_RING_INLINE_MAX; length++) {
        uint8_t buffer[KIPC_RING_INLINE_MAX];
        size_t received = 0;
        assert_result(kipc_ring_send_sp(&f->producer, data, length), KIPC_OK);
        assert_result(kipc_ring_receive_sc(&f->consumer, buffer, length - 1, &received), KIPC_E_MSGSIZE);
        assert_int_equal(received, length);
        assert_result(kipc_ring_receive_sc(&f->consumer, NULL, 0, &received), KIPC_E_MSGSIZE);
        assert_result(kipc_ring_receive_sc(&f->consumer, buffer, length, &received), KIPC_OK);
        assert_memory_equal(buffer, data, length);
    }
}

static void test_EXO_FR_03_fits_inline(void **state)
{
    struct ring_fixture *f = *state;
    for (size_t length = 0; length <= 56; length++) {
        assert_true(kipc_ring_fits_inline(length));
    }
    assert_false(kipc_ring_fits_inline(57));
    assert_false(kipc_ring_fits_inline(SIZE_MAX));
    uint8_t data[57] = {0};
    assert_result(kipc_ring_send_sp(&f->producer, data, 57), KIPC_E_INVAL_SIZE);
    assert_result(kipc_ring_send_sp(&f->producer, data, SIZE_MAX), KIPC_E_INVAL_SIZE);
    assert_result(kipc_ring_send_sp(&f->producer, NULL, 1), KIPC_E_INVAL);
    assert_result(kipc_ring_send_sp(&f->producer, NULL, 0), KIPC_OK);
    assert_result(kipc_ring_send_sp(NULL, data, 1), KIPC_E_INVAL);
}

static void test_EXO_FR_04_a_send_writes_one_slot_line(void **state)
{
    struct ring_fixture *f = *state;
    uint8_t data[KIPC_RING_INLINE_MAX];
    memset(data, 0x5a, sizeof(data));
    uint8_t before[4096];
    memcpy(before, f->shared, f->bytes);
    assert_result(kipc_ring_send_sp(&f->producer, data, sizeof(data)), KIPC_OK);
    const uint8_t *after = (const uint8_t *)f->shared;
    unsigned int slot_lines = 0;
    for (size_t line = 0; line < f->bytes / KIPC_CACHELINE; line++) {
        bool changed = memcmp(before + line * KIPC_CACHELINE, after + line * KIPC_CACHELINE, KIPC_CACHELINE) != 0;
        slot_lines += changed && line >= 5 ? 1 : 0;
        /* Of the lines before the slots a send changes only that of the producer's index. */
        assert_true(line >= 5 || changed == (line == 1));
    }
    assert_int_equal(slot_lines, 1);
    memcpy(before, f->shared, f->bytes);
    size_t length;
    assert_result(kipc_ring_receive_sc(&f->consumer, data, sizeof(data), &length), KIPC_OK);
    for (size_t line = 0; line < f->bytes / KIPC_CACHELINE; line++) {
        bool changed = memcmp(before + line * KIPC_CACHELINE, after + line * KIPC_CACHELINE, KIPC_CACHELINE) != 0;
        assert_true(changed == (line == 3)); /* a receive writes the line of its index and no slot */
    }
}

static void test_EXO_FR_05_steps_in_place(void **state)
{
    struct ring_fixture *f = *state;
    void *payload = NULL;
    struct kipc_ring_view view;
    size_t length;
    assert_result(kipc_ring_publish_sp(&f->producer, KIPC_SLOT_INLINE, 0), KIPC_E_STATE);
    assert_result(kipc_ring_acquire_sp(&f->producer, &payload), KIPC_OK);
    assert_true(((uintptr_t)payload & 7) == 0);
    assert_result(kipc_ring_acquire_sp(&f->producer, &payload), KIPC_E_STATE);
    assert_result(kipc_ring_send_sp(&f->producer, "x", 1), KIPC_E_STATE);
    assert_result(kipc_ring_peek_sc(&f->consumer, &view), KIPC_E_EMPTY);
    memcpy(payload, "in place", 8);
    assert_result(kipc_ring_publish_sp(&f->producer, KIPC_SLOT_INLINE, 57), KIPC_E_INVAL_SIZE);
    assert_result(kipc_ring_publish_sp(&f->producer, (enum kipc_slot_kind)0, 8), KIPC_E_INVAL);
    assert_result(kipc_ring_publish_sp(&f->producer, KIPC_SLOT_LOAN, 8), KIPC_OK);
    assert_result(kipc_ring_finish_sc(&f->consumer), KIPC_E_STATE);
    assert_result(kipc_ring_receive_sc(&f->consumer, &view, sizeof(view), &length), KIPC_E_TYPE);
    assert_result(kipc_ring_peek_sc(&f->consumer, &view), KIPC_OK);
    assert_int_equal(view.kind, KIPC_SLOT_LOAN);
    assert_int_equal(view.length, 8);
    assert_memory_equal(view.payload, "in place", 8);
    assert_result(kipc_ring_peek_sc(&f->consumer, &view), KIPC_E_STATE);
    assert_result(kipc_ring_receive_sc(&f->consumer, &length, sizeof(length), &length), KIPC_E_STATE);
    assert_result(kipc_ring_discard_sc(&f->consumer), KIPC_E_STATE);
    assert_result(kipc_ring_finish_sc(&f->consumer), KIPC_OK);
    assert_result(kipc_ring_finish_sc(&f->consumer), KIPC_E_STATE);
    assert_int_equal(failed_asserts(), expected_asserts(5));
    assert_result(kipc_ring_acquire_sp(NULL, &payload), KIPC_E_INVAL);
    assert_result(kipc_ring_peek_sc(&f->consumer, NULL), KIPC_E_INVAL);
    assert_result(kipc_ring_finish_sc(NULL), KIPC_E_INVAL);
}

static void test_EXO_FR_06_indices_wrap(void **state)
{
    struct ring_fixture *f = *state;
    uint64_t sent = 0;
    uint64_t received = 0;
    for (uint32_t round = 0; round < 200; round++) {
        uint32_t burst = round % SLOTS + 1;
        for (uint32_t i = 0; i < burst; i++) {
            send_number(f, sent++);
        }
        assert_result(kipc_ring_ready_sc(&f->consumer), burst);
        assert_result(kipc_ring_free_sp(&f->producer), SLOTS - burst);
        for (uint32_t i = 0; i < burst; i++) {
            expect_number(f, received++);
        }
    }
    assert_true(f->producer.tail < NEAR_WRAP); /* it did pass 2^32 */
    assert_int_equal(f->producer.tail, (uint32_t)(NEAR_WRAP + sent));
    assert_int_equal(f->consumer.head, f->producer.tail);
}

static void test_EXO_FR_06_single_slot_ring_wraps(void **state)
{
    struct ring_fixture *f = *state;
    assert_result(kipc_ring_format(f->shared, f->bytes, 1, UINT32_MAX - 2), KIPC_OK);
    assert_result(ring_fixture_attach_producer(f), KIPC_OK);
    assert_result(ring_fixture_attach_consumer(f), KIPC_OK);
    for (uint64_t i = 0; i < 10; i++) {
        send_number(f, i);
        assert_result(kipc_ring_send_sp(&f->producer, &i, sizeof(i)), KIPC_E_FULL);
        expect_number(f, i);
    }
}

static void test_VR4_ST_02_sizes_are_powers_of_two_or_rounded_up_on_request(void **state)
{
    struct ring_fixture *f = *state;
    static const struct {
        uint32_t asked;
        uint32_t slots; /* 0: refused */
    } sizes[] = {{2, 2},
                 {64, 64},
                 {1024, 1024},
                 {0, 0},
                 {3, 0},
                 {65, 0},
                 {1000, 0},
                 {KIPC_RING_SLOTS_MAX, KIPC_RING_SLOTS_MAX},
                 {KIPC_RING_SLOTS_MAX + 1, 0},
                 {KIPC_RING_ROUND_UP | 1, 1},
                 {KIPC_RING_ROUND_UP | 3, 4},
                 {KIPC_RING_ROUND_UP | 64, 64},
                 {KIPC_RING_ROUND_UP | 1000, 1024},
                 {KIPC_RING_ROUND_UP, 0},
                 {KIPC_RING_ROUND_UP | (KIPC_RING_SLOTS_MAX - 1), KIPC_RING_SLOTS_MAX},
                 {KIPC_RING_ROUND_UP | (KIPC_RING_SLOTS_MAX + 1), 0}};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        uint32_t slots = sizes[i].slots;
        size_t bytes = kipc_ring_bytes(slots);
        assert_int_equal(kipc_ring_bytes(sizes[i].asked), bytes);
        void *memory = aligned_memory(slots != 0 ? bytes : KIPC_CACHELINE);
        assert_result(kipc_ring_format(memory, bytes, sizes[i].asked, NEAR_WRAP), slots != 0 ? KIPC_OK : KIPC_E_INVAL);
        struct kipc_ring_producer producer;
        struct kipc_notifier notifier = fake_notifier(&f->to_consumer);
        if (slots != 0) {
            assert_result(kipc_ring_producer_attach(&producer, memory, bytes, &f->fake.port, notifier), KIPC_OK);
            for (uint64_t sent = 0; sent < slots; sent++) {
                assert_result(kipc_ring_send_sp(&producer, &sent, sizeof(sent)), KIPC_OK);
            }
            assert_result(kipc_ring_send_sp(&producer, &bytes, sizeof(bytes)), KIPC_E_FULL);
        }
        aligned_memory_free(memory);
    }
}

static void test_EXO_FR_07_layout_is_checked_at_set_up(void **state)
{
    struct ring_fixture *f = *state;
    uint8_t *memory = aligned_memory(kipc_ring_bytes(8) + 64);
    static const struct {
        uint32_t slots;
        size_t bytes;
    } sizes[] = {{0, 0},           {1, 384},   {2, 448},    {3, 0},         {4, 576},
                 {65536, 4194624}, {65537, 0}, {131072, 0}, {UINT32_MAX, 0}};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        assert_int_equal(kipc_ring_bytes(sizes[i].slots), sizes[i].bytes);
    }
    for (size_t shift = 1; shift < KIPC_CACHELINE; shift++) {
        assert_result(kipc_ring_format(memory + shift, kipc_ring_bytes(8), 8, 0), KIPC_E_INVAL);
    }
    assert_result(kipc_ring_format(NULL, 4096, 8, 0), KIPC_E_INVAL);
    assert_result(kipc_ring_format(memory, kipc_ring_bytes(8), 6, 0), KIPC_E_INVAL);
    assert_result(kipc_ring_format(memory, kipc_ring_bytes(8) - 1, 8, 0), KIPC_E_NOSPC);
    assert_result(kipc_ring_format(memory, kipc_ring_bytes(8), 8, 0), KIPC_OK);
    struct kipc_ring_consumer consumer;
    struct kipc_notifier notifier = fake_notifier(&f->to_producer);
    size_t bytes = kipc_ring_bytes(8);
    assert_result(kipc_ring_consumer_attach(&consumer, memory, bytes - 1, &f->fake.port, notifier), KIPC_E_NOSPC);
    assert_result(kipc_ring_consumer_attach(&consumer, memory, 10, &f->fake.port, notifier), KIPC_E_NOSPC);
    assert_result(kipc_ring_consumer_attach(&consumer, memory + 1, bytes, &f->fake.port, notifier), KIPC_E_INVAL);
    assert_result(kipc_ring_consumer_attach(&consumer, memory, bytes, NULL, notifier), KIPC_E_INVAL);
    assert_result(kipc_ring_consumer_attach(NULL, memory, bytes, &f->fake.port, notifier), KIPC_E_INVAL);
    notifier.notify = NULL;
    assert_result(kipc_ring_consumer_attach(&consumer, memory, bytes, &f->fake.port, notifier), KIPC_E_INVAL);
    aligned_memory_free(memory);
}

#define RING_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, ring_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RING_TEST(test_EXO_FR_01_full_ring_refuses_without_partial_write),
        RING_TEST(test_EXO_FR_02_every_length_and_alignment),
        RING_TEST(test_EXO_FR_02_small_buffer_keeps_the_message),
        RING_TEST(test_EXO_FR_03_fits_inline),
        RING_TEST(test_EXO_FR_04_a_send_writes_one_slot_line),
        RING_TEST(test_EXO_FR_05_steps_in_place),
        RING_TEST(test_EXO_FR_06_indices_wrap),
        RING_TEST(test_EXO_FR_06_single_slot_ring_wraps),
        RING_TEST(test_VR4_ST_02_sizes_are_powers_of_two_or_rounded_up_on_request),
        RING_TEST(test_EXO_FR_07_layout_is_checked_at_set_up),
    };
    return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
