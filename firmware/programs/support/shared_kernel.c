/* SPDX-License-Identifier: MIT */
#include "programs/support/shared_kernel.h"
#include "kernel/program.h"
#include "programs/support/verdict.h"
#include <kipc/handle.h>
#include <kipc/semaphore.h>

#define KERNEL_BYTES (512u * 1024)
#define REGIONS 64u
#define RECORDS_BYTES (64u * 1024)

struct kipc_kernel shared_kernel;
struct ipc_memory shared_memory;
kipc_pid_t shared_pids[AGENT_COUNT];

static struct kipc_memory records;
static uint8_t kernel_memory[KERNEL_BYTES] __attribute__((section(".noinit"), aligned(64)));
static uint8_t records_memory[RECORDS_BYTES] __attribute__((section(".noinit"), aligned(64)));
static uint8_t pages[SHARED_KERNEL_PAGES * IPC_PAGE_BYTES] __attribute__((section(".noinit"), aligned(IPC_PAGE_BYTES)));

/* Posted to let the second agent begin, and by it at its end; each agent's own handle. */
static kipc_handle_t begun[AGENT_COUNT], ended[AGENT_COUNT];
static void (*volatile task)(void);
static volatile bool is_over;

static void join(unsigned agent)
{
    agents_use_clock();
    REQUIRE_OK(ipc_scheduler_join(&agent_mailboxes[hart_id()]));
    REQUIRE_OK(kipc_thread_attach(&shared_kernel, shared_pids[agent], (uint32_t)thread_self()->id,
                                  IPC_PRIORITY(PROGRAM_MAIN_PRIORITY)));
}

static void make_semaphore(kipc_handle_t handles[AGENT_COUNT])
{
    REQUIRE_OK(kipc_semaphore_create(&shared_kernel, shared_pids[0], 0, 1, KIPC_WAIT_FIFO, &handles[0]));
    REQUIRE_OK(kipc_handle_duplicate(&shared_kernel, shared_pids[0], handles[0], shared_pids[1],
                                     KIPC_RIGHT_SEND | KIPC_RIGHT_RECEIVE, &handles[1]));
}

static void make_kernel(const struct kipc_port *port)
{
    struct kipc_limits limits = kipc_limits_soc();
    struct kipc_memory_limits memory_limits = kipc_memory_limits_soc();
    struct kipc_process_config config = kipc_process_config_default();
    const struct kipc_scheduler *scheduler = harness_harts() > 1 ? &ipc_shared_scheduler : &ipc_scheduler;

    limits.threads = IPC_THREADS_MAX;
    limits.tables[KIPC_TABLE_REGION] = REGIONS;
    memory_limits.frame_tables = REGIONS;
    REQUIRE(kipc_kernel_bytes(&limits) <= KERNEL_BYTES, "the kernel needs %lu bytes", kipc_kernel_bytes(&limits));
    REQUIRE(kipc_memory_bytes(&memory_limits) <= RECORDS_BYTES, "the records of shared memory need %lu bytes",
            kipc_memory_bytes(&memory_limits));
    REQUIRE_OK(ipc_memory_open(&shared_memory, pages, SHARED_KERNEL_PAGES));
    /* The wrong order first: it is refused, and spoils nothing. */
    REQUIRE(kipc_memory_set_up(&shared_kernel, &records, &shared_memory.port, &memory_limits, records_memory,
                               RECORDS_BYTES) == KIPC_E_STATE,
            "shared memory was set up before its kernel");
    REQUIRE_OK(kipc_kernel_set_up(&shared_kernel, port, scheduler, &limits, kernel_memory, KERNEL_BYTES));
    REQUIRE_OK(kipc_memory_set_up(&shared_kernel, &records, &shared_memory.port, &memory_limits, records_memory,
                                  RECORDS_BYTES));
    for (unsigned agent = 0; agent < AGENT_COUNT; agent++) {
        config.user = agent;
        REQUIRE_OK(kipc_process_register(&shared_kernel, &config, &shared_pids[agent]));
    }
    make_semaphore(begun);
    make_semaphore(ended);
}

static void second_role(void *argument)
{
    (void)argument;
    if (harness_harts() > 1) {
        join(1);
    } else {
        REQUIRE_OK(kipc_thread_attach(&shared_kernel, shared_pids[1], (uint32_t)thread_self()->id,
                                      IPC_PRIORITY(PROGRAM_MAIN_PRIORITY)));
    }
    agents_second_is_ready();
    while (!is_over) {
        REQUIRE_OK(kipc_semaphore_wait(&shared_kernel, shared_pids[1], begun[1], KIPC_FOREVER));
        task();
        REQUIRE_OK(kipc_semaphore_post(&shared_kernel, shared_pids[1], ended[1]));
    }
}

void shared_kernel_open(const struct kipc_port *port)
{
    agents_open();
    make_kernel(port);
    join(0);
    agents_release_second_hart();
    agents_start_second(second_role, PROGRAM_MAIN_PRIORITY);
    if (harness_harts() > 1) {
        agents_wait_for_second();
    }
}

void shared_kernel_second_hart(void)
{
    agents_second_hart(second_role, PROGRAM_MAIN_PRIORITY);
}

void shared_kernel_begin(void (*function)(void))
{
    task = function;
    REQUIRE_OK(kipc_semaphore_post(&shared_kernel, shared_pids[0], begun[0]));
}

void shared_kernel_await(void)
{
    REQUIRE_OK(kipc_semaphore_wait(&shared_kernel, shared_pids[0], ended[0], KIPC_FOREVER));
}

int shared_load(unsigned agent, uintptr_t address)
{
    uint8_t byte = 0;
    int result =
        ipc_memory_access(&shared_memory, &shared_kernel, shared_pids[agent], address, &byte, 1, KIPC_ACCESS_READ);

    return result == KIPC_OK ? byte : result;
}

int shared_store(unsigned agent, uintptr_t address, uint8_t byte)
{
    return ipc_memory_access(&shared_memory, &shared_kernel, shared_pids[agent], address, &byte, 1, KIPC_ACCESS_WRITE);
}

static void end(void)
{
    is_over = true;
}

void shared_kernel_close(void)
{
    struct kipc_counts counts;
    struct kipc_memory_counts memory;

    shared_kernel_begin(end);
    shared_kernel_await();
    REQUIRE_OK(kipc_process_exit(&shared_kernel, shared_pids[1]));
    REQUIRE_OK(kipc_process_exit(&shared_kernel, shared_pids[0]));
    REQUIRE_OK(kipc_counts(&shared_kernel, &counts));
    for (unsigned i = 0; i < KIPC_TABLE_COUNT; i++) {
        REQUIRE(counts.used[i] == 0, "table %u has %u entries in use at the end", i, counts.used[i]);
    }
    REQUIRE_EQUAL(counts.blocks_used + counts.blocks_reserved, 0, "blocks in use at the end");
    REQUIRE_OK(kipc_memory_counts(&shared_kernel, &memory));
    REQUIRE_EQUAL(memory.pages_used + memory.mappings_used + memory.pages_mapped + memory.frame_tables_used, 0,
                  "pages, mappings and tables in use at the end");
    REQUIRE_EQUAL(shared_memory.taken, 0, "pages of the pool that are taken at the end");
    REQUIRE_OK(kipc_memory_tear_down(&shared_kernel));
    REQUIRE_OK(kipc_kernel_tear_down(&shared_kernel));
}
