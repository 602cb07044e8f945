/* SPDX-License-Identifier: MIT */
/* In FIRMWARE_WORD_SOURCES: nothing here touches the registers that hold words. */
#include "kernel/ecall.h"
#include "kernel/ecall_frame.h"
#include "kernel/scheduler.h"
#include "soc/csr.h"
#include "soc/panic.h"
#include "soc/trap.h"

_Static_assert(KIPC_SYSCALL_CALL_WORDS >> 8 == ECALL_WORDS_PAGE && KIPC_WORDS_END >> 8 == ECALL_WORDS_PAGE,
               "ecall.S tells them by their page");
_Static_assert(offsetof(struct ecall_words, words) == 24, "ecall_words stores a3 there");

/* What the serving of a call with words returns in a0 and a1. */
struct results {
    intptr_t result;
    uintptr_t request_id;
};

void ecall_entry(void);
intptr_t ecall_serve(uintptr_t number, const uintptr_t *arguments, uint64_t mstatus);
struct results ecall_serve_words(uintptr_t a0, uintptr_t a1, uintptr_t a2, uintptr_t number);

static struct kipc_gate *gates[SOC_HART_COUNT_MAX];

void ecall_open(struct kipc_gate *gate)
{
    gates[hart_id()] = gate;
    trap_serve_ecalls(ecall_entry);
}

int ecall_attach(kipc_pid_t pid, uint8_t priority)
{
    struct thread *self = scheduler_self()->current;
    int result = kipc_thread_attach(gates[hart_id()]->kernel, pid, (uint32_t)self->id, priority);

    if (result == KIPC_OK) {
        self->process = pid;
    }
    return result;
}

/* Called by ecall.S, interrupts disabled. A call may be long, so they are enabled if they were for the caller. */
intptr_t ecall_serve(uintptr_t number, const uintptr_t *arguments, uint64_t mstatus)
{
    if ((mstatus & CSR_MSTATUS_MPIE) != 0) {
        interrupts_enable();
    }
    intptr_t result = kipc_syscall(gates[hart_id()], scheduler_self()->current->process, number, arguments);
    (void)interrupts_disable();
    return result;
}

/*
 * Called by ecall.S, interrupts disabled, and they stay so: an interrupt would store the words. Whoever was woken
 * meanwhile and is more urgent runs before the call ends.
 */
struct results ecall_serve_words(uintptr_t a0, uintptr_t a1, uintptr_t a2, uintptr_t number)
{
    uintptr_t registers[KIPC_WORDS_REGISTERS] = {a0, a1, a2};
    struct results results;

    results.result = kipc_syscall_words(gates[hart_id()], scheduler_self()->current->process, number, registers);
    results.request_id = registers[1];
    scheduler_preempt(scheduler_self());
    return results;
}
