/* SPDX-License-Identifier: MIT */
/* System calls: all lengths that a process may name, and all codes that it may get. */
#include "gate_fixture.h"

#define GUARD 0xC7u

/* A length, and the least that is refused for it; at `offset` of a structure if that is not SIZE_MAX. */
struct length_argument {
    uintptr_t number;
    size_t place;
    size_t offset;
    uint64_t maximum;
};

static const struct length_argument lengths[] = {
    {KIPC_SYSCALL_OBJECT_SET_NAME, 2, SIZE_MAX, KIPC_CFG_NAME_MAX + 1},
    {KIPC_SYSCALL_OBJECT_OPEN, 2, SIZE_MAX, KIPC_CFG_NAME_MAX + 1},
    {KIPC_SYSCALL_OBJECT_UNLINK, 2, SIZE_MAX, KIPC_CFG_NAME_MAX + 1},
    {KIPC_SYSCALL_EVENT_WAIT_ANY, 1, SIZE_MAX, KIPC_CFG_WAIT_MANY_MAX},
    {KIPC_SYSCALL_EVENT_WAIT_ALL, 1, SIZE_MAX, KIPC_CFG_WAIT_MANY_MAX},
    {KIPC_SYSCALL_EVENT_WAITERS, 2, SIZE_MAX, KIPC_TABLE_ENTRIES_MAX},
    {KIPC_SYSCALL_CHANNEL_SEND, 1, offsetof(struct kipc_channel_message, length), 256},
    {KIPC_SYSCALL_CHANNEL_SEND, 1, offsetof(struct kipc_channel_message, length), KIPC_CFG_CH_BYTES_MAX},
    {KIPC_SYSCALL_CHANNEL_SEND, 1, offsetof(struct kipc_channel_message, capability_count), KIPC_MSG_CAPABILITIES},
    {KIPC_SYSCALL_CHANNEL_CALL, 1, offsetof(struct kipc_channel_message, length), 256},
    {KIPC_SYSCALL_CHANNEL_CALL, 3, SIZE_MAX, 256},
    {KIPC_SYSCALL_CHANNEL_CALL, 3, SIZE_MAX, KIPC_CFG_CH_BYTES_MAX},
    {KIPC_SYSCALL_TOPIC_PUBLISH, 1, offsetof(struct kipc_channel_message, length), 64},
    {KIPC_SYSCALL_CHANNEL_RECEIVE, 2, SIZE_MAX, 256},
    {KIPC_SYSCALL_CHANNEL_RECEIVE, 2, SIZE_MAX, KIPC_CFG_CH_BYTES_MAX},
    {KIPC_SYSCALL_TOPIC_RECEIVE, 2, SIZE_MAX, 64},
    {KIPC_SYSCALL_CHANNEL_REPLY, 2, SIZE_MAX, KIPC_CFG_CH_BYTES_MAX},
    {KIPC_SYSCALL_CHANNEL_SEND_FAST, 1, SIZE_MAX, KIPC_FAST_BYTES},
    {KIPC_SYSCALL_CHANNEL_SEND_BATCH, 2, SIZE_MAX, KIPC_CFG_BATCH_MAX},
    {KIPC_SYSCALL_CHANNEL_RECEIVE_BATCH, 2, SIZE_MAX, KIPC_CFG_BATCH_MAX},
    {KIPC_SYSCALL_CHANNEL_CREATE, 0, offsetof(struct kipc_channel_config, buffer_bytes), KIPC_CFG_CH_BYTES_MAX},
    {KIPC_SYSCALL_CHANNEL_CREATE, 0, offsetof(struct kipc_channel_config, message_max), 4096},
    {KIPC_SYSCALL_CHANNEL_CREATE, 0, offsetof(struct kipc_channel_config, capacity), KIPC_CFG_CH_BYTES_MAX},
    {KIPC_SYSCALL_TOPIC_CREATE, 0, offsetof(struct kipc_topic_config, message_max), KIPC_CFG_CH_BYTES_MAX},
    {KIPC_SYSCALL_TOPIC_CREATE, 0, offsetof(struct kipc_topic_config, history), KIPC_CFG_TOPIC_DEPTH_MAX},
    {KIPC_SYSCALL_TOPIC_SUBSCRIBE, 1, offsetof(struct kipc_subscription_config, capacity), KIPC_CFG_TOPIC_DEPTH_MAX},
};

static void set_length(const struct length_argument *length, uintptr_t *arguments, uint64_t value)
{
    if (length->offset == SIZE_MAX) {
        arguments[length->place] = (uintptr_t)value;
    } else {
        uint32_t word = (uint32_t)value;
        memcpy((uint8_t *)arguments[length->place] + length->offset, &word, sizeof(word));
    }
}

/* All results that a wrong length may have; a fault, if the memory named by it is not all the caller's. */
static bool is_answer_to_a_length(intptr_t result)
{
    return result >= 0 || result == KIPC_E_INVAL || result == KIPC_E_MSGSIZE || result == KIPC_E_FAULT ||
           result == KIPC_E_NOMEM || result == KIPC_E_NOTFOUND || result == KIPC_E_TIMEDOUT || result == KIPC_E_BADF ||
           result == KIPC_E_BADCAP;
}

static void try_length(const struct length_argument *length, uint64_t value)
{
    void *state = NULL;
    assert_int_equal(gate_fixture_set_up(&state), 0);
    struct gate_fixture *g = state;
    uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS];
    make_one_of_each(g);
    good_arguments(g, length->number, arguments);
    set_length(length, arguments, value);
    memset(g->foreign, GUARD, USER_BYTES);
    intptr_t result = gate_call(g, g->f->first, length->number, arguments);
    if (!is_answer_to_a_length(result)) {
        fail_msg("%s, length %lu: result %ld", kipc_syscall_name(length->number), (unsigned long)value, (long)result);
    }
    if (value == length->maximum + 1 && length->number != KIPC_SYSCALL_CHANNEL_RECEIVE &&
        length->number != KIPC_SYSCALL_TOPIC_RECEIVE &&
        !(length->number == KIPC_SYSCALL_CHANNEL_CALL && length->place == 3)) {
        assert_true(result < 0); /* more room for a result than there can be is no error */
    }
    for (uint32_t i = 0; i < USER_BYTES; i++) {
        assert_int_equal(g->foreign[i], GUARD);
    }
    assert_int_equal(g->lent, 0);
    assert_int_equal(gate_fixture_tear_down(&state), 0);
}

static void test_FNG_SE_02_lengths_at_and_beyond_their_limits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        const uint64_t values[] = {
            0,       1, lengths[i].maximum, lengths[i].maximum + 1, UINT32_MAX - 7, INT32_MAX, UINT32_MAX, SIZE_MAX - 7,
            SIZE_MAX};
        for (size_t j = 0; j < COUNT_OF(values); j++) {
            try_length(&lengths[i], values[j]);
        }
    }
}

/* A message at the end of the caller's memory: exactly that much is read, and a byte more is refused. */
static void test_FNG_SE_02_no_byte_beyond_the_buffer(void **state)
{
    struct gate_fixture *g = *state;
    make_one_of_each(g);
    struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = 100};
    message.data = g->writable + USER_BYTES - 100;
    void *in = user_copy(g, &message, sizeof(message));
    kipc_handle_t channel = g->handles[KIPC_TABLE_CHANNEL];
    assert_result(sys(g, CHANNEL_SEND, channel, (uintptr_t)in), KIPC_OK);
    message.length = 101;
    memcpy(in, &message, sizeof(message));
    assert_result(sys(g, CHANNEL_SEND, channel, (uintptr_t)in), KIPC_E_FAULT);
    uint8_t *room = user_memory(g, 102);
    memset(room, GUARD, 102);
    assert_result(sys(g, CHANNEL_RECEIVE, g->peer, (uintptr_t)room, 99), KIPC_E_MSGSIZE);
    assert_int_equal(room[0], GUARD);
    assert_result(sys(g, CHANNEL_RECEIVE, g->peer, (uintptr_t)room, 100), 100);
    assert_int_equal(room[100], GUARD);
    uintptr_t last = (uintptr_t)g->writable + USER_BYTES - 4;
    assert_result(sys(g, CHANNEL_RECEIVE, channel, last, 5), KIPC_E_FAULT); /* and "hello" is there still */
    assert_result(sys(g, CHANNEL_RECEIVE, channel, (uintptr_t)room, 102), 5);
}

static void assert_count_refused(struct gate_fixture *g, uintptr_t list, uintptr_t count)
{
    kipc_handle_t channel = g->handles[KIPC_TABLE_CHANNEL];
    struct kipc_channel_stats stats;
    assert_result(sys(g, CHANNEL_SEND_BATCH, channel, list, count), KIPC_E_INVAL);
    assert_result(sys(g, CHANNEL_RECEIVE_BATCH, channel, list, count), KIPC_E_INVAL);
    assert_int_equal(g->copy_count, 0); /* its list was not looked at */
    assert_int_equal(kipc_channel_stats(&g->f->kernel, g->f->first, channel, &stats), 1);
    assert_int_equal(stats.sent, 0);
}

/* Lists that are good and as long as they say: only their count is not. */
static void test_FNG_SE_02_a_batch_of_none_or_too_many(void **state)
{
    struct gate_fixture *g = *state;
    make_one_of_each(g);
    uintptr_t list = (uintptr_t)user_memory(g, (KIPC_CFG_BATCH_MAX + 1) * sizeof(struct kipc_channel_message));
    assert_count_refused(g, list, 0);
    assert_count_refused(g, list, KIPC_CFG_BATCH_MAX + 1);
    assert_count_refused(g, list, UINT32_MAX);
    kipc_handle_t channel = g->handles[KIPC_TABLE_CHANNEL];
    intptr_t sent = sys(g, CHANNEL_SEND_BATCH, channel, list, KIPC_CFG_BATCH_MAX);
    assert_true(sent > 0 && sent <= (intptr_t)KIPC_SYSCALL_BATCH);
}

/* A batch of which one place is not its process's to write: nothing is taken, and nothing is written anywhere. */
static void try_bad_place(struct gate_fixture *g, uint32_t bad, void *memory, bool is_info)
{
    struct kipc_channel_room rooms[KIPC_SYSCALL_BATCH];
    struct kipc_channel_stats stats;
    uint8_t before[16];
    uint32_t used = g->user_used;
    memset(rooms, 0, sizeof(rooms));
    for (uint32_t i = 0; i < KIPC_SYSCALL_BATCH; i++) {
        rooms[i].buffer = user_memory(g, 64);
        rooms[i].capacity = 64;
        rooms[i].info = user_memory(g, sizeof(*rooms[i].info));
    }
    if (is_info) {
        rooms[bad].info = memory;
    } else {
        rooms[bad].buffer = memory;
    }
    memcpy(before, memory, sizeof(before));
    uintptr_t list = (uintptr_t)user_copy(g, rooms, sizeof(rooms));
    assert_result(sys(g, CHANNEL_RECEIVE_BATCH, g->f->other, list, KIPC_SYSCALL_BATCH), KIPC_E_FAULT);
    assert_memory_equal(before, memory, sizeof(before));
    assert_int_equal(g->lent, 0);
    assert_int_equal(kipc_channel_stats(&g->f->kernel, g->f->first, g->f->other, &stats), KIPC_SYSCALL_BATCH);
    assert_int_equal(stats.received, 0);
    g->user_used = used;
}

static void test_FNG_SE_03_each_place_of_a_received_batch(void **state)
{
    struct gate_fixture *g = *state;
    struct kipc_channel_config config = channel_config(KIPC_SYSCALL_BATCH);
    make_channel(g->f, &config);
    for (uint32_t i = 0; i < KIPC_SYSCALL_BATCH; i++) {
        assert_result(send_number(g->f, g->f->handle, i, 0, KIPC_NO_WAIT), KIPC_OK);
    }
    memset(g->foreign, GUARD, USER_BYTES);
    for (uint32_t bad = 0; bad < KIPC_SYSCALL_BATCH; bad++) {
        for (int is_info = 0; is_info < 2; is_info++) {
            try_bad_place(g, bad, g->foreign, is_info == 1);
            try_bad_place(g, bad, g->readable, is_info == 1);
            try_bad_place(g, bad, g->writable + USER_BYTES - 16, is_info == 1); /* not all of it is its own */
        }
    }
}

/* Messages of other lengths, every second one into a place that wants to know no more than its length. */
static void test_FNG_SE_03_a_received_batch_fills_in_its_places(void **state)
{
    struct gate_fixture *g = *state;
    struct kipc_channel_config config = channel_config(KIPC_SYSCALL_BATCH);
    struct kipc_channel_room *rooms = user_memory(g, (KIPC_CFG_BATCH_MAX + 1) * sizeof(*rooms));
    uint8_t bytes[KIPC_SYSCALL_BATCH];
    make_channel(g->f, &config);
    for (uint32_t i = 0; i < KIPC_SYSCALL_BATCH; i++) {
        memset(bytes, (int)i + 1, sizeof(bytes));
        const struct kipc_channel_message message = {.length = i + 1, .data = bytes, .tag = 100 + i};
        assert_result(kipc_channel_send(&g->f->kernel, g->f->first, g->f->handle, &message, KIPC_NO_WAIT), KIPC_OK);
        rooms[i].buffer = user_memory(g, 16);
        memset(rooms[i].buffer, GUARD, 16);
        rooms[i].capacity = 16;
        rooms[i].info = i % 2 == 0 ? user_memory(g, sizeof(*rooms[i].info)) : NULL;
    }
    /* It may name more places than one call fills. */
    assert_result(sys(g, CHANNEL_RECEIVE_BATCH, g->f->other, (uintptr_t)rooms, KIPC_CFG_BATCH_MAX), KIPC_SYSCALL_BATCH);
    for (uint32_t i = 0; i < KIPC_SYSCALL_BATCH; i++) {
        const uint8_t *got = rooms[i].buffer;
        assert_int_equal(rooms[i].length, i + 1);
        assert_true(got[0] == i + 1 && got[i] == i + 1 && got[i + 1] == GUARD);
        if (rooms[i].info != NULL) {
            assert_int_equal(rooms[i].info->header.destination, 100 + i);
            assert_int_equal(rooms[i].info->header.total_size, KIPC_MESSAGE_HEADER_BYTES + i + 1);
            assert_int_equal(rooms[i].info->sequence, i);
        }
    }
}

static void assert_all_bytes(const void *memory, size_t bytes, uint8_t value)
{
    for (size_t i = 0; i < bytes; i++) {
        assert_int_equal(((const uint8_t *)memory)[i], value);
    }
}

/* What one call left on the kernel's stack is neither shown nor used by the next one. */
static void test_FNG_SE_03_nothing_of_an_earlier_call_comes_out(void **state)
{
    struct gate_fixture *g = *state;
    struct kipc_channel_config config = channel_config(4);
    struct kipc_channel_room *rooms = user_memory(g, 2 * sizeof(*rooms));
    struct kipc_channel_info *infos = user_memory(g, 2 * sizeof(*infos));
    const struct kipc_channel_message message = {.length = 0, .tag = UINT64_MAX};
    uint32_t *tokens = user_memory(g, 2 * sizeof(*tokens));
    uintptr_t in = (uintptr_t)user_copy(g, &message, sizeof(message));
    make_channel(g->f, &config);
    for (int wants_infos = 1; wants_infos >= 0; wants_infos--) {
        memset(infos, GUARD, 2 * sizeof(*infos));
        for (uint32_t i = 0; i < 2; i++) {
            rooms[i] = (struct kipc_channel_room){.info = wants_infos == 1 ? &infos[i] : NULL};
            assert_result(sys(g, CHANNEL_SEND, g->f->handle, in), KIPC_OK);
        }
        assert_result(sys(g, CHANNEL_RECEIVE_BATCH, g->f->other, (uintptr_t)rooms, 2), 2);
    }
    assert_all_bytes(infos, 2 * sizeof(*infos), GUARD);
    assert_result(sys(g, CHANNEL_RECEIVE_ASYNC, g->f->other, 0, 0, (uintptr_t)&tokens[0]), KIPC_OK);
    assert_result(sys(g, CHANNEL_SEND_ASYNC, g->f->handle, in, 0, (uintptr_t)&tokens[1]), KIPC_OK);
    assert_result(sys(g, ASYNC_POLL, tokens[0], 0, 0, (uintptr_t)&infos[0]), 0);
    assert_true(infos[0].header.destination == UINT64_MAX);
    assert_result(sys(g, ASYNC_POLL, tokens[1], 0, 0, (uintptr_t)&infos[1]), KIPC_OK);
    assert_all_bytes(&infos[1], sizeof(infos[1]), 0); /* a send has none */
}

static const int codes[] = {
#define CODE(name, value, promise) (value),
    KIPC_ERROR_LIST(CODE)
#undef CODE
};

/* Receives requests and answers the n-th with the n-th code. */
static void serve_codes(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    struct gate_fixture *g = (struct gate_fixture *)(uintptr_t)f->value;
    struct kipc_channel_info *info = user_memory(g, sizeof(*info));
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        const uintptr_t receive[KIPC_SYSCALL_ARGUMENTS] = {actor->handle, 0, 0, (uintptr_t)info, KIPC_FOREVER};
        assert_result(gate_call(g, actor->pid, KIPC_SYSCALL_CHANNEL_RECEIVE, receive), 0);
        const uintptr_t reply[KIPC_SYSCALL_ARGUMENTS] = {info->header.request_id, (uintptr_t)(intptr_t)codes[i]};
        assert_result(gate_call(g, actor->pid, KIPC_SYSCALL_CHANNEL_REPLY_ERROR, reply), KIPC_OK);
    }
}

static void ask_for_codes(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    struct gate_fixture *g = (struct gate_fixture *)(uintptr_t)f->value;
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA};
    uintptr_t in = (uintptr_t)user_copy(g, &message, sizeof(message));
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        const uintptr_t call[KIPC_SYSCALL_ARGUMENTS] = {actor->handle, in, 0, 0, KIPC_FOREVER};
        intptr_t result = gate_call(g, actor->pid, KIPC_SYSCALL_CHANNEL_CALL, call);
        assert_true(result == (intptr_t)codes[i]); /* the whole register, with the sign */
    }
}

static void test_MOS_ER_02_each_code_reaches_the_process(void **state)
{
    struct gate_fixture *g = *state;
    struct kipc_channel_config config = channel_config(4);
    make_channel(g->f, &config);
    g->f->value = (uint64_t)(uintptr_t)g;
    act(g->f, g->f->first, 5, ask_for_codes);
    struct actor *server = act(g->f, g->f->first, 5, serve_codes);
    server->handle = g->f->other;
    assert_int_equal(mock_run(&g->f->mock), 0);
    assert_true(g->f->actors[1].has_ended && server->has_ended);
    assert_true(COUNT_OF(codes) >= 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_FNG_SE_02_lengths_at_and_beyond_their_limits),
        cmocka_unit_test_setup_teardown(test_FNG_SE_02_no_byte_beyond_the_buffer, gate_fixture_set_up,
                                        gate_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_FNG_SE_02_a_batch_of_none_or_too_many, gate_fixture_set_up,
                                        gate_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_FNG_SE_03_each_place_of_a_received_batch, gate_fixture_set_up,
                                        gate_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_FNG_SE_03_a_received_batch_fills_in_its_places, gate_fixture_set_up,
                                        gate_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_FNG_SE_03_nothing_of_an_earlier_call_comes_out, gate_fixture_set_up,
                                        gate_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_MOS_ER_02_each_code_reaches_the_process, gate_fixture_set_up,
                                        gate_fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
