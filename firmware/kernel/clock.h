/* SPDX-License-Identifier: MIT */
/*
 * Time of one hart's scheduler. A tick is a fixed number of SoC cycles, counted from cycle 0 of the source, so harts
 * with sources of one origin agree on it; there is no periodic interrupt. The hardware timer is programmed for the next
 * moment at which something is due: the earliest deadline, or the end of a time slice while threads of equal priority
 * compete. An idle hart with no deadline has no timer armed at all.
 */
#ifndef KERNEL_CLOCK_H
#define KERNEL_CLOCK_H

#include <stdint.h>

struct scheduler;

/** A free-running cycle counter with one compare value; the mailbox's driver is one. */
struct clock_source {
    /** @return cycles; never runs backwards. Any context. */
    uint64_t (*now)(void *context);
    /** Interrupts this hart once at or after `cycle`; replaces the moment armed before. A past one fires at once. */
    void (*arm)(void *context, uint64_t cycle);
    /** Takes back what is armed and a pending interrupt of it. */
    void (*disarm)(void *context);
    void *context; /* given to the three; the driver's */
};

/**
 * Gives the calling hart's scheduler its clock. Once, before the first deadline.
 * @param source copied
 * @param tick_cycles cycles a tick, at least 1
 * @param slice_ticks ticks that a thread may run while another of its priority is ready; 0 for no time slices
 */
void scheduler_set_clock(const struct clock_source *source, uint64_t tick_cycles, uint64_t slice_ticks);

/** What the clock source's interrupt handler calls on the hart it armed the timer for. */
void scheduler_clock_interrupt(void);

/** @return the current tick of the calling hart; a hart without a clock is a panic. Any context. */
uint64_t clock_ticks(void);

/** @return the current cycle; a hart without a clock is a panic. Any context. */
uint64_t clock_cycles(void);

#endif
