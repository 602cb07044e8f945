/* SPDX-License-Identifier: MIT */
/*
 * A link whose shared memory a hostile peer writes: the input decides between calls on both ends and stores anywhere
 * into ring and pool. Nothing outside may be touched (the address sanitizer looks on), no buffer may be given twice,
 * and a code of the list says what is wrong. Either end may attach anew to what it finds. The ring may be a light one.
 */
#include "peer.h"
#include <kipc/link.h>
#include <string.h>

#define SLOTS 4u
#define BUFFERS 3u
#define BUFFER_BYTES 64u
#define STEPS_MAX 600u
#define BATCH 6u

struct arena {
    struct fuzz_input input;
    struct peer_port port;
    uint8_t *ring;
    uint8_t *pool;
    size_t ring_bytes;
    size_t pool_bytes;
    struct kipc_buffer_record lent[BUFFERS];
    struct kipc_buffer_record held[BUFFERS];
    struct kipc_link_sender sender;
    struct kipc_link_receiver receiver;
    bool can_send;
    bool can_receive;
    struct kipc_loan loans[BUFFERS];
    uint32_t loan_count;
    struct kipc_view views[BUFFERS];
    uint32_t view_count;
};

static bool is_inside(const uint8_t *memory, size_t bytes, const void *start, size_t length)
{
    const uint8_t *first = start;
    return first >= memory && length <= bytes && first <= memory + (bytes - length);
}

static void attach(struct arena *arena, bool is_sender)
{
    const struct kipc_notifier notifier = kipc_notifier_local(&arena->port.port);
    if (is_sender) {
        const struct kipc_link_sender_config config = {.port = &arena->port.port,
                                                       .notifier = notifier,
                                                       .ring_memory = arena->ring,
                                                       .ring_bytes = arena->ring_bytes,
                                                       .pool = {arena->pool, arena->pool_bytes, arena->lent, BUFFERS}};
        arena->loan_count = 0;
        arena->can_send = peer_check(kipc_link_sender_attach(&arena->sender, &config)) == KIPC_OK;
        return;
    }
    const struct kipc_link_receiver_config config = {.port = &arena->port.port,
                                                     .notifier = notifier,
                                                     .ring_memory = arena->ring,
                                                     .ring_bytes = arena->ring_bytes,
                                                     .pool = {arena->pool, arena->pool_bytes, arena->held, BUFFERS}};
    arena->view_count = 0;
    arena->can_receive = peer_check(kipc_link_receiver_attach(&arena->receiver, &config)) == KIPC_OK;
}

static void corrupt(struct arena *arena)
{
    bool is_ring = fuzz_below(&arena->input, 2) == 0;
    peer_corrupt(&arena->input, is_ring ? arena->ring : arena->pool, is_ring ? arena->ring_bytes : arena->pool_bytes);
}

static void send_message(struct arena *arena)
{
    uint32_t length = fuzz_number(&arena->input, KIPC_RING_INLINE_MAX);
    length = length > BUFFER_BYTES ? BUFFER_BYTES + 1 : length;
    uint8_t *data = malloc(length + 1);
    FUZZ_REQUIRE(data != NULL);
    memset(data, 0x11, length + 1);
    (void)peer_check(kipc_link_send(&arena->sender, data, length, KIPC_NO_WAIT));
    free(data);
}

static void take_loan(struct arena *arena)
{
    struct kipc_loan loan;
    size_t length = fuzz_number(&arena->input, BUFFER_BYTES);
    if (peer_check(kipc_link_loan(&arena->sender, length, &loan, KIPC_NO_WAIT)) != KIPC_OK) {
        return;
    }
    FUZZ_REQUIRE(arena->loan_count < BUFFERS && loan.capacity <= BUFFER_BYTES);
    FUZZ_REQUIRE(is_inside(arena->pool, arena->pool_bytes, loan.data, loan.capacity));
    for (uint32_t i = 0; i < arena->loan_count; i++) {
        FUZZ_REQUIRE(arena->loans[i].data != loan.data);
    }
    memset(loan.data, 0x22, loan.capacity);
    arena->loans[arena->loan_count++] = loan;
}

static void end_loan(struct arena *arena)
{
    if (arena->loan_count == 0) {
        return;
    }
    struct kipc_loan *loan = &arena->loans[arena->loan_count - 1];
    if (fuzz_below(&arena->input, 4) == 0) {
        FUZZ_REQUIRE(kipc_link_abort(&arena->sender, loan) == KIPC_OK); /* private state: no peer can spoil it */
        arena->loan_count -= 1;
        return;
    }
    size_t length = fuzz_number(&arena->input, BUFFER_BYTES);
    arena->loan_count -= peer_check(kipc_link_commit(&arena->sender, loan, length, KIPC_NO_WAIT)) == KIPC_OK ? 1 : 0;
}

static void receive_message(struct arena *arena)
{
    struct kipc_link_message message;
    if (peer_check(kipc_link_receive(&arena->receiver, &message, KIPC_NO_WAIT)) != KIPC_OK) {
        return;
    }
    if (message.kind == KIPC_SLOT_INLINE) {
        FUZZ_REQUIRE(message.length <= KIPC_RING_INLINE_MAX);
        return;
    }
    FUZZ_REQUIRE(message.length <= BUFFER_BYTES && message.view.length == message.length);
    FUZZ_REQUIRE(is_inside(arena->pool, arena->pool_bytes, message.view.data, message.view.length));
    FUZZ_REQUIRE(arena->view_count < BUFFERS);
    for (uint32_t i = 0; i < arena->view_count; i++) {
        FUZZ_REQUIRE(arena->views[i].data != message.view.data); /* no buffer is held twice */
    }
    arena->views[arena->view_count++] = message.view;
}

static void release(struct arena *arena)
{
    if (arena->view_count > 0) {
        arena->view_count -= 1;
        FUZZ_REQUIRE(kipc_link_release(&arena->receiver, &arena->views[arena->view_count]) == KIPC_OK);
    }
}

static void in_place(struct arena *arena)
{
    struct kipc_ring_view view;
    void *payload;
    uint32_t choice = fuzz_byte(&arena->input);
    if ((choice & 1) == 0 && arena->can_receive) {
        if (peer_check(kipc_ring_peek_sc(&arena->receiver.ring, &view)) == KIPC_OK) {
            FUZZ_REQUIRE(is_inside(arena->ring, arena->ring_bytes, view.payload, view.length));
            FUZZ_REQUIRE(kipc_ring_finish_sc(&arena->receiver.ring) == KIPC_OK);
        } else {
            (void)peer_check(kipc_ring_discard_sc(&arena->receiver.ring));
        }
    } else if (arena->can_send && peer_check(kipc_ring_acquire_sp(&arena->sender.ring, &payload)) == KIPC_OK) {
        FUZZ_REQUIRE(is_inside(arena->ring, arena->ring_bytes, payload, KIPC_RING_INLINE_MAX));
        memset(payload, 0x33, KIPC_RING_INLINE_MAX);
        enum kipc_slot_kind kind = (choice & 2) == 0 ? KIPC_SLOT_INLINE : KIPC_SLOT_LOAN;
        FUZZ_REQUIRE(kipc_ring_publish_sp(&arena->sender.ring, kind, choice % (KIPC_RING_INLINE_MAX + 1)) == KIPC_OK);
    }
}

static void wait(struct arena *arena)
{
    uint64_t deadline = arena->port.now + fuzz_below(&arena->input, 8);
    if (arena->can_receive) {
        (void)peer_check(kipc_ring_wait_readable_sc(&arena->receiver.ring, deadline));
    }
    if (arena->can_send) {
        (void)peer_check(kipc_ring_wait_writable_sp(&arena->sender.ring, deadline));
    }
}

/* Buffers of exactly the length that is said, or none at all. */
static void send_batch(struct arena *arena)
{
    struct kipc_ring_item items[BATCH];
    uint8_t *data[BATCH];
    uint32_t count = fuzz_below(&arena->input, BATCH + 1);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t length = fuzz_mostly(&arena->input, KIPC_RING_INLINE_MAX);
        length = length > KIPC_RING_INLINE_MAX ? KIPC_RING_INLINE_MAX + 1 : length;
        data[i] = malloc(length);
        FUZZ_REQUIRE(data[i] != NULL || length == 0);
        memset(data[i], 0x44, length);
        items[i] = (struct kipc_ring_item){data[i], length};
    }
    FUZZ_REQUIRE(peer_check(kipc_ring_send_batch_sp(&arena->sender.ring, items, count)) <= (int64_t)count);
    for (uint32_t i = 0; i < count; i++) {
        free(data[i]);
    }
}

static void receive_batch(struct arena *arena)
{
    struct kipc_ring_room rooms[BATCH];
    uint32_t count = fuzz_below(&arena->input, BATCH + 1);
    for (uint32_t i = 0; i < count; i++) {
        size_t capacity = fuzz_mostly(&arena->input, KIPC_RING_INLINE_MAX);
        capacity = capacity > KIPC_RING_INLINE_MAX ? KIPC_RING_INLINE_MAX + 1 : capacity;
        rooms[i] = (struct kipc_ring_room){malloc(capacity), capacity, SIZE_MAX};
        FUZZ_REQUIRE(rooms[i].buffer != NULL || capacity == 0);
    }
    int64_t result = peer_check(kipc_ring_receive_batch_sc(&arena->receiver.ring, rooms, count));
    FUZZ_REQUIRE(result <= (int64_t)count);
    for (uint32_t i = 0; i < count; i++) {
        FUZZ_REQUIRE(result <= (int64_t)i || rooms[i].length <= rooms[i].capacity);
        free(rooms[i].buffer);
    }
}

static void step(struct arena *arena)
{
    uint32_t choice = fuzz_below(&arena->input, 20);
    if (choice < 4) {
        corrupt(arena);
    } else if (choice == 4) {
        attach(arena, true);
    } else if (choice == 5) {
        attach(arena, false);
    } else if (choice == 6) {
        wait(arena);
    } else if (choice == 7) {
        in_place(arena);
    } else if (choice < 12 && arena->can_send) {
        static void (*const sends[])(struct arena *) = {send_message, take_loan, end_loan, end_loan};
        sends[choice - 8](arena);
    } else if (choice >= 18 && arena->can_send) {
        send_batch(arena);
    } else if (choice >= 16 && choice < 18 && arena->can_receive) {
        receive_batch(arena);
    } else if (choice >= 12 && choice < 16 && arena->can_receive) {
        static void (*const receives[])(struct arena *) = {receive_message, receive_message, receive_message, release};
        receives[choice - 12](arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static struct arena arena;
    arena = (struct arena){.input = {bytes, count}};
    peer_port_set_up(&arena.port);
    uint32_t shape = fuzz_byte(&arena.input);
    uint32_t first_index = (shape & 1) == 0 ? 0 : UINT32_MAX - 2;
    arena.ring_bytes = kipc_ring_bytes(SLOTS);
    arena.pool_bytes = kipc_pool_bytes(BUFFERS, BUFFER_BYTES);
    arena.ring = peer_memory(arena.ring_bytes);
    arena.pool = peer_memory(arena.pool_bytes);
    FUZZ_REQUIRE(kipc_ring_format(arena.ring, arena.ring_bytes, SLOTS, first_index) == KIPC_OK);
    FUZZ_REQUIRE((shape & 2) == 0 || kipc_ring_lighten(arena.ring, arena.ring_bytes) == KIPC_OK);
    FUZZ_REQUIRE(kipc_pool_format(arena.pool, arena.pool_bytes, BUFFERS, BUFFER_BYTES, first_index) == KIPC_OK);
    attach(&arena, true);
    attach(&arena, false);
    FUZZ_REQUIRE(arena.can_send && arena.can_receive);
    for (uint32_t i = 0; i < STEPS_MAX && arena.input.left > 0; i++) {
        step(&arena);
    }
    free(arena.ring);
    free(arena.pool);
    return 0;
}
