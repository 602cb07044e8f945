/* SPDX-License-Identifier: MIT */
/* The mailbox transport under traffic in any order of events: late, damaged, reset at any moment, or hostile. */
#include "mailbox_fixture.h"

/* What a stress run remembers of each port of each side. */
struct traffic {
    uint32_t opened;   /* epoch in which the channel was opened */
    uint32_t opening;  /* unique */
    uint32_t last;     /* opening of the sender's channel that messages came from last */
    uint32_t sent;     /* since then */
    uint32_t expected; /* next number; 0 with is_first: any */
    bool is_first;
    uint64_t received;
};

struct stress {
    struct mailbox_fixture f;
    struct traffic traffic[SIDES][PORTS];
    uint32_t epoch;
    uint32_t openings;
    struct random_numbers random;
};

static void open_again(struct stress *s, uint32_t side, uint32_t port)
{
    struct mailbox_side *one = &s->f.sides[side];
    assert_result(kipc_handle_close(&one->kernel, one->pid, one->handles[port]), KIPC_OK);
    mailbox_open_port(&s->f, side, port, 4);
    uint64_t received = s->traffic[side][port].received;
    uint32_t last = s->traffic[side][port].last;
    s->openings += 1;
    s->traffic[side][port] = (struct traffic){
        .opened = s->epoch, .opening = s->openings, .is_first = true, .received = received, .last = last};
}

static void send_some(struct stress *s, uint32_t side, uint32_t port)
{
    struct traffic *traffic = &s->traffic[side][port];
    struct numbered message = {.epoch = s->epoch, .number = traffic->sent, .opening = traffic->opening};
    bool is_small = random_next(&s->random) % 2 == 0;
    uint32_t most = is_small ? KIPC_MAILBOX_SMALL_MAX : PAYLOAD;
    uint32_t length = 12 + (uint32_t)random_next(&s->random) % (most - 12);
    int result = mailbox_send(&s->f.sides[side], port, &message, length);
    if (result == KIPC_E_CLOSED) {
        open_again(s, side, port);
    } else {
        assert_true(result == KIPC_OK || result == KIPC_E_FULL);
        traffic->sent += result == KIPC_OK;
    }
}

/*
 * In order and without a gap after the first one, all from one life of the sender's channel, which no earlier life of
 * this one has heard of; and nothing that was sent before a reset that came before this channel was opened.
 */
static void receive_some(struct stress *s, uint32_t side, uint32_t port)
{
    struct traffic *traffic = &s->traffic[side][port];
    struct numbered message;
    int result = mailbox_receive(&s->f.sides[side], port, &message);
    if (result == KIPC_E_CLOSED) {
        open_again(s, side, port);
    } else if (result != KIPC_E_EMPTY) {
        assert_true(result >= 12);
        assert_true(message.epoch >= traffic->opened);
        assert_true(traffic->is_first || message.number == traffic->expected);
        assert_true(traffic->is_first ? message.opening > traffic->last : message.opening == traffic->last);
        traffic->last = message.opening;
        traffic->is_first = false;
        traffic->expected = message.number + 1;
        traffic->received += 1;
    }
}

/* A word that is lost, repeated, changed, or known to be damaged. */
static void damage_words(struct stress *s, struct fake_device *device)
{
    uint32_t place = (uint32_t)random_next(&s->random);
    if (device->word_count == 0) {
        return;
    }
    place %= device->word_count;
    switch (random_next(&s->random) % 4) {
    case 0:
        device->word_count -= 1;
        memmove(&device->words[place], &device->words[place + 1], (device->word_count - place) * sizeof(uint32_t));
        break;
    case 1:
        device->words[place] ^= 1u << random_next(&s->random) % 32;
        break;
    case 2:
        device->is_damaged = true;
        break;
    default:
        if (device->word_count < FIFO_WORDS) {
            memmove(&device->words[place + 1], &device->words[place], (device->word_count - place) * sizeof(uint32_t));
            device->word_count += 1;
        }
        break;
    }
}

static void stress_step(struct stress *s, bool has_faults, bool has_resets)
{
    uint32_t side = (uint32_t)random_next(&s->random) % SIDES;
    uint32_t port = (uint32_t)random_next(&s->random) % PORTS;
    struct mailbox_side *one = &s->f.sides[side];
    switch (random_next(&s->random) % 8) {
    case 0:
    case 1:
        send_some(s, side, port);
        break;
    case 2:
    case 3:
        receive_some(s, side, port);
        break;
    case 4:
        device_copy(&one->device, 1 + (uint32_t)random_next(&s->random) % COPIES);
        break;
    case 5:
        one->device.is_awake = one->device.is_awake || random_next(&s->random) % 16 == 0; /* for no reason */
        break;
    default:
        (void)mailbox_step(one);
        break;
    }
    s->f.mock.now += 10;
    one->device.is_awake = one->device.is_awake || s->f.mock.now >= one->deadline;
    if (has_faults && random_next(&s->random) % 50 == 0) {
        damage_words(s, &one->device);
    }
    if (has_resets && random_next(&s->random) % 1000 == 0) {
        s->epoch += 1;
        device_reset(&one->device);
    }
}

/*
 * After all faults, everything works: what is sent now arrives. A word that was lost at the end of a frame is found out
 * with the next frame, so some are sent first.
 */
static void recover(struct stress *s)
{
    for (uint32_t round = 0; round < 200; round++) {
        for (uint32_t i = 0; round < 20 && i < SIDES * PORTS; i++) {
            send_some(s, i / PORTS, i % PORTS);
        }
        mailbox_settle(&s->f);
        for (uint32_t side = 0; side < SIDES; side++) {
            for (uint32_t port = 0; port < PORTS; port++) {
                receive_some(s, side, port);
            }
        }
    }
    for (uint32_t side = 0; side < SIDES; side++) {
        for (uint32_t port = 0; port < PORTS; port++) {
            uint64_t before = s->traffic[1 - side][port].received;
            send_some(s, side, port);
            mailbox_settle(&s->f);
            receive_some(s, 1 - side, port);
            assert_int_equal(s->traffic[1 - side][port].received, before + 1);
        }
    }
}

static void run_stress(uint32_t seeds, uint32_t steps, bool has_faults, bool has_resets)
{
    static struct stress s;
    for (uint32_t seed = 1; seed <= seeds; seed++) {
        memset(&s, 0, sizeof(s));
        s.random.state = seed;
        mailbox_fixture_set_up(&s.f, seed % 2 == 0 ? KIPC_MAILBOX_ALWAYS : KIPC_MAILBOX_THRESHOLD, 1);
        mailbox_open_all(&s.f, 4);
        for (uint32_t i = 0; i < SIDES * PORTS; i++) {
            open_again(&s, i / PORTS, i % PORTS);
        }
        mailbox_settle(&s.f);
        for (uint32_t i = 0; i < steps; i++) {
            stress_step(&s, has_faults, has_resets);
        }
        recover(&s);
        uint64_t received = 0;
        for (uint32_t i = 0; i < SIDES * PORTS; i++) {
            received += s.traffic[i / PORTS][i % PORTS].received;
        }
        assert_true(received > steps / 20);
        assert_true(has_faults || has_resets || s.f.sides[0].mailbox.counters.sessions == 1);
        assert_true(!has_resets || s.f.sides[0].mailbox.counters.sessions > steps / 4000);
        mailbox_fixture_tear_down(&s.f);
    }
}

static void test_VER_CH_05_traffic_in_any_order_of_events(void **state)
{
    (void)state;
    run_stress(10, 20000, false, false);
}

static void test_VER_CH_05_no_stale_message_after_a_reset(void **state)
{
    (void)state;
    run_stress(10, 20000, false, true);
}

static void test_VER_CH_05_lost_and_repeated_words_end_the_session(void **state)
{
    (void)state;
    run_stress(10, 20000, true, false);
    run_stress(10, 20000, true, true);
}

/* The peer writes anything anywhere into what it can write: no access outside, no message too long, and no hang. */
static void test_VER_CH_05_nothing_that_the_peer_writes_is_trusted(void **state)
{
    (void)state;
    static struct stress s;
    for (uint32_t seed = 1; seed <= 10; seed++) {
        memset(&s, 0, sizeof(s));
        s.random.state = seed;
        mailbox_fixture_set_up(&s.f, KIPC_MAILBOX_ALWAYS, 1);
        mailbox_open_all(&s.f, 4);
        mailbox_settle(&s.f);
        for (uint32_t i = 0; i < 10000; i++) {
            uint32_t side = (uint32_t)random_next(&s.random) % SIDES;
            struct mailbox_side *one = &s.f.sides[side];
            uint8_t data[PAYLOAD] = {0};
            uint32_t port = (uint32_t)random_next(&s.random) % PORTS;
            if (mailbox_send(one, port, data, (uint32_t)random_next(&s.random) % PAYLOAD) == KIPC_E_CLOSED ||
                mailbox_receive(one, port, data) == KIPC_E_CLOSED) {
                open_again(&s, side, port);
            }
            if (i % 10 == 0) {
                uint32_t *words = one->area;
                uint64_t bytes = random_next(&s.random) % 2 == 0 ? sizeof(struct kipc_mailbox_board) : one->area_bytes;
                words[random_next(&s.random) % (bytes / 4)] ^= 1u << random_next(&s.random) % 32;
                one->device.is_awake = true;
            }
            (void)mailbox_step(one);
            device_copy(&one->device, 3);
        }
        assert_true(s.f.sides[0].mailbox.counters.violations > 0);
        mailbox_settle(&s.f);
        mailbox_fixture_tear_down(&s.f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VER_CH_05_traffic_in_any_order_of_events),
        cmocka_unit_test(test_VER_CH_05_no_stale_message_after_a_reset),
        cmocka_unit_test(test_VER_CH_05_lost_and_repeated_words_end_the_session),
        cmocka_unit_test(test_VER_CH_05_nothing_that_the_peer_writes_is_trusted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
