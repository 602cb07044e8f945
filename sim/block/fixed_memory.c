/* SPDX-License-Identifier: MIT */
#include "fixed_memory.h"

#include <string.h>

enum { BEAT_BYTES = 8, ID_PAYLOAD = 0 };

static struct fixed_memory_burst *oldest(struct fixed_memory_queue *queue)
{
    return &queue->bursts[queue->first];
}

static void append(struct fixed_memory_queue *queue, struct fixed_memory_burst burst)
{
    queue->bursts[(queue->first + queue->count) % FIXED_MEMORY_BURSTS] = burst;
    queue->count++;
}

static void remove_oldest(struct fixed_memory_queue *queue)
{
    queue->first = (queue->first + 1) % FIXED_MEMORY_BURSTS;
    queue->count--;
}

void fixed_memory_start(struct fixed_memory *memory, unsigned latency)
{
    memory->latency = latency;
    memory->first_descriptor_address = memory->first_descriptor_data = memory->first_payload_address = 0;
    memory->last_payload_answer = memory->first_completion_answer = memory->last_completion_answer = 0;
}

void fixed_memory_drive(const struct fixed_memory *memory, uint64_t cycle, struct cosim_memory_inputs *inputs)
{
    const struct fixed_memory_burst *read = &memory->reads.bursts[memory->reads.first];
    const struct fixed_memory_burst *answer = &memory->answers.bursts[memory->answers.first];

    *inputs = (struct cosim_memory_inputs){.awready = true, .wready = true, .arready = true};
    if (memory->reads.count != 0 && cycle >= read->due) {
        inputs->rvalid = true;
        inputs->rid = read->id;
        inputs->rlast = read->beats_done + 1 == read->beats;
        memcpy(inputs->rdata, memory->bytes + read->address + BEAT_BYTES * read->beats_done, BEAT_BYTES);
    }
    if (memory->answers.count != 0 && cycle >= answer->due) {
        inputs->bvalid = true;
        inputs->bid = answer->id;
    }
}

static const char *accept(struct fixed_memory_queue *queue, const struct cosim_memory_address *address, uint64_t due)
{
    unsigned beats = address->length + 1u;

    if (queue->count == FIXED_MEMORY_BURSTS) {
        return "more bursts are outstanding than this memory has room for";
    }
    if (address->size != 3 || address->address % BEAT_BYTES != 0 ||
        address->address + (uint64_t)beats * BEAT_BYTES > FIXED_MEMORY_BYTES) {
        return "a burst that this memory does not serve";
    }
    append(queue, (struct fixed_memory_burst){address->address, due, address->id, beats, 0});
    return NULL;
}

static void first(uint64_t *noted, uint64_t cycle)
{
    if (*noted == 0) {
        *noted = cycle;
    }
}

static void take_read(struct fixed_memory *memory, uint64_t cycle)
{
    struct fixed_memory_burst *read = oldest(&memory->reads);

    if (++read->beats_done == read->beats) {
        if (read->id != ID_PAYLOAD) {
            first(&memory->first_descriptor_data, cycle);
        }
        remove_oldest(&memory->reads);
    }
}

static void take_write(struct fixed_memory *memory, uint64_t cycle, const struct cosim_memory_outputs *outputs)
{
    struct fixed_memory_burst *write = oldest(&memory->writes);
    const uint8_t *data = (const uint8_t *)outputs->wdata;

    for (unsigned i = 0; i < BEAT_BYTES; i++) {
        if ((outputs->wstrb >> i & 1) != 0) {
            memory->bytes[write->address + BEAT_BYTES * write->beats_done + i] = data[i];
        }
    }
    if (++write->beats_done == write->beats) {
        write->due = cycle + 1 + memory->latency;
        append(&memory->answers, *write);
        remove_oldest(&memory->writes);
    }
}

static void take_answer(struct fixed_memory *memory, uint64_t cycle)
{
    if (oldest(&memory->answers)->id == ID_PAYLOAD) {
        memory->last_payload_answer = cycle;
    } else {
        first(&memory->first_completion_answer, cycle);
        memory->last_completion_answer = cycle;
    }
    remove_oldest(&memory->answers);
}

const char *fixed_memory_edge(struct fixed_memory *memory, uint64_t cycle, const struct cosim_memory_inputs *inputs,
                              const struct cosim_memory_outputs *outputs)
{
    const char *fault = NULL;

    if (inputs->rvalid && outputs->rready) {
        take_read(memory, cycle);
    }
    if (inputs->bvalid && outputs->bready) {
        take_answer(memory, cycle);
    }
    if (outputs->ar.valid) {
        first(outputs->ar.id == ID_PAYLOAD ? &memory->first_payload_address : &memory->first_descriptor_address, cycle);
        fault = accept(&memory->reads, &outputs->ar, cycle + 1 + memory->latency);
    }
    if (outputs->aw.valid && fault == NULL) {
        fault = accept(&memory->writes, &outputs->aw, 0);
    }
    if (outputs->wvalid && fault == NULL) {
        if (memory->writes.count == 0) {
            return "write data before its address";
        }
        take_write(memory, cycle, outputs);
    }
    return fault;
}
