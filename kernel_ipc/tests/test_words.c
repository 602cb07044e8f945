/* SPDX-License-Identifier: MIT */
/* Calls with words. The registers are an array a thread; carrying them copies one thread's to another's. */
#include "channel_fixture.h"
#include <kipc/words.h>

#define ROUNDS 10000u
#define SERVER_PRIORITY 12u

static struct fake {
    uintptr_t registers[MOCK_ACTORS_MAX][KIPC_FAST_WORDS];
    struct kernel_fixture *f;
    uint64_t random; /* decides whether a switch can be straight */
    uint32_t one_in; /* 0: never, 1: always */
    uint32_t carried;
    uint32_t through_memory;
} fake;

static uint32_t self(void)
{
    return fake.f->mock.port.ops->current(fake.f->mock.port.context);
}

static bool carry(void *context, uint32_t thread)
{
    (void)context;
    assert_true(fake.f->mock.is_locked);
    struct random_numbers random = {.state = fake.random++};
    if (fake.one_in == 0 || random_next(&random) % fake.one_in != 0) {
        return false;
    }
    memcpy(fake.registers[thread], fake.registers[self()], sizeof(fake.registers[0]));
    memset(fake.registers[self()], 0xEE, sizeof(fake.registers[0]));
    fake.carried += 1;
    return true;
}

static void take(void *context, uintptr_t *words)
{
    (void)context;
    assert_false(fake.f->mock.is_locked);
    memcpy(words, fake.registers[self()], sizeof(fake.registers[0]));
    fake.through_memory += 1;
}

static void give(void *context, const uintptr_t *words)
{
    (void)context;
    assert_false(fake.f->mock.is_locked);
    memcpy(fake.registers[self()], words, sizeof(fake.registers[0]));
}

static const struct kipc_word_ops word_ops = {carry, take, give};
static struct kipc_scheduler_ops scheduler_ops;

static int set_up(void **state)
{
    assert_int_equal(kernel_fixture_set_up(state), 0);
    memset(&fake, 0, sizeof(fake));
    fake.f = *state;
    fake.one_in = 1;
    scheduler_ops = *fake.f->kernel.scheduler.ops;
    scheduler_ops.words = &word_ops;
    fake.f->kernel.scheduler.ops = &scheduler_ops;
    return 0;
}

static uintptr_t answer_to(uintptr_t word)
{
    return word * 3 + 1;
}

/* Until its end is closed, or its process ends; `number` says how many requests came. */
static void serve(struct actor *actor)
{
    uint64_t id;
    uintptr_t *words = fake.registers[actor->thread];
    int length = kipc_channel_receive_words(&actor->fixture->kernel, actor->pid, actor->handle, &id, KIPC_FOREVER);
    while (length >= 0) {
        actor->number += 1;
        for (uint32_t i = 0; i < (uint32_t)length / sizeof(uintptr_t); i++) {
            words[i] = answer_to(words[i]);
        }
        length = kipc_channel_reply_words(&actor->fixture->kernel, actor->pid, actor->handle, &id, (uint32_t)length);
    }
    assert_int_equal(id, 0);
    actor->result = length;
}

/* Calls of all lengths; what comes back beyond a length is not looked at. */
static void call_often(struct actor *actor)
{
    struct random_numbers random = {.state = actor->number};
    uintptr_t *words = fake.registers[actor->thread];
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uintptr_t sent[KIPC_FAST_WORDS];
        uint32_t count = (uint32_t)random_next(&random) % (KIPC_FAST_WORDS + 1);
        for (uint32_t i = 0; i < KIPC_FAST_WORDS; i++) {
            sent[i] = words[i] = (uintptr_t)random_next(&random);
        }
        uint32_t length = count * (uint32_t)sizeof(uintptr_t);
        assert_result(kipc_channel_call_words(&actor->fixture->kernel, actor->pid, actor->handle, length, KIPC_FOREVER),
                      (int)length);
        for (uint32_t i = 0; i < count; i++) {
            assert_true(words[i] == answer_to(sent[i]));
        }
    }
    actor->result = KIPC_OK;
}

static struct actor *start_server(struct kernel_fixture *f, uint8_t priority)
{
    struct kipc_channel_config config = channel_config(4);
    make_channel(f, &config);
    struct actor *server = act(f, f->first, priority, serve);
    server->handle = f->other;
    assert_int_equal(mock_run(&f->mock), 1);
    return server;
}

static void stop_server(struct kernel_fixture *f, struct actor *server)
{
    assert_result(kipc_object_close(&f->kernel, f->first, f->handle), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(server->result, KIPC_E_CLOSED);
}

/* What a run leaves in the counters; with and without carrying it must be the same. */
struct outcome {
    struct kipc_channel_stats from, to;
    uint64_t checks, requests;
};

static struct outcome run_calls(uint32_t one_in)
{
    void *state;
    struct outcome outcome;
    assert_int_equal(set_up(&state), 0);
    struct kernel_fixture *f = state;
    fake.one_in = one_in;
    struct actor *server = start_server(f, FIXTURE_PRIORITY);
    struct actor *client = act(f, f->first, FIXTURE_PRIORITY, call_often);
    client->number = 7;
    assert_int_equal(mock_run(&f->mock), 1);
    assert_true(client->has_ended && client->result == KIPC_OK && server->number == ROUNDS);
    outcome.checks = f->kernel.checks;
    assert_int_equal(kipc_channel_stats(&f->kernel, f->first, f->handle, &outcome.from), 0);
    assert_int_equal(kipc_channel_stats(&f->kernel, f->first, f->other, &outcome.to), 0);
    outcome.requests = f->kernel.next_request;
    if (one_in == 1) {
        assert_int_equal(f->kernel.copied_bytes, 0);
        assert_int_equal(fake.carried, 2 * ROUNDS); /* each way */
        assert_int_equal(fake.through_memory, 0);
    } else {
        assert_true(fake.through_memory > ROUNDS / 2);
    }
    stop_server(f, server);
    assert_int_equal(kernel_fixture_tear_down(&state), 0);
    return outcome;
}

static void test_VER_FP_02_VER_MS_04_carried_or_through_memory_is_the_same(void **state)
{
    (void)state;
    struct outcome always = run_calls(1);
    struct outcome never = run_calls(0);
    struct outcome sometimes = run_calls(3);
    assert_memory_equal(&always.from, &never.from, sizeof(always.from));
    assert_memory_equal(&always.to, &never.to, sizeof(always.to));
    assert_memory_equal(&always.from, &sometimes.from, sizeof(always.from));
    assert_memory_equal(&always.to, &sometimes.to, sizeof(always.to));
    assert_int_equal(always.requests, never.requests);
    assert_int_equal(always.checks, never.checks);
    assert_int_equal(always.checks, sometimes.checks);
}

static void test_VER_FP_02_only_what_can_be_is_carried(void **state)
{
    struct kernel_fixture *f = *state;
    struct actor *server = start_server(f, SERVER_PRIORITY - 10); /* less urgent: it inherits, and is not carried to */
    struct actor *client = act(f, f->first, FIXTURE_PRIORITY, call_often);
    assert_int_equal(mock_run(&f->mock), 1);
    assert_true(client->has_ended && server->number == ROUNDS);
    assert_int_equal(fake.carried, 0);
    assert_int_equal(kipc_thread_priority(&f->kernel, server->thread), SERVER_PRIORITY - 10);
    stop_server(f, server);
}

static void test_VER_FP_02_other_callers_and_other_servers(void **state)
{
    struct kernel_fixture *f = *state;
    struct actor *server = start_server(f, SERVER_PRIORITY);
    uintptr_t words[KIPC_FAST_WORDS] = {1, 2, 3, 4};
    const struct kipc_channel_message message = {.length = sizeof(words), .data = words};
    /* A call in memory to a server with words. */
    assert_result(kipc_channel_call(&f->kernel, f->first, f->handle, &message, words, sizeof(words), KIPC_FOREVER),
                  sizeof(words));
    assert_true(words[0] == answer_to(1) && words[3] == answer_to(4));
    assert_int_equal(fake.carried, 0);
    /* A message that is no request: id 0, which nobody may reply to. */
    const struct kipc_channel_message data = {.length = 8, .data = words};
    assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &data, KIPC_NO_WAIT), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(server->result, KIPC_E_NOTFOUND);
    /* Words from a message that is there already, also with a capability that nobody would learn of. */
    kipc_handle_t semaphore;
    assert_result(kipc_semaphore_create(&f->kernel, f->first, 0, 1, KIPC_WAIT_FIFO, &semaphore), KIPC_OK);
    struct kipc_channel_message gift = data;
    gift.capabilities[0] = semaphore;
    gift.capability_count = 1;
    assert_result(kipc_channel_send(&f->kernel, f->first, f->handle, &gift, KIPC_NO_WAIT), KIPC_OK);
    uint32_t handles = live(f, KIPC_TABLE_HANDLE);
    uint64_t id = 1;
    assert_result(kipc_channel_receive_words(&f->kernel, f->first, f->other, &id, KIPC_NO_WAIT), 8);
    assert_true(id == 0 && fake.registers[0][0] == words[0]);
    assert_int_equal(live(f, KIPC_TABLE_HANDLE), handles - 1);
    assert_result(kipc_channel_receive_words(&f->kernel, f->first, f->other, &id, KIPC_NO_WAIT), KIPC_E_EMPTY);
}

static void call_once(struct actor *actor)
{
    actor->result = kipc_channel_call_words(&actor->fixture->kernel, actor->pid, actor->handle, 8, actor->deadline);
}

static void test_VER_FP_02_errors_and_ends_of_calls_with_words(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    make_channel(f, &config);
    struct kipc_channel_info info;
    uint64_t number;
    /* An ordinary server says no. */
    struct actor *client = act(f, f->first, FIXTURE_PRIORITY, call_once);
    assert_int_equal(mock_run_now(&f->mock), 1);
    assert_result(kipc_channel_receive(&f->kernel, f->first, f->other, &number, 8, &info, KIPC_NO_WAIT), 8);
    assert_result(kipc_channel_reply_error(&f->kernel, f->first, info.header.request_id, KIPC_E_PERM), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(client->result, KIPC_E_PERM);
    /* Nobody comes. */
    client = act(f, f->first, FIXTURE_PRIORITY, call_once);
    client->deadline = f->mock.now + 5;
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(client->result, KIPC_E_TIMEDOUT);
    /* A server that has the words ends. */
    kipc_handle_t theirs;
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, f->other, f->second, KIPC_RIGHTS, &theirs), KIPC_OK);
    struct actor *server = act(f, f->second, FIXTURE_PRIORITY, serve);
    server->handle = theirs;
    assert_int_equal(mock_run(&f->mock), 1);
    fake.one_in = 1;
    client = act(f, f->first, FIXTURE_PRIORITY + 1, call_once);
    kipc_pid_t pid = f->second;
    assert_result(kipc_thread_set_priority(&f->kernel, server->thread, FIXTURE_PRIORITY + 1), KIPC_OK);
    assert_int_equal(mock_run_now(&f->mock), 1); /* answered: the server waits again */
    assert_result(client->result, 8);
    assert_result(kipc_process_exit(&f->kernel, pid), KIPC_OK);
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(server->result, KIPC_E_SRCH);
    struct kipc_process_config process = kipc_process_config_default();
    assert_result(kipc_process_register(&f->kernel, &process, &f->second), KIPC_OK);
}

static void test_VER_FP_02_arguments_of_the_system_calls(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    const struct kipc_user_ranges none = {NULL, 0};
    const struct kipc_user_memory memory = kipc_user_memory_of_ranges(&none);
    struct kipc_gate gate;
    make_channel(f, &config);
    assert_result(kipc_gate_set_up(&gate, &f->kernel, &memory), KIPC_OK);
    uintptr_t receive[KIPC_WORDS_REGISTERS] = {f->other, 9, KIPC_NO_WAIT};
    assert_result(kipc_syscall_words(&gate, f->first, KIPC_SYSCALL_RECEIVE_WORDS, receive), KIPC_E_EMPTY);
    assert_int_equal(receive[1], 0);
    assert_result(kipc_syscall_words(&gate, f->first, KIPC_WORDS_END, receive), KIPC_E_NOSYS);
    assert_result(kipc_syscall_words(&gate, f->first, KIPC_SYSCALL_CALL_WORDS, NULL), KIPC_E_INVAL);
    assert_result(kipc_syscall_words(NULL, f->first, KIPC_SYSCALL_CALL_WORDS, receive), KIPC_E_INVAL);
    assert_result(kipc_syscall_words(&gate, 0, KIPC_SYSCALL_RECEIVE_WORDS, receive), KIPC_E_SRCH);
    uintptr_t call[KIPC_WORDS_REGISTERS] = {f->handle, KIPC_FAST_BYTES + 1, KIPC_FOREVER};
    assert_result(kipc_syscall_words(&gate, f->first, KIPC_SYSCALL_CALL_WORDS, call), KIPC_E_INVAL);
    call[1] = 8;
    call[2] = KIPC_NO_WAIT;
    assert_result(kipc_syscall_words(&gate, f->first, KIPC_SYSCALL_CALL_WORDS, call), KIPC_E_INVAL);
    call[0] = UINTPTR_MAX;
    assert_result(kipc_syscall_words(&gate, f->first, KIPC_SYSCALL_CALL_WORDS, call), KIPC_E_INVAL);
    call[0] = 0;
    call[2] = KIPC_FOREVER;
    assert_result(kipc_syscall_words(&gate, f->first, KIPC_SYSCALL_CALL_WORDS, call), KIPC_E_BADF);
    uintptr_t reply[KIPC_WORDS_REGISTERS] = {f->other, 12345, 8};
    assert_result(kipc_syscall_words(&gate, f->first, KIPC_SYSCALL_REPLY_WORDS, reply), KIPC_E_NOTFOUND);
    assert_int_equal(reply[1], 12345);
    struct kipc_process_config mute = kipc_process_config_default();
    kipc_pid_t pid;
    mute.denied = KIPC_PERMIT_MESSAGE;
    assert_result(kipc_process_register(&f->kernel, &mute, &pid), KIPC_OK);
    assert_result(kipc_syscall_words(&gate, pid, KIPC_SYSCALL_CALL_WORDS, call), KIPC_E_ACCES);
    assert_result(kipc_process_exit(&f->kernel, pid), KIPC_OK);
    scheduler_ops.words = NULL;
    assert_result(kipc_syscall_words(&gate, f->first, KIPC_SYSCALL_CALL_WORDS, call), KIPC_E_NOTSUP);
    assert_result(kipc_channel_receive_words(&f->kernel, f->first, f->other, NULL, KIPC_NO_WAIT), KIPC_E_INVAL);
}

/* A reply through a handle with which nothing can be received: the caller has it, and the server learns why. */
static void reply_then_fail(struct actor *actor)
{
    uint64_t id;
    struct kipc_kernel *kernel = &actor->fixture->kernel;
    assert_result(kipc_channel_receive_words(kernel, actor->pid, actor->handle, &id, KIPC_FOREVER), 8);
    fake.registers[actor->thread][0] = answer_to(fake.registers[actor->thread][0]);
    assert_result(kipc_handle_restrict(kernel, actor->pid, actor->handle, KIPC_RIGHT_SEND), KIPC_OK);
    actor->result = kipc_channel_reply_words(kernel, actor->pid, actor->handle, &id, 8);
    assert_int_equal(id, 0);
}

static void test_VER_FP_02_a_reply_goes_out_although_nothing_can_be_received(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_channel_config config = channel_config(4);
    make_channel(f, &config);
    struct actor *server = act(f, f->first, FIXTURE_PRIORITY, reply_then_fail);
    server->handle = f->other;
    assert_int_equal(mock_run(&f->mock), 1);
    struct actor *client = act(f, f->first, FIXTURE_PRIORITY, call_once);
    fake.registers[client->thread][0] = 5;
    assert_int_equal(mock_run(&f->mock), 0);
    assert_result(server->result, KIPC_E_ACCES);
    assert_result(client->result, 8);
    assert_true(fake.registers[client->thread][0] == answer_to(5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VER_FP_02_VER_MS_04_carried_or_through_memory_is_the_same),
        cmocka_unit_test_setup_teardown(test_VER_FP_02_only_what_can_be_is_carried, set_up, kernel_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_VER_FP_02_other_callers_and_other_servers, set_up,
                                        kernel_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_VER_FP_02_errors_and_ends_of_calls_with_words, set_up,
                                        kernel_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_VER_FP_02_a_reply_goes_out_although_nothing_can_be_received, set_up,
                                        kernel_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_VER_FP_02_arguments_of_the_system_calls, set_up, kernel_fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
