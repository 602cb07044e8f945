/* SPDX-License-Identifier: MIT */
/* The cycle loop of a run. */
#include "run.h"

#include "bus/random.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    RESET_CYCLES = 3,
    SILENCE_BOUND = 2048, /* cycles in which work waits and nothing moves on the memory port: it hangs */
    PROMISE_BOUND = 16,   /* cycles in which nothing has moved or will move */
    ANSWER_BOUND = 16,
    DRAIN_BOUND = 400000,     /* cycles at the end of a run in which what has begun must end */
    CLOCK_INTERVAL = 1 << 14, /* cycles from one look at the host's clock to the next */
};

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void note_assertion(void *context, const char *file, unsigned line, const char *message)
{
    struct run *run = context;
    const char *name = strrchr(file, '/') != NULL ? strrchr(file, '/') + 1 : file;

    if (!run->asserted) {
        run->asserted = true;
        snprintf(run->assertion_file, sizeof run->assertion_file, "%.*s", (int)strcspn(name, "."), name);
        snprintf(run->assertion, sizeof run->assertion, "line %u: %s", line, message);
    }
}

static void hardware_reset(struct run *run)
{
    run->options->design->reset(run->instance, RESET_CYCLES);
    hypotheses_reset(&run->hypotheses, &run->options->size);
    memory_reset(&run->memory);
    driver_reset(&run->driver);
    stimulus_reset(&run->stimulus);
    run->ar_waited = run->aw_waited = run->w_waited = false;
    run->silent = run->unpromised = 0;
    run->resets++;
}

static bool same_address(const struct cosim_memory_address *a, const struct cosim_memory_address *b)
{
    return b->valid && a->address == b->address && a->id == b->id && a->length == b->length && a->size == b->size &&
           a->burst == b->burst;
}

/** What is offered stays as it is until it is taken (IHI 0022, A3.2.1). */
static void check_stable(struct run *run)
{
    struct model *model = run->hypotheses.models[0];
    const struct cosim_memory_outputs *now = &run->out.memory, *before = &run->before;

    if (run->ar_waited && !same_address(&before->ar, &now->ar)) {
        model_fail(model, "axi_stable", "AR changed while it waited");
    }
    if (run->aw_waited && !same_address(&before->aw, &now->aw)) {
        model_fail(model, "axi_stable", "AW changed while it waited");
    }
    if (run->w_waited && (!now->wvalid || now->wdata[0] != before->wdata[0] || now->wstrb != before->wstrb ||
                          now->wlast != before->wlast)) {
        model_fail(model, "axi_stable", "W changed while it waited");
    }
    run->ar_waited = now->ar.valid && !run->in.memory.arready;
    run->aw_waited = now->aw.valid && !run->in.memory.awready;
    run->w_waited = now->wvalid && !run->in.memory.wready;
    if (run->ar_waited || run->aw_waited || run->w_waited) {
        run->before = *now;
    }
    if (run->in.memory.rvalid && !now->rready) {
        model_fail(model, "read_ready", "RREADY is low while a read is outstanding");
    }
}

static bool work_waits(const struct model *model)
{
    if (model->engine.message_count > 0 || model->engine.write_count > 0 || model->engine.fetch.active) {
        return true;
    }
    for (unsigned i = 0; i < model->size.agents * model->size.rings; i++) {
        if (ring_ready(model, i)) {
            return true;
        }
    }
    for (unsigned i = 0; i < model->size.agents; i++) {
        if (model->agents[i].message.offer_allowed) {
            return true;
        }
    }
    return false;
}

/** Work that waits must go on: the longest that the memory keeps it waiting is far below the bound. */
static void check_progress(struct run *run)
{
    struct model *model = run->hypotheses.models[0];
    const struct cosim_memory_inputs *in = &run->in.memory;
    const struct cosim_memory_outputs *out = &run->out.memory;
    const bool moves = (out->ar.valid && in->arready) || (out->aw.valid && in->awready) ||
                       (out->wvalid && in->wready) || (in->rvalid && out->rready) || (in->bvalid && out->bready);

    run->silent = moves || !work_waits(model) ? 0 : run->silent + 1;
    if (run->silent > SILENCE_BOUND) {
        model_fail(model, "hang", "work waits and nothing has moved on the memory port for %d cycles", SILENCE_BOUND);
    }
    if (in->bvalid && !out->bready) {
        run->refused_answers++;
    } else {
        run->refused_answers = 0;
    }
    if (run->refused_answers > ANSWER_BOUND) {
        model_fail(model, "write_answer", "BREADY is low for %d cycles while an answer waits", ANSWER_BOUND);
    }
}

/** A design that stands still must say so after a while: no promise is honest, and useless. */
static void check_promise(struct run *run)
{
    struct model *model = run->hypotheses.models[0];
    const bool still = run->out.quiet_cycles == 0 && run->hypotheses.count == 1 && driver_idle(&run->driver) &&
                       memory_idle(&run->memory) && model_quiet_bound(model) > PROMISE_BOUND;

    run->unpromised = still ? run->unpromised + 1 : 0;
    if (run->unpromised > PROMISE_BOUND) {
        model_fail(model, "quiet_promise", "nothing happens in %llu cycles, and none is promised",
                   (unsigned long long)model_quiet_bound(model));
    }
}

/** Lets quiet cycles pass without a clock, sometimes. */
static void skip_sometimes(struct run *run)
{
    const struct cosim_design *design = run->options->design;
    struct model *model = run->hypotheses.models[0];
    const uint64_t promised = run->out.quiet_cycles;
    struct prediction prediction;
    struct observation seen = {.in = &run->in, .out = &run->out};

    if (promised == 0 || run->hypotheses.count > 1 || run->in.registers.awvalid || run->in.registers.wvalid ||
        run->in.registers.arvalid || (random_next(&run->random) & 15) != 0) {
        return;
    }
    model_predict(model, &seen, &prediction);
    if (promised > prediction.quiet_bound) {
        return; /* the check of this cycle says so */
    }
    /* Mostly a few: what waits for a deadline would never wait for long. */
    const uint64_t kind = random_next(&run->random) & 7, some = random_next(&run->random);
    uint64_t cycles = some % 1000 < promised ? some % 1000 : promised;
    if (kind < 2 && promised != UINT64_MAX) {
        cycles = kind == 0 ? promised : some % (promised + 1);
    }
    if (cycles == 0) {
        return;
    }
    design->skip(run->instance, cycles, &run->out);
    model_skip(model, cycles);
    run->skips++;
    run->skipped += cycles;
    design->settle(run->instance, &run->in, &run->out);
}

static void jump_to_carry(struct run *run)
{
    const struct cosim_design *design = run->options->design;
    const uint64_t cycles = (UINT64_C(1) << 32) * (1 + random_next(&run->random) % 3) - 2000;

    memset(&run->in, 0, sizeof run->in);
    design->settle(run->instance, &run->in, &run->out);
    if (run->out.quiet_cycles < cycles) {
        model_fail(run->hypotheses.models[0], "quiet_cycles", "%llu promised after reset, nothing ever happens",
                   (unsigned long long)run->out.quiet_cycles);
        return;
    }
    design->skip(run->instance, cycles, &run->out);
    model_skip(run->hypotheses.models[0], cycles);
}

static void count_events(struct run *run)
{
    const struct cosim_register_outputs *out = &run->out.registers;
    const struct cosim_register_inputs *in = &run->in.registers;

    run->accesses += (uint64_t)(out->bvalid && in->bready) + (uint64_t)(out->rvalid && in->rready);
    run->refusals += (uint64_t)(out->bvalid && in->bready && out->bresp != 0);
    if (run->out.trace[0].valid && run->out.trace[0].kind == TRACE_REFUSED) {
        run->codes[run->out.trace[0].value & 15]++;
    }
    run->wraps[0] += run->out.trace[1].kind == TRACE_DESCRIPTOR_READ && run->out.trace[1].value == UINT16_MAX;
    if (run->out.trace[2].valid && run->out.trace[2].kind == TRACE_COMPLETION) {
        run->messages++;
        run->wraps[1] += (uint16_t)run->out.trace[2].value == UINT16_MAX;
        run->statuses[run->out.trace[2].value >> 24 & 7]++;
    }
    run->promised += run->out.quiet_cycles > 0;
}

/** One cycle. @return false: something was not as specified */
static bool cycle(struct run *run)
{
    const struct cosim_design *design = run->options->design;
    const struct profile *profile = run->options->profile;
    struct observation seen = {.in = &run->in, .out = &run->out};
    struct prediction prediction;

    if (!run->draining && profile->hardware_resets != 0 &&
        random_next(&run->random) % 1000000 < profile->hardware_resets) {
        hardware_reset(run);
        if (profile->starts_at_carry) {
            jump_to_carry(run);
        }
    }
    if (!run->draining) {
        stimulus_step(&run->stimulus, run->hypotheses.models[0]);
    }
    driver_drive(&run->driver, &run->in.registers);
    memory_drive(&run->memory, &run->in.memory);
    run->in.controls = run->stimulus.quiesce_wire;
    design->settle(run->instance, &run->in, &run->out);
    skip_sometimes(run);
    check_stable(run);
    check_progress(run);
    check_promise(run);
    history_note(&run->history, run->hypotheses.models[0]->cycle, &seen);
    const bool explained = hypotheses_cycle(&run->hypotheses, &seen, &prediction);
    driver_sample(&run->driver, &run->in.registers, &run->out.registers);
    memory_sample(&run->memory, &run->in.memory, &run->out.memory);
    count_events(run);
    if (explained) {
        design->edge(run->instance);
        run->cycles++;
    }
    return explained && !run->asserted;
}

static void print_rings(const struct model *model)
{
    const struct engine *engine = &model->engine;

    for (unsigned i = 0; i < model->size.agents * model->size.rings; i++) {
        const struct ring *ring = &model->rings[i];
        printf("  ring %u: enable %d high %d aborting %d ready %d head %u fetched %u tail %u completions %u taken %u "
               "events 0x%x\n",
               i, ring->enable, ring->high_priority, ring->aborting, ring_ready(model, i), ring->head, ring->fetched,
               ring->tail, ring->completion_tail, ring->completion_head, ring->events);
    }
    for (unsigned i = 0; i < engine->message_count; i++) {
        const struct message *message = &engine->messages[i];
        printf(
            "  message of ring %u: descriptors %u open %d flags 0x%x aborted %d dropped %d offered %d statuses 0x%x\n",
            message->ring, message->descriptors, message->open, message->flags, message->aborted, message->dropped,
            message->offered, message->statuses | message->pending_statuses);
    }
    printf("  last of high priority %u, of low %u, passed over %u\n", engine->last_high, engine->last_low,
           engine->passed_over);
}

static void print_diagnosis(const struct run *run)
{
    const struct run_options *options = run->options;
    const uint64_t at = run->hypotheses.models[0]->cycle;

    if (run->hypotheses.count == 0) {
        printf("FAIL check=%s cycle=%llu profile=%c seed=%llu: %s\n", run->hypotheses.failed_check,
               (unsigned long long)at, options->profile->letter, (unsigned long long)options->seed,
               run->hypotheses.failure);
    } else {
        printf("FAIL check=assertion:%s cycle=%llu profile=%c seed=%llu: %s\n", run->assertion_file,
               (unsigned long long)at - 1, options->profile->letter, (unsigned long long)options->seed, run->assertion);
    }
    printf("state in the model:\n");
    print_rings(run->hypotheses.models[0]);
    printf("last events:\n");
    history_print(&run->history, stdout);
    printf("again: block_run %s --profile %c --seed %llu --transactions %llu --wave failure.vcd\n",
           options->design_path, options->profile->letter, (unsigned long long)options->seed,
           (unsigned long long)options->transactions);
}

static void print_array(const char *name, const uint64_t *values, unsigned count)
{
    printf("\"%s\": [", name);
    for (unsigned i = 0; i < count; i++) {
        printf("%s%llu", i == 0 ? "" : ", ", (unsigned long long)values[i]);
    }
    printf("], ");
}

static void print_statistics(const struct run *run, bool passed, double seconds)
{
    printf("{");
    print_array("refusals", run->codes, 12);
    print_array("statuses", run->statuses, 8);
    print_array("index_wraps", run->wraps, 2);
    printf("\"design\": \"%s\", \"profile\": \"%c\", \"seed\": %llu, \"passed\": %s, \"complete\": %s, "
           "\"transactions\": %llu, \"accesses\": %llu, \"refused_writes\": %llu, \"messages\": %llu, "
           "\"cycles\": %llu, \"skips\": %llu, \"skipped_cycles\": %llu, \"quiet_cycles\": %llu, \"resets\": %llu, "
           "\"splits\": %llu, \"most_hypotheses\": %u, \"seconds\": %.2f}\n",
           run->options->design->shape.name, run->options->profile->letter, (unsigned long long)run->options->seed,
           passed ? "true" : "false", run->timed_out ? "false" : "true",
           (unsigned long long)(run->accesses + run->messages), (unsigned long long)run->accesses,
           (unsigned long long)run->refusals, (unsigned long long)run->messages, (unsigned long long)run->cycles,
           (unsigned long long)run->skips, (unsigned long long)run->skipped, (unsigned long long)run->promised,
           (unsigned long long)run->resets, (unsigned long long)run->hypotheses.splits, run->hypotheses.most, seconds);
    fflush(stdout);
}

static bool begin(struct run *run, const struct run_options *options)
{
    const struct cosim_design_listener listener = {.context = run, .assertion = note_assertion};

    run->options = options;
    run->random = options->seed * 4 + 1;
    run->memory = (struct memory){.style = options->profile->memory, .random = options->seed * 4 + 2};
    run->driver = (struct register_driver){.style = options->profile->driver, .random = options->seed * 4 + 3};
    run->stimulus = (struct stimulus){.profile = options->profile, .driver = &run->driver, .memory = &run->memory};
    run->stimulus.random = options->seed * 4 + 4;
    run->memory.bytes = malloc(MEMORY_BYTES);
    run->instance = options->design->create(&listener);
    if (run->memory.bytes == NULL || run->instance == NULL ||
        !hypotheses_make(&run->hypotheses, &options->design->shape)) {
        return false;
    }
    for (unsigned i = 0; i < MEMORY_BYTES; i += 8) {
        const uint64_t word = random_next(&run->memory.random);
        memcpy(run->memory.bytes + i, &word, sizeof word);
    }
    if (options->wave != NULL && !options->design->wave_open(run->instance, options->wave)) {
        fprintf(stderr, "block_run: %s can not be written\n", options->wave);
    }
    hardware_reset(run);
    if (options->profile->starts_at_carry) {
        jump_to_carry(run);
    }
    return true;
}

/** No further traffic: what was submitted must finish. */
static bool drain(struct run *run)
{
    run->draining = true;
    run->stimulus.quiesce_wire = false;
    for (unsigned i = 0; i < DRAIN_BOUND; i++) {
        if (run->hypotheses.count == 1 && driver_idle(&run->driver) && memory_idle(&run->memory) &&
            !work_waits(run->hypotheses.models[0])) {
            return true;
        }
        if (!cycle(run)) {
            return false;
        }
    }
    run->hypotheses.failed_check = "drain";
    snprintf(run->hypotheses.failure, sizeof run->hypotheses.failure, "work is left after %d cycles without traffic",
             DRAIN_BOUND);
    run->hypotheses.count = 0;
    return false;
}

bool run_profile(const struct run_options *options)
{
    struct run *run = calloc(1, sizeof *run);
    const double start = seconds_now();
    bool passed = run != NULL && begin(run, options);

    if (!passed) {
        fprintf(stderr, "block_run: out of memory\n");
        return false;
    }
    while (passed && run->accesses + run->messages < options->transactions && !run->timed_out) {
        passed = cycle(run);
        run->timed_out =
            options->stop_after > 0 && run->cycles % CLOCK_INTERVAL == 0 && seconds_now() - start > options->stop_after;
    }
    passed = passed && drain(run);
    if (!passed) {
        print_diagnosis(run);
    }
    options->design->wave_close(run->instance);
    print_statistics(run, passed, seconds_now() - start);
    options->design->destroy(run->instance);
    hypotheses_free(&run->hypotheses);
    free(run->memory.bytes);
    free(run);
    return passed;
}
