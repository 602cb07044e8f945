/* SPDX-License-Identifier: MIT */
#include "programs/support/budget_objects.h"
#include "kernel/ipc_scheduler.h"
#include "kernel/program.h"
#include "programs/support/verdict.h"
#include "soc/mark.h"

#define KERNEL_BYTES (8u * 1024 * 1024)
#define REGISTRY_BYTES (256u * 1024)
#define CHANNELS 2200u
#define NAMES 1100u
#define STACK_BYTES 8192
#define NAME_BYTES sizeof("channel.0000")

struct kipc_kernel budget_kernel;
kipc_pid_t budget_pid;
kipc_handle_t budget_client;
kipc_handle_t budget_named;
struct kipc_name budget_name;
struct kipc_registry budget_registry;
struct kipc_registry_reader *budget_reader;

static uint8_t kernel_memory[KERNEL_BYTES] __attribute__((section(".noinit"), aligned(64)));
static uint8_t registry_memory[REGISTRY_BYTES] __attribute__((section(".noinit"), aligned(64)));
static THREAD_STACK(server_stack, STACK_BYTES);
static THREAD_STACK(other_stack, STACK_BYTES);
static struct thread server_thread, other_thread;
static kipc_handle_t server_end;
static void (*other_run)(void);
static unsigned filled;

/* The clock of this kernel: a device's would be accessed between the marks. */
static uint64_t no_clock(void *context)
{
    (void)context;
    return 1;
}

static struct kipc_port_ops port_ops;
static const struct kipc_port port = {.ops = &port_ops};

static void start(struct thread *thread, const char *name, thread_entry_function *entry, int priority, void *stack)
{
    const struct thread_description description = {
        .name = name, .entry = entry, .priority = priority, .stack = stack, .stack_bytes = STACK_BYTES};

    REQUIRE_OK(thread_create(thread, &description));
}

/* As urgent as its clients, so that a call may switch straight to it. */
static void serve(void *argument)
{
    struct kipc_channel_info info;
    uint64_t words[4];

    (void)argument;
    REQUIRE_OK(kipc_thread_attach(&budget_kernel, budget_pid, (uint32_t)thread_self()->id,
                                  IPC_PRIORITY(PROGRAM_MAIN_PRIORITY)));
    for (;;) {
        int length =
            kipc_channel_receive(&budget_kernel, budget_pid, server_end, words, sizeof(words), &info, KIPC_FOREVER);
        BELFRY_MARK("budget.end.call_request", 0, 0);
        REQUIRE_EQUAL(length, sizeof(words), "length of a request");
        words[0]++;
        BELFRY_MARK("budget.begin.call_reply", 0, 0);
        REQUIRE_OK(kipc_channel_reply(&budget_kernel, budget_pid, info.header.request_id, words, sizeof(words)));
    }
}

static void wait_and_run(void *argument)
{
    (void)argument;
    for (;;) {
        (void)thread_block(THREAD_FOREVER);
        other_run();
    }
}

void budget_other_runs_once(void)
{
    thread_wake(&other_thread);
}

static void set_up_kernel(void)
{
    struct kipc_limits limits = kipc_limits_soc();
    struct kipc_process_config config = kipc_process_config_default();

    port_ops = *ipc_object_port.ops;
    port_ops.ticks = no_clock;
    limits.threads = IPC_THREADS_MAX;
    limits.tables[KIPC_TABLE_CHANNEL] = CHANNELS;
    limits.tables[KIPC_TABLE_HANDLE] = CHANNELS + 100;
    limits.blocks = 3 * CHANNELS;
    limits.names = NAMES;
    REQUIRE(kipc_kernel_bytes(&limits) <= KERNEL_BYTES, "the kernel needs %lu bytes", kipc_kernel_bytes(&limits));
    REQUIRE_OK(kipc_kernel_set_up(&budget_kernel, &port, &ipc_scheduler, &limits, kernel_memory, KERNEL_BYTES));
    REQUIRE_OK(kipc_process_register(&budget_kernel, &config, &budget_pid));
    REQUIRE_OK(kipc_thread_attach(&budget_kernel, budget_pid, (uint32_t)thread_self()->id,
                                  IPC_PRIORITY(PROGRAM_MAIN_PRIORITY)));
}

int budget_channel(kipc_handle_t ends[2])
{
    struct kipc_channel_config config = kipc_channel_config_default();

    config.capacity = 1;
    config.buffer_bytes = KIPC_CFG_CH_BYTES_MIN;
    return kipc_channel_create(&budget_kernel, budget_pid, &config, ends);
}

static void set_up_names(void)
{
    kipc_handle_t ends[2];

    REQUIRE_OK(kipc_registry_set_up(&budget_registry, registry_memory, REGISTRY_BYTES, NAMES, 2));
    budget_reader = kipc_registry_place(&budget_registry, 0);
    REQUIRE(budget_reader != NULL, "the registry has no place for a reader");
    REQUIRE_OK(budget_channel(ends));
    budget_named = ends[0];
    REQUIRE_OK(kipc_object_set_name(&budget_kernel, budget_pid, budget_named, "measured", KIPC_RIGHT_SEND));
    REQUIRE_OK(kipc_name_set_up(&budget_name, "measured", KIPC_TABLE_CHANNEL));
    REQUIRE_OK(kipc_registry_add(&budget_registry, &budget_name, 1));
    filled = 1;
}

/* "channel.0007" */
static void write_name(char text[NAME_BYTES], unsigned number)
{
    static const char form[NAME_BYTES] = "channel.0000";

    for (unsigned i = 0; i < NAME_BYTES; i++) {
        text[i] = form[i];
    }
    for (unsigned digit = 0; digit < 4; digit++, number /= 10) {
        text[NAME_BYTES - 2 - digit] = (char)('0' + number % 10);
    }
}

void budget_name_of(unsigned number, struct kipc_name *name)
{
    char text[NAME_BYTES];

    write_name(text, number);
    REQUIRE_OK(kipc_name_set_up(name, text, KIPC_TABLE_CHANNEL));
}

void budget_fill(unsigned count)
{
    for (; filled < count; filled++) {
        char text[NAME_BYTES];
        kipc_handle_t ends[2];
        struct kipc_name name;
        write_name(text, filled);
        REQUIRE_OK(budget_channel(ends));
        REQUIRE_OK(kipc_object_set_name(&budget_kernel, budget_pid, ends[0], text, KIPC_RIGHT_SEND));
        REQUIRE_OK(kipc_name_set_up(&name, text, KIPC_TABLE_CHANNEL));
        REQUIRE_OK(kipc_registry_add(&budget_registry, &name, filled + 1));
    }
}

void budget_open(void (*run)(void))
{
    struct kipc_channel_config config = kipc_channel_config_default();
    kipc_handle_t ends[2];

    other_run = run;
    set_up_kernel();
    REQUIRE_OK(kipc_channel_create(&budget_kernel, budget_pid, &config, ends));
    budget_client = ends[0];
    server_end = ends[1];
    set_up_names();
    start(&server_thread, "server", serve, PROGRAM_MAIN_PRIORITY, server_stack);
    start(&other_thread, "other", wait_and_run, PROGRAM_MAIN_PRIORITY - 1, other_stack);
    /* Both get to their first wait: the server as an equal, the other one as soon as nobody else is ready. */
    thread_yield();
    REQUIRE(server_thread.state == THREAD_BLOCKED, "the server does not wait");
}
