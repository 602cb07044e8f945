/* SPDX-License-Identifier: MIT */
/* The mailbox transport over a device that a test plays: in order, late, wrong, and reset at any moment. */
#include "mailbox_fixture.h"

static void test_VER_CH_05_every_size_arrives_in_order(void **state)
{
    (void)state;
    static struct mailbox_fixture f;
    uint8_t data[PAYLOAD];
    uint8_t got[PAYLOAD];
    mailbox_fixture_set_up(&f, KIPC_MAILBOX_ALWAYS, 1);
    mailbox_open_all(&f, 64);
    mailbox_settle(&f); /* the greetings leave room for a small message */
    for (uint32_t length = 0; length <= PAYLOAD; length++) {
        for (uint32_t side = 0; side < SIDES; side++) {
            memset(data, (int)(length + side), sizeof(data));
            assert_result(mailbox_send(&f.sides[side], length % PORTS, data, length), KIPC_OK);
        }
        mailbox_settle(&f);
        for (uint32_t side = 0; side < SIDES; side++) {
            assert_result(mailbox_receive(&f.sides[1 - side], length % PORTS, got), length);
            memset(data, (int)(length + side), sizeof(data));
            assert_memory_equal(got, data, length);
        }
        mailbox_settle(&f);
    }
    for (uint32_t side = 0; side < SIDES; side++) {
        const struct kipc_mailbox_counters *counters = &f.sides[side].mailbox.counters;
        assert_int_equal(counters->sessions, 1);
        assert_int_equal(counters->small, KIPC_MAILBOX_SMALL_MAX + 1);
        assert_int_equal(counters->large, PAYLOAD - KIPC_MAILBOX_SMALL_MAX);
        assert_int_equal(counters->delivered, PAYLOAD + 1);
        assert_int_equal(counters->undelivered + counters->stale + counters->violations, 0);
    }
    mailbox_fixture_tear_down(&f);
}

static void test_VER_CP_09_a_batch_is_one_notification(void **state)
{
    (void)state;
    static struct mailbox_fixture f;
    struct numbered message = {.epoch = 0};
    mailbox_fixture_set_up(&f, KIPC_MAILBOX_ALWAYS, 1);
    mailbox_open_all(&f, 64);
    mailbox_settle(&f);
    for (uint32_t round = 0; round < 10; round++) {
        unsigned int before = f.sides[1].device.interrupts;
        for (uint32_t i = 0; i < COPIES - 1; i++) {
            assert_result(mailbox_send(&f.sides[0], 0, &message, sizeof(message)), KIPC_OK);
        }
        mailbox_settle(&f);
        assert_int_equal(f.sides[1].device.interrupts, before + 1);
        for (uint32_t i = 0; i < COPIES - 1; i++) {
            assert_result(mailbox_receive(&f.sides[1], 0, &message), sizeof(message));
        }
        mailbox_settle(&f);
    }
    mailbox_fixture_tear_down(&f);
}

static void test_VER_CP_09_notifications_by_threshold_and_by_time(void **state)
{
    (void)state;
    static struct mailbox_fixture f;
    struct numbered message = {.epoch = 0};
    mailbox_fixture_set_up(&f, KIPC_MAILBOX_THRESHOLD, 4);
    mailbox_open_all(&f, 64);
    mailbox_settle(&f);
    for (uint32_t i = 1; i <= 12; i++) {
        unsigned int before = f.sides[1].device.interrupts;
        assert_result(mailbox_send(&f.sides[0], 1, &message, sizeof(message)), KIPC_OK);
        mailbox_settle(&f);
        assert_int_equal(f.sides[1].device.interrupts, before + (i % 4 == 0));
    }
    assert_result(mailbox_send(&f.sides[0], 1, &message, sizeof(message)), KIPC_OK);
    mailbox_settle(&f);
    assert_int_equal(f.sides[1].mailbox.counters.delivered, 12);
    uint64_t deadline = kipc_mailbox_run(&f.sides[0].mailbox);
    assert_int_equal(deadline, f.mock.now + 50);
    f.mock.now = deadline;
    f.sides[0].device.is_awake = true;
    mailbox_settle(&f);
    assert_int_equal(f.sides[1].mailbox.counters.delivered, 13);
    assert_int_equal(kipc_mailbox_run(&f.sides[0].mailbox), KIPC_FOREVER);
    mailbox_fixture_tear_down(&f);
}

static void test_VER_DP_02_a_slow_receiver_loses_nothing(void **state)
{
    (void)state;
    static struct mailbox_fixture f;
    uint32_t sent[2] = {0};
    uint32_t received[2] = {0};
    struct numbered message = {.epoch = 0};
    mailbox_fixture_set_up(&f, KIPC_MAILBOX_ALWAYS, 1);
    mailbox_open_all(&f, 3);
    /* Port 0 is not received from until everything has come to rest; port 1 goes on all the while. */
    for (uint32_t i = 0; i < 1000; i++) {
        for (uint32_t port = 0; port < 2; port++) {
            message.number = sent[port];
            while (sent[port] < 200 && mailbox_send(&f.sides[0], port, &message, 8 + sent[port] % 50) == KIPC_OK) {
                sent[port] += 1;
                message.number = sent[port];
            }
        }
        mailbox_settle(&f);
        for (uint32_t port = 0; port < 2; port++) {
            int result = received[1] < 200 && port == 0 ? KIPC_E_EMPTY : mailbox_receive(&f.sides[1], port, &message);
            if (result > 0) {
                assert_int_equal(message.number, received[port]);
                assert_int_equal(result, 8 + received[port] % 50);
                received[port] += 1;
            }
        }
        mailbox_settle(&f);
    }
    assert_int_equal(received[0], 200);
    assert_int_equal(received[1], 200);
    assert_int_equal(f.sides[1].mailbox.counters.violations, 0);
    mailbox_fixture_tear_down(&f);
}

/* Sends a message that the other side has not read yet; its words, which the device may bring again, and how many. */
static uint32_t send_and_keep(struct mailbox_fixture *f, const char *text, uint32_t bytes, uint32_t words[FIFO_WORDS])
{
    mailbox_fixture_set_up(f, KIPC_MAILBOX_ALWAYS, 1);
    mailbox_open_all(f, 4);
    mailbox_settle(f);
    assert_result(mailbox_send(&f->sides[0], 0, text, bytes), KIPC_OK);
    assert_true(mailbox_step(&f->sides[0]));
    assert_true(f->sides[1].device.word_count > 0);
    memcpy(words, f->sides[1].device.words, FIFO_WORDS * sizeof(words[0]));
    return f->sides[1].device.word_count;
}

/* Words that were sent to a life that is over are counted, and dropped; so are those of a port that was closed. */
static void test_VER_CH_05_words_of_another_session_are_stale(void **state)
{
    (void)state;
    static struct mailbox_fixture f;
    uint32_t words[FIFO_WORDS];
    uint8_t got[PAYLOAD];
    uint32_t count = send_and_keep(&f, "old", 4, words);
    kipc_mailbox_restart(&f.sides[1].mailbox);
    mailbox_settle(&f);
    assert_int_equal(f.sides[1].mailbox.counters.sessions, 2);
    memcpy(f.sides[1].device.words, words, sizeof(words)); /* they come again */
    f.sides[1].device.word_count = count;
    f.sides[1].device.is_awake = true;
    mailbox_settle(&f);
    assert_int_equal(f.sides[1].mailbox.counters.stale, 1);
    assert_int_equal(f.sides[1].mailbox.counters.sessions, 2);
    assert_result(mailbox_receive(&f.sides[1], 0, got), KIPC_E_CLOSED);
    mailbox_fixture_tear_down(&f);
}

/* A frame that comes once more, whole and of this session, is not a message again: the session ends. */
static void test_VER_CH_05_words_that_come_twice_end_the_session(void **state)
{
    (void)state;
    static struct mailbox_fixture f;
    uint32_t words[FIFO_WORDS];
    uint8_t got[PAYLOAD];
    uint32_t count = send_and_keep(&f, "once", 5, words);
    mailbox_settle(&f);
    assert_int_equal(f.sides[1].mailbox.counters.violations, 0);
    memcpy(f.sides[1].device.words, words, sizeof(words));
    f.sides[1].device.word_count = count;
    f.sides[1].device.is_awake = true;
    mailbox_settle(&f);
    assert_int_equal(f.sides[1].mailbox.counters.violations, 1);
    assert_int_equal(f.sides[1].mailbox.counters.sessions, 2);
    assert_result(mailbox_receive(&f.sides[1], 0, got), 5);
    assert_memory_equal(got, "once", 5);
    assert_result(mailbox_receive(&f.sides[1], 0, got), KIPC_E_CLOSED);
    mailbox_fixture_tear_down(&f);
}

static void test_VER_CH_05_a_closed_port_drops_and_an_unopened_one_keeps(void **state)
{
    (void)state;
    static struct mailbox_fixture f;
    uint8_t got[PAYLOAD];
    mailbox_fixture_set_up(&f, KIPC_MAILBOX_ALWAYS, 1);
    mailbox_settle(&f);
    mailbox_open_port(&f, 0, 1, 4);
    assert_result(mailbox_send(&f.sides[0], 1, "early", 6), KIPC_OK);
    mailbox_settle(&f);
    mailbox_open_port(&f, 1, 1, 4);
    assert_result(mailbox_send(&f.sides[1], 1, "hello", 6), KIPC_OK);
    mailbox_settle(&f);
    assert_result(mailbox_receive(&f.sides[1], 1, got), 6);
    assert_memory_equal(got, "early", 6);
    assert_result(kipc_handle_close(&f.sides[1].kernel, f.sides[1].pid, f.sides[1].handles[1]), KIPC_OK);
    assert_result(mailbox_send(&f.sides[0], 1, "late", 5), KIPC_OK);
    mailbox_settle(&f);
    assert_int_equal(f.sides[1].mailbox.counters.undelivered, 1);
    mailbox_fixture_tear_down(&f);
}

/* A copy that fails, or more that have ended than were begun: the session ends, and another one comes about. */
static void test_VER_CH_05_a_device_that_fails_ends_the_session(void **state)
{
    (void)state;
    static struct mailbox_fixture f;
    mailbox_fixture_set_up(&f, KIPC_MAILBOX_ALWAYS, 1);
    mailbox_open_all(&f, 4);
    mailbox_settle(&f);
    f.sides[0].device.has_failed = true;
    f.sides[0].device.is_awake = true;
    mailbox_settle(&f);
    f.sides[0].device.ended = 1000;
    f.sides[0].device.is_awake = true;
    mailbox_settle(&f);
    for (uint32_t side = 0; side < SIDES; side++) {
        assert_int_equal(f.sides[side].mailbox.counters.sessions, 3);
        assert_int_equal(f.sides[side].mailbox.counters.parted, PORTS);
    }
    assert_int_equal(f.sides[0].mailbox.counters.violations, 2);
    mailbox_fixture_tear_down(&f);
}

/* A greeting whose area lies where the peer has nothing must not become the target of copies. */
static void test_VER_CH_05_copies_stay_in_the_memory_of_the_peer(void **state)
{
    (void)state;
    static struct mailbox_fixture f;
    mailbox_fixture_set_up(&f, KIPC_MAILBOX_ALWAYS, 1);
    f.sides[1].mailbox.config.area_address += KIPC_CACHELINE;
    mailbox_open_all(&f, 4);
    mailbox_settle(&f);
    assert_int_equal(f.sides[0].mailbox.counters.sessions, 0);
    assert_true(f.sides[0].mailbox.counters.violations > 0);
    assert_int_equal(mailbox_send(&f.sides[0], 0, "x", 1), KIPC_OK);
    mailbox_settle(&f);
    assert_int_equal(f.sides[0].mailbox.copies_put, 0);
    mailbox_fixture_tear_down(&f);
}

static void test_VER_CH_05_what_open_refuses(void **state)
{
    (void)state;
    static struct mailbox_fixture f;
    static struct kipc_mailbox other;
    mailbox_fixture_set_up(&f, KIPC_MAILBOX_ALWAYS, 1);
    struct kipc_mailbox_config good = f.sides[0].mailbox.config;
    struct kipc_mailbox_config bad[8];
    for (uint32_t i = 0; i < COUNT_OF(bad); i++) {
        bad[i] = good;
    }
    bad[0].ops = NULL;
    bad[1].life = 0;
    bad[2].ports = KIPC_CFG_PORTS_MAX + 1;
    bad[3].slots = 6;
    bad[4].payload_max = 0;
    bad[5].area = (uint8_t *)good.area + 8;
    bad[6].threshold = 0;
    bad[7].policy = (enum kipc_mailbox_policy)2;
    for (uint32_t i = 0; i < COUNT_OF(bad); i++) {
        assert_result(kipc_mailbox_open(&other, &f.sides[0].kernel, 5, &bad[i]), KIPC_E_INVAL);
    }
    assert_result(kipc_mailbox_open(&other, &f.sides[0].kernel, 4, &good), KIPC_E_EXIST);
    assert_int_equal(kipc_mailbox_area_bytes(1, 256, 1), 0);
    mailbox_settle(&f);
    mailbox_fixture_tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VER_CH_05_every_size_arrives_in_order),
        cmocka_unit_test(test_VER_CP_09_a_batch_is_one_notification),
        cmocka_unit_test(test_VER_CP_09_notifications_by_threshold_and_by_time),
        cmocka_unit_test(test_VER_DP_02_a_slow_receiver_loses_nothing),
        cmocka_unit_test(test_VER_CH_05_words_of_another_session_are_stale),
        cmocka_unit_test(test_VER_CH_05_words_that_come_twice_end_the_session),
        cmocka_unit_test(test_VER_CH_05_a_closed_port_drops_and_an_unopened_one_keeps),
        cmocka_unit_test(test_VER_CH_05_a_device_that_fails_ends_the_session),
        cmocka_unit_test(test_VER_CH_05_copies_stay_in_the_memory_of_the_peer),
        cmocka_unit_test(test_VER_CH_05_what_open_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
