/* SPDX-License-Identifier: MIT */
#include "support.h"

#define BUFFERS 5u /* not a power of two, so the return ring is larger than the pool */
#define BYTES 128u

struct fixture {
    uint8_t *memory;
    size_t bytes;
    struct kipc_buffer_record sender_records[BUFFERS];
    struct kipc_buffer_record receiver_records[BUFFERS];
    struct kipc_pool_producer producer;
    struct kipc_pool_consumer consumer;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;
    memset(f, 0, sizeof(*f));
    f->bytes = kipc_pool_bytes(BUFFERS, BYTES);
    f->memory = aligned_memory(f->bytes);
    assert_result(kipc_pool_format(f->memory, f->bytes, BUFFERS, BYTES, NEAR_WRAP), KIPC_OK);
    assert_result(kipc_pool_producer_attach(&f->producer, f->memory, f->bytes, f->sender_records, BUFFERS), KIPC_OK);
    assert_result(kipc_pool_consumer_attach(&f->consumer, f->memory, f->bytes, f->receiver_records, BUFFERS), KIPC_OK);
    *state = f;
    return 0;
}

/* No buffer leaks: after each test all are back, and both sides agree. */
static int tear_down(void **state)
{
    struct fixture *f = *state;
    bool clean = kipc_pool_free_sp(&f->producer) == BUFFERS && f->producer.transit_count == 0;
    for (uint32_t i = 0; i < BUFFERS; i++) {
        clean = clean && f->sender_records[i].state == KIPC_BUFFER_FREE;
        clean = clean && f->receiver_records[i].state == KIPC_BUFFER_FREE;
    }
    aligned_memory_free(f->memory);
    return clean && failed_asserts() == 0 ? 0 : -1;
}

static void test_EXO_FR_09_loan_fill_commit_receive_release(void **state)
{
    struct fixture *f = *state;
    for (uint32_t round = 0; round < 100; round++) { /* the return ring's index passes 2^32 */
        struct kipc_loan loan;
        struct kipc_view view;
        struct kipc_loan_descriptor descriptor;
        size_t length = round % BYTES + 1;
        assert_result(kipc_pool_loan_sp(&f->producer, &loan), KIPC_OK);
        assert_int_equal(loan.capacity, BYTES);
        assert_true(((uintptr_t)loan.data & (KIPC_CACHELINE - 1)) == 0);
        uint8_t *written = loan.data;
        memset(loan.data, (int)round, BYTES); /* all of it is ours, to the last byte */
        assert_result(kipc_pool_commit_sp(&f->producer, &loan, length, &descriptor), KIPC_OK);
        assert_null(loan.data);
        assert_result(kipc_pool_receive_sc(&f->consumer, &descriptor, &view), KIPC_OK);
        assert_ptr_equal(view.data, written); /* the very same memory: nothing was copied */
        assert_int_equal(view.length, length);
        assert_int_equal(((const uint8_t *)view.data)[length - 1], (uint8_t)round);
        assert_result(kipc_pool_release_sc(&f->consumer, &view), KIPC_OK);
        assert_null(view.data);
    }
    assert_int_equal(f->producer.bad_returns, 0);
    assert_int_equal(f->consumer.returns_tail, NEAR_WRAP + 100);
}

static void test_concurrent_loans_are_distinct(void **state)
{
    struct fixture *f = *state;
    struct kipc_loan loans[BUFFERS];
    struct kipc_loan extra;
    for (size_t i = 0; i < BUFFERS; i++) {
        assert_result(kipc_pool_loan_sp(&f->producer, &loans[i]), KIPC_OK);
        for (size_t k = 0; k < i; k++) {
            size_t distance = loans[i].data > loans[k].data
                                  ? (size_t)((uint8_t *)loans[i].data - (uint8_t *)loans[k].data)
                                  : (size_t)((uint8_t *)loans[k].data - (uint8_t *)loans[i].data);
            assert_true(distance >= BYTES);
        }
        assert_true((uint8_t *)loans[i].data + BYTES <= f->memory + f->bytes);
    }
    assert_result(kipc_pool_loan_sp(&f->producer, &extra), KIPC_E_NOMEM);
    for (size_t i = 0; i < BUFFERS; i++) {
        assert_result(kipc_pool_abort_sp(&f->producer, &loans[i]), KIPC_OK);
    }
}

static void test_EXO_FR_09_wrong_order_is_refused(void **state)
{
    struct fixture *f = *state;
    struct kipc_loan loan;
    struct kipc_loan_descriptor descriptor;
    struct kipc_view view;
    assert_result(kipc_pool_loan_sp(&f->producer, &loan), KIPC_OK);
    assert_result(kipc_pool_commit_sp(&f->producer, &loan, 0, &descriptor), KIPC_E_INVAL_SIZE);
    assert_result(kipc_pool_commit_sp(&f->producer, &loan, BYTES + 1, &descriptor), KIPC_E_INVAL_SIZE);
    assert_result(kipc_pool_commit_sp(&f->producer, &loan, SIZE_MAX, &descriptor), KIPC_E_INVAL_SIZE);
    assert_result(kipc_pool_commit_sp(&f->producer, &loan, BYTES, NULL), KIPC_E_INVAL);
    assert_result(kipc_pool_commit_sp(&f->producer, &loan, BYTES, &descriptor), KIPC_OK);
    assert_result(kipc_pool_commit_sp(&f->producer, &loan, BYTES, &descriptor), KIPC_E_STATE); /* double commit */
    assert_result(kipc_pool_abort_sp(&f->producer, &loan), KIPC_E_STATE);                      /* abort after commit */
    assert_result(kipc_pool_receive_sc(&f->consumer, &descriptor, &view), KIPC_OK);
    assert_result(kipc_pool_release_sc(&f->consumer, &view), KIPC_OK);
    assert_result(kipc_pool_release_sc(&f->consumer, &view), KIPC_E_STATE); /* double release */
    assert_result(kipc_pool_loan_sp(&f->producer, &loan), KIPC_OK);
    assert_result(kipc_pool_abort_sp(&f->producer, &loan), KIPC_OK);
    assert_null(loan.data);
    assert_result(kipc_pool_commit_sp(&f->producer, &loan, 1, &descriptor), KIPC_E_STATE); /* commit after abort */
    assert_result(kipc_pool_abort_sp(&f->producer, &loan), KIPC_E_STATE);
}

static void test_a_stale_handle_is_refused(void **state)
{
    struct fixture *f = *state;
    struct kipc_loan old;
    struct kipc_loan fresh;
    struct kipc_loan_descriptor descriptor;
    assert_result(kipc_pool_loan_sp(&f->producer, &old), KIPC_OK);
    struct kipc_loan copy = old;
    assert_result(kipc_pool_abort_sp(&f->producer, &old), KIPC_OK);
    assert_result(kipc_pool_loan_sp(&f->producer, &fresh), KIPC_OK);
    assert_int_equal(fresh.index, copy.index); /* the same buffer lives again */
    assert_result(kipc_pool_commit_sp(&f->producer, &copy, 1, &descriptor), KIPC_E_BADF);
    assert_result(kipc_pool_abort_sp(&f->producer, &copy), KIPC_E_BADF);
    copy.index = BUFFERS;
    assert_result(kipc_pool_abort_sp(&f->producer, &copy), KIPC_E_INVAL);
    copy.index = UINT32_MAX;
    assert_result(kipc_pool_commit_sp(&f->producer, &copy, 1, &descriptor), KIPC_E_INVAL);
    assert_result(kipc_pool_abort_sp(&f->producer, &fresh), KIPC_OK);
    assert_result(kipc_pool_abort_sp(&f->producer, NULL), KIPC_E_INVAL);
    assert_result(kipc_pool_loan_sp(NULL, &fresh), KIPC_E_INVAL);
    assert_result(kipc_pool_free_sp(NULL), KIPC_E_INVAL);
}

static void test_VER_ZC_04_a_handle_gives_no_access_after_the_hand_over(void **state)
{
    struct fixture *f = *state;
    struct kipc_loan loan;
    struct kipc_loan_descriptor descriptor;
    struct kipc_view view;
    void *data = NULL;
    assert_result(kipc_pool_loan_sp(&f->producer, &loan), KIPC_OK);
    assert_result(kipc_pool_access_sp(&f->producer, &loan, &data), KIPC_OK);
    assert_ptr_equal(data, loan.data);
    assert_result(kipc_pool_commit_sp(&f->producer, &loan, 4, &descriptor), KIPC_OK);
    assert_result(kipc_pool_access_sp(&f->producer, &loan, &data), KIPC_E_BADF);
    assert_result(kipc_pool_receive_sc(&f->consumer, &descriptor, &view), KIPC_OK);
    assert_int_equal(f->receiver_records[view.index].state, KIPC_BUFFER_HELD);
    assert_result(kipc_pool_access_sp(&f->producer, &loan, &data), KIPC_E_BADF);
    assert_result(kipc_pool_release_sc(&f->consumer, &view), KIPC_OK);
    assert_result(kipc_pool_access_sp(&f->producer, &loan, NULL), KIPC_E_INVAL);
}

static void test_a_bad_descriptor_is_refused(void **state)
{
    struct fixture *f = *state;
    struct kipc_loan loan;
    struct kipc_loan_descriptor good;
    struct kipc_view view;
    assert_result(kipc_pool_loan_sp(&f->producer, &loan), KIPC_OK);
    assert_result(kipc_pool_commit_sp(&f->producer, &loan, 10, &good), KIPC_OK);
    const struct kipc_loan_descriptor bad[] = {
        {BUFFERS, good.generation, 10, 0},
        {UINT32_MAX, good.generation, 10, 0},
        {good.index, good.generation, 0, 0},
        {good.index, good.generation, BYTES + 1, 0},
        {good.index, good.generation, UINT32_MAX, 0},
        {good.index, good.generation, 10, 1},
        {good.index, 0, 10, 0},                    /* not newer than the record's 0 */
        {good.index, UINT32_C(0x80000000), 10, 0}, /* half way round: older */
        {good.index, UINT32_MAX, 10, 0},           /* older by one */
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_result(kipc_pool_receive_sc(&f->consumer, &bad[i], &view), KIPC_E_INTEGRITY);
    }
    assert_result(kipc_pool_receive_sc(&f->consumer, &good, &view), KIPC_OK);
    struct kipc_view again;
    assert_result(kipc_pool_receive_sc(&f->consumer, &good, &again), KIPC_E_INTEGRITY); /* we hold it already */
    struct kipc_view old = view;
    assert_result(kipc_pool_release_sc(&f->consumer, &view), KIPC_OK);
    assert_result(kipc_pool_receive_sc(&f->consumer, &good, &again), KIPC_E_INTEGRITY); /* sent twice */
    old.generation -= 1;
    assert_result(kipc_pool_release_sc(&f->consumer, &old), KIPC_E_BADF);
    old.index = BUFFERS;
    assert_result(kipc_pool_release_sc(&f->consumer, &old), KIPC_E_INVAL);
    assert_result(kipc_pool_release_sc(&f->consumer, NULL), KIPC_E_INVAL);
}

static void test_a_bad_return_is_counted_and_loses_no_other_buffer(void **state)
{
    struct fixture *f = *state;
    struct kipc_pool_shared *shared = f->producer.shared;
    struct kipc_loan loan;
    struct kipc_loan_descriptor descriptor;
    assert_result(kipc_pool_loan_sp(&f->producer, &loan), KIPC_OK);
    assert_result(kipc_pool_commit_sp(&f->producer, &loan, 10, &descriptor), KIPC_OK);
    uint32_t tail = shared->returns.tail;
    static const uint32_t too_many[] = {2, 3, BUFFERS, UINT32_MAX, UINT32_C(0x80000000)};
    for (size_t i = 0; i < COUNT_OF(too_many); i++) { /* one buffer is out, so one can come back */
        shared->returns.tail = tail + too_many[i];
        assert_result(kipc_pool_free_sp(&f->producer), KIPC_E_FLOW);
        struct kipc_loan other;
        assert_result(kipc_pool_loan_sp(&f->producer, &other), KIPC_E_FLOW);
    }
    const uint64_t bad[] = {UINT64_MAX, (uint64_t)descriptor.generation << 32 | BUFFERS,
                            (uint64_t)descriptor.generation << 32 | (descriptor.index + 1),
                            (uint64_t)(descriptor.generation + 1) << 32 | descriptor.index};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        shared->entries[tail & f->producer.return_mask] = bad[i];
        tail += 1;
        shared->returns.tail = tail;
        assert_result(kipc_pool_free_sp(&f->producer), BUFFERS - 1);
        assert_int_equal(f->producer.bad_returns, i + 1);
    }
    shared->entries[tail & f->producer.return_mask] = (uint64_t)descriptor.generation << 32 | descriptor.index;
    shared->returns.tail = tail + 1;
    assert_result(kipc_pool_free_sp(&f->producer), BUFFERS);
}

static void test_pool_layout_is_checked(void **state)
{
    struct fixture *f = *state;
    static const struct {
        uint32_t count;
        uint32_t bytes;
        size_t expected;
    } sizes[] = {
        {0, 64, 0},
        {1, 64, 256},
        {8, 64, 704},
        {9, 64, 832},
        {1, 63, 0},
        {1, 96, 0},
        {1, 0, 0},
        {65537, 64, 0},
        {1, UINT32_C(1) << 31, 0},
        {5, 128, BUFFERS * 128 + 192},
    };
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        assert_int_equal(kipc_pool_bytes(sizes[i].count, sizes[i].bytes), sizes[i].expected);
    }
    struct kipc_pool_consumer consumer;
    struct kipc_buffer_record records[BUFFERS];
    assert_result(kipc_pool_format(f->memory + 8, f->bytes, BUFFERS, BYTES, 0), KIPC_E_INVAL);
    assert_result(kipc_pool_format(NULL, f->bytes, BUFFERS, BYTES, 0), KIPC_E_INVAL);
    assert_result(kipc_pool_format(f->memory, f->bytes, BUFFERS, BYTES + 1, 0), KIPC_E_INVAL);
    assert_result(kipc_pool_format(f->memory, f->bytes - 1, BUFFERS, BYTES, 0), KIPC_E_NOSPC);
    assert_result(kipc_pool_consumer_attach(&consumer, f->memory, f->bytes - 1, records, BUFFERS), KIPC_E_NOSPC);
    assert_result(kipc_pool_consumer_attach(&consumer, f->memory, 8, records, BUFFERS), KIPC_E_NOSPC);
    assert_result(kipc_pool_consumer_attach(&consumer, f->memory, f->bytes, records, BUFFERS - 1), KIPC_E_NOSPC);
    assert_result(kipc_pool_consumer_attach(&consumer, f->memory, f->bytes, NULL, BUFFERS), KIPC_E_INVAL);
    assert_result(kipc_pool_consumer_attach(&consumer, f->memory + 8, f->bytes, records, BUFFERS), KIPC_E_INVAL);
    uint32_t *constants = (uint32_t *)(void *)f->memory;
    static const struct {
        size_t word;
        uint32_t value;
        int expected;
    } damages[] = {{0, 0, KIPC_E_INTEGRITY},          {1, 2, KIPC_E_INTEGRITY},   {2, 0, KIPC_E_INTEGRITY},
                   {2, UINT32_MAX, KIPC_E_INTEGRITY}, {2, 6, KIPC_E_NOSPC},       {3, 0, KIPC_E_INTEGRITY},
                   {3, 65, KIPC_E_INTEGRITY},         {3, 1u << 30, KIPC_E_NOSPC}};
    for (size_t i = 0; i < COUNT_OF(damages); i++) {
        uint32_t good = constants[damages[i].word];
        constants[damages[i].word] = damages[i].value;
        assert_result(kipc_pool_consumer_attach(&consumer, f->memory, f->bytes, records, BUFFERS), damages[i].expected);
        constants[damages[i].word] = good;
    }
}

#define LOAN_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOAN_TEST(test_EXO_FR_09_loan_fill_commit_receive_release),
        LOAN_TEST(test_EXO_FR_09_wrong_order_is_refused),
        LOAN_TEST(test_VER_ZC_04_a_handle_gives_no_access_after_the_hand_over),
        LOAN_TEST(test_concurrent_loans_are_distinct),
        LOAN_TEST(test_a_stale_handle_is_refused),
        LOAN_TEST(test_a_bad_descriptor_is_refused),
        LOAN_TEST(test_a_bad_return_is_counted_and_loses_no_other_buffer),
        LOAN_TEST(test_pool_layout_is_checked),
    };
    return cmocka_run_group_tests_name("loan", tests, NULL, NULL);
}
