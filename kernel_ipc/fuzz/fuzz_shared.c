/* SPDX-License-Identifier: MIT */
/*
 * A link whose shared memory a hostile peer writes: the input decides between calls on both ends and stores anywhere
 * into ring and pool. Nothing outside may be touched (the address sanitizer looks on), no buffer may be given twice,
 * and a code of the list says what is wrong. Either end may attach anew to what it finds.
 */
#include "fuzz.h"
#include <kipc/link.h>
#include <string.h>

#define SLOTS 4u
#define BUFFERS 3u
#define BUFFER_BYTES 64u
#define STEPS_MAX 600u
#define ROUND_UP(bytes) (((bytes) + KIPC_CACHELINE - 1) / KIPC_CACHELINE * KIPC_CACHELINE)

struct arena {
    struct fuzz_input input;
    struct kipc_port port;
    uint64_t now;
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

static uint32_t port_current(void *context)
{
    (void)context;
    return 0;
}

/* The peer never wakes anybody, so that every wait ends with its deadline. */
static int port_block(void *context, uint64_t deadline)
{
    struct arena *arena = context;
    FUZZ_REQUIRE(deadline != KIPC_FOREVER);
    arena->now = arena->now < deadline ? deadline : arena->now;
    return KIPC_E_TIMEDOUT;
}

static void port_wake(void *context, uint32_t thread)
{
    (void)context;
    (void)thread; /* whatever a peer claims; a port ignores what it does not know */
}

static void port_nothing(void *context)
{
    (void)context;
}

static uint64_t port_ticks(void *context)
{
    return ((struct arena *)context)->now;
}

static uint32_t port_read(void *context, uintptr_t address)
{
    (void)context;
    (void)address;
    return 0;
}

static void port_write(void *context, uintptr_t address, uint32_t value)
{
    (void)context;
    (void)address;
    (void)value;
}

static const struct kipc_port_ops port_ops = {
    .current = port_current,
    .block = port_block,
    .wake = port_wake,
    .relax = port_nothing,
    .ticks = port_ticks,
    .cycles = port_ticks,
    .io_read32 = port_read,
    .io_write32 = port_write,
    .fence_to_device = port_nothing,
    .fence_from_device = port_nothing,
};

static int64_t check(int64_t result)
{
    FUZZ_REQUIRE(result >= INT32_MIN && (result >= 0 || kipc_error_promise((int)result) != kipc_error_promise(1)));
    return result;
}

static bool is_inside(const uint8_t *memory, size_t bytes, const void *start, size_t length)
{
    const uint8_t *first = start;
    return first >= memory && length <= bytes && first <= memory + (bytes - length);
}

static void attach(struct arena *arena, bool is_sender)
{
    const struct kipc_notifier notifier = kipc_notifier_local(&arena->port);
    if (is_sender) {
        const struct kipc_link_sender_config config = {.port = &arena->port,
                                                       .notifier = notifier,
                                                       .ring_memory = arena->ring,
                                                       .ring_bytes = arena->ring_bytes,
                                                       .pool = {arena->pool, arena->pool_bytes, arena->lent, BUFFERS}};
        arena->loan_count = 0;
        arena->can_send = check(kipc_link_sender_attach(&arena->sender, &config)) == KIPC_OK;
        return;
    }
    const struct kipc_link_receiver_config config = {.port = &arena->port,
                                                     .notifier = notifier,
                                                     .ring_memory = arena->ring,
                                                     .ring_bytes = arena->ring_bytes,
                                                     .pool = {arena->pool, arena->pool_bytes, arena->held, BUFFERS}};
    arena->view_count = 0;
    arena->can_receive = check(kipc_link_receiver_attach(&arena->receiver, &config)) == KIPC_OK;
}

/* The peer stores a value: any, or one that is near what stands there. */
static void corrupt(struct arena *arena)
{
    bool is_ring = fuzz_below(&arena->input, 2) == 0;
    uint8_t *memory = is_ring ? arena->ring : arena->pool;
    size_t bytes = is_ring ? arena->ring_bytes : arena->pool_bytes;
    size_t place = (size_t)(fuzz_word(&arena->input, 2) * 4 % bytes);
    uint32_t word;
    memcpy(&word, memory + place, sizeof(word));
    switch (fuzz_below(&arena->input, 4)) {
    case 0:
        word = (uint32_t)fuzz_word(&arena->input, 4);
        break;
    case 1:
        word += 1;
        break;
    case 2:
        word -= 1;
        break;
    default:
        word ^= UINT32_C(1) << fuzz_below(&arena->input, 32);
        break;
    }
    memcpy(memory + place, &word, sizeof(word));
}

static void send_message(struct arena *arena)
{
    uint32_t length = fuzz_number(&arena->input, KIPC_RING_INLINE_MAX);
    length = length > BUFFER_BYTES ? BUFFER_BYTES + 1 : length;
    uint8_t *data = malloc(length + 1);
    FUZZ_REQUIRE(data != NULL);
    memset(data, 0x11, length + 1);
    (void)check(kipc_link_send(&arena->sender, data, length, KIPC_NO_WAIT));
    free(data);
}

static void take_loan(struct arena *arena)
{
    struct kipc_loan loan;
    size_t length = fuzz_number(&arena->input, BUFFER_BYTES);
    if (check(kipc_link_loan(&arena->sender, length, &loan, KIPC_NO_WAIT)) != KIPC_OK) {
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
    arena->loan_count -= check(kipc_link_commit(&arena->sender, loan, length, KIPC_NO_WAIT)) == KIPC_OK ? 1 : 0;
}

static void receive_message(struct arena *arena)
{
    struct kipc_link_message message;
    if (check(kipc_link_receive(&arena->receiver, &message, KIPC_NO_WAIT)) != KIPC_OK) {
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
        if (check(kipc_ring_peek_sc(&arena->receiver.ring, &view)) == KIPC_OK) {
            FUZZ_REQUIRE(is_inside(arena->ring, arena->ring_bytes, view.payload, view.length));
            FUZZ_REQUIRE(kipc_ring_finish_sc(&arena->receiver.ring) == KIPC_OK);
        } else {
            (void)check(kipc_ring_discard_sc(&arena->receiver.ring));
        }
    } else if (arena->can_send && check(kipc_ring_acquire_sp(&arena->sender.ring, &payload)) == KIPC_OK) {
        FUZZ_REQUIRE(is_inside(arena->ring, arena->ring_bytes, payload, KIPC_RING_INLINE_MAX));
        memset(payload, 0x33, KIPC_RING_INLINE_MAX);
        enum kipc_slot_kind kind = (choice & 2) == 0 ? KIPC_SLOT_INLINE : KIPC_SLOT_LOAN;
        FUZZ_REQUIRE(kipc_ring_publish_sp(&arena->sender.ring, kind, choice % (KIPC_RING_INLINE_MAX + 1)) == KIPC_OK);
    }
}

static void wait(struct arena *arena)
{
    uint64_t deadline = arena->now + fuzz_below(&arena->input, 8);
    if (arena->can_receive) {
        (void)check(kipc_ring_wait_readable_sc(&arena->receiver.ring, deadline));
    }
    if (arena->can_send) {
        (void)check(kipc_ring_wait_writable_sp(&arena->sender.ring, deadline));
    }
}

static void step(struct arena *arena)
{
    uint32_t choice = fuzz_below(&arena->input, 16);
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
    } else if (choice >= 12 && arena->can_receive) {
        static void (*const receives[])(struct arena *) = {receive_message, receive_message, receive_message, release};
        receives[choice - 12](arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static struct arena arena;
    arena = (struct arena){.input = {bytes, count}, .now = 1};
    arena.port = (struct kipc_port){.ops = &port_ops, .context = &arena};
    uint32_t first_index = fuzz_below(&arena.input, 2) == 0 ? 0 : UINT32_MAX - 2;
    arena.ring_bytes = kipc_ring_bytes(SLOTS);
    arena.pool_bytes = kipc_pool_bytes(BUFFERS, BUFFER_BYTES);
    arena.ring = aligned_alloc(KIPC_CACHELINE, ROUND_UP(arena.ring_bytes));
    arena.pool = aligned_alloc(KIPC_CACHELINE, ROUND_UP(arena.pool_bytes));
    FUZZ_REQUIRE(arena.ring != NULL && arena.pool != NULL);
    FUZZ_REQUIRE(kipc_ring_format(arena.ring, arena.ring_bytes, SLOTS, first_index) == KIPC_OK);
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
