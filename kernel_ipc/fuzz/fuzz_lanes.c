/* SPDX-License-Identifier: MIT */
/*
 * A ring of many producers, one of which is hostile: it stores anything anywhere into its own lane. All messages of the
 * other lanes come, each once, in order and unchanged, and none waits for more than one message of each other lane.
 */
#include "peer.h"
#include <kipc/many_ring.h>
#include <string.h>

#define LANES 4u
#define SLOTS 4u
#define BATCH 6u
#define STEPS_MAX 600u

/* A message: its lane, its number, and as many more bytes as the number says. */
struct message {
    uint32_t lane;
    uint32_t number;
    uint8_t rest[KIPC_RING_INLINE_MAX - 2 * sizeof(uint32_t)];
};

struct lane {
    struct kipc_ring_producer producer;
    uint32_t sent;
    uint32_t received;
    uint32_t overtaken; /* receives since its next message was there that found something elsewhere */
    bool is_out;
};

struct arena {
    struct fuzz_input input;
    struct peer_port port;
    uint8_t *memory;
    size_t bytes;
    uint32_t hostile; /* LANES: nobody */
    bool is_corrupt;
    struct lane lanes[LANES];
    struct kipc_many_ring_consumer consumer;
    struct kipc_ring_consumer ends[LANES];
};

static size_t message_bytes(uint32_t number)
{
    return 2 * sizeof(uint32_t) + number % (KIPC_RING_INLINE_MAX - 2 * sizeof(uint32_t) + 1);
}

static struct message message_of(uint32_t lane, uint32_t number)
{
    struct message message = {.lane = lane, .number = number};
    memset(message.rest, (int)(number & 0xff), sizeof(message.rest));
    return message;
}

static bool is_honest(const struct arena *arena, uint32_t lane)
{
    return lane != arena->hostile && !arena->lanes[lane].is_out;
}

static uint32_t pending(const struct lane *lane)
{
    return lane->sent - lane->received;
}

static void attach_producer(struct arena *arena, uint32_t lane)
{
    struct kipc_ring_producer *producer = &arena->lanes[lane].producer;
    int64_t result = peer_check(kipc_many_ring_producer_attach(
        producer, arena->memory, arena->bytes, lane, &arena->port.port, kipc_notifier_local(&arena->port.port)));
    FUZZ_REQUIRE(result == KIPC_OK || lane == arena->hostile);
    if (result != KIPC_OK) { /* it attaches to what it spoilt no more */
        FUZZ_REQUIRE(arena->is_corrupt);
        arena->input.left = 0;
    }
}

/* Only while all lanes are as their producers left them: a consumer attaches to all of them, or not at all. */
static void attach_consumer(struct arena *arena)
{
    FUZZ_REQUIRE(kipc_many_ring_consumer_attach(&arena->consumer, arena->ends, LANES, arena->memory, arena->bytes,
                                                &arena->port.port, kipc_notifier_local(&arena->port.port)) == KIPC_OK);
    for (uint32_t i = 0; i < LANES; i++) {
        arena->lanes[i].is_out = false;
        arena->lanes[i].overtaken = 0; /* the turns begin anew */
    }
}

/* Sends count messages; how many went. In place, alone, or as a batch. */
static int64_t send_from(struct arena *arena, uint32_t number, uint32_t way, uint32_t count)
{
    struct lane *lane = &arena->lanes[number];
    struct message messages[BATCH];
    struct kipc_ring_item items[BATCH];
    void *payload;
    for (uint32_t i = 0; i < count; i++) {
        messages[i] = message_of(number, lane->sent + i);
        items[i] = (struct kipc_ring_item){&messages[i], message_bytes(lane->sent + i)};
    }
    if (way == 0) {
        return kipc_ring_send_batch_sp(&lane->producer, items, count);
    }
    if (way == 1) {
        int result = kipc_ring_send_sp(&lane->producer, items[0].data, items[0].length);
        return result == KIPC_OK ? 1 : result;
    }
    int result = kipc_ring_acquire_sp(&lane->producer, &payload);
    if (result == KIPC_OK) {
        memcpy(payload, items[0].data, items[0].length);
        result = kipc_ring_publish_sp(&lane->producer, KIPC_SLOT_INLINE, items[0].length);
    }
    return result == KIPC_OK ? 1 : result;
}

static void send(struct arena *arena)
{
    uint32_t number = fuzz_below(&arena->input, LANES);
    uint32_t way = fuzz_below(&arena->input, 3);
    uint32_t count = way == 0 ? 1 + fuzz_below(&arena->input, BATCH) : 1;
    struct lane *lane = &arena->lanes[number];
    int64_t sent = peer_check(send_from(arena, number, way, count));
    if (number == arena->hostile) {
        return;
    }
    uint32_t room = SLOTS - pending(lane);
    uint32_t due = count < room ? count : room;
    FUZZ_REQUIRE(sent == (due > 0 ? (int64_t)due : KIPC_E_FULL) || lane->is_out);
    lane->sent += sent > 0 ? (uint32_t)sent : 0;
}

/* Something was found in a lane, and the turn passed on. */
static void count_overtaken(struct arena *arena, uint32_t found)
{
    arena->lanes[found].overtaken = 0;
    for (uint32_t i = 0; i < LANES; i++) {
        if (i != found && is_honest(arena, i) && pending(&arena->lanes[i]) > 0) {
            arena->lanes[i].overtaken += 1;
            FUZZ_REQUIRE(arena->lanes[i].overtaken < LANES);
        }
    }
}

static void check_message(struct arena *arena, uint32_t number, const uint8_t *bytes, size_t length)
{
    struct lane *lane = &arena->lanes[number];
    const struct message expected = message_of(number, lane->received);
    FUZZ_REQUIRE(pending(lane) > 0 && length == message_bytes(lane->received));
    FUZZ_REQUIRE(memcmp(bytes, &expected, length) == 0);
    lane->received += 1;
}

static void receive(struct arena *arena)
{
    size_t capacity =
        fuzz_below(&arena->input, 8) == 0 ? fuzz_below(&arena->input, KIPC_RING_INLINE_MAX) : KIPC_RING_INLINE_MAX;
    uint64_t deadline =
        fuzz_below(&arena->input, 4) == 0 ? arena->port.now + fuzz_below(&arena->input, 4) : KIPC_NO_WAIT;
    uint8_t *buffer = malloc(capacity);
    uint32_t number = LANES;
    size_t length = SIZE_MAX;
    FUZZ_REQUIRE(buffer != NULL || capacity == 0);
    int64_t result =
        peer_check(kipc_many_ring_receive_blocking(&arena->consumer, buffer, capacity, &length, &number, deadline));
    if (result == KIPC_E_EMPTY || result == KIPC_E_TIMEDOUT) {
        for (uint32_t i = 0; i < LANES; i++) {
            FUZZ_REQUIRE(!is_honest(arena, i) || pending(&arena->lanes[i]) == 0);
        }
    } else {
        FUZZ_REQUIRE(number < LANES && !arena->lanes[number].is_out);
        FUZZ_REQUIRE(result != KIPC_E_MSGSIZE || (length > capacity && length <= KIPC_RING_INLINE_MAX));
        FUZZ_REQUIRE(result == KIPC_OK || result == KIPC_E_MSGSIZE || number == arena->hostile);
        FUZZ_REQUIRE(result != KIPC_OK || length <= capacity);
        if (result == KIPC_OK && number != arena->hostile) {
            check_message(arena, number, buffer, length);
        }
        if (result != KIPC_E_MSGSIZE) {
            count_overtaken(arena, number);
        }
    }
    free(buffer);
}

static void exclude(struct arena *arena)
{
    uint32_t number = fuzz_below(&arena->input, 4) == 0 ? fuzz_number(&arena->input, LANES) : arena->hostile;
    int64_t result = peer_check(kipc_many_ring_exclude(&arena->consumer, number));
    int64_t due = number >= LANES ? KIPC_E_INVAL : arena->lanes[number].is_out ? KIPC_E_STATE : KIPC_OK;
    FUZZ_REQUIRE(result == due);
    if (result == KIPC_OK) {
        arena->lanes[number].is_out = true;
    }
}

static void corrupt(struct arena *arena)
{
    size_t lane_bytes = kipc_ring_bytes(SLOTS);
    if (arena->hostile < LANES) {
        arena->is_corrupt = true;
        peer_corrupt(&arena->input, arena->memory + sizeof(struct kipc_many_ring_shared) + arena->hostile * lane_bytes,
                     lane_bytes);
    }
}

static void step(struct arena *arena)
{
    uint32_t choice = fuzz_below(&arena->input, 32);
    if (choice < 6) {
        corrupt(arena);
    } else if (choice < 18) {
        send(arena);
    } else if (choice < 29) {
        receive(arena);
    } else if (choice == 29) {
        exclude(arena);
    } else if (choice == 30) {
        attach_producer(arena, fuzz_below(&arena->input, LANES));
    } else if (!arena->is_corrupt) {
        attach_consumer(arena);
    }
}

/* Whatever was done to one lane, all the others bring what is in them. */
static void drain(struct arena *arena)
{
    arena->input.left = 0;
    if (arena->hostile < LANES && !arena->lanes[arena->hostile].is_out) {
        FUZZ_REQUIRE(kipc_many_ring_exclude(&arena->consumer, arena->hostile) == KIPC_OK);
        arena->lanes[arena->hostile].is_out = true;
    }
    for (uint32_t i = 0; i < LANES; i++) {
        while (is_honest(arena, i) && pending(&arena->lanes[i]) > 0) {
            uint8_t buffer[KIPC_RING_INLINE_MAX];
            uint32_t number = LANES;
            size_t length = 0;
            FUZZ_REQUIRE(kipc_many_ring_receive_sc(&arena->consumer, buffer, sizeof(buffer), &length, &number) ==
                         KIPC_OK);
            FUZZ_REQUIRE(number < LANES && is_honest(arena, number));
            check_message(arena, number, buffer, length);
            count_overtaken(arena, number);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static struct arena arena;
    arena = (struct arena){.input = {bytes, count}};
    peer_port_set_up(&arena.port);
    uint32_t first_index = fuzz_below(&arena.input, 2) == 0 ? 0 : UINT32_MAX - 2;
    arena.hostile = fuzz_below(&arena.input, LANES + 1);
    arena.bytes = kipc_many_ring_bytes(LANES, SLOTS);
    arena.memory = peer_memory(arena.bytes);
    FUZZ_REQUIRE(kipc_many_ring_format(arena.memory, arena.bytes, LANES, SLOTS, first_index) == KIPC_OK);
    for (uint32_t i = 0; i < LANES; i++) {
        attach_producer(&arena, i);
    }
    attach_consumer(&arena);
    for (uint32_t i = 0; i < STEPS_MAX && arena.input.left > 0; i++) {
        step(&arena);
    }
    drain(&arena);
    free(arena.memory);
    return 0;
}
