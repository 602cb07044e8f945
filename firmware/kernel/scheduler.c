/* SPDX-License-Identifier: MIT */
#include "kernel/scheduler.h"
#include "kernel/context_frame.h"
#include "kernel/queue.h"
#include "soc/csr.h"
#include "soc/mark.h"
#include "soc/memory.h"
#include "soc/panic.h"

_Static_assert(offsetof(struct thread, stack_pointer) == THREAD_STACK_POINTER, "context.S writes it");
_Static_assert(offsetof(struct thread, id) == THREAD_ID, "context.S reads it");

/* At the low end of each stack. Fits one LUI and one ADDI, so the check at each switch is short. */
#define STACK_CANARY 0x5afec0deu

/* An id names the hart and the place in its table, is never 0, and is small enough for any message. */
#define ID_SLOT_BITS 4
_Static_assert(THREAD_COUNT_MAX == 1 << ID_SLOT_BITS, "ids hold the slot");

/* Saves the caller's context in `from`, continues `to` where it called; returns the id of the thread that goes on. */
uint64_t context_switch(struct thread *from, struct thread *to);
/* The same between two threads that have nothing of their own in s8 to s11: these stay as they are. */
uint64_t context_switch_with_words(struct thread *from, struct thread *to);
void context_first_run(void);
_Noreturn void thread_first_run(thread_entry_function *entry, void *argument);

static struct scheduler schedulers[SOC_HART_COUNT_MAX];

/* The instruction set has no "count leading zeros" (Zbb), and a table is shorter than a loop. */
#define HIGHEST_1(n)                                                                                                   \
    ((n) >> 7 ? 7 : (n) >> 6 ? 6 : (n) >> 5 ? 5 : (n) >> 4 ? 4 : (n) >> 3 ? 3 : (n) >> 2 ? 2 : (n) >> 1)
#define HIGHEST_4(n) HIGHEST_1(n), HIGHEST_1((n) + 1), HIGHEST_1((n) + 2), HIGHEST_1((n) + 3)
#define HIGHEST_16(n) HIGHEST_4(n), HIGHEST_4((n) + 4), HIGHEST_4((n) + 8), HIGHEST_4((n) + 12)
#define HIGHEST_64(n) HIGHEST_16(n), HIGHEST_16((n) + 16), HIGHEST_16((n) + 32), HIGHEST_16((n) + 48)
static const uint8_t highest_bit[256] = {HIGHEST_64(0), HIGHEST_64(64), HIGHEST_64(128), HIGHEST_64(192)};

/* Both are inlined because every wake and every switch goes through them. */
static inline __attribute__((always_inline)) void ready_insert(struct scheduler *scheduler, struct thread *thread,
                                                               bool front)
{
    struct thread_queue *queue = &scheduler->ready[thread->priority];

    thread->state = THREAD_READY;
    scheduler->ready_bits |= (uint8_t)(1u << thread->priority);
    if (front) {
        queue_push_front(queue, thread);
    } else {
        queue_push_back(queue, thread);
    }
}

static inline __attribute__((always_inline)) void ready_remove(struct scheduler *scheduler, struct thread *thread)
{
    struct thread_queue *queue = &scheduler->ready[thread->priority];

    queue_remove(queue, thread);
    if (queue->first == NULL) {
        scheduler->ready_bits &= (uint8_t) ~(1u << thread->priority);
    }
}

void scheduler_make_ready(struct scheduler *scheduler, struct thread *thread)
{
    int8_t current = scheduler->current->priority;

    BELFRY_MARK1("thread.wake", thread->id);
    ready_insert(scheduler, thread, false);
    if (thread->priority > current) {
        scheduler->switch_needed = true;
    } else if (thread->priority == current) {
        timeout_begin_slice(scheduler);
    }
}

static inline struct thread *take_next(struct scheduler *scheduler)
{
    unsigned bits = scheduler->ready_bits;

    if (bits == 0) {
        return &scheduler->idle;
    }
    unsigned priority = highest_bit[bits];
    struct thread_queue *queue = &scheduler->ready[priority];
    struct thread *next = queue_pop_front(queue);
    if (queue->first == NULL) {
        scheduler->ready_bits = (uint8_t)(bits & ~(1u << priority));
    }
    return next;
}

static void check_canary(const struct thread *thread)
{
    if (thread->stack != NULL && thread->stack[0] != STACK_CANARY) {
        panic("thread %lx (%s) wrote below its stack", thread->id, thread->name);
    }
}

static inline __attribute__((always_inline)) void switch_to(struct scheduler *scheduler, struct thread *to,
                                                            bool has_words)
{
    struct thread *from = scheduler->current;

    scheduler->switch_needed = false;
    scheduler->rotate = false;
    to->state = THREAD_RUNNING;
    if (to == from) {
        return;
    }
    check_canary(from);
    scheduler->current = to;
    to->switches++;
    hart_self()->stack_low = to->stack_low;
    if (to != &scheduler->idle && scheduler->ready[to->priority].first != NULL) {
        timeout_begin_slice(scheduler);
    }
    BELFRY_MARK1("thread.switch", to->id);
    uint64_t id = has_words ? context_switch_with_words(from, to) : context_switch(from, to);
    BELFRY_MARK1("thread.resumed", id);
}

void scheduler_switch(struct scheduler *scheduler)
{
    switch_to(scheduler, take_next(scheduler), false);
}

void scheduler_hand(struct scheduler *scheduler, struct thread *thread)
{
    if (scheduler->handed != NULL) {
        scheduler_make_ready(scheduler, thread);
        return;
    }
    BELFRY_MARK1("thread.wake", thread->id);
    thread->state = THREAD_READY;
    scheduler->handed = thread;
    scheduler->switch_needed = true;
}

static struct thread *take_handed(struct scheduler *scheduler)
{
    struct thread *thread = scheduler->handed;

    scheduler->handed = NULL;
    return thread;
}

void scheduler_admit(struct scheduler *scheduler)
{
    struct thread *thread = take_handed(scheduler);

    if (thread == NULL) {
        return;
    }
    ready_insert(scheduler, thread, false);
    scheduler->switch_needed = scheduler->rotate || scheduler->ready_bits >> (scheduler->current->priority + 1) != 0;
    if (thread->priority == scheduler->current->priority) {
        timeout_begin_slice(scheduler);
    }
}

/*
 * Straight to the handed thread if it is at least as urgent as the one that blocks: its equals that are ready already
 * waited behind the current thread, whose turn the handed one uses up.
 */
static void switch_straight(struct scheduler *scheduler)
{
    struct thread *handed = scheduler->handed;

    if (handed == NULL || handed->priority < scheduler->current->priority ||
        scheduler->ready_bits >> (handed->priority + 1) != 0) {
        if (handed != NULL) {
            scheduler_admit(scheduler);
        }
        switch_to(scheduler, take_next(scheduler), false);
        return;
    }
    BELFRY_MARK1("thread.straight", handed->id);
    scheduler->handed = NULL;
    if (scheduler->carried != handed) {
        switch_to(scheduler, handed, false);
        return;
    }
    scheduler->carried = NULL;
    switch_to(scheduler, handed, true);
}

bool scheduler_carry(struct scheduler *scheduler, struct thread *thread)
{
    const struct thread *current = scheduler->current;

    if (scheduler->handed != NULL || current->wake_token || hart_self()->in_interrupt != 0 ||
        thread->state != THREAD_BLOCKED || thread->timed || thread->priority < current->priority ||
        scheduler->ready_bits >> (thread->priority + 1) != 0) {
        return false;
    }
    scheduler->carried = thread;
    return true;
}

enum thread_wait scheduler_wait_straight(struct scheduler *scheduler, uint64_t deadline)
{
    struct thread *self = scheduler->current;

    if (deadline != THREAD_FOREVER) {
        if (deadline == 0 || clock_ticks() >= deadline) {
            scheduler_admit(scheduler);
            return THREAD_TIMED_OUT;
        }
        timeout_add(scheduler, self, deadline);
    }
    self->state = THREAD_BLOCKED;
    switch_straight(scheduler);
    return self->wait_result;
}

void scheduler_preempt(struct scheduler *scheduler)
{
    struct thread *current = scheduler->current;

    if (!scheduler->switch_needed) {
        return;
    }
    if (current != &scheduler->idle) {
        /* Pre-empted by a more urgent one, it has not used up its turn and stays in front of its equals. */
        ready_insert(scheduler, current, !scheduler->rotate);
    }
    scheduler_switch(scheduler);
}

static void interrupt_exit(void)
{
    scheduler_preempt(scheduler_self());
}

void scheduler_change_priority(struct thread *thread, int8_t priority)
{
    struct scheduler *scheduler = thread->scheduler;

    if (thread->state == THREAD_READY && thread != scheduler->handed) {
        ready_remove(scheduler, thread);
        thread->priority = priority;
        ready_insert(scheduler, thread, false);
    } else {
        thread->priority = priority;
    }
    scheduler->switch_needed = scheduler->rotate || scheduler->handed != NULL ||
                               scheduler->ready_bits >> (scheduler->current->priority + 1) != 0;
}

static void register_thread(struct scheduler *scheduler, struct thread *thread)
{
    thread->scheduler = scheduler;
    thread->id = (hart_self()->id + 1) << ID_SLOT_BITS | scheduler->thread_count;
    scheduler->threads[scheduler->thread_count++] = thread;
}

void scheduler_start_hart(void)
{
    struct hart *hart = hart_self();
    struct scheduler *scheduler = &schedulers[hart->id];

    scheduler->armed_tick = SCHEDULER_NO_TICK;
    scheduler->slice_tick = SCHEDULER_NO_TICK;
    scheduler->idle.name = "idle";
    scheduler->idle.state = THREAD_RUNNING;
    scheduler->idle.priority = -1;
    scheduler->idle.base_priority = -1;
    scheduler->idle.stack_low = hart->stack_low;
    register_thread(scheduler, &scheduler->idle);
    scheduler->current = &scheduler->idle;
    hart->scheduler = scheduler;
    hart->interrupt_exit = interrupt_exit;
}

_Noreturn void scheduler_idle(void)
{
    struct scheduler *scheduler = scheduler_self();

    for (;;) {
        /* What was made ready before the start runs first. */
        (void)interrupts_disable();
        scheduler_preempt(scheduler);
        /*
         * WFI with interrupts disabled ends as soon as one is pending, also if it came after the last look at the
         * queues. The trap is taken at the enabling, and its exit switches to whoever it made ready.
         */
        timeout_prepare_idle(scheduler);
        wait_for_interrupt();
        interrupts_enable();
    }
}

_Noreturn void thread_first_run(thread_entry_function *entry, void *argument)
{
    interrupts_enable();
    entry(argument);
    (void)interrupts_disable();
    struct scheduler *scheduler = scheduler_self();
    if (scheduler->current->held != NULL) {
        panic("thread %lx (%s) ended with a mutex locked", scheduler->current->id, scheduler->current->name);
    }
    scheduler->current->state = THREAD_FINISHED;
    scheduler_switch(scheduler);
    panic("a finished thread was switched to");
}

static void prepare_stack(struct thread *thread, const struct thread_description *description)
{
    uint64_t *frame = (uint64_t *)((uintptr_t)description->stack + description->stack_bytes - CONTEXT_FRAME_BYTES);

    memset(frame, 0, CONTEXT_FRAME_BYTES);
    frame[CONTEXT_RA / 8] = (uintptr_t)context_first_run;
    frame[CONTEXT_S0 / 8] = (uintptr_t)description->entry;
    frame[CONTEXT_S1 / 8] = (uintptr_t)description->argument;
    thread->stack = description->stack;
    thread->stack[0] = STACK_CANARY;
    thread->stack_pointer = (uintptr_t)frame;
    thread->stack_low = (uintptr_t)description->stack + HART_STACK_RESERVE;
}

int thread_create(struct thread *thread, const struct thread_description *description)
{
    struct scheduler *scheduler = scheduler_self();

    if (thread == NULL || description->entry == NULL || description->priority < 0 ||
        description->priority > THREAD_PRIORITY_MAX || description->stack == NULL ||
        description->stack_bytes < THREAD_STACK_BYTES_MIN || description->stack_bytes > 1ul << HART_STACK_SPAN_LOG2 ||
        ((description->stack_bytes | (uintptr_t)description->stack) & 15) != 0 ||
        scheduler->thread_count == THREAD_COUNT_MAX) {
        return -1;
    }
    memset(thread, 0, sizeof(*thread));
    thread->name = description->name;
    thread->priority = (int8_t)description->priority;
    thread->base_priority = thread->priority;
    prepare_stack(thread, description);
    uint64_t before = interrupts_disable();
    register_thread(scheduler, thread);
    scheduler_make_ready(scheduler, thread);
    if (before != 0) {
        scheduler_preempt(scheduler);
    }
    interrupts_restore(before);
    return 0;
}

struct thread *thread_by_id(uint64_t id)
{
    return scheduler_thread(scheduler_self(), id);
}
