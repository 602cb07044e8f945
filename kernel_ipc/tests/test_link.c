/* SPDX-License-Identifier: MIT */
#include "link_fixture.h"

static void test_EXO_AR_01_two_paths_and_no_third(void **state)
{
    struct link_fixture *f = *state;
    uint8_t data[57];
    struct kipc_link_message message;
    memset(data, 0x77, sizeof(data));
    assert_result(kipc_link_send(&f->sender, data, 56, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(kipc_link_sender_counters(&f->sender).path_inline, 1);
    assert_result(kipc_link_send(&f->sender, data, 57, KIPC_NO_WAIT), KIPC_E_INVAL_SIZE);
    assert_int_equal(kipc_link_sender_counters(&f->sender).path_large, 0);
    send_large(f, 57, 0x77);
    struct kipc_link_counters sent = kipc_link_sender_counters(&f->sender);
    assert_int_equal(sent.path_inline, 1);
    assert_int_equal(sent.path_large, 1);
    assert_int_equal(sent.copied_bytes, 56);
    assert_result(kipc_link_receive(&f->receiver, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(message.kind, KIPC_SLOT_INLINE);
    assert_int_equal(message.length, 56);
    assert_memory_equal(message.bytes, data, 56);
    receive_large(f, 57, 0x77);
    struct kipc_link_counters received = kipc_link_receiver_counters(&f->receiver);
    assert_int_equal(received.path_inline, 1);
    assert_int_equal(received.path_large, 1);
    assert_int_equal(received.copied_bytes, 56);
}

/* C-10: zero-copy is what the counter says, at every size, in both modes. */
static void test_EXO_MS_10_large_messages_are_not_copied(void **state)
{
    struct link_fixture *f = *state;
    static const size_t lengths[] = {1, 7, 56, 57, 63, 64, 65, 255, 1024, 2047, 2048};
    size_t total = 0;
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        send_large(f, lengths[i], (uint8_t)i);
        receive_large(f, lengths[i], (uint8_t)i);
        total += lengths[i];
    }
    bool moves = f->sender.mover != NULL;
    assert_int_equal(kipc_link_sender_counters(&f->sender).copied_bytes, 0);
    assert_int_equal(kipc_link_receiver_counters(&f->receiver).copied_bytes, 0);
    assert_int_equal(kipc_link_sender_counters(&f->sender).moved_bytes, moves ? total : 0);
    assert_int_equal(f->moves, moves ? COUNT_OF(lengths) : 0);
    assert_int_equal(f->fake.fences_from_device, f->moves);
}

static void test_MOS_FU_06_whole_buffers_without_a_copy(void **state)
{
    struct link_fixture *f = *state;
    const size_t most = f->sender.mover != NULL ? REMOTE_BYTES : BYTES;
    const size_t lengths[] = {1, most / 2, most - 1, most};
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        send_large(f, lengths[i], (uint8_t)i);
        receive_large(f, lengths[i], (uint8_t)i);
        assert_int_equal(kipc_link_sender_counters(&f->sender).copied_bytes, 0);
        assert_int_equal(kipc_link_receiver_counters(&f->receiver).copied_bytes, 0);
    }
}

static void test_VER_ZC_06_only_an_inline_copy_counts_as_copied(void **state)
{
    struct link_fixture *f = *state;
    uint8_t data[20] = {1, 2, 3};
    struct kipc_link_message message;
    assert_result(kipc_link_send(&f->sender, data, sizeof(data), KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(kipc_link_sender_counters(&f->sender).copied_bytes, 20);
    memset(data, 9, sizeof(data)); /* both sides are independent */
    assert_result(kipc_link_receive(&f->receiver, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(message.bytes[0], 1);
    assert_int_equal(message.bytes[2], 3);
    assert_int_equal(kipc_link_receiver_counters(&f->receiver).copied_bytes, 20);
}

static void test_commit_into_a_full_ring_keeps_the_loan(void **state)
{
    struct link_fixture *f = *state;
    struct kipc_loan loan;
    struct kipc_link_message message;
    for (uint32_t i = 0; i < SLOTS; i++) {
        assert_result(kipc_link_send(&f->sender, "x", 1, KIPC_NO_WAIT), KIPC_OK);
    }
    assert_result(kipc_link_send(&f->sender, "x", 1, KIPC_NO_WAIT), KIPC_E_FULL);
    assert_result(kipc_link_loan(&f->sender, 100, &loan, KIPC_NO_WAIT), KIPC_OK);
    void *data = loan.data;
    memset(data, 1, 100);
    assert_result(kipc_link_commit(&f->sender, &loan, 100, KIPC_NO_WAIT), KIPC_E_FULL);
    assert_ptr_equal(loan.data, data);
    assert_int_equal(f->moves, 0);
    assert_result(kipc_link_receive(&f->receiver, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_link_commit(&f->sender, &loan, 100, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_link_commit(&f->sender, &loan, 100, KIPC_NO_WAIT), KIPC_E_STATE);
    assert_result(kipc_link_abort(&f->sender, &loan), KIPC_E_STATE);
    for (uint32_t i = 1; i < SLOTS; i++) {
        assert_result(kipc_link_receive(&f->receiver, &message, KIPC_NO_WAIT), KIPC_OK);
    }
    assert_result(kipc_link_receive(&f->receiver, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(message.kind, KIPC_SLOT_LOAN);
    assert_result(kipc_link_release(&f->receiver, &message.view), KIPC_OK);
    assert_result(kipc_link_receive(&f->receiver, &message, KIPC_NO_WAIT), KIPC_E_EMPTY);
}

static void test_sizes_and_arguments(void **state)
{
    struct link_fixture *f = *state;
    struct kipc_loan loan;
    size_t limit = f->sender.mover != NULL ? REMOTE_BYTES : BYTES;
    assert_result(kipc_link_loan(&f->sender, 0, &loan, KIPC_NO_WAIT), KIPC_E_INVAL_SIZE);
    assert_result(kipc_link_loan(&f->sender, limit + 1, &loan, KIPC_NO_WAIT), KIPC_E_INVAL_SIZE);
    assert_result(kipc_link_loan(&f->sender, SIZE_MAX, &loan, KIPC_NO_WAIT), KIPC_E_INVAL_SIZE);
    assert_result(kipc_link_loan(&f->sender, limit, &loan, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_link_commit(&f->sender, &loan, 0, KIPC_NO_WAIT), KIPC_E_INVAL_SIZE);
    assert_result(kipc_link_commit(&f->sender, &loan, limit + 1, KIPC_NO_WAIT), KIPC_E_INVAL_SIZE);
    assert_result(kipc_link_abort(&f->sender, &loan), KIPC_OK);
    assert_result(kipc_link_abort(&f->sender, &loan), KIPC_E_STATE);
    assert_result(kipc_link_commit(&f->sender, &loan, 1, KIPC_NO_WAIT), KIPC_E_STATE);
    loan.generation += 1;
    assert_result(kipc_link_commit(&f->sender, &loan, 1, KIPC_NO_WAIT), KIPC_E_BADF);
    loan.index = BUFFERS;
    assert_result(kipc_link_commit(&f->sender, &loan, 1, KIPC_NO_WAIT), KIPC_E_INVAL);
    assert_result(kipc_link_send(NULL, "x", 1, KIPC_NO_WAIT), KIPC_E_INVAL);
    assert_result(kipc_link_receive(&f->receiver, NULL, KIPC_NO_WAIT), KIPC_E_INVAL);
    assert_result(kipc_link_release(&f->receiver, NULL), KIPC_E_INVAL);
}

static void test_a_failed_move_keeps_the_loan(void **state)
{
    struct link_fixture *f = *state;
    struct kipc_loan loan;
    struct kipc_link_message message;
    assert_result(kipc_link_loan(&f->sender, 100, &loan, KIPC_NO_WAIT), KIPC_OK);
    void *data = loan.data;
    f->move_result = KIPC_E_FAULT;
    for (unsigned int i = 0; i < 10; i++) { /* no remote buffer leaks either */
        assert_result(kipc_link_commit(&f->sender, &loan, 100, KIPC_NO_WAIT), KIPC_E_FAULT);
        assert_ptr_equal(loan.data, data);
    }
    assert_result(kipc_link_receive(&f->receiver, &message, KIPC_NO_WAIT), KIPC_E_EMPTY);
    assert_int_equal(kipc_link_sender_counters(&f->sender).moved_bytes, 0);
    f->move_result = KIPC_OK;
    memset(data, 3, 100);
    assert_result(kipc_link_commit(&f->sender, &loan, 100, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_pool_free_sp(&f->sender.pool), BUFFERS); /* ours is free at once */
    assert_result(kipc_link_receive(&f->receiver, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(((const uint8_t *)message.view.data)[99], 3);
    assert_result(kipc_link_release(&f->receiver, &message.view), KIPC_OK);
}

static void test_a_move_waits_for_a_remote_buffer(void **state)
{
    struct link_fixture *f = *state;
    struct kipc_link_message messages[BUFFERS];
    struct kipc_loan loan;
    for (uint32_t i = 0; i < BUFFERS; i++) {
        send_large(f, 10, 0);
        assert_result(kipc_link_receive(&f->receiver, &messages[i], KIPC_NO_WAIT), KIPC_OK);
    }
    assert_result(kipc_link_loan(&f->sender, 10, &loan, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_link_commit(&f->sender, &loan, 10, KIPC_NO_WAIT), KIPC_E_NOMEM);
    assert_result(kipc_link_commit(&f->sender, &loan, 10, f->fake.now + 5), KIPC_E_TIMEDOUT);
    for (uint32_t i = 0; i < BUFFERS; i++) {
        assert_result(kipc_link_release(&f->receiver, &messages[i].view), KIPC_OK);
    }
    memset(loan.data, 0, 10);
    assert_result(kipc_link_commit(&f->sender, &loan, 10, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_link_receive(&f->receiver, &messages[0], KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_link_release(&f->receiver, &messages[0].view), KIPC_OK);
}

static struct kipc_link_message held;

static int script_release(struct fake_port *fake)
{
    struct link_fixture *f = fake->script_context;
    assert_result(kipc_link_release(&f->receiver, &held.view), KIPC_OK);
    assert_int_equal(f->to_sender.calls, 1); /* a release notifies the sender that waits for a buffer */
    assert_int_equal(f->to_sender.waiter, fake->current);
    return KIPC_OK;
}

static void test_a_loan_waits_for_a_release(void **state)
{
    struct link_fixture *f = *state;
    struct kipc_loan loans[BUFFERS];
    send_large(f, 10, 0);
    assert_result(kipc_link_receive(&f->receiver, &held, KIPC_NO_WAIT), KIPC_OK);
    for (uint32_t i = 0; i < BUFFERS - 1; i++) {
        assert_result(kipc_link_loan(&f->sender, 10, &loans[i], KIPC_NO_WAIT), KIPC_OK);
    }
    assert_result(kipc_link_loan(&f->sender, 10, &loans[2], KIPC_NO_WAIT), KIPC_E_NOMEM);
    assert_result(kipc_link_loan(&f->sender, 10, &loans[2], f->fake.now + 9), KIPC_E_TIMEDOUT);
    f->fake.script = script_release;
    assert_result(kipc_link_loan(&f->sender, 10, &loans[2], KIPC_FOREVER), KIPC_OK);
    assert_int_equal(kipc_link_sender_counters(&f->sender).blocked, 2);
    assert_int_equal(kipc_link_receiver_counters(&f->receiver).notified, 1);
    for (uint32_t i = 0; i < BUFFERS; i++) {
        assert_result(kipc_link_abort(&f->sender, &loans[i]), KIPC_OK);
    }
}

static void test_a_bad_slot_is_dropped_counted_and_passed(void **state)
{
    struct link_fixture *f = *state;
    struct kipc_ring_shared *ring = f->ring;
    struct kipc_link_message message;
    struct kipc_loan loan;
    struct kipc_loan_descriptor descriptor = {BUFFERS, 1, 10, 0}; /* no such buffer */
    void *payload;
    assert_result(kipc_link_send(&f->sender, "a", 1, KIPC_NO_WAIT), KIPC_OK);
    ring->slots[NEAR_WRAP % SLOTS].control = 0;
    assert_result(kipc_ring_acquire_sp(&f->sender.ring, &payload), KIPC_OK);
    assert_result(kipc_link_loan(&f->sender, 10, &loan, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_link_commit(&f->sender, &loan, 10, KIPC_NO_WAIT), KIPC_E_STATE); /* a raw send is under way */
    assert_non_null(loan.data);
    assert_result(kipc_link_abort(&f->sender, &loan), KIPC_OK);
    memcpy(payload, &descriptor, sizeof(descriptor));
    assert_result(kipc_ring_publish_sp(&f->sender.ring, KIPC_SLOT_LOAN, sizeof(descriptor)), KIPC_OK);
    assert_result(kipc_ring_acquire_sp(&f->sender.ring, &payload), KIPC_OK);
    assert_result(kipc_ring_publish_sp(&f->sender.ring, KIPC_SLOT_LOAN, sizeof(descriptor) - 1), KIPC_OK);
    assert_result(kipc_link_send(&f->sender, "b", 1, KIPC_NO_WAIT), KIPC_OK);
    for (uint64_t i = 1; i <= 3; i++) {
        assert_result(kipc_link_receive(&f->receiver, &message, KIPC_NO_WAIT), KIPC_E_INTEGRITY);
        assert_int_equal(kipc_link_receiver_counters(&f->receiver).rejected, i);
    }
    assert_result(kipc_link_receive(&f->receiver, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(message.bytes[0], 'b');
}

static void test_a_link_without_a_pool_is_inline_only(void **state)
{
    struct link_fixture *f = *state;
    struct kipc_loan loan = {0};
    struct kipc_view view = {0};
    struct kipc_link_message message;
    struct kipc_link_sender_config sender = {.port = &f->fake.port,
                                             .notifier = fake_notifier(&f->to_receiver),
                                             .ring_memory = f->ring,
                                             .ring_bytes = kipc_ring_bytes(SLOTS)};
    struct kipc_link_receiver_config receiver = {.port = &f->fake.port,
                                                 .notifier = fake_notifier(&f->to_sender),
                                                 .ring_memory = f->ring,
                                                 .ring_bytes = kipc_ring_bytes(SLOTS)};
    struct kipc_link_sender plain_sender;
    struct kipc_link_receiver plain_receiver;
    assert_result(kipc_link_sender_attach(&plain_sender, &sender), KIPC_OK);
    assert_result(kipc_link_receiver_attach(&plain_receiver, &receiver), KIPC_OK);
    assert_result(kipc_link_loan(&plain_sender, 10, &loan, KIPC_NO_WAIT), KIPC_E_NOTSUP);
    assert_result(kipc_link_commit(&plain_sender, &loan, 10, KIPC_NO_WAIT), KIPC_E_NOTSUP);
    assert_result(kipc_link_abort(&plain_sender, &loan), KIPC_E_NOTSUP);
    assert_result(kipc_link_release(&plain_receiver, &view), KIPC_E_NOTSUP);
    assert_result(kipc_link_send(&plain_sender, "q", 1, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_link_receive(&plain_receiver, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(message.bytes[0], 'q');
    assert_int_equal(kipc_link_sender_counters(&plain_sender).rejected, 0);
    /* A loan that arrives all the same has nowhere to be looked up. */
    void *payload;
    assert_result(kipc_ring_acquire_sp(&plain_sender.ring, &payload), KIPC_OK);
    assert_result(kipc_ring_publish_sp(&plain_sender.ring, KIPC_SLOT_LOAN, 16), KIPC_OK);
    assert_result(kipc_link_receive(&plain_receiver, &message, KIPC_NO_WAIT), KIPC_E_INTEGRITY);
    sender.mover = &f->mover;
    assert_result(kipc_link_sender_attach(&plain_sender, &sender), KIPC_E_INVAL);
    assert_result(kipc_link_sender_attach(NULL, &sender), KIPC_E_INVAL);
    assert_result(kipc_link_abort(NULL, &loan), KIPC_E_INVAL);
    assert_result(kipc_link_abort(&f->sender, NULL), KIPC_E_INVAL);
    assert_result(kipc_link_receiver_attach(&plain_receiver, NULL), KIPC_E_INVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHARE_TEST(test_EXO_AR_01_two_paths_and_no_third),
        MOVE_TEST(test_EXO_AR_01_two_paths_and_no_third),
        SHARE_TEST(test_EXO_MS_10_large_messages_are_not_copied),
        MOVE_TEST(test_EXO_MS_10_large_messages_are_not_copied),
        SHARE_TEST(test_MOS_FU_06_whole_buffers_without_a_copy),
        MOVE_TEST(test_MOS_FU_06_whole_buffers_without_a_copy),
        SHARE_TEST(test_VER_ZC_06_only_an_inline_copy_counts_as_copied),
        SHARE_TEST(test_commit_into_a_full_ring_keeps_the_loan),
        MOVE_TEST(test_commit_into_a_full_ring_keeps_the_loan),
        SHARE_TEST(test_sizes_and_arguments),
        MOVE_TEST(test_sizes_and_arguments),
        MOVE_TEST(test_a_failed_move_keeps_the_loan),
        MOVE_TEST(test_a_move_waits_for_a_remote_buffer),
        SHARE_TEST(test_a_loan_waits_for_a_release),
        SHARE_TEST(test_a_bad_slot_is_dropped_counted_and_passed),
        SHARE_TEST(test_a_link_without_a_pool_is_inline_only),
    };
    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
