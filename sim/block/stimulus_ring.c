/* SPDX-License-Identifier: MIT */
/* Traffic of rings: set-up, descriptors, tails, completions taken, aborts. */
#include "stimulus.h"

#include <string.h>

enum {
    DESCRIPTORS = 0x100000,
    COMPLETIONS = 0x180000,
    SOURCES = 0x200000,
    DESTINATIONS = 0x300000,
    REGION = 0x100000,
    RING_STRIDE = 0x4000,
    SIZE_LOG2_MOST = 4,
    EVENTS_WITH_ADDRESS = RING_FETCH_FAILED | RING_COMPLETION_FAILED,
    FLAG_INTERRUPT = 1,
    FLAG_CHAIN = 8,
    FLAG_CRC = 16,
    FLAG_NOTIFY = 32,
};

static uint64_t payload_address(struct stimulus *stimulus, uint64_t region)
{
    uint64_t address = region + (stimulus_random(stimulus) % (REGION - 16384) & ~7ull);

    if (stimulus_chance(stimulus, 100 * stimulus->profile->unaligned)) {
        address += stimulus_below(stimulus, 8);
    }
    if (stimulus_below(stimulus, 8) == 0) { /* just below a page */
        address = (address & ~0xfffull) + 0xfc0 + stimulus_below(stimulus, 64);
    }
    if (stimulus_chance(stimulus, 100 * stimulus->profile->faulty)) {
        address |= MEMORY_FAULTY;
    }
    return stimulus_below(stimulus, 4) == 0 ? address | (uint64_t)stimulus_below(stimulus, 0x10000) << 32 : address;
}

static uint32_t payload_length(struct stimulus *stimulus, const struct model *model)
{
    static const uint32_t boundary[] = {0, 1, 7, 8, 9, 127, 128, 129, 4095, 4096, 4097, 8192};

    if (stimulus->profile->lengths == LENGTHS_BOUNDARY && stimulus_below(stimulus, 4) == 0) {
        return boundary[stimulus_below(stimulus, sizeof boundary / sizeof boundary[0])];
    }
    if (stimulus_below(stimulus, 200) == 0) {
        if (stimulus->profile->memory.faults != 0 && stimulus_below(stimulus, 2) == 0) {
            return model->size.length_maximum;
        }
        return model->size.length_maximum + 1 + stimulus_below(stimulus, 2) * 0x7fffffff;
    }
    if (stimulus->profile->lengths == LENGTHS_MIXED && stimulus_below(stimulus, 8) == 0) {
        return stimulus_below(stimulus, 1200);
    }
    return stimulus_below(stimulus, 4) == 0 ? stimulus_below(stimulus, 150) : stimulus_below(stimulus, 40);
}

static uint32_t notification(struct stimulus *stimulus, const struct model *model, unsigned agent)
{
    const unsigned to =
        stimulus_below(stimulus, 32) == 0 ? stimulus_below(stimulus, 8) : stimulus_peer(stimulus, model, agent);
    const unsigned window =
        stimulus_below(stimulus, 32) == 0 ? stimulus_below(stimulus, 4) : stimulus_below(stimulus, model->size.windows);

    return to << 16 | window << 8 | stimulus_below(stimulus, 3);
}

static void write_descriptor(struct stimulus *stimulus, const struct model *model, unsigned ring, unsigned slot,
                             bool chain)
{
    const uint64_t at = (model->rings[ring].submission_base & ~31ull) + 32ull * slot;
    uint64_t words[4] = {payload_address(stimulus, SOURCES), payload_address(stimulus, DESTINATIONS)};
    uint32_t flags = stimulus_below(stimulus, 2) ? FLAG_INTERRUPT : 0;

    flags |= stimulus_below(stimulus, 8) == 0 ? 2 : 0;
    flags |= stimulus_below(stimulus, 8) == 0 ? 4 : 0;
    flags |= chain ? FLAG_CHAIN : 0;
    flags |= stimulus_below(stimulus, model->size.crc ? 3 : 32) == 0 ? FLAG_CRC : 0;
    if (stimulus_below(stimulus, 2) == 0) {
        flags |= FLAG_NOTIFY;
        words[3] = notification(stimulus, model, ring / model->size.rings);
    }
    const uint32_t length = payload_length(stimulus, model);
    if (length == model->size.length_maximum) {
        words[0] |= MEMORY_FAULTY; /* an error ends it soon */
    }
    words[2] = length | (uint64_t)flags << 32 | stimulus_random(stimulus) << 48;
    if (stimulus_below(stimulus, 60) == 0 || stimulus_chance(stimulus, 20 * stimulus->profile->hostile)) {
        /* One bit of the flags, of the notification or of the reserved word is wrong. */
        const unsigned bit = stimulus_below(stimulus, 16 + 64);
        words[bit < 16 ? 2 : 3] ^= 1ull << (bit < 16 ? 32 + bit : bit - 16);
    }
    if (stimulus_chance(stimulus, 5 * stimulus->profile->hostile)) {
        words[stimulus_below(stimulus, 4)] = stimulus_random(stimulus);
    }
    memcpy(stimulus->memory->bytes + (at & (MEMORY_BYTES - 1)), words, sizeof words);
}

static unsigned ring_offset(const struct model *model, unsigned ring)
{
    return 0x5000 + ring % model->size.rings * 0x100;
}

/** The tail as it will be when what is on its way has arrived. */
static uint16_t tail_of(struct stimulus *stimulus, const struct model *model, unsigned ring)
{
    if (model->rings[ring].tail == stimulus->planned_tail[ring]) {
        stimulus->tail_on_its_way[ring] = false;
    }
    if (stimulus->tail_on_its_way[ring] && model->cycle < stimulus->resynchronise[ring]) {
        return stimulus->planned_tail[ring];
    }
    stimulus->tail_on_its_way[ring] = false;
    stimulus->planned_tail[ring] = model->rings[ring].tail;
    return stimulus->planned_tail[ring];
}

static void submit(struct stimulus *stimulus, const struct model *model, unsigned ring)
{
    const struct ring *state = &model->rings[ring];
    const unsigned log2 = state->submission_log2 > 12 ? 12 : state->submission_log2;
    const uint16_t tail = tail_of(stimulus, model, ring);
    const unsigned room = (1u << log2) - (uint16_t)(tail - state->head);
    unsigned count = 0;

    if (stimulus->tail_on_its_way[ring] || room == 0 || room > 1u << log2) {
        return;
    }
    const bool hurries = stimulus->profile->long_lived != 0 && ring == 0; /* towards the end of its indices */
    const unsigned wanted = 1 + stimulus_below(stimulus, room < 4 || hurries ? room : 4);
    for (bool chain = false; count < wanted || (chain && count < room); count++) {
        chain = stimulus_below(stimulus, 4) == 0;
        if (count + 1 == room && stimulus_below(stimulus, 16) != 0) {
            chain = false;
        }
        write_descriptor(stimulus, model, ring, (tail + count) & ((1u << log2) - 1), chain);
    }
    stimulus->planned_tail[ring] = (uint16_t)(tail + count);
    stimulus->tail_on_its_way[ring] = true;
    stimulus->resynchronise[ring] = model->cycle + 100;
    stimulus_write(stimulus, ring / model->size.rings, ring_offset(model, ring) + 0x20,
                   stimulus_number(stimulus, stimulus->planned_tail[ring]));
}

static uint32_t base_of(struct stimulus *stimulus, uint32_t region, unsigned ring)
{
    uint32_t base = region + ring * RING_STRIDE + 32 * stimulus_below(stimulus, 16);

    if (stimulus_chance(stimulus, 100 * stimulus->profile->faulty)) {
        base |= MEMORY_FAULTY;
    }
    return base | stimulus_below(stimulus, 16);
}

/** Mostly small rings, which wrap often; sometimes any size, also those that are too large. */
static unsigned size_log2(struct stimulus *stimulus, unsigned ring)
{
    if (stimulus->profile->long_lived != 0 && ring == 0) {
        return SIZE_LOG2_MOST;
    }
    return stimulus_below(stimulus, stimulus_below(stimulus, 5) == 0 ? 16 : SIZE_LOG2_MOST + 1);
}

static void set_up(struct stimulus *stimulus, const struct model *model, unsigned ring)
{
    const unsigned agent = ring / model->size.rings, at = ring_offset(model, ring);

    stimulus_write(stimulus, agent, at + 0x00, base_of(stimulus, DESCRIPTORS, ring));
    stimulus_write(stimulus, agent, at + 0x04, stimulus_below(stimulus, 3));
    stimulus_write(stimulus, agent, at + 0x08, base_of(stimulus, COMPLETIONS, ring));
    stimulus_write(stimulus, agent, at + 0x0c, stimulus_below(stimulus, 3));
    stimulus_write(stimulus, agent, at + 0x10, size_log2(stimulus, ring) | size_log2(stimulus, ring) << 8);
    if (stimulus_chance(stimulus, 100 * stimulus->profile->long_moderation)) {
        stimulus_write(stimulus, agent, at + 0x34, 50 + stimulus_below(stimulus, 100));
        stimulus_write(stimulus, agent, at + 0x38, 10000 + stimulus_below(stimulus, 100000));
    } else if (stimulus_below(stimulus, 3) == 0) {
        stimulus_write(stimulus, agent, at + 0x34, stimulus_below(stimulus, 6));
        stimulus_write(stimulus, agent, at + 0x38, stimulus_below(stimulus, 400));
    }
    stimulus_write(stimulus, agent, at + 0x14, stimulus_below(stimulus, 3) == 0 ? 3 : 1);
}

static void take(struct stimulus *stimulus, const struct model *model, unsigned ring)
{
    const struct ring *state = &model->rings[ring];
    unsigned count = (uint16_t)(state->completion_tail - state->completion_head);

    if (count > 0 && stimulus_below(stimulus, 4) == 0) {
        count = 1 + stimulus_below(stimulus, count);
    }
    if (count > 0 || stimulus_below(stimulus, 32) == 0) {
        stimulus_write(stimulus, ring / model->size.rings, ring_offset(model, ring) + 0x28,
                       stimulus_number(stimulus, state->completion_head + count));
    }
}

static void other_write(struct stimulus *stimulus, const struct model *model, unsigned ring)
{
    const unsigned agent = ring / model->size.rings, at = ring_offset(model, ring);

    switch (stimulus_below(stimulus, 8)) {
    case 0:
        stimulus_write(stimulus, agent, at + 0x34, stimulus_below(stimulus, 5));
        break;
    case 1:
        stimulus_write(stimulus, agent, at + 0x38,
                       stimulus_below(stimulus, stimulus_below(stimulus, 4) == 0 ? 3000 : 60));
        break;
    case 2:
        if (stimulus_chance(stimulus, stimulus->profile->aborts * 20)) {
            stimulus_write(stimulus, agent, at + 0x18, stimulus_below(stimulus, 4) != 0);
        }
        break;
    case 3:
        if (stimulus->profile->long_lived != 0 && ring == 0) {
            break;
        }
        stimulus_write(stimulus, agent, at + 0x14,
                       stimulus_below(stimulus, 8) == 0 ? stimulus_below(stimulus, 4)
                                                        : 1 | stimulus_below(stimulus, 4));
        break;
    case 4:
        if (stimulus_below(stimulus, 8) == 0) { /* a tail that is there already is not wrong */
            stimulus_write(stimulus, agent, at + 0x20, stimulus_number(stimulus, model->rings[ring].tail));
        } else if (stimulus_below(stimulus, 16) == 0) { /* an index that may be wrong */
            stimulus_write(stimulus, agent, at + (stimulus_below(stimulus, 2) ? 0x20 : 0x28),
                           (uint32_t)(model->rings[ring].tail + stimulus_below(stimulus, 64) - 32));
        }
        break;
    default:
        stimulus_write(stimulus, agent, at + 0x30, stimulus_below(stimulus, 4) == 0 ? stimulus_bits(stimulus) : 0x3f);
    }
}

void stimulus_ring(struct stimulus *stimulus, const struct model *model)
{
    static const uint8_t readable[] = {0x00, 0x04, 0x08, 0x0c, 0x10, 0x14, 0x1c, 0x1c, 0x20, 0x24, 0x24, 0x28,
                                       0x2c, 0x2c, 0x30, 0x30, 0x34, 0x38, 0x3c, 0x40, 0x44, 0x44, 0xfc};
    const unsigned any =
        stimulus_agent(stimulus, model) * model->size.rings + stimulus_below(stimulus, model->size.rings);
    const unsigned ring = stimulus_chance(stimulus, 100 * stimulus->profile->long_lived) ? 0 : any;
    const unsigned agent = ring / model->size.rings;
    const struct ring *state = &model->rings[ring];

    if (stimulus_chance(stimulus, stimulus->profile->claims)) {
        stimulus_write(stimulus, agent, ring_offset(model, ring) + 0xfc, stimulus_below(stimulus, 2));
        return;
    }
    if ((state->events & EVENTS_WITH_ADDRESS) != 0 && stimulus_below(stimulus, 8) == 0) {
        stimulus_read(stimulus, agent, ring_offset(model, ring) + (stimulus_below(stimulus, 4) == 0 ? 0x40 : 0x3c));
        return;
    }
    switch (stimulus_below(stimulus, 8)) {
    case 0:
    case 1:
    case 2:
        if (state->enable) {
            submit(stimulus, model, ring);
        } else if (!ring_busy(model, ring)) {
            set_up(stimulus, model, ring);
        }
        break;
    case 3:
    case 4:
        take(stimulus, model, ring);
        break;
    case 5:
        other_write(stimulus, model, ring);
        break;
    default:
        stimulus_read(stimulus, agent, ring_offset(model, ring) + readable[stimulus_below(stimulus, sizeof readable)]);
    }
}
