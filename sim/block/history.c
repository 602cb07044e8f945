/* SPDX-License-Identifier: MIT */
/* See history.h. */
#include "history.h"

void history_add(struct history *history, uint64_t cycle, const char *what, uint64_t address, uint64_t data,
                 uint32_t extra)
{
    history->events[history->count++ % HISTORY] =
        (struct history_event){.cycle = cycle, .address = address, .data = data, .extra = extra, .what = what};
}

static void note_registers(struct history *history, uint64_t cycle, const struct observation *seen)
{
    const struct cosim_register_inputs *in = &seen->in->registers;
    const struct cosim_register_outputs *out = &seen->out->registers;

    if (in->awvalid && out->awready) {
        history_add(history, cycle, "register AW (address, user)", in->awaddr, in->awuser, 0);
    }
    if (in->wvalid && out->wready) {
        history_add(history, cycle, "register W (data, strobe)", 0, in->wdata, in->wstrb);
    }
    if (out->bvalid && in->bready) {
        history_add(history, cycle, "register B (response)", 0, 0, out->bresp);
    }
    if (in->arvalid && out->arready) {
        history_add(history, cycle, "register AR (address, user)", in->araddr, in->aruser, 0);
    }
    if (out->rvalid && in->rready) {
        history_add(history, cycle, "register R (data, response)", 0, out->rdata, out->rresp);
    }
}

static void note_memory(struct history *history, uint64_t cycle, const struct observation *seen)
{
    const struct cosim_memory_inputs *in = &seen->in->memory;
    const struct cosim_memory_outputs *out = &seen->out->memory;

    if (out->ar.valid) {
        history_add(history, cycle, in->arready ? "memory AR (address, beats, id)" : "memory AR waits", out->ar.address,
                    out->ar.length + 1u, out->ar.id);
    }
    if (in->rvalid && out->rready && in->rlast) {
        history_add(history, cycle, "memory R, last beat (data, response, id)", in->rid, in->rdata[0], in->rresp);
    }
    if (out->aw.valid) {
        history_add(history, cycle, in->awready ? "memory AW (address, beats, id)" : "memory AW waits", out->aw.address,
                    out->aw.length + 1u, out->aw.id);
    }
    if (out->wvalid && in->wready) {
        history_add(history, cycle, "memory W (data, strobe)", 0, out->wdata[0], (uint32_t)out->wstrb);
    }
    if (in->bvalid && out->bready) {
        history_add(history, cycle, "memory B (id, response)", in->bid, 0, in->bresp);
    }
}

void history_note(struct history *history, uint64_t cycle, const struct observation *seen)
{
    note_registers(history, cycle, seen);
    note_memory(history, cycle, seen);
    for (unsigned i = 0; i < MODEL_LANES; i++) {
        const struct cosim_trace_lane *lane = &seen->out->trace[i];
        if (lane->valid) {
            history_add(history, cycle, "trace (channel, value, kind)", lane->channel, lane->value, lane->kind);
        }
    }
}

void history_print(const struct history *history, FILE *file)
{
    const uint64_t first = history->count > HISTORY ? history->count - HISTORY : 0;

    for (uint64_t i = first; i < history->count; i++) {
        const struct history_event *event = &history->events[i % HISTORY];
        fprintf(file, "  %10llu  %-40s 0x%llx 0x%llx %u\n", (unsigned long long)event->cycle, event->what,
                (unsigned long long)event->address, (unsigned long long)event->data, event->extra);
    }
}
