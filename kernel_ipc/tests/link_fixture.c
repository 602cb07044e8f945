/* SPDX-License-Identifier: MIT */
#include "link_fixture.h"

/* Plays the DMA. The bytes it moves are not the CPU's copies, so no counter of copies may change. */
static int move(void *context, void *destination, const void *source, size_t length)
{
    struct link_fixture *f = context;
    f->moves += 1;
    /* Both fences stand around the transfer, not beside it. */
    assert_int_equal(f->fake.fences_to_device, f->moves);
    assert_int_equal(f->fake.fences_from_device, f->moves - 1);
    if (f->move_result == KIPC_OK) {
        memcpy(destination, source, length);
    }
    return f->move_result;
}

static void make(struct link_fixture *f, bool moves)
{
    memset(f, 0, sizeof(*f));
    fake_port_set_up(&f->fake, 0);
    f->fake.script_context = f;
    f->ring = aligned_memory(kipc_ring_bytes(SLOTS));
    f->pool = aligned_memory(kipc_pool_bytes(BUFFERS, BYTES));
    f->remote = aligned_memory(kipc_pool_bytes(BUFFERS, REMOTE_BYTES));
    assert_result(kipc_ring_format(f->ring, kipc_ring_bytes(SLOTS), SLOTS, NEAR_WRAP), KIPC_OK);
    assert_result(kipc_pool_format(f->pool, kipc_pool_bytes(BUFFERS, BYTES), BUFFERS, BYTES, NEAR_WRAP), KIPC_OK);
    assert_result(kipc_pool_format(f->remote, kipc_pool_bytes(BUFFERS, REMOTE_BYTES), BUFFERS, REMOTE_BYTES, NEAR_WRAP),
                  KIPC_OK);
    f->mover = (struct kipc_mover){.move = move, .context = f};
    struct kipc_link_pool pool = {f->pool, kipc_pool_bytes(BUFFERS, BYTES), f->records[0], BUFFERS};
    struct kipc_link_pool remote = {f->remote, kipc_pool_bytes(BUFFERS, REMOTE_BYTES), f->records[1], BUFFERS};
    struct kipc_link_sender_config sender = {.port = &f->fake.port,
                                             .notifier = fake_notifier(&f->to_receiver),
                                             .ring_memory = f->ring,
                                             .ring_bytes = kipc_ring_bytes(SLOTS),
                                             .pool = pool,
                                             .mover = moves ? &f->mover : NULL,
                                             .remote = remote};
    assert_result(kipc_link_sender_attach(&f->sender, &sender), KIPC_OK);
    struct kipc_link_receiver_config receiver = {.port = &f->fake.port,
                                                 .notifier = fake_notifier(&f->to_sender),
                                                 .ring_memory = f->ring,
                                                 .ring_bytes = kipc_ring_bytes(SLOTS),
                                                 .pool = moves ? remote : pool};
    receiver.pool.records = f->records[2];
    assert_result(kipc_link_receiver_attach(&f->receiver, &receiver), KIPC_OK);
}

static struct link_fixture fixture;

int link_fixture_share(void **state)
{
    make(&fixture, false);
    *state = &fixture;
    return 0;
}

int link_fixture_move(void **state)
{
    make(&fixture, true);
    *state = &fixture;
    return 0;
}

static bool holds_none(const struct kipc_link_receiver *receiver)
{
    for (uint32_t i = 0; i < BUFFERS; i++) {
        if (receiver->pool.records[i].state != KIPC_BUFFER_FREE) {
            return false;
        }
    }
    return true;
}

int link_fixture_tear_down(void **state)
{
    struct link_fixture *f = *state;
    bool clean = kipc_pool_free_sp(&f->sender.pool) == BUFFERS && holds_none(&f->receiver) &&
                 (f->sender.mover == NULL || kipc_pool_free_sp(&f->sender.remote) == BUFFERS);
    aligned_memory_free(f->ring);
    aligned_memory_free(f->pool);
    aligned_memory_free(f->remote);
    return clean && failed_asserts() == 0 ? 0 : -1;
}

void send_large(struct link_fixture *f, size_t length, uint8_t seed)
{
    struct kipc_loan loan;
    assert_result(kipc_link_loan(&f->sender, length, &loan, KIPC_NO_WAIT), KIPC_OK);
    for (size_t i = 0; i < length; i++) {
        ((uint8_t *)loan.data)[i] = (uint8_t)(seed + i * 13);
    }
    assert_result(kipc_link_commit(&f->sender, &loan, length, KIPC_NO_WAIT), KIPC_OK);
    assert_null(loan.data);
}

void receive_large(struct link_fixture *f, size_t length, uint8_t seed)
{
    struct kipc_link_message message;
    assert_result(kipc_link_receive(&f->receiver, &message, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(message.kind, KIPC_SLOT_LOAN);
    assert_int_equal(message.length, length);
    assert_int_equal(message.view.length, length);
    for (size_t i = 0; i < length; i++) {
        assert_int_equal(((const uint8_t *)message.view.data)[i], (uint8_t)(seed + i * 13));
    }
    assert_result(kipc_link_release(&f->receiver, &message.view), KIPC_OK);
    assert_result(kipc_link_release(&f->receiver, &message.view), KIPC_E_STATE);
}
