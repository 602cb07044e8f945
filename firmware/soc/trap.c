/* SPDX-License-Identifier: MIT */
#include "soc/trap.h"
#include "soc/csr.h"
#include "soc/hart.h"
#include "soc/panic.h"
#include "soc/plic.h"
#include <stdbool.h>

struct expectation {
    bool active;
    uint64_t cause;
    unsigned count;
};

extern void (*trap_ecall_entry)(void);

static struct expectation expectations[SOC_HART_COUNT_MAX];

/* Read by trap.S. */
void (*trap_ecall_entry)(void);

void trap_serve_ecalls(void (*entry)(void))
{
    trap_ecall_entry = entry;
}

void trap_expect(uint64_t cause)
{
    struct expectation *expectation = &expectations[hart_id()];

    expectation->cause = cause;
    expectation->count = 0;
    expectation->active = true;
}

unsigned trap_expected_count(void)
{
    struct expectation *expectation = &expectations[hart_id()];

    expectation->active = false;
    return expectation->count;
}

void trap_handle(struct trap_frame *frame, uint64_t cause)
{
    struct hart *self = hart_self();

    if (cause == (CSR_MCAUSE_INTERRUPT | CSR_INTERRUPT_EXTERNAL)) {
        self->in_interrupt = 1;
        self->interrupts++;
        plic_handle_interrupt(self);
        self->in_interrupt = 0;
        if (self->interrupt_exit != NULL) {
            self->interrupt_exit();
        }
        return;
    }
    struct expectation *expectation = &expectations[self->id];
    if (expectation->active && cause == expectation->cause) {
        expectation->count++;
        /* The instruction is not looked at and stepped over: it may be where no load may go. */
        frame->mepc = frame->x[1];
        return;
    }
    panic_trap(frame, cause);
}
