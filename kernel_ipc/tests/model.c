/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "model.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define STACK_BYTES 65536u

struct model model;

uint64_t model_mix(uint64_t hash, uint64_t value)
{
    hash ^= value + UINT64_C(0x9E3779B97F4A7C15) + (hash << 6) + (hash >> 2);
    hash *= UINT64_C(0xff51afd7ed558ccd);
    return hash ^ hash >> 32;
}

static void switch_to_scheduler(void)
{
    swapcontext(&model.threads[model.current].context, &model.scheduler);
}

static bool in_thread(void)
{
    return model.current < EXPLORER_THREADS_MAX;
}

static struct model_thread *self(void)
{
    return &model.threads[model.current];
}

static void observe(uint64_t value)
{
    if (in_thread()) {
        self()->seen = model_mix(self()->seen, value + 1);
    }
}

/* A point at which any other thread may go first. It counts as seen: where a thread stands is part of its state. */
static void step(void)
{
    if (in_thread() && !model.in_section) {
        observe(0);
        switch_to_scheduler();
    }
}

void model_flush_one(struct model_thread *thread)
{
    *thread->stores[0].word = thread->stores[0].value;
    thread->store_count -= 1;
    memmove(&thread->stores[0], &thread->stores[1], thread->store_count * sizeof(thread->stores[0]));
}

static void flush_all(struct model_thread *thread)
{
    while (thread->store_count > 0) {
        model_flush_one(thread);
    }
}

uint32_t kipc_model_load(const kipc_shared_word *word, enum ki_order order)
{
    (void)order; /* loads are in order in this model */
    step();
    uint32_t value = *word;
    if (in_thread()) {
        for (size_t i = 0; i < self()->store_count; i++) { /* a thread sees its own stores at once */
            value = self()->stores[i].word == word ? self()->stores[i].value : value;
        }
    }
    observe(value);
    return value;
}

void kipc_model_store(kipc_shared_word *word, uint32_t value, enum ki_order order)
{
    if (!in_thread()) {
        *word = value;
        return;
    }
    step();
    observe(value);
    if (self()->store_count == MODEL_STORES_MAX) {
        model_flush_one(self());
    }
    self()->stores[self()->store_count++] = (struct model_store){.word = word, .value = value};
    if (order == KI_SEQUENCED) {
        flush_all(self());
    }
}

bool kipc_model_claim(kipc_shared_word *word, uint32_t expected, uint32_t desired)
{
    step();
    if (in_thread()) {
        flush_all(self());
    }
    bool claimed = *word == expected;
    if (claimed) {
        *word = desired;
    }
    observe(claimed);
    return claimed;
}

static uint32_t model_current(void *context)
{
    (void)context;
    return (uint32_t)model.current;
}

static int model_block(void *context, uint64_t deadline)
{
    (void)context;
    step();
    struct model_thread *thread = self();
    flush_all(thread); /* a scheduler's lock orders everything */
    thread->timed_out = false;
    if (!thread->token) {
        thread->status = STATUS_BLOCKED;
        thread->has_deadline = deadline != KIPC_FOREVER;
        switch_to_scheduler();
    }
    if (!thread->timed_out) {
        thread->token = false;
    }
    observe(thread->timed_out);
    return thread->timed_out ? KIPC_E_TIMEDOUT : KIPC_OK;
}

static void model_wake(void *context, uint32_t thread)
{
    (void)context;
    step();
    observe(thread);
    if (thread < model.scenario->thread_count) {
        model.threads[thread].token = true;
        if (model.threads[thread].status == STATUS_BLOCKED) {
            model.threads[thread].status = STATUS_READY;
        }
    }
}

static void model_relax(void *context)
{
    (void)context;
    step();
}

/* Time does not pass by itself here: a deadline expires in a step of its own, whenever the thread is blocked. */
static uint64_t model_ticks(void *context)
{
    (void)context;
    return 1;
}

static uint32_t model_io_read32(void *context, uintptr_t address)
{
    (void)context;
    (void)address;
    explorer_fail("no device here");
    return 0;
}

static void model_io_write32(void *context, uintptr_t address, uint32_t value)
{
    (void)value;
    (void)model_io_read32(context, address);
}

/* At this moment nobody has a store on its way: the same as a fence of each of the others. */
static void model_fence_all(void *context)
{
    (void)context;
    step();
    for (size_t i = 0; i < model.scenario->thread_count; i++) {
        flush_all(&model.threads[i]);
    }
}

static const struct kipc_port_ops model_ops = {
    .current = model_current,
    .block = model_block,
    .wake = model_wake,
    .relax = model_relax,
    .ticks = model_ticks,
    .cycles = model_ticks,
    .io_read32 = model_io_read32,
    .io_write32 = model_io_write32,
    .fence_to_device = model_relax,
    .fence_from_device = model_relax,
};

const struct kipc_port model_port = {
    .ops = &model_ops, .context = NULL, .spin_iterations = 0, .fence_all = model_fence_all};

uint64_t model_memory_hash(void)
{
    uint64_t hash = 1;
    const uint8_t *memory = model.scenario->memory;
    for (size_t i = 0; i + 8 <= model.scenario->memory_bytes; i += 8) {
        uint64_t word;
        memcpy(&word, memory + i, sizeof(word));
        hash = model_mix(hash, word);
    }
    return hash;
}

static uintptr_t model_lock(void *context)
{
    (void)context;
    step();
    model.in_section = true;
    if (in_thread()) {
        flush_all(self()); /* a lock orders everything */
        observe(model_memory_hash());
    }
    return 0;
}

static void model_unlock(void *context, uintptr_t state)
{
    (void)context;
    (void)state;
    model.in_section = false;
}

static void model_set_priority(void *context, uint32_t thread, uint8_t priority)
{
    (void)context;
    (void)thread;
    (void)priority;
}

static const struct kipc_scheduler_ops model_scheduler_ops = {
    .lock = model_lock, .unlock = model_unlock, .set_priority = model_set_priority};

const struct kipc_scheduler explorer_scheduler = {.ops = &model_scheduler_ops, .context = NULL};

void explorer_fail(const char *what)
{
    model.failure = what;
    switch_to_scheduler(); /* never resumed */
}

void explorer_forget_past(void)
{
    self()->seen = 0;
}

void explorer_await_wire(unsigned int wire)
{
    step();
    if (!model.wires[wire]) {
        self()->status = STATUS_AWAITS_WIRE;
        self()->wire = wire;
        switch_to_scheduler();
    }
    model.wires[wire] = false;
    observe(wire);
}

void explorer_raise_wire(unsigned int wire)
{
    step();
    flush_all(self()); /* the driver's fence before the doorbell */
    model.wires[wire] = true;
    for (size_t i = 0; i < model.scenario->thread_count; i++) {
        struct model_thread *thread = &model.threads[i];
        if (thread->status == STATUS_AWAITS_WIRE && thread->wire == wire) {
            thread->status = STATUS_READY;
        }
    }
}

static void thread_main(void)
{
    model.scenario->threads[model.current]();
    self()->status = STATUS_DONE;
    flush_all(self());
    switch_to_scheduler();
}

static void start_thread(struct model_thread *thread)
{
    uint8_t *stack = thread->stack != NULL ? thread->stack : malloc(STACK_BYTES);
    if (stack == NULL) {
        abort();
    }
    memset(thread, 0, sizeof(*thread));
    thread->stack = stack;
    if (getcontext(&thread->context) != 0) {
        abort();
    }
    thread->context.uc_stack.ss_sp = thread->stack;
    thread->context.uc_stack.ss_size = STACK_BYTES;
    thread->context.uc_link = NULL;
    makecontext(&thread->context, thread_main, 0);
}

void model_resume(size_t thread)
{
    model.current = thread;
    swapcontext(&model.scheduler, &model.threads[thread].context);
    model.current = EXPLORER_THREADS_MAX;
}

void model_start(const struct explorer_scenario *scenario)
{
    model.scenario = scenario;
    model.current = EXPLORER_THREADS_MAX;
    model.in_section = false;
    memset(scenario->memory, 0, scenario->memory_bytes);
    memset(model.wires, 0, sizeof(model.wires));
    for (size_t i = 0; i < scenario->thread_count; i++) {
        start_thread(&model.threads[i]);
    }
}

void model_end(void)
{
    for (size_t i = 0; i < EXPLORER_THREADS_MAX; i++) {
        free(model.threads[i].stack);
        model.threads[i].stack = NULL;
    }
}
