/* SPDX-License-Identifier: MIT */
/* One cycle's outputs against their prediction. */
#include "hypotheses.h"

static void check_port(struct model *model, const struct cosim_register_outputs *out,
                       const struct prediction *prediction)
{
    if (out->awready != prediction->aw_ready || out->wready != prediction->w_ready ||
        out->arready != prediction->ar_ready) {
        model_fail(model, "port_ready", "awready %d wready %d arready %d, predicted %d %d %d", out->awready,
                   out->wready, out->arready, prediction->aw_ready, prediction->w_ready, prediction->ar_ready);
    }
    if (out->bvalid != prediction->b_valid || out->rvalid != prediction->r_valid) {
        model_fail(model, "response_cycle", "bvalid %d rvalid %d, predicted %d %d", out->bvalid, out->rvalid,
                   prediction->b_valid, prediction->r_valid);
        return;
    }
    if ((out->bvalid && out->bresp != prediction->b_response) ||
        (out->rvalid && out->rresp != prediction->r_response)) {
        model_fail(model, "response", "bresp %d rresp %d, predicted %d %d; agent %u offset 0x%04x code %u", out->bresp,
                   out->rresp, prediction->b_response, prediction->r_response, prediction->access.agent,
                   prediction->access.offset, (unsigned)prediction->answer.code);
    } else if (out->rvalid && (((uint32_t)out->rdata ^ prediction->r_data) & prediction->r_mask) != 0) {
        model_fail(model, "read_data", "agent %u offset 0x%04x: 0x%08x, predicted 0x%08x", prediction->access.agent,
                   prediction->access.offset, (unsigned)out->rdata, prediction->r_data);
    }
}

static void check_wires(struct model *model, const struct probe_numbers *probes, const struct cosim_design_outputs *out,
                        const struct prediction *prediction)
{
    for (unsigned i = 0; i < model->size.agents; i++) {
        if (probes->doorbell[i] >= 0 && out->probes[probes->doorbell[i]] != prediction->doorbell[i]) {
            model_fail(model, "doorbell_flags", "agent %u: 0x%08x, predicted 0x%08x", i,
                       (unsigned)out->probes[probes->doorbell[i]], prediction->doorbell[i]);
        }
        if (probes->sources[i] >= 0 &&
            ((out->probes[probes->sources[i]] ^ prediction->sources[i]) & prediction->sources_mask[i]) != 0) {
            model_fail(model, "irq_source", "agent %u: 0x%03x, predicted 0x%03x", i,
                       (unsigned)out->probes[probes->sources[i]], prediction->sources[i]);
        }
    }
    if (((out->interrupts ^ prediction->wires) & prediction->wires_mask) != 0) {
        model_fail(model, "irq_wire", "0x%x, predicted 0x%x", (unsigned)out->interrupts, prediction->wires);
    }
    if (probes->quiesce_accept >= 0 && prediction->wires_mask == (1u << model->size.agents) - 1 &&
        (out->probes[probes->quiesce_accept] != 0) != prediction->quiesce_accept) {
        model_fail(model, "quiesce_accept", "%u, predicted %d", (unsigned)out->probes[probes->quiesce_accept],
                   prediction->quiesce_accept);
    }
}

static void check_lane(struct model *model, unsigned number, const struct cosim_trace_lane *seen,
                       const struct lane *expected)
{
    const bool judged_elsewhere = number == 1 && seen->valid && seen->kind == TRACE_SEGMENT_START;

    if (!seen->valid && (!expected->valid || expected->optional)) {
        return;
    }
    if (judged_elsewhere && (!expected->valid || expected->optional)) {
        return;
    }
    if (seen->valid != expected->valid || seen->kind != expected->kind || seen->channel != expected->channel ||
        ((seen->value ^ expected->value) & expected->mask) != 0) {
        model_fail(model, "trace", "lane %u: valid %d kind %u channel 0x%02x value 0x%x, predicted %d %u 0x%02x 0x%x",
                   number, seen->valid, seen->kind, seen->channel, seen->value, expected->valid, expected->kind,
                   expected->channel, expected->value);
    }
}

void check_outputs(struct model *model, const struct probe_numbers *probes, const struct observation *seen,
                   const struct prediction *prediction)
{
    const struct cosim_design_outputs *out = seen->out;

    check_port(model, &out->registers, prediction);
    check_wires(model, probes, out, prediction);
    for (unsigned lane = 0; lane < 5; lane++) {
        check_lane(model, lane, &out->trace[lane], &prediction->lanes[lane]);
    }
    if (out->quiet_cycles > prediction->quiet_bound) {
        model_fail(model, "quiet_cycles", "%llu promised, something happens in %llu",
                   (unsigned long long)out->quiet_cycles, (unsigned long long)prediction->quiet_bound);
    }
}
