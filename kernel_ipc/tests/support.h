/* SPDX-License-Identifier: MIT */
/* What the tests share: cmocka, a scripted port for one thread, aligned memory, seeded random numbers. */
#ifndef KIPC_TESTS_SUPPORT_H
#define KIPC_TESTS_SUPPORT_H

/* cmocka needs these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <kipc/link.h>
#include <kipc/message.h>
#include <stdbool.h>
#include <string.h>

/* Where free-running indices start, so that each test passes through the wrap-around at 2^32. */
#define NEAR_WRAP UINT32_C(0xFFFFFFF0)

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Passing a negative number to an unsigned comparison must not hide it. */
#define assert_result(expression, expected) assert_int_equal((int64_t)(expression), (int64_t)(expected))

/*
 * A port for one thread. block() runs a script, in which a test plays the other side; each counter says how often an
 * operation was called.
 */
struct fake_port {
    struct kipc_port port;
    uint32_t current;
    uint64_t now;
    bool token;
    unsigned int blocks;
    unsigned int relaxes;
    unsigned int wakes;
    unsigned int fences_to_device;
    unsigned int fences_from_device;
    unsigned int fences_for_all;
    uint32_t woken;
    uint64_t last_deadline;
    /* Called by block() when no token is pending; its result is block()'s. NULL: time runs to the deadline. */
    int (*script)(struct fake_port *fake);
    void *script_context;
};

/* For tests that let their port fence for all threads. */
void fake_fence_all(void *context);

void fake_port_set_up(struct fake_port *fake, uint32_t spin_iterations);

/* A notifier that counts its calls. */
struct fake_notifier {
    unsigned int calls;
    uint32_t waiter;
};

struct kipc_notifier fake_notifier(struct fake_notifier *fake);

/* Zeroed memory aligned to a cache line, of exactly `bytes` bytes, so that the address sanitizer sees each overrun. */
void *aligned_memory(size_t bytes);
void aligned_memory_free(void *memory);

/* A small generator: the same seed gives the same numbers everywhere. */
struct random_numbers {
    uint64_t state;
};

uint64_t random_next(struct random_numbers *random);

/* How often KIPC_ASSERT failed since the last call; 0 in builds without debug checks. */
unsigned int failed_asserts(void);

/* What failed_asserts() must give after `misuses` steps out of order: debug builds notice each. */
unsigned int expected_asserts(unsigned int misuses);

#endif
