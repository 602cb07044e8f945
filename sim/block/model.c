/* SPDX-License-Identifier: MIT */
/* One cycle of the reference model: the register port, what all parts show, and the order in which they move on. */
#include "model.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void model_fail(struct model *model, const char *check, const char *format, ...)
{
    va_list arguments;

    if (model->failed_check != NULL) {
        return;
    }
    model->failed_check = check;
    va_start(arguments, format);
    vsnprintf(model->failure, sizeof model->failure, format, arguments);
    va_end(arguments);
}

void model_reset(struct model *model, const struct size *size)
{
    memset(model, 0, sizeof *model);
    model->size = *size;
    for (unsigned i = 0; i < size->agents; i++) {
        for (unsigned peer = 0; peer < size->agents; peer++) {
            for (unsigned channel = 0; channel < size->channels; channel++) {
                model->fifos[i][peer][channel].high_watermark = 1;
                model->fifos[i][peer][channel].receive_interrupt = true;
            }
        }
    }
    for (unsigned i = 0; i < size->agents * size->rings; i++) {
        model->rings[i].moderation_count = 1;
    }
    model->engine.last_high = model->engine.last_low = (uint8_t)(size->agents * size->rings - 1);
    model->engine.last_interrupt = (uint8_t)(size->agents - 1);
    model->engine.choice = -1;
}

void model_observe(struct model *model, const struct observation *seen)
{
    model->quiesce_wire = (seen->in->controls & 1) != 0;
    engine_offers(model, seen);
}

/** The write that is ready, unless it is a push that waits for room. */
static bool write_can_execute(const struct model *model, struct access *access, struct answer *answer)
{
    const struct port *port = &model->port;

    if (!port->aw_held || !port->w_held || port->b_waits) {
        return false;
    }
    *access = access_of(model, true, port->aw_address, port->w_data, port->w_strobe, port->aw_user);
    *answer = access_judge(model, access);
    if (answer->code != REFUSAL_OVERFLOW) {
        return true;
    }
    const unsigned within = access->offset & 0xfff;
    return port->waited >= model->fifos[access->agent][within >> 8][within >> 6 & 3].stall_cycles;
}

static void predict_port(const struct model *model, struct prediction *prediction)
{
    const struct port *port = &model->port;
    struct access write = {0};
    struct answer write_answer = {0};
    const bool write_ready = write_can_execute(model, &write, &write_answer);
    const bool read_ready = port->ar_held && !port->r_waits;

    prediction->aw_ready = !port->aw_held;
    prediction->w_ready = !port->w_held;
    prediction->ar_ready = !port->ar_held;
    prediction->execute_write = write_ready && (!read_ready || !port->last_write);
    prediction->execute_read = read_ready && !prediction->execute_write;
    if (prediction->execute_write) {
        prediction->access = write;
        prediction->answer = write_answer;
    } else if (prediction->execute_read) {
        prediction->access = access_of(model, false, port->ar_address, 0, 0xf, port->ar_user);
        prediction->answer = access_judge(model, &prediction->access);
    }
    const uint8_t response = prediction->answer.code == REFUSAL_NONE ? COSIM_AXI_OKAY : COSIM_AXI_SLVERR;
    prediction->b_valid = port->b_waits || prediction->execute_write;
    prediction->b_response = port->b_waits ? port->b_response : response;
    prediction->r_valid = port->r_waits || prediction->execute_read;
    prediction->r_response = port->r_waits ? port->r_response : response;
    prediction->r_data = port->r_waits ? port->r_data : prediction->answer.data;
    prediction->r_mask = port->r_waits ? port->r_mask : prediction->answer.mask;
    if (prediction->execute_write || prediction->execute_read) {
        prediction->lanes[0] = access_trace(model, &prediction->access, &prediction->answer);
    }
}

static void predict_wires(const struct model *model, uint32_t wires, struct prediction *prediction)
{
    uint32_t matches = 0;

    for (unsigned i = 0; i < model->size.agents; i++) {
        const bool unsettled = agent_unsettled(model, i);
        prediction->sources[i] = interrupt_pending(model, i);
        prediction->sources_mask[i] = unsettled ? SOURCES_ALL & ~(SOURCE_QUIESCED | SOURCE_RING_ERROR) : SOURCES_ALL;
        prediction->wires |= (uint32_t)(prediction->sources[i] != 0) << i;
        prediction->wires_mask |= (uint32_t)(!unsettled) << i;
        for (unsigned peer = 0; peer < model->size.agents; peer++) {
            for (unsigned window = 0; window < model->size.windows; window++) {
                prediction->doorbell[i] |= model->doorbells[peer][i][window].flags;
            }
        }
        matches |= (uint32_t)timer_matches(model, i) << i;
    }
    prediction->lanes[3] =
        (struct lane){.valid = wires != model->wires_before, .kind = TRACE_WIRES, .value = wires, .mask = UINT32_MAX};
    prediction->lanes[4] =
        (struct lane){.valid = matches != 0, .kind = TRACE_TIMER_MATCH, .value = matches, .mask = UINT32_MAX};
}

/** Everything stands still but time? */
static bool quiet(const struct model *model)
{
    const struct port *port = &model->port;
    const struct engine *engine = &model->engine;

    if (port->aw_held || port->w_held || port->ar_held || port->b_waits || port->r_waits || engine->message_count > 0 ||
        engine->write_count > 0 || engine->fetch.active) {
        return false;
    }
    for (unsigned i = 0; i < model->size.agents; i++) {
        const bool message = model->agents[i].message.requested && !agent_quiescing(model, i);
        if (model->agents[i].resetting || message || fifos_move(model, i)) {
            return false;
        }
    }
    for (unsigned i = 0; i < model->size.agents * model->size.rings; i++) {
        if (model->rings[i].aborting || ring_ready(model, i)) {
            return false;
        }
    }
    return true;
}

uint64_t model_quiet_bound(const struct model *model)
{
    uint64_t bound = UINT64_MAX;

    if (!quiet(model)) {
        return 0;
    }
    for (unsigned i = 0; i < model->size.agents; i++) {
        const struct timer *timer = &model->agents[i].timer;
        if (timer->enable && timer->armed) {
            const uint64_t left = timer->compare > model->cycle ? timer->compare - model->cycle : 0;
            bound = left < bound ? left : bound;
        }
    }
    for (unsigned i = 0; i < model->size.agents * model->size.rings; i++) {
        const struct ring *ring = &model->rings[i];
        if (ring->counted > 0) {
            /* A threshold that was lowered meanwhile is met already. */
            const uint64_t deadline = ring->counted < ring->moderation_count ? ring->moderation_deadline : 0;
            const uint64_t left = deadline > model->cycle ? deadline - model->cycle : 0;
            bound = left < bound ? left : bound;
        }
    }
    return bound;
}

void model_predict(const struct model *model, const struct observation *seen, struct prediction *prediction)
{
    memset(prediction, 0, sizeof *prediction);
    predict_port(model, prediction);
    predict_wires(model, (uint32_t)seen->out->interrupts, prediction);
    engine_predict(model, seen, prediction);
    prediction->quiesce_accept = model->quiesce_wire;
    for (unsigned i = 0; i < model->size.agents; i++) {
        prediction->quiesce_accept &= !agent_memory_busy(model, i);
    }
    const struct cosim_register_inputs *in = &seen->in->registers;
    const bool offered = in->awvalid || in->wvalid || in->arvalid;
    prediction->quiet_bound = seen->out->quiet_cycles == 0 || offered ? 0 : model_quiet_bound(model);
}

static void advance_port(struct model *model, const struct cosim_register_inputs *in,
                         const struct prediction *prediction)
{
    struct port *port = &model->port;
    const bool write_was_ready = port->aw_held && port->w_held && !port->b_waits;

    port->waited = write_was_ready && !prediction->execute_write ? port->waited + 1 : 0;
    port->b_waits = prediction->b_valid && !in->bready;
    port->b_response = prediction->b_response;
    port->r_waits = prediction->r_valid && !in->rready;
    port->r_response = prediction->r_response;
    port->r_data = prediction->r_data;
    port->r_mask = prediction->r_mask;
    if (prediction->execute_write || prediction->execute_read) {
        port->last_write = prediction->execute_write;
    }
    if (in->awvalid && prediction->aw_ready) {
        port->aw_address = (uint32_t)in->awaddr;
        port->aw_user = (uint8_t)in->awuser;
    }
    if (in->wvalid && prediction->w_ready) {
        port->w_data = (uint32_t)in->wdata;
        port->w_strobe = in->wstrb;
    }
    if (in->arvalid && prediction->ar_ready) {
        port->ar_address = (uint32_t)in->araddr;
        port->ar_user = (uint8_t)in->aruser;
    }
    port->aw_held = (port->aw_held && !prediction->execute_write) || (in->awvalid && prediction->aw_ready);
    port->w_held = (port->w_held && !prediction->execute_write) || (in->wvalid && prediction->w_ready);
    port->ar_held = (port->ar_held && !prediction->execute_read) || (in->arvalid && prediction->ar_ready);
}

static void count_stalls(struct model *model, const struct observation *seen)
{
    const struct cosim_memory_outputs *out = &seen->out->memory;
    const struct cosim_memory_inputs *in = &seen->in->memory;
    const bool read = out->ar.valid && !in->arready;
    const bool write = (out->aw.valid && !in->awready) || (out->wvalid && !in->wready);

    for (unsigned i = 0; (read || write) && i < model->size.agents; i++) {
        uint32_t *counts = model->agents[i].counts;
        counts[4] += read && counts[4] != UINT32_MAX;
        counts[5] += write && counts[5] != UINT32_MAX;
    }
}

/** @return which agents have their one-cycle reset step now: the design says when, the model whether it may. */
static uint32_t reset_steps(struct model *model, const struct observation *seen)
{
    const struct cosim_trace_lane *lane = &seen->out->trace[5];
    const uint32_t steps = lane->valid ? lane->value : 0;

    for (unsigned i = 0; i < model->size.agents; i++) {
        struct agent *agent = &model->agents[i];
        const bool may = agent_unsettled(model, i);
        agent->drained_for = may ? agent->drained_for + 1 : 0;
        if ((steps >> i & 1) != 0 && !may) {
            model_fail(model, "soft_reset", "agent %u: the reset ends while it has not begun or is busy", i);
        } else if ((steps >> i & 1) == 0 && agent->drained_for > 12) {
            model_fail(model, "soft_reset", "agent %u: nothing is left on the port and the reset does not end", i);
        }
    }
    return steps;
}

static void update_marks(struct model *model)
{
    for (unsigned i = 0; i < model->size.agents * model->size.rings; i++) {
        struct ring *ring = &model->rings[i];
        const uint16_t descriptors = (uint16_t)(ring->tail - ring->head);
        ring->high_water_mark = descriptors > ring->high_water_mark ? descriptors : ring->high_water_mark;
    }
}

static void remember(struct model *model, const struct observation *seen)
{
    model->wires_before = (uint32_t)seen->out->interrupts;
    model->engine.choice = -1;
    if (!model->engine.fetch.active && model->engine.message_count < MODEL_MESSAGES) {
        model->engine.choice = (int8_t)engine_choose(model, &model->engine.choice_passes);
        model->engine.choice_high = model->engine.choice >= 0 && model->rings[model->engine.choice].high_priority;
    }
}

void model_advance(struct model *model, const struct observation *seen, const struct prediction *prediction)
{
    uint8_t events[MODEL_RINGS] = {0};
    uint16_t answered[MODEL_RINGS] = {0};
    const struct access *access = &prediction->access;
    const bool executes = prediction->execute_write || prediction->execute_read;
    const bool accepted_write = prediction->execute_write && prediction->answer.code == REFUSAL_NONE;
    const uint32_t matches = prediction->lanes[4].value;

    remember(model, seen);
    const uint32_t resets = reset_steps(model, seen);
    for (unsigned i = 0; i < model->size.agents; i++) {
        const bool rearmed = accepted_write && access->agent == i && access->offset == 0x6c && (access->data & 1) != 0;
        message_interrupt_advance(model, i, rearmed);
    }
    fifos_event(model);
    count_stalls(model, seen);
    engine_advance(model, seen, events, answered);
    rings_moderate(model, answered, events);
    for (unsigned i = 0; matches != 0 && i < model->size.agents; i++) {
        if ((matches >> i & 1) != 0) {
            timer_match(model, i);
        }
    }
    if (executes) {
        access_apply(model, access, &prediction->answer);
    }
    for (unsigned i = 0; i < model->size.agents * model->size.rings; i++) {
        model->rings[i].events |= events[i];
    }
    /* A match wins over a clear of `pending`; a compare value that is written takes back the old one's interrupt. */
    for (unsigned i = 0; matches != 0 && i < model->size.agents; i++) {
        const bool compare_written = accepted_write && access->agent == i && access->offset == 0x20;
        model->agents[i].timer.pending |= (matches >> i & 1) != 0 && !compare_written;
    }
    doorbells_advance(model);
    update_marks(model);
    if (resets != 0) {
        agents_soft_reset(model, resets);
    }
    if (accepted_write && access->offset == 0xb8 && (access->data & 1) != 0) {
        /* Marks begin again with what is there in the next cycle: after the flush of a reset in this one. */
        agent_count_clear(model, access->agent);
    }
    advance_port(model, &seen->in->registers, prediction);
    model->cycle++;
}

void model_skip(struct model *model, uint64_t cycles)
{
    model->cycle += cycles;
}
