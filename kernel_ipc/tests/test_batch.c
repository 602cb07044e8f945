/* SPDX-License-Identifier: MIT */
/* Batches: many messages by one publication, one notification, one turn; of rings and of channels. */
#include "channel_fixture.h"
#include "ring_fixture.h"
#include <kipc/batch.h>
#include <kipc/transport.h>

#define BATCH 32u

static int ring_set_up(void **state)
{
    *state = ring_fixture_set_up(64, NEAR_WRAP, 0);
    return 0;
}

static int send_ring_batch(struct ring_fixture *f, uint64_t first, size_t count)
{
    uint64_t numbers[BATCH][7];
    struct kipc_ring_item items[BATCH];
    for (size_t i = 0; i < count; i++) {
        for (size_t word = 0; word < 7; word++) {
            numbers[i][word] = first + i;
        }
        items[i] = (struct kipc_ring_item){.data = numbers[i], .length = 1 + (first + i) % KIPC_RING_INLINE_MAX};
    }
    return (int)kipc_ring_send_batch_sp(&f->producer, items, count);
}

/* Receives up to a batch, and checks that nothing is missing before, between or in them. Returns how many. */
static int receive_ring_batch(struct ring_fixture *f, uint64_t expected, size_t count)
{
    uint64_t numbers[BATCH][7];
    struct kipc_ring_room rooms[BATCH];
    memset(numbers, 0, sizeof(numbers));
    for (size_t i = 0; i < count; i++) {
        rooms[i] = (struct kipc_ring_room){.buffer = numbers[i], .capacity = KIPC_RING_INLINE_MAX};
    }
    int received = (int)kipc_ring_receive_batch_sc(&f->consumer, rooms, count);
    for (int i = 0; i < received; i++) {
        uint64_t number = expected + (uint64_t)i;
        uint64_t words[7] = {number, number, number, number, number, number, number};
        assert_int_equal(rooms[i].length, 1 + number % KIPC_RING_INLINE_MAX);
        assert_memory_equal(numbers[i], words, rooms[i].length);
    }
    return received;
}

static void test_EXO_FR_08_VER_CP_08_MOS_FU_09_a_batch_is_published_once(void **state)
{
    struct ring_fixture *f = *state;
    uint32_t tail = f->shared->producer.index;
    /* Somebody waits; nothing is seen of a batch before all of it is. */
    assert_result(kipc_wait_prepare(&f->consumer.waiter), KIPC_OK);
    assert_int_equal(send_ring_batch(f, 0, BATCH), BATCH);
    assert_int_equal(f->shared->producer.index, tail + BATCH);
    assert_int_equal(f->to_consumer.calls, 1);
    assert_int_equal(send_ring_batch(f, BATCH, BATCH), BATCH);
    assert_int_equal(f->to_consumer.calls, 1);
    kipc_wait_cancel(&f->consumer.waiter);
    assert_int_equal(send_ring_batch(f, 0, 1), KIPC_E_FULL);
    assert_result(kipc_wait_prepare(&f->producer.waiter), KIPC_OK);
    assert_int_equal(receive_ring_batch(f, 0, BATCH), BATCH);
    assert_int_equal(f->to_producer.calls, 1);
    kipc_wait_cancel(&f->producer.waiter);
    assert_int_equal(receive_ring_batch(f, BATCH, BATCH), BATCH);
    assert_int_equal(receive_ring_batch(f, 0, BATCH), KIPC_E_EMPTY);
}

static void test_VER_CP_08_never_a_gap(void **state)
{
    struct ring_fixture *f = *state;
    struct random_numbers random = {.state = 8};
    uint64_t sent = 0;
    uint64_t received = 0;
    while (received < 100000) {
        size_t count = 1 + random_next(&random) % BATCH;
        if (random_next(&random) % 2 == 0) {
            int result = send_ring_batch(f, sent, count);
            uint64_t room = 64 - (sent - received);
            assert_int_equal(result, room == 0 ? KIPC_E_FULL : (int)(count < room ? count : room));
            sent += result > 0 ? (uint64_t)result : 0;
        } else {
            int result = receive_ring_batch(f, received, count);
            uint64_t ready = sent - received;
            assert_int_equal(result, ready == 0 ? KIPC_E_EMPTY : (int)(count < ready ? count : ready));
            received += result > 0 ? (uint64_t)result : 0;
        }
    }
    while (received < sent) {
        received += (uint64_t)receive_ring_batch(f, received, BATCH);
    }
    assert_int_equal(f->producer.copied_bytes, f->consumer.copied_bytes);
}

static void test_EXO_FR_08_ring_batches_that_are_refused(void **state)
{
    struct ring_fixture *f = *state;
    uint64_t word = 5;
    uint8_t odd[60];
    struct kipc_ring_item items[3] = {{&word, 8}, {odd + 1, 57}, {NULL, 0}};
    struct kipc_ring_room rooms[3] = {{&word, 8, 0}, {odd + 1, 7, 0}, {odd + 1, 56, 0}};
    assert_result(kipc_ring_send_batch_sp(NULL, items, 1), KIPC_E_INVAL);
    assert_result(kipc_ring_send_batch_sp(&f->producer, NULL, 1), KIPC_E_INVAL);
    assert_result(kipc_ring_send_batch_sp(&f->producer, items, 0), KIPC_E_INVAL);
    assert_result(kipc_ring_send_batch_sp(&f->producer, items, 3), KIPC_E_INVAL_SIZE);
    items[1] = (struct kipc_ring_item){NULL, 1};
    assert_result(kipc_ring_send_batch_sp(&f->producer, items, 3), KIPC_E_INVAL);
    assert_result(kipc_ring_receive_batch_sc(&f->consumer, rooms, 3), KIPC_E_EMPTY); /* of a refused batch nothing */
    memset(odd, 7, sizeof(odd));
    items[1] = (struct kipc_ring_item){odd + 1, 8};
    assert_result(kipc_ring_send_batch_sp(&f->producer, items, 3), 3);
    assert_result(kipc_ring_receive_batch_sc(&f->consumer, rooms, 3), 1); /* the second does not fit its room */
    assert_result(kipc_ring_receive_batch_sc(&f->consumer, rooms + 1, 2), KIPC_E_MSGSIZE);
    assert_result(kipc_ring_receive_batch_sc(&f->consumer, rooms + 2, 1), 1);
    assert_int_equal(rooms[2].length, 8);
    assert_result(kipc_ring_receive_batch_sc(&f->consumer, rooms, 0), KIPC_E_INVAL);
    f->shared->slots[f->consumer.head % 64].control ^= UINT64_C(1) << 40;
    assert_result(kipc_ring_receive_batch_sc(&f->consumer, rooms, 3), KIPC_E_INTEGRITY);
    assert_result(kipc_ring_discard_sc(&f->consumer), KIPC_OK);
    void *payload;
    assert_result(kipc_ring_acquire_sp(&f->producer, &payload), KIPC_OK);
    assert_result(kipc_ring_send_batch_sp(&f->producer, items, 1), KIPC_E_STATE);
    assert_result(kipc_ring_publish_sp(&f->producer, KIPC_SLOT_LOAN, 16), KIPC_OK);
    assert_result(kipc_ring_receive_batch_sc(&f->consumer, rooms, 1), KIPC_E_TYPE);
    assert_result(kipc_ring_discard_sc(&f->consumer), KIPC_OK);
}

/* Messages of one number each. */
static void number_messages(struct kipc_channel_message *messages, uint64_t *numbers, uint64_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        numbers[i] = first + i;
        messages[i] = (struct kipc_channel_message){.length = 8, .data = &numbers[i], .priority = 1};
    }
}

static void give_rooms(struct kipc_channel_room *rooms, uint64_t *numbers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        numbers[i] = UINT64_MAX;
        rooms[i] = (struct kipc_channel_room){.buffer = &numbers[i], .capacity = 8};
    }
}

struct batch_actor {
    struct kipc_channel_room rooms[BATCH];
    uint64_t numbers[BATCH];
};
static struct batch_actor receiver_memory;

static void receive_batch_and_note(struct actor *actor)
{
    give_rooms(receiver_memory.rooms, receiver_memory.numbers, BATCH);
    actor->result = kipc_channel_receive_batch(&actor->fixture->kernel, actor->pid, actor->handle,
                                               receiver_memory.rooms, BATCH, actor->deadline);
    note(actor, actor->thread);
}

static void test_VER_CP_08_EXO_RM_02_a_batch_through_a_channel(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(BATCH);
    struct kipc_channel_message messages[BATCH];
    struct kipc_channel_room rooms[BATCH];
    struct kipc_channel_info infos[BATCH];
    uint64_t numbers[BATCH];
    make_channel(f, &config);
    struct actor *receiver = act(f, f->first, 5, receive_batch_and_note);
    receiver->handle = f->other;
    assert_int_equal(mock_run(&f->mock), 1);
    number_messages(messages, numbers, 100, BATCH);
    unsigned int wakes = f->mock.wakes;
    unsigned int locks = f->mock.locks;
    assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages, BATCH, KIPC_NO_WAIT), BATCH);
    assert_int_equal(f->mock.wakes, wakes + 1);
    assert_int_equal(f->mock.locks, locks + 2); /* to take the places, and to deliver */
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(receiver->result, BATCH);
    for (uint64_t i = 0; i < BATCH; i++) {
        assert_int_equal(receiver_memory.numbers[i], 100 + i);
        assert_int_equal(receiver_memory.rooms[i].length, 8);
    }
    assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages, 20, KIPC_NO_WAIT), 20);
    assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages, 20, KIPC_NO_WAIT), 12);
    assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages, 20, KIPC_NO_WAIT), KIPC_E_FULL);
    give_rooms(rooms, numbers, BATCH);
    for (uint32_t i = 0; i < BATCH; i++) {
        rooms[i].info = &infos[i];
    }
    locks = f->mock.locks;
    assert_result(kipc_channel_receive_batch(&f->kernel, f->first, f->other, rooms, BATCH, KIPC_NO_WAIT), BATCH);
    assert_int_equal(f->mock.locks, locks + 1); /* plain ones are read in the same section */
    for (uint32_t i = 0; i < BATCH; i++) {
        assert_int_equal(numbers[i], 100 + i % 20);
        assert_int_equal(infos[i].sequence, BATCH + i);
        assert_int_equal(infos[i].header.sender, f->first);
        assert_int_equal(infos[i].capabilities[3], KIPC_NO_ID);
    }
    assert_result(kipc_channel_receive_batch(&f->kernel, f->first, f->other, rooms, 1, KIPC_NO_WAIT), KIPC_E_EMPTY);
}

static void test_VER_CP_08_messages_with_handles_in_a_received_batch(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    struct kipc_channel_room rooms[3];
    struct kipc_channel_info info;
    uint64_t numbers[3];
    kipc_handle_t event;
    make_channel(f, &config);
    assert_result(kipc_event_create(&f->kernel, f->first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &event), KIPC_OK);
    const struct kipc_channel_message message = {.capabilities = {event}, .capability_count = 1};
    for (int i = 0; i < 2; i++) {
        assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &message, KIPC_NO_WAIT), KIPC_OK);
    }
    assert_result(send_number(f, f->handle, 3, 0, KIPC_NO_WAIT), KIPC_OK);
    uint32_t handles = live(f, KIPC_TABLE_HANDLE);
    give_rooms(rooms, numbers, 3);
    rooms[0].info = &info; /* the second message's handle is closed: nobody asks for it */
    assert_result(kipc_channel_receive_batch(&f->kernel, f->first, f->other, rooms, 3, KIPC_NO_WAIT), 3);
    assert_int_equal(live(f, KIPC_TABLE_HANDLE), handles - 1);
    assert_result(kipc_event_signal(&f->kernel, f->first, info.capabilities[0], 0), 0);
    assert_int_equal(numbers[2], 3);
    assert_int_equal(rooms[0].length, 0);
}

static void test_EXO_FR_08_channel_batches_that_are_refused(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(8);
    struct kipc_channel_message messages[4];
    struct kipc_channel_room rooms[2];
    uint64_t numbers[4];
    struct kipc_kernel *k = &f->kernel;
    make_channel(f, &config);
    number_messages(messages, numbers, 0, 4);
    assert_result(kipc_channel_send_batch(k, f->first, f->handle, NULL, 1, 0), KIPC_E_INVAL);
    assert_result(kipc_channel_send_batch(k, f->first, f->handle, messages, 0, 0), KIPC_E_INVAL);
    assert_result(kipc_channel_send_batch(k, f->first, f->handle, messages, KIPC_CFG_BATCH_MAX + 1, 0), KIPC_E_INVAL);
    messages[2].capability_count = 1;
    assert_result(kipc_channel_send_batch(k, f->first, f->handle, messages, 4, 0), KIPC_E_INVAL);
    assert_result(kipc_channel_send_batch(k, f->first, f->handle + 0x10000, messages, 2, 0), KIPC_E_BADF);
    messages[2].capability_count = 0;
    messages[2].length = 257;
    assert_result(kipc_channel_send_batch(k, f->first, f->handle, messages, 4, 0), 2);
    assert_result(kipc_channel_send_batch(k, f->first, f->handle, messages + 2, 2, 0), KIPC_E_MSGSIZE);
    give_rooms(rooms, numbers, 2);
    rooms[1].capacity = 7;
    assert_result(kipc_channel_receive_batch(k, f->first, f->other, NULL, 1, 0), KIPC_E_INVAL);
    assert_result(kipc_channel_receive_batch(k, f->first, f->other, rooms, 2, 0), 1);
    assert_result(kipc_channel_receive_batch(k, f->first, f->other, rooms + 1, 1, 0), KIPC_E_MSGSIZE);
    assert_result(kipc_channel_disconnect(k, f->first, f->other), KIPC_OK);
    assert_result(kipc_channel_send_batch(k, f->first, f->handle, messages, 2, 0), KIPC_E_CLOSED);
    assert_int_equal(k->threads[0].process->used[KIPC_QUOTA_MESSAGES], 1);
}

static void test_EXO_FR_08_a_batch_at_a_quota_and_over_old_messages(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    struct kipc_channel_message messages[8];
    uint64_t numbers[8];
    uint64_t number;
    config.overflow = KIPC_OVERFLOW_OVERWRITE_OLDEST;
    make_channel(f, &config);
    number_messages(messages, numbers, 0, 8);
    assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages, 3, KIPC_NO_WAIT), 3);
    assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages + 3, 3, KIPC_NO_WAIT), 3);
    assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), KIPC_E_OVERFLOW);
    for (uint64_t i = 2; i < 6; i++) {
        assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
        assert_int_equal(number, i);
    }
    struct kipc_process *process = f->kernel.threads[0].process;
    process->limits[KIPC_QUOTA_MESSAGES] = 2;
    assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages, 4, KIPC_NO_WAIT), 2);
    assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages, 4, KIPC_NO_WAIT), KIPC_E_QUOTA);
    assert_int_equal(process->used[KIPC_QUOTA_MESSAGES], 2);
}

/* The bytes of an inbox are taken by a batch as by single messages, and come back as these are received. */
static void test_EXO_FR_08_a_batch_at_the_bytes_of_an_inbox(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(16);
    struct kipc_channel_message messages[8];
    uint64_t numbers[8];
    uint64_t number;
    config.buffer_bytes = 64;
    config.message_max = 16;
    make_channel(f, &config);
    for (uint32_t round = 0; round < 3; round++) {
        number_messages(messages, numbers, 0, 8);
        assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages, 5, KIPC_NO_WAIT), 5);
        assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages + 5, 3, KIPC_NO_WAIT), 3);
        assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages, 5, KIPC_NO_WAIT), KIPC_E_FULL);
        assert_result(send_number(f, f->handle, 9, 1, KIPC_NO_WAIT), KIPC_E_FULL);
        assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
        assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
        assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages, 5, KIPC_NO_WAIT), 2);
        for (uint32_t i = 0; i < 8; i++) {
            assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), 8);
            assert_int_equal(number, (i + 2) % 8);
        }
        assert_result(receive_number(f, f->other, &number, KIPC_NO_WAIT), KIPC_E_EMPTY);
    }
}

static void count_kick(void *context, uint32_t port)
{
    (void)port;
    *(unsigned int *)context += 1;
}

static void nothing(void *context, uint32_t port)
{
    (void)context;
    (void)port;
}

static void test_VER_CP_09_a_batch_to_another_node_kicks_once(void **state)
{
    struct kernel_fixture *f = *state;
    static const struct kipc_transport_ops ops = {.kick = count_kick, .room = nothing, .parted = nothing};
    static unsigned int kicks;
    static struct kipc_transport transport = {.ops = &ops, .context = &kicks, .payload_max = 256};
    struct kipc_channel_config config = channel_config(BATCH);
    struct kipc_channel_message messages[BATCH];
    uint64_t numbers[BATCH];
    kicks = 0;
    assert_result(kipc_route_add(&f->kernel, 0, &transport), KIPC_OK);
    assert_result(kipc_channel_open_remote(&f->kernel, f->first, &config, 0, 0, &f->handle), KIPC_OK);
    number_messages(messages, numbers, 0, BATCH);
    assert_result(kipc_channel_send_batch(&f->kernel, f->first, f->handle, messages, BATCH, KIPC_NO_WAIT), BATCH);
    assert_int_equal(kicks, 1);
    for (uint64_t i = 0; i < BATCH; i++) {
        struct kipc_message_header header;
        uint64_t number;
        assert_result(kipc_transport_take(&f->kernel, 0, 0, &header, &number, 8), 8);
        assert_int_equal(number, i);
    }
}

int main(void)
{
#define WITH_RING(test) cmocka_unit_test_setup_teardown(test, ring_set_up, ring_fixture_tear_down)
#define WITH_KERNEL(test) cmocka_unit_test_setup_teardown(test, kernel_fixture_set_up, kernel_fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_RING(test_EXO_FR_08_VER_CP_08_MOS_FU_09_a_batch_is_published_once),
        WITH_RING(test_VER_CP_08_never_a_gap),
        WITH_RING(test_EXO_FR_08_ring_batches_that_are_refused),
        WITH_KERNEL(test_VER_CP_08_EXO_RM_02_a_batch_through_a_channel),
        WITH_KERNEL(test_VER_CP_08_messages_with_handles_in_a_received_batch),
        WITH_KERNEL(test_EXO_FR_08_channel_batches_that_are_refused),
        WITH_KERNEL(test_EXO_FR_08_a_batch_at_a_quota_and_over_old_messages),
        WITH_KERNEL(test_EXO_FR_08_a_batch_at_the_bytes_of_an_inbox),
        WITH_KERNEL(test_VER_CP_09_a_batch_to_another_node_kicks_once),
    };
    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
