/* SPDX-License-Identifier: MIT */
/*
 * The PLIC from outside: drives its inputs over qtest, and keeps a shadow of how software configured it, from the
 * stores that the plugin sees, to know which harts a wire can wake. Register offsets: RISC-V PLIC Specification 1.0.
 */
#include "control_socket.h"
#include "plugin.h"
#include "registers.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SOURCE_BASE = 48, /* PLIC source of interrupt wire 0: free on QEMU's virt machine */
    SOURCES = 96,
    CONTEXTS = 2 * COSIM_HARTS_MAX, /* machine and supervisor mode of each hart */
    ENABLE_OFFSET = 0x2000,
    ENABLE_STRIDE = 0x80,
    CONTEXT_OFFSET = 0x200000,
    CONTEXT_STRIDE = 0x1000,
};

static const uint64_t MSTATUS_MIE = 1u << 3, MEIE = 1u << 11;

static char plic_path[192];
static uint32_t priority[SOURCES], enable[CONTEXTS][SOURCES / 32], threshold[CONTEXTS];
static uint64_t enabled_when_idle[COSIM_HARTS_MAX]; /* mie, as the hart went to sleep */
static uint64_t excused[COSIM_HARTS_MAX];           /* an instruction that had started before the interrupt came */

void controller_set_interrupt(void *context, unsigned wire, bool level)
{
    char command[256];

    (void)context;
    if (plic_path[0] == 0 && !qmp_find_plic(plugin.configuration.qmp, plic_path, sizeof plic_path)) {
        _exit(STATUS_SETUP);
    }
    snprintf(command, sizeof command, "set_irq_in %s unnamed-gpio-in %u %d\n", plic_path, SOURCE_BASE + wire, level);
    qtest_command(command, NULL, 0);
}

/** @return true if context `context` takes `source` */
static bool routed(unsigned context, unsigned source)
{
    return ((enable[context][source / 32] >> (source % 32)) & 1) != 0 && priority[source] > threshold[context];
}

uint64_t controller_woken_by(void *context, unsigned wire)
{
    unsigned source = SOURCE_BASE + wire;
    uint64_t harts = 0;

    (void)context;
    for (unsigned hart = 0; hart < plugin.configuration.harts; hart++) {
        struct cosim_hart_state state = cosim_engine_hart(plugin.engine, hart);
        bool listens = !state.waiting || (enabled_when_idle[hart] & MEIE) != 0;
        if (listens && (routed(2 * hart, source) || routed(2 * hart + 1, source))) {
            harts |= UINT64_C(1) << hart;
        }
    }
    return harts;
}

bool controller_interrupt_pending(void *context, unsigned hart)
{
    (void)context;
    enabled_when_idle[hart] = register_read(REGISTER_MIE);
    return (register_read(REGISTER_MIP) & enabled_when_idle[hart]) != 0;
}

void controller_store(unsigned hart, uint64_t offset, uint64_t value)
{
    uint32_t word = (uint32_t)value;

    if (offset < 4 * SOURCES) {
        priority[offset / 4] = word;
    } else if (offset >= ENABLE_OFFSET && offset < ENABLE_OFFSET + CONTEXTS * ENABLE_STRIDE) {
        unsigned index = (unsigned)(offset - ENABLE_OFFSET) % ENABLE_STRIDE / 4;
        if (index < SOURCES / 32) {
            enable[(offset - ENABLE_OFFSET) / ENABLE_STRIDE][index] = word;
        }
    } else if (offset >= CONTEXT_OFFSET && offset < CONTEXT_OFFSET + CONTEXTS * CONTEXT_STRIDE) {
        uint64_t context = (offset - CONTEXT_OFFSET) / CONTEXT_STRIDE;
        uint64_t part = (offset - CONTEXT_OFFSET) % CONTEXT_STRIDE;
        if (part == 0) {
            threshold[context] = word;
        } else if (part == 4 && word >= SOURCE_BASE && word - SOURCE_BASE < plugin.design->shape.interrupt_count) {
            cosim_engine_interrupt_completed(plugin.engine, hart, instrument_retired(hart), word - SOURCE_BASE);
        }
    }
}

void controller_excuse(unsigned hart, uint64_t instruction)
{
    excused[hart] = instruction;
}

void controller_check_taken(unsigned hart, uint64_t pc)
{
    static unsigned late[COSIM_HARTS_MAX];
    uint64_t retired = instrument_retired(hart);

    if (pc == (register_read(REGISTER_MTVEC) & ~UINT64_C(3))) {
        cosim_engine_interrupt_taken(plugin.engine, hart, late[hart], pc);
        late[hart] = 0;
    } else if (retired != excused[hart] && (register_read(REGISTER_MSTATUS) & MSTATUS_MIE) != 0 &&
               (register_read(REGISTER_MIP) & register_read(REGISTER_MIE) & MEIE) != 0) {
        late[hart]++; /* it could have been taken, and an instruction of the interrupted program runs instead */
    }
}

void controller_describe(FILE *stream)
{
    for (unsigned wire = 0; wire < plugin.design->shape.interrupt_count; wire++) {
        unsigned source = SOURCE_BASE + wire;
        char command[64], reply[64] = "";
        unsigned long long pending = 0;
        snprintf(command, sizeof command, "readl 0x%llx\n",
                 (unsigned long long)PLIC_BASE + 0x1000 + 4u * (source / 32));
        qtest_command(command, reply, sizeof reply);
        sscanf(reply, "OK %llx", &pending);
        fprintf(stream,
                "interrupt wire %u: level %llu, PLIC source %u, pending %llu, priority %u, harts it can wake 0x%llx\n",
                wire, (unsigned long long)(cosim_engine_outputs(plugin.engine)->interrupts >> wire) & 1, source,
                (pending >> (source % 32)) & 1, priority[source], (unsigned long long)controller_woken_by(NULL, wire));
    }
}
