/* SPDX-License-Identifier: MIT */
#include "programs/support/word_server.h"
#include "kernel/ecall.h"
#include "kernel/ipc_port.h"
#include "kernel/ipc_scheduler.h"
#include "kernel/program.h"
#include "soc/memory_map.h"
#include <kipc/channel.h>

#define KERNEL_BYTES (512u * 1024)
#define STACK_BYTES 8192

struct kipc_kernel word_kernel;
struct kipc_gate word_gate;

static uint8_t kernel_memory[KERNEL_BYTES] __attribute__((section(".noinit"), aligned(64)));
static THREAD_STACK(server_stack, STACK_BYTES);
static struct thread server_thread;
static struct kipc_user_range ranges[2];
static const struct kipc_user_ranges user_ranges = {ranges, 2};
static kipc_pid_t server_pid;
static kipc_handle_t server_end;
static enum word_server_kind server_kind;
static bool in_user_mode;

static void answer(uintptr_t *words)
{
    for (unsigned i = 0; i < KIPC_FAST_WORDS; i++) {
        words[i] = word_answer(words[i]);
    }
}

static void serve_in_registers(void)
{
    struct ecall_words call = {.arguments = {server_end, 0, KIPC_FOREVER}};

    ecall_words(&call, KIPC_SYSCALL_RECEIVE_WORDS);
    while ((intptr_t)call.arguments[0] >= 0) {
        answer(call.words);
        call.arguments[2] = call.arguments[0]; /* as many bytes as came */
        call.arguments[0] = server_end;
        ecall_words(&call, KIPC_SYSCALL_REPLY_WORDS);
    }
}

static void serve_in_memory(void)
{
    struct kipc_channel_info info;
    uintptr_t words[KIPC_FAST_WORDS];
    intptr_t length;

    do {
        length = ecall(server_end, (uintptr_t)words, sizeof(words), (uintptr_t)&info, KIPC_FOREVER, 0, 0,
                       KIPC_SYSCALL_CHANNEL_RECEIVE);
        answer(words);
    } while (length >= 0 && ecall(info.header.request_id, (uintptr_t)words, (uintptr_t)length, 0, 0, 0, 0,
                                  KIPC_SYSCALL_CHANNEL_REPLY) == KIPC_OK);
}

static void serve(void *argument)
{
    (void)argument;
    if (server_kind == WORD_SERVER_IN_MEMORY) {
        serve_in_memory();
    } else {
        serve_in_registers();
    }
    while (in_user_mode) { /* its process has ended, and it cannot */
    }
}

static int server_priority(void)
{
    return PROGRAM_MAIN_PRIORITY - (server_kind == WORD_SERVER_LESS_URGENT ? 1 : 0);
}

static void start_server(void *argument)
{
    REQUIRE_OK(ecall_attach(server_pid, (uint8_t)IPC_PRIORITY(server_priority())));
    if (in_user_mode) {
        ecall_enter_user(serve, argument);
    }
    serve(argument);
}

static void make_process(kipc_pid_t *pid, struct kipc_user_range *range)
{
    const struct kipc_process_config config = kipc_process_config_default();

    REQUIRE_OK(kipc_process_register(&word_kernel, &config, pid));
    /* Without address spaces all of RAM is each process's. */
    *range = (struct kipc_user_range){*pid, true, SOC_RAM_BASE, SOC_RAM_BYTES};
}

void word_server_open(struct word_client *client, enum word_server_kind kind)
{
    struct kipc_limits limits = kipc_limits_soc();
    const struct kipc_channel_config config = kipc_channel_config_default();
    const struct kipc_user_memory memory = kipc_user_memory_of_ranges(&user_ranges);
    kipc_handle_t ends[2];

    server_kind = kind;
    in_user_mode = client->in_user_mode;
    limits.threads = IPC_THREADS_MAX;
    REQUIRE_OK(
        kipc_kernel_set_up(&word_kernel, &ipc_object_port, &ipc_scheduler, &limits, kernel_memory, KERNEL_BYTES));
    REQUIRE_OK(kipc_gate_set_up(&word_gate, &word_kernel, &memory));
    ecall_open(&word_gate);
    make_process(&server_pid, &ranges[0]);
    make_process(&client->pid, &ranges[1]);
    REQUIRE_OK(kipc_channel_create(&word_kernel, server_pid, &config, ends));
    server_end = ends[1];
    REQUIRE_OK(kipc_handle_duplicate(&word_kernel, server_pid, ends[0], client->pid,
                                     KIPC_RIGHT_SEND | KIPC_RIGHT_RECEIVE, &client->handle));
    const struct thread_description description = {.name = "server",
                                                   .entry = start_server,
                                                   .priority = server_priority(),
                                                   .stack = server_stack,
                                                   .stack_bytes = STACK_BYTES};
    REQUIRE_OK(thread_create(&server_thread, &description));
    thread_yield();
}

void word_server_close(const struct word_client *client)
{
    REQUIRE_EQUAL(word_kernel.blocks_free, word_kernel.block_count, "blocks that went back");
    REQUIRE_OK(kipc_process_exit(&word_kernel, client->pid));
    REQUIRE_OK(kipc_process_exit(&word_kernel, server_pid));
    if (client->in_user_mode) {
        return; /* their threads are still in their last calls, and must not run any more */
    }
    thread_set_priority(0);
    REQUIRE_EQUAL(word_kernel.blocks_reserved, 0, "blocks still reserved");
    REQUIRE_OK(kipc_kernel_tear_down(&word_kernel));
}
