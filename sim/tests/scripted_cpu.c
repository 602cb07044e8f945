/* SPDX-License-Identifier: MIT */
#include "scripted_cpu.h"

#include "fake_design.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

static const struct instruction default_handler[] = {
    CLAIM, {.operation = OPERATION_CLEAR, .address = CPU_WINDOW + FAKE_STATUS}, COMPLETE, RETURN};

void scripted_cpu_init(struct scripted_cpu *cpu, unsigned harts, bool precise)
{
    memset(cpu, 0, sizeof *cpu);
    cpu->harts = harts;
    cpu->precise = precise;
    for (unsigned wire = 0; wire < 64; wire++) {
        cpu->route[wire] = UINT64_C(1) << wire % harts;
    }
    for (unsigned hart = 0; hart < harts; hart++) {
        cpu->hart[hart].handler = default_handler;
    }
}

void scripted_cpu_load(struct scripted_cpu *cpu, unsigned hart, const struct instruction *program)
{
    cpu->hart[hart].program = program;
}

void scripted_cpu_finish(struct scripted_cpu *cpu)
{
    free(cpu->steps);
}

uint64_t scripted_cpu_time(const struct scripted_cpu *cpu, unsigned hart)
{
    struct cosim_hart_state state = cosim_engine_hart(cpu->engine, hart);

    return cpu->hart[hart].retired + state.stall + state.idle;
}

static uint64_t pc_of(const struct scripted_cpu *cpu, unsigned hart)
{
    const struct scripted_hart *state = &cpu->hart[hart];

    return CPU_RAM + (state->in_handler ? 0x8000u : 0) + hart * 0x1000u + 4 * state->position;
}

/** After any call of the engine: what one hart did can change when another must be looked at. */
static void settle(struct scripted_cpu *cpu)
{
    cpu->over = cosim_engine_verdict(cpu->engine) != COSIM_RUNNING;
    for (unsigned hart = 0; hart < cpu->harts; hart++) {
        cpu->hart[hart].attention = cosim_engine_attention(cpu->engine, hart);
        assert_true(cpu->over || cpu->hart[hart].attention > cosim_engine_hart(cpu->engine, hart).retired);
    }
}

/** Precise: was the interrupt that the hart expects taken at this instruction, or does it run although it could be? */
static void check_taken(struct scripted_cpu *cpu, unsigned hart)
{
    struct scripted_hart *state = &cpu->hart[hart];

    if (state->traps) {
        cosim_engine_interrupt_taken(cpu->engine, hart, state->late, pc_of(cpu, hart));
        state->late = 0;
    } else if (state->enabled && scripted_cpu_pending(cpu, hart) != 0 && state->retired != state->excused) {
        state->late++;
    }
}

static void look(struct scripted_cpu *cpu, unsigned hart)
{
    if (cpu->precise && cosim_engine_interrupt_expected(cpu->engine, hart)) {
        check_taken(cpu, hart);
    }
    cosim_engine_retire(cpu->engine, hart, cpu->hart[hart].retired, pc_of(cpu, hart));
    settle(cpu);
}

static void count(struct scripted_cpu *cpu, unsigned hart)
{
    struct scripted_hart *state = &cpu->hart[hart];

    state->retired++;
    if (cpu->look_always || state->retired >= state->attention) {
        look(cpu, hart);
    }
}

static void load(struct scripted_cpu *cpu, unsigned hart, const struct instruction *instruction)
{
    struct scripted_hart *state = &cpu->hart[hart];
    bool expected = cosim_engine_interrupt_expected(cpu->engine, hart);
    uint64_t value;

    cosim_engine_read(cpu->engine, hart, state->retired, instruction->address, instruction->bytes, pc_of(cpu, hart),
                      &value);
    state->loaded[state->loaded_count++ % 256] = value;
    if (!expected && cosim_engine_interrupt_expected(cpu->engine, hart)) {
        state->excused = state->retired + 1;
    }
    settle(cpu);
    if (!cpu->over) {
        count(cpu, hart);
    }
}

static void store(struct scripted_cpu *cpu, unsigned hart, uint64_t address, unsigned bytes, uint64_t value)
{
    count(cpu, hart);
    if (!cpu->over) {
        cosim_engine_write(cpu->engine, hart, cpu->hart[hart].retired, address, bytes, value, pc_of(cpu, hart));
        settle(cpu);
    }
}

static void wait_for_interrupt(struct scripted_cpu *cpu, unsigned hart)
{
    struct scripted_hart *state = &cpu->hart[hart];

    state->retired++;
    state->halted = cosim_engine_idle(cpu->engine, hart, state->retired, pc_of(cpu, hart)) == COSIM_IDLE_HALTS;
    settle(cpu);
}

static void claim(struct scripted_cpu *cpu, unsigned hart)
{
    uint64_t wires = scripted_cpu_pending(cpu, hart);

    count(cpu, hart);
    assert_true(wires != 0);
    cpu->hart[hart].claimed = (unsigned)__builtin_ctzll(wires);
    cpu->pending &= ~(wires & -wires);
    cpu->claimed |= wires & -wires;
}

static void complete(struct scripted_cpu *cpu, unsigned hart)
{
    struct scripted_hart *state = &cpu->hart[hart];

    count(cpu, hart);
    cpu->claimed &= ~(UINT64_C(1) << state->claimed);
    if (!cpu->over) {
        cosim_engine_interrupt_completed(cpu->engine, hart, state->retired, state->claimed);
        settle(cpu);
    }
}

static void return_from_handler(struct scripted_cpu *cpu, unsigned hart)
{
    count(cpu, hart);
    cpu->hart[hart].in_handler = false;
    cpu->hart[hart].position = cpu->hart[hart].resume;
    cpu->hart[hart].left = cpu->hart[hart].resume_left;
    cpu->hart[hart].enabled = true;
}

/** @return true if the instruction at the hart's position is to be executed again */
static bool repeats(struct scripted_cpu *cpu, unsigned hart, const struct instruction *instruction)
{
    struct scripted_hart *state = &cpu->hart[hart];

    if (instruction->operation == OPERATION_AWAIT) {
        return state->taken < instruction->value;
    }
    if (instruction->operation != OPERATION_COMPUTE) {
        return false;
    }
    state->left = state->left == 0 ? instruction->value - 1 : state->left - 1;
    return state->left != 0;
}

static void execute(struct scripted_cpu *cpu, unsigned hart, const struct instruction *instruction)
{
    struct scripted_hart *state = &cpu->hart[hart];

    switch (instruction->operation) {
    case OPERATION_LOAD:
        load(cpu, hart, instruction);
        break;
    case OPERATION_STORE:
        store(cpu, hart, instruction->address, instruction->bytes, instruction->value);
        break;
    case OPERATION_CLEAR:
        store(cpu, hart, instruction->address, 4, UINT64_C(1) << state->claimed);
        break;
    case OPERATION_WFI:
        wait_for_interrupt(cpu, hart);
        break;
    case OPERATION_CLAIM:
        claim(cpu, hart);
        break;
    case OPERATION_COMPLETE:
        complete(cpu, hart);
        break;
    case OPERATION_FORGET:
        count(cpu, hart);
        cpu->pending = 0;
        break;
    case OPERATION_RETURN:
        return_from_handler(cpu, hart);
        break;
    case OPERATION_ENABLE:
    case OPERATION_DISABLE:
        count(cpu, hart);
        state->enabled = instruction->operation == OPERATION_ENABLE;
        break;
    default:
        count(cpu, hart);
        break;
    }
}

/** Marks and jumps back: what is no instruction. */
static void execute_free(struct scripted_cpu *cpu, unsigned hart, const struct instruction *instruction)
{
    struct scripted_hart *state = &cpu->hart[hart];

    if (instruction->operation == OPERATION_MARK) {
        cosim_engine_mark(cpu->engine, hart, state->retired, (uint32_t)instruction->address, instruction->value, 0);
        settle(cpu);
        state->position++;
    } else if (state->repeated[state->position] < instruction->value) {
        state->repeated[state->position]++;
        state->position = (unsigned)instruction->address;
    } else {
        state->repeated[state->position] = 0;
        state->position++;
    }
}

static void note_step(struct scripted_cpu *cpu, const struct step *step)
{
    if (cpu->step_count == cpu->step_capacity) {
        cpu->step_capacity = cpu->step_capacity == 0 ? 1024 : 2 * cpu->step_capacity;
        cpu->steps = realloc(cpu->steps, cpu->step_capacity * sizeof *cpu->steps);
        assert_non_null(cpu->steps);
    }
    cpu->steps[cpu->step_count++] = *step;
}

static void note_lead(struct scripted_cpu *cpu, unsigned hart)
{
    uint64_t time = scripted_cpu_time(cpu, hart);

    for (unsigned other = 0; other < cpu->harts; other++) {
        uint64_t behind = scripted_cpu_time(cpu, other);
        if (other != hart && !cosim_engine_hart(cpu->engine, other).waiting && time > behind &&
            time - behind > cpu->widest_lead) {
            cpu->widest_lead = time - behind;
        }
    }
}

static void take_interrupt(struct scripted_cpu *cpu, unsigned hart)
{
    struct scripted_hart *state = &cpu->hart[hart];

    if (!state->enabled || state->in_handler || scripted_cpu_pending(cpu, hart) == 0) {
        return;
    }
    state->resume = state->position;
    state->resume_left = state->left;
    state->left = state->position = 0;
    state->in_handler = state->traps = true;
    state->enabled = false;
    state->taken++;
    if (!cpu->precise && cosim_engine_interrupt_expected(cpu->engine, hart)) {
        cosim_engine_interrupt_taken(cpu->engine, hart, 0, pc_of(cpu, hart));
        settle(cpu);
    }
}

/** One instruction of the hart that runs, with what comes before it. @return false at the end of its program */
static bool run_one(struct scripted_cpu *cpu, unsigned hart)
{
    struct scripted_hart *state = &cpu->hart[hart];

    take_interrupt(cpu, hart);
    const struct instruction *instruction = &(state->in_handler ? state->handler : state->program)[state->position];
    if (instruction->operation == OPERATION_END) {
        return false;
    }
    if (instruction->operation == OPERATION_MARK || instruction->operation == OPERATION_REPEAT) {
        execute_free(cpu, hart, instruction);
        return true;
    }
    struct step step = {.hart = hart,
                        .operation = instruction->operation,
                        .in_handler = state->in_handler,
                        .traps = state->traps,
                        .start = scripted_cpu_time(cpu, hart)};
    bool again = repeats(cpu, hart, instruction), returns = instruction->operation == OPERATION_RETURN;
    execute(cpu, hart, instruction);
    state->traps = false;
    state->position += again || returns ? 0 : 1;
    step.end = scripted_cpu_time(cpu, hart);
    if (step.end - step.start > cpu->longest_step && step.operation != OPERATION_WFI) {
        cpu->longest_step = step.end - step.start;
    }
    note_step(cpu, &step);
    note_lead(cpu, hart);
    return true;
}

static bool can_run(const struct scripted_cpu *cpu, unsigned hart)
{
    return !cpu->hart[hart].halted || scripted_cpu_pending(cpu, hart) != 0;
}

/** Goes to the next hart that can run, in a circle, as QEMU does. */
static void switch_hart(struct scripted_cpu *cpu)
{
    cpu->hart[cpu->running].yields = false;
    for (unsigned i = 1; i <= cpu->harts; i++) {
        unsigned hart = (cpu->running + i) % cpu->harts;
        if (can_run(cpu, hart)) {
            assert_true(!cpu->hart[hart].halted || !cosim_engine_hart(cpu->engine, hart).waiting);
            cpu->hart[hart].halted = false;
            cpu->running = hart;
            return;
        }
    }
    fail_msg("every hart sleeps, but the engine neither woke one nor ended the run");
}

void scripted_cpu_run(struct scripted_cpu *cpu, uint64_t limit)
{
    settle(cpu);
    while (!cpu->over) {
        if (!run_one(cpu, cpu->running)) {
            return;
        }
        if (limit-- == 0) {
            fail_msg("the scripts did not end");
        }
        if (!cpu->over && (cpu->hart[cpu->running].yields || cpu->hart[cpu->running].halted)) {
            switch_hart(cpu);
        }
    }
}
