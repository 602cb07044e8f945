/* SPDX-License-Identifier: MIT */
#include "fake_manager.h"

#include "../bus/random.h"

#include <string.h>

uint8_t fake_manager_byte(unsigned burst, unsigned beat, unsigned lane)
{
    return (uint8_t)(burst * 31 + beat * 7 + lane + 1);
}

uint64_t fake_burst_beat_address(const struct fake_burst *burst, unsigned beat)
{
    uint64_t aligned = burst->address / burst->bytes * burst->bytes;
    uint64_t container = (uint64_t)burst->bytes * burst->beats;
    uint64_t wrap = burst->address / container * container;

    if (burst->type == FAKE_FIXED || beat == 0) {
        return burst->address;
    }
    if (burst->type == FAKE_WRAP && aligned + beat * burst->bytes >= wrap + container) {
        return aligned + beat * burst->bytes - container;
    }
    return aligned + beat * burst->bytes;
}

uint64_t fake_burst_strobe(const struct fake_burst *burst, unsigned index, unsigned beat, unsigned bus_bytes)
{
    uint64_t address = fake_burst_beat_address(burst, beat);
    uint64_t end = address / burst->bytes * burst->bytes + burst->bytes;
    uint64_t strobe = 0;

    for (uint64_t byte = address; byte < end; byte++) {
        if (!burst->sparse || ((index + beat + byte) * 5) % 3 != 0) {
            strobe |= UINT64_C(1) << byte % bus_bytes;
        }
    }
    return strobe;
}

void fake_manager_init(struct fake_manager *manager, const struct fake_manager_options *options, unsigned bus_bytes,
                       enum axi_rule sin)
{
    memset(manager, 0, sizeof *manager);
    manager->options = *options;
    manager->bus_bytes = bus_bytes;
    manager->sin = sin;
    manager->allowed = options->wait_for_start ? 0 : options->count;
    manager->random = options->seed;
}

/** @return the first burst from `from` on in that direction that may be issued; `allowed` if there is none */
static unsigned seek(const struct fake_manager *manager, unsigned from, bool write)
{
    while (from < manager->allowed && manager->options.bursts[from].write != write) {
        from++;
    }
    return from;
}

bool fake_manager_busy(const struct fake_manager *manager)
{
    return seek(manager, manager->reading, false) < manager->allowed ||
           seek(manager, manager->answering, true) < manager->allowed;
}

/** Begins a breach that lasts for one cycle. */
static bool begin_sin(struct fake_manager *manager, enum axi_rule rule, uint64_t cycle)
{
    if (manager->sin != rule || manager->sinned) {
        return false;
    }
    manager->sinned = manager->sinning = true;
    manager->sin_cycle = cycle + 1;
    return true;
}

static bool is_sinning(const struct fake_manager *manager, enum axi_rule rule)
{
    return manager->sinning && manager->sin == rule;
}

/** The burst as it is performed: as the list has it, but where it is to cross a page. */
static struct fake_burst burst_of(const struct fake_manager *manager, unsigned index)
{
    struct fake_burst burst = manager->options.bursts[index];

    if (manager->sin == AXI_RULE_CROSSES_4K) {
        burst.address = (burst.address | 0xfff) + 1 - burst.bytes;
    }
    return burst;
}

static struct cosim_memory_address address_of(const struct fake_manager *manager, unsigned index)
{
    const struct fake_burst burst = burst_of(manager, index);
    struct cosim_memory_address address = {.address = burst.address,
                                           .id = burst.id,
                                           .length = (uint8_t)(burst.beats - 1),
                                           .size = (uint8_t)__builtin_ctz(burst.bytes),
                                           .burst = (uint8_t)burst.type,
                                           .valid = true};

    if (manager->sin == AXI_RULE_SIZE_TOO_WIDE) {
        address.size = (uint8_t)(__builtin_ctz(manager->bus_bytes) + 1);
    } else if (manager->sin == AXI_RULE_BURST_TYPE) {
        address.burst = 3;
    }
    return address;
}

static void settle_data(const struct fake_manager *manager, struct cosim_memory_outputs *outputs)
{
    const struct fake_burst burst = burst_of(manager, manager->data_burst);
    unsigned beat = manager->data_beat;
    bool last = beat + 1 == burst.beats;

    outputs->wvalid = !is_sinning(manager, AXI_RULE_W_DROPPED);
    outputs->wstrb = fake_burst_strobe(&burst, manager->data_burst, beat, manager->bus_bytes);
    outputs->wlast =
        (last && manager->sin != AXI_RULE_WLAST_MISSING) || (beat == 0 && manager->sin == AXI_RULE_WLAST_EARLY);
    if (manager->sin == AXI_RULE_STROBE_OUTSIDE) {
        outputs->wstrb = (UINT64_C(1) << manager->bus_bytes) - 1;
    }
    for (unsigned lane = 0; lane < manager->bus_bytes; lane++) {
        ((uint8_t *)outputs->wdata)[lane] = fake_manager_byte(manager->data_burst, beat, lane);
    }
    if (is_sinning(manager, AXI_RULE_W_CHANGED)) {
        outputs->wdata[0] ^= 1;
    }
}

void fake_manager_settle(const struct fake_manager *manager, struct cosim_memory_outputs *outputs)
{
    memset(outputs, 0, sizeof *outputs);
    outputs->rready = manager->rready;
    outputs->bready = manager->bready;
    if (manager->read.valid) {
        outputs->ar = address_of(manager, manager->read.next);
        outputs->ar.valid = !is_sinning(manager, AXI_RULE_AR_DROPPED);
        outputs->ar.address ^= is_sinning(manager, AXI_RULE_AR_CHANGED) ? 64 : 0;
    }
    if (manager->write.valid) {
        outputs->aw = address_of(manager, manager->write.next);
        outputs->aw.valid = !is_sinning(manager, AXI_RULE_AW_DROPPED);
        outputs->aw.address ^= is_sinning(manager, AXI_RULE_AW_CHANGED) ? 64 : 0;
    }
    if (manager->data_valid) {
        settle_data(manager, outputs);
    }
}

/** A breach begins where a request or data was offered and not taken, or where an illegal burst is first offered. */
static void choose_sin(struct fake_manager *manager, const struct cosim_memory_inputs *inputs,
                       const struct cosim_memory_outputs *outputs, uint64_t cycle)
{
    bool aw_waits = outputs->aw.valid && !inputs->awready, ar_waits = outputs->ar.valid && !inputs->arready;
    bool w_waits = outputs->wvalid && !inputs->wready;

    manager->sinning = false;
    (void)(aw_waits && begin_sin(manager, AXI_RULE_AW_DROPPED, cycle));
    (void)(aw_waits && begin_sin(manager, AXI_RULE_AW_CHANGED, cycle));
    (void)(ar_waits && begin_sin(manager, AXI_RULE_AR_DROPPED, cycle));
    (void)(ar_waits && begin_sin(manager, AXI_RULE_AR_CHANGED, cycle));
    (void)(w_waits && begin_sin(manager, AXI_RULE_W_DROPPED, cycle));
    (void)(w_waits && begin_sin(manager, AXI_RULE_W_CHANGED, cycle));
}

/** Takes an accepted request, and offers the next one. */
static void request_edge(struct fake_manager *manager, struct fake_channel *channel, bool write, bool taken,
                         uint64_t cycle)
{
    unsigned limit = manager->options.outstanding;

    if (taken) {
        manager->result[channel->next++].address_cycle = cycle;
        channel->valid = false;
        channel->issued++;
    }
    if (channel->valid) {
        return;
    }
    channel->next = seek(manager, channel->next, write);
    if (channel->next < manager->allowed && (limit == 0 || channel->issued - channel->completed < limit) &&
        !random_chance(&manager->random, manager->options.hold_back)) {
        channel->valid = true;
    }
}

/** Write data: as soon as its address was accepted, or before, if it is to come first. */
static void data_edge(struct fake_manager *manager, bool taken, uint64_t cycle)
{
    struct fake_result *result = &manager->result[manager->data_burst];

    if (taken) {
        result->first_data_cycle = manager->data_beat == 0 ? cycle : result->first_data_cycle;
        result->last_data_cycle = cycle;
        result->beats++;
        manager->data_valid = false;
        if (++manager->data_beat == manager->options.bursts[manager->data_burst].beats) {
            manager->data_beat = 0;
            manager->data_burst++;
        }
    }
    if (manager->data_valid) {
        return;
    }
    manager->data_burst = seek(manager, manager->data_burst, true);
    bool has_address = manager->data_burst < manager->write.next || manager->options.data_first != 0;
    if (manager->data_burst < manager->allowed && has_address &&
        !random_chance(&manager->random, manager->options.hold_back)) {
        manager->data_valid = true;
    }
}

static void read_answer(struct fake_manager *manager, const struct cosim_memory_inputs *inputs, uint64_t cycle)
{
    manager->reading = seek(manager, manager->reading, false);
    struct fake_result *result = &manager->result[manager->reading];
    bool last = result->beats + 1 == manager->options.bursts[manager->reading].beats;

    result->first_data_cycle = result->beats == 0 ? cycle : result->first_data_cycle;
    result->last_data_cycle = result->answer_cycle = cycle;
    result->id = inputs->rid;
    result->response = inputs->rresp > result->response ? inputs->rresp : result->response;
    result->last_misplaced |= inputs->rlast != last;
    memcpy(result->data[result->beats++], inputs->rdata, manager->bus_bytes);
    if (last) {
        result->completion = ++manager->read.completed;
        manager->reading++;
    }
}

static void write_answer(struct fake_manager *manager, const struct cosim_memory_inputs *inputs, uint64_t cycle)
{
    manager->answering = seek(manager, manager->answering, true);
    struct fake_result *result = &manager->result[manager->answering++];

    result->answer_cycle = cycle;
    result->id = inputs->bid;
    result->response = inputs->bresp;
    result->completion = ++manager->write.completed;
}

void fake_manager_edge(struct fake_manager *manager, const struct cosim_memory_inputs *inputs,
                       const struct cosim_memory_outputs *outputs, uint64_t cycle)
{
    bool data_taken = outputs->wvalid && inputs->wready;

    /* With nothing to do it stands still, its random pauses included: it says that it is quiet. */
    if (!fake_manager_busy(manager)) {
        return;
    }
    if (inputs->rvalid && outputs->rready) {
        read_answer(manager, inputs, cycle);
    }
    if (inputs->bvalid && outputs->bready) {
        write_answer(manager, inputs, cycle);
    }
    request_edge(manager, &manager->read, false, outputs->ar.valid && inputs->arready, cycle);
    /* Data that is to come first is on offer for a while before its address is. */
    manager->data_wait = manager->data_valid && !data_taken ? manager->data_wait + 1 : 0;
    bool may_address = manager->write.valid || manager->data_wait >= manager->options.data_first ||
                       manager->data_burst < manager->write.next;
    if (may_address) {
        request_edge(manager, &manager->write, true, outputs->aw.valid && inputs->awready, cycle);
    }
    data_edge(manager, data_taken, cycle);
    manager->rready = !random_chance(&manager->random, manager->options.hold_back);
    manager->bready = !random_chance(&manager->random, manager->options.hold_back);
    choose_sin(manager, inputs, outputs, cycle);
}
