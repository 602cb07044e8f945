/* SPDX-License-Identifier: MIT */
#include "programs/support/calls/good_calls.h"
#include "kernel/clock.h"
#include "kernel/ecall.h"
#include "kernel/ipc_port.h"
#include "kernel/ipc_scheduler.h"
#include "kernel/program.h"
#include "programs/support/verdict.h"
#include "soc/csr.h"
#include "soc/trap.h"
#include <kipc/semaphore.h>

#define STACK_BYTES 8192
/* More than all calls of a process take, in ticks. */
#define TICKS_MAX 100000u
#define CAUSE_ILLEGAL_INSTRUCTION 2

struct good_calls good;

static THREAD_STACK(caller_stack, STACK_BYTES);
static THREAD_STACK(user_stack, STACK_BYTES);
static THREAD_STACK(partner_stack, STACK_BYTES);
static struct thread caller_threads[2], partner_threads[2]; /* a thread's storage is the kernel's for ever */

void good_call(uintptr_t number, const uintptr_t *arguments, intptr_t expected, int line)
{
    if (good.wrong != NULL) {
        return;
    }
    good.number = number;
    intptr_t result =
        ecall(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5], arguments[6], number);
    if (result >= 0) {
        good.good[number - KIPC_SYSCALL_FIRST]++;
    }
    good_expect((uint64_t)result, (uint64_t)expected, kipc_syscall_name(number), line);
}

void good_expect(uint64_t actual, uint64_t expected, const char *what, int line)
{
    if (good.wrong == NULL && actual != expected) {
        good.wrong = what;
        good.line = line;
        good.actual = actual;
        good.expected = expected;
    }
}

void good_expect_text(const void *actual, const char *expected, size_t bytes, const char *what, int line)
{
    /* After something went wrong an address that a call should have handed out leads anywhere. */
    for (size_t i = 0; good.wrong == NULL && i < bytes; i++) {
        good_expect(((const uint8_t *)actual)[i], (uint8_t)expected[i], what, line);
    }
}

void good_ask(enum partner_task task)
{
    partner.task = task;
    DO(KIPC_OK, SEMAPHORE_POST, good.go);
}

kipc_handle_t good_give(kipc_handle_t handle)
{
    DO(KIPC_OK, HANDLE_DUPLICATE, handle, partner.pid, KIPC_RIGHTS, AT(other));
    return good.memory.other;
}

void good_message(unsigned place, const char *text, size_t bytes)
{
    good.memory.messages[place] = (struct kipc_channel_message){
        .type = KIPC_MESSAGE_DATA, .length = (uint32_t)bytes, .data = good.memory.text + (size_t)place * 32};
    for (size_t i = 0; i < bytes; i++) {
        good.memory.text[(size_t)place * 32 + i] = text[i];
    }
}

/* A trap in user mode, and nothing in machine mode. A function of its own: that is what the trap returns from. */
__attribute__((noinline)) static void read_machine_register(void)
{
    (void)CSR_READ(mstatus);
}

static void check_mode(bool in_user_mode)
{
    read_machine_register();
    good_ask(PARTNER_COUNT_TRAPS);
    EXPECT(partner.result, in_user_mode, "number of traps by reading a register of the machine");
}

/* With arguments that are none, each call but the exit is refused in this mode, too. */
static void make_bad_calls(void)
{
    for (uintptr_t number = KIPC_SYSCALL_FIRST; number < KIPC_SYSCALL_FIRST + KIPC_SYSCALL_COUNT; number++) {
        const uintptr_t ones = UINTPTR_MAX;
        if (number != KIPC_SYSCALL_PROCESS_EXIT) {
            good.number = number;
            good_expect(ecall(ones, ones, ones, ones, ones, ones, ones, number) < 0, true, kipc_syscall_name(number),
                        __LINE__);
        }
    }
}

static void make_calls(void *argument)
{
    check_mode(argument != NULL);
    make_bad_calls();
    good_handle_calls();
    good_sync_calls();
    good_channel_calls();
    good_stream_calls();
    good_region_calls();
    good_last_calls();
    const char *wrong = good.wrong;
    good.wrong = NULL; /* this call is made whatever went wrong before */
    DO(KIPC_OK, PROCESS_EXIT, 0);
    good.wrong = wrong != NULL ? wrong : good.wrong;
    good.has_ended = true;
    while (argument != NULL) { /* in user mode there is nothing to return to */
    }
}

static void start_caller(void *argument)
{
    good.thread = (uint32_t)thread_self()->id;
    REQUIRE_OK(ecall_attach(good.pid, IPC_PRIORITY(PROGRAM_MAIN_PRIORITY - 2)));
    trap_expect(CAUSE_ILLEGAL_INSTRUCTION);
    if (argument != NULL) {
        ecall_enter_user(make_calls, argument);
    }
    make_calls(NULL);
}

static void start(struct thread *thread, thread_entry_function *entry, void *argument, int priority, void *stack)
{
    const struct thread_description description = {.name = "calls",
                                                   .entry = entry,
                                                   .argument = argument,
                                                   .priority = priority,
                                                   .stack = stack,
                                                   .stack_bytes = STACK_BYTES};

    REQUIRE_OK(thread_create(thread, &description));
}

static void make_processes(struct kipc_kernel *kernel, struct ipc_memory *memory)
{
    struct kipc_process_config config = kipc_process_config_default();

    good = (struct good_calls){.begun = clock_ticks()};
    partner = (struct partner){.kernel = kernel, .memory = memory};
    REQUIRE_OK(kipc_process_register(kernel, &config, &partner.pid));
    config.limits[KIPC_QUOTA_HANDLES] = GOOD_HANDLES_MAX;
    REQUIRE_OK(kipc_process_register(kernel, &config, &good.pid));
    REQUIRE_OK(kipc_semaphore_create(kernel, good.pid, 0, 1, KIPC_WAIT_FIFO, &good.go));
    REQUIRE_OK(kipc_handle_duplicate(kernel, good.pid, good.go, partner.pid, KIPC_RIGHTS, &partner.go));
}

/* Nothing of what the process had is left; the other one ended before. */
static void check_nothing_is_left(struct kipc_kernel *kernel, const struct kipc_counts *before)
{
    struct kipc_counts after;

    REQUIRE_OK(kipc_counts(kernel, &after));
    for (unsigned i = 0; i < KIPC_TABLE_COUNT; i++) {
        REQUIRE(after.used[i] == before->used[i], "table %u has %u entries in use after the exit, and had %u", i,
                after.used[i], before->used[i]);
    }
    REQUIRE_EQUAL(after.blocks_used, before->blocks_used, "blocks in use after the exit");
    REQUIRE_EQUAL(partner.memory->taken, 0, "pages in use after the exit");
}

static void check_each_number(const char *mode)
{
    unsigned numbers = 0, calls = 0;

    for (unsigned i = 0; i < KIPC_SYSCALL_COUNT; i++) {
        REQUIRE(good.good[i] != 0, "no good call of %s: add one to programs/support/calls",
                kipc_syscall_name(KIPC_SYSCALL_FIRST + i));
        numbers++;
        calls += good.good[i];
    }
    print("good calls in %s mode: numbers %u, calls %u\n", mode, numbers, calls);
}

void good_calls_run(struct kipc_gate *gate, struct ipc_memory *memory, void (*admit)(kipc_pid_t pid), bool in_user_mode)
{
    struct kipc_counts before;

    REQUIRE_OK(kipc_counts(gate->kernel, &before));
    make_processes(gate->kernel, memory);
    admit(good.pid);
    start(&partner_threads[in_user_mode], partner_run, NULL, PROGRAM_MAIN_PRIORITY - 1, partner_stack);
    start(&caller_threads[in_user_mode], start_caller, in_user_mode ? &good : NULL, PROGRAM_MAIN_PRIORITY - 2,
          in_user_mode ? user_stack : caller_stack);
    while (!good.has_ended && clock_ticks() - good.begun < TICKS_MAX) {
        thread_sleep_until(clock_ticks() + 10);
    }
    const char *mode = in_user_mode ? "user" : "machine";
    REQUIRE(good.wrong == NULL, "%s, called in %s mode, is 0x%lx, expected 0x%lx (line %d)", good.wrong, mode,
            good.actual, good.expected, good.line);
    REQUIRE(good.has_ended, "%s, called in %s mode, does not return", kipc_syscall_name(good.number), mode);
    check_nothing_is_left(gate->kernel, &before);
    check_each_number(mode);
}
