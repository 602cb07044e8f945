/* SPDX-License-Identifier: MIT */
#include "internal.h"
#include <kipc/throughput.h>

int kipc_throughput_set_up(struct kipc_throughput *throughput, struct kipc_sample *samples, uint32_t capacity,
                           uint64_t interval, uint64_t now)
{
    KIPC_GUARD(throughput != NULL && samples != NULL && capacity >= 1 && interval >= 1, KIPC_E_INVAL);
    throughput->interval = interval;
    throughput->current.start = now;
    throughput->current.messages = 0;
    throughput->current.bytes = 0;
    throughput->samples = samples;
    throughput->capacity = capacity;
    throughput->first = 0;
    throughput->count = 0;
    throughput->lost = 0;
    return KIPC_OK;
}

static void finish(struct kipc_throughput *throughput)
{
    if (throughput->current.messages == 0) {
        return;
    }
    if (throughput->count == throughput->capacity) {
        throughput->lost += 1;
        return;
    }
    uint32_t place = throughput->first + throughput->count;
    throughput->samples[place < throughput->capacity ? place : place - throughput->capacity] = throughput->current;
    throughput->count += 1;
}

/* However long nothing came, one step leads into the interval of now. */
static void advance(struct kipc_throughput *throughput, uint64_t now)
{
    uint64_t elapsed = now - throughput->current.start;
    if (elapsed < throughput->interval) {
        return;
    }
    finish(throughput);
    throughput->current.start = now - elapsed % throughput->interval;
    throughput->current.messages = 0;
    throughput->current.bytes = 0;
}

void kipc_throughput_add(struct kipc_throughput *throughput, uint64_t bytes, uint64_t now)
{
    advance(throughput, now);
    throughput->current.messages += 1;
    throughput->current.bytes += bytes;
}

int kipc_throughput_take(struct kipc_throughput *throughput, struct kipc_sample *sample, uint64_t now)
{
    KIPC_GUARD(sample != NULL, KIPC_E_INVAL);
    advance(throughput, now);
    KIPC_GUARD(throughput->count != 0, KIPC_E_EMPTY);
    *sample = throughput->samples[throughput->first];
    throughput->first = throughput->first + 1 < throughput->capacity ? throughput->first + 1 : 0;
    throughput->count -= 1;
    return KIPC_OK;
}
