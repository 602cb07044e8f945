/* SPDX-License-Identifier: MIT */
/* See memory.h. */
#include "memory.h"

#include "bus/random.h"

#include <string.h>

void memory_reset(struct memory *memory)
{
    memory->read_count = memory->write_count = memory->beat_count = 0;
    memory->r_chosen = memory->b_chosen = -1;
    memory->held_until = 0;
}

uint8_t memory_response(const struct memory *memory, uint64_t address)
{
    if ((address & MEMORY_FAULTY) == 0 || memory->style.faults == 0) {
        return COSIM_AXI_OKAY;
    }
    const uint64_t hash = ((address & 0xfffffff) >> 6) * 0x9e3779b97f4a7c15u;

    if ((hash >> 33) % 100 >= memory->style.faults) {
        return COSIM_AXI_OKAY;
    }
    return (hash >> 60 & 1) != 0 ? COSIM_AXI_SLVERR : COSIM_AXI_DECERR;
}

static uint64_t delay(struct memory *memory)
{
    const unsigned range = memory->style.latency_most - memory->style.latency_least + 1;

    return memory->style.latency_least + (range > 1 ? random_next(&memory->random) % range : 0);
}

static uint64_t load(const struct memory *memory, uint64_t address)
{
    uint64_t word = 0;

    memcpy(&word, memory->bytes + (address & (MEMORY_BYTES - 1) & ~7ull), sizeof word);
    return word;
}

static void store(struct memory *memory, uint64_t address, uint64_t data, uint8_t strobe)
{
    uint8_t *at = memory->bytes + (address & (MEMORY_BYTES - 1) & ~7ull);

    for (unsigned i = 0; i < 8; i++) {
        if ((strobe >> i & 1) != 0) {
            at[i] = (uint8_t)(data >> (8 * i));
        }
    }
}

/** Chooses among the oldest reads of each identifier that are ready. */
static int choose_read(struct memory *memory)
{
    uint32_t seen = 0;
    int chosen = -1;

    for (unsigned i = 0; i < memory->read_count; i++) {
        const struct memory_read *read = &memory->reads[i];
        const uint32_t bit = 1u << read->id;
        if ((seen & bit) == 0 && memory->cycle >= read->ready &&
            (chosen < 0 || (random_next(&memory->random) & 1) != 0)) {
            chosen = (int)i;
        }
        seen |= bit;
    }
    return chosen;
}

static int choose_answer(struct memory *memory)
{
    uint32_t seen = 0;
    int chosen = -1;

    for (unsigned i = 0; i < memory->write_count; i++) {
        const struct memory_write *write = &memory->writes[i];
        const uint32_t bit = 1u << write->id;
        const bool held = write->id == memory->held_id && memory->cycle < memory->held_until;
        if ((seen & bit) == 0 && write->complete && !held && memory->cycle >= write->ready &&
            (chosen < 0 || (random_next(&memory->random) & 1) != 0)) {
            chosen = (int)i;
        }
        seen |= bit;
    }
    return chosen;
}

/** What is on a channel while its valid is low means nothing: anything. */
static void drive_noise(struct memory *memory, struct cosim_memory_inputs *in)
{
    const uint64_t noise = random_next(&memory->random);

    memset(in, 0, sizeof *in);
    in->rdata[0] = noise;
    in->rid = noise & 3;
    in->rresp = noise >> 2 & 3;
    in->rlast = (noise >> 4 & 1) != 0;
    in->bid = noise >> 5 & 3;
    in->bresp = noise >> 7 & 3;
}

void memory_drive(struct memory *memory, struct cosim_memory_inputs *in)
{
    const struct memory_style *style = &memory->style;

    drive_noise(memory, in);
    in->arready = memory->read_count < MEMORY_QUEUE && !random_chance(&memory->random, style->ar_stall);
    in->awready = memory->write_count < MEMORY_QUEUE && !random_chance(&memory->random, style->aw_stall);
    in->wready = memory->beat_count < MEMORY_BEATS && !random_chance(&memory->random, style->w_stall);
    if (memory->read_count > 0 && memory->r_chosen < 0 && !random_chance(&memory->random, style->r_gap)) {
        memory->r_chosen = choose_read(memory);
    }
    if (memory->r_chosen >= 0) {
        const struct memory_read *read = &memory->reads[memory->r_chosen];
        const uint64_t address = read->address + 8ull * read->done;
        in->rvalid = true;
        in->rid = read->id;
        /* Some beats of a burst fail and others do not, the last one included. */
        in->rresp = (address * 0x9e3779b97f4a7c15u >> 60 & 1) != 0 ? memory_response(memory, address) : COSIM_AXI_OKAY;
        in->rdata[0] = load(memory, address);
        in->rlast = read->done + 1 == read->beats;
    }
    if (memory->write_count > 0 && memory->b_chosen < 0 && !random_chance(&memory->random, style->b_gap)) {
        memory->b_chosen = choose_answer(memory);
    }
    if (memory->b_chosen >= 0) {
        in->bvalid = true;
        in->bid = memory->writes[memory->b_chosen].id;
        in->bresp = memory->writes[memory->b_chosen].response;
    }
}

static void take_beats(struct memory *memory)
{
    unsigned used = 0;

    for (unsigned i = 0; i < memory->write_count && used < memory->beat_count; i++) {
        struct memory_write *write = &memory->writes[i];
        while (!write->complete && used < memory->beat_count) {
            if (write->response == COSIM_AXI_OKAY) {
                store(memory, write->address + 8ull * write->done, memory->beats[used].data,
                      memory->beats[used].strobe);
            }
            used++;
            write->done++;
            write->complete = write->done == write->beats;
            write->ready = memory->cycle + 1 + delay(memory);
        }
    }
    memory->beat_count -= used;
    memmove(&memory->beats[0], &memory->beats[used], memory->beat_count * sizeof memory->beats[0]);
}

static void finish_channels(struct memory *memory, const struct cosim_memory_inputs *in,
                            const struct cosim_memory_outputs *out)
{
    if (in->rvalid && out->rready) {
        struct memory_read *read = &memory->reads[memory->r_chosen];
        if (++read->done == read->beats) {
            memory->read_count--;
            memmove(read, read + 1, (memory->read_count - (unsigned)memory->r_chosen) * sizeof *read);
        }
        memory->r_chosen = -1;
    }
    if (in->bvalid && out->bready) {
        struct memory_write *write = &memory->writes[memory->b_chosen];
        memory->write_count--;
        memmove(write, write + 1, (memory->write_count - (unsigned)memory->b_chosen) * sizeof *write);
        memory->b_chosen = -1;
    }
}

void memory_sample(struct memory *memory, const struct cosim_memory_inputs *in, const struct cosim_memory_outputs *out)
{
    finish_channels(memory, in, out);
    if (out->ar.valid && in->arready) {
        memory->reads[memory->read_count++] = (struct memory_read){.address = out->ar.address & ~7ull,
                                                                   .ready = memory->cycle + 1 + delay(memory),
                                                                   .id = out->ar.id & 3,
                                                                   .beats = (uint16_t)(out->ar.length + 1)};
    }
    if (out->aw.valid && in->awready) {
        memory->writes[memory->write_count++] =
            (struct memory_write){.address = out->aw.address & ~7ull,
                                  .id = out->aw.id & 3,
                                  .beats = (uint16_t)(out->aw.length + 1),
                                  .response = memory_response(memory, out->aw.address)};
    }
    if (out->wvalid && in->wready) {
        memory->beats[memory->beat_count].data = out->wdata[0];
        memory->beats[memory->beat_count++].strobe = (uint8_t)out->wstrb;
    }
    if (memory->beat_count > 0) {
        take_beats(memory);
    }
    memory->cycle++;
}

bool memory_idle(const struct memory *memory)
{
    return memory->read_count == 0 && memory->write_count == 0 && memory->beat_count == 0;
}

bool memory_answer_waits(const struct memory *memory, uint32_t id)
{
    for (unsigned i = 0; i < memory->write_count; i++) {
        if (memory->writes[i].id == id) {
            return memory->writes[i].complete;
        }
    }
    return false;
}

void memory_hold_answers(struct memory *memory, uint32_t id, unsigned cycles)
{
    memory->held_id = id;
    memory->held_until = memory->cycle + cycles;
}
