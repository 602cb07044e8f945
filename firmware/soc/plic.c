/* SPDX-License-Identifier: MIT */
#include "soc/plic.h"
#include "soc/csr.h"
#include "soc/mark.h"
#include "soc/memory_map.h"
#include "soc/mmio.h"
#include "soc/panic.h"

/* PLIC specification, chapter 3: one priority word a source, enable bits a context, and a page a context. */
#define PLIC_PRIORITY(source) (SOC_PLIC_BASE + 4ul * (source))
#define PLIC_ENABLE(context, source) (SOC_PLIC_BASE + 0x2000ul + 0x80ul * (context) + 4ul * ((source) / 32))
#define PLIC_THRESHOLD(context) (SOC_PLIC_BASE + 0x200000ul + 0x1000ul * (context))
#define PLIC_CLAIM(context) (SOC_PLIC_BASE + 0x200004ul + 0x1000ul * (context))
/* On this board hart h has context 2h in machine mode and 2h + 1 in supervisor mode. */
#define PLIC_CONTEXT(hart) (2ul * (hart))

struct connection {
    plic_handler_function *handler;
    void *context;
};

static struct connection connections[PLIC_SOURCE_MAX + 1];

void plic_start_hart(void)
{
    mmio_write32(PLIC_THRESHOLD(PLIC_CONTEXT(hart_id())), 0);
    CSR_SET(mie, CSR_MIE_EXTERNAL);
}

int plic_connect(unsigned source, plic_handler_function *handler, void *context)
{
    uintptr_t enable = PLIC_ENABLE(PLIC_CONTEXT(hart_id()), source);

    if (source == 0 || source > PLIC_SOURCE_MAX || handler == NULL || connections[source].handler != NULL) {
        return -1;
    }
    connections[source].context = context;
    connections[source].handler = handler;
    mmio_write32(PLIC_PRIORITY(source), 1);
    uint64_t before = interrupts_disable();
    mmio_write32(enable, mmio_read32(enable) | 1u << source % 32);
    interrupts_restore(before);
    return 0;
}

void plic_handle_interrupt(struct hart *self)
{
    uintptr_t claim = PLIC_CLAIM(PLIC_CONTEXT(self->id));
    uint32_t source = mmio_read32(claim);

    if (source == 0) {
        /* The wire fell between the trap and the claim. The specification asks software to allow for this. */
        self->spurious++;
        return;
    }
    BELFRY_MARK1("irq.claimed", source);
    if (source > PLIC_SOURCE_MAX || connections[source].handler == NULL) {
        panic("interrupt from PLIC source %u, which nothing is connected to", source);
    }
    connections[source].handler(connections[source].context);
    mmio_write32(claim, source);
}
