/* SPDX-License-Identifier: MIT */
#include "fake_design.h"

#include <stdlib.h>
#include <string.h>

static struct fake_options next_options;
static struct cosim_design design;
static struct fake *latest;

struct fake_options fake_options_default(void)
{
    return (struct fake_options){.register_bytes = 4, .has_quiet = true};
}

struct fake *fake_latest(void)
{
    return latest;
}

/* --- the register port --- */

/** @return true if a request that has been offered for `seen` edges is taken at the coming one */
static bool ready(const struct fake *fake, bool held, unsigned seen)
{
    return !held && !fake->b_valid && !fake->r_valid && seen >= fake->options.request_wait;
}

static bool is_sinning(const struct fake *fake, enum axi_rule rule)
{
    return fake->sinning && fake->options.sin == rule;
}

static void settle_registers(const struct fake *fake, struct cosim_register_outputs *outputs)
{
    bool lite = fake->options.sin == AXI_RULE_LITE_EXOKAY;

    memset(outputs, 0, sizeof *outputs);
    outputs->awready = ready(fake, fake->aw_held, fake->aw_seen);
    outputs->wready = ready(fake, fake->w_held, fake->w_seen);
    outputs->arready = ready(fake, fake->ar_held, fake->ar_seen);
    outputs->bvalid = fake->b_valid && !is_sinning(fake, AXI_RULE_B_DROPPED);
    outputs->rvalid = fake->r_valid && !is_sinning(fake, AXI_RULE_R_DROPPED);
    outputs->bvalid |= is_sinning(fake, AXI_RULE_B_WITHOUT_REQUEST);
    outputs->rvalid |= is_sinning(fake, AXI_RULE_R_WITHOUT_REQUEST);
    outputs->bresp = lite ? COSIM_AXI_EXOKAY : fake->response;
    outputs->rresp = fake->response;
    outputs->bresp ^= is_sinning(fake, AXI_RULE_B_CHANGED) ? COSIM_AXI_SLVERR : 0;
    outputs->rdata = fake->data ^ (is_sinning(fake, AXI_RULE_R_CHANGED) ? 1 : 0);
}

static void begin_sin(struct fake *fake, enum axi_rule rule, bool chance)
{
    if (chance && fake->options.sin == rule && !fake->sinned) {
        fake->sinned = fake->sinning = true;
        fake->sin_cycle = fake->cycle + 1;
    }
}

static void choose_sin(struct fake *fake)
{
    const struct cosim_register_inputs *in = &fake->inputs.registers;
    const struct cosim_register_outputs *out = &fake->outputs.registers;

    fake->sinning = false;
    begin_sin(fake, AXI_RULE_B_DROPPED, out->bvalid && !in->bready);
    begin_sin(fake, AXI_RULE_B_CHANGED, out->bvalid && !in->bready);
    begin_sin(fake, AXI_RULE_R_DROPPED, out->rvalid && !in->rready);
    begin_sin(fake, AXI_RULE_R_CHANGED, out->rvalid && !in->rready);
    begin_sin(fake, AXI_RULE_B_WITHOUT_REQUEST, in->awvalid && !out->awready);
    begin_sin(fake, AXI_RULE_R_WITHOUT_REQUEST, in->arvalid && !out->arready);
    begin_sin(fake, AXI_RULE_LITE_EXOKAY, fake->b_valid);
}

static void write_requests(struct fake *fake)
{
    const struct cosim_register_inputs *in = &fake->inputs.registers;
    const struct cosim_register_outputs *out = &fake->outputs.registers;

    fake->aw_seen = in->awvalid && !out->awready ? fake->aw_seen + 1 : 0;
    fake->w_seen = in->wvalid && !out->wready ? fake->w_seen + 1 : 0;
    if (in->awvalid && out->awready) {
        fake->aw_held = true;
        fake->request.address = in->awaddr;
        fake->request.user = in->awuser;
    }
    if (in->wvalid && out->wready) {
        fake->w_held = true;
        fake->request.data = in->wdata;
        fake->request.strobe = in->wstrb;
    }
    if ((in->awvalid || in->wvalid) && fake->aw_held && fake->w_held) {
        fake->request.write = true;
        fake->wait = fake->options.response_wait;
        fake_registers_perform(fake);
    }
}

static void read_requests(struct fake *fake)
{
    const struct cosim_register_inputs *in = &fake->inputs.registers;
    const struct cosim_register_outputs *out = &fake->outputs.registers;

    fake->ar_seen = in->arvalid && !out->arready ? fake->ar_seen + 1 : 0;
    if (in->arvalid && out->arready) {
        fake->ar_held = true;
        fake->request = (struct fake_access){.address = in->araddr, .user = in->aruser};
        fake->wait = fake->options.response_wait;
        fake_registers_perform(fake);
    }
}

static void answers(struct fake *fake)
{
    const struct cosim_register_inputs *in = &fake->inputs.registers;
    const struct cosim_register_outputs *out = &fake->outputs.registers;
    bool write = fake->aw_held && fake->w_held, never = (fake->request.address & ~UINT64_C(7)) == FAKE_NEVER;

    if (fake->b_valid && out->bvalid && in->bready) {
        fake->b_valid = fake->aw_held = fake->w_held = false;
        return;
    }
    if (fake->r_valid && out->rvalid && in->rready) {
        fake->r_valid = fake->ar_held = false;
        return;
    }
    if (!(write || fake->ar_held) || fake->b_valid || fake->r_valid || never) {
        return;
    }
    if (fake->wait > 0) {
        fake->wait--;
        return;
    }
    fake->b_valid = write;
    fake->r_valid = !write;
}

/* --- time --- */

static void tick(struct fake *fake)
{
    for (unsigned wire = 0; wire < FAKE_WIRES; wire++) {
        if (fake->pulse_left[wire] != 0 && --fake->pulse_left[wire] == 0) {
            fake->status &= ~(UINT64_C(1) << wire);
        }
        if (fake->timer[wire] != 0 && --fake->timer[wire] == 0) {
            fake->status |= UINT64_C(1) << wire;
            fake->pulse_left[wire] = fake->pulse;
        }
    }
    fake->trace.valid = fake->trace_left != 0 && --fake->trace_left == 0;
    if (fake->period != 0 && --fake->period_left == 0) {
        fake->status ^= UINT64_C(1) << (FAKE_WIRES - 1);
        fake->period_left = fake->period;
    }
}

static uint64_t least(uint64_t quiet, uint64_t cycles_left)
{
    /* What happens in the n-th cycle from now leaves n - 1 quiet ones before it. */
    return cycles_left != 0 && cycles_left - 1 < quiet ? cycles_left - 1 : quiet;
}

static uint64_t quiet_cycles(const struct fake *fake)
{
    const struct cosim_register_inputs *in = &fake->inputs.registers;
    uint64_t quiet = UINT64_MAX;

    if (!fake->options.has_quiet || fake->aw_held || fake->w_held || fake->ar_held || in->awvalid || in->wvalid ||
        in->arvalid || fake->sinning || fake->trace.valid ||
        (fake->options.memory_bytes != 0 && fake_manager_busy(&fake->manager))) {
        return 0;
    }
    for (unsigned wire = 0; wire < FAKE_WIRES; wire++) {
        quiet = least(least(quiet, fake->timer[wire]), fake->pulse_left[wire]);
    }
    return least(least(quiet, fake->period_left), fake->trace_left);
}

/* --- the design ABI --- */

static void *create(const struct cosim_design_listener *listener)
{
    struct fake *fake = calloc(1, sizeof *fake);

    if (fake != NULL) {
        fake->options = next_options;
        fake->listener = *listener;
        latest = fake;
    }
    return fake;
}

static void destroy(void *instance)
{
    latest = latest == instance ? NULL : latest;
    free(instance);
}

static void reset(void *instance, unsigned cycles)
{
    struct fake *fake = instance;
    struct fake_options options = fake->options;
    struct cosim_design_listener listener = fake->listener;

    (void)cycles;
    memset(fake, 0, sizeof *fake);
    fake->options = options;
    fake->listener = listener;
    fake->trace.kind = FAKE_TRACE_KIND;
    fake_manager_init(&fake->manager, &options.manager, options.memory_bytes, options.sin);
}

static void settle(void *instance, const struct cosim_design_inputs *inputs, struct cosim_design_outputs *outputs)
{
    struct fake *fake = instance;

    fake->inputs = *inputs;
    settle_registers(fake, &fake->outputs.registers);
    fake_manager_settle(&fake->manager, &fake->outputs.memory);
    fake->outputs.interrupts = fake->status;
    fake->outputs.quiet_cycles = quiet_cycles(fake);
    fake->outputs.probes[0] = fake->pops;
    fake->outputs.probes[1] = fake->status;
    fake->outputs.trace[FAKE_TRACE_LANES - 1] = fake->trace;
    *outputs = fake->outputs;
}

static void edge(void *instance)
{
    struct fake *fake = instance;

    fake->cycle++;
    tick(fake);
    write_requests(fake);
    read_requests(fake);
    answers(fake);
    choose_sin(fake);
    if (fake->options.memory_bytes != 0) {
        fake_manager_edge(&fake->manager, &fake->inputs.memory, &fake->outputs.memory, fake->cycle);
    }
}

static bool bus_output_valid(const struct cosim_design_outputs *outputs)
{
    return outputs->registers.bvalid || outputs->registers.rvalid || outputs->memory.aw.valid ||
           outputs->memory.ar.valid || outputs->memory.wvalid;
}

static uint64_t run(void *instance, uint64_t cycles, struct cosim_design_outputs *outputs)
{
    struct fake *fake = instance;
    struct cosim_design_outputs before = fake->outputs;
    const struct cosim_design_inputs inputs = fake->inputs;
    uint64_t ran = 0;

    while (ran < cycles) {
        edge(fake);
        settle(fake, &inputs, outputs);
        ran++;
        if (outputs->interrupts != before.interrupts || bus_output_valid(outputs) || fake->trace.valid ||
            memcmp(outputs->probes, before.probes, sizeof before.probes) != 0) {
            break;
        }
    }
    return ran;
}

static void skip(void *instance, uint64_t cycles, struct cosim_design_outputs *outputs)
{
    struct fake *fake = instance;
    const struct cosim_design_inputs inputs = fake->inputs;

    fake->skips++;
    fake->cycle += cycles;
    for (unsigned wire = 0; wire < FAKE_WIRES; wire++) {
        fake->timer[wire] -= fake->timer[wire] != 0 ? cycles : 0;
        fake->pulse_left[wire] -= fake->pulse_left[wire] != 0 ? cycles : 0;
    }
    fake->period_left -= fake->period_left != 0 ? cycles : 0;
    fake->trace_left -= fake->trace_left != 0 ? cycles : 0;
    settle(fake, &inputs, outputs);
}

static bool wave_open(void *instance, const char *path)
{
    struct fake *fake = instance;

    (void)path;
    fake->waves_opened++;
    fake->wave_opened_at = fake->cycle;
    return true;
}

static void wave_close(void *instance)
{
    struct fake *fake = instance;

    fake->waves_closed++;
    fake->wave_closed_at = fake->cycle;
}

const struct cosim_design *fake_design(const struct fake_options *options)
{
    static const char *const probe_names[FAKE_PROBES] = {"pops", "status"};
    static const struct cosim_trace_kind trace_kinds[] = {{FAKE_TRACE_KIND, "told"}};

    next_options = *options;
    design = (struct cosim_design){.abi = COSIM_DESIGN_ABI,
                                   .shape = {.name = "fake",
                                             .window_bytes = FAKE_WINDOW_BYTES,
                                             .register_bytes = options->register_bytes,
                                             .memory_bytes = options->memory_bytes,
                                             .interrupt_count = FAKE_WIRES,
                                             .probe_count = FAKE_PROBES,
                                             .probe_names = probe_names,
                                             .trace_lane_count = FAKE_TRACE_LANES,
                                             .trace_kind_count = 1,
                                             .trace_kind_names = trace_kinds,
                                             .has_quiet = options->has_quiet},
                                   .create = create,
                                   .destroy = destroy,
                                   .reset = reset,
                                   .settle = settle,
                                   .edge = edge,
                                   .run = run,
                                   .skip = skip,
                                   .wave_open = wave_open,
                                   .wave_close = wave_close};
    return &design;
}
