/* SPDX-License-Identifier: MIT */
/* Hand-made waiting: a box for one message with a futex, an eventfd beside a box. Neither spins. */
#define _GNU_SOURCE
#include "bench.h"
#include "bench_port.h"
#include <sys/eventfd.h>
#include <unistd.h>

#define TRIPS 200u
#define PAIRS 2000u

/* A box whose state says whether it is full; both sides sleep on the state, and wake the other one at each change. */
struct box {
    _Atomic uint32_t is_full;
    struct bench_message message;
};

static void box_open(struct box *box)
{
    atomic_store(&box->is_full, 0);
}

static void box_close(struct box *box)
{
    (void)box;
}

static void await(_Atomic uint32_t *word, uint32_t wanted)
{
    while (atomic_load_explicit(word, memory_order_acquire) != wanted) {
        bench_futex_wait(word, 1 - wanted);
    }
}

static void turn(_Atomic uint32_t *word, uint32_t to)
{
    atomic_store_explicit(word, to, memory_order_release);
    bench_futex_wake(word);
}

static inline bool box_send(struct box *box, struct bench_message *message)
{
    await(&box->is_full, 0);
    box->message = *message;
    turn(&box->is_full, 1);
    return true;
}

static inline bool box_receive(struct box *box, struct bench_message *message)
{
    await(&box->is_full, 1);
    *message = box->message;
    turn(&box->is_full, 0);
    return true;
}

BENCH_QUEUE_WORKS(box, struct box)

struct counted {
    int full;
    int empty;
    struct bench_message message;
};

static void counted_open(struct counted *box)
{
    box->full = eventfd(0, 0);
    box->empty = eventfd(1, 0);
    bench_require(box->full >= 0 && box->empty >= 0, "no eventfd");
}

static void counted_close(struct counted *box)
{
    (void)close(box->full);
    (void)close(box->empty);
}

static void take(int counter)
{
    uint64_t value;
    bench_require(read(counter, &value, sizeof(value)) == sizeof(value), "eventfd: short read");
}

static void put(int counter)
{
    const uint64_t one = 1;
    bench_require(write(counter, &one, sizeof(one)) == sizeof(one), "eventfd: short write");
}

static inline bool counted_send(struct counted *box, struct bench_message *message)
{
    take(box->empty);
    box->message = *message;
    put(box->full);
    return true;
}

static inline bool counted_receive(struct counted *box, struct bench_message *message)
{
    take(box->full);
    *message = box->message;
    put(box->empty);
    return true;
}

BENCH_QUEUE_WORKS(counted, struct counted)

const struct bench_entry bench_futex[] = {
    BENCH_QUEUE_ENTRIES(box, "futex box", PAIRS, TRIPS),
    BENCH_QUEUE_ENTRIES(counted, "eventfd box", PAIRS, TRIPS),
    {0},
};
