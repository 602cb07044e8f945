/* SPDX-License-Identifier: MIT */
/* The scripted CPU's interrupt controller, and the rest of what the engine asks of a CPU. */
#include "scripted_cpu.h"
#include "test.h"

uint64_t scripted_cpu_pending(const struct scripted_cpu *cpu, unsigned hart)
{
    uint64_t wires = 0;

    for (unsigned wire = 0; wire < 64; wire++) {
        uint64_t bit = UINT64_C(1) << wire;
        if ((cpu->pending & ~cpu->claimed & bit) != 0 && (cpu->route[wire] >> hart & 1) != 0) {
            wires |= bit;
        }
    }
    return wires;
}

/** As QEMU's PLIC: a high level is latched, a low one changes nothing, and the level itself is forgotten. */
static void set_interrupt(void *context, unsigned wire, bool level)
{
    struct scripted_cpu *cpu = context;

    if (cpu->level_count < sizeof cpu->levels / sizeof cpu->levels[0]) {
        struct level *note = &cpu->levels[cpu->level_count++];
        *note = (struct level){.wire = wire, .high = level};
        for (unsigned hart = 0; hart < cpu->harts; hart++) {
            note->time[hart] = scripted_cpu_time(cpu, hart);
            note->awake[hart] = !cosim_engine_hart(cpu->engine, hart).waiting;
        }
    }
    cpu->pending |= level ? UINT64_C(1) << wire : 0;
    if (cpu->levels_limit != 0 && cpu->level_count >= cpu->levels_limit) {
        cosim_engine_request_stop(cpu->engine, 1);
    }
}

static uint64_t woken_by(void *context, unsigned wire)
{
    struct scripted_cpu *cpu = context;

    return cpu->route[wire];
}

static bool interrupt_pending(void *context, unsigned hart)
{
    return scripted_cpu_pending(context, hart) != 0;
}

static void yield(void *context, unsigned hart)
{
    struct scripted_cpu *cpu = context;

    assert_int_equal(hart, cpu->running);
    cpu->hart[hart].yields = true;
    cpu->yields++;
}

struct cosim_cpu scripted_cpu_operations(struct scripted_cpu *cpu)
{
    return (struct cosim_cpu){.context = cpu,
                              .set_interrupt = set_interrupt,
                              .woken_by = woken_by,
                              .interrupt_pending = interrupt_pending,
                              .yield = yield};
}
