/* SPDX-License-Identifier: MIT */
#include "kernel_fixture.h"

static void create(struct kernel_fixture *f)
{
    assert_result(kipc_notification_create(&f->kernel, f->first, KIPC_WAIT_FIFO, &f->handle), KIPC_OK);
}

static int post(struct kernel_fixture *f, uint32_t source, uint32_t bits)
{
    return kipc_notification_post(&f->kernel, f->first, f->handle, source, bits);
}

static void assert_next(struct kernel_fixture *f, uint32_t source, uint32_t bits, uint32_t count, bool is_merged)
{
    struct kipc_notification_entry entry;
    assert_result(kipc_notification_take(&f->kernel, f->first, f->handle, KIPC_NO_WAIT, &entry), KIPC_OK);
    assert_int_equal(entry.source, source);
    assert_int_equal(entry.bits, bits);
    assert_int_equal(entry.count, count);
    assert_int_equal(entry.is_merged, is_merged);
}

static void test_EXO_NI_05_entries_come_in_order(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_notification_entry entry = {.source = 77};
    create(f);
    for (uint32_t round = 0; round < 40; round++) { /* across the end of the ring */
        assert_result(post(f, 1, 0x1), KIPC_OK);
        assert_result(post(f, 2, 0x80000000), KIPC_OK);
        assert_result(post(f, 1, 0x2), KIPC_OK);
        assert_next(f, 1, 0x1, 1, false);
        assert_next(f, 2, 0x80000000, 1, false);
        assert_next(f, 1, 0x2, 1, false);
    }
    assert_result(kipc_notification_take(&f->kernel, f->first, f->handle, KIPC_NO_WAIT, &entry), KIPC_E_EMPTY);
    assert_int_equal(entry.source, 77);
    assert_result(post(f, 1, 0), KIPC_E_INVAL);
    assert_result(kipc_notification_take(&f->kernel, f->first, f->handle, KIPC_NO_WAIT, NULL), KIPC_E_INVAL);
}

static void test_EXO_NI_05_a_full_queue_merges_by_source(void **state)
{
    struct kernel_fixture *f = *state;
    create(f);
    for (uint32_t i = 0; i < KIPC_CFG_NOTIFICATIONS_MAX; i++) {
        assert_result(post(f, i % 2, 1u << i), KIPC_OK);
    }
    assert_result(post(f, 0, 0x100000), KIPC_OK);
    assert_result(post(f, 0, 0x200000), KIPC_OK);
    assert_result(post(f, 9, 1), KIPC_E_FULL); /* nothing of its source to merge with: refused, never dropped */
    for (uint32_t i = 0; i < KIPC_CFG_NOTIFICATIONS_MAX; i++) {
        if (i == KIPC_CFG_NOTIFICATIONS_MAX - 2) { /* the latest of source 0 */
            assert_next(f, 0, (1u << i) | 0x300000, 3, true);
        } else {
            assert_next(f, i % 2, 1u << i, 1, false);
        }
    }
}

static void take_and_note(struct actor *actor)
{
    struct kipc_notification_entry entry = {.count = 0};
    actor->result = kipc_notification_take(&actor->fixture->kernel, actor->pid, actor->handle, actor->deadline, &entry);
    actor->number = (uint64_t)entry.source << 32 | entry.bits;
    note(actor, actor->thread);
}

static void test_EXO_NI_05_one_wait_covers_many_sources(void **state)
{
    struct kernel_fixture *f = *state;
    create(f);
    for (uint32_t source = 10; source < 13; source++) {
        struct actor *actor = act(f, f->first, 1, take_and_note);
        assert_int_equal(mock_run_now(&f->mock), 1);
        assert_result(post(f, source, source * 2), KIPC_OK);
        assert_result(post(f, 99, 1), KIPC_OK); /* the waiter has got its own already */
        assert_int_equal(mock_run_now(&f->mock), 0);
        assert_result(actor->result, KIPC_OK);
        assert_true(actor->number == ((uint64_t)source << 32 | source * 2));
        assert_next(f, 99, 1, 1, false);
    }
}

static void test_an_order_that_is_none_is_refused(void **state)
{
    struct kernel_fixture *f = *state;
    static const int orders[] = {KIPC_WAIT_FIFO + 1, 77, -1};
    kipc_handle_t handle = 77;
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        assert_result(kipc_notification_create(&f->kernel, f->first, (enum kipc_wait_order)orders[i], &handle),
                      KIPC_E_INVAL);
    }
    assert_result(kipc_notification_create(&f->kernel, f->first, KIPC_WAIT_FIFO, NULL), KIPC_E_INVAL);
    assert_int_equal(handle, 77);
    assert_int_equal(live(f, KIPC_TABLE_NOTIFICATION), 0);
    assert_int_equal(live(f, KIPC_TABLE_HANDLE), 0);
}

static void test_ends_of_a_wait(void **state)
{
    struct kernel_fixture *f = *state;
    create(f);
    struct actor *late = act(f, f->first, 1, take_and_note);
    late->deadline = f->mock.now + 3;
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(late->result, KIPC_E_TIMEDOUT);
    struct actor *closed = act(f, f->first, 1, take_and_note);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(kipc_handle_close(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 0);
    assert_result(closed->result, KIPC_E_CLOSED);
    assert_result(post(f, 1, 1), KIPC_E_BADF);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_EXO_NI_05_entries_come_in_order),
        TEST(test_EXO_NI_05_a_full_queue_merges_by_source),
        TEST(test_EXO_NI_05_one_wait_covers_many_sources),
        TEST(test_an_order_that_is_none_is_refused),
        TEST(test_ends_of_a_wait),
    };
    return cmocka_run_group_tests_name("notification", tests, NULL, NULL);
}
