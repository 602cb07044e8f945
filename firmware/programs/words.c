/* SPDX-License-Identifier: MIT */
/*
 * Calls whose four words stay in registers, by ecall, between a client and a server that are threads of two processes.
 * Parameters: rounds (16); server (0): it waits for words, 1: for messages in memory, as any other server does, 2: it
 * is less urgent than the client; user (0): 1: both are in user mode; seed (1), of the words.
 */
#include "kernel/ecall.h"
#include "kernel/ipc_scheduler.h"
#include "kernel/program.h"
#include "programs/support/word_server.h"
#include "soc/harness_page.h"

const char program_name[] = "words";

#define STACK_BYTES 8192

static struct word_client client;
static THREAD_STACK(client_stack, STACK_BYTES);
static struct thread client_thread;

/* Words that nothing else in memory looks like. */
static uint64_t next_word(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    /* Each byte is even and at least 0xc0: no flag, no small number, no address and no error code looks like a part. */
    return ((*state ^ *state >> 29) | 0xc0c0c0c0c0c0c0c0u) & 0xfefefefefefefefeu;
}

static void call_rounds(void *argument)
{
    struct word_client *self = argument;

    for (unsigned round = 0; round < self->rounds; round++) {
        struct ecall_words call = {.arguments = {self->handle, sizeof(call.words), KIPC_FOREVER}};
        uintptr_t sent[KIPC_FAST_WORDS];
        for (unsigned i = 0; i < KIPC_FAST_WORDS; i++) {
            sent[i] = next_word(&self->random);
            call.words[i] = sent[i];
        }
        ecall_words(&call, KIPC_SYSCALL_CALL_WORDS);
        self->result = (intptr_t)call.arguments[0];
        for (unsigned i = 0; i < KIPC_FAST_WORDS; i++) {
            self->wrong += call.words[i] != word_answer(sent[i]);
        }
    }
    self->has_ended = true;
    intptr_t result;
    do { /* in user mode there is no other way to stop: nothing comes, until the process ends */
        uint64_t nothing;
        result = ecall(self->handle, (uintptr_t)&nothing, sizeof(nothing), 0, KIPC_FOREVER, 0, 0,
                       KIPC_SYSCALL_CHANNEL_RECEIVE);
    } while (result >= 0 || self->in_user_mode);
}

static void start_client(void *argument)
{
    REQUIRE_OK(ecall_attach(client.pid, IPC_PRIORITY(PROGRAM_MAIN_PRIORITY)));
    if (client.in_user_mode) {
        ecall_enter_user(call_rounds, argument);
    }
    call_rounds(argument);
}

void program_main(void)
{
    const struct thread_description description = {.name = "client",
                                                   .entry = start_client,
                                                   .argument = &client,
                                                   .priority = PROGRAM_MAIN_PRIORITY,
                                                   .stack = client_stack,
                                                   .stack_bytes = STACK_BYTES};

    client.rounds = (unsigned)harness_parameter("rounds", 16);
    client.random = harness_parameter("seed", 1);
    client.in_user_mode = harness_parameter("user", 0) != 0;
    word_server_open(&client, (enum word_server_kind)harness_parameter("server", 0));
    REQUIRE_OK(thread_create(&client_thread, &description));
    /* Client and server hand the hart to each other, and the main thread gets it when neither can run. */
    thread_set_priority(0);
    thread_set_priority(THREAD_PRIORITY_MAX);
    REQUIRE(client.has_ended, "the client waits for an answer that does not come");
    REQUIRE_EQUAL(client.result, sizeof(uintptr_t[KIPC_FAST_WORDS]), "result of the last call");
    REQUIRE_EQUAL(client.wrong, 0, "words that came back wrong");
    word_server_close(&client);
    verdict_pass();
}
