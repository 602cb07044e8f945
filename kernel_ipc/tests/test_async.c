/* SPDX-License-Identifier: MIT */
/* Sends and receives with completion tokens. */
#include "channel_fixture.h"
#include <kipc/async.h>
#include <kipc/batch.h>

static int send_async(struct kernel_fixture *f, uint64_t number, kipc_handle_t event, kipc_token_t *token)
{
    const struct kipc_channel_message message = {.length = sizeof(number), .data = &number};
    return kipc_channel_send_async(&f->kernel, f->first, f->handle, &message, event, token);
}

static int receive_async(struct kernel_fixture *f, uint32_t capacity, kipc_handle_t event, kipc_token_t *token)
{
    return kipc_channel_receive_async(&f->kernel, f->first, f->other, capacity, event, token);
}

static int poll_token(struct kernel_fixture *f, kipc_token_t token)
{
    return kipc_async_poll(&f->kernel, f->first, token, NULL, 0, NULL);
}

static int poll_number(struct kernel_fixture *f, kipc_token_t token, uint64_t *number)
{
    *number = UINT64_MAX;
    return kipc_async_poll(&f->kernel, f->first, token, number, sizeof(*number), NULL);
}

static kipc_handle_t make_event(struct kernel_fixture *f)
{
    kipc_handle_t event;
    assert_result(kipc_event_create(&f->kernel, f->first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &event), KIPC_OK);
    return event;
}

static void test_VER_CP_06_EXO_CH_03_a_completion_comes_once(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(2);
    kipc_token_t tokens[4];
    uint64_t number;
    make_channel(f, &config);
    unsigned int blocks = f->mock.blocks;
    for (uint64_t i = 0; i < 4; i++) {
        assert_result(send_async(f, 10 + i, KIPC_NO_ID, &tokens[i]), KIPC_OK);
    }
    assert_result(poll_token(f, tokens[0]), KIPC_OK);
    assert_result(poll_token(f, tokens[0]), KIPC_E_BADF); /* once */
    assert_result(poll_token(f, tokens[1]), KIPC_OK);
    for (uint64_t i = 0; i < 4; i++) {
        assert_result(i < 2 ? poll_token(f, tokens[2 + i]) : KIPC_E_WOULDBLOCK, KIPC_E_WOULDBLOCK);
    }
    /* A later send does not overtake those under way. */
    assert_result(send_number(f, f->handle, 99, 0, KIPC_NO_WAIT), KIPC_E_FULL);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_int_equal(number, 10);
    assert_result(poll_token(f, tokens[2]), KIPC_OK);
    assert_result(poll_token(f, tokens[3]), KIPC_E_WOULDBLOCK);
    assert_result(send_number(f, f->handle, 99, 0, KIPC_NO_WAIT), KIPC_E_FULL);
    for (uint64_t i = 1; i < 4; i++) {
        assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
        assert_int_equal(number, 10 + i);
    }
    assert_result(poll_token(f, tokens[3]), KIPC_OK);
    assert_int_equal(f->mock.blocks, blocks);
    assert_int_equal(live(f, KIPC_TABLE_OPERATION), 0);
    assert_int_equal(f->kernel.blocks_reserved, 2 * (2 + (4096 + 63 * 2) / 128));
}

static void test_VER_CP_06_receives_complete_in_order(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    struct kipc_channel_info info;
    kipc_token_t tokens[3];
    uint64_t number;
    make_channel(f, &config);
    assert_result(send_number(f, f->handle, 1, 0, KIPC_NO_WAIT), KIPC_OK);
    for (uint32_t i = 0; i < 3; i++) {
        assert_result(receive_async(f, 8, KIPC_NO_ID, &tokens[i]), KIPC_OK);
    }
    assert_result(poll_number(f, tokens[1], &number), KIPC_E_WOULDBLOCK);
    assert_result(send_number(f, f->handle, 2, 7, KIPC_NO_WAIT), KIPC_OK);
    assert_result(send_number(f, f->handle, 3, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_async_poll(&f->kernel, f->first, tokens[1], &number, 7, NULL), KIPC_E_INVAL); /* stays */
    assert_result(kipc_async_poll(&f->kernel, f->first, tokens[1], &number, 8, &info), 8);
    assert_int_equal(number, 2);
    assert_int_equal(info.header.priority, 7);
    assert_int_equal(info.sequence, 1);
    assert_result(poll_number(f, tokens[0], &number), 8);
    assert_int_equal(number, 1);
    assert_result(poll_number(f, tokens[2], &number), 8);
    assert_int_equal(number, 3);
    assert_result(poll_number(f, tokens[2], &number), KIPC_E_BADF);
    /* The plain way is open again. */
    assert_result(send_number(f, f->handle, 4, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
}

static void test_VER_CP_06_an_event_tells_of_completions(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(1);
    struct kipc_event_signal signal;
    kipc_token_t sent[2];
    kipc_token_t received;
    uint64_t number;
    make_channel(f, &config);
    kipc_handle_t event = make_event(f);
    assert_result(send_async(f, 1, event, &sent[0]), KIPC_OK);
    assert_result(kipc_event_wait(&f->kernel, f->first, event, KIPC_NO_WAIT, &signal), KIPC_OK);
    assert_int_equal(signal.data, sent[0]);
    assert_result(send_async(f, 2, event, &sent[1]), KIPC_OK);
    assert_result(kipc_event_wait(&f->kernel, f->first, event, KIPC_NO_WAIT, &signal), KIPC_E_WOULDBLOCK);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_result(kipc_event_wait(&f->kernel, f->first, event, KIPC_NO_WAIT, &signal), KIPC_OK);
    assert_int_equal(signal.data, sent[1]);
    assert_int_equal(signal.count, 1);
    assert_result(kipc_event_wait(&f->kernel, f->first, event, KIPC_NO_WAIT, &signal), KIPC_E_WOULDBLOCK);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_result(receive_async(f, 8, event, &received), KIPC_OK);
    /* The event may go before the completion comes. */
    assert_result(kipc_handle_close(&f->kernel, f->first, event), KIPC_OK);
    assert_int_equal(live(f, KIPC_TABLE_EVENT), 1);
    assert_result(send_number(f, f->handle, 3, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(live(f, KIPC_TABLE_EVENT), 0);
    assert_result(poll_number(f, received, &number), 8);
    assert_result(poll_token(f, sent[0]), KIPC_OK);
    assert_result(poll_token(f, sent[1]), KIPC_OK);
}

static void test_VER_CP_06_what_is_refused_or_given_up(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(1);
    struct kipc_channel_message message = {.length = 300, .data = &config};
    struct kipc_kernel *k = &f->kernel;
    kipc_token_t tokens[3];
    kipc_handle_t rendezvous[2];
    uint64_t number;
    make_channel(f, &config);
    assert_result(kipc_channel_send_async(k, f->first, f->handle, &message, KIPC_NO_ID, NULL), KIPC_E_INVAL);
    assert_result(kipc_channel_send_async(k, f->first, f->handle, &message, KIPC_NO_ID, tokens), KIPC_E_MSGSIZE);
    message.capability_count = 1;
    assert_result(kipc_channel_send_async(k, f->first, f->handle, &message, KIPC_NO_ID, tokens), KIPC_E_INVAL);
    assert_result(send_async(f, 0, f->other, tokens), KIPC_E_TYPE); /* no event */
    config.capacity = 0;
    assert_result(kipc_channel_create(k, f->first, &config, rendezvous), KIPC_OK);
    message = (struct kipc_channel_message){.length = 0};
    assert_result(kipc_channel_send_async(k, f->first, rendezvous[0], &message, KIPC_NO_ID, tokens), KIPC_E_INVAL);
    assert_result(kipc_channel_receive_async(k, f->first, rendezvous[0], 8, KIPC_NO_ID, tokens), KIPC_E_INVAL);
    assert_int_equal(live(f, KIPC_TABLE_OPERATION), 0);
    /* Given up: a send, and the one behind it moves up. */
    for (uint64_t i = 0; i < 3; i++) {
        assert_result(send_async(f, i, KIPC_NO_ID, &tokens[i]), KIPC_OK);
    }
    assert_result(kipc_async_cancel(k, f->first, tokens[0]), KIPC_E_ALREADY);
    assert_result(kipc_async_cancel(k, f->second, tokens[1]), KIPC_E_BADF);
    assert_result(kipc_async_poll(k, f->second, tokens[0], NULL, 0, NULL), KIPC_E_BADF);
    assert_result(kipc_async_cancel(k, f->first, tokens[1]), KIPC_OK);
    assert_result(kipc_async_cancel(k, f->first, tokens[1]), KIPC_E_BADF);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_int_equal(number, 2);
    assert_result(poll_token(f, tokens[0]), KIPC_OK);
    assert_result(poll_token(f, tokens[2]), KIPC_OK);
    /* A receive that is too small for what comes, and one that is given up. */
    assert_result(receive_async(f, 7, KIPC_NO_ID, &tokens[0]), KIPC_OK);
    assert_result(receive_async(f, 8, KIPC_NO_ID, &tokens[1]), KIPC_OK);
    assert_result(kipc_async_cancel(k, f->first, tokens[1]), KIPC_OK);
    assert_result(send_number(f, f->handle, 5, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_result(poll_token(f, tokens[0]), KIPC_E_MSGSIZE);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_int_equal(number, 5);
    /* The place of one that was given up says nothing about the next one there. */
    assert_result(receive_async(f, 8, KIPC_NO_ID, &tokens[0]), KIPC_OK);
    assert_result(kipc_async_cancel(k, f->first, tokens[0]), KIPC_OK);
    assert_result(send_async(f, 6, KIPC_NO_ID, &tokens[1]), KIPC_OK);
    assert_int_equal(tokens[1] & 0xFFFF, tokens[0] & 0xFFFF);
    assert_result(poll_token(f, tokens[1]), KIPC_OK);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_int_equal(k->threads[0].process->used[KIPC_QUOTA_MESSAGES], 0);
    assert_int_equal(live(f, KIPC_TABLE_OPERATION), 0);
}

/* Only a channel whose senders wait keeps one for later; others do with it what they do with any. */
static void test_VER_CP_06_a_full_inbox_by_its_policy(void **state)
{
    struct kernel_fixture *f = *state;
    static const struct {
        enum kipc_overflow overflow;
        int expected;
    } cases[] = {
        {KIPC_OVERFLOW_BLOCK, KIPC_OK},
        {KIPC_OVERFLOW_ERROR, KIPC_E_FULL},
        {KIPC_OVERFLOW_DROP_NEWEST, KIPC_E_OVERFLOW},
        {KIPC_OVERFLOW_OVERWRITE_OLDEST, KIPC_OK},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct kipc_channel_config config = channel_config(1);
        kipc_token_t token;
        config.overflow = cases[i].overflow;
        make_channel(f, &config);
        assert_result(send_async(f, 1, KIPC_NO_ID, &token), KIPC_OK);
        assert_result(poll_token(f, token), KIPC_OK);
        assert_result(send_async(f, 2, KIPC_NO_ID, &token), cases[i].expected);
        assert_int_equal(live(f, KIPC_TABLE_OPERATION), cases[i].expected == KIPC_OK ? 1 : 0);
        if (cases[i].expected == KIPC_OK) {
            bool waits = cases[i].overflow == KIPC_OVERFLOW_BLOCK;
            assert_result(poll_token(f, token), waits ? KIPC_E_WOULDBLOCK : KIPC_OK);
        }
        assert_result(kipc_handle_close(&f->kernel, f->first, f->handle), KIPC_OK);
        assert_result(kipc_handle_close(&f->kernel, f->first, f->other), KIPC_OK);
        if (cases[i].overflow == KIPC_OVERFLOW_BLOCK) {
            assert_result(poll_token(f, token), KIPC_E_CLOSED);
        }
    }
    assert_int_equal(f->kernel.threads[0].process->used[KIPC_QUOTA_MESSAGES], 0);
}

static void test_VER_CP_06_the_channel_goes(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(1);
    struct kipc_event_signal signal;
    kipc_token_t tokens[3];
    uint64_t number;
    make_channel(f, &config);
    kipc_handle_t event = make_event(f);
    assert_result(send_async(f, 1, KIPC_NO_ID, &tokens[0]), KIPC_OK);
    assert_result(send_async(f, 2, event, &tokens[1]), KIPC_OK);
    assert_result(kipc_channel_receive_async(&f->kernel, f->first, f->handle, 8, KIPC_NO_ID, &tokens[2]), KIPC_OK);
    assert_result(kipc_channel_disconnect(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_result(kipc_event_wait(&f->kernel, f->first, event, KIPC_NO_WAIT, &signal), KIPC_OK);
    assert_int_equal(signal.data, tokens[1]);
    assert_result(poll_token(f, tokens[1]), KIPC_E_CLOSED);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_int_equal(number, 1);
    assert_result(kipc_handle_close(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_result(kipc_handle_close(&f->kernel, f->first, f->other), KIPC_OK);
    assert_int_equal(live(f, KIPC_TABLE_CHANNEL), 1); /* a token names it still */
    assert_result(poll_token(f, tokens[2]), KIPC_E_CLOSED);
    assert_int_equal(live(f, KIPC_TABLE_CHANNEL), 0);
    assert_result(poll_token(f, tokens[0]), KIPC_OK); /* complete at once: it named no channel */
}

static void test_VER_CP_06_VER_CH_07_a_process_that_ends_leaves_none(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(2);
    kipc_token_t token;
    uint64_t number;
    make_channel(f, &config);
    kipc_handle_t event = make_event(f);
    for (uint64_t i = 0; i < 4; i++) {
        assert_result(send_async(f, i, event, &token), KIPC_OK); /* complete, and under way */
    }
    assert_result(receive_async(f, 8, event, &token), KIPC_OK);
    assert_result(kipc_channel_receive_async(&f->kernel, f->first, f->handle, 8, event, &token), KIPC_OK);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
    assert_result(kipc_process_exit(&f->kernel, f->first), KIPC_OK);
    assert_int_equal(live(f, KIPC_TABLE_OPERATION), 0);
    assert_int_equal(live(f, KIPC_TABLE_CHANNEL), 0);
    assert_int_equal(f->kernel.blocks_reserved, 0);
    assert_int_equal(f->kernel.blocks_free, f->kernel.block_count);
}

static void test_VER_CP_06_MOS_ER_04_each_failure_leaves_all_as_it_was(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(1);
    kipc_token_t tokens[2];
    make_channel(f, &config);
    assert_result(send_async(f, 1, KIPC_NO_ID, &tokens[0]), KIPC_OK);
    struct kipc_process *process = f->kernel.threads[0].process;
    struct kipc_table *table = &f->kernel.tables[KIPC_TABLE_OPERATION];
    uint32_t reserved = f->kernel.blocks_reserved;
    struct kipc_counts counts;
    const struct {
        uint32_t *word;
        uint32_t value;
        int expected;
    } cases[] = {
        {&table->first_free, 0, KIPC_E_NOSPC},
        {&f->kernel.block_count, reserved, KIPC_E_NOMEM},
        {&process->limits[KIPC_QUOTA_MESSAGES], 1, KIPC_E_QUOTA},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t before = *cases[i].word;
        *cases[i].word = cases[i].value;
        assert_result(send_async(f, 2, KIPC_NO_ID, &tokens[1]), cases[i].expected);
        *cases[i].word = before;
        assert_int_equal(live(f, KIPC_TABLE_OPERATION), 1);
        assert_int_equal(f->kernel.blocks_reserved, reserved);
        assert_int_equal(process->used[KIPC_QUOTA_MESSAGES], 1);
    }
    assert_result(kipc_counts(&f->kernel, &counts), KIPC_OK);
    assert_int_equal(counts.refused[KIPC_TABLE_OPERATION], 1); /* the only one that was for want of a place */
    assert_result(send_async(f, 2, KIPC_NO_ID, &tokens[1]), KIPC_OK);
    assert_result(poll_token(f, tokens[0]), KIPC_OK);
    assert_result(kipc_async_cancel(&f->kernel, f->first, tokens[1]), KIPC_OK);
    assert_int_equal(f->kernel.blocks_reserved, reserved);
}

static void test_VER_CP_06_threads_go_before_operations(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(1);
    kipc_token_t tokens[2];
    uint64_t number;
    make_channel(f, &config);
    assert_result(send_async(f, 1, KIPC_NO_ID, &tokens[0]), KIPC_OK);
    struct actor *sender = act(f, f->first, 5, send_and_note);
    sender->number = 7;
    assert_int_equal(mock_run(&f->mock), 1);
    assert_result(send_async(f, 2, KIPC_NO_ID, &tokens[1]), KIPC_OK);
    static const uint64_t expected[] = {1, 7, 2};
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
        assert_int_equal(number, expected[i]);
        assert_int_equal(mock_run(&f->mock), 0);
    }
    assert_result(poll_token(f, tokens[0]), KIPC_OK);
    assert_result(poll_token(f, tokens[1]), KIPC_OK);
    /* A thread that waits for a message gets it before a receive under way. */
    assert_result(receive_async(f, 8, KIPC_NO_ID, &tokens[0]), KIPC_OK);
    struct actor *receiver = act(f, f->first, 5, receive_and_note);
    receiver->handle = f->other;
    assert_int_equal(mock_run(&f->mock), 1);
    assert_result(send_number(f, f->handle, 20, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(send_number(f, f->handle, 21, 0, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(receiver->number, 20);
    assert_result(poll_number(f, tokens[0], &number), 8);
    assert_int_equal(number, 21);
}

int main(void)
{
#define WITH_KERNEL(test) cmocka_unit_test_setup_teardown(test, kernel_fixture_set_up, kernel_fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_KERNEL(test_VER_CP_06_EXO_CH_03_a_completion_comes_once),
        WITH_KERNEL(test_VER_CP_06_receives_complete_in_order),
        WITH_KERNEL(test_VER_CP_06_an_event_tells_of_completions),
        WITH_KERNEL(test_VER_CP_06_what_is_refused_or_given_up),
        WITH_KERNEL(test_VER_CP_06_a_full_inbox_by_its_policy),
        WITH_KERNEL(test_VER_CP_06_the_channel_goes),
        WITH_KERNEL(test_VER_CP_06_VER_CH_07_a_process_that_ends_leaves_none),
        WITH_KERNEL(test_VER_CP_06_MOS_ER_04_each_failure_leaves_all_as_it_was),
        WITH_KERNEL(test_VER_CP_06_threads_go_before_operations),
    };
    return cmocka_run_group_tests_name("async", tests, NULL, NULL);
}
