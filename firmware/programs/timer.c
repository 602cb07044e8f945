/* SPDX-License-Identifier: MIT */
/*
 * Time: ticks, the order of sleepers, deadlines of waits, pre-emption, time slices, priority inheritance, and the
 * timer's periodic mode. Parameters: tick_cycles (1000), slice_ticks (10).
 */
#include "drivers/mailbox.h"
#include "kernel/mutex.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/verdict.h"
#include "soc/mark.h"

const char program_name[] = "timer";

#define WORKERS 3
#define STACK_BYTES 4096
#define LOW (PROGRAM_MAIN_PRIORITY - 3)
#define MIDDLE (PROGRAM_MAIN_PRIORITY - 2)
#define HIGH (PROGRAM_MAIN_PRIORITY - 1)
/* What a wake-up may cost after its tick: interrupt, scheduler, and the reading of the clock. */
#define LATE_TICKS_MAX 2
/* Loops that wait for another thread give up after this many turns of a few instructions each. */
#define SPINS_MAX 1000000u

static THREAD_STACK(stacks[4 * WORKERS], STACK_BYTES);
static struct thread threads[4 * WORKERS];
static unsigned thread_count;
static volatile unsigned finished;

static void start(thread_entry_function *entry, void *argument, int priority)
{
    const struct thread_description description = {
        .name = "worker",
        .entry = entry,
        .argument = argument,
        .priority = priority,
        .stack = stacks[thread_count],
        .stack_bytes = STACK_BYTES,
    };

    REQUIRE(thread_count < 4 * WORKERS, "too few stacks");
    REQUIRE_OK(thread_create(&threads[thread_count++], &description));
}

/* Workers are less urgent than main: they run while it sleeps. */
static void wait_for_workers(unsigned count)
{
    uint64_t deadline = clock_ticks() + 10000;

    while (finished < count) {
        REQUIRE(clock_ticks() < deadline, "%u of %u workers have finished", finished, count);
        thread_sleep_until(clock_ticks() + 5);
    }
    finished = 0;
}

static void sleep_is_exact(void)
{
    for (uint64_t ticks = 1; ticks <= 8; ticks++) {
        uint64_t deadline = clock_ticks() + ticks;
        thread_sleep_until(deadline);
        uint64_t now = clock_ticks();
        REQUIRE(now >= deadline && now <= deadline + LATE_TICKS_MAX, "a sleep until tick %lu ended at %lu", deadline,
                now);
    }
    uint64_t now = clock_ticks();
    thread_sleep_until(now);
    REQUIRE(clock_ticks() <= now + 1, "a sleep until now took a tick");
}

static uint64_t order[WORKERS];
static volatile unsigned order_count;

static void sleeper(void *argument)
{
    uint64_t ticks = (uintptr_t)argument;

    thread_sleep_until(clock_ticks() + ticks);
    order[order_count] = ticks;
    order_count = order_count + 1;
    finished = finished + 1;
}

/* Started in the wrong order, they wake in the right one. */
static void sleepers_wake_in_order(void)
{
    static const uint64_t ticks[WORKERS] = {30, 10, 20};

    for (unsigned i = 0; i < WORKERS; i++) {
        start(sleeper, (void *)(uintptr_t)ticks[i], LOW);
    }
    wait_for_workers(WORKERS);
    for (unsigned i = 0; i < WORKERS; i++) {
        REQUIRE_EQUAL(order[i], 10 * (i + 1), "sleeper that woke next");
    }
}

static void deadlines_of_waits(void)
{
    uint64_t deadline = clock_ticks() + 5;

    REQUIRE_EQUAL(thread_block(deadline), THREAD_TIMED_OUT, "result of a wait that nobody ends");
    REQUIRE(clock_ticks() >= deadline, "a wait ended before its deadline");
    REQUIRE_EQUAL(thread_block(0), THREAD_TIMED_OUT, "result of a wait without time");
    thread_wake(thread_self());
    REQUIRE_EQUAL(thread_block(0), THREAD_WOKEN, "result of a wait with a token and without time");
    thread_wake(thread_self());
    REQUIRE_EQUAL(thread_block(clock_ticks() + 1000), THREAD_WOKEN, "result of a wait with a token");
    REQUIRE_EQUAL(thread_block(clock_ticks() + 2), THREAD_TIMED_OUT, "result of a wait after its token is used up");
}

static volatile bool spinner_stop;
static volatile uint64_t spinner_turns[WORKERS];

static void spinner(void *argument)
{
    uintptr_t number = (uintptr_t)argument;

    for (unsigned i = 0; i < SPINS_MAX && !spinner_stop; i++) {
        spinner_turns[number] = spinner_turns[number] + 1;
    }
    REQUIRE(spinner_stop, "nobody interrupted the spinning thread %lu", number);
    finished = finished + 1;
}

/* The spinner never gives up the hart by itself: only the tick's interrupt can bring main back. */
static void tick_preempts_spinner(void)
{
    spinner_stop = false;
    start(spinner, (void *)0, LOW);
    uint64_t deadline = clock_ticks() + 20;
    thread_sleep_until(deadline);
    uint64_t now = clock_ticks();
    REQUIRE(now <= deadline + LATE_TICKS_MAX, "main came back %lu ticks late", now - deadline);
    REQUIRE(spinner_turns[0] > 0, "the spinning thread did not run");
    spinner_stop = true;
    wait_for_workers(1);
}

static void time_slices(void)
{
    uint64_t slice_ticks = harness_parameter("slice_ticks", 10);

    spinner_stop = false;
    for (uintptr_t i = 0; i < WORKERS; i++) {
        spinner_turns[i] = 0;
        start(spinner, (void *)i, LOW);
    }
    thread_sleep_until(clock_ticks() + 2 * WORKERS * (slice_ticks + 1) + 5);
    spinner_stop = true;
    wait_for_workers(WORKERS);
    uint64_t least = spinner_turns[0];
    uint64_t most = spinner_turns[0];
    for (unsigned i = 1; i < WORKERS; i++) {
        least = spinner_turns[i] < least ? spinner_turns[i] : least;
        most = spinner_turns[i] > most ? spinner_turns[i] : most;
    }
    REQUIRE(slice_ticks == 0 || (least > 0 && most <= 3 * least), "time slices are unfair: %lu to %lu turns", least,
            most);
}

static struct mutex outer_mutex, inner_mutex;
static volatile bool low_has_locked, middle_ran_early, high_done;

static void low_owner(void *argument)
{
    (void)argument;
    mutex_lock(&inner_mutex);
    low_has_locked = true;
    uint64_t until = clock_ticks() + 10;
    while (clock_ticks() < until) {
        /* Working with the mutex; with its own priority the middle thread would keep it from getting on. */
    }
    REQUIRE_EQUAL(thread_self()->priority, HIGH, "inherited priority of the owner");
    mutex_unlock(&inner_mutex);
    REQUIRE_EQUAL(thread_self()->priority, LOW, "priority after the unlock");
    finished = finished + 1;
}

/* Owns the outer mutex and waits for the inner one: inheritance has to go on through it. */
static void chain_owner(void *argument)
{
    (void)argument;
    mutex_lock(&outer_mutex);
    mutex_lock(&inner_mutex);
    REQUIRE_EQUAL(thread_self()->priority, HIGH, "inherited priority in the middle of the chain");
    mutex_unlock(&inner_mutex);
    REQUIRE(!mutex_try_lock(&outer_mutex), "a mutex that is owned was locked again");
    mutex_unlock(&outer_mutex);
    REQUIRE_EQUAL(thread_self()->priority, MIDDLE, "priority after both unlocks");
    finished = finished + 1;
}

static void high_waiter(void *argument)
{
    (void)argument;
    mutex_lock(&outer_mutex);
    high_done = true;
    mutex_unlock(&outer_mutex);
    finished = finished + 1;
}

static void middle_bystander(void *argument)
{
    (void)argument;
    middle_ran_early = !high_done;
    finished = finished + 1;
}

/* Main is the most urgent: what it starts runs, up to where it waits, when main sleeps. */
static void priority_inheritance(void)
{
    start(low_owner, NULL, LOW);
    thread_sleep_until(clock_ticks() + 2);
    REQUIRE(low_has_locked, "the low thread has not locked");
    start(chain_owner, NULL, MIDDLE);
    thread_sleep_until(clock_ticks() + 2);
    REQUIRE(!mutex_try_lock(&outer_mutex), "the middle of the chain has not locked");
    start(middle_bystander, NULL, MIDDLE);
    start(high_waiter, NULL, HIGH);
    wait_for_workers(4);
    REQUIRE(high_done, "the high thread never got the mutex");
    REQUIRE(!middle_ran_early, "the middle thread ran before the high one: priority inversion");
}

static volatile unsigned periods;

static void count_period(void)
{
    periods = periods + 1;
}

/* The agent that is not the clock runs its timer periodically: no drift, however late the interrupts are handled. */
static void periodic_mode(void)
{
    struct mailbox *mailbox = &agent_mailboxes[1];
    uintptr_t frame = mailbox->frame;
    const uint32_t period = 700;
    const unsigned count = 20;

    mailbox->timer_function = count_period;
    uint64_t first = mailbox_cycles(mailbox) + 2 * period;
    MAILBOX_WRITE(frame, CONTROL, TIMER_PERIOD, period);
    MAILBOX_WRITE(frame, CONTROL, TIMER_CONTROL,
                  MAILBOX_MASK(CONTROL, TIMER_CONTROL, ENABLE) | MAILBOX_MASK(CONTROL, TIMER_CONTROL, PERIODIC));
    MAILBOX_WRITE(frame, CONTROL, TIMER_COMPARE_HIGH, (uint32_t)(first >> 32));
    MAILBOX_WRITE(frame, CONTROL, TIMER_COMPARE_LOW, (uint32_t)first);
    MAILBOX_WRITE(frame, CONTROL, INTERRUPT_ENABLE_SET, MAILBOX_SOURCE(TIMER));
    while (mailbox_cycles(mailbox) < first + (count - 1) * period + period / 2) {
        /* Between the last period that counts and the next. */
    }
    mailbox->driver->timer_disarm(mailbox);
    REQUIRE_EQUAL(periods, count, "interrupts of the periodic timer");
    uint64_t compare = (uint64_t)MAILBOX_READ(frame, CONTROL, TIMER_COMPARE_HIGH) << 32 |
                       MAILBOX_READ(frame, CONTROL, TIMER_COMPARE_LOW);
    REQUIRE_EQUAL(compare, first + (uint64_t)count * period, "compare value after the last period");
}

struct part {
    const char *name;
    void (*run)(void);
};

static const struct part parts[] = {
    {"sleep", sleep_is_exact},         {"order", sleepers_wake_in_order},
    {"deadlines", deadlines_of_waits}, {"pre-emption", tick_preempts_spinner},
    {"time slices", time_slices},      {"priority inheritance", priority_inheritance},
    {"periodic mode", periodic_mode},
};

void program_main(void)
{
    for (unsigned agent = 0; agent < AGENT_COUNT; agent++) {
        REQUIRE_OK(mailbox_open(&agent_mailboxes[agent], agent));
    }
    agents_use_clock();
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        harness_phase_begin(parts[i].name);
        parts[i].run();
        harness_phase_end(parts[i].name);
        print("%s\n", parts[i].name);
    }
    verdict_pass();
}
