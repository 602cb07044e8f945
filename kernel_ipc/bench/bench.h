/* SPDX-License-Identifier: MIT */
/*
 * The same work by several contestants. A work is run by all of its contestants in turn, round after round, so that a
 * slow moment of the host meets all of them; report.py compares within rounds and takes medians.
 */
#ifndef KIPC_BENCH_H
#define KIPC_BENCH_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Payload of a message in all works but the large ones: what fits inline into a ring's slot. */
#define BENCH_MESSAGE_WORDS 7
/* Messages that a queue holds in all works. */
#define BENCH_QUEUE_MESSAGES 256u

/* 64 bytes as ours is in its slot: the payload and a word of its own, in which others keep the length. */
struct bench_message {
    alignas(64) uint64_t words[BENCH_MESSAGE_WORDS];
    uint64_t length;
};

/* One contestant in one work. */
struct bench_entry {
    const char *work;
    const char *name;
    uint32_t operations; /* in a sample */
    /* Does the work that often and gives its time in nanoseconds. Owns what it needs, and checks what it got. */
    uint64_t (*run)(uint32_t operations);
};

/* Each file's contestants, ended by one whose run is NULL. */
extern const struct bench_entry bench_rings[];
extern const struct bench_entry bench_dpdk[];
extern const struct bench_entry bench_pipes[];
extern const struct bench_entry bench_futex[];
extern const struct bench_entry bench_locks[];
extern const struct bench_entry bench_kernel[];
extern const struct bench_entry bench_large[];

/* Ends the program with a message unless the condition holds: a contestant that errs measures nothing. */
void bench_require(bool condition, const char *what);

uint64_t bench_now(void); /* nanoseconds */

/* Zeroed memory on its own cache lines; until bench_free. */
void *bench_memory(size_t bytes);
void bench_free(void *memory);

/* The calling thread's number in a work: 0, or 1 for a partner. */
uint32_t bench_thread(void);

void bench_yield(void);

/* For loops that wait for the other thread: a pause, and now and then the processor for somebody else. */
static inline void bench_pause(uint32_t *turns)
{
    *turns += 1;
    if ((*turns & 1023) == 0) {
        bench_yield();
    }
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/*
 * Runs partner(context) on a thread and a processor of its own while own(context) runs here; gives the time of own().
 * Time starts when both threads run.
 */
uint64_t bench_both(void (*own)(void *context), void (*partner)(void *context), void *context);

static inline void bench_fill(struct bench_message *message, uint64_t number)
{
    message->words[0] = number;
    message->words[BENCH_MESSAGE_WORDS - 1] = ~number;
    message->length = sizeof(message->words);
}

static inline void bench_check(const struct bench_message *message, uint64_t number)
{
    bench_require(message->words[0] == number && message->words[BENCH_MESSAGE_WORDS - 1] == ~number,
                  "a message came damaged, twice or out of order");
}

/*
 * The three works that every queue of messages does, for a queue `type` with
 *   void name_open(type *), void name_close(type *),
 *   bool name_send(type *, struct bench_message *), bool name_receive(type *, struct bench_message *)
 * where false says that it is full or empty; one that blocks gives true always. Written as a macro so that each
 * contestant's calls are seen by the compiler as a user's are.
 */
#define BENCH_QUEUE_WORKS(name, type)                                                                                  \
    struct name##_both {                                                                                               \
        type there;                                                                                                    \
        type back;                                                                                                     \
        uint32_t operations;                                                                                           \
    };                                                                                                                 \
    static uint64_t name##_pair(uint32_t operations)                                                                   \
    {                                                                                                                  \
        type *queue = bench_memory(sizeof(*queue));                                                                    \
        name##_open(queue);                                                                                            \
        struct bench_message message = {0};                                                                            \
        struct bench_message got = {0};                                                                                \
        uint64_t started = bench_now();                                                                                \
        for (uint64_t i = 0; i < operations; i++) {                                                                    \
            bench_fill(&message, i);                                                                                   \
            bench_require(name##_send(queue, &message), #name ": full");                                               \
            bench_require(name##_receive(queue, &got), #name ": empty");                                               \
            bench_check(&got, i);                                                                                      \
        }                                                                                                              \
        uint64_t took = bench_now() - started;                                                                         \
        name##_close(queue);                                                                                           \
        bench_free(queue);                                                                                             \
        return took;                                                                                                   \
    }                                                                                                                  \
    static void name##_send_all(void *context)                                                                         \
    {                                                                                                                  \
        struct name##_both *both = context;                                                                            \
        struct bench_message message = {0};                                                                            \
        uint32_t turns = 0;                                                                                            \
        for (uint64_t i = 0; i < both->operations; i++) {                                                              \
            bench_fill(&message, i);                                                                                   \
            while (!name##_send(&both->there, &message)) {                                                             \
                bench_pause(&turns);                                                                                   \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    static void name##_receive_all(void *context)                                                                      \
    {                                                                                                                  \
        struct name##_both *both = context;                                                                            \
        struct bench_message got = {0};                                                                                \
        uint32_t turns = 0;                                                                                            \
        for (uint64_t i = 0; i < both->operations; i++) {                                                              \
            while (!name##_receive(&both->there, &got)) {                                                              \
                bench_pause(&turns);                                                                                   \
            }                                                                                                          \
            bench_check(&got, i);                                                                                      \
        }                                                                                                              \
    }                                                                                                                  \
    static void name##_ping(void *context)                                                                             \
    {                                                                                                                  \
        struct name##_both *both = context;                                                                            \
        struct bench_message message = {0};                                                                            \
        uint32_t turns = 0;                                                                                            \
        for (uint64_t i = 0; i < both->operations; i++) {                                                              \
            bench_fill(&message, i);                                                                                   \
            bench_require(name##_send(&both->there, &message), #name ": full");                                        \
            while (!name##_receive(&both->back, &message)) {                                                           \
                bench_pause(&turns);                                                                                   \
            }                                                                                                          \
            bench_check(&message, i);                                                                                  \
        }                                                                                                              \
    }                                                                                                                  \
    static void name##_pong(void *context)                                                                             \
    {                                                                                                                  \
        struct name##_both *both = context;                                                                            \
        struct bench_message message = {0};                                                                            \
        uint32_t turns = 0;                                                                                            \
        for (uint32_t i = 0; i < both->operations; i++) {                                                              \
            while (!name##_receive(&both->there, &message)) {                                                          \
                bench_pause(&turns);                                                                                   \
            }                                                                                                          \
            bench_require(name##_send(&both->back, &message), #name ": full");                                         \
        }                                                                                                              \
    }                                                                                                                  \
    static uint64_t name##_two(uint32_t operations, void (*own)(void *), void (*partner)(void *))                      \
    {                                                                                                                  \
        struct name##_both *both = bench_memory(sizeof(*both));                                                        \
        both->operations = operations;                                                                                 \
        name##_open(&both->there);                                                                                     \
        name##_open(&both->back);                                                                                      \
        uint64_t took = bench_both(own, partner, both);                                                                \
        name##_close(&both->back);                                                                                     \
        name##_close(&both->there);                                                                                    \
        bench_free(both);                                                                                              \
        return took;                                                                                                   \
    }                                                                                                                  \
    static uint64_t name##_stream(uint32_t operations)                                                                 \
    {                                                                                                                  \
        return name##_two(operations, name##_receive_all, name##_send_all);                                            \
    }                                                                                                                  \
    static uint64_t name##_round_trip(uint32_t operations)                                                             \
    {                                                                                                                  \
        return name##_two(operations, name##_ping, name##_pong);                                                       \
    }

/* Their three entries. */
#define BENCH_QUEUE_ENTRIES(name, shown, pairs, trips)                                                                 \
    {"pair", shown, pairs, name##_pair}, {"stream", shown, pairs, name##_stream},                                      \
    {                                                                                                                  \
        "round trip", shown, trips, name##_round_trip                                                                  \
    }

#endif
