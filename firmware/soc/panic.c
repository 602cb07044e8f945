/* SPDX-License-Identifier: MIT */
#include "soc/panic.h"
#include "soc/csr.h"
#include "soc/harness_page.h"
#include "soc/hart.h"
#include "soc/print.h"

/* Exception codes: privileged specification 1.12, table 3.6. */
static const char *const cause_names[] = {
    "instruction address misaligned",
    "instruction access fault",
    "illegal instruction",
    "breakpoint",
    "load address misaligned",
    "load access fault",
    "store address misaligned",
    "store access fault",
    "environment call from U-mode",
    "environment call from S-mode",
    "reserved",
    "environment call from M-mode",
    "instruction page fault",
    "load page fault",
    "reserved",
    "store page fault",
};

static const char *const register_names[32] = {
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
    "a6",   "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

static unsigned panics[SOC_HART_COUNT_MAX];

/* A panic inside of a panic prints nothing more: printing may be what fails. */
static void enter(void)
{
    (void)interrupts_disable();
    if (panics[hart_id()]++ != 0) {
        harness_exit(PANIC_NESTED);
    }
}

static const char *cause_name(uint64_t cause)
{
    if ((cause & CSR_MCAUSE_INTERRUPT) != 0) {
        return "unexpected interrupt";
    }
    return cause < sizeof(cause_names) / sizeof(cause_names[0]) ? cause_names[cause] : "unknown cause";
}

static void print_registers(const struct trap_frame *frame)
{
    for (unsigned i = 1; i < 32; i++) {
        print("  %-4s %016lx%s", register_names[i], frame->x[i], i % 4 == 3 ? "\n" : "");
    }
}

static void print_trap(const struct trap_frame *frame, uint64_t cause, const char *remark)
{
    print("PANIC hart %u: %s%s\n", hart_id(), cause_name(cause), remark);
    print("  mcause %lx  mepc %016lx  mtval %016lx  mstatus %lx  in interrupt %u\n", cause, frame->mepc,
          CSR_READ(mtval), frame->mstatus, hart_self()->in_interrupt);
    print_registers(frame);
}

_Noreturn void panic_trap(const struct trap_frame *frame, uint64_t cause)
{
    enter();
    print_trap(frame, cause, "");
    harness_exit(((cause & CSR_MCAUSE_INTERRUPT) != 0 ? PANIC_INTERRUPT : PANIC_EXCEPTION) + (cause & 0x1f));
}

_Noreturn void panic_stack_broken(const struct trap_frame *frame, uint64_t cause)
{
    enter();
    print_trap(frame, cause, ", with a stack pointer outside of the thread's stack (overflow?)");
    harness_exit(PANIC_STACK);
}

_Noreturn void panic(const char *format, ...)
{
    va_list arguments;

    enter();
    print("PANIC hart %u, called from %p: ", hart_id(), __builtin_return_address(0));
    va_start(arguments, format);
    print_v(format, arguments);
    va_end(arguments);
    print("\n");
    harness_exit(PANIC_SOFTWARE);
}
