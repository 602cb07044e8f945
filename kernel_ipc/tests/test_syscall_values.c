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
    uintptr_t channel = g->handles[KIPC_TABLE_CHANNEL];
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
        cmocka_unit_test_setup_teardown(test_MOS_ER_02_each_code_reaches_the_process, gate_fixture_set_up,
                                        gate_fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
