/* SPDX-License-Identifier: MIT */
#include "axi_rules.h"

#include "axi_memory.h"

#include <string.h>

void axi_rules_init(struct axi_rules *rules, unsigned bus_bytes, void *context,
                    void (*broken)(void *context, unsigned port, enum axi_rule rule, uint64_t first_value,
                                   uint64_t second_value))
{
    memset(rules, 0, sizeof *rules);
    rules->bus_bytes = bus_bytes;
    rules->context = context;
    rules->broken = broken;
}

static void check(struct axi_rules *rules, bool kept, unsigned port, enum axi_rule rule, uint64_t first_value,
                  uint64_t second_value)
{
    if (!kept) {
        rules->broken(rules->context, port, rule, first_value, second_value);
    }
}

/** Register port: what was offered and not taken at the edge before must still be there. */
static void registers_stable(struct axi_rules *rules, const struct cosim_register_outputs *now)
{
    const struct cosim_register_outputs *before = &rules->registers;
    const struct cosim_register_inputs *driven = &rules->register_inputs;

    if (before->bvalid && !driven->bready) {
        check(rules, now->bvalid, AXI_PORT_REGISTERS, AXI_RULE_B_DROPPED, before->bresp, 0);
        check(rules, !now->bvalid || now->bresp == before->bresp, AXI_PORT_REGISTERS, AXI_RULE_B_CHANGED, before->bresp,
              now->bresp);
    }
    if (before->rvalid && !driven->rready) {
        check(rules, now->rvalid, AXI_PORT_REGISTERS, AXI_RULE_R_DROPPED, before->rdata, 0);
        check(rules, !now->rvalid || (now->rdata == before->rdata && now->rresp == before->rresp), AXI_PORT_REGISTERS,
              AXI_RULE_R_CHANGED, before->rdata, now->rdata);
    }
}

static void registers_answers(struct axi_rules *rules, const struct cosim_register_inputs *inputs,
                              const struct cosim_register_outputs *outputs)
{
    if (outputs->bvalid) {
        /* AXI4 asks for both handshakes before BVALID (A3.3.1, figure A3-7): those of this edge do not count yet. */
        check(rules, rules->write_addresses != 0 && rules->write_data != 0, AXI_PORT_REGISTERS,
              AXI_RULE_B_WITHOUT_REQUEST, rules->write_addresses, rules->write_data);
        check(rules, outputs->bresp != COSIM_AXI_EXOKAY, AXI_PORT_REGISTERS, AXI_RULE_LITE_EXOKAY, outputs->bresp, 0);
    }
    if (outputs->rvalid) {
        check(rules, rules->reads != 0, AXI_PORT_REGISTERS, AXI_RULE_R_WITHOUT_REQUEST, outputs->rdata, 0);
        check(rules, outputs->rresp != COSIM_AXI_EXOKAY, AXI_PORT_REGISTERS, AXI_RULE_LITE_EXOKAY, outputs->rresp, 0);
    }
    if (outputs->bvalid && inputs->bready && rules->write_addresses != 0 && rules->write_data != 0) {
        rules->write_addresses--;
        rules->write_data--;
    }
    if (outputs->rvalid && inputs->rready && rules->reads != 0) {
        rules->reads--;
    }
    rules->write_addresses += inputs->awvalid && outputs->awready;
    rules->write_data += inputs->wvalid && outputs->wready;
    rules->reads += inputs->arvalid && outputs->arready;
}

static bool same_address(const struct cosim_memory_address *a, const struct cosim_memory_address *b)
{
    return a->address == b->address && a->id == b->id && a->length == b->length && a->size == b->size &&
           a->burst == b->burst;
}

static void memory_stable(struct axi_rules *rules, const struct cosim_memory_outputs *now)
{
    const struct cosim_memory_outputs *before = &rules->memory;
    const struct cosim_memory_inputs *driven = &rules->memory_ready;

    if (before->aw.valid && !driven->awready) {
        check(rules, now->aw.valid, AXI_PORT_MEMORY, AXI_RULE_AW_DROPPED, before->aw.address, 0);
        check(rules, !now->aw.valid || same_address(&before->aw, &now->aw), AXI_PORT_MEMORY, AXI_RULE_AW_CHANGED,
              before->aw.address, now->aw.address);
    }
    if (before->ar.valid && !driven->arready) {
        check(rules, now->ar.valid, AXI_PORT_MEMORY, AXI_RULE_AR_DROPPED, before->ar.address, 0);
        check(rules, !now->ar.valid || same_address(&before->ar, &now->ar), AXI_PORT_MEMORY, AXI_RULE_AR_CHANGED,
              before->ar.address, now->ar.address);
    }
    if (before->wvalid && !driven->wready) {
        bool same = now->wstrb == before->wstrb && now->wlast == before->wlast &&
                    memcmp(now->wdata, before->wdata, rules->bus_bytes) == 0;
        check(rules, now->wvalid, AXI_PORT_MEMORY, AXI_RULE_W_DROPPED, before->wdata[0], 0);
        check(rules, !now->wvalid || same, AXI_PORT_MEMORY, AXI_RULE_W_CHANGED, before->wdata[0], now->wdata[0]);
    }
}

static void address_legal(struct axi_rules *rules, const struct cosim_memory_address *burst)
{
    unsigned beats = burst->length + 1u;
    uint64_t bytes = UINT64_C(1) << burst->size;
    bool wrap_length = beats == 2 || beats == 4 || beats == 8 || beats == 16;

    check(rules, bytes <= rules->bus_bytes, AXI_PORT_MEMORY, AXI_RULE_SIZE_TOO_WIDE, burst->address, burst->size);
    check(rules, burst->burst == 1 || (burst->burst == 0 && beats <= 16) || (burst->burst == 2 && wrap_length),
          AXI_PORT_MEMORY, AXI_RULE_BURST_TYPE, burst->burst, beats);
    if (burst->burst == 1) {
        uint64_t last = (burst->address & ~(bytes - 1)) + bytes * beats - 1;
        check(rules, burst->address >> 12 == last >> 12, AXI_PORT_MEMORY, AXI_RULE_CROSSES_4K, burst->address, last);
    }
}

/** Byte lanes that a beat may write: from its address to the end of its AxSIZE container (A3.4.3). */
static uint64_t legal_lanes(const struct axi_rules *rules, const struct cosim_memory_address *burst, unsigned beat)
{
    uint64_t bytes = UINT64_C(1) << burst->size;
    uint64_t address = axi_memory_beat_address(burst, beat);
    unsigned low = (unsigned)(address % rules->bus_bytes);
    unsigned high = (unsigned)((address & ~(bytes - 1)) % rules->bus_bytes + bytes);
    uint64_t below_high = high >= 64 ? UINT64_MAX : (UINT64_C(1) << high) - 1;

    return below_high & ~((UINT64_C(1) << low) - 1);
}

static void write_beat(struct axi_rules *rules, const struct cosim_memory_outputs *outputs)
{
    const struct cosim_memory_address *burst = &rules->burst[rules->first];
    bool last = rules->beat == burst->length;

    check(rules, last || !outputs->wlast, AXI_PORT_MEMORY, AXI_RULE_WLAST_EARLY, rules->beat, burst->length);
    check(rules, !last || outputs->wlast, AXI_PORT_MEMORY, AXI_RULE_WLAST_MISSING, rules->beat, burst->length);
    check(rules, (outputs->wstrb & ~legal_lanes(rules, burst, rules->beat)) == 0, AXI_PORT_MEMORY,
          AXI_RULE_STROBE_OUTSIDE, outputs->wstrb, burst->address);
    rules->beat++;
    if (last) {
        rules->first = (rules->first + 1) % AXI_RULES_BURSTS;
        rules->count--;
        rules->beat = 0;
    }
}

static void memory_bursts(struct axi_rules *rules, const struct cosim_memory_inputs *inputs,
                          const struct cosim_memory_outputs *outputs)
{
    if (outputs->ar.valid && inputs->arready) {
        address_legal(rules, &outputs->ar);
    }
    if (outputs->aw.valid && inputs->awready) {
        address_legal(rules, &outputs->aw);
        check(rules, rules->count < AXI_RULES_BURSTS, AXI_PORT_MEMORY, AXI_RULE_TOO_MANY_WRITES, rules->count, 0);
        if (rules->count < AXI_RULES_BURSTS) {
            rules->burst[(rules->first + rules->count++) % AXI_RULES_BURSTS] = outputs->aw;
        }
    }
    /* The memory takes data only for a burst whose address it has, so the burst of this beat is known. */
    if (outputs->wvalid && inputs->wready && rules->count != 0) {
        write_beat(rules, outputs);
    }
}

static bool memory_moves(const struct cosim_memory_outputs *outputs)
{
    return outputs->aw.valid || outputs->ar.valid || outputs->wvalid;
}

void axi_rules_edge(struct axi_rules *rules, const struct cosim_design_inputs *inputs,
                    const struct cosim_design_outputs *outputs)
{
    bool moves = memory_moves(&outputs->memory);

    if (rules->watched) {
        registers_stable(rules, &outputs->registers);
    }
    registers_answers(rules, &inputs->registers, &outputs->registers);
    rules->register_inputs = inputs->registers;
    rules->registers = outputs->registers;
    rules->watched = true;
    /* Most edges belong to the register port alone: nothing is spent on the other one then. */
    if (rules->memory_watched) {
        memory_stable(rules, &outputs->memory);
    }
    if (moves) {
        memory_bursts(rules, &inputs->memory, &outputs->memory);
        rules->memory_ready.awready = inputs->memory.awready;
        rules->memory_ready.arready = inputs->memory.arready;
        rules->memory_ready.wready = inputs->memory.wready;
        rules->memory = outputs->memory;
    }
    rules->memory_watched = moves;
}

void axi_rules_idle(struct axi_rules *rules, const struct cosim_design_outputs *outputs)
{
    if (rules->watched) {
        registers_stable(rules, &outputs->registers);
    }
    if (rules->memory_watched) {
        memory_stable(rules, &outputs->memory);
    }
    rules->watched = rules->memory_watched = false;
}

const char *axi_rule_text(unsigned rule)
{
#define CASE(number, name, text)                                                                                       \
    case number:                                                                                                       \
        return text;
    switch (rule) {
        AXI_RULE_LIST(CASE)
    default:
        return "?";
    }
#undef CASE
}
