/* SPDX-License-Identifier: MIT */
/* From the boot stack to threads: each hart gets its scheduler and one first thread, which runs the program. */
#include "kernel/program.h"
#include "kernel/scheduler.h"
#include "soc/csr.h"
#include "soc/panic.h"
#include "soc/plic.h"

#define MAIN_STACK_BYTES 16384

static THREAD_STACK(main_stacks[SOC_HART_COUNT_MAX], MAIN_STACK_BYTES);
static struct thread main_threads[SOC_HART_COUNT_MAX];

__attribute__((weak)) void program_second_hart(void) {}

static void first_hart(void *argument)
{
    (void)argument;
    program_main();
    panic("program_main returned without a verdict");
}

static void second_hart(void *argument)
{
    (void)argument;
    program_second_hart();
}

_Noreturn void hart_main(unsigned hart)
{
    struct thread_description description = {
        .name = "main",
        .entry = hart == 0 ? first_hart : second_hart,
        .priority = PROGRAM_MAIN_PRIORITY,
        .stack = main_stacks[hart],
        .stack_bytes = MAIN_STACK_BYTES,
    };

    scheduler_start_hart();
    plic_start_hart();
    if (thread_create(&main_threads[hart], &description) != 0) {
        panic("the main thread's description breaks a rule of thread.h");
    }
    scheduler_idle();
}
