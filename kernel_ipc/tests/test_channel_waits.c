/* SPDX-License-Identifier: MIT */
/* Waits at both ends of a channel, rendezvous, and ends that go away. */
#include "channel_fixture.h"

static void make(struct kernel_fixture *f, uint32_t capacity)
{
    struct kipc_channel_config config = channel_config(capacity);
    config.order = KIPC_WAIT_FIFO;
    make_channel(f, &config);
}

/* An actor at the other end. */
static struct actor *receiver(struct kernel_fixture *f)
{
    struct actor *actor = act(f, f->first, 1, receive_and_note);
    actor->handle = f->other;
    return actor;
}

static struct actor *sender(struct kernel_fixture *f, uint64_t number)
{
    struct actor *actor = act(f, f->first, 1, send_and_note);
    actor->number = number;
    return actor;
}

static void test_MOS_CH_06_EXO_ER_03_nothing_blocks_that_may_not(void **state)
{
    struct kernel_fixture *f = *state;
    uint64_t number;
    make(f, 2);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), KIPC_E_EMPTY);
    assert_result(send_number(f, f->handle, 1, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_result(send_number(f, f->handle, 2, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_result(send_number(f, f->handle, 3, 0, KIPC_NO_WAIT), KIPC_E_FULL);
    assert_int_equal(f->mock.blocks, 0);
}

static void test_MOS_CH_07_receivers_are_woken_once_each(void **state)
{
    struct kernel_fixture *f = *state;
    make(f, 2);
    struct actor *actors[] = {receiver(f), receiver(f), receiver(f)};
    assert_int_equal(mock_run_now(&f->mock), 3);
    for (uint64_t i = 0; i < 3; i++) {
        unsigned int wakes = f->mock.wakes;
        assert_result(send_number(f, f->handle, 10 + i, 0, KIPC_NO_WAIT), KIPC_OK);
        assert_int_equal(f->mock.wakes, wakes + 1);
        uint64_t number; /* it is the receiver's already */
        assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), KIPC_E_EMPTY);
        assert_int_equal(mock_run_now(&f->mock), 2 - i);
        assert_result(actors[i]->result, 8);
        assert_int_equal(actors[i]->number, 10 + i);
    }
    assert_order(f, 1, 2, 3);
}

static void test_MOS_CH_07_senders_are_woken_by_one_receive(void **state)
{
    struct kernel_fixture *f = *state;
    uint64_t number;
    make(f, 1);
    assert_result(send_number(f, f->handle, 1, 0, KIPC_NO_WAIT), KIPC_OK);
    (void)sender(f, 2);
    (void)sender(f, 3);
    assert_int_equal(mock_run_now(&f->mock), 2);
    for (uint64_t i = 1; i <= 3; i++) {
        assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
        assert_int_equal(number, i);
        assert_result(send_number(f, f->handle, 9, 0, KIPC_NO_WAIT), i < 3 ? KIPC_E_FULL : KIPC_OK);
        (void)mock_run_now(&f->mock);
    }
    assert_order(f, 1, 2);
}

/* Who waits behind a large message comes in when that one gives up. */
static void test_room_goes_to_who_fits_after_a_time_out(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    static uint8_t large[256];
    config.buffer_bytes = 256;
    config.order = KIPC_WAIT_FIFO;
    make_channel(f, &config);
    const struct kipc_channel_message message = {.length = 200, .data = large};
    assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_OK);
    struct actor *small = sender(f, 5);
    assert_int_equal(mock_run_now(&f->mock), 0); /* 8 bytes fit */
    assert_result(small->result, KIPC_OK);
    const struct kipc_channel_message full = {.length = 100, .data = large};
    small = sender(f, 6);
    assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &full, f->mock.now + 5), KIPC_E_TIMEDOUT);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(small->result, KIPC_OK);
}

static void test_VER_CP_03_rendezvous(void **state)
{
    struct kernel_fixture *f = *state;
    uint64_t number;
    make(f, 0);
    struct actor *one = sender(f, 1);
    struct actor *two = sender(f, 2);
    assert_int_equal(mock_run_now(&f->mock), 2);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_int_equal(number, 1);
    assert_false(one->has_ended);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_true(one->has_ended && !two->has_ended);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_int_equal(number, 2);
    assert_int_equal(mock_run_now(&f->mock), 0);
    /* The receiver first: the sender need not wait at all. */
    struct actor *taker = receiver(f);
    assert_int_equal(mock_run_now(&f->mock), 1);
    unsigned int blocks = f->mock.blocks;
    assert_result(send_number(f, f->handle, 3, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(f->mock.blocks, blocks);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_int_equal(taker->number, 3);
}

static void test_EXO_ER_08_a_rendezvous_without_a_partner(void **state)
{
    struct kernel_fixture *f = *state;
    uint64_t number;
    make(f, 0);
    assert_result(send_number(f, f->handle, 1, 0, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
    assert_result(send_number(f, f->handle, 1, 0, f->mock.now + 7), KIPC_E_TIMEDOUT);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK); /* it was taken back */
    assert_int_equal(f->kernel.blocks_free, f->kernel.block_count);
    /* A cancelled sender whose message is taken before it runs has sent it. */
    struct actor *actor = sender(f, 4);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(kipc_thread_cancel(&f->kernel, actor->thread), KIPC_OK);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_OK);
    actor = sender(f, 5);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(kipc_thread_cancel(&f->kernel, actor->thread), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(actor->result, KIPC_E_CANCELED);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), KIPC_E_WOULDBLOCK);
}

static void test_VER_CH_01_time_outs_of_the_channel_and_of_the_call(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(1);
    uint64_t number;
    config.timeout = 50;
    make_channel(f, &config);
    uint64_t start = f->mock.now;
    uint64_t deadline = kipc_channel_deadline(&f->kernel, f->first, f->other);
    assert_result(receive_number(f, f->other, &number, deadline), KIPC_E_TIMEDOUT);
    assert_int_equal(f->mock.now - start, 50);
    start = f->mock.now;
    assert_result(receive_number(f, f->other, &number, start + 3), KIPC_E_TIMEDOUT);
    assert_int_equal(f->mock.now - start, 3);
    assert_result(send_number(f, f->handle, 1, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_result(send_number(f, f->handle, 2, 0, f->mock.now + 9), KIPC_E_TIMEDOUT);
    assert_true(kipc_channel_deadline(&f->kernel, f->first, 0) == KIPC_NO_WAIT);
}

static void test_MOS_CH_08_VER_ER_02_disconnect_and_connect(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_kernel *kernel = &f->kernel;
    struct kipc_channel_info info;
    uint64_t number;
    make(f, 2);
    assert_result(kipc_channel_connect(kernel, f->first, f->handle, f->other), KIPC_E_STATE);
    assert_result(send_number(f, f->handle, 1, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_result(send_number(f, f->handle, 2, 0, KIPC_NO_WAIT), KIPC_OK);
    struct actor *blocked_sender = sender(f, 3);
    struct actor *blocked_receiver = act(f, f->first, 1, receive_and_note); /* at the first end */
    assert_int_equal(mock_run_now(&f->mock), 2);
    assert_result(kipc_channel_disconnect(kernel, f->first, f->handle), KIPC_OK);
    assert_result(kipc_channel_disconnect(kernel, f->first, f->other), KIPC_E_CLOSED);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(blocked_sender->result, KIPC_E_CLOSED);
    assert_result(blocked_receiver->result, KIPC_E_CLOSED);
    assert_result(send_number(f, f->handle, 4, 0, KIPC_NO_WAIT), KIPC_E_CLOSED);
    assert_result(send_number(f, f->other, 4, 0, KIPC_NO_WAIT), KIPC_E_CLOSED);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_int_equal(number, 2);
    assert_result(receive_number(f, f->other, &number, KIPC_FOREVER), KIPC_E_CLOSED);
    assert_result(kipc_channel_connect(kernel, f->first, f->handle, f->handle), KIPC_E_INVAL);
    assert_result(kipc_channel_connect(kernel, f->first, f->handle, 0), KIPC_E_BADF);
    assert_result(kipc_channel_connect(kernel, f->first, f->other, f->handle), KIPC_OK);
    for (uint64_t i = 0; i < 3; i++) {
        assert_result(send_number(f, f->handle, 50 + i, 0, KIPC_NO_WAIT), KIPC_OK);
        assert_result(kipc_channel_receive(kernel, f->first, f->other, &number, 8, &info, KIPC_NO_WAIT), 8);
        assert_true(number == 50 + i && info.sequence == i);
    }
}

static void test_an_end_that_closes(void **state)
{
    struct kernel_fixture *f = *state;
    uint64_t number;
    make(f, 4);
    assert_result(send_number(f, f->handle, 1, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_result(send_number(f, f->other, 2, 0, KIPC_NO_WAIT), KIPC_OK); /* goes with the end that closes */
    assert_result(kipc_handle_close(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_int_equal(number, 1);
    assert_result(receive_number(f, f->other, &number, KIPC_FOREVER), KIPC_E_CLOSED);
    assert_result(send_number(f, f->other, 3, 0, KIPC_FOREVER), KIPC_E_CLOSED);
    assert_int_equal(f->kernel.blocks_free, f->kernel.block_count);
}

/* The second process is killed while it sends into a full inbox, awaits a taker, or receives; and while its peer does.
 */
static void test_VER_CH_07_a_process_killed_in_any_wait_leaves_nothing(void **state)
{
    struct kernel_fixture *f = *state;
    static const struct {
        uint32_t capacity;
        bool fills;
        void (*theirs)(struct actor *actor);
        void (*ours)(struct actor *actor);
    } cases[] = {
        {1, true, send_and_note, NULL},     {0, false, send_and_note, NULL},
        {4, false, receive_and_note, NULL}, {4, false, NULL, receive_and_note},
        {0, false, NULL, send_and_note},    {1, false, NULL, send_and_note}, /* the second of these waits for room */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct kipc_process_config process = kipc_process_config_default();
        struct actor *theirs = NULL;
        struct actor *ours = NULL;
        kipc_handle_t end;
        kipc_pid_t pid;
        assert_result(kipc_process_register(&f->kernel, &process, &pid), KIPC_OK);
        make(f, cases[i].capacity);
        assert_result(kipc_handle_duplicate(&f->kernel, f->first, f->other, pid, KIPC_RIGHTS, &end), KIPC_OK);
        assert_result(kipc_handle_close(&f->kernel, f->first, f->other), KIPC_OK);
        if (cases[i].fills) { /* their messages go to our inbox */
            assert_result(kipc_thread_detach(&f->kernel, 0), KIPC_OK);
            assert_result(kipc_thread_attach(&f->kernel, pid, 0, 1), KIPC_OK);
            const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA};
            assert_result(kipc_channel_send(&f->kernel, pid, end, &message, KIPC_NO_WAIT), KIPC_OK);
            assert_result(kipc_thread_detach(&f->kernel, 0), KIPC_OK);
            assert_result(kipc_thread_attach(&f->kernel, f->first, 0, 1), KIPC_OK);
        }
        if (cases[i].capacity == 1 && cases[i].ours != NULL) {
            assert_result(send_number(f, f->handle, 1, 0, KIPC_NO_WAIT), KIPC_OK);
        }
        if (cases[i].theirs != NULL) {
            theirs = act(f, pid, 1, cases[i].theirs);
            theirs->handle = end;
        } else {
            ours = act(f, f->first, 1, cases[i].ours);
        }
        assert_int_equal(mock_run_now(&f->mock), 1);
        assert_result(kipc_process_exit(&f->kernel, pid), KIPC_OK);
        assert_int_equal(mock_run_now(&f->mock), 0);
        assert_result(theirs != NULL ? theirs->result : ours->result, theirs != NULL ? KIPC_E_SRCH : KIPC_E_CLOSED);
        assert_int_equal(live(f, KIPC_TABLE_CHANNEL), 1);
        assert_result(kipc_handle_close(&f->kernel, f->first, f->handle), KIPC_OK);
        assert_int_equal(live(f, KIPC_TABLE_CHANNEL), 0);
        assert_int_equal(f->kernel.blocks_reserved, 0);
        assert_int_equal(f->kernel.blocks_free, f->kernel.block_count);
        f->noted = 0;
    }
}

static void test_a_waiting_receiver_with_too_small_a_buffer(void **state)
{
    struct kernel_fixture *f = *state;
    static const uint8_t data[20] = "twenty bytes of it.";
    char buffer[20];
    make(f, 2);
    struct actor *small = receiver(f); /* eight bytes */
    assert_int_equal(mock_run_now(&f->mock), 1);
    const struct kipc_channel_message message = {.length = sizeof(data), .data = data};
    assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(small->result, KIPC_E_MSGSIZE);
    assert_result(kipc_channel_receive(&f->kernel, f->first, f->other, buffer, 20, NULL, KIPC_NO_WAIT), 20);
    assert_string_equal(buffer, (const char *)data);
}

static void test_MOS_CH_10_statistics(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_stats first;
    struct kipc_channel_stats other;
    uint64_t number;
    make(f, 2);
    (void)receiver(f);
    assert_int_equal(mock_run_now(&f->mock), 1);                           /* empty hit and wait */
    assert_result(send_number(f, f->handle, 1, 0, KIPC_NO_WAIT), KIPC_OK); /* handed over */
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(send_number(f, f->handle, 2, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_result(send_number(f, f->handle, 3, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_result(send_number(f, f->handle, 4, 0, KIPC_NO_WAIT), KIPC_E_FULL);        /* full hit */
    assert_result(send_number(f, f->handle, 5, 0, f->mock.now + 1), KIPC_E_TIMEDOUT); /* full hit and wait */
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), KIPC_E_EMPTY); /* empty hit */
    assert_int_equal(kipc_channel_stats(&f->kernel, f->first, f->handle, &first), 0);
    assert_int_equal(kipc_channel_stats(&f->kernel, f->first, f->other, &other), 0);
    assert_true(first.sent == 3 && first.sent_bytes == 24 && first.received == 0 && first.received_bytes == 0);
    assert_true(other.sent == 0 && other.received == 3 && other.received_bytes == 24);
    assert_true(other.full_hits == 2 && other.send_waits == 1 && other.empty_hits == 2 && other.receive_waits == 1);
    assert_true(other.depth_peak == 2 && other.dropped == 0 && first.full_hits == 0);
    assert_int_equal(f->kernel.copied_bytes, 48);
    assert_result(kipc_channel_stats(&f->kernel, f->first, f->handle, NULL), KIPC_E_INVAL);
}

static void send_many(struct actor *actor)
{
    for (uint64_t i = 0; i < 2000; i++) {
        uint64_t number = actor->number << 32 | i;
        const struct kipc_channel_message message = {.length = sizeof(number), .data = &number};
        assert_result(kipc_channel_send(&actor->fixture->kernel, actor->pid, actor->handle, &message, KIPC_FOREVER),
                      KIPC_OK);
    }
}

static void receive_many(struct actor *actor)
{
    uint64_t next[3] = {0};
    for (uint64_t i = 0; i < 6000; i++) {
        uint64_t number;
        assert_result(
            kipc_channel_receive(&actor->fixture->kernel, actor->pid, actor->handle, &number, 8, NULL, KIPC_FOREVER),
            8);
        assert_true(number >> 32 < 3 && (number & UINT32_MAX) == next[number >> 32]); /* in order for each sender */
        next[number >> 32] += 1;
    }
}

static void test_many_messages_from_three_senders(void **state)
{
    struct kernel_fixture *f = *state;
    static const uint32_t capacities[] = {0, 1, 7};
    for (size_t i = 0; i < COUNT_OF(capacities); i++) {
        make(f, capacities[i]);
        for (uint64_t k = 0; k < 3; k++) {
            act(f, f->first, (uint8_t)(k + 1), send_many)->number = k;
        }
        act(f, f->first, 2, receive_many)->handle = f->other;
        assert_int_equal(mock_run(&f->mock), 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_MOS_CH_06_EXO_ER_03_nothing_blocks_that_may_not),
        TEST(test_MOS_CH_07_receivers_are_woken_once_each),
        TEST(test_MOS_CH_07_senders_are_woken_by_one_receive),
        TEST(test_room_goes_to_who_fits_after_a_time_out),
        TEST(test_VER_CP_03_rendezvous),
        TEST(test_EXO_ER_08_a_rendezvous_without_a_partner),
        TEST(test_VER_CH_01_time_outs_of_the_channel_and_of_the_call),
        TEST(test_MOS_CH_08_VER_ER_02_disconnect_and_connect),
        TEST(test_an_end_that_closes),
        TEST(test_VER_CH_07_a_process_killed_in_any_wait_leaves_nothing),
        TEST(test_a_waiting_receiver_with_too_small_a_buffer),
        TEST(test_MOS_CH_10_statistics),
        TEST(test_many_messages_from_three_senders),
    };
    return cmocka_run_group_tests_name("channel waits", tests, NULL, NULL);
}
