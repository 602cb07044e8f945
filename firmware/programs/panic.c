/* SPDX-License-Identifier: MIT */
/*
 * Does what must end in a panic. A harness that calls this run a pass is broken.
 * Parameter: kind: 0 load from an address where nothing is (default), 1 illegal instruction, 2 a trap on a stack that
 * has run over, 3 panic by software, 4 unlock of a mutex that is not owned, 5 a thread that wrote below its stack.
 */
#include "soc/panic.h"
#include "kernel/mutex.h"
#include "kernel/program.h"
#include "programs/support/verdict.h"

const char program_name[] = "panic";

static struct mutex mutex;

/*
 * Calls itself until the stack has less left than a trap needs, then traps. It stops there because a real overflow
 * goes on to destroy what would report it; the check at each trap is there to catch it before.
 */
__attribute__((noinline)) static uint64_t overflow(uint64_t level)
{
    volatile uint64_t use[16];

    use[level % 16] = level;
    if ((uintptr_t)use < (uintptr_t)thread_self()->stack + HART_STACK_RESERVE / 2) {
        __asm__ volatile("ebreak");
    }
    return level == 100000 ? use[0] : overflow(level + 1) + use[level % 16];
}

static THREAD_STACK(writer_stack, 4096);
static struct thread writer_thread;

/* Finds its damage at its next switch, when it ends. */
static void write_below_stack(void *argument)
{
    (void)argument;
    writer_stack[0] = 0;
}

static void damage_canary(void)
{
    const struct thread_description description = {
        .name = "writer",
        .entry = write_below_stack,
        .priority = PROGRAM_MAIN_PRIORITY + 1,
        .stack = writer_stack,
        .stack_bytes = sizeof(writer_stack),
    };

    REQUIRE_OK(thread_create(&writer_thread, &description));
}

void program_main(void)
{
    uint64_t kind = harness_parameter("kind", 0);

    print("panic: kind %lu\n", kind);
    switch (kind) {
    case 0:
        (void)mmio_read32(SOC_NOTHING_BASE);
        break;
    case 1:
        /* All zeros is defined to be illegal (unprivileged specification, section 1.5). */
        __asm__ volatile(".half 0");
        break;
    case 2:
        print("%lu\n", overflow(0));
        break;
    case 3:
        panic("as asked for");
    case 4:
        mutex_unlock(&mutex);
        break;
    case 5:
        damage_canary();
        break;
    default:
        verdict_fail("parameter kind must be 0 to 5");
    }
    /* The harness expects a failure with another code than this one. */
    verdict_fail("still running after kind %lu", kind);
}
