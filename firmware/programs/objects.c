/* SPDX-License-Identifier: MIT */
/*
 * Kernel objects on this kernel: one case of kernel_ipc's suite of waits, the one that the host's mock scheduler runs
 * too. With two harts half of the suite's threads are the second one's, and all share one kernel.
 * Parameters: case (0), the number of the case; rounds (40), handovers between two threads.
 */
#include "kernel/clock.h"
#include "kernel/ipc_memory.h"
#include "kernel/ipc_scheduler.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/verdict.h"
#include <blocking_suite.h>

const char program_name[] = "objects";

#define STACK_BYTES 8192
#define KERNEL_BYTES (512u * 1024)
#define RECORDS_BYTES (64u * 1024)
/* Looks at the threads, a tick apart: far more than the longest case takes. */
#define LOOKS_MAX 20000u

/* A thread of the suite, which runs one function after the other. */
struct worker {
    struct thread thread;
    volatile uint32_t id; /* 0: not there yet */
    void (*run)(void *argument);
    void *argument;
    volatile uint32_t begun, ended; /* functions; the first is written by the suite, the second by the worker */
};

static struct worker workers[SUITE_THREADS + 1];
static THREAD_STACK(stacks[SUITE_THREADS + 1], STACK_BYTES);
static uint8_t kernel_memory[KERNEL_BYTES] __attribute__((section(".noinit"), aligned(64)));
static uint8_t records[RECORDS_BYTES] __attribute__((section(".noinit"), aligned(64)));
static uint8_t pages[SUITE_PAGES * IPC_PAGE_BYTES] __attribute__((section(".noinit"), aligned(IPC_PAGE_BYTES)));
static struct ipc_memory memory;
static struct kipc_kernel kernel;
static struct suite suite;

static void work(void *argument)
{
    struct worker *self = argument;

    for (;;) {
        while (self->begun == self->ended) {
            (void)thread_block(THREAD_FOREVER);
        }
        /* The function is read after the count that announces it; partner: the fence in `start`. */
        __asm__ volatile("fence r, rw" : : : "memory");
        self->run(self->argument);
        __asm__ volatile("fence rw, w" : : : "memory");
        self->ended = self->ended + 1;
    }
}

static bool is_here(unsigned number)
{
    return harness_harts() == 1 || number % 2 == hart_id();
}

static void create_workers(void)
{
    for (unsigned number = 1; number <= SUITE_THREADS; number++) {
        const struct thread_description description = {
            .name = "worker",
            .entry = work,
            .argument = &workers[number],
            .priority = PROGRAM_MAIN_PRIORITY,
            .stack = stacks[number],
            .stack_bytes = STACK_BYTES,
        };
        if (is_here(number)) {
            REQUIRE_OK(thread_create(&workers[number].thread, &description));
            workers[number].id = (uint32_t)workers[number].thread.id;
        }
    }
}

static uint32_t thread_id(void *context, uint32_t number)
{
    (void)context;
    return number == 0 ? (uint32_t)thread_self()->id : workers[number].id;
}

static void start(void *context, uint32_t number, void (*run)(void *argument), void *argument)
{
    struct worker *worker = &workers[number];

    (void)context;
    REQUIRE_EQUAL(worker->begun, worker->ended, "functions of a worker that have ended");
    worker->run = run;
    worker->argument = argument;
    __asm__ volatile("fence rw, w" : : : "memory");
    worker->begun = worker->begun + 1;
    ipc_scheduler_wake(NULL, worker->id);
}

static bool is_over(const struct worker *worker, bool may_wait)
{
    bool waits = *(volatile enum kipc_thread_state *)&kernel.threads[worker->id].state == KIPC_THREAD_WAITING;

    return worker->begun == worker->ended || (may_wait && waits);
}

static void await_all(bool may_wait)
{
    for (unsigned looks = 0; looks < LOOKS_MAX; looks++) {
        bool all = true;
        for (unsigned number = 1; number <= SUITE_THREADS; number++) {
            all = all && is_over(&workers[number], may_wait);
        }
        if (all) {
            __asm__ volatile("fence r, rw" : : : "memory");
            return;
        }
        thread_sleep_until(clock_ticks() + 1);
    }
    verdict_fail("the suite's threads %s after %u looks", may_wait ? "neither end nor wait" : "do not end", LOOKS_MAX);
}

static void settle(void *context)
{
    (void)context;
    await_all(true);
}

static void join(void *context)
{
    (void)context;
    await_all(false);
}

static void fail(void *context, const char *file, int line, const char *what, int64_t actual, int64_t expected)
{
    (void)context;
    verdict_fail("%s:%d: %s is %ld, expected %ld", file, line, what, actual, expected);
}

static void share_objects(void)
{
    agents_use_clock();
    REQUIRE_OK(ipc_scheduler_join(&agent_mailboxes[hart_id()]));
    create_workers();
}

static void second_agent(void *argument)
{
    (void)argument;
    share_objects();
    agents_second_is_ready();
}

void program_second_hart(void)
{
    agents_second_hart(second_agent, PROGRAM_MAIN_PRIORITY);
}

void program_main(void)
{
    struct kipc_limits limits = suite_limits();
    struct kipc_memory_limits memory_limits = kipc_memory_limits_soc();
    uint64_t number = harness_parameter("case", 0);
    const struct suite_runner runner = {
        .port = &ipc_object_port,
        .scheduler = harness_harts() > 1 ? &ipc_shared_scheduler : &ipc_scheduler,
        .memory = kernel_memory,
        .bytes = kipc_kernel_bytes(&limits),
        .memory_port = &memory.port,
        .records = records,
        .record_bytes = kipc_memory_bytes(&memory_limits),
        .rounds = (uint32_t)harness_parameter("rounds", 40),
        .thread_id = thread_id,
        .start = start,
        .settle = settle,
        .join = join,
        .fail = fail,
    };

    REQUIRE(number < suite_case_count, "parameter case is %lu, there are cases 0 to %u", number, suite_case_count - 1);
    REQUIRE(runner.bytes <= sizeof(kernel_memory), "the kernel needs %lu bytes, there are %lu", runner.bytes,
            sizeof(kernel_memory));
    REQUIRE(runner.record_bytes <= sizeof(records), "shared memory needs %lu bytes, there are %lu", runner.record_bytes,
            sizeof(records));
    REQUIRE_OK(ipc_memory_open(&memory, pages, SUITE_PAGES));
    REQUIRE(runner.rounds >= 2 && limits.threads >= IPC_THREADS_MAX, "too few rounds, or threads in the limits");
    agents_open();
    share_objects();
    agents_release_second_hart();
    if (harness_harts() > 1) {
        agents_wait_for_second();
    }
    print("case %s\n", suite_cases[number].name);
    harness_phase_begin("case");
    suite_run(&suite, &kernel, &runner, &suite_cases[number]);
    harness_phase_end("case");
    REQUIRE_EQUAL(memory.taken, 0, "pages that are taken at the end");
    verdict_pass();
}
