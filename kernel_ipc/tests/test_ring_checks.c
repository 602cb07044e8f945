/* SPDX-License-Identifier: MIT */
/* What a ring does with values that its peer may never write. */
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

static void test_attach_refuses_a_foreign_layout(void **state)
{
    struct ring_fixture *f = *state;
    uint32_t *constants = (uint32_t *)(void *)&f->shared->constants;
    static const struct {
        size_t word;
        uint32_t value;
        int expected;
    } damages[] = {
        {0, 0, KIPC_E_INTEGRITY},      {1, KIPC_RING_VERSION + 1, KIPC_E_INTEGRITY},
        {2, 0, KIPC_E_INTEGRITY},      {2, 3, KIPC_E_INTEGRITY},
        {2, 8, KIPC_E_NOSPC},          {2, 65536, KIPC_E_NOSPC},
        {2, 131072, KIPC_E_INTEGRITY}, {3, 128, KIPC_E_INTEGRITY},
        {4, 2, KIPC_E_INTEGRITY},      {4, 1, KIPC_E_NOTSUP}, /* this port cannot fence for all */
    };
    for (size_t i = 0; i < COUNT_OF(damages); i++) {
        uint32_t good = constants[damages[i].word];
        constants[damages[i].word] = damages[i].value;
        assert_result(ring_fixture_attach_producer(f), damages[i].expected);
        assert_result(ring_fixture_attach_consumer(f), damages[i].expected);
        constants[damages[i].word] = good;
    }
    f->shared->consumer.index = NEAR_WRAP + 1; /* the consumer claims to be ahead of the producer */
    assert_result(ring_fixture_attach_producer(f), KIPC_E_FLOW);
    assert_result(ring_fixture_attach_consumer(f), KIPC_E_FLOW);
}

static void test_a_light_ring_needs_ports_that_fence_for_all(void **state)
{
    struct ring_fixture *f = *state;
    assert_result(kipc_ring_lighten(NULL, f->bytes), KIPC_E_INVAL);
    assert_result(kipc_ring_lighten((uint8_t *)f->shared + 8, f->bytes), KIPC_E_INVAL);
    assert_result(kipc_ring_lighten(f->shared, sizeof(*f->shared) - 1), KIPC_E_NOSPC);
    f->shared->constants.version += 1;
    assert_result(kipc_ring_lighten(f->shared, f->bytes), KIPC_E_INTEGRITY);
    f->shared->constants.version -= 1;
    assert_result(kipc_ring_lighten(f->shared, sizeof(*f->shared)), KIPC_OK); /* it looks at no slot */
    assert_result(ring_fixture_attach_producer(f), KIPC_E_NOTSUP);
    assert_result(ring_fixture_attach_consumer(f), KIPC_E_NOTSUP);
    f->fake.port.fence_all = fake_fence_all;
    assert_result(ring_fixture_attach_producer(f), KIPC_OK);
    assert_result(ring_fixture_attach_consumer(f), KIPC_OK);
    /* Each publishes without a fence, and fences for both when it waits: one half alone would lose notifications. */
    assert_true(f->producer.waker.is_light && f->producer.waiter.fences_for_all);
    assert_true(f->consumer.waker.is_light && f->consumer.waiter.fences_for_all);
    send_number(f, 1);
    expect_number(f, 1);
    assert_int_equal(f->fake.fences_for_all, 0); /* messages cost none */
    assert_result(kipc_ring_wait_readable_sc(&f->consumer, f->fake.now), KIPC_E_TIMEDOUT);
    assert_int_equal(f->fake.fences_for_all, 1); /* a wait that blocks costs one */
}

static void test_attach_goes_on_where_the_ring_stands(void **state)
{
    struct ring_fixture *f = *state;
    send_number(f, 1);
    send_number(f, 2);
    expect_number(f, 1);
    assert_result(ring_fixture_attach_consumer(f), KIPC_OK);
    assert_result(ring_fixture_attach_producer(f), KIPC_OK);
    send_number(f, 3);
    expect_number(f, 2);
    expect_number(f, 3);
}

/* A peer's index may only move forward, and never by more than there is. */
static void test_peer_index_is_checked(void **state)
{
    struct ring_fixture *f = *state;
    send_number(f, 1);
    send_number(f, 2);
    expect_number(f, 1);
    uint32_t head = NEAR_WRAP + 1;
    uint32_t tail = NEAR_WRAP + 2;
    static const uint32_t bad_for_producer[] = {2, 3, 100, UINT32_MAX, UINT32_C(0x80000000), UINT32_MAX - 4};
    for (size_t i = 0; i < COUNT_OF(bad_for_producer); i++) {
        f->shared->consumer.index = head + bad_for_producer[i];
        assert_result(kipc_ring_free_sp(&f->producer),
                      bad_for_producer[i] == UINT32_MAX ? (int)SLOTS - 2 : KIPC_E_FLOW);
    }
    f->shared->consumer.index = head;
    assert_result(kipc_ring_free_sp(&f->producer), SLOTS - 1);
    f->shared->consumer.index = head - 1; /* back */
    assert_result(kipc_ring_free_sp(&f->producer), KIPC_E_FLOW);
    f->shared->consumer.index = head;
    static const uint32_t bad_for_consumer[] = {SLOTS, SLOTS + 1, 1000, UINT32_MAX, UINT32_C(0x80000000)};
    for (size_t i = 0; i < COUNT_OF(bad_for_consumer); i++) {
        f->shared->producer.index = tail + bad_for_consumer[i];
        assert_result(kipc_ring_ready_sc(&f->consumer), KIPC_E_FLOW);
    }
    f->shared->producer.index = tail;
    expect_number(f, 2);
    uint64_t number;
    size_t length;
    f->shared->producer.index = tail + SLOTS + 1;
    assert_result(kipc_ring_receive_sc(&f->consumer, &number, 8, &length), KIPC_E_FLOW);
    struct kipc_ring_view view;
    assert_result(kipc_ring_peek_sc(&f->consumer, &view), KIPC_E_FLOW);
    assert_result(kipc_ring_discard_sc(&f->consumer), KIPC_E_FLOW);
    f->shared->producer.index = tail;
    assert_result(kipc_ring_receive_sc(&f->consumer, &number, 8, &length), KIPC_E_EMPTY);
}

static void test_bad_control_word_is_refused_and_can_be_skipped(void **state)
{
    struct ring_fixture *f = *state;
    send_number(f, 1);
    send_number(f, 2);
    uint64_t *control = &f->shared->slots[NEAR_WRAP % SLOTS].control;
    uint64_t good = *control;
    const uint64_t bad[] = {0,
                            good ^ UINT64_C(0x100000000),    /* another lap's index */
                            good | UINT64_C(0x80000000),     /* reserved bits */
                            (good & ~UINT64_C(0xffff)) | 57, /* length above the slot */
                            good | UINT64_C(0xffff),         /* length far above */
                            good ^ UINT64_C(0x30000),        /* kind 2 is a loan: see below */
                            good & ~UINT64_C(0xff0000),      /* kind 0 */
                            good | UINT64_C(0x30000),        /* kind 3 */
                            UINT64_MAX};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        uint64_t number = 0;
        size_t length = 0;
        struct kipc_ring_view view;
        bool is_loan = i == 5;
        *control = bad[i];
        assert_result(kipc_ring_receive_sc(&f->consumer, &number, sizeof(number), &length),
                      is_loan ? KIPC_E_TYPE : KIPC_E_INTEGRITY);
        assert_int_equal(number, 0);
        if (!is_loan) {
            assert_result(kipc_ring_peek_sc(&f->consumer, &view), KIPC_E_INTEGRITY);
        }
    }
    assert_result(kipc_ring_discard_sc(&f->consumer), KIPC_OK);
    expect_number(f, 2);
    assert_result(kipc_ring_discard_sc(&f->consumer), KIPC_E_EMPTY);
    assert_result(kipc_ring_discard_sc(NULL), KIPC_E_INVAL);
    assert_result(kipc_ring_free_sp(NULL), KIPC_E_INVAL);
    assert_result(kipc_ring_ready_sc(NULL), KIPC_E_INVAL);
}

#define RING_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, ring_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RING_TEST(test_attach_refuses_a_foreign_layout),
        RING_TEST(test_a_light_ring_needs_ports_that_fence_for_all),
        RING_TEST(test_attach_goes_on_where_the_ring_stands),
        RING_TEST(test_peer_index_is_checked),
        RING_TEST(test_bad_control_word_is_refused_and_can_be_skipped),
    };
    return cmocka_run_group_tests_name("ring_checks", tests, NULL, NULL);
}
