/* SPDX-License-Identifier: MIT */
/* Blocking send and receive, one thread: the port's block() plays the other side. */
#include "ring_fixture.h"

#define SLOTS 2u
#define SPIN 100u
#define OTHER_THREAD 11u

static int set_up(void **state)
{
    *state = ring_fixture_set_up(SLOTS, UINT32_MAX, SPIN);
    return 0;
}

static int receive(struct ring_fixture *f, uint64_t *number, uint64_t deadline)
{
    size_t length = 0;
    int result = kipc_ring_receive_blocking(&f->consumer, number, sizeof(*number), &length, deadline);
    assert_true(result != KIPC_OK || length == sizeof(*number));
    return result;
}

static int send(struct ring_fixture *f, uint64_t number, uint64_t deadline)
{
    return kipc_ring_send_blocking(&f->producer, &number, sizeof(number), deadline);
}

static void fill(struct ring_fixture *f)
{
    for (uint64_t i = 0; i < SLOTS; i++) {
        assert_result(send(f, i, KIPC_NO_WAIT), KIPC_OK);
    }
}

static void test_EXO_SY_02_fast_path_neither_spins_nor_blocks(void **state)
{
    struct ring_fixture *f = *state;
    uint64_t number = 0;
    assert_result(send(f, 5, KIPC_FOREVER), KIPC_OK);
    assert_result(receive(f, &number, KIPC_FOREVER), KIPC_OK);
    assert_int_equal(number, 5);
    assert_result(send(f, 6, KIPC_FOREVER), KIPC_OK);
    assert_result(kipc_ring_wait_readable_sc(&f->consumer, KIPC_FOREVER), KIPC_OK);
    assert_result(kipc_ring_wait_writable_sp(&f->producer, KIPC_FOREVER), KIPC_OK);
    assert_int_equal(f->fake.blocks, 0);
    assert_int_equal(f->fake.relaxes, 0);
    assert_int_equal(f->to_consumer.calls, 0); /* nobody waited: nobody is notified */
    assert_int_equal(f->to_producer.calls, 0);
}

static void test_EXO_ER_02_03_no_wait_gives_full_and_empty(void **state)
{
    struct ring_fixture *f = *state;
    uint64_t number;
    assert_result(receive(f, &number, KIPC_NO_WAIT), KIPC_E_EMPTY);
    assert_result(kipc_ring_wait_readable_sc(&f->consumer, KIPC_NO_WAIT), KIPC_E_EMPTY);
    fill(f);
    assert_result(send(f, 9, KIPC_NO_WAIT), KIPC_E_FULL);
    assert_result(kipc_ring_wait_writable_sp(&f->producer, KIPC_NO_WAIT), KIPC_E_FULL);
    assert_int_equal(f->fake.blocks, 0);
    assert_int_equal(f->fake.relaxes, 0);
}

static int script_timeout(struct fake_port *fake)
{
    fake->now = fake->last_deadline;
    return KIPC_E_TIMEDOUT;
}

static void test_EXO_SY_03_spins_exactly_as_configured(void **state)
{
    struct ring_fixture *f = *state;
    static const uint32_t iterations[] = {KIPC_SPIN_ONE_HART, 1, KIPC_SPIN_MANY_HARTS, 1000};
    f->fake.script = script_timeout;
    for (size_t i = 0; i < COUNT_OF(iterations); i++) {
        uint64_t number;
        f->fake.port.spin_iterations = iterations[i];
        f->fake.relaxes = 0;
        f->fake.blocks = 0;
        assert_result(receive(f, &number, f->fake.now + 10), KIPC_E_TIMEDOUT);
        assert_int_equal(f->fake.relaxes, iterations[i]);
        assert_int_equal(f->fake.blocks, 1);
    }
    assert_int_equal(KIPC_SPIN_MANY_HARTS, 100);
    assert_int_equal(KIPC_SPIN_ONE_HART, 0);
}

/* Plays a producer that is two wake-ups early before it really sends. */
static int script_spurious_then_send(struct fake_port *fake)
{
    struct ring_fixture *f = fake->script_context;
    f->step += 1;
    if (f->step == 3) {
        assert_result(send(f, 42, KIPC_NO_WAIT), KIPC_OK);
        assert_int_equal(f->to_consumer.calls, 1);
        assert_int_equal(f->to_consumer.waiter, fake->current);
    }
    return KIPC_OK;
}

static void test_EXO_SY_04_spurious_wakes_re_block(void **state)
{
    struct ring_fixture *f = *state;
    uint64_t number = 0;
    f->fake.script = script_spurious_then_send;
    assert_result(receive(f, &number, KIPC_FOREVER), KIPC_OK);
    assert_int_equal(number, 42);
    assert_int_equal(f->fake.blocks, 3);
    assert_int_equal(f->fake.relaxes, SPIN); /* only once a wait */
    assert_int_equal(f->consumer.waiter.blocked, 3);
}

static int script_three_sends(struct fake_port *fake)
{
    struct ring_fixture *f = fake->script_context;
    assert_result(send(f, 1, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(f->to_consumer.calls, f->step + 1);
    assert_result(send(f, 2, KIPC_NO_WAIT), KIPC_OK); /* the ring was not empty: no second notification */
    assert_int_equal(f->to_consumer.calls, f->step + 1);
    f->step += 1;
    return KIPC_OK;
}

static void test_EXO_SY_06_one_notification_an_edge(void **state)
{
    struct ring_fixture *f = *state;
    f->fake.script = script_three_sends;
    for (unsigned int edge = 1; edge <= 5; edge++) {
        uint64_t number = 0;
        assert_result(receive(f, &number, KIPC_FOREVER), KIPC_OK);
        assert_int_equal(number, 1);
        assert_result(receive(f, &number, KIPC_FOREVER), KIPC_OK);
        assert_int_equal(number, 2);
        assert_int_equal(f->to_consumer.calls, edge);
    }
    assert_int_equal(f->producer.waker.notified, 5);
    assert_int_equal(f->to_producer.calls, 0);
}

static int script_receive_one(struct fake_port *fake)
{
    struct ring_fixture *f = fake->script_context;
    uint64_t number;
    f->step += 1;
    if (f->step >= 2) {
        assert_result(receive(f, &number, KIPC_NO_WAIT), KIPC_OK);
        assert_int_equal(f->to_producer.calls, 1);
        assert_int_equal(f->to_producer.waiter, fake->current);
    }
    return KIPC_OK;
}

static void test_EXO_SY_07_08_full_ring_blocks_and_one_receive_ends_it(void **state)
{
    struct ring_fixture *f = *state;
    f->fake.script = script_receive_one;
    fill(f);
    assert_result(send(f, 99, KIPC_FOREVER), KIPC_OK);
    assert_int_equal(f->fake.blocks, 2); /* the first wake was spurious */
    assert_int_equal(f->producer.waker.notified, 0);
    assert_int_equal(f->consumer.waker.notified, 1);
    uint64_t number;
    assert_result(receive(f, &number, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(number, 1);
    assert_result(receive(f, &number, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(number, 99);
}

static void test_EXO_ER_07_expiry_is_timed_out_on_both_sides(void **state)
{
    struct ring_fixture *f = *state;
    uint64_t number;
    f->fake.script = script_timeout;
    assert_result(receive(f, &number, f->fake.now + 50), KIPC_E_TIMEDOUT);
    assert_int_equal(f->fake.now, 1050);
    assert_int_equal(f->fake.last_deadline, 1050);          /* absolute, handed on unchanged */
    assert_result(receive(f, &number, 1), KIPC_E_TIMEDOUT); /* long past */
    fill(f);
    assert_result(send(f, 9, f->fake.now + 50), KIPC_E_TIMEDOUT);
    assert_result(kipc_ring_ready_sc(&f->consumer), SLOTS);
}

static int script_send_at_the_deadline(struct fake_port *fake)
{
    assert_result(send(fake->script_context, 8, KIPC_NO_WAIT), KIPC_OK);
    return script_timeout(fake);
}

static void test_a_message_at_the_deadline_is_received(void **state)
{
    struct ring_fixture *f = *state;
    uint64_t number = 0;
    f->fake.script = script_send_at_the_deadline;
    assert_result(receive(f, &number, f->fake.now + 5), KIPC_OK);
    assert_int_equal(number, 8);
}

/* A wake that arrives after its wait gave up must not end the next wait early, nor with a wrong result. */
static void test_a_late_wake_does_not_disturb_the_next_wait(void **state)
{
    struct ring_fixture *f = *state;
    uint64_t number;
    f->fake.script = script_timeout;
    assert_result(receive(f, &number, f->fake.now + 10), KIPC_E_TIMEDOUT);
    f->fake.token = true; /* the late one */
    f->fake.blocks = 0;
    uint64_t deadline = f->fake.now + 100;
    assert_result(receive(f, &number, deadline), KIPC_E_TIMEDOUT);
    assert_int_equal(f->fake.now, deadline); /* the whole remaining time was waited for */
    assert_int_equal(f->fake.blocks, 2);
}

static int script_flood(struct fake_port *fake)
{
    fake->now += 1;
    return KIPC_OK;
}

static void test_a_flood_of_stale_wakes_ends_at_the_deadline(void **state)
{
    struct ring_fixture *f = *state;
    uint64_t number;
    f->fake.script = script_flood;
    assert_result(receive(f, &number, f->fake.now + 25), KIPC_E_TIMEDOUT);
    assert_int_equal(f->fake.blocks, 25);
}

static int script_cancel(struct fake_port *fake)
{
    (void)fake;
    return KIPC_E_CANCELED;
}

static void test_EXO_SY_09_a_killed_thread_leaves_no_registration(void **state)
{
    struct ring_fixture *f = *state;
    uint64_t number;
    f->fake.script = script_cancel;
    assert_result(receive(f, &number, KIPC_FOREVER), KIPC_E_CANCELED);
    fill(f);
    assert_result(send(f, 1, KIPC_FOREVER), KIPC_E_CANCELED);
    assert_int_equal(f->fake.blocks, 2);
    assert_result(receive(f, &number, KIPC_FOREVER), KIPC_OK);
}

static int script_second_waiter(struct fake_port *fake)
{
    struct ring_fixture *f = fake->script_context;
    uint64_t number;
    /* A second reader finds the first one registered, and its attempt leaves that registration alone. */
    fake->current = OTHER_THREAD;
    assert_result(receive(f, &number, KIPC_FOREVER), KIPC_E_BUSY);
    assert_result(kipc_wait_prepare(&f->consumer.waiter), KIPC_E_BUSY);
    fake->current = 7;
    assert_int_equal(f->consumer.waiter.thread, 7);
    assert_int_equal(f->shared->consumer.waiting.registration & 1, 1);
    assert_int_equal(f->shared->consumer.waiting.thread, 7);
    assert_int_equal(f->shared->producer.waiting.registration & 1, 0);
    return send(f, 3, KIPC_NO_WAIT);
}

static void test_EXO_SY_01_at_most_one_reader_is_registered(void **state)
{
    struct ring_fixture *f = *state;
    uint64_t number = 0;
    f->fake.script = script_second_waiter;
    assert_result(receive(f, &number, KIPC_FOREVER), KIPC_OK);
    assert_int_equal(number, 3);
    assert_int_equal(f->to_consumer.waiter, 7);
}

static int script_doorbell(struct fake_port *fake)
{
    struct ring_fixture *f = fake->script_context;
    assert_result(send(f, 6, KIPC_NO_WAIT), KIPC_OK);
    kipc_ring_consumer_notified(&f->consumer); /* what the doorbell's handler does */
    assert_int_equal(fake->wakes, 1);
    assert_int_equal(fake->woken, 7);
    kipc_ring_producer_notified(&f->producer); /* nobody waits there */
    assert_int_equal(fake->wakes, 1);
    fake->token = false;
    return KIPC_OK;
}

static void test_a_doorbell_wakes_the_local_waiter_only(void **state)
{
    struct ring_fixture *f = *state;
    uint64_t number = 0;
    kipc_ring_consumer_notified(&f->consumer); /* nobody waits: no token is left behind */
    assert_int_equal(f->fake.wakes, 0);
    f->fake.script = script_doorbell;
    assert_result(receive(f, &number, KIPC_FOREVER), KIPC_OK);
    assert_int_equal(number, 6);
    kipc_ring_consumer_notified(&f->consumer);
    assert_int_equal(f->fake.wakes, 1);
}

static int script_corrupt(struct fake_port *fake)
{
    struct ring_fixture *f = fake->script_context;
    f->shared->producer.index = 12345;
    return KIPC_OK;
}

static void test_a_wait_ends_when_the_peer_breaks_flow_control(void **state)
{
    struct ring_fixture *f = *state;
    uint64_t number;
    f->fake.script = script_corrupt;
    assert_result(receive(f, &number, KIPC_FOREVER), KIPC_E_FLOW);
    assert_int_equal(f->fake.blocks, 1);
}

/* The three steps by hand, as a thread uses them that waits for several things at once. */
static void test_prepare_cancel_commit(void **state)
{
    struct ring_fixture *f = *state;
    struct kipc_waiter *waiter = &f->consumer.waiter;
    uint32_t before = f->shared->consumer.waiting.registration;
    assert_result(kipc_wait_prepare(waiter), KIPC_OK);
    assert_int_equal(f->shared->consumer.waiting.registration, before + 1);
    kipc_wait_cancel(waiter);
    assert_int_equal(f->shared->consumer.waiting.registration, before + 2);
    assert_false(kipc_wake_waiter(&f->producer.waker));
    assert_result(kipc_wait_prepare(waiter), KIPC_OK);
    assert_true(kipc_wake_waiter(&f->producer.waker));
    assert_false(kipc_wake_waiter(&f->producer.waker)); /* once a registration */
    f->fake.token = true;
    assert_result(kipc_wait_commit(waiter, KIPC_FOREVER), KIPC_OK);
    assert_int_equal(f->shared->consumer.waiting.registration & 1, 0);
}

/* The count of registrations survives a new attach and its own wrap-around. */
static void test_registrations_go_on_over_attach_and_wrap(void **state)
{
    struct ring_fixture *f = *state;
    struct kipc_notifier notifier = {.notify = f->consumer.waker.notifier.notify, .context = &f->to_producer};
    f->shared->consumer.waiting.registration = UINT32_MAX - 4;
    for (uint32_t i = 0; i < 6; i++) {
        assert_result(kipc_ring_consumer_attach(&f->consumer, f->shared, f->bytes, &f->fake.port, notifier), KIPC_OK);
        assert_result(kipc_wait_prepare(&f->consumer.waiter), KIPC_OK);
        assert_int_equal(f->shared->consumer.waiting.registration, UINT32_MAX - 2 + 2 * i);
        assert_true(kipc_wake_waiter(&f->producer.waker)); /* each is new to the waker */
        kipc_wait_cancel(&f->consumer.waiter);
    }
}

/* 2^31 waits later a number comes again: whoever published while nobody waited has forgotten it by then. */
static void test_a_number_that_comes_again_is_notified(void **state)
{
    struct ring_fixture *f = *state;
    f->to_consumer.calls = 0;
    for (uint32_t by_function = 0; by_function < 2; by_function++) {
        assert_result(kipc_wait_prepare(&f->consumer.waiter), KIPC_OK);
        uint32_t number = f->shared->consumer.waiting.registration;
        assert_result(kipc_ring_send_sp(&f->producer, "x", 1), KIPC_OK);
        assert_int_equal(f->to_consumer.calls, 2 * by_function + 1);
        assert_result(kipc_ring_discard_sc(&f->consumer), KIPC_OK);
        kipc_wait_cancel(&f->consumer.waiter);
        if (by_function == 1) {
            assert_false(kipc_wake_waiter(&f->producer.waker));
        } else {
            assert_result(kipc_ring_send_sp(&f->producer, "x", 1), KIPC_OK);
            assert_result(kipc_ring_discard_sc(&f->consumer), KIPC_OK);
        }
        f->consumer.waiter.registration = number - 1;
        f->shared->consumer.waiting.registration = number - 1;
        assert_result(kipc_wait_prepare(&f->consumer.waiter), KIPC_OK);
        assert_true(kipc_wake_waiter(&f->producer.waker));
        assert_int_equal(f->to_consumer.calls, 2 * by_function + 2);
        kipc_wait_cancel(&f->consumer.waiter);
    }
}

#define WAIT_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, ring_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WAIT_TEST(test_EXO_SY_01_at_most_one_reader_is_registered),
        WAIT_TEST(test_EXO_SY_02_fast_path_neither_spins_nor_blocks),
        WAIT_TEST(test_EXO_SY_03_spins_exactly_as_configured),
        WAIT_TEST(test_EXO_SY_04_spurious_wakes_re_block),
        WAIT_TEST(test_EXO_SY_06_one_notification_an_edge),
        WAIT_TEST(test_EXO_SY_07_08_full_ring_blocks_and_one_receive_ends_it),
        WAIT_TEST(test_EXO_SY_09_a_killed_thread_leaves_no_registration),
        WAIT_TEST(test_EXO_ER_02_03_no_wait_gives_full_and_empty),
        WAIT_TEST(test_EXO_ER_07_expiry_is_timed_out_on_both_sides),
        WAIT_TEST(test_a_message_at_the_deadline_is_received),
        WAIT_TEST(test_a_late_wake_does_not_disturb_the_next_wait),
        WAIT_TEST(test_a_flood_of_stale_wakes_ends_at_the_deadline),
        WAIT_TEST(test_a_doorbell_wakes_the_local_waiter_only),
        WAIT_TEST(test_a_wait_ends_when_the_peer_breaks_flow_control),
        WAIT_TEST(test_prepare_cancel_commit),
        WAIT_TEST(test_registrations_go_on_over_attach_and_wrap),
        WAIT_TEST(test_a_number_that_comes_again_is_notified),
    };
    return cmocka_run_group_tests_name("wait", tests, NULL, NULL);
}
