/* SPDX-License-Identifier: MIT */
/*
 * A CPU that executes short lists of instructions in lock-step with the engine, calling it in the order in which the
 * QEMU plugin does: marks and loads before the instruction is counted, stores after it, WFI counted and then idle;
 * interrupts between two instructions. With it comes an interrupt controller in the manner of a PLIC.
 */
#ifndef COSIM_TESTS_SCRIPTED_CPU_H
#define COSIM_TESTS_SCRIPTED_CPU_H

#include "cosim/engine.h"

#include <stddef.h>

enum operation {
    OPERATION_END,     /* the test's part is over; the run is left as it is */
    OPERATION_COMPUTE, /* `value` instructions that touch nothing */
    OPERATION_LOAD,    /* `bytes` from `address` */
    OPERATION_STORE,   /* `bytes` of `value` to `address` */
    OPERATION_WFI,
    OPERATION_MARK,     /* mark `address` with first value `value`; no instruction */
    OPERATION_ENABLE,   /* interrupts on */
    OPERATION_DISABLE,  /* interrupts off; they still end WFI */
    OPERATION_CLAIM,    /* the lowest pending wire becomes the claimed one */
    OPERATION_CLEAR,    /* stores the claimed wire's bit to `address` */
    OPERATION_COMPLETE, /* completes the claimed wire */
    OPERATION_FORGET,   /* all that is pending is so no more: a wire that several harts take, and another served */
    OPERATION_RETURN,   /* from the handler */
    OPERATION_AWAIT,    /* spins until `value` interrupts were taken */
    OPERATION_REPEAT,   /* goes back to instruction `address`, `value` times */
};

struct instruction {
    enum operation operation;
    uint64_t address, value;
    unsigned bytes;
};

/* Guest addresses. */
enum { CPU_RAM_BYTES = 0x10000 };
static const uint64_t CPU_RAM = 0x80000000, CPU_WINDOW = 0x84000000, CPU_HARNESS = 0x84100000;

#define COMPUTE(count)                                                                                                 \
    {                                                                                                                  \
        .operation = OPERATION_COMPUTE, .value = (count)                                                               \
    }
#define LOAD(offset, width)                                                                                            \
    {                                                                                                                  \
        .operation = OPERATION_LOAD, .address = CPU_WINDOW + (offset), .bytes = (width)                                \
    }
#define STORE(offset, width, data)                                                                                     \
    {                                                                                                                  \
        .operation = OPERATION_STORE, .address = CPU_WINDOW + (offset), .bytes = (width), .value = (data)              \
    }
#define HARNESS(offset, data)                                                                                          \
    {                                                                                                                  \
        .operation = OPERATION_STORE, .address = CPU_HARNESS + (offset), .bytes = 8, .value = (data)                   \
    }
#define EXIT(code) HARNESS(COSIM_HARNESS_EXIT, code)
#define WFI                                                                                                            \
    {                                                                                                                  \
        .operation = OPERATION_WFI                                                                                     \
    }
#define MARK(index, first)                                                                                             \
    {                                                                                                                  \
        .operation = OPERATION_MARK, .address = (index), .value = (first)                                              \
    }
#define ENABLE                                                                                                         \
    {                                                                                                                  \
        .operation = OPERATION_ENABLE                                                                                  \
    }
#define DISABLE                                                                                                        \
    {                                                                                                                  \
        .operation = OPERATION_DISABLE                                                                                 \
    }
#define AWAIT(count)                                                                                                   \
    {                                                                                                                  \
        .operation = OPERATION_AWAIT, .value = (count)                                                                 \
    }
#define REPEAT(target, times)                                                                                          \
    {                                                                                                                  \
        .operation = OPERATION_REPEAT, .address = (target), .value = (times)                                           \
    }
#define CLAIM                                                                                                          \
    {                                                                                                                  \
        .operation = OPERATION_CLAIM                                                                                   \
    }
#define COMPLETE                                                                                                       \
    {                                                                                                                  \
        .operation = OPERATION_COMPLETE                                                                                \
    }
#define RETURN                                                                                                         \
    {                                                                                                                  \
        .operation = OPERATION_RETURN                                                                                  \
    }
#define END                                                                                                            \
    {                                                                                                                  \
        .operation = OPERATION_END                                                                                     \
    }

/** One instruction as it was executed. */
struct step {
    unsigned hart;
    enum operation operation;
    bool in_handler;
    bool traps;          /* the first of a trap handler */
    uint64_t start, end; /* cycles: [start, end) */
};

/** One call of set_interrupt. */
struct level {
    unsigned wire;
    bool high;
    uint64_t time[COSIM_HARTS_MAX]; /* of each hart */
    bool awake[COSIM_HARTS_MAX];
};

struct scripted_hart {
    const struct instruction *program, *handler;
    unsigned position, resume;
    uint64_t left, resume_left; /* of the repetition of the instruction at `position` */
    uint64_t repeated[64];
    bool in_handler, traps, enabled, halted, yields;
    unsigned claimed, late;
    uint64_t excused; /* the instruction whose own load let the interrupt in: it could not take it */
    uint64_t retired, attention, taken, loaded_count, loaded[256];
};

struct scripted_cpu {
    struct cosim_engine *engine; /* borrowed */
    unsigned harts;
    bool precise, look_always; /* look_always: call retire for each instruction, asked for or not */
    uint64_t route[64];        /* of each wire: the harts that it can wake */
    uint64_t pending, claimed; /* wires */
    struct scripted_hart hart[COSIM_HARTS_MAX];
    unsigned running;
    bool over;
    uint64_t yields;
    uint64_t widest_lead;  /* cycles by which a hart was ahead of the slowest other that was awake */
    uint64_t longest_step; /* cycles */
    struct step *steps;
    size_t step_count, step_capacity;
    struct level levels[4096];
    unsigned level_count;
    unsigned levels_limit; /* after so many the run is asked to stop; 0 is never */
};

/** Readies a CPU whose wire i wakes hart i % harts, with the handler that claims, clears, completes and returns. */
void scripted_cpu_init(struct scripted_cpu *cpu, unsigned harts, bool precise);

/** Gives a hart its program, which is borrowed. */
void scripted_cpu_load(struct scripted_cpu *cpu, unsigned hart, const struct instruction *program);

/** @return the operations for the engine */
struct cosim_cpu scripted_cpu_operations(struct scripted_cpu *cpu);

/** Executes until a hart comes to END or the run is over. Fails the test after `limit` instructions. */
void scripted_cpu_run(struct scripted_cpu *cpu, uint64_t limit);

/** Frees the notes. */
void scripted_cpu_finish(struct scripted_cpu *cpu);

/** @return the wires that are pending for `hart` and not claimed, one bit each (scripted_controller.c) */
uint64_t scripted_cpu_pending(const struct scripted_cpu *cpu, unsigned hart);

/** @return the hart's time as the CPU counts it, which the engine may not have been told yet */
uint64_t scripted_cpu_time(const struct scripted_cpu *cpu, unsigned hart);

#endif
