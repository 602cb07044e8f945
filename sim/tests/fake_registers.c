/* SPDX-License-Identifier: MIT */
/* What is behind the fake design's register port. */
#include "fake_design.h"

#include <string.h>

static uint32_t read_word(struct fake *fake, uint64_t offset)
{
    uint32_t word;

    if (offset < FAKE_POP) {
        memcpy(&word, fake->scratch + offset, sizeof word);
        return word;
    }
    switch (offset) {
    case FAKE_POP:
        return (uint32_t)fake->pops++;
    case FAKE_STATUS:
        return (uint32_t)fake->status;
    case FAKE_CYCLE:
        return (uint32_t)fake->cycle;
    default:
        return 0;
    }
}

static void write_word(struct fake *fake, uint64_t offset, uint32_t value, uint32_t mask)
{
    uint32_t word;

    if (offset < FAKE_POP) {
        memcpy(&word, fake->scratch + offset, sizeof word);
        word = (word & ~mask) | (value & mask);
        memcpy(fake->scratch + offset, &word, sizeof word);
        return;
    }
    value &= mask;
    if (mask == 0) {
        return;
    }
    if (offset >= FAKE_TIMER && offset < FAKE_TIMER + 8 * FAKE_WIRES) {
        fake->timer[(offset - FAKE_TIMER) / 8] = offset % 8 == 0 ? value : 0;
        return;
    }
    switch (offset) {
    case FAKE_STATUS:
        fake->status &= ~(uint64_t)value;
        break;
    case FAKE_RING:
        fake->status |= value;
        break;
    case FAKE_PULSE:
        fake->pulse = value;
        break;
    case FAKE_PERIOD:
        fake->period = fake->period_left = value;
        break;
    case FAKE_START:
        fake->manager.allowed += value;
        break;
    case FAKE_TRACE:
        fake->trace_left = value;
        fake->trace.value = value;
        fake->trace.channel = (uint8_t)fake->request.user;
        break;
    case FAKE_ASSERT:
        fake->listener.assertion(fake->listener.context, "rtl/fake.sv", value, "told to fail");
        break;
    default:
        break;
    }
}

static uint32_t mask_of(uint8_t strobe)
{
    uint32_t mask = 0;

    for (unsigned byte = 0; byte < 4; byte++) {
        mask |= (strobe >> byte & 1) != 0 ? UINT32_C(0xff) << (8 * byte) : 0;
    }
    return mask;
}

static void log_access(struct fake *fake)
{
    if (fake->access_count < FAKE_ACCESSES_MAX) {
        fake->request.cycle = fake->cycle;
        fake->access[fake->access_count++] = fake->request;
    }
}

void fake_registers_perform(struct fake *fake)
{
    struct fake_access *request = &fake->request;

    fake->data = 0;
    for (unsigned byte = 0; byte < fake->options.register_bytes; byte += 4) {
        uint64_t offset = request->address + byte;
        if (request->write) {
            write_word(fake, offset, (uint32_t)(request->data >> (8 * byte)),
                       mask_of((uint8_t)(request->strobe >> byte)));
        } else {
            fake->data |= (uint64_t)read_word(fake, offset) << (8 * byte);
        }
    }
    fake->response = (request->address & ~UINT64_C(7)) == FAKE_ERROR ? COSIM_AXI_SLVERR : COSIM_AXI_OKAY;
    log_access(fake);
}
