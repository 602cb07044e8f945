/* SPDX-License-Identifier: MIT */
/* Queues: histories of a channel and of a ring, and the checker on histories whose answer is known. */
#include "history_fixture.h"
#include <kipc/channel.h>
#include <kipc/many_ring.h>

/* --- queues: PUT sends a number, TAKE receives one; words[0] is how many, the others which --- */

#define QUEUE_CAPACITY 3u
_Static_assert(QUEUE_CAPACITY < LINEAR_STATE_WORDS, "a state holds the queue");

static bool queue_put(struct linear_state *state, uint64_t number)
{
    if (state->words[0] == QUEUE_CAPACITY) {
        return false;
    }
    state->words[0] += 1;
    state->words[state->words[0]] = number;
    return true;
}

static bool queue_take(struct linear_state *state, uint64_t number)
{
    if (state->words[0] == 0 || state->words[1] != number) {
        return false;
    }
    for (uint32_t i = 1; i < QUEUE_CAPACITY; i++) {
        state->words[i] = state->words[i + 1];
    }
    state->words[QUEUE_CAPACITY] = 0;
    state->words[0] -= 1;
    return true;
}

static bool queue_rules(struct linear_state *state, const struct history_call *call)
{
    if (call->kind == PUT) {
        return call->result == KIPC_OK ? queue_put(state, call->argument)
                                       : call->result == KIPC_E_FULL && state->words[0] == QUEUE_CAPACITY;
    }
    return call->result == KIPC_E_EMPTY ? state->words[0] == 0 : queue_take(state, (uint64_t)call->result);
}

/* A message has its place in a channel until it is copied out: a send may be refused while a receive has not ended. */
static bool channel_rules(struct linear_state *state, const struct history_call *call)
{
    return (call->kind == PUT && call->result == KIPC_E_FULL) || queue_rules(state, call);
}

static void open_channel(struct world *world)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    config.is_unidirectional = true;
    config.capacity = QUEUE_CAPACITY;
    assert_result(kipc_channel_create(&world->kernel, world->pid, &config, world->handles), KIPC_OK);
}

static void close_both(struct world *world)
{
    close_first(world);
    assert_result(kipc_handle_close(&world->kernel, world->pid, world->handles[1]), KIPC_OK);
}

static int64_t channel_put(struct world *world, uint64_t number)
{
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = sizeof(number), .data = &number};
    return kipc_channel_send(&world->kernel, world->pid, world->handles[0], &message, KIPC_NO_WAIT);
}

static int64_t channel_take(struct world *world)
{
    uint64_t number = 0;
    int result = kipc_channel_receive(&world->kernel, world->pid, world->handles[1], &number, sizeof(number), NULL,
                                      KIPC_NO_WAIT);
    return result == (int)sizeof(number) ? (int64_t)number : result;
}

static void use_channel(struct world *world, uint32_t thread, struct random_numbers *random)
{
    for (uint32_t i = 0; i < CALLS; i++) {
        uint32_t kind = random_next(random) % 2 == 0 ? PUT : TAKE;
        uint64_t number = (uint64_t)thread * CALLS + i + 1;
        struct history_call *call = history_begin(&world->history, thread, kind, number);
        dawdle(random);
        history_end(&world->history, thread, call, kind == PUT ? channel_put(world, number) : channel_take(world));
        dawdle(random);
    }
}

static void test_channel_is_a_linearizable_queue(void **state)
{
    const struct subject channel = {open_channel, use_channel, close_both, channel_rules, {{0}}, THREADS};
    require_linear(*state, &channel);
}

#define RING_SLOTS 2u

/* A ring holds RING_SLOTS messages, so its queue begins with the rest of QUEUE_CAPACITY taken by nothing. */
static bool ring_rules(struct linear_state *state, const struct history_call *call)
{
    if (call->kind == PUT && call->result == KIPC_E_FULL) {
        return state->words[0] == RING_SLOTS;
    }
    return queue_rules(state, call) && state->words[0] <= RING_SLOTS;
}

static void open_ring(struct world *world)
{
    const struct kipc_port *port = &world->host.port;
    const size_t bytes = kipc_ring_bytes(RING_SLOTS);
    world->ring = aligned_memory(bytes);
    assert_result(kipc_ring_format(world->ring, bytes, RING_SLOTS, NEAR_WRAP), KIPC_OK);
    assert_result(kipc_ring_producer_attach(&world->producer, world->ring, bytes, port, kipc_notifier_local(port)),
                  KIPC_OK);
    assert_result(kipc_ring_consumer_attach(&world->consumer, world->ring, bytes, port, kipc_notifier_local(port)),
                  KIPC_OK);
}

static void close_ring(struct world *world)
{
    aligned_memory_free(world->ring);
}

/* Thread 0 is the producer, thread 1 the consumer. */
static void use_ring(struct world *world, uint32_t thread, struct random_numbers *random)
{
    for (uint32_t i = 0; i < CALLS; i++) {
        uint64_t number = i + 1;
        size_t length;
        struct history_call *call = history_begin(&world->history, thread, thread == 0 ? PUT : TAKE, number);
        dawdle(random);
        int64_t result = thread == 0 ? kipc_ring_send_sp(&world->producer, &number, sizeof(number))
                                     : kipc_ring_receive_sc(&world->consumer, &number, sizeof(number), &length);
        history_end(&world->history, thread, call, thread == 1 && result == KIPC_OK ? (int64_t)number : result);
        dawdle(random);
    }
}

static void test_ring_is_a_linearizable_queue(void **state)
{
    const struct subject ring = {open_ring, use_ring, close_ring, ring_rules, {{0}}, 2};
    require_linear(*state, &ring);
}

/* --- many producers: a queue for each; numbers above LANE_UNIT are of lane 1. A receive takes the first of either ---
 */

#define LANES 2u
#define LANE_UNIT 100u
#define LANE_WORDS 4u
_Static_assert(LANES *LANE_WORDS <= LINEAR_STATE_WORDS && RING_SLOTS < LANE_WORDS, "a state holds both lanes");

static struct {
    void *ring;
    struct kipc_ring_producer producers[LANES];
    struct kipc_ring_consumer lanes[LANES];
    struct kipc_many_ring_consumer consumer;
} many;

static bool many_rules(struct linear_state *state, const struct history_call *call)
{
    uint64_t number = call->kind == PUT ? call->argument : (uint64_t)call->result;
    struct linear_state lane = {{0}};
    uint64_t *words = &state->words[number > LANE_UNIT ? LANE_WORDS : 0];
    if (call->kind == TAKE && call->result == KIPC_E_EMPTY) {
        return state->words[0] == 0 && state->words[LANE_WORDS] == 0;
    }
    memcpy(lane.words, words, LANE_WORDS * sizeof(*words));
    bool is_allowed = ring_rules(&lane, call);
    memcpy(words, lane.words, LANE_WORDS * sizeof(*words));
    return is_allowed;
}

static void open_many(struct world *world)
{
    const struct kipc_port *port = &world->host.port;
    const size_t bytes = kipc_many_ring_bytes(LANES, RING_SLOTS);
    struct kipc_notifier notifier = kipc_notifier_local(port);
    many.ring = aligned_memory(bytes);
    assert_result(kipc_many_ring_format(many.ring, bytes, LANES, RING_SLOTS, NEAR_WRAP), KIPC_OK);
    for (uint32_t i = 0; i < LANES; i++) {
        assert_result(kipc_many_ring_producer_attach(&many.producers[i], many.ring, bytes, i, port, notifier), KIPC_OK);
    }
    assert_result(kipc_many_ring_consumer_attach(&many.consumer, many.lanes, LANES, many.ring, bytes, port, notifier),
                  KIPC_OK);
}

static void close_many(struct world *world)
{
    (void)world;
    aligned_memory_free(many.ring);
}

/* Threads 0 and 1 are the producers, thread 2 the consumer. */
static void use_many(struct world *world, uint32_t thread, struct random_numbers *random)
{
    for (uint32_t i = 0; i < CALLS; i++) {
        uint64_t number = thread * LANE_UNIT + i + 1;
        size_t length;
        uint32_t lane;
        struct history_call *call = history_begin(&world->history, thread, thread < LANES ? PUT : TAKE, number);
        dawdle(random);
        int64_t result = thread < LANES
                             ? kipc_ring_send_sp(&many.producers[thread], &number, sizeof(number))
                             : kipc_many_ring_receive_sc(&many.consumer, &number, sizeof(number), &length, &lane);
        history_end(&world->history, thread, call, thread == LANES && result == KIPC_OK ? (int64_t)number : result);
        dawdle(random);
    }
}

static void test_ring_of_many_producers_is_a_linearizable_set_of_queues(void **state)
{
    const struct subject subject = {open_many, use_many, close_many, many_rules, {{0}}, LANES + 1};
    require_linear(*state, &subject);
}

/* --- the checker itself, on histories whose answer is known --- */

struct known {
    const char *what;
    enum linear_verdict verdict;
    struct history_call calls[4];
};

static const struct known known_histories[] = {
    {"first in, first out",
     LINEAR,
     {{PUT, 1, KIPC_OK, 1, 2}, {PUT, 2, KIPC_OK, 3, 4}, {TAKE, 0, 1, 5, 6}, {TAKE, 0, 2, 7, 8}}},
    {"last in, first out",
     NOT_LINEAR,
     {{PUT, 1, KIPC_OK, 1, 2}, {PUT, 2, KIPC_OK, 3, 4}, {TAKE, 0, 2, 5, 6}, {TAKE, 0, 1, 7, 8}}},
    {"sends overlap, so either is first",
     LINEAR,
     {{PUT, 1, KIPC_OK, 1, 4}, {PUT, 2, KIPC_OK, 2, 3}, {TAKE, 0, 2, 5, 6}, {TAKE, 0, 1, 7, 8}}},
    {"one message twice",
     NOT_LINEAR,
     {{PUT, 1, KIPC_OK, 1, 2}, {PUT, 2, KIPC_OK, 3, 4}, {TAKE, 0, 1, 5, 7}, {TAKE, 0, 1, 6, 8}}},
    {"empty after a send that has ended",
     NOT_LINEAR,
     {{PUT, 1, KIPC_OK, 1, 2}, {TAKE, 0, KIPC_E_EMPTY, 3, 4}, {PUT, 2, KIPC_OK, 5, 6}, {TAKE, 0, 1, 7, 8}}},
    {"empty during a send",
     LINEAR,
     {{PUT, 1, KIPC_OK, 1, 4}, {TAKE, 0, KIPC_E_EMPTY, 2, 3}, {PUT, 2, KIPC_OK, 5, 6}, {TAKE, 0, 1, 7, 8}}},
    {"received before it was sent",
     NOT_LINEAR,
     {{TAKE, 0, 1, 1, 2}, {PUT, 1, KIPC_OK, 3, 4}, {PUT, 2, KIPC_OK, 5, 6}, {TAKE, 0, 2, 7, 8}}},
    {"lost",
     NOT_LINEAR,
     {{PUT, 1, KIPC_OK, 1, 2}, {PUT, 2, KIPC_OK, 3, 4}, {TAKE, 0, 1, 5, 6}, {TAKE, 0, KIPC_E_EMPTY, 7, 8}}},
};

static void test_the_checker_knows_right_from_wrong(void **state)
{
    (void)state;
    const struct linear_state empty = {{0}};
    for (size_t i = 0; i < COUNT_OF(known_histories); i++) {
        const struct known *known = &known_histories[i];
        static struct history history;
        history_clear(&history);
        for (uint32_t k = 0; k < COUNT_OF(known->calls); k++) {
            history.calls[k][0] = known->calls[k]; /* each by a thread of its own */
            history.counts[k] = 1;
        }
        if (history_check(&history, queue_rules, &empty) != known->verdict) {
            fail_msg("wrong verdict: %s", known->what);
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, history_set_up, history_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_checker_knows_right_from_wrong),
        TEST(test_channel_is_a_linearizable_queue),
        TEST(test_ring_is_a_linearizable_queue),
        TEST(test_ring_of_many_producers_is_a_linearizable_set_of_queues),
    };
    return cmocka_run_group_tests_name("linearizable queues", tests, NULL, NULL);
}
