/* SPDX-License-Identifier: MIT */
/*
 * System calls by ecall: every number with arguments that are refused, and with arguments that are not, from machine
 * mode and from user mode; every error code on its way through the trap, and addresses that are not the caller's. No
 * parameters.
 */
#include "kernel/ecall.h"
#include "kernel/ipc_port.h"
#include "kernel/ipc_scheduler.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/calls/good_calls.h"
#include "programs/support/verdict.h"
#include "soc/memory_map.h"
#include <kipc/call.h>
#include <kipc/event.h>

const char program_name[] = "system_calls";

#define KERNEL_BYTES (512u * 1024)
#define STACK_BYTES 8192
#define PAGES 32u
#define RECORDS_BYTES (64u * 1024)
#define ALL_ONES UINTPTR_MAX

static struct kipc_kernel kernel;
static struct kipc_gate gate;
static uint8_t kernel_memory[KERNEL_BYTES] __attribute__((section(".noinit"), aligned(64)));
static struct ipc_memory pool;
static struct kipc_memory records;
static uint8_t records_memory[RECORDS_BYTES] __attribute__((section(".noinit"), aligned(64)));
static uint8_t pages[PAGES * IPC_PAGE_BYTES] __attribute__((section(".noinit"), aligned(IPC_PAGE_BYTES)));
static struct kipc_user_range user_ranges[2]; /* of the program's process, and of the one that makes the good calls */
static const struct kipc_user_ranges ranges = {user_ranges, 2};
static kipc_pid_t pid;
static THREAD_STACK(refuser_stack, STACK_BYTES);
static THREAD_STACK(server_stack, STACK_BYTES);
static THREAD_STACK(client_stack, STACK_BYTES);
static struct thread refuser_thread, server_thread, client_thread;

/* All that the process may point to. */
static struct user_memory {
    kipc_handle_t handle, other, ends[2];
    uint64_t words[8];
    char name[8];
    struct kipc_channel_config config;
    struct kipc_channel_message message;
    struct kipc_channel_info info;
    struct kipc_counts counts;
} user;

#define ADDRESS(member) ((uintptr_t)&user.member)

static intptr_t call(uintptr_t number, const uintptr_t *a)
{
    return ecall(a[0], a[1], a[2], a[3], a[4], a[5], a[6], number);
}

#define SYS(name, ...) call(KIPC_SYSCALL_##name, (const uintptr_t[KIPC_SYSCALL_ARGUMENTS]){__VA_ARGS__})
#define GOOD(expected, name, ...) REQUIRE_EQUAL(SYS(name, __VA_ARGS__), expected, #name)

/* The kernel was asked in two ways: what the trap gives back is what the core returns. */
static void refuse_everything(void)
{
    for (uintptr_t number = KIPC_SYSCALL_FIRST; number < KIPC_SYSCALL_FIRST + KIPC_SYSCALL_COUNT; number++) {
        if (number == KIPC_SYSCALL_PROCESS_EXIT) {
            continue; /* has no arguments that could be wrong */
        }
        for (unsigned pattern = 0; pattern < 2; pattern++) {
            uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS];
            for (unsigned i = 0; i < KIPC_SYSCALL_ARGUMENTS; i++) {
                arguments[i] = pattern == 0 ? ALL_ONES : 0;
            }
            intptr_t expected = kipc_syscall(&gate, pid, number, arguments);
            REQUIRE_EQUAL(call(number, arguments), expected, kipc_syscall_name(number));
            REQUIRE(expected < 0 || pattern == 1, "%s accepted arguments %lx", kipc_syscall_name(number), arguments[0]);
        }
    }
}

static void know_no_other_numbers(void)
{
    static const uintptr_t numbers[] = {
        0, 1, KIPC_SYSCALL_FIRST - 1, KIPC_SYSCALL_FIRST + KIPC_SYSCALL_COUNT, KIPC_WORDS_END, 0x3FF, ALL_ONES};

    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        REQUIRE_EQUAL(ecall(0, 0, 0, 0, 0, 0, 0, numbers[i]), KIPC_E_NOSYS, "result of a number that there is not");
    }
}

static void use_locks(void)
{
    GOOD(KIPC_OK, SEMAPHORE_CREATE, 1, 2, KIPC_WAIT_FIFO, ADDRESS(handle));
    GOOD(KIPC_OK, SEMAPHORE_WAIT, user.handle, KIPC_NO_WAIT);
    GOOD(KIPC_E_WOULDBLOCK, SEMAPHORE_WAIT, user.handle, KIPC_NO_WAIT);
    GOOD(KIPC_OK, SEMAPHORE_POST, user.handle);
    GOOD(KIPC_OK, HANDLE_CLOSE, user.handle);
    GOOD(KIPC_E_BADF, SEMAPHORE_POST, user.handle);
    GOOD(KIPC_OK, MUTEX_CREATE, true, KIPC_WAIT_PRIORITY, ADDRESS(handle));
    GOOD(KIPC_OK, MUTEX_LOCK, user.handle, KIPC_FOREVER);
    GOOD(KIPC_OK, MUTEX_UNLOCK, user.handle);
    GOOD(KIPC_E_PERM, MUTEX_UNLOCK, user.handle);
    GOOD(KIPC_OK, EVENT_CREATE, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, ADDRESS(other));
    GOOD(KIPC_E_TYPE, MUTEX_LOCK, user.other, KIPC_NO_WAIT);
    GOOD(KIPC_OK, HANDLE_CLOSE, user.other);
    GOOD(KIPC_OK, HANDLE_DUPLICATE, user.handle, pid, 0, ADDRESS(other));
    GOOD(KIPC_OK, HANDLE_CLOSE, user.other);
    GOOD(KIPC_OK, HANDLE_CLOSE, user.handle);
    GOOD(KIPC_OK, COUNTS, ADDRESS(counts));
    REQUIRE_EQUAL(user.counts.used[KIPC_TABLE_MUTEX], 0, "mutexes left");
}

static void use_channels(void)
{
    user.config = kipc_channel_config_default();
    GOOD(KIPC_OK, CHANNEL_CREATE, ADDRESS(config), ADDRESS(ends));
    user.message = (struct kipc_channel_message){.length = sizeof(user.words), .data = user.words};
    user.words[0] = 0x1234;
    GOOD(KIPC_OK, CHANNEL_SEND, user.ends[0], ADDRESS(message), KIPC_NO_WAIT);
    GOOD(KIPC_OK, CHANNEL_SEND_FAST, user.ends[0], sizeof(uint64_t), 0x5678, 0, 0, 0);
    GOOD(sizeof(user.words), CHANNEL_RECEIVE, user.ends[1], ADDRESS(words), sizeof(user.words), ADDRESS(info), 0);
    REQUIRE_EQUAL(user.info.header.sender, pid, "sender of a message");
    GOOD(sizeof(uint64_t), CHANNEL_RECEIVE, user.ends[1], ADDRESS(words), sizeof(user.words), 0, KIPC_NO_WAIT);
    REQUIRE_EQUAL(user.words[0], 0x5678, "word of a message in registers");
    GOOD(KIPC_E_EMPTY, CHANNEL_RECEIVE, user.ends[1], ADDRESS(words), sizeof(user.words), 0, KIPC_NO_WAIT);
}

/* Nothing may happen before an address is known to be the caller's: no object is made, and no message taken. */
static void refuse_foreign_memory(void)
{
    static const uintptr_t foreign[] = {0, SOC_RAM_BASE, SOC_UART_BASE, ALL_ONES - 3, (uintptr_t)-8};
    struct kipc_counts before, after;

    REQUIRE_OK(kipc_counts(&kernel, &before));
    for (unsigned i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        REQUIRE_EQUAL(SYS(SEMAPHORE_CREATE, 1, 2, KIPC_WAIT_FIFO, foreign[i]), KIPC_E_FAULT, "a result's address");
        REQUIRE_EQUAL(SYS(CHANNEL_CREATE, foreign[i], ADDRESS(ends)), KIPC_E_FAULT, "a structure's address");
        REQUIRE_EQUAL(SYS(CHANNEL_SEND, user.ends[0], foreign[i], KIPC_NO_WAIT), KIPC_E_FAULT, "a message's address");
        user.message = (struct kipc_channel_message){.length = 8, .data = (const void *)foreign[i]};
        REQUIRE_EQUAL(SYS(CHANNEL_SEND, user.ends[0], ADDRESS(message), KIPC_NO_WAIT), KIPC_E_FAULT, "a payload's");
    }
    /* The last byte of what is the caller's is good, and the one behind it is not. */
    uintptr_t end = (uintptr_t)(&user + 1);
    REQUIRE_EQUAL(SYS(COUNTS, end - sizeof(user.counts) + 1), KIPC_E_FAULT, "a result that ends a byte too late");
    REQUIRE_EQUAL(SYS(CHANNEL_RECEIVE, user.ends[1], end - 8, 9, 0, KIPC_NO_WAIT), KIPC_E_FAULT, "a buffer");
    REQUIRE_OK(kipc_counts(&kernel, &after));
    for (unsigned i = 0; i < KIPC_TABLE_COUNT; i++) {
        REQUIRE_EQUAL(after.used[i], before.used[i], "objects after calls that were refused");
    }
    REQUIRE_EQUAL(after.blocks_used, before.blocks_used, "messages after calls that were refused");
}

static const int codes[] = {
#define CODE(name, value, promise) KIPC_E_##name,
    KIPC_ERROR_LIST(CODE)
#undef CODE
};
#define CODES (sizeof(codes) / sizeof(codes[0]))

static void start(struct thread *thread, thread_entry_function *entry, int priority, void *stack)
{
    const struct thread_description description = {
        .name = "helper", .entry = entry, .priority = priority, .stack = stack, .stack_bytes = STACK_BYTES};

    REQUIRE_OK(thread_create(thread, &description));
}

/* Answers each request with the next code. */
static void say_no(void *argument)
{
    struct kipc_channel_info info;

    (void)argument;
    REQUIRE_OK(ecall_attach(pid, IPC_PRIORITY(PROGRAM_MAIN_PRIORITY - 1)));
    for (unsigned i = 0; i < CODES; i++) {
        REQUIRE_EQUAL(kipc_channel_receive(&kernel, pid, user.ends[1], NULL, 0, &info, KIPC_FOREVER), 0, "length");
        REQUIRE_EQUAL(SYS(CHANNEL_REPLY_ERROR, info.header.request_id, (uintptr_t)codes[i]), KIPC_OK, "reply");
    }
}

static void bring_every_code_back(void)
{
    user.message = (struct kipc_channel_message){.length = 0};
    start(&refuser_thread, say_no, PROGRAM_MAIN_PRIORITY - 1, refuser_stack);
    for (unsigned i = 0; i < CODES; i++) {
        intptr_t result = SYS(CHANNEL_CALL, user.ends[0], ADDRESS(message), 0, 0, KIPC_FOREVER);
        REQUIRE(result == codes[i], "a0 after the trap is %ld, the core returned %d", result, codes[i]);
    }
    print("codes %lu\n", CODES);
}

static void call_urgently(void *argument)
{
    (void)argument;
    REQUIRE_OK(ecall_attach(pid, IPC_PRIORITY(PROGRAM_MAIN_PRIORITY + 1)));
    REQUIRE_EQUAL(SYS(CHANNEL_CALL, user.ends[0], ADDRESS(message), 0, 0, KIPC_FOREVER), 0, "answer");
}

/* Takes one request, and is away from the channel when the next one comes. */
static void serve_slowly(void *argument)
{
    struct kipc_channel_info info;

    (void)argument;
    REQUIRE_OK(ecall_attach(pid, IPC_PRIORITY(1)));
    for (unsigned i = 0; i < 2; i++) {
        REQUIRE_EQUAL(kipc_channel_receive(&kernel, pid, user.ends[1], NULL, 0, &info, KIPC_FOREVER), 0, "length");
        REQUIRE_EQUAL(kipc_thread_priority(&kernel, (uint32_t)thread_self()->id),
                      IPC_PRIORITY(PROGRAM_MAIN_PRIORITY + (i == 0 ? 0 : 1)), "priority of a server at work");
        if (i == 0) {
            start(&client_thread, call_urgently, PROGRAM_MAIN_PRIORITY + 1, client_stack);
            /* That call is queued, and nobody has received it. */
            REQUIRE_EQUAL(kipc_thread_priority(&kernel, (uint32_t)thread_self()->id),
                          IPC_PRIORITY(PROGRAM_MAIN_PRIORITY + 1), "priority with a more urgent call in the queue");
        }
        REQUIRE_EQUAL(SYS(CHANNEL_REPLY, info.header.request_id, 0, 0), KIPC_OK, "reply");
    }
    REQUIRE_EQUAL(kipc_thread_priority(&kernel, (uint32_t)thread_self()->id), IPC_PRIORITY(1), "priority afterwards");
    print("server back at its own priority\n");
}

static void inherit_from_callers(void)
{
    start(&server_thread, serve_slowly, 1, server_stack);
    REQUIRE_EQUAL(SYS(CHANNEL_CALL, user.ends[0], ADDRESS(message), 0, 0, KIPC_FOREVER), 0, "answer");
    thread_set_priority(0);
    thread_set_priority(PROGRAM_MAIN_PRIORITY);
    REQUIRE(server_thread.state == THREAD_FINISHED && client_thread.state == THREAD_FINISHED, "somebody still runs");
}

static void admit(kipc_pid_t caller)
{
    user_ranges[1] = (struct kipc_user_range){caller, true, (uintptr_t)&good.memory, sizeof(good.memory)};
}

/* Each number with good arguments; a thread in user mode never ends, so that comes last. */
static void do_everything(void)
{
    good_calls_run(&gate, &pool, admit, false);
    good_calls_run(&gate, &pool, admit, true);
}

static void open_memory(void)
{
    const struct kipc_memory_limits limits = kipc_memory_limits_soc();

    REQUIRE(kipc_memory_bytes(&limits) <= RECORDS_BYTES, "the records of shared memory need %lu bytes",
            kipc_memory_bytes(&limits));
    REQUIRE_OK(ipc_memory_open(&pool, pages, PAGES));
    REQUIRE_OK(kipc_memory_set_up(&kernel, &records, &pool.port, &limits, records_memory, RECORDS_BYTES));
}

static void open_kernel(void)
{
    static const uint8_t key[KIPC_CAPABILITY_KEY_BYTES] = "sixteen bytes..";
    struct kipc_limits limits = kipc_limits_soc();
    const struct kipc_process_config config = kipc_process_config_default();
    const struct kipc_user_memory memory = kipc_user_memory_of_ranges(&ranges);

    agents_open();
    agents_use_clock();
    limits.threads = IPC_THREADS_MAX;
    REQUIRE_OK(kipc_kernel_set_up(&kernel, &ipc_object_port, &ipc_scheduler, &limits, kernel_memory, KERNEL_BYTES));
    REQUIRE_OK(kipc_kernel_set_capability_key(&kernel, key));
    open_memory();
    partner_open_nodes(&kernel);
    REQUIRE_OK(kipc_process_register(&kernel, &config, &pid));
    user_ranges[0] = (struct kipc_user_range){pid, true, (uintptr_t)&user, sizeof(user)};
    REQUIRE_OK(kipc_gate_set_up(&gate, &kernel, &memory));
    ecall_open(&gate);
    REQUIRE_OK(ecall_attach(pid, IPC_PRIORITY(PROGRAM_MAIN_PRIORITY)));
}

void program_main(void)
{
    open_kernel();
    know_no_other_numbers();
    refuse_everything();
    use_locks();
    use_channels();
    refuse_foreign_memory();
    bring_every_code_back();
    inherit_from_callers();
    do_everything();
    print("numbers %u\n", (unsigned)KIPC_SYSCALL_COUNT);
    REQUIRE_EQUAL(SYS(PROCESS_EXIT, 0), KIPC_OK, "exit");
    REQUIRE_EQUAL(SYS(COUNTS, ADDRESS(counts)), KIPC_E_SRCH, "a call of a process that has ended");
    verdict_pass();
}
